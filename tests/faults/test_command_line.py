"""The command line under every misuse: the right exit code, one sentence, never a traceback; one store, one process."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.bootstrap import create_store, open_shop
from core.kernel.errors import EnvironmentProblem
from core.settings.service import SECRET_SHOWN
from core.storage.folder import Home
from tests.support.processes import (
    PATIENCE,
    Done,
    Server,
    ask,
    ask_json,
    command,
    environment,
    run,
    serving,
    taken_port,
)

SLUG = "boutique-teranga"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be told to stop in order there")


@dataclass(frozen=True, slots=True)
class Place:
    """A home with one store, made by the program itself."""

    home: Path
    folder: Path
    log: Path


@pytest.fixture
async def place(tmp_path: Path) -> Place:
    home = tmp_path / "home"
    made = await ask_json(home, "store", "create", "Boutique Téranga", "--country", "SN")
    assert made["store"] == SLUG
    return Place(home, home / "stores" / SLUG, tmp_path / "stderr.txt")


async def _each(*questions: Sequence[str | bytes], home: Path) -> list[Done]:
    """All of them, one after the other: two commands on one store at the same moment would refuse each other."""
    return [await ask(home, *arguments) for arguments in questions]


# -- usage -------------------------------------------------------------------------------------------------------

WRONG_USAGE: list[list[str | bytes]] = [
    ["nonsense"],
    ["store"],
    ["store", "create"],
    ["store", "create", "A"],
    ["serve"],
    ["serve", SLUG, "--port", "99999"],
    ["serve", SLUG, "--port", "http"],
    ["store", "user", SLUG, "a@b.sn", "--role", "king"],
    ["demo", "--seconds", "-1"],
    ["products", "import", SLUG],
    ["audit", "forget", SLUG],
    ["--nothing"],
]


NO_TEXT: list[list[str | bytes]] = [
    ["store", "show", b"\xff\xfe"],
    ["store", "create", b"Caf\xe9", "--country", "SN"],
    ["store", "set", SLUG, "store.name", b"Caf\xe9"],
]


async def test_wrong_usage_is_2(tmp_path: Path) -> None:
    wrong = WRONG_USAGE if sys.platform == "win32" else [*WRONG_USAGE, *NO_TEXT]
    for arguments, done in zip(wrong, await _each(*wrong, home=tmp_path), strict=True):
        assert done.code == 2, (arguments, done)
        assert done.out == ""
        assert "Aide\u202f: livepay" in done.err
        assert len(done.err.splitlines()) == 1


async def test_a_number_out_of_bounds_is_told_its_bounds(tmp_path: Path) -> None:
    wrong = (["serve", SLUG, "--port", "99999"], ["serve", SLUG, "--port", "http"], ["demo", "--seconds", "0"])
    for arguments, done in zip(wrong, await _each(*wrong, home=tmp_path), strict=True):
        assert f"«\u202f{arguments[-1]}\u202f» n’est pas un nombre entier de " in done.err


async def test_help_is_0_and_names_every_command(tmp_path: Path) -> None:
    done = await run("--help")
    assert done.code == 0
    data = ("customers", "backup", "restore", "backups", "audit")
    for name in ("demo", "serve", "store", "products", *data, "doctor", "bench"):
        assert name in done.out


# -- refusals ----------------------------------------------------------------------------------------------------


async def test_what_a_rule_refuses_is_1_and_a_sentence(place: Place) -> None:
    refused: list[list[str | bytes]] = [
        ["serve", "nowhere"],
        ["store", "show", "nowhere"],
        ["store", "show", "../../etc"],
        ["store", "show", ""],
        ["store", "delete", SLUG],
        ["store", "delete", "nowhere", "--yes"],
        ["store", "create", "Boutique Téranga", "--country", "SN"],
        ["store", "create", "***", "--country", "SN"],
        ["store", "create", "A", "--country", "XX"],
        ["store", "create", "A", "--country", "SN", "--currency", "DOGE"],
        ["store", "create", "A", "--country", "SN", "--segment", "moon"],
        ["store", "create", "A", "--country", "SN", "--language", "de"],
        ["store", "set", SLUG, "no.such.key", "1"],
        ["store", "set", SLUG, "orders.hold_minutes", "many"],
        ["store", "set", SLUG, "whatsapp.access_token", "x"],
        ["store", "get", SLUG, "no.such.key"],
        ["store", "secret", SLUG, "no.such.key"],
        ["store", "secret", SLUG, "store.name"],
        ["store", "user", SLUG, "not an address", "--role", "owner"],
        ["audit", "verify", "nowhere"],
        ["backup", "nowhere", str(place.log)],
    ]
    for arguments, done in zip(refused, await _each(*refused, home=place.home), strict=True):
        assert done.code == 1, (arguments, done)
        assert done.sentence, arguments
        assert done.out == "", arguments
    assert [store["store"] for store in await ask_json(place.home, "store", "list")] == [SLUG]


async def test_of_a_secret_only_that_it_is_set_is_ever_shown(place: Place) -> None:
    key = "whatsapp.access_token"
    assert await ask_json(place.home, "store", "get", SLUG, key) == {key: ""}
    await ask(place.home, "store", "secret", SLUG, key, stdin=b"EAAB-very-secret")
    for question in (["store", "get", SLUG, key], ["store", "get", SLUG], ["store", "show", SLUG]):
        done = await ask(place.home, *question)
        assert "very-secret" not in done.out + done.err
    assert await ask_json(place.home, "store", "get", SLUG, key) == {key: SECRET_SHOWN}
    assert (await ask_json(place.home, "store", "get", SLUG))[key] == SECRET_SHOWN


async def test_bytes_that_are_no_text_on_stdin_are_1_and_a_sentence(place: Place) -> None:
    for arguments in (["secret", SLUG, "whatsapp.access_token"], ["user", SLUG, "a@b.sn", "--role", "owner"]):
        done = await ask(place.home, "store", *arguments, stdin=b"\xff\xfe\xe9\n")
        assert done.code == 1, done
        assert done.sentence


# -- the environment ---------------------------------------------------------------------------------------------


async def test_files_that_cannot_be_read_or_written_are_3(place: Place, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "deep" / "file"
    questions: list[list[str | bytes]] = [
        ["products", "import", SLUG, str(nowhere)],
        ["restore", str(nowhere)],
        ["restore", str(tmp_path)],
        ["backup", SLUG, str(nowhere)],
        ["backup", SLUG, str(tmp_path)],
        ["audit", "export", SLUG, str(nowhere)],
        ["audit", "export", SLUG, str(tmp_path)],
    ]
    for question in questions:
        done = await ask(place.home, *question)
        assert done.code == 3, (question, done)
        assert done.sentence
    assert (await ask_json(place.home, "audit", "verify", SLUG))["intact"] is True


async def test_a_home_that_is_no_folder_is_3(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for arguments in (["store", "create", "A", "--country", "SN"], ["store", "create", "B", "--country", "MG"]):
        done = await ask(file, *arguments)
        assert done.code == 3, done
        assert done.sentence
        assert "Errno" not in done.err


async def _broken(place: Place, name: str, content: bytes | None, *arguments: str) -> None:
    """What opens the store says what is wrong with it, and leaves the file as it is."""
    path = place.folder / name
    kept = path.read_bytes()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    done = await ask(place.home, *(arguments or ("store", "show", SLUG)))
    assert done.code == 3, (name, done)
    assert done.sentence
    assert content is None or path.read_bytes() == content
    path.write_bytes(kept)


async def test_a_damaged_store_is_3_and_a_sentence(place: Place) -> None:
    database = (place.folder / "store.db").read_bytes()
    await _broken(place, "store.db", b"not a database, only words" * 200, "serve", SLUG, "--port", "0")
    await _broken(place, "store.db", database[: len(database) // 2 + 100], "serve", SLUG, "--port", "0")
    await _broken(place, "store.db", database[:4096] + bytes(len(database) - 4096))
    await _broken(place, "store.db", database[:100])
    await _broken(place, "store.db", b"")
    await _broken(place, "store.key", b"00" * 32)
    await _broken(place, "store.key", b"zz")
    await _broken(place, "store.key", None)
    await _broken(place, "store.json", b"{")
    await _broken(place, "store.json", b'{"slug": "x"}')
    await _broken(place, "store.json", b"\xff\xfe")
    assert (await ask(place.home, "store", "show", SLUG)).code == 0, "all put back, it opens again"


async def test_a_store_without_its_database_is_not_an_empty_store(place: Place) -> None:
    """Orders lost with their file must not look like a shop that never sold anything."""
    (place.folder / "store.db").unlink()
    done = await ask(place.home, "store", "show", SLUG)
    assert done.code == 3, done
    assert done.sentence


async def test_one_broken_card_does_not_hide_the_other_stores(place: Place) -> None:
    await ask_json(place.home, "store", "create", "Autre", "--country", "CI")
    (place.folder / "store.json").write_bytes(b"{")
    assert (await ask(place.home, "store", "show", "autre")).code == 0
    listed = await ask(place.home, "--json", "store", "list")
    assert listed.code in (0, 3), listed
    if listed.code == 0:
        assert [store["store"] for store in json.loads(listed.out)] == ["autre"]
    else:
        assert "store.json" in listed.sentence


async def test_a_taken_port_is_3(place: Place) -> None:
    listening, port = taken_port()
    with listening:
        done = await ask(place.home, "serve", SLUG, "--port", str(port))
    assert done.code == 3, done
    assert str(port) in done.sentence
    host = await ask(place.home, "serve", SLUG, "--port", "0", "--host", "203.0.113.7")
    assert host.code == 3, host
    assert "203.0.113.7" in host.sentence


# -- one store, one process --------------------------------------------------------------------------------------


@POSIX
async def test_a_store_is_open_in_one_process_only(place: Place) -> None:
    async with serving(place.home, SLUG, place.log) as server:
        elsewhere: list[list[str | bytes]] = [
            ["serve", SLUG, "--port", "0"],
            ["store", "show", SLUG],
            ["store", "set", SLUG, "store.name", "Autre"],
            ["store", "delete", SLUG, "--yes"],
            ["products", "import", SLUG, str(place.folder / "store.json")],
            ["audit", "verify", SLUG],
        ]
        for arguments, done in zip(elsewhere, await _each(*elsewhere, home=place.home), strict=True):
            assert done.code == 3, (arguments, done)
            assert "ouverte" in done.sentence, done.err
        with pytest.raises(EnvironmentProblem, match="already open"):
            open_shop(Home(place.home), SLUG)
        _window_is_refused(place)
        assert [s["store"] for s in await ask_json(place.home, "store", "list")] == [SLUG], "listing opens nothing"
        await server.kill()
    assert (await ask_json(place.home, "store", "show", SLUG))["store"] == SLUG, "after kill -9 it opens again"
    async with serving(place.home, SLUG, place.log) as server:
        assert await server.stop() == 0
    assert server.log() == ""


def _window_is_refused(place: Place) -> None:
    """The window's own way of opening a store."""
    pytest.importorskip("PySide6")
    from desktop.door import opener

    def no_server(shop: object, port: int) -> None:
        raise AssertionError("the store was opened")

    with pytest.raises(EnvironmentProblem, match="already open"):
        opener(Home(place.home), SLUG, no_server, 0)()  # type: ignore[arg-type]


