"""Which numbers of a message count pieces, and of which product. Pure."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from typing import Final

from core.understanding.numerals import compound
from core.understanding.restating import restated
from core.understanding.tokens import BREAK, MOST, NUMBER, PRODUCT, SIZE, SUM, Token
from core.understanding.words import MEASURE, vocabulary

LARGEST_COUNT_AFTER_EN: Final = 9
LARGEST_COUNT_OF_OURS: Final = 30  # « mila HARONA5 15 aho »: no size stands before « aho »
_WE: Final = frozenset(("aho", "izahay"))
_SPANS: Final = frozenset(
    "min mn minutes minute h heure heures jour jours an ans semaine semaines mois ora andro minitra taona volana"
    " herinandro minuit live lives degres years months weeks days hours".split()
)
# « nous sommes 5 filles », « telo ny zanako »: counted, and not bought.
_NOT_SOLD: Final = frozenset(
    "filles garcons enfants femmes hommes potes copines copains amis amies soeurs freres"
    " eleves gosses collegues demoiselles zanako zaza zanaka namana namako zandriko vadiko appels messages"
    " telephones vues aman children girls boys friends kids degree".split()
)
_STREETS: Final = frozenset("rue avenue av boulevard bd".split())
# « une vingtaine », « deux douzaines »: as many times as the number before says.
SCORES: Final = frozenset(
    "dizaine dizaines douzaine douzaines quinzaine vingtaine trentaine quarantaine cinquantaine soixantaine dozen"
    " centaine centaines cent".split()
)
# « 20 bidons d’huile »: what holds a product counts it.
_HOLDERS: Final = frozenset(
    "sac sacs bidon bidons carton cartons caisse caisses bouteille bouteilles sachet sachets rouleau rouleaux lot lots"
    " palette palettes pack packs fut futs barquette barquettes boite boites paquet paquets pot pots"
    " gony kapoaka baoritra tavoahangy".split()
)
_HALVES: Final = frozenset("demi demie demis demies".split())
_UNITS: Final = frozenset(
    "yard yards metre metres litre litres kilo kilos kg gramme grammes gr g ml cl cm metatra litatra".split()
)
SMALLEST_SIZE, LARGEST_SIZE = 28, 58
_LONGEST: Final = 6  # words of a number
_EACH: Final = frozenset("chaque chacun chacune each avy isany".split())
_SEVERAL: Final = 2
_MONEY: Final = frozenset("f fr frs francs franc fcfa cfa xof ar ariary mga euro euros eur k mille usd".split())
_SUMS: Final = _MONEY - {"a", "k", "f"}
_PRICED: Final = frozenset("a pour".split())


def numbered(tokens: list[Token], most: int = MOST) -> list[Token]:
    """Numbers that can be quantities become ``#``, amounts ``$``; sizes, hours and phone numbers ``~``.

    ``most``: pieces of one product that are likely in this shop.
    """
    tokens = _composed(_without_holders(tokens))
    found: list[Token] = []
    for index, token in enumerate(tokens):
        previous = tokens[index - 1].text if index else ""
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if token.kind == NUMBER:
            sized = token.value >= SMALLEST_SIZE and previous in vocabulary().size_before
            kind = SIZE if sized else SUM if following in _SUMS else NUMBER
            found.append(Token(kind, token.text, token.value))
        elif token.kind != "word" or (previous == "l" and token.text in ("un", "une")):
            found.append(token)
        elif previous == "les" and _counts_products(vocabulary().numbers.get(token.text, 0), tokens, index):
            continue
        elif token.text in SCORES and found and found[-1].kind == NUMBER:
            times = found.pop()
            value = times.value * vocabulary().numbers[token.text]
            found.append(Token(NUMBER, f"{times.text} {token.text}", value))
        elif token.text in _HALVES and len(found) > 1 and previous == "et" and found[-2].kind == NUMBER:
            found[-2:] = [Token(NUMBER, "0", 0)]  # « une et demie »
        elif token.text in vocabulary().numbers:
            value = vocabulary().numbers[token.text]
            kind = SUM if following in _SUMS and value > 1 else SIZE if _counts_others(tokens, index) else NUMBER
            found.append(Token(kind, token.text, value))
        elif re.fullmatch(r"x\d{1,4}", token.text):
            found += [Token("word", "x"), Token(NUMBER, token.text[1:], int(token.text[1:]))]
        elif re.fullmatch(r"\d{1,4}x", token.text):
            found += [Token(NUMBER, token.text[:-1], int(token.text[:-1])), Token("word", "x")]
        elif token.text.isdecimal():
            found.append(_number(tokens, index, previous, most))
        elif MEASURE.fullmatch(token.text):
            found.append(
                Token(SUM if token.text.endswith(("f", "fr", "frs", "fcfa", "cfa", "ar", "k")) else SIZE, token.text)
            )
        else:
            found.append(token)
    return restated(_each(_once([_measured(found, index) for index in range(len(found))])))


def _once(tokens: list[Token]) -> list[Token]:
    """« roa roa avy » → « roa avy »."""
    again = {place + 1 for place, (one, other) in enumerate(pairwise(tokens)) if one == other and one.kind == NUMBER}
    return [token for place, token in enumerate(tokens) if place not in again]


def _composed(tokens: list[Token]) -> list[Token]:
    """« vingt cinq savons » → « # savons »: what several words count together."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        words = [token.text for token in takewhile(lambda token: token.kind == "word", tokens[at : at + _LONGEST])]
        made = compound(words) if len(words) > 1 else None
        if made is None:
            found.append(tokens[at])
            at += 1
        else:
            found.append(Token(NUMBER, " ".join(token.text for token in tokens[at : at + made[1]]), made[0]))
            at += made[1]
    return found


