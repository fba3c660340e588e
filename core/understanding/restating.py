"""Numbers that the same message takes back or sums up. Pure.

« 4… pardon 2 » is two, « six blancs, quatre bleus, dix en tout » ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.understanding.tokens import BREAK, NUMBER, PRODUCT, SIZE, Token

# Who says one of these after a number takes it back.
_TAKES_BACK: Final = frozenset(
    "non no nn nan pardon oups oops desole desolee sorry erreur tsia diso attends attendez wait finalement plutot"
    " rather".split()
)
# May stand between what is taken back and what is meant.
_BETWEEN: Final = frozenset(
    "euh heu hum ah oh eh hein ben bah bon aho fa dia kosa aleo ataovy mihitsy je j me m suis trompe trompee en mets"
    " mettez met plutot c est veux veu voulais voulu dire prends i mean make it actually alors donc moi svp stp azafady"
    " na ny la le les de des d of the an e mba tsy ho ahy anay pour fait fet sorry".split()
)
_TOTAL_BEFORE: Final = frozenset("soit total totaly donc so ka fait hoe".split())
_TOTAL_AFTER: Final = (
    ("en", "tout"),
    ("au", "total"),
    ("in", "total"),
    ("in", "all"),
    ("ny", "totaliny"),
    ("altogether",),
    ("izany",),
)
# « tsiroaroa »: two of each.
_OF_EACH: Final = {
    "tsiraray": 1,
    "tsiraidray": 1,
    "tsiroaroa": 2,
    "tsitelotelo": 3,
    "tsiefatra": 4,
    "tsiefatrefatra": 4,
    "tsidimy": 5,
    "tsidimidimy": 5,
}


def restated(tokens: list[Token]) -> list[Token]:
    """The message as if only what is meant in the end had been counted."""
    return _summed(_taken_back(_of_each(tokens)))


def _of_each(tokens: list[Token]) -> list[Token]:
    number = next((_OF_EACH[token.text] for token in tokens if token.text in _OF_EACH), 0)
    if not number:
        return tokens
    counted = Token(NUMBER, str(number), number)
    rest = [token for token in tokens if token.text not in _OF_EACH]
    return [one for token in rest for one in ((counted, token) if token.kind == PRODUCT else (token,))]


def _taken_back(tokens: list[Token]) -> list[Token]:
    """The number that is meant takes the place of the one before it."""
    found = list(tokens)
    at = 0
    while at < len(found):
        ahead = _next_number(found, at) if found[at].kind == NUMBER else None
        if ahead is not None:
            kept = [token for token in found[at + 1 : ahead] if token.kind == PRODUCT]
            found[at : ahead + 1] = [found[ahead], *kept]
        elif found[at].kind == NUMBER and _left_open(found, at):  # « j’en prends un, non attends… huile, deux »
            found[at] = Token(SIZE, found[at].text)
        else:
            at += 1
    return found


def _next_number(tokens: Sequence[Token], at: int) -> int | None:
    """Where the number is that takes the place of the one at ``at``; None where it stands."""
    back, named = False, 0
    for place in range(at + 1, len(tokens)):
        token = tokens[place]
        if token.kind == NUMBER:
            beside = place + 1 < len(tokens) and tokens[place + 1].kind == PRODUCT
            return place if back and not (beside and (named or _product_before(tokens, at))) else None
        if token.kind == PRODUCT and not back and not named:
            named = 1
        elif token.text in _TAKES_BACK:
            back = True
        elif token.kind != BREAK and token.text not in _BETWEEN:
            return None
    return None


def _left_open(tokens: Sequence[Token], at: int) -> bool:
    following = next((token.text for token in tokens[at + 1 :] if token.kind != BREAK), "")
    later = any(token.kind == NUMBER for token in tokens[at + 1 :])
    return following in _TAKES_BACK and later and not _product_before(tokens, at)


def _product_before(tokens: Sequence[Token], at: int) -> bool:
    return any(token.kind == PRODUCT for token in tokens[:at])


def _summed(tokens: list[Token]) -> list[Token]:
    """« six blancs, quatre bleus, dix en tout »: where one product is spoken of, the sum is its number."""
    numbers = [place for place, token in enumerate(tokens) if token.kind == NUMBER]
    products = {token.value for token in tokens if token.kind == PRODUCT}
    if len(numbers) < 2 or len(products) > 1:
        return tokens
    total = next((place for place in reversed(numbers) if _is_total(tokens, place)), None)
    if total is None or tokens[total].value < max(tokens[place].value for place in numbers):
        return tokens
    return [
        Token(SIZE, token.text) if token.kind == NUMBER and place != total else token
        for place, token in enumerate(tokens)
    ]


def _is_total(tokens: Sequence[Token], place: int) -> bool:
    words = [token.text for token in tokens[place + 1 : place + 4]]
    after = any(
        tuple(words[start : start + len(said)]) == said for said in _TOTAL_AFTER for start in (0, 1) if words[start:]
    )
    return after or (place > 0 and tokens[place - 1].text in _TOTAL_BEFORE)
