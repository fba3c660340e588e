"""Every setting of a store, declared once: the settings page, the command line and validation follow from this."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from core.kernel import hours
from core.kernel.errors import Refused
from core.kernel.i18n import LANGUAGES
from core.segments.rules import KEY as SEGMENT
from core.segments.rules import KEYS, MAX_TERMS_DAYS, defaults
from core.segments.rules import NAMES as SEGMENTS


@dataclass(frozen=True, slots=True)
class Setting:
    """``kind``: text, number, switch, choice, names (some of ``choices``), url, secret.

    ``label``, ``hint``: message ids (domain ``errors``). ``shape``: what a text that is not empty must look like, a
    regular expression, and ``example`` one that does. ``parse`` raises Refused for what it cannot
    read. ``by_segment``: the default of each segment where they differ.
    """

    key: str
    kind: str
    label: str
    default: str = ""
    hint: str = ""
    section: str = ""
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 2**31
    shape: str = ""
    example: str = ""
    tags: frozenset[str] = field(default_factory=frozenset)
    parse: Callable[[str], object] | None = None
    by_segment: tuple[tuple[str, str], ...] = ()

    def default_in(self, segment: str) -> str:
        """What holds in such a shop while nobody set anything."""
        return next((value for name, value in self.by_segment if name == segment), self.default)

    def check(self, text: str) -> str:
        """The value as stored. Raises Refused with one sentence when it is not valid."""
        text = text.strip()
        if self.kind == "number":
            if not text.removeprefix("-").isdecimal() or not self.low <= int(text) <= self.high:
                raise Refused(
                    "“{text}” is not a valid value for {key}: use a whole number from {low} to {high}.",
                    text=text,
                    key=self.key,
                    low=self.low,
                    high=self.high,
                )
            return str(int(text))
        if self.kind == "switch":
            lowered = text.lower()
            if lowered in ("true", "1", "yes", "oui", "on"):
                return "true"
            if lowered in ("false", "0", "no", "non", "off"):
                return "false"
            raise Refused("“{text}” is not a valid value for {key}: use true or false.", text=text, key=self.key)
        if self.kind == "choice" and text not in self.choices:
            raise Refused(
                "“{text}” is not a valid value for {key}: use one of {choices}.",
                text=text,
                key=self.key,
                choices=", ".join(self.choices),
            )
        if self.kind == "names":
            return self._names(text)
        if self.kind == "url" and text:
            return _url(text, self.key)
        if self.shape and text and re.fullmatch(self.shape, text, re.ASCII) is None:
            raise Refused(
                "“{text}” is not a valid value for {key}: write it like {example}.",
                text=text,
                key=self.key,
                example=self.example,
            )
        if self.parse is not None and text:
            self.parse(text)
        if len(text) > 2000 or any(ord(c) < 32 and c not in "\n\t" for c in text):
            raise Refused("The value of {key} is too long or contains control characters.", key=self.key)
        return text

    def _names(self, text: str) -> str:
        """``wave, mvola``: each known, none twice. Raises Refused."""
        names = [name.strip().lower() for name in text.split(",") if name.strip()]
        if len(set(names)) < len(names) or not set(names) <= set(self.choices):
            raise Refused(
                "“{text}” is not a valid value for {key}: name each once, separated by commas: {choices}.",
                text=text,
                key=self.key,
                choices=", ".join(self.choices),
            )
        return ", ".join(names)


def names_in(value: str) -> list[str]:
    """The names of a stored list, in order."""
    return [name for name in value.split(", ") if name]


def _url(text: str, key: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or any(c.isspace() for c in text):
        raise Refused("“{text}” is not a valid address for {key}: it must start with https://.", text=text, key=key)
    return text.rstrip("/")


_PHONE: Final = r"\(?\+?(?:[ ().-]*\d){8,15}"
_CHAT: Final = "Where the QR code of the live leads. A test of the connection fills it in."
_PAYERS: Final = "Only the initial of the first name, among the last three."
_FIRST_NAMES: Final = "Ask your buyers before: a live is public and kept."
_FOLDER: Final = "It must exist: an unplugged disk is waited for, never replaced by a folder."
_SLOTS: Final = "Of products that have free times. The seller then calls to confirm."
_DEPOSIT: Final = "The rest is paid on site, or with the same link."
_TRUST: Final = "Only customers you allow to pay later; the others pay at once."
_ALWAYS: Final = "Even where invoices are not sent otherwise."
_WHERE: Final = "Once the order is paid. Only you see it."
_MODEL: Final = "It never sells, reserves or promises; what the books do not bear out is not sent."
_ENDPOINT_OF_MODEL: Final = (
    "Any service that speaks OpenAI’s protocol, one on this computer too: http://localhost:11434/v1."
)
_TOKENS: Final = "As your service charges them; 0 for one of your own."
_BUDGET: Final = "At 80 % you are warned; when it is used up, AI and advertising stop, answers and payments never do."
_ENDPOINT: Final = "Any service that speaks S3; empty for Amazon."


def _of_segment(field: str, label: str, *, hint: str = "", low: int = 0, high: int = 2**31) -> Setting:
    """A field of F109: what the segment says, until the seller changes it."""
    by_segment = tuple(defaults(field).items())
    kind = "switch" if by_segment[0][1] in ("true", "false") else "number"
    first = by_segment[0][1]
    return Setting(KEYS[field], kind, label, first, hint, "orders", low=low, high=high, by_segment=by_segment)


BASE: Final[tuple[Setting, ...]] = (
    Setting("store.name", "text", "Store name", section="store"),
    Setting("store.city", "text", "City", section="store"),
    Setting("store.logo", "text", "Logo (file in the store's media folder)", section="store"),
    Setting("store.language", "choice", "Language of the store", "fr", section="store", choices=LANGUAGES),
    Setting("store.address", "text", "Address printed on invoices", section="store"),
    Setting("store.phone", "text", "Phone printed on invoices", section="store"),
    Setting("store.legal_id", "text", "Tax and trade register numbers printed on invoices", section="store"),
    Setting("store.vat_rate", "number", "VAT rate in percent (0: no VAT)", "0", section="store", low=0, high=30),
    Setting("store.vat_mention", "text", "Mention printed when no VAT applies", section="store"),
    Setting("store.vat_rounding", "choice", "VAT is rounded on", "total", section="store", choices=("total", "line")),
    Setting("invoices.send", "switch", "Send the invoice on WhatsApp after payment", "true", section="store"),
    Setting("quotes.remind", "switch", "Remind customers of quotes that end soon", "true", section="store"),
    Setting(
        "quotes.remind_days", "number", "Remind so many days before a quote ends", "2", section="store", low=1, high=60
    ),
    Setting("public_url", "url", "Public address of this store", section="network"),
    Setting(
        SEGMENT,
        "choice",
        "Kind of shop",
        SEGMENTS[0],
        hint="It sets what follows, until you change it yourself.",
        section="orders",
        choices=SEGMENTS,
    ),
    _of_segment("default_reservation_minutes", "Minutes an item stays reserved", low=5, high=30),
    _of_segment("allow_quantity_selection", "Ask how many"),
    _of_segment("require_date_time_slot", "Have buyers choose a date and a time", hint=_SLOTS),
    _of_segment("require_deposit", "Ask for a deposit", hint=_DEPOSIT),
    _of_segment("deposit_percentage", "Deposit in percent", low=1, high=99),
    _of_segment(
        "payment_terms_days", "Days until a trusted business pays (0: never)", hint=_TRUST, high=MAX_TERMS_DAYS
    ),
    _of_segment("generate_invoice", "Send the invoice always", hint=_ALWAYS),
    _of_segment("require_delivery_address", "Ask for the delivery address", hint=_WHERE),
    Setting("orders.remind", "switch", "Remind buyers before their reservation ends", "true", section="orders"),
    Setting(
        "orders.review_score",
        "number",
        "Risk score from which an order waits for your eyes (0: never)",
        "70",
        section="orders",
        low=0,
        high=100,
    ),
    Setting(
        "seller.notify_to",
        "text",
        "WhatsApp number that is told of each payment",
        section="orders",
        shape=_PHONE,
        example="+221 77 123 45 67",
    ),
    Setting("overlay.payers", "switch", "Show on the live who has just paid", "false", hint=_PAYERS, section="orders"),
    Setting(
        "overlay.first_names",
        "switch",
        "Show their whole first name there",
        "false",
        hint=_FIRST_NAMES,
        section="orders",
    ),
    Setting(
        "overlay.name", "switch", "Show the store’s name in OBS while no live is running", "true", section="orders"
    ),
    Setting("live.summary", "switch", "Send the seller a summary when a live ends", "true", section="orders"),
    Setting("hours.open", "text", "Opening hours", section="orders"),
    Setting(
        "store.hours",
        "text",
        "Hours outside of which buyers are told that the shop is closed",
        hint="Like lu-ve 8:00-12:30, 15:00-19:00; sa 9:00-17:00; di fermé. Days not named are closed.",
        section="orders",
        parse=hours.parse,
    ),
    Setting(
        "payments.order",
        "names",
        "Order of the payment providers",
        hint="On the pay page and in WhatsApp; those not named follow. For instance: wave, mvola.",
        section="payments",
    ),
    Setting("whatsapp.base_url", "url", "WhatsApp API address", "https://graph.facebook.com", section="whatsapp"),
    Setting(
        "whatsapp.api_version",
        "text",
        "WhatsApp API version",
        "v26.0",
        section="whatsapp",
        shape=r"v\d{1,3}\.\d",
        example="v26.0",
    ),
    Setting(
        "whatsapp.number",
        "text",
        "Number that buyers write to",
        hint=_CHAT,
        section="whatsapp",
        shape=_PHONE,
        example="+221 77 123 45 67",
    ),
    Setting("whatsapp.phone_number_id", "text", "Phone number ID", section="whatsapp"),
    Setting("whatsapp.waba_id", "text", "WhatsApp Business account ID", section="whatsapp"),
    Setting("whatsapp.access_token", "secret", "Access token", section="whatsapp"),
    Setting("whatsapp.app_secret", "secret", "App secret", section="whatsapp"),
    Setting("whatsapp.verify_token", "secret", "Verify token", section="whatsapp"),
    Setting("backup.to", "choice", "Backups go to", "off", section="backup", choices=("off", "folder", "bucket")),
    Setting("backup.minutes", "number", "Minutes between two backups", "5", section="backup", low=1, high=15),
    Setting("backup.folder", "text", "Folder or removable disk", hint=_FOLDER, section="backup"),
    Setting("backup.s3_endpoint", "url", "Address of the storage service", hint=_ENDPOINT, section="backup"),
    Setting("backup.s3_bucket", "text", "Bucket", section="backup"),
    Setting("backup.s3_region", "text", "Region", section="backup"),
    Setting("backup.s3_access_key", "secret", "Access key", section="backup"),
    Setting("backup.s3_secret_key", "secret", "Secret key", section="backup"),
    Setting("llm.enabled", "switch", "Let AI phrase free answers", "false", hint=_MODEL, section="assistant"),
    Setting("llm.base_url", "url", "Assistant API address", hint=_ENDPOINT_OF_MODEL, section="assistant"),
    Setting("llm.model", "text", "Assistant model", section="assistant"),
    Setting("llm.api_key", "secret", "Assistant API key", section="assistant"),
    Setting("llm.tone", "choice", "Tone", "warm", section="assistant", choices=("warm", "neutral", "formal")),
    Setting(
        "llm.policies",
        "text",
        "What it may say of the shop",
        hint="Delivery, returns, payment: a sentence each. It repeats them word for word and adds nothing.",
        section="assistant",
    ),
    Setting("llm.seconds", "number", "Seconds it may take", "6", section="assistant", low=2, high=20),
    Setting("llm.calls_day", "number", "Calls a day (0: no limit)", "300", section="assistant", high=10**6),
    Setting("llm.calls_month", "number", "Calls a month (0: no limit)", "5000", section="assistant", high=10**7),
    Setting(
        "llm.price_in",
        "number",
        "Price of a million tokens read, in US cents",
        "15",
        hint=_TOKENS,
        section="assistant",
        high=100_000,
    ),
    Setting(
        "llm.price_out",
        "number",
        "Price of a million tokens written, in US cents",
        "60",
        hint=_TOKENS,
        section="assistant",
        high=100_000,
    ),
    Setting(
        "budget.messages",
        "number",
        "WhatsApp messages a month (0: no limit)",
        "0",
        hint=_BUDGET,
        section="assistant",
        high=10**8,
    ),
    Setting(
        "budget.cents",
        "number",
        "US cents a month for messages and AI (0: no limit)",
        "0",
        hint=_BUDGET,
        section="assistant",
        high=10**8,
    ),
    Setting("desktop.theme", "choice", "Theme", "system", section="window", choices=("system", "light", "dark")),
    Setting(
        "desktop.lock_minutes",
        "number",
        "Minutes without use until the window locks (0: never)",
        "0",
        section="access",
        high=240,
        hint="Only somebody with an account opens it again. Ctrl+L locks at once.",
    ),
    Setting("desktop.sound", "switch", "Sound when an order is paid", "true", section="window"),
)

ACCOUNT: Final[tuple[Setting, ...]] = (
    Setting("enabled", "switch", "Enabled", "false"),
    Setting("base_url", "url", "API address"),
    Setting(
        "min_amount", "number", "Offered from this amount", "0", "0: the provider’s own limit counts.", high=10**12
    ),
    Setting(
        "max_amount", "number", "Offered up to this amount", "0", "0: the provider’s own limit counts.", high=10**12
    ),
)
"""What every payment provider has beside its own fields; the full keys are ``psp.<provider>.<key>``."""
