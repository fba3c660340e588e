"""Renders the quotes page off-screen: ``python -m tests.desktop.quotes.pictures [FOLDER]``.

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
from desktop.pages.quotes.page import QuotesPage
from desktop.theme import Choice, theme
from desktop.widgets.dialog import Dialog
from tests.desktop.pictures import close, settle, shoot
from tests.desktop.quotes.store import fill, quote_shop
from tests.desktop.realshop import type_text, window_over

SIZES = ((1440, 900), (1280, 720), (960, 600))
Act = Callable[[QuotesPage, dict[str, int]], Any]


def opened(home: Path, size: tuple[int, int], act: Act | None, *, filled: bool = True) -> Desktop:
    shop = quote_shop(home)
    ids = fill(shop) if filled else {}
    desktop = window_over(shop)
    desktop.shell.resize(*size)
    desktop.start()
    settle(desktop)
    desktop.shell.go("quotes")
    page = desktop.shell.page("quotes")
    assert isinstance(page, QuotesPage)
    settle(desktop, lambda: page.read_once, 10)
    settle(desktop)
    if act is not None:
        act(page, ids)
        settle(desktop)
    return desktop


def choose(state: str, verb: str = "") -> Act:
    def act(page: QuotesPage, ids: dict[str, int]) -> None:
        page.table.select_key(ids[state])
        application().processEvents()
        _wait(page)
        if verb:
            page.act(verb)
            _wait(page)

    return act


def _wait(page: QuotesPage) -> None:
    app = application()
    app.processEvents()
    while page.mount.bridge.busy:
        app.processEvents()
    app.processEvents()


def written(page: QuotesPage, ids: dict[str, int]) -> None:
    choose("draft", "edit")(page, ids)
    page.editor.add_line(len(page.editor.form.lines))
    row = page.editor.lines.rows[-1]
    page.window().activateWindow()
    row.text.setFocus()
    type_text(row.text, "boub")
    row.text.asked.emit("boub")
    _wait(page)


def wrong(page: QuotesPage, ids: dict[str, int]) -> None:
    page.write_new()
    editor = page.editor
    for widget, text in (
        (editor.name, "Hôtel Téranga"),
        (editor.phone.edit, "77 12"),
        (editor.lines.rows[0].text, "Nappes brodées"),
        (editor.lines.rows[0].price, "2 500"),
        (editor.lines.rows[0].discount, "120 %"),
        (editor.terms.fields["deposit"].edit, "100 %"),
    ):
        widget.setText("")
        type_text(widget, text)
    editor.finish()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    theme().install(application(), "dark")
    count = 0
    choices: tuple[Choice, ...] = ("dark", "light")
    for choice in choices:
        theme().choose(choice)
        shots: list[tuple[str, tuple[int, int], Act | None, bool]] = [
            (f"quotes-{size[0]}", size, choose("seen"), True) for size in SIZES
        ]
        shots += [(f"{state}", SIZES[1], choose(state), True) for state in ("asked", "accepted", "sent", "converted")]
        shots += [
            ("empty", SIZES[1], None, False),
            ("editor-1440", SIZES[0], written, True),
            ("editor-1280", SIZES[1], written, True),
            ("editor-960", SIZES[2], written, True),
            ("wrong", SIZES[1], wrong, True),
            ("send", SIZES[1], choose("asked", "send"), True),
            ("closed", SIZES[1], choose("draft", "send"), True),
            ("short", SIZES[1], choose("accepted", "convert"), True),
            ("refuse", SIZES[1], choose("sent", "refuse"), True),
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
