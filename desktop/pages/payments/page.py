"""The payments: what needs a person first, what passed at each provider, every payment, and money back."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.kernel.look import SCALE
from core.payments.queries import Filter, PaymentRow
from core.reconciliation.concerns import Concern
from desktop.pages import exporting
from desktop.pages.exporting import Writing
from desktop.pages.listing import ListPage, Verb
from desktop.pages.page import Mount
from desktop.pages.payments.dialogs import CompareDialog, RefundDialog, TaskDialog
from desktop.pages.payments.filters import Filters
from desktop.pages.payments.presenter import (
    Compared,
    Detail,
    Overview,
    PaymentsPresenter,
    PaymentsSource,
    Question,
    file_day,
)
from desktop.pages.payments.table import PaymentsModel, PaymentsTable
from desktop.pages.support.presenter import TraceWanted
from desktop.widgets.alertrow import AlertRow
from desktop.widgets.buttons import Button
from desktop.widgets.card import Card, Tile
from desktop.widgets.empty import EmptyState
from desktop.widgets.notices import Notice

AREAS: Final = frozenset({"payments", "orders", "reconciliation"})
_TILES: Final = 4
_SHOWN: Final = 40  # tasks in the card; the badge counts them all
_ASIDE_FROM: Final = 900


class PaymentsPage(ListPage[Question, Overview]):
    """Places the widgets, gives them what was read, and calls the verbs."""

    areas = AREAS
    name = "payments"
    table: PaymentsTable

    def __init__(self, mount: Mount) -> None:
        store, t = mount.context.store, mount.t
        self.source: PaymentsSource = mount.context.payments
        self.presenter = PaymentsPresenter(t, store.currency, store.zone)
        table = PaymentsTable(PaymentsModel(self.presenter), t("Payments"))
        super().__init__(mount, self.source, table, Question(), Overview())
        self.compare_button = Button(t("Compare…"), "primary", key="R", live=True)
        self.compare_button.clicked.connect(lambda: self.compare())
        out = self.export_verb(self.export)
        placeholder = t("Reference, name, phone, transaction")
        self.column.addLayout(self.head(t("Payments"), placeholder, out, self.compare_button))
        self._shown: Overview | None = None
        self._tiles = QHBoxLayout()
        self._tiles.setSpacing(SCALE.gap)
        self.column.addLayout(self._tiles)
        self.filters = Filters(t, self.presenter)
        self.filters.asked.connect(lambda name, value: self.ask(**{name: value}))
        self.chips = self.filters.chips
        self.column.addWidget(self.filters)
        nothing = EmptyState("wallet", "", "", t("See the live"), lambda: self.navigate("live"), primary=False)
        self._every = Button(t("Show everything"))
        nothing.offer(self._every, self.show_all)
        card = self.listed(t("Payments"), nothing)
        self.column.addLayout(self.beside(self._tasks(), card, wide=card), 1)
        self.table.chosen.connect(lambda row: self.open_payment(row.payment))
        self.add_shortcut("T", self.tell_story, t("What happened?"))
        self.add_shortcut("R", self.compare, t("Compare with the providers"))
        self.begin()

    # -- parts

    def _tasks(self) -> Card:
        self.tasks = Card(self.t("To do"))
        self.tasks.setFixedWidth(320)
        self._todo = QVBoxLayout()
        self._todo.setContentsMargins(0, 0, 0, 0)
        self._todo.setSpacing(0)
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        inner.setLayout(self._todo)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._calm = EmptyState("circle-check", self.t("Nothing to do"), self.t("Every payment is explained."))
        self._task_stack = QStackedWidget()
        self._task_stack.addWidget(area)
        self._task_stack.addWidget(self._calm)
        self.tasks.body.addWidget(self._task_stack)
        return self.tasks

    # -- reading

    def sought(self) -> Filter:
        return self.presenter.wanted(self.question, self.now)

    def look(self, sought: Filter) -> Overview:
        return self.source.overview()

    @property
    def anything(self) -> bool:
        return True

    def show_question(self) -> None:
        self.filters.choose(self.question)

    def show_overview(self, overview: Overview) -> None:
        self.presenter.labels = overview.labels
        if overview == self._shown and self.read_once:
            return
        if self._shown is None or overview.books != self._shown.books:
            self._show_books(overview)
        self._shown = overview
        while (item := self._todo.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for concern in overview.to_do[:_SHOWN]:
            row, task = AlertRow(), self.presenter.task(concern)
            row.show_alert(task.icon, task.role, task.title, task.detail, task.verb)
            row.acted.connect(partial(self.do_task, concern))
            self._todo.addWidget(row)
        self._todo.addStretch(1)
        self._task_stack.setCurrentIndex(0 if overview.to_do else 1)

    def show_found(self, some: bool) -> None:
        asked, t = self.question != Question(sort=self.question.sort), self.t
        self.nothing.say(
            t("No payment here") if asked else t("Payments come here"),
            t("Nothing fits what is looked for.") if asked else t("Each with its fees, its refunds and its order."),
        )
        if self.nothing.button is not None:
            self.nothing.button.setVisible(not asked)
        self._every.setVisible(asked)

    def _show_books(self, overview: Overview) -> None:
        while (item := self._tiles.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for title, value, caption, more in self.presenter.tiles(overview.books, _TILES):
            tile = Tile(title)
            tile.show_figure(value, caption, more)
            self._tiles.addWidget(tile, 1)
        known = tuple((b.provider, self.presenter.provider(b.provider)) for b in overview.books)
        self.filters.show_providers(known, self.question)

    # -- verbs

    def open_payment(self, payment: PaymentRow) -> None:
        """A payment with where its money is; from there it is given back."""
        self.call(lambda: self.source.detail(payment.id), "read payment", self._open)

    def tell_story(self) -> None:
        """What happened to the payment selected, from its notice to the books."""
        payment = self.table.current
        if payment is not None:
            self.navigate("support", TraceWanted("payment", payment.id))

    def offers(self) -> tuple[Verb, ...]:
        return Verb("open", self.t("Open…")), Verb("story", f"{self.t('What happened?')}\tT")

    def act(self, verb: str) -> None:
        payment = self.table.current
        if verb == "story":
            self.tell_story()
        elif payment is not None:
            self.open_payment(payment)

    def _open(self, detail: Detail) -> None:
        dialog = RefundDialog(self, self.source, self.mount.bridge, self.presenter, detail)
        dialog.given.connect(self.refresh)
        dialog.looked.connect(self.refresh)
        dialog.present()

    def do_task(self, concern: Concern) -> None:
        if concern.kind == "decide":
            self.navigate("orders", concern.subject_id)
        elif concern.kind == "refund_unclear":
            self.call(lambda: self.source.ask(concern.subject_id), "ask provider", lambda _: self.refresh())
        else:
            dialog = TaskDialog(self, self.presenter, concern)
            dialog.answered.connect(partial(self._answer, concern))
            dialog.present()

    def _answer(self, concern: Concern, word: str) -> None:
        if word == "ask":
            attempt = concern.attempt_id or 0
            self.call(lambda: self.source.look_again(attempt), "look again", partial(self._looked, concern))
            return
        if concern.kind == "contradiction":
            self.call(lambda: self._dealt_with(concern, word), "deal with money", lambda _: self.refresh())
            return
        verb = self.source.act if concern.kind == "refund" else self.source.settle
        self.call(lambda: verb(concern.subject_id, word), "do task", lambda _: self.refresh())

    def _dealt_with(self, concern: Concern, word: str) -> None:
        (self.source.ask if word == "again" else self.source.deal_with)(concern.subject_id)

    def _looked(self, concern: Concern, compared: Compared) -> None:
        self.mount.bridge.notice.emit(Notice(self.presenter.agreed(concern.provider, compared), "info"))
        self.refresh()

    def compare(self) -> CompareDialog:
        dialog = CompareDialog(self, self.source, self.mount.bridge, self.presenter)
        dialog.finished.connect(lambda _: self.refresh())
        dialog.present()
        return dialog

    def export(self) -> None:
        """Ask where to, then write what is looked for."""
        exporting.ask_where(self, self.writing())

    def writing(self) -> Writing:
        """What is looked for, as a list to be written."""
        t, wanted, source = self.t, self.presenter.wanted(self.question, self.now), self.source
        return Writing(
            f"paiements-{file_day(self.now, self.mount.context.store.zone)}",
            lambda path, control: source.export(path, wanted, control),
            lambda n, file: t.plural("{n} payment written to {file}", "{n} payments written to {file}", n, file=file),
        )

    # -- the window

    def show_subject(self, subject: object) -> None:
        if isinstance(subject, int):
            self.bring(subject)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _ASIDE_FROM
        self.tasks.setFixedWidth(320 if wide else 240)
        self._tiles.setSpacing(SCALE.gap if wide else 6)
