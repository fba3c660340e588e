"""The contract that every payment provider's adapter keeps (reference payments §2).

The service decides, the adapter translates: it builds requests, verifies and parses what the provider sends, and maps
the provider's words to :class:`Pay`. It holds no state, touches no database and knows no order.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Final, Literal, get_args

from msgspec import Struct, field

from core.kernel.discreet import Discreet
from core.kernel.errors import LivePayError, OutsideWorld, Refused
from core.payments.dashboard import Dashboard


class Auth(StrEnum):
    """How strongly one inbound request proves who sent it."""

    BODY_SIGNED = "body_signed"
    SHARED_SECRET = "shared_secret"
    TOKEN = "token"
    NONE = "none"


class Pay(StrEnum):
    """What became of one payment attempt, in LivePay's words. UNKNOWN is never a failure: keep polling."""

    CREATED = "created"
    PENDING = "pending"
    AUTHORIZED = "authorized"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially_refunded"
    UNKNOWN = "unknown"


class Rejected(Refused):
    """The provider understood the request and said no; a new attempt with other values may work."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__("The payment provider refused the request ({code}: {detail}).", code=code, detail=detail)
        self.code = code
        self.detail = detail


class SendUnknown(OutsideWorld):
    """No clear answer (time-out, 429, 5xx, HTML, broken JSON): the session may exist. Look it up, never re-post.

    ``sent`` False: the connection was never made, so nothing exists and the same request may be repeated.
    ``retry_after`` is seconds; ``status`` that of an answer that settled nothing.
    """

    def __init__(self, detail: str, retry_after: float | None = None, *, sent: bool = True, status: int = 0) -> None:
        super().__init__("The payment provider did not answer clearly ({detail}).", detail=detail)
        self.status = status
        self.detail = detail
        self.retry_after = retry_after
        self.sent = sent


class NotSupported(Refused):
    """The provider has no such operation."""

    def __init__(self, operation: str) -> None:
        super().__init__("This payment provider cannot do this.")
        self.operation = operation


Told = Literal["reference", "amount", "currency", "time", "payer"]
PAYER: Final[frozenset[Told]] = frozenset({"payer"})
EVERYTHING: Final[frozenset[Told]] = frozenset(get_args(Told)) - PAYER
"""What a payment is known by; who paid is told by some only."""
NOTIFY_TOKEN: Final = "notify_token"
"""Name, among an attempt's secrets, of the token that notifications of this one payment carry."""


class Method(Struct, frozen=True):
    """A means of payment a buyer can choose on the pay page: ``wave`` → « Wave », ``card`` → « Carte bancaire ».

    ``label`` is an English message id (domain ``errors``); a brand's name translates to itself. ``countries``: where
    it exists; none named means wherever the provider does.
    """

    name: str
    label: str
    colour: str
    countries: frozenset[str] = frozenset()


class Field(Struct, frozen=True):
    """A setting or secret the seller types in: the connection page, the CLI and validation follow from it.

    ``label`` and ``hint`` are English message ids (domain ``errors``); ``secret`` fields go to the vault.
    ``choices`` makes it a list. The full key is ``psp.<provider>.<name>``.
    """

    name: str
    label: str
    hint: str = ""
    secret: bool = False
    required: bool = True
    default: str = ""
    choices: tuple[str, ...] = ()


