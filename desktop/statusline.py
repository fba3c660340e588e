"""The line at the window's foot: is everything connected, does anything wait, what time is it."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from core.kernel.clock import DAY, HOUR, MINUTE
from core.kernel.look import Role
from core.kernel.text import clock_time
from desktop.context import Link, Status
from desktop.texts import Texts
from desktop.widgets.labels import IconLabel, Label

STATES: dict[str, tuple[str, Role]] = {
    "ok": ("dot", "paid"),
    "waiting": ("hourglass", "waiting"),
    "down": ("wifi-off", "danger"),
    "off": ("minus", "muted"),
}


class LinkMark(QWidget):
    """One connection: an icon for its state and its name with the state's word."""

    def __init__(self) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(5)
        self._icon = IconLabel("dot", "muted", 13)
        self._text = Label("", "small", "muted")
        line.addWidget(self._icon)
        line.addWidget(self._text)

    def show_link(self, icon: str, role: Role, text: str) -> None:
        self._icon.show_icon(icon, role)
        self._text.say(text)


class StatusLine(QFrame):
    """Filled from a :class:`Status`; the clock is the store's own time."""

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._t = t
        self.setProperty("kind", "statusline")
        self.setFixedHeight(30)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 0, 16, 0)
        line.setSpacing(20)
        self._links = QHBoxLayout()
        self._links.setSpacing(20)
        line.addLayout(self._links)
        self.queue = Label("", "small", "muted")
        line.addWidget(self.queue)
        line.addStretch(1)
        self.lent = LinkMark()
        self.lent.hide()
        line.addWidget(self.lent)
        self.backup = Label("", "small", "muted")
        self.clock = Label("", "small", "muted")
        line.addWidget(self.backup)
        line.addWidget(self.clock)
        self._marks: list[LinkMark] = []

    def show_status(self, status: Status, now: int, zone: tzinfo) -> None:
        if status.lent_until is not None:
            until = clock_time(status.lent_until, zone)
            self.lent.show_link("eye", "waiting", self._t("Support looks on until {time}", time=until))
        self.lent.setVisible(status.lent_until is not None)
        while len(self._marks) < len(status.links):
            mark = LinkMark()
            self._marks.append(mark)
            self._links.addWidget(mark)
        for mark, link in zip(self._marks, status.links, strict=False):
            mark.show_link(*STATES.get(link.state, STATES["off"]), link_text(link, self._t))
            mark.show()
        for mark in self._marks[len(status.links) :]:
            mark.hide()
        self.queue.say(self._t.plural("{n} message waiting", "{n} messages waiting", status.queued))
        self.queue.set_role("waiting" if status.queued > 20 else "muted")
        self.backup.say(_backup_said(status, now, self._t))
        role: Role = "danger" if status.backup_harmed else "waiting" if status.backup_late else "muted"
        self.backup.set_role("waiting" if status.comparing else role)

    def show_time(self, now: int, zone: tzinfo) -> None:
        self.clock.say(clock_time(now, zone))


def link_text(link: Link, t: Texts) -> str:
    """« WhatsApp connecté »: the name, and the state in a word."""
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
