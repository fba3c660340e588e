"""What is FedaPay's own: the vector of reference payments §6, two calls for one page, wrapped and bare replies."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from core.adapters.psp.fedapay import FedaPay
from core.adapters.psp.signatures import Layout, sign
from core.payments.provider import Auth, Buyer, InboundResult, Pay, ProviderConfig, Rejected, SendUnknown
from tests.contract.psp.conftest import CASES, REFERENCE, MakeRig, Rig
from tests.contract.psp.test_vectors import T, parse

SECRET = "wh_sandbox_livepaytest01"
MAC = "85cf4a224a068c30214706185bc4bb46ea6e46b40e93f901eafc034d25f49a02"
BODY = (
    '{"name":"transaction.approved","object":"transaction","entity":{"klass":"v1/transaction","id":104201,'
    '"reference":"trx_lp7_1790000000","amount":15000,"description":"Commande LP24K7A01 – robe wax","status":"approved",'
    '"mode":"moov_tg","currency_id":1,"merchant_reference":"LP24K7A01","custom_metadata":{"order":"LP24K7A01"},'
    '"approved_at":"2026-09-21T14:13:19.000Z","fees":270,"commission":"0.018"},'
    '"account":{"id":4242,"name":"Boutique Test"}}'
).encode()


def fedapay(header: str, raw: bytes = BODY, **how: Any) -> InboundResult:
    return parse("fedapay", {"X-FEDAPAY-SIGNATURE": header}, raw, webhook_secret=SECRET, **how)


def signed(raw: bytes) -> InboundResult:
    return fedapay(f"t={T},s={sign(Layout.DOT, SECRET, str(T), raw)}", raw)


def event_of(**changes: Any) -> dict[str, Any]:
    event = json.loads(BODY)
    return {**event, **changes}


def test_the_body_is_the_references_own() -> None:
    assert len(BODY) == 442
    assert hashlib.sha256(BODY).hexdigest()[:16] == "fe2953d3b5c7d1d8"


def test_fedapay_signature() -> None:
    result = fedapay(f"t={T},s={MAC}")

    assert (result.verdict, result.auth) == ("ok", Auth.BODY_SIGNED)
    (event,) = result.events
    assert (event.kind, event.status, event.amount, event.currency) == ("payment", Pay.PAID, 15000, None)
    assert (event.attempt_ref, event.provider_ref, event.txn_id) == (REFERENCE, "104201", "trx_lp7_1790000000")
    assert (event.fee, event.method, event.occurred_at) == (270, "flooz", (T - 1) * 1000)
    assert event.dedupe_key == "transaction.approved:104201:approved"


@pytest.mark.parametrize(
    "header",
    [
        f"t={T},v1={MAC}",
        f"t={T},s={sign(Layout.BODY, SECRET, '', BODY)}",  # the body alone, as public code has it
        f"t={T},s={sign(Layout.JOINED, SECRET, str(T), BODY)}",
        f"t={T},s={sign(Layout.DOT, 'wh_sandbox_other', str(T), BODY)}",
        f"s={MAC}",
        f"t={T + 1},s={MAC}",
        f"t={T},s=",
        MAC,
    ],
)
def test_fedapay_refuses_every_other_signature(header: str) -> None:
    result = fedapay(header)

    assert (result.verdict, result.reply[0]) == ("bad_auth", 401)


def test_spaces_and_a_second_signature_do_not_matter() -> None:
    assert fedapay(f"t={T}, s={'0' * 64}, s={MAC}").verdict == "ok"


@pytest.mark.parametrize(("seconds", "verdict"), [(-301, "stale"), (-300, "ok"), (300, "ok"), (301, "stale")])
def test_fedapay_out_of_its_time_is_stale_and_acknowledged(seconds: int, verdict: str) -> None:
    result = fedapay(f"t={T},s={MAC}", now=(T + seconds) * 1000)

    assert (result.verdict, result.reply[0]) == (verdict, 200)


@pytest.mark.parametrize(
    ("name", "word", "kind", "status"),
    [
        ("created", "pending", "payment", Pay.PENDING),
        ("updated", "pending", "payment", Pay.PENDING),
        ("approved", "approved", "payment", Pay.PAID),
        ("transferred", "transferred", "payment", Pay.PAID),
        ("declined", "declined", "payment", Pay.FAILED),
        ("canceled", "canceled", "payment", Pay.CANCELLED),
        ("expired", "expired", "payment", Pay.EXPIRED),
        ("deleted", "pending", "payment", Pay.CANCELLED),
        ("deleted", "approved", "payment", Pay.PAID),
        ("refunded", "refunded", "refund", Pay.REFUNDED),
        ("updated", "approved_partially_refunded", "refund", Pay.PARTIALLY_REFUNDED),
        ("updated", "transferred_partially_refunded", "refund", Pay.PARTIALLY_REFUNDED),
        ("approved", "Approved", "payment", Pay.PAID),
        ("updated", "on_the_moon", "payment", Pay.UNKNOWN),
    ],
)
def test_fedapay_words(name: str, word: str, kind: str, status: Pay) -> None:
    raw = BODY.replace(b"transaction.approved", f"transaction.{name}".encode())
    raw = raw.replace(b'"approved"', f'"{word}"'.encode())

    (event,) = signed(raw).events

    assert (event.kind, event.status) == (kind, status)


@pytest.mark.parametrize("name", ["customer.created", "payout.sent", "", "tomorrow"])
def test_what_is_no_transaction_is_ignored(name: str) -> None:
    assert signed(BODY.replace(b"transaction.approved", name.encode())).verdict == "ignored"


@pytest.mark.parametrize("place", ["object", "data"])
def test_the_transaction_is_found_where_an_event_keeps_it(place: str) -> None:
    event = event_of(**{place: event_of()["entity"]})
    del event["entity"]

    assert signed(json.dumps(event).encode()).events[0].attempt_ref == REFERENCE


def test_each_change_of_a_transaction_is_an_event_of_its_own() -> None:
    keys = {
        signed(json.dumps(event_of(entity={**event_of()["entity"], "updated_at": at})).encode()).events[0].dedupe_key
        for at in ("2026-09-21T14:13:19.000Z", "2026-09-24T14:13:19.000Z")
    }

    assert len(keys) == 2


# On the wire


@pytest.fixture
async def lome(make_rig: MakeRig) -> Rig:
    return await make_rig(CASES["fedapay"])


@pytest.mark.parametrize("fault", ["status", "html", "broken_json", "drop", "hang"])
async def test_a_transaction_without_its_page_is_found_again_and_given_one(lome: Rig, fault: str) -> None:
    """The second call goes wrong: the transaction is there, and a second one would be refused."""
    await lome.control("faults", {"kind": "patch", "on": "create", "patch": {}})
    await lome.fault(fault, code=503)
    with pytest.raises(SendUnknown) as caught:
        await lome.create() if fault != "hang" else await _impatient(lome)

    assert caught.value.sent is True
    (found,) = await lome.provider.find_by_reference(REFERENCE)
    assert (found.status, found.provider_ref) == (Pay.PENDING, "104201")
    assert found.redirect_url is not None
    assert (await lome.http.request("POST", found.redirect_url, form={"action": "pay"})).status == 303
    assert (await lome.provider.fetch_status(lome.attempt())).status is Pay.PAID


async def _impatient(rig: Rig) -> None:
    from core.adapters.http import Http

    http = Http(rig.clock, total_timeout=1.0)
    try:
        await rig.provider_with({}, http).create_checkout(rig.request())
    finally:
        await http.close()


async def test_a_page_that_cannot_be_made_again_does_not_hide_how_it_stands(lome: Rig) -> None:
    await lome.create()
    await lome.fault("status")

    (found,) = await lome.provider.find_by_reference(REFERENCE)

    assert (found.status, found.redirect_url) == (Pay.PENDING, None)


async def test_a_part_of_a_reference_does_not_find_it(lome: Rig) -> None:
    await lome.create()

    assert await lome.provider.find_by_reference(REFERENCE[:-1]) == []


async def test_a_refund_in_the_dashboard_is_told_and_read(lome: Rig) -> None:
    created = await lome.create()
    await lome.act("pay")

    await lome.act("refund", amount=5000)
    part = await lome.provider.fetch_status(lome.attempt(created))
    await lome.act("refund")
    whole = await lome.provider.fetch_status(lome.attempt(created))

    assert (part.status, whole.status) == (Pay.PARTIALLY_REFUNDED, Pay.REFUNDED)
    assert [(event.kind, event.status, event.amount) for event in lome.events()[1:]] == [
        ("refund", Pay.PARTIALLY_REFUNDED, None),  # it does not say how much
        ("refund", Pay.REFUNDED, 15000),
    ]


@pytest.mark.parametrize(
    ("phone", "country", "sent"),
    [
        ("+22890123456", "TG", {"number": "90123456", "country": "tg"}),
        ("+2290166123456", "BJ", {"number": "0166123456", "country": "bj"}),
        ("+33612345678", "TG", None),
        (None, "TG", None),
    ],
)
def test_a_buyers_number_goes_along_where_its_country_is_the_shops(
    phone: str | None, country: str, sent: dict[str, str] | None
) -> None:
    from core.adapters.psp.fedapay import _customer

    customer = _customer(Buyer("Aïcha Ndiaye", phone), country)

    assert customer.get("phone_number") == sent
    assert (customer["firstname"], customer["lastname"]) == ("Aïcha", "Ndiaye")


def test_each_country_sees_its_own_wallets() -> None:
    assert [method.name for method in FedaPay.caps.methods_in("TG")] == ["mixx", "flooz"]
    assert [method.name for method in FedaPay.caps.methods_in("BJ")] == ["mtn", "moov", "celtiis"]
    assert all(FedaPay.caps.methods_in(country) for country in FedaPay.caps.countries)
    assert FedaPay.caps.methods_in("MG") == ()


@pytest.mark.parametrize(
    ("base_url", "key", "secret", "bad"),
    [
        ("https://api.fedapay.com", "sk_live_1", "wh_1", 0),
        ("https://sandbox-api.fedapay.com", "sk_sandbox_1", "wh_1", 0),
        ("https://api.fedapay.com", "sk_sandbox_1", "wh_1", 1),
        ("https://sandbox-api.fedapay.com/", "sk_live_1", "whsec_1", 2),
        ("https://api.fedapay.com", "pk_live_1", "wh_1", 1),
        ("https://gateway.example.test", "sk_sandbox_1", "wh_1", 0),
    ],
)
def test_keys_must_belong_to_the_address_and_to_their_field(base_url: str, key: str, secret: str, bad: int) -> None:
    config = ProviderConfig(base_url, "TG", "XOF", {"api_key": key, "webhook_secret": secret})
    findings = FedaPay(config, http=None).check_settings()  # type: ignore[arg-type]

    assert [finding.ok for finding in findings] == [False] * bad


# The request on the phone


@pytest.fixture
async def direct(make_rig: MakeRig) -> Rig:
    return await make_rig(CASES["fedapay-direct"])


def _in(rig: Rig, country: str) -> FedaPay:
    values = {**rig.values, "page": "direct"}
    return FedaPay(ProviderConfig(rig.base_url, country, "XOF", values), rig.http)


@pytest.mark.parametrize(
    ("country", "method", "phone"),
    [
        ("TG", "mixx", "+22890123456"),
        ("TG", "flooz", "+22899123456"),
        ("BJ", "mtn", "+2290197123456"),
        ("BJ", "moov", "+2290195123456"),
        ("BJ", "celtiis", "+2290140123456"),
        ("CI", "mtn", "+2250504123456"),
        ("NE", "airtel", "+22796123456"),
        ("SN", "free", "+221761234567"),
    ],
)
async def test_each_means_has_its_mode_and_the_national_number(
    direct: Rig, country: str, method: str, phone: str
) -> None:
    adapter = _in(direct, country)
    assert adapter.asks_phone(method)
    request = direct.request(country=country, method=method, buyer=Buyer("Afi Mensah", phone))

    created = await adapter.create_checkout(request)

    assert (created.redirect_url, created.qr_text) == (None, None)
    await direct.act("pay")
    found = await adapter.fetch_status(direct.attempt(created))
    assert (found.status, found.amount, found.method) == (Pay.PAID, 15000, method)  # as its mode says


async def test_a_means_without_a_mode_opens_the_page_all_the_same(direct: Rig) -> None:
    adapter = _in(direct, "ML")
    assert not adapter.asks_phone("mobile_money")
    created = await adapter.create_checkout(direct.request(country="ML", method="mobile_money"))
    assert created.redirect_url is not None


@pytest.mark.parametrize("phone", [None, "+22890123456"])
async def test_a_phone_of_another_country_is_not_even_asked(direct: Rig, phone: str | None) -> None:
    with pytest.raises(Rejected):
        await direct.create(buyer=Buyer("Aïcha", phone))
    assert (await direct.control("sessions", method="GET"))["items"] == []


async def test_a_number_the_operator_does_not_know_is_refused(direct: Rig) -> None:
    with pytest.raises(Rejected) as caught:
        await direct.create(buyer=Buyer("Aïcha", "+22112"))
    assert caught.value.code == "phone_number"


@pytest.mark.parametrize("kind", ["drop", "broken_json", "lost", "status"])
async def test_a_request_without_a_clear_answer_can_still_be_paid_on_the_page(direct: Rig, kind: str) -> None:
    """It may be on the phone, or not: page and request are of one transaction, which is paid once."""
    await direct.control(
        "faults", {"kind": "patch", "on": "create", "times": 2}
    )  # the transaction and its token are fine
    await direct.control("faults", {"kind": kind, "on": "create", "code": 502})

    with pytest.raises(SendUnknown):
        await direct.create()

    (found,) = await direct.provider.find_by_reference(REFERENCE)
    assert (found.status, found.redirect_url is not None) == (Pay.PENDING, True)
    await direct.act("pay")
    assert (await direct.provider.fetch_status(direct.attempt())).status is Pay.PAID
    assert (await direct.control("sessions", method="GET"))["takings"]["XOF"]["payments"] == 1
