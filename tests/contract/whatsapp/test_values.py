"""Each value of the connection, asked on the wire while it is typed: what was found, or why not and the way out."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from msgspec.structs import replace

from core.adapters.http import Http
from core.adapters.whatsapp_values import Values, examine
from core.kernel.clock import DAY, ManualClock
from core.kernel.i18n import sentence
from core.payments.provider import Finding
from localserver.sandbox.graph import Account, default_account
from tests.contract.whatsapp.conftest import VERIFY_TOKEN, MakeWire, Wire
from tests.core.adapters.test_tls import self_signed


def typed(wire: Wire, **changes: Any) -> Values:
    account = default_account()
    values = Values(
        wire.base_url,
        "v26.0",
        access_token=account.access_token,
        phone_number_id=account.phone_number_id,
        waba_id=account.waba_id,
        app_secret=account.app_secret,
        verify_token=VERIFY_TOKEN,
        public_url=wire.shop.url.removesuffix("/webhooks/whatsapp"),
    )
    return replace(values, **changes)


def french(finding: Finding) -> str:
    said = sentence(finding.message, finding.params, "fr")
    assert said != sentence(finding.message, finding.params, "en")
    return said


async def test_good_values_each_say_what_was_found(wire: Wire) -> None:
    found = await examine(wire.http, typed(wire))
    assert all(finding.ok for finding in found.values())
    assert {name: french(finding) for name, finding in found.items()} == {
        "public_url": f"Cette boutique répond à {typed(wire).public_url}.",
        "access_token": "WhatsApp accepte le jeton, et il n’a pas de fin.",
        "phone_number_id": "+221 33 800 00 00 («\u202fBoutique Téranga\u202f»), qualité bonne.",
        "waba_id": "Le numéro appartient au compte.",
        "app_secret": "C’est bien la clé secrète de l’application du jeton.",
    }


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("access_token", "EAAcutshort000", "coupé, ou retiré"),
        ("access_token", "EAA with spaces", "sans espaces"),
        ("access_token", "x", "sans espaces"),
        ("phone_number_id", "+221 33 800 00 00", "que des chiffres"),
        ("phone_number_id", "99999999999", "ne connaît pas cet identifiant de numéro"),
        ("waba_id", "99999999999", "ne connaît pas cet identifiant de compte"),
        ("waba_id", "106540352242922", "C’est l’identifiant du numéro"),
        ("app_secret", "trop court", "32 caractères"),
        ("app_secret", "0" * 32, "pas la clé secrète de l’application du jeton"),
        ("public_url", "http://boutique.exemple.sn", "https://"),
        ("public_url", "https://boutique.exemple.sn/webhooks", "sans chemin\u202f: https://boutique.exemple.sn."),
        ("public_url", "http://127.0.0.1:1", "Lancez le tunnel"),
        ("verify_token", "un autre", "pas cette boutique"),
    ],
)
async def test_a_wrong_value_is_named_with_the_way_out(wire: Wire, name: str, value: str, words: str) -> None:
    found = await examine(wire.http, typed(wire, **{name: value}))
    wrong = {where: french(finding) for where, finding in found.items() if not finding.ok}
    assert list(wrong) == ["public_url" if name == "verify_token" else name]
    assert words in next(iter(wrong.values()))


async def test_nothing_is_said_of_what_is_not_typed_yet(wire: Wire) -> None:
    empty = typed(wire, access_token="", phone_number_id="", waba_id="", app_secret="", public_url="")
    assert await examine(wire.http, empty) == {}
    only = await examine(wire.http, typed(wire, phone_number_id="", app_secret="", public_url=""))
    assert [french(finding) for finding in only.values()][1] == "WhatsApp connaît ce compte."


async def test_a_number_of_another_account_is_noticed(wire: Wire) -> None:
    token = default_account().access_token
    wire.graph.world.accounts["99999"] = Account("99999", "98989", "+261 34 000 00 00", "Tsena", token, "s")
    found = await examine(wire.http, typed(wire, waba_id="98989"))
    assert "n’appartient pas à ce compte" in french(found["waba_id"])


async def test_a_token_that_ended_is_told_from_one_that_is_wrong(wire: Wire) -> None:
    await wire.control("PATCH", "accounts", {"token_ends": wire.clock.now() - 1})
    found = await examine(wire.http, typed(wire))
    assert "a expiré" in french(found["access_token"])
    assert "phone_number_id" not in found


async def test_a_token_that_will_end_is_accepted_and_says_when(wire: Wire) -> None:
    await wire.control("PATCH", "accounts", {"token_ends": wire.clock.now() + DAY})
    found = (await examine(wire.http, typed(wire)))["access_token"]
    assert found.ok
    assert "seulement jusqu’au" in french(found)


async def test_a_missing_permission_is_named(wire: Wire) -> None:
    await wire.control("PATCH", "accounts", {"token_scopes": ["whatsapp_business_messaging"]})
    found = (await examine(wire.http, typed(wire)))["access_token"]
    assert "whatsapp_business_management" in french(found)
    assert "whatsapp_business_messaging" not in french(found)


async def test_a_token_of_another_number_may_not_see_this_one(wire: Wire) -> None:
    wire.graph.world.accounts["99999"] = Account("99999", "98989", "+261 34 000 00 00", "Tsena", "EAAother0000", "s")
    found = await examine(wire.http, typed(wire, access_token="EAAother0000"))
    assert "autorisation" in french(found["phone_number_id"])


async def test_the_network_that_is_down_is_named(wire: Wire) -> None:
    found = await examine(wire.http, typed(wire, base_url="http://127.0.0.1:1", public_url=""))
    assert "Vérifiez la connexion Internet" in french(found["access_token"])
    found = await examine(wire.http, typed(wire, base_url="https://graph.invalid", public_url="https://tunnel.invalid"))
    assert french(found["access_token"]).startswith("graph.invalid est introuvable")
    assert "que le tunnel tourne" in french(found["public_url"])


async def test_a_service_that_is_too_slow_is_named(make_wire: MakeWire) -> None:
    wire = await make_wire(total_timeout=0.2)
    never = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", hang)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        found = await examine(wire.http, typed(wire, base_url=url, public_url=url))
    finally:
        never.set()
        await runner.cleanup()
    assert "trop de temps" in french(found["access_token"])
    assert "trop de temps" in french(found["public_url"])


@pytest.fixture
async def untrusted(tmp_path: Path) -> AsyncIterator[str]:
    """An https server whose certificate nobody has reason to trust."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    key, certificate = self_signed(tmp_path)
    context.load_cert_chain(certificate, key)
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://localhost:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_certificate_that_is_not_valid_is_named_or_the_clock(untrusted: str, wire: Wire) -> None:
    found = await examine(wire.http, typed(wire, base_url=untrusted, public_url=untrusted))
    assert "vérifiez la date" in french(found["access_token"])
    assert "pas de certificat valable" in french(found["public_url"])


async def test_a_clock_that_is_days_off_is_named_first(untrusted: str, wire: Wire) -> None:
    """What the service's own Date said before is what tells a wrong clock from a wrong certificate."""
    late = Http(ManualClock(wire.clock.now() + 400 * DAY))
    values = typed(wire)
    assert (await examine(late, values))["access_token"].ok
    found = await examine(late, replace(values, public_url=untrusted))
    assert "Réglez l’horloge" in french(found["public_url"])
    await late.close()
