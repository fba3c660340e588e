"""Support in a real window over a real shop in which something was sold and something failed."""

from __future__ import annotations

import logging
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.customers.service import Identity, recognise
from core.orders.service import Wanted
from core.relay.aside import count, put
from core.relay.frames import Received
from core.support.mishaps import report
from desktop.app import Desktop
from desktop.mishapdialog import MishapDialog
from desktop.pages.support.bundle import BundleDialog
from desktop.pages.support.page import LOG, TRACE, SupportPage
from desktop.pages.support.presenter import TraceWanted
from desktop.widgets.buttons import Button
from localserver.runner import ServerThread
from tests.desktop.openpage import go_to
from tests.desktop.realshop import close_windows, make_shop, stock_up, window_over

Opened = tuple[Desktop, SupportPage, Shop]


def _sell(shop: Shop) -> str:
    """One order of somebody with a number; → its reference."""
    stock_up(shop)
    customer = shop.engine.call(lambda tx: recognise(tx, [Identity("phone", "+221771234567")], "Aminata Diallo"))
    product = shop.engine.read(lambda r: r.value("SELECT id FROM product WHERE sku = 'ROBE1'"))
    shop.engine.call(lambda tx: shop.orders.claim(tx, customer, [Wanted(product)], "whatsapp"))
    return str(shop.engine.read(lambda r: r.value("SELECT reference FROM orders")))


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot) -> Iterator[Opened]:
    shop = make_shop(tmp_path / "home")
    _sell(shop)
    desktop = window_over(shop)
    page = go_to(desktop, qtbot, "support")
    assert isinstance(page, SupportPage)
    qtbot.waitUntil(lambda: not desktop.bridge.busy, timeout=60_000)
    yield desktop, page, shop
    close_windows([desktop])
    shop.close()


def _dialog(parent: Any, kind: type[QDialog], qtbot: QtBot) -> Any:
    found: list[QDialog] = []

    def there() -> bool:
        found[:] = [each for each in parent.findChildren(kind) if each.isVisible()]
        return bool(found)

    qtbot.waitUntil(there, timeout=60_000)
    return found[0]


def _texts(widget: Any) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [label.text() for label in widget.findChildren(QLabel) if label.text()]


def test_the_checks_stand_there_with_what_is_wrong_first(opened: Opened, qtbot: QtBot) -> None:
    desktop, page, _ = opened
    said = _texts(page.checks.rows)
    assert "WhatsApp" in said
    assert any("WhatsApp n’est pas" in text or "non configuré" in text for text in said), said
    assert page.checks.verdict.text().endswith("demandent votre attention.")
    assert not page.checks.busy.isVisible()
    page.checks.again.click()
    assert not page.checks.again.isEnabled()
    qtbot.waitUntil(lambda: page.checks.again.isEnabled() and not desktop.bridge.busy, timeout=60_000)


def test_an_order_is_found_by_what_is_read_out_and_its_story_is_told(opened: Opened, qtbot: QtBot) -> None:
    _, page, shop = opened
    reference = str(shop.engine.read(lambda r: r.value("SELECT reference FROM orders")))
    page.show_part(TRACE)
    page.trace.search.setText("77 123 45 67")
    qtbot.waitUntil(lambda: f"#{reference}" in _texts(page.trace.rows), timeout=60_000)
    said = _texts(page.trace.rows)
    assert "Réservée, par WhatsApp" in said
    copy = next(button for button in page.trace.rows.findChildren(Button) if button.text() == "Copier")
    copy.click()
    assert reference in QGuiApplication.clipboard().text()
    page.trace.search.setText("LP-0000")
    qtbot.waitUntil(lambda: "Rien ne correspond" in page.trace._none.text(), timeout=60_000)
    page.show_subject(TraceWanted("order", 1))
    qtbot.waitUntil(lambda: f"#{reference}" in _texts(page.trace.rows), timeout=60_000)


