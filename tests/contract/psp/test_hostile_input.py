"""Bodies and headers that nobody sane sends: parsing never raises, and never believes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.adapters.psp import REGISTRY, provider_class, wire
from core.adapters.psp.cinetpay_v2 import signature
from core.adapters.psp.paydunya import constant_hash
from core.adapters.psp.signatures import Check, Layout, same_secret, sign, split, verify
from core.payments.provider import InboundResult, Pay, ProviderConfig

NOW = 1_790_000_000_000
SECRET = "whsec_0123456789abcdef"
T = str(NOW // 1000)


def _bictorys_signed(body: bytes) -> dict[str, str]:
    mac = sign(Layout.DOT, SECRET, str(NOW), body)
    return {"X-Secret-Key": SECRET, "X-Webhook-Timestamp": str(NOW), "X-Webhook-Signature": mac}


PROOFS: dict[str, Callable[[bytes], dict[str, str]]] = {
    "sandbox": lambda body: {"LivePay-Sandbox-Signature": f"t={T},v1={sign(Layout.DOT, SECRET, T, body)}"},
    "bictorys": _bictorys_signed,
    "wave": lambda body: {"Wave-Signature": f"t={T},v1={sign(Layout.JOINED, SECRET, T, body)}"},
    "stripe": lambda body: {"Stripe-Signature": f"t={T},v1={sign(Layout.DOT, SECRET, T, body)}"},
    "orange_sonatel": lambda body: {"X-Sonatel-Signature": f"t={T},v1={sign(Layout.COMMA, SECRET, T, body)}"},
    "fedapay": lambda body: {"X-FEDAPAY-SIGNATURE": f"t={T},s={sign(Layout.DOT, SECRET, T, body)}"},
    "cinetpay-v2": lambda body: {"X-Token": signature(SECRET, wire.form(body) or {})},
    "pi_spi": lambda body: {"X-Signature": sign(Layout.BODY, SECRET, "", body)},
    "mvola": lambda body: {},
    "airtel_mg": lambda body: {},
}
UNPROVEN = ("mvola", "airtel_mg")
"""Nothing they send is proven: everything that can be read is a hint."""
FORMS = ("cinetpay-v2", "paydunya")
providers = pytest.mark.parametrize("name", [*(provider.name for provider in REGISTRY), "cinetpay-v2"])
HEADERS = (
    "X-Token",
    "Wave-Signature",
    "Stripe-Signature",
    "LivePay-Sandbox-Signature",
    "Authorization",
    "X-Secret-Key",
    "X-Webhook-Signature",
    "X-Webhook-Timestamp",
    "X-Sonatel-Signature",
    "X-FEDAPAY-SIGNATURE",
    "X-Signature",
)


def parse(name: str, headers: dict[str, str], raw: bytes) -> InboundResult:
    values = {"webhook_secret": SECRET, "master_key": SECRET, "api_key": "sk_test_x", "platform": name[-2:]}
    config = ProviderConfig("https://x.test", "SN", "XOF", values)
    provider = provider_class(name.removesuffix("-v2"))(config, None)
    return provider.parse_webhook("POST", "tok", headers, raw, "a=b&%ff", NOW)


def proven(name: str, raw: bytes) -> InboundResult:
    """As the provider would send it: with the proof in the headers, or in the body where there is one to hold it."""
    if name in PROOFS:
        return parse(name, PROOFS[name](raw), raw)
    if name in FORMS:
        return parse(name, {}, f"data[hash]={constant_hash(SECRET)}&".encode() + raw)
    if not isinstance(wire.decode(raw), dict):
        return parse(name, {}, raw)
    comma = b"," if wire.decode(raw) else b""
    return parse(name, {}, raw.rstrip()[:-1] + comma + f'"notif_token":"{SECRET}","notify_token":"{SECRET}"}}'.encode())


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def encoded(name: str, value: Any) -> bytes:
    """``value`` as this provider would send it."""
    if name not in FORMS or not isinstance(value, dict):
        return body(value)
    fields = {key: inner if isinstance(inner, str) else json.dumps(inner) for key, inner in value.items()}
    return urlencode(fields, errors="surrogatepass").encode()


@providers
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf{}",
        b"<html>",
        b"[" * 200_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"null",
        b"[]",
        b"15000",
        b'"paid"',
        b"NaN",
        b'{"amount":NaN}',
        b'{"amount":1e99999999999999999999}',
        b'{"amount":' + b"9" * 5000 + b"}",
        '{"a":1}'.encode("utf-16"),
        b'{"a":1',
        b"x" * 4_000_000,
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_proven_nonsense_is_malformed(name: str, raw: bytes) -> None:
    result = proven(name, raw)

    refused = ("malformed", 400, ()) if name in PROOFS else ("bad_auth", 401, ())  # no place for a proof, no proof
    assert (result.verdict, result.reply[0], result.events) == refused


@providers
@pytest.mark.parametrize(
    "junk", [None, True, 0, -1, 1.5, 10**30, "", "\x00", "\ud800", "x" * 5000, [], {}, [[1]], {"id": {}}]
)
def test_wrong_types_everywhere_give_no_facts(name: str, junk: Any) -> None:
    keys = (
        "id amount status currency paymentReference merchantFees timestamp pspName session reference created_at "
        "client_reference checkout_status payment_status last_payment_error amount_total client_reference_id "
        "payment_intent metadata created transaction_id when_completed refunded transactionId reference "
        "merchant_reference fees mode approved_at currency txnid order_id updated_at merchant_transaction_id "
        "cpm_trans_id cpm_amount cpm_currency cpm_trans_date payment_method data[status] data[invoice][token] "
        "data[invoice][total_amount] data[custom_data][ref] serverCorrelationId transactionStatus requestDate "
        "transaction status_code airtel_money_id evCode evDate txId end2endId montant"
    ).split()
    inner = dict.fromkeys(keys, junk)
    shapes: dict[str, list[Any]] = {
        "sandbox": [{**inner, "session": inner}, inner],
        "bictorys": [{**inner, "type": "payment"}, {**inner, "type": "refund"}, inner],
        "wave": [{**inner, "type": "checkout.session.completed", "data": d} for d in (inner, junk)],
        "stripe": [
            {**inner, "type": t, "data": {"object": o}}
            for t in ("checkout.session.completed", "charge.refunded")
            for o in (inner, junk)
        ],
        "orange_sonatel": [{**inner, "type": "MERCHANT_PAYMENT"}, {"amount": {"value": junk, "unit": junk}}, inner],
        "orange_web": [inner],
        "cinetpay": [inner],
        "cinetpay-v2": [inner, {**inner, "cpm_site_id": ""}],
        "paydunya": [inner],
        "fedapay": [
            {"name": f"transaction.{word}", place: o}
            for word in ("approved", "deleted")
            for place in ("entity", "object", "data")
            for o in ({**inner, "currency": {"iso": junk}}, inner, junk)
        ],
        "mvola": [inner],
        "airtel_mg": [{"transaction": inner}, inner],
        "pi_spi": [{"data": [{**inner, "evCode": "PAIEMENT_ENVOYE"}, inner, junk]}, {"data": junk}],
    }
    for shape in shapes[name]:
        for event in proven(name, encoded(name, shape)).events:
            assert event.status not in (Pay.PAID, Pay.REFUNDED)
            assert event.attempt_ref is None or len(event.attempt_ref) <= 255
            assert event.amount is None or isinstance(event.amount, int)
            event.dedupe_key.encode()


@providers
@pytest.mark.parametrize("value", ["é", "\udce9", "\x00", "t=1,v1=", "Bearer é", "=" * 9000, "," * 9000])
def test_headers_that_are_not_ascii_or_not_sane_are_refused(name: str, value: str) -> None:
    verdict = parse(name, dict.fromkeys(HEADERS, value), b"{}").verdict
    assert verdict == ("ignored" if name in UNPROVEN else "bad_auth")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)


@providers
@given(raw=st.binary(max_size=300), headers=st.dictionaries(st.sampled_from(HEADERS), st.text()))
def test_anything_at_all_is_survived(name: str, raw: bytes, headers: dict[str, str]) -> None:
    if name not in UNPROVEN:
        assert parse(name, headers, raw).verdict == "bad_auth"
    refused = "malformed" if name in PROOFS else "bad_auth"
    assert proven(name, raw).verdict in (refused, "ignored", "ok")


@providers
@given(
    data=st.dictionaries(
        st.sampled_from(
            "id type data session status amount paymentReference object transaction_id cpm_trans_id cpm_amount"
            " data[status] data[invoice][token] data[invoice][total_amount]".split()
        ),
        json_values | st.sampled_from(["payment", "checkout.session.completed", "charge.refunded", "succeeded"]),
    )
)
def test_any_proven_object_is_survived(name: str, data: dict[str, Any]) -> None:
    result = proven(name, encoded(name, data))

    refused = "malformed" if name in PROOFS else "bad_auth"  # such as Infinity, which is no JSON
    assert result.verdict in (refused, "ignored", "ok")
    for event in result.events:
        assert event.dedupe_key


# The readers themselves


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (15000, 15000),
        ("15000", 15000),
        ("15000.00", 15000),
        (wire.decode(b"15000.0"), 15000),
        (wire.decode(b"1.5e4"), 15000),
        (-100, -100),
        (0, 0),
        ("15000.50", None),
        (wire.decode(b"0.1"), None),
        (True, None),
        (1.5, None),
        (None, None),
        ("", None),
        ("15 000", None),
        ("1e4", None),
        ("١٥", None),
        ("+15", None),
        ("0x10", None),
        ("15000\n", None),
        (10**16, None),
        (wire.decode(b"1e999999"), None),
        ([15000], None),
    ],
)
def test_amounts_are_whole_or_nothing(value: Any, amount: int | None) -> None:
    assert wire.whole(value) == amount


@pytest.mark.parametrize(
    ("value", "ms"),
    [
        ("2026-09-21T14:13:20Z", NOW),
        ("2026-09-21 14:13:20", NOW),
        ("2026-09-21T16:13:20+02:00", NOW),
        ("2026-09-21 14:13:20.12345", NOW + 123),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1790000000, None),
        ("0001-01-01T00:00:00+23:59", -62135683140000),
    ],
)
def test_times_are_read_with_or_without_zone(value: Any, ms: int | None) -> None:
    assert wire.moment(value) == ms


def test_an_empty_secret_signs_and_equals_nothing() -> None:
    with pytest.raises(ValueError, match="empty secret"):
        sign(Layout.DOT, "", T, b"")
    assert verify(Layout.DOT, "", T, ["0" * 64], b"", NOW) is Check.BAD
    assert verify(Layout.DOT, SECRET, T, [], b"", NOW) is Check.BAD
    assert not same_secret("", "")
    assert not same_secret("x", "")


@pytest.mark.parametrize("layout", list(Layout))
def test_each_layout_verifies_its_own_signature_only(layout: Layout) -> None:
    mac = sign(layout, SECRET, T, b"body")

    good = {other for other in Layout if verify(other, SECRET, T, [mac], b"body", NOW) is Check.GOOD}
    assert good == {layout}


def test_a_wrong_mac_is_bad_even_when_it_is_old_too() -> None:
    assert verify(Layout.DOT, SECRET, "1", ["0" * 64], b"", NOW) is Check.BAD
    assert verify(Layout.DOT, SECRET, "1", [sign(Layout.DOT, SECRET, "1", b"")], b"", NOW) is Check.STALE


@given(st.text())
def test_splitting_a_header_never_raises(header: str) -> None:
    timestamp, signatures = split(header)

    assert verify(Layout.JOINED, SECRET, timestamp, signatures, b"", NOW) is Check.BAD
