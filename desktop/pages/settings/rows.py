"""One setting in one row: its name and hint on the left, its editor on the right, what became of it beneath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.settings.setting import Setting
from desktop.pages.settings.presenter import LOGO, SettingsPresenter
from desktop.pictures import Thumb
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.labels import Label, restyle
from desktop.widgets.picture import PictureBox
from desktop.widgets.pill import StatusPill

NAME_WIDTH: Final = 250
_THANKS_MS: Final = 3000
_STEP_PAUSE_MS: Final = 600
_FEW: Final = 100  # a number with fewer values has − and +


class SettingRow(QWidget):
    """``committed`` with key and text when the person is done with it. What is wrong is said as it is typed."""

    committed = Signal(str, str)
    thanks_inset = 8  # px from the editor's end to « Enregistré »

    def __init__(self, key: str, presenter: SettingsPresenter, editor: QWidget) -> None:
        super().__init__()
        self.key, self._presenter, self.editor = key, presenter, editor
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 11, 16, 11)
        line.setSpacing(18)
        name, hint = presenter.label(key), presenter.hint(key)
        words = QVBoxLayout()
        words.setSpacing(1)
        label = Label(name, "body-bold", wrap=True)
        label.setBuddy(editor)
        words.addWidget(label)
        if hint:
            words.addWidget(Label(hint, "small", "muted", wrap=True))
        words.addStretch(1)
        holder = QWidget()
        holder.setLayout(words)
        words.setContentsMargins(0, 2, 0, 0)
        holder.setFixedWidth(NAME_WIDTH)
        line.addWidget(holder)
        column = QVBoxLayout()
        column.setSpacing(3)
        self.beside = QHBoxLayout()
        self.beside.setSpacing(4)
        self.beside.addWidget(editor, 1)
        column.addLayout(self.beside)
        column.addStretch(1)
        self._column = column
        line.addLayout(column, 1)
        self._wrong: Label | None = None  # these two are made when there is something to say: most rows never have
        self._thanks: _Thanks | None = None
        editor.setAccessibleName(name)
        editor.setAccessibleDescription(hint)
        self.setFocusProxy(editor)

    @property
    def error(self) -> str:
        return "" if self._wrong is None or self._wrong.isHidden() else self._wrong.text()

    @property
    def thanked(self) -> bool:
        """Whether it says just now that it was saved."""
        return self._thanks is not None and not self._thanks.isHidden()

    def show_value(self, value: str, *, kept: bool = False) -> None:
        """Show the value as it stands, unless the person is changing it; ``kept``: it has just been saved as such."""
        raise NotImplementedError

    def say_wrong(self, text: str) -> None:
        """What is wrong with what is typed; an empty text takes that back."""
        if self._wrong is None:
            if not text:
                return
            self._wrong = Label("", "small", "danger", wrap=True)
            self._column.insertWidget(1, self._wrong)
        self._wrong.say(text)
        self._wrong.setVisible(bool(text))
        self.editor.setAccessibleDescription(text or self._presenter.hint(self.key))
        if bool(self.editor.property("wrong")) != bool(text):
            self.editor.setProperty("wrong", bool(text))
            restyle(self.editor)

    def say_saved(self) -> None:
        """« Enregistré » at the end of the editor, for a moment."""
        self.say_wrong("")
        if self._thanks is None:
            self._thanks = _Thanks(self, self._presenter.t("Saved"))
        self._place_thanks()
        self._thanks.say()

    def _place_thanks(self) -> None:
        if self._thanks is None:
            return
        box = self.editor.geometry()
        x = self.width() - 16 - self.thanks_inset - self._thanks.width()
        self._thanks.move(x, box.top() + (min(box.height(), 40) - self._thanks.height()) // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_thanks()

    def commit(self, text: str) -> None:
        self.committed.emit(self.key, text)


class _Thanks(StatusPill):
    """Over a row for a moment."""

    def __init__(self, row: SettingRow, word: str) -> None:
        super().__init__(word, "check", "paid")
        self.setParent(row)
        self.adjustSize()
        self._forget = QTimer(self, singleShot=True, interval=_THANKS_MS)
        self._forget.timeout.connect(self.hide)

    def say(self) -> None:
        self.show()
        self.raise_()
        self._forget.start()


class TextRow(SettingRow):
    """Text, addresses, and numbers with many values."""

    def __init__(self, key: str, presenter: SettingsPresenter) -> None:
        self.edit = QLineEdit()
        super().__init__(key, presenter, self.edit)
        self._value = ""
        self.edit.setPlaceholderText(presenter.placeholder(key))
        self.edit.textEdited.connect(lambda text: self.say_wrong(presenter.problem(key, text)))
        self.edit.editingFinished.connect(self._finished)

    def show_value(self, value: str, *, kept: bool = False) -> None:
        if kept or not (self.edit.hasFocus() and self.edit.text().strip() != self._value):
            self.edit.setText(value)
            self.say_wrong("")
        self._value = value

    def _finished(self) -> None:
        text = self.edit.text().strip()
        if text != self._value and not self._presenter.problem(self.key, text):
            self.commit(text)


class NumberRow(TextRow):
    """A number of few values: − and + beside it, which save a moment after the last press."""

    def __init__(self, key: str, presenter: SettingsPresenter, setting: Setting) -> None:
        super().__init__(key, presenter)
        t = presenter.t
        self._low, self._high = setting.low, setting.high
        self.edit.setFixedWidth(64)
        self.edit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.less = IconButton("minus", t("One less"), "secondary")
        self.more = IconButton("plus", t("One more"), "secondary")
        self.less.clicked.connect(lambda: self._step(-1))
        self.more.clicked.connect(lambda: self._step(1))
        self._pause = QTimer(self, singleShot=True, interval=_STEP_PAUSE_MS)
        self._pause.timeout.connect(self._finished)
        self.beside.insertWidget(0, self.less)
        self.beside.addWidget(self.more)
        self.beside.addStretch(1)

    def _step(self, step: int) -> None:
        text = self.edit.text().strip()
        value = int(text) if text.removeprefix("-").isdecimal() else self._low
        self.edit.setText(str(min(self._high, max(self._low, value + step))))
        self.say_wrong("")
        self._pause.start()


class ChoiceRow(SettingRow):
    """One of a few words."""

    thanks_inset = 36

    def __init__(self, key: str, presenter: SettingsPresenter) -> None:
        self.box = _Choice()
        super().__init__(key, presenter, self.box)
        for value, word in presenter.choices(key):
            self.box.addItem(word, value)
        self.box.activated.connect(lambda place: self.commit(str(self.box.itemData(place))))

    def show_value(self, value: str, *, kept: bool = False) -> None:
        self.box.setCurrentIndex(max(0, self.box.findData(value)))


class _Choice(QComboBox):
    """The wheel scrolls the page, it does not change a setting in passing."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class SwitchRow(SettingRow):
    """On or off."""

    def __init__(self, key: str, presenter: SettingsPresenter) -> None:
        self.box = QCheckBox()
        super().__init__(key, presenter, self.box)
        self.box.clicked.connect(lambda checked: self.commit("true" if checked else "false"))

    def show_value(self, value: str, *, kept: bool = False) -> None:
        self.box.setChecked(value == "true")
        self.box.setText(self._presenter.shown(self.key, value).capitalize())


