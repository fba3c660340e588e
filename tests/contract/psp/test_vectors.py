"""The vectors of reference payments §3.5, §4.3 and §9, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest

from core.adapters.psp import provider_class
from core.adapters.psp.signatures import Layout, sign
from core.payments.provider import Auth, InboundResult, Pay, ProviderConfig

T = 1790000000
NOW = (T + 10) * 1000

BICTORYS_SECRET = "livepay-bictorys-secret-01"
BICTORYS_BODY = (
    '{"id":"5f0e2c1a-7b1d-4c55-9a3e-2f6d8f1b0a11","merchantId":"2b6f1d3e-0c7a-4d0e-8f44-9f0b1c2d3e4f","type":"payment",'
    '"amount":15000,"currency":"XOF","paymentReference":"LP24K7A01",'
    '"merchantReference":"0b1f6a52-3f0e-4b8a-9c21-7d5e1f2a3b4c","customerObject":{"name":"Aïcha Ndiaye",'
    '"phone":"221771234567","country":"SN"},"pspName":"wave_money","paymentMeans":"22177***4567",'
    '"paymentChannel":"Online","merchantFees":225,"customerFees":0,"orderType":"flat","status":"succeeded",'
    '"originIp":"","timestamp":"2026-09-21 14:13:20.12345"}'
).encode()
BICTORYS_CLEAR = {"content-type": "application/json", "x-secret-key": BICTORYS_SECRET}
BICTORYS_SIGNED = {
    **BICTORYS_CLEAR,
    "x-webhook-timestamp": "1790000000123",
    "x-webhook-signature": "f9a68a47b5456ec95e59ef96e239209a681d827934f4360bd23d5d32177c208c",
}

WAVE_SECRET = "wave_sn_WHS_livepay_test_secret_01"
WAVE_MAC = "06690a9a52183d1767f5bd45e63948268d530acb96fd667403c42cb87020aa72"
WAVE_BODY = (
    '{"id":"EV_LPtest0000001","type":"checkout.session.completed","data":{"id":"cos-1lp7test00001","amount":"15000",'
    '"checkout_status":"complete","client_reference":"LP24K7A01","currency":"XOF","payment_status":"succeeded",'
    '"transaction_id":"TLPTEST01","business_name":"Boutique Aïcha","when_completed":"2026-09-21T14:13:19Z",'
    '"when_created":"2026-09-21T14:10:00Z","when_expires":"2026-09-21T14:40:00Z",'
    '"wave_launch_url":"https://pay.wave.com/c/cos-1lp7test00001","success_url":"https://pay.example.test/r/LP24K7A01",'
    '"error_url":"https://pay.example.test/r/LP24K7A01","last_payment_error":null,"aggregated_merchant_id":null}}'
).encode()

STRIPE_SECRET = "whsec_livepay_test_secret_01"
STRIPE_MAC = "20f9d005164516edb15d86dcb2a321668a284cf6cc8747da632e0eaa3912f35a"
STRIPE_BODY = (
    b'{"id":"evt_lp_0001","object":"event","api_version":"2026-10-28.endive","created":1790000000,"livemode":false,'
    b'"type":"checkout.session.completed","data":{"object":{"id":"cs_test_lp0001","object":"checkout.session",'
    b'"amount_total":15000,"currency":"xof","client_reference_id":"LP24K7A01","payment_intent":"pi_lp0001",'
    b'"payment_status":"paid","status":"complete"}}}'
)


def parse(provider: str, headers: Mapping[str, str], raw: bytes, now: int = NOW, **values: str) -> InboundResult:
    """One delivery ten seconds after T, unless ``now`` says otherwise; ``values`` are further settings."""
    secrets = {"bictorys": BICTORYS_SECRET, "wave": WAVE_SECRET, "stripe": STRIPE_SECRET}
    config = ProviderConfig("https://x.test", "SN", "XOF", {"webhook_secret": secrets.get(provider, ""), **values})
    return provider_class(provider)(config, None).parse_webhook("POST", None, headers, raw, "", now)


@pytest.mark.parametrize(
    ("body", "length", "digest"),
    [
        (BICTORYS_BODY, 525, "c0d3328f6e3fe5ac"),
        (WAVE_BODY, 618, "73ca7fd1b7b5c304"),
        (STRIPE_BODY, 360, "a5e79747c741a743"),
    ],
)
def test_the_bodies_are_the_references_own(body: bytes, length: int, digest: str) -> None:
    assert len(body) == length
    assert hashlib.sha256(body).hexdigest()[:16] == digest


# Bictorys §3.5


def test_bictorys_with_the_secret_only_is_a_hint() -> None:
    result = parse("bictorys", BICTORYS_CLEAR, BICTORYS_BODY)

    assert (result.verdict, result.auth) == ("ok", Auth.SHARED_SECRET)
    (event,) = result.events
    assert (event.kind, event.status, event.amount, event.currency) == ("payment", Pay.PAID, 15000, "XOF")
    assert (event.attempt_ref, event.provider_ref) == ("LP24K7A01", "5f0e2c1a-7b1d-4c55-9a3e-2f6d8f1b0a11")
    assert event.dedupe_key == "5f0e2c1a-7b1d-4c55-9a3e-2f6d8f1b0a11:succeeded"
    assert event.occurred_at == 1790000000123
    assert (event.fee, event.method) == (225, "wave_money")


def test_bictorys_with_both_proofs_is_signed() -> None:
    result = parse("bictorys", BICTORYS_SIGNED, BICTORYS_BODY)

    assert (result.verdict, result.auth) == ("ok", Auth.BODY_SIGNED)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-secret-key": ""},
        {"x-secret-key": "livepay-bictorys-secret-02"},
        {"x-secret-key": "clé-\udce9"},
        {**BICTORYS_SIGNED, "x-webhook-signature": "0" * 64},
        {**BICTORYS_SIGNED, "x-webhook-signature": ""},
        {**BICTORYS_SIGNED, "x-webhook-timestamp": ""},
        {**BICTORYS_SIGNED, "x-webhook-timestamp": "1790000000"},
        {**BICTORYS_SIGNED, "x-secret-key": "wrong"},
        {k: v for k, v in BICTORYS_SIGNED.items() if k != "x-secret-key"},
        {k: v for k, v in BICTORYS_SIGNED.items() if k != "x-webhook-timestamp"},
        {k: v for k, v in BICTORYS_SIGNED.items() if k != "x-webhook-signature"},
    ],
)
def test_bictorys_without_the_right_proof_is_refused(headers: dict[str, str]) -> None:
    result = parse("bictorys", headers, BICTORYS_BODY)

    assert (result.verdict, result.reply[0]) == ("bad_auth", 401)


def test_bictorys_unsigned_is_refused_once_signatures_are_required() -> None:
    assert parse("bictorys", BICTORYS_CLEAR, BICTORYS_BODY, signature="required").verdict == "bad_auth"
    assert parse("bictorys", BICTORYS_SIGNED, BICTORYS_BODY, signature="required").verdict == "ok"


@pytest.mark.parametrize(("seconds", "verdict"), [(-301, "stale"), (-300, "ok"), (300, "ok"), (301, "stale")])
def test_bictorys_out_of_its_time_is_stale_and_acknowledged(seconds: int, verdict: str) -> None:
    result = parse("bictorys", BICTORYS_SIGNED, BICTORYS_BODY, now=1790000000123 + seconds * 1000)

    assert (result.verdict, result.reply[0]) == (verdict, 200)


@pytest.mark.parametrize("kind", ["transfer", "settlement", "gift"])
def test_bictorys_ignores_what_is_no_order_payment(kind: str) -> None:
    result = parse("bictorys", BICTORYS_CLEAR, BICTORYS_BODY.replace(b'"type":"payment"', f'"type":"{kind}"'.encode()))

    assert (result.verdict, result.events, result.reply[0]) == ("ignored", (), 200)


@pytest.mark.parametrize(
    ("old", "new", "amount", "currency"),
    [(b"15000", b"100", 100, "XOF"), (b'"XOF"', b'"XAF"', 15000, "XAF")],
)
def test_bictorys_shows_a_tampered_amount_for_what_it_is(old: bytes, new: bytes, amount: int, currency: str) -> None:
    result = parse("bictorys", BICTORYS_CLEAR, BICTORYS_BODY.replace(old, new))

    assert result.auth is Auth.SHARED_SECRET
    assert (result.events[0].amount, result.events[0].currency) == (amount, currency)


def test_bictorys_success_after_failure_is_another_event() -> None:
    failed = parse("bictorys", BICTORYS_CLEAR, BICTORYS_BODY.replace(b"succeeded", b"failed")).events[0]
    succeeded = parse("bictorys", BICTORYS_CLEAR, BICTORYS_BODY).events[0]

    assert (failed.status, succeeded.status) == (Pay.FAILED, Pay.PAID)
    assert failed.dedupe_key != succeeded.dedupe_key


# Wave §4.3


def test_wave_signature_over_the_joined_time_and_body() -> None:
    result = parse("wave", {"Wave-Signature": f"t={T},v1={WAVE_MAC}"}, WAVE_BODY)

    assert (result.verdict, result.auth) == ("ok", Auth.BODY_SIGNED)
    (event,) = result.events
    assert (event.dedupe_key, event.status) == ("EV_LPtest0000001", Pay.PAID)
    assert (event.amount, event.currency, event.attempt_ref) == (15000, "XOF", "LP24K7A01")
    assert (event.provider_ref, event.txn_id) == ("cos-1lp7test00001", "TLPTEST01")
    assert event.occurred_at == (T - 1) * 1000


def test_wave_accepts_any_signature_of_a_rotation() -> None:
    old = "c67f67a7deafe51d34fca7307bc4b4859342a8703b9f74db5bfa0124d654826f"
    assert old == sign(Layout.JOINED, "wave_sn_WHS_previous_secret_00", str(T), WAVE_BODY)

    assert parse("wave", {"Wave-Signature": f"t={T},v1={old},v1={WAVE_MAC}"}, WAVE_BODY).verdict == "ok"
    assert parse("wave", {"Wave-Signature": f"t={T}, v1={WAVE_MAC} , v1={old}"}, WAVE_BODY).verdict == "ok"
    assert parse("wave", {"Wave-Signature": f"t={T},v1={old}"}, WAVE_BODY).verdict == "bad_auth"


@pytest.mark.parametrize(
    "signature",
    [
        f"t={T},v1=0f3c332b5bcef93195066ac199c6ce4ecb0e002c6a21c89d2cc3b965dfac69fc",  # with a dot
        f"t={T},v1=308284e6444d49000163bdb90bbe0831aef99cde058d9222de174200d0cbb015",  # body only
        f"t={T},v1={WAVE_MAC.upper()}",
        f"t={T},v1=",
        f"t={T}",
        f"v1={WAVE_MAC}",
        f"t=,v1={WAVE_MAC}",
        f"t=soon,v1={WAVE_MAC}",
        f"t={T}.0,v1={WAVE_MAC}",
        f"t=-{T},v1={WAVE_MAC}",
        f"t={'9' * 5000},v1={WAVE_MAC}",
        f"t=١٧٩٠٠٠٠٠٠٠,v1={WAVE_MAC}",
        f"t={T},t={T},v1={WAVE_MAC}",
        f"t={T},v0={WAVE_MAC}",
        WAVE_MAC,
        "é\udce9\ud800",
        ",,,=,=",
    ],
)
def test_wave_refuses_every_other_signature(signature: str) -> None:
    assert parse("wave", {"Wave-Signature": signature}, WAVE_BODY).verdict == "bad_auth"


def test_wave_layouts_that_public_code_gets_wrong_are_as_the_reference_says() -> None:
    dotted = "0f3c332b5bcef93195066ac199c6ce4ecb0e002c6a21c89d2cc3b965dfac69fc"
    alone = "308284e6444d49000163bdb90bbe0831aef99cde058d9222de174200d0cbb015"

    assert sign(Layout.DOT, WAVE_SECRET, str(T), WAVE_BODY) == dotted
    assert sign(Layout.BODY, WAVE_SECRET, str(T), WAVE_BODY) == alone


def test_wave_wrong_signature_is_not_saved_by_a_right_bearer() -> None:
    headers = {"Wave-Signature": f"t={T},v1={'0' * 64}", "Authorization": f"Bearer {WAVE_SECRET}"}

    assert parse("wave", headers, WAVE_BODY).verdict == "bad_auth"


def test_wave_shared_secret_is_a_hint() -> None:
    result = parse("wave", {"Authorization": f"Bearer {WAVE_SECRET}"}, WAVE_BODY)

    assert (result.verdict, result.auth) == ("ok", Auth.SHARED_SECRET)
    assert parse("wave", {"Authorization": f"Bearer {WAVE_SECRET}x"}, WAVE_BODY).verdict == "bad_auth"
    assert parse("wave", {"Authorization": WAVE_SECRET}, WAVE_BODY).verdict == "bad_auth"


def test_wave_old_signature_is_stale() -> None:
    result = parse("wave", {"Wave-Signature": f"t={T},v1={WAVE_MAC}"}, WAVE_BODY, now=(T + 301) * 1000)

    assert (result.verdict, result.reply[0]) == ("stale", 200)


def test_wave_request_signatures() -> None:
    body = (
        b'{"amount":"15000","currency":"XOF","client_reference":"LP24K7A01",'
        b'"success_url":"https://pay.example.test/r/LP24K7A01","error_url":"https://pay.example.test/r/LP24K7A01"}'
    )
    key = "wave_sn_AKS_livepay_test_01"
    assert len(body) == 170

    assert sign(Layout.JOINED, key, str(T), body) == "75fe31eb2db4857980a6aa7b402f39172bd2acc30fbaeee79beb82e57305598c"
    assert sign(Layout.JOINED, key, str(T), b"") == "7a9e6ca56f04a0ff73df602fc61b9c7d55d14fd6e4c02655486c2e2e2b0cab4f"


@pytest.mark.parametrize(
    ("kind", "verdict", "status"),
    [
        ("checkout.session.payment_failed", "ok", Pay.PENDING),
        ("test.test_event", "ok", Pay.UNKNOWN),
        ("merchant.payment_received", "ignored", None),
        ("b2b.payment_failed", "ignored", None),
        ("tomorrow", "ignored", None),
    ],
)
def test_wave_event_types(kind: str, verdict: str, status: Pay | None) -> None:
    body = WAVE_BODY.replace(b"checkout.session.completed", kind.encode())
    signature = sign(Layout.JOINED, WAVE_SECRET, str(T), body)

    result = parse("wave", {"Wave-Signature": f"t={T},v1={signature}"}, body)

    assert result.verdict == verdict
    assert [event.status for event in result.events] == ([status] if status else [])


@pytest.mark.parametrize(
    ("checkout", "payment", "status"),
    [
        ("complete", "succeeded", Pay.PAID),
        ("COMPLETE", "Succeeded", Pay.PAID),
        ("complete", "cancelled", Pay.FAILED),
        ("complete", "processing", Pay.UNKNOWN),
        ("open", "processing", Pay.PENDING),
        ("open", "cancelled", Pay.PENDING),
        ("open", "succeeded", Pay.PENDING),
        ("expired", "processing", Pay.EXPIRED),
        ("melted", "succeeded", Pay.UNKNOWN),
    ],
)
def test_wave_is_paid_only_by_both_words(checkout: str, payment: str, status: Pay) -> None:
    body = WAVE_BODY.replace(b'"complete"', f'"{checkout}"'.encode()).replace(b'"succeeded"', f'"{payment}"'.encode())
    signature = sign(Layout.JOINED, WAVE_SECRET, str(T), body)

    assert parse("wave", {"Wave-Signature": f"t={T},v1={signature}"}, body).events[0].status is status


# Stripe §9


def stripe(body: bytes, api_key: str = "") -> InboundResult:
    signature = sign(Layout.DOT, STRIPE_SECRET, str(T), body)
    return parse("stripe", {"Stripe-Signature": f"t={T},v1={signature},v0={'0' * 64}"}, body, api_key=api_key)


def test_stripe_signature() -> None:
    result = parse("stripe", {"Stripe-Signature": f"t={T},v1={STRIPE_MAC}"}, STRIPE_BODY)

    assert (result.verdict, result.auth) == ("ok", Auth.BODY_SIGNED)
    (event,) = result.events
    assert (event.dedupe_key, event.status) == ("evt_lp_0001", Pay.PAID)
    assert (event.amount, event.currency, event.attempt_ref) == (15000, "XOF", "LP24K7A01")
    assert (event.provider_ref, event.txn_id) == ("cs_test_lp0001", "pi_lp0001")
    assert event.occurred_at == T * 1000
    assert parse("stripe", {"Stripe-Signature": f"t={T},v0={STRIPE_MAC}"}, STRIPE_BODY).verdict == "bad_auth"


@pytest.mark.parametrize(
    ("kind", "payment", "state", "status"),
    [
        ("completed", "unpaid", "complete", Pay.PENDING),
        ("completed", "no_payment_required", "complete", Pay.PAID),
        ("async_payment_succeeded", "paid", "complete", Pay.PAID),
        ("async_payment_failed", "unpaid", "complete", Pay.FAILED),
        ("expired", "unpaid", "expired", Pay.EXPIRED),
        ("completed", "perhaps", "complete", Pay.UNKNOWN),
    ],
)
def test_stripe_session_events(kind: str, payment: str, state: str, status: Pay) -> None:
    body = (
        STRIPE_BODY.replace(b"session.completed", f"session.{kind}".encode())
        .replace(b'"paid"', f'"{payment}"'.encode())
        .replace(b'"complete"', f'"{state}"'.encode())
    )

    assert [event.status for event in stripe(body).events] == [status]


def test_stripe_events_of_the_other_world_are_ignored() -> None:
    live = STRIPE_BODY.replace(b'"livemode":false', b'"livemode":true')

    assert stripe(STRIPE_BODY, api_key="sk_test_x").verdict == "ok"
    assert stripe(live, api_key="sk_test_x").verdict == "ignored"
    assert stripe(live, api_key="sk_live_x").verdict == "ok"
    assert stripe(STRIPE_BODY, api_key="rk_live_x").verdict == "ignored"


def test_stripe_types_of_tomorrow_are_ignored() -> None:
    assert stripe(STRIPE_BODY.replace(b"checkout.session.completed", b"invoice.paid")).verdict == "ignored"
