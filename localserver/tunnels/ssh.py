"""Reverse forwarding over SSH: a port of any server leads here, and the server's own proxy gives it an https address.

The server's key is pinned: it is checked before anything secret is sent, and one nobody confirmed is refused.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import Final

import asyncssh
from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.reasons import BROKEN_OFF, TIMED_OUT, reason
from core.settings.service import Settings
from core.tunnels.rules import FINGERPRINT
from core.tunnels.sshkeys import public_line, unfolded
from localserver.tunnels.contract import Asks, Lost, Stuck

KEEPALIVE: Final = 15.0
"""Seconds between two signs of life; after three without an answer the connection is dead (NAT tables, sleep)."""
MISSED: Final = 3
_CONNECT: Final = 15.0
_LOGIN: Final = 20.0
_PARTING: Final = 1.0
_NO_TRUST: Final[tuple[list[str], ...]] = ([], [], [])  # nobody is known by a file of the system: the pin decides


class SshWishes(Struct, frozen=True):
    """``bind``, ``remote_port``: where the server listens; ``url``: the address its proxy gives that; ``pin``: the
    fingerprint that was confirmed, empty before."""

    host: str
    port: int
    user: str
    key: str
    password: str
    bind: str
    remote_port: int
    url: str
    pin: str
    keepalive: float = KEEPALIVE


def from_settings(settings: Settings) -> SshWishes:
    """Raises Stuck while something is missing."""
    get, secret = settings.get, settings.secret
    key, password = secret("tunnel.ssh_key"), secret("tunnel.ssh_password")
    if not get("tunnel.ssh_host") or not get("tunnel.ssh_user"):
        raise Stuck("Enter the SSH server and the user there.")
    if not key and not password:
        raise Stuck("Make an SSH key, or enter the password of the SSH server.")
    if not get("tunnel.ssh_url"):
        raise Stuck("Enter the https address that the server gives to this store.")
    return SshWishes(
        get("tunnel.ssh_host"),
        settings.number("tunnel.ssh_port"),
        get("tunnel.ssh_user"),
        key,
        password,
        get("tunnel.ssh_bind"),
        settings.number("tunnel.ssh_remote_port"),
        get("tunnel.ssh_url"),
        get(FINGERPRINT),
    )


def _read_key(text: str) -> asyncssh.SSHKey:
    """Raises Stuck for what is no key, or is locked."""
    try:
        public_line(text)
        return asyncssh.import_private_key(unfolded(text))
    except Refused as error:
        raise Stuck(error.message, **error.params) from None
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise Stuck("This kind of SSH key cannot be used here: make one.") from None


class _Client(asyncssh.SSHClient):
    """Judges the server's key, which comes before any password or signature of ours."""

    def __init__(self, pin: str) -> None:
        self._pin = pin
        self.seen = ""
        self.why: Exception | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.seen = key.get_fingerprint()
        return bool(self._pin) and self.seen == self._pin

    def connection_lost(self, exc: Exception | None) -> None:
        self.why = exc


class SshTunnel:
    """A :class:`localserver.tunnels.contract.Tunnel`."""

    def __init__(self, wishes: SshWishes) -> None:
        self._wishes = wishes
        self._client = _Client(wishes.pin)
        self._connection: asyncssh.SSHClientConnection | None = None

    async def start(self, port: int) -> str:
        wishes = self._wishes
        try:
            await self._connect()
        except asyncssh.HostKeyNotVerifiable as error:
            raise self._unverified(error) from None
        except asyncssh.PermissionDenied:
            raise Stuck(
                "{host} refuses the user “{user}”: check the name, and that the server knows the key or the password.",
                host=wishes.host,
                user=wishes.user,
            ) from None
        except (TimeoutError, asyncssh.Error, OSError) as error:
            raise self._unreached(error) from None
        assert self._connection is not None
        try:
            await self._connection.forward_remote_port(wishes.bind, wishes.remote_port, "127.0.0.1", port)
        except asyncssh.ChannelListenError:
            raise Lost(
                "{host} does not let port {port} be listened on. Either it forbids forwarding (AllowTcpForwarding), or"
                " an earlier connection still holds the port: that ends by itself within minutes.",
                host=wishes.host,
                port=wishes.remote_port,
            ) from None
        except (asyncssh.Error, OSError) as error:
            raise self._unreached(error) from None
        return wishes.url

    async def _connect(self) -> None:
        wishes = self._wishes
        keys = [_read_key(wishes.key)] if wishes.key else None
        self._connection, _ = await asyncssh.create_connection(
            lambda: self._client,
            wishes.host,
            wishes.port,
            username=wishes.user,
            client_keys=keys,
            password=wishes.password or None,
            known_hosts=_NO_TRUST,
            config=None,
            agent_path=None,
            connect_timeout=_CONNECT,
            login_timeout=_LOGIN,
            keepalive_interval=wishes.keepalive,
            keepalive_count_max=MISSED,
        )

    def _unverified(self, error: asyncssh.HostKeyNotVerifiable) -> Exception:
        wishes, seen = self._wishes, self._client.seen
        if not seen:
            return self._unreached(error)
        if not wishes.pin:
            return Asks(wishes.host, seen)
        return Stuck(
            "{host} shows another key than the one you confirmed: it was installed anew, or somebody is in between."
            " Nothing was sent. Ask its owner; if the change is right, confirm {fingerprint} instead.",
            host=wishes.host,
            fingerprint=seen,
        )

    def _unreached(self, error: Exception) -> Lost:
        return Lost("{host} could not be reached ({why}).", host=self._wishes.host, why=_why(error))

    async def changed(self) -> str:
        assert self._connection is not None
        await self._connection.wait_closed()
        why = self._client.why
        if why is None:
            raise Lost("{host} ended the connection.", host=self._wishes.host)
        raise Lost("The connection to {host} broke off ({why}).", host=self._wishes.host, why=_why(why))

    async def stop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with suppress(Exception):  # boundary: library
            connection.close()  # told, the server frees the port for the next try
            async with asyncio.timeout(_PARTING):
                await connection.wait_closed()
        connection.abort()


def _why(error: Exception) -> str:
    """As a value that every language has (:mod:`core.kernel.reasons`)."""
    if isinstance(error, TimeoutError) or re.search(r"time ?out|keepalive", str(error), re.IGNORECASE):
        return TIMED_OUT
    return reason(error) if isinstance(error, OSError) else BROKEN_OFF
