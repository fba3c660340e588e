"""Numbers that changed with their country's plan, and whom they are found as."""

from __future__ import annotations

from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers.service import Identity, find, phones_of, recognise
from core.kernel.numbering import forms, today
from core.kernel.phone import display, mobile, normalise
from tests.support.stores import bare_engine


@pytest.mark.parametrize(
    ("old", "new"),
    [  # the regulators' own rules: ARTCI 2020 for 225, ARCEP Bénin 2024 for 229
        ("+22507123456", "+2250707123456"),  # Orange
        ("+22559123456", "+2250759123456"),
        ("+22505123456", "+2250505123456"),  # MTN
        ("+22564123456", "+2250564123456"),
        ("+22501123456", "+2250101123456"),  # Moov
        ("+22553123456", "+2250153123456"),
        ("+22520312345", "+2252720312345"),  # fixed, Orange
        ("+22530612345", "+2252730612345"),
        ("+22520012345", "+2252520012345"),  # fixed, MTN
        ("+22520812345", "+2252120812345"),  # fixed, Moov
        ("+22997123456", "+2290197123456"),
        ("+22921301010", "+2290121301010"),
    ],
)
def test_an_old_number_is_todays_with_its_prefix(old: str, new: str) -> None:
    assert today(old) == new
    assert forms(old) == (old, new)
    assert forms(new) == (new, old)
    assert phonenumbers.is_valid_number(phonenumbers.parse(new))


@pytest.mark.parametrize("number", ["+221771234567", "+2250812345678", "+229019712345", "+2250707", "SN.12", ""])
def test_any_other_number_stays(number: str) -> None:
    assert today(number) == number
    assert forms(number) == (number,)


@given(st.sampled_from(["225", "229"]), st.integers(0, 10**8 - 1))
def test_each_form_gives_the_other(country: str, number: int) -> None:
    old = f"+{country}{number:08d}"
    new = today(old)
    assert today(new) == new != old
    assert forms(new) == (new, old)


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("07 12 34 56", "CI", "+2250707123456"),
        ("0022507123456", "CI", "+2250707123456"),
        ("07 07 12 34 56", "CI", "+2250707123456"),
        ("97-12-34-56", "BJ", "+2290197123456"),
        ("+229 01 97 12 34 56", "SN", "+2290197123456"),
    ],
)
def test_what_is_typed_in_an_old_form_is_kept_as_todays(typed: str, country: str, kept: str) -> None:
    assert normalise(typed, country) == kept
    assert mobile(typed, (kept[1:4] == "225" and "CI") or "BJ") == kept


def test_people_see_todays_number() -> None:
    assert display("+22997123456") == display("+2290197123456")


@pytest.mark.parametrize(("first", "then"), [("+22507123456", "+2250707123456"), ("+2290197123456", "+22997123456")])
def test_one_person_under_both_numbers(tmp_path: Path, first: str, then: str) -> None:
    with bare_engine(tmp_path) as engine:
        known = engine.call(lambda tx: recognise(tx, [Identity("phone", first)], "Aya"))
        assert engine.read(lambda r: find(r, [Identity("phone", then)])) == [known]
        assert engine.call(lambda tx: recognise(tx, [Identity("phone", then)])) == known
        assert sorted(engine.read(lambda r: phones_of(r, known))) == sorted([first, then])
        assert engine.read(lambda r: r.value("SELECT count(*) FROM customer")) == 1


def test_two_records_of_before_become_one_at_the_next_message(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:

        def before(tx: object) -> tuple[int, int]:
            """As a store of an older version may hold them."""
            made = []
            for value in ("+22997123456", "+2290197123456"):
                number = tx.insert("INSERT INTO customer(name, created_at) VALUES('Fifa', 1)")  # type: ignore[attr-defined]
                tx.run(  # type: ignore[attr-defined]
                    "INSERT INTO identity(kind, value, customer_id, first_seen, last_seen) VALUES('phone',?,?,1,1)",
                    (value, number),
                )
                made.append(number)
            return made[0], made[1]

        old, new = engine.call(before)
        assert engine.call(lambda tx: recognise(tx, [Identity("phone", "+2290197123456")])) == new
        assert engine.read(lambda r: r.value("SELECT merged_into FROM customer WHERE id = ?", (old,))) == new
