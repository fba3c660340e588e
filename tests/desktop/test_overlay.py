"""The code over the whole screen, and « Show in OBS »."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import zxingcpp
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.kernel.money import format_money
from core.live import service as live
from desktop.app import Desktop
from desktop.pages.live.decide import OnScreenDialog
from desktop.pages.live.obs import ObsDialog
from desktop.pages.live.presenter import OverlayPlace, Stage
from desktop.pages.live.stage import StageWindow
from desktop.sources.live import ShopLive
from desktop.theme import theme
from localserver.overlay.options import PARTS, Options, read_options
from tests.desktop.conftest import Open, board
from tests.desktop.realshop import make_shop, stock_up
from tests.desktop.sample import PLACE, STAGE, SampleSource
from tests.desktop.test_page import Changed, source_of, tell, the_dialog

NO_NUMBER = "Pas de code sans le numéro auquel les acheteurs écrivent\u202f: saisissez-le dans Réglages, WhatsApp."
BAG = "https://wa.me/221338000000?text=je%20prends%20SAC2"


def scanned(widget: QWidget) -> list[str]:
    """The codes an independent reader finds in what is painted, as a camera would see it: not sharp."""
    shot = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    size = (shot.width(), shot.height())
    picture = Image.frombytes("L", size, bytes(shot.constBits()), "raw", "L", shot.bytesPerLine())
    small = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BILINEAR)
    return [found.text for found in zxingcpp.read_barcodes(small)]


def opened(desktop: Desktop, qtbot: QtBot) -> StageWindow:
    board(desktop).show_code()
    window = desktop.shell.findChildren(StageWindow)[-1]
    qtbot.waitUntil(lambda: window.stage is not None)
    return window


def obs(desktop: Desktop, qtbot: QtBot) -> ObsDialog:
    board(desktop).show_in_obs()
    dialog = the_dialog(desktop, ObsDialog)
    assert isinstance(dialog, ObsDialog)
    qtbot.waitUntil(lambda: bool(dialog.here.edit.text()))
    return dialog


def bag() -> Stage:
    product = STAGE.view.product
    assert product is not None
    other = replace(product, product_id=2, keyword="SAC2", title="Sac cuir marron", price=22_000, available=0)
    return Stage(replace(STAGE.view, product=other), BAG)


def test_q_fills_the_screen_with_the_code_and_escape_leaves(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    QTest.keyClick(desktop.shell, Qt.Key.Key_Q)
    window = desktop.shell.findChildren(StageWindow)[-1]
    qtbot.waitUntil(lambda: window.stage is not None)
    assert window.isFullScreen()
    board(desktop).show_code()
    assert len(desktop.shell.findChildren(StageWindow)) == 1
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert not window.isFullScreen()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: desktop.shell.findChildren(StageWindow) == [])


@pytest.mark.parametrize("size", [(1280, 720), (720, 1100), (800, 500)])
@pytest.mark.parametrize("choice", ["dark", "light"])
def test_the_code_is_scanned_in_every_theme_and_follows_by_itself(
    open_window: Open, qtbot: QtBot, size: tuple[int, int], choice: str
) -> None:
    desktop = open_window()
    theme().choose(choice)  # type: ignore[arg-type]
    window = opened(desktop, qtbot)
    window.showNormal()
    window.resize(*size)
    assert scanned(window) == [STAGE.link]
    assert window.accessibleName() == f"ROBE1, Robe Wax Ankara, {format_money(15_000, 'XOF')}, Plus que 2\u202f!"
    source_of(desktop).staged = bag()
    tell(desktop, Changed("live", 1))
    qtbot.waitUntil(lambda: scanned(window) == [BAG])
    assert window.accessibleName().endswith("Épuisé")
    theme().choose("dark")


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        (Stage(STAGE.view), NO_NUMBER),
        (Stage(replace(STAGE.view, product=None)), "Mettez un produit à l’écran\u202f: son code apparaît ici (E)."),
        (Stage(replace(STAGE.view, running=False, product=None)), "Aucun live en cours"),
    ],
)
def test_why_there_is_no_code_is_said(open_window: Open, qtbot: QtBot, stage: Stage, sentence: str) -> None:
    window = opened(open_window(SampleSource(staged=stage)), qtbot)
    assert window.sentence() == sentence
    assert scanned(window) == []


def test_another_product_is_chosen_from_there(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    window = opened(desktop, qtbot)
    QTest.keyClick(window, Qt.Key.Key_E)
    dialog = window.findChildren(OnScreenDialog)[-1]
    qtbot.waitUntil(lambda: bool(dialog.picker.products))
    dialog.picker.chosen.emit(dialog.picker.products[1])
    qtbot.waitUntil(lambda: ("set_on_screen", 2) in source_of(desktop).calls)


def test_a_locked_window_keeps_the_code_and_lets_nobody_act(open_window: Open, qtbot: QtBot) -> None:
    """A live filmed from this screen shall not end at a password; what the code's window shows is public."""
    desktop = open_window()
    window = opened(desktop, qtbot)
    lock = desktop.shell.lock
    assert lock is not None
    lock._rule = replace(lock._rule, people=("awa@exemple.sn",))
    lock.lock()
    assert lock.locked
    assert window.isVisible()
    QTest.keyClick(window, Qt.Key.Key_E)
    assert window.findChildren(OnScreenDialog) == []
    assert scanned(window) == [STAGE.link]
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: desktop.shell.findChildren(StageWindow) == [])


