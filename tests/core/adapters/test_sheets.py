"""Tables for a spreadsheet: read back as a spreadsheet reads them, and what a name may not do."""

from __future__ import annotations

import csv
import re
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from core.adapters import payments_sheet, sheets
from core.bootstrap import Shop
from core.kernel.clock import DAY, to_datetime
from core.kernel.errors import EnvironmentProblem, Refused
from core.ledger import book
from core.payments import export
from core.payments import service as payments
from core.payments.queries import Filter
from core.reconciliation.statement import parse
from tests.support.books import opened, order_of, pay, session_of
from tests.support.stores import add_product

ROWS: list[tuple[sheets.Cell, ...]] = [
    (datetime(2026, 11, 21, 10, 5), '=HYPERLINK("http://x")', 15_000, None),  # noqa: DTZ001 - the shop's clock
    (datetime(2026, 11, 21, 10, 6), "Awa; « Ndour »", Decimal("12.50"), "T1"),  # noqa: DTZ001
]
TITLES = ("Reçu", "Cliente", "Montant", "Transaction")


def test_csv_opens_as_text(tmp_path: Path) -> None:
    path = tmp_path / "paiements.csv"
    assert sheets.write(path, TITLES, ROWS) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [
            list(TITLES),
            ["21/11/2026 10:05:00", '\'=HYPERLINK("http://x")', "15000", ""],
            ["21/11/2026 10:06:00", "Awa; « Ndour »", "12,50", "T1"],
        ]


def test_xlsx_has_numbers_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "paiements.xlsx"
    assert sheets.write(path, TITLES, iter(ROWS)) == 2
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK" in sheet
    assert re.findall(r'<c r="C\d" s="\d"><v>([^<]+)</v>', sheet) == ["15000", "12.50"]


@pytest.mark.parametrize("name", ["paiements.pdf", "paiements"])
def test_another_ending_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused):
        sheets.write(tmp_path / name, TITLES, ROWS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["paiements.csv", "paiements.xlsx"])
def test_a_folder_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(EnvironmentProblem):
        sheets.write(tmp_path / "none" / name, TITLES, ROWS)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_row_that_cannot_be_read_leaves_the_file_of_before(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"paiements{ending}"
    path.write_bytes(b"before")

    def broken() -> object:
        yield ROWS[0]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        sheets.write(path, TITLES, broken())  # type: ignore[arg-type]
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [(path.name, b"before")]


def test_an_export_is_every_payment_and_a_statement_like_any_other(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as shop:
        robe = add_product(shop.engine, "ROBE1", 15_000, 2000)
        for number in range(3):
            order = order_of(shop, number, robe)
            attempt, _ = shop.engine.call(lambda tx, o=order: payments.open_attempt(tx, o, "wave", "wave", "XOF"))  # type: ignore[misc]
            pay(shop, attempt.ref, "wave", 15_000, 150, f"T{number}")
        path = tmp_path / "export.csv"
        with shop.engine.reader() as reader:
            titles = [title for _, title in export.TITLES]
            table = export.rows(reader, Filter(), "XOF", shop.country.zone)
            assert sheets.write(path, titles, table) == 3
        read = parse(path.read_bytes(), "XOF", shop.country.zone)
        assert sorted((line.txn_id, line.amount, line.fee, line.net) for line in read.lines) == [
            (f"T{number}", 15_000, 150, 14_850) for number in range(3)
        ]


def year(shop: Shop) -> None:
    """Sales of a year on two providers, some given back in part: more than one page of the export."""
    robe = add_product(shop.engine, "ROBE1", 15_000, 5000)
    for number in range(1_030):
        if not number % 20:
            shop.clock.advance(7 * DAY)  # type: ignore[attr-defined]
        provider = "wave" if number % 3 else "bictorys"
        ref = session_of(shop, order_of(shop, number, robe), provider)
        pay(shop, ref, provider, 15_000, 150 if number % 2 else None, f"T{number}")
    for payment in (1, 500, 1_030):
        refund = shop.engine.call(lambda tx, p=payment: shop.refunds.ask(tx, p, 4_000))  # type: ignore[misc]
        shop.engine.call(lambda tx, r=refund: shop.refunds.by_hand(tx, r))  # type: ignore[misc]


def test_what_an_accountant_adds_up_is_what_the_books_say(tmp_path: Path) -> None:
    """A year's table, opened by another program's reader: one row of French titles, real dates and numbers."""
    with opened(tmp_path / "home") as shop:
        year(shop)
        path = tmp_path / "export.xlsx"
        assert payments_sheet.write(shop.engine, path, Filter(), "XOF", shop.country.zone, "fr") == 1_030
        books = {b.provider: b for b in shop.engine.read(book.by_provider)}
        latest = to_datetime(shop.clock.now(), shop.country.zone)
    sheet: list[list[Any]] = list(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())
    titles, *rows = sheet
    assert titles == [
        *("Reçu", "Commande", "Client", "Prestataire", "Moyen", "Transaction"),
        *("Montant", "Frais", "Rendu", "Net", "Devise", "État"),
    ]
    assert len(rows) == 1_030
    assert all(isinstance(row[0], datetime) and isinstance(row[6], float) for row in rows)
    assert rows[0][0] == latest.replace(tzinfo=None, microsecond=0), "the shop's own clock, the newest first"
    for provider, label in (("wave", "Wave"), ("bictorys", "Bictorys")):
        mine = [row for row in rows if row[3] == label]
        received, fees, back, net = (sum(row[column] or 0 for row in mine) for column in (6, 7, 8, 9))
        found = books[provider]
        assert (received, fees, back, net) == (found.received, found.fees, found.refunded, found.net)
    assert {row[11] for row in rows} == {"Reçu", "Rendu en partie"}
