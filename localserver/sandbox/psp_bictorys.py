"""A simulated Bictorys: shapes of reference payments §3, of which several are [unsure] and marked there."""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from aiohttp import web

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
from localserver.sandbox.psp_payers import masked, payer_of

_TYPES: Final = frozenset(
    {"wave_money", "orange_money", "maxit", "mtn_money", "free_money", "moov", "mobicash", "togocell", "card"}
)
_STATUS: Final = {
    "open": "pending",
    "paid": "succeeded",
    "declined": "failed",
    "cancelled": "cancelled",
    "expired": "expired",
}
_MERCHANT: Final = "2b6f1d3e-0c7a-4d0e-8f44-9f0b1c2d3e4f"


class BictorysSimulator(PspSimulator):
    """``signature`` = ``required`` in its values switches the signed webhook on, as Bictorys does per account."""

    name: ClassVar[str] = "bictorys"
    label: ClassVar[str] = "Bictorys"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "api_key": "test_public-5b1e0f3a-7c11-4a57-9d53-0d6e4ab7c001",
        "private_key": "test_secret-5b1e0f3a-7c11-4a57-9d53-0d6e4ab7c002",
        "webhook_secret": "bictorys-demo-secret-0123456789abcdef",
        "signature": "optional",
    }
    CHECKOUT: ClassVar[str] = "/payment/v1/checkout/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = (2.0, 10.0, 30.0)  # up to three retries (§3.4)
    FEE_PER_MILLE: ClassVar[int] = 15
    USER_AGENT: ClassVar[str] = "ReactorNetty/1.1.5"

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.post("/pay/v1/charges", self._create, name="create"),
            web.get("/pay/v1/charges/{id}", self._charge, name="account.charge"),
            web.get("/onboarding/v1/payment-methods/me", self._methods, name="account.methods"),
            web.get("/pay/v1/transactions", self._list, name="search"),
            web.get("/pay/v1/transactions/{id}/status", self._status, name="status"),
            web.get("/pay/v1/transactions/{id}", self._transaction, name="status.full"),
            web.put("/pay/v1/transactions/{id}/refund", self._refund, name="refund"),
        ]

    def authorise(self, request: web.Request, body: bytes) -> None:
        """Any of the account's two keys."""
        if request.headers.get("X-Api-Key") not in (self.values["api_key"], self.values["private_key"]):
            raise _refusal(401, "Unauthorized", "Invalid API key")

    def barred(self, *, withdrawn: bool) -> Refusal:
        # What an inactive account is told is [unsure].
        if withdrawn:
            return _refusal(401, "Unauthorized", "Invalid API key")
        return _refusal(403, "Forbidden", "Merchant account is not active")

    def not_found(self) -> Refusal:
        return _refusal(404, "Not Found", "E404-1: Resource not found")

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        secret = self.values["webhook_secret"]
        headers = {"X-Secret-Key": secret}
        if self.values["signature"] == "required":
            signed = str(at).encode() + b"." + body
            key = secret + ("?" if spoil else "")
            headers["X-Webhook-Timestamp"] = str(at)
            headers["X-Webhook-Signature"] = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
        elif spoil:
            headers["X-Secret-Key"] = "not-" + secret
        return headers

    def payment_id(self, session: Session) -> str:
        """The first transaction has the charge's own id (§3.2); a second payment is another transaction."""
        return session.id if not session.payments else str(uuid.uuid4())

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        if what == "expired":  # nothing documented
            return None
        kind = "refund" if what == "refunded" else "payment"
        shown = self.show(session, payment)
        gross = session.refunded if kind == "refund" else (payment.amount if payment else session.amount)
        shown |= {"type": kind, "amount": gross, "status": "succeeded" if kind == "refund" else shown["status"]}
        return dump(shown)

    def show(self, session: Session, payment: Payment | None = None) -> dict[str, Any]:
        """The transaction; its amount is net of fees here, while the webhook's is what was paid [unsure]."""
        paid = payment or (session.payments[0] if session.payments else None)
        fee = paid.fee if paid else 0
        status = "reversed" if session.refunded and session.refunded >= session.paid else _STATUS[session.state]
        at = datetime.fromtimestamp((paid.at if paid else self.clock.now()) / 1000, UTC)
        return {
            "id": paid.id if paid else session.id,
            "merchantId": _MERCHANT,
            "type": "payment",
            "amount": (paid.amount if paid else session.amount) - fee,
            "currency": paid.currency if paid else session.currency,
            "paymentReference": session.reference,
            "merchantReference": session.extra["merchantReference"],
            "customerObject": session.extra["customerObject"],
            "pspName": session.method or "wave_money",
            "paymentMeans": masked(payer_of(session)) if paid else None,
            "paymentChannel": "Online",
            "merchantFees": fee,
            "customerFees": 0,
            "orderType": "flat",
            "status": status,
            "originIp": "",
            "timestamp": f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 10:05d}",
        }

    async def _create(self, request: web.Request) -> web.Response:
        body, method = json_object(await request.read()), request.query.get("payment_type", "")
        self._need(request, "api_key")
        self._check(body, method)
        token = "op-" + uuid.uuid4().hex
        session = self.open(
            request,
            Session(
                id=str(uuid.uuid4()),
                reference=body["paymentReference"],
                amount=body["amount"],
                currency=body["currency"],
                created_at=self.clock.now(),
                success_url=body["successRedirectUrl"],
                error_url=body["errorRedirectUrl"],
                method=method,
                extra={
                    "merchantReference": body.get("merchantReference"),
                    "customerObject": body.get("customerObject", {}),
                    "buyer": _plus((body.get("customerObject") or {}).get("phone")),
                },
            ),
        )
        request[SESSION] = session
        link = f"{session.url}?charge_id={session.id}&op_token={token}"
        if not method:
            return wire_json(
                {"type": "CheckoutLinkObject", "link": link, "chargeId": session.id, "opToken": token}, 202
            )
        return wire_json(
            {
                "type": "CardPaymentObject" if method == "card" else "MobilePaymentObject",
                "transactionId": session.id,
                "redirectUrl": link,
                "link": link,
                "qrCode": None,
                "merchantReference": session.extra["merchantReference"],
                "message": None,
            },
            201,
        )

    def _check(self, body: dict[str, Any], method: str) -> None:
        amount, reference, customer = body.get("amount"), body.get("paymentReference"), body.get("customerObject")
        urls = (body.get("successRedirectUrl"), body.get("errorRedirectUrl"))
        # The codes of the last two rules are not known; the rules are (§2.2, §3.2).
        rules = {
            "E400-6: Missing or invalid amount": isinstance(amount, int)
            and not isinstance(amount, bool)
            and amount > 0,
            "E400-24: Invalid currency or country": body.get("currency") in ("XOF", "XAF", "GNF")
            and isinstance(body.get("country", "SN"), str),
            "E400-33: Payment method not available": not method or method in _TYPES,
            "E400-46: Invalid paymentReference format": isinstance(reference, str)
            and re.fullmatch(r"[\x20-\x7e]{1,64}", reference),
            "E400-0: Invalid redirect URL": all(self.acceptable_url(url) for url in urls),
            "E400-0: Invalid merchantReference": _is_uuid(body.get("merchantReference")),
            "E400-0: Missing customer country": customer is None
            or (isinstance(customer, dict) and bool(customer.get("country"))),
        }
        for details, holds in rules.items():
            if not holds:
                raise _refusal(400, "Bad Request", details)

    async def _charge(self, request: web.Request) -> web.Response:
        return wire_json(self.show(self.named(request)))

    async def _methods(self, request: web.Request) -> web.Response:
        self._need(request, "private_key")
        return wire_json([{"name": name, "enabled": True} for name in sorted(_TYPES)])

    async def _list(self, request: web.Request) -> web.Response:
        """Payments actually tried, newest first; filters are the client's business (§3.3)."""
        self._need(request, "private_key")
        tried = [session for session in reversed(self.sessions.values()) if session.state != "open"]
        rows = [self.show(s, payment) for s in tried for payment in s.payments]
        rows += [self.show(s) for s in tried if not s.payments]
        return wire_json({"data": rows})

    async def _status(self, request: web.Request) -> web.Response:
        row = self._row(request)
        return wire_json({"id": row["id"], "status": row["status"]})

    async def _transaction(self, request: web.Request) -> web.Response:
        self._need(request, "private_key")
        return wire_json(self._row(request))

    async def _refund(self, request: web.Request) -> web.Response:
        self._need(request, "private_key")
        session = self.named(request)
        try:
            self.refund(session, session.paid - session.refunded)
        except Conflict as error:
            raise _refusal(400, "Bad Request", "E400-0: Transaction cannot be refunded") from error
        return wire_json({"id": session.id, "status": "processing"}, 202)

    def _row(self, request: web.Request) -> dict[str, Any]:
        """The charge in the path, or the further transaction a buyer made on it."""
        for session in self.sessions.values():
            for payment in session.payments[1:]:
                if payment.id == request.match_info["id"]:
                    return self.show(session, payment)
        return self.show(self.named(request))

    def _need(self, request: web.Request, kind: str) -> None:
        if request.headers.get("X-Api-Key") != self.values[kind]:
            raise _refusal(403, "Forbidden", "E403-1: This key cannot do this")


def _plus(phone: object) -> str:
    return "+" + phone.removeprefix("+") if isinstance(phone, str) and phone else ""


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def _refusal(status: int, title: str, details: str) -> Refusal:
    body = {"status": title.upper().replace(" ", "_"), "title": title, "details": details}
    return Refusal(wire_json(body, status))
