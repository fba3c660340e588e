"""Files in conversations: fetched while WhatsApp has them, checked, and kept under a name of our own.

A customer's file lives 7 days with WhatsApp (reference whatsapp §3.2, §5.4). It is a stranger's: pictures are decoded
and written anew (upright, without place and camera data), other files are kept only when their first bytes say what
they are, and no name or ending of theirs reaches the disk. What the seller sends goes through the same check.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from core.conversations.channel import Channel, MediaUnavailable, SendRefused
from core.conversations.events import MediaSettled, MessageAdded
from core.kernel.clock import DAY, MINUTE, SECOND
from core.kernel.errors import LivePayError, NotFound, Refused
from core.kernel.events import Event
from core.kernel.waiting import woken
from core.storage import pictures
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx
from core.storage.pictures import MediaFile, NotAPicture

log = logging.getLogger(__name__)

KINDS: Final = frozenset({"image", "document", "audio", "voice", "sticker"})
"""WhatsApp's types whose file is fetched. A video stays on the phone: it is worth its room to nobody here."""
LIFE: Final = 7 * DAY
LIMIT: Final = 16 * 1024 * 1024
SIDE: Final = 2048  # px: a payment screenshot stays readable, a photo stays well under WhatsApp's 5 MB (§5.1)
AT_ONCE: Final = 3
ATTEMPTS: Final = 8  # for a file that WhatsApp has but does not hand out; a network that is down is waited for
FIRST_PAUSE: Final = 5 * SECOND
LONGEST_PAUSE: Final = 15 * MINUTE
IDLE: Final = 5.0
_QUALITY: Final = 86
_PAGE: Final = 2000
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")


