"""``livepay papers``: listed, written out, and what the state's platform is to be told, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import create_store, open_shop
from core.invoices import credits
from core.kernel.clock import ManualClock, SystemClock
from core.storage.folder import Home
from main import main
from tests.support.books import order_of, pay, session_of
from tests.support.stores import add_product


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of Côte d'Ivoire: two sales, one of them taken back, declarations prepared."""
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    folder = tmp_path / "home"
    card = create_store(Home(folder), "Boutique", "CI")
    shop = open_shop(Home(folder), card.slug, ManualClock(SystemClock().now()))
    try:
        shop.settings.set("store.vat_rate", "18")
        shop.settings.set("certification.enabled", "yes")
        robe = add_product(shop.engine, "ROBE1", 15_000, 9)
        for number in (1, 2):
            pay(shop, session_of(shop, order_of(shop, number, robe), "wave"), "wave", 15_000, 0, f"T{number}")
        shop.engine.call(lambda tx: credits.credit(tx, 1, None, "Défaut", shop.papers.terms()))
    finally:
        shop.close()
    return folder


def run(home: Path, *words: str) -> int:
    return main(["papers", words[0], "boutique", *words[1:], "--home", str(home)])


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_papers_are_listed_newest_first_and_found(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "list", "--json") == 0
    found = told(capsys)
    assert [row["number"][:2] for row in found] == ["AV", "FA", "FA"]
    assert [(row["total"], row["net"], row["tax"]) for row in found] == [(15_000, 12_712, 2_288)] * 3
    assert run(home, "list", "--kind", "invoice", "--search", "Awa 2", "--json") == 0
    assert [row["customer"] for row in told(capsys)] == ["Awa 2"]
    assert run(home, "list", "--search", "zzz") == 0
    assert capsys.readouterr().out == "Aucun document.\n"
    assert run(home, "list", "--limit", "1") == 0
    assert "préparée" in capsys.readouterr().out


def test_what_the_platform_answered_is_told_and_nothing_more(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(home, "list", "--json")
    credit, _, invoice = (row["number"] for row in told(capsys))
    assert run(home, "certification", invoice, "--json") == 0
    found = told(capsys)
    assert (found["regime"], found["state"], found["reference"]) == ("fne", "prepared", None)
    assert run(home, "certification", credit) == 0
    assert "doit être certifiée avant son avoir" in capsys.readouterr().out
    assert run(home, "certification", "FA-2026-99999") == 1
    assert "ni de reçu FA-2026-99999" in capsys.readouterr().err


def test_a_retry_without_a_connection_goes_nowhere_and_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(home, "list", "--json")
    credit, _, invoice = (row["number"] for row in told(capsys))
    assert run(home, "retry", invoice) == 0
    assert "nulle part" in capsys.readouterr().out
    assert run(home, "retry", credit) == 1
    assert "doit être certifiée avant son avoir" in capsys.readouterr().err


def test_declarations_and_the_list_are_written_out(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, "payloads", str(tmp_path / "out"), "--json") == 0
    assert told(capsys) == {"folder": str(tmp_path / "out"), "written": 2, "left_out": 1}
    assert len(list((tmp_path / "out").glob("FA-*.json"))) == 2
    assert run(home, "export", str(tmp_path / "papers.csv")) == 0
    lines = (tmp_path / "papers.csv").read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Numéro;Type;Émise le;Commande;Client;Facture créditée;HT;TVA;TTC;Reçu;Devise")
    assert len(lines) == 4
    assert run(home, "export", str(tmp_path / "papers.txt")) == 1
