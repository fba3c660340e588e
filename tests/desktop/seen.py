"""What a person sees of a window, looked over: words that are cut, words that are not theirs, places that lead nowhere,
and what a screen reader cannot name."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QCoreApplication, QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QStackedWidget,
    QWidget,
)

from core.kernel.paths import resource
from core.templates.service import ready_made
from desktop.pages.page import Page
from desktop.widgets.buttons import Button
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import ElidedLabel

_SLACK: Final = 1  # px: sizes are rounded
_RAW: Final = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b|\{[a-z_]+\}|\bNone\b(?!:)|\bTrue\b|\bFalse\b|<[a-z]+ |\bcore\.")
_ADDRESS: Final = re.compile(r"\S*[/@\\.]\S*")
_VARIABLE: Final = re.compile(r"\{[a-z_]+\}")
_THEIR_OWN: Final = frozenset({"English", "Malagasy", *(words.name for words in ready_made())})
"""Languages name themselves; WhatsApp wants a template's name in small letters and underscores."""

_ROWS: Final = 40  # of a list, read
_TURNS: Final = 50  # of the loop, before a cut text is a fault


def faults(root: QWidget, language: str, *, variables: bool = False) -> list[str]:
    """Every fault below ``root``, in words. ``variables``: the place where texts with ``{variables}`` are written."""
    settle(root)
    found = [f"cut: {said}" for said in cut(root)]
    for text in texts(root):
        if text in _THEIR_OWN:
            continue
        if language == "fr" and left_in_english(text):
            found.append(f"English: {text!r}")
        raw = _RAW.search(_ADDRESS.sub("", _VARIABLE.sub("", text) if variables else text))
        if raw:
            found.append(f"raw {raw.group()!r}: {text!r}")
    found += [f"no name: {described(widget)}" for widget in nameless(root)]
    return found


def settle(root: QWidget) -> None:
    """Lay out what waits for it: what was just shown has its size only after some turns of the loop, one for each
    layout that it stands in. A text that stays cut is still cut after them."""
    turns = 0
    while turns < _TURNS and cut(root):
        QCoreApplication.processEvents()
        turns += 1


def visible(root: QWidget) -> Iterator[QWidget]:
    """Every widget that can be seen, ``root`` first; what scrolled away counts, what is hidden does not."""
    yield root
    yield from (
        widget for widget in root.findChildren(QWidget) if widget.isVisibleTo(root) and _in_a_shown_page(widget)
    )


def _in_a_shown_page(widget: QWidget) -> bool:
    return widget.isVisible()


def described(widget: QWidget) -> str:
    """A widget by its class and those it stands in."""
    names: list[str] = []
    place: QWidget | None = widget
    while place is not None and len(names) < 4:
        names.append(type(place).__name__)
        place = place.parentWidget()
    return " in ".join(names)


# -- cut


def cut(root: QWidget) -> list[str]:
    """Texts that have less room than they need, and no other way to be read."""
    found = []
    for widget in visible(root):
        problem = ""
        if isinstance(widget, QLabel) and widget.text() and not widget.visibleRegion().isEmpty():
            problem = _cut_label(widget)
        elif isinstance(widget, QPushButton) and widget.text() and not widget.visibleRegion().isEmpty():
            problem = _cut_button(widget)
        elif isinstance(widget, QLineEdit | QPlainTextEdit) and _is_flat(widget):
            found.append(f"a field of {widget.height()} px ({described(widget)})")
        if problem:
            found.append(f"{widget.text()!r} {problem} ({described(widget)})")  # type: ignore[attr-defined]
    return found


def _is_flat(field: QWidget) -> bool:
    """Whether a field has no room for one line."""
    return not field.visibleRegion().isEmpty() and field.contentsRect().height() < field.fontMetrics().height()


def _cut_label(label: QLabel) -> str:
    if isinstance(label, ElidedLabel):
        wide = label.fontMetrics().horizontalAdvance(label.text()) > label.width() + _SLACK
        return "is shortened without a tooltip" if wide and not label.toolTip() else ""
    room = label.contentsRect().adjusted(label.margin(), label.margin(), -label.margin(), -label.margin())
    flags = int(label.alignment()) | (int(Qt.TextFlag.TextWordWrap) if label.wordWrap() else 0)
    needed = label.fontMetrics().boundingRect(QRect(0, 0, room.width(), 10_000), flags, label.text())
    if needed.width() > room.width() + _SLACK:
        return f"needs {needed.width()} px, has {room.width()}"
    if needed.height() > room.height() + 2 * _SLACK:
        return f"is {needed.height()} px high, has {room.height()}"
    return _covered(label)


