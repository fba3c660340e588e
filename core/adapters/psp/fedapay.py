"""FedaPay, the aggregator of Togo and Benin: Mixx, Flooz, MTN and others on one page (reference payments §6).

Two calls open a payment: a transaction, then a token with its page. Where the seller wants no page, a third sends the
token to the buyer's phone; should its answer be lost, the page still pays the same transaction, and once. Events name
the currency by an internal number only; « transferred » means that the money has reached the merchant: still paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from core.adapters.psp import verdicts, wire
from core.adapters.psp.sessions import SessionProvider, payment_event
from core.adapters.psp.signatures import Layout, split, verify
from core.kernel.countries import COUNTRIES
from core.payments.dashboard import Dashboard
from core.payments.provider import (
    EVERYTHING,
    PAYER,
    Auth,
    Buyer,
    Capabilities,
    CheckoutRequest,
    CheckoutResult,
    Field,
    Finding,
    InboundResult,
    Method,
    Pay,
    ProviderEvent,
    Rejected,
    SendUnknown,
    StatusResult,
)

_STATUS: Final[dict[str, Pay]] = {
    "pending": Pay.PENDING,
    "approved": Pay.PAID,
    "transferred": Pay.PAID,
    "declined": Pay.FAILED,
    "canceled": Pay.CANCELLED,
    "expired": Pay.EXPIRED,
    "refunded": Pay.REFUNDED,
    "approved_partially_refunded": Pay.PARTIALLY_REFUNDED,
    "transferred_partially_refunded": Pay.PARTIALLY_REFUNDED,
}
# Means and country → the mode that asks the phone (§6); where there is none, only the page can.
_MODES: Final[dict[tuple[str, str], str]] = {
    ("mixx", "TG"): "togocel",
    ("flooz", "TG"): "moov_tg",
    ("mtn", "BJ"): "mtn_open",
    ("mtn", "CI"): "mtn_ci",
    ("moov", "BJ"): "moov",
    ("celtiis", "BJ"): "sbin",
    ("airtel", "NE"): "airtel_ne",
    ("free", "SN"): "free_sn",
}
_METHOD: Final = {mode: method for (method, _), mode in _MODES.items()}
_BACK: Final = (Pay.REFUNDED, Pay.PARTIALLY_REFUNDED)
_ENVIRONMENT: Final = {"api.fedapay.com": "sk_live_", "sandbox-api.fedapay.com": "sk_sandbox_"}
_ONE, _TOKEN = "v1/transaction", "v1/token"


class FedaPay(SessionProvider):
    name: ClassVar[str] = "fedapay"
    label: ClassVar[str] = "FedaPay"
    default_base_url: ClassVar[str] = "https://api.fedapay.com"
    dashboard: ClassVar[Dashboard] = Dashboard(
        "Settings → API",
        # The names of the menus are [unsure]; those of the events stand in its SDKs.
        steps=(
            "In your FedaPay dashboard, open Settings → Webhooks and add an endpoint.",
            "Paste this address and tick the events below.",
            "Save, open the endpoint and copy its secret (wh_…) into the webhook secret above.",
        ),
        events=(
            "transaction.approved",
            "transaction.declined",
            "transaction.canceled",
            "transaction.expired",
            "transaction.refunded",
        ),
        unsure=True,
    )
    sessions: ClassVar[str] = "/v1/transactions"
    caps: ClassVar[Capabilities] = Capabilities(
        flow="redirect",
        currencies=frozenset({"XOF"}),
        countries=frozenset({"TG", "BJ", "CI", "SN", "NE", "ML", "BF"}),
        methods=(
            Method("mixx", "Mixx by Yas (T-Money)", "#FFD200", frozenset({"TG"})),
            Method("flooz", "Flooz (Moov)", "#0066B3", frozenset({"TG"})),
            Method("mtn", "MTN MoMo", "#FFCC00", frozenset({"BJ", "CI"})),
            Method("moov", "Moov Money", "#0066B3", frozenset({"BJ"})),
            Method("celtiis", "Celtiis Cash", "#E4002B", frozenset({"BJ"})),
            Method("airtel", "Airtel Money", "#E40000", frozenset({"NE"})),
            Method("free", "Mixx by Yas (Free Money)", "#FFD200", frozenset({"SN"})),
            # Which wallets its page has there is not known [unsure].
            Method("mobile_money", "Mobile money", "#0B6E4F", frozenset({"ML", "BF"})),
        ),
        min_amount=100,
        create_idempotency="reference_unique",
        # Deleting a pending transaction is [unsure]; one that is being approved could no longer be read: not done.
        # Refunds are made in the dashboard [unsure].
        webhook_tells=frozenset({"reference", "amount", "time", "payer"}),
        status_tells=EVERYTHING | PAYER,
        checkout_origins=("https://process.fedapay.com", "https://sandbox-process.fedapay.com"),
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("api_key", "API key", "Settings → API: the secret key, sk_live_… or sk_sandbox_….", secret=True),
        Field(
            "webhook_secret",
            "Webhook secret",
            "Settings → Webhooks → your endpoint: wh_…. Every endpoint has its own.",
            secret=True,
        ),
        Field(
            "page",
            "Payment page",
            "FedaPay’s page opens; straight to the means asks for the buyer’s number and sends it a request.",
            required=False,
            default="hosted",
            choices=("hosted", "direct"),
        ),
    )

    def asks_phone(self, method: str | None) -> bool:
        return self.config.get("page") == "direct" and (method, self.config.country) in _MODES

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        """Its errors have a sentence and the wrong fields, but no code [unsure]: the first field stands for it."""
        wrong = wire.mapping(body.get("errors"))
        reasons = [
            f"{name} {wire.text(said) or ''}" for name, all_said in wrong.items() for said in wire.items(all_said)
        ]
        return next(iter(wrong), ""), "; ".join(reasons) or wire.text(body.get("message"), 500) or ""

    def session(self, body: Mapping[str, Any]) -> StatusResult:
        return _transaction(_unwrapped(body, _ONE))

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        mode = _MODES[request.method or "", request.country] if self.asks_phone(request.method) else None
        phone = _national(request.buyer, request.country)
        if mode and phone is None:
            raise Rejected("phone", "the buyer's number is missing")
        answer = await self.call("POST", self.sessions, json=_order(request))
        if not answer.ok:
            raise self.refused(answer)
        transaction = _identity(_unwrapped(answer.fields, _ONE))
        if transaction is None:
            raise SendUnknown("no transaction in the answer")
        try:
            token, page = await self._page(transaction)
            if mode is None:
                return CheckoutResult(transaction, page)
            asked = await self.call("POST", f"/v1/{mode}", json={"token": token, "phone_number": phone})
        except SendUnknown as error:  # whatever became of this call, the transaction is there
            raise SendUnknown(error.detail, error.retry_after) from error
        if not asked.ok:
            raise self.refused(asked)
        return CheckoutResult(transaction)  # what it answers beside is [unsure]: the transaction tells the rest

    async def _page(self, transaction: str) -> tuple[str | None, str]:
        """Token and page of a transaction that is there. Raises SendUnknown."""
        answer = await self.call("POST", self.path(transaction, "/token"), json={})
        reply = _unwrapped(answer.fields, _TOKEN)
        page = wire.text(reply.get("url"), 4000)
        if not answer.ok:
            raise self.unread(answer)
        if page is None:
            raise SendUnknown("no page in the answer")
        return wire.text(reply.get("token"), 4000), page

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        timestamp, signatures = split(wire.header(headers, "X-FEDAPAY-SIGNATURE"), "s")
        check = verify(Layout.DOT, self.secret("webhook_secret"), timestamp, signatures, raw, now)
        return wire.judged(check, Auth.BODY_SIGNED, raw, lambda body: _event(body, raw))

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        """Searched by our reference, as far as the search knows it [unsure]; one still open gets a page again."""
        body = await self.read(f"{self.sessions}/search", {"search": attempt_ref})
        rows = body if isinstance(body, list) else wire.items(wire.mapping(body).get("v1/transactions"))
        found = [_transaction(wire.mapping(row)) for row in rows]
        return [await self._reopened(each) for each in found if each.attempt_ref == attempt_ref]

    async def _reopened(self, found: StatusResult) -> StatusResult:
        if found.status is not Pay.PENDING or found.provider_ref is None:
            return found
        try:
            return replace(found, redirect_url=(await self._page(found.provider_ref))[1])
        except SendUnknown:  # how it stands is known all the same
            return found

    def check_settings(self) -> list[Finding]:
        findings = []
        key, secret = self.secret("api_key"), self.secret("webhook_secret")
        expected = _ENVIRONMENT.get(urlsplit(self.config.base_url).hostname or "")
        if key.startswith("pk_"):
            findings.append(Finding(False, "This is the public key of FedaPay; the secret one is needed (sk_…)."))
        elif key and expected is not None and not key.startswith(expected):
            findings.append(verdicts.other_environment(self, test_key=not key.startswith("sk_live_")))
        if secret and not secret.startswith("wh_"):
            findings.append(Finding(False, "The webhook secret of FedaPay starts with wh_."))
        return findings

    async def check_account(self) -> list[Finding]:
        answer = await self.call("GET", f"{self.sessions}/search", params={"search": "LIVEPAY0SELFTEST"})
        if answer.ok:
            return [Finding(True, "FedaPay accepts the key.")]
        return [self.turned_away(answer)]


def _order(request: CheckoutRequest) -> dict[str, Any]:
    order = {
        "description": f"{request.order_label} – {request.attempt_ref}",
        "amount": request.amount,
        "currency": {"iso": request.currency},
        "callback_url": request.return_url,  # where the browser goes afterwards: no webhook, and it proves nothing
        "merchant_reference": request.attempt_ref,
        "custom_metadata": {"order": request.attempt_ref},
    }
    customer = _customer(request.buyer, request.country)
    return {**order, "customer": customer} if customer else order


def _customer(buyer: Buyer, country: str) -> dict[str, Any]:
    """As far as known."""
    first, _, last = buyer.name.strip().partition(" ")
    customer = {"firstname": first, "lastname": last, "email": buyer.email, "phone_number": _national(buyer, country)}
    return {key: value for key, value in customer.items() if value}


def _national(buyer: Buyer, country: str) -> dict[str, str] | None:
    """The buyer's number as FedaPay writes it; None for one of another country, which it could not charge."""
    prefix = f"+{COUNTRIES[country].calling_code}"
    if not buyer.phone or not buyer.phone.startswith(prefix):
        return None
    # Benin's numbers have had ten digits since 2024; some means there may still want eight [unsure].
    return {"number": buyer.phone.removeprefix(prefix), "country": country.lower()}


