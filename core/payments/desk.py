"""The payment desk, the only place that calls providers: intent recorded, provider called, result recorded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from core.kernel.clock import SECOND
from core.kernel.errors import LivePayError, OutsideWorld, Refused
from core.kernel.events import Event
from core.kernel.numbering import today
from core.kernel.phone import mobile
from core.payments import refunds, service
from core.payments.attempts import AttemptRow, load_attempt
from core.payments.events import AskProvider, AskRefund, CloseSession
from core.payments.offer import Choice, Offer
from core.payments.provider import (
    Buyer,
    CheckoutRequest,
    NotSupported,
    Pay,
    Provider,
    Rejected,
    SendUnknown,
    StatusResult,
)
from core.payments.rules import MOVING, PAID, PAYABLE
from core.storage.engine import Engine, Tx

log = logging.getLogger(__name__)


class PhoneNeeded(Refused):
    """This means is approved on a phone, and what was given is no mobile number of its country."""

    def __init__(self, text: str) -> None:
        super().__init__("“{text}” is not a complete mobile number.", text=text.strip())


class Place(Struct, frozen=True):
    """Where buyers and providers reach this store: ``page(token)`` and ``notify(provider, token)`` are URLs."""

    page: Callable[[str], str]
    notify: Callable[[str, str], str]


class PaymentDesk:
    """``adapter(name)`` gives any provider, ``offer`` those that buyers may choose."""

    def __init__(self, engine: Engine, adapter: Callable[[str], Provider | None], offer: Offer, place: Place) -> None:
        self._engine = engine
        self._adapter = adapter
        self.offer = offer
        self._place = place
        self._asks: asyncio.Queue[tuple[str, int, str | None]] = asyncio.Queue()
        self._queued: set[tuple[str, int, str | None]] = set()
        self._opening: dict[int, asyncio.Event] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def provider(self, name: str) -> Provider:
        """The adapter of this name, also of a provider that is no longer offered: what was opened there may be paid.

        Raises Refused.
        """
        found = self._adapter(name)
        if found is None:
            raise Refused("The payment provider {name} is not connected.", name=name)
        return found

    # -- paying ------------------------------------------------------------------------------------------------

    async def pay(self, order_id: int, value: str, token: str, phone: str = "") -> str | None:
        """Open (or find again) the session for this order and means. → where to send the buyer; None: nowhere, the
        order's own page shows what to do.

        ``phone``: as the buyer typed it, for means that are approved on a phone. Raises PhoneNeeded without a right
        one, Refused when the order cannot be paid or the provider says no, OutsideWorld when it does not answer.
        """
        row = self._engine.read(
            lambda r: r.one("SELECT total - received, customer_id, reference FROM orders WHERE id = ?", (order_id,))
        )
        if row is None:
            raise Refused("This order can no longer be paid with this link.")
        choice = self.offer.choose(value, row[0])
        provider = self.provider(choice.provider)
        payer = self._payer(choice, phone)
        by_seller = provider.caps.confirmed_by == "seller"
        attempt, fresh = await self._engine.run(
            lambda tx: service.open_attempt(
                tx, order_id, choice.provider, choice.method.name, self.offer.currency, payer=payer, by_seller=by_seller
            ),
            actor="buyer",
        )
        remade = provider.caps.create_idempotency == "local" and not attempt.shown and attempt.id not in self._opening
        if not fresh and not remade:
            if attempt.id in self._opening:  # sent twice by a trembling finger: the first is still being answered
                await self._opening[attempt.id].wait()
            return await self._again(attempt, provider)
        opened = self._opening[attempt.id] = asyncio.Event()
        try:
            return await self._open(attempt, provider, self._request(attempt, provider, row[1], row[2], token))
        finally:
            opened.set()
            del self._opening[attempt.id]

    async def quiet(self) -> None:
        """Wait until no buyer waits for a provider's page."""
        while self._opening:
            await next(iter(self._opening.values())).wait()

    async def open_ahead(self, attempt: AttemptRow, token: str) -> None:
        """Open a session that nobody waits for yet. Raises Refused, OutsideWorld."""
        customer_id, reference = self._engine.read(
            lambda r: r.one("SELECT customer_id, reference FROM orders WHERE id = ?", (attempt.order_id,))
        ) or (0, "")
        provider = self.provider(attempt.provider)
        await self._open(attempt, provider, self._request(attempt, provider, customer_id, reference, token))

    def _payer(self, choice: Choice, phone: str) -> str | None:
        """Whose phone is to ask for approval; None where no phone is asked. Raises PhoneNeeded."""
        if not choice.asks_phone:
            return None
        try:
            return mobile(phone, self.offer.country)
        except Refused as error:
            raise PhoneNeeded(phone) from error

    async def _open(self, attempt: AttemptRow, provider: Provider, request: CheckoutRequest) -> str | None:
        """Call the provider and record what it said. → where to send the buyer. Raises as :meth:`pay`."""
        try:
            result = await provider.create_checkout(request)
        except Rejected as error:
            detail = f"{error.code}: {error.detail}"
            await self._engine.run(lambda tx: service.session_rejected(tx, attempt.id, detail), actor=_actor(attempt))
            raise
        except SendUnknown as error:
            detail, sent = error.detail, error.sent
            await self._engine.run(lambda tx: _unclear(tx, attempt.id, detail, sent=sent), actor=_actor(attempt))
            if not sent:
                raise _silent() from error
            return await self._again(attempt, provider)
        lasts = provider.caps.default_ttl
        ends = result.expires_at or (attempt.created_at + lasts * SECOND if lasts else None)
        stored = await self._engine.run(
            lambda tx: service.session_opened(tx, attempt.id, result, ends), actor=_actor(attempt)
        )
        return self._url(stored)

    def _request(
        self, attempt: AttemptRow, provider: Provider, customer_id: int, reference: str, token: str
    ) -> CheckoutRequest:
        name, phone = self._engine.read(
            lambda r: r.one(
                "SELECT name, (SELECT value FROM identity WHERE customer_id = c.id AND kind = 'phone'"
                " ORDER BY last_seen DESC LIMIT 1) FROM customer c WHERE id = ?",
                (customer_id,),
            )
        ) or ("", None)
        return CheckoutRequest(
            attempt_ref=attempt.ref,
            attempt_uuid=attempt.uuid,
            order_label=reference,
            amount=attempt.amount,
            currency=attempt.currency,
            country=self.offer.country,
            buyer=Buyer(name, attempt.payer or (today(phone) if phone else None)),
            return_url=self._place.page(token),
            notify_url=self._place.notify(provider.name, attempt.notify_token),
            method=attempt.method,
            ttl=max(60, (attempt.expires_at - attempt.created_at) // 1000),
        )

    async def _again(self, attempt: AttemptRow, provider: Provider) -> str | None:
        """A session asked for twice, or whose creation got no answer: find it, never create a second."""
        current = self._engine.read(lambda r: load_attempt(r, attempt.id))
        if current.provider_ref is None or not current.shown:
            await self._look_up(current, provider)
            current = self._engine.read(lambda r: load_attempt(r, attempt.id))
        return self._url(current)

    @staticmethod
    def _url(attempt: AttemptRow) -> str | None:
        if attempt.provider_ref is None or not attempt.shown:
            raise _silent()
        return attempt.redirect_url

    # -- asking and closing ------------------------------------------------------------------------------------

    def on_events(self, events: Sequence[Event]) -> None:
        """After a commit, on the writer thread: hand over what must be asked or closed."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        for event in events:
            if isinstance(event, AskProvider | CloseSession):
                other = event.provider_ref if isinstance(event, AskProvider) else None
                job = ("ask" if isinstance(event, AskProvider) else "close", event.attempt_id, other)
                loop.call_soon_threadsafe(self._enqueue, job)
            elif isinstance(event, AskRefund):
                loop.call_soon_threadsafe(self._enqueue, ("refund", event.refund_id, None))

    def _enqueue(self, job: tuple[str, int, str | None]) -> None:
        if job not in self._queued:
            self._queued.add(job)
            self._asks.put_nowait(job)

    async def run(self, workers: int = 4) -> None:
        """Ask and close until cancelled, a few at a time (providers limit requests per minute)."""
        self._loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            job = await self._asks.get()
            self._queued.discard(job)
            kind, number, other = job
            try:
                await (self.ask(number, other) if kind == "ask" else _ACTS[kind](self, number))
            except LivePayError as error:
                log.info("Payments, %s %d: %s", kind, number, error)
            except Exception:  # boundary: one attempt must not stop the desk
                log.exception("Payments, %s %d failed", kind, number)
            finally:
                self._asks.task_done()

    async def ask(self, attempt_id: int, other: str | None = None) -> None:
        """Read an attempt (or another session under its reference) at its provider and apply the answer.

        Raises OutsideWorld when there is none.
        """
        attempt = self._engine.read(lambda r: load_attempt(r, attempt_id))
        provider = self.provider(attempt.provider)
        if attempt.provider_ref is None and other is None:
            await self._look_up(attempt, provider)
            return
        asked = attempt.as_attempt()
        result = await provider.fetch_status(replace(asked, provider_ref=other) if other else asked)
        await self._engine.run(lambda tx: service.apply_status(tx, attempt_id, result, other), actor=_actor(attempt))

    async def read(self, attempt: AttemptRow) -> StatusResult:
        """How an attempt stands at its provider, all that can be known of it, nothing applied. Raises OutsideWorld,
        Refused."""
        provider = self.provider(attempt.provider)
        found = await provider.fetch_status(attempt.as_attempt())
        try:
            return await provider.with_movements(found)
        except OutsideWorld:  # the key may not be allowed to read them; how the payment stands is known all the same
            return found

    async def _look_up(self, attempt: AttemptRow, provider: Provider) -> None:
        """Resolve an unknown creation by our reference."""
        try:
            found = await provider.find_by_reference(attempt.ref)
        except NotSupported:
            found = [await provider.fetch_status(attempt.as_attempt())]
        best = _best(found)
        if best is None:
            await self._engine.run(lambda tx: service.session_missing(tx, attempt.id), actor=_actor(attempt))
        else:
            await self._engine.run(lambda tx: service.apply_status(tx, attempt.id, best), actor=_actor(attempt))

    async def _close(self, attempt_id: int) -> None:
        """Make the session unpayable where the provider can; otherwise at least know how it stands."""
        attempt = self._engine.read(lambda r: load_attempt(r, attempt_id))
        provider = self.provider(attempt.provider)
        if attempt.provider_ref is None and attempt.state in PAYABLE:  # the answer to its creation was lost
            await self._look_up(attempt, provider)
            attempt = self._engine.read(lambda r: load_attempt(r, attempt_id))
        if attempt.provider_ref is None or attempt.state == PAID:
            return
        if attempt.state not in PAYABLE or not provider.caps.can_expire:
            await self.ask(attempt_id)
            return
        try:
            result = await provider.expire(attempt.as_attempt())
        except Refused:  # already complete: the status says which
            await self.ask(attempt_id)
            return
        await self._engine.run(lambda tx: service.apply_status(tx, attempt_id, result), actor=_actor(attempt))

    # -- giving back -------------------------------------------------------------------------------------------

    async def refund(self, refund_id: int) -> None:
        """Ask for a refund, once; one that was asked for is looked up. Raises OutsideWorld when there is no answer."""
        refund, send = await self._engine.run(lambda tx: refunds.begin(tx, refund_id), actor="desk")
        if refund.state not in MOVING:
            return
        attempt_id = self._engine.read(
            lambda r: r.value("SELECT attempt_id FROM payment WHERE id = ?", (refund.payment_id,))
        )
        attempt = self._engine.read(lambda r: load_attempt(r, attempt_id))
        provider = self.provider(attempt.provider)
        if send:
            await self._give_back(provider, attempt, refund)
        else:
            await self._look_for(provider, attempt, refund)

    async def _give_back(self, provider: Provider, attempt: AttemptRow, refund: refunds.Refund) -> None:
        record: Callable[[Tx], None]
        try:
            result = await provider.refund(attempt.as_attempt(), refund.amount, refund.ref)
        except NotSupported as error:
            record = partial(refunds.refused, refund_id=refund.id, error=error.operation, by_hand=True)
        except Rejected as error:
            said = f"{error.code}: {error.detail}"
            with suppress(OutsideWorld):  # « given back already » may answer a request that the connection repeated
                await self.ask(attempt.id)
            record = partial(refunds.refused, refund_id=refund.id, error=said, by_hand=False)
        except SendUnknown as error:
            record = partial(refunds.unclear, refund_id=refund.id, error=error.detail, sent=error.sent)
        else:
            record = partial(refunds.answered, refund_id=refund.id, result=result)
        await self._engine.run(record, actor="desk")

    async def _look_for(self, provider: Provider, attempt: AttemptRow, refund: refunds.Refund) -> None:
        """What the payment's state at the provider says of a refund that was asked for."""
        result = await provider.fetch_status(attempt.as_attempt())
        repeats = provider.caps.refund_repeats

        def record(tx: Tx) -> None:
            service.apply_status(tx, attempt.id, result)
            tells = result.refunded is not None and result.status in (Pay.PAID, Pay.PARTIALLY_REFUNDED)
            refunds.looked(tx, refund.id, tells=tells, repeats=repeats)

        await self._engine.run(record, actor="desk")


_ACTS: Final[dict[str, Callable[[PaymentDesk, int], Coroutine[Any, Any, None]]]] = {
    "close": PaymentDesk._close,
    "refund": PaymentDesk.refund,
}


def _actor(attempt: AttemptRow) -> str:
    """Whom the journal names: it was the provider that said so."""
    return f"provider:{attempt.provider}"


def _unclear(tx: Tx, attempt_id: int, detail: str, *, sent: bool) -> None:
    """No clear answer; to a request that never left there is nothing to look up, so another may be made at once."""
    service.session_unclear(tx, attempt_id, detail)
    if not sent:
        service.session_missing(tx, attempt_id)


def _silent() -> OutsideWorld:
    return OutsideWorld("The payment provider does not answer. Try again in a moment, or choose another means.")


def _best(found: Sequence[StatusResult]) -> StatusResult | None:
    """A paid session if there is one, else one that can still be paid, else any."""
    for wanted in (Pay.PAID, Pay.PENDING):
        for result in found:
            if result.status is wanted:
                return result
    return found[0] if found else None
