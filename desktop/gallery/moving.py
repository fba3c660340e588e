"""The pictures of a store that moves: at the computer it leaves, and at the one where it arrives. It really moves."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent

from core.bootstrap.moving import Sight
from core.storage.folder import Home, StoreCard
from desktop.firstrun import FirstRun
from desktop.gallery.photographer import Seen, Size, be_still, until
from desktop.gallery.several import Shopping, opened, still
from desktop.pages.settings.sections import BackupSection
from desktop.sources.stores import HomeKeeping
from desktop.stores.arriving import Arrived, ArriveStore
from desktop.stores.comingback import TakeBack
from desktop.stores.leaving import LeaveStore
from desktop.stores.removal import ARRIVED
from desktop.stores.running import Stores
from desktop.texts import Texts

_COMPUTER: Final = "PC de la boutique"
_STICK: Final = "/media/awa/CLE-USB/boutique-teranga.livepay"
"""What a seller sees: the computer that takes the pictures has another name, and writes to a folder of its own."""


class Keeping(HomeKeeping):
    """Of a computer with a name that a seller could have given it."""

    def look(self, source: Path, key: str) -> Sight:
        return replace(super().look(source, key), source=_COMPUTER)


def a_move(shopping: Shopping, language: str, size: Size) -> Seen:
    """From one home to another, by every step of both dialogs."""
    with tempfile.TemporaryDirectory(prefix="livepay-move-") as folder:
        room = Path(folder)
        old, new, file = (
            shopping.furnish_move(room / "old"),
            Home(room / "new", passing=True),
            room / "boutique.livepay",
        )
        with opened(shopping, old, language, size) as stores:
            stores.window.shell.go("settings")
            yield from _leaving(stores, file)
            code = stores.window.findChildren(LeaveStore)[-1].code
            yield from _gone(stores)
        yield from _arriving(new, file, code, language, size)
        (slug,) = (one.slug for one in new.survey())
        with opened(shopping, new, language, size, {ARRIVED: slug}) as stores:
            until(lambda: bool(stores.window.findChildren(Arrived)))
            still(stores)
            yield "move-arrived", stores.window


def _leaving(stores: Stores, file: Path) -> Seen:
    page: Any = stores.window.shell.page("settings")
    page.open("backup")
    still(stores)
    view = page.views["backup"]
    assert isinstance(view, BackupSection)
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum())
    yield "move-begin", stores.window
    view.move_button.click()
    (dialog,) = stores.window.findChildren(LeaveStore)
    until(lambda: dialog.standing is not None)
    still(stores)
    yield "move-what", stores.window
    dialog.go_on()
    dialog.file.take(_STICK)
    still(stores)
    yield "move-file", stores.window
    dialog.file.take(str(file))
    dialog.go_on()
    until(lambda: dialog.step == "code")
    still(stores)
    yield "move-code", stores.window
    dialog.go_on()
    dialog.typed.edit.setText(dialog.code)
    dialog.typed.changed.emit(dialog.code)
    still(stores)
    yield "move-again", stores.window
    dialog.go_on()
    yield "move-work", stores.window
    until(lambda: dialog.step == "done")
    still(stores)
    yield "move-done", stores.window


def _gone(stores: Stores) -> Seen:
    """What the old computer says of it from then on."""
    (dialog,) = stores.window.findChildren(LeaveStore)
    slug = stores.shown
    dialog.accept()
    until(lambda: slug not in stores.seats)
    stores.window.shell.go("stores")
    still(stores)
    page: Any = stores.window.shell.page("stores")
    yield "move-gone", stores.window
    page.act(slug, "take_back")
    (back,) = stores.window.findChildren(TakeBack)
    until(lambda: back.found is not None)
    still(stores)
    yield "move-back", stores.window
    back.reject()


def _arriving(home: Home, file: Path, code: str, language: str, size: Size) -> Seen:
    """At a computer that has no store yet."""
    window, t, come = FirstRun(home, Texts(language)), Texts(language), list[StoreCard]()
    window.resize(*size)
    window.show()
    try:
        be_still([window.bridge], [window])
        dialog = ArriveStore(window, t, Keeping(home), window.bridge, come.append)
        dialog.present()
        dialog.file.take(_STICK)
        dialog.code.edit.setText(code)
        be_still([window.bridge], [window])
        yield "move-arrive", window
        dialog.file.take(str(file))
        dialog.go_on()
        until(lambda: dialog.step == "seen")
        be_still([window.bridge], [window])
        yield "move-seen", window
        dialog.go_on()
        until(lambda: bool(come))
    finally:
        window.close()
        window.bridge.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
