"""What each country asks of papers is declared for every country LivePay sells in, and printed as it was entered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.adapters.declared import declared_settings
from core.bootstrap import create_store, open_shop
from core.invoices.documents import Seller, frozen_seller
from core.invoices.regimes import REGIMES, odd
from core.kernel.clock import ManualClock
from core.kernel.countries import COUNTRIES
from core.kernel.errors import NotFound
from core.kernel.i18n import catalogue
from core.storage.folder import Home


def test_every_country_is_there_with_the_rate_the_store_is_offered() -> None:
    assert REGIMES.keys() == COUNTRIES.keys()
    assert {code: regime.standard for code, regime in REGIMES.items()} == {c.code: c.vat for c in COUNTRIES.values()}


@pytest.mark.parametrize("code", sorted(REGIMES))
def test_a_country_declares_fields_that_can_be_entered_and_named_in_french(code: str) -> None:
    declared = {setting.key: setting for setting in declared_settings(code)}
    french = catalogue("errors", "fr")
    for known in REGIMES[code].identifiers:
        setting = declared[f"legal.{known.name}"]
        re.compile(known.shape)
        if not setting.label.isupper():  # NINEA and its like are the same everywhere
            assert french.gettext(setting.label) != setting.label
    assert [known for known in REGIMES[code].identifiers if known.label.isupper()]
    assert REGIMES[code].mention


@pytest.mark.parametrize(
    ("code", "values", "names"),
    [
        ("SN", {"ninea": "005123456 2G3", "rccm": "SN-DKR-2019-B-12345"}, []),
        ("SN", {"ninea": "12"}, ["ninea"]),
        ("CI", {"ncc": "9606123E"}, []),
        ("BJ", {"ifu": "3201900000001"}, []),
        ("BJ", {"ifu": "320190000000"}, ["ifu"]),
        ("MG", {"nif": "4000123456", "stat": "47111112019012345"}, []),
        ("MG", {"nif": "4000123456", "stat": "4711"}, ["stat"]),
        ("TG", {"rccm": "TG-LFW-01-2021-B12-00123"}, []),
        ("ML", {}, []),
    ],
)
def test_a_number_of_another_shape_is_worth_a_second_look(code: str, values: dict[str, str], names: list[str]) -> None:
    assert [known.name for known in odd(code, values)] == names


def test_a_store_prints_what_its_country_asks_and_no_other(tmp_path: Path) -> None:
    home = Home(tmp_path)
    shop = open_shop(home, create_store(home, "Tsena", "MG").slug, ManualClock())
    try:
        shop.settings.set("legal.stat", "47111112019012345")
        shop.settings.set("legal.nif", "4000123456")
        seller = shop.papers.shared().seller
        assert seller.ids == (("nif", "4000123456"), ("stat", "47111112019012345"))
        assert seller.vat_mention == REGIMES["MG"].mention
        shop.settings.set("store.vat_mention", "Exonéré")
        assert shop.papers.shared().seller.vat_mention == "Exonéré"
        shop.settings.set("store.vat_rate", "20")
        assert shop.papers.shared().seller.vat_mention == ""  # who charges VAT claims no exemption
        with pytest.raises(NotFound):
            shop.settings.set("legal.ninea", "1")
        kept = {"seller": {"name": "x", "ids": [["nif", "1"]], "gone": "y"}}
        assert frozen_seller(kept, seller) == Seller("x", ids=(("nif", "1"),))
    finally:
        shop.close()
