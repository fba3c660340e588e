"""The first steps without Qt: what they read and do, and their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct

from core.catalogue import rules
from core.connecting.rules import Task
from core.kernel.errors import LivePayError, Refused
from core.kernel.i18n import explain, sentence
from core.kernel.money import format_money
from core.payments.dashboard import Dashboard
from core.payments.provider import Field, Finding
from desktop.texts import Texts

if TYPE_CHECKING:
    from desktop.bridge import Control
    from desktop.context import Context

SECRET: Final = frozenset({"access_token", "app_secret"})
SAMPLES: Final = 3


class Goods(Struct, frozen=True):
    """A product of the first list: what buyers write, its name, price in smallest units, pieces."""

    code: str
    title: str
    price: int
    stock: int


class Kept(Struct, frozen=True):
    """What is kept of the WhatsApp connection; of secrets only the names. ``number``: as WhatsApp writes it."""

    values: Mapping[str, str]
    secrets: frozenset[str]
    number: str = ""


class Offer(Struct, frozen=True):
    """A payment provider that works here. ``dashboard``: what is done by hand there, with ``address`` (empty while
    unknown); ``asks_phone``: a payment begins with a request on the payer's phone; ``test``: smallest units."""

    name: str
    label: str
    methods: str
    fields: tuple[Field, ...]
    dashboard: Dashboard
    address: str
    kept: frozenset[str]
    enabled: bool
    asks_phone: bool
    test: int
    hooked: bool = False
    """Its notices can be set by its API, instead of by hand there."""
    tried: bool = False
    """A test payment is open there, or its end was not told yet."""


class Tryout(Struct, frozen=True):
    """A test payment that was opened: paid at ``link``, by scanning ``code``, or else on the seller's phone.

    ``by_seller``: nobody but the seller sees the money come; ``gives_back``: the provider can return it; ``unsure``:
    LivePay was closed while it was being opened.
    """

    amount: int
    link: str
    code: str
    gives_back: bool
    by_seller: bool
    provider: str = ""
    unsure: bool = False


class Seen(Struct, frozen=True):
    """How a test payment stands (see :data:`core.bootstrap.trials.Stage`), and the sentence for it if it is news."""

    stage: str
    said: Finding | None


class Arrival(Struct, frozen=True):
    """A message that came in, and what became of the answer to it; None while that is on its way."""

    name: str
    text: str
    echo: Finding | None


class Bubble(Struct, frozen=True):
    mine: bool
    text: str
    buttons: tuple[str, ...] = ()


class WelcomeSource(Protocol):
    """What the steps read and do. Everything may block: called off the window's thread."""

    def step(self) -> str: ...

    def go(self, step: str) -> None:
        """Remember where the person is."""
        ...

    def goods(self) -> tuple[Goods, ...]: ...

    def add_samples(self) -> None:
        """Three products to begin with."""
        ...

    def add(self, title: str, price: str, stock: str, photo: Path | None) -> None:
        """A product with a code made of its title. Raises Refused, EnvironmentProblem."""
        ...

    def import_list(self, source: Path | str) -> tuple[int, int]:
        """A list as a file or pasted. → products taken, lines left out. Raises Refused."""
        ...

    def begin_practice(self) -> Context:
        """Open the practice store. Raises LivePayError."""
        ...

    def claimed(self) -> str:
        """The code of a product there: the buyer is about to ask for it."""
        ...

    def say(self, text: str) -> tuple[Bubble, ...]: ...

    def pay(self) -> tuple[Bubble, ...]: ...

    def end_practice(self) -> None: ...

    def kept(self) -> Kept: ...

    def examine(self, typed: Mapping[str, str], control: Control) -> Mapping[str, Finding]: ...

    def connect(self, typed: Mapping[str, str], control: Control) -> tuple[Finding, ...]:
        """Keep what was typed, subscribe the app, set the callback, test."""
        ...

    def listen(self, text: str) -> Arrival | None:
        """The first message since the number was connected, answered once with ``text``; None while nobody wrote."""
        ...

    def offers(self, language: str) -> tuple[Offer, ...]: ...

    def examine_provider(self, name: str, typed: Mapping[str, str], control: Control) -> tuple[Finding, ...]: ...

    def hook(self, name: str, typed: Mapping[str, str], control: Control) -> tuple[Finding, ...]:
        """Keep what was typed, and have the provider send its notices to this store."""
        ...

    def enable(self, name: str, typed: Mapping[str, str]) -> None: ...

    def begin_trial(self, name: str, typed: Mapping[str, str], phone: str, control: Control) -> Tryout | None:
        """Open a small payment in no book; None when the question was given up. Raises LivePayError."""
        ...

    def trial_left(self, name: str | None = None) -> Tryout | None:
        """The one that is open at this provider, taken up again; without a name only told, the latest of all."""
        ...

    def keep_trial(self, control: Control) -> Seen | None:
        """The money stays where it came: nothing is left to tell of it."""
        ...

    def look_at_trial(self, control: Control) -> Seen | None: ...

    def call_off_trial(self, control: Control) -> Seen | None: ...

    def give_back_trial(self, control: Control) -> Seen | None: ...

    def tasks(self) -> tuple[Task, ...]: ...

    def later(self) -> bool:
        """Whether the person wants to hear no more of what is missing."""
        ...

    def set_later(self) -> None: ...


