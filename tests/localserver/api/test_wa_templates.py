"""WhatsApp's templates over HTTP and on the command line."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from core.bootstrap import create_store
from core.storage.folder import Home
from localserver.console.entry import carry_out, parse
from tests.support.apishop import ApiShop

NEW = {"name": "suivi", "body": "Bonjour {{1}}, votre commande est prête.", "fields": ["name"], "samples": ["Awa"]}


async def test_a_template_is_written_changed_and_removed(api: ApiShop) -> None:
    made = await api.post("/wa/templates", NEW)
    assert (made.status, made.json["state"], made.json["code"]) == (201, "draft", "fr")
    number = made.json["id"]
    assert (await api.post("/wa/templates", NEW)).status == 409
    changed = await api.ask("PUT", f"/wa/templates/{number}", NEW | {"footer": "Téranga"})
    assert changed.json["footer"] == "Téranga"
    assert (await api.post("/wa/templates/ready", {})).status == 422
    assert len((await api.post("/wa/templates/ready", {"languages": ["fr"]})).json["items"]) == 6
    assert len((await api.post("/wa/templates/ready", {"languages": ["fr", "mg"]})).json["items"]) == 11
    assert (await api.ask("DELETE", f"/wa/templates/{number}")).status == 204
    assert number not in [one["id"] for one in (await api.get("/wa/templates")).json["items"]]


async def test_a_picture_is_kept_and_named_by_a_template(api: ApiShop) -> None:
    file = BytesIO()
    Image.new("RGB", (60, 40), "red").save(file, "PNG")
    answers = []
    for content in (file.getvalue(), b"no picture"):
        form = aiohttp.FormData()
        form.add_field("file", content, filename="wax.png")
        answers.append(await api.ask("POST", "/wa/templates/pictures", data=form))
    kept, refused = answers
    assert (kept.status, refused.status) == (201, 409)
    name = kept.json["picture"]
    made = await api.post("/wa/templates", NEW | {"picture": name})
    assert (made.status, made.json["picture"]) == (201, name)
    assert (await api.post("/wa/templates", NEW | {"name": "autre", "picture": "../x.jpg"})).status == 409


@pytest.mark.parametrize(
    "wrong", [{"body": "{{1}} bonjour à vous tous"}, {"samples": []}, {"name": "Été"}, {"footer": "{{1}}"}]
)
async def test_what_whatsapp_would_refuse_is_refused_here(api: ApiShop, wrong: dict[str, object]) -> None:
    assert (await api.post("/wa/templates", NEW | wrong)).status == 409


@pytest.mark.parametrize(("role", "status"), [("manager", 201), ("cashier", 403), ("support", 403)])
async def test_who_may_write_them(api: ApiShop, role: str, status: int) -> None:
    assert (await api.post("/wa/templates", NEW, role=role)).status == status


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    create_store(Home(tmp_path / "home"), "Salon", "SN")

    def run(*words: str, code: int = 0) -> dict[str, object]:
        args, place, out = parse(["--home", str(tmp_path / "home"), "--json", "templates", *words])
        capsys.readouterr()
        assert carry_out(args, place, out) == code
        said: dict[str, object] = json.loads(capsys.readouterr().out or "{}")
        return said

    assert run("ready", "salon") == {"added": 10}
    Image.new("RGB", (60, 40), "red").save(tmp_path / "wax.png")
    pictured = ("add", "salon", "photo", "Voici le nouvel arrivage.", "--picture", str(tmp_path / "wax.png"))
    run("remove", "salon", str(run(*pictured)["id"]))
    made = run("add", "salon", "merci", "Merci {{1}}, à bientôt.", "--sample", "Awa", "--field", "name")
    listed = run("list", "salon")["templates"]
    assert isinstance(listed, list)
    assert [t["state"] for t in listed] == ["draft"] * 11
    assert run("remove", "salon", str(made["id"]))["removed"] is True
