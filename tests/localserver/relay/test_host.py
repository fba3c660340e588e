"""What a host does: figures, health, certificates, copies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from aiohttp import web

from core.kernel.errors import EnvironmentProblem, Refused
from localserver.relay.app import create_backdoor
from localserver.relay.folder import copy_to
from localserver.relay.node import Address, network
from localserver.relay.sqlite import SqliteEngine
from tests.support.relays import relay


async def test_figures_health_and_whose_certificate(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        await host.store("awa")
        await host.ask("awa", "POST", "/n/awa/1", data=b"x")
        runner = web.AppRunner(create_backdoor(host.node), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"

            async def get(path: str) -> tuple[int, str]:
                async with host.http.get(url + path) as answer:
                    return answer.status, await answer.text()

            status, figures = await get("/metrics")
            assert status == 200
            assert "livepay_relay_events_accepted_total 1.0" in figures
            assert "livepay_relay_keep_seconds_count 1.0" in figures
            assert "livepay_relay_events_waiting 1.0" in figures
            assert "awa" not in figures
            assert await get("/health") == (200, '{"ready": true}')
            known = [(await get(f"/certificate?domain={name}.relay.localhost"))[0] for name in ("awa", "bintou", "a.b")]
            assert known == [200, 404, 404]
            assert (await get("/certificate?domain=relay.localhost"))[0] == 200
            assert (await get("/certificate?domain=other.example"))[0] == 404
        finally:
            await runner.cleanup()


async def test_a_copy_taken_while_it_serves_is_a_whole_relay(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = await host.store("awa")
        await host.ask("awa", "POST", "/n/awa/1", data=b"ROBE1")
        copy_to(tmp_path / "relay", tmp_path / "copy")
    engine = SqliteEngine(tmp_path / "copy")
    await engine.open()
    try:
        assert [store.handle for store in await engine.stores()] == ["awa"]
        assert b"ROBE1" in keys.open((await engine.read("awa", 0, 1))[0][1])
    finally:
        await engine.close()
    if os.name == "posix":
        assert (tmp_path / "copy" / "relay.key").stat().st_mode & 0o077 == 0
    with pytest.raises(Refused, match="no relay"):
        copy_to(tmp_path / "nothing", tmp_path / "x")
    for taken in ("relay", "copy"):  # over itself, above all: what it kept from then on would be gone
        with pytest.raises(Refused, match="already"):
            copy_to(tmp_path / "relay", tmp_path / taken)


async def test_one_relay_serves_from_a_folder_and_a_wrong_folder_is_said_to_be_so(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        await host.store("awa")
        folder = tmp_path / "relay"
        with pytest.raises(EnvironmentProblem, match="already"):
            await SqliteEngine(folder).open()
        beside = SqliteEngine(folder, serves=False)  # the host's commands, while it serves
        await beside.open()
        assert [store.handle for store in await beside.stores()] == ["awa"]
        await beside.close()
    with pytest.raises(Refused, match="no relay"):
        await SqliteEngine(tmp_path / "mistyped", serves=False).open()
    assert not (tmp_path / "mistyped").exists()
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentProblem, match="written"):
        await SqliteEngine(tmp_path / "file" / "below").open()
    (folder / "relay.key").write_text("none")
    for _ in range(2):  # and the folder is free again after a start that failed
        with pytest.raises(EnvironmentProblem, match="cannot be read"):
            await SqliteEngine(folder).open()
    (folder / "relay.key").unlink()
    with pytest.raises(EnvironmentProblem, match="cannot be read"):
        await SqliteEngine(folder).open()
    assert not (folder / "relay.key").exists(), "no other key is made for what it would not open"


@pytest.mark.parametrize(
    "url", ["relay.example", "https://relais.été", "ftp://relay.example", "https://relay.example/x", "https://", ""]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        Address.parse(url)


def test_who_is_counted_as_one_visitor() -> None:
    for peer, counted in (
        ("6.6.6.6", "6.6.6.6"),
        ("::ffff:6.6.6.6", "6.6.6.6"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2:ffff::", "2001:0db8:0001:0002"),  # a household has as many addresses as it likes
        ("", ""),
        ("unknown", "unknown"),
    ):
        assert network(peer) == counted


def test_addresses_of_stores() -> None:
    assert Address.parse("https://relay.example").of("awa") == "https://awa.relay.example"
    assert Address.parse(" http://relay.localhost:8790/ ").of("awa") == "http://awa.relay.localhost:8790"
