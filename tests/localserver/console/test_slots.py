"""``slots``, ``products day``, ``payments cash`` and ``customers terms`` on the command line."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bootstrap import create_store, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.customers.service import Identity, recognise
from core.kernel.errors import Refused
from core.orders.service import Wanted
from core.slots import service as slots
from core.slots.timesfile import moment, read_times
from core.storage.folder import Home
from localserver.console.entry import carry_out, parse

SLUG = "salon"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = Home(tmp_path / "home")
    create_store(made, "Salon", "SN", segment="services")
    shop = open_shop(made, SLUG)
    for sku in ("TRESSE", "GALA"):
        fields = ProductFields(sku, sku, sku, "", "", 20_000, 5, None)
        shop.engine.call(lambda tx, f=fields: catalogue.add(tx, f))  # type: ignore[misc]
    shop.close()
    return tmp_path / "home"


def run(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    args, place, out = parse(["--home", str(home), "--json", *words])
    capsys.readouterr()
    assert carry_out(args, place, out) == 0
    return json.loads(capsys.readouterr().out)


def test_times_from_the_first_to_the_call(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    week = ("--days", "mon", "fri", "--opens", "09:00", "--closes", "12:00", "--weeks", "2")
    made = run(home, capsys, "slots", "weekly", SLUG, "TRESSE", *week)
    assert made["added"] >= 9
    listed = run(home, capsys, "slots", "list", SLUG, "TRESSE")
    assert len(listed) == made["added"]
    assert run(home, capsys, "slots", "remove", SLUG, str(listed[0]["id"])) == {"removed": listed[0]["id"]}
    shop = open_shop(Home(home), SLUG)
    buyer = shop.engine.call(lambda tx: recognise(tx, [Identity("phone", "+221770000001")], "Awa"))
    product = shop.engine.read(lambda r: r.value("SELECT id FROM product WHERE sku = 'TRESSE'"))
    order = shop.engine.call(lambda tx: shop.orders.claim(tx, buyer, [Wanted(product)], "shop")).order_id
    shop.engine.call(lambda tx: slots.choose(tx, order or 0, listed[1]["id"]))
    reference = shop.engine.read(lambda r: r.value("SELECT reference FROM orders"))
    shop.close()
    assert run(home, capsys, "payments", "cash", SLUG, reference) == {"reference": reference, "amount": 20_000}
    (call,) = run(home, capsys, "slots", "calls", SLUG)
    assert (call["name"], call["phone"], call["starts_at"]) == ("Awa", "+221770000001", listed[1]["starts_at"])
    run(home, capsys, "slots", "called", SLUG, reference)
    assert run(home, capsys, "slots", "calls", SLUG) == []


def test_a_day_and_trust(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = run(home, capsys, "products", "day", SLUG, "GALA", "2026-12-24 20:00", "--place", "Sorano")
    assert told == {"sku": "GALA", "event_at": "2026-12-24T20:00:00.000Z", "place": "Sorano"}
    assert run(home, capsys, "products", "day", SLUG, "GALA")["event_at"] is None
    shop = open_shop(Home(home), SLUG)
    buyer = shop.engine.call(lambda tx: recognise(tx, [Identity("phone", "+221770000001")], "Hôtel"))
    shop.close()
    assert run(home, capsys, "customers", "terms", SLUG, str(buyer), "30") == {"customer": buyer, "days": 30}
    assert run(home, capsys, "payments", "owed", SLUG, "--overdue") == []


@pytest.mark.parametrize(
    "content",
    [
        b"date;heure;minutes;places\n01/12/2098;09:00;45;2\n02/12/2098;10:30;;\n",
        "Date,Heure\n2098-12-01,09:00\n2098-12-02,10:30\n".encode("utf-16"),
        b"Jour\tD\xe9but\n01.12.2098\t09:00\n02.12.2098\t10:30\n",
    ],
)
def test_a_list_of_times_is_read_as_spreadsheets_save_it(content: bytes) -> None:
    found = read_times(content, UTC)
    assert [o.starts_at for o in found] == [moment("2098-12-01 09:00", UTC), moment("2098-12-02 10:30", UTC)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"sku;titre\nA;B\n",
        b"date;heure\n",
        b"date;heure\n32/12/2098;09:00\n",
        b"date;heure;places\n01/12/2098;09:00;deux\n",
        b"date;heure\n01/12/2098;matin\n",
        b"PK\x03\x04",
    ],
)
def test_a_list_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_times(content, UTC)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda t: f"date;heure;places\n{t}\n".encode()))
def test_any_file_is_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(Refused):
        assert read_times(content, UTC)
