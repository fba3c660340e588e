"""All open stores beside the clock, in the one icon of the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.notifications.centre import Entry
from desktop.texts import Texts
from desktop.tray import Tray

if TYPE_CHECKING:
    from desktop.presence import Presence


class Beside(QObject):
    """``tray`` is None where the system has none, and until the first store is open."""

    def __init__(self, t: Texts, window: QWidget) -> None:
        super().__init__(window)
        self._t, self._window = t, window
        self._stores: list[Presence] = []
        self.tray: Tray | None = None

    def join(self, presence: Presence) -> None:
        """A store is open."""
        self._stores.append(presence)
        presence.stated.connect(self.refresh)
        if self.tray is None and Tray.available():
            self.hang()
        self.refresh()

    def leave(self, presence: Presence) -> None:
        """A store goes; unknown ones do nothing."""
        if presence in self._stores:
            self._stores.remove(presence)
            presence.stated.disconnect(self.refresh)
            self.refresh()

    def hang(self) -> Tray:
        """Put the icon beside the clock."""
        tray = self.tray = Tray(self._t, self._window)
        tray.opened.connect(lambda: self._front().come_back())
        tray.told.connect(self._follow)
        self.refresh()
        return tray

    def take_down(self) -> None:
        """No icon any more. Idempotent."""
        if self.tray is not None:
            self.tray.close()
            self.tray = None

    def refresh(self) -> None:
        """Say again how the stores are; an icon that says so already is left alone."""
        if self.tray is None or not self._stores:
            return
        t = self._t
        alone = len(self._stores) == 1
        self.tray.show_signs(
            sorted((one.sign(t, alone=alone) for one in self._stores), key=lambda sign: sign.name.casefold()),
            ((t("Open LivePay"), lambda: self._front().come_back()),),
            ((t("Lock now"), lambda: self._front().lock()), (t("Quit LivePay"), lambda: self._front().quit())),
        )

    def tell(self, presence: Presence, entries: Sequence[Entry]) -> None:
        """A message of the system, of a store."""
        if self.tray is not None:
            self.tray.tell(presence.slug, entries)

    def _front(self) -> Presence:
        return next((one for one in self._stores if one.in_view), self._stores[0])

    def _follow(self, slug: str, entry: Entry) -> None:
        for one in self._stores:
            if one.slug == slug:
                one.follow(entry)
