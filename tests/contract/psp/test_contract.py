"""What every adapter promises, each against its provider's simulator over real HTTP."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import unused_port

from core.adapters.http import Http
from core.adapters.psp import REGISTRY, provider_class
from core.kernel.clock import ManualClock
from core.kernel.errors import NotFound
from core.payments.provider import Auth, NotSupported, Pay, Rejected, SendUnknown
from tests.contract.psp.conftest import CASES, NOW, REFERENCE, Rig


def test_every_registered_provider_is_run_and_found_by_name() -> None:
    assert {case.provider for case in CASES.values()} == {provider.name for provider in REGISTRY}
    assert [provider_class(provider.name) for provider in REGISTRY] == list(REGISTRY)
    with pytest.raises(NotFound):
        provider_class("nobody")


# A sale


async def test_a_buyer_pays_on_the_providers_page_and_the_shop_learns_it_twice(rig: Rig) -> None:
    created = await rig.create()
    assert created.redirect_url is not None
    assert f"{urlsplit(created.redirect_url).scheme}://{urlsplit(created.redirect_url).netloc}" in (
        rig.provider.checkout_origins()
    )
    assert (await rig.provider.fetch_status(rig.attempt(created))).status is Pay.PENDING

    page = await rig.http.request("GET", created.redirect_url)
    assert "15\u202f000\u00a0F\u202fCFA" in page.body.decode()
    paid = await rig.http.request("POST", created.redirect_url, form={"action": "pay"})
    assert (paid.status, paid.headers["Location"]) == (303, f"https://pay.example.test/r/{REFERENCE}")
    await rig.control("webhooks/settle")

    (event,) = rig.events()
    assert (event.kind, event.status, event.amount, event.currency) == ("payment", Pay.PAID, 15000, "XOF")
    assert (event.attempt_ref, event.provider_ref) == (REFERENCE, created.provider_ref)
    assert event.occurred_at == NOW
    (inbound,) = rig.inbound()
    assert inbound.auth is (Auth.BODY_SIGNED if rig.signed else Auth.SHARED_SECRET)
    assert inbound.reply[0] == 200

    found = await rig.provider.fetch_status(rig.attempt(created))
    assert (found.status, found.amount, found.currency) == (Pay.PAID, 15000, "XOF")
    assert (found.attempt_ref, found.provider_ref) == (REFERENCE, created.provider_ref)
    assert found.txn_id == event.txn_id


async def test_the_expiry_of_the_session_is_told_where_there_is_one(rig: Rig) -> None:
    created = await rig.create(ttl=3600)

    assert created.expires_at is None or created.expires_at > NOW
    assert (created.expires_at is None) == (rig.provider.caps.default_ttl is None)


async def test_a_session_paid_before_the_create_call_is_answered(rig: Rig) -> None:
    await rig.fault("paid_first")

    created = await rig.create()

    (event,) = rig.events()
    assert (event.status, event.attempt_ref, event.provider_ref) == (Pay.PAID, REFERENCE, created.provider_ref)


async def test_a_refused_try_is_never_more_than_that(rig: Rig) -> None:
    created = await rig.create()

    await rig.act("decline")

    found = await rig.provider.fetch_status(rig.attempt(created))
    assert found.status in (Pay.PENDING, Pay.FAILED)
    assert all(event.status in (Pay.PENDING, Pay.FAILED) for event in rig.events())
    await rig.act("pay", late=True)
    assert (await rig.provider.fetch_status(rig.attempt(created))).status is Pay.PAID


async def test_a_buyer_who_leaves_costs_nothing(rig: Rig) -> None:
    created = await rig.create()

    await rig.act("abandon")

    assert (await rig.provider.fetch_status(rig.attempt(created))).status in (Pay.PENDING, Pay.CANCELLED)
    assert (await rig.control("sessions", method="GET"))["takings"] == {}


async def test_money_that_comes_after_expiry_is_reported_as_paid(rig: Rig) -> None:
    created = await rig.create()
    await rig.act("expire")
    before = (await rig.provider.fetch_status(rig.attempt(created))).status

    await rig.act("pay", late=True)

    assert before is Pay.EXPIRED
    assert rig.events()[-1].status is Pay.PAID
    assert (await rig.provider.fetch_status(rig.attempt(created))).status is Pay.PAID


async def test_a_second_payment_is_another_event_with_another_transaction(rig: Rig) -> None:
    await rig.create()
    await rig.act("pay")

    await rig.act("pay", again=True)

    first, second = rig.events()
    assert first.dedupe_key != second.dedupe_key
    assert first.txn_id != second.txn_id
    assert (second.status, second.attempt_ref, second.amount) == (Pay.PAID, REFERENCE, 15000)
    takings = (await rig.control("sessions", method="GET"))["takings"]["XOF"]
    assert (takings["payments"], takings["gross"]) == (2, 30000)


@pytest.mark.parametrize(("amount", "currency"), [(100, "XOF"), (20000, "XOF"), (15000, "XAF")])
async def test_money_other_than_asked_is_shown_as_it_came(rig: Rig, amount: int, currency: str) -> None:
    created = await rig.create()

    await rig.act("pay", amount=amount, currency=currency)

    (event,) = rig.events()
    assert (event.amount, event.currency) == (amount, currency)
    found = await rig.provider.fetch_status(rig.attempt(created))
    assert (found.status, found.amount, found.currency) == (Pay.PAID, amount, currency)
    assert found.proves_amount is False


# What arrives at the door


async def test_copies_of_one_notification_share_one_key(rig: Rig) -> None:
    await rig.create()

    await rig.act("pay", webhook={"copies": 3})

    events = rig.events()
    assert len(events) == 3
    assert len({event.dedupe_key for event in events}) == 1


async def test_notifications_in_the_wrong_order_each_stand_for_themselves(rig: Rig) -> None:
    await rig.create()
    await rig.act("decline", webhook={"hold": True})
    await rig.act("pay", late=True, webhook={"hold": True})

    await rig.control("webhooks/release", {"order": "reversed"})
    await rig.control("webhooks/settle")

    statuses = [event.status for event in rig.events()]
    assert statuses[0] is Pay.PAID
    assert Pay.PAID not in statuses[1:]
    assert len({event.dedupe_key for event in rig.events()}) == len(statuses)


async def test_a_notification_with_a_wrong_proof_is_refused(rig: Rig) -> None:
    await rig.create()

    await rig.act("pay", webhook={"bad_signature": True})

    assert {(result.verdict, result.reply[0], result.events) for result in rig.inbound()} == {("bad_auth", 401, ())}


async def test_a_notification_without_proof_or_without_a_secret_of_ours_is_refused(rig: Rig) -> None:
    await rig.create()
    await rig.act("pay")
    headers, raw = rig.door.received[0]

    assert rig.parse({}, raw).verdict == "bad_auth"
    assert rig.parse(headers, raw, webhook_secret="").verdict == "bad_auth"
    empty = dict.fromkeys(("Authorization", "X-Secret-Key", "Wave-Signature", "Stripe-Signature"), "")
    assert rig.parse(empty, raw, webhook_secret="").verdict == "bad_auth"
    assert rig.parse({"Authorization": "Bearer "}, raw, webhook_secret="").verdict == "bad_auth"


async def test_header_names_in_any_case_are_known(rig: Rig) -> None:
    await rig.create()
    await rig.act("pay")
    headers, raw = rig.door.received[0]

    assert rig.parse({key.upper(): value for key, value in headers.items()}, raw).verdict == "ok"


async def test_one_changed_byte_breaks_a_signature(rig: Rig) -> None:
    await rig.create()
    await rig.act("pay")
    headers, raw = rig.door.received[0]

    changed = rig.parse(headers, raw.replace(b"15000", b"15001"))

    assert changed.verdict == ("bad_auth" if rig.signed else "ok")
    assert changed.auth is not Auth.BODY_SIGNED


async def test_an_old_notification_is_a_hint_only(rig: Rig) -> None:
    await rig.create()

    await rig.act("pay", webhook={"skew": -301})

    (inbound,) = rig.inbound()
    assert inbound.verdict == ("stale" if rig.signed else "ok")
    assert inbound.reply[0] == 200
    assert [event.attempt_ref for event in inbound.events] == [REFERENCE]


@pytest.mark.parametrize("minutes", [-20, 20])
async def test_a_shop_whose_clock_is_wrong_still_knows_a_fresh_notification(rig: Rig, minutes: int) -> None:
    shop_clock = ManualClock(NOW + minutes * 60_000)
    http = Http(shop_clock, total_timeout=5)
    try:
        provider = rig.provider_with({}, http)
        await provider.create_checkout(rig.request(ttl=3600))
        await rig.act("pay")
        headers, raw = rig.door.received[0]
        inbound = provider.parse_webhook("POST", None, headers, raw, "", http.time_at(rig.base_url))
    finally:
        await http.close()

    assert inbound.verdict == "ok"


async def test_a_notification_that_never_comes_is_made_up_for_by_asking(rig: Rig) -> None:
    created = await rig.create()

    await rig.act("pay", webhook={"send": False})

    assert rig.door.received == []
    assert (await rig.provider.fetch_status(rig.attempt(created))).status is Pay.PAID


async def test_a_shop_that_fails_is_told_again_until_it_takes_it(rig: Rig) -> None:
    rig.door.answers = [500, 503]
    await rig.create()

    await rig.act("pay")

    log = (await rig.control("webhooks", method="GET"))["log"]
    assert [line["status"] for line in log] == [500, 503, 200]
    assert len({event.dedupe_key for event in rig.events()}) == 1


# When the provider does not answer clearly


async def test_a_session_whose_creation_was_cut_off_is_found_again(rig: Rig) -> None:
    await rig.fault("drop")
    with pytest.raises(SendUnknown) as caught:
        await rig.create()
    assert caught.value.sent is True

    await rig.act("pay")

    (found,) = await rig.provider.find_by_reference(REFERENCE)
    assert (found.status, found.amount, found.attempt_ref) == (Pay.PAID, 15000, REFERENCE)
    assert await rig.provider.fetch_status(rig.attempt()) == found


async def test_a_session_found_again_can_still_be_paid(rig: Rig) -> None:
    await rig.fault("drop")
    with pytest.raises(SendUnknown):
        await rig.create()

    found = await rig.provider.find_by_reference(REFERENCE)
    if rig.case.provider == "bictorys":  # lists only what a buyer has tried
        assert found == []
        return
    assert [result.status for result in found] == [Pay.PENDING]
    assert found[0].redirect_url is not None
    assert (await rig.http.request("POST", found[0].redirect_url, form={"action": "pay"})).status == 303
    assert (await rig.provider.fetch_status(rig.attempt())).redirect_url is None


async def test_a_provider_that_hangs_after_creating_leaves_the_outcome_unknown(rig: Rig) -> None:
    await rig.fault("hang")
    http = Http(rig.clock, total_timeout=0.2)
    try:
        with pytest.raises(SendUnknown) as caught:
            await rig.provider_with({}, http).create_checkout(rig.request())
    finally:
        await http.close()

    assert caught.value.sent is True
    assert len((await rig.control("sessions", method="GET"))["items"]) == 1


async def test_a_provider_that_cannot_be_reached_was_sent_nothing(rig: Rig) -> None:
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
        ({"kind": "patch", "patch": {"id": None, "transactionId": None, "chargeId": None}}, None),
    ],
)
async def test_an_unclear_answer_is_neither_yes_nor_no(rig: Rig, fault: dict[str, object], pause: float | None) -> None:
    await rig.control("faults", {"on": "create", **fault})

    with pytest.raises(SendUnknown) as caught:
        await rig.create()

    assert caught.value.retry_after == pause
    assert caught.value.sent is True
    assert (await rig.create()).redirect_url  # and then it works again


async def test_a_status_that_cannot_be_read_is_asked_again(rig: Rig) -> None:
    created = await rig.create()
    await rig.act("pay")
    for kind in ("status", "html", "broken_json", "drop"):
        await rig.fault(kind, on="status", times=2 if kind == "drop" else 1)  # a cut line makes the client retry a GET
        with pytest.raises(SendUnknown):
            await rig.provider.fetch_status(rig.attempt(created))

    assert (await rig.provider.fetch_status(rig.attempt(created))).status is Pay.PAID


async def test_a_word_of_tomorrow_is_unknown_and_not_a_failure(rig: Rig) -> None:
    created = await rig.create()
    patch = {"status": "on_the_moon", "checkout_status": "on_the_moon", "payment_status": "dreaming"}
    await rig.fault("patch", on="status", patch=patch)

    found = await rig.provider.fetch_status(rig.attempt(created))

    assert found.status is Pay.UNKNOWN
    assert "on_the_moon" in found.provider_status


async def test_a_session_nobody_knows_is_unknown_and_not_a_failure(rig: Rig) -> None:
    attempt = rig.attempt(provider_ref="../../nobody?x=1")

    assert (await rig.provider.fetch_status(attempt)).status is Pay.UNKNOWN
    assert (await rig.provider.fetch_status(replace(attempt, provider_ref=None))).status is Pay.UNKNOWN
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
    with pytest.raises(Rejected) as caught:
        await rig.create(return_url="http://127.0.0.1/r")

    expected = {
        "sandbox": "invalid",
        "bictorys": "E400-0",
        "wave": "request-validation-error",
        "stripe": "parameter_invalid",
    }
    assert caught.value.code == expected[rig.case.provider]
    assert caught.value.detail


async def test_a_wrong_key_is_a_rejection_when_creating_and_proves_nothing_when_reading(rig: Rig) -> None:
    created = await rig.create()
    stranger = rig.provider_with({"api_key": "nonsense", "private_key": "nonsense"})

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

    first = await rig.provider.refund(rig.attempt(created), 15000, "LPREF01")
    if rig.case.provider != "bictorys":  # does not say what a repeated refund does
        await rig.provider.refund(rig.attempt(created), 15000, "LPREF01")
    await rig.control("webhooks/settle")

    assert first.status is (Pay.PENDING if rig.case.provider == "bictorys" else Pay.REFUNDED)
    assert (await rig.control("sessions", method="GET"))["takings"]["XOF"]["refunded"] == 15000
    told = [event for event in rig.events() if event.kind == "refund"]
    assert all((event.status, event.amount) == (Pay.REFUNDED, 15000) for event in told)
    assert len(told) == (0 if rig.case.provider == "wave" else 1)


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
    known = rig.values["api_key"]

    findings = await rig.provider_with({"api_key": known[:-1] + "x"}).selftest()

    assert [finding.ok for finding in findings] == [False]


async def test_the_self_test_names_what_is_missing_without_asking_anybody(rig: Rig) -> None:
    provider = rig.provider_with({"api_key": " "}, base_url="http://127.0.0.1:9")

    findings = [finding for finding in await provider.selftest() if not finding.ok]

    assert [finding.message for finding in findings] == ["“{field}” is missing."]
    assert findings[0].params["field"] in {field.label for field in provider.fields}


@pytest.mark.parametrize("kind", ["html", "status", "broken_json", "drop"])
async def test_the_self_test_never_raises(rig: Rig, kind: str) -> None:
    await rig.fault(kind, on="any", times=2)

    findings = await rig.provider.selftest()

    assert any(not finding.ok for finding in findings)
    await rig.control("faults", method="DELETE")


async def test_no_secret_shows_in_what_people_see(rig: Rig) -> None:
    shown = [repr(rig.provider.config)]
    await rig.fault("html")
    with pytest.raises(SendUnknown) as caught:
        await rig.create()
    shown.append(f"{caught.value!r} {caught.value.params}")
    shown += [repr(finding) for finding in await rig.provider.selftest()]

    for name in ("api_key", "private_key", "webhook_secret"):
        if name in rig.values:
            assert rig.values[name] not in " ".join(shown)
