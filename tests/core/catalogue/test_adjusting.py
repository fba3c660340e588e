"""One change of many products: what it makes of each, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.catalogue import adjusting, queries
from core.catalogue.adjusting import Adjustment
from core.catalogue.stock import hold
from core.kernel.clock import ManualClock
from core.kernel.errors import NotFound, Refused
from tests.support.stores import add_product, bare_engine


@pytest.mark.parametrize(
    ("price", "percent", "now"),
    [(15_000, 10, 16_500), (15_000, -10, 13_500), (5, 10, 6), (4, 10, 4), (1, -90, 1), (333, -33, 223), (1, 900, 10)],
)
def test_a_price_moves_by_whole_percent_a_half_rounded_up(price: int, percent: int, now: int) -> None:
    assert adjusting.changed_price(price, percent) == now


@pytest.mark.parametrize(("text", "percent"), [("+10", 10), ("-5 %", -5), ("\u22125\u202f%", -5), (" 20 ", 20)])
def test_percent_as_people_write_it(text: str, percent: int) -> None:
    assert adjusting.read_percent(text) == percent


@pytest.mark.parametrize("text", ["", "0", "-91", "901", "dix", "1,5", "10 F", "+-3"])
def test_what_is_no_percent_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        adjusting.read_percent(text)


def test_each_is_known_as_it_was_and_what_is_promised_stays(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        number = add_product(engine, "ROBE1", 15_000, 10)
        engine.call(lambda tx: hold(tx, number, 3))
        both = engine.call(lambda tx: adjusting.adjust(tx, number, Adjustment(percent=10, category="Robes")))
        assert both is not None
        assert (both[0].price, both[1].price, both[1].category) == (15_000, 16_500, "Robes")
        assert engine.call(lambda tx: adjusting.adjust(tx, number, Adjustment(category="Robes"))) is None
        assert engine.call(lambda tx: adjusting.adjust(tx, number, Adjustment(active=True))) is None
        with pytest.raises(Refused, match="reserved"):
            engine.call(lambda tx: adjusting.adjust(tx, number, Adjustment(stock=2)))
        assert engine.read(lambda r: queries.by_ids(r, [number]))[0].on_hand == 10
        with pytest.raises(NotFound):
            engine.call(lambda tx: adjusting.adjust(tx, 99, Adjustment(stock=2)))
