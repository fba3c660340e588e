"""Connections: what to paste where, and tests that say what is wrong, over simulators on the real wire."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from aiohttp import web
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from core.adapters.http import Http
from core.bootstrap import Shop
from core.kernel.clock import ManualClock
from desktop.pages.settings.presenter import PUBLIC_URL, VERIFY_TOKEN
from desktop.pages.settings.sections import BackupSection
from localserver.runner import ServerThread
from localserver.sandbox.stage import Stage
from tests.desktop.settings.conftest import OpenSettings

ENTER = Qt.Key.Key_Return


def test_addresses_to_paste_follow_the_public_one(open_settings: OpenSettings) -> None:
    opened = open_settings("whatsapp")
    meta = opened.page.whatsapp.meta
    assert not meta.address.copy.isVisible()
    meta.address.missing_asked.emit()
    assert opened.page.stack.currentWidget() is opened.page.views["network"]
    row = opened.write(PUBLIC_URL, "https://teranga.exemple.sn")
    opened.press(row.edit, ENTER)
    opened.settled(lambda: opened.page.reading.whatsapp_address)
    meta.address.copy.button.click()
    assert QGuiApplication.clipboard().text() == "https://teranga.exemple.sn/webhooks/whatsapp"
    slug = opened.shop.slug
    assert opened.page.payments.cards["wave"].inside.address.copy.edit.text() == (
        f"https://teranga.exemple.sn/webhooks/psp/wave/{slug}"
    )
    assert opened.page.payments.cards["sandbox"].inside.told.text().startswith("Rien à coller")


def test_whatsapp_without_settings_says_what_to_fill_in(open_settings: OpenSettings) -> None:
    opened = open_settings("whatsapp")
    test = opened.page.whatsapp.test
    test.button.click()
    opened.settled(lambda: test.lines)
    assert test.summary.text() == "1 point à régler"
    assert "jeton d’accès" in test.lines[0].text


def test_whatsapps_own_words_become_what_to_do(open_settings: OpenSettings, stage: Stage) -> None:
    opened = open_settings("whatsapp")
    test = opened.page.whatsapp.test
    test.button.click()
    opened.settled(lambda: test.lines)
    assert [line.role for line in test.lines].count("danger") == 1  # no webhook address yet
    # The token is typed and the button pressed at once: what is on the page is what is tested.
    opened.paste("whatsapp.access_token", "EAAwrong")
    test.button.click()
    opened.settled(lambda: test.lines and not test.running)
    assert opened.shop.settings.secret("whatsapp.access_token") == "EAAwrong"
    assert [line.text for line in test.lines] == [
        "WhatsApp n’accepte plus le jeton d’accès. Reconnectez le numéro dans les réglages de connexion."
    ]
    opened.page.undo()
    opened.settled(lambda: not test.lines)
    assert test.summary.text() == ""


def test_the_messages_are_made_to_arrive_here(open_settings: OpenSettings, shop: Shop, stage: Stage) -> None:
    server = ServerThread([shop])
    shop.settings.set(PUBLIC_URL, server.start())
    try:
        opened = open_settings("whatsapp")
        panel = opened.page.whatsapp
        panel.connect_here.click()
        opened.settled(lambda: panel.test.lines)
        assert panel.test.summary.text() == "Tout fonctionne", panel.test.lines
        assert any("/webhooks/whatsapp" in line.text for line in panel.test.lines)
        shop.settings.set_secret(VERIFY_TOKEN, "")
        opened.settled(lambda: not opened.page.reading.values[VERIFY_TOKEN])
        panel.connect_here.click()
        opened.settled(lambda: not panel.test.running and panel.test.lines)
        assert "jeton de vérification" in panel.test.lines[0].text
    finally:
        server.stop()


def test_a_provider_is_offered_only_with_its_keys(open_settings: OpenSettings) -> None:
    opened = open_settings("payments")
    card = opened.page.payments.cards["wave"]
    card.switch.click()
    assert not card.switch.isChecked()
    assert card.opened
    assert card.problem == "Saisissez d’abord\u202f: Clé API, Secret du webhook."
    for key in ("psp.wave.api_key", "psp.wave.webhook_secret"):
        row = opened.paste(key, "wave_sn_prod_x")
        opened.press(row.edit, ENTER)
        opened.settled(lambda key=key: not opened.secret_row(key).typing)  # type: ignore[misc]
    card.switch.click()
    opened.settled(lambda: [p.name for p in opened.shop.providers()] == ["wave"])
    opened.settled(lambda: card.state.accessibleName() == "Proposé")
    assert card.problem == ""


def test_a_provider_of_another_country_is_not_offered(open_settings: OpenSettings) -> None:
    opened = open_settings("payments")
    infos = {provider.name: provider for provider in opened.page.reading.providers}
    assert infos["wave"].fits
    cards = opened.page.payments.cards
    assert all(cards[name].switch.isEnabled() == info.fits for name, info in infos.items())


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("sandbox", "api_key"),
        ("bictorys", "api_key"),
        ("orange_sonatel", "client_secret"),
        ("orange_web", "client_secret"),
        ("fedapay", "api_key"),
        ("cinetpay", "api_password"),
        ("paydunya", "private_key"),
    ],
)
def test_a_provider_is_tested_on_the_wire(open_settings: OpenSettings, stage: Stage, name: str, key: str) -> None:
    opened = open_settings("payments")
    card = opened.page.payments.cards[name]
    assert card.opened
    card.test.button.click()
    opened.settled(lambda: card.test.lines)
    assert card.test.summary.text() == "Tout fonctionne"
    opened.page.save(f"psp.{name}.{key}", "wrong")
    opened.settled(lambda: not card.test.lines)
    card.test.button.click()
    opened.settled(lambda: card.test.lines)
    assert card.test.lines[0].role == "danger"
    assert opened.page.payments.cards["orange_web"].inside.told.text().startswith("Rien à coller")


def test_a_test_that_takes_long_is_given_up(open_settings: OpenSettings) -> None:
    """The provider never answers: the seller stops waiting, and closing the window does not wait for it either."""
    silent = _SilentServer()
    try:
        opened = open_settings("payments")
        opened.shop.settings.set("psp.sandbox.base_url", silent.url)
        for field in ("api_key", "webhook_secret"):
            opened.shop.settings.set_secret(f"psp.sandbox.{field}", "sandbox_key_demo")
        panel = opened.page.payments.cards["sandbox"].test
        panel.asked.emit()
        opened.qtbot.waitUntil(silent.asked.is_set, timeout=60_000)
        assert panel.button.text() == "Arrêter"
        panel.button.click()
        assert (panel.running, panel.lines) == (False, [])
        opened.settled()
    finally:
        silent.stop()


class _SilentServer:
    """Takes requests and never answers."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.url = ""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._ready.wait(60)

    async def _serve(self) -> None:
        async def hold(request: web.Request) -> web.Response:
            self.asked.set()
            await asyncio.Event().wait()
            raise AssertionError

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", hold)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)


