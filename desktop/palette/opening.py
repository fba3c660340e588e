"""Puts the palette together for a window: its commands, its store, and what the person used last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from core.search.queries import Hit
from desktop.pages.page import Mount
from desktop.palette.commands import commands
from desktop.palette.overlay import Palette
from desktop.palette.presenter import Command, PalettePresenter, destination

if TYPE_CHECKING:
    from desktop.shell import Shell

RECENT: Final = "palette.recent"


def make_palette(shell: Shell, over: QWidget, mount: Mount) -> Palette:
    """A palette over a part of the window. What is taken is done there."""
    context, t, preferences = mount.context, mount.t, mount.preferences
    presenter = PalettePresenter(t, context.store.currency, preferences.get(RECENT, "").split())
    palette = Palette(over, t, presenter, mount.bridge, context.search, lambda: commands(shell, t, shell.sections))

    def take(value: Command | Hit) -> None:
        if isinstance(value, Command):
            presenter.used(value)
            preferences.set(RECENT, " ".join(presenter.recent))
            value.act()
            return
        pages = {page.name for section in shell.sections for page in section.pages}
        place = destination(value, pages)
        if place is not None:
            shell.go(*place)

    palette.took.connect(take)
    return palette
