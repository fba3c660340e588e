"""What is Bictorys' own: two keys, two shapes of reply, amounts net of fees, a status without an id."""

from __future__ import annotations

import pytest

from core.adapters.psp.bictorys import Bictorys
from core.payments.provider import Finding, Pay, ProviderConfig, SendUnknown
from tests.contract.psp.conftest import CASES, REFERENCE, MakeRig, Rig


@pytest.fixture
async def shop(make_rig: MakeRig) -> Rig:
    return await make_rig(CASES["bictorys"])


async def test_the_hosted_page_is_opened_at_the_chosen_means(shop: Rig) -> None:
    wave, card, any_means = [await shop.create(method=method) for method in ("wave", "card", None)]

    assert wave.redirect_url is not None
    assert wave.redirect_url.endswith("&payment_category=mobile_money")
    assert wave.secrets["op_token"] in wave.redirect_url
    assert card.redirect_url is not None
    assert card.redirect_url.endswith("&payment_category=card")
    assert any_means.redirect_url is not None
    assert "payment_category" not in any_means.redirect_url


async def test_the_direct_way_names_the_means_and_reads_the_other_reply(make_rig: MakeRig) -> None:
    shop = await make_rig(CASES["bictorys-direct"])

    named = {"wave": "wave_money", "orange_money": "orange_money", "card": "card"}
    named |= {"mixx": "togocell", "flooz": "moov", "mtn": "mtn_money", "moov": "moov"}
    assert set(named) == {method.name for method in shop.caps.methods}
    for method, payment_type in named.items():
        created = await shop.create(method=method)
        assert created.redirect_url
        assert not created.secrets
        sessions = (await shop.control("sessions", method="GET"))["items"]
        assert (sessions[-1]["id"], sessions[-1]["method"]) == (created.provider_ref, payment_type)


async def test_a_direct_reply_that_says_failed_is_a_rejection(make_rig: MakeRig) -> None:
    shop = await make_rig(CASES["bictorys-direct"])
    await shop.fault("patch", patch={"state": "DECLINED", "message": "Solde insuffisant"})

    with pytest.raises(Exception, match="declined: Solde insuffisant"):
        await shop.create()


async def test_the_amount_is_compared_gross_though_the_provider_reports_it_net(shop: Rig) -> None:
    created = await shop.create()
    await shop.act("pay")

    found = await shop.provider.fetch_status(shop.attempt(created))
    (searched,) = await shop.provider.find_by_reference(REFERENCE)

    assert (found.amount, found.fee, found.proves_amount) == (15000, 225, False)
    assert (searched.amount, searched.fee) == (15000, 225)


async def test_a_provider_that_reports_the_amount_gross_is_understood_too(shop: Rig) -> None:
    created = await shop.create()
    await shop.act("pay")
    await shop.control("faults", {"kind": "patch", "on": "status", "times": 2, "patch": {"amount": 15000}})

    assert (await shop.provider.fetch_status(shop.attempt(created))).amount == 15000


async def test_without_the_private_key_the_id_alone_proves_the_amount(shop: Rig) -> None:
    created = await shop.create()
    await shop.act("pay")

    found = await shop.provider_with({"private_key": ""}).fetch_status(shop.attempt(created))

    assert (found.status, found.amount, found.proves_amount) == (Pay.PAID, None, True)
    assert (found.provider_ref, found.attempt_ref) == (created.provider_ref, REFERENCE)


async def test_a_status_that_names_no_transaction_is_believed_only_after_a_full_read(shop: Rig) -> None:
    created = await shop.create()
    await shop.act("pay")
    await shop.fault("patch", on="status", patch={"id": None})
    full = await shop.provider.fetch_status(shop.attempt(created))

    await shop.fault("patch", on="status", patch={"id": None})
    with pytest.raises(SendUnknown):
        await shop.provider_with({"private_key": ""}).fetch_status(shop.attempt(created))

    assert (full.status, full.amount, full.proves_amount) == (Pay.PAID, 15000, False)


async def test_a_status_that_names_no_transaction_proves_nothing_when_there_is_none_to_read(shop: Rig) -> None:
    created = await shop.create()
    await shop.act("pay")
    await shop.fault("patch", on="status", patch={"id": None})
    await shop.fault("status", on="status", code=404)

    found = await shop.provider.fetch_status(shop.attempt(created))

    assert (found.status, found.proves_amount) == (Pay.UNKNOWN, False)


async def test_money_reserved_is_not_money_received(shop: Rig) -> None:
    created = await shop.create()
    await shop.act("pay")
    await shop.fault("patch", on="status", patch={"status": "authorized"})

    assert (await shop.provider.fetch_status(shop.attempt(created))).status is Pay.AUTHORIZED


async def test_a_payment_given_back_reads_as_refunded(shop: Rig) -> None:
    created = await shop.create()
    await shop.act("pay")
    await shop.provider.refund(shop.attempt(created), 15000, "LPREF01")

    assert (await shop.provider.fetch_status(shop.attempt(created))).status is Pay.REFUNDED


@pytest.mark.parametrize(
    ("base_url", "api_key", "private_key", "bad"),
    [
        ("https://api.bictorys.com", "public-1", "secret-1", 0),
        ("https://api.test.bictorys.com", "test_public-1", "test_secret-1", 0),
        ("https://api.bictorys.com", "test_public-1", "secret-1", 1),
        ("https://api.bictorys.com/", "test_public-1", "test_secret-1", 2),
        ("https://api.test.bictorys.com", "public-1", "", 1),
        ("https://api.bictorys.com", "secret-1", "public-1", 2),
        ("https://gateway.example.test", "test_public-1", "test_secret-1", 0),
    ],
)
def test_keys_must_belong_to_the_address_and_to_their_field(
    base_url: str, api_key: str, private_key: str, bad: int
) -> None:
    values = {"api_key": api_key, "private_key": private_key, "webhook_secret": "s" * 32}
    findings = Bictorys(ProviderConfig(base_url, "SN", "XOF", values), http=None).check_settings()  # type: ignore[arg-type]

    assert [finding.ok for finding in findings] == [False] * bad


async def test_a_self_test_without_the_private_key_says_what_is_lost(shop: Rig) -> None:
    findings = await shop.provider_with({"private_key": ""}).selftest()

    assert findings[0] == Finding(True, "Bictorys accepts the public key.")
    assert not findings[1].ok
    assert "private key" in findings[1].message


async def test_a_wrong_private_key_is_told_apart_from_a_wrong_public_one(shop: Rig) -> None:
    findings = await shop.provider_with({"private_key": "test_secret-nonsense"}).selftest()

    assert [finding.ok for finding in findings] == [True, False]
