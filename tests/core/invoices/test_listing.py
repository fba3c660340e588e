"""All papers in one list: newest first, by the page, filtered and searched, and what needs somebody first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap import Shop
from core.conversations import manual, threads
from core.customers.service import Identity, recognise
from core.invoices import certification, credits, export, queries
from core.invoices.queries import Filter, PaperRow
from core.kernel.clock import DAY, HOUR, MINUTE, ManualClock
from core.kernel.errors import NotFound, Refused
from core.kernel.paging import Sort
from core.storage.engine import Tx
from tests.support.books import opened, order_of, pay, session_of
from tests.support.stores import add_product

EVERYTHING = Filter()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(tmp_path) as made:
        made.settings.set("store.vat_rate", "18")
        yield made


def clock(shop: Shop) -> ManualClock:
    assert isinstance(shop.clock, ManualClock)
    return shop.clock


def sell(shop: Shop, count: int, first: int = 1) -> None:
    """So many sales a minute apart; every fourth buyer pays only a part, which gives a receipt."""
    robe = add_product(shop.engine, f"ROBE{first}", 15_000, count + 10)
    for number in range(first, first + count):
        clock(shop).advance(MINUTE)
        ref = session_of(shop, order_of(shop, number, robe), "wave")
        pay(shop, ref, "wave", 5_000 if number % 4 == 0 else 15_000, 0, f"T{number}")


def take_back(shop: Shop, invoice: int, amount: int | None = None) -> int:
    return shop.engine.call(lambda tx: credits.credit(tx, invoice, amount, "Défaut", shop.papers.terms()))


def found(shop: Shop, wanted: Filter = EVERYTHING, limit: int = 100) -> list[PaperRow]:
    return shop.engine.read(lambda r: queries.papers(r, wanted, shop.clock.now(), limit=limit))


def numbers(shop: Shop, **wanted: object) -> list[str]:
    return [row.number.replace("-2026-0000", "") for row in found(shop, Filter(**wanted))]  # type: ignore[arg-type]


def test_all_kinds_stand_newest_first_with_their_tax(shop: Shop) -> None:
    sell(shop, 4)
    take_back(shop, 2, 5_000)
    assert numbers(shop) == ["AV1", "RE1", "FA3", "FA2", "FA1"]
    credit, receipt, _, invoice, _ = found(shop)
    assert (credit.invoice, credit.total, credit.net, credit.tax) == ("FA-2026-00002", 5_000, 4_237, 763)
    assert (receipt.net, receipt.tax, receipt.total, receipt.customer) == (None, None, 5_000, "Awa 4")
    assert (invoice.net, invoice.tax, invoice.credited) == (12_712, 2_288, 5_000)
    assert invoice.reference == credit.reference


def test_pages_meet_without_a_gap_or_a_double_even_within_one_millisecond(shop: Shop) -> None:
    sell(shop, 9)
    for invoice in (1, 2, 3):
        take_back(shop, invoice)
    for sort in (Sort("at"), Sort("at", down=False), Sort("total"), Sort("total", down=False)):
        whole = [row.number for row in found(shop, Filter(sort=sort))]
        for size in (1, 2, 3, 5):
            assert [row.number for row in walk(shop, Filter(sort=sort), size)] == whole
        assert len(set(whole)) == len(whole) == 12
        shown = [row.cursor(sort)[0] for row in found(shop, Filter(sort=sort))]
        assert shown == sorted(shown, reverse=sort.down)


def walk(shop: Shop, wanted: Filter, size: int) -> list[queries.PaperRow]:
    """Page after page."""
    walked: list[queries.PaperRow] = []
    after: tuple[int, int, int] | None = None
    now = shop.clock.now()
    while page := shop.engine.read(lambda r, a=after: queries.papers(r, wanted, now, after=a, limit=size)):  # type: ignore[misc]
        walked += page
        after = page[-1].cursor(wanted.sort)
    return walked


def test_kind_time_and_search(shop: Shop) -> None:
    sell(shop, 4)
    middle = shop.clock.now() - MINUTE - 1
    take_back(shop, 1)
    assert numbers(shop, kind="receipt") == ["RE1"]
    assert numbers(shop, since=middle) == ["AV1", "RE1", "FA3"]
    assert numbers(shop, until=middle) == ["FA2", "FA1"]
    for text, expected in (
        ("fa-2026-00001", ["AV1", "FA1"]),
        ("AV-2026-00001", ["AV1"]),
        ("1", ["AV1", "RE1", "FA3", "FA2", "FA1"]),  # in every reference or name, too
        ("FA2", ["FA2"]),
        ("Awa 2", ["FA2"]),
        ("70 00 00 03", ["FA3"]),
        (found(shop, Filter(kind="receipt"))[0].reference, ["RE1"]),
        ("100%", []),
    ):
        assert (text, numbers(shop, text=text)) == (text, expected)


def test_a_paper_is_found_by_its_whole_number_only(shop: Shop) -> None:
    sell(shop, 1)
    assert shop.engine.read(lambda r: queries.by_number(r, "fa-2026-00001")).id == 1
    for number in ("FA-2026-00002", "1", "FA1", "", "XX-2026-00001"):
        with pytest.raises(NotFound):
            shop.engine.read(lambda r, n=number: queries.by_number(r, n))  # type: ignore[misc]


def test_what_was_refused_or_did_not_arrive_needs_somebody(shop: Shop) -> None:
    sell(shop, 3)

    def trouble(tx: Tx) -> None:
        for number, accepted in ((1, True), (2, False)):
            made = certification.prepare(tx, "invoice", number, "emecef", {"type": "FV"}, None)
            certification.queue(tx, made, {"type": "FV"})
            certification.answered(tx, made, accepted, {}, None if accepted else "IFU inconnu")
        threads.post_paper(tx, 3, "invoice:3", "invoice", 3, "FA.pdf", "Ta facture")
        tx.run("UPDATE outbox SET state = 'failed', error = 'parti' WHERE key = 'invoice:3'")

    shop.engine.call(trouble)
    assert numbers(shop, attention=True) == ["FA3", "FA2"]
    assert [(r.sent, r.certified, r.certified_error) for r in found(shop, Filter(attention=True))] == [
        ("failed", None, None),
        (None, "refused", "IFU inconnu"),
    ]
    shop.engine.call(lambda tx: threads.heard(tx, threads.thread_of(tx, 3), tx.now))
    assert shop.engine.call(lambda tx: manual.send_paper(tx, "invoice", 3)) is not None
    assert numbers(shop, attention=True) == ["FA2"]
    assert found(shop, Filter(text="FA3"))[0].sent == "queued"
    with pytest.raises(Refused, match="on its way"):
        shop.engine.call(lambda tx: manual.send_paper(tx, "invoice", 3))


def test_an_answer_that_does_not_come_is_told_after_some_rounds_and_a_message_of_long_ago_no_more(shop: Shop) -> None:
    sell(shop, 2)

    def wait(tx: Tx) -> None:
        made = certification.prepare(tx, "invoice", 1, "emecef", {"type": "FV"}, None)
        certification.queue(tx, made, {"type": "FV"})
        threads.post_paper(tx, 2, "invoice:2", "invoice", 2, "FA.pdf", "Ta facture")
        tx.run("UPDATE outbox SET state = 'unknown'")

    shop.engine.call(wait)
    for expected in (["FA2"], ["FA2"], ["FA2", "FA1"]):
        shop.engine.call(lambda tx: certification.again(tx, 1, 0, "status 503"))
        assert numbers(shop, attention=True) == expected
    clock(shop).advance(queries.RECENT + DAY)
    assert numbers(shop, attention=True) == ["FA1"]


def test_nobody_who_has_not_written_is_sent_a_paper(shop: Shop) -> None:
    sell(shop, 1)
    with pytest.raises(Refused, match="24 hours"):
        shop.engine.call(lambda tx: manual.send_paper(tx, "invoice", 1))
    buyer = shop.engine.call(lambda tx: recognise(tx, [Identity("phone", "+221770000001")]))
    shop.engine.call(lambda tx: threads.heard(tx, threads.thread_of(tx, buyer), tx.now))
    clock(shop).advance(25 * HOUR)
    with pytest.raises(Refused, match="24 hours"):
        shop.engine.call(lambda tx: manual.send_paper(tx, "invoice", 1))
    with pytest.raises(NotFound):
        shop.engine.call(lambda tx: manual.send_paper(tx, "invoice", 9))
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM outbox")) == 0


def test_the_exported_columns_add_up_to_what_was_sold(shop: Shop) -> None:
    sell(shop, 4)
    take_back(shop, 1)
    take_back(shop, 2, 1_000)
    rows = shop.engine.read(lambda r: list(export.rows(r, Filter(), shop.clock.now(), "XOF", shop.country.zone)))
    places = {name: place for place, (name, _) in enumerate(export.TITLES)}
    sums = {name: sum(row[places[name]] or 0 for row in rows) for name in ("net", "tax", "total", "received")}  # type: ignore[misc]
    assert (sums["total"], sums["received"]) == (3 * 15_000 - 15_000 - 1_000, 5_000)
    assert sums["net"] + sums["tax"] == sums["total"]
    assert rows[0][places["invoice"]] == "FA-2026-00002"