def _measured(tokens: list[Token], index: int) -> Token:
    """« 6 yards de PAGNE6 », « un demi pagne » is no number of pieces; « HUILE7 de 2 litres » is a size."""
    token = tokens[index]
    if token.kind != NUMBER:
        return token
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    if following in _HALVES:
        return Token(NUMBER, token.text, 0)
    if following in _UNITS:
        named = any(one.kind == PRODUCT for one in tokens[max(0, index - 4) : index])
        return Token(SIZE, token.text) if named else Token(NUMBER, token.text, 0)
    return _refused(tokens, index)


def _each(tokens: list[Token]) -> list[Token]:
    """« 2 de chaque ROBE1 et SAC2 » → « 2 ROBE1 et 2 SAC2 », where no other number stands."""
    numbers = [index for index, token in enumerate(tokens) if token.kind == NUMBER]
    products = sum(token.kind == PRODUCT for token in tokens)
    if len(numbers) != 1 or products < _SEVERAL:
        return tokens
    at = start = numbers[0]
    stop = at + 2 if tokens[at + 1 : at + 2] and tokens[at + 1].text in ("de", "pour") else at + 1
    if at and tokens[at - 1].text == "samy":  # « HUILE7 sy CREME10 samy iray »
        start, stop = at - 1, at
    elif stop >= len(tokens) or tokens[stop].text not in _EACH:
        return tokens
    rest = [*tokens[:start], *tokens[stop + 1 :]]
    return [one for token in rest for one in ((tokens[at], token) if token.kind == PRODUCT else (token,))]


def _refused(tokens: list[Token], index: int) -> Token:
    """« 4 pas 2 », « 5 au lieu de 3 »: the number that is not meant counts nothing."""
    token = tokens[index]
    ahead = [one.text for one in tokens[max(0, index - 4) : index]]
    if ahead[-1:] in (["les"], ["ny"]):
        ahead.pop()
    instead = ahead[-1:] == ["de"] and (ahead[-3:-1] == ["au", "lieu"] or ahead[-3:-1] == ["la", "place"])
    rather = ahead[-2:] in (["instead", "of"], ["plutot", "que"])
    return Token(SIZE, token.text) if instead or rather or ahead[-1:] in (["pas"], ["not"], ["tsy"]) else token


def _without_holders(tokens: list[Token]) -> list[Token]:
    """« 20 bidons d’huile » → « 20 huile », where both a number and a product stand around them."""
    found = list(tokens)
    for index in range(len(tokens) - 4, -1, -1):
        number, holder, link, product = tokens[index : index + 4]
        counts = number.text.isdecimal() or number.text in vocabulary().numbers
        if counts and holder.text in _HOLDERS and link.text in ("de", "d") and product.kind == PRODUCT:
            del found[index + 1 : index + 3]
    return found


