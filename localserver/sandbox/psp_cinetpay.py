"""A simulated CinetPay with both its platforms under one roof (reference payments §7.1, §7.2).

``platform`` in its values says which one the merchant is on; the other one's keys are then refused. What the old one
answers to unknown payments and to references used twice is [unsure].
"""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, urlencode

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
from localserver.sandbox.psp_payers import payer_of
from localserver.sandbox.psp_tokens import Tokens
from localserver.sandbox.psp_webhooks import Delivery

_CURRENCIES: Final = frozenset({"XOF", "XAF", "GNF", "CDF", "USD"})
_OPERATORS: Final = frozenset(
    "OM_CI MOOV_CI MTN_CI WAVE_CI OM_BF MOOV_BF WAVE_BF OM_ML MOOV_ML OM_SN FREE_SN EXPRESSO_SN WAVE_SN MOOV_TG"
    " TMONEY_TG OM_GN MTN_GN OM_CM MTN_CM MOOV_BJ MTN_BJ AIRTEL_NE MOOV_NE ZAMANI_NE".split()
)
_TOKEN_LIFE: Final = 86_400
"""Seconds."""
_V1_STATUS: Final = {
    "open": (2001, "INITIATED"),
    "paid": (100, "SUCCESS"),
    "declined": (2010, "FAILED"),
    "cancelled": (2010, "FAILED"),
    "expired": (2003, "EXPIRED"),
}
_V2_STATUS: Final = {
    "open": ("662", "WAITING_CUSTOMER_PAYMENT", "WAITING_FOR_CUSTOMER"),
    "paid": ("00", "SUCCES", "ACCEPTED"),
    "declined": ("600", "PAYMENT_FAILED", "REFUSED"),
    "cancelled": ("627", "TRANSACTION_CANCEL", "REFUSED"),
    "expired": ("625", "TRANSACTION_EXPIRED", "REFUSED"),
}
_TOLD: Final[dict[What, str]] = {"paid": "SUCCES", "declined": "PAYMENT_FAILED", "cancelled": "TRANSACTION_CANCEL"}
_SIGNED: Final = (
    "cpm_site_id cpm_trans_id cpm_trans_date cpm_amount cpm_currency signature payment_method cel_phone_num"
    " cpm_phone_prefixe cpm_language cpm_version cpm_payment_config cpm_page_action cpm_custom cpm_designation"
    " cpm_error_message"
).split()


