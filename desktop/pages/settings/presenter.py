"""The settings without Qt: sections made of what is declared, what is wrong with a value, what a test found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct, field

from core.kernel.errors import LivePayError, Refused
from core.kernel.i18n import catalogue, sentence
from core.kernel.look import Role
from core.payments.dashboard import Dashboard
from core.payments.provider import Finding
from core.settings.setting import Setting
from core.usage.queries import Usage
from desktop.pages.settings.words import (
    advanced_keys,
    bucket_keys,
    choice_words,
    fine_keys,
    hints,
    labels,
    of_invoices,
    placeholders,
)
from desktop.pictures import Thumb
from desktop.texts import Texts

if TYPE_CHECKING:
    from desktop.bridge import Control

LOGO: Final = "store.logo"
PUBLIC_URL: Final = "public_url"
VERIFY_TOKEN: Final = "whatsapp.verify_token"


class Saved(Struct, frozen=True):
    """A value as it stands now; for a secret only whether there is one (:data:`SECRET_SHOWN` or empty)."""

    key: str
    value: str


class ProviderInfo(Struct, frozen=True):
    """A payment provider as its adapter declares it. ``fits``: whether it works in the store's country and money.

    ``pasted``: its dashboard wants the store's ``address``, which is empty while the public one is not known; the other
    providers are told it with each payment.
    """

    name: str
    label: str
    methods: tuple[str, ...]
    required: tuple[str, ...]
    fits: bool
    pasted: bool
    address: str
    dashboard: Dashboard = field(default_factory=lambda: Dashboard(""))
    hooked: bool = False
    """Its notices can be set by its API, instead of by hand there."""


class Reading(Struct, frozen=True):
    """Everything the page shows, at one moment."""

    values: Mapping[str, str]
    providers: tuple[ProviderInfo, ...]
    whatsapp_address: str
    usage: Usage | None = None


class SettingsSource(Protocol):
    """What the page reads and the verbs it calls. All but ``declared`` may block: called off the window's thread."""

    @property
    def declared(self) -> Sequence[Setting]: ...

    def read(self) -> Reading: ...

    def save(self, key: str, text: str) -> Saved:
        """Keep a value or a secret (empty takes a secret away). Raises Refused."""
        ...

    def undo(self) -> Saved | None:
        """Take the last :meth:`save` back; None when there is nothing to take back."""
        ...

    def keep_logo(self, path: Path | None) -> Saved:
        """Keep a picture as the store's logo, None for no logo. Raises Refused, EnvironmentProblem."""
        ...

    def logo(self, width: int, height: int) -> Thumb | None: ...

    def new_verify_token(self) -> str:
        """Make and keep a token that nobody can guess. → the token, to be pasted at Meta."""
        ...

    def verify_token(self) -> str:
        """The token as kept, for the clipboard."""
        ...

    def test_whatsapp(self, control: Control) -> tuple[Finding, ...]: ...

    def connect_whatsapp(self, control: Control) -> tuple[Finding, ...]:
        """Have the account's events sent to this store, then test."""
        ...

    def test_provider(self, name: str, control: Control) -> tuple[Finding, ...]: ...

    def hook_provider(self, name: str, control: Control) -> tuple[Finding, ...]:
        """Have the provider send its notices to this store, and keep the secret that signs them."""
        ...

    def test_mail(self, control: Control) -> tuple[Finding, ...]:
        """Send an e-mail to the address that is written to."""
        ...

    def test_backup(self, control: Control) -> tuple[Finding, ...]:
        """Make a backup, and prove that it comes back."""
        ...


class Group(Struct, frozen=True):
    """Settings under one heading; ``advanced`` ones are folded away."""

    title: str
    intro: str
    keys: tuple[str, ...]
    advanced: tuple[str, ...] = ()


class Section(Struct, frozen=True):
    name: str
    title: str
    icon: str
    intro: str
    groups: tuple[Group, ...]


class FindingText(Struct, frozen=True):
    icon: str
    role: Role
    text: str


class Verdict(Struct, frozen=True):
    """A test's outcome in one line, and line by line."""

    role: Role
    summary: str
    lines: tuple[FindingText, ...]


class CardText(Struct, frozen=True):
    """A provider's head: state as icon, word and colour; ``note`` says why it cannot be used, if so."""

    state: str
    icon: str
    role: Role
    note: str


