"""The catalogue over HTTP."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.support.apishop import ApiShop

ROBE = {
    "sku": "ROBE1",
    "title": "Robe wax",
    "price": {"amount": 15_000, "currency": "XOF"},
    "on_hand": 3,
    "category": "Robes",
}
CSV = "Référence;Nom;Prix;Stock\nROBE1;Robe wax;15 000 F CFA;3\nSAC2;Sac cuir;22 500;10\n".encode()
BAD_CSV = "Référence;Nom;Prix;Stock\nROBE1;Robe wax;15 000;3\nSAC2;;22 500;10\nFOU3;Foulard;gratuit;1\n".encode(
    "cp1252"
)


async def test_a_product_is_added_and_shown(api: ApiShop) -> None:
    added = await api.post("/products", ROBE)
    assert added.status == 201
    assert added.json == {
        "id": 1,
        "sku": "ROBE1",
        "keyword": "ROBE1",
        "title": "Robe wax",
        "description": "",
        "price": {"amount": 15_000, "currency": "XOF"},
        "on_hand": 3,
        "held": 0,
        "available": 3,
        "category": "Robes",
        "image_url": None,
        "active": True,
        "vat_rate": None,
        "event_at": None,
        "place": "",
    }
    assert (await api.get("/products/1")).json == added.json
    assert (await api.get("/products")).json == {"items": [added.json], "next": None}


async def test_what_is_held_is_not_available(api: ApiShop) -> None:
    product = api.product("SAC2", stock=5)
    api.order(product, 2)
    shown = (await api.get(f"/products/{product}")).json
    assert (shown["on_hand"], shown["held"], shown["available"]) == (5, 2, 3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sku": "robe1"}, "ROBE1"),
        ({"keyword": "OUI", "sku": "X1"}, "OUI"),
        ({"price": {"amount": 0, "currency": "XOF"}, "sku": "X1"}, "prix"),
        ({"price": {"amount": 5, "currency": "EUR"}, "sku": "X1"}, "EUR"),
        ({"title": "   ", "sku": "X1"}, ""),
    ],
)
async def test_the_shops_rules_are_said_in_french(api: ApiShop, change: dict[str, Any], said: str) -> None:
    await api.post("/products", ROBE)
    refused = await api.post("/products", ROBE | change)
    assert refused.status == 409
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert said.lower() in refused.json["detail"].lower()
    assert api.value("SELECT count(*) FROM product") == 1


async def test_only_named_fields_change(api: ApiShop) -> None:
    product = (await api.post("/products", ROBE | {"description": "Cousue à Dakar"})).json
    changed = await api.ask("PATCH", "/products/1", {"title": "Robe bazin", "on_hand": 7})
    assert changed.json == product | {"title": "Robe bazin", "on_hand": 7, "available": 7}
    assert (await api.ask("PATCH", "/products/1", {})).json == changed.json


async def test_a_count_below_what_is_reserved_is_refused(api: ApiShop) -> None:
    product = api.product("SAC2", stock=5)
    api.order(product, 4)
    refused = await api.ask("PATCH", f"/products/{product}", {"on_hand": 3})
    assert (refused.status, api.value("SELECT on_hand FROM product")) == (409, 5)


async def test_a_product_taken_off_sale_is_listed_only_on_demand(api: ApiShop) -> None:
    product = api.product("SAC2")
    assert (await api.ask("PATCH", f"/products/{product}", {"active": False})).json["active"] is False
    assert (await api.get("/products")).json["items"] == []
    assert [p["id"] for p in (await api.get("/products?inactive=true")).json["items"]] == [product]


async def test_a_list_is_imported_and_twice_changes_nothing(api: ApiShop) -> None:
    first = await api.upload(CSV)
    assert first.status == 200
    assert first.json == {"added": 2, "updated": 0, "unchanged": 0, "errors": [], "dry_run": False}
    assert (await api.upload(CSV)).json == {"added": 0, "updated": 0, "unchanged": 2, "errors": [], "dry_run": False}
    assert api.value("SELECT price FROM product WHERE sku = 'SAC2'") == 22_500


async def test_good_lines_go_in_and_wrong_ones_are_listed_with_line_and_column(api: ApiShop) -> None:
    report = (await api.upload(BAD_CSV)).json
    assert (report["added"], [(e["line"], e["column"]) for e in report["errors"]]) == (1, [(3, "Nom"), (4, "Prix")])
    assert all(e["message"] for e in report["errors"])


async def test_all_or_nothing_leaves_the_catalogue_alone(api: ApiShop) -> None:
    refused = await api.upload(BAD_CSV, mode="all")
    assert refused.status == 409
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert [e["line"] for e in refused.json["errors"]] == [3, 4]
    assert refused.json["added"] == api.value("SELECT count(*) FROM product") == 0


async def test_a_dry_run_only_tells(api: ApiShop) -> None:
    report = await api.upload(CSV, dry_run="true")
    assert report.json == {"added": 2, "updated": 0, "unchanged": 0, "errors": [], "dry_run": True}
    assert api.value("SELECT count(*) FROM product") == 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rest of a workbook", b"\x00" * 300, b"a;b;c\n1;2;3\n"])
async def test_a_file_that_is_no_list_is_refused_with_one_sentence(api: ApiShop, content: bytes) -> None:
    refused = await api.upload(content)
    assert (refused.status, bool(refused.json["detail"])) == (409, True)


async def test_a_form_says_what_is_wrong_with_it(api: ApiShop) -> None:
    for data, status, named in (
        ({"mode": "all"}, 422, "file"),
        ({"file": b"x", "mode": "some"}, 422, "mode"),
        ({"file": b"x", "modus": "all"}, 422, "modus"),
    ):
        form = aiohttp.FormData()
        for name, value in data.items():
            form.add_field(name, value, filename="a.csv" if name == "file" else None)
        if "file" not in data:
            form.add_field("mode2", b"x", filename="forces-multipart")
        refused = await api.ask("POST", "/products/upload", data=form)
        assert refused.status == status
        assert named in refused.json["detail"] or named in str(refused.json.get("errors"))
    assert (await api.post("/products/upload", {"file": "x"})).status == 415


async def test_the_photo_of_the_store_is_served_and_nothing_beside_it(api: ApiShop) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(100)
    (api.shop.media / "robe1.png").write_bytes(picture)
    (api.shop.media / "notes.txt").write_text("private", "utf-8")
    shown = api.product("ROBE1", photo="robe1.png")
    reply = await api.get(f"/products/{shown}/photo")
    assert (reply.status, reply.headers["Content-Type"], reply.body) == (200, "image/png", picture)
    url = (await api.get(f"/products/{shown}")).json["image_url"]
    assert url == f"https://pay.teranga.sn/api/v1/products/{shown}/photo"
    for number, name in enumerate(
        ("../store.json", "notes.txt", "gone.png", "/etc/passwd", "../media/../store.db.png")
    ):
        hidden = api.product(f"X{number}", photo=name)
        assert (await api.get(f"/products/{hidden}/photo")).status == 404


async def test_a_photo_elsewhere_keeps_its_address(api: ApiShop) -> None:
    added = await api.post("/products", ROBE | {"image_url": "https://cdn.teranga.sn/robe.jpg"})
    assert added.json["image_url"] == "https://cdn.teranga.sn/robe.jpg"
    assert (await api.get("/products/1/photo")).status == 404
    assert (await api.ask("PATCH", "/products/1", {"image_url": ""})).json["image_url"] is None
    assert (await api.ask("PATCH", "/products/1", {"image_url": "javascript:alert(1)"})).status == 422
