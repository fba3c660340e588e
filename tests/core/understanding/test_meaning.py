"""What buyers mean: a thousand sentences, and what must never be misread."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.lexicon import Lexicon
from core.catalogue.rules import RESERVED, keyword_form
from core.kernel.paths import resource
from core.understanding.engine import Engine, understand
from core.understanding.rules import Context, Intent, Item, Understanding
from core.understanding.sentence import LONGEST
from core.understanding.words import Vocabulary, vocabulary

SHOP = {
    "ROBE1": "Robe wax bleue",
    "ROBE2": "Robe wax dorée",
    "ROBE10": "Robe de soirée",
    "SAC2": "Sac à main en cuir",
    "SAC3": "Pochette de soirée",
    "BOUBOU4": "Grand boubou brodé",
    "PAGNE6": "Pagne Vlisco",
    "SANDALE7": "Sandales cuir tressé",
    "COLLIER8": "Collier de perles",
    "MONTRE9": "Montre dorée",
    "CREME10": "Crème au karité",
    "FOULARD11": "Foulard en soie",
    "KAFTAN": "Kaftan brodé",
    "T5M": "T-shirt",
}
CODES = dict(enumerate(SHOP, 1))
NUMBERS = {code: number for number, code in CODES.items()}


def shop() -> Lexicon:
    lexicon = Lexicon()
    for number, code in CODES.items():
        lexicon.add(number, code, code, SHOP[code])
    return lexicon


LEXICON = shop()


def meant(text: str, context: Context | None = None) -> Understanding:
    return understand(text, LEXICON, context or Context())


def sentences() -> list[tuple[str, dict[str, int], str]]:
    """(intent, code → quantity, sentence) of every line of ``sentences.txt``."""
    found = []
    for line in (Path(__file__).parent / "data" / "sentences.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            intent, products, text = (part.strip() for part in line.split("|", 2))
            parts = (product.partition("x") for product in products.split())
            found.append((intent, {code: int(count or 1) for code, _, count in parts}, text))
    return found


# The sentences were labelled when fewer intents were told apart.
FINER = {
    "unknown": "details delivery complaint change quote opening_hours payment_problem quantity no".split(),
    "thanks": ["acknowledgement"],
    "pay": ["payment_means", "payment_problem"],
    "payment_talk": ["payment_problem"],
}


def right(intent: str, products: dict[str, int], got: Understanding) -> bool:
    items = {CODES[item.product_id]: item.quantity for item in got.items}
    if got.intent not in (intent, *FINER.get(intent, ())):
        return False
    return items == products if intent == "claim" else not products or items.keys() == products.keys()


def test_claims_are_understood_with_their_products_and_quantities() -> None:
    claims = [(products, text) for intent, products, text in sentences() if intent == "claim"]
    wrong = [text for products, text in claims if not right("claim", products, meant(text))]
    assert len(claims) > 300
    assert len(wrong) <= len(claims) * 0.02, wrong


def test_sentences_of_every_kind_are_understood() -> None:
    everything = sentences()
    wrong = [text for intent, products, text in everything if not right(intent, products, meant(text))]
    assert len(everything) > 1000
    assert len(wrong) <= len(everything) * 0.07, wrong


def test_nothing_that_is_not_a_claim_reserves_anything() -> None:
    taken = [text for intent, _, text in sentences() if intent != "claim" and meant(text).intent is Intent.CLAIM]
    assert taken == []


def test_every_claim_is_sure() -> None:
    assert all(meant(text).sure for _, _, text in sentences() if meant(text).intent is Intent.CLAIM)


def test_what_might_be_a_claim_is_shown_not_reserved() -> None:
    maybe = meant("je prendrai ROBE1 demain")
    assert maybe == Understanding(Intent.AVAILABILITY, (Item(NUMBERS["ROBE1"]),), sure=False, language="fr")


@pytest.mark.parametrize("text", ["ROBE11", "ROBE3", "je prends ROBE3", "ROBE01", "R0BE2O", "CREME1", "T5L", "T6M"])
def test_a_code_that_is_not_in_the_catalogue_is_never_replaced_by_a_neighbour(text: str) -> None:
    assert meant(text).intent is not Intent.CLAIM


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("ROBE1 42", 1),
        ("ROBE1 taille 40", 1),
        ("ROBE1 77 123 45 67", 1),
        ("je prends ROBE1 à 15000", 1),
        ("12 ROBE1", 12),
        ("je prends ROBE1 en 2 fois possible ?", 1),
        ("ROBE1 livrez au 12 rue 10 le 15", 1),
    ],
)
def test_sizes_prices_and_phone_numbers_are_no_quantities(text: str, quantity: int) -> None:
    assert meant(text).items == (Item(NUMBERS["ROBE1"], quantity),)


@pytest.mark.parametrize("text", ["0 ROBE1", "je prends 500000 ROBE1", "ROBE1 x0"])
def test_an_impossible_quantity_reserves_nothing_or_one(text: str) -> None:
    assert all(item.quantity == 1 for item in meant(text).items)


@pytest.mark.parametrize(
    "text",
    [
        "je prends 500 ROBE1",
        "il me faut 120 ROBE1 livrés à Thiès",
        "150 pièces de ROBE1 svp",
        "ROBE1 x 150",
        "alaiko 200 ROBE1",
    ],
)
def test_more_than_a_sentence_may_ask_for_is_never_taken_as_one(text: str) -> None:
    understood = meant(text)
    assert understood.intent is not Intent.CLAIM
    assert [item.product_id for item in understood.items] == [NUMBERS["ROBE1"]]


def test_the_product_shown_last_is_meant_by_a_pronoun() -> None:
    shown = Context(product_id=NUMBERS["SAC2"])
    assert meant("je la prends", shown).items == (Item(NUMBERS["SAC2"]),)
    assert meant("j'en prends 2", shown) == Understanding(
        Intent.CLAIM, (Item(NUMBERS["SAC2"], 2),), sure=True, language="fr"
    )
    assert meant("alaiko", shown).intent is Intent.CLAIM
    assert meant("c'est combien ?", shown).items == (Item(NUMBERS["SAC2"]),)
    assert meant("je ne la prends pas", shown).intent is not Intent.CLAIM
    assert meant("je la prends").intent is not Intent.CLAIM


def test_ok_means_yes_only_when_something_was_asked() -> None:
    assert meant("ok 👍").intent is Intent.ACKNOWLEDGEMENT
    assert meant("ok 👍", Context(asked=True)).intent is Intent.YES
    assert meant("👍", Context(asked=True)).intent is Intent.YES


def test_a_title_in_other_words_finds_the_product() -> None:
    price = meant("c'est combien le sac en cuir ?")
    assert (price.intent, price.items) == (Intent.PRICE, (Item(NUMBERS["SAC2"]),))
    assert meant("je prends 2 foulards en soie").items == (Item(NUMBERS["FOULARD11"], 2),)
    assert meant("je prends 2 foulards en soie").intent is Intent.CLAIM


@pytest.mark.parametrize("text", ["je prends la robe", "je prends le sac bleu", "je prends une pochette en soie"])
def test_a_title_that_may_be_another_product_reserves_nothing(text: str) -> None:
    assert meant(text).intent is not Intent.CLAIM


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("je prends ROBE1 svp", "fr"),
        ("alaiko ROBE1 azafady", "mg"),
        ("je prends ROBE1 roa azafady", "mixed"),
        ("mbola misy ve ROBE1", "mg"),
        ("i want to buy ROBE1", "en"),
        ("ROBE1", None),
        ("ok", None),
        ("merci", None),
        ("👍", None),
    ],
)
def test_the_language_is_told_by_its_own_words_only(text: str, language: str | None) -> None:
    assert meant(text).language == language


def test_the_words_that_command_the_bot_are_no_keywords() -> None:
    said = vocabulary()
    words = said.yes | said.no | set(said.numbers) | {"payer", "annuler", "catalogue", "aide", "lien", "merci", "stop"}
    assert {keyword_form(word) for word in words if len(word) > 1} <= RESERVED


def test_every_word_list_of_the_file_is_used() -> None:
    with resource("understanding", "words.toml").open("rb") as file:
        data = tomllib.load(file)
    assert set(data["words"]) | set(data["phrases"]) <= set(Vocabulary.__struct_fields__)
    used = {
        name for text in [*data["phrases"].values(), *data["parts"].values()] for name in re.findall(r"<(\w+)>", text)
    }
    assert used == set(data["parts"])


def test_a_number_is_a_keyword_where_it_is_one() -> None:
    lexicon = Lexicon()
    lexicon.add(1, "A12", "12", "Robe")
    lexicon.add(2, "SAC2", "SAC2", "Sac")
    assert understand("12", lexicon).items == (Item(1),)
    assert understand("je prends le 12", lexicon).items == (Item(1),)
    assert understand("je prends 12 SAC2", lexicon).items == (Item(2, 12),)


def test_understand_is_an_engine_that_another_may_replace() -> None:
    engine: Engine = understand
    assert engine("ROBE1", LEXICON).intent is Intent.CLAIM


WORD = st.sampled_from(
    "ROBE1 SAC2 robe 1 2 x2 je prends pas ? , . veux combien payé annuler ne plus et ou alaiko tsy 👍 « é # § ~ $ _ <a>"
    " %s {x} \0 \n * x 77 merci | _ jai ROBE3 taille M".split(" ")
)


@given(st.lists(WORD, max_size=30).map(" ".join) | st.text(max_size=80))
def test_any_text_is_understood_somehow(text: str) -> None:
    got = meant(text)
    assert isinstance(got.intent, Intent)
    assert all(item.product_id in CODES and 1 <= item.quantity <= 99 for item in got.items)
    assert got.intent is not Intent.CLAIM or (got.items and got.sure)


@given(st.text(min_size=1, max_size=12))
def test_a_long_text_is_read_no_further_than_needed(text: str) -> None:
    assert isinstance(meant(text * LONGEST), Understanding)
