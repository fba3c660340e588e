"""Comparing the shop's books with its providers': each payment asked about, or a statement read."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Final

from core.kernel.clock import DAY, MINUTE
from core.kernel.errors import OutsideWorld, Refused
from core.kernel.patterns import late
from core.payments import service as payments
from core.payments.attempts import AttemptRow, load_attempt
from core.payments.desk import PaymentDesk
from core.payments.provider import Pay, StatusResult
from core.reconciliation import queries, service
from core.reconciliation.rules import Difference, Ours, Theirs, compare
from core.reconciliation.service import Compared
from core.reconciliation.statement import Line, Statement, parse
from core.storage.connection import Reader
from core.storage.engine import Engine

_OUR_REFERENCE: Final = late(r"LP[0-9A-Z]{14}")
_MARGIN: Final = 15 * MINUTE  # clocks differ, and a payment is seen here a little later than it was made there
_AT_ONCE: Final = 4  # providers limit requests per minute
_PAID: Final = (Pay.PAID, Pay.REFUNDED, Pay.PARTIALLY_REFUNDED)
_NOT_PAID: Final = (Pay.FAILED, Pay.CANCELLED, Pay.EXPIRED)


class _SilentError(Exception):
    """A provider gave no clear answer."""


class Reconciler:
    """One store's. ``known(name)`` is None for a provider that does not exist."""

    def __init__(
        self, engine: Engine, desk: PaymentDesk, currency: str, zone: tzinfo, known: Callable[[str], object]
    ) -> None:
        self._engine = engine
        self._desk = desk
        self._currency = currency
        self._zone = zone
        self._known = known

    # -- asking the providers ----------------------------------------------------------------------------------

    async def ask_providers(
        self, days: int = 7, *, actor: str = "seller", progress: Callable[[int, int], None] | None = None
    ) -> int:
        """Ask about every attempt of the last days. What is simply news (a payment, a refund, a fee) is booked on the
        way, as when it is told; what remains is a difference. → the run's id.

        ``progress(done, in all)``; what it raises ends the run, and nothing is stored of it.
        """
        started = self._engine.clock.now()
        since = started - days * DAY
        waiting = await asyncio.to_thread(self._engine.read, lambda r: queries.attempts_since(r, since))
        asked, found, _ = await self._ask_all(waiting, progress)
        looked = Compared("providers", "", started, since, started, self._payments_of(asked), asked)
        return await self._keep(looked, found, actor)

    async def after_restore(self, days: int, only: Sequence[int] | None = None) -> list[int]:
        """The same by itself, in a store that came back from a backup. → the attempts whose provider did not answer.

        ``only``: these attempts. Nothing is stored of a run in which nobody answered.
        """
        started = self._engine.clock.now()
        since = started - days * DAY
        every = await asyncio.to_thread(self._engine.read, lambda r: queries.attempts_since(r, since))
        waiting = only or every
        asked, found, silent = await self._ask_all(waiting)
        if asked or not silent:
            looked = Compared("providers", "", started, since, started, self._payments_of(asked), asked)
            await self._keep(looked, found, "start")
        return silent

    async def _ask_all(
        self, waiting: Sequence[int], progress: Callable[[int, int], None] | None = None
    ) -> tuple[list[int], list[Difference], list[int]]:
        """→ the attempts that were compared, what differs, and the attempts whose provider did not answer."""
        total, done = len(waiting), 0
        found: list[Difference] = []
        asked: list[int] = []
        silent: list[int] = []
        queue = iter(waiting)

        async def work() -> None:
            nonlocal done
            for attempt_id in queue:
                try:
                    answer = await self._ask(attempt_id)
                except _SilentError:
                    silent.append(attempt_id)
                else:
                    if answer is not None:
                        asked.append(attempt_id)
                        found.extend(answer)
                done += 1
                if progress is not None:
                    progress(done, total)

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(work())
        return asked, found, silent

    async def look_again(self, attempt_id: int, *, actor: str = "seller") -> int:
        """Ask about one attempt, however old, and compare. → the run's id. Raises NotFound, OutsideWorld, Refused."""
        started = self._engine.clock.now()
        attempt = self._engine.read(lambda r: load_attempt(r, attempt_id))
        answer = await self._compare(attempt, await self._desk.read(attempt))
        asked = [] if answer is None else [attempt_id]
        looked = Compared("providers", attempt.provider, started, None, None, self._payments_of(asked), asked)
        return await self._keep(looked, answer or [], actor)

    async def _ask(self, attempt_id: int) -> list[Difference] | None:
        """None where there is nothing to compare: a refusal, or more payments than one status tells of.

        Raises _SilentError when there is no clear answer.
        """
        attempt = self._engine.read(lambda r: load_attempt(r, attempt_id))
        try:
            result = await self._desk.read(attempt)
        except Refused:
            return None
        except OutsideWorld as error:
            raise _SilentError from error
        return await self._compare(attempt, result)

    async def _compare(self, attempt: AttemptRow, result: StatusResult) -> list[Difference] | None:
        if attempt.provider_ref is not None or result.status in _PAID:
            await self._engine.run(lambda tx: payments.apply_status(tx, attempt.id, result), actor="reconciliation")
        ours = self._engine.read(lambda r: queries.of_attempt(r, attempt.id))
        return None if ours is None else list(compare(ours, _theirs(result)))

    def _payments_of(self, attempts: list[int]) -> list[int]:
        wanted = "SELECT id FROM payment WHERE attempt_id IN (SELECT value FROM json_each(?)) ORDER BY id"
        return [row[0] for row in self._engine.read(lambda r: r.all(wanted, (json.dumps(attempts),)))]

    # -- a statement -------------------------------------------------------------------------------------------

    async def read_statement(self, data: bytes, provider: str, *, actor: str = "seller") -> tuple[int, Statement]:
        """Compare with a provider's statement (CSV). → the run's id and what was read. Raises Refused."""
        if self._known(provider) is None:
            raise Refused("Unknown payment provider {name}.", name=provider)
        started = self._engine.clock.now()
        statement = await asyncio.to_thread(parse, data, self._currency, self._zone)
        found, looked = await asyncio.to_thread(
            self._engine.read, lambda r: _compare_statement(r, provider, statement, started)
        )
        return await self._keep(looked, found, actor), statement

    async def _keep(self, looked: Compared, found: list[Difference], actor: str) -> int:
        own = await asyncio.to_thread(self._engine.read, lambda r: list(queries.in_the_books(r)))
        differences = service.once([*found, *own])
        return await self._engine.run(lambda tx: service.record(tx, looked, differences), actor=actor)


