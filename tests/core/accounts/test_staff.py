"""Who works with the store: what only an owner does, what ends a session, and that an owner always remains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.accounts import queries, staff
from core.accounts import service as accounts
from core.accounts.guard import UNNAMED, actor_of
from core.accounts.guard import check as guard
from core.accounts.passwords import hashed
from core.accounts.rules import ROLES, SECOND_GRACE_MS
from core.bootstrap import Shop, create_store, open_shop
from core.kernel.clock import HOUR, ManualClock
from core.kernel.errors import Forbidden, NotFound, Refused
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.support.stores import bare_engine

PASSWORD = "soleil de midi"
HASH = hashed(PASSWORD)  # once: it takes a tenth of a second, on purpose
Act = Callable[[Tx], object]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Accounts 1 to 4: owner, manager, cashier, support."""
    home = Home(tmp_path)
    made = open_shop(home, create_store(home, "Chez Awa", "SN").slug, ManualClock())
    people = [(number, f"{role}@boutique.sn", HASH, role) for number, role in enumerate(ROLES, start=1)]

    def write(tx: Tx) -> None:
        for row in people:
            tx.run("INSERT INTO account(id, email, hash, role, created_at) VALUES(?,?,?,?,0)", row)

    made.engine.call(write)
    yield made
    made.close()


def token_of(shop: Shop, role: str) -> str:
    return accounts.login(shop.engine, shop.factors, f"{role}@boutique.sn", PASSWORD)[0]


def is_in(shop: Shop, token: str) -> bool:
    return shop.engine.read(lambda r: queries.session_of(r, token, shop.clock.now())) is not None


def person(shop: Shop, account_id: int) -> queries.Person:
    found = shop.engine.read(lambda r: queries.person(r, account_id, shop.clock.now()))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "act",
    [
        lambda tx: staff.set_role(tx, 1, "manager"),
        lambda tx: staff.set_role(tx, 1, "support"),
        lambda tx: staff.disable(tx, 1),
    ],
)
def test_the_last_owner_stays(shop: Shop, act: Act) -> None:
    for actor in ("console", actor_of(1)):
        with pytest.raises(Refused, match="last owner"):
            shop.engine.call(act, actor=actor)
    with pytest.raises(Refused, match="last owner"):
        accounts.save(shop.engine, "owner@boutique.sn", PASSWORD, "cashier", "console")
    assert (person(shop, 1).role, person(shop, 1).disabled) == ("owner", False)
    shop.engine.call(lambda tx: staff.set_role(tx, 2, "owner"), actor=actor_of(1))
    shop.engine.call(act, actor=actor_of(1))
    with pytest.raises(Refused, match="last owner"):
        shop.engine.call(lambda tx: staff.disable(tx, 2), actor=actor_of(2))


