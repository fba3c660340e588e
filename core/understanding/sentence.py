"""A message taken apart: clauses of words in which products and quantities are found. Pure, and raises nothing.

A clause is the text between two marks of punctuation; ``form`` writes it with products as ``§`` and numbers as ``#``,
so that patterns of words can be matched on it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from msgspec import Struct

from core.kernel.patterns import late
from core.kernel.text import fold
from core.understanding.counting import counted_items, numbered
from core.understanding.naming import Products, first_names, looks_like_code, named
from core.understanding.tokens import BREAK, MOST, NAME, NUMBER, PRODUCT, Token
from core.understanding.words import AGREEING_EMOJI, vocabulary

LONGEST: Final = 600  # characters read: nobody orders further down

_PAID_ACCENT = late(r"\bpay(?:é|e\u0301)e?s?\b", re.IGNORECASE)  # « payé » is not « paye »
_GROUPED = late(r"(?<=\d)(?:[.\u202f\u00a0](?=\d{3}(?!\d))| (?=[05]00(?!\d)))")
# Numbers of no pieces: « −2 », « 1,5 » (not « 1,5 l »); they become 0. A dash before every line is a list.
_NEGATIVE = late(r"(?<!\S)[-\u2212\u2013]\d{1,2}(?=[^\W\d_]|\s|$)")
_LISTED = late(r"(?m)^\s*[-\u2212\u2013]")
_BROKEN = late(
    r"(?<![\w.,])(?:x ?)?\d{1,2}[.,]\d{1,2}(?![\w.,]*\d)"
    r"(?! ?(?:k|kg|g|l|ml|cl|m|cm|mm|litres?|kilos?|metres?|h|heures?|ans?|millions?|mille|f|fcfa|ar|€|%)(?!\w))(?!\w)"
)
_DAY = late(r"(?<![\w/])(?:(?:le|du|au) [0-3]?\d/[01]?\d|[0-3]?\d/(?:0\d|[01]?\d/\d{2,4}))(?![\w/])", re.IGNORECASE)
_PART = late(r"(?<![\w/])\d/\d(?![\w/])|[\u00bc-\u00be]")  # « 1/2 », « ½ », « 5/6 »
# What a telephone writes for who speaks to it: « virgule », « point d’interrogation », a « point » at the end.
_DICTATED: Final = (
    (late(r"\bpoints? d[’' ]?(?:interrogation)\b", re.IGNORECASE), "?"),
    (late(r"\bpoints? d[’' ]?exclamation\b|\bquestion mark\b(?=\s*$)", re.IGNORECASE), "."),
    (late(r"\bvirgule\b|\bnouvelle ligne\b|\b[aà] la ligne\b", re.IGNORECASE), ","),
    (late(r"(?<=\w\s)point\s*$", re.IGNORECASE), "."),
)
_TOKEN = late(r"[^\W_]+|[?,;.!\n:()+*×/]")
# What is not seen is not read, and what looks like a Latin letter is one: Cyrillic and Greek.
_INVISIBLE: Final = "\u00ad\u034f\u061c\u180e\u200b\u200c\u2060\u2061\u2062\u2063\u2064\ufeff" + "".join(
    map(chr, (*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
_LOOKS: Final = (
    "АВЕКМНОРСТХІЈЅасеорхуіјѕкΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABEKMHOPCTXIJSaceopxyijskABEZHIKMNOPTYXo",
)
_SEEN_AS: Final = str.maketrans(*_LOOKS) | dict.fromkeys(map(ord, _INVISIBLE))
_REASONS: Final = frozenset("fa satria ka car puisque because since".split())
_ASKING_STARTS: Final = frozenset(
    "vous tu est livraison comment combien quand quel quelle ohatrinona rahoviana oviana misy aiza firy fanaterana"
    " ahoana inona frais prix paiement".split()
)


class Clause(Struct, frozen=True):
    """Part of a message; ``items`` are the products in it with how many are asked for, None where no number stands."""

    tokens: tuple[Token, ...]
    form: str
    items: tuple[tuple[int, int | None], ...]

    @property
    def asks(self) -> bool:
        return vocabulary().asking.search(self.form) is not None


class Sentence(Struct, frozen=True):
    """A whole message. ``form`` is all of it without punctuation but ``?``; ``codes`` look like codes of no product.

    ``greets``: there was a « ça va ? » in it, which is left out of the forms. ``most``: pieces of one product that are
    likely in this shop.
    """

    clauses: tuple[Clause, ...]
    form: str
    words: tuple[str, ...]
    codes: tuple[str, ...]
    emoji: tuple[str, ...]
    greets: bool
    most: int = MOST


def read(text: str, products: Products, most: int = MOST) -> Sentence:
    """Take a message apart. ``most``: see :class:`Sentence`."""
    raw = text[: 2 * LONGEST].translate(_SEEN_AS)[:LONGEST]
    emoji = tuple(c for c in raw if unicodedata.category(c) in ("So", "Sk") or c in AGREEING_EMOJI)
    tokens = numbered(named(_plain(raw), products, first_names(raw)), most)
    codes = tuple(t.text for t in tokens if t.kind == "word" and looks_like_code(t.text))
    form = _form([t for t in tokens if t.kind != BREAK])
    clauses = tuple(_clause(part) for part in _split(tokens) if part)
    said = tuple(t.text for t in tokens if t.kind == "word")
    greets = vocabulary().greeted.search(" ".join(said)) is not None
    return Sentence(clauses, form, said, codes, emoji, greets, most)


# -------------------------------------------------------------------------------------------------------------- words


def _plain(text: str) -> list[str]:
    """Folded words and marks, in the usual spelling: ``C'est payé`` → c est payed."""
    for spoken, mark in _DICTATED:
        text = spoken.sub(mark, text)
    if len(_LISTED.findall(text)) < 2:
        text = _NEGATIVE.sub(" 0 ", text)
    text = _BROKEN.sub(" 0 ", _PART.sub(" 0 ", _DAY.sub(" , ", text)))
    text = _GROUPED.sub("", _PAID_ACCENT.sub(" payed ", unicodedata.normalize("NFC", text)))
    found: list[str] = []
    every = _TOKEN.findall(fold(text))
    for token, following in zip(every, [*every[1:], ""], strict=False):
        if token.startswith("shirt") and found[-1:] in (["t"], ["tee"]):
            found[-1] = "tshirt"
            continue
        if token == ":" and following.isdigit() and found and looks_like_code(found[-1]):
            continue  # « SAVON5 : 6 »
        if token in "?,;.!\n/:":
            found.append("?" if token == "?" else BREAK)
        elif token in "*×":
            found.append("x")
        elif token == "+":
            found.append("et" if found or len(following) > 2 or not following.isdigit() else "plus")  # « +1 »
        elif token not in "()" and not (token == "est" and found[-1:] == ["est"]):  # « c'est » after « c » → « c est »
            short = re.sub(r"([^\W\d_])\1{2,}", r"\1", token)
            if short == "ve" and found[-1:] != [] and found[-1] in ("je", "j", "en"):  # « jen ve 2 »; else Malagasy
                short = "veux"
            found.extend(vocabulary().spellings.get(short, [short]))
    return found


