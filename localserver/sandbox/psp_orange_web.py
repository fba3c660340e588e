"""A simulated Orange Money Web Payment (reference payments §5.1); what the reference marks [unsure] is so here too."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from aiohttp import web

from localserver.sandbox.psp_base import (
    SESSION,
    Payment,
    PspSimulator,
    Refusal,
    Session,
    What,
    dump,
    json_object,
    wire_json,
)
from localserver.sandbox.psp_tokens import Tokens

_LIFE_MS: Final = 600_000
_TOKEN_LIFE: Final = 7_776_000
_STATUS: Final = {
    "open": "INITIATED",
    "paid": "SUCCESS",
    "declined": "FAILED",
    "cancelled": "PENDING",  # Orange does not tell that a buyer left [unsure]
    "expired": "EXPIRED",
}
_NEEDED: Final = ("merchant_key", "currency", "order_id", "amount", "return_url", "cancel_url", "notif_url")


class OrangeWebSimulator(PspSimulator):
    """``shows_amount`` = ``yes`` in its values is a country whose answers carry the amount, as a string.

    The country, and ``dev`` with its own currency, is in the path and not the merchant's.
    """

    name: ClassVar[str] = "orange_web"
    label: ClassVar[str] = "Orange Money"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "client_id": "orange-demo-client",
        "client_secret": "orange-demo-client-secret-0123456789",
        "merchant_key": "ab12cd34",
        "shows_amount": "no",
    }
    CHECKOUT: ClassVar[str] = "/payment/pay_token/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = ()  # none: one spec says so (§5.1)
    FEE_PER_MILLE: ClassVar[int] = 15
    PAID_ONCE: ClassVar[bool] = True

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.tokens = Tokens(self.clock, _TOKEN_LIFE)

    def routes(self) -> Sequence[web.RouteDef]:
        api = "/orange-money-webpay/{country:[a-z]{2}|dev}/v1"
        return [
            web.post("/oauth/v3/token", self._token, name="account.token"),
            web.post(f"{api}/webpayment", self._create, name="create"),
            web.post(f"{api}/transactionstatus", self._status, name="status"),
        ]

    def authorise(self, request: web.Request, body: bytes) -> None:
        if request.match_info.route.name != "account.token" and not self.tokens.knows(
            request.headers.get("Authorization", "")
        ):
            raise _refusal(401, 42, "Expired credentials", "The requested service needs credentials that live.")

    def barred(self, *, withdrawn: bool) -> Refusal:
        # The second is [unsure].
        if withdrawn:
            return Refusal(
                wire_json({"error": "invalid_client", "error_description": "The application was revoked."}, 401)
            )
        return _refusal(403, 53, "Forbidden", "The application is not approved for this API.")

    def not_found(self) -> Refusal:
        return _refusal(404, 60, "Resource not found", "The requested transaction does not exist.")

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        return {}  # the proof, such as it is, is in the body

    def spoil(self, body: bytes) -> bytes:
        return dump({**json.loads(body), "notif_token": uuid.uuid4().hex})

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        if what not in ("paid", "declined"):
            return None
        shown = self._show(session)
        del shown["order_id"]
        return dump({**shown, "notif_token": session.extra["notif_token"]})

    def _show(self, session: Session) -> dict[str, Any]:
        shown = {
            "status": _STATUS[session.state],
            "order_id": session.reference,
            "txnid": session.payments[0].id if session.payments else session.extra["txnid"],
        }
        return {**shown, "amount": str(session.shown_amount)} if self.values["shows_amount"] == "yes" else shown

    async def _token(self, request: web.Request) -> web.Response:
        pair = f"{self.values['client_id']}:{self.values['client_secret']}".encode()
        if request.headers.get("Authorization") != f"Basic {base64.b64encode(pair).decode()}":
            body = {"error": "invalid_client", "error_description": "The requested service needs valid credentials."}
            return wire_json(body, 401)
        if (await request.post()).get("grant_type") != "client_credentials":
            return wire_json({"error": "unsupported_grant_type", "error_description": "Use client_credentials."}, 400)
        lent = self.tokens.lend()
        return wire_json({"token_type": "Bearer", "access_token": lent, "expires_in": str(_TOKEN_LIFE)})

    async def _create(self, request: web.Request) -> web.Response:
        body = json_object(await request.read())
        self._check(body, request.match_info["country"])
        now = self.clock.now()
        session = self.open(
            request,
            Session(
                id=uuid.uuid4().hex,  # the pay_token: the page's address shows it
                reference=body["order_id"],
                amount=body["amount"],
                currency=body["currency"],
                created_at=now,
                expires_at=now + _LIFE_MS,
                success_url=body["return_url"],
                error_url=body["cancel_url"],
                notify_url=body["notif_url"],
                method="orange_money",
                label=str(body.get("reference") or "")[:200],
                extra={"notif_token": uuid.uuid4().hex, "txnid": f"MP{uuid.uuid4().hex[:12].upper()}"},
            ),
        )
        request[SESSION] = session
        reply = {
            "status": 201,
            "message": "OK",
            "pay_token": session.id,
            "payment_url": session.url,
            "notif_token": session.extra["notif_token"],
        }
        return wire_json(reply, 201)

    def _check(self, body: dict[str, Any], country: str) -> None:
        missing = [name for name in _NEEDED if name not in body]
        if missing:
            raise _refusal(400, 23, "Missing body field", f"The body field {missing[0]} is missing.")
        currency = {"dev": "OUV", "mg": "MGA"}.get(country, "XOF")
        amount, order = body["amount"], body["order_id"]
        # The code of a field that is there but wrong is [unsure].
        rules = {
            "currency": body["currency"] == currency,
            "amount": isinstance(amount, int) and not isinstance(amount, bool) and amount > 0,
            "order_id": isinstance(order, str) and 0 < len(order) <= 30,
            "return_url": self.acceptable_url(body["return_url"]) and self.acceptable_url(body["cancel_url"]),
        }
        wrong = [name for name, holds in rules.items() if not holds]
        if wrong:
            raise _refusal(400, 22, "Invalid body field", f"The body field {wrong[0]} is invalid.")
        if body["merchant_key"] != self.values["merchant_key"]:
            raise _refusal(403, 50, "Access denied", "The merchant key is not known.")
        if next(self.by_reference(order), None) is not None:
            raise _refusal(403, 51, "Forbidden requester", "This order_id has been used.")

    async def _status(self, request: web.Request) -> web.Response:
        body = json_object(await request.read())
        session = self.sessions.get(str(body.get("pay_token")))
        if session is None or (session.reference, session.amount) != (body.get("order_id"), body.get("amount")):
            raise self.not_found()
        return wire_json(self._show(self.refresh(session)), 201)


def _refusal(status: int, code: int, message: str, description: str) -> Refusal:
    return Refusal(wire_json({"code": code, "message": message, "description": description}, status))