def test_the_bundle_is_read_before_it_is_saved(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    desktop, page, shop = opened
    shop.settings.set("store.phone", "+221338001122")
    page.bundle.click()
    dialog: BundleDialog = _dialog(page, BundleDialog, qtbot)
    qtbot.waitUntil(dialog.action.isEnabled, timeout=60_000)
    rows = [dialog.names.item(n).text() for n in range(dialog.names.count())]
    assert rows[:2] == ["about.txt", "checks.txt"]
    dialog.names.setCurrentRow(rows.index("settings.txt"))
    assert "338001122" not in dialog.text.toPlainText()
    dialog.personal.setChecked(True)
    qtbot.waitUntil(lambda: "338001122" in dialog.text.toPlainText(), timeout=60_000)
    page.save_to(dialog.texts, tmp_path / "b.zip")
    qtbot.waitUntil(lambda: (tmp_path / "b.zip").exists() and not desktop.bridge.busy, timeout=60_000)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert archive.read("settings.txt").decode() == dialog.texts["settings.txt"]
    page.save_to(dialog.texts, tmp_path / "nowhere" / "b.zip")
    qtbot.waitUntil(lambda: any("nowhere" in one.notice.text for one in desktop.shell.toasts.shown()), timeout=60_000)
    dialog.reject()


def test_the_log_is_shown_and_filtered(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    desktop, page, _ = opened
    assert "bon signe" in page.log.text.toPlainText()
    logs = tmp_path / "home" / "logs"
    logs.mkdir()
    (logs / "livepay.log").write_text("t INFO core: begun\nt WARNING core: slow\n", "utf-8")
    page.show_part(LOG)
    page.log.again.click()
    qtbot.waitUntil(lambda: "begun" in page.log.text.toPlainText() and not desktop.bridge.busy, timeout=60_000)
    page.log.wrong.setChecked(True)
    assert page.log.text.toPlainText() == "t WARNING core: slow"


@pytest.mark.expect_log("window task broken failed")
def test_a_fault_of_ours_is_shown_before_it_is_saved(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    desktop, _, _ = opened

    def broken() -> None:
        raise ValueError("bad number +221771234567")

    desktop.bridge.run(broken, name="broken")
    qtbot.waitUntil(lambda: bool(desktop.shell.toasts.shown()), timeout=60_000)
    notice = desktop.shell.toasts.shown()[-1].notice
    assert notice.verb == "Voir le rapport"
    assert notice.act is not None
    notice.act()
    dialog: MishapDialog = _dialog(desktop.shell, MishapDialog, qtbot)
    dialog.copy.click()
    text = QGuiApplication.clipboard().text()
    assert "ValueError: bad number …67" in text
    assert "771234567" not in text
    dialog.save_to(tmp_path / "nowhere" / "r.txt")
    assert "Impossible" in dialog.heading.text()
    dialog.save_to(tmp_path / "r.txt")
    assert (tmp_path / "r.txt").read_text("utf-8") == text


@pytest.mark.expect_log("nobody caught this")
@pytest.mark.parametrize("where", ["slot", "thread"])
def test_what_nobody_caught_is_told(opened: Opened, qtbot: QtBot, where: str) -> None:
    desktop, _, _ = opened

    def throw() -> None:
        raise RuntimeError("lost")

    ways: dict[str, Callable[[], object]] = {
        "slot": lambda: sys.excepthook(RuntimeError, RuntimeError("lost"), None),
        "thread": lambda: threading.Thread(target=throw).start(),
    }
    ways[where]()
    qtbot.waitUntil(lambda: bool(desktop.shell.toasts.shown()), timeout=60_000)
    assert desktop.shell.toasts.shown()[-1].notice.verb == "Voir le rapport"


def test_a_report_says_which_program_on_which_computer() -> None:
    text = report("x", None)
    assert text.startswith("LivePay 0.1.0, ")
    assert logging.getLogger("core").handlers == []


def test_what_tore_the_program_down_is_told_once(tmp_path: Path, qtbot: QtBot) -> None:
    logs = tmp_path / "home" / "logs"
    logs.mkdir(parents=True)
    (logs / "fault.log").write_text("Fatal Python error: Segmentation fault", "utf-8")
    shop = make_shop(tmp_path / "home")
    desktop = window_over(shop)
    try:
        go_to(desktop, qtbot, "live")
        qtbot.waitUntil(lambda: bool(desktop.shell.toasts.shown()), timeout=60_000)
        notice = desktop.shell.toasts.shown()[-1].notice
        assert notice.text.startswith("LivePay s’est arrêté brusquement")
        assert notice.act is not None
        notice.act()
        dialog = _dialog(desktop.shell, MishapDialog, qtbot)
        dialog.copy.click()
        assert "Segmentation fault" in QGuiApplication.clipboard().text()
        dialog.reject()
        assert (logs / "fault.log").read_text("utf-8") == ""
    finally:
        close_windows([desktop])
        shop.close()


def test_what_the_door_failed_on_is_asked_again_from_here(opened: Opened, qtbot: QtBot) -> None:
    desktop, page, shop = opened
    event = Received(b"1" * 16, 0, "POST", f"/n/{shop.slug}/none", (), b"x")
    shop.engine.call(lambda tx: put(tx, event))
    server = ServerThread([shop])
    server.start()
    try:
        page.check()
        qtbot.waitUntil(lambda: _replays(page) != [], timeout=60_000)
        assert any("LivePay a échoué\u202f: 1." in text for text in _texts(page.checks))
        _replays(page)[0].click()
        qtbot.waitUntil(lambda: not desktop.bridge.busy and _replays(page) == [], timeout=60_000)
    finally:
        server.stop()
    assert shop.engine.read(count) == 0


def _replays(page: SupportPage) -> list[Button]:
    return [each for each in page.checks.findChildren(Button) if each.text() == "Rejouer" and not each.isHidden()]
