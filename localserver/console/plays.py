"""The command line of what is played: the demo, rehearsals, and the pictures that are taken of them."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from core.kernel.i18n import LANGUAGES

THEMES: Final = ("light", "dark")
SIZES: Final = ("1280x720", "1920x1080", "150")


def commands(verbs: Any, add: Callable[..., ArgumentParser], whole: Callable[[int, int], Callable[[str], int]]) -> None:
    """``demo``, ``rehearse`` and ``pictures``; each is a door of main's."""
    count = whole(1, 1_000_000)
    demo = add(verbs, "demo", "play a live on a throw-away store", door="demo")
    demo.add_argument("--headless", action="store_true", help="off-screen, half a minute, with a report")
    demo.add_argument("--seconds", type=count, default=None, help="how long the live plays")
    demo.add_argument("--buyers", type=count, default=24, help="how many buyers come (24)")
    demo.add_argument("--relay", action="store_true", help="through a relay beside, cut off in the middle of the live")
    demo.add_argument("--year", action="store_true", help="twelve months of sales instead, and their books checked")
    demo.add_argument(
        "--out", type=Path, default=Path("demo-output"), help="folder for pictures and papers (demo-output)"
    )
    practise = add(verbs, "rehearse", "a simulated live on a copy of the store", door="rehearse")
    practise.add_argument("store")
    practise.add_argument("--buyers", type=whole(1, 2000), default=100, help="how many buyers come (100)")
    practise.add_argument("--speed", type=whole(1, 60), default=5, help="how many times as fast as a clock (5)")
    practise.add_argument("--headless", action="store_true", help="off-screen, with a report on the terminal")
    gallery = add(verbs, "pictures", "pictures of every page, from the demo’s store", door="pictures")
    gallery.add_argument("--out", type=Path, default=Path("pictures"), help="folder for the pictures (pictures)")
    gallery.add_argument("--language", choices=LANGUAGES, default=None, help="in this one only")
    gallery.add_argument("--theme", choices=THEMES, default=None, help="in this one only")
    gallery.add_argument("--size", choices=SIZES, default=None, help="at this one only; 150: all half as large again")
    gallery.add_argument("--only", metavar="NAME", default="", help="pictures whose name begins so")
    gallery.add_argument("--quick", action="store_true", help="French at 1280 × 720 only")
    gallery.add_argument("--guide", type=Path, default=None, help="only those of the guide, into this folder")
