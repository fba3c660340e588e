"""Reverse forwarding through a real SSH server: what passes, what is refused, and what breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncssh
import pytest
from msgspec.structs import replace

from core.tunnels.sshkeys import new_key, public_line
from localserver.tunnels.contract import Asks, Lost, Stuck
from localserver.tunnels.ssh import SshTunnel, SshWishes
from tests.localserver.tunnels.conftest import ask
from tests.support.sshd import Line, Sshd

KEY = new_key()


@pytest.fixture
async def sshd() -> AsyncIterator[Sshd]:
    server = Sshd("Grand-Yoff 27", public_line(KEY))
    await server.start()
    yield server
    await server.kill()


@pytest.fixture
def wishes(sshd: Sshd, free_port: int) -> SshWishes:
    url = f"http://127.0.0.1:{free_port}"
    return SshWishes(
        "127.0.0.1", sshd.port, "livepay", KEY, "", "127.0.0.1", free_port, url, sshd.fingerprint, keepalive=0.1
    )


async def test_a_request_passes_and_nothing_is_left(wishes: SshWishes, sshd: Sshd, here: int) -> None:
    tunnel = SshTunnel(wishes)
    assert await tunnel.start(here) == wishes.url
    assert await ask(wishes.url, "/webhooks/whatsapp", "é 😀") == (200, "POST /webhooks/whatsapp é 😀")
    answers = await asyncio.gather(*(ask(wishes.url, f"/p/{n}") for n in range(20)))
    assert sorted(text for _, text in answers) == sorted(f"POST /p/{n} " for n in range(20))
    await tunnel.stop()
    await tunnel.stop()  # again is harmless
    await sshd.parted()
    with pytest.raises(OSError, match=r"refused|Connect"):
        await ask(wishes.url)
    assert not sshd.connections


async def test_a_password_opens_it_too(wishes: SshWishes, here: int) -> None:
    tunnel = SshTunnel(replace(wishes, key="", password="Grand-Yoff 27"))
    await tunnel.start(here)
    assert (await ask(wishes.url))[0] == 200
    await tunnel.stop()


async def test_a_server_seen_first_is_asked_about_and_told_no_secret(wishes: SshWishes, sshd: Sshd, here: int) -> None:
    tunnel = SshTunnel(replace(wishes, pin="", key="", password="Grand-Yoff 27"))
    with pytest.raises(Asks) as asked:
        await tunnel.start(here)
    await tunnel.stop()
    assert asked.value.fingerprint == sshd.fingerprint
    assert sshd.fingerprint in str(asked.value)
    assert sshd.passwords == []
    confirmed = SshTunnel(replace(wishes, pin=asked.value.fingerprint))
    await confirmed.start(here)
    await confirmed.stop()


async def test_a_changed_key_is_refused_before_anything_is_sent(wishes: SshWishes, sshd: Sshd, here: int) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint()
    tunnel = SshTunnel(replace(wishes, pin=other, key="", password="Grand-Yoff 27"))
    with pytest.raises(Stuck, match="another key than the one you confirmed") as refused:
        await tunnel.start(here)
    await tunnel.stop()
    assert not isinstance(refused.value, Asks)
    assert sshd.fingerprint in str(refused.value)
    assert sshd.passwords == []


@pytest.mark.parametrize("secret", [{"key": new_key()}, {"key": "", "password": "wrong"}])
async def test_who_is_not_known_is_stuck(wishes: SshWishes, here: int, secret: dict[str, str]) -> None:
    tunnel = SshTunnel(replace(wishes, **secret))
    with pytest.raises(Stuck, match="refuses the user “livepay”"):
        await tunnel.start(here)
    await tunnel.stop()


async def test_a_server_that_forbids_forwarding_is_named(wishes: SshWishes, sshd: Sshd, here: int) -> None:
    sshd.forwards = False
    tunnel = SshTunnel(wishes)
    with pytest.raises(Lost, match=f"does not let port {wishes.remote_port}"):
        await tunnel.start(here)
    await tunnel.stop()
    await sshd.parted()


async def test_a_server_that_goes_ends_it_at_once_and_can_come_back(wishes: SshWishes, sshd: Sshd, here: int) -> None:
    tunnel = SshTunnel(wishes)
    await tunnel.start(here)
    await sshd.kill()
    with pytest.raises(Lost, match=r"127\.0\.0\.1"):
        await tunnel.changed()
    await tunnel.stop()
    again = SshTunnel(wishes)
    with pytest.raises(Lost, match="could not be reached"):
        await again.start(here)
    await again.stop()
    await sshd.start()
    last = SshTunnel(wishes)
    await last.start(here)
    assert (await ask(wishes.url))[0] == 200
    await last.stop()


async def test_a_line_that_went_dead_is_noticed(wishes: SshWishes, sshd: Sshd, here: int) -> None:
    line = Line(sshd.port)
    await line.start()
    tunnel = SshTunnel(replace(wishes, port=line.port))
    await tunnel.start(here)
    line.deaden()
    with pytest.raises(Lost, match="broke off"):
        async with asyncio.timeout(60):
            await tunnel.changed()
    await tunnel.stop()
    await line.stop()


async def test_nobody_there(wishes: SshWishes, here: int, free_port: int) -> None:
    tunnel = SshTunnel(replace(wishes, port=free_port))
    with pytest.raises(Lost, match="Connection refused"):
        await tunnel.start(here)
    await tunnel.stop()


async def test_an_opening_that_is_given_up_leaves_nothing(wishes: SshWishes, sshd: Sshd, here: int) -> None:
    line = Line(sshd.port)
    await line.start()
    line.deaden()
    tunnel = SshTunnel(replace(wishes, port=line.port))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await tunnel.start(here)
    await tunnel.stop()
    await line.stop()


async def test_what_is_no_key_is_stuck_before_a_word_is_said(wishes: SshWishes, here: int, sshd: Sshd) -> None:
    tunnel = SshTunnel(replace(wishes, key="ssh-ed25519 AAAA"))
    with pytest.raises(Stuck, match="This is not a private SSH key"):
        await tunnel.start(here)
    await tunnel.stop()
    assert not sshd.connections


async def test_a_key_pasted_in_one_line_opens_it(wishes: SshWishes, here: int) -> None:
    tunnel = SshTunnel(replace(wishes, key=" ".join(KEY.splitlines())))
    await tunnel.start(here)
    await tunnel.stop()