def test_nor_twice_in_one_process(tmp_path: Path) -> None:
    home = Home(tmp_path)
    slug = create_store(home, "Boutique", "SN").slug
    shop = open_shop(home, slug)
    with pytest.raises(EnvironmentProblem, match="already open"):
        open_shop(home, slug)
    shop.close()
    open_shop(home, slug).close()


@POSIX
@pytest.mark.parametrize("signal", ["terminate", "interrupt"])
async def test_a_signal_stops_the_server_in_order(place: Place, signal: str) -> None:
    async with serving(place.home, SLUG, place.log) as server:
        if signal == "interrupt":
            server.interrupt()
            async with asyncio.timeout(PATIENCE):
                await server.gone()
        assert await server.stop() == 0
        assert server.log() == ""
    done = await ask_json(place.home, "audit", "verify", SLUG)
    assert done["intact"] is True


async def test_a_rehearsal_in_the_sandbox_leaves_the_real_connections(place: Place) -> None:
    await ask(place.home, "store", "set", SLUG, "whatsapp.phone_number_id", "111")
    await ask(place.home, "store", "secret", SLUG, "whatsapp.access_token", stdin=b"EAAB-real")
    before = await ask_json(place.home, "store", "get", SLUG)
    async with serving(place.home, SLUG, place.log, ("--port", "0", "--sandbox")) as server:
        await server.kill()  # not even the chance to put something back
    assert await ask_json(place.home, "store", "get", SLUG) == before
    shop = open_shop(Home(place.home), SLUG)
    try:
        assert shop.settings.secret("whatsapp.access_token") == "EAAB-real"
    finally:
        shop.close()


