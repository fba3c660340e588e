"""What a language model says, checked against the facts before anybody reads it. Pure.

The check goes by what is provable, not by what sounds right: a price must be the named product's, a number must stand
in the shop's own words next to the same word, a rule or a promise must be a sentence of the shop. What is not proved
is not sent; the engine answers instead. So a refusal too many costs a nicer sentence, nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from core.assistant import wording
from core.assistant.facts import Facts, Product, sentences_of
from core.kernel.patterns import late
from core.kernel.text import fold, utf16_length

LONGEST: Final = 700  # WhatsApp takes 1024 beside buttons; an answer of a shop is short
MOST_LINES: Final = 12

_NUMBER: Final = late(r"\d+(?:[ \u00a0\u202f.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?")
_ALONE: Final = late(rf"(?<!\w)(?:{_NUMBER.pattern})(?!\w)")
_TOKEN: Final = late(r"\d+(?:[ \u00a0\u202f.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|[^\W_]+|[%€$£]")
_LINK: Final = late(
    r"(https?:|www\.|wa\.me|\b[\w-]+\.(com|net|org|sn|ci|mg|fr|io|me|link|shop|app)\b|@\w|\w@)", re.IGNORECASE
)
_EMPHASIS: Final = late(r"\*([^*\n]{1,200})\*|«\s*([^»\n]{1,200}?)\s*»|“([^”\n]{1,200})”|\"([^\"\n]{1,200})\"")
_CODE: Final = late(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{2,}\b")
_CLAUSE: Final = late(r"(?<=[.!?;])\s+|\n+")
_ALLOWED_FORMAT: Final = frozenset("\u200d\ufe0f")  # inside emoji
_MONEY, _PERCENT, _STOCK, _PLAIN = "money", "percent", "stock", "plain"


class Number(Struct, frozen=True):
    """``value`` without grouping; ``kind``: money, percent, stock or plain; ``before`` and ``after``: folded words."""

    value: str
    kind: str
    start: int
    before: str = ""
    after: str = ""

    @property
    def currency(self) -> int | None:
        """Which currency stands beside it, as its place in the list of those known; None without any."""
        found = wording.CURRENCY_OF.get(self.after)
        return wording.CURRENCY_OF.get(self.before) if found is None else found


def flaw(reply: str, facts: Facts, named: Sequence[str] = (), heard: str = "") -> str | None:
    """Why this reply may not be sent, in a word for the log; None when all it says is borne out.

    ``named``: keywords the model says it speaks of; ``heard``: what the customer wrote, whose names may be repeated.
    """
    found = _shape(reply)
    if found:
        return found
    products = [facts.named(name) for name in named]
    if any(product is None for product in products):
        return "product"
    for check in (_links, _codes, _emphasis, _spelled, _stated, _availability, _attributes):
        found = check(reply, facts)
        if found:
            return found
    known = [product for product in products if product is not None]
    return _numbers(reply, facts, known) or _promises(reply, facts) or _names(reply, facts, heard)


def _shape(reply: str) -> str | None:
    text = reply.strip()
    if not text:
        return "empty"
    if utf16_length(text) > LONGEST or text.count("\n") >= MOST_LINES:
        return "length"
    for character in text:
        category = unicodedata.category(character)
        if category.startswith("L") and not unicodedata.name(character, "").startswith(
            ("LATIN", "FEMININE", "MASCULINE")
        ):
            return "script"
        if category.startswith("N") and not character.isascii():
            return "script"
        if category in ("Cc", "Cf", "Co", "Cs", "Cn") and character != "\n" and character not in _ALLOWED_FORMAT:
            return "script"
        if unicodedata.normalize("NFKC", character) != character and category[0] in "LNP" and character != "…":
            return "script"
    return None


def _links(reply: str, facts: Facts) -> str | None:
    allowed = " ".join(facts.sentences)
    rest = reply
    for word in {word.strip(".,;:!?()") for word in allowed.split() if _LINK.search(word)}:
        rest = rest.replace(word, "")
    return "link" if _LINK.search(rest) else None


def _codes(reply: str, facts: Facts) -> str | None:
    """« ROBE9 »: no product of ours unless it is one that the model was shown."""
    written = fold(" ".join([*(p.words for p in facts.products), *facts.sentences]))
    known = set(_CODE.findall(written))
    return "product" if any(code not in known for code in _CODE.findall(fold(reply))) else None


def _emphasis(reply: str, facts: Facts) -> str | None:
    """What is set off is a name: of a product, or of what the shop wrote."""
    written = _spaced(
        " ".join([*(p.words for p in facts.products), *(p.price for p in facts.products), *facts.sentences])
    )
    for groups in _EMPHASIS.findall(reply):
        said = _spaced(next(part for part in groups if part))
        if said and f" {said} " not in f" {written} ":
            return "product"
    return None


def _spelled(reply: str, facts: Facts) -> str | None:
    words = set(_spaced(reply).split())
    allowed = set(_spaced(" ".join([*(p.words for p in facts.products), *facts.sentences])).split())
    if (words & wording.SPELLED) - allowed:
        return "number"
    return "time" if (words & wording.TIME) - allowed else None


def _stated(reply: str, _facts: Facts) -> str | None:
    return "state" if wording.STATE.search(_spaced(reply)) else None


def _availability(reply: str, facts: Facts) -> str | None:
    """Nothing that is sold out is there, nothing that is there is sold out; how many are left is a number."""
    rules = _rules(facts)
    for sentence in _CLAUSE.split(reply):
        words = set(_spaced(sentence).split())
        if words & wording.VAGUE and not (words & wording.THANKED or _backed(sentence, rules)):
            return "stock"
        negated = bool(words & {"plus", "pas", "tsy", "not", "no", "aucun", "aucune", "hors"})
        gone = bool(words & wording.GONE) or bool(words & wording.THERE and negated)
        there = bool(words & wording.THERE) and not gone
        for product in _mentioned(sentence, facts) or list(facts.products):
            if (there and product.left <= 0) or (gone and product.left > 0):
                return "stock"
    return None


def _attributes(reply: str, facts: Facts) -> str | None:
    words = set(_spaced(reply).split()) & wording.ATTRIBUTES
    about = _mentioned(reply, facts) or list(facts.products)
    allowed = set(_spaced(" ".join([*(p.words for p in about), *facts.sentences])).split())
    return "attribute" if words - allowed else None


# -- numbers ---------------------------------------------------------------------------------------------------------


def numbers(text: str) -> list[Number]:
    """Every number of a text with its kind, by the words beside it."""
    tokens = [(m.group(), m.start()) for m in _TOKEN.finditer(_unaccented(text))]
    found = []
    for place, (token, start) in enumerate(tokens):
        if not token[0].isdigit():
            continue
        before = _word(tokens, place - 1)
        after = _word(tokens, place + 1)
        around = {_word(tokens, at) for at in range(place - 3, place + 4)}
        found.append(Number(_value(token), _kind(before, after, around), start, before, after))
    return found


def _word(tokens: Sequence[tuple[str, int]], place: int) -> str:
    return tokens[place][0] if 0 <= place < len(tokens) else ""


def _value(token: str) -> str:
    """``15 000`` and ``15.000`` → 15000; ``12,50`` → 12.5."""
    grouped = re.fullmatch(r"(\d+(?:[ \u00a0\u202f.,]\d{3})+)(?:[.,](\d{1,2}))?", token)
    if grouped is not None:
        whole, rest = re.sub(r"\D", "", grouped[1]), grouped[2] or ""
    else:
        whole, _, rest = token.replace(",", ".").partition(".")
    rest = rest.rstrip("0")
    return f"{int(whole)}.{rest}" if rest else str(int(whole)) if whole.isdigit() else token


def _kind(before: str, after: str, around: set[str]) -> str:
    if after == "%" or after.startswith("pourcent") or after == "percent":
        return _PERCENT
    money = wording.CURRENCY | set(wording.CURRENCY_SIGNS)
    if after in money or before in money:
        return _MONEY
    if around & wording.COUNTED:
        return _STOCK
    return _MONEY if before in wording.PRICED else _PLAIN


def _numbers(reply: str, facts: Facts, named: Sequence[Product]) -> str | None:
    mentions = _mentions(reply, facts)
    rules = _rules(facts)
    if _tangled(reply, facts):
        return "number"
    for start, sentence in _sentences(reply):
        if _backed(sentence, rules):
            continue
        for number in numbers(sentence):
            product = _owner(start + number.start, mentions, named)
            if product is None or not _of_product(number, product):
                return number.kind
    return "money" if _loose_currency(reply) else None


def _of_product(number: Number, product: Product) -> bool:
    """Its price, its number of pieces, or a number of its description beside the same word."""
    if number.kind == _MONEY:
        price = next(iter(numbers(product.price)), None)
        return price is not None and number.value == price.value and number.currency in (None, price.currency)
    if number.kind == _STOCK and number.value == str(product.left):
        return True
    return any(
        other.value == number.value and other.kind in (number.kind, _PLAIN) and _beside(number, other)
        for other in numbers(product.words)
    )


def _beside(one: Number, other: Number) -> bool:
    before = one.before and one.before == other.before and one.before not in wording.NEUTRAL
    return bool(before or (one.after and one.after == other.after))


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Each with its place."""
    start = 0
    for end in [*(m.end() for m in _CLAUSE.finditer(text)), len(text)]:
        if text[start:end].strip():
            yield start, text[start:end]
        start = end


