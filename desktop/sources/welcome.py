"""The first steps' source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from core.adapters.psp import provider_class
from core.bootstrap import Shop, connecting, hooking, trials
from core.bootstrap.trials import Look, Trial
from core.catalogue import queries, rules, service
from core.catalogue.rules import ProductFields
from core.connecting import queries as heard
from core.connecting.rules import LATER, STEP, TEST_AMOUNT, Task, pasted, tasks
from core.kernel.errors import Refused
from core.kernel.i18n import catalogue
from core.kernel.money import EXPONENT
from core.kernel.paths import resource
from core.kernel.text import fold
from core.payments.provider import Finding
from core.storage import pictures as store
from desktop import pictures
from desktop.bridge import Control
from desktop.pages.welcome.presenter import SAMPLES, SECRET, Arrival, Bubble, Goods, Kept, Offer, Seen, Tryout
from desktop.sources.asking import asked
from desktop.sources.catalogue import SAMPLE, read_list

if TYPE_CHECKING:
    from desktop.context import Context

ACTOR: Final = "seller"


class Line(Protocol):
    @property
    def mine(self) -> bool: ...

    @property
    def text(self) -> str: ...

    @property
    def buttons(self) -> tuple[str, ...]: ...


class Practice(Protocol):
    """The practice store and its buyer; made by main, because the window does not know the web."""

    def open(self) -> tuple[Shop, Any]: ...

    def say(self, text: str) -> None: ...

    def pay(self) -> None: ...

    def thread(self) -> Sequence[Line]: ...

    def close(self) -> None: ...


Practices = Callable[[str, str, str, Sequence[ProductFields]], Practice]
"""Makes a practice from the shop's name, country and language, and its products."""