class CinetPaySimulator(PspSimulator):
    name: ClassVar[str] = "cinetpay"
    label: ClassVar[str] = "CinetPay"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "platform": "v1",
        "api_key": "sk_test_demo0123456789abcdef",
        "api_password": "cinetpay-demo-password",
        "email": "boutique@example.test",
        "site_id": "123456",
        "webhook_secret": "cinetpay-demo-secret-0123456789",
    }
    CHECKOUT: ClassVar[str] = "/payment/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = (5.0, 30.0)  # how often is [unsure]
    PAID_ONCE: ClassVar[bool] = True

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.tokens = Tokens(self.clock, _TOKEN_LIFE)
        self.logins = 0

    @property
    def legacy(self) -> bool:
        return self.values["platform"] == "v2"

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.post("/v1/oauth/login", self._login, name="account.login"),
            web.get("/v1/balances", self._balance, name="account.balance"),
            web.post("/v1/payment", self._create_v1, name="create"),
            web.get("/v1/payment/{id}", self._read_v1, name="status"),
            web.post("/v2/payment", self._create_v2, name="create.v2"),
            web.post("/v2/payment/check", self._check_v2, name="status.v2"),
        ]

    def authorise(self, request: web.Request, body: bytes) -> None:
        path = request.match_info.route.resource
        if path is not None and "/v2/" in path.canonical:
            keys = json_object(body)
            if not self.legacy or (keys.get("apikey"), keys.get("site_id")) != self._site:
                raise _refusal_v2(401, "609", "AUTH_NOT_FOUND")
        elif request.match_info.route.name != "account.login":
            shown = request.headers.get("Authorization", "")
            if not self.tokens.knows(shown):
                raise _refusal_v1(401, *((1003, "EXPIRED_TOKEN") if shown else (1002, "INVALID_TOKEN")))

    @property
    def _site(self) -> tuple[str, str]:
        return self.values["api_key"], self.values["site_id"]

    def barred(self, *, withdrawn: bool) -> Refusal:
        # What an inactive account is told is [unsure].
        if self.legacy:
            return _refusal_v2(401, "609", "AUTH_NOT_FOUND") if withdrawn else _refusal_v2(403, "403", "NOT_ACTIVE")
        if withdrawn:
            return _refusal_v1(401, 1005, "INVALID_CREDENTIALS")
        return _refusal_v1(403, 403, "FORBIDDEN", "Merchant account is not active")

    def not_found(self) -> Refusal:
        if self.legacy:
            return _refusal_v2(404, "404", "TRANSACTION_NOT_FOUND")
        return _refusal_v1(404, 404, "NOT_FOUND")

    def abandon(self, session: Session, how: Delivery | None = None) -> None:
        """On the new platform a buyer who leaves changes nothing: the payment runs out by itself."""
        if self.legacy:
            super().abandon(session, how)
        elif self.refresh(session).state != "open":
            raise Conflict(f"the session is {session.state}")

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        if not self.legacy:
            return {}
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        joined = "".join(fields.get(name, "") for name in _SIGNED)
        secret = self.values["webhook_secret"] + ("?" if spoil else "")
        token = hmac.new(secret.encode(), joined.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        return {"Content-Type": "application/x-www-form-urlencoded", "x-token": token}

    def spoil(self, body: bytes) -> bytes:
        return body if self.legacy else body.replace(b'"notify_token":"nt-', b'"notify_token":"no-')

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        if what not in _TOLD:
            return None
        if not self.legacy:
            names = {"notify_token": session.extra["notify_token"], "merchant_transaction_id": session.reference}
            return dump({**names, "transaction_id": session.id, "user": self._user(session)})
        fields = {
            "cpm_site_id": self.values["site_id"],
            "cpm_trans_id": session.reference,
            "cpm_trans_date": _date(session.created_at),
            "cpm_amount": str(payment.amount if payment else session.amount),
            "cpm_currency": payment.currency if payment else session.currency,
            "signature": session.extra["payment_token"],
            "payment_method": session.method or "FLOOZ",
            "cel_phone_num": payer_of(session)[4:],
            "cpm_phone_prefixe": payer_of(session)[1:4],
            "cpm_language": "fr",
            "cpm_version": "V4",
            "cpm_payment_config": "SINGLE",
            "cpm_page_action": "PAYMENT",
            "cpm_custom": "",
            "cpm_designation": session.label,
            "cpm_error_message": _TOLD[what],
        }
        return urlencode(fields).encode()

    def _user(self, session: Session) -> dict[str, Any]:
        return {**session.extra["user"], "phone_number": payer_of(session)}

    # The new platform

    async def _login(self, request: web.Request) -> web.Response:
        given = json_object(await request.read())
        if self.legacy or any(given.get(name) != self.values[name] for name in ("api_key", "api_password")):
            raise _refusal_v1(401, 1005, "INVALID_CREDENTIALS")
        self.logins += 1
        return wire_json({"code": 200, "status": "OK", "access_token": self.tokens.lend()})

    async def _balance(self, request: web.Request) -> web.Response:
        total = sum(s.paid - s.refunded for s in self.sessions.values())
        return wire_json({"code": 200, "status": "OK", "available_balance": f"{total}.00", "currency": "XOF"})

    async def _create_v1(self, request: web.Request) -> web.Response:
        body = json_object(await request.read())
        for name, holds in self._rules_v1(body).items():
            if not holds:
                raise _refusal_v1(400, 1004, "INVALID_PARAMS", f"{name} is invalid")
        if any(self.by_reference(body["merchant_transaction_id"])):
            raise _refusal_v1(400, 1200, "TRANSACTION_EXIST")
        name = f"{body['client_first_name']} {body['client_last_name']}"
        user = {"name": name, "email": body["client_email"], "phone_number": body.get("client_phone_number", "")}
        tokens = {"notify_token": f"nt-{uuid.uuid4().hex}", "payment_token": uuid.uuid4().hex}
        session = self.open(
            request,
            Session(
                id=f"cp-{uuid.uuid4().hex[:12]}",
                reference=body["merchant_transaction_id"],
                amount=body["amount"],
                currency=body["currency"],
                created_at=self.clock.now(),
                success_url=body["success_url"],
                error_url=body["failed_url"],
                notify_url=body["notify_url"],
                method=body.get("payment_method", ""),
                label=body["designation"],
                extra={"user": user, "buyer": user["phone_number"], **tokens},
            ),
        )
        request[SESSION] = session
        details = {"code": 2001, "status": "INITIATED", "message": "Payment initiated", "must_be_redirected": True}
        names = {"transaction_id": session.id, "merchant_transaction_id": session.reference}
        page = {"payment_url": session.url, "details": details}
        return wire_json({"code": 200, "status": "OK", **tokens, **names, **page})

    def _rules_v1(self, body: dict[str, Any]) -> dict[str, bool]:
        def text(name: str, least: int, most: int) -> bool:
            value = body.get(name)
            return isinstance(value, str) and least <= len(value) <= most

        amount, notify = body.get("amount"), str(body.get("notify_url"))
        return {
            "currency": body.get("currency") in _CURRENCIES,
            "merchant_transaction_id": text("merchant_transaction_id", 1, 30),
            "amount": type(amount) is int and 100 <= amount <= 2_500_000,
            "lang": body.get("lang") in ("fr", "en"),
            "designation": text("designation", 1, 255),
            "client_email": re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", str(body.get("client_email"))) is not None,
            "client_first_name": text("client_first_name", 2, 255),
            "client_last_name": text("client_last_name", 2, 255),
            "client_phone_number": re.fullmatch(r"\+\d{8,15}", str(body.get("client_phone_number", "+22100000000")))
            is not None,
            "success_url": text("success_url", 1, 120) and self.acceptable_url(body["success_url"]),
            "failed_url": text("failed_url", 1, 120) and self.acceptable_url(body["failed_url"]),
            "notify_url": text("notify_url", 1, 120) and notify.startswith(("https://", "http://")),
            "channel": body.get("channel") in ("PUSH", "OTP", "QRCODE"),
            "payment_method": body.get("payment_method", "OM_SN") in _OPERATORS,
        }

    async def _read_v1(self, request: web.Request) -> web.Response:
        """By the payment's token, its id, or the merchant's reference."""
        wanted = request.match_info["id"]
        for session in self.sessions.values():
            if wanted in (session.id, session.reference, session.extra["payment_token"]):
                code, status = _V1_STATUS[self.refresh(session).state]
                names = {"merchant_transaction_id": session.reference, "transaction_id": session.id}
                return wire_json({"code": code, "status": status, **names, "user": session.extra["user"]})
        raise self.not_found()

    # The old platform

    async def _create_v2(self, request: web.Request) -> web.Response:
        body = json_object(await request.read())
        amount = body.get("amount")
        rules = {
            "transaction_id": isinstance(body.get("transaction_id"), str) and body["transaction_id"] != "",
            "amount": type(amount) is int and amount >= 100 and amount % 5 == 0,
            "currency": body.get("currency") in _CURRENCIES,
            "description": isinstance(body.get("description"), str) and body["description"] != "",
            "notify_url": str(body.get("notify_url")).startswith(("https://", "http://")),
            "return_url": self.acceptable_url(body.get("return_url")),
            "channels": body.get("channels") in ("ALL", "MOBILE_MONEY", "CREDIT_CARD", "WALLET"),
        }
        for name, holds in rules.items():
            if not holds:
                raise _refusal_v2(400, "608", "MINIMUM_REQUIRED_FIELDS", f"{name} is invalid")
        if any(self.by_reference(body["transaction_id"])):
            raise _refusal_v2(400, "624", "PROCESSING_ERROR", "transaction_id was used")
        token = uuid.uuid4().hex
        session = self.open(
            request,
            Session(
                id=token,
                reference=body["transaction_id"],
                amount=body["amount"],
                currency=body["currency"],
                created_at=self.clock.now(),
                success_url=body["return_url"],
                error_url=body["return_url"],
                notify_url=body["notify_url"],
                label=body["description"],
                extra={"payment_token": token, "buyer": body.get("customer_phone_number")},
            ),
        )
        request[SESSION] = session
        data = {"payment_token": token, "payment_url": session.url}
        return wire_json({"code": "201", "message": "CREATED", "description": "Transaction created", "data": data}, 201)

    async def _check_v2(self, request: web.Request) -> web.Response:
        wanted = json_object(await request.read()).get("transaction_id")
        session = next(self.by_reference(wanted), None) if isinstance(wanted, str) else None
        if session is None:
            raise self.not_found()
        code, message, status = _V2_STATUS[session.state]
        payment = session.payments[0] if session.payments else None
        data = {
            "amount": str(session.shown_amount),
            "currency": session.shown_currency,
            "status": status,
            "payment_method": session.method or "FLOOZ",
            "description": session.label,
            "operator_id": payment.id if payment else None,
            "payment_date": _date(payment.at) if payment else "",
        }
        return wire_json({"code": code, "message": message, "data": data})


def _date(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def _refusal_v1(http: int, code: int, status: str, description: str = "") -> Refusal:
    said = description or status.replace("_", " ").capitalize()
    return Refusal(wire_json({"code": code, "status": status, "description": said}, http))


def _refusal_v2(http: int, code: str, message: str, description: str = "") -> Refusal:
    return Refusal(wire_json({"code": code, "message": message, "description": description or message}, http))
