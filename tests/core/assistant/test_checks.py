"""What is not borne out by the facts is never said; what is, may be."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.assistant import checks
from core.assistant.checks import flaw
from core.assistant.facts import Facts, Product, sentences_of
from core.kernel.money import format_money
from tests.support.assistants import POLICIES


def product(keyword: str, price: int, left: int, about: str, number: int = 1) -> Product:
    return Product(number, keyword, keyword, f"Article {keyword}", about, "Mode", format_money(price, "XOF"), left)


ROBE = product("ROBE1", 15_000, 5, "Robe en wax, taille unique, longueur 120 cm.")
SAC = product("SAC2", 22_000, 2, "Sac en cuir noir, 30 cm.", 2)
GONE = product("FOULARD3", 5_000, 0, "Foulard en soie.", 3)
FACTS = Facts((ROBE, SAC, GONE), sentences_of([POLICIES]), "lun.–sam. 9 h – 20 h")

TRUE = (
    ("ROBE1 est à 15 000 F CFA.", ("ROBE1",)),
    ("Bonjour ! Oui, ROBE1 est en wax, taille unique, à 15\u202f000\u00a0F\u202fCFA 😍 Vous la voulez ?", ("ROBE1",)),
    ("ROBE1 coûte 15.000 FCFA.", ("ROBE1",)),
    ("Il reste 5 ROBE1.", ("ROBE1",)),
    ("Oui, SAC2 est encore disponible, il en reste 2.", ("SAC2",)),
    ("Le SAC2 fait 30 cm, en cuir noir.", ("SAC2",)),
    ("ROBE1 à 15 000 F et SAC2 à 22 000 F.", ("ROBE1", "SAC2")),
    ("Livraison à Dakar : 2 000 F, à Thiès : 3 000 F. Merci !", ()),
    ("Pas de remboursement.", ()),
    ("Échange possible sous 7 jours avec l’étiquette.", ()),
    ("FOULARD3 est épuisé.", ("FOULARD3",)),
    ("Tena tsara ilay ROBE1, 15 000 F ny vidiny.", ("ROBE1",)),
    ("Je vous conseille la ROBE1, elle vous ira très bien.", ("ROBE1",)),
)
FALSE = (
    ("ROBE1 est à 1 F", "money"),
    ("ROBE1 est à 22 000 F", "money"),
    ("ROBE1 est à 15 000 euros", "money"),
    ("ROBE1 est à un franc", "money"),
    ("ROBE1 à mille francs", "number"),
    ("ROBE1 à moitié prix", "number"),
    ("ROBE1 à 15 000 F au lieu de 30 000 F", "money"),
    ("ROBE1 et SAC2 sont à 22 000 F", "number"),
    ("ROBE1 15k", "product"),
    ("ROBE1 à 1\u200b5 000 F", "script"),
    ("ROBE1 à ① F", "script"),
    ("RОBE1 à 15 000 F", "script"),  # a Cyrillic О
    ("Il reste 3 ROBE1", "stock"),
    ("FOULARD3 est disponible", "stock"),
    ("ROBE1 est épuisée", "stock"),
    ("Il y en a beaucoup, pas de souci.", "stock"),
    ("Dernières pièces !", "stock"),
    ("On peut s’arranger sur le prix.", "policy"),
    ("Le prix peut diminuer.", "policy"),
    ("Je vous fais un geste commercial.", "policy"),
    ("Ihena ny vidiny.", "policy"),
    ("On vous l’apporte à domicile.", "policy"),
    ("Vous pouvez la ramener si elle ne va pas.", "policy"),
    ("Si ça ne va pas, on change.", "policy"),
    ("Vous pouvez régler plus tard.", "policy"),
    ("You can bring it back.", "policy"),
    ("Nouvel arrivage prévu.", "policy"),
    ("Je vous la mets de côté.", "state"),
    ("Je le garde pour vous.", "state"),
    ("On a toutes les tailles.", "attribute"),
    ("Le cuir est véritable.", "attribute"),
    ("ROBE9 est très belle", "product"),
    ("« Robe Cendrillon » vous ira", "product"),
    ("ROBE1 est en soie", "attribute"),
    ("ROBE1 arrive demain", "time"),
    ("Nous ouvrons le dimanche", "time"),
    ("Livraison gratuite", "policy"),
    ("Livraison à Dakar : 3 000 F, à Thiès : 2 000 F.", "money"),
    ("Échange possible.", "policy"),
    ("Remboursement possible.", "policy"),
    ("Remise de 50 % sur ROBE1", "percent"),
    ("Je vous offre ROBE1", "policy"),
    ("ROBE1 est réservée pour vous", "state"),
    ("C'est confirmé", "state"),
    ("Votre commande part", "state"),
    ("Garantie sur ROBE1", "policy"),
    ("Paiement par Wave", "policy"),
    ("Appelez le 77 123 45 67", "plain"),
    ("Voyez https://evil.example", "link"),
    ("Voyez evil.shop", "link"),
    ("Demandez à Fatou Diop", "name"),
    ("", "empty"),
    ("a" * 701, "length"),
    ("Dakar c'est 3 000 F", "money"),
)


@pytest.mark.parametrize(("reply", "named"), TRUE)
def test_what_the_books_bear_out_may_be_said(reply: str, named: tuple[str, ...]) -> None:
    assert flaw(reply, FACTS, named) is None


@pytest.mark.parametrize(("reply", "why"), FALSE)
def test_what_they_do_not_may_not(reply: str, why: str) -> None:
    assert flaw(reply, FACTS, ("ROBE1",)) == why


def test_a_product_that_is_not_shown_to_the_model_is_not_named() -> None:
    assert flaw("Bonjour", FACTS, ("ROBE7",)) == "product"


GROUPS = st.sampled_from(["", " ", "\u202f", "\u00a0", "."])
UNITS = st.sampled_from(["F", "F CFA", "FCFA", "francs", "CFA"])
LEADS = st.sampled_from(["ROBE1 est à ", "ROBE1 : ", "Prix de ROBE1 ", "ROBE1 coûte seulement ", "La belle ROBE1, "])


def written(value: int, group: str) -> str:
    return f"{value:,}".replace(",", group)


@given(value=st.integers(0, 10**9), group=GROUPS, unit=UNITS, lead=LEADS)
def test_no_price_but_the_products_own(value: int, group: str, unit: str, lead: str) -> None:
    assume(value != 15_000)
    assert flaw(f"{lead}{written(value, group)} {unit}", FACTS, ("ROBE1",)) is not None


@given(price=st.integers(1, 10**9), group=GROUPS, unit=UNITS, lead=LEADS)
def test_the_products_own_price_in_any_writing(price: int, group: str, unit: str, lead: str) -> None:
    facts = Facts((product("ROBE1", price, 5, "Belle robe."),))
    assert flaw(f"{lead}{written(price, group)} {unit}", facts, ("ROBE1",)) is None


@given(
    count=st.integers(0, 10**6),
    words=st.sampled_from(["Il reste {} ROBE1", "ROBE1 : {} en stock", "{} pièces de ROBE1"]),
)
def test_no_stock_but_the_products_own(count: int, words: str) -> None:
    assert (flaw(words.format(count), FACTS, ("ROBE1",)) is None) == (count == ROBE.left)


@given(text=st.text(max_size=200), number=st.integers(0, 10**12))
def test_whatever_stands_around_it_a_strange_number_is_not_said(text: str, number: int) -> None:
    """Every number that passes is one of the facts'."""
    reply = f"{text} {number} {text}"
    if flaw(reply, FACTS, ("ROBE1",)) is None:
        facts = unicodedata.normalize("NFKC", str(FACTS)).replace(" ", "")
        found = [n.value for n in checks.numbers(reply)]
        assert all(re.search(rf"(?<!\d){value}(?!\d)", facts) for value in found)


@given(st.text(max_size=400))
def test_it_never_fails(text: str) -> None:
    flaw(text, FACTS, ("ROBE1",), text)
