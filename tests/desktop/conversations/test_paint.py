"""Bubbles: readable in both themes, laid out once, within their room."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from core.kernel.look import PALETTES, Palette, contrast
from desktop.pages.conversations.bubbles import Attachment, Author, Bubble, Day, Line
from desktop.pages.conversations.paint import DAY, LINE, SIDE, Measures, ground
from desktop.pages.conversations.writing import Span

WIDTHS = (320, 460, 676, 1200)


def bubble(**changes: Any) -> Bubble:
    made = Bubble(
        key="m1",
        message_id=1,
        author="bot",
        text="Sac cuir marron",
        spans=(Span(0, 3, "bold"),),
        buttons=("PAYER", "ANNULER"),
        attachment=None,
        meta="Bot · 21:32",
        tick=None,
        note="",
        note_role="muted",
        reaction="",
        close=False,
        said="",
    )
    return replace(made, **changes)


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
@pytest.mark.parametrize("author", get_args(Author))
def test_all_that_stands_on_a_bubble_reaches_aa(palette: Palette, author: Author) -> None:
    under = ground(bubble(author=author), palette)
    inks = [palette.text, palette.muted, palette.info.ink, palette.danger.ink, palette.waiting.ink]
    assert [ink for ink in inks if contrast(ink, under) < 4.5] == []


LONG = "Anticonstitutionnellement" * 30
PARTS: tuple[dict[str, Any], ...] = (
    {},
    {"author": "customer"},
    {"text": LONG},
    {"text": "oui", "buttons": ()},
    {"buttons": ("UN BOUTON DE VINGT C", "ENCORE UN DE VINGT C", "ET LE DERNIER AUSSI")},
    {"attachment": Attachment("image", "Photo", "", "a.jpg", True)},
    {"attachment": Attachment("file-text", LONG, LONG), "text": ""},
    {"note": LONG, "note_role": "danger"},
    {"reaction": "❤️", "close": True},
)


@pytest.mark.parametrize("wide", WIDTHS)
@pytest.mark.parametrize("changes", PARTS)
def test_everything_stays_within_its_bubble_and_the_bubble_within_the_view(
    qtbot: QtBot, changes: dict[str, Any], wide: int
) -> None:
    laid = Measures().of(bubble(**changes), wide)
    assert laid.box.left() >= SIDE
    assert laid.box.right() <= wide - SIDE + 0.5
    assert laid.box.bottom() <= laid.height + 0.5
    parts = [laid.meta, *laid.chips, laid.picture or QRectF(laid.meta), laid.file or QRectF(laid.meta)]
    for text, place in ((laid.text, laid.text_at), (laid.note, laid.note_at)):
        if text is not None:
            natural = max(text.lineAt(n).naturalTextWidth() for n in range(text.lineCount()))
            parts.append(QRectF(place.x(), place.y(), natural, text.boundingRect().height()))
    outside = [part for part in parts if not laid.box.adjusted(-1, -1, 1, 1).contains(part)]
    assert outside == []
    inner = [part for part in (laid.picture, laid.file, *laid.chips, laid.meta) if part is not None]
    assert [(a, b) for n, a in enumerate(inner) for b in inner[n + 1 :] if a.intersects(b)] == []


def test_ours_stand_right_and_the_customers_left(qtbot: QtBot) -> None:
    measures = Measures()
    left, right = measures.of(bubble(author="customer"), 676), measures.of(bubble(), 676)
    assert left.box.left() == SIDE
    assert abs(right.box.right() - (676 - SIDE)) < 1


def test_a_bubble_is_laid_out_once_for_a_width(qtbot: QtBot) -> None:
    measures = Measures()
    item = bubble()
    first = measures.of(item, 676)
    assert measures.of(bubble(), 676) is first
    assert measures.of(item, 460) is not first
    measures.forget()
    assert measures.of(item, 460) is not first


def test_lines_and_days_have_one_height(qtbot: QtBot) -> None:
    measures = Measures()
    assert measures.height(Day("d1", "hier"), 676) == DAY
    assert measures.height(Line("o1r", "21:33 · SAC2", "", "muted"), 676) == LINE
