"""The disk is lost in the middle of a live: the store comes back on another computer, from the command line alone."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

from tests.support.processes import PATIENCE, ask, ask_json, serving


async def test_a_store_comes_back_on_another_computer(tmp_path: Path) -> None:
    home, other, disk = tmp_path / "home", tmp_path / "other", tmp_path / "disk"
    disk.mkdir()
    other.mkdir()
    await ask_json(home, "store", "create", "Boutique Téranga", "--country", "SN")
    refused = await ask(home, "backups", "now", "boutique-teranga")
    assert refused.code == 1
    assert "backup.to" in refused.sentence
    await ask(home, "store", "set", "boutique-teranga", "backup.to", "folder")
    await ask(home, "store", "set", "boutique-teranga", "backup.folder", str(disk))
    async with serving(home, "boutique-teranga", tmp_path / "stderr.txt") as server:
        async with asyncio.timeout(PATIENCE):
            while not list(disk.rglob("*.snapshot")):  # noqa: ASYNC110 - by itself, soon after the start
                await asyncio.sleep(0.05)
        await server.kill()
    key = (home / "recovery.key").read_text()
    shutil.rmtree(home)  # the disk
    nothing = await ask(other, "backups", "restore", "--folder", str(disk))
    assert nothing.code == 3
    assert "recovery.key" in nothing.sentence
    known = await ask_json(other, "backups", "list", "--folder", str(disk))
    assert len(known) == 1
    assert known[0]["backups"]
    wrong = await ask(other, "backups", "restore", "--folder", str(disk), changes={"LIVEPAY_RECOVERY_KEY": "0" * 64})
    assert wrong.code == 1
    restored = await ask(
        other, "--json", "backups", "restore", "--folder", str(disk), changes={"LIVEPAY_RECOVERY_KEY": key}
    )
    assert restored.code == 0, restored.err
    assert (await ask_json(other, "audit", "verify", "boutique-teranga"))["intact"] is True
    assert (await ask_json(other, "store", "get", "boutique-teranga", "backup.folder"))["backup.folder"] == str(disk)
    told = json.loads((await ask(other, "--json", "doctor", "boutique-teranga")).out)
    assert any(line["detail"].startswith("la boutique en revient") for line in told if line["check"] == "sauvegarde")
    again = await ask(other, "backups", "restore", "--folder", str(disk), changes={"LIVEPAY_RECOVERY_KEY": key})
    assert again.code == 1
    assert "existe" in again.sentence
    late = await ask(other, "backups", "list", "--folder", str(tmp_path / "unplugged"))
    assert late.code == 1
    assert "unplugged" in late.sentence
