"""The sender: takes the outbox to WhatsApp, keeps its pace, and writes what became of every message.

A message is marked *sending* and committed before the call. If the program dies, or no answer comes, its end is
unknown: it is never sent again by itself; a status that carries our mark (``biz_opaque_callback_data``) settles it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import mimetypes
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from core.conversations import handovers, outgoing, pace, sendcodes
from core.conversations.channel import Channel, NotSent, SendRefused, Unclear
from core.conversations.events import MessageProgressed
from core.conversations.outgoing import Outgoing
from core.conversations.photos import UNFIT, Photos
from core.conversations.sendcodes import Action, Step
from core.customers.service import bsuid_of, phone_of
from core.durable import outbox
from core.durable.outbox import Queued
from core.kernel.clock import HOUR, MINUTE, SECOND
from core.kernel.errors import OutsideWorld, Refused, StorageFailed
from core.kernel.text import countdown
from core.kernel.waiting import woken
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx

log = logging.getLogger(__name__)

WINDOW: Final = 24 * HOUR
WINDOW_MARGIN: Final = 3 * MINUTE  # clocks differ; WhatsApp's own refusals are worse than a template
AT_ONCE: Final = 16
STOP_FOR: Final = 2 * MINUTE  # then one message tries again: the seller may have acted elsewhere
IDLE: Final = 5.0
STOP_PATIENCE: Final = 3.0  # s
DISK_PAUSE: Final = 0.5  # s
# The request never left: nothing can have happened, so it is repeated for as long as the message is worth it.
_NETWORK: Final = Action(Step.RETRY, "WhatsApp cannot be reached. Sending goes on by itself.", 2 * SECOND, 12)


class Halt(Struct, frozen=True):
    """Why nothing is being sent: a code of :mod:`sendcodes`, until a time in ms UTC."""

    code: int | None
    detail: str
    until: int


class Sender:
    """One per WhatsApp number. ``channel()`` gives the adapter under the settings of the moment, None if not set up;
    ``paper(kind, id)`` draws an invoice or credit note."""

    def __init__(
        self,
        engine: Engine,
        channel: Callable[[], Channel | None],
        media: Path,
        mark: str,
        paper: Callable[[str, int], Awaitable[bytes]],
    ) -> None:
        self._paper = paper
        self._engine = engine
        self._channel = channel
        self._media = media
        self._mark = mark
        self.photos = Photos(media, engine.clock)
        self._pace = pace.Pace()
        self._busy: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tried: Channel | None = None
        self._stopping = False
        self.halt: Halt | None = None
        self.may_advertise: Callable[[Reader, int], bool] = lambda reader, now: True
        """Whether the month's budget lets a message go that nobody asked for."""

    def nudge(self) -> None:
        """Something was queued: look at once. Safe from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def resume(self) -> None:
        """The seller acted (new token, payment method): try again now."""
        self.halt = None
        self.nudge()

    async def run(self) -> None:
        """Send until cancelled."""
        self._loop = asyncio.get_running_loop()
        self._stopping = False
        now = self._engine.clock.now()
        sent = self._engine.read(
            lambda r: r.all(
                "SELECT customer_id, sent_at FROM outbox WHERE sent_at > ? AND kind <> 'receipt'",
                (now - pace.LOOK_BACK,),
            )
        )
        self._pace.rebuild([(str(c), at) for c, at in sent], now - pace.LOOK_BACK)
        try:
            while True:
                self._wake.clear()
                pause = self._round()
                await woken(self._wake, pause)
        finally:
            await self._finish()

    async def _finish(self) -> None:
        """Told to stop: what is on its way may still be answered; only then its end is unknown."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=STOP_PATIENCE)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.photos.close()

    def _round(self) -> float:
        """Start what may go now. → seconds until something else may."""
        now = self._engine.clock.now()
        channel = self._channel()
        if channel is None:
            return IDLE
        if channel is not self._tried and self.halt is not None:  # the seller changed something: see whether it helps
            self.halt = replace(self.halt, until=now)
        self._tried = channel
        if self.halt is not None and now < self.halt.until:
            return min(IDLE, (self.halt.until - now) / SECOND)
        soonest = now + int(IDLE * SECOND)
        seen = set(self._busy)
        with self._engine.reader() as reader:
            queue = outbox.waiting(reader, now)
            due = outbox.next_due(reader)
        if due is not None and due > now:
            soonest = min(soonest, due)
        if not queue:
            self._pace.forget_idle(now)
        for queued in queue:
            if queued.customer_id in seen or len(self._busy) >= AT_ONCE:
                continue
            seen.add(queued.customer_id)
            allowed = (
                now
                if queued.kind == "receipt"
                else self._pace.when_allowed(str(queued.customer_id), queued.priority, now)
            )
            if allowed > now:
                soonest = min(soonest, allowed)
                continue
            self._start(self._first(queued, now), now)
            if self.halt is not None:  # probing: one message at a time
                break
        return max(0.005, (soonest - now) / SECOND)

    def _first(self, queued: Queued, now: int) -> Queued:
        """Whose turn it is gets first what was answered first: a card does not overtake the answer before it."""
        if queued.kind == "receipt" or queued.priority > outbox.REPLY:
            return queued
        return self._engine.read(lambda r: outbox.first_answer(r, queued.customer_id, now)) or queued

    def _start(self, queued: Queued, now: int) -> None:
        if queued.kind != "receipt":
            self._pace.sent(str(queued.customer_id), now)
        self._busy.add(queued.customer_id)
        task = asyncio.get_running_loop().create_task(self._one(queued))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finished(done, queued.customer_id))

    def _finished(self, task: asyncio.Task[None], customer_id: int) -> None:
        self._tasks.discard(task)
        self._busy.discard(customer_id)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A message could not be sent", exc_info=error)

    async def _one(self, queued: Queued) -> None:
        channel = self._channel()
        if channel is None:
            return
        if photo := queued.body.get("photo"):  # before the message is marked: stopped here, it is still to be sent
            await self.photos.ready(channel, photo)
        try:
            prepared = await self._engine.run(lambda tx: self._prepare(tx, queued), actor="sender")
        except OutsideWorld as error:
            log.info("Message %d waits: %s", queued.id, error)
            await asyncio.sleep(1)
            return
        except Refused as error:
            await self._end(queued, "failed", None, str(error))
            return
        except Exception:  # boundary: one message must not stop the others, nor come back for ever
            log.exception("Message %d cannot be made ready", queued.id)
            await self._end(queued, "failed", None, "a mistake in the program")
            return
        if prepared is None:
            return
        to, message = prepared
        try:
            wamid = await self._deliver(channel, queued, to, message)
        except (SendRefused, NotSent) as error:
            await self._refused(queued, error)
        except (Unclear, asyncio.CancelledError) as error:
            await self._end(queued, "unknown", None, str(error) or "stopped while sending")
            if isinstance(error, asyncio.CancelledError):
                raise
        except Refused as error:
            await self._end(queued, "failed", None, str(error))
        except Exception:  # boundary: whether it left is not known
            log.exception("Message %d met a mistake in the program", queued.id)
            await self._end(queued, "unknown", None, "a mistake in the program")
        else:
            self.halt = None
            await self._record(lambda tx: self._accepted(tx, queued, wamid))

    def _prepare(self, tx: Tx, queued: Queued) -> tuple[dict[str, str], Outgoing | None] | None:
        """Decide and mark in one transaction, before the call. None: nothing to send (any more)."""
        # Two records may have proved to be one person since the queue was read.
        queued = replace(queued, customer_id=tx.value("SELECT customer_id FROM outbox WHERE id = ?", (queued.id,)))
        if queued.valid_until is not None and queued.valid_until <= tx.now:
            self._give_up(tx, queued, "dropped", None, "too late to be useful")
            return None
        if queued.kind == "receipt":
            return ({}, None) if outbox.begin(tx, queued.id) else None
        if queued.priority == outbox.BROADCAST and not self.may_advertise(tx, tx.now):
            self._give_up(tx, queued, "dropped", None, "the month's budget is used up")
            return None
        last = tx.value("SELECT last_inbound_at FROM conversation WHERE customer_id = ?", (queued.customer_id,))
        message = Outgoing(**queued.body) if queued.kind == "message" else None
        if (message is None or message.needs_window) and (last is None or tx.now > last + WINDOW - WINDOW_MARGIN):
            self._give_up(tx, queued, "failed", 131047, "more than 24 h since the customer wrote")
            return None
        to = outgoing.address(phone_of(tx, queued.customer_id), bsuid_of(tx, queued.customer_id))
        if not outbox.begin(tx, queued.id):
            return None
        if message is not None:
            message = self._said(tx, queued.id, message, queued.deadline)
            message = self._merge(tx, queued, message)
        return to, message

    @staticmethod
    def _said(tx: Tx, outbox_id: int, message: Outgoing, deadline: int | None) -> Outgoing:
        """The message with its time filled in, as the thread shows it from now on."""
        message = rendered(message, deadline, tx.now)
        tx.run("UPDATE message SET text = ? WHERE outbox_id = ?", (message.preview, outbox_id))
        return message

    def _merge(self, tx: Tx, queued: Queued, message: Outgoing) -> Outgoing:
        """Texts waiting for the same customer go out as one message (ruling R4)."""
        rows = tx.all(
            "SELECT id, body, deadline FROM outbox WHERE customer_id = ? AND state = 'queued' AND kind = 'message'"
            " AND id > ? AND not_before <= ? AND (valid_until IS NULL OR valid_until > ?) ORDER BY id LIMIT 4",
            (queued.customer_id, queued.id, tx.now, tx.now),
        )
        for outbox_id, body, deadline in rows:
            other = Outgoing(**json.loads(body))
            joined = outgoing.merge_texts(message, rendered(other, deadline, tx.now))
            if joined is None:
                break
            self._said(tx, outbox_id, other, deadline)
            message = joined
            outbox.merge(tx, outbox_id, queued.id)
        return message

    async def _deliver(
        self, channel: Channel, queued: Queued, to: dict[str, str], message: Outgoing | None
    ) -> str | None:
        if queued.kind == "receipt":
            await channel.mark_read(queued.body["wamid"])
            return None
        if message is None:
            message = await self._uploaded(channel, queued.body)
        mark = f"{self._mark}:{queued.id}"
        if message.photo and (media_id := self.photos.known(message.photo)):
            try:
                return (await channel.send(outgoing.with_photo(message, media_id), to, mark)).wamid
            except SendRefused as error:  # for certain: nothing was sent
                if error.code not in UNFIT or message.kind == "template":
                    raise
                log.info("Cards go without the photo %s: %s", message.photo, error.details)
                self.photos.unfit(message.photo)
        elif message.photo and message.kind == "template":
            raise NotSent("the picture above the template is not with WhatsApp yet")
        return (await channel.send(message, to, mark)).wamid

    async def _uploaded(self, channel: Channel, body: dict[str, Any]) -> Outgoing:
        """A file of the store, or a paper drawn now, becomes an image or a document message."""
        mime = mimetypes.guess_type(body["filename"])[0] or "application/octet-stream"
        content = await (self._drawn(body) if "paper" in body else self._read(body))
        media_id = await channel.upload(content, body["filename"], mime)
        if mime.startswith("image/"):
            return outgoing.image(media_id, body.get("caption", ""))
        return outgoing.document(media_id, body["filename"], body.get("caption", ""))

    async def _drawn(self, body: dict[str, Any]) -> bytes:
        """Raises Refused: nothing was sent, and the thread says so."""
        try:
            return await self._paper(body["paper"], body["id"])
        except Exception as error:  # boundary: a paper that cannot be drawn must not look as if it might have left
            log.exception("%s cannot be drawn", body["filename"])
            raise Refused("The document {name} cannot be made.", name=body["filename"]) from error

    async def _read(self, body: dict[str, Any]) -> bytes:
        path = self._media / Path(body["file"]).name
        try:
            return await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            raise Refused("The file {name} cannot be read.", name=path.name) from error

    # -- results -----------------------------------------------------------------------------------------------

    def _accepted(self, tx: Tx, queued: Queued, wamid: str | None) -> None:
        outbox.accepted(tx, queued.id, wamid)
        self._tell(tx, queued, "accepted")

    def _give_up(self, tx: Tx, queued: Queued, state: str, code: int | None, error: str) -> None:
        outbox.give_up(tx, queued.id, state, code, error)
        self._tell(tx, queued, state)

    @staticmethod
    def _tell(tx: Tx, queued: Queued, state: str) -> None:
        if queued.kind != "receipt":
            conversation = tx.value("SELECT id FROM conversation WHERE customer_id = ?", (queued.customer_id,))
            tx.emit(MessageProgressed(conversation or 0, queued.id, state))

    async def _end(self, queued: Queued, state: str, code: int | None, error: str) -> None:
        await self._record(lambda tx: self._give_up(tx, queued, state, code, error))

    async def _record(self, write: Callable[[Tx], None]) -> None:
        """Keep what became of a message, once the disk lets us: a message whose end is not written is never sent again.

        Raises StorageFailed when there is no more time to wait.
        """
        while True:
            try:
                await self._engine.run(write, actor="sender")
                return
            except StorageFailed:
                if self._stopping:
                    raise
            await asyncio.sleep(DISK_PAUSE)

    async def _refused(self, queued: Queued, error: SendRefused | NotSent) -> None:
        """What the code asks for: again later, hold this customer, hold the number, stop, or give up."""
        now = self._engine.clock.now()
        refusal = error if isinstance(error, SendRefused) else None
        code, detail = (refusal.code, refusal.details) if refusal else (None, str(error))
        action = refusal.action if refusal else _NETWORK
        if action.step in (Step.STOP, Step.BILLING):
            self.halt = Halt(code, detail, now + STOP_FOR)
            await self._again(queued, now, code, detail)  # the halt holds it back, and keeps its place in the queue
            return
        wait = sendcodes.pause(action, queued.attempts + 1, random.random()) if action.again else None
        if queued.kind == "receipt" or wait is None:
            await self._end(queued, "failed", code, detail)
            return
        if action.step is Step.NUMBER:
            self._pace.hold_number(now + wait)
        else:  # later messages must not overtake this one
            self._pace.hold_customer(str(queued.customer_id), now + wait)
        await self._again(queued, now + wait, code, detail)

    async def _again(self, queued: Queued, not_before: int, code: int | None, detail: str) -> None:
        await self._record(lambda tx: self._requeue(tx, queued, not_before, code, detail))

    @staticmethod
    def _requeue(tx: Tx, queued: Queued, not_before: int, code: int | None, detail: str) -> None:
        """Back to the queue, unless a person began to answer meanwhile and it was only talk."""
        outbox.retry(tx, queued.id, not_before, code, detail)
        handovers.hold_back(tx, tx.value("SELECT customer_id FROM outbox WHERE id = ?", (queued.id,)))


def rendered(message: Outgoing, deadline: int | None, now: int) -> Outgoing:
    """Put the time that remains (ruling R3: computed when sent) where the text says {remaining}."""
    if deadline is None or "{remaining}" not in message.preview:
        return message
    left = countdown(deadline - now)
    return replace(message, body=_filled(message.body, left), preview=message.preview.replace("{remaining}", left))


def _filled(value: Any, left: str) -> Any:
    if isinstance(value, str):
        return value.replace("{remaining}", left)
    if isinstance(value, dict):
        return {k: _filled(v, left) for k, v in value.items()}
    if isinstance(value, Sequence):
        return [_filled(v, left) for v in value]
    return value
