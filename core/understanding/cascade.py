"""What words and patterns make of a message: sure where they match, and silent on what they do not know. Pure.

The engine takes this reading as one of the things it looks at; a claim is only made where this and the classifier
agree.
"""

from __future__ import annotations

from typing import Final

from core.kernel.patterns import late
from core.understanding.claims import (
    claimed_items,
    harmless,
    named_items,
    refused,
    stands_in_the_way,
    taken_ids,
    unlikely_count,
)
from core.understanding.naming import Products
from core.understanding.rules import Context, Intent, Item, Understanding
from core.understanding.sentence import Sentence
from core.understanding.words import AGREEING_EMOJI, CHOICE, OWNED, RECEIVED, vocabulary

_SO_MANY: Final = late(r" (?:les )?\$(?!\S)")


def first_reading(sentence: Sentence, products: Products, context: Context) -> Understanding:
    """What the words and patterns say, by themselves."""
    known = vocabulary()
    named = named_items(sentence.clauses)
    if not sentence.form.replace("?", "").strip():
        return _wordless(sentence, context)
    form = sentence.form
    claimed, said = claimed_items(sentence)
    if not said and known.not_paid.search(form):
        return Understanding(Intent.PAY, named)
    if not said and known.paid.search(form):
        wrong = RECEIVED.search(form)  # paid, and something else came: the seller's to settle
        return Understanding(Intent.UNKNOWN, named, sure=False) if wrong else Understanding(Intent.PAYMENT_TALK, named)
    if known.cancel.search(form):
        asked = "?" in form and not known.wants_to_cancel.search(form)
        mixed = said or asked or known.not_cancel.search(form)
        return Understanding(Intent.UNKNOWN, named, sure=False) if mixed else Understanding(Intent.CANCEL, named)
    if claimed:
        return Understanding(Intent.CLAIM, claimed)
    if named:
        return _about(sentence, named)
    return _without_product(sentence, products, context)


# ---------------------------------------------------------------------------------------------------------- questions


def _about(sentence: Sentence, named: tuple[Item, ...]) -> Understanding:
    """A message that names products without claiming them."""
    known, form = vocabulary(), sentence.form
    asked = any(clause.asks for clause in sentence.clauses)
    left = bool(known.available.search(form)) or _asks_what_is_sold_out(form)
    if not asked and not left and refused(sentence) and not known.past.search(form):
        return Understanding(Intent.NO, named, sure=False)  # « KAFTAN n’est pas pour moi »
    if _for_the_seller(sentence, left):
        return Understanding(Intent.UNKNOWN, named, sure=False)
    if (known.price.search(form) or (asked and "$" in form)) and not _counts_what_is_left(form):
        return Understanding(Intent.PRICE, named)
    if known.pay.search(form):
        return Understanding(Intent.PAY, named)
    if left:
        return Understanding(Intent.AVAILABILITY, named)
    familiar = known.common | known.french_words
    strange = [word for word in form.replace("?", "").split() if not harmless(word) and word not in familiar]
    if known.undecided.search(form) or known.interested.search(form) or (asked and not strange):
        return Understanding(Intent.AVAILABILITY, named, sure=False)
    return Understanding(Intent.UNKNOWN, named, sure=False)


def _for_the_seller(sentence: Sentence, left: bool) -> bool:
    """Sizes asked for, complaints, choices, refusals, unknown codes: answering with price or stock would miss it."""
    known, form = vocabulary(), sentence.form
    if sentence.codes or unlikely_count(sentence):
        return True
    if any(clause.asks and known.sized.search(clause.form) for clause in sentence.clauses):
        return True
    if any(pattern.search(form) for pattern in (OWNED, CHOICE, known.beyond, known.past)):
        return True
    return not left and known.refusing.search(form) is not None


def _asks_what_is_sold_out(form: str) -> bool:
    return vocabulary().sold_out.search(form) is not None and ("?" in form or " ve" in form)


def _counts_what_is_left(form: str) -> bool:
    """« il reste combien », « firy sisa »: a number of pieces, not a price."""
    return any(word in form.split() for word in ("reste", "restent", "sisa", "stock"))


def _without_product(sentence: Sentence, products: Products, context: Context) -> Understanding:
    known = vocabulary()
    form = sentence.form
    for pattern, intent in (
        (known.human, Intent.HUMAN),
        (known.catalogue, Intent.CATALOGUE),
        (known.my_orders, Intent.MY_ORDERS),
        (known.pay, Intent.PAY),
    ):
        if pattern.search(form):
            plain = intent in (Intent.HUMAN, Intent.CATALOGUE) or "lien" in form.split()
            if plain or not (known.beyond.search(form) or known.refusing.search(form)):
                return Understanding(intent)
            return Understanding(Intent.UNKNOWN, sure=False)
    if (small := _small_talk(sentence, context)) is not None:
        return small
    if known.refusing.search(form) and known.taking.search(form) and not any(c.asks for c in sentence.clauses):
        return Understanding(Intent.NO, sure=False)  # « tsy hividy aho anio »
    if sentence.codes or known.beyond.search(form):
        return Understanding(Intent.UNKNOWN, sure=False)
    return _by_title(sentence, products, context)


