"""What a customer's message asks for. Pure: text and catalogue in, one value out; it never raises.

This is the small engine: words and codes, no model. A fuller assistant takes its place by offering the same
:class:`Engine`. Two rules weigh more than finding everything: what is not surely a claim reserves nothing, and what is
not understood goes to the seller.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from core.conversations.sentence import MOST, PRODUCT, Clause, Products, Sentence, read
from core.conversations.words import AGREEING_EMOJI, CHOICE, OWNED, RECEIVED, TAIL, vocabulary


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
    counted: bool = field(default=False, compare=False)
    """Whether a number was said: « ROBE1 » again is not « 1 ROBE1 »."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """``items``: claimed, asked about or merely named, as the intent says. ``language``: None when no word tells."""

    intent: Intent
    items: tuple[Item, ...] = ()
    sure: bool = True
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What the conversation knows. ``product_id``: last shown to this customer; ``asked``: a yes or no is awaited."""

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
    known = vocabulary()
    named = _named(sentence.clauses)
    if not sentence.form.replace("?", "").strip():
        return _wordless(sentence, context)
    form = sentence.form
    claimed, said = _claimed(sentence)
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


# ------------------------------------------------------------------------------------------------------------- claims


def _claimed(sentence: Sentence) -> tuple[tuple[Item, ...], bool]:
    """The products that are surely wanted now, and whether words say so (else they are merely named, with manners)."""
    if CHOICE.search(sentence.form) or _unlikely_count(sentence.clauses):
        return (), False
    busy = bool(sentence.codes) or any(_turns_elsewhere(clause) for clause in sentence.clauses)
    taking = said = False
    found: list[tuple[int, int | None]] = []
    for clause in sentence.clauses:
        if _stands_in_the_way(clause):
            taking = False
            continue
        taken = _taken(clause)
        if taken is None and _bare(clause) and (taking or not busy):
            found += clause.items
        found += [item for item in clause.items if item[0] in (taken or ())]
        taking = taking or taken is not None
        said = said or bool(taken)
    return _merged(found), said


def _turns_elsewhere(clause: Clause) -> bool:
    """A question, a complaint: a code beside it is what the message is about, not what is wanted."""
    known = vocabulary()
    beyond = known.beyond.search(clause.form) and not known.elsewhere.search(clause.form)
    return clause.asks or bool(beyond)


def _taken(clause: Clause) -> frozenset[int] | None:
    """The products a word of taking reaches: « je prends ROBE1 et SAC2 », « ROBE1 alaiko »; None without one."""
    known = vocabulary()
    text = clause.form
    if clause.asks and not known.asking_favour.search(text):
        head, _, tail = text.rpartition("§")  # « je prends ROBE1 vous livrez à Mbour ? »
        if not known.elsewhere.search(tail) or known.asking.search(head):
            return None
        text = head + "§"
    ids = [token.value for token in clause.tokens if token.kind == PRODUCT]
    found: frozenset[int] | None = None
    for pattern in (known.taking, known.ordering, known.handing):
        for verb in pattern.finditer(text):
            before, after = text[: verb.start()].split(), text[verb.end() :].split()
            if pattern is not known.taking and not all(map(_harmless, before)):
                continue  # an imperative opens the clause, or follows the product
            if pattern is known.handing and not all(map(_harmless, TAIL.sub("", text[verb.end() :]).split())):
                continue
            reached = "".join(after[: _reach(after)]).count("§")
            first = before.count("§")
            if reached:
                found = (found or frozenset()) | frozenset(ids[first : first + reached])
            elif _reach(after) == len(after):
                near = before[len(before) - _reach(before[::-1]) :].count("§") or (first if first == 1 else 0)
                found = (found or frozenset()) | frozenset(ids[first - near : first])
    return found


def _reach(said: list[str]) -> int:
    """How many of these words follow each other without one that could mean something else."""
    return next((index for index, word in enumerate(said) if not _harmless(word)), len(said))


def _harmless(word: str) -> bool:
    return word in vocabulary().harmless


def _stands_in_the_way(clause: Clause) -> bool:
    known = vocabulary()
    form = TAIL.sub("", clause.form)
    return any(pattern.search(form) for pattern in (known.refusing, known.past, known.undecided))


def _bare(clause: Clause) -> bool:
    """Nothing but products, numbers, manners and sizes."""
    return not clause.asks and all(map(_harmless, TAIL.sub("", clause.form).split()))


def _unlikely_count(clauses: tuple[Clause, ...]) -> bool:
    return any(count is not None and not 1 <= count <= MOST for clause in clauses for _, count in clause.items)