@POSIX
async def test_kills_while_starting_leave_a_store_that_opens(place: Place) -> None:
    """Killed while it loads, opens, recovers, binds: whenever, it starts again. (What happens when is not asserted.)"""
    for turn in range(12):
        server = Server(place.home, SLUG, place.log)
        starting = asyncio.create_task(server.start())
        await asyncio.wait({starting}, timeout=0.02 + turn * 0.06)
        while not starting.done():  # also one that was only about to be started
            await server.kill()
            await asyncio.wait({starting}, timeout=0.05)
        await server.kill()
        assert starting.exception() is None or "it ended with -9" in str(starting.exception())
    async with serving(place.home, SLUG, place.log) as server:
        assert await server.stop() == 0
    assert "Traceback" not in server.log()


async def test_an_all_or_nothing_import_that_is_killed_is_all_or_nothing(place: Place, tmp_path: Path) -> None:
    lines = 30_000
    path = tmp_path / "liste.csv"
    path.write_text("sku;titre;prix;stock\n" + "".join(f"POT{n};Pot {n};100;1\n" for n in range(lines)), "utf-8")
    for turn in range(4):
        process = await asyncio.create_subprocess_exec(
            *command("--home", str(place.home), "products", "import", SLUG, str(path), "--all-or-nothing"),
            env=environment(),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({ended}, timeout=0.5 + turn * 0.3)
        if not ended.done():
            process.kill()
        await ended
        assert (await ask_json(place.home, "store", "show", SLUG))["products"] in (0, lines)
    assert (await ask_json(place.home, "products", "import", SLUG, str(path)))["errors"] == []
    assert (await ask_json(place.home, "store", "show", SLUG))["products"] == lines
