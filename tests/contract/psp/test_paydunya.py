"""What is PayDunya's own: refusals with status 200, channels by country, an invoice known by its token only."""

from __future__ import annotations

import pytest

from core.adapters.psp.paydunya import PayDunya
from core.payments.provider import Finding, Pay, ProviderConfig, Rejected, SendUnknown
from tests.contract.psp.conftest import CASES, REFERENCE, MakeRig, Rig


@pytest.fixture
async def shop(make_rig: MakeRig) -> Rig:
    return await make_rig(CASES["paydunya"])


@pytest.mark.parametrize(
    ("method", "country", "channel"),
    [
        ("wave", "SN", "wave-senegal"),
        ("orange_money", "BF", "orange-money-burkina"),
        ("moov", "ML", "moov-ml"),
        ("mixx", "TG", "t-money-togo"),
        ("flooz", "TG", "moov-togo"),
        ("card", "CI", "card"),
        ("wave", "TG", ""),
        (None, "SN", ""),
    ],
)
async def test_the_chosen_means_is_a_channel_of_its_country(
    shop: Rig, method: str | None, country: str, channel: str
) -> None:
    await shop.create(method=method, country=country)

    assert (await shop.control("sessions", method="GET"))["items"][0]["method"] == channel


def test_buyers_see_only_the_means_of_their_country() -> None:
    assert {m.name for m in PayDunya.caps.methods_in("TG")} == {"flooz", "mixx", "card"}
    assert {m.name for m in PayDunya.caps.methods_in("ML")} == {"orange_money", "moov", "card"}
    assert all(method.countries <= PayDunya.caps.countries for method in PayDunya.caps.methods)


@pytest.mark.parametrize("amount", [95, 102, 2_000_005])
async def test_amounts_that_cannot_be_paid_are_not_sent(shop: Rig, amount: int) -> None:
    with pytest.raises(Rejected, match="amount"):
        await shop.create(amount=amount)


async def test_a_refusal_with_status_200_is_a_refusal(shop: Rig) -> None:
    await shop.fault("patch", patch={"response_code": "1002", "response_text": "Application inactive"})

    with pytest.raises(Rejected, match="1002: Application inactive"):
        await shop.create()


@pytest.mark.parametrize("page", ["Checkout Invoice Created", "javascript:alert(1)", 7, ""])
async def test_an_answer_without_an_address_leaves_the_outcome_unknown(shop: Rig, page: object) -> None:
    await shop.fault("patch", patch={"response_text": page})

    with pytest.raises(SendUnknown):
        await shop.create()


async def test_a_reading_refused_with_status_200_proves_nothing(shop: Rig) -> None:
    created = await shop.create()
    await shop.act("pay")
    await shop.fault("patch", on="status", patch={"response_code": "1001"})

    with pytest.raises(SendUnknown):
        await shop.provider.fetch_status(shop.attempt(created))


async def test_an_invoice_of_another_order_says_so(shop: Rig) -> None:
    created = await shop.create(attempt_ref="LPOTHER")

    found = await shop.provider.fetch_status(shop.attempt(created))

    assert (found.attempt_ref, found.provider_ref) == ("LPOTHER", created.provider_ref)


async def test_an_invoice_made_elsewhere_has_no_reference_of_ours(shop: Rig) -> None:
    created = await shop.create()
    await shop.fault("patch", on="status", patch={"custom_data": []})  # as PHP writes what is empty

    found = await shop.provider.fetch_status(shop.attempt(created))

    assert (found.status, found.attempt_ref) == (Pay.PENDING, None)


async def test_without_a_token_nothing_can_be_asked(shop: Rig) -> None:
    await shop.create()
    await shop.act("pay")

    assert (await shop.provider.fetch_status(shop.attempt())).status is Pay.UNKNOWN
    (event,) = shop.events()
    found = await shop.provider.fetch_status(shop.attempt(provider_ref=event.provider_ref))
    assert (found.status, found.attempt_ref) == (Pay.PAID, REFERENCE)


@pytest.mark.parametrize(
    ("base_url", "key", "bad"),
    [
        ("https://app.paydunya.com/api/v1", "live_private_x", 0),
        ("https://app.paydunya.com/sandbox-api/v1", "test_private_x", 0),
        ("https://app.paydunya.com/api/v1", "test_private_x", 1),
        ("https://app.paydunya.com/sandbox-api/v1", "live_private_x", 1),
        ("https://app.paydunya.com/api/v1", "another form", 0),
        ("https://gateway.example.test", "test_private_x", 0),
    ],
)
def test_keys_must_belong_to_the_address(base_url: str, key: str, bad: int) -> None:
    config = ProviderConfig(base_url, "SN", "XOF", {"private_key": key})
    findings = PayDunya(config, http=None).check_settings()  # type: ignore[arg-type]

    assert [finding.ok for finding in findings] == [False] * bad


async def test_the_self_test_tells_which_keys_are_refused(shop: Rig) -> None:
    assert await shop.provider.selftest() == [Finding(True, "PayDunya accepts the keys.")]
    for name in ("master_key", "private_key", "token"):
        findings = await shop.provider_with({name: "nonsense"}).selftest()
        assert [(f.ok, f.params["code"], f.params["detail"]) for f in findings] == [(False, "1001", "Invalid keys")]
