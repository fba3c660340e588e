"""What a customer's message asks for. Pure: text and catalogue in, one value out; it never raises.

Words and patterns give a first reading; a small classifier, made of labelled messages, looks at the words, their pieces
and that reading, and says how likely each intent is. Two rules weigh more than finding everything: what is not surely
a claim reserves nothing, and what is not understood goes to the seller.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

from msgspec import structs

from core.understanding import model
from core.understanding.cascade import first_reading
from core.understanding.claims import (
    counted_items,
    likely_items,
    named_items,
    only_takes,
    refused,
    told_items,
    with_lone_number,
)
from core.understanding.corrections import Correction, correction
from core.understanding.described import note, notes, speaks_of_nothing_else
from core.understanding.features import MARKS, of_message
from core.understanding.naming import NO_PRODUCTS, Products
from core.understanding.rules import NOTHING_KNOWN, Context, Intent, Item, Topic, Understanding
from core.understanding.sentence import Sentence, read
from core.understanding.shares import several
from core.understanding.tokens import NUMBER
from core.understanding.topics import names_something, topic_of
from core.understanding.words import vocabulary

CONTESTED: Final = 0.6  # below it, a claim of the rules is none where the classifier finds something else likelier
ALSO: Final = 0.6
LANGUAGE: Final = 0.5
LEAST_BESIDE: Final = 0.02  # the question of the message outweighs its claim in the classifier's eyes, as it is longer
_LIKELY: Final = 3
_ASKED_AFTER_A_CLAIM: Final = frozenset(
    {
        Intent.DELIVERY,
        Intent.PAYMENT_MEANS,
        Intent.PAY,
        Intent.OPENING_HOURS,
        Intent.DETAILS,
        Intent.PRICE,
        Intent.AVAILABILITY,
        Intent.MY_ORDERS,
    }
)
_ASKS: Final = frozenset(
    {
        Intent.PRICE,
        Intent.AVAILABILITY,
        Intent.DETAILS,
        Intent.DELIVERY,
        Intent.PAY,
        Intent.PAYMENT_MEANS,
        Intent.PAYMENT_PROBLEM,
        Intent.COMPLAINT,
        Intent.HUMAN,
        Intent.MY_ORDERS,
        Intent.OPENING_HOURS,
        Intent.CANCEL,
        Intent.QUOTE,
        Intent.PAYMENT_TALK,
    }
)

_OF_WHAT_IS_HELD: Final = frozenset({Intent.CHANGE, Intent.QUANTITY, Intent.CANCEL, Intent.UNKNOWN, Intent.NO})
# « tu peux en retirer une ? »: nothing else is said where a number of more or fewer was found.
_MAY_BE_A_FAVOUR: Final = frozenset({Intent.CLAIM, Intent.AVAILABILITY, Intent.DETAILS})


class Engine(Protocol):
    """What stands behind a conversation: this module's :func:`understand`, or the assistant that replaces it."""

    def __call__(self, text: str, products: Products, context: Context = ...) -> Understanding: ...


def warm() -> None:
    """Read words and model now, some tens of ms, instead of with the first message."""
    understand("bonjour, je prends ROBE1", NO_PRODUCTS)


def understand(text: str, products: Products, context: Context = NOTHING_KNOWN) -> Understanding:
    """The meaning of one message (or caption) of a customer."""
    sentence = read(text, products, context.most)
    first = first_reading(sentence, products, context)
    words, features = of_message(sentence, first)
    if not sentence.form.replace("?", "").strip():
        return first
    likely = model.probabilities(words, features)
    if context.asked and first.intent is Intent.YES:
        return first
    beside = _words_beside(sentence)
    asked = _likely_alone(beside, products) if beside and first.intent is Intent.CLAIM else {}
    meant = _weighed(sentence, first, likely, bool(asked))
    others = likely | {str(intent): chance for intent, chance in asked.items()}
    also = tuple(
        intent for intent in Intent if intent in _ASKS and intent is not meant.intent and others.get(intent, 0) > ALSO
    )
    made = replace(meant, language=_language(words, likely), also=also, number=_number(sentence), beside=beside)
    if meant.intent is Intent.CLAIM:
        items = with_lone_number(sentence, meant.items)
        made = replace(made, items=items, asked=_asked_about(sentence, meant))
    found = _correction(sentence, meant)
    made = _amended(sentence, made, found) or _as_corrected(sentence, made, found)
    topic = topic_of(text, sentence, made, products)
    if topic is Topic.CREDIT and made.intent is Intent.PAYMENT_PROBLEM:
        made = replace(made, intent=Intent.PAYMENT_MEANS)
    if topic is Topic.HAGGLING and not made.sure:
        made = replace(made, intent=Intent.PRICE)
    return _described(text, sentence, replace(made, topic=topic))