def _theirs(result: StatusResult) -> Theirs:
    paid = True if result.status in _PAID else False if result.status in _NOT_PAID else None
    return Theirs(paid, result.amount, result.fee, result.refunded)


def _compare_statement(
    reader: Reader, provider: str, statement: Statement, started: int
) -> tuple[list[Difference], Compared]:
    lines: dict[int, list[Line]] = defaultdict(list)
    known: dict[int, Ours] = {}
    found: list[Difference] = []
    attempts: list[int] = []
    foreign = 0
    for line in statement.lines:
        ours = queries.of_line(reader, provider, line)
        if ours is not None and ours.payment_id is not None:
            known[ours.payment_id] = ours
            lines[ours.payment_id].append(line)
        elif ours is not None:
            attempts.append(ours.attempt_id or 0)
            if line.kind == "payment":
                found += compare(ours, Theirs(True, line.amount or line.net))
        elif line.reference and _OUR_REFERENCE.fullmatch(line.reference) is None:
            foreign += 1  # other sales on the same account are nobody's mistake
        elif line.kind == "payment":
            name = line.reference or line.txn_id
            found.append(Difference("payment_missing", provider, name, None, line.amount or line.net))
    fees: dict[int, int] = {}
    for payment_id, ours in known.items():
        said = _said(lines[payment_id], ours)
        found += compare(ours, said)
        if not ours.fee_known and said.fee is not None:
            fees[payment_id] = said.fee
    since, until = statement.since, statement.until
    if since is not None and until is not None:
        for ours in queries.received_between(reader, provider, since + _MARGIN, until - _MARGIN):
            if ours.payment_id not in known and ours.payment_id is not None:
                known[ours.payment_id] = ours
                found += compare(ours, Theirs(False))
    return found, Compared("statement", provider, started, since, until, known, attempts, foreign, fees)


def _said(lines: list[Line], ours: Ours) -> Theirs:
    """All lines about one payment together. Refunds are told only by a statement that reaches to them."""
    came = [line for line in lines if line.kind == "payment"]
    back = [line for line in lines if line.kind == "refund"]
    refunded = sum(line.amount or line.net or 0 for line in back) if back else None
    if not came:
        return Theirs(None, refunded=refunded)
    amount, fee, net = (_sum([getattr(line, name) for line in came]) for name in ("amount", "fee", "net"))
    if fee is None and amount is not None and amount == ours.amount - ours.fee:
        return Theirs(True, refunded=refunded)  # a statement of what was settled: less the fee that is known
    if fee is not None and amount is not None and amount + fee == ours.amount and fee:
        amount += fee
    return Theirs(True, amount, fee, refunded, net)


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
