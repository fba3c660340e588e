"""Renders the window off-screen into pictures: ``python -m tests.desktop.pictures [FOLDER]``.

For looking at, beside the target pictures; the tests assert behaviour, not pixels.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from core.kernel.clock import MINUTE
from desktop.app import Desktop, InMemory, application
from desktop.charts.minutes import MinuteChart
from desktop.pages.live.decide import DecisionDialog, OnScreenDialog
from desktop.pages.live.invoice import InvoiceDialog
from desktop.pages.live.page import LivePage
from desktop.pages.live.start import StartDialog
from desktop.theme import Choice, theme
from desktop.widgets.dialog import Dialog
from desktop.widgets.notices import Notice
from tests.desktop.sample import MINUTES, NOW, SESSION, SampleContext, SampleSource


def settle(desktop: Desktop, until: Callable[[], object] = lambda: False, seconds: float = 0.6) -> None:
    """Let the window read and paint."""
    app = application()
    end = time.monotonic() + seconds
    while time.monotonic() < end and not (until() and not desktop.bridge.busy):
        app.processEvents()


def shoot(widget: QWidget, folder: Path, name: str) -> None:
    widget.grab().save(str(folder / f"{name}.png"))


def open_desktop(source: SampleSource | None = None, size: tuple[int, int] = (1440, 900)) -> Desktop:
    context = SampleContext(source or SampleSource())
    desktop = Desktop(lambda: context, InMemory())
    desktop.sounds.enabled = True
    desktop.shell.resize(*size)
    desktop.start()
    settle(desktop)
    return desktop


def live(desktop: Desktop) -> LivePage:
    page = desktop.shell.page("live")
    assert isinstance(page, LivePage)
    return page


def dialog(desktop: Desktop, kind: type[Dialog]) -> Dialog:
    settle(desktop)
    return desktop.shell.findChildren(kind)[-1]


def close(desktop: Desktop) -> None:
    desktop.stop()
    desktop.shell.close()
    desktop.shell.deleteLater()
    settle(desktop, seconds=0.05)


def curve(desktop: Desktop) -> MinuteChart:
    """The board's curve, once it is drawn."""
    chart = live(desktop).board.chart
    settle(desktop, lambda: chart.plot is not None, seconds=5)
    settle(desktop, seconds=0.1)
    return chart


def boards(folder: Path, choice: Choice) -> None:
    for size in ((1440, 900), (1280, 720), (1024, 700)):
        desktop = open_desktop(size=size)
        live(desktop).board.table.select(122)
        curve(desktop)
        shoot(desktop.shell, folder, f"board-{choice}-{size[0]}")
        close(desktop)


def curves(folder: Path, choice: Choice) -> None:
    """The curve of a live that is so many minutes old."""
    for minutes in (1, 6, 20, 240):
        start = NOW // MINUTE * MINUTE - (minutes - 1) * MINUTE
        bars = [replace(MINUTES[(place + 3) % len(MINUTES)], minute=start + place * MINUTE) for place in range(minutes)]
        desktop = open_desktop(SampleSource(running=replace(SESSION, started_at=start), curve=bars))
        chart = curve(desktop)
        assert chart.plot is not None
        QTest.mouseMove(chart.plot.viewport(), QPoint(30, 40))
        settle(desktop, seconds=0.1)
        shoot(live(desktop).board.chart_card, folder, f"curve-{minutes}-{choice}")
        close(desktop)


def states(folder: Path, choice: Choice) -> None:
    desktop = open_desktop(SampleSource(running=None), (1280, 720))
    shoot(desktop.shell, folder, f"no-live-{choice}")
    close(desktop)
    empty = SampleSource(stored={}, waiting=[], curve=[])
    empty.told = type(empty.told)(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    desktop = open_desktop(empty, (1280, 720))
    page = live(desktop)
    page._warn_storage()
    desktop.shell.say(Notice("LP-2026-1120-A3F2 copié"))
    desktop.shell.say(Notice("« 77 12 » n’est pas un numéro de téléphone complet.", "danger"))
    settle(desktop, seconds=0.1)
    shoot(desktop.shell, folder, f"zero-orders-{choice}")
    close(desktop)


def start(folder: Path, choice: Choice) -> None:
    desktop = open_desktop(SampleSource(running=None), (1280, 720))
    live(desktop).start_live()
    shoot(dialog(desktop, StartDialog), folder, f"start-{choice}")
    close(desktop)
    desktop = open_desktop()
    page = live(desktop)
    page.board.table.start_pulse(123)
    page.choose_on_screen()
    shoot(dialog(desktop, OnScreenDialog), folder, f"on-screen-{choice}")
    shoot(desktop.shell, folder, f"pulse-{choice}")
    close(desktop)


def dialogs(folder: Path, choice: Choice) -> None:
    desktop = open_desktop()
    page = live(desktop)
    page.new_invoice()
    invoice = dialog(desktop, InvoiceDialog)
    assert isinstance(invoice, InvoiceDialog)
    shoot(invoice, folder, f"invoice-1-{choice}")
    invoice.choose(invoice.picker.products[0])
    invoice.name.edit.setText("Fatim Keita")
    invoice.name.changed.emit("Fatim Keita")
    invoice.phone.edit.setText("77 12")
    invoice.phone.changed.emit("77 12")
    invoice.send()
    settle(desktop, seconds=0.1)
    shoot(invoice, folder, f"invoice-2-{choice}")
    invoice.phone.edit.setText("77 123 45 67")
    invoice.phone.changed.emit("77 123 45 67")
    invoice.send()
    settle(desktop, seconds=0.3)
    shoot(invoice, folder, f"invoice-3-{choice}")
    invoice.close()
    page.acts.decide(119)
    decision = dialog(desktop, DecisionDialog)
    shoot(decision, folder, f"decision-{choice}")
    decision.close()
    page.start_live()
    page.end_live()
    shoot(dialog(desktop, Dialog), folder, f"end-{choice}")
    menu = page.acts.open_menu(122)
    assert menu is not None
    settle(desktop, seconds=0.1)
    shoot(menu, folder, f"menu-{choice}")
    menu.close()
    close(desktop)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = application()
    theme().install(app, "dark")
    for choice in ("dark", "light"):
        wanted: Choice = "dark" if choice == "dark" else "light"
        theme().choose(wanted)
        boards(folder, wanted)
        curves(folder, wanted)
        states(folder, wanted)
        dialogs(folder, wanted)
        start(folder, wanted)
    print(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="livepay-pictures-")))
