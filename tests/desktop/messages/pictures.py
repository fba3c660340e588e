"""Renders a template with a picture above, off-screen: ``python -m tests.desktop.messages.pictures [FOLDER]``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from core.kernel.paths import resource
from core.templates.rules import MARKETING, Words
from desktop.app import application
from desktop.pages.messages.page import MessagesPage
from desktop.theme import Choice, theme
from tests.desktop.messages.whatsapp import whatsapp_of
from tests.desktop.pictures import close, settle, shoot
from tests.desktop.realshop import make_shop, window_over

WORDS = Words(
    "arrivage", "fr", MARKETING, "Bonjour {{1}}, le nouvel arrivage de wax est à la boutique.", "", ("name",), ("Awa",)
)


def main(folder: Path, size: tuple[int, int] = (1280, 720)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    theme().install(application(), "dark")
    choices: tuple[Choice, ...] = ("dark", "light")
    for choice in choices:
        theme().choose(choice)
        with tempfile.TemporaryDirectory() as home:
            shop = make_shop(Path(home))
            with whatsapp_of(shop):
                desktop = window_over(shop)
                desktop.shell.resize(*size)
                desktop.start()
                settle(desktop)
                desktop.shell.go("messages", "beyond")
                page = desktop.shell.page("messages")
                assert isinstance(page, MessagesPage)
                settle(desktop, lambda page=page: page.beyond.read_once, 10)  # type: ignore[misc]
                page.beyond.write_new()
                page.beyond.form.show_words(WORDS)
                page.beyond.take_picture(next(resource("samples").rglob("*.jpg")))
                settle(desktop, lambda page=page: page.beyond.form.picture, 10)  # type: ignore[misc]
                page.beyond.phone.grab()
                settle(desktop)
                shoot(desktop.shell, folder, f"messages-picture-{choice}")
                close(desktop)
            shop.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="livepay-pictures-")))
