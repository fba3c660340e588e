"""What is Orange Sonatel's own: the vector of reference payments §5.2, its links, its lists, its end of a code."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from aiohttp import web
from msgspec.structs import replace

from core.adapters.psp.signatures import Layout, sign
from core.payments.provider import Auth, InboundResult, Pay
from tests.contract.psp.conftest import CASES, NOW, REFERENCE, MakeRig, Rig, Serve
from tests.contract.psp.test_vectors import T, parse

SONATEL_SECRET = "livepay-sonatel-secret-01"
SONATEL_MAC = "5f393fc2173f6117bb45389639ee865a9e3901fff2b8c82214d77727565bda53"
SONATEL_BODY = (
    b'{"transactionId":"MP260921.1413.A12345","type":"MERCHANT_PAYMENT","status":"SUCCESS",'
    b'"amount":{"value":15000,"unit":"XOF"},"reference":"LP24K7A01","metadata":{"order":"LP24K7A01"}}'
)


def sonatel(headers: dict[str, str], raw: bytes = SONATEL_BODY, **how: Any) -> InboundResult:
    return parse("orange_sonatel", headers, raw, **{"webhook_secret": SONATEL_SECRET, **how})


def signed(raw: bytes) -> InboundResult:
    return sonatel({"X-Sonatel-Signature": f"t={T},v1={sign(Layout.COMMA, SONATEL_SECRET, str(T), raw)}"}, raw)


def test_the_body_is_the_references_own() -> None:
    assert len(SONATEL_BODY) == 180
    assert hashlib.sha256(SONATEL_BODY).hexdigest()[:16] == "8c96b5b043d4dbd1"


def test_sonatel_joins_time_and_body_with_a_comma() -> None:
    result = sonatel({"X-Sonatel-Signature": f"t={T},v1={SONATEL_MAC}"})

    assert (result.verdict, result.auth) == ("ok", Auth.BODY_SIGNED)
    (event,) = result.events
    assert (event.status, event.amount, event.currency, event.attempt_ref) == (Pay.PAID, 15000, "XOF", REFERENCE)
    assert event.txn_id == "MP260921.1413.A12345"
    assert event.dedupe_key == "MP260921.1413.A12345:SUCCESS"


def test_a_key_that_no_signature_covers_does_not_make_another_event() -> None:
    headers = {"X-Sonatel-Signature": f"t={T},v1={SONATEL_MAC}"}

    keys = {sonatel({**headers, "X-Sonatel-Idempotency-Key": key}).events[0].dedupe_key for key in ("a", "b")}

    assert len(keys) == 1


def test_sonatel_accepts_any_signature_of_a_rotation() -> None:
    old = sign(Layout.COMMA, "livepay-sonatel-secret-00", str(T), SONATEL_BODY)

    assert sonatel({"X-Sonatel-Signature": f"t={T},v1={old},v1={SONATEL_MAC}"}).verdict == "ok"
    assert sonatel({"X-Sonatel-Signature": f"t={T},v1={old}"}).verdict == "bad_auth"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Sonatel-Signature": f"t={T},v1=56111a2fe0971ba9fac57894e2ee7e504b9732afa027c6ac5156709940930e57"},  # dot
        {"X-Sonatel-Signature": f"t={T},v1={'0' * 64}", "Authorization": "Basic key-1"},
        {"X-Sonatel-Signature": f"t={T}"},
        {"X-Sonatel-Signature": f"t={T},s={SONATEL_MAC}"},
        {"Authorization": "Basic key-2"},
        {"Authorization": "Bearer key-1"},
        {"Authorization": "Basic "},
        {},
    ],
)
def test_sonatel_refuses_every_other_proof(headers: dict[str, str]) -> None:
    result = sonatel(headers, callback_key="key-1")

    assert (result.verdict, result.reply[0]) == ("bad_auth", 401)


def test_the_registered_key_alone_is_a_hint_where_one_is_set() -> None:
    assert sonatel({"Authorization": "Basic key-1"}, callback_key="key-1").auth is Auth.SHARED_SECRET
    assert sonatel({"Authorization": "Basic key-1"}).verdict == "bad_auth"
    assert sonatel({"Authorization": "Basic "}).verdict == "bad_auth"


@pytest.mark.parametrize(("seconds", "verdict"), [(-301, "stale"), (-300, "ok"), (300, "ok"), (301, "stale")])
def test_sonatel_out_of_its_time_is_stale_and_acknowledged(seconds: int, verdict: str) -> None:
    result = sonatel({"X-Sonatel-Signature": f"t={T},v1={SONATEL_MAC}"}, now=(T + seconds) * 1000)

    assert (result.verdict, result.reply[0]) == (verdict, 200)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("PRE_INITIATED", Pay.PENDING),
        ("INITIATED", Pay.PENDING),
        ("PENDING", Pay.PENDING),
        ("ACCEPTED", Pay.PENDING),
        ("success", Pay.PAID),
        ("FAILED", Pay.FAILED),
        ("REJECTED", Pay.FAILED),
        ("CANCELLED", Pay.CANCELLED),
        ("SUCCEEDED", Pay.UNKNOWN),
    ],
)
def test_sonatel_words(word: str, status: Pay) -> None:
    assert signed(SONATEL_BODY.replace(b"SUCCESS", word.encode())).events[0].status is status


def test_sonatel_tells_that_a_code_had_expired() -> None:
    raw = SONATEL_BODY.replace(b'"SUCCESS"', b'"FAILED","errorCode":4004')

    assert signed(raw).events[0].status is Pay.EXPIRED


def test_what_is_no_payment_of_a_buyer_is_ignored() -> None:
    assert signed(SONATEL_BODY.replace(b"MERCHANT_PAYMENT", b"CASHIN")).verdict == "ignored"


@pytest.fixture
async def dakar(make_rig: MakeRig) -> Rig:
    return await make_rig(CASES["orange_sonatel"])


async def test_each_app_has_its_link(dakar: Rig) -> None:
    om, maxit, other = [
        await dakar.create(method=method, attempt_ref=f"LP24K7A0{n}")
        for n, method in enumerate(("orange_money", "maxit", None))
    ]

    assert [link.redirect_url.split("/")[-2] for link in (om, maxit, other) if link.redirect_url] == ["om", "mp", "om"]


@pytest.mark.parametrize(("ttl", "lasts"), [(600, 600), (None, 86400), (90_000, 86400)])
async def test_a_code_lives_as_long_as_asked(dakar: Rig, ttl: int | None, lasts: int) -> None:
    created = await dakar.create(ttl=ttl)

    (session,) = (await dakar.control("sessions", method="GET"))["items"]
    assert session["expires_at"] == NOW + lasts * 1000
    assert created.expires_at == pytest.approx(NOW + lasts * 1000, abs=1000)


async def test_money_for_a_code_that_ended_counts_before_the_end_does(dakar: Rig) -> None:
    created = await dakar.create()
    await dakar.let_expire(created)
    await dakar.act("pay", late=True)

    assert (await dakar.provider.fetch_status(dakar.attempt(created))).status is Pay.PAID
    lost = replace(dakar.attempt(created), secrets={})
    assert (await dakar.provider.fetch_status(lost)).status is Pay.PAID


async def test_a_list_in_an_envelope_is_read_too(dakar: Rig, serve: Serve) -> None:
    async def transactions(_: web.Request) -> web.Response:
        row = {
            "transactionId": "MP1",
            "status": "SUCCESS",
            "reference": REFERENCE,
            "amount": {"value": 1, "unit": "XOF"},
        }
        return web.json_response({"page": 0, "content": [row, {**row, "reference": "other"}, "junk", None]})

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "a", "expires_in": "299"})

    app = web.Application()
    app.router.add_get("/api/eWallet/v1/transactions", transactions)
    app.router.add_post("/oauth/v1/token", token)
    (found,) = await dakar.provider_with({}, base_url=await serve(app)).find_by_reference(REFERENCE)

    assert (found.status, found.amount, found.provider_ref) == (Pay.PAID, 1, REFERENCE)


async def test_a_refusal_ends_sonatels_tries(dakar: Rig) -> None:
    dakar.door.answers = [500, 401, 200]
    await dakar.create()

    await dakar.act("pay")

    log = (await dakar.control("webhooks", method="GET"))["log"]
    assert [line["status"] for line in log] == [500, 401]


@pytest.mark.parametrize("code", ["15951", "1595155", "ABCDEF", "١٥٩٥١٥"])
async def test_a_merchant_code_has_six_digits(dakar: Rig, code: str) -> None:
    findings = await dakar.provider_with({"merchant_code": code}).selftest()

    assert [finding.message for finding in findings] == ["The merchant code has six digits."]
