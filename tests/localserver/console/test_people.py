"""``customers``, ``leads``, ``pairs`` and ``figures`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import create_store, open_shop
from core.kernel.clock import ManualClock, SystemClock
from core.live import service as live
from core.orders.service import Wanted
from core.storage.folder import Home
from main import main
from tests.support.books import order_of, pay, session_of
from tests.support.stores import add_customer, add_product


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with a live, a sale and a reservation."""
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    folder = tmp_path / "home"
    card = create_store(Home(folder), "Boutique", "SN")
    shop = open_shop(Home(folder), card.slug, ManualClock(SystemClock().now()))
    try:
        shop.engine.call(live.start)
        robe = add_product(shop.engine, "ROBE1", 15_000, 9)
        add_product(shop.engine, "SAC2", 10_000, 9)
        pay(shop, session_of(shop, order_of(shop, 1, robe), "wave"), "wave", 15_000, 0, "T1")
        second = add_customer(shop.engine, 2)
        shop.engine.call(lambda tx: shop.orders.claim(tx, second, [Wanted(robe)], "tiktok"))
    finally:
        shop.close()
    return folder


def run(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    """→ exit code, and the result read from stdout."""
    code = main([*words, "--home", str(home), "--json"])
    said = capsys.readouterr().out
    return code, json.loads(said) if said else None


def test_a_customer_is_explained_let_through_and_merged(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = run(home, capsys, "customers", "standing", "boutique", "1")
    assert (code, shown["score"]) == (0, sum(line["points"] for line in shown["lines"]))
    assert run(home, capsys, "customers", "allow", "boutique", "2", "--hours", "3")[1]["allowed_until"]
    assert run(home, capsys, "customers", "allow", "boutique", "2", "--hours", "0")[1]["allowed_until"] is None
    assert run(home, capsys, "customers", "pay-first", "boutique", "2")[1]["pays_first"]
    assert run(home, capsys, "customers", "standing", "boutique", "2")[1]["pays_first"]
    assert not run(home, capsys, "customers", "pay-first", "boutique", "2", "--off")[1]["pays_first"]
    assert run(home, capsys, "customers", "pay-first", "boutique", "99")[0] == 1
    code, shown = run(home, capsys, "customers", "merge", "boutique", "1", "2")
    assert (code, shown["merged"], shown["orders"], shown["paid"]) == (0, False, 2, 1)
    assert run(home, capsys, "customers", "merge", "boutique", "1", "2", "--yes")[1]["merged"]
    assert run(home, capsys, "customers", "merge", "boutique", "1", "2", "--yes")[0] == 1, "merged already"
    (merge,) = run(home, capsys, "customers", "merges", "boutique", "1")[1]
    assert merge["customer"] == 2
    number = str(merge["merge"])
    code, shown = run(home, capsys, "customers", "unmerge", "boutique", number)
    assert (code, shown["undone"], shown["kept"], shown["other"]) == (0, False, 1, 2)
    assert run(home, capsys, "customers", "unmerge", "boutique", number, "--yes")[1]["undone"]
    assert run(home, capsys, "customers", "unmerge", "boutique", number, "--yes")[0] == 1, "once"
    assert run(home, capsys, "customers", "standing", "boutique", "99")[0] == 1
    assert main(["customers", "standing", "boutique", "1", "--home", str(home)]) == 0
    assert "Score\u202f:" in capsys.readouterr().out


def test_prospects_are_listed_moved_and_planned(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = run(home, capsys, "leads", "list", "boutique")
    assert code == 0
    assert {lead["stage"] for lead in shown["leads"]} == {"won", "order"}
    (open_one,) = [lead["id"] for lead in shown["leads"] if lead["stage"] == "order"]
    assert run(home, capsys, "leads", "move", "boutique", str(open_one), "lost")[1]["stage"] == "lost"
    planned = run(home, capsys, "leads", "plan", "boutique", str(open_one), "2020-01-01T09:00:00Z", "Rappeler")[1]
    assert planned["next"] == "Rappeler"
    assert len(run(home, capsys, "leads", "list", "boutique", "--due")[1]["leads"]) == 1
    assert run(home, capsys, "leads", "plan", "boutique", str(open_one))[1]["next_at"] is None
    assert run(home, capsys, "leads", "plan", "boutique", str(open_one), "demain", "x")[0] == 1


def test_pairs_and_figures(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, capsys, "pairs", "set", "boutique", "ROBE1", "SAC2", "--percent", "10")[1] == [
        {"sku": "ROBE1", "with": "SAC2", "percent": 10}
    ]
    assert run(home, capsys, "pairs", "set", "boutique", "ROBE1", "NOPE")[0] == 1
    assert run(home, capsys, "pairs", "remove", "boutique", "ROBE1", "SAC2")[1] == []
    found = run(home, capsys, "figures", "boutique")[1]
    assert (found["leads"], found["won"], found["lead_to_sale"]) == (2, 1, 50)
    found = run(home, capsys, "figures", "boutique", "--live", "1")[1]
    assert (found["orders"], found["paid"], found["conversion"], found["fraud"]) == (2, 1, 50, 0)
    assert run(home, capsys, "figures", "boutique", "--live", "9")[0] == 1
