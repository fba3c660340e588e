"""The first store as it is being described, and its making (no Qt)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from core.connecting.rules import STEP, STEPS
from core.kernel.countries import COUNTRIES
from core.kernel.errors import EnvironmentProblem, LivePayError, Refused
from core.kernel.i18n import DEFAULT_LANGUAGE, explain
from core.kernel.money import currency_sign
from core.kernel.paths import resource
from core.kernel.phone import display, normalise
from core.kernel.text import one_line
from core.segments.rules import DEFAULT, SEGMENTS
from core.storage.folder import Home, StoreCard, slugify
from desktop.pages.settings.words import choice_words
from desktop.texts import Texts

NAME_LIMIT: Final = 60
DEFAULT_COUNTRY: Final = "SN"
ACTOR: Final = "seller"
SAMPLES: Final = {"XOF": "boutique-dakar.csv", "MGA": "boutique-antananarivo.csv"}


class StoreDraft(Struct, frozen=True):
    """Everything as chosen; only the name has to be typed. ``logo``: a picture's file, None for none."""

    name: str = ""
    country: str = DEFAULT_COUNTRY
    language: str = DEFAULT_LANGUAGE
    segment: str = DEFAULT.name
    phone: str = ""
    logo: Path | None = None
    samples: bool = False


class FirstStore(Struct, frozen=True):
    """The store that was made; ``problem`` when its logo or its sample products could not be put in."""

    card: StoreCard
    problem: LivePayError | None = None


def guess_country(territory: str) -> str:
    """The computer's own country when LivePay sells there, else Senegal."""
    return territory if territory in COUNTRIES else DEFAULT_COUNTRY


def name_problem(draft: StoreDraft, home: Home, t: Texts) -> str:
    """What is wrong with the name, empty when a store can have it."""
    name = one_line(draft.name, NAME_LIMIT + 1)
    if not name:
        return t("Type the name of your store.")
    if len(name) > NAME_LIMIT:
        return t("At most {limit} characters.", limit=NAME_LIMIT)
    try:
        slugify(name)
    except Refused as refused:
        return explain(refused, t.language)
    with suppress(EnvironmentProblem):  # said when the store is made
        if any(card.name == name for card in home.list()):
            return t("You already have a store of that name.")
    return ""


def phone_problem(draft: StoreDraft, t: Texts) -> str:
    """What is wrong with the number, empty when it is right or left out."""
    if not draft.phone.strip():
        return ""
    try:
        normalise(draft.phone, draft.country)
    except Refused as refused:
        return explain(refused, t.language)
    return ""


def kinds(t: Texts) -> tuple[tuple[str, str, str], ...]:
    """The kinds of shop: name, word, and what is different in it."""
    words = choice_words(t)
    told = {
        "live_seller": t("A piece is held for 10 minutes."),
        "shop": t("How many is asked; held for 30 minutes."),
        "events": t("A deposit first, the rest before the day."),
        "services": t("Buyers choose a day and an hour."),
        "b2b": t("Quotes, invoices, 30 days to pay."),
    }
    return tuple((segment.name, words[segment.name], told[segment.name]) for segment in SEGMENTS)


def currency_words(country: str, t: Texts) -> str:
    """« franc CFA (F CFA) »: what prices are in."""
    currency = COUNTRIES[country].currency
    names = {"XOF": t("CFA franc"), "MGA": t("ariary")}
    return f"{names.get(currency, currency)} ({currency_sign(currency)})"


def make(home: Home, draft: StoreDraft) -> FirstStore:
    """Make the store, then put the sample products in. Slow. Raises Refused, EnvironmentProblem when there is none."""
    from core.bootstrap import create_store

    card = create_store(
        home, one_line(draft.name, NAME_LIMIT), draft.country, language=draft.language, segment=draft.segment
    )
    try:
        _begin(home, card, draft)
    except LivePayError as problem:
        return FirstStore(card, problem)
    return FirstStore(card)


def _begin(home: Home, card: StoreCard, draft: StoreDraft) -> None:
    """Where the first steps begin, what invoices and pay pages show, and the samples that were asked for."""
    from core.bootstrap import open_shop
    from core.catalogue import service
    from core.storage import pictures as store
    from desktop import pictures

    shop = open_shop(home, card.slug)
    try:
        shop.settings.set(STEP, STEPS[0], ACTOR)
        if draft.phone.strip():
            shop.settings.set("store.phone", display(normalise(draft.phone, draft.country)), ACTOR)
        if draft.logo is not None:
            picture = pictures.prepare(draft.logo, pictures.LOGO_SIDE, transparent=True)
            shop.settings.set("store.logo", store.keep(shop.media, picture), ACTOR)
        if draft.samples:
            content = resource("samples", SAMPLES[card.currency]).read_bytes()
            planned = shop.engine.read(lambda reader: service.plan(reader, content, card.currency))
            service.carry_out(shop.engine, planned, atomic=True, actor=ACTOR)
    finally:
        shop.close()
