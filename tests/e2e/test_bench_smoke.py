"""Every benchmark runs and counts right, at a scale that says nothing about speed."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.kernel.errors import NotFound
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal
from tests.bench import (
    board,
    figures,
    gui,
    inbox,
    ledger,
    papers,
    relay,
    run,
    rush,
    safety,
    sale,
    search,
    start,
    talk,
    verify,
)
from tests.bench.figures import Measured
from tests.bench.stores import folder_in


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with folder_in(Home(tmp_path)) as made:
        yield made
    assert not made.exists()


def by_name(found: list[Measured]) -> dict[str, Measured]:
    return {one.bench: one for one in found}


def test_inbox_keeps_every_webhook_it_takes(folder: Path) -> None:
    scale = inbox.Scale(rounds=1, seconds=0.2, connections=4, buyers=20, products=2, orders=4)
    found = by_name(inbox.measure(folder, scale))
    assert list(found) == ["inbox", "inbox.p99_at_half", "inbox.slow_disk"]
    assert all(float(one.figures["rate"]) > 0 for one in found.values())


def test_sale_ends_with_an_invoice_and_a_balanced_ledger(folder: Path) -> None:
    (found,) = sale.measure(folder, sale.Scale(rounds=1, seconds=0.1, buyers_at_once=4, products=2))
    assert int(found.figures["sold"]) > 0
    assert found.ratio > 0


def test_rush_sells_what_there_is_and_answers_everybody(folder: Path) -> None:
    scale = rush.Scale(buyers=8, units=2, rounds=1, claims=60, many_units=3, at_once=8)
    found = by_name(rush.measure(folder, scale))
    assert found["rush.exact"].holds
    assert (found["rush"].figures["held"], found["rush"].figures["answered"]) == (2, 8)
    assert (found["rush.many_holds"].figures["held"], found["rush.many_paid"].figures["sold"]) == (3, 3)


def test_board_shows_every_change_without_a_reset(folder: Path) -> None:
    scale = board.Scale(few=20, many=40, changes=3, rounds=1, events_per_s=40, seconds=0.3)
    found = by_name(board.measure(folder, scale))
    assert found["board.exact"].figures == {"resets": 0, "never_painted": 0}
    assert found["board.painted"].figures["events"] == 12


def test_gui_counts_a_rehearsal_exactly(folder: Path) -> None:
    found = by_name(gui.measure(folder, gui.Scale(buyers=6, speed=60, products=2, idle_seconds=0.1)))
    assert list(found) == ["gui", "gui.frames", "gui.exact"]
    assert found["gui.exact"].holds
    assert int(found["gui.exact"].figures["orders"]) > 0
    assert int(found["gui.frames"].figures["frames"]) > 0


def test_start_follows_the_window_and_the_server(folder: Path) -> None:
    found = by_name(start.measure(folder, start.Scale(starts=1, orders=4, idle_seconds=0)))
    assert list(found) == ["start", "start.server", "start.server_beside_window", "start.memory"]
    assert found["start"].figures["ms"] < found["start"].figures["board_ms"]  # type: ignore[operator]


def test_search_finds_what_it_was_asked(folder: Path) -> None:
    found = by_name(search.measure(folder, search.Scale(products=300, asked=20, rounds=1)))
    assert found["search.clean"].holds


def test_pdf_draws_every_invoice_and_chromium_the_same(folder: Path) -> None:
    found = by_name(papers.measure(folder, papers.Scale(papers=3, pages=2, prints=1, idle_seconds=0)))
    assert list(found) == ["pdf", "pdf.window", "pdf.page"]
    assert found["pdf"].figures["pages"] == 3
    assert float(found["pdf.page"].figures["chromium_open_ms"]) > 0


def test_verify_counts_every_entry(folder: Path) -> None:
    found = by_name(verify.measure(folder, verify.Scale(entries=3000, rounds=1)))
    assert list(found) == ["verify", "verify.memory", "verify.export", "verify.export_memory"]
    assert all(one.figures["entries"] == 3000 for one in found.values())


def test_ledger_opens_a_year_whose_sums_are_right(folder: Path) -> None:
    found = by_name(ledger.measure(folder, ledger.Scale(orders=300, rounds=1)))
    assert list(found) == ["ledger", "ledger.raw"]
    assert found["ledger"].figures["orders"] == 300


def test_talk_answers_everybody(folder: Path) -> None:
    found = by_name(talk.measure(folder, talk.Scale(products=60, customers=20, messages=24, rounds=1)))
    assert found["talk.answered"].holds


def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="inbox, sale, rush"):
        run.run(Namespace(name="nothing"), Home(tmp_path), Terminal(True))


@pytest.mark.parametrize(("ratio", "holds"), [(0.5, True), (2.0, False)])
def test_the_result_is_a_list_and_a_broken_bound_shows(
    ratio: float, holds: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = Measured("search", ratio, "at most", 1.0, {"p99_ms": 7.5})
    monkeypatch.setitem(run.BENCHES, "search", lambda folder: [measured])
    assert run.run(Namespace(name="search"), Home(tmp_path), Terminal(True)) == DONE
    expected = {"bench": "search", "ratio": ratio, "bound": 1.0, "direction": "at most", "holds": holds}
    assert json.loads(capsys.readouterr().out) == [{**expected, "figures": {"p99_ms": 7.5}}]
    assert "search" in figures.table([measured])
    assert ("NO" in figures.table([measured])) is not holds


def test_backup_measures_every_cost(folder: Path) -> None:
    scale = safety.Scale(orders=400, pictures=5, live=40, new_pictures=2, commits=20, kills=2)
    found = by_name(safety.measure(folder, scale))
    names = ("", ".bytes", ".again", ".memory", ".writer", ".restore", ".rto", ".rpo")
    assert list(found) == [f"backup{name}" for name in names]
    assert found["backup.rpo"].holds
    assert found["backup.rto"].ratio > 0


def test_relay_keeps_every_webhook_it_answers_and_connects_every_store(folder: Path) -> None:
    scale = relay.Scale(rounds=1, seconds=0.2, connections=4, events=5, stores=20, connected=10)
    found = by_name(relay.measure(folder, scale))
    assert found["relay.sqlite"].figures["rate"]
    assert found["relay.memory"].figures["connected"] == 10
