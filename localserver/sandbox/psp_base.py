"""What every simulated payment provider shares: sessions and their money, scripted faults, the buyer's page.

A simulator speaks its provider's wire and nothing of LivePay; shops reach it by its address only.
"""

from __future__ import annotations

import abc
import asyncio
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, ClassVar, Final, Literal

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from core.kernel.clock import Clock
from localserver.sandbox.psp_faults import OPERATIONS, Fault, refuse, spoilt
from localserver.sandbox.psp_webhooks import Courier, Delivery, Notification, Sleep

State = Literal["open", "paid", "declined", "cancelled", "expired"]
What = Literal["paid", "declined", "cancelled", "expired", "refunded"]


class Conflict(Exception):
    """The session's state does not allow this."""


class Refusal(Exception):
    """Ends a request with the provider's own error."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


@dataclass(slots=True)
class Payment:
    """Money that moved. ``amount`` and ``fee`` in smallest units; ``at`` in ms UTC."""

    id: str
    amount: int
    currency: str
    fee: int
    at: int


@dataclass(slots=True)
class Session:
    """One checkout. ``extra`` is what only one provider has; times in ms UTC.

    Without ``success_url`` and ``error_url`` the buyer stays where they are: on the screen of their own phone.
    """

    id: str
    reference: str
    amount: int
    currency: str
    created_at: int
    success_url: str = ""
    error_url: str = ""
    expires_at: int | None = None
    notify_url: str = ""
    url: str = ""
    """The buyer's page, or the screen of the buyer's phone."""
    method: str = ""
    label: str = ""
    state: State = "open"
    reason: str | None = None
    refunded: int = 0
    payments: list[Payment] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def shown_amount(self) -> int:
        """What the provider says was or is to be paid; a script may have let the buyer pay another amount."""
        return self.payments[0].amount if self.payments else self.amount

    @property
    def shown_currency(self) -> str:
        return self.payments[0].currency if self.payments else self.currency

    @property
    def paid(self) -> int:
        return sum(payment.amount for payment in self.payments)

    @property
    def finished_at(self) -> int | None:
        return self.payments[0].at if self.payments else None


SESSION: Final = web.RequestKey("session", Session)
"""Set by a create handler, for the fault ``paid_first``."""

CURRENCIES: Final = frozenset({"XOF", "XAF", "GNF", "KMF", "MGA", "EUR", "USD"})


class PspSimulator(abc.ABC):
    """One simulated provider with one merchant account.

    ``values`` are the account's keys and secrets, named as in the adapter's fields; ``standing`` among them:
    "withdrawn" for a key that was, "inactive" for an account that may not take payments. Times come from ``clock``; a
    clock that differs from the shop's is how a wrong computer clock is played.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    ACCOUNT: ClassVar[Mapping[str, str]]
    """A merchant account that works out of the box; made-up keys in the provider's own form."""
    CHECKOUT: ClassVar[str]
    """Path of the buyer's page, with ``{id}``."""
    RETRIES: ClassVar[tuple[float, ...]]
    """Seconds between the tries of a webhook: the provider's number of tries, shortened in time."""
    FEE_PER_MILLE: ClassVar[int] = 0
    USER_AGENT: ClassVar[str] = "LivePay-Sandbox/1.0"
    WEBHOOK_METHOD: ClassVar[str] = "POST"
    STAYS_OPEN: ClassVar[bool] = False
    """A declined or abandoned try leaves the session payable."""
    PAID_ONCE: ClassVar[bool] = False
    """A session that is paid takes no second payment, whatever a buyer does."""
    REFUSAL_IS_FINAL: ClassVar[bool] = False
    """A webhook refused with a 4xx is not sent again."""

    def __init__(
        self,
        *,
        clock: Clock,
        values: Mapping[str, str],
        webhook_url: str,
        sleep: Sleep,
        retries: Sequence[float] | None,
        https_only: bool,
        checkout_base: str,
    ) -> None:
        self.clock = clock
        self.values = {**self.ACCOUNT, **values}
        self.webhook_url = webhook_url
        self.https_only = https_only
        self.checkout_base = checkout_base.rstrip("/")
        self.delivery = Delivery()
        self.sessions: dict[str, Session] = {}
        self.faults: list[Fault] = []
        pauses = self.RETRIES if retries is None else tuple(retries)
        self.courier = Courier(
            clock, self.sign, sleep, pauses, self.USER_AGENT, self.WEBHOOK_METHOD, self.spoil, self.REFUSAL_IS_FINAL
        )
        self.released = asyncio.Event()
        self.app = web.Application(middlewares=[self._serve])

    # What each provider says in its own words

    @abc.abstractmethod
    def routes(self) -> Sequence[web.RouteDef]:
        """The provider's API; each route is named by its operation (see Fault.on), perhaps with ``.something``."""

    @abc.abstractmethod
    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        """The body of a notification; None where the provider sends none."""

    @abc.abstractmethod
    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        """The headers that prove who sent ``body``."""

    def spoil(self, body: bytes) -> bytes:
        """A body whose own proof of origin is wrong; as it is, where the proof is in the headers."""
        return body

    def patched(self, body: Any, patch: Mapping[str, Any]) -> Any:
        """An answer with some of its fields overwritten: those of the payment in it."""
        return {**body, **patch}

    @abc.abstractmethod
    def authorise(self, request: web.Request, body: bytes) -> None:
        """Is this the merchant? Asked before every operation. Raises Refusal."""

    @abc.abstractmethod
    def barred(self, *, withdrawn: bool) -> Refusal:
        """The merchant's key was withdrawn, or the account is not active: see ``standing`` among the values."""

    @abc.abstractmethod
    def not_found(self) -> Refusal:
        """There is no such session."""

    def notices_to(self) -> str:
        """Where notices go that no session has an address for: as typed in the dashboard."""
        return self.webhook_url

    # What can happen to a session

    def open(self, request: web.Request, session: Session) -> Session:
        session.url = self.checkout_url(request, session)
        self.sessions[session.id] = session
        return session

    def pay(
        self,
        session: Session,
        how: Delivery | None = None,
        *,
        amount: int | None = None,
        currency: str | None = None,
        late: bool = False,
        again: bool = False,
    ) -> Payment:
        """The buyer's money moves. ``late``: though the session is dead; ``again``: though it is paid."""
        payment = self._take_money(session, amount, currency, late, again)
        self.notify(session, "paid", how, payment)
        return payment

    def payment_id(self, session: Session) -> str:
        return "T" + uuid.uuid4().hex[:12].upper()

    def decline(self, session: Session, how: Delivery | None = None, reason: str = "insufficient-funds") -> None:
        """The provider refuses the buyer's try."""
        self._end_try(session, "declined", reason, how)

    def abandon(self, session: Session, how: Delivery | None = None) -> None:
        """The buyer gives up."""
        self._end_try(session, "cancelled", None, how)

    def expire(self, session: Session, how: Delivery | None = None) -> None:
        """The session ends by time or by order of the shop."""
        self.refresh(session)
        if session.state != "open":
            raise Conflict(f"the session is {session.state}")
        session.state = "expired"
        self.notify(session, "expired", how)

    def refund(self, session: Session, amount: int, how: Delivery | None = None) -> None:
        if not 0 < amount <= session.paid - session.refunded:
            raise Conflict("more than was paid")
        session.refunded += amount
        self.notify(session, "refunded", how, session.payments[0])

    def refresh(self, session: Session) -> Session:
        """Time passes only when somebody looks."""
        if session.state == "open" and session.expires_at is not None and self.clock.now() >= session.expires_at:
            session.state = "expired"
            self.notify(session, "expired", None)
        return session

    def notify(
        self, session: Session, what: What, how: Delivery | None, payment: Payment | None = None
    ) -> asyncio.Task[None] | None:
        body = self.event(session, what, payment)
        if body is None:
            return None
        url = session.notify_url or self.notices_to()
        return self.courier.post(Notification(url, session.reference, what, body), how or self.delivery)

    def _take_money(
        self, session: Session, amount: int | None, currency: str | None, late: bool, again: bool
    ) -> Payment:
        self.refresh(session)
        if session.state == "paid" and (self.PAID_ONCE or not again):
            raise Conflict("already paid")
        if session.state in ("expired", "cancelled", "declined") and not late:
            raise Conflict(f"the session is {session.state}")
        total = session.amount if amount is None else amount
        payment = Payment(
            self.payment_id(session),
            total,
            currency or session.currency,
            total * self.FEE_PER_MILLE // 1000,
            self.clock.now(),
        )
        session.payments.append(payment)
        session.state, session.reason = "paid", None
        return payment

    def _end_try(self, session: Session, what: State, reason: str | None, how: Delivery | None) -> None:
        self.refresh(session)
        if session.state != "open":
            raise Conflict(f"the session is {session.state}")
        session.reason = reason
        if not self.STAYS_OPEN:
            session.state = what
        self.notify(session, "declined" if what == "declined" else "cancelled", how)

    # Finding sessions

    def named(self, request: web.Request) -> Session:
        """The session in the path. Raises Refusal."""
        session = self.sessions.get(request.match_info["id"])
        if session is None:
            raise self.not_found()
        return self.refresh(session)

    def by_reference(self, reference: str) -> Iterator[Session]:
        """Newest first."""
        return (self.refresh(s) for s in reversed(list(self.sessions.values())) if s.reference == reference)

    def checkout_url(self, request: web.Request, session: Session) -> str:
        """The absolute address of the buyer's page, wherever this application is mounted."""
        path = self.app.router["checkout"].url_for(id=session.id)
        return (self.checkout_base or str(request.url.origin())) + str(path)

    def acceptable_url(self, value: Any) -> bool:
        allowed = ("https://",) if self.https_only else ("https://", "http://")
        return isinstance(value, str) and value.startswith(allowed) and len(value) <= 2000

    # Trouble on demand

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        operation = (request.match_info.route.name or "").split(".")[0]
        fault = self._take_fault(operation)
        if fault is not None and fault.kind == "status":
            response: web.StreamResponse = refuse(fault)
        elif fault is not None and fault.kind == "html":
            response = web.Response(status=403, text="<html><body>Blocked</body></html>", content_type="text/html")
        else:
            try:
                if operation in OPERATIONS:
                    if standing := self.values.get("standing"):
                        raise self.barred(withdrawn=standing == "withdrawn")
                    self.authorise(request, await request.read())
                response = await handler(request)
            except Refusal as refusal:
                response = refusal.response
            except web.HTTPException as answer:
                answer.headers["Date"] = self._date()
                raise
            if fault is not None:
                response = await self._after_the_fact(fault, request, response)
        response.headers["Date"] = self._date()
        return response

    def _date(self) -> str:
        """Replies carry this simulator's time, not the computer's."""
        return formatdate(self.clock.now() / 1000, usegmt=True)

    def _take_fault(self, operation: str) -> Fault | None:
        if operation not in OPERATIONS:
            return None
        for index, fault in enumerate(self.faults):
            if fault.on in ("any", operation):
                if fault.times > 1:
                    self.faults[index] = msgspec.structs.replace(fault, times=fault.times - 1)
                else:
                    del self.faults[index]
                return fault
        return None

    async def _after_the_fact(
        self, fault: Fault, request: web.Request, response: web.StreamResponse
    ) -> web.StreamResponse:
        body = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
        match fault.kind:
            case "hang":
                await self.released.wait()
            case "drop":
                if request.transport is not None:
                    request.transport.abort()
            case "broken_json" | "huge" | "mistyped":
                return spoilt(fault, response.status, body)
            case "patch":
                return wire_json(self.patched(json.loads(body), fault.patch), response.status)
            case "paid_first":
                session = request[SESSION]
                payment = self._take_money(session, None, None, late=False, again=False)
                sending = self.notify(session, "paid", None, payment)
                if sending is not None:
                    await asyncio.wait({sending})
                return response
        return refuse(fault)


def wire_json(body: Any, status: int = 200) -> web.Response:
    """JSON as providers send it: compact, UTF-8 unescaped."""
    return web.Response(status=status, body=dump(body), content_type="application/json")


def dump(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def json_object(raw: bytes) -> dict[str, Any]:
    """The request's JSON object; empty if it is none."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