class ShopWelcome:
    """Implements :class:`desktop.pages.welcome.presenter.WelcomeSource`. ``over`` makes the window's view of a shop."""

    def __init__(self, shop: Shop, practices: Practices | None, over: Callable[[Shop, Any], Context]) -> None:
        self._shop, self._practices, self._over = shop, practices, over
        self._after = 0
        self._trial: Trial | None = None
        self._practice: Practice | None = None
        self._claimed = ""
        self._context: Context | None = None

    def step(self) -> str:
        return self._shop.settings.get(STEP)

    def go(self, step: str) -> None:
        self._shop.settings.set(STEP, step, ACTOR)

    # -- products ----------------------------------------------------------------------------------------------

    def goods(self) -> tuple[Goods, ...]:
        found = self._shop.engine.read(queries.products)
        return tuple(Goods(p.keyword, p.title, p.price, p.on_hand) for p in found if p.active)

    def add_samples(self) -> None:
        for wanted in self._samples():
            self._shop.engine.call(lambda tx, f=wanted: service.add(tx, f), actor=ACTOR)  # type: ignore[misc]

    def _samples(self) -> list[ProductFields]:
        """A few that the store does not have."""
        currency = self._shop.card.currency
        content = resource("samples", SAMPLE.get(currency, "shop-english.csv")).read_bytes()
        planned = self._shop.engine.read(lambda r: service.plan(r, content, currency))
        have = {goods.code for goods in self.goods()}
        names = ProductFields.__struct_fields__
        rows = [row for row in planned.rows if row.keyword not in have][:SAMPLES]
        return [ProductFields(**{name: getattr(row, name) for name in names}) for row in rows]

    def add(self, title: str, price: str, stock: str, photo: Path | None) -> None:
        code = code_of(title, {goods.code for goods in self.goods()})
        values = {"sku": code, "title": title, "price": price, "stock": stock}
        wanted = service.checked(values, self._shop.card.currency)
        kept = None if photo is None else store.keep(self._shop.media, pictures.prepare(photo))

        def put(tx: Any) -> None:
            product_id = service.add(tx, wanted)
            if kept:
                service.change(tx, product_id, photo=kept)

        self._shop.engine.call(put, actor=ACTOR)

    def import_list(self, source: Path | str) -> tuple[int, int]:
        data = source.encode() if isinstance(source, str) else read_list(source)
        planned = self._shop.engine.read(lambda r: service.plan(r, data, self._shop.card.currency))
        service.carry_out(self._shop.engine, planned, atomic=False, actor=ACTOR)
        return planned.added + planned.updated, len({error.line for error in planned.errors})

    # -- practice ----------------------------------------------------------------------------------------------

    def begin_practice(self) -> Context:
        self.end_practice()
        if self._practices is None:
            raise Refused("There is no practice here. Go on to the next step.")
        shop = self._shop
        products = [fields for _, fields, _ in shop.engine.read(queries.fields_by_sku).values()][:20]
        products = products or self._samples()  # who wants to see a sale first, has nothing to sell yet
        self._claimed = products[0].keyword
        made = self._practices(shop.name, shop.card.country, shop.settings.get("store.language"), products)
        self._practice = made
        try:
            self._context = self._over(*made.open())
        except BaseException:
            self.end_practice()
            raise
        return self._context

    def claimed(self) -> str:
        return self._claimed

    def say(self, text: str) -> tuple[Bubble, ...]:
        practice = self._going()
        practice.say(text)
        return self._bubbles(practice)

    def pay(self) -> tuple[Bubble, ...]:
        practice = self._going()
        practice.pay()
        return self._bubbles(practice)

    def _going(self) -> Practice:
        if self._practice is None:
            raise Refused("The practice has ended. Begin it again.")
        return self._practice

    def _bubbles(self, practice: Practice) -> tuple[Bubble, ...]:
        return tuple(Bubble(line.mine, line.text, line.buttons) for line in practice.thread())

    def end_practice(self) -> None:
        practice, context = self._practice, self._context
        self._practice = self._context = None
        if context is not None:
            context.close()
        if practice is not None:
            practice.close()

    # -- WhatsApp ----------------------------------------------------------------------------------------------

    def kept(self) -> Kept:
        values = connecting.values(self._shop)
        names = ("access_token", "phone_number_id", "waba_id", "app_secret")
        known = {name: getattr(values, name) for name in names}
        shown = {name: value for name, value in known.items() if name not in SECRET}
        shown["public_url"] = self._shop.address()
        held = frozenset(name for name in SECRET if known[name])
        return Kept(shown, held, self._shop.settings.get("whatsapp.number"))

    def examine(self, typed: Mapping[str, str], control: Control) -> Mapping[str, Finding]:
        self._token()
        return asked(self._shop, lambda: connecting.examine_whatsapp(self._shop, typed), control) or {}

    def _token(self) -> None:
        """The verify token is ours to make: nobody has to think of one."""
        if not self._shop.settings.secret("whatsapp.verify_token"):
            self._shop.settings.set_secret("whatsapp.verify_token", secrets.token_urlsafe(24), ACTOR)

    def connect(self, typed: Mapping[str, str], control: Control) -> tuple[Finding, ...]:
        self._token()
        self._after = self._shop.engine.read(heard.newest)
        settings = self._shop.settings
        for name, value in ((name, pasted(value)) for name, value in typed.items()):
            key = name if name == "public_url" else f"whatsapp.{name}"
            if name in SECRET:
                settings.set_secret(key, value, ACTOR)
            else:
                settings.set(key, value, ACTOR)
        return tuple(asked(self._shop, lambda: connecting.connect_whatsapp(self._shop), control) or ())

    def listen(self, text: str) -> Arrival | None:
        found = connecting.answer_first(self._shop, self._after, text)
        return None if found is None else Arrival(found[0].name, found[0].text, found[1])

    # -- payments ----------------------------------------------------------------------------------------------

    def offers(self, language: str) -> tuple[Offer, ...]:
        left = trials.left(self._shop)
        tried = left.provider if left is not None else ""
        return tuple(self._offer(name, language, tried == name) for name in connecting.offered(self._shop))

    def _offer(self, name: str, language: str, tried: bool) -> Offer:
        shop, adapter = self._shop, provider_class(name)
        provider = connecting.draft(shop, name, {})
        first = next((m.name for m in adapter.caps.methods_in(shop.card.country)), None)
        words = catalogue("errors", language).gettext
        url, wanted = shop.address(), bool(adapter.dashboard.steps)
        values = shop.provider_config(adapter).values
        return Offer(
            name,
            adapter.label,
            ", ".join(words(method.label) for method in adapter.caps.methods_in(shop.card.country)),
            adapter.fields,
            adapter.dashboard,
            f"{url}/webhooks/psp/{name}/{shop.slug}" if wanted and url else "",
            frozenset(field for field, value in values.items() if value),
            shop.settings.switch(f"psp.{name}.enabled"),
            provider.asks_phone(first),
            max(self._test_amount(), adapter.caps.min_amount),
            hooking.offers(adapter),
            tried,
        )

    def examine_provider(self, name: str, typed: Mapping[str, str], control: Control) -> tuple[Finding, ...]:
        return tuple(asked(self._shop, lambda: connecting.examine_provider(self._shop, name, typed), control) or ())

    def hook(self, name: str, typed: Mapping[str, str], control: Control) -> tuple[Finding, ...]:
        self._keep(name, typed)
        return tuple(asked(self._shop, lambda: hooking.hook(self._shop, name, ACTOR), control) or ())

    def enable(self, name: str, typed: Mapping[str, str]) -> None:
        self._keep(name, typed)
        self._shop.settings.set(f"psp.{name}.enabled", "true", ACTOR)

    def _keep(self, name: str, typed: Mapping[str, str]) -> None:
        settings = self._shop.settings
        hidden = {field.name for field in provider_class(name).fields if field.secret}
        for field, value in connecting.as_meant(name, typed).items():
            key = f"psp.{name}.{field}"
            if field in hidden:
                settings.set_secret(key, value, ACTOR)
            else:
                settings.set(key, value, ACTOR)

    def _test_amount(self) -> int:
        return TEST_AMOUNT * int(10 ** EXPONENT[self._shop.card.currency])

    def begin_trial(self, name: str, typed: Mapping[str, str], phone: str, control: Control) -> Tryout | None:
        shop, amount = self._shop, self._test_amount()
        if not shop.settings.switch(f"psp.{name}.enabled"):  # with what buyers pay by, nothing is changed for a test
            self._keep(name, typed)
        trial = self._trial = asked(shop, lambda: trials.begin(shop, name, typed, amount, phone), control)
        return None if trial is None else _tryout(trial)

    def trial_left(self, name: str | None = None) -> Tryout | None:
        trial = trials.left(self._shop, name)
        if trial is not None and name is not None:
            self._trial = trial
        return None if trial is None else _tryout(trial)

    def keep_trial(self, control: Control) -> Seen | None:
        return self._after_trial(trials.keep, control)

    def look_at_trial(self, control: Control) -> Seen | None:
        return self._after_trial(trials.look, control)

    def call_off_trial(self, control: Control) -> Seen | None:
        return self._after_trial(trials.call_off, control)

    def give_back_trial(self, control: Control) -> Seen | None:
        return self._after_trial(trials.give_back, control)

    def _after_trial(self, ask: Callable[[Shop, Trial], Coroutine[Any, Any, Look]], control: Control) -> Seen | None:
        shop, trial = self._shop, self._trial
        if trial is None:
            return None
        seen = asked(shop, lambda: ask(shop, trial), control)
        return None if seen is None else Seen(seen.stage, seen.said)

    # -- what is missing ---------------------------------------------------------------------------------------

    def tasks(self) -> tuple[Task, ...]:
        return tasks(connecting.standing(self._shop))

    def later(self) -> bool:
        return self._shop.settings.switch(LATER)

    def set_later(self) -> None:
        self._shop.settings.set(LATER, "true", ACTOR)

    def close(self) -> None:
        self.end_practice()


def _tryout(trial: Trial) -> Tryout:
    label = provider_class(trial.provider).label
    return Tryout(trial.amount, trial.link, trial.code, trial.gives_back, trial.by_seller, label, trial.unsure)


def code_of(title: str, taken: Iterable[str]) -> str:
    """« Robe wax bleue » → ROBE1, or the first number that is free: what buyers will write."""
    words = re.findall(r"[a-z]+", fold(title))
    stem = (words[0] if words else "article")[:12].upper()
    used = set(taken)
    number = 1
    while f"{stem}{number}" in used:
        number += 1
    return rules.keyword_form(f"{stem}{number}")
