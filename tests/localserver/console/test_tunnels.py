"""``tunnel status``, ``tunnel test`` and what ``doctor`` says of it: the program's own sentences, over real SSH."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.bootstrap import create_store, open_shop
from core.bootstrap.checkup import Words
from core.bootstrap.checkup import store as checked
from core.relay import aside
from core.relay.frames import Received
from core.storage.folder import Home
from core.tunnels.rules import ADDRESS, FINGERPRINT, KIND
from localserver.console.tunnels import tunnel
from main import main
from tests.support.sshd import Sshd

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    create_store(made, "Boutique Téranga", "SN")
    return made


@pytest.fixture
def run(home: Home, capsys: pytest.CaptureFixture[str]) -> Run:
    slug = home.list()[0].slug

    def it(*words: str) -> tuple[int, str, str]:
        code = main(["--home", str(home.path), "--json", *words[:2], slug, *words[2:]])
        said = capsys.readouterr()
        return code, said.out, said.err

    return it


def put(home: Home, values: dict[str, str], password: str = "") -> None:
    shop = open_shop(home, home.list()[0].slug)
    for key, value in values.items():
        shop.settings.set(key, value)
    if password:
        shop.settings.set_secret("tunnel.ssh_password", password)
    shop.close()


async def test_the_tunnel_is_tried_from_the_command_line(run: Run, home: Home, free_port: int) -> None:
    code, out, _ = await asyncio.to_thread(run, "tunnel", "test", "--port", "0")
    assert code == 1
    assert "Aucun tunnel n’est choisi" in json.loads(out)["said"]
    sshd = Sshd("Grand-Yoff 27")
    await sshd.start()
    url = f"http://127.0.0.1:{free_port}"
    wanted = {
        KIND: "ssh",
        "tunnel.ssh_host": "127.0.0.1",
        "tunnel.ssh_port": str(sshd.port),
        "tunnel.ssh_user": "livepay",
        "tunnel.ssh_url": url,
        "tunnel.ssh_remote_port": str(free_port),
        "tunnel.ssh_bind": "127.0.0.1",
    }
    await asyncio.to_thread(put, home, wanted)
    code, out, _ = await asyncio.to_thread(run, "tunnel", "status")
    told = json.loads(out)
    assert (code, told["kind"], told["address"]) == (1, "ssh", "")
    assert told["missing"] == "Créez une clé SSH, ou saisissez le mot de passe du serveur SSH."
    await asyncio.to_thread(put, home, {}, "Grand-Yoff 27")
    code, out, _ = await asyncio.to_thread(run, "tunnel", "test", "--port", "0")
    told = json.loads(out)
    assert (code, told["fingerprint"]) == (1, sshd.fingerprint)
    assert sshd.fingerprint in told["said"]
    await asyncio.to_thread(put, home, {FINGERPRINT: sshd.fingerprint})
    code, out, err = await asyncio.to_thread(run, "tunnel", "test", "--port", "0")
    assert (code, json.loads(out)) == (0, {"ok": True, "address": url}), err
    code, out, _ = await asyncio.to_thread(run, "tunnel", "status")
    assert (code, json.loads(out)["address"]) == (0, url)
    await sshd.parted()
    await sshd.kill()
    code, out, _ = await asyncio.to_thread(run, "tunnel", "test", "--port", "0")
    assert code == 1
    assert json.loads(out)["said"] == "127.0.0.1 n’a pas pu être joint (connexion refusée)."


def test_doctor_says_what_is_missing_and_what_is_to_be_pasted(home: Home) -> None:
    words = Words("fr")
    shop = open_shop(home, home.list()[0].slug)
    try:
        assert list(tunnel(shop, words)) == []
        shop.settings.set(KIND, "cloudflared")
        shop.settings.set("tunnel.cloudflared_path", "/nowhere/cloudflared")
        (line,) = tunnel(shop, words)
        assert not line.ok
        assert line.detail.startswith("Il n’y a pas de programme /nowhere/cloudflared")
        shop.settings.set(ADDRESS, "https://boutique.exemple.sn")
        address = next(line for line in checked(shop, words) if line.name == "adresse publique")
        assert (address.ok, address.detail) == (True, "https://boutique.exemple.sn · tunnel cloudflared")
        for key in ("api_key", "webhook_secret"):
            shop.settings.set_secret(f"psp.wave.{key}", "wave_sn_prod_x")
        shop.settings.set("psp.wave.enabled", "true")
        address = next(line for line in checked(shop, words) if line.name == "adresse publique")
        assert not address.ok
        assert f"à coller chez Wave : https://boutique.exemple.sn/webhooks/psp/wave/{shop.slug}" in (
            address.detail.replace("\u202f", " ")
        )
    finally:
        shop.close()


def test_webhooks_that_were_set_aside_are_asked_again(home: Home, run: Run) -> None:
    slug = home.list()[0].slug
    shop = open_shop(home, slug)
    try:
        event = Received(b"1" * 16, 0, "POST", f"/n/{slug}/none", (), b"x")
        shop.engine.call(lambda tx: aside.put(tx, event))
    finally:
        shop.close()
    code, said, _ = run("relay", "again")
    assert (code, json.loads(said)) == (0, {"taken": 1, "left": 0})
    code, said, _ = run("relay", "again")
    assert (code, json.loads(said)) == (0, {"taken": 0, "left": 0})
