"""``search``: finding one of 50 000 products by its title, clean and with the slips of a thumb.

Beside the everyday catalogue (few words, a maker's name) a hard one is measured too: every title a mixture of the same
hundred words. The raw reference is a ``LIKE`` over every title, which finds no typo at all.
"""

from __future__ import annotations

import random
import string
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.catalogue.lexicon import Lexicon
from tests.bench import raw
from tests.bench.figures import Measured, median, percentile

P99_LIMIT_MS: Final = 15.0
FIRST: Final = 5
_NOUNS = """
    robe jupe sac sandale boubou pagne foulard collier bracelet montre chemise pantalon veste ceinture chapeau
    casquette lunettes creme savon parfum huile beurre bougie tapis coussin rideau drap nappe lampe panier vase
    assiette telephone chargeur ecouteurs coque enceinte clavier souris cable batterie ampoule ventilateur mixeur
    bouilloire casserole marmite couteau cuillere verre tasse theiere perruque tissage vernis mascara poudre gel
    shampoing tresse poussette biberon body pyjama doudou jouet poupee ballon velo trottinette cahier stylo cartable
"""
_KINDS = """
    wax bazin soie coton lin cuir velours dentelle raphia bogolan kente jean satin mousseline perles bois metal inox
    ceramique bambou karite ylang vanille baobab neem coco argan miel gingembre bissap moringa
"""
_COLOURS = """
    rouge bleue verte jaune noire blanche doree argentee rose violette orange marron beige turquoise bordeaux kaki
    ivoire corail indigo saumon
"""
_STYLES = """
    longue courte brodee plissee evasee droite ample ajustee doublee imprimee rayee fleurie unie legere epaisse
    traditionnelle moderne artisanale importee elegante sportive classique vintage enfant femme homme mixte bebe
"""
NOUNS, KINDS, COLOURS, STYLES = _NOUNS.split(), _KINDS.split(), _COLOURS.split(), _STYLES.split()
SYLLABLES: Final = [a + b for a in "bcdfgjklmnprstvz" for b in ("a", "e", "i", "o", "ou", "an", "ina", "el")]


@dataclass(frozen=True, slots=True)
class Scale:
    products: int = 50_000
    asked: int = 250
    rounds: int = 5


def everyday(count: int, rng: random.Random) -> list[str]:
    """Titles as a general store has them: few words, often repeated, with a maker's name and sometimes a size."""
    makers = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(1500)]
    titles: set[str] = set()
    while len(titles) < count:
        words = [rng.choice(NOUNS), rng.choice(KINDS), rng.choice(COLOURS), rng.choice(STYLES), rng.choice(makers)]
        if rng.random() < 0.3:
            words.append(rng.choice(["S", "M", "L", "XL", "36", "38", "40", "42", "250 ml", "lot de 3"]))
        titles.add(" ".join(words))
    return sorted(titles)


def hundred_words(count: int, rng: random.Random) -> list[str]:
    """Every title from the same words, told apart by their mixture alone."""
    words = [*NOUNS[:40], *KINDS, *COLOURS, *STYLES]
    titles: set[str] = set()
    while len(titles) < count:
        titles.add(" ".join(rng.sample(words, 4)))
    return sorted(titles)


def typo(word: str, rng: random.Random) -> str:
    """One omission, doubling, wrong letter, foreign letter or swap."""
    place, kind, letter = rng.randrange(len(word)), rng.randrange(5), rng.choice(string.ascii_lowercase)
    if kind == 0 and len(word) > 2:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    if kind == 2:
        return word[:place] + letter + word[place + 1 :]
    if kind == 3 and place:
        return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
    return word[:place] + letter + word[place:]


def _clean(title: str, rng: random.Random) -> str:
    return title


def _one_typo(title: str, rng: random.Random) -> str:
    words = title.split()
    place = rng.randrange(len(words))
    return " ".join([*words[:place], typo(words[place], rng), *words[place + 1 :]])


def _typo_each_word(title: str, rng: random.Random) -> str:
    return " ".join(typo(word, rng) for word in title.split())


_ASKED: Final[tuple[tuple[str, Callable[[str, random.Random], str], float], ...]] = (
    ("clean", _clean, 1.0),
    ("one_typo", _one_typo, 0.98),
    ("typo_each_word", _typo_each_word, 0.90),
)


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    titles = everyday(scale.products, random.Random(1))
    with raw.Titles(folder, titles) as reference:
        like_ms = 1000 / median(reference.rate(0.1) for _ in range(3))
    lexicon, built = _lexicon(titles)
    times, found = _ask(lexicon, titles, scale)
    hard_titles = hundred_words(scale.products, random.Random(1))
    hard, _ = _lexicon(hard_titles)
    hard_times, hard_found = _ask(hard, hard_titles, scale)
    p99 = median(percentile(each, 0.99) for each in times)
    speed: dict[str, float | int | str] = {
        "limit_ms": P99_LIMIT_MS,
        "p50_ms": median(percentile(each, 0.5) for each in times),
        "p99_ms": p99,
        "hard_p99_ms": median(percentile(each, 0.99) for each in hard_times),
        "raw_like_ms": like_ms,
        "products": len(titles),
        "built_s": built,
    }
    made = [Measured("search", p99 / P99_LIMIT_MS, "at most", 1.0, speed)]
    for name, _, least in _ASKED:
        share = found[name]
        made.append(Measured(f"search.{name}", share, "at least", least, {"first": FIRST, "hard": hard_found[name]}))
    return made


def _lexicon(titles: list[str]) -> tuple[Lexicon, float]:
    start = time.perf_counter()
    lexicon = Lexicon()
    for number, title in enumerate(titles, 1):
        about = f"Belle {title} pour toute la famille"
        lexicon.add(number, f"REF-{number:05d}", f"K{number}", title, title.split()[0], about)
    lexicon.warm()
    return lexicon, time.perf_counter() - start


def _ask(lexicon: Lexicon, titles: list[str], scale: Scale) -> tuple[list[list[float]], dict[str, float]]:
    """→ milliseconds of every question, round by round; the share found by kind of question."""
    rng = random.Random(2)
    rounds: list[list[float]] = []
    found = dict.fromkeys((name for name, _, _ in _ASKED), 0)
    for _ in range(scale.rounds):
        times: list[float] = []
        for name, spoil, _ in _ASKED:
            for place in rng.sample(range(len(titles)), scale.asked):
                asked = spoil(titles[place], rng)
                start = time.perf_counter()
                hits = lexicon.search(asked, FIRST)
                times.append((time.perf_counter() - start) * 1000)
                found[name] += place + 1 in hits
        rounds.append(times)
    return rounds, {name: count / (scale.rounds * scale.asked) for name, count in found.items()}
