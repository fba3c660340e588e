"""The desk that asks the language model, the only place that does: begun in one transaction, asked outside of any,
settled in another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from core.assistant.events import AssistantAsked
from core.assistant.model import Completion, Model, ModelFailed
from core.assistant.service import Assistant, Question
from core.kernel.clock import SECOND
from core.kernel.errors import LivePayError
from core.kernel.events import Event
from core.kernel.waiting import woken
from core.storage.engine import Engine, Tx
from core.usage.meter import Meter

log = logging.getLogger(__name__)

AT_ONCE: Final = 4
IDLE: Final = 30.0  # s
SPARE: Final = 500  # ms before the turn's end at which the call is given up: the answer takes a moment, too


class AssistantDesk:
    """One store's; a part of its work. ``model()`` as the settings say now, None when it is switched off."""

    def __init__(self, engine: Engine, assistant: Assistant, meter: Meter, model: Callable[[], Model | None]) -> None:
        self._engine = engine
        self._assistant = assistant
        self._meter = meter
        self._model = model
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asking: dict[int, asyncio.Task[None]] = {}

    def on_events(self, events: Sequence[Event]) -> None:
        """After a commit, on the writer thread."""
        if any(isinstance(event, AssistantAsked) for event in events):
            loop = self._loop
            if loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Work until cancelled. What was being asked when the program stopped is left to its deadline."""
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        try:
            while True:
                self._wake.clear()
                self._round()
                await woken(self._wake, IDLE)
        finally:
            for task in self._asking.values():
                task.cancel()
            await asyncio.gather(*self._asking.values(), return_exceptions=True)

    def _round(self) -> None:
        """Start what may be asked now: buyers of the live first."""
        free = AT_ONCE - len(self._asking)
        if free <= 0:
            return
        with self._engine.reader() as reader:
            rows = reader.all(
                "SELECT id FROM assistant_turn WHERE state = 'waiting' ORDER BY live DESC, id LIMIT ?",
                (free + len(self._asking),),
            )
        for (turn_id,) in rows:
            if turn_id not in self._asking and len(self._asking) < AT_ONCE:
                task = asyncio.get_running_loop().create_task(self._one(turn_id))
                self._asking[turn_id] = task
                task.add_done_callback(lambda done, turn=turn_id: self._finished(done, turn))  # type: ignore[misc]

    def _finished(self, task: asyncio.Task[None], turn_id: int) -> None:
        self._asking.pop(turn_id, None)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("The assistant could not be asked; the engine answers when the time is over", exc_info=error)

    async def _one(self, turn_id: int) -> None:
        try:
            await self._ask(turn_id)
        except LivePayError as error:  # a disk that refuses: the deadline answers
            log.info("Turn %d: %s", turn_id, error)
            await asyncio.sleep(1)

    async def _ask(self, turn_id: int) -> None:
        question = await asyncio.to_thread(self._engine.read, lambda r: self._assistant.question(r, turn_id))
        if question is None:
            return
        asked = question
        begun_at = self._engine.clock.now()
        if not await self._engine.run(lambda tx: self._assistant.begin(tx, asked), actor="bot"):
            return
        said, charged = await self._said(asked)

        def settle(tx: Tx) -> str:
            self._count(tx, asked, said, begun_at, charged=charged)
            return self._assistant.failed(tx, asked) if said is None else self._assistant.answered(tx, asked, said.text)

        outcome = await self._engine.run(settle, actor="bot")
        log.info("Turn %d: %s", turn_id, outcome)

    async def _said(self, question: Question) -> tuple[Completion | None, bool]:
        """The model's words, None without any in time; and whether the call may have cost something."""
        model = self._model()
        left = (question.turn.due_at - SPARE - self._engine.clock.now()) / SECOND
        if model is None or left <= 0:
            return None, False
        try:
            async with asyncio.timeout(left):
                return await model.complete(question.request), True
        except TimeoutError:
            log.info("Turn %d: no answer within %.1f s", question.turn.id, left)
            return None, True
        except ModelFailed as error:
            log.info("Turn %d: %s", question.turn.id, error)
            return None, error.charged

    def _count(self, tx: Tx, question: Question, said: Completion | None, begun_at: int, *, charged: bool) -> None:
        request = question.request
        expected = (request.tokens, request.most_tokens)
        used: tuple[int, int] | None = None if charged else (0, 0)
        if said is not None:
            told_in, told_out = said.tokens_in, said.tokens_out
            used = (
                request.tokens if told_in is None else told_in,
                len(said.text) // 3 + 1 if told_out is None else told_out,
            )
        self._meter.call_ended(tx, expected, used, begun_at=begun_at, failed=said is None)
