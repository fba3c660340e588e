"""A rehearsal sells on a copy: nobody's data, no connection, and the shop itself as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import phonenumbers
import pytest

from core.bootstrap import create_store, open_shop
from core.bootstrap.rehearsing import trade_copy
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.customers.service import Identity, recognise
from core.faq import service as faq
from core.kernel.countries import COUNTRIES
from core.kernel.errors import NotFound, Refused
from core.storage.folder import Home
from desktop.rehearsal import launch
from localserver.demo.rehearsal import comers, numbers_like
from main import main

ROOT = Path(__file__).resolve().parents[2]


def _shop(home: Home) -> str:
    card = create_store(home, "Chez Awa", "CI")
    shop = open_shop(home, card.slug)
    try:
        for sku, stock in (("ROBE1", 5), ("SAC2", 3)):
            fields = ProductFields(sku, sku, f"Article {sku}", "", "", 15_000, stock, "robe.jpg")
            shop.engine.call(lambda tx, f=fields: catalogue.add(tx, f))  # type: ignore[misc]
        shop.engine.call(lambda tx: tx.run("UPDATE product SET held = 2 WHERE sku = 'ROBE1'"))
        shop.engine.call(lambda tx: faq.add(tx, "fr", "Vous livrez ?", "Oui, à Abidjan."))
        shop.engine.call(lambda tx: recognise(tx, [Identity("phone", "+2250700000001")], "Aminata"))
        (shop.media / "robe.jpg").write_bytes(b"picture")
        shop.settings.set("orders.hold_minutes", "7")
        shop.settings.set("public_url", "https://boutique.example")
        shop.settings.set("whatsapp.phone_number_id", "1234567890")
        shop.settings.set("psp.wave.enabled", "true")
        shop.settings.set_secret("whatsapp.access_token", "EAAreal")
    finally:
        shop.close()
    return card.slug


def test_the_copy_has_the_goods_and_the_manners_and_nothing_that_reaches_out(tmp_path: Path) -> None:
    home, room = Home(tmp_path / "home"), Home(tmp_path / "room", passing=True)
    slug = _shop(home)
    original = open_shop(home, slug)  # open elsewhere, as behind the seller's own window
    try:
        card = trade_copy(home, slug, room)
    finally:
        original.close()
    assert card.id != original.card.id
    copy = open_shop(room, card.slug)
    try:
        assert copy.engine.read(lambda r: r.all("SELECT sku, on_hand, held FROM product ORDER BY sku")) == [
            ("ROBE1", 3, 0),
            ("SAC2", 3, 0),
        ]
        assert copy.settings.number("orders.hold_minutes") == 7
        assert (copy.media / "robe.jpg").read_bytes() == b"picture"
        assert copy.engine.read(lambda r: r.value("SELECT answer FROM faq")) == "Oui, à Abidjan."
        assert copy.engine.read(lambda r: r.value("SELECT count(*) FROM customer")) == 0
        assert copy.settings.get("public_url") == ""
        assert copy.settings.get("whatsapp.phone_number_id") == ""
        assert not copy.settings.switch("psp.wave.enabled")
        assert copy.settings.secrets_set() == []
        assert copy.card.vault == "file"
    finally:
        copy.close()


def test_an_empty_shop_is_told_to_add_a_product(tmp_path: Path) -> None:
    home, room = Home(tmp_path / "home"), Home(tmp_path / "room", passing=True)
    card = create_store(home, "Vide", "SN")
    with pytest.raises(Refused, match="add a product"):
        trade_copy(home, card.slug, room)
    assert room.list() == []


@pytest.mark.parametrize(("store", "said"), [("nobody", "nobody"), ("vide", "rien à vendre")])
def test_what_cannot_be_rehearsed_is_said_before_a_window_opens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, store: str, said: str
) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    create_store(Home(tmp_path / "home"), "Vide", "SN")
    assert main(["--home", str(tmp_path / "home"), "rehearse", store]) == 1
    assert said in capsys.readouterr().err
    with pytest.raises((Refused, NotFound)):
        launch(tmp_path / "home", store, 20, 5)


def test_the_buyers_of_every_country_have_a_number_that_is_one() -> None:
    for code in COUNTRIES:
        for comer in comers(5, ["ROBE1"], numbers_like(code)):
            assert phonenumbers.is_possible_number(phonenumbers.parse(comer.phone)), (code, comer.phone)


def test_buyers_come_in_the_same_way_each_time() -> None:
    first, again = (list(comers(200, ["A", "B", "C"], "+22177")) for _ in range(2))
    assert first == again
    assert len({comer.phone for comer in first}) == 200
    assert {comer.manner for comer in first} == {"pays", "asks", "leaves", "cancels", "late", "picture"}


@pytest.mark.timeout(300)
def test_a_rehearsal_from_the_command_line_agrees_and_leaves_the_shop_as_it_was(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    slug = _shop(home)
    before = (home.folder(slug) / "store.db").read_bytes()
    options = ("--buyers", "5", "--speed", "60", "--headless")
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--home", str(home.path), "rehearse", slug, *options],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "5 acheteurs" in done.stdout
    assert "Tout concorde." in done.stdout
    assert (home.folder(slug) / "store.db").read_bytes() == before
