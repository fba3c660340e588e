"""Every page as a seller meets it: after a live and before the first, in each language, on a small screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QStackedWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.kernel.i18n import LANGUAGES
from desktop.gallery.door import Borrowed
from desktop.gallery.photographer import pose, standing, tidy, window
from desktop.gallery.rehearsing import a_rehearsal
from desktop.gallery.scenes import SCENES, Scene
from desktop.gallery.shots import EMPTY, PARLOUR, SHOTS, Shot
from desktop.pages.registry import PAGES
from desktop.widgets.buttons import Button
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import Label
from desktop.zoom import zoom
from localserver.demo.gallery import Gallery
from tests.desktop.seen import dead_ends, faults

SIZE = (1280, 720)
QUICK = [scene for scene in SCENES if scene.play is not a_rehearsal]  # a rehearsal takes its time
# The shops' servers serve several tests, and their loops keep a helper thread until the last.
pytestmark = [
    pytest.mark.leaves_threads,
    pytest.mark.timeout(400),  # an evening is played first, then every page of the window is looked over
    pytest.mark.qt_log_ignore("grabbing the keyboard"),  # the off-screen platform cannot; a menu asks for it
]


@dataclass(frozen=True)
class Shops:
    filled: tuple[Any, Any]
    empty: tuple[Any, Any]
    parlour: tuple[Any, Any]
    gallery: Gallery


@pytest.fixture(scope="module")
def shops() -> Iterator[Shops]:
    gallery = Gallery(lambda line: None)
    try:
        filled = gallery.open()
        assert gallery.play() == []
        yield Shops(filled, gallery.open_empty(), gallery.open_parlour(), gallery)
    finally:
        gallery.close()


def look_over(
    shop: tuple[Any, Any],
    shots: tuple[Shot, ...],
    language: str,
    more: Callable[[Any], list[str]],
    size: tuple[int, int] = SIZE,
) -> list[str]:
    found: list[str] = []
    with window(lambda: Borrowed(*shop), language, size) as desktop:
        for shot in shots:
            page = pose(desktop, shot)
            over = standing(desktop.shell)
            seen: list[QWidget] = list(over) or [desktop.shell]
            texts = "messages" in shot.name or "answers" in shot.name
            told = [fault for widget in seen for fault in faults(widget, language, variables=texts)] + more(page)
            found += [f"{shot.name}: {fault}" for fault in dict.fromkeys(told)]
            tidy(desktop, shot)
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_after_a_live_is_whole(shops: Shops, qapp: QApplication, language: str) -> None:
    assert look_over(shops.filled, SHOTS, language, dead_ends) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_new_shop_is_whole_and_says_what_to_do_first(
    shops: Shops, qapp: QApplication, language: str
) -> None:
    assert look_over(shops.empty, EMPTY, language, dead_ends) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_shop_that_sells_times_and_certifies_is_whole(
    shops: Shops, qapp: QApplication, language: str
) -> None:
    assert look_over(shops.parlour, PARLOUR, language, dead_ends) == []


@pytest.mark.parametrize(("language", "scene"), list(zip(LANGUAGES, QUICK, strict=True)), ids=LANGUAGES)
def test_the_windows_that_are_not_one_stores_are_whole(
    shops: Shops, qapp: QApplication, language: str, scene: Scene
) -> None:
    """Each in one language: they are really played."""
    found: list[str] = []
    names: list[str] = []
    for name, shown in scene.play(shops.gallery, language, SIZE):
        names.append(name)
        over = standing(shown)
        seen: list[QWidget] = list(over) or [shown]
        found += [f"{name}: {fault}" for widget in seen for fault in faults(widget, language)]
    assert (tuple(names), found) == (scene.names, [])
    assert scene.guide <= set(scene.names)


@pytest.mark.parametrize("percent", [150, 200])
def test_every_page_is_whole_when_all_of_it_is_smaller_or_larger(
    shops: Shops, qapp: QApplication, percent: int
) -> None:
    """On the same small screen. What does not fit is scrolled to; the window is never wider than its screen."""
    size = zoom().percent * SIZE[0] // percent, zoom().percent * SIZE[1] // percent

    def outgrown(page: QWidget) -> list[str]:
        now = page.window().size()
        return [] if (now.width(), now.height()) == size else [f"the window is {now.width()} × {now.height()}"]

    assert zoom().choose(percent)
    try:
        shots = SHOTS if percent == 150 else tuple(shot for shot in SHOTS if not shot.steps)
        assert look_over(shops.filled, shots, "fr", outgrown, size) == []
    finally:
        zoom().choose(100)


def test_the_look_finds_what_is_wrong(qtbot: QtBot) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    column = QVBoxLayout(whole)
    narrow = Label("Une phrase qui n’a pas assez de place")
    narrow.setFixedWidth(60)
    low = Label("Une phrase sur plusieurs lignes, dont on ne voit que la première", wrap=True)
    low.setFixedSize(90, 18)
    nameless = Button("", icon="x")
    for widget in (narrow, low, nameless, Label("New invoice"), Label("paid_late"), QLabel("{name}")):
        column.addWidget(widget)
    stack = QStackedWidget()
    stack.addWidget(EmptyState("store", "Rien", "Rien encore"))
    column.addWidget(stack)
    whole.show()
    found = "\n".join(faults(whole, "fr"))
    for expected in ("'Une phrase qui n’a pas assez de place' needs", "px high", "no name: Button", "'New invoice'"):
        assert expected in found
    assert "raw 'paid_late'" in found
    assert "raw '{name}'" in found
    assert dead_ends(whole) == ["Rien"]


def test_every_page_has_its_picture() -> None:
    """After a live too, not only empty; the first steps are over then."""
    assert {page.name for page in PAGES if not page.alone} == {shot.page for shot in SHOTS}
