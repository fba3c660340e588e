"""A simulated Orange Money Sonatel: codes and links for two apps (reference payments §5.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import segno
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
from localserver.sandbox.psp_payers import payer_of
from localserver.sandbox.psp_tokens import Tokens

_TOKEN_LIFE: Final = 299
_MAX_VALIDITY: Final = 86400
_STATUS: Final = {
    "open": "INITIATED",
    "paid": "SUCCESS",
    "declined": "FAILED",
    "cancelled": "CANCELLED",
    "expired": "INITIATED",  # it stays as it was; its code is what has ended
}


class OrangeSonatelSimulator(PspSimulator):
    """``unsigned`` = ``yes`` in its values leaves the signature away and sends the registered key only."""

    name: ClassVar[str] = "orange_sonatel"
    label: ClassVar[str] = "Orange Money"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "client_id": "sonatel-demo-client",
        "client_secret": "sonatel-demo-client-secret-0123456789",
        "merchant_code": "159515",
        "webhook_secret": "sonatel-demo-webhook-secret-0123456789",
        "callback_key": "sonatel-demo-callback-key",
        "unsigned": "no",
    }
    CHECKOUT: ClassVar[str] = "/{app:om|mp}/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = (2.0, 10.0, 30.0)
    REFUSAL_IS_FINAL: ClassVar[bool] = True
    FEE_PER_MILLE: ClassVar[int] = 10

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.tokens = Tokens(self.clock, _TOKEN_LIFE)

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.post("/oauth/v1/token", self._token, name="account.token"),
            web.post("/api/eWallet/v4/qrcode", self._create, name="create"),
            web.get("/api/eWallet/v1/transactions", self._list, name="status"),
            web.get("/api/eWallet/v1/transactions/{id}/status", self._one, name="status.one"),
        ]

    def authorise(self, request: web.Request, body: bytes) -> None:
        if request.match_info.route.name == "account.token":
            return
        if not self.tokens.knows(request.headers.get("Authorization", "")):
            raise _refusal(401, "401", "The access token is expired or not known.")
        if request.content_type != "application/json":
            raise _refusal(415, "415", "Unsupported Media Type")

    def barred(self, *, withdrawn: bool) -> Refusal:
        # The second is [unsure].
        if withdrawn:
            return Refusal(
                wire_json({"error": "invalid_client", "error_description": "Invalid client credentials"}, 401)
            )
        return _refusal(403, "403", "The merchant is not active.")

    def not_found(self) -> Refusal:
        return _refusal(404, "404", "No such transaction.")

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        key = self.values["callback_key"] + ("?" if spoil else "")
        headers = {"Authorization": f"Basic {key}", "X-Sonatel-Idempotency-Key": hashlib.sha256(body).hexdigest()[:32]}
        if self.values["unsigned"] == "yes":
            return headers
        secret, second = self.values["webhook_secret"] + ("?" if spoil else ""), str(at // 1000)
        mac = hmac.new(secret.encode(), second.encode() + b"," + body, hashlib.sha256).hexdigest()
        return {**headers, "X-Sonatel-Signature": f"t={second},v1={mac}"}

    def checkout_url(self, request: web.Request, session: Session) -> str:
        """Orange Money's link; Max it's differs by its first part only."""
        path = self.app.router["checkout"].url_for(app="om", id=session.id)
        return (self.checkout_base or str(request.url.origin())) + str(path)

    def patched(self, body: Any, patch: Mapping[str, Any]) -> Any:
        return [{**row, **patch} for row in body] if isinstance(body, list) else super().patched(body, patch)

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        if what not in ("paid", "declined", "cancelled"):
            return None
        return dump(self._row(session, payment))

    def _row(self, session: Session, payment: Payment | None) -> dict[str, Any]:
        return {
            "transactionId": payment.id if payment else session.extra["try"],
            "type": "MERCHANT_PAYMENT",
            "status": "SUCCESS" if payment else _STATUS[session.state],
            "customer": {"idType": "MSISDN", "id": payer_of(session)[4:]},  # the names are [unsure]
            "amount": {
                "value": payment.amount if payment else session.amount,
                "unit": payment.currency if payment else session.currency,
            },
            "reference": session.reference,
            "metadata": session.extra["metadata"],
        }

    def _rows(self, session: Session) -> list[dict[str, Any]]:
        """What became of this code: its payments, or the one try that failed; nothing for a code nobody scanned."""
        if session.payments:
            return [self._row(session, payment) for payment in session.payments]
        return [self._row(session, None)] if session.state in ("declined", "cancelled") else []

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if any(form.get(name) != self.values[name] for name in ("client_id", "client_secret")):
            body = {"error": "invalid_client", "error_description": "Invalid client or Invalid client credentials"}
            return wire_json(body, 401)
        if form.get("grant_type") != "client_credentials":
            return wire_json({"error": "unsupported_grant_type", "error_description": "Use client_credentials."}, 400)
        return wire_json({"access_token": self.tokens.lend(), "expires_in": _TOKEN_LIFE, "token_type": "bearer"})

    async def _create(self, request: web.Request) -> web.Response:
        body = json_object(await request.read())
        self._check(body)
        now = self.clock.now()
        session = self.open(
            request,
            Session(
                id=uuid.uuid4().hex[:20],
                reference=body["reference"],
                amount=body["amount"]["value"],
                currency=body["amount"]["unit"],
                created_at=now,
                expires_at=now + body["validity"] * 1000,
                success_url=body["callbackSuccessUrl"],
                error_url=body["callbackCancelUrl"],
                notify_url=request.headers.get("X-Callback-Url", ""),
                method="orange_money",
                label=str(body.get("name") or "")[:200],
                extra={"metadata": body.get("metadata", {}), "try": f"MP{uuid.uuid4().hex[:12].upper()}"},
            ),
        )
        request[SESSION] = session
        maxit = session.url.replace(f"/om/{session.id}", f"/mp/{session.id}")
        picture = io.BytesIO()
        segno.make(session.url).save(picture, kind="png")
        reply = {
            "qrId": session.id,
            "qrCode": base64.b64encode(picture.getvalue()).decode(),
            "deepLink": session.url,
            "deepLinks": {"MAXIT": maxit, "OM": session.url},
            "shortLink": "",  # as production answered (§5.2)
            "validity": body["validity"],
        }
        return wire_json(reply)

    def _check(self, body: dict[str, Any]) -> None:
        given = body.get("amount")
        amount: dict[str, Any] = given if isinstance(given, dict) else {}
        value, reference, metadata = amount.get("value"), body.get("reference"), body.get("metadata", {})
        validity = body.get("validity")
        rules = {
            "code": str(body.get("code")) == self.values["merchant_code"],
            "amount": isinstance(value, int) and not isinstance(value, bool) and value > 0,
            "unit": amount.get("unit") == "XOF",
            "reference": isinstance(reference, str) and reference != "",
            "validity": isinstance(validity, int) and 0 < validity <= _MAX_VALIDITY,
            "callbackSuccessUrl": self.acceptable_url(body.get("callbackSuccessUrl")),
            "callbackCancelUrl": self.acceptable_url(body.get("callbackCancelUrl")),
            "metadata": isinstance(metadata, dict)
            and len(metadata) <= 10
            and all(isinstance(value, str) for value in metadata.values()),
        }
        wrong = [name for name, holds in rules.items() if not holds]
        if wrong:  # its code is [unsure]
            raise _refusal(400, "4000", f"Invalid {wrong[0]}")

    async def _list(self, request: web.Request) -> web.Response:
        if "type" in request.query:
            return wire_json([])  # reported so (§5.2)
        wanted = request.query.get("reference", "")
        return wire_json([row for session in self.by_reference(wanted) for row in self._rows(session)])

    async def _one(self, request: web.Request) -> web.Response:
        for session in self.sessions.values():
            for row in self._rows(session):
                if row["transactionId"] == request.match_info["id"]:
                    return wire_json({"status": row["status"]})
        raise self.not_found()


def _refusal(status: int, code: str, detail: str) -> Refusal:
    return Refusal(wire_json({"code": code, "title": "Request refused", "detail": detail, "status": status}, status))
