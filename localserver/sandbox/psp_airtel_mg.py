"""A simulated Airtel Money of Madagascar (reference payments §8.2); the buyer's page is the asked phone's screen."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
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
from localserver.sandbox.psp_tokens import Tokens

_STATUS: Final[dict[str, str]] = {"open": "TIP", "paid": "TS"}
_WORDS: Final[dict[str, str]] = {"TIP": "In process", "TS": "success", "TF": "Transaction failed"}


class AirtelMgSimulator(PspSimulator):
    name: ClassVar[str] = "airtel_mg"
    label: ClassVar[str] = "Airtel Money"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "api_key": "airtel-demo-client-id",
        "api_secret": "airtel-demo-client-secret",
    }
    CHECKOUT: ClassVar[str] = "/phone/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = (1.0, 5.0)  # whether it tries again is [unsure]
    FEE_PER_MILLE: ClassVar[int] = 15

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.tokens = Tokens(self.clock, 180)

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.post("/auth/oauth2/token", self._token, name="account"),
            web.post("/merchant/v1/payments/", self._create, name="create"),
            web.get("/standard/v1/payments/{id}", self._status, name="status"),
            web.post("/standard/v1/payments/refund", self._refund, name="refund"),
        ]

    def authorise(self, request: web.Request, body: bytes) -> None:
        if request.match_info.route.name == "account":
            return
        if not self.tokens.knows(request.headers.get("Authorization", "")):
            raise Refusal(wire_json({"error": "invalid_token", "error_description": "Token is invalid"}, 401))
        if (request.headers.get("X-Country"), request.headers.get("X-Currency")) != ("MG", "MGA"):
            raise Refusal(_answer({}, "DP00800001004", "Invalid country or currency", success=False, status=400))

    def barred(self, *, withdrawn: bool) -> Refusal:
        # The second is [unsure]: not documented.
        if withdrawn:
            return Refusal(
                wire_json({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
            )
        return Refusal(_answer({}, "DP00800001000", "Merchant is not active", success=False, status=403))

    def not_found(self) -> Refusal:
        return Refusal(_answer({}, "DP00800001025", "Transaction not found", success=False))

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        return {}

    def payment_id(self, session: Session) -> str:
        return f"MP{uuid.uuid4().int % 10**10:010d}"

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        if what == "refunded":
            return None
        money = {"airtel_money_id": payment.id} if payment else {}
        told = f"Paid {payment.currency} {payment.amount}" if payment else "Transaction failed"
        code = "TS" if payment else "TF"
        return dump({"transaction": {"id": session.reference, "message": told, "status_code": code, **money}})

    async def _token(self, request: web.Request) -> web.Response:
        body = json_object(await request.read())
        wanted = {
            "client_id": self.values["api_key"],
            "client_secret": self.values["api_secret"],
            "grant_type": "client_credentials",
        }
        if body != wanted:
            return wire_json({"error": "invalid_client", "error_description": "Invalid client authentication"}, 401)
        token = {"token_type": "bearer", "access_token": self.tokens.lend()}
        return wire_json({**token, "expires_in": str(self.tokens.life)})

    async def _create(self, request: web.Request) -> web.Response:
        body = json_object(await request.read())
        payer, asked = _part(body, "subscriber"), _part(body, "transaction")
        here = {"country": "MG", "currency": "MGA"}
        rules = {
            "reference": re.fullmatch(r"[A-Za-z0-9]{4,64}", str(body.get("reference", ""))),
            "msisdn": re.fullmatch(r"3[0-9]{8}", str(payer.get("msisdn", ""))),
            "subscriber": here.items() <= payer.items(),
            "transaction": here.items() <= asked.items(),
            "amount": type(asked.get("amount")) is int and 0 < asked["amount"] < 10**9,
            "id": re.fullmatch(r"[A-Za-z0-9]{1,64}", str(asked.get("id", ""))),
        }
        wrong = [name for name, holds in rules.items() if not holds]
        if wrong:
            raise Refusal(_answer({}, "DP00800001004", f"Invalid {wrong[0]}", success=False, status=400))
        if any(self.by_reference(asked["id"])):
            raise Refusal(_answer({}, "DP00800001001", "Transaction id already used", success=False))
        session = self.open(
            request,
            Session(
                id=asked["id"],
                reference=asked["id"],
                amount=asked["amount"],
                currency="MGA",
                created_at=self.clock.now(),
                method="airtel_money",
                label=body["reference"],
                extra={"payer": payer["msisdn"]},
            ),
        )
        request[SESSION] = session
        return _answer({"transaction": {"id": session.id, "status": "SUCCESS"}}, "DP00800001006", "SUCCESS")

    async def _status(self, request: web.Request) -> web.Response:
        session = self.named(request)
        code = _STATUS.get(session.state, "TF")
        money = {"airtel_money_id": session.payments[0].id} if session.payments else {}
        shown = {"id": session.id, "status": code, "message": _WORDS[code], **money}
        return _answer({"transaction": shown}, "DP00800001001", "SUCCESS")

    async def _refund(self, request: web.Request) -> web.Response:
        money = _part(json_object(await request.read()), "transaction").get("airtel_money_id")
        for session in self.sessions.values():
            if any(payment.id == money for payment in session.payments):
                try:
                    self.refund(session, session.paid)
                except Conflict as error:
                    raise Refusal(_answer({}, "DP00800001026", str(error), success=False)) from error
                shown = {"airtel_money_id": money, "status": "SUCCESS"}
                return _answer({"transaction": shown}, "DP00800001001", "SUCCESS")
        raise self.not_found()


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _answer(data: Any, code: str, message: str, *, success: bool = True, status: int = 200) -> web.Response:
    told = {"code": str(status), "message": message, "result_code": "ESB000010", "response_code": code}
    return wire_json({"data": data, "status": {**told, "success": success}}, status)
