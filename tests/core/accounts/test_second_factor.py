"""The second factor by a real authenticator (pyotp): who needs it, that a code counts once, and losing the phone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyotp
import pytest

from core.accounts import service as accounts
from core.accounts.queries import Session
from core.accounts.rules import LOCK_AFTER, SECOND_GRACE_MS
from core.bootstrap import Shop, create_store, open_shop
from core.kernel.clock import MINUTE, SECOND, ManualClock
from core.kernel.errors import Forbidden, NotFound, Refused
from core.storage.folder import Home

OWNER, CASHIER, PASSWORD = "awa@boutique.sn", "caisse@boutique.sn", "soleil de midi"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def shop(tmp_path: Path, clock: ManualClock) -> Iterator[Shop]:
    home = Home(tmp_path)
    made = open_shop(home, create_store(home, "Chez Awa", "SN").slug, clock)
    accounts.save(made.engine, OWNER, PASSWORD, "owner")
    accounts.save(made.engine, CASHIER, PASSWORD, "cashier")
    yield made
    made.close()


def log_in(shop: Shop, code: str = "", email: str = OWNER) -> Session:
    return accounts.login(shop.engine, shop.factors, email, PASSWORD, code)[1]


def number(shop: Shop, email: str = OWNER) -> int:
    return int(shop.engine.read(lambda r: r.value("SELECT id FROM account WHERE email = ?", (email,))))


def set_up(shop: Shop, clock: ManualClock) -> pyotp.TOTP:
    offered = shop.factors.offer(number(shop), shop.name)
    app = pyotp.parse_uri(offered.uri)
    assert isinstance(app, pyotp.TOTP)
    assert (app.issuer, app.name, app.secret) == ("LivePay Chez Awa", OWNER, offered.secret)
    shop.factors.confirm(number(shop), app.at(clock.now() // 1000), "test")
    return app


def test_an_owner_has_a_week_to_set_it_and_others_need_none(shop: Shop, clock: ManualClock) -> None:
    assert log_in(shop).second_due == clock.now() + SECOND_GRACE_MS
    clock.advance(SECOND_GRACE_MS - 1)
    log_in(shop)
    clock.advance(1)
    with pytest.raises(Forbidden, match="second factor"):
        log_in(shop)
    assert log_in(shop, email=CASHIER).second_due is None
    assert accounts.identify(shop.engine, shop.factors, OWNER, PASSWORD).role == "owner", "at the store's own computer"
    accounts.save(shop.engine, OWNER, PASSWORD, "owner")  # a new password is no new week
    with pytest.raises(Forbidden, match="second factor"):
        log_in(shop)
    app = set_up(shop, clock)
    clock.advance(MINUTE)
    assert log_in(shop, app.at(clock.now() // 1000)).second_due is None


def test_a_code_opens_once_near_its_time_and_no_other_does(shop: Shop, clock: ManualClock) -> None:
    app = set_up(shop, clock)
    used = app.at(clock.now() // 1000)
    with pytest.raises(Forbidden, match="authenticator"):
        log_in(shop)
    with pytest.raises(Forbidden, match="authenticator"):
        accounts.identify(shop.engine, shop.factors, OWNER, PASSWORD)
    with pytest.raises(Forbidden, match="Wrong"):
        log_in(shop, used)  # it has confirmed already
    clock.advance(30 * SECOND)
    code = app.at(clock.now() // 1000)
    log_in(shop, f" {code[:3]} {code[3:]} ")
    with pytest.raises(Forbidden, match="Wrong"):
        log_in(shop, code)
    for wrong in ("000000", "²²²²²²", "abcdef", code[::-1]):
        clock.advance(20 * MINUTE)
        with pytest.raises(Forbidden, match="Wrong"):
            log_in(shop, wrong)
    clock.advance(20 * MINUTE)
    log_in(shop, app.at(clock.now() // 1000 - 30))  # the phone is half a minute late
    clock.advance(20 * MINUTE)
    with pytest.raises(Forbidden, match="Wrong"):
        log_in(shop, app.at(clock.now() // 1000 - 90))


def test_one_code_at_the_same_moment_opens_one_session(shop: Shop, clock: ManualClock) -> None:
    app = set_up(shop, clock)
    clock.advance(MINUTE)
    code = app.at(clock.now() // 1000)

    def attempt(_: int) -> bool:
        try:
            log_in(shop, code)
        except Forbidden:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1


def test_wrong_codes_lock_as_wrong_passwords_do(shop: Shop, clock: ManualClock) -> None:
    app = set_up(shop, clock)
    clock.advance(MINUTE)
    for _ in range(LOCK_AFTER):
        with pytest.raises(Forbidden):
            log_in(shop, "123456")
    with pytest.raises(Forbidden, match="too many tries"):
        log_in(shop, app.at(clock.now() // 1000))


def test_nothing_changes_before_a_right_code_and_a_lost_phone_is_forgotten(shop: Shop, clock: ManualClock) -> None:
    shop.factors.offer(number(shop), shop.name)
    with pytest.raises(Refused, match="code"):
        shop.factors.confirm(number(shop), "000000", "test")
    log_in(shop)
    with pytest.raises(NotFound):
        shop.factors.offer(99, shop.name)
    set_up(shop, clock)
    assert shop.factors.names() == [f"second.{number(shop)}"]
    shop.factors.remove(number(shop), "test")
    assert shop.factors.names() == []
    assert log_in(shop).second_due == clock.now() + SECOND_GRACE_MS
    kinds = shop.engine.read(lambda r: r.all("SELECT kind FROM journal WHERE kind LIKE 'SecondFactor%' ORDER BY seq"))
    assert [kind for (kind,) in kinds] == ["SecondFactorSet", "SecondFactorRemoved"]
