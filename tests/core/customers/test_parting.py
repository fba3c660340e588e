"""A merge is taken back: each has their own again, what came since stays with who was kept, the books are the same."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bootstrap import Shop, create_store, open_shop
from core.conversations import notes, threads
from core.customers import allowing, consent, merges, merging, parting, restricting, tags
from core.customers.service import Identity, recognise, record, set_notes
from core.kernel.clock import ManualClock
from core.kernel.errors import Forbidden, NotFound, Refused
from core.orders import settling
from core.orders.service import Wanted
from core.payments import booking
from core.pipeline import service as pipeline
from core.storage import journal
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.support.stores import add_product

BESIDE = {"journal", "customer_merge", "merge_part", "merge_order", "journal_day"}
"""Tables that grow with every act, whatever it changes."""


class House:
    """A shop that people come to: each example brings two of its own."""

    def __init__(self, shop: Shop, clock: ManualClock) -> None:
        self.shop, self.engine, self.clock, self.people = shop, shop.engine, clock, 0
        self.robe = add_product(self.engine, "ROBE1", stock=100_000)
        self.sac = add_product(self.engine, "SAC2", stock=0)

    def do(self, command: Callable[[Tx], Any], actor: str = "seller") -> Any:
        return self.engine.call(command, actor=actor)

    def two(self) -> tuple[int, int]:
        def arrive(tx: Tx) -> tuple[int, int]:
            self.people += 2
            one, other = (Identity("phone", f"+2217{number:08d}") for number in (self.people, self.people + 1))
            return recognise(tx, [one], "Awa"), recognise(tx, [other], "Binta")

        return self.do(arrive)  # type: ignore[no-any-return]

    def tables(self) -> dict[str, str]:
        """A digest of the rows of every table."""
        with self.engine.reader() as reader:
            names = [row[0] for row in reader.all("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            return {
                name: hashlib.sha256(repr(sorted(map(repr, reader.all(f"SELECT * FROM {name}")))).encode()).hexdigest()
                for name in names
                if name not in BESIDE
            }

    def act(self, who: int, what: str) -> None:
        self.clock.advance(1_000)
        self.do(lambda tx: ACTS[what](self, tx, who))


def _order(house: House, tx: Tx, who: int) -> int:
    return house.shop.orders.claim(tx, who, [Wanted(house.robe)], "whatsapp").order_id or 0


def _pay(house: House, tx: Tx, order: int) -> None:
    payment = tx.insert(
        "INSERT INTO payment(provider, key, order_id, amount, received_at) VALUES('sandbox',?,?,15000,?)",
        (f"k{order}", order, tx.now),
    )
    booking.received(tx, payment, order, "sandbox", 15_000, 0)
    settling.settle(tx, order, 15_000, "sandbox", payment)


def _end(house: House, tx: Tx, who: int, how: str) -> None:
    """What is reserved, or else a new order, comes to its end."""
    order = tx.value("SELECT id FROM orders WHERE customer_id = ? AND state = 'reserved'", (who,))
    order = order or _order(house, tx, who)
    if how == "paid":
        _pay(house, tx, order)
    elif how == "expired":
        house.shop.orders.expire(tx, order)
    else:
        house.shop.orders.cancel(tx, order, "customer")


def _say(house: House, tx: Tx, who: int) -> None:
    thread = threads.thread_of(tx, who)
    threads.add_message(tx, thread, "customer", "text", f"Bonjour {random.random()}")
    threads.heard(tx, thread, tx.now)


def _post(house: House, tx: Tx, who: int) -> None:
    from core.conversations.outgoing import text

    threads.post(tx, who, f"t:{tx.now}:{who}", text("Bonjour"))


def _lead(house: House, tx: Tx, who: int) -> None:
    if pipeline.open_of(tx, who) is None:
        pipeline.start(tx, who, "quote", "Dix boubous", 90_000)


def _move(house: House, tx: Tx, who: int) -> None:
    lead = pipeline.open_of(tx, who)
    if lead is not None:
        pipeline.move(tx, lead.id, "lost")


ACTS: dict[str, Callable[[House, Tx, int], Any]] = {
    "order": _order,
    "paid": lambda h, tx, who: _end(h, tx, who, "paid"),
    "expired": lambda h, tx, who: _end(h, tx, who, "expired"),
    "cancelled": lambda h, tx, who: _end(h, tx, who, "cancelled"),
    "wait": lambda h, tx, who: h.shop.orders.claim(tx, who, [Wanted(h.sac)], "whatsapp"),
    "say": _say,
    "post": _post,
    "read": lambda h, tx, who: threads.mark_read(tx, threads.thread_of(tx, who)),
    "ask": lambda h, tx, who: threads.escalate(tx, threads.thread_of(tx, who), "human"),
    "take": lambda h, tx, who: threads.person_spoke(tx, threads.thread_of(tx, who), "window"),
    "give back": lambda h, tx, who: threads.give_back(tx, threads.thread_of(tx, who)),
    "resolve": lambda h, tx, who: threads.resolve(tx, threads.thread_of(tx, who)),
    "beside": lambda h, tx, who: notes.add(tx, threads.thread_of(tx, who), "À rappeler"),
    "note": lambda h, tx, who: set_notes(tx, who, f"Taille {random.randrange(36, 48)}"),
    "tag": lambda h, tx, who: tags.put(tx, who, random.choice(["grossiste", "quartier", "revendeuse"])),
    "no score": lambda h, tx, who: consent.say(tx, who, False, "conversation"),
    "score": lambda h, tx, who: consent.say(tx, who, True, "conversation"),
    "no offers": lambda h, tx, who: consent.offers(tx, who, False),
    "restrict": lambda h, tx, who: restricting.restrict(tx, who),
    "allow": lambda h, tx, who: allowing.allow(tx, who, random.randrange(1, 90)),
    "lead": _lead,
    "lost": _move,
}
SOME = st.lists(st.sampled_from(sorted(ACTS)), max_size=8)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = Home(tmp_path_factory.mktemp("home"))
    card = create_store(home, "Boutique Téranga", "SN")
    clock = ManualClock()
    shop = open_shop(home, card.slug, clock)
    yield House(shop, clock)
    shop.close()


def _merge(house: House, kept: int, other: int) -> int:
    house.do(lambda tx: merging.merge(tx, kept, other))
    return house.engine.read(lambda r: merges.standing(r, kept))[0].id


def _part(house: House, merge: int) -> None:
    house.do(lambda tx: parting.part(tx, merge))


@settings(max_examples=30, deadline=None)
@given(mine=SOME, theirs=SOME)
def test_nothing_is_left_of_a_merge_that_is_taken_back(house: House, mine: list[str], theirs: list[str]) -> None:
    kept, other = house.two()
    for who, acts in ((kept, mine), (other, theirs)):
        for what in acts:
            house.act(who, what)
    before = house.tables()
    merge = _merge(house, kept, other)
    assert house.tables() != before
    _part(house, merge)
    after = house.tables()
    assert {name for name in after if after[name] != before[name]} == set()


@settings(max_examples=30, deadline=None)
@given(mine=SOME, theirs=SOME, since=SOME)
def test_each_has_their_own_and_what_came_since_stays(
    house: House, mine: list[str], theirs: list[str], since: list[str]
) -> None:
    kept, other = house.two()
    for who, acts in ((kept, mine), (other, theirs)):
        for what in acts:
            house.act(who, what)

    def owned(reader: Any, who: int) -> dict[str, set[Any]]:
        talk = "conversation_id IN (SELECT id FROM conversation WHERE customer_id = ?)"
        sql = {
            "orders": "SELECT id FROM orders WHERE customer_id = ?",
            "messages": f"SELECT id FROM message WHERE {talk}",
            "notes": f"SELECT id FROM note WHERE {talk}",
            "identities": "SELECT kind, value FROM identity WHERE customer_id = ?",
            "consents": "SELECT id FROM consent WHERE customer_id = ?",
        }
        return {name: set(reader.all(each, (who,))) for name, each in sql.items()}

    before = house.engine.read(lambda r: owned(r, other))
    tagged = house.engine.read(lambda r: tags.of(r, other))
    merge = _merge(house, kept, other)
    for what in since:
        house.act(kept, what)
    with house.engine.reader() as reader:
        common, total = owned(reader, kept), record(reader, kept)
        ledger = reader.all("SELECT * FROM ledger_line ORDER BY 1, 2, 3")
        told = parting.preview(reader, merge)
    _part(house, merge)
    with house.engine.reader() as reader:
        assert owned(reader, other) == before
        assert owned(reader, kept) == {name: common[name] - before[name] for name in common}
        assert told.orders == len(before["orders"])
        assert told.messages == len(before["messages"])
        left = owned(reader, kept)
        assert told.orders_since <= len(left["orders"])
        assert told.messages_since <= len(left["messages"])
        assert tags.of(reader, other) == tagged
        one, two = record(reader, kept), record(reader, other)
        both = merging.together(one, two)
        assert (both.orders, both.paid, both.expired, both.spent, both.pay_ms) == (
            total.orders,
            total.paid,
            total.expired,
            total.spent,
            total.pay_ms,
        )
        for who, found in ((kept, one), (other, two)):
            counted = reader.one(
                "SELECT count(*), coalesce(sum(state = 'paid'), 0), coalesce(sum(state = 'expired'), 0),"
                " coalesce(sum(iif(state = 'paid', total, 0)), 0) FROM orders WHERE customer_id = ?",
                (who,),
            )
            assert counted == (found.orders, found.paid, found.expired, found.spent)
        if "no offers" in since or "no offers" in mine:
            assert reader.value("SELECT no_offers FROM customer WHERE id = ?", (kept,)) == 1, "their own word stands"
        assert reader.all("SELECT * FROM ledger_line ORDER BY 1, 2, 3") == ledger
        seller = "SELECT 1 FROM handover h WHERE h.conversation_id = v.id AND ended_at IS NULL AND taken_at IS NOT NULL"
        torn = f"SELECT count(*) FROM conversation v WHERE (mode = 'seller') <> EXISTS ({seller})"
        assert reader.value(torn) == 0
        assert reader.value("SELECT count(*) FROM merge_part WHERE merge_id = ?", (merge,)) == 0
        assert reader.value("SELECT count(*) FROM conversation WHERE unread < 0") == 0
        assert reader.all("PRAGMA foreign_key_check") == []
        kinds = [row[0] for row in reader.all("SELECT kind FROM journal ORDER BY seq DESC LIMIT 12")]
        assert {"CustomersParted", "PartingAsked"} <= set(kinds)


def test_what_was_theirs_and_is_paid_since_is_theirs(house: House) -> None:
    kept, other = house.two()
    house.act(other, "order")
    order = house.engine.read(lambda r: r.value("SELECT id FROM orders WHERE customer_id = ?", (other,)))
    merge = _merge(house, kept, other)
    house.do(lambda tx: _pay(house, tx, order))
    house.act(kept, "paid")
    assert house.engine.read(lambda r: record(r, kept)).paid == 2
    shown = house.engine.read(lambda r: parting.preview(r, merge))
    assert (shown.orders, shown.orders_since, shown.name) == (1, 1, "Binta")
    _part(house, merge)
    assert [house.engine.read(lambda r, w=who: record(r, w)).paid for who in (kept, other)] == [1, 1]  # type: ignore[misc]


def test_they_are_not_made_one_again_by_themselves(house: House) -> None:
    """A message with both identities made them one; somebody said no; the next such message leaves them apart."""
    scoped, phone = Identity("bsuid", "SN.AWA1"), Identity("phone", "+221781112233")
    kept, other = house.do(lambda tx: (recognise(tx, [scoped], "Awa"), recognise(tx, [phone], "Mère d'Awa")))
    assert house.do(lambda tx: recognise(tx, [phone, scoped]), "whatsapp") == kept
    merge = house.engine.read(lambda r: merges.standing(r, kept))[0]
    assert (merge.how, merge.actor, merge.name) == ("found", "whatsapp", "Mère d'Awa")
    _part(house, merge.id)
    assert house.do(lambda tx: recognise(tx, [phone, scoped])) == kept
    assert house.engine.read(lambda r: merges.standing(r, kept)) == []
    assert house.do(lambda tx: recognise(tx, [phone])) == other
    _merge(house, kept, other)  # by hand they are, whatever was said before
    assert house.do(lambda tx: recognise(tx, [phone])) == kept


def test_the_latest_first_and_once(house: House) -> None:
    kept, other = house.two()
    third, fourth = house.two()
    first = _merge(house, kept, other)
    second = _merge(house, kept, third)
    above = _merge(house, fourth, kept)
    for early in (first, second):
        with pytest.raises(Refused, match=str(above)):
            _part(house, early)
    _part(house, above)
    with pytest.raises(Refused, match=str(second)):
        _part(house, first)
    for merge in (second, first):
        _part(house, merge)
        with pytest.raises(Refused):
            _part(house, merge)
    with pytest.raises(NotFound):
        _part(house, 10**6)
    named = "SELECT count(*) FROM customer WHERE id IN (?, ?, ?, ?) AND name <> ''"
    assert house.engine.read(lambda r: r.value(named, (kept, other, third, fourth))) == 4


def test_a_message_on_its_way_is_waited_for(house: House) -> None:
    kept, other = house.two()
    house.act(other, "post")
    merge = _merge(house, kept, other)
    house.do(lambda tx: tx.run("UPDATE outbox SET state = 'sending' WHERE customer_id = ?", (kept,)))
    with pytest.raises(Refused):
        _part(house, merge)
    house.do(lambda tx: tx.run("UPDATE outbox SET state = 'accepted' WHERE customer_id = ?", (kept,)))
    _part(house, merge)
    assert house.engine.read(lambda r: r.value("SELECT count(*) FROM outbox WHERE customer_id = ?", (other,))) == 1


def test_who_is_erased_leaves_nothing_to_take_back(house: House) -> None:
    from core.privacy import service as privacy

    kept, other = house.two()
    house.do(lambda tx: set_notes(tx, other, "Zébulonne"))
    merge = _merge(house, kept, other)
    privacy.erase(house.engine, house.shop.orders, house.shop.media, kept, "seller")
    assert house.engine.read(lambda r: r.value("SELECT count(*) FROM merge_part WHERE merge_id = ?", (merge,))) == 0
    with pytest.raises(Refused):
        _part(house, merge)


def test_a_cashier_may_not(house: House) -> None:
    kept, other = house.two()
    merge = _merge(house, kept, other)
    account = house.do(
        lambda tx: tx.insert("INSERT INTO account(email, hash, role, created_at) VALUES('c@x','n','cashier',1)")
    )
    with pytest.raises(Forbidden):
        house.do(lambda tx: parting.part(tx, merge), f"account:{account}")
    assert house.engine.read(lambda r: merges.standing(r, kept)), "nothing is half done"
    assert house.engine.read(journal.verify).intact
