"""The payments page's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

from core.adapters.psp import REGISTRY
from core.bootstrap import Shop
from core.kernel.errors import EnvironmentProblem
from core.kernel.reasons import reason
from core.ledger import book
from core.payments import queries
from core.payments.misfits import deal_with
from core.payments.queries import Filter, PaymentRow
from core.payments.refunding import refundable
from core.reconciliation import concerns, service
from core.storage.connection import Reader
from desktop.bridge import Control, Stopped
from desktop.pages.payments.presenter import Compared, Cursor, Detail, Overview

ACTOR: Final = "seller"
T = TypeVar("T")


class ShopPayments:
    """Implements :class:`desktop.pages.payments.presenter.PaymentsSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._engine = shop.engine

    def overview(self) -> Overview:
        now = self._shop.clock.now()
        labels = {adapter.name: adapter.label for adapter in REGISTRY}

        def read(reader: Reader) -> Overview:
            to_do = tuple(concerns.standing(reader, now))
            return Overview(to_do, concerns.count(reader, now), tuple(book.by_provider(reader)), labels)

        return self._engine.read(read)

    def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[PaymentRow]:
        return self._engine.read(lambda r: queries.page(r, wanted, after=after, limit=limit))

    def detail(self, payment_id: int) -> Detail:
        def read(reader: Reader) -> Detail:
            payment = queries.one(reader, payment_id)
            where = book.where(book.of_payment(reader, payment_id))
            left = refundable(reader, payment_id)
            attempt = reader.value("SELECT attempt_id FROM payment WHERE id = ?", (payment_id,))
            return Detail(
                payment, where, left, self._shop.can_refund(payment.provider, left == payment.amount), attempt
            )

        return self._engine.read(read)

    def refund(self, payment_id: int, amount: int, restock: bool) -> None:
        verb = self._shop.refunds.ask
        self._engine.call(lambda tx: verb(tx, payment_id, amount, restock=restock), actor=ACTOR)

    def act(self, refund_id: int, act: str) -> None:
        verbs = self._shop.refunds
        verb = {"done": verbs.by_hand, "again": verbs.again, "withdraw": verbs.withdraw}[act]
        self._engine.call(lambda tx: verb(tx, refund_id), actor=ACTOR)

    def ask(self, attempt_id: int) -> None:
        self._here(self._shop.desk.ask(attempt_id))

    def deal_with(self, attempt_id: int) -> None:
        self._engine.call(lambda tx: deal_with(tx, attempt_id), actor=ACTOR)

    def look_again(self, attempt_id: int) -> Compared:
        return self._compared(self._here(self._shop.reconciler.look_again(attempt_id, actor=ACTOR)))

    def settle(self, difference_id: int, choice: str) -> None:
        self._engine.call(lambda tx: service.settle(tx, difference_id, choice), actor=ACTOR)

    def compare(self, control: Control, days: int) -> Compared | None:
        def progress(done: int, total: int) -> None:
            control.advance(done, total)

        try:
            run_id = self._here(self._shop.reconciler.ask_providers(days, actor=ACTOR, progress=progress))
        except BaseExceptionGroup as group:
            if group.subgroup(Stopped) is None:
                raise
            return None
        return self._compared(run_id)

    def compare_statement(self, path: Path, provider: str) -> Compared:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise EnvironmentProblem(
                "The file {path} cannot be read ({detail}).", path=path, detail=reason(error)
            ) from None
        run_id, read = self._here(self._shop.reconciler.read_statement(data, provider, actor=ACTOR))
        return self._compared(run_id, len(read.unreadable))

    def _compared(self, run_id: int, unreadable: int = 0) -> Compared:
        def read(reader: Reader) -> Compared:
            found = tuple(each for each in service.of_run(reader, run_id) if each.state == "open")
            return Compared(service.run(reader, run_id), found, unreadable)

        return self._engine.read(read)

    def export(self, path: Path, wanted: Filter, control: Control) -> int | None:
        from core.adapters import payments_sheet

        shop = self._shop
        language = shop.settings.get("store.language")
        place = shop.card.currency, shop.country.zone
        try:
            return payments_sheet.write(shop.engine, path, wanted, *place, language, control.advance)
        except Stopped:
            return None

    def _here(self, work: Coroutine[Any, Any, T]) -> T:
        """On a loop of our own, whose connections end with it."""

        async def run() -> T:
            try:
                return await work
            finally:
                await self._shop.http.close_here()

        return asyncio.run(run())