class WelcomePresenter:
    """Words of the steps."""

    def __init__(self, t: Texts, currency: str) -> None:
        self.t, self.currency = t, currency

    def steps(self) -> tuple[tuple[str, str], ...]:
        t = self.t
        return (
            ("products", t.of("step", "Products")),
            ("practice", t.of("step", "First sale")),
            ("whatsapp", t.of("step", "WhatsApp")),
            ("payment", t.of("step", "Payments")),
        )

    def flaw(self, name: str, text: str) -> str:
        """What is wrong with what is being typed of a product; empty where nothing is, or nothing is typed."""
        check = {
            "title": rules.check_title,
            "price": lambda typed: rules.check_price(typed, self.currency),
            "stock": rules.check_stock,
        }[name]
        try:
            if text:
                check(text)
        except Refused as error:
            return self.why(error)
        return ""

    def heading(self, step: str) -> tuple[str, str]:
        """Title and what the step is for."""
        t = self.t
        return {
            "products": (
                t("What do you sell?"),
                t("One product is enough to begin. All of it can be changed later, in the catalogue."),
            ),
            "practice": (
                t("Your first sale, for practice"),
                t("You are Awa, who watches the live. Nothing of it stands in your books."),
            ),
            "whatsapp": (
                t("Your WhatsApp number"),
                t("Each value is checked with WhatsApp as you paste it. Without it you can go on and come back."),
            ),
            "payment": (
                t("How your buyers pay you"),
                t("The money goes to your own account there, never through LivePay."),
            ),
        }[step]

    def goods(self, goods: Goods) -> str:
        """« ROBE1 · Robe wax bleue · 15 000 F CFA · 10 pièces »."""
        pieces = self.t.plural("{n} piece", "{n} pieces", goods.stock)
        return " · ".join((goods.code, goods.title, format_money(goods.price, self.currency), pieces))

    def finding(self, finding: Finding) -> str:
        return sentence(finding.message, finding.params, self.t.language)

    def why(self, error: Exception) -> str:
        if isinstance(error, LivePayError):
            return explain(error, self.t.language)
        return self.t("Something went wrong in LivePay. Nothing was lost; the details are in the log.")

    @staticmethod
    def known(error: Exception) -> bool:
        """Whether all is said with that; the window logs what is our own fault, and offers the report of it."""
        return isinstance(error, LivePayError)

    def trial(self, offer: Offer) -> str:
        """What a test payment is, before it is opened."""
        t, amount = self.t, format_money(offer.test, self.currency)
        if offer.asks_phone:
            return t("{amount} from your own phone to your own account. It stands in no book.", amount=amount)
        return t("{amount} from you to your own account. It stands in no book.", amount=amount)

    def open_trial(self, again: bool) -> str:
        return self.t("Try again") if again else self.t("Open the test payment")

    def waiting(self, tryout: Tryout) -> str:
        """What the seller does now."""
        t, amount = self.t, format_money(tryout.amount, self.currency)
        if tryout.unsure:
            return t(
                "LivePay was closed while this test payment was being opened. {provider} is being asked whether"
                " {amount} came; call it off to begin again.",
                provider=tryout.provider,
                amount=amount,
            )
        if tryout.by_seller:
            return t("Scan this code, pay {amount}, then look whether it arrived on your account.", amount=amount)
        if tryout.code:
            return t("Scan this code with your wallet and pay {amount}. Waiting for your payment…", amount=amount)
        if tryout.link:
            return t("Pay {amount} on this page, or scan it with your phone. Waiting for your payment…", amount=amount)
        return t("Approve {amount} on your phone. Waiting for your payment…", amount=amount)

    def left(self, tryout: Tryout) -> str:
        """Said at the start, of one whose end was not told."""
        amount = format_money(tryout.amount, self.currency)
        who = tryout.provider
        return self.t("Your test payment of {amount} at {provider} is still open.", amount=amount, provider=who)

    def whatsapp_fields(self) -> tuple[tuple[str, str, str], ...]:
        """Name, label and where to find it, in the order of Meta's pages."""
        t = self.t
        return (
            ("public_url", t("Address of this store"), t("The https address of your tunnel or domain.")),
            ("access_token", t("Access token"), t("Business settings, System users, Generate token: without an end.")),
            ("phone_number_id", t("Phone number ID"), t("WhatsApp Manager, API setup. It is not the number itself.")),
            ("waba_id", t("WhatsApp Business account ID"), t("On the same page, under the phone number ID.")),
            ("app_secret", t("App secret"), t("App settings, Basic, Show.")),
        )

    def missing(self, fields: Sequence[str], ok: Mapping[str, bool]) -> str:
        """What still has no green tick."""
        names = {name: label for name, label, _ in self.whatsapp_fields()}
        lacking = [names[name] for name in fields if not ok.get(name)]
        return self.t("Still to check: {names}.", names=", ".join(lacking)) if lacking else ""

    def progress(self, tasks: Sequence[Task]) -> str:
        """« 2 étapes sur 5 »."""
        done = sum(task.done for task in tasks)
        return self.t.plural("{n} step of {all} done", "{n} steps of {all} done", done, all=len(tasks))

    def task(self, name: str) -> tuple[str, str]:
        """What is missing, and the verb that leads there."""
        t = self.t
        return {
            "products": (t("Put a product on sale"), t("Add a product")),
            "address": (t("Give this store an address"), t("Enter the address")),
            "whatsapp": (t("Connect your WhatsApp number"), t("Connect WhatsApp")),
            "heard": (t("Receive a first message"), t("Test the number")),
            "provider": (t("Let your buyers pay"), t("Set up payments")),
        }[name]