def _cut_button(button: QPushButton) -> str:
    if isinstance(button, Button) and button._shrinks:
        short = button.width() + _SLACK < button.sizeHint().width()
        return "is shortened without a tooltip" if short and not button.toolTip() else ""
    if button.width() + _SLACK < button.sizeHint().width():
        return f"needs {button.sizeHint().width()} px, has {button.width()}"
    return _covered(button)


def _covered(widget: QWidget) -> str:
    """Whether the edge of something it stands in cuts it, other than that of what scrolls."""
    place = widget.parentWidget()
    while place is not None and not place.isWindow():
        if isinstance(place.parentWidget(), QAbstractScrollArea):
            return ""
        corner = widget.mapTo(place, QPoint(0, 0))
        if corner.x() < -_SLACK or corner.x() + widget.width() > place.width() + _SLACK:
            return f"sticks out of {type(place).__name__}"
        if corner.y() < -_SLACK or corner.y() + widget.height() > place.height() + _SLACK:
            return f"sticks out of {type(place).__name__} below or above"
        place = place.parentWidget()
    return ""


# -- words


def texts(root: QWidget) -> Iterator[str]:
    """Every text that is shown: labels, buttons, hints, headings, and the rows of lists."""
    for widget in visible(root):
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        elif isinstance(widget, QLineEdit | QPlainTextEdit):
            yield widget.placeholderText()
        elif isinstance(widget, QComboBox):
            yield from (widget.itemText(place) for place in range(widget.count()))
        elif isinstance(widget, QHeaderView):
            continue
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from _cells(widget.model())
        yield widget.toolTip()
        yield widget.accessibleName()


def _cells(model: QAbstractItemModel) -> Iterator[str]:
    role = Qt.ItemDataRole.DisplayRole
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    for column in range(columns):
        heading = model.headerData(column, Qt.Orientation.Horizontal, role)
        if isinstance(heading, str):
            yield heading
        for row in range(min(_ROWS, model.rowCount(QModelIndex()))):
            value = model.data(model.index(row, column), role)
            if isinstance(value, str):
                yield value


@lru_cache(maxsize=1)
def _english() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Ids of the catalogue whose French is another text; those with values in them as patterns."""
    plain: set[str] = set()
    french: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for domain in ("desktop", "errors", "support"):
        entries = gettext.translation(domain, str(resource("locale")), languages=["fr"])._catalog  # type: ignore[attr-defined]
        for key, translated in entries.items():
            message = (key[0] if isinstance(key, tuple) else key).split("\x04")[-1]
            french.add(translated)
            if not message or translated == message:
                continue
            if "{" not in message:
                plain.add(message)
            elif len(re.findall(r"[A-Za-z]{3,}", re.sub(r"\{\w*\}", "", message))) >= 2:
                parts = re.split(r"\{\w*\}", message)
                patterns.append(re.compile(".+".join(map(re.escape, parts)), re.DOTALL))
    return frozenset(plain - french), tuple(patterns)


def left_in_english(text: str) -> bool:
    """Whether it is said as the program's own id, though there is French for it."""
    plain, patterns = _english()
    return text in plain or any(pattern.fullmatch(text) for pattern in patterns)


# -- next steps and names


def dead_ends(page: QWidget) -> list[str]:
    """Empty places, when none of those in sight offers a next step."""
    places = [place for place in page.findChildren(EmptyState) if place.isVisible()]
    if not places or any(_offers(place) for place in places):
        return []
    return [place._title.text() for place in places]


def _offers(place: EmptyState) -> bool:
    parent = place.parentWidget()
    around = place if parent is None or isinstance(parent, QStackedWidget) else parent
    return any(button.isVisible() and button.isEnabled() for button in around.findChildren(QAbstractButton))


_INNER: Final = (QScrollBar, QHeaderView, QScrollArea, Page)


def nameless(root: QWidget) -> Iterator[QWidget]:
    """What takes the keyboard and says nothing of itself to a screen reader."""
    for widget in visible(root):
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or not widget.isEnabled() or isinstance(widget, _INNER):
            continue
        if widget.isWindow() or isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox | QAbstractScrollArea):
            continue
        if isinstance(widget, QCheckBox) and widget.text():
            continue
        spoken = QAccessible.queryAccessibleInterface(widget)
        if not spoken.text(QAccessible.Text.Name).strip():
            yield widget
