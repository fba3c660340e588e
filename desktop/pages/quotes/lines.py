"""The lines of a quote being typed: what, how many, at what price, what is taken off, and what that comes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from core.catalogue.views import ProductView
from desktop.bridge import Bridge
from desktop.pages.quotes import form as forms
from desktop.pages.quotes.form import LINE_FIELDS, LineForm, Problems
from desktop.pages.quotes.presenter import QuotesPresenter
from desktop.pages.quotes.source import QuotesSource
from desktop.widgets.buttons import IconButton
from desktop.widgets.labels import Label, restyle
from desktop.widgets.suggest import Choice, Suggest

FOUND: Final = 20
_WIDE: Final = (56, 100, 84, 106, 40)  # px: quantity, unit price, discount, total, the way to remove it
_NARROW: Final = (44, 84, 66, 84, 36)
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Cell(QLineEdit):
    """A number in a line. ``submitted`` on Enter."""

    submitted = Signal()

    def __init__(self, name: str, placeholder: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
        else:
            super().keyPressEvent(event)


class LineRow(QWidget):
    """``changed`` with what is typed now; ``entered`` on Enter, ``removed`` when it is to go."""

    changed = Signal(object)
    entered = Signal()
    removed = Signal()

    def __init__(self, words: QuotesPresenter, source: QuotesSource, bridge: Bridge) -> None:
        super().__init__()
        t = words.t
        self._words, self._source, self._bridge = words, source, bridge
        self._line = LineForm()
        self._asked = 0
        self.text = Suggest(t("Description"), t("Product, or any text"))
        self.quantity = Cell(t.of("quote", "Quantity"))
        self.price = Cell(t("Unit price"), "0")
        self.discount = Cell(t("Discount of the line"), t("10 %"))
        self.total = Label("", "body-bold")
        self.total.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.remove = IconButton("trash-2", t("Remove this line"))
        self.remove.setToolTip(t("Remove this line (Ctrl+Del)"))
        self.wrong = Label("", "small", "danger", wrap=True)
        self.wrong.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        for column, part in enumerate((self.text, self.quantity, self.price, self.discount, self.total, self.remove)):
            grid.addWidget(part, 0, column)
        grid.addWidget(self.wrong, 1, 0, 1, 5)
        self._connect()

    def set_widths(self, widths: Sequence[int]) -> None:
        for part, wide in zip((self.quantity, self.price, self.discount, self.total, self.remove), widths, strict=True):
            part.setFixedWidth(wide)

    @property
    def edits(self) -> dict[str, QLineEdit]:
        """The fields by the name they have in the form."""
        return {"text": self.text, "quantity": self.quantity, "price": self.price, "discount": self.discount}

    def _connect(self) -> None:
        for name, edit in self.edits.items():
            edit.textEdited.connect(lambda text, name=name: self._typed(name, text))
        for cell in (self.quantity, self.price, self.discount):
            cell.submitted.connect(self.entered)
        self.text.submitted.connect(self.entered)
        self.text.asked.connect(self._search)
        self.text.chosen.connect(self.take)
        self.remove.clicked.connect(self.removed)

    def _typed(self, name: str, text: str) -> None:
        self._line = self._line.typed(name, text)
        if name == "text":  # other words are another thing than the product
            self._line = replace(self._line, sku="", rate=None)
            self.text.set_tag("")
        self.changed.emit(self._line)

    def _search(self, query: str) -> None:
        self._asked += 1
        number, source = self._asked, self._source
        self._bridge.run(
            lambda: source.products(query, FOUND),
            owner=self,
            done=lambda found: self._offer(found) if number == self._asked else None,
            name="search products",
        )

    def _offer(self, products: Sequence[ProductView]) -> None:
        t, words = self._words.t, self._words
        self.text.offer(
            [
                Choice(
                    product.title,
                    f"{product.sku} · " + t.plural("{n} available", "{n} available", max(0, product.available)),
                    words.number(product.price),
                    product,
                )
                for product in products
            ]
        )

    def take(self, product: ProductView) -> None:
        """A product of the catalogue, at today's price."""
        self._line = forms.of_product(self._line, product, self._words)
        self.show_line(self._line)
        self.changed.emit(self._line)
        self.quantity.setFocus()
        self.quantity.selectAll()

    def show_line(self, line: LineForm) -> None:
        """Show what is typed elsewhere: a draft, what was kept."""
        self._line = line
        for name, edit in self.edits.items():
            value = getattr(line, name)
            if edit.text() != value:
                edit.setText(value)
        self.text.setCursorPosition(0)
        self.text.set_tag(line.sku)

    def show_state(self, wrong: dict[str, str]) -> None:
        """What the line comes to, and what is wrong with it by field."""
        amount = None if self._line.empty else forms.amount_of(self._line, self._words.currency)
        self.total.say("" if amount is None else self._words.number(amount))
        sentence = next((wrong[name] for name in LINE_FIELDS if name in wrong), "")
        self.wrong.say(sentence)
        self.wrong.setVisible(bool(sentence))
        for name, edit in self.edits.items():
            edit.setAccessibleDescription(wrong.get(name, ""))
            if bool(edit.property("wrong")) != (name in wrong):
                edit.setProperty("wrong", name in wrong)
                restyle(edit)


