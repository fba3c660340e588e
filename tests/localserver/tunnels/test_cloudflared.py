"""cloudflared as a process beside us: what is read from it, how it is ended, and what a crash of ours leaves."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from localserver.tunnels import cloudflared
from localserver.tunnels.cloudflared import Cloudflared, find
from localserver.tunnels.contract import Lost, Stuck
from localserver.tunnels.leftover import Leftover
from tests.arch.sources import ROOT
from tests.localserver.tunnels.playing import until
from tests.support import cloudflared as play
from tests.support.cloudflared import runs, stand_in

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in waits for POSIX signals")
OLD, NEW = "https://old-words-here.trycloudflare.com", "https://new-words-here.trycloudflare.com"
NAMED = "https://boutique.exemple.sn"


def program(folder: Path, does: str, token: str = "", url: str = "") -> Cloudflared:
    return Cloudflared(str(stand_in(folder, does)), Leftover(folder / "tunnel.pid"), token, url)


def alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def gone(pid: int) -> None:
    await until(lambda: not alive(pid))


async def test_a_quick_tunnels_address_is_read_and_it_is_ended_with_us(tmp_path: Path) -> None:
    tunnel = program(tmp_path, play.QUICK)
    assert await tunnel.start(8787) == OLD
    ((pid, argv, token),) = runs(tmp_path)
    assert argv == ["tunnel", "--no-autoupdate", "--url", "http://127.0.0.1:8787"]
    assert token is None
    assert alive(pid)
    assert (tmp_path / "tunnel.pid").exists()
    await tunnel.stop()
    await tunnel.stop()
    assert not alive(pid)
    assert not (tmp_path / "tunnel.pid").exists()


async def test_a_new_address_is_told(tmp_path: Path) -> None:
    tunnel = program(tmp_path, play.RENAMED)
    assert await tunnel.start(8787) == OLD
    (tmp_path / "renamed").touch()
    assert await tunnel.changed() == NEW
    await tunnel.stop()


async def test_a_named_tunnels_token_is_on_no_command_line(tmp_path: Path) -> None:
    tunnel = program(tmp_path, play.NAMED, "eyJhIjoi", NAMED)
    assert await tunnel.start(8787) == NAMED
    ((pid, argv, token),) = runs(tmp_path)
    assert argv == ["tunnel", "--no-autoupdate", "run"]
    assert token == "eyJhIjoi"
    assert "eyJhIjoi" not in " ".join(psutil.Process(pid).cmdline())
    await tunnel.stop()


@pytest.mark.parametrize("does", [play.BAD_TOKEN, play.UNAUTHORISED])
async def test_a_token_nobody_knows_waits_for_a_hand(tmp_path: Path, does: str) -> None:
    tunnel = program(tmp_path, does, "eyJhIjoi", NAMED)
    with pytest.raises(Stuck, match="does not know this tunnel token"):
        await tunnel.start(8787)
    await tunnel.stop()
    await gone(runs(tmp_path)[0][0])


async def test_what_it_said_last_is_why_it_ended(tmp_path: Path) -> None:
    tunnel = program(tmp_path, play.TOO_MANY)
    with pytest.raises(Lost, match="failed to unmarshal quick Tunnel"):
        await tunnel.start(8787)
    await tunnel.stop()


async def test_an_end_in_the_middle_is_noticed(tmp_path: Path) -> None:
    tunnel = program(tmp_path, play.QUICK)
    await tunnel.start(8787)
    os.kill(runs(tmp_path)[0][0], signal.SIGKILL)
    with pytest.raises(Lost, match="cloudflared ended"):
        await tunnel.changed()
    await tunnel.stop()


async def test_one_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    tunnel = program(tmp_path, play.MUTE)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await tunnel.start(8787)
    await tunnel.stop()
    assert not any(alive(pid) for pid, *_ in runs(tmp_path))


async def test_one_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloudflared, "GRACE", 0.2)
    tunnel = program(tmp_path, play.DEAF)
    await tunnel.start(8787)
    await tunnel.stop()
    assert not alive(runs(tmp_path)[0][0])


async def test_much_that_it_prints_holds_nothing_up(tmp_path: Path) -> None:
    tunnel = program(tmp_path, play.CHATTY)
    assert await tunnel.start(8787) == OLD
    await until((tmp_path / "through").exists)
    await tunnel.stop()


async def test_what_a_crash_left_is_ended_and_nobody_else(tmp_path: Path) -> None:
    left = subprocess.Popen([stand_in(tmp_path, play.MUTE)])  # noqa: ASYNC220
    Leftover(tmp_path / "tunnel.pid").note(left.pid)
    await until(lambda: runs(tmp_path))
    tunnel = program(tmp_path, play.QUICK)
    await tunnel.start(8787)
    assert not alive(left.pid)
    left.wait()
    await tunnel.stop()
    stranger = psutil.Process()
    note = tmp_path / "tunnel.pid"
    for noted in ({"pid": stranger.pid, "born": stranger.create_time()}, {"pid": stranger.pid, "born": 1.0}, "x", {}):
        note.write_text(json.dumps(noted), "utf-8")
        Leftover(note).end("cloudflared-that-is-not-us")
        assert stranger.is_running()
        assert not note.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends what a kill left")
async def test_killed_we_take_it_with_us(tmp_path: Path) -> None:
    path = stand_in(tmp_path, play.QUICK)
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from localserver.tunnels.cloudflared import Cloudflared\n"
        "from localserver.tunnels.leftover import Leftover\n"
        "async def main():\n"
        "    tunnel = Cloudflared(sys.argv[1], Leftover(Path(sys.argv[2])))\n"
        "    print(await tunnel.start(8787), flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    us = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(path), str(tmp_path / "tunnel.pid"), cwd=ROOT, stdout=subprocess.PIPE
    )
    assert us.stdout is not None
    assert (await us.stdout.readline()).decode().strip() == OLD
    pid = runs(tmp_path)[0][0]
    assert alive(pid)
    us.kill()
    await us.wait()
    await gone(pid)


def test_the_program_is_found_or_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stand_in(tmp_path, play.QUICK)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find("") == str(path)
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert find(str(path)) == str(path)
    with pytest.raises(Stuck, match="cloudflared is not on this computer"):
        find("")
    with pytest.raises(Stuck, match="There is no program"):
        find(str(tmp_path / "cloudflare"))


async def test_a_file_that_is_no_program_is_said(tmp_path: Path) -> None:
    path = stand_in(tmp_path, "")
    path.write_bytes(b"\x00\x01\x02")
    tunnel = Cloudflared(str(path), Leftover(tmp_path / "tunnel.pid"))
    with pytest.raises((Stuck, Lost), match=r"cannot be started|ended"):
        await tunnel.start(8787)
    await tunnel.stop()
