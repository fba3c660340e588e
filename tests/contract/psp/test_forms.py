"""Notices that come as forms: read as browsers and PHP write them, and nothing else is believed."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.adapters.psp import wire
from tests.contract.psp.test_hostile_input import FORMS, proven


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "raw",
    [
        b"cpm_trans_id=LP1&cpm_trans_id=LP2",  # which of the two?
        b"data[status]=pending&data[status]=completed",
        b"cpm_amount=15000&cpm_designation=%ff",  # no UTF-8 behind the percent signs
        "cpm_designation=é".encode("latin-1"),
        b"cpm_amount=15000&",
        b"&cpm_amount=15000",
        b"cpm_amount",
        b"=&=",
        b"&".join(b"f%d=1" % n for n in range(501)),
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_broken_forms_are_malformed_however_well_proven(name: str, raw: bytes) -> None:
    assert wire.form(raw) is None
    assert proven(name, raw).verdict in ("malformed", "bad_auth")


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b"a=1&b=", {"a": "1", "b": ""}),
        (b"a=Robe+wax%20n%C2%B0&b=1%262", {"a": "Robe wax n°", "b": "1&2"}),
        (b"data%5Binvoice%5D%5Btoken%5D=t", {"data[invoice][token]": "t"}),
        ("data[x]=é".encode(), {"data[x]": "é"}),
        (b"a=%zz;b=2", {"a": "%zz;b=2"}),
        (b"a=%00", {"a": "\x00"}),
    ],
)
def test_forms_are_read_as_browsers_and_php_write_them(raw: bytes, fields: dict[str, str]) -> None:
    assert wire.form(raw) == fields


@given(raw=st.binary(max_size=200))
def test_any_bytes_are_a_form_or_none(raw: bytes) -> None:
    found = wire.form(raw)
    assert found is None or urlencode(found, errors="surrogatepass")
