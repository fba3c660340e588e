from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from core.conversations.incoming import challenge, verify_signature
from tests.core.whatsapp.bodies import body, change, encode, message

SECRET = "0123456789abcdef0123456789abcdef"


def signed(raw: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


RAW = encode(body(change(messages=[message(text={"body": "Réservé 😀 https://pay.example/x"})])))


def test_the_body_is_escaped_as_meta_escapes_it() -> None:
    assert b"R\\u00e9serv\\u00e9 \\ud83d\\ude00 https:\\/\\/pay.example\\/x" in RAW


@pytest.mark.parametrize("form", [str, str.encode])
def test_the_signature_over_the_bytes_as_received_is_accepted(form: type) -> None:
    assert verify_signature(SECRET, form(signed(RAW)), RAW)


def test_the_same_json_written_in_another_way_is_not() -> None:
    for again in (
        json.dumps(json.loads(RAW)).encode(),
        json.dumps(json.loads(RAW), ensure_ascii=False, separators=(",", ":")).encode(),
        RAW.replace(b"\\u00e9", b"\\u00E9"),
        RAW + b"\n",
    ):
        assert json.loads(again) == json.loads(RAW)
        assert not verify_signature(SECRET, signed(RAW), again)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        b"",
        "sha256=",
        "sha256=é😀",
        "sha256=\udcff",
        "\udcffsha256=",
        "é" * 71,
        b"sha256=" + bytes(range(128, 192)),
        signed(RAW).removeprefix("sha256="),
        "sha1=" + hmac.new(SECRET.encode(), RAW, hashlib.sha1).hexdigest(),
        signed(RAW).upper(),
        signed(RAW)[:-1],
        signed(RAW) + "0",
        signed(RAW, "another secret"),
    ],
)
def test_any_other_header_is_refused_without_an_error(header: str | bytes | None) -> None:
    assert not verify_signature(SECRET, header, RAW)


def test_an_empty_secret_refuses_even_its_own_signature() -> None:
    assert not verify_signature("", signed(RAW, ""), RAW)


def asked(token: str = "jeton é", mode: str = "subscribe", text: str = "1158201444") -> dict[str, str]:
    return {"hub.mode": mode, "hub.verify_token": token, "hub.challenge": text}


def test_the_challenge_is_given_back_for_the_right_token_only() -> None:
    assert challenge(asked(), "jeton é") == "1158201444"
    assert challenge(asked("jeton e"), "jeton é") is None
    assert challenge(asked("\udcff"), "jeton é") is None
    assert challenge(asked(mode="unsubscribe"), "jeton é") is None
    assert challenge(asked(text=""), "jeton é") is None
    assert challenge(asked(""), "") is None
    assert challenge({}, "jeton é") is None