def test_without_a_live_there_is_no_code_but_obs_can_be_set_up(open_window: Open, qtbot: QtBot) -> None:
    staged = Stage(replace(STAGE.view, running=False, product=None))
    desktop = open_window(SampleSource(running=None, staged=staged))
    QTest.keyClick(desktop.shell, Qt.Key.Key_Q)
    assert desktop.shell.findChildren(StageWindow) == []
    QTest.keyClick(desktop.shell, Qt.Key.Key_O)
    dialog = the_dialog(desktop, ObsDialog)
    assert isinstance(dialog, ObsDialog)
    qtbot.waitUntil(lambda: dialog.here.edit.text() == PLACE.here and not dialog.action.isEnabled())
    dialog.reject()


def test_what_is_chosen_is_in_the_address_and_the_page_takes_it(open_window: Open, qtbot: QtBot) -> None:
    dialog = obs(open_window(), qtbot)
    assert dialog.here.edit.text() == PLACE.here
    for key in (("position", "bottom"), ("theme", "light"), ("lang", "mg"), ("size", "75")):
        QTest.mouseClick(dialog.chips[key], Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.parts["feed"], Qt.MouseButton.LeftButton)
    dialog.here.copy()
    text = QGuiApplication.clipboard().text()
    assert text.startswith(PLACE.here + "?")
    wanted = Options("light", "mg", ("product", "qr", "stock"), "bottom", 75)
    assert read_options(dict(parse_qsl(urlsplit(text).query))) == wanted
    for part in PARTS[:3]:
        QTest.mouseClick(dialog.parts[part], Qt.MouseButton.LeftButton)
    assert dialog.chosen["show"] == "stock"  # the last part stays
    assert dialog.parts["stock"].isChecked()
    for name, value in dialog.chips:
        dialog.choose(name, value)
        read_options(dict(parse_qsl(urlsplit(dialog.here.edit.text()).query)))


def test_the_address_for_elsewhere_carries_the_key_and_a_missing_number_is_said(
    open_window: Open, qtbot: QtBot
) -> None:
    place = OverlayPlace(PLACE.here, "https://boutique.exemple.sn/overlay/teranga?key=0f0f", False)
    dialog = obs(open_window(SampleSource(place=place)), qtbot)
    dialog.choose("theme", "light")
    assert dialog.outside.edit.text() == f"{place.outside}&theme=light"
    assert dialog.outside.isVisible()
    assert (dialog.missing.isVisible(), dialog.missing.text()) == (True, NO_NUMBER)


def test_without_a_public_address_there_is_one_address(open_window: Open, qtbot: QtBot) -> None:
    dialog = obs(open_window(), qtbot)
    assert not dialog.outside.isVisible()
    assert not dialog.missing.isVisible()


def test_from_obs_to_the_code_on_this_screen(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    obs(desktop, qtbot).action.click()
    qtbot.waitUntil(lambda: len(desktop.shell.findChildren(StageWindow)) == 1)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = make_shop(tmp_path)
    yield shop
    shop.close()


def test_over_a_real_shop(shop: Shop) -> None:
    stock_up(shop)
    source = ShopLive(shop)
    assert source.stage() == Stage(replace(STAGE.view, running=False, product=None))
    assert source.overlay() == OverlayPlace(f"/overlay/{shop.slug}", "", False)
    shop.local_url = "http://127.0.0.1:8787"
    shop.settings.set("public_url", "https://boutique.exemple.sn")
    shop.settings.set("whatsapp.number", "33 800 00 00")
    outside = f"https://boutique.exemple.sn/overlay/{shop.slug}?key={shop.overlay_key}"
    assert source.overlay() == OverlayPlace(f"http://127.0.0.1:8787/overlay/{shop.slug}", outside, True)
    shop.engine.call(lambda tx: live.start(tx, ""))
    shop.engine.call(lambda tx: live.show(tx, source.products("SAC2", 1)[0].id))
    stage = source.stage()
    assert stage.link == BAG
    assert stage.view.product is not None
    assert (stage.view.product.keyword, stage.view.product.available, stage.view.product.held) == ("SAC2", 7, 1)