class Lines(QWidget):
    """All lines over each other. ``changed`` with the place and what its line says; ``added`` and ``removed`` with the
    place of a line."""

    changed = Signal(int, object)
    added = Signal(int)
    removed = Signal(int)

    def __init__(self, words: QuotesPresenter, source: QuotesSource, bridge: Bridge) -> None:
        super().__init__()
        self._make: Callable[[], LineRow] = lambda: LineRow(words, source, bridge)
        self.rows: list[LineRow] = []
        self._widths = _WIDE
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._headings(words))
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        self._stack = QVBoxLayout(inner)
        self._stack.setContentsMargins(0, 0, 12, 4)
        self._stack.setSpacing(6)
        self._stack.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setWidget(inner)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        column.addWidget(self._area, 1)

    def put_under(self, button: QWidget) -> None:
        """Directly under the last line, and scrolled with them."""
        self._stack.insertWidget(self._stack.count() - 1, button, 0, Qt.AlignmentFlag.AlignLeft)

    def _headings(self, words: QuotesPresenter) -> QHBoxLayout:
        t, line = words.t, QHBoxLayout()
        line.setContentsMargins(0, 0, 12, 0)
        line.setSpacing(8)
        line.addWidget(Label(t("Description"), "small", "muted"), 1)
        titles = (t.of("column", "Qty"), t("Unit price"), t("Discount"), t.of("quote", "Total"), "")
        self._titles = [Label(title, "small", "muted") for title in titles]
        for label, wide in zip(self._titles, self._widths, strict=True):
            label.setFixedWidth(wide)
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            line.addWidget(label)
        return line

    def set_narrow(self, narrow: bool) -> None:
        """Closer together, where there is little room."""
        self._widths = _NARROW if narrow else _WIDE
        for label, wide in zip(self._titles, self._widths, strict=True):
            label.setFixedWidth(wide)
        for row in self.rows:
            row.set_widths(self._widths)

    def show_lines(self, lines: Sequence[LineForm]) -> None:
        """These lines, from the first on."""
        while len(self.rows) > len(lines):
            row = self.rows.pop()
            self._stack.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self.rows) < len(lines):
            self._add()
        for row, line in zip(self.rows, lines, strict=True):
            row.show_line(line)

    def _add(self) -> None:
        row = self._make()
        row.set_widths(self._widths)
        self.rows.append(row)
        self._stack.insertWidget(len(self.rows) - 1, row)
        row.changed.connect(lambda line: self.changed.emit(self.rows.index(row), line))
        row.entered.connect(lambda: self._entered(self.rows.index(row)))
        row.removed.connect(lambda: self.removed.emit(self.rows.index(row)))

    def _entered(self, place: int) -> None:
        """Enter goes to the next line; from the last, a new one is begun."""
        if place + 1 < len(self.rows):
            self.enter(place + 1)
        else:
            self.added.emit(place + 1)

    def enter(self, place: int) -> None:
        """The keyboard to a line, in sight."""
        row = self.rows[max(0, min(place, len(self.rows) - 1))]
        row.text.setFocus()
        self._area.ensureWidgetVisible(row)

    @property
    def focused(self) -> int | None:
        """The line with the keyboard."""
        there = self.window().focusWidget()
        return next((place for place, row in enumerate(self.rows) if row.isAncestorOf(there)), None)

    def show_state(self, problems: Problems) -> None:
        for place, row in enumerate(self.rows):
            mine = [(key[1], text) for key, text in problems.items() if isinstance(key, tuple) and key[0] == place]
            row.show_state(dict(mine))
