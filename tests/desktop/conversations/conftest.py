"""A real store behind the conversations, with and without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from core.conversations import manual
from core.kernel.text import NARROW
from core.storage.engine import Tx
from desktop.app import Desktop, InMemory
from desktop.pages.conversations.bubbles import Bubble
from desktop.pages.conversations.page import ConversationsPage
from desktop.pages.conversations.presenter import ConversationPresenter, Thread
from desktop.sources.conversations import ShopConversations
from desktop.texts import Texts
from desktop.widgets.dialog import Dialog
from tests.desktop.conversations.store import KeptContext, Store, open_store
from tests.desktop.openpage import at_rest
from tests.desktop.sample import STORE

NBSP = "\u00a0"
D = TypeVar("D", bound=Dialog)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def source(store: Store) -> ShopConversations:
    return ShopConversations(store.shop)


@pytest.fixture
def words(t: Texts) -> ConversationPresenter:
    return ConversationPresenter(t, STORE.currency, STORE.zone)


def thread_of(source: ShopConversations, store: Store, name: str, limit: int = 60) -> Thread:
    found = source.thread(store.conversation(name), limit)
    assert found is not None
    return found


def narrow(text: str) -> str:
    """Plain spaces for the no-break ones of French typography."""
    return text.replace(NARROW, " ").replace(NBSP, " ")


@dataclass
class Open:
    """An open window on the conversations of a store."""

    store: Store
    desktop: Desktop
    page: ConversationsPage
    qtbot: QtBot

    def calm(self) -> None:
        """Until everything that changed has been read and shown."""
        feed = self.page.feed
        self.qtbot.waitUntil(
            lambda: (
                at_rest(self.desktop, self.store.shop) and not (feed._lazy.isActive() or feed._listing or feed._reading)
            )
        )

    def notices(self) -> list[str]:
        return [narrow(toast.notice.text) for toast in self.desktop.shell.toasts.shown()]

    def dialog(self, kind: type[D]) -> D:
        self.qtbot.waitUntil(lambda: any(one.isVisible() for one in self.desktop.shell.findChildren(kind)))
        return next(one for one in self.desktop.shell.findChildren(kind) if one.isVisible())

    def bubbles(self) -> list[Bubble]:
        return [item for item in self.page.middle.messages.items if isinstance(item, Bubble)]


OpenInbox = Callable[..., Open]


@pytest.fixture
def open_inbox(store: Store, qtbot: QtBot) -> Iterator[OpenInbox]:
    """``open_inbox("Awa Diop", (1040, 720))`` shows the page, with that person's conversation."""
    opened: list[Desktop] = []

    def open_it(who: str | None = None, size: tuple[int, int] = (1280, 720)) -> Open:
        context = KeptContext(store.shop)
        desktop = Desktop(lambda: context, InMemory({"sound": "off"}))
        opened.append(desktop)
        desktop.shell.resize(*size)
        desktop.start()
        qtbot.waitUntil(lambda: desktop.shell.page("live") is not None)
        desktop.shell.go("conversations", store.conversation(who) if who else None)
        page = desktop.shell.page("conversations")
        assert isinstance(page, ConversationsPage)
        window = Open(store, desktop, page, qtbot)
        qtbot.waitUntil(lambda: page._stack.currentIndex() != 0)
        window.calm()
        return window

    yield open_it
    for desktop in opened:
        desktop.stop()
        desktop.shell.close()
        desktop.shell.deleteLater()
        desktop.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def say(store: Store, name: str, text: str) -> None:
    """The seller writes, from elsewhere than this window."""
    conversation_id = store.conversation(name)

    def write(tx: Tx) -> None:
        manual.send_text(tx, conversation_id, text, "api")

    store.shop.engine.call(write)


def chat(store: Store, name: str = "Awa Diop", messages: int = 40) -> None:
    """A long conversation that the seller has taken over."""
    store.write(name, "bonjour", "21:30:00")
    store.take_over(name)
    for number in range(messages):
        store.write(name, f"message {number}")
    store.leave()


def names(window: Open) -> list[str]:
    model = window.page.people.model
    return [model.row(place).name.split()[0] for place in range(model.rowCount())]


def chips(window: Open) -> list[str]:
    return [narrow(chip.text()) for chip in window.page.people.chips.values()]
