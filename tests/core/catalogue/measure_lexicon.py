"""Measures the search over 50 000 products: ``python -m tests.core.catalogue.measure_lexicon [products]``. No test."""

from __future__ import annotations

import random
import resource
import string
import sys
import time
from collections.abc import Callable

from core.catalogue.lexicon import Lexicon

_NOUNS = """
    robe jupe sac sandale boubou pagne foulard collier bracelet montre chemise pantalon veste ceinture chapeau
    casquette lunettes creme savon parfum huile beurre bougie tapis coussin rideau drap nappe lampe panier vase
    assiette telephone chargeur ecouteurs coque enceinte clavier souris cable batterie ampoule ventilateur mixeur
    bouilloire casserole marmite couteau cuillere verre tasse theiere perruque tissage vernis mascara fond poudre gel
    shampoing tresse poussette biberon body pyjama barboteuse doudou jouet poupee ballon velo trottinette cahier stylo
    cartable trousse
"""
_KINDS = """
    wax bazin soie coton lin cuir velours dentelle raphia bogolan kente jean satin mousseline rafia perles bois metal
    inox verre ceramique bambou karite ylang vanille baobab neem coco argan miel gingembre bissap moringa
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
SYLLABLES = [a + b for a in "bcdfgjklmnprstvz" for b in ("a", "e", "i", "o", "ou", "an", "ina", "el")]


def shop_titles(count: int, rng: random.Random) -> list[str]:
    """Titles as a general store has them: few words, often repeated, with a maker's name and sometimes a size."""
    makers = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(1500)]
    titles: set[str] = set()
    while len(titles) < count:
        words = [rng.choice(NOUNS), rng.choice(KINDS), rng.choice(COLOURS), rng.choice(STYLES), rng.choice(makers)]
        if rng.random() < 0.3:
            words.append(rng.choice(["S", "M", "L", "XL", "36", "38", "40", "42", "250 ml", "lot de 3"]))
        titles.add(" ".join(words))
    return sorted(titles)


def few_words(count: int, rng: random.Random) -> list[str]:
    """The hard case: every title from the same hundred words, told apart by their mixture alone."""
    words = [*NOUNS[:40], *KINDS, *COLOURS, *STYLES]
    titles: set[str] = set()
    while len(titles) < count:
        titles.add(" ".join(rng.sample(words, 4)))
    return sorted(titles)


def many_words(count: int, rng: random.Random) -> list[str]:
    """The opposite: a vocabulary as large as the catalogue."""
    return [" ".join("".join(rng.choices(SYLLABLES, k=rng.randint(2, 5))) for _ in range(3)) for _ in range(count)]


def typo(word: str, rng: random.Random) -> str:
    """One omission, doubling, wrong letter, foreign letter or swap."""
    place = rng.randrange(len(word))
    kind = rng.randrange(5)
    letter = rng.choice(string.ascii_lowercase)
    if kind == 0 and len(word) > 2:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    if kind == 2:
        return word[:place] + letter + word[place + 1 :]
    if kind == 3 and place:
        return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
    return word[:place] + letter + word[place:]


def one_typo(title: str, rng: random.Random) -> str:
    words = title.split()
    place = rng.randrange(len(words))
    return " ".join([*words[:place], typo(words[place], rng), *words[place + 1 :]])


def typo_everywhere(title: str, rng: random.Random) -> str:
    return " ".join(typo(word, rng) for word in title.split())


def two_words(title: str, rng: random.Random) -> str:
    return " ".join(title.split()[:2])


def sentence(title: str, rng: random.Random) -> str:
    return f"bonjour je voudrais savoir si vous avez encore {title} pour ma soeur svp merci"


QUERIES: list[tuple[str, Callable[[str, random.Random], str]]] = [
    ("clean", lambda title, rng: title),
    ("one typo", one_typo),
    ("typo in each word", typo_everywhere),
    ("two first words", two_words),
    ("in a sentence", sentence),
]


def report(kind: str, times: list[float], found: str = "") -> None:
    times.sort()
    p50, p99, worst = times[len(times) // 2] * 1e3, times[len(times) * 99 // 100] * 1e3, times[-1] * 1e3
    print(f"  {kind:18} {found:13} p50 {p50:5.2f}  p99 {p99:5.2f}  max {worst:5.2f} ms")


def measure(name: str, titles: list[str], rng: random.Random, asked: int = 1000) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lexicon = Lexicon()
    start = time.perf_counter()
    for number, title in enumerate(titles, 1):
        about = f"Belle {title} pour toute la famille"
        lexicon.add(number, f"REF-{number:05d}", f"K{number}", title, title.split()[0], about)
    added = time.perf_counter() - start
    lexicon.warm()
    built = time.perf_counter() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"{name}: {len(titles)} products, added {added:.2f} s, built {built:.2f} s, peak +{memory} MB")
    for kind, spoil in QUERIES:
        times, found = [], 0
        for number in rng.sample(range(len(titles)), asked):
            query = spoil(titles[number], rng)
            start = time.perf_counter()
            hits = lexicon.search(query)
            times.append(time.perf_counter() - start)
            found += number + 1 in hits
        report(kind, times, f"found {found / asked:6.1%}")
    times = []
    for number in rng.sample(range(1, len(titles) + 1), asked):
        start = time.perf_counter()
        lexicon.replace(number, f"REF-{number:05d}", f"K{number}", titles[number - 1] + " soldee")
        lexicon.search("robe soldee")
        times.append(time.perf_counter() - start)
    report("change and search", times)
    times = []
    for number in rng.sample(range(1, len(titles) + 1), asked):
        word = rng.choice((f"K{number}", f"RFE-{number:05d}", f"bonjour{number}"))
        start = time.perf_counter()
        lexicon.closest_keyword(word)
        times.append(time.perf_counter() - start)
    report("closest keyword", times)


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    measure("general store", shop_titles(size, random.Random(1)), random.Random(2))
    measure("hundred words", few_words(size, random.Random(1)), random.Random(2))
    measure("many words", many_words(size, random.Random(1)), random.Random(2))
