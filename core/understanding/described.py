"""Size and colour that are said with a product: what the seller needs to pack the right one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.kernel.patterns import late
from core.kernel.text import fold
from core.understanding.sentence import Sentence
from core.understanding.shares import NO_KIND
from core.understanding.tokens import PRODUCT, SIZE, Token
from core.understanding.words import vocabulary

LONGEST: Final = 60  # characters of a note
_LABELS: Final = frozenset("taille tailles size pointure pointures t habe refa couleur couleurs color loko".split())
_LETTERS: Final = frozenset("s m l xl xxl xxxl xs".split())
_WORD: Final = late(r"[^\W_]+")
_INDEED: Final = late(r"(?<!\S)(?:en fait|finalement|plutot|pardon|desolee?|je (?:le|la|les) (?:veux|prends?))(?!\S)")
LARGEST: Final = 60  # a shoe or dress size


def notes(text: str, sentence: Sentence) -> dict[int, str]:
    """Product → what is said of its size and colour, in the buyer's words."""
    spelled = _spelled(text)
    found: dict[int, list[str]] = {}
    for clause in sentence.clauses:
        places = [i for i, token in enumerate(clause.tokens) if token.kind == PRODUCT]
        for place, following in zip(places, [*places[1:], len(clause.tokens)], strict=False):
            start = 0 if len(places) == 1 else place + 1
            if said := _said(clause.tokens[start:following], spelled):
                found.setdefault(clause.tokens[place].value, []).append(said)
    return {product_id: ", ".join(dict.fromkeys(said))[:LONGEST] for product_id, said in found.items()}


def note(text: str, sentence: Sentence) -> str:
    """The same of a whole message, whatever it is about."""
    spelled = _spelled(text)
    found = [_said(clause.tokens, spelled) for clause in sentence.clauses if not clause.asks]
    return ", ".join(dict.fromkeys(filter(None, found)))[:LONGEST]


def _spelled(text: str) -> dict[str, str]:
    """Folded word → as it was written."""
    return {fold(word): word for word in _WORD.findall(text)}


def _said(tokens: Sequence[Token], spelled: dict[str, str]) -> str:
    known = vocabulary()
    kept: list[str] = []
    label = ""
    previous: Token | None = None
    for token in tokens:
        written = spelled.get(token.text, token.text)
        if token.text in _LABELS:
            label = token.text
        elif token.text in _LETTERS:
            if label or len(token.text) > 1 or written.isupper():
                kept.append(_with(label, token.text.upper()))
                label = ""
        elif token.kind == SIZE and token.text.isdecimal():
            near = label or (previous is not None and (previous.text == "en" or previous.kind == PRODUCT))
            if near and int(token.text) <= LARGEST:
                kept.append(_with(label, token.text))
                label = ""
        elif token.kind == "word" and token.text in known.attributes - NO_KIND:
            kept.append(written.lower())
            label = ""
        previous = token
    return " ".join(kept)


def _with(label: str, size: str) -> str:
    shown = {"t": "taille", "size": "size", "pointures": "pointure", "tailles": "taille"}.get(label, label)
    return f"{shown} {size}" if shown and not shown.startswith(("couleur", "color", "loko")) else size


def speaks_of_nothing_else(sentence: Sentence) -> bool:
    """Only sizes, colours, taking and manners: « en fait je la veux en rouge, taille M svp »."""
    known = vocabulary()
    rest = known.taking.sub(" ", _INDEED.sub(" ", sentence.form)).split()
    return all(word in known.harmless or word in known.yes or word in known.no for word in rest)