def _described(text: str, sentence: Sentence, meant: Understanding) -> Understanding:
    """With the sizes and colours that are said."""
    said = note(text, sentence)
    if not said or meant.intent is not Intent.CLAIM:
        return replace(meant, note=said if said and not meant.items and speaks_of_nothing_else(sentence) else "")
    if not any(clause.asks for clause in sentence.clauses):  # « ROBE1 taille M » asks nothing about sizes
        meant = replace(meant, also=tuple(one for one in meant.also if one is not Intent.DETAILS))
    each = notes(text, sentence) if len(meant.items) > 1 else {}
    items = tuple(
        replace(item, note=said if len(meant.items) == 1 else each.get(item.product_id, "")) for item in meant.items
    )
    return replace(meant, items=items)


def _correction(sentence: Sentence, meant: Understanding) -> Correction:
    """« ROBE1 pour moi et une autre pour ma fille » is two from the start, not one more of what is held."""
    found = correction(sentence)
    shared = meant.intent is Intent.CLAIM and found.by is not None and bool(several(sentence))
    return structs.replace(found, by=None) if shared else found


def _amended(sentence: Sentence, meant: Understanding, found: Correction) -> Understanding | None:
    """« ROBE1 pardon ROBE2 »: ROBE2 is asked back, ROBE1 is out."""
    if found.amended is None or meant.intent not in _OF_WHAT_IS_HELD | _MAY_BE_A_FAVOUR:
        return None
    said_first, now = found.amended
    item = next((one for one in counted_items(sentence.clauses) if one.product_id == now), Item(now))
    return replace(meant, intent=Intent.CHANGE, items=(item,), out=(said_first,), sure=True)


def _as_corrected(sentence: Sentence, meant: Understanding, found: Correction) -> Understanding:
    """What takes from what is held, or adds to it, is sure by its form."""
    kept = tuple(item for item in meant.items if item.product_id not in found.out)
    if found.by is not None and (meant.intent in _OF_WHAT_IS_HELD | _MAY_BE_A_FAVOUR or not meant.sure):
        if found.by > 0 and len(meant.items) > 1:  # « ajoute-moi deux KAFTAN et trois PARFUM3 »: each has its own
            return meant
        if found.by > 0 and meant.items:
            taken = tuple(replace(item, quantity=found.by, counted=True) for item in meant.items)
            return replace(meant, intent=Intent.CLAIM, items=taken, by=found.by, sure=True)
        counts = Intent.QUANTITY if meant.intent is Intent.QUANTITY else Intent.CHANGE
        return replace(meant, intent=counts, by=found.by, sure=True)
    if meant.intent is Intent.CLAIM:
        return replace(meant, out=tuple(one for one in found.out if one not in {i.product_id for i in meant.items}))
    held = meant.intent in _OF_WHAT_IS_HELD or not meant.sure  # « diminuez à 1 », « vire le sac »: the form is clear
    if not held or any(clause.asks for clause in sentence.clauses):
        return meant
    return _of_what_is_held(meant, found, kept)


def _of_what_is_held(meant: Understanding, found: Correction, kept: tuple[Item, ...]) -> Understanding:
    """``kept``: what is named and not refused."""
    if found.fewer and meant.number is not None:  # never so many instead of so many fewer
        return replace(meant, intent=Intent.UNKNOWN, sure=False, number=None)
    if found.only is not None:
        counts = Intent.QUANTITY if meant.intent is Intent.QUANTITY else Intent.CHANGE
        return replace(meant, intent=counts, number=found.only, sure=True)
    if found.taken_out and found.out:
        intent = Intent.CHANGE if kept else Intent.CANCEL
        return replace(meant, intent=intent, items=kept or meant.items, out=found.out, sure=True, taken_out=True)
    if meant.intent is Intent.NO and not found.out:  # « KAFTAN n’est pas pour moi »
        return replace(meant, out=tuple(item.product_id for item in meant.items))
    if found.out and kept and meant.intent is Intent.CHANGE:
        return replace(meant, items=kept, out=found.out)
    return replace(meant, out=() if kept else found.out, taken_out=found.taken_out)


def _words_beside(sentence: Sentence) -> str:
    """The words of the clauses that ask, beside others: « je prends ROBE1, vous livrez à Thiès ? »."""
    asking = [clause for clause in sentence.clauses if clause.asks and not clause.items]
    if not asking or len(asking) == len(sentence.clauses):
        return ""
    return " ".join(token.text for clause in asking for token in clause.tokens)


