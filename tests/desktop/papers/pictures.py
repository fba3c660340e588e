"""Renders the papers page off-screen: ``python -m tests.desktop.papers.pictures [FOLDER]``.

``QT_SCALE_FACTOR=1.5`` shows it as a screen at 150 % does.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from desktop.app import Desktop, application
from desktop.pages.papers.page import PapersPage
from desktop.theme import Choice, theme
from desktop.widgets.dialog import Dialog
from tests.desktop.papers.store import fill, paper_shop
from tests.desktop.pictures import close, settle, shoot
from tests.desktop.realshop import window_over

SIZES = ((1440, 900), (1280, 720), (960, 600))
Act = Callable[[PapersPage], Any]


def opened(home: Path, size: tuple[int, int], act: Act | None, *, filled: bool = True) -> Desktop:
    shop = paper_shop(home)
    if filled:
        fill(shop)
    desktop = window_over(shop)
    desktop.shell.resize(*size)
    desktop.start()
    settle(desktop)
    desktop.shell.go("papers")
    page = desktop.shell.page("papers")
    assert isinstance(page, PapersPage)
    settle(desktop, lambda: page.read_once, 10)
    settle(desktop)
    if act is not None:
        act(page)
        settle(desktop)
    return desktop


def choose(kind: str, number: int, verb: str = "") -> Act:
    def act(page: PapersPage) -> None:
        page.table.select_key((kind, number))
        if verb:
            page.act(verb)

    return act


def credit_lines(page: PapersPage) -> None:
    choose("invoice", 7, "credit")(page)
    app = application()
    while not page.findChildren(Dialog):
        app.processEvents()
    dialog: Any = page.findChildren(Dialog)[0]
    dialog.choose("lines")
    dialog.lines[1].pieces.set_value(1)
    dialog.make()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    theme().install(application(), "dark")
    count = 0
    choices: tuple[Choice, ...] = ("dark", "light")
    for choice in choices:
        theme().choose(choice)
        shots: list[tuple[str, tuple[int, int], Act | None, bool]] = [
            (f"papers-{size[0]}", size, choose("invoice", 3), True) for size in SIZES
        ]
        shots += [
            ("attention", SIZES[1], lambda page: page.ask(attention=True, kind=None), True),
            ("credited", SIZES[1], choose("invoice", 4), True),
            ("nothing", SIZES[1], lambda page: page.ask(kind="receipt", period="2026-10"), True),
            ("empty", SIZES[1], None, False),
            ("credit", SIZES[1], credit_lines, True),
            ("refused", SIZES[1], choose("invoice", 3, "certification"), True),
            ("accepted", SIZES[1], choose("invoice", 1, "certification"), True),
            ("lost", SIZES[1], choose("invoice", 5, "certification"), True),
            ("held", SIZES[1], choose("credit_note", 1, "certification"), True),
            ("export", SIZES[1], lambda page: page.export(), True),
        ]
        for name, size, act, filled in shots:
            count += 1
            with tempfile.TemporaryDirectory() as home:
                desktop = opened(Path(home), size, act, filled=filled)
                over = [one for one in desktop.shell.findChildren(Dialog) if one.isVisible()]
                shoot(over[0] if over else desktop.shell, folder, f"{name}-{choice}")
                close(desktop)
    print(folder, count)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="livepay-pictures-")))
