"""The demo's year, shortened: its books agree with what was played, and its exports with its books."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.adapters.psp import REGISTRY
from core.bootstrap import open_shop
from core.storage.folder import Home
from localserver.demo.trade import Trade
from localserver.demo.year import SHOPS, Year


def _looked_at(folder: Path) -> Iterator[int]:
    """How many orders of each shop waited for the seller's eyes."""
    home = Home(folder / "stores-of-the-year")
    for card in home.list():
        shop = open_shop(home, card.slug)
        yield shop.engine.read(lambda r: r.value("SELECT count(*) FROM decision WHERE kind = 'suspect'"))
        shop.close()


def test_every_number_agrees_and_every_provider_was_used(tmp_path: Path) -> None:
    said: list[str] = []
    report = Year(tmp_path, said.append, lives=3, claims=24).run()
    assert report.agrees, "\n".join(report.lines())
    assert len(report.checks) == 10 * len(SHOPS)
    used: set[str] = set()
    for table in tmp_path.glob("paiements-*.csv"):
        used |= {line.split(";")[3] for line in table.read_text("utf-8-sig").splitlines()[1:]}
    assert used == {provider.label for provider in REGISTRY if provider.name != "sandbox"}
    assert len(list(tmp_path.glob("paiements-*.xlsx"))) == len(list(tmp_path.glob("facture-*.pdf"))) == len(SHOPS)
    assert len(list(tmp_path.glob("journal-*/livepay_verify.py"))) == len(SHOPS)
    assert not list(tmp_path.glob("copied*"))
    assert sum(_looked_at(tmp_path)) == 0, "ordinary sales are not put under review"


def test_a_wrong_sum_is_found(tmp_path: Path) -> None:
    """One franc more than was booked: the comparison is no formality."""

    class Careless(Trade):
        def _money(self, reference: str, provider: str, amount: int, time: int) -> None:
            super()._money(reference, provider, amount, time)
            self.played.paid[provider] += 1

    class CarelessYear(Year):
        trades = Careless

    assert not CarelessYear(tmp_path, lambda line: None, lives=1, claims=8).run().agrees