def _number(tokens: list[Token], index: int, previous: str, most: int) -> Token:
    text = tokens[index].text
    neighbours = [t.text for t in tokens[max(0, index - 4) : index + 5] if t.text.isdecimal()]
    if len(text) > 9 or sum(map(len, neighbours)) > 6 or previous in vocabulary().size_before:
        return Token(SIZE, text)
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    if _another_size(tokens, index) or _size_beside(int(text), previous, following):
        return Token(SIZE, text)
    many = _counts_many(tokens, index, previous) or (int(text) <= most and _by_itself(tokens, index))
    if int(text) > MOST and not many:
        return Token(SUM, text, int(text))
    if following in _SUMS:  # « 15 mille »
        return Token(SUM, text, int(text))
    if following in _STREETS or _counts_others(tokens, index):
        return Token(SIZE, text)
    behind = next((i for i in range(index - 1, -1, -1) if tokens[i].text not in vocabulary().order_words), -1)
    after_product = behind >= 0 and tokens[behind].kind == PRODUCT  # « KAFTAN brodé 52 »
    if (
        after_product
        and int(text) > 9
        and not _listed(tokens)
        and following not in vocabulary().pieces
        and not (following in _WE and int(text) <= LARGEST_COUNT_OF_OURS)
    ):  # « ROBE1 42 »: who wants 42 says so otherwise
        return Token(SIZE, text)
    return Token(NUMBER, text, int(text))


def _counts_others(tokens: list[Token], index: int) -> bool:
    """« 35 taona », « 5 filles », « ny trano roa », « amin’ny 14 »: a number of what is not sold, or a day."""
    following = [token.text for token in tokens[index + 1 : index + 3]]
    if following[:1] == ["an"] and tokens[index].text in vocabulary().malagasy_numbers:  # « roa an’ny zanako »
        return False
    if following == ["fois", "que"]:  # « ça fait trois fois que j’écris »
        return True
    if following[:1] == ["ny"]:
        following.pop(0)
    if following[:1] != [] and following[0] in _SPANS | _NOT_SOLD and tokens[index].text not in ("un", "une", "la"):
        return True
    ahead = [token.text for token in tokens[max(0, index - 2) : index]]
    return ahead == ["amin", "ny"] or ahead[-1:] in (["faha"], ["trano"], ["adiny"])


def _listed(tokens: list[Token]) -> bool:
    """« HUILE7 15, SAVON5 15, CREME10 10 »: codes with numbers behind them, none of which is a size."""
    behind = [
        int(token.text) for before, token in pairwise(tokens) if before.kind == PRODUCT and token.text.isdecimal()
    ]
    products = sum(token.kind == PRODUCT for token in tokens)
    return _SEVERAL <= products == len(behind) and not any(SMALLEST_SIZE <= number < LARGEST_SIZE for number in behind)


def _size_beside(number: int, previous: str, following: str) -> bool:
    """« B07 en 44 » (« mets-en 2 » is a number), « jean 36 et chemise M »."""
    after_en = previous == "en" and number > LARGEST_COUNT_AFTER_EN
    return after_en or (number >= SMALLEST_SIZE and following in ("et", "sy", "ary") and previous != "x")


def _counts_many(tokens: list[Token], index: int, previous: str) -> bool:
    """« 500 ROBE1 », « 150 pièces de SAC2 », « ROBE1 x 150 »: no sum, and too many to be sure: never one."""
    ahead = tokens[index + 1] if index + 1 < len(tokens) else None
    pieces = ahead is not None and ahead.text in vocabulary().pieces and ahead.text != "isa"  # « 15000 isa »: each
    return previous == "x" or pieces or (ahead is not None and ahead.kind == PRODUCT)