STEPS = st.lists(
    st.tuples(st.sampled_from(["role", "disable", "enable", "save"]), st.integers(1, 4), st.sampled_from(ROLES)),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(steps=STEPS)
def test_whatever_is_done_an_owner_remains(steps: list[tuple[str, int, str]]) -> None:
    acts: dict[str, Callable[[Tx, int, str], object]] = {
        "role": staff.set_role,
        "disable": lambda tx, n, _: staff.disable(tx, n),
        "enable": lambda tx, n, _: staff.enable(tx, n),
        "save": lambda tx, n, _: staff.put_password(tx, n, "hash"),
    }
    with TemporaryDirectory() as folder, bare_engine(Path(folder), ManualClock()) as engine:
        engine.guard(guard)
        for number, role in enumerate(("owner", "owner", "cashier", "support"), start=1):
            engine.call(
                lambda tx, n=number, r=role: tx.run(  # type: ignore[misc]
                    "INSERT INTO account(id, email, hash, role, created_at) VALUES(?,?,'x',?,0)", (n, f"{n}@x.sn", r)
                )
            )
        for act, number, role in steps:
            with suppress(Refused):
                engine.call(lambda tx, a=act, n=number, r=role: acts[a](tx, n, r), actor="console")  # type: ignore[misc]
            owners = "SELECT count(*) FROM account WHERE role = 'owner' AND disabled_at IS NULL"
            assert engine.read(lambda r, sql=owners: r.value(sql)) >= 1  # type: ignore[misc]


def test_the_first_account_is_an_owners_and_an_address_is_taken_once(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        with pytest.raises(Refused, match="first account"):
            staff.add(engine, "caisse@boutique.sn", PASSWORD, "cashier", "console")
        staff.add(engine, "awa@boutique.sn", PASSWORD, "owner", "console")
        with pytest.raises(Refused, match="already"):
            staff.add(engine, "AWA@boutique.sn", PASSWORD, "cashier", "console")
        assert engine.read(lambda r: r.value("SELECT role FROM account")) == "owner"


@pytest.mark.parametrize(
    ("password", "told"),
    [("court", "at least"), ("x" * 257, "at most"), ("aaaabbbbaaaa", "repeats"), ("owner est ici", "e-mail")],
)
def test_a_weak_password_is_refused_with_what_it_lacks(shop: Shop, password: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        staff.password_hash(shop.engine, 1, password)
    with pytest.raises(Refused, match=told):
        accounts.save(shop.engine, "owner@boutique.sn", password, "owner")


@pytest.mark.parametrize(
    "act",
    [
        lambda tx: staff.set_role(tx, 3, "manager"),
        lambda tx: staff.disable(tx, 3),
        lambda tx: staff.put_password(tx, 3, hashed("etoile du matin")),
    ],
)
def test_another_role_or_password_ends_the_sessions_and_of_nobody_else(shop: Shop, act: Act) -> None:
    token, other = token_of(shop, "cashier"), token_of(shop, "manager")
    shop.engine.call(act, actor=actor_of(1))
    assert not is_in(shop, token)
    assert is_in(shop, other)


def test_who_is_switched_off_neither_logs_in_nor_acts_until_switched_on(shop: Shop) -> None:
    shop.engine.call(lambda tx: staff.disable(tx, 2), actor=actor_of(1))
    with pytest.raises(Forbidden, match="Wrong"):
        token_of(shop, "manager")
    with pytest.raises(Forbidden, match="Wrong"):
        accounts.identify(shop.engine, shop.factors, "manager@boutique.sn", PASSWORD)
    with pytest.raises(Forbidden, match="role"):
        shop.settings.set("store.city", "Thiès", actor_of(2))
    shop.engine.call(lambda tx: staff.enable(tx, 2), actor=actor_of(1))
    assert is_in(shop, token_of(shop, "manager"))
    kinds = shop.engine.read(lambda r: r.all("SELECT kind FROM journal WHERE kind LIKE 'Account%abled' ORDER BY seq"))
    assert [kind for (kind,) in kinds] == ["AccountDisabled", "AccountEnabled"]


OTHERS: dict[str, Act] = {
    "role": lambda tx: staff.set_role(tx, 3, "owner"),
    "own role": lambda tx: staff.set_role(tx, 2, "owner"),
    "password": lambda tx: staff.put_password(tx, 1, "mine now"),
    "name": lambda tx: staff.rename(tx, 1, "Moi"),
    "off": lambda tx: staff.disable(tx, 4),
    "unlock": lambda tx: staff.unlock(tx, 1),
    "lend": lambda tx: staff.lend(tx, 4, tx.now + HOUR),
    "log out": lambda tx: accounts.log_out(tx, 1),
}


@pytest.mark.parametrize("act", OTHERS)
@pytest.mark.parametrize("number", [2, 3, 4])
def test_only_an_owner_touches_the_accounts_of_others(shop: Shop, act: str, number: int) -> None:
    token = token_of(shop, "owner")
    with pytest.raises(Forbidden):
        accounts.login(shop.engine, shop.factors, "owner@boutique.sn", "lune de minuit")
    before = shop.engine.read(lambda r: r.all("SELECT * FROM account"))
    with pytest.raises(Forbidden, match="role"):
        shop.engine.call(OTHERS[act], actor=actor_of(number))
    assert shop.engine.read(lambda r: r.all("SELECT * FROM account")) == before
    assert is_in(shop, token)
    shop.engine.call(OTHERS[act], actor=actor_of(1))


def test_everybody_ends_their_own_sessions_and_sets_their_own_factor(shop: Shop) -> None:
    for number, role in enumerate(ROLES, start=1):
        token = token_of(shop, role)
        shop.engine.call(lambda tx, n=number: accounts.log_out(tx, n), actor=actor_of(number))  # type: ignore[misc]
        assert not is_in(shop, token)
    with pytest.raises(Forbidden, match="role"):
        shop.factors.remove(1, actor_of(3))


def test_a_window_that_nobody_unlocked_makes_the_first_account_and_touches_no_other(tmp_path: Path) -> None:
    home = Home(tmp_path)
    shop = open_shop(home, create_store(home, "Chez Awa", "SN").slug, ManualClock())
    staff.add(shop.engine, "awa@boutique.sn", PASSWORD, "owner", UNNAMED)
    acts: list[Act] = [lambda tx: staff.set_role(tx, 2, "owner"), lambda tx: staff.lend(tx, 2, tx.now + HOUR)]
    with pytest.raises(Forbidden, match="who you are"):
        staff.add(shop.engine, "intrus@boutique.sn", PASSWORD, "owner", UNNAMED)
    staff.add(shop.engine, "caisse@boutique.sn", PASSWORD, "cashier", "console")
    for act in acts:
        with pytest.raises(Forbidden, match="who you are"):
            shop.engine.call(act, actor=UNNAMED)
    shop.settings.set("store.city", "Thiès", UNNAMED)  # the rest is as before
    shop.close()


def test_a_new_owner_has_a_week_for_the_second_factor_and_a_former_one_needs_none(shop: Shop) -> None:
    shop.engine.call(lambda tx: staff.set_role(tx, 2, "owner"), actor=actor_of(1))
    assert person(shop, 2).second_due == shop.clock.now() + SECOND_GRACE_MS
    shop.engine.call(lambda tx: staff.set_role(tx, 2, "cashier"), actor=actor_of(1))
    assert person(shop, 2).second_due is None


def test_what_is_lent_is_only_what_was_named(shop: Shop) -> None:
    token = token_of(shop, "support")

    def may(right: str) -> bool:
        session = shop.engine.read(lambda r: queries.session_of(r, token, shop.clock.now()))
        assert session is not None
        return session.may(right)

    shop.engine.call(lambda tx: staff.lend(tx, 4, tx.now + HOUR, ("messages",)), actor=actor_of(1))
    assert (may("messages.read"), may("orders.read"), may("customers.read")) == (True, False, False)
    assert person(shop, 4).scopes == ("messages",)
    for wrong in ((), ("settings",), ("messages", "settings")):
        with pytest.raises(Refused, match="looked at"):
            shop.engine.call(lambda tx, w=wrong: staff.lend(tx, 4, tx.now + HOUR, w), actor=actor_of(1))  # type: ignore[misc]
    shop.engine.call(lambda tx: staff.set_role(tx, 4, "cashier"), actor=actor_of(1))
    assert person(shop, 4).looks_until is None


def test_nobody_is_nobody(shop: Shop) -> None:
    acts: list[Act] = [
        lambda tx: staff.set_role(tx, 99, "cashier"),
        lambda tx: staff.rename(tx, 99, "x"),
        lambda tx: staff.disable(tx, 99),
        lambda tx: staff.enable(tx, 99),
        lambda tx: staff.unlock(tx, 99),
        lambda tx: staff.put_password(tx, 99, "x"),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            shop.engine.call(act, actor="console")
    with pytest.raises(NotFound):
        staff.password_hash(shop.engine, 99, PASSWORD)
