"""The vectors of reference payments §7.1 to §7.3, byte for byte: CinetPay's two platforms, PayDunya."""

from __future__ import annotations

import hashlib

import pytest

from core.adapters.psp import wire
from core.adapters.psp.cinetpay_v2 import SIGNED, signature
from core.adapters.psp.paydunya import constant_hash
from core.payments.provider import NOTIFY_TOKEN, Auth, InboundResult, Pay
from core.payments.rules import weigh_token
from tests.contract.psp.test_vectors import NOW, T, parse

CINETPAY_SECRET = "livepay-cinetpay-secret-01"
CINETPAY_MAC = "4d8064c1485c818e37d715b72b56c7b42f711b227b5171e3fb8ddb93eaf82613"
CINETPAY_BODY = (
    b"cpm_site_id=123456&cpm_trans_id=LP24K7A01&cpm_trans_date=2026-09-21+14%3A13%3A20&cpm_amount=15000"
    b"&cpm_currency=XOF&signature=lptestsig&payment_method=FLOOZ&cel_phone_num=99123456&cpm_phone_prefixe=228"
    b"&cpm_language=fr&cpm_version=V4&cpm_payment_config=SINGLE&cpm_page_action=PAYMENT&cpm_custom=LP24K7A01"
    b"&cpm_designation=Robe+wax&cpm_error_message=SUCCES"
)
CINETPAY_JOINED = (
    "123456LP24K7A012026-09-21 14:13:2015000XOFlptestsigFLOOZ99123456228frV4SINGLEPAYMENTLP24K7A01Robe waxSUCCES"
)
CINETPAY_NOTICE = (
    b'{"notify_token":"nt-cp-0001","merchant_transaction_id":"LP24K7A01","transaction_id":"cp-778899",'
    b'"user":{"name":"Aicha","email":"a@example.test","phone_number":"+221771234567"}}'
)

PAYDUNYA_KEY = "livepay-paydunya-master-key-01"
PAYDUNYA_HASH = (
    "1f7dcfd53494e2496ef70acc360ce8920750df0a17efb6acc8e8e5507a42013f"
    "de373eb237121b4a9bf1038b44f9d356a25612b380a8995fb97510344adef8f7"
)
PAYDUNYA_BODY = (
    f"data[hash]={PAYDUNYA_HASH}&data[status]=completed&data[response_code]=00&data[invoice][token]=test_LPtok1"
    "&data[invoice][total_amount]=15000&data[custom_data][ref]=LP24K7A01"
).encode()


def test_the_body_is_the_references_own() -> None:
    assert len(CINETPAY_BODY) == 352
    assert hashlib.sha256(CINETPAY_BODY).hexdigest()[:16] == "cb7266d27c95ce24"


# CinetPay §7.1, the old platform


def cinetpay_v2(body: bytes, token: str = CINETPAY_MAC, **values: str) -> InboundResult:
    known = {"platform": "v2", "site_id": "123456", "webhook_secret": CINETPAY_SECRET, **values}
    return parse("cinetpay", {"X-Token": token}, body, NOW, **known)


def test_cinetpays_old_platform_signs_its_fields_joined_without_a_separator() -> None:
    fields = wire.form(CINETPAY_BODY)
    assert fields is not None
    assert "".join(fields[name] for name in SIGNED) == CINETPAY_JOINED
    assert signature(CINETPAY_SECRET, fields) == CINETPAY_MAC

    result = cinetpay_v2(CINETPAY_BODY)

    assert (result.verdict, result.auth, result.reply[0]) == ("ok", Auth.BODY_SIGNED, 200)
    (event,) = result.events
    assert (event.status, event.attempt_ref, event.provider_ref) == (Pay.UNKNOWN, "LP24K7A01", "LP24K7A01")
    assert (event.amount, event.currency, event.method) == (15000, "XOF", "FLOOZ")
    assert event.occurred_at == T * 1000


@pytest.mark.parametrize("token", ["", "0" * 64, CINETPAY_MAC.upper(), CINETPAY_MAC[:-1], "é\udce9"])
def test_cinetpays_old_platform_with_another_token_is_refused(token: str) -> None:
    assert cinetpay_v2(CINETPAY_BODY, token).verdict == "bad_auth"
    assert parse("cinetpay", {}, CINETPAY_BODY, platform="v2", webhook_secret=CINETPAY_SECRET).verdict == "bad_auth"
    assert cinetpay_v2(CINETPAY_BODY, webhook_secret="").verdict == "bad_auth"


@pytest.mark.parametrize(("old", "new"), [(b"=15000", b"=100"), (b"=XOF", b"=XAF"), (b"LP24K7A01", b"LP24K7A02")])
def test_cinetpays_old_platform_shows_when_a_field_was_changed(old: bytes, new: bytes) -> None:
    assert cinetpay_v2(CINETPAY_BODY.replace(old, new)).verdict == "bad_auth"


def test_cinetpays_fields_may_be_left_out_or_stand_in_another_order() -> None:
    shuffled = b"&".join(reversed(CINETPAY_BODY.split(b"&")))
    assert cinetpay_v2(shuffled).verdict == "ok"
    without = CINETPAY_BODY.replace(b"&cpm_custom=LP24K7A01", b"")
    fields = wire.form(without)
    assert fields is not None
    assert cinetpay_v2(without, signature(CINETPAY_SECRET, fields)).verdict == "ok"


