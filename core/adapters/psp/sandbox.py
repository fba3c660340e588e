"""LivePay's own rehearsal provider: the embedded default (ruling R2), spoken over the real wire to a simulator.

Its webhook is signed in Stripe's layout. It knows every operation a provider may have, so that a new shop rehearses all
of them before it has an account anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import quote

from core.adapters.psp import wire
from core.adapters.psp.signatures import Check, Layout, split, verify
from core.kernel.countries import COUNTRIES
from core.kernel.money import EXPONENT
from core.payments.provider import (
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
    SendUnknown,
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


class Sandbox(wire.WireProvider):
    name: ClassVar[str] = "sandbox"
    label: ClassVar[str] = "Sandbox"
    default_base_url: ClassVar[str] = "http://127.0.0.1:8787/sandbox/psp/sandbox"
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
        webhook_setup="per_request",
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("api_key", "API key", "Any key of the sandbox, such as sandbox_key_demo.", secret=True),
        Field("webhook_secret", "Webhook secret", "Signs what the sandbox sends to you.", secret=True),
    )

    async def headers(self, body: bytes) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret('api_key')}"}

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        error = wire.mapping(body.get("error"))
        return wire.text(error.get("code")) or "", wire.text(error.get("message")) or ""

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
        }
        answer = await self.call("POST", "/v1/sessions", json=body, headers={"Idempotency-Key": request.attempt_uuid})
        if not answer.ok:
            raise self.refused(answer)
        session, url = wire.text(answer.fields.get("id")), wire.text(answer.fields.get("url"), 2000)
        if not session or not url:
            raise SendUnknown("no session in the answer")
        return CheckoutResult(session, url, expires_at=wire.whole(answer.fields.get("expires_at")))

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        timestamp, signatures = split(wire.header(headers, _SIGNATURE))
        check = verify(Layout.DOT, self.secret("webhook_secret"), timestamp, signatures, raw, now)
        if check is Check.BAD:
            return wire.UNAUTHORISED
        body = wire.decode(raw)
        if not isinstance(body, dict):
            return wire.malformed(Auth.BODY_SIGNED)
        session = wire.mapping(body.get("session"))
        found = _status(session)
        refund = found.status in (Pay.REFUNDED, Pay.PARTIALLY_REFUNDED)
        event = ProviderEvent(
            wire.dedupe(raw, wire.text(body.get("id"))),
            "refund" if refund else "payment",
            found.status,
            attempt_ref=found.attempt_ref,
            provider_ref=found.provider_ref,
            amount=wire.whole(session.get("refunded")) if refund else found.amount,
            currency=found.currency,
            fee=found.fee,
            txn_id=found.txn_id,
            method=found.method,
            occurred_at=wire.whole(body.get("created_at")),
        )
        return InboundResult("ok" if check is Check.GOOD else "stale", Auth.BODY_SIGNED, (event,))

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        if attempt.provider_ref is None:
            return wire.nearest_to_paid(await self.find_by_reference(attempt.ref), attempt)
        session = await self.read(_path(attempt.provider_ref))
        return wire.not_found(attempt) if session is None else _status(wire.mapping(session))

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        page = wire.mapping(await self.read("/v1/sessions", {"reference": attempt_ref}))
        return [_status(wire.mapping(item)) for item in wire.items(page.get("items"))]

    async def expire(self, attempt: Attempt) -> StatusResult:
        session = await self.session_of(attempt)
        if session is None:
            return wire.not_found(attempt)
        answer = await self.call("POST", _path(session, "/expire"))
        if answer.status == 409:  # no longer open: paid, or expired before
            return _status(wire.mapping(answer.fields.get("session")))
        if not answer.ok:
            raise self.unread(answer)
        return _status(answer.fields)

    async def refund(self, attempt: Attempt, amount: int, refund_ref: str) -> StatusResult:
        path = _path(await self.session_of(attempt) or "none", "/refunds")
        answer = await self.call("POST", path, json={"amount": amount, "reference": refund_ref})
        if not answer.ok:
            raise self.refused(answer)
        return _status(answer.fields)

    async def check_account(self) -> list[Finding]:
        answer = await self.call("GET", "/v1/sessions", params={"reference": "LIVEPAY0SELFTEST"})
        if answer.ok:
            return [Finding(True, "The sandbox accepts the key.")]
        return [Finding(False, "The sandbox refuses the key. Copy it again from the sandbox.")]


def _path(session: str, verb: str = "") -> str:
    return f"/v1/sessions/{quote(session, safe='')}{verb}"


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
        redirect_url=wire.text(session.get("url"), 4000) if status is Pay.PENDING else None,
    )
