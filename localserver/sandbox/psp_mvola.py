"""A simulated MVola (reference payments §8.1): token, request to a phone, its state, its details, an unsigned PUT.

The buyer's page is the screen of the phone that was asked.
"""

from __future__ import annotations

import re
import uuid
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

from aiohttp import web

from core.kernel.clock import to_datetime
from core.kernel.patterns import late
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

_PATH: Final = "/mvola/mm/transactions/type/merchantpay/1.0.0"
_STATUS: Final[dict[str, str]] = {"open": "pending", "paid": "completed"}
_MSISDN: Final = late(r"03[0-9]{8}")


class MVolaSimulator(PspSimulator):
    name: ClassVar[str] = "mvola"
    label: ClassVar[str] = "MVola"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "api_key": "mvola_demo_consumer_key",
        "api_secret": "mvola_demo_consumer_secret",
        "merchant_phone": "0343500004",
        "partner_name": "Boutique Aïcha",
    }
    CHECKOUT: ClassVar[str] = "/phone/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = ()  # one try, and none after it
    FEE_PER_MILLE: ClassVar[int] = 15
    WEBHOOK_METHOD: ClassVar[str] = "PUT"

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.tokens = Tokens(self.clock, 3600)

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.post("/token", self._token, name="account"),
            web.post(f"{_PATH}/", self._create, name="create"),
            web.get(f"{_PATH}/status/{{id}}", self._status, name="status"),
            web.get(f"{_PATH}/{{transaction}}", self._details, name="search"),
        ]

    def authorise(self, request: web.Request, body: bytes) -> None:
        if request.match_info.route.name == "account":
            return
        if not self.tokens.knows(request.headers.get("Authorization", "")):
            fault = {"code": 900901, "message": "Invalid Credentials", "description": "Invalid or expired token."}
            raise Refusal(wire_json({"fault": fault}, 401))
        # partnerName is asked for (§8.1), yet one SDK of the four leaves it out when creating.
        wanted = ("Version", "X-CorrelationID", "UserLanguage", "UserAccountIdentifier")
        missing = [name for name in wanted if not request.headers.get(name)]
        if missing:
            raise _refusal(400, "missing_header", f"Missing {', '.join(missing)}.")
        if request.headers["UserAccountIdentifier"] != f"msisdn;{self.values['merchant_phone']}":
            raise _refusal(403, "not_the_merchant", "This account is not yours.")

    def barred(self, *, withdrawn: bool) -> Refusal:
        # The second is [unsure]: not documented.
        if withdrawn:
            return Refusal(
                wire_json({"error": "invalid_client", "error_description": "Client Authentication failed."}, 401)
            )
        return _refusal(403, "not_active", "The merchant account is not active.")

    def not_found(self) -> Refusal:
        return _refusal(404, "not_found", "No such transaction.")

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        return {}

    def payment_id(self, session: Session) -> str:
        return str(uuid.uuid4().int % 10**9)

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        if what == "refunded":
            return None
        return dump(
            {
                "transactionStatus": "completed" if payment else "failed",
                "serverCorrelationId": session.id,
                "transactionReference": payment.id if payment else "",
                "requestDate": _iso(self.clock.now()),
                "debitParty": [{"key": "msisdn", "value": session.extra["payer"]}],
                "creditParty": [{"key": "msisdn", "value": self.values["merchant_phone"]}],
                "fees": [{"feeAmount": str(payment.fee)}] if payment else [],
                "metadata": [],
            }
        )

    async def _token(self, request: web.Request) -> web.Response:
        form = dict(parse_qsl((await request.read()).decode("utf-8", "replace")))
        pair = b64encode(f"{self.values['api_key']}:{self.values['api_secret']}".encode()).decode()
        known = request.headers.get("Authorization") == f"Basic {pair}"
        if not known or form.get("grant_type") != "client_credentials" or form.get("scope") != "EXT_INT_MVOLA_SCOPE":
            told = {"error": "invalid_client", "error_description": "Client Authentication failed."}
            return wire_json(told, 401)
        token = {"access_token": self.tokens.lend(), "scope": "EXT_INT_MVOLA_SCOPE", "token_type": "Bearer"}
        return wire_json({**token, "expires_in": self.tokens.life})

    async def _create(self, request: web.Request) -> web.Response:
        body = json_object(await request.read())
        payer, merchant = _party(body.get("debitParty")), _party(body.get("creditParty"))
        amount, reference = body.get("amount"), body.get("requestingOrganisationTransactionReference")
        rules = {
            "amount": isinstance(amount, str) and re.fullmatch(r"[1-9][0-9]{0,8}", amount),
            "currency": body.get("currency") == "Ar",
            "descriptionText": re.fullmatch(r"[A-Za-z0-9 ._-]{1,50}", str(body.get("descriptionText", ""))),
            "requestingOrganisationTransactionReference": isinstance(reference, str) and 0 < len(reference) <= 50,
            "requestDate": re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(body.get("requestDate"))),
            "debitParty": _MSISDN.fullmatch(payer),
            "creditParty": merchant == self.values["merchant_phone"],
        }
        for name, holds in rules.items():
            if not holds:
                raise _refusal(400, "invalid_format", f"Invalid {name}.")
        session = self.open(
            request,
            Session(
                id=str(uuid.uuid4()),
                reference=str(reference),
                amount=int(str(amount)),
                currency="MGA",
                created_at=self.clock.now(),
                notify_url=request.headers.get("X-Callback-URL", ""),
                method="mvola",
                label=str(body["descriptionText"]),
                extra={"payer": payer},
            ),
        )
        request[SESSION] = session
        how = "callback" if session.notify_url else "polling"
        return wire_json({"status": "pending", "serverCorrelationId": session.id, "notificationMethod": how}, 202)

    async def _status(self, request: web.Request) -> web.Response:
        session = self.named(request)
        return wire_json(
            {
                "status": _STATUS.get(session.state, "failed"),
                "serverCorrelationId": session.id,
                "notificationMethod": "callback" if session.notify_url else "polling",
                "objectReference": session.payments[0].id if session.payments else "",
            }
        )

    async def _details(self, request: web.Request) -> web.Response:
        wanted = request.match_info["transaction"]
        for session in self.sessions.values():
            for payment in session.payments:
                if payment.id == wanted:
                    return wire_json(self._shown(session, payment))
        raise self.not_found()

    def _shown(self, session: Session, payment: Payment) -> dict[str, Any]:
        return {
            "amount": str(payment.amount),
            "currency": "Ar" if payment.currency == "MGA" else payment.currency,
            "transactionReference": payment.id,
            "transactionStatus": "completed",
            "createDate": _iso(payment.at),
            "requestDate": _iso(session.created_at),
            "debitParty": [{"key": "msisdn", "value": session.extra["payer"]}],
            "creditParty": [{"key": "msisdn", "value": self.values["merchant_phone"]}],
            "fees": [{"feeAmount": str(payment.fee)}],
            "metadata": [{"key": "originalTransactionResult", "value": "0"}],
        }


def _party(value: Any) -> str:
    """The number in ``[{"key": "msisdn", "value": …}]``."""
    match value:
        case [{"key": "msisdn", "value": str(number)}]:
            return number
    return ""


def _iso(ms: int) -> str:
    return f"{to_datetime(ms):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def _refusal(status: int, code: str, message: str) -> Refusal:
    told = {"errorCategory": "validation", "errorCode": code, "errorDescription": message}
    return Refusal(wire_json({**told, "errorDateTime": "2026-09-21T14:13:20.000Z", "errorParameters": []}, status))