def test_another_site_of_the_same_cinetpay_account_is_none_of_ours() -> None:
    assert cinetpay_v2(CINETPAY_BODY, site_id="999").verdict == "ignored"


def test_a_failure_told_by_cinetpay_is_as_little_a_verdict_as_a_success() -> None:
    told = CINETPAY_BODY.replace(b"SUCCES", b"PAYMENT_FAILED")
    fields = wire.form(told)
    assert fields is not None
    (event,) = cinetpay_v2(told, signature(CINETPAY_SECRET, fields)).events
    assert event.status is Pay.UNKNOWN


# CinetPay §7.2, the new platform


def test_cinetpays_new_platform_shows_a_token_and_tells_nothing() -> None:
    result = parse("cinetpay", {}, CINETPAY_NOTICE)

    assert (result.verdict, result.auth) == ("ok", Auth.TOKEN)
    (event,) = result.events
    assert (result.token, event.status, event.amount) == ("nt-cp-0001", Pay.UNKNOWN, None)
    assert (event.attempt_ref, event.provider_ref) == ("LP24K7A01", "cp-778899")


@pytest.mark.parametrize("kept", ["nt-cp-0002", "nt-cp-000", "nt-cp-0001 ", "é\udce9"])
def test_another_token_is_refused(kept: str) -> None:
    result = weigh_token(parse("cinetpay", {}, CINETPAY_NOTICE), {NOTIFY_TOKEN: kept})

    assert (result.verdict, result.reply[0], result.events) == ("bad_auth", 401, ())
    assert weigh_token(parse("cinetpay", {}, CINETPAY_NOTICE), {NOTIFY_TOKEN: "nt-cp-0001"}).verdict == "ok"


def test_a_notice_that_shows_no_token_is_refused() -> None:
    assert parse("cinetpay", {}, CINETPAY_NOTICE.replace(b'"nt-cp-0001"', b"null")).verdict == "bad_auth"
    assert parse("cinetpay", {}, CINETPAY_NOTICE.replace(b'"nt-cp-0001"', b'""')).verdict == "bad_auth"
    assert parse("cinetpay", {}, b"{}").verdict == "bad_auth"


def test_a_later_notice_with_the_same_words_is_another_look() -> None:
    first, copy, later = [
        parse("cinetpay", {}, CINETPAY_NOTICE, now=NOW + seconds * 1000).events[0] for seconds in (0, 9, 60)
    ]

    assert first.dedupe_key == copy.dedupe_key != later.dedupe_key


# PayDunya §7.3


def paydunya(body: bytes, **values: str) -> InboundResult:
    return parse("paydunya", {}, body, NOW, **{"master_key": PAYDUNYA_KEY, **values})


def test_paydunyas_hash_proves_the_sender_only() -> None:
    result = paydunya(PAYDUNYA_BODY)

    assert constant_hash(PAYDUNYA_KEY) == PAYDUNYA_HASH
    assert (result.verdict, result.auth, result.reply[0]) == ("ok", Auth.SHARED_SECRET, 200)
    (event,) = result.events
    assert (event.status, event.amount, event.currency) == (Pay.PAID, 15000, None)
    assert (event.attempt_ref, event.provider_ref, event.txn_id) == ("LP24K7A01", "test_LPtok1", "test_LPtok1")
    assert event.dedupe_key == f"test_LPtok1:completed:{NOW // 10_000}"
    encoded = PAYDUNYA_BODY.replace(b"[", b"%5B").replace(b"]", b"%5D")
    assert paydunya(encoded) == result


@pytest.mark.parametrize(
    ("old", "new", "status", "amount"),
    [
        (b"=15000", b"=100", Pay.PAID, 100),
        (b"=completed", b"=cancelled", Pay.CANCELLED, 15000),
        (b"=completed", b"=failed", Pay.FAILED, 15000),
        (b"=completed", b"=pending", Pay.PENDING, 15000),
        (b"=completed", b"=Completed", Pay.PAID, 15000),
        (b"=completed", b"=refunded", Pay.UNKNOWN, 15000),
    ],
)
def test_paydunyas_hash_stays_right_whatever_else_is_changed(old: bytes, new: bytes, status: Pay, amount: int) -> None:
    result = paydunya(PAYDUNYA_BODY.replace(old, new))

    assert result.auth is Auth.SHARED_SECRET  # so that the invoice is read before anything is believed
    assert [(event.status, event.amount) for event in result.events] == [(status, amount)]


@pytest.mark.parametrize("given", ["", "0" * 128, PAYDUNYA_HASH.upper(), PAYDUNYA_HASH[:-1], PAYDUNYA_KEY])
def test_paydunya_with_another_hash_is_refused(given: str) -> None:
    assert paydunya(PAYDUNYA_BODY.replace(PAYDUNYA_HASH.encode(), given.encode())).verdict == "bad_auth"
    assert paydunya(PAYDUNYA_BODY, master_key="").verdict == "bad_auth"
