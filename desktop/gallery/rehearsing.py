"""The pictures of a rehearsal's own window: while its buyers come, and once it is over."""

from __future__ import annotations

from desktop.gallery.photographer import Seen, Size, settle, standing, until, window
from desktop.gallery.several import Shopping
from desktop.pages.live.page import LivePage
from desktop.rehearsal import Director
from desktop.sources.context import ShopContext

_ORDERS = 10  # on the board: the buyers still come


def a_rehearsal(shopping: Shopping, language: str, size: Size) -> Seen:
    """It is really played, in this process and on its own clock."""
    play = shopping.rehearsal()
    try:
        with window(lambda: ShopContext(*play.open()), language, size) as desktop:
            Director(desktop, play, lambda line: None, leave=False)
            page = desktop.shell.page("live")
            assert isinstance(page, LivePage)
            until(lambda: page.board.figures()["orders"] >= _ORDERS)
            yield "rehearsal", desktop.shell
            until(lambda: bool(standing(desktop.shell)))
            settle(desktop)
            yield "rehearsal-over", desktop.shell
            for dialog in standing(desktop.shell):
                dialog.reject()
    finally:
        play.close()
