"""One product for several people, or in several sizes: how many that are in all. Pure.

« ROBE1 pour moi et une pour ma soeur » is two, « ROBE1 en M, ROBE1 en L » too; « ROBE1 pour moi et ma soeur » does not
say how many.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from core.understanding.sentence import Sentence
from core.understanding.tokens import BREAK, NAME, NUMBER, PRODUCT, SIZE, Token
from core.understanding.words import vocabulary

LEAST_SIZE: Final = 30
NO_KIND: Final = frozenset("en modele grande petite petit or unique t".split())  # alone, these say nothing
_FOR: Final = frozenset("pour ho for".split())
_JOINTS: Final = frozenset("et sy ary and dia puis plus aussi koa avec".split())
_LABELS: Final = frozenset("en taille pointure couleur t size la le".split())
_LETTERS: Final = frozenset("xs s m l xl xxl xxxl".split())
_BETWEEN: Final = frozenset("a ou na or to voire".split())
_VAGUE: Final = frozenset("plusieurs quelques several many maromaro vitsivitsy".split())
_AGAIN: Final = frozenset("meme pareil idem".split())  # « et la même pour maman »
_FILLING: Final = frozenset("autre autres aussi koa de plus x la le les fois one piece pieces indray other".split())
_OF_OURS: Final = frozenset("ma mon mes ta ton sa son notre nos my our her his".split())
_OF_A_PERSON: Final = frozenset("an any ny l la le les".split())
_PEOPLE: Final = frozenset(
    "moi toi lui elle eux nous soi ahy anao azy izy anay me him her us them"
    " soeur soeurs frere freres mere maman mama pere papa fille filles fils mari femme copine copain ami amie cousine"
    " cousin tante tata tonton oncle mamie papi grand grande belle bebe enfant voisine collegue patronne niece neveu"
    " marraine fiancee chef vieille vieux dame"
    " rahavaviko anabaviko vadiko namako reniko raiko dadako nenako zanako zandriko zokiko neniko sakaizako"
    " sister brother mother mom mum father dad daughter son husband wife friend aunt baby".split()
)
_OF_NO_PERSON: Final = frozenset(
    "part compte boutique commerce magasin salon mariage fete anniversaire bapteme livraison commande budget"
    " taille".split()
)


class _Share(Struct, frozen=True):
    """So many for somebody, or of a kind. ``joined``: an « et » stands before it."""

    count: int
    joined: bool


class _Heard(Struct, frozen=True):
    """What is said after a product, until the next: ``whose`` is the first of them. ``sure``: the numbers agree."""

    whose: str
    count: int
    counted: bool
    sure: bool


def several(sentence: Sentence) -> dict[int, int]:
    """Product → how many in all, of those that are shared out or named again for somebody else."""
    heard: dict[int, list[_Heard]] = {}
    for product_id, one in _heard(sentence):
        heard.setdefault(product_id, []).append(one)
    found = {}
    for product_id, said in heard.items():
        again = len(said) > 1 and all(one.whose for one in said) and len({one.whose for one in said}) == len(said)
        if all(one.sure for one in said) and (again or (len(said) == 1 and said[0].counted)):
            found[product_id] = sum(one.count for one in said)
    return found


def unsaid(sentence: Sentence) -> bool:
    """« ROBE1 pour moi et ma soeur », « 3 ROBE1, une pour moi et une pour maman », « plusieurs ROBE1 », « ROBE1 M et
    L »: more than one, and how many is not clear."""
    tokens = _tokens(sentence)
    places = [i for i, token in enumerate(tokens) if token.kind == PRODUCT]
    if len(places) != 1:
        return False
    place = places[0]
    if any(not one.sure for _, one in _heard(sentence)):
        return True
    if any(token.kind == NUMBER for token in tokens):
        return False
    return _for_two(tokens, place) or _vague(tokens, place) or _in_two_sizes(tokens[place + 1 :])


def ranged(sentence: Sentence) -> bool:
    """« 2 ou 3 ROBE1 », « deux à trois », « SAVON5 5-6 »: two numbers for one product."""
    tokens = _tokens(sentence)
    if sum(token.kind == PRODUCT for token in tokens) > 1:
        return False
    for at, token in enumerate(tokens):
        if token.kind != NUMBER:
            continue
        rest = tokens[at + 1 : at + 3]
        if len(rest) == 2 and rest[0].text in _BETWEEN and rest[1].kind == NUMBER:
            return True
        before = at > 0 and tokens[at - 1].kind == PRODUCT
        beside = len(rest) == 2 and rest[0].kind == NUMBER and (rest[1].kind == PRODUCT or before)
        if beside and token.value < rest[0].value:
            return True
    return False


def _vague(tokens: Sequence[Token], place: int) -> bool:
    ahead = [token.text for token in tokens[max(0, place - 3) : place]]
    return not _VAGUE.isdisjoint(ahead) or ahead[-2:] in (["beaucoup", "de"], ["tous", "les"], ["toutes", "les"])


def _in_two_sizes(rest: Sequence[Token]) -> bool:
    """« M et L », « en 38 et en 40 »."""
    for at in range(1, len(rest) - 1):
        if rest[at].text in ("et", "sy", "and"):
            after = rest[at + 2] if rest[at + 1].text in _LABELS and at + 2 < len(rest) else rest[at + 1]
            if _size(rest[at - 1]) and _size(after):
                return True
    return False


def _size(token: Token) -> bool:
    return token.text in _LETTERS or (token.kind == SIZE and token.text.isdecimal() and len(token.text) == 2)


def _tokens(sentence: Sentence) -> list[Token]:
    found: list[Token] = []
    for clause in sentence.clauses:
        found += [*clause.tokens, Token(BREAK, BREAK)]
    return found


def _heard(sentence: Sentence) -> list[tuple[int, _Heard]]:
    tokens = _tokens(sentence)
    places = [i for i, token in enumerate(tokens) if token.kind == PRODUCT]
    found = []
    for place, following in zip(places, [*places[1:], len(tokens)], strict=False):
        before = tokens[place - 1] if place else None
        number = before.value if before is not None and before.kind == NUMBER else None
        rest = tokens[place + 1 : following]
        found.append((tokens[place].value, _counted(number, rest, following < len(tokens))))
    return found


def _counted(number: int | None, rest: Sequence[Token], another: bool) -> _Heard:
    """``another``: a product follows, to which a number or a colour right before it belongs."""
    first, shares = _parts(rest, another)
    whose, total = _whose(first), sum(share.count for share in shares)
    if not shares or all(share.count >= LEAST_SIZE for share in shares):
        return _Heard(whose, number or 1, False, True)  # « 2 SANDALE7, 36 pour Inès et 40 pour moi »: sizes
    if whose or shares[0].joined:
        return _Heard(whose, (number or 1) + total, True, True)
    return _Heard("", total, True, number in (None, total))


def _parts(rest: Sequence[Token], another: bool) -> tuple[Sequence[Token], list[_Share]]:
    """What stands right after the product, and the shares behind it."""
    shares: list[_Share] = []
    end = len(rest)
    for at, token in enumerate(rest):
        if token.kind != NUMBER and token.text not in _AGAIN:
            if _another_kind(rest, at):
                shares.append(_Share(1, True))
                end = min(end, at)
            continue
        stop = next((i for i in range(at + 1, len(rest)) if rest[i].kind in (NUMBER, BREAK)), len(rest))
        words = list(rest[at + 1 : stop])
        while words and (words[0].text in _FILLING):
            del words[0]
        kind = not (another and stop == len(rest)) and token.kind == NUMBER and _of_a_kind(words)
        if kind or _for_somebody(words):
            ahead = [one.text for one in rest[max(0, at - 3) : at]]
            shares.append(_Share(token.value if token.kind == NUMBER else 1, not _JOINTS.isdisjoint(ahead)))
            end = min(end, at)
    return rest[:end], shares


def _another_kind(rest: Sequence[Token], at: int) -> bool:
    """« en M pour moi et en L pour ma soeur », « en 38 pour moi et 40 pour lui »: another size, for somebody else."""
    ahead = [token.text for token in rest[max(0, at - 2) : at]]
    while ahead and ahead[-1] in _LABELS:
        ahead.pop()
    joined = bool(ahead) and ahead[-1] in _JOINTS
    return joined and bool(_whose(rest[at : at + 1])) and _for_somebody(rest[at + 1 :]) and bool(_whose(rest[: at - 1]))


def _whose(tokens: Sequence[Token]) -> str:
    """For whom, or which kind; empty where nothing of that is said."""
    words = [token.text for token in tokens if token.kind in ("word", NAME, SIZE)]
    while words and words[-1] in _JOINTS:
        words.pop()
    known = vocabulary()
    says = words and (words[0] in _FOR or any(w in known.attributes - NO_KIND for w in words))
    return " ".join(words[:6]) if says or any(t.kind == SIZE for t in tokens) else ""


def _of_a_kind(tokens: Sequence[Token]) -> bool:
    """« rouge », « en 38 », « taille M »."""
    labelled = bool(tokens) and tokens[0].text in _LABELS
    rest = tokens[1:] if labelled else tokens
    if not rest:
        return False
    return (labelled and rest[0].kind == SIZE) or rest[0].text in vocabulary().attributes - NO_KIND


def _for_somebody(tokens: Sequence[Token]) -> bool:
    """« pour ma soeur », « ho an'ny vadiko », « for Awa »."""
    return bool(tokens) and tokens[0].text in _FOR and _somebody(tokens[1:])


def _somebody(tokens: Sequence[Token]) -> bool:
    rest = list(tokens)
    ours = False
    while rest and (rest[0].text in _OF_OURS or rest[0].text in _OF_A_PERSON):
        ours = ours or rest[0].text in _OF_OURS or rest[0].text in ("an", "any")
        del rest[0]
    if not rest or rest[0].kind not in ("word", NAME) or rest[0].text in _OF_NO_PERSON:
        return False
    return ours or rest[0].kind == NAME or rest[0].text in _PEOPLE


def _for_two(tokens: Sequence[Token], place: int) -> bool:
    """« pour moi et ma soeur », « ho ahy sy ny vadiko »."""
    rest = tokens[place + 1 :]
    start = next((i for i, token in enumerate(rest) if token.text in _FOR), None)
    if start is None or not _for_somebody(rest[start:]):
        return False
    for at in range(start + 2, min(start + 6, len(rest))):
        if rest[at].text in ("et", "sy", "ary", "and"):
            after = rest[at + 1 :]
            while after and after[0].text in ("aussi", "koa"):
                after = after[1:]
            return _for_somebody(after) or _somebody(after)
    return False
