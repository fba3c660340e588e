"""The simulator behind LivePay's own rehearsal provider: a made-up but complete payment API."""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from aiohttp import web

from localserver.sandbox.psp_base import (
    CURRENCIES,
    SESSION,
    Conflict,
    Payment,
    PspSimulator,
    Refusal,
    Session,
    What,
    dump,
    json_object,
    wire_json,
)
from localserver.sandbox.psp_payers import payer_of

_TTL: Final = 1800
_METHODS: Final = ("", "wave", "orange_money", "card")


class SandboxSimulator(PspSimulator):
    name: ClassVar[str] = "sandbox"
    label: ClassVar[str] = "Sandbox"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "api_key": "sandbox_key_demo",
        "webhook_secret": "sandbox_whs_demo_0123456789abcdef0123",
    }
    CHECKOUT: ClassVar[str] = "/checkout/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = (1.0, 5.0, 30.0)
    FEE_PER_MILLE: ClassVar[int] = 10

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.post("/v1/sessions", self._create, name="create"),
            web.get("/v1/sessions", self._search, name="search"),
            web.get("/v1/sessions/{id}", self._read, name="status"),
            web.post("/v1/sessions/{id}/expire", self._expire, name="expire"),
            web.post("/v1/sessions/{id}/refunds", self._refund, name="refund"),
        ]

    def authorise(self, request: web.Request, body: bytes) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.values['api_key']}":
            raise _refusal(401, "bad_key", "This key is not known.")

    def barred(self, *, withdrawn: bool) -> Refusal:
        if withdrawn:
            return _refusal(401, "key_withdrawn", "This key was withdrawn.")
        return _refusal(403, "account_inactive", "This account is not active.")

    def not_found(self) -> Refusal:
        return _refusal(404, "not_found", "No such session.")

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        second = str(at // 1000)
        key = self.values["webhook_secret"] + ("?" if spoil else "")
        mac = hmac.new(key.encode(), second.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {"LivePay-Sandbox-Signature": f"t={second},v1={mac}"}

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        shown = self.show(session)
        if payment is not None:
            shown |= {"transaction_id": payment.id, "amount": payment.amount, "currency": payment.currency}
        event = f"evt_{uuid.uuid4().hex}"
        return dump({"id": event, "type": f"session.{what}", "created_at": self.clock.now(), "session": shown})

    def show(self, session: Session) -> dict[str, Any]:
        status: str = session.state
        if session.refunded:
            status = "refunded" if session.refunded >= session.paid else "partially_refunded"
        first = session.payments[0] if session.payments else None
        return {
            "id": session.id,
            "url": session.url,
            "status": status,
            "reference": session.reference,
            "amount": session.shown_amount,
            "currency": session.shown_currency,
            "method": session.method or None,
            "fee": first.fee if first else None,
            "payer": payer_of(session) if first else None,
            "transaction_id": first.id if first else None,
            "refunded": session.refunded,
            "reason": session.reason,
            "created_at": session.created_at,
            "expires_at": session.expires_at,
            "paid_at": session.finished_at,
        }

    async def _create(self, request: web.Request) -> web.Response:
        body, key = json_object(await request.read()), request.headers.get("Idempotency-Key", "")
        self._check(body)
        session = next((s for s in self.sessions.values() if key and s.extra["key"] == key), None)
        if session is None:
            now = self.clock.now()
            session = self.open(
                request,
                Session(
                    id=f"sbx_{uuid.uuid4().hex}",
                    reference=body["reference"],
                    amount=body["amount"],
                    currency=body["currency"],
                    created_at=now,
                    expires_at=now + 1000 * (body.get("expires_in") or _TTL),
                    success_url=body["return_url"],
                    error_url=body["return_url"],
                    notify_url=body.get("notify_url") or "",
                    method=body.get("method") or "",
                    label=str(body.get("label") or "")[:200],
                    extra={"key": key, "refunds": set(), "buyer": (body.get("customer") or {}).get("phone")},
                ),
            )
        request[SESSION] = session
        return wire_json(self.show(session), 201)

    def _check(self, body: dict[str, Any]) -> None:
        ttl, amount, reference = body.get("expires_in"), body.get("amount"), body.get("reference")
        rules = {
            "reference": isinstance(reference, str) and re.fullmatch(r"[A-Za-z0-9._-]{1,64}", reference),
            "amount": isinstance(amount, int) and not isinstance(amount, bool) and 0 < amount <= 10_000_000,
            "currency": body.get("currency") in CURRENCIES,
            "method": (body.get("method") or "") in _METHODS,
            "return_url": self.acceptable_url(body.get("return_url")),
            "notify_url": not body.get("notify_url") or self.acceptable_url(body["notify_url"]),
            "expires_in": ttl is None or (isinstance(ttl, int) and 60 <= ttl <= 86400),
        }
        wrong = [name for name, holds in rules.items() if not holds]
        if wrong:
            raise _refusal(422, "invalid", f"not acceptable: {', '.join(wrong)}")

    async def _search(self, request: web.Request) -> web.Response:
        found = self.by_reference(request.query.get("reference", ""))
        return wire_json({"items": [self.show(session) for session in found]})

    async def _read(self, request: web.Request) -> web.Response:
        return wire_json(self.show(self.named(request)))

    async def _expire(self, request: web.Request) -> web.Response:
        session = self.named(request)
        try:
            self.expire(session)
        except Conflict as error:
            return wire_json({"error": {"code": "conflict", "message": str(error)}, "session": self.show(session)}, 409)
        return wire_json(self.show(session))

    async def _refund(self, request: web.Request) -> web.Response:
        session, body = self.named(request), json_object(await request.read())
        amount, reference = body.get("amount"), body.get("reference")
        if not isinstance(amount, int) or not isinstance(reference, str):
            raise _refusal(422, "invalid", "amount and reference are needed")
        if reference not in session.extra["refunds"]:  # repeating a refund is harmless
            try:
                self.refund(session, amount)
            except Conflict as error:
                raise _refusal(422, "not_refundable", str(error)) from error
            session.extra["refunds"].add(reference)
        return wire_json(self.show(session))


def _refusal(status: int, code: str, message: str) -> Refusal:
    return Refusal(wire_json({"error": {"code": code, "message": message}}, status))
