"""ngrok, through its own library: a native module that some computers lack, and an account the seller has.

How it refuses is known from its documentation (ngrok.com/docs/errors): a ValueError with ERR_NGROK_<number> in it.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from core.settings.service import Settings
from localserver.tunnels.contract import Lost, Stuck

if TYPE_CHECKING:
    import ngrok

_TOKEN: Final = frozenset((105, 106, 107, 4018))
"""The authtoken is missing, malformed, unknown or taken back."""
_DOMAIN: Final = frozenset((313, 319, 320, 326))
"""The domain is not reserved by this account, or its plan has none."""


def from_settings(settings: Settings) -> NgrokTunnel:
    """Raises Stuck while something is missing."""
    token = settings.secret("tunnel.ngrok_token")
    if not token:
        raise Stuck("Enter the authtoken of your ngrok account: it stands in its dashboard.")
    return NgrokTunnel(token, settings.get("tunnel.ngrok_domain"))


class NgrokTunnel:
    """A :class:`localserver.tunnels.contract.Tunnel`. The library connects again by itself, under the same address."""

    def __init__(self, token: str, domain: str = "") -> None:
        self._token, self._domain = token, domain
        self._session: ngrok.Session | None = None

    async def start(self, port: int) -> str:
        try:
            import ngrok
        except ImportError:
            raise Stuck("This computer has no ngrok for LivePay: choose another kind of tunnel.") from None
        try:
            self._session = await ngrok.SessionBuilder().authtoken(self._token).connect()
            way = self._session.http_endpoint()
            if self._domain:
                way = way.domain(self._domain)
            listener = await way.listen_and_forward(f"http://127.0.0.1:{port}")
        except ValueError as error:
            raise self._refusal(error) from None
        return listener.url().rstrip("/")

    def _refusal(self, error: ValueError) -> Exception:
        said = " ".join(str(part) for part in error.args)
        code = re.search(r"ERR_NGROK_(\d+)", said)
        number = int(code.group(1)) if code else 0
        if number in _TOKEN:
            return Stuck("ngrok does not know this authtoken: copy it again from its dashboard, whole.")
        if number in _DOMAIN:
            return Stuck("ngrok has not reserved {domain} for your account.", domain=self._domain)
        if number == 108:
            return Lost("Your ngrok account is in use on another computer: its plan allows one at a time.")
        if code is None:
            return Lost("ngrok could not be reached: check the internet connection.")
        return Lost("ngrok refuses ({why}).", why=code.group())

    async def changed(self) -> str:
        await asyncio.Event().wait()
        raise AssertionError("it only ends by being cancelled")

    async def stop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(Exception):  # boundary: library
                await session.close()
