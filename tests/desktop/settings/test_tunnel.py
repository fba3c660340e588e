"""The tunnel in the window: chosen, confirmed, broken and mended, and what is to be pasted because of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtGui import QGuiApplication

from core.bootstrap import Shop, following
from core.kernel.clock import SECOND
from core.kernel.errors import OutsideWorld
from core.tunnels.rules import ADDRESS, FINGERPRINT, KIND, TunnelState
from core.tunnels.sshkeys import public_line
from desktop.explained import explained
from desktop.pages.settings.tunnel import TunnelSection
from localserver.tunnels.contract import Asks, Lost, Stuck
from tests.desktop.settings.conftest import Opened, OpenSettings

URL: Final = "https://boutique.exemple.sn"
PRINT: Final = "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDVLFNn2uWiMQ2cHqA"


@dataclass
class Scene:
    opened: Opened
    view: TunnelSection

    @property
    def shop(self) -> Shop:
        return self.opened.shop

    def becomes(self, phase: str, url: str = URL, **more: object) -> None:
        """The keeper of the tunnel says how it is."""
        state = TunnelState("ssh", phase, url, since=self.shop.clock.now(), **more)  # type: ignore[arg-type]
        self.shop.tunnel.report(state)
        desk = self.view.desk
        self.opened.settled(lambda: desk.reading is not None and desk.reading.state == state)

    def status_line(self) -> str:
        return self.opened.desktop.shell.status.marks[0].text()


@pytest.fixture
def scene(open_settings: OpenSettings) -> Scene:
    opened = open_settings("network")
    view = opened.page.views["network"]
    assert isinstance(view, TunnelSection)
    opened.settled(lambda: view.desk.reading is not None)
    return Scene(opened, view)


def test_only_the_chosen_kinds_settings_show(scene: Scene) -> None:
    opened, view = scene.opened, scene.view
    assert view.typed.isVisible()
    assert not view.state.isVisible()
    assert not any(part.isVisible() for part in view.kinds.values())
    for kind in ("relay", "ssh", "ngrok", "cloudflared"):
        opened.shop.settings.set(KIND, kind, "seller")
        opened.settled(lambda kind=kind: view.kinds[kind].isVisible())  # type: ignore[misc]
        assert [name for name, part in view.kinds.items() if part.isVisible()] == [kind]
        assert view.state.isVisible()
        assert not view.typed.isVisible()  # what was typed does not count now
    assert dict(opened.page.presenter.choices(KIND)) == {
        "off": "Aucun\u202f: je saisis l’adresse",
        "relay": "Relais (conseillé)",
        "ssh": "Mon propre serveur (SSH)",
        "ngrok": "ngrok",
        "cloudflared": "cloudflared",
    }
    opened.page.finder.reach_key("tunnel.ssh_remote_port")
    assert opened.row("tunnel.ssh_remote_port").isVisible()


def test_a_key_is_made_and_its_public_line_copied(scene: Scene) -> None:
    opened, view = scene.opened, scene.view
    opened.shop.settings.set(KIND, "ssh", "seller")
    opened.settled(view.make_key.isVisible)
    view.make_key.click()
    opened.settled(view.key.copy.edit.text)
    assert view.key.copy.edit.text() == public_line(opened.shop.settings.secret("tunnel.ssh_key"))
    assert not view.make_key.isVisible()
    view.key.copy.button.click()
    assert QGuiApplication.clipboard().text().startswith("ssh-ed25519 ")
    opened.shop.settings.set_secret("tunnel.ssh_key", "no key")
    opened.settled(lambda: not view.key.copy.isVisible())


def test_every_state_is_said_with_its_way_out(scene: Scene) -> None:
    opened, view, shop = scene.opened, scene.view, scene.shop
    shop.settings.set(KIND, "ssh", "seller")
    shop.settings.set(ADDRESS, URL, "tunnel")
    said: dict[str, tuple[str, str, str]] = {}

    def note(name: str) -> None:
        opened.settled()
        status = opened.desktop.shell._read
        told = explained(status.links[0], status, opened.desktop.t, opened.desktop.context)
        said[name] = (scene.status_line(), view.state.title.text(), view.state.detail.text())
        assert view.state.detail.text() in told.sentence
        assert told.subject == "network"

    scene.becomes("opening")
    note("opening")
    scene.becomes("open")
    note("open")
    scene.becomes("open", trailing=OutsideWorld("{host} could not be reached ({why}).", host="graph", why="x"))
    note("trailing")
    scene.becomes("open", slow=True)
    note("slow")
    nobody = Lost("The tunnel is open, but nobody answers at {host} ({why}).", host="b", why="x")
    scene.becomes("unreached", problem=nobody)
    note("unreached")
    scene.becomes("stuck", problem=Stuck("Enter the SSH server and the user there."))
    note("stuck")
    later = shop.clock.now() + 7 * SECOND
    scene.becomes("waiting", problem=Lost("{host} ended the connection.", host="serveur.exemple.sn"), again_at=later)
    note("waiting")
    assert {name: one[0] for name, one in said.items()} == {
        "opening": "Tunnel\u202f: connexion…",
        "open": "Tunnel ouvert",
        "trailing": "Tunnel ouvert · WhatsApp ne suit pas",
        "slow": "Tunnel ouvert",
        "unreached": "Tunnel ouvert, personne n’arrive",
        "stuck": "Tunnel\u202f: il manque quelque chose",
        "waiting": "Tunnel coupé",
    }
    assert said["open"][1:] == (
        f"Ouvert {said['open'][1].removeprefix('Ouvert ')}",
        f"Vos clients, WhatsApp et les prestataires de paiement joignent la boutique à {URL}.",
    )
    assert said["slow"][2].startswith("Le réseau est lent ici")
    assert said["waiting"][2] == "serveur.exemple.sn a mis fin à la connexion. Nouvel essai dans 7 s."
    assert said["stuck"][2] == "Saisissez le serveur SSH et l’utilisateur."
    woken: list[bool] = []
    end = shop.tunnel.keep(woken.append)
    view.state.verb.click()
    opened.settled(lambda: woken == [True])
    end()


def test_a_server_is_confirmed_once(scene: Scene) -> None:
    opened, view = scene.opened, scene.view
    opened.shop.settings.set(KIND, "ssh", "seller")
    asks = Asks("serveur.exemple.sn", PRINT)
    scene.becomes("asks", problem=asks, fingerprint=PRINT)
    opened.settled()
    assert scene.status_line() == "Tunnel\u202f: serveur à confirmer"
    assert PRINT in view.state.detail.text()
    assert view.state.verb.text() == "Oui, c’est mon serveur"
    presence = opened.desktop.shell.presence
    assert presence is not None
    assert "confirmiez" in presence.centre.entries[0].told.title
    view.state.verb.click()
    opened.settled(lambda: opened.shop.settings.get(FINGERPRINT) == PRINT)


def test_dashboards_are_named_until_they_have_the_address(scene: Scene) -> None:
    opened, view, shop = scene.opened, scene.view, scene.shop
    for key in ("api_key", "webhook_secret"):
        shop.settings.set_secret(f"psp.wave.{key}", "wave_sn_prod_x")
    shop.settings.set("psp.wave.enabled", "true", "seller")
    shop.settings.set(KIND, "ssh", "seller")
    shop.settings.set(ADDRESS, URL, "tunnel")
    scene.becomes("open")
    opened.settled(lambda: list(view.hands.rows) == ["wave"])
    assert view.hands.isVisible()
    address = f"{URL}/webhooks/psp/wave/{shop.slug}"
    presence = opened.desktop.shell.presence
    assert presence is not None
    told = presence.centre.entries[0].told
    assert (told.title, told.detail) == ("Wave\u202f: collez la nouvelle adresse", address)
    assert (told.page, told.subject) == ("settings", "network")
    view.hands.done.emit("wave")
    opened.settled(lambda: not view.hands.isVisible())
    assert following.hands(shop) == ()
    shop.settings.set(ADDRESS, "https://autre.exemple.sn", "tunnel")
    opened.settled(view.hands.isVisible)


def test_nothing_listens_after_the_window(open_settings: OpenSettings, tmp_path: Path) -> None:
    opened = open_settings("network")
    opened.desktop.stop()
    opened.shop.tunnel.report(TunnelState("ssh", "opening"))
