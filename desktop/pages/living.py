"""A page that stays true while it shows: what changes is read again after a moment, a hidden page notes it is stale."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final, TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent

from desktop.bridge import Change
from desktop.pages.page import Mount, Page
from desktop.widgets.fields import SearchField

R = TypeVar("R")
_PAUSE_MS: Final = 250


class LivingPage(Page):
    """``areas``: whose changes concern it. Letters typed into ``search`` are answered after the same moment."""

    areas: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        self.read_once = False
        self._stale = False
        self._begun = self._answered = 0
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.refresh)
        mount.bridge.changed.connect(self._changed)

    def refresh(self) -> None:
        """Read what is shown again. Calls :meth:`reading` first."""
        raise NotImplementedError

    def reading(self) -> None:
        """What changed until now is being read."""
        self._pause.stop()
        self._stale = False

    def read_for(self, work: Callable[[], R], name: str, show: Callable[[R], object]) -> None:
        """Read what is to be shown. Answers may overtake each other: one that was asked before shows no more."""
        self._begun += 1
        number = self._begun

        def once(read: R) -> None:
            if number > self._answered:
                self._answered = number
                show(read)

        self.call(work, name, once)

    def make_search(self, placeholder: str) -> SearchField:
        """The page's search box, which « / » and Ctrl+F lead to."""
        self.search = SearchField(placeholder, key="/", boxed=True)
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(320)
        self.search.textEdited.connect(lambda text: self._pause.start())
        for keys in ("/", "Ctrl+F"):
            self.add_shortcut(keys, self._to_search, self.t("Search"))
        return self.search

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _changed(self, changes: list[Change]) -> None:
        if any(change.area in self.areas for change in changes):
            self._stale = True
            if self.isVisible() and not self._pause.isActive():
                self._pause.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._pause.isActive():
            self._pause.stop()
            self._stale = True
