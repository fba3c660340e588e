"""Stripe Checkout, for cards of the diaspora (reference payments §9).

The seller's company must be in a country Stripe serves: as far as known no UEMOA state and not Madagascar [unsure].
Requests are forms with brackets; amounts are smallest units, and francs and ariary have no smaller one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from core.adapters.psp import verdicts, wire
from core.adapters.psp.sessions import SessionProvider, payment_event
from core.adapters.psp.signatures import Layout, split, verify
from core.adapters.psp.stripe_hooks import StripeHooks
from core.kernel.countries import COUNTRIES
from core.kernel.money import EXPONENT
from core.payments.dashboard import Dashboard
from core.payments.provider import (
    EVERYTHING,
    PAYER,
    Attempt,
    Auth,
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
    StatusResult,
)

_MIN_TTL: Final = 1800
_MAX_TTL: Final = 86400
_MARGIN: Final = 60
"""Seconds kept away from both bounds of ``expires_at``, for the road and the seconds a Date header hides."""


class Stripe(SessionProvider, StripeHooks):
    name: ClassVar[str] = "stripe"
    label: ClassVar[str] = "Stripe"
    default_base_url: ClassVar[str] = "https://api.stripe.com"
    dashboard: ClassVar[Dashboard] = Dashboard(
        "Developers → API keys",
        steps=(
            "In your Stripe dashboard, in live mode, open Developers → Webhooks and add an endpoint.",
            "Paste this address and tick the events below.",
            "Save, then reveal the signing secret (whsec_…) and paste it above as webhook secret.",
        ),
        events=(
            "checkout.session.completed",
            "checkout.session.async_payment_succeeded",
            "checkout.session.async_payment_failed",
            "checkout.session.expired",
            "charge.refunded",
        ),
    )
    sessions: ClassVar[str] = "/v1/checkout/sessions"
    caps: ClassVar[Capabilities] = Capabilities(
        flow="redirect",
        currencies=frozenset(EXPONENT),
        countries=frozenset(COUNTRIES),
        methods=(Method("card", "Bank card", "#635BFF"),),
        create_idempotency="header",
        default_ttl=_MAX_TTL,
        min_ttl=_MIN_TTL,
        max_ttl=_MAX_TTL,
        can_expire=True,
        refund="partial",
        status_tells=EVERYTHING | PAYER,  # only the charge, which is read, names the card
        checkout_origins=("https://checkout.stripe.com",),
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("api_key", "API key", "Developers → API keys: the secret key, sk_live_… or sk_test_….", secret=True),
        Field("webhook_secret", "Webhook secret", "Developers → Webhooks: whsec_….", secret=True),
    )

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        error = wire.mapping(body.get("error"))
        return (
            wire.text(error.get("code")) or wire.text(error.get("type")) or "",
            wire.text(error.get("message"), 1000) or "",
        )

    def session(self, body: Mapping[str, Any]) -> StatusResult:
        return _session(body)

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        form = [
            ("mode", "payment"),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", request.currency.lower()),
            ("line_items[0][price_data][unit_amount]", str(request.amount)),
            ("line_items[0][price_data][product_data][name]", request.order_label or request.attempt_ref),
            ("client_reference_id", request.attempt_ref),
            ("metadata[attempt_ref]", request.attempt_ref),
            # Copied to the charge: the only way back from a charge.refunded event to the attempt.
            ("payment_intent_data[metadata][attempt_ref]", request.attempt_ref),
            ("success_url", request.return_url),
            ("cancel_url", request.return_url),
        ]
        if request.ttl is not None:
            lasting = min(max(request.ttl, _MIN_TTL + _MARGIN), _MAX_TTL - _MARGIN)
            now = await self.http.ask_time(self.config.base_url)
            form.append(("expires_at", str(now // 1000 + lasting)))
        if request.buyer.email:
            form.append(("customer_email", request.buyer.email))
        answer = await self.call("POST", self.sessions, form=form, headers={"Idempotency-Key": request.attempt_uuid})
        return self.opened(answer, "url", _ms(answer.fields.get("expires_at")))

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        timestamp, signatures = split(wire.header(headers, "Stripe-Signature"))
        check = verify(Layout.DOT, self.secret("webhook_secret"), timestamp, signatures, raw, now)
        return wire.judged(
            check,
            Auth.BODY_SIGNED,
            raw,
            lambda body: None if self._of_other_world(body.get("livemode")) else _event(body, raw),
        )

    async def read_session(self, session: str, attempt: Attempt) -> StatusResult:
        """With its charge, which alone tells the fee and what was given back."""
        body = await self.read(self.path(session), {"expand[]": "payment_intent.latest_charge.balance_transaction"})
        return wire.not_found(attempt) if body is None else _session(wire.mapping(body))

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        """Among the account's hundred newest sessions: Stripe cannot search them by reference."""
        page = wire.mapping(await self.read(self.sessions, {"limit": "100"}))
        rows = (wire.mapping(row) for row in wire.items(page.get("data")))
        return [_session(row) for row in rows if row.get("client_reference_id") == attempt_ref]

    async def expire(self, attempt: Attempt) -> StatusResult:
        session = await self.session_of(attempt)
        if session is None:
            return wire.not_found(attempt)
        answer = await self.call("POST", self.path(session, "/expire"))
        if answer.ok:
            return _session(answer.fields)
        return await self.read_session(session, attempt)  # refused: complete or expired before. Read which

    async def refund(self, attempt: Attempt, amount: int, refund_ref: str) -> StatusResult:
        session = await self.session_of(attempt)
        found = wire.mapping(await self.read(self.path(session))) if session else {}
        intent = wire.text(found.get("payment_intent"))
        if intent is None:
            raise Rejected("payment_intent", "this session has no payment")
        form = [("payment_intent", intent), ("amount", str(amount)), ("metadata[refund_ref]", refund_ref)]
        answer = await self.call("POST", "/v1/refunds", form=form, headers={"Idempotency-Key": refund_ref})
        if not answer.ok:
            raise self.refused(answer)
        word = wire.text(answer.fields.get("status")) or ""
        if word in ("failed", "canceled"):
            raise Rejected(wire.text(answer.fields.get("failure_reason")) or word, "refund not made")
        status = Pay.PENDING
        if word == "succeeded":
            status = Pay.REFUNDED if amount == attempt.amount else Pay.PARTIALLY_REFUNDED
        return StatusResult(status, word, session, attempt.ref, amount, attempt.currency, txn_id=intent)

    def check_settings(self) -> list[Finding]:
        findings = []
        key, secret = self.secret("api_key"), self.secret("webhook_secret")
        if key.startswith("pk_"):
            findings.append(Finding(False, "This is the publishable key of Stripe; the secret one is needed (sk_…)."))
        if key.startswith("sk_test_") and self.config.base_url.rstrip("/") == self.default_base_url:
            findings.append(verdicts.other_environment(self, test_key=True))
        if secret and not secret.startswith("whsec_"):
            findings.append(Finding(False, "The webhook secret of Stripe starts with whsec_."))
        return findings

    async def check_account(self) -> list[Finding]:
        answer = await self.call("GET", self.sessions, params={"limit": "1"})
        if answer.ok:
            return [Finding(True, "Stripe accepts the key.")]
        return [self.turned_away(answer)]

    def _of_other_world(self, livemode: Any) -> bool:
        """Test and live events can hit the same URL (§9); only those of our key's world count."""
        key = self.secret("api_key")
        return ("_test_" in key and livemode is True) or ("_live_" in key and livemode is False)


