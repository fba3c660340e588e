"""Users from the command line: a password, a second factor, a look lent for a time."""

from __future__ import annotations

import time
from pathlib import Path

import pyotp

from tests.support.processes import ask, ask_json

SLUG = "boutique-teranga"
OWNER = "awa@teranga.sn"


async def test_a_second_factor_is_set_shown_and_forgotten(tmp_path: Path) -> None:
    home = tmp_path / "home"
    await ask_json(home, "store", "create", "Boutique Téranga", "--country", "SN")
    made = await ask(home, "store", "user", SLUG, OWNER, "--role", "owner", stdin=b"soleil de midi\n")
    assert made.code == 0, made.err
    unknown = await ask(home, "store", "otp", SLUG, "nobody@teranga.sn")
    assert (unknown.code, "nobody@teranga.sn" in unknown.sentence) == (1, True)
    wrong = await ask(home, "store", "otp", SLUG, OWNER, stdin=b"000000\n")
    assert wrong.code == 1
    assert "otpauth://totp/" in wrong.err
    assert "Traceback" not in wrong.err
    removed = await ask_json(home, "store", "otp", SLUG, OWNER, "--remove")
    assert removed == {"email": OWNER, "second_factor": False}
    lent = await ask_json(home, "store", "grant", SLUG, OWNER, "--minutes", "30")
    assert lent["until"].startswith("20")
    assert (await ask_json(home, "store", "grant", SLUG, OWNER, "--minutes", "0"))["until"] is None
    long = await ask(home, "store", "grant", SLUG, OWNER, "--minutes", "2000")
    assert long.code == 1


async def test_accounts_are_listed_switched_off_and_unlocked(tmp_path: Path) -> None:
    home = tmp_path / "home"
    await ask_json(home, "store", "create", "Boutique Téranga", "--country", "SN")
    first = await ask(home, "store", "user", SLUG, "caisse@teranga.sn", "--role", "cashier", stdin=b"soleil de midi\n")
    assert first.code == 1, "the first is an owner"
    for email, role in ((OWNER, "owner"), ("caisse@teranga.sn", "cashier")):
        made = await ask(home, "store", "user", SLUG, email, "--role", role, "--name", "Awa", stdin=b"soleil de midi\n")
        assert made.code == 0, made.err
    last = await ask(home, "store", "account", SLUG, OWNER, "disable")
    assert (last.code, "Traceback" in last.err) == (1, False)
    for act in ("disable", "enable", "unlock", "end-sessions"):
        assert (await ask_json(home, "store", "account", SLUG, "caisse@teranga.sn", act))["done"] == act
    await ask_json(home, "store", "account", SLUG, "caisse@teranga.sn", "disable")
    listed = (await ask_json(home, "store", "users", SLUG))["users"]
    assert [(one["email"], one["active"]) for one in listed] == [(OWNER, True), ("caisse@teranga.sn", False)]
    none = await ask(home, "store", "otp", SLUG, OWNER, "--codes")
    assert none.code == 1
    lent = ("store", "grant", SLUG, OWNER, "--minutes", "5", "--scopes", "messages")
    assert (await ask_json(home, *lent))["until"]
    assert (await ask_json(home, "store", "users", SLUG))["users"][0]["scopes"] == ["messages"]


def test_the_code_asked_for_is_what_an_authenticator_shows() -> None:
    """The step of pyotp's clock is ours (RFC 6238, appendix B, its secret and its first six digits)."""
    from core.accounts.second import step_of

    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for second, digits in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert step_of(secret, digits, second * 1000) == second // 30
    now = int(time.time())
    assert step_of(secret, pyotp.TOTP(secret).at(now), now * 1000) == now // 30
