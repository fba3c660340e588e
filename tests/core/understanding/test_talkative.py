"""Messages that tell a story besides: numbers taken back, summed up or said later, goods named in three languages."""

from __future__ import annotations

import pytest

from core.catalogue.lexicon import Lexicon
from core.understanding.engine import understand
from core.understanding.examples import shop
from core.understanding.rules import Context, Intent, Understanding
from tests.bench.nlu import lexicon

SHOP = lexicon()
CODES = dict(enumerate(shop(), 1))


def read(text: str) -> Understanding:
    return understand(text, SHOP, Context())


def claimed(text: str) -> dict[str, int]:
    got = read(text)
    assert (got.intent, got.topic) == (Intent.CLAIM, None), got
    return {CODES[item.product_id]: item.quantity for item in got.items}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("je veux 4 T5M... pardon 2", {"T5M": 2}),
        ("t5m taille M j'en veux 4... pardon 2", {"T5M": 2}),
        ("deux savons noirs, tsia trois, dia ampio huile de coco iray", {"SAVON5": 3, "HUILE7": 1}),
        ("pagne6 telo ho ahy... diso aho, efatra", {"PAGNE6": 4}),
        ("I'll take four of the coconut oil... sorry, make it two", {"HUILE7": 2}),
    ],
)
def test_the_number_that_is_taken_back_counts_nothing(text: str, wanted: dict[str, int]) -> None:
    assert claimed(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("kaftan brodé six blancs quatre bleus donc dix en tout, je prends", {"KAFTAN": 10}),
        ("meche4 comme d'habitude, j'en prends 12", {"MECHE4": 12}),
        ("ma petite tu vois les pagnes Vlisco, tu m'en gardes trois", {"PAGNE6": 3}),
        ("je prends SAC2 pour ma femme et KAFTAN pour moi", {"SAC2": 1, "KAFTAN": 1}),
        ("creme10 sy savon5 tsiroaroa azafady", {"CREME10": 2, "SAVON5": 2}),
        ("je prends HUILE7 15, SAVON5 15, CREME10 10", {"HUILE7": 15, "SAVON5": 15, "CREME10": 10}),
        ("zaho maka robe1 sy robe2, roa roa avy", {"ROBE1": 2, "ROBE2": 2}),
    ],
)
def test_the_number_that_is_meant_is_found_where_it_stands(text: str, wanted: dict[str, int]) -> None:
    assert claimed(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "ça fait trois fois que j'écris, je veux KAFTAN pour moi",
        "35 taona aho anio ka omeo ahy ilay kaftan",
        "je prends kaftan, nous sommes 5 filles à la maison",
        "alaiko ny kaftan, afaka adiny roa aho vao mandefa vola",
        "vous me mettrez le kaftan, taille 54",
        "kaftan brodé 52, je prends",
    ],
)
def test_hours_children_and_sizes_count_nothing(text: str) -> None:
    assert claimed(text) == {"KAFTAN": 1}


def test_sizes_of_two_people_are_never_added_up() -> None:
    assert claimed("tu mets deux paires de B07, 36 pour Inès et 40 pour moi")["B07"] <= 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("alaiko ny savony mainty roa", {"SAVON5": 2}),
        ("kiraro fotsy iray azafady, alaiko", {"B07": 1}),
        ("raisiko ny akanjo wax manga", {"ROBE1": 1}),
        ("omeo ahy ny menaka coco telo", {"HUILE7": 3}),
        ("alaiko ny kapa hoditra", {"SANDALE7": 1}),
        ("I'm taking the white sneakers size 44", {"B07": 1}),
        ("je prends six t-shirts", {"T5M": 6}),
    ],
)
def test_goods_are_known_by_their_names_in_three_languages(text: str, wanted: dict[str, int]) -> None:
    assert claimed(text) == wanted


@pytest.mark.parametrize(
    "text", ["j'ai levé la main, je prends ça", "maina ny hoditra ka omeo ahy", "quatre bleus svp"]
)
def test_a_colour_or_a_stuff_alone_reserves_nothing(text: str) -> None:
    assert read(text).intent is not Intent.CLAIM


def test_a_wide_name_never_chooses_between_goods() -> None:
    goods = Lexicon()
    for number, title in enumerate(("Baskets blanches", "Sandales blanches"), 1):
        goods.add(number, f"K{number}", f"K{number}", title)
    assert understand("alaiko ny kiraro", goods).intent is not Intent.CLAIM
    assert [item.product_id for item in understand("alaiko ny kapa fotsy", goods).items] == [2]


@pytest.mark.parametrize(
    "text", ["kaftan pas pour moi", "tsy haka ny SAC2 aho", "non merci la montre dorée je ne prends pas"]
)
def test_a_refusal_is_a_no(text: str) -> None:
    assert read(text).intent is Intent.NO


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("moi aussi je veux le foulard en soie, faut pas donner à quelqu'un", {"FOULARD11": 1}),
        ("alaiko ny lamba landy, aza omena olona hafa", {"LAMBA3": 1}),
        ("je prends parfum3, n'oubliez pas le sachet", {"PARFUM3": 1}),
    ],
)
def test_a_dont_that_refuses_nothing_stands_in_nobodys_way(text: str, wanted: dict[str, int]) -> None:
    assert claimed(text) == wanted


@pytest.mark.parametrize("text", ["je prends ROBE1, ma soeur adore le SAC2", "je prends ROBE1, le SAC2 est trop beau"])
def test_what_is_only_praised_beside_a_claim_is_not_taken(text: str) -> None:
    assert claimed(text) == {"ROBE1": 1}
