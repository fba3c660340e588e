"""Least privilege in core: what a role may not do is refused in the transaction, by whatever door it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from core.accounts import service as accounts
from core.accounts.guard import actor_of
from core.accounts.queries import Session, session_of
from core.accounts.rules import ACTS, CONSEQUENCES, LENT, MAX_LOAN_MS, RIGHTS, ROLES, may
from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.kernel.clock import HOUR, ManualClock
from core.kernel.errors import Forbidden, NotFound, Refused
from core.kernel.events import Event
from core.live import service as live
from core.storage.engine import Tx
from core.storage.folder import Home

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    home = Home(tmp_path)
    made = open_shop(home, create_store(home, "Chez Awa", "SN").slug, ManualClock())
    for role in ROLES:
        accounts.save(made.engine, f"{role}@boutique.sn", "soleil de midi", role)
    yield made
    made.close()


def add_product(tx: Tx) -> None:
    catalogue.add(tx, ProductFields("ROBE1", "ROBE1", "Robe", "", "", 15_000, 3, None))


def start_live(tx: Tx) -> None:
    live.start(tx, "Ce soir", "tiktok")


VERBS: dict[str, Callable[[Tx], None]] = {"products.write": add_product, "live.run": start_live}


@pytest.mark.parametrize("right", VERBS)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_does_what_it_may_and_nothing_else_stays(shop: Shop, role: str, right: str) -> None:
    account = shop.engine.read(lambda r: r.value("SELECT id FROM account WHERE role = ?", (role,)))
    before = shop.engine.read(lambda r: r.value("SELECT count(*) FROM journal"))
    if may(role, right):
        shop.engine.call(VERBS[right], actor=actor_of(account))
        return
    with pytest.raises(Forbidden):
        shop.engine.call(VERBS[right], actor=actor_of(account))
    tables = "SELECT (SELECT count(*) FROM product) + (SELECT count(*) FROM live_session)"
    assert shop.engine.read(lambda r: r.value(tables)) == 0
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM journal")) == before


def test_the_window_acts_as_who_unlocked_it(shop: Shop) -> None:
    cashier = shop.engine.read(lambda r: r.value("SELECT id FROM account WHERE role = 'cashier'"))
    shop.engine.act_as("seller", actor_of(cashier))
    with pytest.raises(Forbidden):
        shop.engine.call(add_product, actor="seller")
    shop.settings.set("store.city", "Thiès", "system")
    with pytest.raises(Forbidden):
        shop.settings.set("store.city", "Dakar", "seller")
    assert shop.settings.get("store.city") == "Thiès"
    shop.engine.call(start_live, actor="seller")
    assert shop.engine.read(lambda r: r.value("SELECT actor FROM journal ORDER BY seq DESC")) == actor_of(cashier)
    shop.engine.act_as("seller", None)
    shop.engine.call(add_product, actor="seller")


def test_an_account_that_is_gone_or_demoted_does_nothing_more(shop: Shop) -> None:
    with pytest.raises(Forbidden):
        shop.engine.call(add_product, actor=actor_of(99))
    manager = shop.engine.read(lambda r: r.value("SELECT id FROM account WHERE role = 'manager'"))
    accounts.save(shop.engine, "manager@boutique.sn", "soleil de midi", "support")
    with pytest.raises(Forbidden):
        shop.engine.call(add_product, actor=actor_of(manager))


def test_every_event_is_somebodys_act_or_a_consequence() -> None:
    """A new event must say which: an act nobody thought of is an act everybody may do."""
    for path in (ROOT / "core").glob("*/events.py"):
        import_module(f"core.{path.parent.name}.events")
    found, left = set(), [Event]
    while left:
        kind = left.pop()
        below = [each for each in kind.__subclasses__() if each.__module__.startswith("core.")]
        left += below
        if not kind.__name__.endswith("Event"):  # a family of events, never emitted itself
            found.add(kind.__name__)
    assert found == ACTS.keys() | CONSEQUENCES
    assert not ACTS.keys() & CONSEQUENCES
    assert set(ACTS.values()) <= RIGHTS.keys()
    assert RIGHTS.keys() >= LENT


def test_a_look_is_lent_for_a_time(shop: Shop) -> None:
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    support = shop.engine.read(lambda r: r.value("SELECT id FROM account WHERE role = 'support'"))
    token, session = accounts.login(shop.engine, shop.factors, "support@boutique.sn", "soleil de midi")
    assert not session.may("orders.read")
    shop.engine.call(lambda tx: accounts.lend(tx, support, tx.now + HOUR))

    def now() -> Session:
        found = shop.engine.read(lambda r: session_of(r, token, clock.now()))
        assert found is not None
        return found

    assert now().may("orders.read")
    assert not now().may("orders.write")
    clock.advance(HOUR)
    assert not now().may("orders.read")
    shop.engine.call(lambda tx: accounts.lend(tx, support, tx.now + HOUR))
    shop.engine.call(lambda tx: accounts.lend(tx, support, 0))
    assert not now().may("orders.read")
    with pytest.raises(Refused):
        shop.engine.call(lambda tx: accounts.lend(tx, support, tx.now + MAX_LOAN_MS + 1))
    with pytest.raises(NotFound):
        shop.engine.call(lambda tx: accounts.lend(tx, 99, tx.now + HOUR))
