"""WhatsApp's way of marking words (*bold*, _italic_, ~struck~, ```fixed```), read for showing. No Qt."""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec import Struct

from core.kernel.text import utf16_length

REMAINING: Final = "{remaining}"
"""What the bot's texts say for the time left; it is worked out when they leave (ruling R3), so till then it is open."""

Style = Literal["bold", "italic", "struck", "fixed"]


class Span(Struct, frozen=True):
    """A stretch of text in a style; ``start`` and ``length`` in UTF-16 units, as Qt counts."""

    start: int
    length: int
    style: Style


class Formatted(Struct, frozen=True):
    """The words without their marks, and where which style applies."""

    text: str
    spans: tuple[Span, ...] = ()


def _pair(mark: str) -> str:
    """A mark before and after words on one line, not in the middle of a word (``2*3*4`` stays as it is)."""
    m = re.escape(mark)
    return rf"(?<![\w{m}]){m}(?=\S)([^{m}\n]+?)(?<=\S){m}(?![\w{m}])"


_MARKS: Final = re.compile(rf"```(.+?)```|{_pair('*')}|{_pair('_')}|{_pair('~')}", re.DOTALL)
_STYLES: Final[tuple[Style, ...]] = ("fixed", "bold", "italic", "struck")


def formatted(text: str) -> Formatted:
    """Takes the marks out of a text and says what they meant; marks may stand within each other."""
    text = text.replace(REMAINING, "…")
    pieces: list[str] = []
    spans: list[Span] = []
    done = length = 0
    for found in _MARKS.finditer(text):
        before = text[done : found.start()]
        pieces.append(before)
        length += utf16_length(before)
        style = _STYLES[(found.lastindex or 1) - 1]
        words = found.group(found.lastindex or 0)
        inner = Formatted(words) if style == "fixed" else formatted(words)
        size = utf16_length(inner.text)
        spans.append(Span(length, size, style))
        spans += [Span(length + span.start, span.length, span.style) for span in inner.spans]
        pieces.append(inner.text)
        length += size
        done = found.end()
    return Formatted("".join(pieces) + text[done:], tuple(spans))
