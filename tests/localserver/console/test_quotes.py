"""``livepay quotes``: listed, shown, sent and drawn from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import create_store, open_shop
from core.conversations import threads
from core.kernel.clock import ManualClock, SystemClock
from core.quotes import service
from core.quotes.rules import Discount, QuoteLine, Terms
from core.quotes.service import Wording
from core.storage.engine import Tx
from core.storage.folder import Home
from main import main
from tests.support.stores import add_customer


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with two drafts: the first customer has just written, the second never has."""
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    folder = tmp_path / "home"
    card = create_store(Home(folder), "Boutique", "SN")
    shop = open_shop(Home(folder), card.slug, ManualClock(SystemClock().now()))
    lines = (QuoteLine("Sac", 3, 22_000, "SAC2", discount=Discount("percent", 10)), QuoteLine("Pose", 1, 15_600))
    try:
        shop.settings.set("store.vat_rate", "18")
        shop.settings.set("public_url", "https://boutique.example")
        terms = shop.papers.terms()
        for number in (1, 2):
            customer = add_customer(shop.engine, number)

            def write(tx: Tx, customer: int = customer, number: int = number) -> None:
                wording = Wording(lines, note="Sous 8 jours.", terms=Terms(deposit=50))
                service.draft(tx, wording, customer_id=customer, terms=terms)
                if number == 1:
                    threads.heard(tx, threads.thread_of(tx, customer), tx.now)

            shop.engine.call(write)
    finally:
        shop.close()
    return folder


def run(home: Path, *words: str) -> int:
    return main(["quotes", words[0], "boutique", *words[1:], "--home", str(home)])


def numbers(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [row["number"][-4:] for row in json.loads(capsys.readouterr().out)]


def of_year(home: Path, number: int) -> str:
    return f"DV-{SystemClock().now() // 1000 // 31_556_952 + 1970}-{number:04d}"


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.replace("\u202f", " ").replace("\u00a0", " ")


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_listed_by_state_and_found(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "list", "--json") == 0
    assert numbers(capsys) == ["0002", "0001"]
    assert run(home, "list", "--json", "--search", "cliente 00002") == 0
    assert numbers(capsys) == ["0002"]
    assert run(home, "list", "--state", "sent") == 0
    assert said(capsys) == "Aucun devis.\n"
    assert run(home, "list") == 0
    assert "75 000 F CFA  brouillon  Cliente 2" in said(capsys)


def test_shown_in_full(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "show", of_year(home, 1)) == 0
    text = said(capsys)
    for part in ("3 × Sac  59 400 F CFA", "1 × Pose  15 600 F CFA", "TVA  11 441 F CFA", "acompte  37 500 F CFA"):
        assert part in text
    assert run(home, "show", of_year(home, 1), "--json") == 0
    value = told(capsys)
    assert (value["state"], value["net"] + value["tax"], value["deposit"], value["url"]) == (
        "draft",
        75_000,
        37_500,
        None,
    )
    assert [line["discount"] for line in value["lines"]] == [6_600, 0]
    assert run(home, "show", "DV-1999-0001") == 1
    assert "Il n’y a pas de devis" in capsys.readouterr().err


def test_sent_where_whatsapp_is_open_and_told_where_it_is_not(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "send", of_year(home, 1), "--json") == 0
    first = told(capsys)
    assert first["queued"]
    assert first["url"].startswith("https://boutique.example/q/")
    assert run(home, "send", of_year(home, 2)) == 0
    assert "WhatsApp est fermé pour ce client" in said(capsys)
    assert run(home, "send", of_year(home, 2)) == 1
    assert run(home, "list", "--json", "--state", "sent") == 0
    assert numbers(capsys) == ["0002", "0001"]


def test_drawn_into_a_file(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "devis.pdf"
    assert run(home, "pdf", of_year(home, 1), str(target)) == 0
    assert target.read_bytes().startswith(b"%PDF-")
    assert run(home, "pdf", of_year(home, 1), str(tmp_path / "none" / "devis.pdf")) != 0
    assert "Impossible d’écrire" in capsys.readouterr().err