class Capabilities(Struct, frozen=True):
    """What a provider can do, known without asking it. Amounts in smallest units; times in seconds.

    ``flow``: what a buyer does after choosing: redirect (pay on the provider's page), push (approve a request on the
    phone), qr (scan what our page shows). ``create_idempotency`` local: opening asks nobody, so it cannot be lost.
    """

    flow: Literal["redirect", "push", "qr", "rtp"]
    currencies: frozenset[str]
    countries: frozenset[str]
    methods: tuple[Method, ...]
    min_amount: int = 1
    max_amount: int = 2_000_000
    multiple_of: int = 1
    ref_max_len: int = 25
    ref_regex: str = r"[A-Z0-9]{1,25}"
    url_max_len: int = 2000
    https_return_required: bool = True
    create_idempotency: Literal["header", "reference_lookup", "reference_unique", "local", "none"] = "none"
    default_ttl: int | None = None
    min_ttl: int | None = None
    max_ttl: int | None = None
    can_expire: bool = False
    refund: Literal["none", "full", "partial"] = "none"
    refund_repeats: bool = False
    """The same refund asked for again gives nothing back twice: an unclear answer may be asked for again."""
    listing: Literal["sessions", "payments", "none", "impossible"] = "sessions"
    """What a search by our reference finds: every session, those a buyer has tried to pay, or nothing, because what was
    not answered can be paid by nobody. impossible: there is no search, and what was not answered may well be paid."""
    webhook_auth: Auth = Auth.BODY_SIGNED
    """The strongest proof of origin that its notifications carry."""
    webhook_tells: frozenset[Told] = EVERYTHING
    """What a notification says of the payment, besides what became of it."""
    status_tells: frozenset[Told] = EVERYTHING
    """What the provider's answer says of the payment, besides how it stands."""
    notice: Literal["result", "hint"] = "result"
    """hint: a notification only says that something happened to a payment; what, the status tells."""
    app_link: bool = False
    """Its page's address opens an app, on whatever phone: who sees our page elsewhere can scan it as a code."""
    inbound_methods: frozenset[str] = frozenset({"POST"})
    webhook_setup: Literal["dashboard", "api", "per_request"] = "dashboard"
    checkout_origins: tuple[str, ...] = ()
    """Origins a browser is sent to after choosing a method (for the page's Content-Security-Policy form-action)."""
    phone_prefixes: tuple[str, ...] = ()
    """How this operator's numbers begin, in E.164. Numbers can be ported: a prefix proposes a number, never refuses."""
    confirmed_by: Literal["provider", "seller"] = "provider"
    """seller: money arrives on the seller's own account, and the seller's word is what settles the order."""

    @property
    def asks_phone(self) -> bool:
        """The buyer approves on the phone, so a payment cannot begin without its number."""
        return self.flow == "push"

    def methods_in(self, country: str) -> tuple[Method, ...]:
        """The means that buyers of this country have."""
        return tuple(m for m in self.methods if not m.countries or country in m.countries)


class ProviderConfig(Discreet, frozen=True):
    """One seller's account with one provider: ``values`` holds settings and secrets by field name.

    The seller offers it from ``min_amount`` to ``max_amount`` only, in smallest units; 0 sets no limit.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"values"})

    base_url: str
    country: str
    currency: str
    values: Mapping[str, str] = field(default_factory=dict)
    min_amount: int = 0
    max_amount: int = 0

    def get(self, name: str) -> str:
        return self.values.get(name, "")


class Buyer(Struct, frozen=True):
    name: str = ""
    phone: str | None = None  # E.164
    email: str | None = None


class CheckoutRequest(Struct, frozen=True):
    """``ttl`` in seconds; ``amount`` in smallest units; ``method`` one of the adapter's method names or None."""

    attempt_ref: str
    attempt_uuid: str
    order_label: str
    amount: int
    currency: str
    country: str
    buyer: Buyer
    return_url: str
    notify_url: str
    method: str | None = None
    ttl: int | None = None


class CheckoutResult(Discreet, frozen=True):
    """``expires_at`` in ms UTC. ``secrets`` are per-payment tokens the service must keep with the attempt."""

    hidden: ClassVar[frozenset[str]] = frozenset({"secrets"})

    provider_ref: str
    redirect_url: str | None = None
    qr_text: str | None = None
    alias: str | None = None
    """Whom the code pays, for buyers who type it instead."""
    instructions: str | None = None
    expires_at: int | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)


class Attempt(Discreet, frozen=True):
    """What the service knows of a payment attempt when it asks the provider about it."""

    hidden: ClassVar[frozenset[str]] = frozenset({"secrets"})

    ref: str
    uuid: str
    amount: int
    currency: str
    provider_ref: str | None
    secrets: Mapping[str, str] = field(default_factory=dict)


class StatusResult(Struct, frozen=True):
    """The provider's own word, read over TLS. ``amount`` None: the provider did not say (see ``proves_amount``)."""

    status: Pay
    provider_status: str
    provider_ref: str | None = None
    attempt_ref: str | None = None
    amount: int | None = None
    currency: str | None = None
    fee: int | None = None
    txn_id: str | None = None
    paid_at: int | None = None
    reason: str | None = None
    method: str | None = None
    refunded: int | None = None
    """All that was given back so far, where the provider tells it."""
    proves_amount: bool = False
    """True when no amount is returned but the session, created by us with a fixed amount, is identified by its id."""
    redirect_url: str | None = None
    """Where the buyer can still pay, when the provider tells it: a session found again after SendUnknown is usable."""
    payer: str | None = None
    """As in :class:`ProviderEvent`."""


class ProviderEvent(Struct, frozen=True):
    """One fact inside an inbound request. ``kind``: payment, refund, payout, test, other.

    ``amount`` of a refund is all that was given back so far.
    """

    dedupe_key: str
    kind: Literal["payment", "refund", "payout", "test", "other"]
    status: Pay
    attempt_ref: str | None = None
    provider_ref: str | None = None
    amount: int | None = None
    currency: str | None = None
    fee: int | None = None
    txn_id: str | None = None
    method: str | None = None
    occurred_at: int | None = None
    payer: str | None = None
    """Who paid, as the provider names them: a phone in E.164 or masked, ``card:visa:4242``, an account. Counted, never
    shown or kept as such."""


