"""The payments: what needs a person first, what passed at each provider, every payment, and money back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final, cast

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.kernel.look import SCALE
from core.payments.queries import PaymentRow
from core.reconciliation.concerns import Concern
from desktop.pages import exporting
from desktop.pages.exporting import Writing
from desktop.pages.living import LivingPage
from desktop.pages.page import Mount
from desktop.pages.payments.dialogs import CompareDialog, RefundDialog, TaskDialog
from desktop.pages.payments.filters import Filters
from desktop.pages.payments.presenter import (
    PAGE,
    Compared,
    Cursor,
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
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice

AREAS: Final = frozenset({"payments", "orders", "reconciliation"})
_TILES: Final = 4
_SHOWN: Final = 40  # tasks in the card; the badge counts them all
_ASIDE_FROM: Final = 900


class PaymentsPage(LivingPage):
    """Places the widgets, gives them what was read, and calls the verbs."""

    areas = AREAS

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        store = mount.context.store
        self.source: PaymentsSource = mount.context.payments
        self.presenter = PaymentsPresenter(mount.t, store.currency, store.zone)
        self.model = PaymentsModel(self.presenter, self)
        self.table = PaymentsTable(self.model, self.t("Payments"))
        self.question = Question()
        self.overview = Overview()
        self._subject: int | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(SCALE.gap)
        column.addLayout(self._head())
        self._tiles = QHBoxLayout()
        self._tiles.setSpacing(SCALE.gap)
        column.addLayout(self._tiles)
        self.filters = Filters(mount.t, self.presenter)
        self.filters.asked.connect(lambda name, value: self.ask(**{name: value}))
        self.chips = self.filters.chips
        column.addWidget(self.filters)
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(self._tasks())
        line.addWidget(self._payments(), 1)
        column.addLayout(line, 1)
        self.model.wanted.connect(self._read_more)
        self.table.resorted.connect(lambda sort: self.ask(sort=sort))
        self.table.remember(mount.t, mount.preferences, "payments")
        self.table.chosen.connect(lambda row: self.open_payment(row.payment))
        self.table.menu_asked.connect(self.open_menu)
        self.add_shortcut("T", self.tell_story, self.t("What happened?"))
        self.add_shortcut("R", self.compare, self.t("Compare with the providers"))
        self.add_shortcut("E", self.export, self.t("Export…"))
        self.refresh()

    # -- parts

    def _head(self) -> QHBoxLayout:
        t, line = self.t, QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(Label(t("Payments"), "title"))
        line.addStretch(1)
        self.make_search(t("Reference, name, phone, transaction"))
        self.search.down.connect(self.table.setFocus)
        line.addWidget(self.search, 3)
        self.export_button = Button(t("Export…"), icon="download", key="E", live=True)
        self.export_button.clicked.connect(lambda: self.export())
        self.compare_button = Button(t("Compare…"), "primary", key="R", live=True)
        self.compare_button.clicked.connect(lambda: self.compare())
        line.addWidget(self.export_button)
        line.addWidget(self.compare_button)
        return line

    def _tasks(self) -> Card:
        self.tasks = Card(self.t("To do"))
        self.tasks.setFixedWidth(320)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        inner.setLayout(self._rows)
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

    def _payments(self) -> Card:
        card = Card(self.t("Payments"))
        card.title.hide()
        card.set_band(0)  # the filters stand above, over the whole width
        t = self.t
        self._nothing = EmptyState("wallet", "", "", t("See the live"), lambda: self.navigate("live"), primary=False)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nothing)
        card.body.addWidget(self._stack)
        self._card = card
        return card

    # -- reading

    def ask(self, **changes: object) -> None:
        """Another state, time, provider or order; what is not named stays."""
        self.question = replace(self.question, **changes)  # type: ignore[arg-type]
        self.chips[self.question.state].setChecked(True)
        self.table.scrollToTop()
        self.refresh()

    def refresh(self) -> None:
        """Read what is shown again: tasks, sums, and as many rows as there were."""
        self.reading()
        self.question = replace(self.question, text=self.search.text().strip())
        question, source, limit = self.question, self.source, max(PAGE, min(len(self.model.rows), 10 * PAGE))
        wanted = self.presenter.wanted(question, self.now)
        self.call(
            lambda: (question, limit, source.overview(), source.page(wanted, None, limit)), "read payments", self._show
        )

    def _show(self, read: tuple[Question, int, Overview, list[PaymentRow]]) -> None:
        question, limit, overview, payments = read
        self.presenter.labels = overview.labels
        self._show_overview(overview)
        if question != self.question:
            return
        current = self.table.current
        self.model.show(payments, limit)
        self.table.select(current.id if current is not None else self._subject)
        self._subject = None
        asked = question != Question(sort=question.sort)
        self._nothing.say(
            self.t("No payment here") if asked else self.t("Payments come here"),
            self.t("Nothing fits what is looked for.")
            if asked
            else self.t("Each with its fees, its refunds and its order."),
        )
        if self._nothing.button is not None:
            self._nothing.button.setVisible(not asked)
        self._stack.setCurrentIndex(0 if payments else 1)
        self.read_once = True

    def _show_overview(self, overview: Overview) -> None:
        if overview == self.overview and self.read_once:
            return
        if overview.books != self.overview.books or not self.read_once:
            self._show_books(overview)
        self.overview = overview
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for concern in overview.to_do[:_SHOWN]:
            row, task = AlertRow(), self.presenter.task(concern)
            row.show_alert(task.icon, task.role, task.title, task.detail, task.verb)
            row.acted.connect(partial(self.do_task, concern))
            self._rows.addWidget(row)
        self._rows.addStretch(1)
        self._task_stack.setCurrentIndex(0 if overview.to_do else 1)

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

    def _read_more(self, after: Cursor) -> None:
        wanted, source = self.presenter.wanted(self.question, self.now), self.source
        self.call(
            lambda: source.page(wanted, after, PAGE), "read more payments", lambda rows: self.model.append(rows, after)
        )

    # -- verbs

    def open_payment(self, payment: PaymentRow) -> None:
        """A payment with where its money is; from there it is given back."""
        self.call(lambda: self.source.detail(payment.id), "read payment", self._open)

    def tell_story(self) -> None:
        """What happened to the payment selected, from its notice to the books."""
        payment = self.table.current
        if payment is not None:
            self.navigate("support", TraceWanted("payment", payment.id))

    def open_menu(self, place: QPoint) -> QMenu | None:
        """What can be done with a payment, as a menu."""
        payment = self.table.current
        if payment is None:
            return None
        menu = QMenu(self)
        menu.addAction(self.t("Open…")).triggered.connect(lambda: self.open_payment(payment))
        menu.addAction(f"{self.t('What happened?')}\tT").triggered.connect(self.tell_story)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        menu.setActiveAction(menu.actions()[0])
        return menu

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
            self.table.select(subject)

    def kept(self) -> object:
        current = self.table.current
        return self.question, current.id if current is not None else None

    def take_back(self, kept: object) -> None:
        self.question, self._subject = cast("tuple[Question, int | None]", kept)
        self.search.setText(self.question.text)
        self.model.order = self.question.sort
        self.filters.show_period(self.question)
        self.ask()

    def take_focus(self) -> None:
        self.table.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _ASIDE_FROM
        self.tasks.setFixedWidth(320 if wide else 240)
        self._tiles.setSpacing(SCALE.gap if wide else 6)
