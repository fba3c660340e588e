"""What every adapter promises of sales and webhooks, each against its provider's simulator over real HTTP."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from core.adapters.http import Http
from core.adapters.psp import REGISTRY, provider_class
from core.kernel.clock import ManualClock
from core.kernel.errors import NotFound
from core.kernel.money import format_money
from core.payments.provider import Auth, Buyer, Pay, Rejected
from tests.contract.psp.conftest import CASES, NOW, REFERENCE, Rig


def test_every_registered_provider_is_run_and_found_by_name() -> None:
    assert {case.provider for case in CASES.values()} == {provider.name for provider in REGISTRY}
    assert [provider_class(provider.name) for provider in REGISTRY] == list(REGISTRY)
    with pytest.raises(NotFound):
        provider_class("nobody")


# A sale


async def test_a_buyer_pays_on_the_providers_page_and_the_shop_learns_it_twice(rig: Rig) -> None:
    created = await rig.create()
    where = await rig.buyers_page(created)
    if rig.redirects:
        assert f"{urlsplit(where).scheme}://{urlsplit(where).netloc}" in rig.provider.checkout_origins()
    assert (await rig.provider.fetch_status(rig.attempt(created))).status is Pay.PENDING

    page = await rig.http.request("GET", where)
    assert format_money(15000, rig.currency) in page.body.decode()
    paid = await rig.http.request("POST", where, form={"action": "pay"})
    if rig.redirects:
        assert (paid.status, paid.headers["Location"]) == (303, f"https://pay.example.test/r/{REFERENCE}")
    else:
        assert (paid.status, "Ce paiement est fait" in paid.body.decode()) == (200, True)
    await rig.control("webhooks/settle")

    (event,) = rig.events()
    told = {"amount": event.amount, "currency": event.currency, "time": event.occurred_at}
    assert told == rig.told(amount=15000, currency=rig.currency, time=NOW)
    assert (event.kind, event.status) == ("payment", rig.said)
    assert rig.names_it(event, created.provider_ref)
    (inbound,) = rig.inbound()
    assert inbound.auth is rig.auth
    assert inbound.reply[0] == 200
    assert set(rig.door.methods) <= rig.caps.inbound_methods

    found = await rig.provider.fetch_status(rig.attempt(created))
    assert found.status is Pay.PAID
    assert {"amount": found.amount, "currency": found.currency} == rig.answered(amount=15000, currency=rig.currency)
    assert (found.attempt_ref, found.provider_ref) == (REFERENCE, created.provider_ref)
    assert found.txn_id == event.txn_id or rig.caps.notice == "hint"


async def test_who_paid_is_told_in_one_form_where_it_is_told_at_all(rig: Rig) -> None:
    phone = "+261343500003" if rig.country == "MG" else "+221778889900"
    created = await rig.create(buyer=Buyer("Aïcha", phone))

    shown = await rig.control(f"sessions?reference={REFERENCE}", method="GET")
    assert shown["items"], "the provider knows it"
    await rig.act("pay", payer=phone)

    (event,) = rig.events()
    assert {"payer": event.payer} == rig.told(payer=rig.paid_by(phone))
    found = await rig.provider.fetch_status(rig.attempt(created))
    assert {"payer": found.payer} == rig.answered(payer=rig.paid_by(phone))


async def test_a_phone_that_is_asked_must_be_known_before(rig: Rig) -> None:
    if rig.asks_phone:
        with pytest.raises(Rejected):
            await rig.create(buyer=Buyer("Aïcha"))
        assert (await rig.control("sessions", method="GET"))["items"] == []


async def test_the_expiry_of_the_session_is_told_where_there_is_one(rig: Rig) -> None:
    created = await rig.create(ttl=3600)

    assert created.expires_at is None or created.expires_at > NOW
    assert (created.expires_at is None) == (rig.provider.caps.default_ttl is None)


async def test_a_session_paid_before_the_create_call_is_answered(rig: Rig) -> None:
    if rig.caps.create_idempotency == "local":
        return  # nobody is called
    await rig.fault("paid_first")

    created = await rig.create()

    (event,) = rig.events()
    assert event.status is rig.said
    assert rig.names_it(event, created.provider_ref)


async def test_a_refused_try_is_never_more_than_that(rig: Rig) -> None:
    created = await rig.create()

    await rig.act("decline")

    found = await rig.provider.fetch_status(rig.attempt(created))
    assert found.status in (Pay.PENDING, Pay.FAILED)
    assert all(event.status in (Pay.PENDING, Pay.FAILED, Pay.UNKNOWN) for event in rig.events())
    await rig.act("pay", late=True)
    assert (await rig.provider.fetch_status(rig.attempt(created))).status is Pay.PAID


async def test_a_buyer_who_leaves_costs_nothing(rig: Rig) -> None:
    created = await rig.create()

    await rig.act("abandon")

    assert (await rig.provider.fetch_status(rig.attempt(created))).status in (
        (Pay.PENDING, Pay.CANCELLED) if rig.caps.flow == "redirect" else (Pay.PENDING, Pay.FAILED)
    )
    assert (await rig.control("sessions", method="GET"))["takings"] == {}


async def test_money_that_comes_after_expiry_is_reported_as_paid(rig: Rig) -> None:
    created = await rig.create()
    await rig.let_expire(created)
    before = (await rig.provider.fetch_status(rig.attempt(created))).status

    await rig.act("pay", late=True)

    ended = (Pay.FAILED,) if rig.caps.asks_phone else (Pay.EXPIRED,)  # a phone is asked, or it is not
    assert before in ((Pay.CANCELLED,) if rig.case.provider == "paydunya" else ended)  # which has no word for it
    assert rig.events()[-1].status is rig.said
    assert (await rig.provider.fetch_status(rig.attempt(created))).status is Pay.PAID


async def test_a_second_payment_is_another_event_with_another_transaction(rig: Rig) -> None:
    await rig.create()
    await rig.act("pay")
    if rig.simulator.PAID_ONCE:
        await rig.control(f"sessions/{REFERENCE}/pay", {"again": True}, status=409)
        return

    await rig.act("pay", again=True)

    first, second = rig.events()
    assert (first.dedupe_key != second.dedupe_key) is rig.proven  # a phone is asked once: its hint is one hint
    assert first.txn_id != second.txn_id
    assert second.status is Pay.PAID
    assert second.attempt_ref == (REFERENCE if rig.searched else None)
    assert {"amount": second.amount} == rig.told(amount=15000)
    takings = (await rig.control("sessions", method="GET"))["takings"][rig.currency]
    assert (takings["payments"], takings["gross"]) == (2, 30000)


@pytest.mark.parametrize(("amount", "currency"), [(100, "XOF"), (20000, "XOF"), (15000, "XAF")])
async def test_money_other_than_asked_is_shown_as_it_came(rig: Rig, amount: int, currency: str) -> None:
    created = await rig.create()
    currency = currency if currency == "XAF" else rig.currency
    if currency not in rig.caps.currencies and rig.case.provider == "pi_spi":
        return  # a system of one currency, which none of its messages names

    await rig.act("pay", amount=amount, currency=currency)

    (event,) = rig.events()
    assert {"amount": event.amount, "currency": event.currency} == rig.told(amount=amount, currency=currency)
    found = await rig.provider.fetch_status(rig.attempt(created))
    assert found.status is Pay.PAID
    assert {"amount": found.amount, "currency": found.currency} == rig.answered(amount=amount, currency=currency)
    assert found.proves_amount is (found.amount is None)


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
    assert statuses[0] is rig.said
    assert Pay.PAID not in statuses[1:]
    if rig.caps.notice == "result" or rig.signed:  # else they are all the same
        assert len({event.dedupe_key for event in rig.events()}) == len(statuses)


async def test_a_notification_that_nothing_proves_is_a_hint_only(rig: Rig) -> None:
    await rig.create()
    await rig.act("pay")
    headers, raw = rig.door.received[0]

    if not rig.proven:
        assert {rig.parse(h, raw).auth for h in (headers, {}, {"Authorization": "Bearer x"})} == {Auth.NONE}
        told = rig.provider.parse_webhook("POST", "its-own-address", headers, raw, "", NOW)
        assert (told.verdict, told.auth) == ("ok", Auth.TOKEN)


async def test_a_notification_with_a_wrong_proof_is_refused(rig: Rig) -> None:
    if not rig.proven:
        return
    await rig.create()

    await rig.act("pay", webhook={"bad_signature": True})

    assert {(result.verdict, result.reply[0], result.events) for result in rig.inbound()} == {("bad_auth", 401, ())}


async def test_a_notification_without_proof_or_without_a_secret_of_ours_is_refused(rig: Rig) -> None:
    if not rig.proven:
        return
    await rig.create()
    await rig.act("pay")
    headers, raw = rig.door.received[0]

    if rig.auth is Auth.TOKEN:  # in the body, of this one payment
        assert rig.parse(headers, b'{"status":"SUCCESS","txnid":"MP260921.1413.A00001"}').verdict == "bad_auth"
        assert rig.parse(headers, b"").verdict == "bad_auth"
        rig.kept = {}
        assert rig.parse(headers, raw).auth is Auth.NONE
        return
    assert rig.parse({}, rig.bare(raw)).verdict == "bad_auth"
    without = {name: "" for name in rig.secrets if name not in ("api_key", "client_secret")}
    assert rig.parse(headers, raw, **without).verdict == "bad_auth"
    assert rig.parse(dict.fromkeys(headers, ""), raw, **without).verdict == "bad_auth"
    for scheme in ("Bearer ", "Basic "):
        assert rig.parse({"Authorization": scheme}, raw, **without).verdict == "bad_auth"


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
    created = await rig.create()

    await rig.act("pay", webhook={"skew": -301})

    (inbound,) = rig.inbound()
    assert inbound.verdict == ("stale" if rig.timed else "ok")
    assert inbound.reply[0] == 200
    assert [rig.names_it(event, created.provider_ref) for event in inbound.events] == [True]


@pytest.mark.parametrize("minutes", [-20, 20])
async def test_a_shop_whose_clock_is_wrong_still_knows_a_fresh_notification(rig: Rig, minutes: int) -> None:
    shop_clock = ManualClock(NOW + minutes * 60_000)
    http = Http(shop_clock, total_timeout=30)
    try:
        provider = rig.provider_with({}, http)
        await rig.create()
        await provider.selftest()  # hears the provider's clock
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


async def test_a_shop_that_fails_is_told_again_as_often_as_the_provider_does(rig: Rig) -> None:
    rig.door.answers = [500, 503]
    await rig.create()

    await rig.act("pay")

    log = (await rig.control("webhooks", method="GET"))["log"]
    assert [line["status"] for line in log] == [500, 503, 200][: 1 + len(rig.simulator.RETRIES)]
    assert len({event.dedupe_key for event in rig.events()}) == 1
