"""Providers that lend tokens: one is used as long as it lives, then replaced, and never costs a second payment."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

from core.adapters.http import Http
from core.adapters.psp.bearer import BearerProvider
from core.kernel.clock import SECOND, ManualClock
from core.payments.provider import Pay, Rejected, SendUnknown
from localserver.sandbox.psp_base import PspSimulator
from localserver.sandbox.psp_mvola import MVolaSimulator
from localserver.sandbox.psp_simulators import SIMULATOR, create_psp_simulator, simulator_account
from localserver.sandbox.psp_tokens import Tokens
from tests.contract.psp.conftest import CASES, Case, Door, Rig, Serve, no_wait

LENDERS = ("mvola", "airtel_mg", "pi_spi")


@pytest.fixture(params=LENDERS)
async def lender(
    request: pytest.FixtureRequest, serve: Serve, http: Http, clock: ManualClock, door: Door
) -> tuple[Rig, Tokens]:
    case = CASES[request.param]
    app = create_psp_simulator(case.provider, clock=clock, webhook_url=door.url, sleep=no_wait)
    rig = Rig(case, clock, http, await serve(app), simulator_account(case.provider), door)
    return rig, _tokens(app[SIMULATOR])


def _tokens(simulator: PspSimulator) -> Tokens:
    tokens = getattr(simulator, "tokens", None)
    assert isinstance(tokens, Tokens)
    return tokens


async def test_one_token_serves_until_it_ends(lender: tuple[Rig, Tokens]) -> None:
    rig, tokens = lender
    provider, created = rig.provider, await rig.create()
    assert isinstance(provider, BearerProvider)
    for _ in range(3):
        assert (await provider.fetch_status(rig.attempt(created))).status is Pay.PENDING
    lent = provider._token
    rig.clock.advance((tokens.life - 19) * SECOND)  # it would end on the road
    assert (await provider.fetch_status(rig.attempt(created))).status is Pay.PENDING
    assert lent is not None
    assert provider._token is not None
    assert provider._token[0] != lent[0]


async def test_a_token_taken_back_is_replaced_and_the_request_made_once(lender: tuple[Rig, Tokens]) -> None:
    rig, tokens = lender
    provider = rig.provider
    await rig.create(attempt_ref="LPBEFORE1", attempt_uuid="7d5e1f2a-3f0e-4b8a-9c21-0b1f6a523b4c")
    await provider.fetch_status(rig.attempt(ref="LPBEFORE1", provider_ref="x"))
    tokens.take_back()
    created = await provider.create_checkout(rig.request())
    if created.qr_text:
        return  # opening asks nobody
    tokens.take_back()
    assert (await provider.fetch_status(rig.attempt(created))).status is Pay.PENDING
    assert len((await rig.control("sessions", method="GET"))["items"]) == 2


async def test_a_token_that_cannot_be_had_means_that_nothing_was_sent(lender: tuple[Rig, Tokens]) -> None:
    rig, _ = lender
    if rig.caps.create_idempotency == "local":
        return
    for fault in (
        {"kind": "status", "code": 503},
        {"kind": "html"},
        {"kind": "patch", "patch": {"access_token": None}},
    ):
        await rig.control("faults", {"on": "account", **fault})
        with pytest.raises(SendUnknown) as caught:
            await rig.provider.create_checkout(rig.request())
        assert caught.value.sent is False
    with pytest.raises(Rejected):
        await rig.provider_with({"api_secret": "other"}).create_checkout(rig.request())
    assert (await rig.control("sessions", method="GET"))["items"] == []


async def test_a_life_told_in_digits_counts_and_one_not_told_is_short(lender: tuple[Rig, Tokens]) -> None:
    rig, _ = lender
    for told, life in (("180", 180), (180, 180), (None, 60), ("soon", 60)):
        await rig.control("faults", {"on": "account", "kind": "patch", "patch": {"expires_in": told}})
        provider = rig.provider
        assert isinstance(provider, BearerProvider)
        await provider.fetch_status(rig.attempt(provider_ref="x"))
        assert provider._token is not None
        left = provider._token[1] - rig.http.time_at(rig.base_url)
        assert left == pytest.approx(life * 0.8 * SECOND, abs=2 * SECOND)


async def test_mvola_sends_its_notice_to_the_attempts_own_address(serve: Serve, http: Http, clock: ManualClock) -> None:
    """Per request, by PUT: the path is what tells whose it is."""
    seen: list[tuple[str, str]] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append((request.method, request.path))
        return web.Response()

    own = web.Application()
    own.router.add_route("*", "/{tail:.*}", handle)
    own_url = await serve(own)
    app = create_psp_simulator("mvola", clock=clock, webhook_url=f"http://127.0.0.1:{unused_port()}", sleep=no_wait)
    rig = Rig(Case("mvola"), clock, http, await serve(app), simulator_account("mvola"), Door())
    await rig.create(notify_url=f"{own_url}/webhooks/psp/mvola/shop/token123")
    await rig.act("pay")

    assert seen == [("PUT", "/webhooks/psp/mvola/shop/token123")]
    assert MVolaSimulator.WEBHOOK_METHOD == "PUT"


async def test_mvola_writes_numbers_and_texts_as_it_wants_them(serve: Serve, http: Http, clock: ManualClock) -> None:
    app = create_psp_simulator("mvola", clock=clock, sleep=no_wait)
    rig = Rig(Case("mvola"), clock, http, await serve(app), simulator_account("mvola"), Door())
    await rig.create(order_label="Robe d’été – « bleue » " + "x" * 90)

    (session,) = app[SIMULATOR].sessions.values()
    assert session.extra["payer"] == "0343500003"
    assert session.label.startswith("Robe d ete bleue xxx")
    assert len(session.label) <= 50
