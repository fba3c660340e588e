"""Renders a move through the window, in both themes: ``python -m tests.desktop.stores.pictures [FOLDER]``."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QDialog, QWidget

from desktop.app import application
from desktop.firstrun import FirstRun
from desktop.pages.settings.page import SettingsPage
from desktop.pages.stores.page import StoresPage
from desktop.stores.arriving import Arrived, ArriveStore
from desktop.stores.comingback import TakeBack
from desktop.stores.leaving import LeaveStore
from desktop.texts import Texts
from desktop.theme import Choice, theme
from tests.desktop.stores.many import make_stores, window_over

ZAZA = "zaza-mode"


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        application().processEvents()
        if time.monotonic() > end:
            raise TimeoutError
    for _ in range(30):
        application().processEvents()


def shoot(widget: QWidget, folder: Path, name: str) -> None:
    until(lambda: True)
    widget.grab().save(str(folder / f"{name}.png"))


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    theme().install(application(), "light")
    choices: tuple[Choice, ...] = ("light", "dark")
    for choice in choices:
        theme().choose(choice)
        with tempfile.TemporaryDirectory() as room:
            _play(Path(room), folder, choice)


def _play(room: Path, folder: Path, choice: str) -> None:
    home = make_stores(room / "home")
    stores = window_over(home, {"store": ZAZA, "stores.open": f"{ZAZA} boutique-teranga"})
    stores.window.resize(1280, 720)
    stores.start()
    until(lambda: len(stores.seats) == 2 and all(seat.context for seat in stores.seats.values()))
    stores.show(ZAZA, "settings")
    settings = stores.window.shell.page("settings")
    assert isinstance(settings, SettingsPage)
    settings.open("backup")
    until(lambda: not stores.seat.bridge.busy)
    shoot(stores.window, folder, f"{choice}-settings")
    stores.removal.move_out(ZAZA)
    leave = stores.window.findChildren(LeaveStore)[-1]
    until(lambda: leave.standing)
    _steps(leave, room / "zaza.livepay", folder, choice)
    code = leave.code
    leave.accept()
    until(lambda: ZAZA not in stores.seats)
    stores.show("boutique-teranga", "stores")
    page = stores.window.shell.page("stores")
    assert isinstance(page, StoresPage)
    until(lambda: not stores.bridge.busy and not stores.seat.bridge.busy and len(page._facts) == 3)
    shoot(stores.window, folder, f"{choice}-stores")
    page.act(ZAZA, "take_back")
    back = page.findChildren(TakeBack)[-1]
    until(lambda: back.found)
    _shoot_dialog(back, folder, f"{choice}-back")
    page.bring_moved()
    arrive = page.findChildren(ArriveStore)[-1]
    shoot(arrive, folder, f"{choice}-arrive-1")
    arrive.file.take(str(room / "zaza.livepay"))
    arrive.code.edit.setText(code)
    arrive.go_on()
    until(lambda: arrive.step == "seen")
    shoot(arrive, folder, f"{choice}-arrive-2")
    arrive.other.edit.setText("Zaza Tana")
    arrive.go_on()
    until(lambda: stores.window.findChildren(Arrived))
    told = stores.window.findChildren(Arrived)[-1]
    until(lambda: told._task is None)
    _shoot_dialog(told, folder, f"{choice}-arrived")
    stores.stop()
    stores.window.close()
    for slug in ("boutique-teranga", "chez-awa", "zaza-tana"):
        home.delete(slug)
    first = FirstRun(home, Texts())
    first.show()
    shoot(first, folder, f"{choice}-first")
    first.bridge.close()
    first.close()


def _steps(leave: LeaveStore, file: Path, folder: Path, choice: str) -> None:
    shoot(leave, folder, f"{choice}-leave-1")
    leave.go_on()
    leave.file.field.edit.setText(str(file))
    leave._show_action()
    shoot(leave, folder, f"{choice}-leave-2")
    leave.go_on()
    until(lambda: leave.step == "code")
    shoot(leave, folder, f"{choice}-leave-3")
    leave.go_on()
    leave.typed.edit.setText(leave.code)
    leave._compare()
    shoot(leave, folder, f"{choice}-leave-4")
    leave.go_on()
    shoot(leave, folder, f"{choice}-leave-5")
    until(lambda: leave.step == "done")
    shoot(leave, folder, f"{choice}-leave-6")


def _shoot_dialog(dialog: QDialog, folder: Path, name: str) -> None:
    shoot(dialog, folder, name)
    dialog.close()
    until(lambda: True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="livepay-pictures-")))