class SecretRow(SettingRow):
    """Never shows what is kept: dots and « Remplacer »; while it is typed, dots too, and an eye to look."""

    def __init__(self, key: str, presenter: SettingsPresenter) -> None:
        t = presenter.t
        self._value = ""
        editor = QWidget()
        line = QHBoxLayout(editor)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self.dots = Label("••••••••••••", "body", "muted")
        self.replace = Button(t("Replace"))
        self.edit = QLineEdit()
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setPlaceholderText(t("Paste it here"))
        self.edit.setAccessibleName(presenter.label(key))
        self.eye = IconButton("eye", t("Show what is typed"))
        self.eye.setCheckable(True)
        self.keep = Button(t("Keep the old one"), "link")
        self.forget = Button(t("Take away"), "link")
        for part in (self.dots, self.replace, self.edit, self.eye, self.keep, self.forget):
            line.addWidget(part, 1 if part is self.edit else 0)
        line.addStretch(0)
        self._end = line
        super().__init__(key, presenter, editor)
        self.setFocusProxy(None)  # type: ignore[arg-type]
        self.replace.clicked.connect(lambda: self._open(True))
        self.keep.clicked.connect(lambda: self._open(False))
        self.forget.clicked.connect(lambda: self.commit(""))
        self.eye.toggled.connect(self._look)
        self.edit.editingFinished.connect(self._finished)
        self._open(False)

    @property
    def typing(self) -> bool:
        return not self.edit.isHidden()

    def show_value(self, value: str, *, kept: bool = False) -> None:
        changed = value != self._value
        self._value = value
        if kept or changed or not (self.typing and self.edit.text()):
            self._open(False)

    def _open(self, replacing: bool) -> None:
        typing = replacing or not self._value
        self.edit.clear()
        self.eye.setChecked(False)
        for part, shown in (
            (self.dots, not typing),
            (self.replace, not typing),
            (self.edit, typing),
            (self.eye, typing),
            (self.keep, replacing),
            (self.forget, replacing),
        ):
            part.setVisible(shown)
        self._end.setStretch(self._end.count() - 1, 0 if typing else 1)
        if replacing:
            self.edit.setFocus()

    def _look(self, shown: bool) -> None:
        self.edit.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)

    def _finished(self) -> None:
        text = self.edit.text().strip()
        if text and self.typing:
            self.commit(text)


class LogoRow(SettingRow):
    """A picture, dropped or chosen. ``picked`` with its path, None to take it away."""

    picked = Signal(object)
    SIZE = QSize(132, 132)

    def __init__(self, key: str, presenter: SettingsPresenter) -> None:
        t = presenter.t
        editor = QWidget()
        line = QHBoxLayout(editor)
        line.setContentsMargins(0, 2, 0, 0)
        line.setSpacing(12)
        self.box = PictureBox(self.SIZE, t("Logo"), t("Drop your logo or click"), t("Pictures"))
        self.away = Button(t("Take away"), "link")
        line.addWidget(self.box)
        line.addWidget(self.away, 0, Qt.AlignmentFlag.AlignBottom)
        line.addStretch(1)
        super().__init__(key, presenter, editor)
        self.box.picked.connect(self.picked)
        self.away.clicked.connect(lambda: self.picked.emit(None))
        self.away.hide()

    def show_value(self, value: str, *, kept: bool = False) -> None:
        self.away.setVisible(bool(value))

    def show_thumb(self, thumb: Thumb | None) -> None:
        self.box.show_thumb(thumb)


def row_for(setting: Setting, presenter: SettingsPresenter) -> SettingRow:
    """The row a declaration asks for."""
    if setting.key == LOGO:
        return LogoRow(setting.key, presenter)
    if setting.kind == "number" and setting.high - setting.low < _FEW:
        return NumberRow(setting.key, presenter, setting)
    made: dict[str, Callable[[str, SettingsPresenter], SettingRow]] = {
        "choice": ChoiceRow,
        "switch": SwitchRow,
        "secret": SecretRow,
    }
    return made.get(setting.kind, TextRow)(setting.key, presenter)
