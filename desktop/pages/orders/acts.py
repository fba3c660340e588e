"""The verbs on one order: they are asked about where that is due, done off the window's thread, and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from core.kernel.errors import NotFound
from core.payments.queries import PaymentRow
from desktop.opening import open_file
from desktop.pages.live.decide import DecisionDialog, ReceiptDialog
from desktop.pages.live.invoice import InvoiceDialog
from desktop.pages.live.rows import cancel_question
from desktop.pages.orders.pane import LinkDialog
from desktop.pages.orders.presenter import Detail, OrdersPresenter
from desktop.pages.orders.verbs import MINUTES
from desktop.pages.page import Page
from desktop.pages.payments.dialogs import RefundDialog
from desktop.pages.payments.presenter import Detail as Payment
from desktop.pages.payments.presenter import PaymentsPresenter
from desktop.widgets.dialog import Confirm
from desktop.widgets.notices import Notice


class OrderActs(QObject):
    """``changed`` with an order's id once a verb is done. ``opener`` hands a file to the system."""

    changed = Signal(int)

    def __init__(self, page: Page, words: OrdersPresenter) -> None:
        super().__init__(page)
        context = page.mount.context
        self._page, self._words, self.t = page, words, page.t
        self._orders, self._live = context.orders, context.live
        self._payments, self._papers = context.payments, context.papers
        self.opener: Callable[[Path], bool] = open_file

    def act(self, verb: str, detail: Detail) -> None:
        """Do one of the verbs that are offered for this order."""
        number = detail.row.id
        match verb:
            case "decide":
                self._decide(detail)
            case "receipt":
                self._receipt(detail)
            case "send":
                said = self.t("The link of {reference} is on its way", reference=detail.row.reference)
                self._do(lambda: self._orders.send_link(number), detail, "send link", said)
            case "link":
                QGuiApplication.clipboard().setText(detail.link)
                self._say(self.t("Pay link of {reference} copied", reference=detail.row.reference))
            case "code":
                LinkDialog(self._page, self._words, detail).present()
            case "extend":
                said = self.t(
                    "{reference} is held {minutes} min longer", reference=detail.row.reference, minutes=MINUTES
                )
                self._do(lambda: self._live.extend_order(number, MINUTES), detail, "extend order", said)
            case "paper":
                paper = detail.papers[0]
                self._page.call(lambda: self._papers.pdf(paper.kind, paper.id), "draw paper", self._open)
            case "refund":
                self._refund(detail)
            case "talk":
                self._page.navigate("conversations", detail.board.conversation_id)
            case "cancel":
                title, sentence = cancel_question(detail.board, self._words)
                said = self.t("{reference} is cancelled", reference=detail.row.reference)
                cancel = partial(self._do, lambda: self._live.cancel_order(number), detail, "cancel order", said)
                Confirm(self._page, self.t, title, sentence, self.t("Cancel the order"), cancel).present()

    def new_order(self) -> InvoiceDialog:
        """An order made by hand, in a live or without one."""
        mount = self._page.mount
        dialog = InvoiceDialog(self._page, self._live, mount.bridge, self._words, mount.context.store.country)
        dialog.sent.connect(lambda result: self.changed.emit(result.order_id))
        dialog.present()
        return dialog

    def _do(self, work: Callable[[], None], detail: Detail, name: str, said: str = "") -> None:
        self._page.call(work, name, lambda _: self._done(detail, said))

    def _done(self, detail: Detail, said: str) -> None:
        if said:
            self._say(said)
        self.changed.emit(detail.row.id)

    def _say(self, text: str) -> None:
        self._page.mount.bridge.notice.emit(Notice(text, "paid"))

    def _decide(self, detail: Detail) -> None:
        bridge, row = self._page.mount.bridge, detail.board
        try:
            dialog = DecisionDialog(self._page, row, self._live, bridge, self._words)
        except NotFound as decided_already:
            bridge.explain(decided_already)
            return

        def decided(choice: str, substitute: tuple[int, int] | None) -> None:
            question = dialog.question
            self._do(lambda: self._live.decide(row.order_id, question, choice, substitute), detail, "decide")

        dialog.decided.connect(decided)
        dialog.present()

    def _receipt(self, detail: Detail) -> None:
        row = detail.board
        if row.receipt is None:
            return
        dialog = ReceiptDialog(self._page, row, row.receipt, self._words)
        dialog.answered.connect(
            lambda amount: self._do(lambda: self._live.receipt(row.order_id, amount), detail, "receipt")
        )
        dialog.present()

    def _refund(self, detail: Detail) -> None:
        """The last payment of which anything is left; the payments page shows them all."""
        left: list[PaymentRow] = [each for each in detail.payments if each.refunded < each.amount]
        payment, source = left[-1].id, self._payments
        self._page.call(
            lambda: (source.overview().labels, source.detail(payment)),
            "read payment",
            lambda read: self._give_back(detail, *read),
        )

    def _give_back(self, detail: Detail, labels: Mapping[str, str], payment: Payment) -> None:
        mount = self._page.mount
        words = PaymentsPresenter(self.t, mount.context.store.currency, mount.context.store.zone)
        words.labels = labels
        dialog = RefundDialog(self._page, self._payments, mount.bridge, words, payment)
        for done in (dialog.given, dialog.looked):
            done.connect(lambda: self.changed.emit(detail.row.id))
        dialog.present()

    def _open(self, path: Path) -> None:
        if not self.opener(path):
            sentence = self.t("No program here opens this file: {file}", file=str(path))
            self._page.mount.bridge.notice.emit(Notice(sentence, "danger"))
