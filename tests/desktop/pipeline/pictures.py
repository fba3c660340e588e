"""Renders the prospects' page off-screen: ``python -m tests.desktop.pipeline.pictures [FOLDER]``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from desktop.app import application
from desktop.pages.pipeline.page import PipelinePage
from desktop.theme import Choice, theme
from tests.desktop.pictures import close, settle, shoot
from tests.desktop.pipeline.store import ASKER, board_shop, lead_of
from tests.desktop.realshop import make_shop, window_over


def main(folder: Path, size: tuple[int, int] = (1280, 720)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    theme().install(application(), "dark")
    choices: tuple[Choice, ...] = ("dark", "light")
    for choice in choices:
        theme().choose(choice)
        for name in ("board", "card", "lost", "empty"):
            with tempfile.TemporaryDirectory() as home:
                shop = make_shop(Path(home)) if name == "empty" else board_shop(Path(home))
                desktop = window_over(shop)
                desktop.shell.resize(*size)
                desktop.start()
                settle(desktop)
                desktop.shell.go("pipeline")
                page = desktop.shell.page("pipeline")
                assert isinstance(page, PipelinePage)
                settle(desktop, lambda page=page: page.read_once, 10)  # type: ignore[misc]
                settle(desktop)
                if name in ("card", "lost"):
                    page.show_subject(lead_of(shop, ASKER))
                    settle(desktop)
                if name == "lost":
                    page.move_to(lead_of(shop, ASKER), "lost")
                settle(desktop)
                shoot(desktop.shell, folder, f"pipeline-{name}-{choice}")
                close(desktop)
                shop.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="livepay-pictures-")))
