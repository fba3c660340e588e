"""The kinds of tunnel. Each is imported when it is chosen: asyncssh and ngrok must not slow any start."""

from __future__ import annotations

from typing import Final

from core.bootstrap import Shop
from localserver.tunnels.contract import Kind, Tunnel


def _ssh(shop: Shop) -> Tunnel:
    from localserver.tunnels.ssh import SshTunnel, from_settings

    return SshTunnel(from_settings(shop.settings))


def _ngrok(shop: Shop) -> Tunnel:
    from localserver.tunnels.ngrok import from_settings

    return from_settings(shop.settings)


def _cloudflared(shop: Shop) -> Tunnel:
    from localserver.tunnels.cloudflared import from_settings

    return from_settings(shop.settings, shop.folder)


def _relay(shop: Shop) -> Tunnel:
    from localserver.tunnels.relay import RelayTunnel

    return RelayTunnel(shop)


REGISTRY: Final[tuple[Kind, ...]] = (
    Kind("relay", _relay, lambda shop: True, watched=True),
    Kind("ssh", _ssh, lambda shop: True),
    Kind("ngrok", _ngrok, lambda shop: bool(shop.settings.get("tunnel.ngrok_domain"))),
    Kind("cloudflared", _cloudflared, lambda shop: bool(shop.settings.secret("tunnel.cloudflared_token"))),
)
