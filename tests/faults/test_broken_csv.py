"""Product lists of every broken kind by three doors: one clear sentence or a reason per line, nothing half done."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.catalogue import service
from core.kernel.errors import Refused
from core.kernel.i18n import explain
from tests.support.apishop import ApiShop, api_shop
from tests.support.processes import ask, ask_json
from tests.support.stores import bare_engine

HEAD = "sku;titre;prix;stock\n"
GOOD = HEAD + "ROBE1;Robe Wax;15 000;5\nSAC2;Sac raphia;22000;3\n"


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return made.getvalue()


UNREADABLE: dict[str, bytes] = {
    "empty": b"",
    "mark only": b"\xef\xbb\xbf",
    "spaces": b"  \r\n \t \r\n",
    "excel": _zip(),
    "old excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "png": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "gzip": b"\x1f\x8b\x08\x00" + bytes(32),
    "json": b'[{"sku": "ROBE1"}]',
    "html": b"<!doctype html><table><tr><td>sku</td></tr></table>",
    "noise": bytes(range(256)) * 8,
    "nuls": b"\x00" * 4096,
    "odd utf-16": "sku;titre".encode("utf-16-le")[:-1],
    "no column": b"a;b;c\n1;2;3\n",
    "no price": b"sku;titre\nROBE1;Robe\n",
    "same column twice": b"sku;prix;titre;prix\nROBE1;1;Robe;2\n",
    "header only in words": b"Voici la liste de mes produits\n",
}
WRONG_LINES: dict[str, tuple[bytes, int]] = {
    "price in words": (f"{GOOD}POT3;Pot;cher;1\n".encode(), 1),
    "price below nothing": (f"{GOOD}POT3;Pot;-5;1\n".encode(), 1),
    "price too large": (f"{GOOD}POT3;Pot;{'9' * 40};1\n".encode(), 1),
    "price with a fraction": (f"{GOOD}POT3;Pot;10,55;1\n".encode(), 1),
    "stock in words": (f"{GOOD}POT3;Pot;10;beaucoup\n".encode(), 1),
    "half a piece": (f"{GOOD}POT3;Pot;10;1,5\n".encode(), 1),
    "no title": (f"{GOOD}POT3;;10;1\n".encode(), 1),
    "no sku": (f"{GOOD};Pot;10;1\n".encode(), 1),
    "long sku": (f"{GOOD}{'P' * 500};Pot;10;1\n".encode(), 1),
    "long title": (f"{GOOD}POT3;{'P' * 5000};10;1\n".encode(), 1),
    "too few columns": (f"{GOOD}POT3\n".encode(), 1),
    "a broken character": (f"{GOOD}POT3;P".encode() + b"\x07\x01" + b"t;10;1\n", 1),
    "same sku twice": (f"{GOOD}ROBE1;Autre robe;10;1\n".encode(), 1),
    "keyword taken": (b"sku;titre;prix;stock;mot\nROBE1;Robe;15000;5;ROBE\nSAC2;Sac;1;3;ROBE\n", 1),
}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiShop]:
    async with api_shop(tmp_path) as made:
        yield made


def _products(api: ApiShop) -> int:
    return int(api.value("SELECT count(*) FROM product"))


@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_file_that_is_no_list_is_one_sentence_everywhere(api: ApiShop, name: str) -> None:
    with pytest.raises(Refused) as refused:
        api.shop.engine.read(lambda r: service.plan(r, UNREADABLE[name], "XOF"))
    sentence = explain(refused.value, "fr")
    assert sentence
    assert "\n" not in sentence
    assert "{found}" not in sentence
    for mode in ("good", "all"):
        reply = await api.upload(UNREADABLE[name], mode=mode)
        assert (reply.status, reply.json["detail"]) == (409, sentence)
    assert _products(api) == 0


@pytest.mark.parametrize("name", WRONG_LINES)
async def test_a_wrong_line_is_named_and_the_others_go_in_or_nothing_does(api: ApiShop, name: str) -> None:
    data, wrong = WRONG_LINES[name]
    planned = api.shop.engine.read(lambda r: service.plan(r, data, "XOF"))
    assert len({error.line for error in planned.errors}) == wrong, planned.errors
    assert all(error.line > 1 and explain(error.refusal(), "fr") for error in planned.errors)
    refused = await api.upload(data, mode="all")
    assert refused.status == 409
    assert len(refused.json["errors"]) == len(planned.errors)
    assert _products(api) == 0, "all or nothing"
    with pytest.raises(Refused):
        service.carry_out(api.shop.engine, planned, atomic=True)
    assert _products(api) == 0
    taken = await api.upload(data, mode="good")
    assert taken.status == 200
    assert taken.json["added"] == _products(api) >= 1
    assert [error["line"] for error in taken.json["errors"]] == [error.line for error in planned.errors]
    again = await api.upload(data, mode="good")
    assert (again.json["added"], again.json["updated"]) == (0, 0), "twice changes nothing"


async def test_all_or_nothing_is_so_though_the_last_line_fails_in_the_database(api: ApiShop) -> None:
    """The plan was right, then somebody took the keyword: not one of the lines before it stays."""
    rows = "".join(f"POT{n};Pot {n};100;1\n" for n in range(1500))
    planned = api.shop.engine.read(lambda r: service.plan(r, (HEAD + rows).encode(), "XOF"))
    api.product("POT1499X")
    api.run(lambda tx: tx.run("UPDATE product SET keyword = 'POT1499' WHERE sku = 'POT1499X'"))
    with pytest.raises(Refused, match="changed"):
        service.carry_out(api.shop.engine, planned, atomic=True)
    assert _products(api) == 1


_LENGTH = len(GOOD.encode())
FILES = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")),
    st.lists(st.text(max_size=20), max_size=30).map(lambda row: (HEAD + ";".join(row)).encode("utf-8", "replace")),
    st.integers(0, _LENGTH).map(lambda n: GOOD.encode()[:n]),
    st.tuples(st.integers(0, _LENGTH - 1), st.integers(0, 255)).map(
        lambda change: bytes([*GOOD.encode()[: change[0]], change[1], *GOOD.encode()[change[0] + 1 :]])
    ),
)


def test_whatever_the_bytes_the_answer_is_a_plan_or_a_sentence(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:

        @settings(max_examples=200, suppress_health_check=list(HealthCheck))
        @given(FILES)
        def judge(data: bytes) -> None:
            said = []
            try:
                planned = engine.read(lambda r: service.plan(r, data, "XOF"))
            except Refused as refused:
                said.append(explain(refused, "fr"))
            else:
                assert planned.added == len(planned.rows)
                said += [explain(error.refusal(), "fr") for error in planned.errors]
            assert all(said)

        judge()


async def test_by_the_command_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    slug = (await ask_json(home, "store", "create", "Boutique Téranga", "--country", "SN"))["store"]
    path = tmp_path / "liste é.csv"

    async def imported(data: bytes, *options: str) -> Any:
        path.write_bytes(data)
        return await ask(home, "--json", "products", "import", slug, str(path), *options)

    for name in ("empty", "excel", "noise", "no column"):
        done = await imported(UNREADABLE[name])
        assert (done.code, done.out) == (1, ""), name
        assert done.sentence
    data, _ = WRONG_LINES["price in words"]
    all_or_nothing = await imported(data, "--all-or-nothing")
    assert all_or_nothing.code == 1
    assert all_or_nothing.sentence
    found = json.loads(all_or_nothing.out)
    assert (found["added"], [error["line"] for error in found["errors"]]) == (0, [4])
    dry = await imported(data, "--dry-run")
    assert (dry.code, json.loads(dry.out)["added"]) == (0, 2)
    assert (await ask_json(home, "store", "show", slug))["products"] == 0, "until now nothing was written"
    good = await imported(data)
    assert (good.code, json.loads(good.out)["added"]) == (0, 2)
    assert (await ask_json(home, "store", "show", slug))["products"] == 2
    missing = await ask(home, "products", "import", slug, str(tmp_path / "nowhere.csv"))
    assert missing.code == 3
    assert "nowhere.csv" in missing.sentence
    folder = await ask(home, "products", "import", slug, str(tmp_path))
    assert folder.code == 3
    assert folder.sentence


async def test_an_upload_cut_off_in_the_middle_imports_nothing(api: ApiShop) -> None:
    """The line breaks while the file is on its way."""

    async def half() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        yield (HEAD + "ROBE1;Robe;15000;5\n").encode()
        raise ConnectionResetError

    headers = {"Authorization": f"Bearer {api.token()}", "Content-Type": "multipart/form-data; boundary=b"}
    with pytest.raises((aiohttp.ClientError, ConnectionResetError)):
        async with api.client.post(f"{api.url}/api/v1/products/upload", data=half(), headers=headers):
            pass
    assert (await api.get("/products")).status == 200
    assert _products(api) == 0
