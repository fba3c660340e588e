"""A message taken apart: clauses of words in which products and quantities are found. Pure, and raises nothing.

A clause is the text between two marks of punctuation; ``form`` writes it with products as ``§`` and numbers as ``#``,
so that patterns of words can be matched on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Struct

from core.kernel.patterns import late
from core.kernel.text import fold
from core.understanding.counting import counted_items, numbered
from core.understanding.tokens import BREAK, MOST, NAME, NUMBER, PRODUCT, Token
from core.understanding.words import AGREEING_EMOJI, MEASURE, concepts, vocabulary

LONGEST: Final = 600  # characters read: nobody orders further down

_PAID_ACCENT = late(r"\bpay(?:é|e\u0301)e?s?\b", re.IGNORECASE)  # « payé » is not « paye »
_CAPITALISED = late(r"(?<=[^\W_] )[^\W\d_][^\W\d_’'-]{2,}")
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
_GLUED = late(r"(?P<count>\d{1,4})x?(?P<code>[^\W\d_].*)|(?P<left>.*[^\W_])x(?P<times>\d{1,4})")
# What is not seen is not read, and what looks like a Latin letter is one: Cyrillic and Greek.
_INVISIBLE: Final = "\u00ad\u034f\u061c\u180e\u200b\u200c\u2060\u2061\u2062\u2063\u2064\ufeff" + "".join(
    map(chr, (*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
_LOOKS: Final = (
    "АВЕКМНОРСТХІЈЅасеорхуіјѕкΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABEKMHOPCTXIJSaceopxyijskABEZHIKMNOPTYXo",
)
_SEEN_AS: Final = str.maketrans(*_LOOKS) | dict.fromkeys(map(ord, _INVISIBLE))
_LINKS: Final = frozenset("de du des en a au aux la le les l d et".split())
_ARTICLES: Final = frozenset(
    "le la les l un une des du ce cet cette ces mon ma mes votre vos ton ta ny ilay io ity iny iry an".split()
)
_BEFORE_A_NAME: Final = _ARTICLES | frozenset(
    "veux veu prends prend prendre voudrais haka mila alaiko want"
    " grand grande petit petite joli jolie beau belle gros grosse".split()
)
_SIZES: Final = frozenset("taille tailles size pointure pointures s m l xl xxl xxxl xs en habe refa unique".split())
_OF: Final = frozenset("en de du a au".split())
_ASKING_STARTS: Final = frozenset(
    "vous tu est livraison comment combien quand quel quelle ohatrinona rahoviana oviana misy aiza firy fanaterana"
    " ahoana inona frais prix paiement".split()
)
_HOLDING: Final = frozenset(("de", "d"))
_MINE: Final = frozenset("mon ma mes ton ta votre my".split())
_NO_KIND: Final = frozenset("cote nom suite votre la".split())
_LONGEST_TITLE: Final = 5
_LONG_ENOUGH: Final = 6  # letters from which one word with a slip in it still names a product
_CODE_LIKE = late(r"(?=.*\d)(?=.*[^\W\d_]).{3,}")


class Products(Protocol):
    """What is needed of the catalogue; :class:`core.catalogue.lexicon.Lexicon` is one."""

    def closest_keyword(self, word: str) -> tuple[int, int] | None: ...

    def search(self, query: str, limit: int = 5) -> list[int]: ...

    def titled(self, words: Sequence[str]) -> tuple[int, frozenset[str]] | None: ...


class _NoProducts:
    """A catalogue without a product."""

    def closest_keyword(self, word: str) -> None:
        return None

    def search(self, query: str, limit: int = 5) -> list[int]:
        return []

    def titled(self, words: Sequence[str]) -> None:
        return None


NO_PRODUCTS: Final = _NoProducts()


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
    tokens = numbered(_products(_plain(raw), products, _names(raw)), most)
    codes = tuple(t.text for t in tokens if t.kind == "word" and _looks_like_code(t.text))
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
        if token == ":" and following.isdigit() and found and _looks_like_code(found[-1]):
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


def _looks_like_code(word: str) -> bool:
    return bool(_CODE_LIKE.fullmatch(word)) and not MEASURE.fullmatch(word)


# ------------------------------------------------------------------------------------------------------------ products


def _names(text: str) -> frozenset[str]:
    """Words written with a capital inside a sentence, folded: first names and places, unless they are known words."""
    found = (fold(word) for word in _CAPITALISED.findall(text) if word[0].isupper() and word[1:].islower())
    return frozenset(word for word in found if not _known(word) and word not in vocabulary().opinions)


def _products(plain: list[str], products: Products, names: frozenset[str]) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(plain):
        word = plain[at]
        following = plain[at + 1] if at + 1 < len(plain) else ""
        taken, found = _product_at(word, following, plain, at, products)
        if taken:
            tokens.extend(found)
            at += taken
            continue
        if size := _described(plain, at, products, tokens):
            at += size
            continue
        kind = word if word in ("?", BREAK) else NAME if word in names else "word"
        tokens.append(Token(kind, word if kind != "word" or _known(word) else _corrected(word)))
        at += 1
    return tokens


def _product_at(
    word: str, following: str, plain: list[str], at: int, products: Products
) -> tuple[int, tuple[Token, ...]]:
    """How many words from here name a product, and the tokens they become; (0, ()) when none do."""
    if word in ("?", BREAK, "et", "x"):
        return 0, ()
    split = word.isalpha() and len(word) > 1 and following[:1].isdigit() and len(following) < 5
    if split and (hit := products.closest_keyword(word + following)) and hit[1] == 0:
        return 2, (Token(PRODUCT, word + following, hit[0]),)
    hit = products.closest_keyword(word)
    if hit and hit[1] == 0 and (not word.isdigit() or _names_a_code(plain, at)) and word not in vocabulary().numbers:
        return 1, (Token(PRODUCT, word, hit[0]),)
    if (glued := _GLUED.fullmatch(word)) is not None:
        code, count = glued["code"] or glued["left"], int(glued["count"] or glued["times"])
        exact = products.closest_keyword(code)
        if exact and exact[1] == 0:
            product, number = Token(PRODUCT, code, exact[0]), Token(NUMBER, str(count), count)
            return 1, (number, product) if glued["code"] else (product, Token("word", "x"), number)
    if hit and hit[1] and (_looks_like_code(word) or (word.isalpha() and len(word) > 4 and not _known(word))):
        return 1, (Token(PRODUCT, word, hit[0]),)
    if spelled := _spelled_code(plain, at, products):
        return spelled
    if split and len(word) > 2 and not _known(word) and (hit := products.closest_keyword(word + following)):
        return 2, (Token(PRODUCT, word + following, hit[0]),)
    return 0, ()


def _spelled_code(plain: list[str], at: int, products: Products) -> tuple[int, tuple[Token, ...]] | None:
    """« la robe deux », « b zéro sept », as a telephone writes what is spoken: ROBE2, B07, where there is one."""
    word = plain[at]
    if not word.isalpha() or word in vocabulary().numbers:
        return None
    numbers = vocabulary().numbers | {"zero": 0}
    digits = [numbers[one] for one in plain[at + 1 : at + 3] if one in numbers]
    for size in range(len(digits), 0, -1):
        following = plain[at + size + 1] if at + size + 1 < len(plain) else ""
        if following in vocabulary().pieces or plain[at + 1] not in numbers:
            continue
        code = word + "".join(map(str, digits[:size]))
        hit = products.closest_keyword(code)
        if hit and hit[1] == 0:
            return size + 1, (Token(PRODUCT, code, hit[0]),)
    return None


def _described(plain: list[str], at: int, products: Products, tokens: list[Token]) -> int:
    """How many words from here are the title of one product, or enough of it; it is then added to ``tokens``.

    « le sac à main », « deux foulards en soie »: one word alone only after an article or a number, and never beside a
    colour or size that the product has not.
    """
    known = vocabulary()
    if plain[at] in _LINKS or plain[at] in known.manners or not plain[at].isalpha() or len(plain[at]) < 3:
        return 0
    for size in range(min(_LONGEST_TITLE, len(plain) - at), 0, -1):
        part = plain[at : at + size]
        said = [word for word in part if word not in _LINKS]
        if part[-1] in _LINKS or not all(word.isalpha() and len(word) > 2 for word in said):
            continue
        before = plain[at - 1] if at else ""
        if before in _MINE and at > 1 and plain[at - 2] in ("dans", "ds", "in"):  # « dans mon sac »: where it goes
            continue
        counted = before in known.numbers or before.isdigit()
        if len(said) == 1 and not (before in _BEFORE_A_NAME or counted or _counted_in(plain, at)):
            continue
        if len(said) == 1 and counted and _holds_another(plain, at + size, products):
            continue
        found = products.titled(said)
        if found is None or _other_kind(plain[at + size : at + size + 2], found[1]):
            continue
        if len(said) == 1 and len(said[0]) < _LONG_ENOUGH and not _stands_in(said[0], found[1]):
            continue  # « un salon » is no « savon »
        tokens.append(Token(PRODUCT, " ".join(part), found[0]))
        return size
    return 0


def _counted_in(plain: list[str], at: int) -> bool:
    """« 20 bidons d’huile », « 50 sacs de riz »: a number of something that holds it."""
    return at > 2 and plain[at - 1] in _HOLDING and (plain[at - 3].isdigit() or plain[at - 3] in vocabulary().numbers)


def _holds_another(plain: list[str], at: int, products: Products) -> bool:
    """« 50 sacs de RIZ50 »: the bag is not what is bought, though a bag is sold here too."""
    if len(plain) < at + 2 or plain[at] not in _HOLDING:
        return False
    hit = products.closest_keyword(plain[at + 1])
    return (hit is not None and hit[1] == 0) or products.titled([plain[at + 1]]) is not None


def _stands_in(word: str, title: frozenset[str]) -> bool:
    return any(form in title for form in (word, word.rstrip("sx"), word.rstrip("es"), word + "s", word + "e"))


def _other_kind(following: list[str], title: frozenset[str]) -> bool:
    """« le jean bleu » where only a black one is sold, « une pochette en soie » where it is not of silk."""
    known = vocabulary()
    kinds = known.attributes - _SIZES
    if any(word in kinds and word not in title for word in following):
        return True
    said = following[1] if len(following) > 1 and following[0] in _OF else ""
    if said in ("moins", "plus"):  # « un sac en moins »
        return False
    return said.isalpha() and said not in title | _SIZES | known.manners | known.numbers.keys() | _NO_KIND


def _names_a_code(plain: list[str], at: int) -> bool:
    """A bare number is a keyword when it is the whole message or is called one: « le 12 », « article 12 »."""
    alone = not [w for w in plain if w not in vocabulary().manners and w not in (BREAK, plain[at])]
    return alone or (at > 0 and plain[at - 1] in ("le", "la", "numero", "n", "code", "article", "ref", "ny"))


def _known(word: str) -> bool:
    return word in vocabulary().known or word in concepts().whole


def _corrected(word: str) -> str:
    if (
        len(word) < 5
        or not word.isalpha()
        or vocabulary().taking.fullmatch(word)
        or vocabulary().asking.fullmatch(word)
    ):
        return word
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.extractOne(
        word, vocabulary().corrected, scorer=OSA.distance, score_cutoff=2 if len(word) > 8 else 1
    )
    return found[0] if found else word


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
        if _turns_to_ask(tokens, index) and any(t.kind == PRODUCT for t in parts[-1]):
            parts.append([])
        if token.text in ("pas", "sauf", "sans") and any(t.kind == PRODUCT for t in parts[-1]):
            rest = [t for t in tokens[index + 1 : index + 3] if t.text not in ("la", "le", "les")]
            if rest and rest[0].kind == PRODUCT:
                parts.append([])
        parts[-1].append(token)
        if token.kind == "?":
            parts.append([])
    return parts


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