async def test_closing_the_tests_own_connections_leaves_the_servers_alone() -> None:
    """A test of a connection runs on its own loop; the server's requests under way go on to their end."""
    arrived, release = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        if request.path == "/slow":
            arrived.set()
            await release.wait()
        return web.Response(text="done")

    app = web.Application()
    app.router.add_get("/{path}", slow)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    http = Http(ManualClock())

    async def ask() -> bytes:
        try:
            return (await http.request("GET", f"{url}/quick")).body
        finally:
            await http.close_here()

    under_way = asyncio.create_task(http.request("GET", f"{url}/slow"))
    await arrived.wait()
    assert await asyncio.to_thread(lambda: asyncio.run(ask())) == b"done"
    release.set()
    assert (await under_way).body == b"done"
    await http.close_here()
    await runner.cleanup()


def test_a_backup_is_made_and_brought_back_on_trial(open_settings: OpenSettings, tmp_path: Path) -> None:
    opened = open_settings()
    page = opened.page
    page.open("backup")
    view = page.views["backup"]
    assert isinstance(view, BackupSection)
    view.test.button.click()
    opened.settled(lambda: view.test.lines)
    assert "Aucun lieu" in view.test.lines[0].text
    disk = tmp_path / "disque"
    disk.mkdir()
    opened.shop.settings.set("backup.to", "folder")
    opened.shop.settings.set("backup.folder", str(disk))
    view.test.button.click()
    opened.settled(lambda: len(view.test.lines) == 3)
    assert [line.role for line in view.test.lines] == ["paid"] * 3
    assert list(disk.rglob("*.snapshot"))
    disk.rename(tmp_path / "ailleurs")
    view.test.button.click()
    opened.settled(lambda: len(view.test.lines) == 1)
    assert view.test.lines[0].role == "danger"
