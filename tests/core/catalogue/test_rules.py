"""The catalogue's rules: fields, what is left, what an import changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue import rules
from core.catalogue.rules import Change, ProductFields, StockLevel
from core.kernel.errors import Refused

ROBE = ProductFields("ROBE1", "ROBE1", "Robe wax", "Longue", "Robes", 15_000, 10, None)


@pytest.mark.parametrize(
    ("text", "keyword"),
    [("robe1", "ROBE1"), (" Robe-1 ", "ROBE1"), ("réf é2", "REFE2"), ("ＲＯＢＥ１", "ROBE1"), ("12", "12")],
)
def test_a_keyword_is_capitals_and_digits_only(text: str, keyword: str) -> None:
    assert rules.check_keyword(text) == keyword


@pytest.mark.parametrize("text", ["", "a", "-", "x" * 21, "OUI", "payer", "Deux", "roa"])
def test_a_keyword_too_short_too_long_or_of_the_bot_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        rules.check_keyword(text)


@pytest.mark.parametrize(
    ("text", "currency", "units"),
    [
        ("15000", "XOF", 15_000),
        ("15 000", "XOF", 15_000),
        ("15\u202f000\u00a0F\u202fCFA", "XOF", 15_000),
        ("15.000 FCFA", "XOF", 15_000),
        ("15,000 F", "XOF", 15_000),
        ("15000,00", "XOF", 15_000),
        ("15 000,00 francs CFA", "XOF", 15_000),
        ("F CFA 15 000", "XOF", 15_000),
        ("1.234.567", "XOF", 1_234_567),
        ("12,50 €", "EUR", 1_250),
        ("1 234,5", "EUR", 123_450),
        ("$ 9.99", "USD", 999),
        ("60 000 Ariary", "MGA", 60_000),
        ("１５０００", "XOF", 15_000),
        ("15000.-", "XOF", 15_000),
    ],
)
def test_a_price_is_read_in_every_usual_form(text: str, currency: str, units: int) -> None:
    assert rules.check_price(text, currency) == units


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0,00",
        "-5",
        "gratuit",
        "12,50",
        "15 000 €",
        "15 000 Ar",
        "1e3",
        "1_000",
        "15k",
        "9" * 14,
        "1" * 60,
        "٣٠٠",
    ],
)
def test_what_is_no_price_in_francs_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        rules.check_price(text, "XOF")


@pytest.mark.parametrize(
    ("text", "pieces"), [("0", 0), ("10", 10), ("1 000", 1000), ("10,0", 10), ("12 pcs", 12), ("-0", 0)]
)
def test_stock_is_whole_pieces(text: str, pieces: int) -> None:
    assert rules.check_stock(text) == pieces


@pytest.mark.parametrize("text", ["", "-1", "2,5", "beaucoup", "1000001", "10 kg", "1/2"])
def test_stock_that_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        rules.check_stock(text)


@pytest.mark.parametrize(("number", "refusal"), [("-4", "negative"), ("2,5", "whole number")])
def test_a_refused_stock_says_why(number: str, refusal: str) -> None:
    with pytest.raises(Refused, match=refusal):
        rules.check_stock(number)


def test_a_sku_that_a_spreadsheet_made_a_number_is_refused() -> None:
    with pytest.raises(Refused, match="format the column as text"):
        rules.check_sku("6,01E+12")


@pytest.mark.parametrize(
    ("left", "total", "critical"),
    [
        (2, 10, True),
        (3, 10, False),
        (8, 8, False),
        (1, 5, True),
        (2, 5, False),
        (0, 0, True),
        (1, 1, True),
        (20, 100, True),
    ],
)
def test_critical_is_one_left_or_a_fifth_of_the_count(left: int, total: int, critical: bool) -> None:
    assert rules.critical(left, total) is critical


@pytest.mark.parametrize(
    ("left", "total", "level"),
    [
        (0, 10, StockLevel.SOLD_OUT),
        (1, 10, StockLevel.LAST),
        (2, 10, StockLevel.LOW),
        (5, 10, StockLevel.MEDIUM),
        (6, 10, StockLevel.HIGH),
        (3, 4, StockLevel.HIGH),
    ],
)
def test_the_level_of_stock_has_one_word(left: int, total: int, level: StockLevel) -> None:
    assert rules.stock_level(left, total) is level


def test_available_is_on_hand_less_held_and_never_negative() -> None:
    assert rules.available(10, 3) == 7
    with pytest.raises(ValueError, match="impossible"):
        rules.available(2, 3)


def test_a_count_below_what_is_reserved_is_refused() -> None:
    assert rules.check_count(3, held=3) == 3
    with pytest.raises(Refused, match="3 are reserved"):
        rules.check_count(2, held=3)


def test_an_import_adds_updates_or_leaves_alone() -> None:
    dearer = ProductFields("robe1", "ROBE1", "Robe wax", "Longue", "Robes", 16_000, 10, "robe.jpg")
    assert rules.diff(None, ROBE) == Change("added")
    assert rules.diff(ROBE, ROBE) == Change("unchanged")
    assert rules.diff(ROBE, dearer) == Change("updated", ("price", "photo"))


def test_a_field_the_file_does_not_speak_about_is_no_change() -> None:
    bare = ProductFields("ROBE1", "ROBE1", "Robe wax", "", "", 15_000, 10, None)
    assert rules.diff(ROBE, bare, frozenset({"sku", "title", "price", "stock"})) == Change("unchanged")


def test_a_keyword_of_another_product_clashes() -> None:
    catalogue = {"a": "ROBE1", "b": "SAC2"}
    assert rules.clashes(catalogue, [("C", "SAC2", True)]) == {"C": "b"}
    assert rules.clashes(catalogue, [("A", "ROBE1", True), ("C", "PULL3", True)]) == {}


def test_two_products_may_exchange_their_keywords() -> None:
    assert rules.clashes({"a": "ROBE1", "b": "SAC2"}, [("A", "SAC2", True), ("B", "ROBE1", True)]) == {}


def test_a_clash_that_follows_from_a_clash_is_found() -> None:
    catalogue = {"a": "ROBE1", "b": "SAC2", "c": "PULL3"}
    assert rules.clashes(catalogue, [("A", "SAC2", True), ("B", "PULL3", True)]) == {"A": "b", "B": "c"}


def test_a_default_keyword_never_replaces_one_that_exists() -> None:
    assert rules.clashes({"ref 1": "ROBE1", "b": "REF1"}, [("REF 1", "REF1", False)]) == {}


def test_a_changed_rate_of_vat_is_a_change_and_an_empty_one_takes_it_away() -> None:
    robe = ProductFields("R1", "R1", "Robe", "", "", 5, 1, None, vat=10)
    plain = ProductFields("R1", "R1", "Robe", "", "", 5, 1, None)
    assert rules.diff(robe, plain, frozenset({"sku", "vat"})).fields == ("vat",)
    assert rules.diff(robe, plain, frozenset({"sku", "title"})).kind == "unchanged"


@given(st.integers(0, rules.VAT_MAX))
def test_a_rate_of_vat_is_read_as_it_is_written(rate: int) -> None:
    for text in (f"{rate}", f"{rate} %", f"{rate}\u00a0%", f" {rate},0 ", f"{rate}.00%"):
        assert rules.check_vat(text) == rate
