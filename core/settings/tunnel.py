"""The settings of the way in from outside; those of a kind are asked only where it is chosen."""

from __future__ import annotations

from typing import Final

from core.relay.address import HANDLE
from core.settings.setting import Setting
from core.tunnels import rules

KINDS: Final = (rules.OFF, rules.RELAY, "ssh", "ngrok", "cloudflared")

_HOST: Final = r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45}"
_DOMAIN: Final = r"(?=.{4,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
_KIND_HINT: Final = "How WhatsApp, the payment providers and your buyers reach this computer."
_RELAY: Final = "As its host gave it, for instance https://relay.example."
_INVITE: Final = "It serves once; its host makes another one if you need it."
_NAME: Final = "Empty: the store’s own name. Buyers see it in the address of their pay link."
_SYNC: Final = "What comes is pushed at once; this looks behind it, and completes what buyers see while you are away."
_AHEAD: Final = (
    "A payment is opened ahead for each link given, and the page that the relay shows meanwhile leads there."
)
_URL: Final = "The https address that its web server (nginx, Caddy…) leads to that port."
_KEY: Final = "“Make a key” makes one, or paste yours whole. It stays in this computer’s keyring."
_PASSWORD: Final = "Only where the server takes no key."
_PRINT: Final = "Filled in when you confirm the server; or paste it beforehand."
_FREE: Final = "It stands in its dashboard. On the free plan ngrok shows buyers a page of its own first."
_DOMAIN_HINT: Final = "Reserved at ngrok; empty: an address that may change each time."
_PATH: Final = "Empty: where this computer finds programs. LivePay never downloads it."
_TOKEN: Final = "Empty: a quick tunnel without an account, whose address changes each time."
_NAMED: Final = "The public host name you gave the tunnel at Cloudflare; it must lead to http://localhost:8787."


def _of(name: str, kind: str, label: str, hint: str = "", default: str = "") -> Setting:
    return Setting(f"tunnel.{name}", kind, label, default, hint, "tunnel")


TUNNEL: Final[tuple[Setting, ...]] = (
    Setting(rules.KIND, "choice", "Tunnel", rules.OFF, _KIND_HINT, "tunnel", choices=KINDS),
    _of("relay_url", "url", "Address of the relay", _RELAY),
    _of("relay_invite", "secret", "Invitation", _INVITE),
    Setting(
        rules.RELAY_NAME,
        "text",
        "Name at the relay",
        hint=_NAME,
        section="tunnel",
        shape=HANDLE.pattern,
        example="boutique-awa",
    ),
    Setting(rules.RELAY_SYNC, "number", "Compare with the relay (minutes)", "15", _SYNC, "tunnel", low=1, high=1440),
    Setting(
        rules.RELAY_AHEAD, "switch", "Let buyers pay while this computer is cut off", "true", _AHEAD, section="tunnel"
    ),
    Setting("tunnel.ssh_host", "text", "SSH server", section="tunnel", shape=_HOST, example="serveur.exemple.sn"),
    Setting("tunnel.ssh_port", "number", "SSH port", "22", section="tunnel", low=1, high=65535),
    Setting("tunnel.ssh_user", "text", "SSH user", section="tunnel", shape=r"[^\s@:]{1,64}", example="livepay"),
    _of("ssh_key", "secret", "SSH private key", _KEY),
    _of("ssh_password", "secret", "SSH password", _PASSWORD),
    _of("ssh_url", "url", "Public address of the server", _URL),
    Setting("tunnel.ssh_remote_port", "number", "Port on the server", "8787", section="tunnel", low=1, high=65535),
    Setting(
        "tunnel.ssh_bind",
        "text",
        "Address on the server that listens",
        "localhost",
        section="tunnel",
        shape=_HOST,
        example="localhost",
    ),
    Setting(
        rules.FINGERPRINT,
        "text",
        "Fingerprint of the server’s key",
        hint=_PRINT,
        section="tunnel",
        shape=r"SHA256:[A-Za-z0-9+/]{43}",
        example="SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDVLFNn2uWiMQ2cHqA",
    ),
    _of("ngrok_token", "secret", "ngrok authtoken", _FREE),
    Setting(
        "tunnel.ngrok_domain",
        "text",
        "ngrok domain",
        hint=_DOMAIN_HINT,
        section="tunnel",
        shape=_DOMAIN,
        example="boutique.ngrok.app",
    ),
    _of("cloudflared_path", "text", "Program cloudflared", _PATH),
    _of("cloudflared_token", "secret", "Tunnel token", _TOKEN),
    _of("cloudflared_url", "url", "Address of the named tunnel", _NAMED),
    Setting(rules.ADDRESS, "url", "Address of the tunnel (written by LivePay)", section="hidden"),
    Setting(rules.LED, "text", "Address that WhatsApp was given (written by LivePay)", section="hidden"),
    Setting(rules.PASTED, "text", "Addresses that were pasted (written by LivePay)", section="hidden"),
    Setting(rules.HOOKS, "text", "Endpoints set at providers (written by LivePay)", section="hidden"),
)