def _written(facts: Facts) -> Iterator[str]:
    yield from (p.words for p in facts.products)
    yield from facts.sentences


def _loose_currency(reply: str) -> bool:
    """« un franc »: a currency with no number of digits in front of it."""
    tokens = [m.group() for m in _TOKEN.finditer(_unaccented(reply))]
    for place, token in enumerate(tokens):
        if token in wording.CURRENCY_SIGNS or (token in wording.CURRENCY and len(token) > 2):
            near = tokens[max(0, place - 2) : place] + tokens[place + 1 : place + 2]
            if not any(each[0].isdigit() for each in near):
                return True
    return False


def _mentions(text: str, facts: Facts) -> list[tuple[int, Product]]:
    """Where products are named, by keyword, SKU or whole title."""
    plain = _unaccented(text)
    found = []
    for product in facts.products:
        for name in {product.keyword, product.sku, product.title}:
            needle = _unaccented(name)
            if len(needle) < 2:
                continue
            places = re.finditer(rf"(?<!\w){re.escape(needle)}(?!\w)", plain)
            found += [(match.start(), product) for match in places]
    return sorted(found, key=lambda each: each[0])


def _mentioned(text: str, facts: Facts) -> list[Product]:
    return list(dict.fromkeys(product for _, product in _mentions(text, facts)))


