"""``payments reconcile`` as a process: what it finds, in words and as JSON, and every misuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.processes import ask, ask_json

SLUG = "boutique-teranga"


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    await ask_json(home, "store", "create", "Boutique Téranga", "--country", "SN")
    return home


async def test_a_statement_is_compared(home: Path, tmp_path: Path) -> None:
    statement = tmp_path / "wave.csv"
    statement.write_text(
        "Transaction;Référence;Montant;Date\nT1;LPAAAAAAAAAAAAAA;15 000;21/11/2026\nT2;SHOP-7;900;21/11/2026\n"
        "T3;LPBBBBBBBBBBBBBB;beaucoup;21/11/2026\n"
    )
    arguments = ("payments", "reconcile", SLUG, "--statement", str(statement), "--provider", "wave")
    found = await ask_json(home, *arguments)
    assert (found["compared"], found["foreign_lines"]) == (0, 1)
    (difference,) = found["differences"]
    assert (difference["kind"], difference["theirs"], difference["ours"]) == ("payment_missing", 15_000, None)
    assert difference["next_step"].startswith("Interrogez le prestataire")
    assert [wrong["line"] for wrong in found["errors"]] == [4]
    said = await ask(home, *arguments)
    assert said.code == 0
    assert "1 écarts" in said.out
    assert "15\u202f000\u00a0F\u202fCFA" in said.out


async def test_a_store_without_payments_agrees(home: Path) -> None:
    found = await ask_json(home, "payments", "reconcile", SLUG, "--days", "30")
    assert (found["compared"], found["differences"]) == (0, [])


async def test_misuse_is_one_sentence(home: Path, tmp_path: Path) -> None:
    no_table = tmp_path / "photo.csv"
    no_table.write_bytes(b"\x89PNG....")
    for arguments, code in (
        (("--provider", "wave"), 1),
        (("--statement", str(no_table)), 1),
        (("--statement", str(no_table), "--provider", "wave"), 1),
        (("--statement", str(no_table), "--provider", "nobody"), 1),
        (("--statement", str(tmp_path / "none.csv"), "--provider", "wave"), 3),
        (("--days", "0"), 2),
    ):
        done = await ask(home, "payments", "reconcile", SLUG, *arguments)
        assert done.code == code, (arguments, done)
        assert "Traceback" not in done.err
        if code != 2:
            assert done.sentence
    assert json.loads((await ask(home, "payments", "reconcile", SLUG, "--json")).out)["run"] == 1, "nothing was stored"


async def test_payments_are_written_out(home: Path, tmp_path: Path) -> None:
    for name in ("paiements.csv", "paiements.xlsx"):
        found = await ask_json(home, "payments", "export", SLUG, str(tmp_path / name))
        assert found == {"payments": 0, "file": str(tmp_path / name)}
    assert "Reçu;Commande" in (tmp_path / "paiements.csv").read_text("utf-8-sig")
    done = await ask(home, "payments", "export", SLUG, str(tmp_path / "paiements.pdf"))
    assert (done.code, done.sentence) == (1, "Choisissez un nom de fichier qui finit par .csv ou .xlsx.")