def _unwrapped(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object inside ``{name: {…}}``, or the reply itself: both occur (§6)."""
    return wire.mapping(body.get(name)) or body


def _identity(transaction: Mapping[str, Any]) -> str | None:
    number = transaction.get("id")
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else wire.text(number)


def _transaction(found: Mapping[str, Any]) -> StatusResult:
    word = wire.text(found.get("status")) or ""
    return StatusResult(
        wire.status_in(_STATUS, word),
        word,
        provider_ref=_identity(found),
        attempt_ref=wire.text(found.get("merchant_reference")),
        amount=wire.whole(found.get("amount")),
        currency=wire.currency(wire.mapping(found.get("currency")).get("iso")),
        fee=wire.whole(found.get("fees")),
        txn_id=wire.text(found.get("reference")),
        paid_at=wire.moment(found.get("approved_at")),
        reason=wire.text(found.get("last_error_code")),
        method=_METHOD.get(mode, mode) if (mode := wire.text(found.get("mode"))) else None,
        payer=_payer(found),
    )


def _payer(found: Mapping[str, Any]) -> str | None:
    """The number that was debited, among the transaction's metadata [unsure]; what stands under customer is what we
    sent ourselves."""
    number = wire.mapping(wire.mapping(found.get("metadata")).get("paid_phone_number"))
    country = (wire.text(number.get("country"), 2) or "").upper()
    return wire.payer(number.get("number"), country) if country in COUNTRIES else None


def _event(body: Mapping[str, Any], raw: bytes) -> ProviderEvent | None:
    """None for what is no transaction: customers, payouts, types of tomorrow."""
    kind = wire.text(body.get("name")) or ""
    if not kind.startswith("transaction."):
        return None
    places = (wire.mapping(body.get(name)) for name in ("entity", "object", "data"))
    found = _transaction(next((place for place in places if place), {}))
    entity = wire.mapping(body.get("entity"))
    status = Pay.CANCELLED if kind == "transaction.deleted" and found.status is Pay.PENDING else found.status
    moment = wire.text(entity.get("updated_at")) or found.provider_status
    event = payment_event(wire.dedupe(raw, kind, found.provider_ref, moment), found, found.paid_at, status)
    if status not in _BACK:
        return event
    # The amount stays what was paid: of a part that went back, nothing says how much.
    return replace(event, kind="refund", amount=event.amount if status is Pay.REFUNDED else None)