def _owner(at: int, mentions: Sequence[tuple[int, Product]], named: Sequence[Product]) -> Product | None:
    """Whose price or number of pieces a number is: the product named last before it, else the only one there is."""
    before = [product for start, product in mentions if start <= at]
    if before:
        return before[-1]
    different = list(dict.fromkeys([*(product for _, product in mentions), *named]))
    return different[0] if len(different) == 1 else None


def _tangled(reply: str, facts: Facts) -> bool:
    """« ROBE1 et SAC2 sont à 22 000 F »: whose price? Where a sentence names several, each has its own number."""
    for sentence in _CLAUSE.split(reply):
        mentions = _mentions(sentence, facts)
        marks = [n.start for n in numbers(sentence) if n.kind in (_MONEY, _STOCK)]
        if len({product for _, product in mentions}) < 2 or not marks:
            continue
        starts = [start for start, _ in mentions]
        for index, (start, product) in enumerate(mentions):
            following = next((other for other, p in mentions[index + 1 :] if p != product), len(sentence))
            if not any(start < mark < following for mark in marks):
                return True
        if any(mark < starts[0] for mark in marks):
            return True
    return False


# -- promises --------------------------------------------------------------------------------------------------------


def _promises(reply: str, facts: Facts) -> str | None:
    """A sentence on the shop's rules is one of the shop's own, whole: half of it is another rule."""
    rules = _rules(facts)
    for _, sentence in _sentences(reply):
        said = _spaced(sentence)
        bargain = wording.OF_A_PRICE & set(said.split()) and not numbers(sentence)
        if (bargain or wording.POLICY.search(said)) and not _backed(sentence, rules):
            return "policy"
    return None


def _rules(facts: Facts) -> list[list[str]]:
    """The telling words of every sentence of the shop, in order."""
    written = sentences_of([*facts.sentences, *(p.description for p in facts.products)])
    return [_telling(sentence) for sentence in written]


def _backed(sentence: str, rules: Sequence[list[str]]) -> bool:
    said = _telling(sentence)
    return bool(said) and said in rules


def _telling(sentence: str) -> list[str]:
    return [word for word in _spaced(sentence).split() if word not in wording.NEUTRAL - wording.BINDING]


def _names(reply: str, facts: Facts, heard: str) -> str | None:
    """A capital inside a sentence is a name; the only names here are the shop's own and those the customer wrote."""
    known = set(_spaced(" ".join([*_written(facts), *(p.price for p in facts.products), heard])).split())
    known |= wording.CURRENCY
    for sentence in re.split(r"[^\w\s,’'-]+|\n", reply):
        words = re.findall(r"[^\W\d_][\w’'-]*", sentence)
        for word in words[1:]:
            plain = fold(word).replace("'", " ").split()
            if word[0].isupper() and plain and plain[-1] not in known and word not in ("I", "WhatsApp"):
                return "name"
    return None


def _unaccented(text: str) -> str:
    """Folded, character for character, so that places stay the same."""
    return "".join((fold(c) or c)[:1] if c.isalpha() else c for c in text)


def _spaced(text: str) -> str:
    """Folded words with one space between them; signs are gone, numbers without their grouping."""
    joined = _ALONE.sub(lambda m: f" {_value(m.group())} ", text)
    return " ".join(re.findall(r"[^\W_]+(?:\.\d+)?", fold(joined).replace("'", " ")))