def _likely_alone(text: str, products: Products) -> dict[Intent, float]:
    """What a part of a message would mean by itself, as far as it is a question."""
    rest = read(text, products)
    if not rest.form.replace("?", "").strip():
        return {}
    words, features = of_message(rest, first_reading(rest, products, NOTHING_KNOWN))
    likely = model.probabilities(words, features)
    return {intent: likely[intent] for intent in _ASKS if likely[intent] > ALSO}


def _asked_about(sentence: Sentence, claim: Understanding) -> tuple[Item, ...]:
    """« …, et le SAC2 c’est combien ? »: products asked about beside those that are taken."""
    taken = {item.product_id for item in claim.items}
    asking = tuple(clause for clause in sentence.clauses if clause.asks and clause.items)
    return tuple(item for item in named_items(asking) if item.product_id not in taken)


def _weighed(sentence: Sentence, first: Understanding, likely: dict[str, float], beside: bool) -> Understanding:
    """The first reading and the classifier's, against each other. ``beside``: another clause asks something else."""
    ranked = sorted(_possible(sentence, first), key=lambda intent: -likely[intent])
    claim = likely[Intent.CLAIM]
    named = named_items(sentence.clauses)
    best = tuple(ranked[:_LIKELY])
    act = model.model().act
    agreed = claim >= act["ruled"] and (ranked[0] is Intent.CLAIM or claim >= CONTESTED)
    agreed = agreed or (beside and ranked[0] in _ASKED_AFTER_A_CLAIM and claim >= LEAST_BESIDE)
    if first.intent is Intent.CLAIM and (agreed or (not named and only_takes(sentence))):
        return Understanding(Intent.CLAIM, first.items, confidence=claim, likely=best)
    if ranked[0] is Intent.CLAIM:
        items = likely_items(sentence)
        kind = "told" if not items else "counted" if all(item.counted for item in items) else "alone"
        items = items or told_items(sentence)
        if items and claim >= act[kind]:
            return Understanding(Intent.CLAIM, items, confidence=claim, likely=best)
    chosen = ranked[0]
    confidence = likely[chosen]
    if chosen is Intent.CLAIM:
        items = named or first.items
        if not items or refused(sentence):
            return Understanding(Intent.UNKNOWN, named, sure=False, confidence=confidence, likely=best[1:])
        return Understanding(Intent.AVAILABILITY, items, sure=False, confidence=confidence, likely=best)
    if chosen is Intent.QUANTITY and (named or names_something(sentence)):
        return Understanding(Intent.UNKNOWN, named, sure=False, confidence=confidence, likely=best[1:])
    items = named if chosen is not first.intent else first.items
    if chosen is Intent.QUOTE:
        items = counted_items(sentence.clauses)
    if chosen is first.intent is Intent.AVAILABILITY and not first.sure:
        return Understanding(chosen, items, sure=False, confidence=confidence, likely=best)
    return Understanding(chosen, items, confidence >= act[chosen], confidence=confidence, likely=best)


def _possible(sentence: Sentence, first: Understanding) -> list[Intent]:
    """What the rules leave open: an order is not cancelled for « n’annulez pas » nor for a question."""
    known, form = vocabulary(), sentence.form
    doubtful = first.intent is not Intent.CANCEL and (known.cancel.search(form) or "?" in form)
    return [intent for intent in Intent if intent is not Intent.CANCEL or not doubtful]


def _language(words: list[str], likely: dict[str, float]) -> str | None:
    """None where everybody writes so: « ROBE1 svp », « ok merci »."""
    known = vocabulary()
    neutral = (MARKS | known.manners) - known.french_words - known.malagasy_words - known.english_words
    if all(word in neutral for word in words):
        return None
    french, malagasy, english = (likely[one] > LANGUAGE for one in model.LANGUAGES)
    if french and malagasy:
        return "mixed"
    found = max(model.LANGUAGES, key=lambda one: likely[one])
    return found if french or malagasy or english else None


def _number(sentence: Sentence) -> int | None:
    """The last number that may count pieces: « pas 2 mais 3 » asks for three."""
    numbers = [t.value for clause in sentence.clauses for t in clause.tokens if t.kind == NUMBER]
    return numbers[-1] if numbers and 1 <= numbers[-1] <= sentence.most else None


def item_of(meant: Understanding, product_id: int) -> Item:
    """``product_id`` with the number of the message."""
    return Item(product_id, meant.number or 1, meant.number is not None)
