"""Numbers beside questions, all of it: what is said of something that is held already."""

from __future__ import annotations

import pytest

from core.catalogue.lexicon import Lexicon
from core.understanding import amounts
from core.understanding.engine import understand
from core.understanding.naming import NO_PRODUCTS
from core.understanding.rules import Context, Intent, Item
from core.understanding.sentence import Sentence, read


def sentence(text: str) -> Sentence:
    return read(text, NO_PRODUCTS)


def shop() -> Lexicon:
    lexicon = Lexicon()
    for number, (code, title) in enumerate(
        (("ROBE1", "Robe bleue"), ("SAC2", "Sac cuir"), ("RIZ50", "Riz 50 kg"), ("HUILE5", "Huile 5 L")), 1
    ):
        lexicon.add(number, code, code, title)
    return lexicon


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2 mais livré demain ?", 2),
        ("oui 3, vous livrez à Rufisque ?", 3),
        ("3 et la livraison ?", 3),
        ("3 vous livrez à Rufisque ?", 3),
        ("bonjour, 4 svp, c'est livré quand ?", 4),
        ("deux, vous êtes ouverts le dimanche ?", 2),
        ("telo fa manao fanaterana ve ianareo ?", 3),
        ("roa azafady, aiza ianareo ?", 2),
        ("une vingtaine, vous livrez ?", 20),
    ],
)
def test_a_number_beside_a_question_is_kept(text: str, number: int) -> None:
    found = amounts.beside_a_question(sentence(text))
    assert found is not None
    assert found[0] == number
    assert found[1]


@pytest.mark.parametrize(
    "text", ["c'est livré en 2 jours ?", "3", "vous livrez 3 jours ?", "le 2 ?", "combien ?", "taille 38 ?", "à 3h ?"]
)
def test_other_numbers_are_not(text: str) -> None:
    assert amounts.beside_a_question(sentence(text)) is None


@pytest.mark.parametrize(
    "text", ["tout", "je prends tout", "tout ce qui reste", "alaiko daholo", "toutes svp", "Tout !"]
)
def test_all_of_it(text: str) -> None:
    assert amounts.everything(sentence(text))


@pytest.mark.parametrize("text", ["tout va bien", "annulez tout", "tout est cher", "c'est tout", "je veux tout voir"])
def test_all_of_something_else(text: str) -> None:
    assert not amounts.everything(sentence(text))


@pytest.mark.parametrize(("text", "agrees"), [("ok", True), ("d’accord", True), ("👍", True), ("ok merci", True)])
def test_agreeing(text: str, *, agrees: bool) -> None:
    assert amounts.agrees(sentence(text)) is agrees


@pytest.mark.parametrize("text", ["merci", "😂", "ok mais plus tard", "non", "🙏"])
def test_not_agreeing(text: str) -> None:
    assert not amounts.agrees(sentence(text))


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("je prends celui à 15000", 15_000),
        ("celle à 15 000 F svp", 15_000),
        ("je veux celle qui coûte 12k", 12_000),
        ("ilay mitentina 5000 alaiko", 5_000),
        ("je prends à 10000", None),
        ("10000 dernier prix", None),
        ("celui de 2 mètres", None),
    ],
)
def test_a_price_that_names_a_product(text: str, price: int | None) -> None:
    assert amounts.price(sentence(text)) == price


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("une vingtaine", 20),
        ("une dizaine svp", 10),
        ("deux douzaines", 24),
        ("une cinquantaine", 50),
        ("dimampolo", 50),
        ("trente", 30),
    ],
)
def test_scores(text: str, number: int) -> None:
    assert understand(text, NO_PRODUCTS).number == number


MANY = Context(most=9_999)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("SAC2, 150 pieces", (Item(2, 150),)),
        ("500 pcs ROBE1", (Item(1, 500),)),
        ("il me faut 120 RIZ50 livrés à Thiès", (Item(3, 120),)),
        ("RIZ50x300", (Item(3, 300),)),
        ("je prends 1 500 RIZ50", (Item(3, 1500),)),
        ("commande: 110 RIZ50 + 105 HUILE5", (Item(3, 110), Item(4, 105))),
        ("3 bidons d'huile et 200 sacs de riz svp", (Item(4, 3), Item(3, 200))),
        ("mila RIZ50 zato aho", (Item(3, 100),)),
    ],
)
def test_a_trade_buys_hundreds(text: str, items: tuple[Item, ...]) -> None:
    meant = understand(text, shop(), MANY)
    assert meant.intent is Intent.CLAIM
    assert meant.items == items


@pytest.mark.parametrize("text", ["SAC2, 150 pieces", "500 pcs ROBE1", "je prends 500 ROBE1"])
def test_elsewhere_hundreds_are_never_one(text: str) -> None:
    assert understand(text, shop()).intent is not Intent.CLAIM


@pytest.mark.parametrize("text", ["j'en prends 500", "je prends les 150", "j'en veux 300 svp"])
def test_elsewhere_hundreds_of_what_was_shown_are_never_one(text: str) -> None:
    assert understand(text, shop(), Context(1)).intent is not Intent.CLAIM


@pytest.mark.parametrize("text", ["RIZ50 à 15000 F", "RIZ50 pour 20000", "15000 le RIZ50 ?", "77 123 45 67"])
def test_a_price_is_no_number_of_pieces(text: str) -> None:
    assert all(item.quantity == 1 for item in understand(text, shop(), MANY).items)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("devis pour 50 sacs", (Item(2, 50),)),
        ("devis pour 250 sacs de RIZ50", (Item(3, 250),)),
        ("il me faut un devis pour 20 SAC2 et 10 ROBE1", (Item(2, 20), Item(1, 10))),
        ("une facture proforma pour 30 RIZ50 et 12 HUILE5 svp", (Item(3, 30), Item(4, 12))),
    ],
)
def test_what_a_quote_is_asked_for(text: str, items: tuple[Item, ...]) -> None:
    meant = understand(text, shop(), MANY)
    assert meant.intent is Intent.QUOTE
    assert meant.items == items
