"""What a message is about beside its intent, where words say it plainly and the shop's books have the answer. Pure."""

from __future__ import annotations

import unicodedata
from typing import Final

from core.kernel.patterns import late
from core.understanding.naming import Products
from core.understanding.rules import Intent, Topic, Understanding
from core.understanding.sentence import Sentence
from core.understanding.shares import ranged, unsaid
from core.understanding.tokens import NUMBER
from core.understanding.words import concepts, vocabulary

_ASKS_A_SUM: Final = frozenset(
    {
        Intent.PRICE,
        Intent.PAY,
        Intent.MY_ORDERS,
        Intent.UNKNOWN,
        Intent.QUANTITY,
        Intent.CATALOGUE,
        Intent.AVAILABILITY,
        Intent.DETAILS,
    }
)
_HAGGLES: Final = frozenset(
    {
        Intent.PRICE,
        Intent.UNKNOWN,
        Intent.DETAILS,
        Intent.AVAILABILITY,
        Intent.CHANGE,
        Intent.CATALOGUE,
        Intent.GREETING,
    }
)
_PAYS: Final = frozenset(
    {
        Intent.PAYMENT_MEANS,
        Intent.PAY,
        Intent.UNKNOWN,
        Intent.DETAILS,
        Intent.PRICE,
        Intent.CLAIM,
        Intent.AVAILABILITY,
        Intent.DELIVERY,
    }
)
_NUMBERS: Final = frozenset({Intent.QUANTITY, Intent.CHANGE, Intent.UNKNOWN})
_TROUBLE: Final = late(  # « j’ai été débité en 2 fois », « j’ai payé deux fois » ask for no credit
    r"(?<!\S)(?:debit|prelev|coup|refus|erreur|echou|echec|bloqu|marche|mandeha|payed|ai|efa|nal|nes|nos)\w*"
)
_LEAST: Final = 3  # letters of a foreign script


def topic_of(text: str, sentence: Sentence, meant: Understanding, products: Products) -> Topic | None:
    """The one topic of a message; None for most."""
    known, form = vocabulary(), sentence.form
    if meant.intent is not Intent.CLAIM and unread(text):
        return Topic.SCRIPT
    counts = meant.items or (meant.intent in _NUMBERS and meant.by is None)
    if meant.intent is not Intent.QUOTE and counts and _no_whole_number(sentence):
        return Topic.HOW_MANY
    if len(meant.items) == 1 and meant.by is None and _asks_how_many(sentence, meant):
        return Topic.HOW_MANY
    asks_to_split = meant.intent is Intent.PAYMENT_PROBLEM and not _TROUBLE.search(form)
    if (meant.intent in _PAYS or asks_to_split) and known.credit.search(form):
        return Topic.CREDIT
    if meant.intent in _HAGGLES and known.haggling.search(form):
        return Topic.HAGGLING
    if meant.intent in _ASKS_A_SUM and not meant.items and known.total.search(form):
        return Topic.TOTAL
    if not meant.items and _not_sold(sentence, meant, products):
        return Topic.NOT_SOLD
    return None


def unread(text: str) -> bool:
    """Whether most of it is written in letters that nothing here reads: Arabic, N'Ko, Chinese."""
    letters = [ord(letter) for letter in unicodedata.normalize("NFKC", text[:1200]) if letter.isalpha()]
    foreign = sum(code >= 0x370 and not 0x1D00 <= code < 0x1F00 for code in letters)
    return foreign >= _LEAST and 2 * foreign > len(letters)


def names_something(sentence: Sentence) -> bool:
    """« 2 chaises svp »: something that is not sold here is named."""
    known = vocabulary()
    said = [word for word in sentence.form.split() if len(word) > 3 and word.isalpha()]
    return any(word not in known.known and word not in known.harmless and not concepts().of(word) for word in said)


def _no_whole_number(sentence: Sentence) -> bool:
    """« −2 ROBE1 », « ROBE1 x 1,5 », « 0 ROBE1 »."""
    return any(token.kind == NUMBER and not token.value for clause in sentence.clauses for token in clause.tokens)


def _asks_how_many(sentence: Sentence, meant: Understanding) -> bool:
    """More than one is wanted, and how many has to be asked."""
    taken = meant.intent is Intent.CLAIM
    maybe = meant.intent is Intent.AVAILABILITY and not meant.sure and "?" not in sentence.form
    return ((taken or maybe) and unsaid(sentence)) or ((taken or not meant.sure) and ranged(sentence))


def _not_sold(sentence: Sentence, meant: Understanding, products: Products) -> bool:
    """« vous avez des chaussures ? », where nothing of the catalogue is meant."""
    known, form = vocabulary(), sentence.form
    plain = meant.intent in (Intent.AVAILABILITY, Intent.PRICE)
    if sentence.codes or (meant.sure and not plain and meant.intent is not Intent.UNKNOWN):
        return False
    if not plain and (known.past.search(form) or known.refusing.search(form)):
        return False
    seeks = plain or known.taking.search(form) or known.available.search(form) or known.price.search(form)
    kind = known.goods.search(form) if seeks else None
    if kind is None:
        return False
    return not any(products.search(name, 1) for name in (kind[0], *known.called.get(kind[0], ())))
