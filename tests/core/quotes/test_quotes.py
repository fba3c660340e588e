"""Quotes: numbered without gaps in their year, frozen, checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from core.invoices.rules import Rounding
from core.invoices.service import Terms
from core.kernel.clock import DAY, ManualClock, day_ends, parse_rfc3339
from core.kernel.errors import NotFound, Refused
from core.kernel.i18n import explain
from core.quotes import service
from core.quotes.rules import MAX_LINES, QuoteLine, number_of, reference
from core.quotes.rules import Terms as AnswerTerms
from core.quotes.service import Wording
from core.storage.engine import Engine, Tx
from tests.support.stores import add_customer, add_product, bare_engine

TERMS = Terms(UTC, {"name": "T"}, 0, Rounding.TOTAL)
LINE = QuoteLine("Livraison", 1, 2_000)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(parse_rfc3339("2026-12-31T12:00:00Z"))


@pytest.fixture
def engine(tmp_path: Path, clock: ManualClock) -> Iterator[Engine]:
    with bare_engine(tmp_path, clock) as engine:
        yield engine


def draft(engine: Engine, *lines: QuoteLine, customer_id: int | None = None, days: int = 30) -> service.Quote:
    def write(tx: Tx) -> service.Quote:
        wording = Wording(lines or (LINE,), note=" n ", terms=AnswerTerms(days))
        quote_id = service.draft(tx, wording, customer_id=customer_id, terms=TERMS)
        return service.load(tx, quote_id)

    return engine.call(write)


def test_numbers_go_on_within_a_year_and_begin_anew_with_the_next(engine: Engine, clock: ManualClock) -> None:
    assert [draft(engine).reference for _ in range(2)] == ["DV-2026-0001", "DV-2026-0002"]
    clock.advance(DAY)
    assert draft(engine).reference == "DV-2027-0001"
    clock.advance(-DAY)  # a clock set back finds its year again
    assert draft(engine).reference == "DV-2026-0003"


def test_a_refused_quote_takes_no_number(engine: Engine) -> None:
    with pytest.raises(Refused):
        draft(engine, QuoteLine("", 1, 1))
    assert draft(engine).reference == "DV-2026-0001"


def test_the_ten_thousandth_quote_follows_the_one_before(engine: Engine) -> None:
    engine.call(
        lambda tx: tx.run(
            "INSERT INTO quote(reference, state, created_at, valid_until, total, content)"
            " VALUES('DV-2026-9999', 'draft', 0, 0, 0, '{}'), ('DV-2026-10000', 'draft', 0, 0, 0, '{}')"
        )
    )
    assert draft(engine).reference == "DV-2026-10001"
    assert number_of(reference(2026, 10_001)) == 10_001


def test_a_quote_keeps_what_it_said(engine: Engine, clock: ManualClock) -> None:
    add_product(engine, "ROBE1")
    line = engine.read(lambda r: service.from_catalogue(r, "robe1", 40))
    made = draft(
        engine, line, QuoteLine("  Pose \n sur place ", 2, 5_000), customer_id=add_customer(engine, 1), days=10
    )
    engine.call(lambda tx: tx.run("UPDATE product SET price = 1, title = 'Autre'"))
    assert made == engine.read(lambda r: service.load(r, made.id))
    assert [(each.description, each.sku, each.amount) for each in made.lines] == [
        ("Article ROBE1", "ROBE1", 600_000),
        ("Pose sur place", "", 10_000),
    ]
    assert (made.total, made.note, made.state) == (610_000, "n", "draft")
    assert made.valid_until == day_ends(clock.now(), 10, UTC), "the whole of its last day"


@pytest.mark.parametrize(
    "lines",
    [
        [QuoteLine("   ", 1, 1)],
        [QuoteLine("x", 0, 1)],
        [QuoteLine("x", 1, -1)],
        [QuoteLine("x", 100_000, 10**12)],
        [LINE] * (MAX_LINES + 1),
    ],
)
def test_what_nobody_could_sign_is_refused_in_french(engine: Engine, lines: list[QuoteLine]) -> None:
    with pytest.raises(Refused) as refusal:
        draft(engine, *lines)
    assert explain(refusal.value, "fr") != str(refusal.value)


@pytest.mark.parametrize("days", [0, 366])
def test_a_quote_is_valid_for_a_year_at_most(engine: Engine, days: int) -> None:
    with pytest.raises(Refused):
        draft(engine, days=days)


def test_what_is_not_there_is_not_found(engine: Engine) -> None:
    for question in (lambda r: service.load(r, 1), lambda r: service.from_catalogue(r, "NOPE", 1)):
        with pytest.raises(NotFound):
            engine.read(question)
