"""Renders the analyses off-screen: ``python -m tests.desktop.analyses.pictures [FOLDER]``: the page in both themes from
top to foot, an empty shop, a live, the rows behind a figure, a chart's picture, and the report.

``QT_SCALE_FACTOR=1.5`` shows it as a screen at 150 % does.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from core.bootstrap import Shop
from core.kernel.clock import DAY, ManualClock
from desktop.app import Desktop, application
from desktop.pages.analyses.page import AnalysesPage
from desktop.pages.analyses.presenter import Question
from desktop.theme import Choice, theme
from tests.core.analytics.store import FATES, Step, play
from tests.desktop.pictures import close, settle, shoot
from tests.desktop.realshop import make_shop, window_over
from tests.desktop.sample import NOW

SIZES = ((1280, 720), (1920, 1080), (960, 600))


def lived(folder: Path) -> Shop:
    """A shop with some months behind it."""
    dice = random.Random(7)
    shop = make_shop(folder, ManualClock(NOW - 150 * DAY))
    weights = (26, 4, 2, 2, 1, 2, 1, 2, 4, 3, 3)
    fates = dice.choices(FATES, weights, k=320)
    play(shop, [Step(f, dice.randint(1, 1_200), dice.randint(1, 60), 1, dice.randint(0, 3)) for f in fates], 400)
    return shop


def opened(shop: Shop, size: tuple[int, int]) -> tuple[Desktop, AnalysesPage]:
    desktop = window_over(shop)
    desktop.shell.resize(*size)
    desktop.start()
    settle(desktop)
    desktop.shell.go("analyses")
    page = desktop.shell.page("analyses")
    assert isinstance(page, AnalysesPage)
    settle(desktop, lambda: page.read_once, 10)
    return desktop, page


def ask(desktop: Desktop, page: AnalysesPage, question: Question) -> None:
    page.ask(question)
    settle(desktop, lambda: page.reading_ is not None and page.reading_.report.period.name == question.name, 10)
    settle(desktop, lambda: page._canvas is not None, 10)
    settle(desktop)


def scroll_through(desktop: Desktop, page: AnalysesPage, folder: Path, name: str) -> None:
    bar, number = page._area.verticalScrollBar(), 0
    bar.setValue(0)
    while True:
        settle(desktop)
        shoot(desktop.shell, folder, f"{name}-{number}")
        if bar.value() >= bar.maximum():
            return
        bar.setValue(bar.value() + bar.pageStep() - 40)
        number += 1


def shop_of_months(folder: Path, size: tuple[int, int]) -> None:
    choices: tuple[Choice, ...] = ("dark", "light")
    with tempfile.TemporaryDirectory() as home:
        desktop, page = opened(lived(Path(home)), size)
        for choice in choices:
            theme().choose(choice)
            ask(desktop, page, Question("year"))
            scroll_through(desktop, page, folder, f"year-{size[0]}-{choice}")
        page.write("revenue", folder / "chart.png")
        page.write_paper(folder / "report.pdf")
        settle(desktop)
        ask(desktop, page, Question("live", live=2))
        shoot(desktop.shell, folder, f"live-{size[0]}")
        page.tiles[0].asked.emit()
        settle(desktop)
        shoot(desktop.shell, folder, f"rows-{size[0]}")
        close(desktop)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    theme().install(application(), "dark")
    for size in SIZES:
        shop_of_months(folder, size)
    with tempfile.TemporaryDirectory() as home:
        desktop, _ = opened(make_shop(Path(home)), SIZES[0])
        shoot(desktop.shell, folder, "empty")
        close(desktop)
    print(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="livepay-pictures-")))
