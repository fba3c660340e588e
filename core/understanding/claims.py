"""The products of a message that are surely wanted now. Pure.

Words of taking reach the products around them; a refusal, a past, a condition or a question stands in the way.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.kernel.patterns import late
from core.understanding.rules import Item
from core.understanding.sentence import Clause, Sentence
from core.understanding.shares import several
from core.understanding.tokens import LARGEST, NUMBER, PRODUCT
from core.understanding.words import CHOICE, TAIL, vocabulary

_LEAST_SIZE: Final = 10
_NO_COUNT_AFTER: Final = frozenset("entre le in faha volana taille numero n lot deja laharana habe haba nilaza".split())
_NO_COUNT_BEFORE: Final = frozenset("kg kilo aho foana izahay".split())
_FOR_SOMEBODY: Final = late(r"§ (?:\S+ ){0,2}(?:pour|ho an|ho|for)(?!\S)")
_PIECES: Final = late(
    r"(?<!\S)(?:# (?:paires?|bouteilles?|paquets?|pots?|flacons?|pieces?|pcs|isa|tavoahangy)"
    r"|(?:tavoahangy|paquets?) #)(?!\S)"
)


def claimed_items(sentence: Sentence) -> tuple[tuple[Item, ...], bool]:
    """The products that are surely wanted now, and whether words say so (else they are merely named, with manners)."""
    if CHOICE.search(sentence.form) or unlikely_count(sentence) or _bargains(sentence):
        return (), False
    busy = bool(sentence.codes) or any(turns_elsewhere(clause) for clause in sentence.clauses)
    taking = said = False
    found: list[tuple[int, int | None]] = []
    for clause in sentence.clauses:
        if stands_in_the_way(clause):
            taking = False
            continue
        taken = taken_ids(clause)
        if taken is None and _bare(clause) and (taking or not busy or _asked_for(clause, sentence)):
            found += clause.items
        found += [item for item in clause.items if item[0] in (taken or ())]
        if not clause.items and len(found) == 1 and found[0][1] is None and (taken is not None or _pieces(clause)):
            # « CREME10, j’en voudrais cinq », « le savon, 3 pièces »
            found[0] = (found[0][0], _count(clause, sentence.most))
        taking = taking or taken is not None
        said = said or bool(taken)
    if found:
        found += _counted(sentence)
    if not found and (meant := _meant_by_pronoun(sentence)):
        return meant, True
    if said:
        found += _beside(sentence, {product_id for product_id, _ in found})
    each = several(sentence)
    made = merged(found)
    return tuple(_with_each(item, each) for item in made), said


def _with_each(item: Item, each: dict[int, int]) -> Item:
    number = each.get(item.product_id, 0)
    return replace(item, quantity=min(number, LARGEST), counted=True) if number > item.quantity else item


def only_takes(sentence: Sentence) -> bool:
    """« okay, raisiko ray », « réservez-moi ça »: nothing but taking, manners and a yes."""
    known = vocabulary()
    rest = known.this_one.sub(" ", known.taking.sub(" ", sentence.form)).split()
    return all(word in known.harmless or word in known.yes for word in rest) and "?" not in rest


def _pieces(clause: Clause) -> bool:
    """« 3 pots », « quantité 2 », « trois », « 2 »: a number of pieces by itself; « 39 » alone is a size."""
    words = clause.form.split()
    numbers = [token for token in clause.tokens if token.kind == NUMBER]
    spelled = any(not token.text.isdecimal() or token.value < _LEAST_SIZE for token in numbers)
    if _bare(clause):
        return spelled or "quantite" in words or not vocabulary().pieces.isdisjoint(words)
    return not clause.asks and _PIECES.search(clause.form) is not None and not stands_in_the_way(clause)


def _asked_for(clause: Clause, sentence: Sentence) -> bool:
    """« 2 HUILE7 svp, combien la livraison ? »: counted, and the rest asks only what comes after a purchase."""
    known = vocabulary()
    rest = [one for one in sentence.clauses if turns_elsewhere(one)]
    counted = bool(clause.items) and all(count is not None for _, count in clause.items)
    return counted and not sentence.codes and all(known.elsewhere.search(one.form) and not one.items for one in rest)


def _counted(sentence: Sentence) -> list[tuple[int, int | None]]:
    """What has its number beside it where something else is taken: « pour maman : 1 BOUBOU4, 2 FOULARD11 »."""
    open_clauses = [c for c in sentence.clauses if not stands_in_the_way(c) and not turns_elsewhere(c)]
    return [item for clause in open_clauses for item in clause.items if item[1] is not None]


def _beside(sentence: Sentence, taken: set[int]) -> list[tuple[int, int | None]]:
    """« je prends SAC2 pour ma femme et KAFTAN pour moi »: what is named in one clause with what is taken, or for
    somebody; of « je prends ROBE1, le SAC2 est beau » only ROBE1 is."""
    known = vocabulary()
    against = (known.not_this, known.taking_out, known.amended)
    open_clauses = [
        clause
        for clause in sentence.clauses
        if not stands_in_the_way(clause)
        and not turns_elsewhere(clause)
        and not any(pattern.search(clause.form) for pattern in against)
        and (any(item[0] in taken for item in clause.items) or _FOR_SOMEBODY.search(clause.form))
    ]
    return [item for clause in open_clauses for item in clause.items if item[0] not in taken]


def _count(clause: Clause, most: int) -> int | None:
    numbers = [token.value for token in clause.tokens if token.kind == NUMBER]
    return numbers[0] if len(numbers) == 1 and 1 <= numbers[0] <= most else None


def _meant_by_pronoun(sentence: Sentence) -> tuple[Item, ...]:
    """« ne vendez pas KAFTAN, je le prends »: a clause that only takes, after the one product of the message, or after
    several that have their numbers."""
    known = vocabulary()
    everything = merged([item for clause in sentence.clauses for item in clause.items])
    if not everything or known.past.search(sentence.form):
        return ()
    holding = [place for place, clause in enumerate(sentence.clauses) if clause.items]
    for clause in sentence.clauses[holding[-1] + 1 :]:
        rest = known.taking.sub("", known.this_one.sub("", clause.form))
        only = rest != clause.form and all(map(harmless, rest.split()))
        if not only or clause.asks or stands_in_the_way(clause):
            continue
        number = _count(clause, sentence.most)  # « MECHE4 comme l’autre jour, j’en veux deux »
        if len(everything) == 1:
            return everything if number is None else (replace(everything[0], quantity=number, counted=True),)
        if number is None and all(item.counted for item in everything):
            return everything
    return ()


def _bargains(sentence: Sentence) -> bool:
    """A price is offered, or something else comes first: nothing is wanted yet."""
    found = vocabulary().bargained.search(sentence.form)
    return found is not None and not ("plutot" in found[0] and found.start() > 0)


def turns_elsewhere(clause: Clause) -> bool:
    """A question, a complaint: a code beside it is what the message is about, not what is wanted."""
    known = vocabulary()
    form = TAIL.sub("", clause.form)  # « 5 SAVON5 pour ma boutique » speaks of no shop of ours
    beyond = known.beyond.search(form) and not known.elsewhere.search(clause.form)
    return clause.asks or bool(beyond)


def taken_ids(clause: Clause) -> frozenset[int] | None:
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
            if pattern is not known.taking and not all(map(harmless, before)):
                continue  # an imperative opens the clause, or follows the product
            if pattern is known.handing and not all(map(harmless, TAIL.sub("", text[verb.end() :]).split())):
                continue
            reached = "".join(after[: _reach(after)]).count("§")
            first = before.count("§")
            if reached:
                # « ROBE1 en M pour moi et SAC2 pour … »
                named = 1 if verb[0] == "pour moi" and _just_named(before) else 0
                found = (found or frozenset()) | frozenset(ids[first - named : first + reached])
            elif _reach(after) == len(after):
                near = before[len(before) - _reach(before[::-1]) :].count("§") or (first if first == 1 else 0)
                found = (found or frozenset()) | frozenset(ids[first - near : first])
    return found


def _just_named(before: list[str]) -> bool:
    """Whether these words end in a product, or in its size and colour."""
    kinds = vocabulary().attributes | {"~", "#"}
    return next((word for word in reversed(before) if word not in kinds), "") == "§"


def _reach(said: list[str]) -> int:
    """How many of these words follow each other without one that could mean something else."""
    return next((index for index, word in enumerate(said) if not harmless(word)), len(said))


def harmless(word: str) -> bool:
    return word in vocabulary().harmless


def stands_in_the_way(clause: Clause) -> bool:
    known = vocabulary()
    form = TAIL.sub("", clause.form)
    return any(pattern.search(form) for pattern in (known.refusing, known.past, known.undecided))


def _bare(clause: Clause) -> bool:
    """Nothing but products, numbers, manners and sizes."""
    return not clause.asks and all(map(harmless, TAIL.sub("", clause.form).split()))


def unlikely_count(sentence: Sentence) -> bool:
    """A number of pieces that nobody buys here at once: « 500 ROBE1 », « SAC2, 150 pièces »."""
    counts = [count for clause in sentence.clauses for _, count in clause.items if count is not None]
    beside = [t.value for c in sentence.clauses if not c.items and _pieces(c) for t in c.tokens if t.kind == NUMBER]
    return any(not 1 <= count <= sentence.most for count in (*counts, *beside))


def merged(found: list[tuple[int, int | None]]) -> tuple[Item, ...]:
    counts: dict[int, int] = {}
    said: set[int] = set()
    for product_id, count in found:
        counts[product_id] = max(counts.get(product_id, 0), count or 1)
        if count is not None:
            said.add(product_id)
    return tuple(Item(product_id, min(count, LARGEST), product_id in said) for product_id, count in counts.items())


def with_lone_number(sentence: Sentence, items: tuple[Item, ...]) -> tuple[Item, ...]:
    """« … donc l’huile de coco, tu m’en laisses quatre »: where one product and one number are in a message, it counts
    that, wherever it stands; a size, a day and an hour are written in two digits."""
    tokens = [token for clause in sentence.clauses for token in clause.tokens]
    numbers = [place for place, token in enumerate(tokens) if token.kind == NUMBER]
    named = {token.value for token in tokens if token.kind == PRODUCT}
    if len(items) != 1 or items[0].counted or len(numbers) != 1 or len(named) != 1:
        return items
    place = numbers[0]
    number, before = tokens[place], tokens[place - 1].text if place else ""
    after = tokens[place + 1].text if place + 1 < len(tokens) else ""
    if number.text.isdecimal() and number.value >= _LEAST_SIZE:
        return items
    if before in _NO_COUNT_AFTER or after in _NO_COUNT_BEFORE or (before, after) == ("en", "fois"):
        return items
    if not 1 < number.value <= sentence.most:
        return items
    return (replace(items[0], quantity=number.value, counted=True),)


def named_items(clauses: tuple[Clause, ...]) -> tuple[Item, ...]:
    return merged([(product_id, None) for clause in clauses for product_id, _ in clause.items])


def counted_items(clauses: tuple[Clause, ...]) -> tuple[Item, ...]:
    """All that is named, as many of each as is said: what a quote is asked for."""
    return merged([item for clause in clauses for item in clause.items])


def likely_items(sentence: Sentence) -> tuple[Item, ...]:
    """The products of a message that is a claim by all it says, though no word of taking is known in it.

    None where something else is spoken of, a clause with a product refuses, tells of the past, sets a condition or
    asks, or two are to choose from.
    """
    holding = [clause for clause in sentence.clauses if clause.items]
    if any(turns_elsewhere(clause) or stands_in_the_way(clause) for clause in holding):
        return ()
    return told_items(sentence)


def told_items(sentence: Sentence) -> tuple[Item, ...]:
    """The products of a message that tells a story besides: « … le KAFTAN est pour moi, pas pour elle hein ». Only the
    classifier can say that it is a claim."""
    known = vocabulary()
    if any(pattern.search(sentence.form) for pattern in (known.cancel, known.paid, known.bargained, known.haggling)):
        return ()
    holding = [clause for clause in sentence.clauses if clause.items]
    if CHOICE.search(sentence.form) or unlikely_count(sentence) or sentence.codes or refused(sentence):
        return ()
    if any(clause.asks for clause in holding):
        return ()
    each = several(sentence)
    return tuple(_with_each(item, each) for item in merged([item for c in holding for item in c.items]))


def refused(sentence: Sentence) -> bool:
    """Whether every clause with a product says no to it, or tells of the past."""
    known = vocabulary()
    holding = [clause.form for clause in sentence.clauses if clause.items]
    return bool(holding) and all(known.refusing.search(form) or known.past.search(form) for form in holding)
