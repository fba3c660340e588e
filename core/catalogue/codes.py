"""Keywords and SKUs as buyers write them: exactly, or with a slip that can mean one product only. Pure.

A wrong guess here sells the wrong thing, so a digit is never corrected into another digit, a letter that stands alone
(a size, a colour) is never corrected at all, and two candidates are no answer.
"""

from __future__ import annotations

from itertools import product as combinations
from typing import Final

from core.catalogue.rules import keyword_form
from core.kernel.patterns import late

_RUNS = late(r"[0-9]+|[^0-9]+")
_TO_DIGIT: Final = {"O": "0", "I": "1", "L": "1"}
_TO_LETTER: Final = {"0": "O", "1": "I"}
_LONGEST: Final = 64
_LETTERS_ALONE: Final = (
    5  # a keyword without digits must be this long before a slip is forgiven: SAC is near too many words
)


class Codes:
    """Code → products. Two products may share a code while a change is under way; then it names neither."""

    def __init__(self) -> None:
        self._owners: dict[str, tuple[int, ...]] = {}
        self._by_digits: dict[str, list[str]] = {}
        self._of: dict[int, tuple[str, ...]] = {}

    def __len__(self) -> int:
        return len(self._of)

    def add(self, product_id: int, *codes: str) -> None:
        """Give a product its codes, best first; the first product to have one as its best keeps it."""
        mine = tuple(dict.fromkeys(form for form in map(keyword_form, codes) if form and len(form) <= _LONGEST))
        self._of[product_id] = mine
        for code in mine:
            owners = self._owners.get(code, ())
            if not owners:
                self._by_digits.setdefault(_digits(code), []).append(code)
            self._owners[code] = (*owners, product_id)

    def remove(self, product_id: int) -> None:
        """Forget a product; one that is not there changes nothing."""
        for code in self._of.pop(product_id, ()):
            left = tuple(owner for owner in self._owners[code] if owner != product_id)
            if left:
                self._owners[code] = left
            else:
                del self._owners[code]
                bucket = self._by_digits[_digits(code)]
                bucket.remove(code)
                if not bucket:
                    del self._by_digits[_digits(code)]

    def exact(self, word: str) -> int | None:
        """The product that has this code: its keyword first, else its SKU; None when two products could be meant."""
        return self._owner(keyword_form(word))

    def closest(self, word: str) -> tuple[int, int] | None:
        """(product, 0) for a code as it is, (product, 1) for one unmistakable slip, None for anything else."""
        code = keyword_form(word)
        if not 2 <= len(code) <= _LONGEST:
            return None
        if code in self._owners:
            owner = self._owner(code)
            return None if owner is None else (owner, 0)
        if not code.isascii():
            return None
        meant = {other for other in _lookalikes(code) if other in self._owners}
        if not meant:
            meant = {other for other in self._by_digits.get(_digits(code), ()) if _one_slip(code, other)}
        owners = {owner for other in meant for owner in self._owners[other]}
        return (owners.pop(), 1) if len(owners) == 1 else None

    def _owner(self, code: str) -> int | None:
        owners = self._owners.get(code, ())
        if len(owners) > 1:  # one product's keyword may be another's SKU: the keyword is what buyers were told
            owners = tuple(owner for owner in owners if self._of[owner][0] == code)
        return owners[0] if len(owners) == 1 else None


def _digits(code: str) -> str:
    return "".join(c for c in code if c.isdigit())


def _lookalikes(code: str) -> set[str]:
    """``R0BE1`` → ``ROBE1``, ``ROBEI`` → ``ROBE1``: a zero among letters is an O, a last I is a one."""
    choices: list[tuple[str, ...]] = []
    for index, char in enumerate(code):
        before, after = code[index - 1 : index], code[index + 1 : index + 2]
        if char in _TO_LETTER and (before.isalpha() or not before) and after.isalpha():
            choices.append((char, _TO_LETTER[char]))
        elif char in _TO_DIGIT and (not after or before.isdigit() or after.isdigit()):
            choices.append((char, _TO_DIGIT[char]))
        else:
            choices.append((char,))
    if sum(len(choice) > 1 for choice in choices) > 4:
        return set()
    return {"".join(letters) for letters in combinations(*choices)} - {code}


def _one_slip(written: str, code: str) -> bool:
    """Whether one typo within one run of at least three letters explains ``written``; digits must be the same."""
    from rapidfuzz.distance import OSA

    if abs(len(written) - len(code)) > 1:
        return False
    ours, theirs = _RUNS.findall(written), _RUNS.findall(code)
    if len(ours) != len(theirs) or (len(theirs) == 1 and len(code) < _LETTERS_ALONE):
        return False
    wrong = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    if len(wrong) != 1:
        return False
    a, b = wrong[0]
    return len(b) >= 3 and len(a) >= 2 and not a.isdigit() and OSA.distance(a, b, score_cutoff=1) == 1
