"""What is done with one order of the board: by its menu, by one key, by the strip under the table, by an alert."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction, QCursor, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from core.kernel.errors import NotFound
from core.kernel.text import short_name
from core.live.views import BoardRow
from desktop.pages.live.decide import DecisionDialog, ReceiptDialog
from desktop.pages.live.feed import BoardFeed
from desktop.pages.live.model import OrdersModel
from desktop.pages.live.presenter import AlertText, LivePresenter, LiveSource
from desktop.pages.live.rows import Verb, cancel_question, verbs
from desktop.pages.page import Page
from desktop.pages.support.presenter import TraceWanted
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Confirm
from desktop.widgets.notices import Notice

EXTENSION_MIN: Final = 5
KEYS: Final[dict[Verb, str]] = {
    "decide": "D",
    "receipt": "V",
    "extend": "P",
    "cancel": "A",
    "link": "F",
    "invoice": "F",
    "restrict": "R",
    "release": "R",
    "conversation": "M",
    "trace": "T",
}
_ICONS: Final[dict[Verb, str]] = {
    "decide": "circle-alert",
    "receipt": "circle-help",
    "extend": "timer",
    "cancel": "x",
    "link": "send",
    "invoice": "receipt",
    "restrict": "lock",
    "release": "undo-2",
    "conversation": "message-circle",
}


def verb_text(t: Texts, verb: Verb) -> str:
    """A verb as the menu says it."""
    words: dict[Verb, str] = {
        "decide": t("Decide…"),
        "receipt": t("Money received?"),
        "extend": t("Extend the hold by {minutes} min", minutes=EXTENSION_MIN),
        "cancel": t("Cancel the order…"),
        "link": t("Send the pay link again"),
        "invoice": t("Open the invoice"),
        "restrict": t("Have this buyer pay first"),
        "release": t("This buyer need not pay first any more"),
        "conversation": t("Open the conversation"),
        "copy": t("Copy the reference"),
        "trace": t("What happened?"),
    }
    return words[verb]


def verb_word(t: Texts, verb: Verb) -> str:
    """The same in a word, for a button."""
    words: dict[Verb, str] = {
        "decide": t("Decide"),
        "receipt": t("Received?"),
        "extend": t("Extend"),
        "cancel": t.of("verb", "Cancel"),
        "link": t("Pay link"),
        "invoice": t("Invoice"),
        "restrict": t("Pays first"),
        "release": t("Release"),
        "conversation": t("Message"),
    }
    return words[verb]


class ActStrip(QWidget):
    """The selected order's verbs, each with its key. ``asked`` with the verb that was pressed."""

    asked = Signal(str)

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(8, 2, 8, 2)
        self._line.setSpacing(2)
        self.buttons: dict[Verb, Button] = {}
        for verb, icon in _ICONS.items():
            button = self.buttons[verb] = Button(verb_word(t, verb), "quiet", icon=icon, key=KEYS[verb], shrinks=True)
            button.setProperty("tight", True)
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            button.setToolTip(f"{verb_text(t, verb)} ({KEYS[verb]})")
            button.clicked.connect(partial(self.asked.emit, verb))
            self._line.addWidget(button)
        self._line.addStretch(1)
        self.show_row(None)

    def show_row(self, row: BoardRow | None) -> None:
        """Offer what can be done with an order now; nothing without one."""
        possible = () if row is None else verbs(row)
        for verb, button in self.buttons.items():
            button.setVisible(verb in possible)
        self.setVisible(row is not None)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where there is little room the icons go first."""
        shown = [(verb, button) for verb, button in self.buttons.items() if not button.isHidden()]
        for verb, button in shown:
            button.set_icon_name(_ICONS[verb])
        if sum(button.sizeHint().width() + 2 for _, button in shown) > self.width() - 16:
            for _, button in shown:
                button.set_icon_name(None)


class OrderActs(QObject):
    """Carries out the verbs. ``current()``: the order the keys mean."""

    def __init__(
        self,
        page: Page,
        source: LiveSource,
        presenter: LivePresenter,
        model: OrdersModel,
        feed: BoardFeed,
        current: Callable[[], int | None],
    ) -> None:
        super().__init__(page)
        self._page, self._source, self._presenter = page, source, presenter
        self._model, self._feed, self._current = model, feed, current
        self._t, self._bridge = page.t, page.mount.bridge

    def press(self, *wanted: Verb) -> None:
        """The first of these verbs that fits the order selected; a key that fits nothing does nothing."""
        order_id = self._current()
        row = None if order_id is None else self._model.order(order_id)
        if row is not None:
            verb = next((verb for verb in verbs(row) if verb in wanted), None)
            if verb is not None:
                self.do(verb, row)

    def open_menu(self, order_id: int, place: QPoint | None = None) -> QMenu | None:
        """What can be done with an order, as a menu."""
        row = self._model.order(order_id)
        if row is None:
            return None
        menu = QMenu(self._page)
        for verb in verbs(row):
            key = KEYS.get(verb)
            action = QAction(verb_text(self._t, verb) + (f"\t{key}" if key else ""), menu)
            action.triggered.connect(partial(self.do, verb, row))
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place or QCursor.pos())
        menu.setActiveAction(menu.actions()[0])
        return menu

    def do(self, verb: Verb, row: BoardRow, *_: object) -> None:
        """One verb on one order."""
        source, order_id = self._source, row.order_id
        match verb:
            case "decide":
                self.ask(row)
            case "receipt":
                self._check(row)
            case "extend":
                self._call(lambda: source.extend_order(order_id, EXTENSION_MIN), row, "extend order")
            case "cancel":
                title, sentence = cancel_question(row, self._presenter)
                act = partial(self._call, partial(source.cancel_order, order_id), row, "cancel order")
                Confirm(self._page, self._t, title, sentence, self._t("Cancel the order"), act).present()
            case "link":
                self._send_link(row)
            case "invoice":
                self._page.call(lambda: source.paper(order_id), "find invoice", self._open_paper)
            case "restrict" | "release":
                self._restrict(row, verb == "restrict")
            case "conversation":
                self._page.navigate("conversations", row.conversation_id)
            case "copy":
                QGuiApplication.clipboard().setText(row.reference)
                self._say(self._t("{reference} copied", reference=row.reference))
            case "trace":
                self._page.navigate("support", TraceWanted("order", order_id))

    def _say(self, text: str, verb: str = "", act: Callable[[], object] | None = None) -> None:
        self._bridge.notice.emit(Notice(text, "info", verb, act))

    def _call(
        self, work: Callable[[], None], row: BoardRow, name: str, done: Callable[[], object] | None = None
    ) -> None:
        def finished(_: None) -> None:
            self._feed.refresh_orders((row.order_id,))
            if done is not None:
                done()

        self._page.call(work, name, finished)

    def _name(self, row: BoardRow) -> str:
        return short_name(row.customer_name) or self._t("Unknown customer")

    def _send_link(self, row: BoardRow) -> None:
        conversation_id, talks = row.conversation_id, self._page.mount.context.conversations
        if conversation_id is not None:
            said = partial(self._say, self._t("The pay link is on its way to {name}", name=self._name(row)))
            self._call(lambda: talks.send_link(conversation_id, row.order_id), row, "send link", said)

    def _open_paper(self, paper_id: int | None) -> None:
        if paper_id is None:
            self._say(self._t("This order has no invoice yet."))
        else:
            self._page.navigate("papers", paper_id)

    def _restrict(self, row: BoardRow, wanted: bool) -> None:
        """At once, with the way back in the notice."""
        t, name = self._t, self._name(row)
        text = (
            t("{name} pays first from the next order on: 5 minutes, no deposit.", name=name)
            if wanted
            else t("{name} need not pay first any more.", name=name)
        )
        back = partial(self._restrict, row, not wanted)
        work = partial(self._source.restrict, row.customer_id, wanted)
        self._call(work, row, "restrict buyer", lambda: self._say(text, t("Undo"), back))

    # -- what waits for the seller's word

    def decide(self, order_id: int) -> None:
        """Ask about an order of any session: it is read first."""
        self._of_any_session(order_id, self.ask)

    def check_receipt(self, order_id: int) -> None:
        """Ask about money that only the seller can see, on an order of any session."""
        self._of_any_session(order_id, self._check)

    def _of_any_session(self, order_id: int, act: Callable[[BoardRow], object]) -> None:
        row = self._model.order(order_id)
        if row is not None:
            act(row)
        else:
            found = partial(self._found, act)
            self._page.call(lambda: self._source.order(order_id), "read order", found)

    @staticmethod
    def _found(act: Callable[[BoardRow], object], row: BoardRow | None) -> None:
        if row is not None:
            act(row)

    def ask(self, row: BoardRow) -> None:
        try:
            dialog = DecisionDialog(self._page, row, self._source, self._bridge, self._presenter)
        except NotFound as decided_already:
            self._bridge.explain(decided_already)
            return
        dialog.decided.connect(partial(self._decided, row, dialog.question))
        dialog.present()

    def _decided(self, row: BoardRow, question: int, choice: str, substitute: tuple[int, int] | None) -> None:
        self._call(partial(self._source.decide, row.order_id, question, choice, substitute), row, "decide")

    def _check(self, row: BoardRow) -> None:
        if row.receipt is None:  # settled meanwhile
            self._feed.refresh_orders((row.order_id,))
            return
        dialog = ReceiptDialog(self._page, row, row.receipt, self._presenter)
        dialog.answered.connect(partial(self._checked, row))
        dialog.present()

    def _checked(self, row: BoardRow, amount: int | None) -> None:
        self._call(partial(self._source.receipt, row.order_id, amount), row, "receipt")

    def act_on(self, alert: AlertText) -> None:
        """An alert's verb."""
        match alert.act:
            case "decide":
                self.decide(alert.subject_id)
            case "receipt":
                self.check_receipt(alert.subject_id)
            case "refund":
                self._tick_off(alert)
            case "product":
                self._page.navigate("catalogue", alert.subject_id)
            case "conversation":
                self._page.navigate("conversations", alert.subject_id)
            case "none":
                pass

    def _tick_off(self, alert: AlertText) -> None:
        t = self._t
        sentence = t("{about}: tick this off once the provider shows the money as given back.", about=alert.detail)
        work = partial(self._source.refund_done, alert.subject_id)
        act = partial(self._page.call, work, "refund done", lambda nothing: self._feed.refresh())
        Confirm(self._page, t, t("Money given back?"), sentence, t("It is given back"), act, danger=False).present()
