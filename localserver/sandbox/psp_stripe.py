"""A simulated Stripe Checkout: the part of Stripe's API that a shop uses (reference payments §9)."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

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
    wire_json,
)
from localserver.sandbox.psp_payers import payer_of
from localserver.sandbox.psp_stripe_hooks import PATH as HOOKS
from localserver.sandbox.psp_stripe_hooks import Endpoints

_HALF_HOUR: Final = 1800
_DAY: Final = 86400
_API_VERSION: Final = "2026-10-28.endive"


class StripeSimulator(PspSimulator):
    """``webhooks`` = ``barred`` in its values: the key is a restricted one without the right to set endpoints."""

    name: ClassVar[str] = "stripe"
    label: ClassVar[str] = "Stripe"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "api_key": "sk_test_demo0123456789",
        "webhook_secret": "whsec_demo_0123456789abcdef0123456789",
    }
    CHECKOUT: ClassVar[str] = "/c/pay/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = (1.0, 10.0, 60.0)  # three times over hours in test mode
    FEE_PER_MILLE: ClassVar[int] = 29
    USER_AGENT: ClassVar[str] = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
    STAYS_OPEN: ClassVar[bool] = True

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.endpoints = Endpoints()

    def routes(self) -> Sequence[web.RouteDef]:
        sessions = "/v1/checkout/sessions"
        return [
            web.post(sessions, self._create, name="create"),
            web.get(sessions, self._list, name="search"),
            web.get(f"{sessions}/{{id}}", self._read, name="status"),
            web.post(f"{sessions}/{{id}}/expire", self._expire, name="expire"),
            web.post("/v1/refunds", self._refund, name="refund"),
            web.post(HOOKS, self._add_hook, name="hook"),
            web.get(HOOKS, self._list_hooks, name="hook.list"),
            web.post(f"{HOOKS}/{{id}}", self._change_hook, name="hook.change"),
            web.delete(f"{HOOKS}/{{id}}", self._remove_hook, name="hook.remove"),
        ]

    @property
    def livemode(self) -> bool:
        return "_test_" not in self.values["api_key"]

    def authorise(self, request: web.Request, body: bytes) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.values['api_key']}":
            raise _refusal(401, "Invalid API Key provided.")
        if (request.match_info.route.name or "").startswith("hook") and self.values.get("webhooks") == "barred":
            raise _refusal(
                403,
                "The provided key 'rk_test_*********' does not have the required permissions for this endpoint on"
                " account 'acct_demo'. Having the 'rak_webhook_write' permission would allow this request to continue.",
            )

    def barred(self, *, withdrawn: bool) -> Refusal:
        # Codes of Stripe's error reference; the second's words are [unsure].
        if withdrawn:
            return _refusal(401, "Expired API Key provided", code="api_key_expired")
        return _refusal(403, "Your account cannot currently make live charges.")

    def not_found(self) -> Refusal:
        return _refusal(404, "No such checkout.session", code="resource_missing", param="session")

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        served = self.endpoints.served
        secret = (served.secret if served else self.values["webhook_secret"]) + ("?" if spoil else "")
        second = str(at // 1000)
        mac = hmac.new(secret.encode(), second.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={second},v1={mac},v0={'0' * 64}"}

    def notices_to(self) -> str:
        served = self.endpoints.served
        return served.url if served else self.webhook_url

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        if what == "refunded":
            return self._event("charge.refunded", self._charge(session))
        if what == "paid" and payment is not None:
            shown = {"amount_total": payment.amount, "currency": payment.currency.lower(), "payment_intent": payment.id}
            return self._event("checkout.session.completed", self.show(session) | shown)
        if what == "expired":
            return self._event("checkout.session.expired", self.show(session))
        return None  # a declined card leaves the session open, and nobody is told

    def payment_id(self, session: Session) -> str:
        return f"pi_{uuid.uuid4().hex[:24]}"

    def show(self, session: Session) -> dict[str, Any]:
        status = {"paid": "complete", "expired": "expired"}.get(session.state, "open")
        return {
            "id": session.id,
            "object": "checkout.session",
            "amount_total": session.shown_amount,
            "client_reference_id": session.reference or None,
            "created": session.created_at // 1000,
            "currency": session.shown_currency.lower(),
            "expires_at": (session.expires_at or 0) // 1000,
            "livemode": self.livemode,
            "metadata": session.extra["metadata"],
            "mode": "payment",
            "payment_intent": session.payments[0].id if session.payments else None,
            "payment_status": "paid" if session.payments else "unpaid",
            "status": status,
            "success_url": session.success_url,
            "cancel_url": session.error_url,
            "url": session.url if status == "open" else None,
        }

    def _charge(self, session: Session) -> dict[str, Any]:
        return {
            "id": f"ch_{session.id[8:]}",
            "object": "charge",
            "amount": session.paid,
            "amount_refunded": session.refunded,
            "currency": session.shown_currency.lower(),
            "metadata": session.extra["payment_metadata"],
            "payment_intent": session.payments[0].id,
            "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": payer_of(session)[-4:]}},
            "refunded": session.refunded == session.paid,
        }

    def _event(self, kind: str, thing: dict[str, Any]) -> bytes:
        return dump(
            {
                "id": f"evt_{uuid.uuid4().hex[:24]}",
                "object": "event",
                "api_version": _API_VERSION,
                "created": self.clock.now() // 1000,
                "livemode": self.livemode,
                "type": kind,
                "data": {"object": thing},
            }
        )

    async def _create(self, request: web.Request) -> web.Response:
        form = await _form(request)
        key = request.headers.get("Idempotency-Key", "")
        session = next((s for s in self.sessions.values() if key and s.extra["key"] == key), None)
        if session is None:
            session = self.open(request, self._session(form, key))
        elif session.extra["form"] != form:
            raise _refusal(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                kind="idempotency_error",
            )
        request[SESSION] = session
        return wire_json(self.show(session))

    def _session(self, form: dict[str, str], key: str) -> Session:
        now = self.clock.now()
        expires = form.get("expires_at", str(now // 1000 + _DAY))
        line = "line_items[0][price_data]"
        rules = {
            "mode": form.get("mode") == "payment",
            "line_items[0][quantity]": form.get("line_items[0][quantity]") == "1",
            f"{line}[unit_amount]": form.get(f"{line}[unit_amount]", "").isdecimal(),
            f"{line}[currency]": form.get(f"{line}[currency]", "").upper() in CURRENCIES,
            f"{line}[product_data][name]": bool(form.get(f"{line}[product_data][name]")),
            "success_url": self.acceptable_url(form.get("success_url")),
            "client_reference_id": len(form.get("client_reference_id", "")) <= 200,
            "expires_at": expires.isdecimal() and _HALF_HOUR <= int(expires) - now // 1000 <= _DAY,
        }
        for param, holds in rules.items():
            if not holds:
                raise _refusal(400, f"Invalid {param}.", code="parameter_invalid", param=param)
        return Session(
            id=f"cs_{'live' if self.livemode else 'test'}_{uuid.uuid4().hex}",
            reference=form.get("client_reference_id", ""),
            amount=int(form[f"{line}[unit_amount]"]),
            currency=form[f"{line}[currency]"].upper(),
            created_at=now,
            expires_at=int(expires) * 1000,
            success_url=form["success_url"],
            error_url=form.get("cancel_url", form["success_url"]),
            method="card",
            label=form[f"{line}[product_data][name]"],
            extra={
                "key": key,
                "form": form,
                "metadata": _nested(form, "metadata"),
                "payment_metadata": _nested(form, "payment_intent_data[metadata]"),
                "refunds": {},
            },
        )

    async def _list(self, request: web.Request) -> web.Response:
        limit = request.query.get("limit", "10")
        if not limit.isdecimal() or not 1 <= int(limit) <= 100:
            raise _refusal(400, "Invalid limit.", code="parameter_invalid", param="limit")
        newest = [self.show(self.refresh(session)) for session in reversed(self.sessions.values())]
        return wire_json(
            {
                "object": "list",
                "url": "/v1/checkout/sessions",
                "has_more": len(newest) > int(limit),
                "data": newest[: int(limit)],
            }
        )

    async def _read(self, request: web.Request) -> web.Response:
        session = self.named(request)
        shown = self.show(session)
        if session.payments and request.query.get("expand[]") == "payment_intent.latest_charge.balance_transaction":
            shown["payment_intent"] = {
                "id": session.payments[0].id,
                "object": "payment_intent",
                "latest_charge": self._charge(session) | {"balance_transaction": self._balance(session.payments[0])},
            }
        return wire_json(shown)

    @staticmethod
    def _balance(payment: Payment) -> dict[str, Any]:
        return {
            "id": f"txn_{payment.id[3:]}",
            "object": "balance_transaction",
            "amount": payment.amount,
            "currency": payment.currency.lower(),
            "fee": payment.fee,
            "net": payment.amount - payment.fee,
        }

    async def _expire(self, request: web.Request) -> web.Response:
        session = self.named(request)
        try:
            self.expire(session)
        except Conflict as error:
            raise _refusal(400, f"Only open sessions can be expired: {error}.") from error
        return wire_json(self.show(session))

    async def _refund(self, request: web.Request) -> web.Response:
        form, key = await _form(request), request.headers.get("Idempotency-Key", "")
        intent = form.get("payment_intent", "")
        session = next((s for s in self.sessions.values() if any(p.id == intent for p in s.payments)), None)
        if session is None:
            raise _refusal(404, "No such payment_intent", code="resource_missing", param="payment_intent")
        done: dict[str, dict[str, Any]] = session.extra["refunds"]
        if not key or key not in done:
            amount = form.get("amount", str(session.paid - session.refunded))
            try:
                self.refund(session, int(amount) if amount.isdecimal() else 0)
            except Conflict as error:
                raise _refusal(400, f"Cannot refund: {error}.", code="charge_already_refunded") from error
            done[key] = {
                "id": f"re_{uuid.uuid4().hex[:24]}",
                "object": "refund",
                "amount": int(amount),
                "currency": session.shown_currency.lower(),
                "payment_intent": intent,
                "metadata": _nested(form, "metadata"),
                "status": "succeeded",
            }
        return wire_json(done[key])

    async def _add_hook(self, request: web.Request) -> web.Response:
        form, key = await _form(request), request.headers.get("Idempotency-Key", "")
        return self.endpoints.add(form, _nested(form, "metadata"), key, self.clock.now() // 1000, self.livemode)

    async def _list_hooks(self, request: web.Request) -> web.Response:
        return self.endpoints.list(self.livemode)

    async def _change_hook(self, request: web.Request) -> web.Response:
        return self.endpoints.change(request.match_info["id"], await _form(request), self.livemode)

    async def _remove_hook(self, request: web.Request) -> web.Response:
        return self.endpoints.remove(request.match_info["id"])


async def _form(request: web.Request) -> dict[str, str]:
    return dict(parse_qsl((await request.read()).decode("utf-8", "replace"), keep_blank_values=True))


def _nested(form: dict[str, str], name: str) -> dict[str, str]:
    """``metadata[a]=1`` → ``{"a": "1"}``."""
    start = f"{name}["
    return {key[len(start) : -1]: value for key, value in form.items() if key.startswith(start) and key.endswith("]")}


def _refusal(status: int, message: str, *, kind: str = "invalid_request_error", **more: str) -> Refusal:
    return Refusal(wire_json({"error": {"type": kind, "message": message, **more}}, status))
