"""What a customer's message asks for. Pure: text and catalogue in, one value out; it never raises.

This is the small engine: words and codes, no model. A fuller assistant takes its place by offering the same
:class:`Engine`. Two rules weigh more than finding everything: what is not surely a claim reserves nothing, and what is
not understood goes to the seller.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from core.conversations import words
from core.conversations.sentence import MOST, Clause, Products, Sentence, read


class Intent(StrEnum):
    """What is wanted. A claim is always sure; what only might be one is AVAILABILITY, not sure, with its products."""

    CLAIM = "claim"
    CANCEL = "cancel"
    PAY = "pay"
    PAYMENT_TALK = "payment_talk"
    MY_ORDERS = "my_orders"
    CATALOGUE = "catalogue"
    PRICE = "price"
    AVAILABILITY = "availability"
    GREETING = "greeting"
    THANKS = "thanks"
    YES = "yes"
    NO = "no"
    HUMAN = "human"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Item:
    """A product of the message, and how many of it."""

    product_id: int
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Understanding:
    """``items``: claimed, asked about or merely named, as the intent says. ``language``: None when the words do not tell."""

    intent: Intent
    items: tuple[Item, ...] = ()
    sure: bool = True
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What the conversation already knows. ``product_id``: the one last shown to this customer; ``asked``: yes or no is awaited."""

    product_id: int | None = None
    asked: bool = False


class Engine(Protocol):
    """What stands behind a conversation: this module's :func:`understand`, or the assistant that replaces it."""

    def __call__(self, text: str, products: Products, context: Context = ...) -> Understanding: ...


NOTHING_KNOWN: Final = Context()


def understand(text: str, products: Products, context: Context = NOTHING_KNOWN) -> Understanding:
    """The meaning of one message (or caption) of a customer."""
    sentence = read(text, products)
    meant = _meaning(sentence, products, context)
    return Understanding(meant.intent, meant.items, meant.sure, _language(sentence))


def _meaning(sentence: Sentence, products: Products, context: Context) -> Understanding:
    named = _named(sentence.clauses)
    if not sentence.form.replace("?", "").strip():
        return _wordless(sentence, context)
    claimed = _claimed(sentence)
    form = sentence.form
    if words.NOT_PAID.search(form):
        return Understanding(Intent.PAY, named)
    if words.PAID.search(form):
        return Understanding(Intent.PAYMENT_TALK, named)
    if words.CANCEL.search(form):
        mixed = claimed or words.NOT_CANCEL.search(form)
        return Understanding(Intent.UNKNOWN, named, sure=False) if mixed else Understanding(Intent.CANCEL, named)
    if claimed:
        return Understanding(Intent.CLAIM, claimed)
    if named:
        return _about(sentence, named)
    return _without_product(sentence, products, context)


# ------------------------------------------------------------------------------------------------------------- claims


def _claimed(sentence: Sentence) -> tuple[Item, ...]:
    """The products that are surely wanted now: said so, or named with nothing but manners around."""
    if words.CHOICE.search(sentence.form) or _unlikely_count(sentence.clauses):
        return ()
    questions = [clause for clause in sentence.clauses if clause.asks]
    taking = False
    found: list[tuple[int, int | None]] = []
    for clause in sentence.clauses:
        if _stands_in_the_way(clause):
            taking = taking and bool(clause.items)
            continue
        said = _says_taking(clause)
        if clause.items and (said or (_bare(clause) and (taking or not questions))):
            found += clause.items
        taking = taking or said
    if sentence.codes and not any(_says_taking(clause) for clause in sentence.clauses if clause.items):
        return ()
    if not found and taking and not questions:  # « je prends : » and the products in another clause
        found = [item for clause in sentence.clauses if _bare(clause) for item in clause.items]
    return _merged(found)


