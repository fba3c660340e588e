"""The guide for shop owners shows and names what the window has: its pictures, and the words of its buttons."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

from core.kernel.paths import resource
from desktop.gallery.scenes import SCENES
from desktop.gallery.shots import EMPTY, PARLOUR, SHOTS

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
PAGES = sorted(GUIDE.glob("*.md"))
MOST = 3_000_000  # bytes of pictures
NARROW = "\u202f"
KEYS = {"Ctrl+K"}  # and what people write
SAID = {"je prends", "Mon client dit qu’il a payé"}


def written() -> str:
    return "\n".join(page.read_text("utf-8") for page in PAGES)


def french() -> set[str]:
    catalogue = gettext.translation("desktop", str(resource("locale")), languages=["fr"])
    return set(catalogue._catalog.values())  # type: ignore[attr-defined]


def test_the_pictures_it_shows_are_those_the_command_takes() -> None:
    taken = {f"{shot.name}.png" for shot in (*SHOTS, *EMPTY, *PARLOUR) if shot.guide}
    taken |= {f"{name}.png" for scene in SCENES for name in scene.guide}
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", written())
    assert set(shown) == taken
    assert {picture.name for picture in GUIDE.glob("*.png")} == taken
    assert len(shown) == len(set(shown))


def test_the_words_it_quotes_stand_in_the_window() -> None:
    quoted = {each.strip(NARROW) for each in re.findall(r"«([^»]+)»", written())}
    assert quoted - french() - KEYS - SAID == set()
    assert len(quoted) > 30


def test_it_travels_light() -> None:
    assert sum(picture.stat().st_size for picture in GUIDE.glob("*.png")) < MOST


def test_its_contents_name_every_page() -> None:
    linked = re.findall(r"\]\(([^)]+\.md)\)", (GUIDE / "README.md").read_text("utf-8"))
    assert sorted(linked) == [page.name for page in PAGES if page.name != "README.md"]


def test_it_is_set_as_french_is() -> None:
    text = re.sub(r"`[^`]*`|\]\([^)]*\)", "", written())
    assert re.findall(r".{0,20}(?<!\u202f)[;?!»](?!\[)", text) == []
    assert re.findall(r"\w[ ']:|«(?!\u202f)|\w'\w", text) == []
