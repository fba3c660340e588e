"""The disk is full: the window says so in a banner, and takes it back by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.bootstrap import create_store, open_shop
from core.kernel.errors import StorageFailed
from core.storage.folder import Home
from desktop.app import Desktop, InMemory
from desktop.sources.context import ShopContext
from localserver.runner import ServerThread
from tests.support.disks import disk


@pytest.mark.expect_log("refused a commit")
def test_a_full_disk_is_a_banner_until_there_is_space_again(tmp_path: Path, qtbot: QtBot) -> None:
    home = Home(tmp_path)
    slug = create_store(home, "Boutique Téranga", "SN").slug
    with disk("full5") as drive:
        shop = open_shop(home, slug, vfs="full5")
        server = ServerThread([shop])
        server.start()
        desktop = Desktop(lambda: ShopContext(shop, server), InMemory({"sound": "off"}))
        desktop.start()
        banner = desktop.shell.banner
        try:
            qtbot.waitUntil(lambda: desktop.shell.page("live") is not None, timeout=60_000)
            qtbot.waitUntil(lambda: not desktop.bridge.busy, timeout=60_000)
            assert not banner.isVisible()
            drive.full = True
            with pytest.raises(StorageFailed):
                shop.settings.set("store.name", "Autre nom")
            qtbot.waitUntil(banner.isVisible, timeout=60_000)
            said = " ".join(label.text() for label in banner.findChildren(QLabel))
            assert "disque" in said
            drive.full = False
            qtbot.waitUntil(lambda: not banner.isVisible(), timeout=60_000)  # nobody wrote anything meanwhile
        finally:
            drive.full = False
            desktop.stop()
            desktop.shell.close()
            desktop.shell.deleteLater()
            desktop.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
