"""The tokens that Orange lends: asked for once, renewed in time, replaced when revoked, refused to strangers."""

from __future__ import annotations

import pytest

from core.adapters.psp.bearer import BearerProvider
from core.kernel.clock import SECOND
from core.payments.provider import Pay, Rejected, SendUnknown
from localserver.sandbox.psp_orange_sonatel import OrangeSonatelSimulator
from localserver.sandbox.psp_orange_web import OrangeWebSimulator
from localserver.sandbox.psp_simulators import SIMULATOR, create_psp_simulator, simulator_account
from tests.contract.psp.conftest import CASES, Door, MakeRig, Rig, Serve, no_wait


@pytest.fixture(params=["orange_web", "orange_sonatel"])
async def lender(
    request: pytest.FixtureRequest, serve: Serve, make_rig: MakeRig, door: Door
) -> tuple[Rig, OrangeWebSimulator | OrangeSonatelSimulator]:
    rig = await make_rig(CASES[request.param])
    app = create_psp_simulator(request.param, clock=rig.clock, webhook_url=door.url, sleep=no_wait)
    simulator = app[SIMULATOR]
    assert isinstance(simulator, OrangeWebSimulator | OrangeSonatelSimulator)
    rig = Rig(rig.case, rig.clock, rig.http, await serve(app), simulator_account(request.param), door)
    return rig, simulator


Lender = tuple[Rig, OrangeWebSimulator | OrangeSonatelSimulator]


async def test_a_token_is_asked_for_once_and_again_before_its_end(lender: Lender) -> None:
    rig, simulator = lender
    provider = rig.provider
    assert isinstance(provider, BearerProvider)
    created = await provider.create_checkout(rig.request(ttl=86400))
    lent = provider._token
    for _ in range(3):
        await provider.fetch_status(rig.attempt(created))
    assert provider._token == lent

    rig.clock.advance((simulator.tokens.life - 19) * SECOND)  # it would end on the road
    await provider.fetch_status(rig.attempt(created))

    assert provider._token != lent


async def test_a_token_revoked_before_its_time_is_replaced_once(lender: Lender) -> None:
    rig, simulator = lender
    provider = rig.provider
    created = await provider.create_checkout(rig.request())
    simulator.tokens.take_back()

    assert (await provider.fetch_status(rig.attempt(created))).status is Pay.PENDING
    simulator.tokens.take_back()
    await provider.create_checkout(rig.request(attempt_ref="LP24K7A02"))
    assert len(simulator.sessions) == 2


async def test_keys_that_are_refused_stop_a_sale_and_prove_nothing_of_a_payment(lender: Lender) -> None:
    rig, simulator = lender
    created = await rig.create()
    stranger = rig.provider_with({"client_secret": "nonsense"})

    with pytest.raises(Rejected) as caught:
        await stranger.create_checkout(rig.request(attempt_ref="LP24K7A02"))
    with pytest.raises(SendUnknown):
        await stranger.fetch_status(rig.attempt(created))

    assert caught.value.code == "invalid_client"
    assert len(simulator.sessions) == 1


@pytest.mark.parametrize("kind", ["status", "html", "broken_json", "drop", "patch"])
async def test_a_sale_without_a_token_has_not_begun(lender: Lender, kind: str) -> None:
    rig, simulator = lender
    await rig.fault(kind, on="account", patch={"access_token": None})

    with pytest.raises(SendUnknown) as caught:
        await rig.create()

    assert caught.value.sent is False
    assert simulator.sessions == {}
    assert (await rig.create()).redirect_url
