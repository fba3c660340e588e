"""Which products a message names: by keyword or SKU, by title or a part of it, in any of the languages. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Final, Protocol

from core.kernel.patterns import late
from core.kernel.text import fold
from core.understanding.counting import SCORES
from core.understanding.tokens import BREAK, NAME, NUMBER, PRODUCT, Token
from core.understanding.words import MEASURE, concepts, vocabulary

_CAPITALISED = late(r"(?<=[^\W_] )[^\W\d_][^\W\d_’'-]{2,}")
_GLUED = late(r"(?P<count>\d{1,4})x?(?P<code>[^\W\d_].*)|(?P<left>.*[^\W_])x(?P<times>\d{1,4})")
_LINKS: Final = frozenset("de du des en a au aux la le les l d et".split())
_ARTICLES: Final = frozenset(
    "le la les l un une des du ce cet cette ces mon ma mes votre vos ton ta ny ilay io ity iny iry an".split()
)
_BEFORE_A_NAME: Final = _ARTICLES | frozenset(
    "veux veu prends prend prendre voudrais haka mila alaiko want"
    " grand grande petit petite joli jolie beau belle gros grosse dernier derniere derniers last"
    " anle lay le dia sy ary".split()
)
_SIZES: Final = frozenset(
    "taille tailles size pointure pointures laharana haba s m l xl xxl xxxl xs en habe refa unique".split()
)
_OF: Final = frozenset("en de du a au".split())
_HOLDING: Final = frozenset(("de", "d"))
_MINE: Final = frozenset("mon ma mes ton ta votre my".split())
_NO_KIND: Final = frozenset("cote nom suite votre la".split())
_NAMING: Final = frozenset("la le les l ny ilay the".split())
_NO_HEADS: Final = frozenset("main mains soiree soirees tete pieds cuir fete mariage".split())
_LONGEST_TITLE: Final = 5
_LONG_ENOUGH: Final = 6  # letters from which one word with a slip in it still names a product
_CODE_LIKE = late(r"(?=.*\d)(?=.*[^\W\d_]).{3,}")


class Products(Protocol):
    """What is needed of the catalogue; :class:`core.catalogue.lexicon.Lexicon` is one."""

    def closest_keyword(self, word: str) -> tuple[int, int] | None: ...

    def search(self, query: str, limit: int = 5) -> list[int]: ...

    def titled(
        self, words: Sequence[str], called: Callable[[str], Iterable[str]] = ...
    ) -> tuple[int, frozenset[str]] | None: ...


class _NoProducts:
    """A catalogue without a product."""

    def closest_keyword(self, word: str) -> None:
        return None

    def search(self, query: str, limit: int = 5) -> list[int]:
        return []

    def titled(self, words: Sequence[str], called: Callable[[str], Iterable[str]] = lambda word: ()) -> None:
        return None


NO_PRODUCTS: Final = _NoProducts()


def looks_like_code(word: str) -> bool:
    return bool(_CODE_LIKE.fullmatch(word)) and not MEASURE.fullmatch(word)


def first_names(text: str) -> frozenset[str]:
    """Words written with a capital inside a sentence, folded: first names and places, unless they are known words."""
    found = (fold(word) for word in _CAPITALISED.findall(text) if word[0].isupper() and word[1:].islower())
    return frozenset(word for word in found if not _known(word) and word not in vocabulary().opinions)


def named(plain: list[str], products: Products, names: frozenset[str]) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(plain):
        word = plain[at]
        following = plain[at + 1] if at + 1 < len(plain) else ""
        taken, found = _product_at(word, following, plain, at, products)
        if taken:
            tokens.extend(found)
            at += _with_its_title(plain, at, products, found[0].value) if taken == 1 and word.isalpha() else taken
            continue
        if size := _described(plain, at, products, tokens):
            at += size
            continue
        kind = word if word in ("?", BREAK) else NAME if word in names else "word"
        tokens.append(Token(kind, word if kind != "word" or _known(word) else _corrected(word)))
        at += 1
    return tokens


def _with_its_title(plain: list[str], at: int, products: Products, product_id: int) -> int:
    """« kaftan brodé », where KAFTAN is the keyword too: how many words from here name this product."""
    for size in range(min(_LONGEST_TITLE, len(plain) - at), 1, -1):
        part = plain[at : at + size]
        said = [word for word in part if word not in _LINKS]
        if part[-1] in _LINKS or not all(word.isalpha() for word in said):
            continue
        found = products.titled(said, _called_or_wider)
        if found is not None and found[0] == product_id:
            return size
    return 1


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
    if hit and hit[1] and (looks_like_code(word) or (word.isalpha() and len(word) > 4 and not _known(word))):
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
    numbers = _digits()
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


@cache
def _digits() -> dict[str, int]:
    return {name: value for name, value in vocabulary().numbers.items() if name not in SCORES} | {"zero": 0}


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
        if len(said) == 1 and not (
            before in _BEFORE_A_NAME or counted or _counted_in(plain, at) or _counted_after(plain, at)
        ):
            continue
        if len(said) == 1 and counted and _holds_another(plain, at + size, products):
            continue
        if len(said) == 1 and said[0] in _NO_HEADS:
            continue  # « j’ai levé la main »
        if len(said) == 1 and said[0] in known.attributes and before not in _NAMING:
            continue  # « quatre bleus »: of what was named before
        found = products.titled(said, _called if len(said) == 1 else _called_or_wider)
        if found is None or _other_kind(plain[at + size : at + size + 2], found[1]):
            continue
        if len(said) == 1 and len(said[0]) < _LONG_ENOUGH and not _stands_in(said[0], found[1]):
            continue  # « un salon » is no « savon »
        if len(said) == 1 and _only_called(said[0], found[1]) and _has_code(plain, products):
            continue  # « kiraro SANDALE7 »: the code says which shoes
        tokens.append(Token(PRODUCT, " ".join(part), found[0]))
        return size
    return 0


def _only_called(word: str, title: frozenset[str]) -> bool:
    """Whether the title calls it otherwise."""
    return not any(form in title for form in (word, word.rstrip("sx"), word + "s", word + "e"))


def _has_code(plain: list[str], products: Products) -> bool:
    return any((hit := products.closest_keyword(word)) is not None and hit[1] == 0 for word in plain)


def _counted_in(plain: list[str], at: int) -> bool:
    """« 20 bidons d’huile », « 50 sacs de riz »: a number of something that holds it."""
    return at > 2 and plain[at - 1] in _HOLDING and (plain[at - 3].isdigit() or plain[at - 3] in vocabulary().numbers)


def _counted_after(plain: list[str], at: int) -> bool:
    """« mèches 3 paquets »: a number of pieces."""
    number, pieces = [*plain[at + 1 : at + 3], "", ""][:2]
    if number in vocabulary().malagasy_numbers:  # « savony telo »
        return True
    counts = number.isdigit() or number in vocabulary().numbers
    return counts and (pieces in vocabulary().pieces or pieces in ("", BREAK))


def _holds_another(plain: list[str], at: int, products: Products) -> bool:
    """« 50 sacs de RIZ50 »: the bag is not what is bought, though a bag is sold here too."""
    if len(plain) < at + 2 or plain[at] not in _HOLDING:
        return False
    hit = products.closest_keyword(plain[at + 1])
    return (hit is not None and hit[1] == 0) or products.titled([plain[at + 1]], _called) is not None


def _called(word: str) -> tuple[str, ...]:
    return vocabulary().called.get(word, ())


def _called_or_wider(word: str) -> tuple[str, ...]:
    known = vocabulary()
    wider = known.wider.get(word, ())
    return (*_called(word), *wider, *(one for name in wider for one in known.called.get(name, ())))


def _stands_in(word: str, title: frozenset[str]) -> bool:
    return any(
        form in title
        for name in (word, *_called_or_wider(word))
        for form in (name, name.rstrip("sx"), name.rstrip("es"), name + "s", name + "e")
    )


def _other_kind(following: list[str], title: frozenset[str]) -> bool:
    """« le jean bleu » where only a black one is sold, « une pochette en soie » where it is not of silk."""
    known = vocabulary()
    kinds = known.attributes - _SIZES
    if any(word in kinds and not _stands_in(word, title) for word in following):
        return True
    said = following[1] if len(following) > 1 and following[0] in _OF else ""
    if said in ("moins", "plus"):  # « un sac en moins »
        return False
    allowed = _SIZES | known.manners | known.numbers.keys() | _NO_KIND
    return said.isalpha() and said not in allowed and not _stands_in(said, title)


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
