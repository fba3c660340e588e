"""Wrong passwords keep out whoever tries them, and nobody else: neither from afar nor by knowing an address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from core.accounts import queries, staff
from core.accounts import service as accounts
from core.accounts.rules import LOCK_AFTER, LOCK_MS, source_of
from core.bootstrap import Shop, create_store, open_shop
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Forbidden
from core.storage.folder import Home

OWNER, PASSWORD = "awa@boutique.sn", "soleil de midi"
HOME, THIEF = "41.82.14.7", "45.1.2.3"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def shop(tmp_path: Path, clock: ManualClock) -> Iterator[Shop]:
    home = Home(tmp_path)
    made = open_shop(home, create_store(home, "Chez Awa", "SN").slug, clock)
    staff.add(made.engine, OWNER, PASSWORD, "owner", "console")
    yield made
    made.close()


def log_in(shop: Shop, address: str, password: str = PASSWORD, code: str = "") -> bool:
    try:
        accounts.login(shop.engine, shop.factors, OWNER, password, code, address=address)
    except Forbidden:
        return False
    return True


def at_the_window(shop: Shop, password: str = PASSWORD, code: str = "") -> bool:
    try:
        accounts.identify(shop.engine, shop.factors, OWNER, password, code)
    except Forbidden:
        return False
    return True


def shown(shop: Shop) -> queries.Person:
    found = shop.engine.read(lambda r: queries.person(r, 1, shop.clock.now()))
    assert found is not None
    return found


def test_who_tries_from_elsewhere_locks_only_themselves_out(shop: Shop) -> None:
    for _ in range(LOCK_AFTER * 3):
        log_in(shop, THIEF, "lune de minuit")
    assert not log_in(shop, THIEF), "the right password, from where the tries came"
    assert log_in(shop, HOME)
    assert at_the_window(shop)
    assert (shown(shop).locked_until, shown(shop).everywhere) == (shop.clock.now() + LOCK_MS, False)


def test_the_window_counts_for_itself(shop: Shop, clock: ManualClock) -> None:
    for _ in range(LOCK_AFTER):
        at_the_window(shop, "lune de minuit")
    assert not at_the_window(shop)
    assert log_in(shop, HOME)
    clock.advance(LOCK_MS)
    assert at_the_window(shop)


def test_codes_guessed_by_many_addresses_lock_the_account_but_not_its_window(shop: Shop, clock: ManualClock) -> None:
    """Six digits: who knows the password must not try them from everywhere at once."""
    app = pyotp.TOTP(shop.factors.offer(1, "x").secret)
    shop.factors.confirm(1, app.at(clock.now() // 1000), "test")
    clock.advance(MINUTE)
    for number in range(LOCK_AFTER):
        assert not log_in(shop, f"45.1.2.{number}", PASSWORD, "000000")
    good = app.at(clock.now() // 1000)
    assert shown(shop).everywhere
    assert not log_in(shop, HOME, PASSWORD, good)
    assert at_the_window(shop, PASSWORD, good)
    clock.advance(LOCK_MS)
    assert log_in(shop, HOME, PASSWORD, app.at(clock.now() // 1000))


def test_an_owner_forgets_wrong_passwords_before_their_time(shop: Shop) -> None:
    for _ in range(LOCK_AFTER):
        log_in(shop, HOME, "lune de minuit")
    assert not log_in(shop, HOME)
    shop.engine.call(lambda tx: staff.unlock(tx, 1), actor="account:1")
    assert shown(shop).locked_until is None
    assert log_in(shop, HOME)


def test_single_mistakes_far_apart_lock_nobody_and_leave_nothing(shop: Shop, clock: ManualClock) -> None:
    for _ in range(LOCK_AFTER * 2):
        log_in(shop, HOME, "lune de minuit")
        clock.advance(LOCK_MS)
    assert log_in(shop, HOME)
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM login_failure")) == 0


def test_an_unknown_address_leaves_no_row(shop: Shop) -> None:
    with pytest.raises(Forbidden):
        accounts.login(shop.engine, shop.factors, "nobody@boutique.sn", PASSWORD, address=THIEF)
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM login_failure")) == 0


def test_a_password_asked_again_counts_as_at_the_login(shop: Shop) -> None:
    for _ in range(LOCK_AFTER):
        with pytest.raises(Forbidden):
            accounts.confirm_password(shop.engine, 1, "lune de minuit", THIEF)
    with pytest.raises(Forbidden):
        accounts.confirm_password(shop.engine, 1, PASSWORD, THIEF)
    assert not log_in(shop, THIEF)
    accounts.confirm_password(shop.engine, 1, PASSWORD, HOME)
    accounts.confirm_password(shop.engine, 1, PASSWORD)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("41.82.14.7", "41.82.14.7"),
        ("::ffff:41.82.14.7", "41.82.14.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_one_person_is_one_address_or_one_network(address: str, source: str) -> None:
    """A /64 is what a provider gives one customer: its 2^64 addresses are one."""
    assert source_of(address) == source
