"""Credit notes of pieces and of parts of lines: never more than what is left, to the unit, whatever came before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.accounts import service as accounts
from core.accounts.guard import actor_of
from core.bootstrap import Shop
from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.customers.service import Identity, recognise
from core.invoices import credits, service
from core.invoices.credits import Taken
from core.invoices.documents import credit_note_document
from core.invoices.rules import Share
from core.kernel.errors import Forbidden, LivePayError, Refused
from core.orders import settling
from core.orders.service import Wanted
from core.payments import booking
from core.storage.engine import Tx
from tests.support.books import opened

GOODS = (("ROBE", 15_000, 2, None), ("RIZ", 1_100, 3, 10), ("SAC", 9_999, 1, 18))
TOTAL = sum(price * count for _, price, count, _ in GOODS)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(tmp_path) as made:
        made.settings.set("store.vat_rate", "18")
        yield made


def sold(shop: Shop, number: int = 1) -> int:
    """One order of several lines and rates, paid. → its invoice."""

    def write(tx: Tx) -> int:
        wanted = []
        for sku, price, count, vat in GOODS:
            code = f"{sku}{number}X"
            fields = ProductFields(code, code, sku.title(), "", "", price, 50, None, vat)
            wanted.append(Wanted(add(tx, fields), count))
        buyer = recognise(tx, [Identity("phone", f"+2217712{number:05d}")], "Awa")
        order = shop.orders.claim(tx, buyer, wanted, "api").order_id
        assert order is not None
        payment = tx.insert(
            "INSERT INTO payment(provider, key, order_id, amount, received_at) VALUES('wave', ?, ?, ?, ?)",
            (f"k{order}", order, TOTAL, tx.now),
        )
        booking.received(tx, payment, order, "wave", TOTAL, 0)
        settling.settle(tx, order, TOTAL, "wave", payment)
        return int(tx.value("SELECT id FROM invoice WHERE order_id = ?", (order,)))

    return shop.engine.call(write)


def take(shop: Shop, invoice: int, *taken: Taken, actor: str = "seller") -> credits.CreditNote:
    terms = shop.papers.terms()
    number = shop.engine.call(lambda tx: credits.credit_lines(tx, invoice, taken, "Défaut", terms), actor=actor)
    return shop.engine.read(lambda r: credits.load(r, number))


def left(shop: Shop, invoice: int) -> list[tuple[int, int]]:
    kept = shop.engine.read(lambda r: service.load(r, invoice))
    assert kept is not None
    return [(line.left, line.pieces) for line in shop.engine.read(lambda r: credits.open_lines(r, kept))]


def test_pieces_and_part_of_a_price_are_taken_back_line_by_line(shop: Shop) -> None:
    invoice = sold(shop)
    assert left(shop, invoice) == [(30_000, 2), (3_300, 3), (9_999, 1)]
    note = take(shop, invoice, Taken(0, quantity=1), Taken(1, amount=600))
    assert (note.total, note.split.shares) == (15_600, (Share(10, 545, 55), Share(18, 12_712, 2_288)))
    document = shop.engine.read(lambda r: credit_note_document(r, note.id, shop.papers.shared()))
    lines = [(line.title, line.quantity, line.unit_price, line.rate, line.net) for line in document.lines]
    assert lines == [("Robe", 1, 15_000, 18, 12_712), ("Riz", 1, 600, 10, 545)]
    assert left(shop, invoice) == [(15_000, 1), (2_700, 2), (9_999, 1)]
    rest = shop.engine.call(lambda tx: credits.credit(tx, invoice, None, "", shop.papers.terms()))
    assert shop.engine.read(lambda r: credits.load(r, rest)).total == TOTAL - 15_600
    assert left(shop, invoice) == [(0, 0), (0, 0), (0, 0)]


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ((Taken(0, quantity=3),), "at most 2"),
        ((Taken(1, amount=3_301),), "between 1 and 3300"),
        ((Taken(0, amount=0),), "between 1 and 30000"),
        ((Taken(0, amount=-5),), "between 1 and 30000"),
        ((Taken(0, quantity=-1, amount=0),), "between 1 and 30000"),
        ((Taken(0, quantity=1, amount=5),), "not both"),
        ((Taken(3, quantity=1),), "no such line"),
        ((Taken(0, quantity=1), Taken(0, quantity=1)), "named twice"),
        ((), "between 1 and"),
    ],
)
def test_more_than_what_is_left_is_refused_in_one_sentence_and_nothing_is_kept(
    shop: Shop, taken: tuple[Taken, ...], said: str
) -> None:
    invoice = sold(shop)
    with pytest.raises(Refused) as refused:
        take(shop, invoice, *taken)
    assert said in str(refused.value)
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM credit_note")) == 0


def test_a_credit_of_a_sum_leaves_less_of_every_line_of_its_rates(shop: Shop) -> None:
    invoice = sold(shop)
    shop.engine.call(lambda tx: credits.credit(tx, invoice, TOTAL - 5_000, "", shop.papers.terms()))
    kept = left(shop, invoice)
    assert all(amount < price * count for (amount, _), (_, price, count, _) in zip(kept, GOODS, strict=True))
    with pytest.raises(Refused):  # each is left alone, the two of one rate together are not
        take(shop, invoice, Taken(0, amount=kept[0][0]), Taken(2, amount=kept[2][0]))
    take(shop, invoice, Taken(0, amount=kept[0][0]))


def test_a_cashier_gives_no_credit_whatever_the_door(shop: Shop) -> None:
    invoice = sold(shop)
    _, cashier, manager = (
        accounts.save(shop.engine, f"{role}@teranga.sn", "correct horse battery", role, "console")
        for role in ("owner", "cashier", "manager")
    )
    with pytest.raises(Forbidden):
        take(shop, invoice, Taken(0, quantity=1), actor=actor_of(cashier))
    terms = shop.papers.terms()
    with pytest.raises(Forbidden):
        shop.engine.call(lambda tx: credits.credit(tx, invoice, None, "", terms), actor=actor_of(cashier))
    assert take(shop, invoice, Taken(0, quantity=1), actor=actor_of(manager)).number == "AV-2026-00001"


LINE = st.builds(Taken, st.integers(0, 3), st.integers(-1, 4), st.sampled_from((0, 0, 1, 599, 7_777, 15_000, -3)))
STEP = st.one_of(st.lists(LINE, max_size=3), st.integers(1, TOTAL))


@given(steps=st.lists(STEP, min_size=1, max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_credits_of_any_kind_in_any_order_end_at_the_invoices_own_amounts(shop: Shop, steps: list[Any]) -> None:
    number = 1 + shop.engine.read(lambda r: r.value("SELECT count(*) FROM invoice"))
    invoice, terms = sold(shop, number), shop.papers.terms()
    for step in (*steps, None):
        try:
            if isinstance(step, list):
                shop.engine.call(lambda tx, s=step: credits.credit_lines(tx, invoice, s, "", terms))  # type: ignore[misc]
            else:
                shop.engine.call(lambda tx, s=step: credits.credit(tx, invoice, s, "", terms))  # type: ignore[misc]
        except LivePayError:
            continue
    notes = shop.engine.read(lambda r: credits.of_invoice(r, invoice))
    kept = shop.engine.read(lambda r: service.load(r, invoice))
    assert kept is not None
    assert sum(note.total for note in notes) == kept.total == TOTAL
    for share in kept.split.shares:
        same = [part for note in notes for part in note.split.shares if part.rate == share.rate]
        assert (sum(part.net for part in same), sum(part.tax for part in same)) == (share.net, share.tax)
        assert all(part.net >= 0 and part.tax >= 0 for part in same)
    for note in notes:
        assert note.split.net + note.split.tax == note.total
        assert sum(note.split.nets) == note.split.net