def checked(content: bytes, kind: str) -> MediaFile:
    """What may be kept of a file of this kind (WhatsApp's word). Raises Refused. Slow: never on an event loop."""
    if len(content) > LIMIT:
        raise Refused("The file is larger than {maximum} MB.", maximum=LIMIT // 1024 // 1024)
    if kind in ("audio", "voice"):
        suffix = _audio(content)
        if suffix is None:
            raise _unfit()
        return MediaFile(content, suffix)
    if kind == "document" and b"%PDF-" in content[:1024]:
        return MediaFile(content, ".pdf")
    return _picture(content)


def _unfit() -> Refused:
    return Refused("This file is neither a picture nor a PDF document that can be read.")


def _audio(content: bytes) -> str | None:
    """The ending for the sound formats WhatsApp knows (§5.1), by their first bytes."""
    head = content[:12]
    if head[:4] == b"OggS":
        return ".ogg"
    if head[:5] == b"#!AMR":
        return ".amr"
    if head[4:8] == b"ftyp":
        return ".m4a"
    if head[:3] == b"ID3":
        return ".mp3"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return ".aac" if head[1] & 0xF6 == 0xF0 else ".mp3"
    return None


def _picture(content: bytes) -> MediaFile:
    try:
        return pictures.fitted(pictures.decoded(content, SIDE, _FORMATS), SIDE, _QUALITY, transparent=True)
    except NotAPicture:
        raise _unfit() from None


def keep(folder: Path, file: MediaFile) -> str:
    """Write it into the media folder, whole or not at all. → its name there. Raises EnvironmentProblem."""
    return pictures.keep(folder, file, "chat-")


class _Wanted(Struct, frozen=True):
    """One file to fetch. ``at``: when it was sent; ``due``: not before, both ms UTC."""

    message_id: int
    kind: str
    media_id: str
    at: int
    due: int = 0
    attempts: int = 0


class MediaFetcher:
    """Fetches what customers send, beside everything else: talk never waits for a file.

    ``channel()`` gives the adapter under the settings of the moment, None while WhatsApp is not set up.
    """

    def __init__(self, engine: Engine, channel: Callable[[], Channel | None], folder: Path) -> None:
        self._engine = engine
        self._channel = channel
        self._folder = folder
        self._wanted: dict[int, _Wanted] = {}
        self._heard: deque[int] = deque()
        self._busy: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def nudge(self) -> None:
        """Look again now (the clock moved, the network is back). Safe from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has closed: nobody is fetching any more
                self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Fetch until cancelled; first what came while the program was off."""
        self._loop = asyncio.get_running_loop()
        unsubscribe = self._engine.subscribe(self._on_events)
        try:
            self._want(await asyncio.to_thread(self._engine.read, self._missed))
            while True:
                self._wake.clear()
                await self._look_up()
                pause = self._round()
                await woken(self._wake, pause)
        finally:
            unsubscribe()
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what is wanted ----------------------------------------------------------------------------------------

    def _on_events(self, events: Sequence[Event]) -> None:
        """On the writer's thread: note it, nothing more."""
        heard = [e.message_id for e in events if isinstance(e, MessageAdded) and e.kind in KINDS]
        if heard:
            self._heard.extend(heard)
            self.nudge()

    async def _look_up(self) -> None:
        heard: list[int] = []
        while self._heard:
            heard.append(self._heard.popleft())
        if heard:
            self._want(await asyncio.to_thread(self._engine.read, lambda reader: _unfetched(reader, heard)))

    def _want(self, found: Sequence[_Wanted]) -> None:
        for wanted in found:
            self._wanted.setdefault(wanted.message_id, wanted)

    def _missed(self, reader: Reader) -> list[_Wanted]:
        """From the newest back; older than its life, a file is gone."""
        since, found, before = self._engine.clock.now() - LIFE, [], 2**62
        while True:
            page = reader.all("SELECT id, kind, at FROM message WHERE id < ? ORDER BY id DESC LIMIT ?", (before, _PAGE))
            recent = [row for row in page if row[2] > since]
            found += _unfetched(reader, [row[0] for row in recent if row[1] in KINDS])
            if len(page) < _PAGE or not recent:
                return found
            before = page[-1][0]

    # -- fetching ----------------------------------------------------------------------------------------------

    def _round(self) -> float | None:
        """Start what may start. → seconds until something else may, None when nothing is wanted."""
        now = self._engine.clock.now()
        waiting = sorted((w for w in self._wanted.values() if w.message_id not in self._busy), key=lambda w: w.due)
        channel = self._channel()
        for wanted in waiting:
            if channel is None or len(self._busy) >= AT_ONCE or wanted.due > now:
                # The pace is real time's, whatever the clock handed in says: look again before long.
                return min(IDLE, max(0.05, (wanted.due - now) / SECOND)) if channel else IDLE
            self._start(channel, wanted)
        return None

    def _start(self, channel: Channel, wanted: _Wanted) -> None:
        self._busy.add(wanted.message_id)
        task = asyncio.get_running_loop().create_task(self._one(channel, wanted))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finished(done, wanted.message_id))

    def _finished(self, task: asyncio.Task[None], message_id: int) -> None:
        self._tasks.discard(task)
        self._busy.discard(message_id)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._wanted.pop(message_id, None)
            log.error("The file of message %d could not be fetched", message_id, exc_info=error)

    async def _one(self, channel: Channel, wanted: _Wanted) -> None:
        name: str | None = None
        try:
            content = await channel.download(wanted.media_id)
            file = await asyncio.to_thread(checked, content, wanted.kind)
            name = await asyncio.to_thread(keep, self._folder, file)
            await self._engine.run(partial(_settle, wanted.message_id, name, ""), actor="media", background=True)
        except LivePayError as error:
            if name is not None:  # written, but not committed: it will be fetched again under another name
                (self._folder / name).unlink(missing_ok=True)
            await self._trouble(wanted, error)
        else:
            self._wanted.pop(wanted.message_id, None)

    async def _trouble(self, wanted: _Wanted, error: LivePayError) -> None:
        """Again later, or never: what cannot be had is said once in the thread, not tried for ever."""
        now = self._engine.clock.now()
        attempts = wanted.attempts + 1
        if isinstance(error, SendRefused):
            lost = "" if error.action.again else "gone"
        elif isinstance(error, Refused):
            lost = "unfit"
        else:
            lost = "gone" if isinstance(error, MediaUnavailable) and attempts >= ATTEMPTS else ""
        if now > wanted.at + LIFE:
            lost = lost or "gone"
        if not lost:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(wanted.attempts, 10))
            due = now + int(pause * (1 + random.random() / 4))
            self._wanted[wanted.message_id] = replace(wanted, due=due, attempts=attempts)
            return
        log.info("The file of message %d stays out: %s", wanted.message_id, error)
        with suppress(LivePayError):  # a disk that refuses: asked for again at the next start
            await self._engine.run(partial(_settle, wanted.message_id, None, lost), actor="media")
        self._wanted.pop(wanted.message_id, None)


def _unfetched(reader: Reader, message_ids: Sequence[int]) -> list[_Wanted]:
    """Those of these messages that a customer, or the seller's own phone, sent with a file that is still out."""
    marks = ",".join("?" * len(message_ids))
    rows = reader.all(
        "SELECT id, kind, json_extract(payload, '$.' || kind || '.id'), at FROM message"  # noqa: S608 - marks only
        f" WHERE id IN ({marks}) AND author IN ('customer', 'phone') AND media IS NULL"
        " AND json_extract(payload, '$.media_lost') IS NULL",
        list(message_ids),
    )
    return [_Wanted(*row) for row in rows if row[1] in KINDS and isinstance(row[2], str) and row[2]]


def _settle(message_id: int, name: str | None, lost: str, tx: Tx) -> None:
    """Write what became of a file: its name in the media folder, or why there is none (gone, unfit)."""
    if name is not None:
        there = tx.run("UPDATE message SET media = ? WHERE id = ?", (name, message_id))
    else:
        lose = "UPDATE message SET payload = json_set(payload, '$.media_lost', ?) WHERE id = ?"
        there = tx.run(lose, (lost, message_id))
    if not there:  # erased with its person while the file was on its way: the file must not stay behind
        raise NotFound("There is no message number {message_id}.", message_id=message_id)
    conversation = tx.value("SELECT conversation_id FROM message WHERE id = ?", (message_id,))
    tx.emit(MediaSettled(conversation or 0, message_id))
