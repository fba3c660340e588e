"""Tables for a spreadsheet: read back as a spreadsheet reads them, and what a name may not do."""

from __future__ import annotations

import csv
import re
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from core.adapters import sheets
from core.kernel.errors import EnvironmentProblem, Refused
from core.payments import export
from core.payments import service as payments
from core.payments.queries import Filter
from core.reconciliation.statement import parse
from tests.support.books import opened, order_of, pay
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
