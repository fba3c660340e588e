"""Keeps list and thread true: reads, off the window's thread, what changed; one reading of each at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal

from core.conversations.figures import ThreadsWanted
from desktop.bridge import Bridge, Change
from desktop.pages.conversations.bubbles import Item
from desktop.pages.conversations.cards import CardText
from desktop.pages.conversations.presenter import ConversationSource, Inbox, Need, Thread

AREAS: Final = frozenset({"conversations", "orders", "customers", "settings", "canned"})
LAZY_MS: Final = 250  # the list, and what other areas change of a thread, are read no more often than this
RETRY_MS: Final = 1000
PAGE: Final = 60
ROWS: Final = 100


class Question(Struct, frozen=True):
    """Which part of the inbox is listed. ``behind``: only what stands behind a figure."""

    need: Need = "all"
    search: str = ""
    limit: int = ROWS
    behind: ThreadsWanted | None = None


class Listing(Struct, frozen=True):
    """The answer to a question; ``fresh``: the question was not answered before."""

    question: Question
    inbox: Inbox
    fresh: bool


class ThreadReading(Struct, frozen=True):
    """One conversation with its words; made off the window's thread."""

    thread: Thread
    items: tuple[Item, ...]
    card: CardText | None


class ConversationFeed(QObject):
    """``listed`` carries a :class:`Listing`; ``read`` a :class:`ThreadReading`, or None for a thread that is gone."""

    listed = Signal(object)
    read = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        source: ConversationSource,
        bridge: Bridge,
        reader: Callable[[Thread], ThreadReading],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source, self._bridge, self._reader = source, bridge, reader
        self.question = Question()
        self.current: int | None = None
        self._limit = PAGE
        self._answered: Question | None = None
        self._awake = False
        self._list_stale = self._thread_stale = True
        self._listing = self._reading = False
        self._lazy = QTimer(self, singleShot=True, interval=LAZY_MS)
        self._lazy.timeout.connect(self._go)
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self.refresh)
        bridge.changed.connect(self.take)

    # -- what is wanted

    def wake(self, awake: bool) -> None:
        """While the page is hidden it only notes that something changed."""
        self._awake = awake
        if awake:
            self._go()

    def refresh(self) -> None:
        """Read everything again."""
        self._list_stale = self._thread_stale = True
        self._go()

    def ask(self, need: Need | None = None, search: str | None = None, behind: ThreadsWanted | None = None) -> None:
        """List another part of the inbox, from its top."""
        old = self.question
        wanted = Question(need or old.need, old.search if search is None else search, behind=behind)
        if wanted != self.question:
            self.question = wanted
            self._list_now()

    def ask_more(self) -> None:
        """The list has been scrolled to its end."""
        if self._answered == self.question:
            self.question = replace(self.question, limit=self.question.limit + ROWS)
            self._list_now()

    def open(self, conversation_id: int | None) -> None:
        """Read another thread, from its end."""
        self.current, self._limit = conversation_id, PAGE
        self._thread_stale = True
        self._go()

    def older(self) -> None:
        """The thread has been scrolled to its top."""
        if not self._reading:
            self._limit += PAGE
            self._thread_stale = True
            self._go()

    def _list_now(self) -> None:
        self._list_stale = True
        self._lazy.stop()
        self._go()

    def take(self, changes: list[Change]) -> None:
        """Note what changed: a message of the thread in view shows at once, the rest a moment later."""
        relevant = [change for change in changes if change.area in AREAS]
        if not relevant:
            return
        self._list_stale = True
        now = any(change.area == "conversations" and change.subject == self.current for change in relevant)
        self._thread_stale = self._thread_stale or now or any(change.area != "conversations" for change in relevant)
        if now and not self._reading:
            self._read_thread()
        if not self._lazy.isActive():
            self._lazy.start()

    # -- reading

    def _go(self) -> None:
        if self._awake and self._list_stale and not self._listing and not self._lazy.isActive():
            self._read_list()
        if self._thread_stale and not self._reading:
            self._read_thread()

    def _read_list(self) -> None:
        self._list_stale, self._listing = False, True
        source, question = self._source, self.question
        self._bridge.run(
            lambda: source.inbox(question.need, question.search, question.limit, question.behind),
            owner=self,
            done=lambda inbox: self._listed(question, inbox),
            failed=self._list_failed,
            name="read inbox",
        )

    def _listed(self, question: Question, inbox: Inbox) -> None:
        self._listing = False
        if question == self.question:
            fresh, self._answered = self._answered != question, question
            self.listed.emit(Listing(question, inbox, fresh))
        else:  # asked for something else meanwhile
            self._list_stale = True
        self._go()

    def _read_thread(self) -> None:
        if not self._awake or self.current is None:
            return
        self._thread_stale, self._reading = False, True
        source, reader, conversation_id, limit = self._source, self._reader, self.current, self._limit

        def work() -> ThreadReading | None:
            thread = source.thread(conversation_id, limit)
            return None if thread is None else reader(thread)

        self._bridge.run(
            work,
            owner=self,
            done=lambda reading: self._was_read(conversation_id, reading),
            failed=self._thread_failed,
            name="read conversation",
        )

    def _was_read(self, conversation_id: int, reading: ThreadReading | None) -> None:
        self._reading = False
        if conversation_id == self.current:
            self.read.emit(reading)
        self._go()

    def _list_failed(self, error: Exception) -> None:
        self._listing, self._list_stale = False, True
        self._again(error)

    def _thread_failed(self, error: Exception) -> None:
        self._reading, self._thread_stale = False, True
        self._again(error)

    def _again(self, error: Exception) -> None:
        if not self._retry.isActive():
            self._retry.start()
            self.failed.emit(error)