def _merged(found: list[tuple[int, int | None]]) -> tuple[Item, ...]:
    counts: dict[int, int] = {}
    said: set[int] = set()
    for product_id, count in found:
        counts[product_id] = max(counts.get(product_id, 0), count or 1)
        if count is not None:
            said.add(product_id)
    return tuple(Item(product_id, min(count, MOST), product_id in said) for product_id, count in counts.items())


def _named(clauses: tuple[Clause, ...]) -> tuple[Item, ...]:
    return _merged([(product_id, None) for clause in clauses for product_id, _ in clause.items])


# ---------------------------------------------------------------------------------------------------------- questions


def _about(sentence: Sentence, named: tuple[Item, ...]) -> Understanding:
    """A message that names products without claiming them."""
    known, form = vocabulary(), sentence.form
    asked = any(clause.asks for clause in sentence.clauses)
    left = bool(known.available.search(form)) or _asks_what_is_sold_out(form)
    if _for_the_seller(sentence, left):
        return Understanding(Intent.UNKNOWN, named, sure=False)
    if (known.price.search(form) or (asked and "$" in form)) and not _counts_what_is_left(form):
        return Understanding(Intent.PRICE, named)
    if known.pay.search(form):
        return Understanding(Intent.PAY, named)
    if left:
        return Understanding(Intent.AVAILABILITY, named)
    familiar = known.common | known.french_words
    strange = [word for word in form.replace("?", "").split() if not _harmless(word) and word not in familiar]
    if known.undecided.search(form) or known.interested.search(form) or (asked and not strange):
        return Understanding(Intent.AVAILABILITY, named, sure=False)
    return Understanding(Intent.UNKNOWN, named, sure=False)


def _for_the_seller(sentence: Sentence, left: bool) -> bool:
    """Sizes asked for, complaints, choices, refusals, unknown codes: answering with price or stock would miss it."""
    known, form = vocabulary(), sentence.form
    if sentence.codes or _unlikely_count(sentence.clauses):
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
    if sentence.codes or known.beyond.search(form):
        return Understanding(Intent.UNKNOWN, sure=False)
    return _by_title(sentence, products, context)


def _by_title(sentence: Sentence, products: Products, context: Context) -> Understanding:
    """« je la prends », « c'est combien le sac en cuir »: the product shown last, or those whose title fits."""
    known = vocabulary()
    form = sentence.form
    open_clauses = [clause for clause in sentence.clauses if not _stands_in_the_way(clause)]
    wanting = any(known.taking.search(clause.form) and not clause.asks for clause in open_clauses)
    price = known.price.search(form) and not _counts_what_is_left(form)
    if not (wanting or price or known.available.search(form)) or known.refusing.search(form):
        return Understanding(Intent.UNKNOWN, sure=False)
    intent = Intent.PRICE if price else Intent.AVAILABILITY
    described = [word for word in sentence.words if len(word) > 2 and not _says_nothing(word)]
    if described:
        items = tuple(Item(product_id) for product_id in products.search(" ".join(described), 3))
        return Understanding(intent if items else Intent.UNKNOWN, items, sure=False)
    shown = () if context.product_id is None else (Item(context.product_id, _only_number(sentence)),)
    if shown and any(_taken(clause) is not None for clause in open_clauses):
        return Understanding(Intent.CLAIM, shown)
    return Understanding(intent, shown, sure=bool(shown or price))


def _says_nothing(word: str) -> bool:
    known = vocabulary()
    sets = (known.manners, known.french_words, known.malagasy_words, known.english_words, known.pieces)
    patterns = (known.taking, known.ordering, known.price, known.available, known.asking)
    return any(word in each for each in sets) or any(pattern.fullmatch(word) for pattern in patterns)


def _only_number(sentence: Sentence) -> int:
    numbers = [t.value for clause in sentence.clauses for t in clause.tokens if t.kind == "#"]
    return numbers[0] if len(numbers) == 1 and 1 <= numbers[0] <= MOST else 1


# ---------------------------------------------------------------------------------------------------------- small talk


def _small_talk(sentence: Sentence, context: Context) -> Understanding | None:
    known = vocabulary()
    said = sentence.form.split()
    strange = [word for word in said if word not in known.polite]
    if said[0] in known.no and len(strange) < 3 and "?" not in said:
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
        return Understanding(Intent.YES if context.asked else Intent.THANKS)
    if sentence.greets:
        return Understanding(Intent.GREETING)
    return Understanding(Intent.UNKNOWN, sure=False)


def _language(sentence: Sentence) -> str | None:
    """The language most words belong to; Malagasy on a tie, since who mixes reads it."""
    known = vocabulary()
    said = [token.text for clause in sentence.clauses for token in clause.tokens]
    counts = {
        language: sum(word in known for word in said)
        for language, known in (
            ("mg", known.malagasy_words),
            ("fr", known.french_words),
            ("en", known.english_words),
        )
    }
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else None
