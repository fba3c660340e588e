"""Conversations: who waits at the left, what was said in the middle, whom it is with at the right."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final, cast

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.catalogue.views import ProductView
from core.conversations.figures import ThreadsWanted
from core.conversations.views import ThreadRow
from core.kernel.clock import MINUTE
from core.kernel.errors import StorageFailed
from desktop.pages.conversations.aside import AsideActs
from desktop.pages.conversations.beyond import TemplateActs
from desktop.pages.conversations.bubbles import thread_items
from desktop.pages.conversations.cards import CardWords
from desktop.pages.conversations.customer import BROAD, WIDTH, CustomerPane
from desktop.pages.conversations.drafts import Drafts
from desktop.pages.conversations.feed import ConversationFeed, Listing, Question, ThreadReading
from desktop.pages.conversations.identity import IdentityActs
from desktop.pages.conversations.middle import Middle
from desktop.pages.conversations.people import People
from desktop.pages.conversations.presenter import ConversationPresenter, Thread
from desktop.pages.conversations.privacy import PrivacyActs
from desktop.pages.conversations.quoting import QuoteMenu, with_draft
from desktop.pages.conversations.sending import FileChooser, FileDialog, ProductDialog, show_attachment
from desktop.pages.conversations.settling import SettleActs
from desktop.pages.conversations.speaking import Speaking
from desktop.pages.live.presenter import LivePresenter
from desktop.pages.page import Mount, Page
from desktop.pages.support.presenter import TraceWanted
from desktop.widgets.empty import EmptyState
from desktop.widgets.shown import ShownStack

BROAD_FROM: Final = 1500  # px of the page
FOLDED_UNDER: Final = 1040  # px of the page: the customer's card folds away behind its button


class ConversationsPage(Page):
    """Places the three panes, gives them what the feed read, and calls the verbs."""

    hands_on = True

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        context, t = mount.context, mount.t
        self.source = context.conversations
        self.presenter = ConversationPresenter(t, context.store.currency, context.store.zone)
        self._cards = CardWords(self.presenter)
        self._speaking = Speaking(self.presenter)
        self._reading: ThreadReading | None = None
        self._drafts = Drafts()
        self._compose = self._folded = False
        self._day = self.presenter.day(self.now)
        self.people = People(self.presenter)
        self.middle = Middle(self.presenter, self.source, mount.bridge)
        self.customer = CustomerPane(t)
        self._lay_out()
        self.feed = ConversationFeed(self.source, mount.bridge, self._words, self)
        self._connect()

    def _lay_out(self) -> None:
        t = self.t
        self._centre = ShownStack()
        self._centre.addWidget(QWidget())
        self._centre.addWidget(
            EmptyState("message-circle", t("Choose a conversation"), t("What was said appears here, oldest first."))
        )
        self._centre.addWidget(self.middle)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.people)
        self._row.addWidget(self._centre, 1)
        self._row.addWidget(self.customer)
        panes = QWidget()
        panes.setLayout(self._row)
        self.empty = EmptyState(
            "message-circle",
            t("No conversation yet"),
            t("Your customers' WhatsApp messages arrive here; the bot answers, and hands over to you when it must."),
            t("Connect WhatsApp"),
            lambda: self.navigate("settings", "whatsapp"),
        )
        self._stack = ShownStack()
        self._stack.addWidget(QWidget())  # nothing to say before the first reading
        self._stack.addWidget(self.empty)
        self._stack.addWidget(panes)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.customer.hide()

    def _connect(self) -> None:
        feed, people, middle = self.feed, self.people, self.middle
        feed.listed.connect(self.show_listing)
        feed.read.connect(self.show_thread)
        feed.failed.connect(self._reading_failed)
        people.asked.connect(feed.ask)
        people.list.opened.connect(self.open)
        people.list.entered.connect(self.enter)
        people.list.ended.connect(lambda: feed.ask_more() if people.more else None)
        middle.head.card_wanted.connect(self.toggle_card)
        middle.banner.take_over.clicked.connect(self.take_over)
        middle.messages.near_top.connect(self._older)
        middle.messages.opened.connect(self.open_attachment)
        middle.messages.entered.connect(self.enter)
        middle.messages.traced.connect(lambda number: self.navigate("support", TraceWanted("message", number)))
        composer = middle.composer
        composer.sent.connect(self.send_text)
        composer.taken.connect(self.take_over)
        middle.banner.give_back.clicked.connect(self.give_back)
        middle.banner.resolve.clicked.connect(self.resolve)
        composer.product_wanted.connect(self.choose_product)
        composer.link_wanted.connect(self.send_link)
        composer.file_wanted.connect(self.choose_file)
        composer.file_dropped.connect(self.attach)
        composer.left.connect(self.people.list.setFocus)
        self.customer.closed.connect(self.toggle_card)
        bridge, currency = self.mount.bridge, self.presenter.currency
        self.identity = IdentityActs(self, self.customer.identity, self.source, bridge, self.t, currency)
        self.settling = SettleActs(self, people, self.source, self.identity)
        self.aside = AsideActs(self, middle, self.customer, self.source, self.mount.bridge, self.t)
        self.privacy = PrivacyActs(self, self.customer.personal, self.source, self.mount.bridge, self.t)
        self.quotes = QuoteMenu(self, composer, lambda: self.opened)
        self.templates = TemplateActs(self, composer, lambda: self.opened)
        self.mount.ticker.second.connect(self._second)
        self.add_shortcut("Ctrl+F", people.focus_search, self.t("Search"))
        self.add_shortcut("Alt+Up", lambda: people.list.step(-1), self.t("The conversation above"))
        self.add_shortcut("Alt+Down", lambda: people.list.step(1), self.t("The conversation below"))
        self.add_shortcut("Alt+N", self.aside.write_note, self.t("Internal note"))

    # -- showing

    @property
    def opened(self) -> Thread | None:
        """The conversation in view, as it was last read."""
        return self._reading.thread if self._reading else None

    def _words(self, thread: Thread) -> ThreadReading:
        """Off the window's thread: all that is to be shown of a conversation."""
        now = self.now
        return ThreadReading(thread, thread_items(thread, self.presenter, now), self._cards.card(thread, now))

    def show_listing(self, listing: Listing) -> None:
        """Put what was read into the list; the first time, open what needs a person most."""
        inbox = listing.inbox
        if not inbox.counts.all:
            if self.empty.button is not None:
                self.empty.button.setVisible(not inbox.connected)
            self._stack.setCurrentIndex(1)
            return
        kept = self.opened.row if self.opened is not None and not listing.fresh else None
        self.people.show_inbox(inbox, listing.question, self.now, self.feed.current, kept)
        if self._stack.currentIndex() != 2:
            self._stack.setCurrentIndex(2)
            if self.isVisible() and self.window().focusWidget() in (None, self):
                self.people.list.setFocus()
        led_here = listing.fresh and listing.question.behind is not None
        if inbox.rows and (self.feed.current is None or led_here):
            self.open(inbox.rows[0].conversation_id)
        elif self.feed.current is None:
            self._centre.setCurrentIndex(1)

    def open(self, conversation_id: int) -> None:
        """Show a conversation; what was being written in another waits there."""
        if conversation_id == self.feed.current:
            return
        self._keep_draft()
        self._compose = False
        self.feed.open(conversation_id)
        self.people.list.select(conversation_id)

    def show_subject(self, subject: object) -> None:
        if isinstance(subject, ThreadsWanted):
            self.people.ask(Question(behind=subject))
        elif isinstance(subject, int):
            self.open(subject)

    def show_thread(self, reading: ThreadReading | None) -> None:
        """Put what was read into the middle and the card."""
        if reading is None:
            self._gone()
            return
        row, before = reading.thread.row, self.opened
        other = before is None or before.row.conversation_id != row.conversation_id
        self._reading = reading
        self._show_speaker(row)
        self.aside.show(row.conversation_id, reading.thread.ready)
        if other:
            self.middle.composer.set_drafts(*self._drafts.take(row.conversation_id))
            self.middle.messages.show_thread(reading.items)
        else:
            self.middle.messages.show_items(reading.items)
        self._centre.setCurrentIndex(2)
        self.customer.show_card(reading.card)
        self._place_card()
        if self._compose and self.middle.composer.mode == "seller":
            self._compose = False
            self.middle.composer.edit.setFocus()
        if row.unread and self.isVisible():
            self.call(partial(self.source.mark_read, row.conversation_id), "mark read")

    def _gone(self) -> None:
        """The conversation is part of another one now: two records proved to be one person."""
        self._reading = None
        self.feed.open(None)
        self._centre.setCurrentIndex(1)
        self.customer.hide()
        self.feed.refresh()

    def _show_speaker(self, row: ThreadRow) -> None:
        presenter, now = self.presenter, self.now
        self.middle.head.show_head(presenter.head(row), presenter.window(row, now))
        self._show_banner(now)
        self.middle.composer.show_state(presenter.composer(row, now), offered_above=row.need == "escalated")

    def _show_banner(self, now: int) -> None:
        if self._reading is not None:
            thread = self._reading.thread
            banner = self._speaking.banner(thread.row, thread.marks, now, thread.case)
            if banner is not None and not banner.paused and self._folded:  # else the card beside says it
                banner = replace(banner, chips=self._cards.chips(thread, now))
            self.middle.show_banner(with_draft(banner, self._reading, self.t))

    def _second(self, now: int) -> None:
        """What counts down: the window to the minute, a hold to the second."""
        if not self.isVisible() or self._reading is None:
            return
        thread = self._reading.thread
        if self.presenter.day(now) != self._day:
            self._day = self.presenter.day(now)
            self.feed.refresh()
        self.middle.head.show_window(self.presenter.window(thread.row, now))
        self._show_banner(now)
        state = self.presenter.composer(thread.row, now)
        if state.mode != self.middle.composer.mode and now % MINUTE < 2000:
            self._show_speaker(thread.row)
        if thread.orders and thread.orders[0].state == "reserved":
            self.customer.show_badge(self._cards.badge(thread.orders[0], thread.marks, now))

    def _older(self) -> None:
        if self._reading is not None and self._reading.thread.older:
            self.feed.older()

    def _reading_failed(self, error: Exception) -> None:
        if not isinstance(error, StorageFailed):
            self.mount.bridge.explain(error, "read conversations")

    # -- who speaks

    def enter(self) -> None:
        """Enter: what can be done first."""
        self.middle.composer.enter()

    def take_over(self) -> None:
        if self.feed.current is not None:
            self._compose = True
            self.call(partial(self.source.take_over, self.feed.current), "take over")

    def give_back(self) -> None:
        if self.feed.current is not None:
            self.people.list.setFocus()
            self.call(partial(self.source.give_back, self.feed.current), "give back")

    def resolve(self) -> None:
        if self.feed.current is not None:
            self.settling.resolve(self.feed.current)

    # -- writing

    def _keep_draft(self) -> None:
        if self.opened is not None:
            self._drafts.keep(self.opened.row.conversation_id, *self.middle.composer.drafts)

    def kept(self) -> object:
        self._keep_draft()
        return self.feed.current, self._drafts, self.feed.question

    def take_back(self, kept: object) -> None:
        current, self._drafts, question = cast("tuple[int | None, Drafts, Question]", kept)
        self.people.ask(question)
        self.show_subject(current)

    def send_text(self, text: str) -> None:
        """The field is free at once; what could not be queued comes back into it."""
        conversation_id = self.feed.current
        if conversation_id is None:
            return
        self.middle.composer.set_text("")
        self.middle.messages.go_to_end()
        self.mount.bridge.run(
            partial(self.source.send_text, conversation_id, text),
            owner=self,
            failed=partial(self._not_sent, conversation_id, text),
            name="send message",
        )

    def _not_sent(self, conversation_id: int, text: str, error: Exception) -> bool:
        composer = self.middle.composer
        if conversation_id == self.feed.current:
            later = composer.text
            composer.set_text(f"{text}\n{later}" if later.strip() else text)
        else:
            self._drafts.come_back(conversation_id, text)
        return False

    def send_link(self, order_id: int) -> None:
        if self.feed.current is not None:
            self.call(partial(self.source.send_link, self.feed.current, order_id), "send link")

    def choose_product(self) -> None:
        presenter = LivePresenter(self.t, self.presenter.currency, self.presenter.zone)
        ProductDialog(self, self.mount.context.live, self.mount.bridge, presenter, self._insert_product).present()

    def _insert_product(self, product: ProductView) -> None:
        if self.opened is not None:
            self.middle.composer.insert(self.presenter.product_card(product, self.opened.row.language))

    def choose_file(self) -> None:
        chooser = FileChooser(self, self.t)
        chooser.picked.connect(self.attach)
        chooser.open()

    def attach(self, path: Path) -> None:
        """Show a file before it is sent, and ask for a caption."""
        if self.feed.current is not None and self.middle.composer.mode == "seller":
            send = partial(self._send_file, self.feed.current)
            FileDialog(self, self.t, self.source, self.mount.bridge, path, send).present()

    def _send_file(self, conversation_id: int, path: Path, caption: str) -> None:
        self.call(partial(self.source.send_file, conversation_id, path, caption), "send file")

    open_attachment = show_attachment

    # -- room

    def toggle_card(self) -> None:
        """Unfold the customer's card over the thread, or fold it away."""
        shown = self.customer.isHidden() and self._reading is not None
        self.customer.setVisible(shown)
        self.middle.head.card.setChecked(shown)
        self._place_card()

    def _fold(self) -> None:
        folded = self.width() < FOLDED_UNDER
        self.customer.setFixedWidth(BROAD if self.width() >= BROAD_FROM else WIDTH)
        if folded != self._folded:
            self._folded = folded
            self.customer.set_folded(folded)
            self.middle.head.card.setChecked(False)
            if folded:
                self._row.removeWidget(self.customer)
                self.customer.hide()
            else:
                self._row.addWidget(self.customer)
        self._place_card()

    def _place_card(self) -> None:
        self.middle.head.card.setVisible(self._folded)
        if not self._folded:
            self.customer.setVisible(self._reading is not None and self._reading.card is not None)
        elif not self.customer.isHidden():
            self.customer.setGeometry(self.width() - self.customer.width(), 0, self.customer.width(), self.height())
            self.customer.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.people.fit(self.width())
        self._fold()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.feed.wake(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.feed.wake(False)

    def take_focus(self) -> None:
        (self.people.list if self._stack.currentIndex() == 2 else self).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter()
        elif event.key() == Qt.Key.Key_Escape and self._folded and not self.customer.isHidden():
            self.toggle_card()
        elif event.key() == Qt.Key.Key_Escape:
            self.people.list.setFocus()
        else:
            super().keyPressEvent(event)
