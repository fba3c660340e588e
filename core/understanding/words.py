"""The words buyers use: ``resources/understanding/words.toml``, read when the first message comes.

Sets of words and patterns over clauses in which products stand as ``§`` and numbers as ``#``; what follows from them is
decided in ``understanding``.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any, Final

from msgspec import Struct

from core.kernel.paths import resource
from core.kernel.patterns import late

AGREEING_EMOJI: Final = frozenset("👍👌🙏❤😍🥰😘💪✅👏🙌💯😊🙂😁😀😃😄🤗🫶💕💖💗💙💚💛🧡💜🤝🔥😇☺")
MEASURE: Final = late(r"\d+(?:h\d*|f|fr|frs|fcfa|cfa|ar|eme|e|er|ere|nd|m\d*|cm|kg|g|ml|l|mn|min|k|ans|j|gb|go)")
CHOICE: Final = late(r"§ (?:ou|na|or) (?:\S+ )?§")
RECEIVED: Final = late(r"(?<!\S)(?:recu|livre|envoye) (?:(?:la|le|une?|#) )?§")
OWNED: Final = late(r"(?<!\S)(?:ma|mon|mes|ta|votre) §")
# What follows a product without saying anything about it: for whom it is, how it will be paid, where they live.
TAIL: Final = late(
    r"(?<=§ )(?:dans|sur|avec|a) (?:(?:mon|ma|le|la|notre|mes) )?"
    r"(?:colis|paquet|panier|sac|commande|liste|note|compte|nom)$"
    r"|(?<=§ )(?:(?:en )?[~#] )?(?:(?:c|il|elle) )?(?:est )?(?:pour|au nom de|nom|ho an) \S+(?: \S+)?(?: \S+)?$"
    r"|(?<=§ )(?:(?:a|vers) [^§\s#$~]{4,} )?(?:et )?(?:je |on )?(?:vais |veux )?"
    r"(?:paye|paie|payer|paiement|payement|valide|regle|regler|reglerai)(?!\S)[^§]*$"
    r"|(?<=§ )(?:et )?(?:je )?(?:vais )?(?:fais|faire|envoie|envoyer) (?:le |l )?(?:paiement|argent|depot|transfert)"
    r"(?!\S)[^§]*$"
    r"|(?<=§ )(?:c est )?pour (?:(?:la|le|les|l|un|une|mon|ma|mes|notre|son|sa) )?(?:mariage|bapteme|fete|fetes"
    r"|anniversaire|anniv|ceremonie|tabaski|korite|gamou|magal|noel|deuil|fiancailles|communion|rentree|offrir)"
    r"(?: [^§\s#$~?]+){0,5}$"
    r"|(?:je|j) (?:suis|habite|reste|vis) (?:a|au|en|sur|vers|de)\b[^§]*$"
)

Words = frozenset[str]
Phrases = re.Pattern[str]


class Vocabulary(Struct, frozen=True):
    """The sections ``[words]`` and ``[phrases]`` of the file, by name; see the notes there."""

    size_before: Words
    pieces: Words
    manners: Words
    attributes: Words
    order_words: Words
    opinions: Words
    greetings: Words
    thanks: Words
    yes: Words
    no: Words
    grateful: Words
    common: Words
    malagasy_words: Words
    french_words: Words
    english_words: Words
    corrected: tuple[str, ...]
    """In one order: of two words equally near, it is always the same."""
    bargained: Phrases
    stripped: Phrases
    greeted: Phrases
    taking: Phrases
    ordering: Phrases
    handing: Phrases
    asking_favour: Phrases
    refusing: Phrases
    past: Phrases
    undecided: Phrases
    wants_to_cancel: Phrases
    interested: Phrases
    asking: Phrases
    price: Phrases
    available: Phrases
    sold_out: Phrases
    beyond: Phrases
    elsewhere: Phrases
    paid: Phrases
    not_paid: Phrases
    pay: Phrases
    cancel: Phrases
    not_cancel: Phrases
    my_orders: Phrases
    catalogue: Phrases
    human: Phrases
    sized: Phrases
    more: Phrases
    fewer: Phrases
    only: Phrases
    taking_out: Phrases
    not_this: Phrases
    amended: Phrases
    total: Phrases
    haggling: Phrases
    credit: Phrases
    goods: Phrases
    this_one: Phrases
    numbers: dict[str, int]
    malagasy_numbers: dict[str, int]
    spellings: dict[str, list[str]]
    called: dict[str, tuple[str, ...]]
    wider: dict[str, tuple[str, ...]]
    """A word → what it may say beside another word of a title."""
    polite: Words
    known: Words
    harmless: Words


@cache
def vocabulary() -> Vocabulary:
    """Everything, read and compiled once (about 30 ms)."""
    with resource("understanding", "words.toml").open("rb") as file:
        data: dict[str, dict[str, str]] = tomllib.load(file)
    values: dict[str, Any] = {name: frozenset(text.split()) for name, text in data["words"].items()}
    values |= {name: _pattern(text, data["parts"]) for name, text in data["phrases"].items()}
    numbers = {language: _numbers(text) for language, text in data["numbers"].items()}
    values["malagasy_numbers"] = numbers["malagasy"]
    values["numbers"] = {word: value for each in numbers.values() for word, value in each.items()}
    values["spellings"] = {
        short: meant.split("_") for meant, shorts in data["spellings"].items() for short in shorts.split()
    }
    values["called"], values["wider"] = _groups(data["called"]), _groups(data["wider"])
    long = sorted(word for word in values["attributes"] if len(word) > 2 or word in ("xl", "xs"))
    values["sized"] = _pattern("~\n(?:en|taille|tailles|size|t) (?:s|m|l)\n" + "\n".join(long), {})
    values["corrected"] = tuple(sorted(values["corrected"]))
    values["polite"] = _union(values, "manners greetings thanks yes no") | {"je"}
    values["harmless"] = _union(values, "manners attributes pieces order_words") | {"§", "#", "~", "$"}
    tongues = "malagasy_words french_words english_words"
    values["known"] = _union(values, f"manners attributes common greetings thanks yes no {tongues}")
    return Vocabulary(**{name: values[name] for name in Vocabulary.__struct_fields__})


def _pattern(text: str, parts: dict[str, str]) -> Phrases:
    joined = "|".join(text.strip().splitlines())
    for _ in range(2):  # a part may be made of parts
        joined = re.sub(r"<(\w+)>", lambda found: parts[found[1]], joined)
    joined = joined.replace("_", r"(?:\S+ ){0,3}")
    return re.compile(rf"(?<!\S)(?:{joined})(?!\S)")


def _groups(section: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Word → the others of its groups."""
    kinds = [(kind, *others.split()) for kind, others in section.items()]
    return {
        word: tuple(dict.fromkeys(one for kind in kinds if word in kind for one in kind if one != word))
        for word in dict.fromkeys(word for kind in kinds for word in kind)
    }