def _says_taking(clause: Clause) -> bool:
    """« je prends ROBE1 », « ROBE1 alaiko », « mets ROBE1 de côté »: a word of taking, and nothing else between it and a product."""
    form = clause.form.split()
    if clause.asks and not words.ASKING_FAVOUR.search(clause.form):
        head, _, tail = clause.form.rpartition("§")  # « je prends ROBE1 vous livrez à Mbour ? »
        if not (words.BEYOND.search(tail) or "comment" in tail.split()) or words.ASKING.search(head):
            return False
        form = [*head.split(), "§"]
    text = " ".join(form)
    for pattern in (words.TAKING, words.ORDERING):
        for found in pattern.finditer(text):
            before, after = text[: found.start()].split(), text[found.end() :].split()
            if pattern is words.ORDERING and not all(map(_harmless, before)):
                continue  # an imperative opens the clause, or follows the product
            gap = after[: after.index("§")] if "§" in after else after
            if all(map(_harmless, gap)):
                return True
    return False


def _harmless(word: str) -> bool:
    sets = (words.MANNERS, words.ATTRIBUTES, words.PIECES, words.ORDER_WORDS)
    return word in ("§", "#") or any(word in each for each in sets)


def _stands_in_the_way(clause: Clause) -> bool:
    patterns = (words.REFUSING, words.PAST, words.UNDECIDED)
    return any(pattern.search(clause.form) for pattern in patterns)


def _bare(clause: Clause) -> bool:
    """Nothing but products, numbers, manners and sizes."""
    return not clause.asks and all(map(_harmless, words.TAIL.sub("", clause.form).split()))


def _unlikely_count(clauses: tuple[Clause, ...]) -> bool:
    return any(count is not None and not 1 <= count <= MOST for clause in clauses for _, count in clause.items)


def _merged(found: list[tuple[int, int | None]]) -> tuple[Item, ...]:
    counts: dict[int, int] = {}
    for product_id, count in found:
        counts[product_id] = max(counts.get(product_id, 0), count or 1)
    return tuple(Item(product_id, min(count, MOST)) for product_id, count in counts.items())


def _named(clauses: tuple[Clause, ...]) -> tuple[Item, ...]:
    return _merged([(product_id, None) for clause in clauses for product_id, _ in clause.items])


# ---------------------------------------------------------------------------------------------------------- questions


def _about(sentence: Sentence, named: tuple[Item, ...]) -> Understanding:
    """A message that names products without claiming them."""
    form = sentence.form
    unknown = Understanding(Intent.UNKNOWN, named, sure=False)
    if sentence.codes or words.CHOICE.search(form) or words.BEYOND.search(form) or _unlikely_count(sentence.clauses):
        return unknown
    asked = [clause for clause in sentence.clauses if clause.asks]
    if asked and any(token.text in words.ATTRIBUTES - {"en"} for clause in asked for token in clause.tokens):
        return unknown
    rest = " ".join(clause.form for clause in sentence.clauses)
    if words.PAST.search(rest) or (words.REFUSING.search(rest) and not words.AVAILABLE.search(rest)):
        return unknown
    if words.PRICE.search(form) and not _counts_what_is_left(form):
        return Understanding(Intent.PRICE, named)
    if words.AVAILABLE.search(form):
        return Understanding(Intent.AVAILABILITY, named)
    strange = [w for w in form.replace("?", "").split() if not _harmless(w) and w not in words.COMMON | words.FRENCH_WORDS]
    if words.UNDECIDED.search(form) or words.INTERESTED.search(form) or (asked and not strange):
        return Understanding(Intent.AVAILABILITY, named, sure=False)
    return unknown


def _counts_what_is_left(form: str) -> bool:
    """« il reste combien », « firy sisa »: a number of pieces, not a price."""
    return any(word in form.split() for word in ("reste", "restent", "sisa", "stock"))


def _without_product(sentence: Sentence, products: Products, context: Context) -> Understanding:
    form = sentence.form
    for pattern, intent in (
        (words.HUMAN, Intent.HUMAN),
        (words.CATALOGUE, Intent.CATALOGUE),
        (words.MY_ORDERS, Intent.MY_ORDERS),
        (words.PAY, Intent.PAY),
    ):
        if pattern.search(form) and not (intent is Intent.PAY and words.BEYOND.search(form)):
            refused = intent is Intent.MY_ORDERS and words.REFUSING.search(form)
            return Understanding(Intent.UNKNOWN, sure=False) if refused else Understanding(intent)
    if sentence.codes or words.BEYOND.search(form):
        return Understanding(Intent.UNKNOWN, sure=False)
    if (small := _small_talk(sentence, context)) is not None:
        return small
    return _by_title(sentence, products, context)


