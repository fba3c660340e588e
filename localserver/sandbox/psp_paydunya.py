"""A simulated PayDunya (reference payments §7.3). Codes other than 00 and the end of unpaid invoices are [unsure]."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from aiohttp import web

from localserver.sandbox.psp_base import (
    SESSION,
    Payment,
    PspSimulator,
    Refusal,
    Session,
    What,
    json_object,
    wire_json,
)
from localserver.sandbox.psp_payers import payer_of

_STATUS: Final = {
    "open": "pending",
    "paid": "completed",
    "declined": "failed",
    "cancelled": "cancelled",
    "expired": "cancelled",
}
_CHANNELS: Final = frozenset(
    "card orange-money-senegal wave-senegal free-money-senegal expresso-sn wizall-senegal mtn-benin moov-benin"
    " orange-money-ci wave-ci mtn-ci moov-ci t-money-togo moov-togo orange-money-mali moov-ml orange-money-burkina"
    " moov-burkina-faso".split()
)


class PayDunyaSimulator(PspSimulator):
    name: ClassVar[str] = "paydunya"
    label: ClassVar[str] = "PayDunya"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "master_key": "demo-master-0123456789abcdef",
        "private_key": "test_private_demo0123456789",
        "token": "demo0123456789token",
        "store_name": "Boutique Téranga",
    }
    CHECKOUT: ClassVar[str] = "/checkout/invoice/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = (5.0, 30.0)  # how often is [unsure]
    PAID_ONCE: ClassVar[bool] = True

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.post("/checkout-invoice/create", self._create, name="create"),
            web.get("/checkout-invoice/confirm/{id}", self._confirm, name="status"),
        ]

    def authorise(self, request: web.Request, body: bytes) -> None:
        names = {"PAYDUNYA-MASTER-KEY": "master_key", "PAYDUNYA-PRIVATE-KEY": "private_key", "PAYDUNYA-TOKEN": "token"}
        if any(request.headers.get(header) != self.values[name] for header, name in names.items()):
            raise _refusal(200, "1001", "Invalid keys")

    def barred(self, *, withdrawn: bool) -> Refusal:
        # The second is [unsure]: not documented.
        if withdrawn:
            return _refusal(200, "1001", "Invalid keys")
        return _refusal(200, "1002", "Your account is not active.")

    def not_found(self) -> Refusal:
        return _refusal(404, "4040", "Invoice not found")

    @property
    def constant_hash(self) -> str:
        return hashlib.sha512(self.values["master_key"].encode()).hexdigest()

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        """The proof is inside the body, and the same every time."""
        return {"Content-Type": "application/x-www-form-urlencoded"}

    def spoil(self, body: bytes) -> bytes:
        return body.replace(self.constant_hash.encode(), b"0" * 128)

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        if what in ("expired", "refunded"):
            return None
        fields: list[tuple[str, str]] = []
        _flatten("data", {"response_code": "00", **self._shown(session)}, fields)
        return urlencode(fields).encode()

    def _shown(self, session: Session) -> dict[str, Any]:
        return {
            "response_text": "Transaction Found",
            "hash": self.constant_hash,
            "invoice": {"token": session.id, "total_amount": session.shown_amount, "description": session.label},
            "custom_data": session.extra["custom_data"],
            "actions": {
                "cancel_url": session.error_url,
                "return_url": session.success_url,
                "callback_url": session.notify_url,
            },
            "mode": "test",
            "status": _STATUS[session.state],
            "fail_reason": session.reason or "",
            "customer": {"name": "Client", "phone": payer_of(session)[4:] if session.payments else "", "email": ""},
            "receipt_url": f"{session.url}/receipt" if session.payments else "",
        }

    async def _create(self, request: web.Request) -> web.Response:
        body = json_object(await request.read())
        invoice, actions = _part(body, "invoice"), _part(body, "actions")
        self._check(invoice, actions, _part(body, "store"))
        session = self.open(
            request,
            Session(
                id=f"test_{uuid.uuid4().hex[:10]}",
                reference=str(_part(body, "custom_data").get("ref", "")),
                amount=int(invoice["total_amount"]),
                currency="XOF",
                created_at=self.clock.now(),
                success_url=actions.get("return_url") or "",
                error_url=actions.get("cancel_url") or "",
                notify_url=actions.get("callback_url") or "",
                method=(invoice.get("channels") or [""])[0],
                label=str(invoice.get("description") or ""),
                extra={"custom_data": _part(body, "custom_data")},
            ),
        )
        request[SESSION] = session
        return wire_json(
            {
                "response_code": "00",
                "response_text": session.url,
                "description": "Checkout Invoice Created",
                "token": session.id,
            }
        )

    def _check(self, invoice: dict[str, Any], actions: dict[str, Any], store: dict[str, Any]) -> None:
        amount, channels = invoice.get("total_amount"), invoice.get("channels") or []
        urls = [actions.get(name) for name in ("return_url", "cancel_url")]
        rules = {
            "total_amount": isinstance(amount, int | float) and amount == int(amount) and amount >= 100,
            "store name": bool(store.get("name")),
            "channels": isinstance(channels, list) and set(channels) <= _CHANNELS,
            "return_url": all(not url or self.acceptable_url(url) for url in urls),
        }
        for name, holds in rules.items():
            if not holds:
                raise _refusal(200, "4002", f"Invalid {name}")

    async def _confirm(self, request: web.Request) -> web.Response:
        return wire_json({"response_code": "00", **self._shown(self.named(request))})


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _flatten(name: str, value: Any, into: list[tuple[str, str]]) -> None:
    """As PHP writes nested values into a form: ``data[invoice][token]``."""
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{name}[{key}]", inner, into)
    else:
        into.append((name, str(value)))


def _refusal(http: int, code: str, detail: str) -> Refusal:
    return Refusal(wire_json({"response_code": code, "response_text": detail}, http))
