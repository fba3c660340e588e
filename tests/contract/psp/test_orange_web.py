"""What is Orange Web Payment's own: the conformance of reference payments §5.1, tokens, paths and currencies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.adapters.psp.orange_web import OrangeWeb
from core.payments.provider import NOTIFY_TOKEN, Auth, InboundResult, Pay, ProviderConfig, Rejected, SendUnknown
from core.payments.rules import weigh_token
from tests.contract.psp.conftest import CASES, NOW, REFERENCE, MakeRig, Rig
from tests.contract.psp.test_vectors import parse

WEB_BODY = b'{"status":"SUCCESS","notif_token":"nt-livepay-0001","txnid":"MP260921.1413.A00001"}'


def told(kept: str, raw: bytes = WEB_BODY) -> InboundResult:
    """The notification, held against what is kept with the attempt."""
    return weigh_token(parse("orange_web", {}, raw), {NOTIFY_TOKEN: kept} if kept else {})


def test_a_notification_proves_itself_by_the_token_of_its_payment() -> None:
    result = told("nt-livepay-0001")

    assert (result.verdict, result.auth, result.reply[0]) == ("ok", Auth.TOKEN, 200)
    (event,) = result.events
    assert (event.kind, event.status, event.txn_id) == ("payment", Pay.PAID, "MP260921.1413.A00001")
    assert (event.amount, event.currency, event.attempt_ref) == (None, None, None)
    assert event.dedupe_key == "MP260921.1413.A00001:SUCCESS"


@pytest.mark.parametrize("kept", ["nt-livepay-0002", "nt-livepay-000", "nt-livepay-0001 ", "é\udce9"])
def test_another_token_is_refused(kept: str) -> None:
    result = told(kept)

    assert (result.verdict, result.reply[0], result.events) == ("bad_auth", 401, ())


def test_before_the_token_is_known_a_notification_is_a_hint() -> None:
    result = told("")

    assert (result.verdict, result.auth, len(result.events)) == ("ok", Auth.NONE, 1)


@given(given=st.text(max_size=40), kept=st.text(min_size=1, max_size=40))
def test_only_the_very_token_proves(given: str, kept: str) -> None:
    result = InboundResult("ok", Auth.TOKEN, token=given)

    assert weigh_token(result, {NOTIFY_TOKEN: kept}).verdict == ("ok" if given == kept else "bad_auth")
    assert weigh_token(replace(result, token=kept), {NOTIFY_TOKEN: kept}).auth is Auth.TOKEN


@pytest.mark.parametrize("raw", [b'{"status":"SUCCESS"}', b'{"notif_token":""}', b'{"notif_token":7}', b"[]", b""])
def test_a_notification_without_a_token_is_refused(raw: bytes) -> None:
    assert parse("orange_web", {}, raw).verdict == "bad_auth"


def test_the_token_is_neither_shown_nor_stored_with_the_event() -> None:
    result = told("nt-livepay-0001")

    assert "nt-livepay-0001" not in repr(result)
    assert all("nt-livepay-0001" not in str(value) for value in (result.events[0].dedupe_key, result.events[0].txn_id))


@pytest.mark.parametrize(("written", "amount"), [(b'"15000"', 15000), (b"15000", 15000), (b'"15 000"', None)])
def test_an_amount_that_some_countries_tell_is_read(written: bytes, amount: int | None) -> None:
    raw = WEB_BODY[:-1] + b',"amount":' + written + b"}"

    assert told("nt-livepay-0001", raw).events[0].amount == amount


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("INITIATED", Pay.PENDING),
        ("PENDING", Pay.PENDING),
        ("success", Pay.PAID),
        ("FAILED", Pay.FAILED),
        ("EXPIRED", Pay.EXPIRED),
        ("SUCCESSFUL", Pay.UNKNOWN),
    ],
)
def test_web_payment_words(word: str, status: Pay) -> None:
    assert told("nt-livepay-0001", WEB_BODY.replace(b"SUCCESS", word.encode())).events[0].status is status


@pytest.fixture
async def shop(make_rig: MakeRig) -> Rig:
    return await make_rig(CASES["orange_web"])


async def test_what_the_buyer_was_sent_with_is_kept_and_not_shown(shop: Rig) -> None:
    created = await shop.create()

    assert set(created.secrets) == {"pay_token", NOTIFY_TOKEN}
    assert all(token not in repr(created) + repr(shop.attempt(created)) for token in (created.secrets[NOTIFY_TOKEN],))
    assert created.provider_ref == REFERENCE
    assert created.expires_at == pytest.approx(NOW + 600_000, abs=1000)


async def test_a_success_that_the_status_does_not_confirm_stays_pending(shop: Rig) -> None:
    created = await shop.create()
    claimed = weigh_token(
        shop.parse({}, WEB_BODY.replace(b"nt-livepay-0001", created.secrets[NOTIFY_TOKEN].encode())), created.secrets
    )

    assert (claimed.auth, claimed.events[0].status) == (Auth.TOKEN, Pay.PAID)
    assert (await shop.provider.fetch_status(shop.attempt(created))).status is Pay.PENDING


async def test_the_status_of_another_order_is_no_status_of_ours(shop: Rig) -> None:
    created = await shop.create()
    await shop.act("pay")
    await shop.fault("patch", on="status", patch={"order_id": "LP24K7A02"})

    found = await shop.provider.fetch_status(shop.attempt(created))

    assert (found.status, found.proves_amount) == (Pay.UNKNOWN, False)


async def test_an_amount_that_cannot_be_read_proves_nothing(shop: Rig) -> None:
    created = await shop.create()
    await shop.act("pay")
    await shop.fault("patch", on="status", patch={"amount": "a lot"})

    found = await shop.provider.fetch_status(shop.attempt(created))

    assert (found.status, found.amount, found.proves_amount) == (Pay.PAID, None, False)


async def test_another_amount_than_asked_is_not_found(shop: Rig) -> None:
    created = await shop.create()
    await shop.act("pay")

    assert (await shop.provider.fetch_status(shop.attempt(created, amount=100))).status is Pay.UNKNOWN


async def test_a_reference_used_before_is_refused_with_the_providers_code(shop: Rig) -> None:
    await shop.create()

    with pytest.raises(Rejected) as caught:
        await shop.create()

    assert caught.value.code == "51"


async def test_an_answer_without_the_tokens_is_no_session(shop: Rig) -> None:
    for name in ("pay_token", "notif_token", "payment_url"):
        await shop.fault("patch", patch={name: None})
        with pytest.raises(SendUnknown):
            await shop.create(attempt_ref=f"LP24K7{name.upper().replace('_', '')}")


@pytest.mark.parametrize(
    ("country", "currency", "environment", "path", "wire"),
    [
        ("CI", "XOF", "live", "ci", "XOF"),
        ("BF", "XOF", "", "bf", "XOF"),
        ("MG", "MGA", "live", "mg", "MGA"),
        ("CI", "XOF", "test", "dev", "OUV"),
    ],
)
async def test_each_country_has_its_path_and_its_currency(
    shop: Rig, country: str, currency: str, environment: str, path: str, wire: str
) -> None:
    values = {**shop.values, "environment": environment}
    provider = OrangeWeb(ProviderConfig(shop.base_url, country, currency, values), shop.http)

    await provider.create_checkout(shop.request(currency=currency, country=country))

    (session,) = (await shop.control("sessions", method="GET"))["items"]
    assert session["currency"] == wire
    assert provider.api == f"/orange-money-webpay/{path}/v1"


async def test_a_currency_of_another_country_is_refused_by_orange(shop: Rig) -> None:
    config = ProviderConfig(shop.base_url, "MG", "XOF", shop.values)

    with pytest.raises(Rejected) as caught:
        await OrangeWeb(config, shop.http).create_checkout(shop.request())

    assert (caught.value.code, "currency" in caught.value.detail) == ("22", True)