def _by_title(sentence: Sentence, products: Products, context: Context) -> Understanding:
    """« je la prends », « c'est combien le sac en cuir »: the product shown last, or those whose title fits."""
    form = sentence.form
    taking = any(_says_taking(c) for c in sentence.clauses) and not any(_stands_in_the_way(c) for c in sentence.clauses)
    price = words.PRICE.search(form) and not _counts_what_is_left(form)
    if not (taking or price or words.AVAILABLE.search(form)) or words.REFUSING.search(form):
        return Understanding(Intent.UNKNOWN, sure=False)
    described = [word for word in sentence.words if len(word) > 2 and not _says_nothing(word)]
    if described:
        items = tuple(Item(product_id) for product_id in products.search(" ".join(described), 3))
        if not items:
            return Understanding(Intent.UNKNOWN, sure=False)
        return Understanding(Intent.PRICE if price else Intent.AVAILABILITY, items, sure=False)
    shown = () if context.product_id is None else (Item(context.product_id, _only_number(sentence)),)
    if taking and shown:
        return Understanding(Intent.CLAIM, shown)
    return Understanding(Intent.PRICE if price else Intent.AVAILABILITY, shown, sure=bool(shown) or bool(price))


def _says_nothing(word: str) -> bool:
    sets = (words.MANNERS, words.FRENCH_WORDS, words.MALAGASY_WORDS, words.ENGLISH_WORDS, words.PIECES)
    patterns = (words.TAKING, words.ORDERING, words.PRICE, words.AVAILABLE, words.ASKING)
    return any(word in each for each in sets) or any(pattern.fullmatch(word) for pattern in patterns)


def _only_number(sentence: Sentence) -> int:
    numbers = [t.value for clause in sentence.clauses for t in clause.tokens if t.kind == "#"]
    return numbers[0] if len(numbers) == 1 and 1 <= numbers[0] <= MOST else 1


# ---------------------------------------------------------------------------------------------------------- small talk


def _small_talk(sentence: Sentence, context: Context) -> Understanding | None:
    said = sentence.form.split()
    polite = words.MANNERS | words.GREETINGS | words.THANKS | words.YES | words.NO | {"je"}
    strange = [word for word in said if word not in polite]
    if said[0] in words.NO and len(strange) < 3 and "?" not in said:
        return Understanding(Intent.NO)
    greets = sentence.greets or said[0] in words.GREETINGS
    if greets and len(strange) < 2 and "?" not in said:  # « bonjour Sokhna »
        return Understanding(Intent.GREETING)
    if len(said) < 7 and any(word in words.GRATEFUL for word in said) and _only_thanks(sentence):
        return Understanding(Intent.THANKS)
    if strange:
        return None
    if any(word in words.YES for word in said) or (context.asked and any(word in words.THANKS for word in said)):
        return Understanding(Intent.YES)
    if any(word in words.THANKS for word in said):
        return Understanding(Intent.THANKS)
    return Understanding(Intent.GREETING) if any(word in words.GREETINGS for word in said) else None


def _only_thanks(sentence: Sentence) -> bool:
    form = sentence.form
    return not any(pattern.search(form) for pattern in (words.ASKING, words.REFUSING, words.UNDECIDED, words.PAST))


def _wordless(sentence: Sentence, context: Context) -> Understanding:
    """Only emoji, marks, or a « ça va »."""
    if sentence.emoji and all(c in words.AGREEING_EMOJI or "\U0001f3fb" <= c <= "\U0001f3ff" for c in sentence.emoji):
        return Understanding(Intent.YES if context.asked else Intent.THANKS)
    if sentence.greets:
        return Understanding(Intent.GREETING)
    return Understanding(Intent.UNKNOWN, sure=False)


def _language(sentence: Sentence) -> str | None:
    """The language most words belong to; Malagasy on a tie, since who mixes reads it."""
    counts = {
        language: sum(word in known for word in sentence.words)
        for language, known in (
            ("mg", words.MALAGASY_WORDS),
            ("fr", words.FRENCH_WORDS),
            ("en", words.ENGLISH_WORDS),
        )
    }
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else None
