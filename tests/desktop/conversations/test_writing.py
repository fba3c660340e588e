"""WhatsApp's marks are read as people mean them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.text import utf16_length
from desktop.pages.conversations.writing import Span, formatted


@pytest.mark.parametrize(
    ("text", "words", "spans"),
    [
        ("bonjour", "bonjour", ()),
        ("*ROBE1* à 15 000", "ROBE1 à 15 000", (Span(0, 5, "bold"),)),
        ("🔥 *Sac _cuir_*", "🔥 Sac cuir", (Span(3, 8, "bold"), Span(7, 4, "italic"))),
        ("~20 000~ 15 000", "20 000 15 000", (Span(0, 6, "struck"),)),
        ("```code *brut*```", "code *brut*", (Span(0, 11, "fixed"),)),
        ("2*3*4", "2*3*4", ()),
        ("un * seul", "un * seul", ()),
        ("* vide *", "* vide *", ()),
        ("nom_de_fichier", "nom_de_fichier", ()),
        ("*deux\nlignes*", "*deux\nlignes*", ()),
        ("(*entre*).", "(entre).", (Span(1, 5, "bold"),)),
        ("Il te reste {remaining}", "Il te reste …", ()),
    ],
)
def test_marks_become_styles(text: str, words: str, spans: tuple[Span, ...]) -> None:
    assert (formatted(text).text, formatted(text).spans) == (words, spans)


@given(st.text(alphabet="ab *_~`\n🔥é", max_size=60))
def test_every_style_stays_within_the_text(text: str) -> None:
    read = formatted(text)
    length = utf16_length(read.text)
    assert all(span.start >= 0 and span.length > 0 and span.start + span.length <= length for span in read.spans)


@pytest.mark.parametrize("text", ["*" * 4096, "*a" * 2048, "_*~" * 1300, "```" * 1300, "*a _b ~c " * 450])
def test_no_text_takes_long(text: str) -> None:
    assert len(formatted(text).text) <= len(text)
