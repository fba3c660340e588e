"""``/privacy/{store}``: what a shop does with what it knows of its buyers, in their language (F125).

What must be said at collection: reference credit-and-compliance §3.4. What is said here is what the program does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web
from markupsafe import Markup

from core.bootstrap import Shop
from core.customers.consent import ASK, REFUSAL
from core.fraud.rules import ADDRESS_KEPT, DEVICE_KEPT, PAYER_KEPT
from core.kernel.clock import DAY, HOUR
from core.kernel.errors import Refused
from core.kernel.phone import display, normalise
from localserver.middleware import language_of
from localserver.pay.page import Pages, plain_words
from localserver.pay.words import Words, asked_language
from localserver.site import SITE

# Country → its law, and who watches over it (of Benin, Burkina Faso, Mali, Niger and Madagascar's authority [unsure]).
LAWS: Final[dict[str, tuple[str, str]]] = {
    "SN": ("loi n° 2008-12", "CDP"),
    "TG": ("loi n° 2019-014", "IPDCP"),
    "CI": ("loi n° 2013-450", "ARTCI"),
    "BJ": ("Code du numérique (loi n° 2017-20)", "APDP"),
    "BF": ("loi n° 001-2021/AN", "CIL"),
    "ML": ("loi n° 2013-015", "APDP"),
    "NE": ("loi n° 2022-59", "HAPDP"),
    "MG": ("loi n° 2014-038", "CMIL"),
}


class PrivacyDoor:
    """The page of every store of one server."""

    def __init__(self, pages: Callable[[], Pages]) -> None:
        self._pages = pages

    async def show(self, request: web.Request) -> web.Response:
        """404 for a store that is not here, with the answer of every other dead link."""
        language = asked_language(request) or language_of(request)
        shop = request.app[SITE].by_slug(request.match_info["store"])
        if shop is None:
            return self._pages().plain_response(self._pages().refusal(plain_words(language)), 404)
        words = Words(language, shop.country.zone, shop.card.currency)
        page = self._pages().privacy(words, shop.name, sections(shop, words))
        return self._pages().plain_response(page, 200, {"Content-Language": language})


def sections(shop: Shop, words: Words) -> list[tuple[Markup, Markup]]:
    """(heading, text), in the order they are shown."""
    _ = words.gettext
    phone, law = _phone(shop), LAWS.get(shop.card.country)
    answers = _("{store} answers for your data. Write to the shop on WhatsApp.", store=shop.name)
    if phone:
        answers = _(
            "{store} answers for your data. Write to the shop on WhatsApp, or call {phone}.",
            store=shop.name,
            phone=phone,
        )
    rights = _(
        "You may see your data, have it corrected or erased, and object to its use. Ask the shop: it "
        "answers within 30 days."
    )
    if law:
        rights += " " + _("The law: {law}. You may complain to {authority}.", law=law[0], authority=law[1])
    marks = _(
        "Against fraud, which is the shop’s legitimate interest, a random mark stays in your browser "
        "for {days} days, and a mark of your network is kept for {hours} hours. They name nobody, and "
        "nothing of your device is read.",
        days=DEVICE_KEPT // DAY,
        hours=ADDRESS_KEPT // HOUR,
    )
    return [
        (_("Who answers"), answers),
        (
            _("What for"),
            _(
                "Your name, your number, your orders and what you write serve to sell to you, to deliver, and "
                "to issue the papers that the law asks for. Orders, payments and papers are kept for ten years; "
                "the rest until you have it erased."
            ),
        ),
        (
            _("Your payment"),
            _(
                "Your operator handles it. Some tell the shop which number paid: only a mark of it is kept, for "
                "{days} days.",
                days=PAYER_KEPT // DAY,
            ),
        ),
        (_("Against fraud"), marks + " " + _("An unusual order is looked at by a person: no machine refuses a sale.")),
        (
            _("Your trust score"),
            _(
                "The shop draws it from your purchases. Write {ask} to the shop on WhatsApp to see it line by line. "
                "You may refuse: write {words}. Nothing else changes for you.",
                ask=Markup("<b>{}</b>").format(ASK),
                words=Markup("<b>{}</b>").format(REFUSAL),
            ),
        ),
        (
            _("Who else sees it"),
            _(
                "Your data is on the shop’s own computer. It goes to WhatsApp and to your operator only, "
                "because you use them."
            ),
        ),
        (_("Your rights"), rights),
    ]


def _phone(shop: Shop) -> str:
    try:
        return display(normalise(shop.settings.get("store.phone"), shop.card.country))
    except Refused:
        return ""
