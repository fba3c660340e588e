"""The vectors of reference payments §8 and §10.2, byte for byte: phones that are asked, and PI-SPI's batches."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest

from core.adapters.psp import provider_class
from core.adapters.psp.signatures import Layout, sign
from core.payments.provider import Auth, InboundResult, Pay, ProviderConfig
from tests.contract.psp.test_vectors import NOW, T

MVOLA_BODY = (
    b'{"transactionStatus":"completed","serverCorrelationId":"a7c1e2b4-0d55-4f5e-9f5b-0c9f5a1b2c3d",'
    b'"transactionReference":"641235","requestDate":"2026-09-21T14:13:20.000Z","debitParty":[{"key":"msisdn",'
    b'"value":"0343500003"}],"creditParty":[{"key":"msisdn","value":"0343500004"}],"fees":[],"metadata":[]}'
)
AIRTEL_BODY = (
    b'{"transaction":{"id":"LP24K7A01","message":"Paid MGA 25000","status_code":"TS","airtel_money_id":"MP2609211413"}}'
)
PI_SPI_SECRET = "livepay-pispi-secret-01"
PI_SPI_MAC = "61c3ef8382547888e4204e03eea8d790336db59f05b921564135a691e6e13336"
PI_SPI_BASE64 = "YcPvg4JUeIjkIE4D7qjXkDNttZ8FuSFWQTWmkebhMzY="
PI_SPI_BODY = (
    '{"data":[{"evCode":"PAIEMENT_RECU","evDate":"2026-09-21T14:13:20.000Z","txId":"LP24K7A01",'
    '"end2endId":"ESNTEST20260921141320LP0000000000001","montant":15000,"client":"Aïcha Ndiaye"}],"meta":{"total":1}}'
).encode()


def parse(provider: str, headers: Mapping[str, str], raw: bytes, secret: str = PI_SPI_SECRET) -> InboundResult:
    """One delivery ten seconds after T."""
    config = ProviderConfig("https://x.test", "SN", "XOF", {"webhook_secret": secret})
    return provider_class(provider)(config, None).parse_webhook("POST", None, headers, raw, "", NOW)


def test_the_body_is_the_references_own() -> None:
    assert len(PI_SPI_BODY) == 203
    assert hashlib.sha256(PI_SPI_BODY).hexdigest()[:16] == "9e35e58dea0a7748"


# MVola §8.1


@pytest.mark.parametrize(("method", "token", "auth"), [("PUT", "tok", Auth.TOKEN), ("POST", None, Auth.NONE)])
def test_mvola_tells_and_proves_nothing(method: str, token: str | None, auth: Auth) -> None:
    adapter = provider_class("mvola")
    assert method in adapter.caps.inbound_methods
    config = ProviderConfig("https://x.test", "MG", "MGA", {})
    result = adapter(config, None).parse_webhook(method, token, {}, MVOLA_BODY, "", NOW)

    assert (result.verdict, result.auth, result.reply[0]) == ("ok", auth, 200)
    (event,) = result.events
    assert (event.status, event.provider_ref) == (Pay.PAID, "a7c1e2b4-0d55-4f5e-9f5b-0c9f5a1b2c3d")
    assert (event.attempt_ref, event.amount, event.txn_id) == (None, None, "641235")
    assert event.dedupe_key == "a7c1e2b4-0d55-4f5e-9f5b-0c9f5a1b2c3d:completed"
    assert event.occurred_at == T * 1000


@pytest.mark.parametrize(
    ("word", "status"),
    [("completed", Pay.PAID), ("Pending", Pay.PENDING), ("failed", Pay.FAILED), ("reversed", Pay.UNKNOWN)],
)
def test_mvola_states(word: str, status: Pay) -> None:
    assert parse("mvola", {}, MVOLA_BODY.replace(b"completed", word.encode())).events[0].status is status


# Airtel §8.2


def test_airtel_tells_and_proves_nothing() -> None:
    result = parse("airtel_mg", {"hash": "0" * 64}, AIRTEL_BODY)

    assert (result.verdict, result.auth) == ("ok", Auth.NONE)
    (event,) = result.events
    assert (event.status, event.attempt_ref, event.provider_ref) == (Pay.PAID, "LP24K7A01", "LP24K7A01")
    assert (event.amount, event.txn_id, event.dedupe_key) == (None, "MP2609211413", "LP24K7A01:TS")


@pytest.mark.parametrize(("word", "status"), [("TIP", Pay.PENDING), ("TF", Pay.FAILED), ("TA", Pay.UNKNOWN)])
def test_airtel_states(word: str, status: Pay) -> None:
    assert parse("airtel_mg", {}, AIRTEL_BODY.replace(b'"TS"', f'"{word}"'.encode())).events[0].status is status


# PI-SPI §10.2


@pytest.mark.parametrize("signature", [PI_SPI_MAC, PI_SPI_BASE64, f" {PI_SPI_MAC} "])
def test_pi_spi_signature_in_hex_and_in_base64(signature: str) -> None:
    result = parse("pi_spi", {"X-Signature": signature}, PI_SPI_BODY)

    assert (result.verdict, result.auth) == ("ok", Auth.BODY_SIGNED)
    (event,) = result.events
    assert (event.kind, event.status, event.amount, event.currency) == ("payment", Pay.PAID, 15000, "XOF")
    assert (event.attempt_ref, event.txn_id) == ("LP24K7A01", "ESNTEST20260921141320LP0000000000001")
    assert event.dedupe_key == "ESNTEST20260921141320LP0000000000001:PAIEMENT_RECU"
    assert event.occurred_at == T * 1000


@pytest.mark.parametrize(
    "signature", ["", PI_SPI_MAC.upper(), PI_SPI_MAC[:-1] + "7", "A" + PI_SPI_BASE64[1:], "é" * 44, "=" * 44, "0" * 64]
)
def test_pi_spi_refuses_every_other_signature(signature: str) -> None:
    assert parse("pi_spi", {"X-Signature": signature}, PI_SPI_BODY).verdict == "bad_auth"
    assert parse("pi_spi", {"X-Signature": PI_SPI_MAC}, PI_SPI_BODY.replace(b"15000", b"15001")).verdict == "bad_auth"


def test_pi_spi_without_a_secret_believes_nobody() -> None:
    assert parse("pi_spi", {"X-Signature": PI_SPI_MAC}, PI_SPI_BODY, secret="").verdict == "bad_auth"


def test_pi_spi_batches_are_taken_apart() -> None:
    """Three events in one request: ours, one that names nobody's attempt, and one that is no payment of a buyer."""
    ours = PI_SPI_BODY[len('{"data":[') : -len('],"meta":{"total":1}}')]
    foreign = ours.replace(b"LP24K7A01", b"FOREIGN01").replace(b"0000000000001", b"0000000000002")
    sent = ours.replace(b"PAIEMENT_RECU", b"PAIEMENT_ENVOYE")
    body = b'{"data":[' + b",".join((ours, foreign, sent)) + b'],"meta":{"total":3}}'

    result = parse("pi_spi", {"X-Signature": sign(Layout.BODY, PI_SPI_SECRET, "", body)}, body)

    assert [event.attempt_ref for event in result.events] == ["LP24K7A01", "FOREIGN01"]
    assert len({event.dedupe_key for event in result.events}) == 2


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        ("PAIEMENT_REJETE", "payment", Pay.FAILED),
        ("RTP_REJETE", "payment", Pay.FAILED),
        ("RETOUR_ENVOYE", "refund", Pay.REFUNDED),
    ],
)
def test_pi_spi_events(code: str, kind: str, status: Pay) -> None:
    body = PI_SPI_BODY.replace(b"PAIEMENT_RECU", code.encode())

    (event,) = parse("pi_spi", {"X-Signature": sign(Layout.BODY, PI_SPI_SECRET, "", body)}, body).events

    assert (event.kind, event.status) == (kind, status)
    assert (event.amount is None) == (kind == "refund"), "what was sent back is booked once the bank says so"
