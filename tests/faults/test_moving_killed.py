"""A move that is killed at any instant: never two homes that can be opened, never none that can be revived.

The move runs in a process of its own, which kills itself (SIGKILL) at one act on the disk, as the interpreter announces
it (:func:`sys.addaudithook`): nothing of the program is replaced.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Final

import pytest

from core.bootstrap import create_store, moving, open_shop
from core.kernel.errors import Refused
from core.storage import departure
from core.storage.folder import Home
from core.storage.vault import beside
from tests.support.processes import ROOT, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot kill itself so there")
SLUG: Final = "chez-awa"
CODE: Final = "K7QM-2XHD-9RTV-4WBN-6CYJ-8PZE"
_MOVE: Final = """
import os, signal, sys
from pathlib import Path
from core.bootstrap import moving
from core.storage.folder import Home

home, target, verb, kill = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]

def watch(event, args):
    if event in ("os.rename", "os.remove"):
        name = Path(os.fsdecode(args[0 if event == "os.remove" else 1])).name
        if f"{event} {name}" == kill:
            os.kill(os.getpid(), signal.SIGKILL)

def tell(done, total):
    if kill in ("half", "whole") and done * (2 if kill == "half" else 1) >= total:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
if verb == "out":
    moving.move_out(Home(home), "chez-awa", target, "test", code=sys.argv[5], tell=tell)
elif verb == "in":
    moving.move_in(Home(home), target, sys.argv[5], "", "test", tell=tell)
else:
    moving.take_back(Home(home), "chez-awa", "test")
"""


async def _killed(home: Path, file: Path, verb: str, at: str) -> bool:
    """→ whether it was killed there; it ends in order where there was no such act."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _MOVE, str(home), str(file), verb, at, CODE, cwd=ROOT, env=environment()
    )
    code = await process.wait()
    assert code in (0, -signal.SIGKILL)
    return code != 0


def _opens(home: Home) -> bool:
    """Whether the store can be opened here."""
    try:
        open_shop(home, SLUG).close()
    except Refused:
        return False
    return True


def _store(folder: Path) -> Home:
    home = Home(folder, passing=True)
    create_store(home, "Chez Awa", "SN")
    return home


OUT: Final = {"half": True, "whole": True, "os.rename archived": True, "os.rename awa.livepay": False, "": False}
"""Where it is killed, and whether the store is still at home then."""


@pytest.mark.parametrize("at", OUT)
async def test_leaving(tmp_path: Path, at: str) -> None:
    home, file = _store(tmp_path / "old"), tmp_path / "awa.livepay"
    assert await _killed(home.path, file, "out", at) == (at != "")
    assert _opens(home) == OUT[at]
    if OUT[at]:
        assert not file.exists()
        moving.move_out(home, SLUG, file, "test", code=CODE)  # what was left half does not stand in its way
    departure.finish(home.folder(SLUG))
    assert file.is_file()
    assert not beside(file).exists()
    assert not _opens(home)
    new = Home(tmp_path / "new", passing=True)
    moving.move_in(new, file, CODE, "", "test")
    assert _opens(new)


async def test_a_move_that_was_killed_before_its_file_had_a_name_is_taken_back(tmp_path: Path) -> None:
    home, file = _store(tmp_path / "old"), tmp_path / "awa.livepay"
    assert await _killed(home.path, file, "out", "os.rename awa.livepay")
    assert moving.take_back(home, SLUG, "test")
    assert not file.exists()
    assert not beside(file).exists()
    assert _opens(home)


@pytest.mark.parametrize("at", ["half", "os.rename store.json"])
async def test_arriving(tmp_path: Path, at: str) -> None:
    """What was killed on its way in leaves nothing that opens, and comes when it is brought again."""
    home, file, new = _store(tmp_path / "old"), tmp_path / "awa.livepay", Home(tmp_path / "new", passing=True)
    moving.move_out(home, SLUG, file, "test", code=CODE)
    assert await _killed(new.path, file, "in", at)
    assert new.list() == []
    assert not _opens(home)
    moving.move_in(new, file, CODE, "", "test")
    assert _opens(new)


@pytest.mark.parametrize("at", ["os.remove awa.livepay", "os.remove archived"])
async def test_taking_back(tmp_path: Path, at: str) -> None:
    """The file goes first: there is no instant with both."""
    home, file = _store(tmp_path / "old"), tmp_path / "awa.livepay"
    moving.move_out(home, SLUG, file, "test", code=CODE)
    assert await _killed(home.path, file, "back", at)
    assert file.exists() == (at == "os.remove awa.livepay")
    assert not _opens(home)
    moving.take_back(home, SLUG, "test")
    assert not file.exists()
    assert _opens(home)
