"""What every adapter promises when things go wrong or back: unclear answers, refusals, closing, refunds, self-tests."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import unused_port
from msgspec.structs import replace

from core.adapters.http import Http
from core.payments.provider import Buyer, CheckoutResult, NotSupported, Pay, Rejected, SendUnknown
from tests.contract.psp.conftest import REFERENCE, Rig

NAMES = (
    "id",
    "transactionId",
    "chargeId",
    "qrId",
    "pay_token",
    "v1/transaction",
    "transaction_id",
    "token",
    "serverCorrelationId",
    "data",
)
"""Where creating answers say what was made."""

# When the provider does not answer clearly


async def test_a_session_whose_creation_was_cut_off_is_found_again(rig: Rig) -> None:
    if rig.caps.create_idempotency == "local":
        return  # opening asks nobody
    await rig.fault("drop")
    with pytest.raises(SendUnknown) as caught:
        await rig.create()
    assert caught.value.sent is True

    if rig.caps.listing == "none":  # lost, and its page's address with it: nobody can pay there
        assert await rig.provider.find_by_reference(REFERENCE) == []
        assert (await rig.provider.fetch_status(rig.attempt())).status is Pay.UNKNOWN
        return
    await rig.act("pay")

    if not rig.searched:
        with pytest.raises(NotSupported):
            await rig.provider.find_by_reference(REFERENCE)
        assert (await rig.provider.fetch_status(rig.attempt())).status is Pay.UNKNOWN  # until its own notice names it
        return
    (found,) = await rig.provider.find_by_reference(REFERENCE)
    assert (found.status, found.attempt_ref) == (Pay.PAID, REFERENCE)
    assert {"amount": found.amount} == rig.answered(amount=15000)
    assert await rig.provider.fetch_status(rig.attempt()) == found


async def test_of_two_sessions_under_one_reference_the_paid_one_counts(rig: Rig) -> None:
    first = await rig.create()
    if rig.caps.create_idempotency == "reference_unique":
        with pytest.raises((Rejected, SendUnknown)):  # unknown: the first request may have been heard after all
            await rig.create(attempt_uuid="7d5e1f2a-3f0e-4b8a-9c21-0b1f6a523b4c")
        assert len((await rig.control("sessions", method="GET"))["items"]) == 1
        return
    if not rig.searched or rig.caps.flow == "qr":  # one attempt, one name there
        return
    second = await rig.create(attempt_uuid="7d5e1f2a-3f0e-4b8a-9c21-0b1f6a523b4c")
    await rig.control(f"sessions/{second.provider_ref}/decline", {})
    await rig.control(f"sessions/{first.provider_ref}/pay", {})
    third = await rig.create(attempt_uuid="9c21f2a3-3f0e-4b8a-9c21-0b1f6a523b4c")
    await rig.control(f"sessions/{third.provider_ref}/decline", {})

    found = await rig.provider.fetch_status(rig.attempt(first if rig.caps.listing == "none" else None))

    assert (found.status, found.provider_ref) == (Pay.PAID, first.provider_ref)


async def test_a_session_found_again_can_still_be_paid(rig: Rig) -> None:
    if rig.caps.create_idempotency == "local":
        return  # opening asks nobody
    await rig.fault("drop")
    with pytest.raises(SendUnknown):
        await rig.create()

    if not rig.searched:
        return
    found = await rig.provider.find_by_reference(REFERENCE)
    if rig.caps.asks_phone:  # the phone shows it; there is no page to go back to
        assert [(result.status, result.redirect_url) for result in found] == [(Pay.PENDING, None)]
        return
    if rig.caps.listing != "sessions":  # at most what a buyer has tried
        assert found == []
        return
    assert [result.status for result in found] == [Pay.PENDING]
    assert found[0].redirect_url is not None
    assert (await rig.http.request("POST", found[0].redirect_url, form={"action": "pay"})).status == 303
    assert (await rig.provider.fetch_status(rig.attempt())).redirect_url is None


async def test_a_provider_that_hangs_after_creating_leaves_the_outcome_unknown(rig: Rig) -> None:
    if rig.caps.create_idempotency == "local":
        return  # opening asks nobody
    await rig.fault("hang")
    http = Http(rig.clock, total_timeout=1.0)
    try:
        with pytest.raises(SendUnknown) as caught:
            await rig.provider_with({}, http).create_checkout(rig.request())
    finally:
        await http.close()

    assert caught.value.sent is True
    assert len((await rig.control("sessions", method="GET"))["items"]) == 1


async def test_a_provider_that_cannot_be_reached_was_sent_nothing(rig: Rig) -> None:
    if rig.caps.create_idempotency == "local":
        return  # opening asks nobody
    provider = rig.provider_with({}, base_url=f"http://127.0.0.1:{unused_port()}")

    with pytest.raises(SendUnknown) as caught:
        await provider.create_checkout(rig.request())

    assert caught.value.sent is False


@pytest.mark.parametrize(
    ("fault", "pause"),
    [
        ({"kind": "status", "code": 500}, None),
        ({"kind": "status", "code": 503, "retry_after": 60}, 60),
        ({"kind": "status", "code": 429, "retry_after": 7}, 7),
        ({"kind": "html"}, 5),
        ({"kind": "broken_json"}, None),
        ({"kind": "lost", "code": 502}, None),
        ({"kind": "status", "code": 302}, None),
        ({"kind": "patch", "patch": dict.fromkeys(NAMES)}, None),
    ],
)
async def test_an_unclear_answer_is_neither_yes_nor_no(rig: Rig, fault: dict[str, object], pause: float | None) -> None:
    if rig.caps.create_idempotency == "local":
        return  # opening asks nobody
    await rig.control("faults", {"on": "create", **fault})

    with pytest.raises(SendUnknown) as caught:
        await rig.create()

    assert caught.value.retry_after == pause
    assert caught.value.sent is True
    # and then it works again
    again = await rig.create(attempt_ref="LP24K7A02", attempt_uuid="7d5e1f2a-3f0e-4b8a-9c21-0b1f6a523b4c")
    assert again.redirect_url or rig.asks_phone


async def test_a_status_that_cannot_be_read_is_asked_again(rig: Rig) -> None:
    created = await rig.create()
    await rig.act("pay")
    for kind in ("status", "html", "broken_json", "drop"):
        await rig.fault(kind, on="status", times=2 if kind == "drop" else 1)  # a cut line makes the client retry a GET
        with pytest.raises(SendUnknown):
            await rig.provider.fetch_status(rig.attempt(created))
    await rig.control("faults", method="DELETE")

    assert (await rig.provider.fetch_status(rig.attempt(created))).status is Pay.PAID


async def test_a_word_of_tomorrow_is_unknown_and_not_a_failure(rig: Rig) -> None:
    created = await rig.create()
    await rig.act("pay")
    patch = {
        "status": "on_the_moon",
        "checkout_status": "on_the_moon",
        "payment_status": "dreaming",
        "code": "999",
        "data": {"status": "on_the_moon"},
        **_moon(rig, created),
    }
    await rig.fault("patch", on="status", patch=patch)

    found = await rig.provider.fetch_status(rig.attempt(created))

    assert found.status is Pay.UNKNOWN
    assert "on_the_moon" in found.provider_status


def _moon(rig: Rig, created: CheckoutResult) -> dict[str, object]:
    """The same word where it lies deeper."""
    if rig.redirects or created.provider_ref != REFERENCE:
        return {}
    row = {"id": REFERENCE, "txId": REFERENCE, "status": "on_the_moon", "statut": "on_the_moon"}
    return {"data": [row] if created.qr_text else {"transaction": row}}


async def test_a_session_nobody_knows_is_unknown_and_not_a_failure(rig: Rig) -> None:
    attempt = rig.attempt(provider_ref="../../nobody?x=1")

    assert (await rig.provider.fetch_status(attempt)).status is Pay.UNKNOWN
    assert (await rig.provider.fetch_status(replace(attempt, provider_ref=None))).status is Pay.UNKNOWN
    if rig.searched:
        assert await rig.provider.find_by_reference("LPNOBODY") == []


# What is refused


@pytest.mark.parametrize(
    "changes",
    [
        {"attempt_ref": "LP" + "A" * 24},
        {"attempt_ref": "lp-é"},
        {"attempt_ref": "LP24K7A01\n"},
        {"attempt_ref": ""},
        {"amount": 0},
        {"amount": -5},
        {"amount": 10**9},
        {"currency": "NGN"},
        {"return_url": "javascript:alert(1)"},
        {"return_url": "https://pay.example.test/" + "x" * 4000},
    ],
)
async def test_what_a_provider_would_refuse_is_not_even_sent(rig: Rig, changes: dict[str, object]) -> None:
    with pytest.raises(Rejected):
        await rig.create(**changes)

    assert (await rig.control("sessions", method="GET"))["items"] == []


async def test_a_clear_no_of_the_provider_is_a_rejection_with_its_code(rig: Rig) -> None:
    if rig.caps.create_idempotency == "local":
        return  # opening asks nobody
    stranger = Buyer("Aïcha", "+261")  # a phone's request has no way back to be wrong about
    wrong = {"buyer": stranger} if rig.caps.asks_phone else {"return_url": "http://127.0.0.1/r"}
    with pytest.raises(Rejected) as caught:
        await rig.create(**wrong)

    expected = {
        "mvola": "invalid_format",
        "airtel_mg": "DP00800001004",
        "sandbox": "invalid",
        "bictorys": "E400-0",
        "wave": "request-validation-error",
        "stripe": "parameter_invalid",
        "orange_sonatel": "4000",
        "orange_web": "22",
        "fedapay": "callback_url",
        "cinetpay": "608" if rig.case.shop.get("platform") == "v2" else "1004",
        "paydunya": "4002",
    }
    assert caught.value.code == expected[rig.case.provider]
    assert caught.value.detail


async def test_a_wrong_key_is_a_rejection_when_creating_and_proves_nothing_when_reading(rig: Rig) -> None:
    if rig.caps.create_idempotency == "local":
        return  # opening asks nobody
    created = await rig.create()
    stranger = rig.provider_with(dict.fromkeys(rig.secrets, "nonsense"))

    with pytest.raises(Rejected):
        await stranger.create_checkout(rig.request())
    with pytest.raises(SendUnknown):
        await stranger.fetch_status(rig.attempt(created))


# Closing and giving back


async def test_an_expired_session_can_no_longer_be_paid(rig: Rig) -> None:
    created = await rig.create()
    if not rig.provider.caps.can_expire:
        with pytest.raises(NotSupported):
            await rig.provider.expire(rig.attempt(created))
        return

    assert (await rig.provider.expire(rig.attempt(created))).status is Pay.EXPIRED
    assert created.redirect_url is not None
    refused = await rig.http.request("POST", created.redirect_url, form={"action": "pay"})
    assert refused.status == 409
    assert "expiré" in refused.body.decode()
    assert (await rig.provider.expire(rig.attempt(created))).status is Pay.EXPIRED


async def test_closing_a_paid_session_tells_that_it_is_paid(rig: Rig) -> None:
    created = await rig.create()
    await rig.act("pay")
    if rig.provider.caps.can_expire:
        assert (await rig.provider.expire(rig.attempt(created))).status is Pay.PAID
        assert (await rig.provider.expire(rig.attempt())).status is Pay.PAID
        assert (await rig.provider.expire(rig.attempt(ref="LPNOBODY"))).status is Pay.UNKNOWN


async def test_a_whole_payment_is_given_back_once(rig: Rig) -> None:
    created = await rig.create()
    await rig.act("pay")
    if rig.caps.refund == "none":
        with pytest.raises(NotSupported):
            await rig.provider.refund(rig.attempt(created), 15000, "LPREF01")
        return
    first = await rig.provider.refund(rig.attempt(created), 15000, "LPREF01")
    if rig.case.provider == "airtel_mg":
        with pytest.raises(Rejected):
            await rig.provider.refund(rig.attempt(created), 15000, "LPREF01")
    elif rig.case.provider != "bictorys":  # does not say what a repeated refund does
        await rig.provider.refund(rig.attempt(created), 15000, "LPREF01")
    await rig.control("webhooks/settle")

    assert first.status is (Pay.PENDING if rig.case.provider == "bictorys" else Pay.REFUNDED)
    assert (await rig.control("sessions", method="GET"))["takings"][rig.currency]["refunded"] == 15000
    told = [event for event in rig.events() if event.kind == "refund"]
    assert all((event.status, event.amount) == (Pay.REFUNDED, 15000) for event in told)
    assert len(told) == (0 if rig.case.provider in ("wave", "airtel_mg") else 1)


async def test_a_part_is_given_back_where_the_provider_can(rig: Rig) -> None:
    created = await rig.create()
    await rig.act("pay")
    if rig.provider.caps.refund != "partial":
        with pytest.raises(NotSupported):
            await rig.provider.refund(rig.attempt(created), 5000, "LPREF01")
        return

    result = await rig.provider.refund(rig.attempt(created), 5000, "LPREF01")
    with pytest.raises(Rejected):
        await rig.provider.refund(rig.attempt(created), 10001, "LPREF02")

    await rig.control("webhooks/settle")
    assert result.status is Pay.PARTIALLY_REFUNDED
    refund = rig.events()[-1]
    assert (refund.kind, refund.status, refund.amount) == ("refund", Pay.PARTIALLY_REFUNDED, 5000)
    assert refund.attempt_ref == REFERENCE


async def test_an_unpaid_session_has_nothing_to_give_back(rig: Rig) -> None:
    created = await rig.create()
    if rig.caps.refund == "none":
        return

    with pytest.raises(Rejected):
        await rig.provider.refund(rig.attempt(created), 15000, "LPREF01")
    with pytest.raises(Rejected):
        await rig.provider.refund(rig.attempt(ref="LPNOBODY"), 15000, "LPREF01")


# Is the account usable?


async def test_a_good_account_passes_its_self_test(rig: Rig) -> None:
    findings = await rig.provider.selftest()

    assert findings
    assert [finding for finding in findings if not finding.ok] == []


async def test_a_bad_key_fails_the_self_test(rig: Rig) -> None:
    key = rig.secrets[0]

    findings = await rig.provider_with({key: rig.values[key][:-1] + "x"}).selftest()

    assert [finding.ok for finding in findings] == [False]


async def test_the_self_test_names_what_is_missing_without_asking_anybody(rig: Rig) -> None:
    missing = next(field.name for field in rig.provider.fields if field.required)
    provider = rig.provider_with({missing: " "}, base_url="http://127.0.0.1:9")

    told = "Fill in the API key." if missing == "api_key" else "Fill in all required fields."
    assert [(finding.ok, finding.message) for finding in await provider.selftest()] == [(False, told)]


@pytest.mark.parametrize("kind", ["html", "status", "broken_json", "drop"])
async def test_the_self_test_never_raises(rig: Rig, kind: str) -> None:
    await rig.fault(kind, on="any", times=2)

    findings = await rig.provider.selftest()

    assert any(not finding.ok for finding in findings)
    await rig.control("faults", method="DELETE")


async def test_no_secret_shows_in_what_people_see(rig: Rig) -> None:
    if rig.caps.create_idempotency == "local":
        return  # opening asks nobody
    shown = [repr(rig.provider.config)]
    await rig.fault("html")
    with pytest.raises(SendUnknown) as caught:
        await rig.create()
    shown.append(f"{caught.value!r} {caught.value.params}")
    shown += [repr(finding) for finding in await rig.provider.selftest()]

    secrets = [rig.values[name] for name in rig.secrets if rig.values[name]]
    assert secrets
    assert [secret for secret in secrets if secret in " ".join(shown)] == []