class SettingsPresenter:
    """Words of the settings, made from the declarations. ``store``: the name it bears while none is set."""

    def __init__(self, t: Texts, declared: Sequence[Setting], store: str = "") -> None:
        self.t = t
        self.declared = {setting.key: setting for setting in declared}
        self._errors = catalogue("errors", t.language)
        self._hints, self._placeholders, self._labels = hints(t), placeholders(t), labels(t)
        if store:
            self._placeholders["store.name"] = store

    # -- sections

    def sections(self) -> tuple[Section, ...]:
        """The page's sections, in order. The verify token stands beside the address it is pasted with."""
        t = self.t
        store = self._of("store")
        shop_keys = tuple(key for key in store if not of_invoices(key))
        whatsapp = self._of("whatsapp")
        advanced = tuple(key for key in whatsapp if key in advanced_keys())
        plain = tuple(key for key in whatsapp if key not in (*advanced, VERIFY_TOKEN))
        backup = self._of("backup")
        bucket = tuple(key for key in backup if key in bucket_keys())
        plain_backup = tuple(key for key in backup if key not in bucket)
        fixed = (
            Section(
                "store",
                t.of("settings", "Store"),
                "store",
                t("What buyers see on the pay page, and what stands on your invoices."),
                (
                    Group(t("Your store"), "", shop_keys),
                    Group(t("On invoices and quotes"), "", tuple(key for key in store if of_invoices(key))),
                ),
            ),
            Section(
                "orders",
                t.of("settings", "Sales"),
                "shopping-bag",
                t("How long an item waits for its buyer, and who hears of each payment."),
                (Group(t("Sales"), "", self._of("orders")),),
            ),
            Section(
                "mail",
                t.of("settings", "Prospects"),
                "users",
                t("Who is worth a call, and how you hear of them."),
                (Group(t("Prospects and e-mail"), t("Through your own e-mail account."), self._of("mail")),),
            ),
            Section(
                "chat",
                t.of("settings", "Messages"),
                "bot",
                t("What the bot adds to its answers."),
                (Group(t("In the messages"), "", self._of("chat")),),
            ),
            Section(
                "whatsapp",
                t.of("settings", "WhatsApp"),
                "message-circle",
                t("The number that answers your buyers, through WhatsApp’s Cloud API."),
                (Group(t("Your WhatsApp number"), t("All of it stands in WhatsApp Manager."), plain, advanced),),
            ),
            Section(
                "assistant",
                t.of("settings", "Messages and AI"),
                "bot",
                t("What messages cost, and whether AI may phrase the answers that LivePay is not sure of."),
                self._usage_groups(),
            ),
            Section(
                "payments",
                t.of("settings", "Payments"),
                "wallet",
                t("Through whom buyers pay you. The money goes to your account there, never through LivePay."),
                (Group(t("What buyers see first"), "", self._of("payments")),),
            ),
            Section(
                "network",
                t.of("settings", "Network"),
                "link",
                t("Where WhatsApp and the payment providers reach this store."),
                (Group(t("Public address"), "", self._of("network")), Group(t("Way in"), "", self._of("tunnel"))),
            ),
            Section(
                "backup",
                t.of("settings", "Backups"),
                "archive",
                t("A copy of the store that you can open on another computer, kept up to date by itself."),
                (Group(t("Where backups go"), "", plain_backup, bucket),),
            ),
            Section(
                "access",
                t.of("settings", "Access"),
                "key-round",
                t("Who works here, what each may do, and how nobody else gets in."),
                (Group(t("When nobody uses the window"), "", self._of("access")),),
            ),
            Section(
                "window",
                t.of("settings", "Appearance"),
                "monitor",
                t("For you, on this computer."),
                (Group(t("This window"), "", self._of("window")),),
            ),
        )
        return fixed + self._others({section.name for section in fixed} | {"welcome", "tunnel", "hidden"})

    def _usage_groups(self) -> tuple[Group, ...]:
        t, keys = self.t, self._of("assistant")
        budget = tuple(key for key in keys if key.startswith("budget."))
        fine = tuple(key for key in keys if key in fine_keys())
        plain = tuple(key for key in keys if key not in (*budget, *fine))
        return (
            Group(t("Budget of a month"), "", budget),
            Group(t("AI for free answers"), t("Off, LivePay’s own engine answers alone."), plain, fine),
        )

    def _others(self, placed: set[str]) -> tuple[Section, ...]:
        """Sections somebody declared that this page gives no special place."""
        names = dict.fromkeys(s.section for s in self.declared.values() if not s.section.startswith("psp."))
        return tuple(
            Section(name, name.capitalize(), "settings", "", (Group(name.capitalize(), "", self._of(name)),))
            for name in names
            if name not in placed
        )

    def _of(self, section: str) -> tuple[str, ...]:
        return tuple(key for key, setting in self.declared.items() if setting.section == section)

    def provider_group(self, name: str) -> Group:
        """The fields of a provider's card, as its adapter declares them."""
        keys = [key for key in self._of(f"psp.{name}") if not key.endswith(".enabled")]
        advanced = tuple(key for key in keys if key.endswith((".base_url", ".min_amount", ".max_amount")))
        return Group("", "", tuple(key for key in keys if key not in advanced), advanced)

    # -- one setting

    def label(self, key: str) -> str:
        return self._labels.get(key) or self._say(self.declared[key].label)

    def hint(self, key: str) -> str:
        """What helps to fill it in: from its declaration, else the window's own words."""
        declared = self.declared[key].hint
        return self._say(declared) if declared else self._hints.get(key, "")

    def placeholder(self, key: str) -> str:
        return self._placeholders.get(key, "")

    def choices(self, key: str) -> tuple[tuple[str, str], ...]:
        """Value and word of each choice."""
        words, values = choice_words(self.t), self.declared[key].choices
        return tuple((value, words.get(f"{key}={value}", words.get(value, value))) for value in values)

    def problem(self, key: str, text: str) -> str:
        """What is wrong with a value as typed, in words; empty when it may be saved."""
        setting = self.declared[key]
        if setting.kind == "secret":
            return ""
        try:
            setting.check(text)
        except Refused as error:
            return self.explain(error)
        return ""

    def explain(self, error: LivePayError) -> str:
        """A refusal in words, with the setting's name as the page has it instead of its key."""
        params = dict(error.params)
        if params.get("key") in self.declared:
            params["key"] = self.t("“{text}”", text=self.label(params["key"]))
        return sentence(error.message, params, self.t.language)

    def shown(self, key: str, value: str) -> str:
        """A value as a sentence names it."""
        kind = self.declared[key].kind
        if kind == "secret":
            return "••••••" if value else self.t("nothing")
        if kind == "switch":
            return self.t("on") if value == "true" else self.t("off")
        if kind == "choice":
            return dict(self.choices(key)).get(value, value)
        return value or self.t("nothing")

    # -- providers

    def missing(self, provider: ProviderInfo, values: Mapping[str, str]) -> tuple[str, ...]:
        """Names of the fields without which the provider cannot work."""
        keys = (f"psp.{provider.name}.{name}" for name in provider.required)
        return tuple(self.label(key) for key in keys if not values.get(key))

    def cannot_enable(self, provider: ProviderInfo, values: Mapping[str, str]) -> str:
        """Why a provider cannot be switched on yet; empty when it can."""
        t = self.t
        if not provider.fits:
            return t("{provider} does not work in your country or currency.", provider=provider.label)
        missing = self.missing(provider, values)
        return t("Fill in first: {fields}.", fields=", ".join(missing)) if missing else ""

    def card(self, provider: ProviderInfo, values: Mapping[str, str]) -> CardText:
        t = self.t
        enabled = values.get(f"psp.{provider.name}.enabled") == "true"
        if enabled and self.missing(provider, values):
            return CardText(t.of("provider", "Keys missing"), "triangle-alert", "danger", "")
        if enabled:
            return CardText(t.of("provider", "Switched on"), "check", "paid", "")
        if not provider.fits:
            return CardText(t.of("provider", "Not for your country"), "ban", "muted", self.cannot_enable(provider, {}))
        if not self.missing(provider, values):
            return CardText(t.of("provider", "Ready, switched off"), "minus", "waiting", "")
        return CardText(t.of("provider", "To set up"), "minus", "muted", "")

    def methods(self, provider: ProviderInfo) -> str:
        """« Wave, Orange Money, Carte bancaire »."""
        return ", ".join(self._say(method) for method in provider.methods)

    # -- tests

    def verdict(self, findings: Sequence[Finding]) -> Verdict:
        """A test's findings in words: what works, and what to do about what does not."""
        t = self.t
        wrong = sum(not finding.ok for finding in findings)
        to_settle = t.plural("{n} thing to settle", "{n} things to settle", wrong)
        summary = to_settle if wrong else t("Everything works")
        lines = sorted(findings, key=lambda finding: finding.ok)
        return Verdict("danger" if wrong else "paid", summary, tuple(self._finding(line) for line in lines))

    def _finding(self, finding: Finding) -> FindingText:
        text = sentence(finding.message, finding.params, self.t.language)
        return FindingText("circle-check" if finding.ok else "circle-alert", "paid" if finding.ok else "danger", text)

    def _say(self, message: str) -> str:
        return self._errors.gettext(message) if message else ""
