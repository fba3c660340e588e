"""The simulators as such: the control API, the buyer's page, the takings."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from core.adapters.http import Http
from core.adapters.psp import REGISTRY, provider_class
from core.kernel.clock import ManualClock
from core.kernel.errors import NotFound
from core.payments.provider import Pay, ProviderConfig
from localserver.sandbox.psp_simulators import SIMULATORS, create_psp_simulator, simulator_account
from tests.contract.psp.conftest import CASES, NOW, REFERENCE, Door, MakeRig, Rig, Serve, no_wait


@pytest.fixture
async def shop(make_rig: MakeRig) -> Rig:
    return await make_rig(CASES["sandbox"])


def test_every_provider_has_a_simulator_whose_account_fills_the_required_fields(clock: ManualClock) -> None:
    assert {simulator.name for simulator in SIMULATORS} == {provider.name for provider in REGISTRY}
    for provider in REGISTRY:
        account = simulator_account(provider.name)
        assert all(account[field.name] for field in provider.fields if field.required)
    with pytest.raises(NotFound):
        create_psp_simulator("nobody", clock=clock)


async def test_the_takings_are_what_buyers_paid_less_what_went_back(shop: Rig) -> None:
    first = await shop.create()
    await shop.create(attempt_ref="LP2", attempt_uuid="u2", amount=700)
    await shop.create(attempt_ref="LP3", attempt_uuid="u3", amount=900)
    await shop.act("pay", amount=14000)
    await shop.control("sessions/LP2/pay", {})
    await shop.provider.refund(shop.attempt(first), 4000, "R1")

    report = await shop.control("sessions", method="GET")
    one = await shop.control(f"sessions?reference={REFERENCE}", method="GET")

    assert report["takings"] == {"XOF": {"payments": 2, "gross": 14700, "fees": 147, "refunded": 4000}}
    assert [item["state"] for item in report["items"]] == ["paid", "paid", "open"]
    assert [(item["reference"], item["amount"], item["paid"]) for item in one["items"]] == [(REFERENCE, 15000, 14000)]


async def test_two_sessions_of_one_order_can_both_be_paid(shop: Rig) -> None:
    await shop.create()
    second = await shop.create(attempt_uuid="another")

    await shop.act("pay")
    await shop.control(f"sessions/{second.provider_ref}/pay", {}, status=409)
    await shop.act("pay")

    found = await shop.provider.find_by_reference(REFERENCE)
    assert [result.status for result in found] == [Pay.PAID, Pay.PAID]


async def test_the_same_key_of_idempotence_opens_one_session(shop: Rig) -> None:
    assert (await shop.create()).provider_ref == (await shop.create()).provider_ref


async def test_a_session_expires_by_the_clock(shop: Rig, clock: ManualClock) -> None:
    created = await shop.create(ttl=600)
    clock.advance(599_999)
    before = await shop.provider.fetch_status(shop.attempt(created))
    clock.advance(1)
    after = await shop.provider.fetch_status(shop.attempt(created))
    await shop.control("webhooks/settle")

    assert (before.status, after.status) == (Pay.PENDING, Pay.EXPIRED)
    assert [event.status for event in shop.events()] == [Pay.EXPIRED]


@pytest.mark.parametrize(
    ("act", "again", "status"),
    [("pay", "pay", 409), ("pay", "decline", 409), ("expire", "pay", 409), ("abandon", "expire", 409)],
)
async def test_what_a_state_does_not_allow_is_a_conflict(shop: Rig, act: str, again: str, status: int) -> None:
    await shop.create()
    await shop.act(act)

    await shop.control(f"sessions/{REFERENCE}/{again}", {}, status=status)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("sessions/LPNOBODY/pay", {}, 404),
        (f"sessions/{REFERENCE}/dance", {}, 404),
        (f"sessions/{REFERENCE}/pay", {"amont": 100}, 422),
        (f"sessions/{REFERENCE}/pay", {"amount": "100"}, 422),
        (f"sessions/{REFERENCE}/refund", {}, 409),
        ("faults", {"kind": "earthquake"}, 422),
        ("faults", [], 422),
        ("webhooks/resend", {"reference": "LPNOBODY"}, 404),
        ("webhooks/release", {"order": "shuffled"}, 422),
    ],
)
async def test_a_slip_in_a_script_is_told(shop: Rig, path: str, body: object, status: int) -> None:
    await shop.create()

    reply = await shop.http.request("POST", f"{shop.base_url}/_control/{path}", json=body)

    assert reply.status == status


async def test_faults_can_be_listed_and_called_off(shop: Rig) -> None:
    await shop.fault("status", times=3)
    assert [fault["times"] for fault in (await shop.control("faults", method="GET"))["items"]] == [3]

    assert await shop.control("faults", method="DELETE") == {"items": []}
    await shop.create()


async def test_a_standing_way_of_delivery_holds_until_changed(shop: Rig) -> None:
    await shop.control("webhooks", {"delivery": {"send": False}})
    await shop.create()
    await shop.act("pay")
    assert shop.door.received == []

    await shop.control("webhooks", {"delivery": {}})
    await shop.act("refund", amount=1)
    assert len(shop.door.received) == 1


async def test_a_notification_can_be_sent_once_more_byte_for_byte(shop: Rig) -> None:
    await shop.create()
    await shop.act("pay")

    await shop.control("webhooks/resend", {"reference": REFERENCE})
    await shop.control("webhooks/settle")

    (_, first), (_, second) = shop.door.received
    assert first == second


async def test_the_address_given_with_the_session_wins_over_the_dashboards(shop: Rig) -> None:
    await shop.control("webhooks", {"url": "https://nowhere.test/hook"})
    await shop.create(notify_url="https://pay.example.test/hook")
    http_door = await shop.http.request("GET", f"{shop.base_url}/_control/webhooks")
    assert http_door.json()["url"] == "https://nowhere.test/hook"

    await shop.control(f"sessions/{REFERENCE}/pay", {"webhook": {"hold": True}})

    assert (await shop.control("webhooks", method="GET"))["held"] == 1


async def test_retries_end_and_waits_are_the_providers(
    serve: Serve, http: Http, clock: ManualClock, door: Door
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        await asyncio.sleep(0)

    door.answers = [500] * 9
    app = create_psp_simulator("bictorys", clock=clock, webhook_url=door.url, sleep=sleep)
    shop = Rig(CASES["bictorys"], clock, http, await serve(app), simulator_account("bictorys"), door)
    await shop.create()

    await shop.act("pay", webhook={"delay": 60})

    assert waited == [60, 2.0, 10.0, 30.0]
    assert len(door.received) == 4


async def test_a_shop_that_is_off_is_logged_as_such(shop: Rig) -> None:
    await shop.control("webhooks", {"url": "http://127.0.0.1:9/hook"})
    await shop.create()

    await shop.act("pay")

    log = (await shop.control("webhooks", method="GET"))["log"]
    assert [line["status"] for line in log] == [None] * 4


@pytest.mark.parametrize("name", [provider.name for provider in REGISTRY])
async def test_the_buyers_page_is_small_safe_and_where_the_buyer_can_reach_it(
    serve: Serve, http: Http, clock: ManualClock, name: str
) -> None:
    app = create_psp_simulator(name, clock=clock, sleep=no_wait, checkout_base="https://tunnel.example.test/")
    outer = web.Application()
    outer.add_subapp("/deep/down", app)
    base_url = await serve(outer)
    rig = Rig(
        CASES[name],
        clock,
        http,
        f"{base_url}/deep/down",
        simulator_account(name),
        Door("https://pay.example.test/hook"),
    )
    created = await rig.create(order_label="<script>alert(1)</script>")

    where = await rig.buyers_page(created)
    assert where.startswith("https://tunnel.example.test/deep/down/")
    page = await http.request("GET", where.replace("https://tunnel.example.test", base_url))
    html = page.body.decode()
    assert "<script" not in html
    assert all(word in html for word in ("Payer", "Refuser", "Abandonner", 'lang="fr"', "width=device-width"))
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert len(page.body) < 5000


async def test_the_buyers_buttons(shop: Rig) -> None:
    created = await shop.create()
    assert created.redirect_url is not None

    nonsense = await shop.http.request("POST", created.redirect_url, form={"action": "steal"})
    abandoned = await shop.http.request("POST", created.redirect_url, form={"action": "abandon"})
    afterwards = await shop.http.request("POST", created.redirect_url, form={"action": "pay"})
    nobody = await shop.http.request("GET", created.redirect_url + "x")
    await shop.control("webhooks/settle")

    assert [reply.status for reply in (nonsense, abandoned, afterwards, nobody)] == [400, 303, 409, 404]
    assert "abandonné" in afterwards.body.decode()
    assert [event.status for event in shop.events()] == [Pay.CANCELLED]


async def test_replies_carry_the_simulators_time(serve: Serve, http: Http, clock: ManualClock) -> None:
    base_url = await serve(create_psp_simulator("wave", clock=ManualClock(NOW + 600_000), sleep=no_wait))
    provider = provider_class("wave")(ProviderConfig(base_url, "SN", "XOF", simulator_account("wave")), http)

    assert await http.ask_time(base_url) == pytest.approx(NOW + 600_000, abs=1000)
    await provider.selftest()
    assert http.clock_offset(base_url) == pytest.approx(600_000, abs=1000)
