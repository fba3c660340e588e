"""Quotes by state, number and customer; what the chat drafts; terms and figures; what is kept while it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers import queries as customers
from core.customers.service import Identity, recognise
from core.invoices.rules import Rounding
from core.invoices.service import Terms as PaperTerms
from core.kernel.clock import DAY, ManualClock
from core.kernel.errors import NotFound, Refused
from core.quotes import answering, asked, listing, service, unsaved
from core.quotes.figures import figures
from core.quotes.listing import Wanted
from core.quotes.rules import Discount, QuoteLine, Terms
from core.quotes.service import Wording
from core.storage.engine import Engine, Tx
from tests.core.quotes.test_sums import quoted
from tests.support.stores import add_product, bare_engine

PAPERS = PaperTerms(UTC, {"name": "T", "vat_rate": 18}, 18, Rounding.TOTAL)
LINE = QuoteLine("Livraison", 1, 2_000)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def engine(tmp_path: Path, clock: ManualClock) -> Iterator[Engine]:
    with bare_engine(tmp_path, clock) as engine:
        yield engine


def person(engine: Engine, name: str, phone: str) -> int:
    return engine.call(lambda tx: recognise(tx, [Identity("phone", phone)], name))


def sent(engine: Engine, customer: int, days: int = 30, *, send: bool = True) -> int:
    def write(tx: Tx) -> int:
        number = service.draft(tx, Wording((LINE,), terms=Terms(days)), customer_id=customer, terms=PAPERS)
        if send:
            service.send(tx, number, PAPERS, 2)
        return number

    return engine.call(write)


def found(engine: Engine, state: str | None = None, text: str = "") -> list[int]:
    now = engine.clock.now()
    return [row.id for row in engine.read(lambda r: listing.rows(r, Wanted(state, text), now))]


def test_each_stands_under_the_state_it_has_now_swept_or_not(engine: Engine, clock: ManualClock) -> None:
    awa = person(engine, "Awa Ndour", "+221770001234")
    draft, short, seen, refused = (
        sent(engine, awa, send=False),
        sent(engine, awa, 1),
        sent(engine, awa),
        sent(engine, awa),
    )
    engine.call(lambda tx: answering.seen(tx, seen))
    engine.call(lambda tx: answering.refuse(tx, refused, "seller", "trop cher"))
    assert found(engine) == [refused, seen, short, draft]
    assert [found(engine, state) for state in ("draft", "sent", "seen", "refused", "expired")] == [
        [draft],
        [short],
        [seen],
        [refused],
        [],
    ]
    clock.advance(2 * DAY)
    assert (found(engine, "sent"), found(engine, "expired")) == ([], [short])
    engine.call(lambda tx: answering.expire(tx, short))
    assert found(engine, "expired") == [short]
    counted = engine.read(lambda r: listing.counts(r, clock.now()))
    assert counted == {"draft": 1, "expired": 1, "seen": 1, "refused": 1}
    rows = engine.read(lambda r: listing.rows(r, Wanted(), clock.now(), after=(seen, seen), limit=1))
    assert [(row.id, row.state, row.customer, row.phone) for row in rows] == [
        (short, "expired", "Awa Ndour", "+221770001234")
    ]


def test_found_by_number_name_without_accents_and_phone(engine: Engine) -> None:
    awa, aicha = person(engine, "Awa Ndour", "+221770001234"), person(engine, "Aïcha Fall", "+221785554433")
    first, second = sent(engine, awa), sent(engine, aicha)
    for text, expected in (
        ("0002", [second]),
        ("dv-", [second, first]),
        ("aicha", [second]),
        ("fall AÏ", [second]),
        ("78 555", [second]),
        ("+22177", [first]),
        ("personne", []),
        ("%", []),
        ("  ", [second, first]),
    ):
        assert found(engine, text=text) == expected, text
    assert [each.name for each in engine.read(lambda r: customers.search(r, "a", 10))] == ["Aïcha Fall", "Awa Ndour"]
    assert engine.read(lambda r: listing.by_reference(r, f" {'dv-'}{_year(engine)}-0002 ")) == second
    with pytest.raises(NotFound):
        engine.read(lambda r: listing.by_reference(r, "DV-1"))
    with pytest.raises(NotFound):
        engine.read(lambda r: listing.one(r, 99, 0))


def _year(engine: Engine) -> str:
    return str(engine.read(lambda r: r.value("SELECT substr(reference, 4, 4) FROM quote LIMIT 1")))


def test_who_asks_in_the_chat_has_one_draft_that_grows_until_the_seller_writes_in_it(engine: Engine) -> None:
    awa = person(engine, "Awa Ndour", "+221770001234")
    robe, bag, gone = add_product(engine, "ROBE1"), add_product(engine, "SAC2"), add_product(engine, "VIEUX")
    engine.call(lambda tx: tx.run("UPDATE product SET active = 0 WHERE id = ?", (gone,)))

    def ask(*items: tuple[int, int]) -> int | None:
        return engine.call(lambda tx: asked.wanted(tx, awa, items, PAPERS))

    def lines(number: int | None) -> list[tuple[str, int]]:
        assert number is not None
        return [(line.sku, line.quantity) for line in engine.read(lambda r: service.load(r, number)).lines]

    assert ask((gone, 1)) is None
    assert ask() is None
    first = ask((robe, 3))
    assert ask((bag, 2), (robe, 0)) == first
    assert lines(first) == [("SAC2", 2), ("ROBE1", 1)]
    row = engine.read(lambda r: listing.one(r, first or 0, 0))
    assert (row.state, row.asked, row.sent_at) == ("draft", True, None)
    quote = engine.read(lambda r: service.load(r, first or 0))
    engine.call(lambda tx: service.edit(tx, quote.id, quote.wording, awa, PAPERS))
    second = ask((robe, 5))
    assert second != first
    assert lines(first) == [("SAC2", 2), ("ROBE1", 1)]
    assert lines(second) == [("ROBE1", 5)]
    latest = engine.read(lambda r: listing.latest_draft(r, awa))
    assert latest is not None
    assert latest[0] == second
    assert engine.read(lambda r: listing.latest_draft(r, 99)) is None


def test_a_deposit_is_a_share_or_an_amount_below_the_total(engine: Engine) -> None:
    def made(terms: Terms) -> service.Quote:
        def write(tx: Tx) -> service.Quote:
            return service.load(tx, service.draft(tx, Wording((LINE,), terms=terms), customer_id=None, terms=PAPERS))

        return engine.call(write)

    deposits = [made(terms).deposit for terms in (Terms(deposit=33), Terms(deposit_amount=700), Terms())]
    assert deposits == [660, 700, 0]
    for wrong in (Terms(deposit=10, deposit_amount=10), Terms(deposit_amount=2_000), Terms(deposit_amount=-1)):
        with pytest.raises(Refused):
            made(wrong)


def test_a_copy_is_a_draft_of_its_own(engine: Engine) -> None:
    awa = person(engine, "Awa Ndour", "+221770001234")
    first = sent(engine, awa)
    copy = engine.call(lambda tx: service.duplicate(tx, first, PAPERS))
    before, after = (engine.read(lambda r, n=n: service.load(r, n)) for n in (first, copy))  # type: ignore[misc]
    assert (after.wording, after.customer_id, after.state, after.replaces) == (before.wording, awa, "draft", None)


@given(quoted(), st.sampled_from(Rounding), st.sampled_from([0, 18]), st.integers(0, 99))
def test_figures_add_up(
    quote: tuple[list[QuoteLine], Discount | None], rounding: Rounding, rate: int, percent: int
) -> None:
    lines, discount = quote
    found = figures(Wording(tuple(lines), discount, terms=Terms(deposit=percent)), rate, rounding)
    assert sum(found.lines) == found.subtotal == found.total + found.off
    assert found.net + found.tax == found.total == sum(share.gross for share in found.shares)
    assert 0 <= found.deposit <= found.total
    assert rate or found.tax == 0


def test_what_is_being_typed_is_kept_per_quote_until_it_is_dropped(engine: Engine, clock: ManualClock) -> None:
    assert engine.read(unsaved.latest) is None
    for number, content in ((0, "a"), (0, "b"), (7, "c")):
        clock.advance(1)
        engine.call(lambda tx, n=number, c=content: unsaved.keep(tx, n, None, c))  # type: ignore[misc]
    assert engine.read(unsaved.latest) == unsaved.Unsaved(7, None, clock.now(), "c")
    engine.call(lambda tx: unsaved.drop(tx, 7))
    latest = engine.read(unsaved.latest)
    assert latest is not None
    assert latest.content == "b"


def test_a_quote_of_nothing_is_not_sent(engine: Engine) -> None:
    awa = person(engine, "Awa Ndour", "+221770001234")
    free = Wording((QuoteLine("Pose", 1, 5_000, discount=Discount("percent", 100)),))
    number = engine.call(lambda tx: service.draft(tx, free, customer_id=awa, terms=PAPERS))
    with pytest.raises(Refused, match="more than zero"):
        engine.call(lambda tx: service.send(tx, number, PAPERS, 2))
    assert found(engine, "draft") == [number]
