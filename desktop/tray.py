"""The icon beside the clock, one for the program: how its stores are, what one does without the window, and its
return."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from core.kernel.look import DARK, Role
from desktop.context import Badges, Status
from desktop.fonts import face
from desktop.icons import draw
from desktop.notifications.centre import Entry
from desktop.texts import Texts

State = Literal["well", "waiting", "trouble"]
Act = tuple[str, Callable[[], object]]
SIZE: Final = 64
# A state is its mark's form as much as its colour.
_MARKS: Final[dict[State, tuple[str, Role]]] = {
    "well": ("check", "paid"),
    "waiting": ("hourglass", "waiting"),
    "trouble": ("triangle-alert", "danger"),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """A store as it is told beside the clock. ``words``: what waits there, empty when nothing does or it is not to be
    said; ``number``: how many things; ``paused``: its bot is silent; ``acts``: what can be done in it."""

    slug: str
    name: str
    state: State
    paused: bool = False
    words: str = ""
    number: int = 0
    acts: tuple[Act, ...] = field(default=(), compare=False)


def state_of(status: Status, badges: Badges) -> State:
    """Trouble is what stops sales or safety; waiting is what waits for a person."""
    if status.storage_failed or status.backup_harmed or any(link.state == "down" for link in status.links):
        return "trouble"
    return "waiting" if status.backup_late or any(number for _, number in badges.counts) else "well"


def worst(signs: Sequence[Sign]) -> State:
    """The state that asks for somebody most; ``well`` of no store."""
    return max((sign.state for sign in signs), key=list(_MARKS).index, default="well")


def picture(state: State, paused: bool = False) -> QIcon:
    """An L on its ground, two bars on a grey one while the bot is paused, and the state's mark in the corner: readable
    on light and dark bars."""
    image = QPixmap(SIZE, SIZE)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(DARK.muted if paused else DARK.gold))
    painter.drawRoundedRect(QRectF(0, 0, SIZE, SIZE), 14, 14)
    if paused:
        painter.setBrush(QColor(DARK.background))
        for x in (11, 24):
            painter.drawRoundedRect(QRectF(x, 9, 8, 30), 2, 2)
    else:
        font = face("title")
        font = type(font)(font)
        font.setPixelSize(44)
        painter.setFont(font)
        painter.setPen(QColor(DARK.gold_ink))
        painter.drawText(QRectF(8, 0, 30, SIZE), int(Qt.AlignmentFlag.AlignCenter), "L")
    mark, role = _MARKS[state]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(DARK.background))
    painter.drawEllipse(QRectF(28, 28, 36, 36))
    draw(painter, mark, DARK.ink(role), 34, 34, 24, 3)
    painter.end()
    return QIcon(image)


class Tray(QObject):
    """:meth:`show_signs` says how the stores are. ``opened`` when the window is wanted; ``told`` with the store and the
    entry whose message was pressed."""

    opened = Signal()
    told = Signal(str, object)

    def __init__(self, t: Texts, parent: QWidget) -> None:
        super().__init__(parent)
        self._t = t
        self._last: tuple[str, Entry] | None = None
        self._signs: tuple[Sign, ...] = ()
        self._common: tuple[tuple[Act, ...], tuple[Act, ...]] = ((), ())
        self._shown: object = None
        self._built: object = None
        self.menu = QMenu(parent)
        self._parts: list[QMenu] = []
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._pressed)
        self.icon.messageClicked.connect(self._follow)

    @staticmethod
    def available() -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def signs(self) -> tuple[Sign, ...]:
        """The stores as they are shown."""
        return self._signs

    def show_signs(self, signs: Sequence[Sign], before: Sequence[Act] = (), after: Sequence[Act] = ()) -> None:
        """The open stores: one alone has its acts in the menu itself, several a menu each. ``before`` and ``after``
        them stands what is done with the program. The menu, which may be open, is made
        again only for other stores or acts."""
        shown = (tuple(signs), self._t.language)
        if shown == self._shown:
            return
        self._shown, self._signs = shown, tuple(signs)
        self._common = (tuple(before), tuple(after))
        built = ([(sign.slug, sign.paused) for sign in signs], self._t.language)
        if built != self._built:
            self._built = built
            self._fill()
        for part, sign in zip(self._parts, signs, strict=False):
            part.setTitle(self._t("{store}: ", store=sign.name) + self._said(sign))
            part.setIcon(picture(sign.state, sign.paused))
        self.icon.setIcon(picture(worst(signs), any(sign.paused for sign in signs)))
        self.icon.setToolTip(self._tip())
        if self.available() and not self.icon.isVisible():
            self.icon.show()

    def tell(self, slug: str, entries: Sequence[Entry]) -> None:
        """One message of the system for what arrived together; of several stores, it says which one."""
        self._last = slug, entries[0]
        first = entries[0].told
        more = len(entries) - 1
        detail = first.detail if not more else self._t.plural("and {n} more", "and {n} more", more)
        name = next((sign.name for sign in self._signs if sign.slug == slug), "")
        title = self._t("{store}: ", store=name) + first.title if len(self._signs) > 1 and name else first.title
        self.icon.showMessage(title, detail, self.icon.icon())

    def close(self) -> None:
        """Gone from beside the clock, with its menu."""
        self.icon.hide()
        self.menu.deleteLater()
        self.deleteLater()

    # -- words

    def _state_words(self, state: State) -> str:
        return {
            "well": self._t("All is well"),
            "waiting": self._t("Something waits for you"),
            "trouble": self._t("Something is wrong"),
        }[state]

    def _said(self, sign: Sign) -> str:
        words = sign.words if sign.words and sign.state == "waiting" else self._state_words(sign.state)
        return self._t("{state}, bot paused", state=words) if sign.paused else words

    def _tip(self) -> str:
        t = self._t
        if len(self._signs) == 1:
            return f"LivePay – {self._signs[0].name}\n{self._said(self._signs[0])}"
        waiting = sum(sign.number for sign in self._signs)
        stores = t.plural("{n} store", "{n} stores", len(self._signs))
        head = t.plural("{stores}: {n} thing waits", "{stores}: {n} things wait", waiting, stores=stores)
        first = head if waiting else stores
        return "\n".join([f"LivePay – {first}", *(t("{store}: ", store=s.name) + self._said(s) for s in self._signs)])

    # -- the menu

    def _fill(self) -> None:
        before, after = self._common
        self.menu.clear()
        for part in self._parts:
            part.deleteLater()
        self._parts = []
        self._add(self.menu, before)
        if len(self._signs) == 1:
            self._add(self.menu, self._signs[0].acts)
        else:
            self.menu.addSeparator()
            for sign in self._signs:
                part = QMenu(sign.name, self.menu)
                self._add(part, sign.acts)
                self.menu.addMenu(part)
                self._parts.append(part)
            self.menu.addSeparator()
        self._add(self.menu, after)

    @staticmethod
    def _add(menu: QMenu, acts: Sequence[Act]) -> None:
        for title, act in acts:
            action = QAction(title, menu)
            action.triggered.connect(lambda *_, act=act: act())
            menu.addAction(action)

    def _follow(self) -> None:
        if self._last is not None:
            self.told.emit(*self._last)

    def _pressed(self, how: QSystemTrayIcon.ActivationReason) -> None:
        reasons = QSystemTrayIcon.ActivationReason
        if how in (reasons.Trigger, reasons.DoubleClick):
            self.opened.emit()
