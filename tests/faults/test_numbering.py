"""A thousand sales are validated at once while the program is killed again and again: every series is 1, 2, 3 … to its
end, nothing that was said to be issued is gone, and nothing is issued twice."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.customers.service import Identity, recognise
from core.kernel.clock import ManualClock
from core.orders.service import Wanted
from core.storage import journal
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.faults.validating import PRICE
from tests.support.processes import ROOT, environment

SALES: Final = 1_000
KILLS: Final = 16
SEED: Final = 20261120


@pytest.mark.timeout(300)
def test_a_thousand_validations_with_crashes_leave_no_gap_and_no_duplicate(tmp_path: Path) -> None:
    home = Home(tmp_path)
    slug = create_store(home, "Boutique Téranga", "SN").slug
    with_orders(home, slug)
    said: dict[str, str] = {}
    dice = random.Random(SEED)
    killed = sum(live(home, slug, said, dice.randint(1, 2 * SALES // KILLS)) for _ in range(KILLS))
    assert killed >= KILLS // 2, "too few of the crashes came in the middle"
    assert not live(home, slug, said, None)
    shop = open_shop(home, slug)
    try:
        nothing_is_missing(shop, said)
    finally:
        shop.close()
    print(f"{killed} kills in the middle, {len(said)} papers said to be issued")


def with_orders(home: Home, slug: str) -> None:
    """A thousand buyers hold a dress each."""
    shop = open_shop(home, slug, ManualClock())
    try:
        shop.settings.set("store.vat_rate", "18")
        product = shop.engine.call(
            lambda tx: add(tx, ProductFields("ROBE1", "ROBE1", "Robe", "", "", PRICE, SALES, None))
        )

        def reserve(tx: Tx) -> None:
            for n in range(SALES):
                customer = recognise(tx, [Identity("phone", f"+2217700{n:05d}")], "")
                assert shop.orders.claim(tx, customer, [Wanted(product)], "api").order_id

        shop.engine.call(reserve)
    finally:
        shop.close()


def live(home: Home, slug: str, said: dict[str, str], limit: int | None) -> bool:
    """One life of the program; killed after it said so many lines. → whether it was killed before it was done."""
    command = [sys.executable, "-m", "tests.faults.validating", str(home.path), slug]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
    )
    assert process.stdout is not None
    assert process.stderr is not None
    lines = 0
    for line in process.stdout:  # a line is durable when it is said, also one that is still in the pipe
        if line != "ready\n" and line.endswith("\n"):
            order, number = line.split()
            assert said.setdefault(number, order) == order, f"{number} was issued twice"
            lines += 1
        if lines == limit:
            process.kill()
    errors = process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    code = process.wait()
    assert code in (0, -9), errors
    assert limit is None or code == -9 or lines < limit, errors
    return code == -9


def nothing_is_missing(shop: Shop, said: dict[str, str]) -> None:
    with shop.engine.reader() as r:
        for table, series, count in (
            ("invoice", "FA", SALES),
            ("credit_note", "AV", SALES // 7),
            ("receipt", "RE", SALES // 10),
        ):
            rows = r.all(f"SELECT series, year, number FROM {table} ORDER BY number")
            assert {row[0] for row in rows} == {series}
            assert len({row[1] for row in rows}) == 1  # unless the year ends while this runs
            assert [row[2] for row in rows] == list(range(1, count + 1))
            assert r.value("SELECT count(*) FROM paper_mark WHERE kind = ?", (table,)) == count
        kept = dict(
            r.all(
                "SELECT printf('%s-%d-%05d', series, year, number), order_id FROM invoice UNION ALL"
                " SELECT printf('%s-%d-%05d', c.series, c.year, c.number), i.order_id FROM credit_note c"
                " JOIN invoice i ON i.id = c.invoice_id"
            )
        )
        assert {number: kept.get(number) for number in said} == {number: int(order) for number, order in said.items()}
        assert len(said) > SALES // 2
        assert r.value("SELECT count(*) FROM (SELECT 1 FROM invoice GROUP BY order_id HAVING count(*) > 1)") == 0
        assert r.value("SELECT count(*) FROM orders WHERE state <> 'paid' OR undecided") == 0
        issued = r.value("SELECT count(*) FROM journal WHERE kind IN ('InvoiceIssued', 'CreditNoteIssued')")
        assert issued == SALES + SALES // 7
        assert journal.verify(r).intact