def _another_size(tokens: list[Token], index: int) -> bool:
    """« SANDALE7 38 et 40 », « en 38 pour moi et 40 pour lui »; « ROBE1 38 et 40 SAVON5 » counts."""
    counts = index + 1 < len(tokens) and (
        tokens[index + 1].kind == PRODUCT or tokens[index + 1].text in vocabulary().pieces
    )
    if counts or index < 3 or tokens[index - 1].text not in ("et", "sy", "ou", "na", "a"):
        return False
    if not 9 < int(tokens[index].text) <= MOST:
        return False
    for place in range(index - 2, max(0, index - 7), -1):  # « en 38 pour moi et 40 pour mon mari »
        one, before = tokens[place], tokens[place - 1]
        if one.kind == PRODUCT:
            return False
        if one.text.isdecimal():
            said = before.kind == PRODUCT or before.text == "en" or before.text in vocabulary().size_before
            return said and 9 < int(one.text) <= MOST
    return False


def _by_itself(tokens: list[Token], index: int) -> bool:
    """« 150 svp », « non 120 »: in a shop that sells so many, a number with nothing but manners is no sum."""
    ends = [i for i, token in enumerate(tokens) if token.kind in (BREAK, "?")]
    start = max((end + 1 for end in ends if end < index), default=0)
    stop = min((end for end in ends if end > index), default=len(tokens))
    said = [token.text for i, token in enumerate(tokens[start:stop], start) if i != index]
    if not _MONEY.isdisjoint(said) or (index > start and tokens[index - 1].text in _PRICED):
        return False
    known = vocabulary()
    return all(word in known.harmless or word in known.no or word in known.yes for word in said)


def _counts_products(number: int, tokens: list[Token], index: int) -> bool:
    """« les deux ROBE1 et SAC2 », « A, B et C les trois »: a number that counts the products, not the pieces of one."""
    ahead = [token.kind for token in tokens[index + 1 : index + 5]].count(PRODUCT)
    return number > 1 and (ahead > 1 or number == len({t.value for t in tokens[:index] if t.kind == PRODUCT}))


def counted_items(tokens: list[Token]) -> tuple[tuple[int, int | None], ...]:
    """Products of a clause with their numbers: before the product, or after it when the clause is written that way."""
    row = [t for i, t in enumerate(tokens) if t.kind == PRODUCT or (t.kind == NUMBER and not _instalments(tokens, i))]
    after_style = bool(row) and row[0].kind == PRODUCT and row[-1].kind == NUMBER
    counts: dict[int, int | None] = {}
    free = dict.fromkeys(i for i, t in enumerate(row) if t.kind == NUMBER)
    for index, token in enumerate(row):
        if token.kind != PRODUCT:
            continue
        ahead = row[index + 1] if index + 1 < len(row) else None
        number: int | None = None
        if not after_style and index - 1 in free:
            number = row[index - 1].value
            del free[index - 1]
        elif (
            ahead is not None
            and ahead.kind == NUMBER
            and ((after_style and len(row) > 2) or _belongs_before(tokens, row, index))
        ):
            number = ahead.value
            free.pop(index + 1, None)
        if token.value in counts:  # said again, shouted, or by its title too: no more of it
            number = max(filter(None, (counts[token.value], number)), default=None)
        counts[token.value] = number
    return tuple(counts.items())


def _instalments(tokens: list[Token], index: int) -> bool:
    """« ROBE1 en 2 fois »: how often is paid, not how many are wanted."""
    around = [token.text for token in tokens[max(0, index - 1) : index + 2]]
    return around[0] == "en" and around[-1] == "fois"


def _belongs_before(tokens: list[Token], row: list[Token], index: int) -> bool:
    """Whether the number after a product counts that product: « ROBE1 x2 », « ROBE1 roa », or nothing else to count."""
    number = row[index + 1]
    place = next(i for i, t in enumerate(tokens) if t is number)
    times = place > 0 and tokens[place - 1].text == "x" and (place < 2 or tokens[place - 2].kind == PRODUCT)
    if times or number.text in vocabulary().malagasy_numbers:
        return True
    start = next(i for i, t in enumerate(tokens) if t is row[index])
    said = vocabulary().taking.sub(" ", " ".join(t.text for t in tokens[start + 1 : place] if t.kind == "word"))
    between = all(word in vocabulary().harmless for word in said.split())
    return between and index + 2 >= len(row)
