"""The line at the window's foot: is everything connected, does anything wait, what time is it."""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy

from core.kernel.clock import DAY, HOUR, MINUTE
from core.kernel.look import Role
from core.kernel.text import clock_time
from core.tunnels.rules import TunnelState
from desktop.context import Link, Status
from desktop.fonts import width
from desktop.icons import draw
from desktop.texts import Texts
from desktop.theme import theme
from desktop.tunnelwords import in_short
from desktop.widgets.cells import colour, write
from desktop.widgets.labels import Label

HEIGHT: Final = 40
QUEUE_LONG: Final = 20
_ICON: Final = 13
_PAD: Final = 8
_BESIDE: Final = 36  # px that are neither a mark nor the clock

STATES: dict[str, tuple[str, Role]] = {
    "ok": ("dot", "paid"),
    "waiting": ("hourglass", "waiting"),
    "down": ("wifi-off", "danger"),
    "off": ("minus", "muted"),
}


class StatusMark(QAbstractButton):
    """One thing of the line: an icon for its state, and the state in words. It explains itself when it is pressed."""

    def __init__(self, icon: str = "", role: Role = "muted") -> None:
        super().__init__()
        self._icon, self._role = icon, role
        self._short = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def role(self) -> Role:
        return self._role

    def show_state(self, icon: str, role: Role, text: str) -> None:
        if (icon, role, text) != (self._icon, self._role, self.text()):
            self._icon, self._role = icon, role
            self.setText(text)
            self.setAccessibleName(text)
            self.setToolTip(text if self._short else "")
            self.updateGeometry()
            self.update()

    def set_short(self, short: bool) -> None:
        """Its icon alone, where the line is too narrow for words."""
        if short != self._short:
            self._short = short
            self.setToolTip(self.text() if short else "")
            self.updateGeometry()

    @property
    def words(self) -> int:
        """What its words take, px."""
        return round(width(self.text(), "small")) + 6

    def sizeHint(self) -> QSize:
        return QSize(_ICON + 2 * _PAD + (0 if self._short else self.words), HEIGHT - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = theme().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 5.5, -0.5, -5.5)
        painter.setPen(colour(palette.info.ink) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(colour(palette.raised) if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 6, 6)
        x = float(_PAD)
        if self._icon:
            draw(painter, self._icon, palette.ink(self._role), x, (self.height() - _ICON) / 2, _ICON)
            x += _ICON + 6
            if self._short:
                return
        ink = palette.ink(self._role if self._role in ("waiting", "danger") else "muted")
        write(painter, QRectF(x, 0, self.width() - x, self.height()), self.text(), "small", ink)


class StatusLine(QFrame):
    """Filled from a :class:`Status`; the clock is the store’s own time. ``asked``: somebody pressed a mark."""

    asked = Signal(object, object)

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._t = t
        self.setProperty("kind", "statusline")
        self.setFixedHeight(HEIGHT)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 0, 16, 0)
        line.setSpacing(2)
        self._links = QHBoxLayout()
        self._links.setSpacing(2)
        line.addLayout(self._links)
        self.queue = StatusMark("send")
        self.queue.clicked.connect(lambda: self.asked.emit(self.queue, "queue"))
        line.addWidget(self.queue)
        line.addStretch(1)
        self.bot = StatusMark("bot")
        self.bot.clicked.connect(lambda: self.asked.emit(self.bot, "bot"))
        self.bot.hide()
        line.addWidget(self.bot)
        self.lent = StatusMark()
        self.lent.clicked.connect(lambda: self.asked.emit(self.lent, "lent"))
        self.lent.hide()
        line.addWidget(self.lent)
        self.backup = StatusMark("hard-drive")
        self.backup.clicked.connect(lambda: self.asked.emit(self.backup, "backup"))
        self.clock = Label("", "small", "muted")
        line.addWidget(self.backup)
        line.addSpacing(6)
        line.addWidget(self.clock)
        self.line = line
        self.marks: list[StatusMark] = []
        self._shown: tuple[Link, ...] = ()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.fit()
        return super().event(event)

    def fit(self) -> None:
        """Where there is no room for all words, those that say nothing is amiss go first."""
        marks = [mark for mark in self.findChildren(StatusMark) if not mark.isHidden()]
        spare = self.width() - _BESIDE - self.clock.sizeHint().width()
        spare -= sum(mark.words + _ICON + 2 * _PAD + 2 for mark in marks)
        for mark in sorted(marks, key=lambda mark: mark.role in ("waiting", "danger")):
            mark.set_short(spare < 0)
            spare += mark.words if spare < 0 else 0

    def show_status(self, status: Status, now: int, zone: tzinfo) -> None:
        if status.lent_until is not None:
            until = clock_time(status.lent_until, zone)
            self.lent.show_state("eye", "waiting", self._t("Support looks on until {time}", time=until))
        self.lent.setVisible(status.lent_until is not None)
        self.bot.show_state("bot", "waiting", self._t("Bot paused"))
        self.bot.setVisible(status.paused)
        self._shown = status.links
        while len(self.marks) < len(status.links):
            self._add_mark(len(self.marks))
        for mark, link in zip(self.marks, status.links, strict=False):
            mark.show_state(*STATES.get(link.state, STATES["off"]), link_text(link, self._t, status.tunnel))
            mark.show()
        for mark in self.marks[len(status.links) :]:
            mark.hide()
        queued = self._t.plural("{n} message waiting", "{n} messages waiting", status.queued)
        self.queue.show_state("send", "waiting" if status.queued > QUEUE_LONG else "muted", queued)
        role: Role = "danger" if status.backup_harmed else "waiting" if status.backup_late else "muted"
        role = "waiting" if status.comparing else role
        self.backup.show_state("hard-drive", role, _backup_said(status, now, self._t))

    def _add_mark(self, place: int) -> None:
        mark = StatusMark()
        mark.clicked.connect(lambda: self.asked.emit(mark, self._shown[place]))
        self.marks.append(mark)
        self._links.addWidget(mark)

    def show_time(self, now: int, zone: tzinfo) -> None:
        self.clock.say(clock_time(now, zone))


def link_text(link: Link, t: Texts, tunnel: TunnelState | None = None) -> str:
    """« WhatsApp connecté »: the name, and the state in a word."""
    if link.kind == "tunnel":
        return in_short(link.state, tunnel or TunnelState(), t)
    if not link.name:
        return t("No means of payment")
    words = {
        "ok": t("{name} connected", name=link.name),
        "waiting": t("{name} connecting…", name=link.name),
        "down": t("{name} cut off", name=link.name),
        "off": t("{name} not set up", name=link.name),
    }
    return words.get(link.state, link.name)


def _backup_said(status: Status, now: int, t: Texts) -> str:
    backup = backup_text(status.backup_at, now, t)
    if status.comparing:
        return t("Brought back from a backup · asking the providers")
    if status.backup_harmed:
        return t("{backup} · damaged: see Settings", backup=backup)
    return t("{backup} · late", backup=backup) if status.backup_late else backup


def backup_text(at: int | None, now: int, t: Texts) -> str:
    """How old the last backup is, in words."""
    if at is None:
        return t("No backup yet")
    age = max(0, now - at)
    if age < MINUTE:
        return t("Backed up just now")
    if age < HOUR:
        return t.plural("Backed up {n} min ago", "Backed up {n} min ago", age // MINUTE)
    if age < DAY:
        return t.plural("Backed up {n} h ago", "Backed up {n} h ago", age // HOUR)
    return t.plural("Backed up {n} day ago", "Backed up {n} days ago", age // DAY)
