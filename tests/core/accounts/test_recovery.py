"""Recovery codes: shown once, kept as hashes, good once each; and what else stands around the second factor."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyotp
import pytest

from core.accounts import queries, recovery, staff
from core.accounts import service as accounts
from core.accounts.rules import LOCK_AFTER, SECOND_GRACE_MS
from core.bootstrap import Shop, create_store, open_shop
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Forbidden, Refused
from core.storage.folder import Home

OWNER, PASSWORD = "awa@boutique.sn", "soleil de midi"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    home = Home(tmp_path)
    made = open_shop(home, create_store(home, "Chez Awa", "SN").slug, ManualClock())
    staff.add(made.engine, OWNER, PASSWORD, "owner", "console")
    staff.add(made.engine, "moussa@boutique.sn", PASSWORD, "manager", "console")
    yield made
    made.close()


@pytest.fixture
def codes(shop: Shop) -> tuple[str, ...]:
    app = pyotp.TOTP(shop.factors.offer(1, "x").secret)
    return shop.factors.confirm(1, app.at(shop.clock.now() // 1000), "account:1")


def log_in(shop: Shop, code: str, email: str = OWNER) -> bool:
    try:
        accounts.login(shop.engine, shop.factors, email, PASSWORD, code)
    except Forbidden:
        return False
    return True


def left(shop: Shop) -> int:
    return shop.engine.read(lambda r: recovery.left(r, 1))


def test_each_code_opens_once_however_it_is_written(shop: Shop, codes: tuple[str, ...]) -> None:
    assert len(set(codes)) == recovery.CODES
    written = (codes[0], codes[1].upper(), codes[2].replace("-", " "), f" {codes[3].replace('-', '')} ")
    for code in written:
        assert log_in(shop, code)
    for code in codes[:4]:
        assert not log_in(shop, code)
    assert left(shop) == recovery.CODES - 4
    told = shop.engine.read(lambda r: r.all("SELECT data FROM journal WHERE kind = 'RecoveryCodeUsed' ORDER BY seq"))
    assert len(told) == 4


def test_also_at_the_window_and_the_apps_codes_go_on(shop: Shop, codes: tuple[str, ...]) -> None:
    assert accounts.identify(shop.engine, shop.factors, OWNER, PASSWORD, codes[0]).role == "owner"
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    clock.advance(MINUTE)
    assert log_in(shop, pyotp.TOTP(shop.factors.secret(1)).at(clock.now() // 1000))


def test_one_code_at_the_same_moment_opens_one_session(shop: Shop, codes: tuple[str, ...]) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: log_in(shop, codes[0]), range(4))) == 1


def test_only_hashes_are_kept_and_they_are_the_accounts_own(shop: Shop, codes: tuple[str, ...]) -> None:
    hashes = {bytes(h) for (h,) in shop.engine.read(lambda r: r.all("SELECT hash FROM recovery_code"))}
    assert hashes == {recovery.digest(1, code) for code in codes}
    assert not hashes & {recovery.digest(2, code) for code in codes}
    journal = shop.engine.read(lambda r: r.all("SELECT data FROM journal ORDER BY seq"))
    assert not any(code in str(data) for (data,) in journal for code in codes)
    assert log_in(shop, codes[0], "moussa@boutique.sn"), "no second factor: nothing is asked, and nothing is used up"
    assert left(shop) == recovery.CODES


def test_guessed_codes_lock_the_account(shop: Shop, codes: tuple[str, ...]) -> None:
    for _ in range(LOCK_AFTER):
        assert not log_in(shop, "aaaa-bbbb-cccc")
    assert not log_in(shop, codes[0])
    assert left(shop) == recovery.CODES


def test_new_ones_replace_the_old_and_go_with_the_factor(shop: Shop, codes: tuple[str, ...]) -> None:
    fresh = shop.factors.new_codes(1, "account:1")
    assert not log_in(shop, codes[0])
    assert log_in(shop, fresh[0])
    shop.factors.remove(1, "account:1")
    assert left(shop) == 0
    with pytest.raises(Refused, match="second factor"):
        shop.factors.new_codes(1, "account:1")


def test_nobody_else_makes_them_but_an_owner(shop: Shop, codes: tuple[str, ...]) -> None:
    with pytest.raises(Forbidden):
        shop.factors.new_codes(1, "account:2")
    with pytest.raises(Forbidden):
        shop.factors.remove(1, "account:2")
    assert left(shop) == recovery.CODES


def test_a_stolen_session_brings_no_phone_of_its_own(shop: Shop, codes: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match="in use"):
        shop.factors.offer(1, "x")
    assert shop.factors.offer(1, "x", replace=True).secret != shop.factors.secret(1)
    assert log_in(shop, codes[0]), "what was offered is not yet in use"


def test_a_secret_that_is_gone_opens_to_nobody(shop: Shop, codes: tuple[str, ...]) -> None:
    """The vault was lost: no code is right, and that is said as for any wrong one."""
    shop.vault.set("second.1", "")
    assert not log_in(shop, "123456")
    assert log_in(shop, codes[0])


def test_removing_it_begins_a_new_week(shop: Shop, codes: tuple[str, ...]) -> None:
    found = shop.engine.read(lambda r: queries.person(r, 1, shop.clock.now()))
    assert found is not None
    assert (found.second_factor, found.second_due, found.codes) == (True, None, recovery.CODES)
    shop.factors.remove(1, "account:1")
    found = shop.engine.read(lambda r: queries.person(r, 1, shop.clock.now()))
    assert found is not None
    assert found.second_due == shop.clock.now() + SECOND_GRACE_MS