# ------------------------------------------------------------------------------------------------------------ products


# ------------------------------------------------------------------------------------------------------------- clauses


def _split(tokens: list[Token]) -> list[list[Token]]:
    """Clauses: up to a comma, a stop or a question mark (which stays); « pas SAC2 » after a product is its own."""
    parts: list[list[Token]] = [[]]
    for index, token in enumerate(tokens):
        if token.kind == BREAK or token.text in ("mais", "sinon"):
            parts.append([])
            continue
        if token.text == "fa" and _takes_after_all(parts[-1], tokens[index + 1 :]):
            parts.append([])
            continue
        if token.text in _REASONS and _reason_follows(parts[-1], tokens[index + 1 :]):
            parts.append([])
            continue
        if _turns_to_ask(tokens, index) and any(t.kind == PRODUCT for t in parts[-1]):
            parts.append([])
        if token.text in ("pas", "sauf", "sans") and any(t.kind == PRODUCT for t in parts[-1]):
            rest = [t for t in tokens[index + 1 : index + 3] if t.text not in ("la", "le", "les")]
            if (rest and rest[0].kind == PRODUCT) or rest[:1] == [Token("word", "de")]:  # « … et pas de sandales »
                parts.append([])
        parts[-1].append(token)
        if token.kind == "?":
            parts.append([])
    return parts


def _reason_follows(before: list[Token], after: list[Token]) -> bool:
    """« raiso ho ahy ny MONTRE9 fa mitondra fiara aho ka tsy afaka manoratra »: why, which refuses nothing."""
    ahead = after[: next((i for i, t in enumerate(after) if t.kind in (BREAK, "?")), len(after))]
    named = any(token.kind == PRODUCT for token in before)
    return named and bool(ahead) and not any(token.kind in (PRODUCT, NUMBER) for token in ahead)


def _turns_to_ask(tokens: list[Token], index: int) -> bool:
    """« ROBE1 pour moi et vous livrez à Yoff ? », « … est-ce que … »: what follows is a question of its own."""
    said = [token.text for token in tokens[index : index + 3]]
    if said[:2] == ["est", "ce"]:
        return True
    begins = said[2:3] if said[1:2] in (["la"], ["le"], ["les"], ["c"], ["ny"]) else said[1:2]
    return said[0] in ("et", "dia", "ary", "de") and begins[:1] != [] and begins[0] in _ASKING_STARTS


def _takes_after_all(before: list[Token], after: list[Token]) -> bool:
    """« tsy alaiko ny SAC2 fa ny SAC3 no alaiko »: « fa » turns from what is refused to what is taken."""
    known = vocabulary()
    if any(known.past.search(token.text) for token in before):
        return False
    ahead = after[: next((i for i, t in enumerate(after) if t.kind in (BREAK, "?")), len(after))]
    return not any(t.text in ("tsy", "aza") for t in ahead) and any(known.taking.fullmatch(t.text) for t in ahead)


def _form(tokens: list[Token]) -> str:
    form = " ".join(t.text if t.kind == "word" else t.kind for t in tokens if t.kind != NAME)
    return " ".join(vocabulary().stripped.sub(" ", vocabulary().greeted.sub(" ", form)).split())


def _clause(tokens: list[Token]) -> Clause:
    return Clause(tuple(tokens), _form(tokens), counted_items(tokens))