def _by_title(sentence: Sentence, products: Products, context: Context) -> Understanding:
    """« je la prends », « c'est combien le sac en cuir »: the product shown last, or those whose title fits."""
    known = vocabulary()
    form = sentence.form
    open_clauses = [clause for clause in sentence.clauses if not stands_in_the_way(clause)]
    takes = (known.taking, known.this_one)
    wanting = any(pattern.search(c.form) and not c.asks for c in open_clauses for pattern in takes)
    price = known.price.search(form) and not _counts_what_is_left(form)
    if not (wanting or price or known.available.search(form)) or known.refusing.search(form):
        return Understanding(Intent.UNKNOWN, sure=False)
    intent = Intent.PRICE if price else Intent.AVAILABILITY
    kept = set(known.taking.sub(" ", form).split())  # « ok I will take 2 of them » describes nothing
    described = [word for word in sentence.words if word in kept and len(word) > 2 and not _says_nothing(word)]
    if described:
        found = products.search(" ".join(described), 3) or products.search(" ".join(_otherwise(described)), 3)
        items = tuple(Item(product_id) for product_id in found)
        return Understanding(intent if items else Intent.UNKNOWN, items, sure=False)
    number = only_number(sentence)
    shown = () if context.product_id is None else (Item(context.product_id, number or 1, number is not None),)
    if (
        shown
        and not _too_many(form)
        and any(taken_ids(clause) is not None or known.this_one.search(clause.form) for clause in open_clauses)
    ):
        return Understanding(Intent.CLAIM, shown)
    return Understanding(intent, shown, sure=bool(shown or price))


def _otherwise(described: list[str]) -> list[str]:
    """« the bob wig » → « bob wig perruque … »: as the other languages call such goods."""
    called = vocabulary().called
    return [name for word in described for name in (word, *called.get(word, ()))]


def _says_nothing(word: str) -> bool:
    known = vocabulary()
    sets = (known.manners, known.yes, known.french_words, known.malagasy_words, known.english_words, known.pieces)
    patterns = (known.taking, known.ordering, known.price, known.available, known.asking)
    return any(word in each for each in sets) or any(pattern.fullmatch(word) for pattern in patterns)


def _too_many(form: str) -> bool:
    """« j’en prends 500 », where nobody buys so many at once: never one."""
    return any(_SO_MANY.match(form, found.end()) for found in vocabulary().taking.finditer(form))


def only_number(sentence: Sentence) -> int | None:
    """The one number of a message that may count pieces."""
    numbers = [t.value for clause in sentence.clauses for t in clause.tokens if t.kind == "#"]
    return numbers[0] if len(numbers) == 1 and 1 <= numbers[0] <= sentence.most else None


# ---------------------------------------------------------------------------------------------------------- small talk


def _small_talk(sentence: Sentence, context: Context) -> Understanding | None:
    known = vocabulary()
    said = sentence.form.split()
    strange = [word for word in said if word not in known.polite]
    if said[0] in known.no and len(strange) < (2 if said[0] == "tsy" else 3) and "?" not in said:
        return Understanding(Intent.NO)
    greets = sentence.greets or said[0] in known.greetings
    if greets and len(strange) < 2 and "?" not in said and not known.beyond.search(sentence.form):
        return Understanding(Intent.GREETING)  # « bonjour Sokhna »
    if strange:
        grateful = len(said) < 7 and any(word in known.grateful for word in said)
        return Understanding(Intent.THANKS) if grateful and _only_thanks(sentence) else None
    if any(word in known.yes for word in said) or (context.asked and any(word in known.thanks for word in said)):
        return Understanding(Intent.YES)
    if any(word in known.thanks for word in said):
        return Understanding(Intent.THANKS)
    return Understanding(Intent.GREETING) if any(word in known.greetings for word in said) else None


def _only_thanks(sentence: Sentence) -> bool:
    known = vocabulary()
    form = sentence.form
    return not any(pattern.search(form) for pattern in (known.asking, known.refusing, known.undecided, known.past))


def _wordless(sentence: Sentence, context: Context) -> Understanding:
    """Only emoji, marks, or a « ça va »."""
    if sentence.emoji and all(c in AGREEING_EMOJI or "\U0001f3fb" <= c <= "\U0001f3ff" for c in sentence.emoji):
        return Understanding(Intent.YES if context.asked else Intent.ACKNOWLEDGEMENT)
    if sentence.greets:
        return Understanding(Intent.GREETING)
    return Understanding(Intent.UNKNOWN, sure=False)
