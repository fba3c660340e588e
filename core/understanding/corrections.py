"""What a message changes in what is held already: one more, one less, this one out. Pure."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.kernel.patterns import late
from core.understanding.sentence import Clause, Sentence
from core.understanding.tokens import NUMBER, PRODUCT
from core.understanding.words import Phrases, vocabulary

# Who speaks, to whom, and « mets »: « mets une en moins », « tu peux en retirer une », « azo atao ve … ».
_SPEAKING: Final = frozenset(
    "je j tu vous on nous me m moi en ca y il faut faudrait mets met mettez mettre fais faites fait laisse laissez"
    " donne donnez prends prend prenez peux pouvez peut pourrais pourriez veux veut voudrais aimerais souhaite stp"
    " juste seulement toujours encore ataovy atao azo mba mila aho tiako commande panier sur dans a la ma can could"
    " you i want make to my order just".split()
)


_FAVOUR: Final = late(  # « tu peux en retirer une ? »
    r"(?:est ce que? )?(?:(?:tu|vous) (?:peux|pouvez|pourrais|pourriez)|(?:peux|pourrais) tu|(?:pouvez|pourriez) vous"
    r"|can you|could you|azo atao ve)(?!\S)"
)


class Correction(Struct, frozen=True):
    """``by``: so many more or fewer; ``only``: so many, and no more. ``out``: products refused by name; ``taken_out``:
    a word says « take it out ». ``fewer``: words of less are there, and how many is not clear.
    ``amended``: this product, which was said first, and that one, which is meant."""

    by: int | None = None
    only: int | None = None
    out: tuple[int, ...] = ()
    taken_out: bool = False
    fewer: bool = False
    amended: tuple[int, int] | None = None


def correction(sentence: Sentence) -> Correction:
    """What the words say of more, fewer and not this one."""
    out: list[int] = []
    said = False
    for clause in sentence.clauses:
        removed = _products(clause, vocabulary().taking_out)
        out += removed or _products(clause, vocabulary().not_this) or _not_wanted(clause)
        said = said or bool(removed) or vocabulary().taking_out.search(clause.form) is not None
    known = vocabulary()
    fewer, more = _said(sentence, known.fewer), _said(sentence, known.more)
    by = -fewer if fewer is not None else more
    only = None if by else _said(sentence, known.only)
    less = by is None and any(known.fewer.search(clause.form) and not clause.asks for clause in sentence.clauses)
    return Correction(by, only, tuple(dict.fromkeys(out)), said, less, _amended(sentence))


def _amended(sentence: Sentence) -> tuple[int, int] | None:
    """« ROBE1 pardon ROBE2 »: where just these two are named."""
    ids = [token.value for clause in sentence.clauses for token in clause.tokens if token.kind == PRODUCT]
    found = vocabulary().amended.search(sentence.form) if len(ids) == 2 else None
    return (ids[0], ids[1]) if found and ids[0] != ids[1] and "?" not in sentence.form else None


def _said(sentence: Sentence, pattern: Phrases) -> int | None:
    """The number in a match, one where it has none; None where another thing is spoken of in its clause too."""
    known = vocabulary()
    for clause in sentence.clauses:
        found = pattern.search(clause.form)
        asks = clause.asks and not _favour(clause)
        if found is None or asks:
            continue
        number: int | None = 1
        if "#" in found[0]:
            number = _number(clause, clause.form[: found.end()].count("#") - 1, sentence.most)
        rest = known.taking.sub(" ", pattern.sub(" ", clause.form.removesuffix(" ?"))).split()
        if number and all((word in known.harmless or word in _SPEAKING) and word != "fois" for word in rest):
            return number
    return None


def _favour(clause: Clause) -> bool:
    return _FAVOUR.match(clause.form) is not None


def _not_wanted(clause: Clause) -> list[int]:
    """« tsy haka ROBE1 aho », « je ne veux pas prendre ROBE1 »: a refusal to take, and nothing else."""
    known = vocabulary()
    if clause.asks or not (known.refusing.search(clause.form) and known.taking.search(clause.form)):
        return []
    rest = known.refusing.sub(" ", known.taking.sub(" ", clause.form)).split()
    said = all(word in known.harmless or word in ("ne", "n", "veux") for word in rest)
    return [token.value for token in clause.tokens if token.kind == PRODUCT] if said else []


def _number(clause: Clause, place: int, most: int) -> int | None:
    numbers = [token.value for token in clause.tokens if token.kind == NUMBER]
    return numbers[place] if place < len(numbers) and 1 <= numbers[place] <= most else None


def _products(clause: Clause, pattern: Phrases) -> list[int]:
    """The products that end a match: « pas la ROBE1 », « enlève SAC2 »."""
    ids = [token.value for token in clause.tokens if token.kind == PRODUCT]
    found: list[int] = []
    for match in pattern.finditer(clause.form):
        first = clause.form[: match.start()].count("§")
        found += ids[first : first + match[0].count("§")]
    return found
