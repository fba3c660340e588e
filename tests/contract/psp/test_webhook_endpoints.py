"""The address of notices set by API: at the simulated Stripe, by our adapter and by Stripe's own client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from core.adapters.psp.stripe import Stripe
from core.kernel.errors import Refused
from core.payments.provider import SendUnknown
from localserver.sandbox.psp_simulators import simulator_account
from tests.contract.psp.conftest import CASES, Case, MakeRig, Rig, blocking

OURS, OTHERS = "store-1", "store-2"


@pytest.fixture
async def rig(make_rig: MakeRig) -> Rig:
    return await make_rig(CASES["stripe"])


def adapter(rig: Rig) -> Stripe:
    provider = rig.provider
    assert isinstance(provider, Stripe)
    return provider


async def listed(rig: Rig) -> list[dict[str, Any]]:
    answer = await adapter(rig).call("GET", "/v1/webhook_endpoints")
    assert answer.ok
    rows: list[dict[str, Any]] = answer.fields["data"]
    return rows


async def test_notices_are_signed_with_the_secret_that_was_answered(rig: Rig) -> None:
    hook = await adapter(rig).register_webhook(rig.door.url, OURS, "k1")
    await rig.create()
    await rig.act("pay")

    headers, raw = rig.door.received[-1]
    assert rig.parse(headers, raw, webhook_secret=hook.secret).verdict == "ok"
    assert rig.parse(headers, raw).verdict == "bad_auth"  # the secret typed before
    assert hook.secret not in repr(hook)
    assert (await listed(rig))[0]["enabled_events"] == list(Stripe.dashboard.events)


async def test_registering_again_leaves_one_of_ours_and_all_of_others(rig: Rig) -> None:
    other = await adapter(rig).register_webhook("https://other.example.test/", OTHERS, "k0")
    first = await adapter(rig).register_webhook(rig.door.url, OURS, "k1")
    second = await adapter(rig).register_webhook(rig.door.url, OURS, "k2")

    assert {row["id"] for row in await listed(rig)} == {other.id, second.id}
    assert first.secret != second.secret


async def test_what_is_refused_leaves_the_endpoint_that_was_there(rig: Rig) -> None:
    first = await adapter(rig).register_webhook(rig.door.url, OURS, "k1")
    with pytest.raises(Refused):
        await adapter(rig).register_webhook("nowhere", OURS, "k2")
    assert [row["id"] for row in await listed(rig)] == [first.id]


async def test_an_account_that_is_full_makes_room_by_what_is_replaced(rig: Rig) -> None:
    for number in range(15):
        await adapter(rig).register_webhook("https://other.example.test/", f"{OTHERS}{number}", f"o{number}")
    first = await adapter(rig).register_webhook(rig.door.url, OURS, "k1")
    second = await adapter(rig).register_webhook(rig.door.url, OURS, "k2")
    found = {row["id"] for row in await listed(rig)}
    assert (len(found), first.id in found, second.id in found) == (16, False, True)


@pytest.mark.parametrize("kind", ["drop", "broken_json", "lost"])
async def test_an_answer_that_was_lost_leaves_no_second_endpoint(rig: Rig, kind: str) -> None:
    # The first request lists; what is lost is the answer to the second, which made the endpoint.
    await rig.fault("patch", on="hook", patch={})
    await rig.fault(kind, on="hook", **({"code": 500} if kind == "lost" else {}))
    with pytest.raises(SendUnknown):
        await adapter(rig).register_webhook(rig.door.url, OURS, "k1")
    assert len(await listed(rig)) == 1

    hook = await adapter(rig).register_webhook(rig.door.url, OURS, "k2")

    assert [row["id"] for row in await listed(rig)] == [hook.id]


async def test_an_endpoint_follows_to_another_address_with_its_secret(rig: Rig) -> None:
    hook = await adapter(rig).register_webhook("https://before.example.test/", OURS, "k1")

    assert await adapter(rig).move_webhook(hook.id, rig.door.url)
    await rig.create()
    await rig.act("pay")

    assert rig.parse(*rig.door.received[-1], webhook_secret=hook.secret).verdict == "ok"
    await adapter(rig).remove_webhook(hook.id)
    await adapter(rig).remove_webhook(hook.id)  # gone already
    assert not await adapter(rig).move_webhook(hook.id, rig.door.url)
    assert await listed(rig) == []


async def test_a_key_without_the_right_is_told_what_to_tick(make_rig: MakeRig) -> None:
    rig = await make_rig(Case("stripe", {}, {"webhooks": "barred"}))
    with pytest.raises(Refused, match="tick Write beside Webhook Endpoints"):
        await adapter(rig).register_webhook(rig.door.url, OURS, "k1")


async def test_stripes_client_sets_endpoints(rig: Rig, elsewhere: ThreadPoolExecutor) -> None:
    await adapter(rig).register_webhook(rig.door.url, OURS, "k1")
    transport: Any = stripe.RequestsClient()
    client = stripe.StripeClient(
        simulator_account("stripe")["api_key"],
        base_addresses={"api": rig.base_url},
        http_client=transport,
        max_network_retries=0,
    )
    endpoints: Any = client.v1.webhook_endpoints

    def drive() -> None:
        params = {"url": "https://a.example.test/", "enabled_events": ["charge.refunded"], "metadata": {"a": "b"}}
        made = endpoints.create(params, {"idempotency_key": "s1"})
        assert made.secret.startswith("whsec_")
        assert endpoints.create(params, {"idempotency_key": "s1"}).secret == made.secret
        newest, ours = endpoints.list().data
        assert (newest.id, newest.enabled_events, newest.metadata.to_dict()) == (
            made.id,
            ["charge.refunded"],
            {"a": "b"},
        )
        assert "secret" not in newest
        assert ours.url == rig.door.url
        assert endpoints.update(made.id, {"url": "https://b.example.test/"}).url == "https://b.example.test/"
        assert endpoints.delete(made.id).deleted
        for wrong in ({"url": "nowhere", "enabled_events": ["*"]}, {"url": "https://a.example.test/"}):
            with pytest.raises(stripe.InvalidRequestError):
                endpoints.create(wrong)
        with pytest.raises(stripe.InvalidRequestError):
            endpoints.delete(made.id)
        transport.close()

    await blocking(elsewhere, drive)