def _numbers(text: str) -> dict[str, int]:
    words = text.split()
    return {word: int(value) for word, value in zip(words[::2], words[1::2], strict=True)}


def _union(values: dict[str, Any], names: str) -> Words:
    return frozenset().union(*(values[name] for name in names.split()))


class Concepts(Struct, frozen=True):
    """``resources/understanding/concepts.toml``: what words speak of. ``begun``: beginnings, by length."""

    whole: dict[str, tuple[str, ...]]
    begun: dict[int, dict[str, tuple[str, ...]]]

    def of(self, word: str) -> tuple[str, ...]:
        """What a word speaks of, each once, in the order of the file."""
        found = self.whole.get(word, ())
        for length, heads in self.begun.items():
            found += heads.get(word[:length], ())
        return tuple(dict.fromkeys(found))


@cache
def concepts() -> Concepts:
    """Read once (about 3 ms)."""
    with resource("understanding", "concepts.toml").open("rb") as file:
        data: dict[str, str] = tomllib.load(file)
    whole: dict[str, tuple[str, ...]] = {}
    begun: dict[int, dict[str, tuple[str, ...]]] = {}
    for name, text in data.items():
        for word in text.split():
            for one in (head + word[1:] for head in "mnh") if word.startswith("~") else (word,):
                bare = one.removesuffix("*")
                where = begun.setdefault(len(bare), {}) if one.endswith("*") else whole
                where[bare] = (*where.get(bare, ()), name)
    return Concepts(whole, begun)