class InboundResult(Discreet, frozen=True):
    """The verdict on one inbound request and what to answer.

    ``stale``: right signature, time out of window: answer 200, poll, do not apply. ``reply`` = status, body, type.
    ``token``: what the request carries of one payment; it proves something only once it equals the one kept with the
    attempt (``NOTIFY_TOKEN``), which the adapter cannot know.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"token"})

    verdict: Literal["ok", "bad_auth", "stale", "malformed", "ignored"]
    auth: Auth = Auth.NONE
    events: tuple[ProviderEvent, ...] = ()
    reply: tuple[int, bytes, str] = (200, b"ok", "text/plain")
    token: str | None = None


class Finding(Struct, frozen=True):
    """One line of a self-test: ``message`` is an English message id saying what is wrong and what to do."""

    ok: bool
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


class Provider(abc.ABC):
    """One provider's adapter, built per store account. Network methods are coroutines; parsing is pure."""

    name: ClassVar[str]
    label: ClassVar[str]
    caps: ClassVar[Capabilities]
    fields: ClassVar[tuple[Field, ...]]
    default_base_url: ClassVar[str]
    dashboard: ClassVar[Dashboard]
    after_signature: ClassVar[tuple[str, str] | None] = None
    """(field, value) to set once a signed body was seen, so that an attacker cannot fall back to an unsigned one."""

    def __init__(self, config: ProviderConfig, http: Any) -> None:
        """``http`` is a :class:`core.adapters.http.Http`; one is shared by all adapters of a store."""
        self.config = config
        self.http = http

    def configured(self) -> bool:
        """Everything it cannot work without is filled in."""
        return all(self.config.get(f.name).strip() for f in self.fields if f.required)

    def takes(self, amount: int, currency: str, country: str) -> bool:
        """Can a buyer of this country pay this amount here? Also a question of what the seller wants."""
        caps, config = self.caps, self.config
        lowest = max(caps.min_amount, config.min_amount)
        highest = min(caps.max_amount, config.max_amount or caps.max_amount)
        fits = currency in caps.currencies and country in caps.countries
        return fits and lowest <= amount <= highest and not amount % caps.multiple_of and self.configured()

    def asks_phone(self, method: str | None) -> bool:
        """Does paying by this means begin with a request on the buyer's phone, whose number must be known before?"""
        return self.caps.asks_phone

    def checkout_origins(self) -> tuple[str, ...]:
        """Where this account may send a browser, for form-action: a form's redirects are checked against it too."""
        scheme, _, rest = self.config.base_url.partition("://")
        return (*self.caps.checkout_origins, f"{scheme}://{rest.split('/', 1)[0]}")

    @abc.abstractmethod
    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        """Open a payment session. Raises Rejected (clear no) or SendUnknown (the session may exist)."""

    @abc.abstractmethod
    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        """Verify and parse one inbound request. Pure: no I/O, never raises on bad input.

        ``now`` is the provider's time in ms UTC: our clock plus the offset learned from its replies
        (``http.time_at(config.base_url)``), because sellers' clocks are wrong (reference payments §1 point 9).
        """

    @abc.abstractmethod
    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        """The session's true state, by provider reference, else by ours. Raises SendUnknown."""

    async def with_movements(self, found: StatusResult) -> StatusResult:
        """``found`` with what only the movements of the account tell, such as money given back on the provider's pages.

        For comparing the books: it may cost many requests. Raises SendUnknown.
        """
        return found

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        """Sessions the provider knows under our reference, in no promised order (resolves SendUnknown).

        Raises NotSupported, SendUnknown.
        """
        raise NotSupported("search by reference")

    async def refund(self, attempt: Attempt, amount: int, refund_ref: str) -> StatusResult:
        """Give back ``amount``. Raises NotSupported, Rejected, SendUnknown."""
        raise NotSupported("refund")

    async def expire(self, attempt: Attempt) -> StatusResult:
        """Close the session so that it can no longer be paid (ruling R14). Raises NotSupported, SendUnknown."""
        raise NotSupported("expire")

    @abc.abstractmethod
    async def selftest(self) -> Sequence[Finding]:
        """Is the account usable: key right, environment right, methods enabled? Never raises."""

    def told(self, error: LivePayError) -> Finding:
        """An error of this adapter as one sentence for the seller, with the way out."""
        return Finding(False, error.message, error.params)
