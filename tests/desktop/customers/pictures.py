"""Renders the customers' page off-screen: ``python -m tests.desktop.customers.pictures [FOLDER]``."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QScrollArea

from desktop.app import application
from desktop.pages.customers.form import CustomerForm
from desktop.pages.customers.page import CustomersPage
from desktop.theme import Choice, theme
from desktop.widgets.dialog import Confirm
from tests.desktop.customers.store import BAD, GOOD, TWICE, people_shop
from tests.desktop.pictures import close, settle, shoot
from tests.desktop.realshop import make_shop, window_over

Act = Callable[[CustomersPage], Any]


def choose(name: str, down: int = 0) -> Act:
    def act(page: CustomersPage) -> None:
        page.table.select_key(next(row.key for row in page.model.rows if row.who == name))
        calm(page)
        area = page.pane.findChild(QScrollArea)
        if area is not None:
            area.verticalScrollBar().setValue(down)

    return act


def calm(page: CustomersPage) -> None:
    app = application()
    app.processEvents()
    while page.mount.bridge.busy:
        app.processEvents()
    app.processEvents()


def merged(page: CustomersPage, *, ask: bool = False) -> None:
    """Two people who were made one; with the question before it is taken back."""
    numbers = {row.who: row.key for row in page.model.rows}
    page.identity._source.merge(numbers[GOOD], numbers[BAD])
    page.refresh()
    calm(page)
    choose(GOOD)(page)
    area = page.pane.findChild(QScrollArea)
    assert area is not None
    area.ensureWidgetVisible(page.pane.identity.part, 0, 120)
    if ask:
        page.pane.identity.part.click()
        calm(page)


def form(page: CustomersPage) -> None:
    page.add()
    dialog = page.findChild(CustomerForm)
    assert dialog is not None
    dialog.name.edit.setText("Awa")
    dialog.phone.edit.setText("77 000 00 10")
    dialog.phone.changed.emit("77 000 00 10")


def search(page: CustomersPage) -> None:
    page.search.setText("zzz")
    page.refresh()


ACTS: dict[str, Act] = {
    "good": choose(GOOD),
    "good-lower": choose(GOOD, 560),
    "good-end": choose(GOOD, 2000),
    "bad": choose(BAD),
    "twice": choose(TWICE, 260),
    "merged": merged,
    "parting": partial(merged, ask=True),
    "form": form,
    "nothing": search,
    "empty": CustomersPage.take_focus,
}


def main(folder: Path, size: tuple[int, int] = (1280, 720)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    theme().install(application(), "dark")
    choices: tuple[Choice, ...] = ("dark", "light")
    for choice in choices:
        theme().choose(choice)
        for name, act in ACTS.items():
            with tempfile.TemporaryDirectory() as home:
                shop = make_shop(Path(home)) if name == "empty" else people_shop(Path(home))
                desktop = window_over(shop)
                desktop.shell.resize(*size)
                desktop.start()
                settle(desktop)
                desktop.shell.go("customers")
                page = desktop.shell.page("customers")
                assert isinstance(page, CustomersPage)
                settle(desktop, lambda page=page: page.read_once, 10)  # type: ignore[misc]
                settle(desktop)
                act(page)
                settle(desktop)
                shoot(desktop.shell, folder, f"customers-{name}-{choice}")
                for dialog in (*page.findChildren(CustomerForm), *page.findChildren(Confirm)):
                    shoot(dialog, folder, f"customers-{name}-{choice}")
                    dialog.close()
                close(desktop)
                shop.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="livepay-pictures-")))
