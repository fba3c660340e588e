"""The strings of the puppet: ``/_control/…``, where a script pays, declines, disturbs, and reads the takings.

Everything is JSON. A session is named by its id or by the shop's reference; of several under one reference the newest
that is still open is meant, else the newest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Literal, TypeVar

import msgspec
from aiohttp import web

from localserver.sandbox.psp_base import Conflict, PspSimulator, Session, wire_json
from localserver.sandbox.psp_faults import Fault
from localserver.sandbox.psp_webhooks import Delivery


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the buyer or the provider does. ``amount`` and ``currency`` other than asked make an under- or overpayment.

    ``webhook`` replaces the standing way of delivery for this act alone.
    """

    amount: int | None = None
    currency: str | None = None
    late: bool = False
    again: bool = False
    payer: str = ""
    reason: str = "insufficient-funds"
    webhook: Delivery | None = None


class Hook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The "dashboard": where notifications go, and how from now on."""

    url: str | None = None
    delivery: Delivery | None = None


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order: Literal["sent", "reversed"] = "sent"


class Resend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reference: str
    webhook: Delivery = Delivery()


Body = TypeVar("Body")


def control_routes(simulator: PspSimulator) -> list[web.RouteDef]:
    control = _Control(simulator)
    return [
        web.get("/_control/sessions", control.list_sessions),
        web.post("/_control/sessions/{name}/{act}", _guarded(control.act)),
        web.get("/_control/webhooks", control.show_webhooks),
        web.post("/_control/webhooks", _guarded(control.set_webhooks)),
        web.post("/_control/webhooks/release", _guarded(control.release)),
        web.post("/_control/webhooks/resend", _guarded(control.resend)),
        web.post("/_control/webhooks/settle", control.settle),
        web.get("/_control/faults", control.list_faults),
        web.post("/_control/faults", _guarded(control.add_fault)),
        web.delete("/_control/faults", control.clear_faults),
    ]


def describe(session: Session) -> dict[str, Any]:
    """A session as the control API shows it."""
    return {
        "id": session.id,
        "reference": session.reference,
        "state": session.state,
        "url": session.url,
        "method": session.method,
        "amount": session.amount,
        "currency": session.currency,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
        "payments": [asdict(payment) for payment in session.payments],
        "paid": session.paid,
        "refunded": session.refunded,
    }


class _Control:
    def __init__(self, simulator: PspSimulator) -> None:
        self.simulator = simulator

    async def list_sessions(self, request: web.Request) -> web.Response:
        """All sessions, oldest first, or those of ``?reference=``; and the takings by currency."""
        wanted = request.query.get("reference")
        sessions = [
            self.simulator.refresh(s) for s in self.simulator.sessions.values() if wanted in (None, s.reference)
        ]
        takings: dict[str, dict[str, int]] = defaultdict(lambda: {"payments": 0, "gross": 0, "fees": 0, "refunded": 0})
        for session in sessions:
            for payment in session.payments:
                sums = takings[payment.currency]
                sums["payments"] += 1
                sums["gross"] += payment.amount
                sums["fees"] += payment.fee
            if session.refunded:
                takings[session.shown_currency]["refunded"] += session.refunded
        return wire_json({"items": [describe(s) for s in sessions], "takings": takings})

    async def act(self, request: web.Request) -> web.Response:
        act = await _read(request, Act)
        session = self._session(request.match_info["name"])
        match request.match_info["act"]:
            case "pay":
                session.extra["buyer"] = act.payer or session.extra.get("buyer")
                self.simulator.pay(
                    session, act.webhook, amount=act.amount, currency=act.currency, late=act.late, again=act.again
                )
            case "decline":
                self.simulator.decline(session, act.webhook, act.reason)
            case "abandon":
                self.simulator.abandon(session, act.webhook)
            case "expire":
                self.simulator.expire(session, act.webhook)
            case "refund":
                left = session.paid - session.refunded
                self.simulator.refund(session, left if act.amount is None else act.amount, act.webhook)
            case _:
                raise web.HTTPNotFound
        return wire_json(describe(session))

    async def show_webhooks(self, request: web.Request) -> web.Response:
        courier = self.simulator.courier
        return wire_json(
            {
                "url": self.simulator.webhook_url,
                "delivery": msgspec.to_builtins(self.simulator.delivery),
                "held": len(courier.held),
                "log": [asdict(line) for line in courier.log],
            }
        )

    async def set_webhooks(self, request: web.Request) -> web.Response:
        hook = await _read(request, Hook)
        if hook.url is not None:
            self.simulator.webhook_url = hook.url
        if hook.delivery is not None:
            self.simulator.delivery = hook.delivery
        return await self.show_webhooks(request)

    async def release(self, request: web.Request) -> web.Response:
        return wire_json({"released": self.simulator.courier.release((await _read(request, Release)).order)})

    async def resend(self, request: web.Request) -> web.Response:
        """Send the last notification of a reference once more, byte for byte, as dashboards can."""
        order = await _read(request, Resend)
        for notification in reversed(self.simulator.courier.sent):
            if notification.reference == order.reference:
                self.simulator.courier.post(notification, order.webhook)
                return wire_json({"resent": notification.what})
        raise LookupError(order.reference)

    async def settle(self, request: web.Request) -> web.Response:
        """Answer when no notification is on its way any more."""
        await self.simulator.courier.settle()
        return await self.show_webhooks(request)

    async def list_faults(self, request: web.Request) -> web.Response:
        return wire_json({"items": msgspec.to_builtins(self.simulator.faults)})

    async def add_fault(self, request: web.Request) -> web.Response:
        self.simulator.faults.append(await _read(request, Fault))
        return await self.list_faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self.simulator.faults.clear()
        return await self.list_faults(request)

    def _session(self, name: str) -> Session:
        if name in self.simulator.sessions:
            return self.simulator.sessions[name]
        found = list(self.simulator.by_reference(name))
        if not found:
            raise LookupError(name)
        return next((session for session in found if session.state == "open"), found[0])


async def _read(request: web.Request, kind: type[Body]) -> Body:
    return msgspec.json.decode(await request.read() or b"{}", type=kind)


def _guarded(
    handler: Callable[[web.Request], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def guarded(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except LookupError as error:
            return wire_json({"error": f"unknown: {error}"}, 404)
        except Conflict as error:
            return wire_json({"error": str(error)}, 409)
        except msgspec.DecodeError as error:
            return wire_json({"error": str(error)}, 422)

    return guarded
