"""Quotes from a conversation: a new one for this customer, or one there is into the thread again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from core.quotes.listing import QuoteRow
from core.quotes.rules import DRAFT
from desktop.pages.conversations.composer import Composer
from desktop.pages.conversations.feed import ThreadReading
from desktop.pages.conversations.presenter import BannerText, Thread
from desktop.pages.page import Page
from desktop.pages.quotes.presenter import QuotesPresenter
from desktop.pages.quotes.source import QuoteFor
from desktop.texts import Texts
from desktop.widgets.notices import Notice

MOST: Final = 6  # quotes in the menu


def with_draft(banner: BannerText | None, reading: ThreadReading | None, t: Texts) -> BannerText | None:
    """Why the bot hands over, with the draft it has written for who asks for a quote."""
    if banner is None or reading is None or not reading.thread.draft or reading.thread.row.reason != "quote":
        return banner
    ready = t("Draft {number} waits under “Quote”.", number=reading.thread.draft)
    return replace(banner, sentence=f"{banner.sentence} {ready}")


class QuoteMenu(QObject):
    """Answers the composer's button. ``opened()``: the conversation in view."""

    def __init__(self, page: Page, composer: Composer, opened: Callable[[], Thread | None]) -> None:
        super().__init__(page)
        store = page.mount.context.store
        self._page, self._composer, self._opened = page, composer, opened
        self._source, self._bridge = page.mount.context.quotes, page.mount.bridge
        self._words = QuotesPresenter(page.t, store.currency, store.zone, store.country)
        self.menu: QMenu | None = None
        composer.quote_wanted.connect(self.ask)

    def ask(self) -> None:
        """What there is for this customer; with nothing there, a new quote at once."""
        thread, source = self._opened(), self._source
        if thread is None:
            return
        customer_id = thread.row.customer_id
        self._bridge.run(
            lambda: source.of_customer(customer_id, MOST),
            owner=self._page,
            done=lambda rows: self._offer(customer_id, rows),
            name="read quotes",
        )

    def _offer(self, customer_id: int, rows: Sequence[QuoteRow]) -> None:
        button, writable = self._composer.quote, self._composer.mode in ("bot", "seller")
        new = partial(self._page.navigate, "quotes", QuoteFor(customer_id))
        if not rows:
            new()
            return
        menu = self.menu = QMenu(self._page)
        self._add(self._words.t("New quote…"), new)
        menu.addSeparator()
        for row in rows:
            self._add(self._title(row, writable), partial(self._chosen, row, writable))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(button.rect().topLeft()))
        menu.setActiveAction(menu.actions()[0])

    def _add(self, title: str, act: Callable[[], object]) -> None:
        assert self.menu is not None
        action = QAction(title, self.menu)
        action.triggered.connect(lambda checked=False: act())
        self.menu.addAction(action)

    def _title(self, row: QuoteRow, writable: bool) -> str:
        t, words = self._words.t, self._words
        values = {"number": row.reference, "total": words.money(row.total), "state": words.state(row.state).word}
        if row.state == DRAFT or not writable:
            return t("Look at {number} · {total} · {state}", **values)
        return t("Send {number} here · {total} · {state}", **values)

    def _chosen(self, row: QuoteRow, writable: bool) -> None:
        """A draft is looked at first; what was sent goes into the thread once more, where WhatsApp lets it through."""
        if row.state == DRAFT or not writable:
            self._page.navigate("quotes", row.id)
            return
        source, said = self._source, self._words.t("{number} is on its way", number=row.reference)
        self._bridge.run(
            lambda: source.send_again(row.id),
            owner=self._page,
            done=lambda _: self._bridge.notice.emit(Notice(said, "paid")),
            name="send quote",
        )
