"""LivePay's own rehearsal provider: the embedded default (ruling R2), spoken over the real wire to a simulator.

Its webhook is signed in Stripe's layout. It knows every operation a provider may have, so that a new shop rehearses all
of them before it has an account anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from core.adapters.psp import wire
from core.adapters.psp.sessions import SessionProvider, payment_event
from core.adapters.psp.signatures import Layout, split, verify
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
    StatusResult,
)

_STATUS: Final[dict[str, Pay]] = {
    "open": Pay.PENDING,
    "paid": Pay.PAID,
    "declined": Pay.FAILED,
    "cancelled": Pay.CANCELLED,
    "expired": Pay.EXPIRED,
    "refunded": Pay.REFUNDED,
    "partially_refunded": Pay.PARTIALLY_REFUNDED,
}
_SIGNATURE: Final = "LivePay-Sandbox-Signature"


class Sandbox(SessionProvider):
    name: ClassVar[str] = "sandbox"
    label: ClassVar[str] = "Sandbox"
    default_base_url: ClassVar[str] = "http://127.0.0.1:8787/sandbox/psp/sandbox"
    dashboard: ClassVar[Dashboard] = Dashboard("the page of the sandbox")
    sessions: ClassVar[str] = "/v1/sessions"
    caps: ClassVar[Capabilities] = Capabilities(
        flow="redirect",
        currencies=frozenset(EXPONENT),
        countries=frozenset(COUNTRIES),
        methods=(
            Method("wave", "Wave", "#1DC4FF"),
            Method("orange_money", "Orange Money", "#FF7900"),
            Method("card", "Bank card", "#4A5568"),
        ),
        https_return_required=False,
        create_idempotency="header",
        default_ttl=1800,
        min_ttl=60,
        max_ttl=86400,
        can_expire=True,
        refund="partial",
        refund_repeats=True,
        webhook_tells=EVERYTHING | PAYER,
        status_tells=EVERYTHING | PAYER,
        webhook_setup="per_request",
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("api_key", "API key", "Any key of the sandbox, such as sandbox_key_demo.", secret=True),
        Field("webhook_secret", "Webhook secret", "Signs what the sandbox sends to you.", secret=True),
    )

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        error = wire.mapping(body.get("error"))
        return wire.text(error.get("code")) or "", wire.text(error.get("message")) or ""

    def session(self, body: Mapping[str, Any]) -> StatusResult:
        return _status(body)

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        body = {
            "reference": request.attempt_ref,
            "label": request.order_label,
            "amount": request.amount,
            "currency": request.currency,
            "method": request.method,
            "return_url": request.return_url,
            "notify_url": request.notify_url,
            "expires_in": request.ttl,
            "customer": {"phone": request.buyer.phone},
        }
        answer = await self.call("POST", self.sessions, json=body, headers={"Idempotency-Key": request.attempt_uuid})
        return self.opened(answer, "url", wire.whole(answer.fields.get("expires_at")))

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        timestamp, signatures = split(wire.header(headers, _SIGNATURE))
        check = verify(Layout.DOT, self.secret("webhook_secret"), timestamp, signatures, raw, now)
        return wire.judged(check, Auth.BODY_SIGNED, raw, lambda body: _event(body, raw))

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        page = wire.mapping(await self.read(self.sessions, {"reference": attempt_ref}))
        return [_status(wire.mapping(item)) for item in wire.items(page.get("items"))]

    async def expire(self, attempt: Attempt) -> StatusResult:
        session = await self.session_of(attempt)
        if session is None:
            return wire.not_found(attempt)
        answer = await self.call("POST", self.path(session, "/expire"))
        if answer.status == 409:  # no longer open: paid, or expired before
            return _status(wire.mapping(answer.fields.get("session")))
        if not answer.ok:
            raise self.unread(answer)
        return _status(answer.fields)

    async def refund(self, attempt: Attempt, amount: int, refund_ref: str) -> StatusResult:
        path = self.path(await self.session_of(attempt) or "none", "/refunds")
        answer = await self.call("POST", path, json={"amount": amount, "reference": refund_ref})
        if not answer.ok:
            raise self.refused(answer)
        return _status(answer.fields)

    async def check_account(self) -> list[Finding]:
        answer = await self.call("GET", self.sessions, params={"reference": "LIVEPAY0SELFTEST"})
        if answer.ok:
            return [Finding(True, "The sandbox accepts the key.")]
        return [self.turned_away(answer)]


def _event(body: Mapping[str, Any], raw: bytes) -> ProviderEvent:
    session = wire.mapping(body.get("session"))
    key = wire.dedupe(raw, wire.text(body.get("id")))
    event = payment_event(key, _status(session), wire.whole(body.get("created_at")))
    if event.status in (Pay.REFUNDED, Pay.PARTIALLY_REFUNDED):
        return replace(event, kind="refund", amount=wire.whole(session.get("refunded")))
    return event


def _status(session: Mapping[str, Any]) -> StatusResult:
    word = wire.text(session.get("status")) or ""
    status = wire.status_in(_STATUS, word)
    return StatusResult(
        status,
        word,
        provider_ref=wire.text(session.get("id")),
        attempt_ref=wire.text(session.get("reference")),
        amount=wire.whole(session.get("amount")),
        currency=wire.currency(session.get("currency")),
        fee=wire.whole(session.get("fee")),
        txn_id=wire.text(session.get("transaction_id")),
        paid_at=wire.whole(session.get("paid_at")),
        reason=wire.text(session.get("reason")),
        method=wire.text(session.get("method")),
        refunded=wire.whole(session.get("refunded")),
        redirect_url=wire.text(session.get("url"), 4000) if status is Pay.PENDING else None,
        payer=wire.payer(session.get("payer"), "SN"),
    )
