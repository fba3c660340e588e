"""A simulated Wave Business checkout, the sandbox Wave does not have (reference payments §4)."""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from aiohttp import web

from core.kernel.clock import to_datetime
from localserver.sandbox.psp_base import (
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
from localserver.sandbox.psp_webhooks import Delivery

_LIFETIME_MS: Final = 1_800_000  # 30 minutes, or 24 hours: sources differ [unsure]
_CURRENCIES: Final = frozenset({"XOF", "XAF", "GNF"})
_PAGE: Final = 50


class WaveSimulator(PspSimulator):
    """``webhook_mode`` = ``shared`` in its values sends the secret in clear instead of a signature."""

    name: ClassVar[str] = "wave"
    label: ClassVar[str] = "Wave"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "api_key": "wave_sn_prod_demo0123456789",
        "webhook_secret": "wave_sn_WHS_demo_0123456789abcdef",
        "webhook_mode": "signing",
        "signing_secret": "",
    }
    CHECKOUT: ClassVar[str] = "/c/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = (1.0, 5.0, 15.0, 60.0, 300.0)  # really up to three days (§4.2)
    FEE_PER_MILLE: ClassVar[int] = 10
    STAYS_OPEN: ClassVar[bool] = True

    def routes(self) -> Sequence[web.RouteDef]:
        sessions = "/v1/checkout/sessions"
        return [
            web.post(sessions, self._create, name="create"),
            web.get(sessions, self._by_transaction, name="status.transaction"),
            web.get(f"{sessions}/search", self._search, name="search"),
            web.get(f"{sessions}/{{id}}", self._read, name="status"),
            web.post(f"{sessions}/{{id}}/expire", self._expire, name="expire"),
            web.post(f"{sessions}/{{id}}/refund", self._refund, name="refund"),
            web.get("/v1/balance", self._balance, name="account"),
            web.get("/v1/transactions", self._transactions, name="account.transactions"),
        ]

    def authorise(self, request: web.Request, body: bytes) -> None:
        header = request.headers.get("Authorization", "")
        if not header:
            raise _refusal(401, "missing-auth-header", "Your request should include an HTTP auth header.")
        if header != f"Bearer {self.values['api_key']}":
            raise _refusal(401, "no-matching-api-key", "The key you provided doesn't exist in our system.")
        if self.values["signing_secret"] and not self._request_signed(request, body):
            raise _refusal(401, "invalid-auth", "The request signature is missing or wrong.")

    def barred(self, *, withdrawn: bool) -> Refusal:
        if withdrawn:
            return _refusal(401, "api-key-revoked", "Your API key has been revoked.")
        return _refusal(403, "disabled-wallet", "Your wallet has been temporarily disabled.")

    def not_found(self) -> Refusal:
        return _refusal(404, "checkout-session-not-found", "No such session.")

    def _request_signed(self, request: web.Request, body: bytes) -> bool:
        match = re.fullmatch(r"t=(\d{1,12}),v1=([0-9a-f]{64})", request.headers.get("Wave-Signature", ""))
        if match is None or abs(self.clock.now() // 1000 - int(match[1])) > 300:
            return False
        return hmac.compare_digest(match[2], _mac(self.values["signing_secret"], match[1], body))

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        secret, second = self.values["webhook_secret"] + ("?" if spoil else ""), str(at // 1000)
        if self.values["webhook_mode"] == "shared":
            return {"Authorization": f"Bearer {secret}"}
        return {"Wave-Signature": f"t={second},v1={_mac(secret, second, body)}"}

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        event = f"EV_{uuid.uuid4().hex[:12]}"
        if what == "declined":
            error = {"code": session.reason, "message": "The payment was refused."}
            data = {"id": session.id, "client_reference": session.reference, "last_payment_error": error}
            return dump({"id": event, "type": "checkout.session.payment_failed", "data": data})
        if what != "paid" or payment is None:  # Wave sends nothing on expiry and none is known for refunds
            return None
        data = self.show(session) | {
            "amount": str(payment.amount),
            "currency": payment.currency,
            "transaction_id": payment.id,
        }
        return dump({"id": event, "type": "checkout.session.completed", "data": data})

    def show(self, session: Session) -> dict[str, Any]:
        status = {"paid": "complete", "expired": "expired"}.get(session.state, "open")
        error = {"code": session.reason, "message": "The payment was refused."} if session.reason else None
        return {
            "id": session.id,
            "amount": str(session.shown_amount),
            "checkout_status": status,
            "client_reference": session.reference,
            "currency": session.shown_currency,
            "payment_status": "succeeded" if session.payments else ("cancelled" if error else "processing"),
            "transaction_id": session.payments[0].id if session.payments else None,
            "business_name": "Boutique Aïcha",
            "when_completed": _iso(session.finished_at),
            "when_created": _iso(session.created_at),
            "when_expires": _iso(session.expires_at),
            "wave_launch_url": session.url,
            "success_url": session.success_url,
            "error_url": session.error_url,
            "last_payment_error": error,
            "restrict_payer_mobile": None,
            "aggregated_merchant_id": None,
        }

    def refund(self, session: Session, amount: int, how: Delivery | None = None) -> None:
        super().refund(session, amount, how)
        session.extra["refunded_at"] = self.clock.now()

    async def _transactions(self, request: web.Request) -> web.Response:
        """The account's movements of a UTC day, oldest first. The sign of a refund's amount is [unsure]."""
        day, start = request.query.get("date", ""), int(request.query.get("after", "0"))
        moved = sorted((move for session in self.sessions.values() for move in _moves(session)), key=lambda m: m[0])
        found = [
            {"timestamp": _iso(at), "transaction_id": f"T_{at}", **row}
            for at, row in moved
            if f"{to_datetime(at):%Y-%m-%d}" == day
        ]
        end = start + _PAGE
        info = {"end_cursor": str(end), "has_next_page": end < len(found)}
        return wire_json({"date": day, "items": found[start:end], "page_info": info})

    async def _create(self, request: web.Request) -> web.Response:
        body = json_object(await request.read())
        self._check(body)
        now = self.clock.now()
        session = self.open(
            request,
            Session(
                id=f"cos-{uuid.uuid4().hex[:14]}",
                reference=body.get("client_reference") or "",
                amount=int(body["amount"]),
                currency=body["currency"],
                created_at=now,
                expires_at=now + _LIFETIME_MS,
                success_url=body["success_url"],
                error_url=body["error_url"],
                method="wave",
            ),
        )
        request[SESSION] = session
        return wire_json(self.show(session))

    def _check(self, body: dict[str, Any]) -> None:
        reference = body.get("client_reference")
        rules = {
            "amount": isinstance(body.get("amount"), str) and re.fullmatch(r"[1-9][0-9]{0,8}", body["amount"]),
            "currency": body.get("currency") in _CURRENCIES,
            "success_url": self.acceptable_url(body.get("success_url")),
            "error_url": self.acceptable_url(body.get("error_url")),
            "client_reference": reference is None or (isinstance(reference, str) and len(reference) <= 255),
        }
        wrong = [name for name, holds in rules.items() if not holds]
        if wrong:
            details = [{"loc": ["body", name], "msg": "invalid value", "type": "value_error"} for name in wrong]
            raise _refusal(422, "request-validation-error", "Request invalid. Check details.", details=details)

    async def _search(self, request: web.Request) -> web.Response:
        found = self.by_reference(request.query.get("client_reference", ""))
        return wire_json({"result": [self.show(session) for session in found]})

    async def _by_transaction(self, request: web.Request) -> web.Response:
        wanted = request.query.get("transaction_id", "")
        for session in self.sessions.values():
            if any(payment.id == wanted for payment in session.payments):
                return wire_json(self.show(session))
        raise self.not_found()

    async def _read(self, request: web.Request) -> web.Response:
        return wire_json(self.show(self.named(request)))

    async def _expire(self, request: web.Request) -> web.Response:
        try:
            self.expire(self.named(request))
        except Conflict as error:
            raise _refusal(409, "checkout-session-not-open", str(error)) from error
        return web.Response()

    async def _refund(self, request: web.Request) -> web.Response:
        session = self.named(request)
        if session.paid == 0:
            raise _refusal(500, "checkout-refund-failed", "The session has not been paid.")
        if session.refunded < session.paid:  # repeating it is harmless (§4.1)
            self.refund(session, session.paid - session.refunded)
        return web.Response()

    async def _balance(self, request: web.Request) -> web.Response:
        total = sum(s.paid - s.refunded for s in self.sessions.values() if s.shown_currency == "XOF")
        return wire_json({"amount": str(total), "currency": "XOF"})


def _moves(session: Session) -> Iterator[tuple[int, dict[str, str]]]:
    """What one session brought and what went back, each with its time."""
    named = {"checkout_api_session_id": session.id, "currency": session.shown_currency}
    for paid in session.payments:
        yield paid.at, {"type": "api_checkout", "amount": str(paid.amount), "fee": str(paid.fee), **named}
    if "refunded_at" in session.extra:
        yield session.extra["refunded_at"], {"type": "api_checkout_refund", "amount": str(session.refunded), **named}


def _mac(secret: str, second: str, body: bytes) -> str:
    return hmac.new(secret.encode(), second.encode() + body, hashlib.sha256).hexdigest()


def _iso(ms: int | None) -> str | None:
    return None if ms is None else f"{to_datetime(ms):%Y-%m-%dT%H:%M:%SZ}"


def _refusal(status: int, code: str, message: str, **more: Any) -> Refusal:
    return Refusal(wire_json({"code": code, "message": message, **more}, status))
