"""What a message says about the number of something that is held already: how many, all of it. Pure.

:mod:`core.understanding.engine` finds what a message means by itself; this is asked where the shop has asked how many.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.kernel.patterns import late
from core.understanding.sentence import Clause, Sentence
from core.understanding.tokens import NUMBER, PRODUCT, SUM, Token
from core.understanding.words import AGREEING_EMOJI, vocabulary

_ALL: Final = late(
    r"(?<!\S)(?:toute la quantite|tout le (?:reste|stock|lot)|tout ce (?:qui|qu il) (?:en )?reste"
    r"|tout ce que (?:vous|tu) (?:avez|as)|le reste|la totalite|tou[ts]|toutes?|daholo|avokoa|rehetra|all|everything)"
    r"(?!\S)"
)
_BESIDE_ALL: Final = frozenset(
    "je j prends prend veux veut voudrais reserve achete en reste restent stock dispo disponible que vous avez tu as"
    " le les alaiko halaiko raisiko haka maka izay sisa misy ny entana take want".split()
)
_PAIRED: Final = late(
    r"chauss|basket|sandal|sabot|botte|bottine|escarpin|mocassin|boucle|gant|kiraro|kapa|shoe|sneaker|earring|paire"
)
_AGREED: Final = frozenset(
    "ok okay oki okk okii dac dacc daccord d accord c est bon ca marche parfait top valide confirme eny eka go"
    " entendu tsara ekena".split()
)
_AGREEING: Final = frozenset("👍👌✅💯")
_EITHER: Final = late(r"# (?:ou|na|or) #")
_COMING: Final = late(
    r"(?<!\S)(?:(?:on|nous) (?:est|sera|serons|sommes|seront|vient|venons|viendra|viendrons) (?:a )?#"
    r"|(?:isika|izahay) #|# (?:personnes?|olona))(?!\S)"
)
_OF_A_PRICE: Final = late(
    r"(?<!\S)(?:(?:celui|celle|ceux|celles|the one)(?: (?:la|ci))? (?:a|de|qui (?:est a|fait|coute)|at|for)"
    r"|ilay(?: mitentina)?) \$(?!\S)"
)
_DIGITS: Final = late(r"(\d+)(k?)")
_ORDERING: Final = frozenset(
    "commander commande commandons confirmer confirme confirmons valider valide validons".split()
)
_AROUND_ORDERING: Final = frozenset("je j on nous veux voudrais peux vais tout la le l oui eny".split())
_TAKING: Final = frozenset("je j en m mets mettez mettre donne donnez prends prenez veux met i il faut".split())
_OF_THE_NUMBER: Final = frozenset("ve sisa reste restent restants".split())
_STARTS: Final = frozenset("et sy ary dia plus aussi alors".split())


def beside_a_question(sentence: Sentence) -> tuple[int, str] | None:
    """« 2 mais livré demain ? », « oui 3, vous livrez à Rufisque ? »: the number that stands by itself, and the words
    that ask something else; None where there is no such number."""
    if not any(clause.asks for clause in sentence.clauses):
        return None
    bare = [clause for clause in sentence.clauses if _only_counts(clause)]
    if len(bare) == 1:
        rest = [token.text for clause in sentence.clauses if clause is not bare[0] for token in clause.tokens]
        return _numbers(bare[0])[0], " ".join(rest)
    first = sentence.clauses[0]
    place = next((i for i, token in enumerate(first.tokens) if token.kind == NUMBER), None)
    if bare or place is None or first.items or undecided(sentence):
        return None
    if not _leads_to_a_number(first.tokens, place):
        return None
    rest = [token.text for token in first.tokens[place + 1 :]]
    rest += [token.text for clause in sentence.clauses[1:] for token in clause.tokens]
    return first.tokens[place].value, " ".join(rest[1:] if rest[:1] and rest[0] in _STARTS else rest)


def _leads_to_a_number(tokens: Sequence[Token], place: int) -> bool:
    """« j’en veux 3 vous livrez ? », but not « il y en a 3 en stock ? » nor « 2 ve no sisa ? »: these ask of it."""
    known = vocabulary()
    ahead = " ".join(token.text for token in tokens[:place])
    following = tokens[place + 1].text if place + 1 < len(tokens) else ""
    if following in _OF_THE_NUMBER or known.available.search(ahead) or known.price.search(ahead):
        return False
    return all(_says_nothing(word) or word in _TAKING for word in known.taking.sub(" ", ahead).split())


def price(sentence: Sentence) -> int | None:
    """« celui à 15 000 », « celle qui fait 12k »: the sum that names a product, in whole units of money."""
    sums = [token.text for clause in sentence.clauses for token in clause.tokens if token.kind == SUM]
    if len(sums) != 1 or PRODUCT in sentence.form or _OF_A_PRICE.search(sentence.form) is None:
        return None
    said = _DIGITS.match(sums[0])
    return int(said[1]) * (1000 if said[2] else 1) if said else None


def undecided(sentence: Sentence) -> bool:
    """« 2 ou 3 »."""
    return _EITHER.search(sentence.form) is not None


def people(sentence: Sentence) -> int | None:
    """« on sera 2 », « nous venons à 4 », « isika telo »: how many come."""
    found = _COMING.search(sentence.form)
    numbers = [token.value for clause in sentence.clauses for token in clause.tokens if token.kind == NUMBER]
    return numbers[0] if found and len(numbers) == 1 and "?" not in sentence.form else None


def orders(sentence: Sentence) -> bool:
    """« commander », « je valide »: the word of the button, written."""
    words = [word for word in sentence.form.split() if word not in vocabulary().manners]
    return not {*words}.isdisjoint(_ORDERING) and all(word in _ORDERING or word in _AROUND_ORDERING for word in words)


def everything(sentence: Sentence) -> bool:
    """« tout », « je prends tout ce qui reste », « alaiko daholo »: nothing else is said."""
    words = " ".join(sentence.words)  # the form leaves « à tous, à toutes » out
    found = _ALL.search(words)
    if found is None or not {"?", "#", "est"}.isdisjoint((*sentence.form.split(), *sentence.words)):  # « c’est tout »
        return False
    rest = f"{words[: found.start()]} {words[found.end() :]}".split()
    known = vocabulary()
    return all(word in known.harmless or word in _BESIDE_ALL or word in known.yes for word in rest)


def agrees(sentence: Sentence) -> bool:
    """« ok », « d’accord », « 👍 » where a yes was asked for; « merci » alone is none."""
    said = [word for word in sentence.form.split() if word not in vocabulary().manners or word in _AGREED]
    if not said:
        agreeing = bool(sentence.emoji) and all(c in AGREEING_EMOJI for c in sentence.emoji)
        return not sentence.form.strip() and agreeing and not _AGREEING.isdisjoint(sentence.emoji)
    return all(word in _AGREED for word in said)


def pair(sentence: Sentence) -> bool:
    """« une paire », « mivady »: two of a kind, or one of what is sold in pairs (:func:`sold_in_pairs`)."""
    words = sentence.form.split()
    return "mivady" in words or ("#" in words and not {"paire", "paires"}.isdisjoint(words))


def sold_in_pairs(title: str) -> bool:
    """Whether one of these is a pair: shoes, earrings. ``title`` folded."""
    return _PAIRED.search(title) is not None


def _only_counts(clause: Clause) -> bool:
    """« oui 3 », « 2 pièces svp »."""
    words = [word for word in clause.form.split() if word != "?"]
    counted = len(_numbers(clause)) == 1 and not any(token.kind == PRODUCT for token in clause.tokens)
    return counted and all(word == NUMBER or _says_nothing(word) for word in words) and not clause.asks


def _says_nothing(word: str) -> bool:
    known = vocabulary()
    return word in known.harmless or word in known.yes or word in known.no or word in known.pieces


def _numbers(clause: Clause) -> list[int]:
    return [token.value for token in clause.tokens if token.kind == NUMBER]
