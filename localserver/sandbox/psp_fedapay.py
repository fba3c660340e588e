"""A simulated FedaPay: transactions, their pages and signed events (reference payments §6)."""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from aiohttp import web

from core.kernel.clock import to_datetime
from core.kernel.countries import COUNTRIES
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

_ONE: Final = "v1/transaction"
_STATUS: Final = {
    "open": "pending",
    "paid": "approved",
    "declined": "declined",
    "cancelled": "canceled",
    "expired": "expired",
}
_FIRST: Final = 104_201
# mode → country and what its numbers look like.
_MODES: Final = {
    "togocel": ("tg", r"[79][0-9]{7}"),
    "moov_tg": ("tg", r"[79][0-9]{7}"),
    "mtn_open": ("bj", r"01[0-9]{8}"),
    "moov": ("bj", r"01[0-9]{8}"),
    "sbin": ("bj", r"01[0-9]{8}"),
    "mtn_ci": ("ci", r"05[0-9]{8}"),
    "airtel_ne": ("ne", r"[0-9]{8}"),
    "free_sn": ("sn", r"7[0-9]{8}"),
}


class FedaPaySimulator(PspSimulator):
    """Answers in the shapes its own SDK reads: a transaction wrapped, a token bare. ``flat`` = ``yes`` in its values
    turns both round, as the documentation has it. Refunds are made by its control, as in the dashboard.
    """

    name: ClassVar[str] = "fedapay"
    label: ClassVar[str] = "FedaPay"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "api_key": "sk_sandbox_demo0123456789",
        "webhook_secret": "wh_sandbox_demo0123456789abcdef",
        "flat": "no",
    }
    CHECKOUT: ClassVar[str] = "/pay/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = (1.0, 10.0, 60.0)
    FEE_PER_MILLE: ClassVar[int] = 18
    PAID_ONCE: ClassVar[bool] = True

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.tokens: dict[str, Session] = {}

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.post("/v1/transactions", self._create, name="create"),
            web.get("/v1/transactions/search", self._search, name="search"),
            web.get("/v1/transactions/{id}", self._read, name="status"),
            web.post("/v1/transactions/{id}/token", self._token, name="create.token"),
            web.post(f"/v1/{{mode:{'|'.join(_MODES)}}}", self._push, name="create.push"),
        ]

    def authorise(self, request: web.Request, body: bytes) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.values['api_key']}":
            raise _refusal(401, "Authentication failed. Check your API key.")

    def barred(self, *, withdrawn: bool) -> Refusal:
        # [unsure]: not documented.
        if withdrawn:
            return _refusal(401, "Authentication failed. Check your API key.")
        return _refusal(403, "Your account is not approved for live transactions.")

    def not_found(self) -> Refusal:
        return _refusal(404, "Transaction not found")

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        second, key = str(at // 1000), self.values["webhook_secret"] + ("?" if spoil else "")
        mac = hmac.new(key.encode(), second.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {"X-FEDAPAY-SIGNATURE": f"t={second},s={mac}"}

    def patched(self, body: Any, patch: Mapping[str, Any]) -> Any:
        if isinstance(body, dict) and isinstance(body.get(_ONE), dict):
            return {_ONE: {**body[_ONE], **patch}}
        return super().patched(body, patch)

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        entity = self._entity(session)
        name = "refunded" if what == "refunded" else entity["status"]
        account = {"id": 4242, "name": "Boutique Aïcha"}
        return dump({"name": f"transaction.{name}", "object": "transaction", "entity": entity, "account": account})

    def _entity(self, session: Session) -> dict[str, Any]:
        """A transaction as events carry it: the currency by its number, which is FedaPay's own."""
        first = session.payments[0] if session.payments else None
        status = _STATUS[session.state]
        if session.refunded:
            status = "refunded" if session.refunded >= session.paid else "approved_partially_refunded"
        return {
            "klass": _ONE,
            "id": int(session.id),
            "reference": first.id if first else session.extra["reference"],
            "amount": session.shown_amount,
            "description": session.label,
            "status": status,
            "mode": session.extra.get("mode", "moov_tg"),
            "currency_id": 1,
            "merchant_reference": session.reference,
            "custom_metadata": session.extra["custom_metadata"],
            "approved_at": f"{to_datetime(first.at):%Y-%m-%dT%H:%M:%S.000Z}" if first else None,
            "fees": first.fee if first else 0,
            "commission": "0.018",
            "metadata": {"paid_phone_number": self._paid_by(session)} if first else {},  # [unsure]
            "last_error_code": session.reason,
        }

    def _paid_by(self, session: Session) -> dict[str, str]:
        code, country = payer_of(session)[1:4], {c.calling_code: c.code for c in COUNTRIES.values()}
        return {"number": payer_of(session)[4:], "country": country.get(int(code), "SN").lower()}

    def _show(self, session: Session) -> dict[str, Any]:
        """As read, with the currency spelt out [unsure]."""
        return {**self._entity(session), "currency": {"iso": session.shown_currency}}

    def _wrapped(self, session: Session, status: int = 200) -> web.Response:
        shown = self._show(session)
        return wire_json(shown if self.values["flat"] == "yes" else {_ONE: shown}, status)

    async def _create(self, request: web.Request) -> web.Response:
        body = json_object(await request.read())
        self._check(body)
        session = self.open(
            request,
            Session(
                id=str(_FIRST + len(self.sessions)),
                reference=body.get("merchant_reference") or "",
                amount=body["amount"],
                currency=body["currency"]["iso"],
                created_at=self.clock.now(),
                success_url=body.get("callback_url") or "",
                error_url=body.get("callback_url") or "",
                label=body["description"],
                extra={
                    "reference": f"trx_{uuid.uuid4().hex[:10]}",
                    "custom_metadata": body.get("custom_metadata") or {},
                },
            ),
        )
        request[SESSION] = session
        return self._wrapped(session)

    def _check(self, body: dict[str, Any]) -> None:
        amount, reference, currency = body.get("amount"), body.get("merchant_reference"), body.get("currency")
        callback = body.get("callback_url")
        known = isinstance(reference, str) and next(self.by_reference(reference), None) is not None
        rules = {
            "description": isinstance(body.get("description"), str) and body["description"] != "",
            "amount": isinstance(amount, int) and not isinstance(amount, bool) and amount >= 100,
            "currency": isinstance(currency, dict) and currency.get("iso") in ("XOF", "GNF"),
            "callback_url": callback is None or self.acceptable_url(callback),
            "merchant_reference": not known,
        }
        wrong = {name: ["is not acceptable"] for name, holds in rules.items() if not holds}
        if wrong:
            raise _refusal(400, "The transaction could not be saved", errors=wrong)

    async def _token(self, request: web.Request) -> web.Response:
        session = self.named(request)
        token = {"token": f"tok_{uuid.uuid4().hex}", "url": session.url}
        self.tokens[token["token"]] = session
        return wire_json({"v1/token": token} if self.values["flat"] == "yes" else token)

    async def _push(self, request: web.Request) -> web.Response:
        """The request appears on the phone: the page is its screen and leads nowhere. The answer is [unsure]."""
        body, mode = json_object(await request.read()), request.match_info["mode"]
        country, digits = _MODES[mode]
        session, phone = self.tokens.get(str(body.get("token"))), body.get("phone_number")
        if session is None or session.state not in ("open", "paid"):
            raise _refusal(400, "The token is not valid", errors={"token": ["is not valid"]})
        known = isinstance(phone, dict) and phone.get("country") == country
        if not known or not re.fullmatch(digits, str(phone and phone.get("number"))):
            raise _refusal(400, "The number is not valid", errors={"phone_number": ["is not valid"]})
        session.success_url = session.error_url = ""
        session.extra["mode"] = mode
        return wire_json({"message": "Pending", "reference": session.extra["reference"], "status": "pending"})

    async def _search(self, request: web.Request) -> web.Response:
        """By any text in a transaction, as search fields do."""
        wanted = request.query.get("search", "")
        found = [self._show(self.refresh(s)) for s in reversed(self.sessions.values()) if wanted in s.reference]
        return wire_json({"v1/transactions": found, "meta": {"total_count": len(found)}})

    async def _read(self, request: web.Request) -> web.Response:
        return self._wrapped(self.named(request))


def _refusal(status: int, message: str, **more: Any) -> Refusal:
    return Refusal(wire_json({"message": message, **more}, status))