def _ms(value: Any) -> int | None:
    seconds = wire.whole(value)
    return None if seconds is None else seconds * 1000


def _session(session: Mapping[str, Any]) -> StatusResult:
    state = (wire.text(session.get("status")) or "").lower()
    payment = (wire.text(session.get("payment_status")) or "").lower()
    status = Pay.UNKNOWN
    if payment in ("paid", "no_payment_required"):
        status = Pay.PAID
    elif state == "expired":
        status = Pay.EXPIRED
    elif state in ("open", "complete") and payment == "unpaid":  # complete: the bank transfer is still on its way
        status = Pay.PENDING
    metadata = wire.mapping(session.get("metadata"))
    intent = wire.mapping(session.get("payment_intent"))  # the whole of it only where it was asked for
    charge = wire.mapping(intent.get("latest_charge"))
    settled, back = wire.mapping(charge.get("balance_transaction")), wire.whole(charge.get("amount_refunded"))
    if status is Pay.PAID and back:
        status = Pay.REFUNDED if back == wire.whole(charge.get("amount")) else Pay.PARTIALLY_REFUNDED
    same = settled.get("currency") == session.get("currency")  # the fee is in the currency of the seller's account
    return StatusResult(
        status,
        f"{state}/{payment}",
        provider_ref=wire.text(session.get("id")),
        attempt_ref=wire.text(session.get("client_reference_id")) or wire.text(metadata.get("attempt_ref")),
        amount=wire.whole(session.get("amount_total")),
        currency=wire.currency(session.get("currency")),
        fee=wire.whole(settled.get("fee")) if same else None,
        txn_id=wire.text(intent.get("id")) or wire.text(session.get("payment_intent")),
        method="card",
        refunded=back,
        redirect_url=wire.text(session.get("url"), 4000) if status is Pay.PENDING else None,
        payer=_card(charge),
    )


def _card(charge: Mapping[str, Any]) -> str | None:
    """Brand and last four digits, which is all that is taken of a card."""
    card = wire.mapping(wire.mapping(charge.get("payment_method_details")).get("card"))
    brand, last = wire.text(card.get("brand"), 20), wire.text(card.get("last4"), 4)
    return f"card:{brand.lower()}:{last}" if brand and last and last.isdecimal() else None


def _event(body: Mapping[str, Any], raw: bytes) -> ProviderEvent | None:
    kind = wire.text(body.get("type")) or ""
    thing = wire.mapping(wire.mapping(body.get("data")).get("object"))
    key, at = wire.dedupe(raw, wire.text(body.get("id"))), _ms(body.get("created"))
    if kind == "charge.refunded":
        return _refund(thing, key, at)
    if kind not in (
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    ):
        return None
    return payment_event(key, _session(thing), at, Pay.FAILED if kind.endswith("async_payment_failed") else None)


def _refund(charge: Mapping[str, Any], key: str, at: int | None) -> ProviderEvent:
    paid, back = wire.whole(charge.get("amount")), wire.whole(charge.get("amount_refunded"))
    return ProviderEvent(
        key,
        "refund",
        Pay.REFUNDED if paid is not None and paid == back else Pay.PARTIALLY_REFUNDED,
        attempt_ref=wire.text(wire.mapping(charge.get("metadata")).get("attempt_ref")),
        amount=back,
        currency=wire.currency(charge.get("currency")),
        txn_id=wire.text(charge.get("payment_intent")),
        method="card",
        occurred_at=at,
    )
