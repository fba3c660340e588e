"""What the store's public address and its tunnel are doing, in words: in the status line and in the settings."""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from msgspec import Struct

from core.kernel.clock import SECOND
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.kernel.look import Role
from core.kernel.text import clock_time
from core.tunnels.rules import OFF, RELAY, TunnelState
from desktop.texts import Texts

KINDS: Final = {"relay": "LivePay", "ssh": "SSH", "ngrok": "ngrok", "cloudflared": "cloudflared"}
"""Proper names of the kinds."""
STATES: Final = {"open": "ok", "opening": "waiting", "asks": "waiting"}
"""Phase → state of the status line; of all others it is down."""


class TunnelText(Struct, frozen=True):
    """``title``: the state in a word; ``detail``: since when, why not, and what happens next."""

    icon: str
    role: Role
    title: str
    detail: str


def link_state(tunnel: TunnelState, address: str) -> str:
    """Of the status line: ok, waiting, down or off."""
    if tunnel.kind == OFF:
        return "ok" if address else "off"
    state = STATES.get(tunnel.phase, "down")
    return "waiting" if state == "ok" and (tunnel.trailing or tunnel.slow) else state


def in_short(state: str, tunnel: TunnelState, t: Texts) -> str:
    """For the status line."""
    if tunnel.kind == OFF:
        return t("Public address set") if state == "ok" else t("No public address")
    if tunnel.kind == RELAY:
        return _relay_in_short(tunnel, t)
    words = {
        "open": t("Tunnel open · WhatsApp does not follow") if tunnel.trailing else t("Tunnel open"),
        "opening": t("Tunnel connecting…"),
        "unreached": t("Tunnel open, nobody comes through"),
        "asks": t("Tunnel: confirm the server"),
        "stuck": t("Tunnel: something is missing"),
        "waiting": t("Tunnel cut off"),
    }
    return words.get(tunnel.phase, t("Tunnel cut off"))


def _relay_in_short(tunnel: TunnelState, t: Texts) -> str:
    if tunnel.waiting:
        return t.plural("Relay: {n} waits", "Relay: {n} wait", tunnel.waiting)
    connected = t("Relay connected · slow network") if tunnel.slow else t("Relay connected")
    words = {
        "open": t("Relay connected · WhatsApp does not follow") if tunnel.trailing else connected,
        "opening": t("Relay connecting…"),
        "asks": t("Relay: answer on this computer?"),
        "stuck": t("Relay: something is missing"),
    }
    return words.get(tunnel.phase, t("Relay out of reach"))


def verb(tunnel: TunnelState, t: Texts) -> str:
    """What the button beside the state does."""
    if tunnel.phase != "asks":
        return t("Try now")
    return t("Answer here") if tunnel.kind == RELAY else t("Yes, it is my server")


def at_length(tunnel: TunnelState, now: int, zone: tzinfo, t: Texts) -> TunnelText:
    """For the settings and the explanation."""
    since = t("since {time}", time=clock_time(tunnel.since, zone))
    why = _said(tunnel.problem, t)
    match tunnel.phase:
        case "open":
            return _open(tunnel, t("Open, {since}", since=since), t)
        case "opening":
            return TunnelText("hourglass", "waiting", t("Connecting…"), "")
        case "unreached":
            return TunnelText("triangle-alert", "waiting", t("Open, but nobody comes through"), why)
        case "waiting":
            return TunnelText(
                "wifi-off", "danger", t("Cut off, {since}", since=since), f"{why} {_again(tunnel, now, t)}"
            )
        case "asks":
            title = t("Answer on this computer?") if tunnel.kind == RELAY else t("Is this your server?")
            return TunnelText("key-round", "waiting", title, why)
        case "stuck":
            return TunnelText("circle-alert", "danger", t("Something is missing"), why)
        case _:
            return TunnelText("minus", "muted", t("No tunnel"), "")


def _open(tunnel: TunnelState, title: str, t: Texts) -> TunnelText:
    if tunnel.trailing is not None:
        detail = t("Buyers reach the store. WhatsApp does not follow yet: {why}", why=_said(tunnel.trailing, t))
    elif tunnel.slow:
        detail = t("The network is slow here: what buyers ask for takes its time. Nothing is lost.")
    else:
        detail = t("Buyers, WhatsApp and the payment providers reach the store at {url}.", url=tunnel.url)
        return TunnelText("circle-check", "paid", title, detail)
    return TunnelText("triangle-alert", "waiting", title, detail)


def _again(tunnel: TunnelState, now: int, t: Texts) -> str:
    seconds = -(-((tunnel.again_at or now) - now) // SECOND)
    if seconds <= 0:
        return t("Trying again now.")
    return t.plural("Trying again in {n} s.", "Trying again in {n} s.", seconds)


def _said(problem: LivePayError | None, t: Texts) -> str:
    return explain(problem, t.language) if problem is not None else ""
