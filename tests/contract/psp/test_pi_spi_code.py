"""The code of PI-SPI (reference payments §10.3): its vectors byte for byte, and a reader of its own for every other."""

from __future__ import annotations

import binascii
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.adapters.psp import provider_class
from core.adapters.psp.pi_spi import PiSpi, qr_payload
from core.payments.provider import Buyer, CheckoutRequest, Pay, ProviderConfig, Rejected
from localserver.sandbox.psp_pi_spi import read_code
from tests.contract.psp.conftest import CASES, REFERENCE, UUID, MakeRig

ALIAS = "7f3c9a52-1b4d-4e8f-9a61-2c5d7e8f9012"
STATIC = (
    "00020136560012int.bceao.pi01367f3c9a52-1b4d-4e8f-9a61-2c5d7e8f90125204000053039525802SN5901X6001X"
    "620711030006304C726"
)
DYNAMIC = (
    "00020136560012int.bceao.pi01367f3c9a52-1b4d-4e8f-9a61-2c5d7e8f9012520400005303952540815000.005802SN5901X6001X"
    "62200509LP24K7A01110340063048E8A"
)


def test_the_code_is_the_references_own() -> None:
    assert qr_payload(ALIAS, "SN") == STATIC
    assert qr_payload(ALIAS, "SN", REFERENCE, 15000) == DYNAMIC
    assert f"{binascii.crc_hqx(b'123456789', 0xFFFF):04X}" == "29B1"


def test_a_wallet_reads_what_is_to_be_paid() -> None:
    assert read_code(DYNAMIC) == {"alias": ALIAS, "amount": "15000", "reference": REFERENCE}
    with pytest.raises(ValueError, match="no dynamic code"):
        read_code(STATIC)


@given(
    alias=st.uuids().map(str),
    country=st.sampled_from(sorted(PiSpi.caps.countries)),
    reference=st.from_regex(re.compile(r"[A-Z0-9]{1,25}", re.ASCII), fullmatch=True),
    amount=st.integers(1, PiSpi.caps.max_amount),
)
def test_every_code_is_read_back_as_it_was_meant(alias: str, country: str, reference: str, amount: int) -> None:
    code = qr_payload(alias, country, reference, amount)

    assert read_code(code) == {"alias": alias, "amount": str(amount), "reference": reference}
    assert len(code) < 200


@given(place=st.integers(0, len(DYNAMIC) - 1), other=st.sampled_from("0123456789ABCDEFX-."))
def test_one_wrong_character_is_noticed(place: int, other: str) -> None:
    spoilt = DYNAMIC[:place] + other + DYNAMIC[place + 1 :]
    if spoilt != DYNAMIC:
        with pytest.raises(ValueError, match="sum"):
            read_code(spoilt)


@pytest.mark.parametrize("alias", ["", "7f3c9a52", ALIAS + "0", "221771234567", ALIAS.replace("-", "")])
async def test_an_alias_that_is_none_shows_no_code(alias: str) -> None:
    provider = provider_class("pi_spi")(ProviderConfig("http://127.0.0.1:9", "SN", "XOF", {"alias": alias}), None)
    asked = CheckoutRequest(REFERENCE, UUID, "Robe", 15000, "XOF", "SN", Buyer(), "https://pay.example.test/r", "")

    with pytest.raises(Rejected):
        await provider.create_checkout(asked)


async def test_without_a_banks_api_nobody_is_asked(make_rig: MakeRig) -> None:
    """The account of nearly everybody: an alias and nothing else. The seller's word is waited for."""
    rig = await make_rig(CASES["pi_spi"])
    alone = rig.provider_with({"api_key": "", "api_secret": "", "webhook_secret": ""}, base_url="http://127.0.0.1:9")

    created = await alone.create_checkout(rig.request())

    assert created.qr_text == DYNAMIC
    assert created.alias == ALIAS
    assert alone.configured()
    assert (await alone.fetch_status(rig.attempt(created))).status is Pay.UNKNOWN
    assert [finding.ok for finding in await alone.selftest()] == [True]
