"""Two records that prove to be one person: nothing said, promised or noted is lost, and the bot stays out of it."""

from __future__ import annotations

from pathlib import Path

from core.conversations import threads
from core.customers.service import Identity, recognise, set_notes
from core.orders.service import Wanted
from core.storage.engine import Engine, Tx
from tests.support.stores import add_product, bare_engine, orders_of

ORDERS = orders_of()
PHONE = Identity("phone", "+221770000001")
SCOPED = Identity("bsuid", "SN.AWA1")


def two(engine: Engine) -> tuple[int, int]:
    """One person under two names. → (the record that will be kept, the other)."""

    def arrive(tx: Tx) -> tuple[int, int]:
        return recognise(tx, [SCOPED], "Awa"), recognise(tx, [PHONE], "Awa Ndiaye")

    return engine.call(arrive)


def merge(engine: Engine) -> int:
    return engine.call(lambda tx: recognise(tx, [PHONE, SCOPED]))


def test_the_notes_of_both_are_kept(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        kept, other = two(engine)
        engine.call(lambda tx: set_notes(tx, kept, "Taille 40"))
        engine.call(lambda tx: set_notes(tx, other, "Livrer à Thiès"))
        assert merge(engine) == kept
        notes = engine.read(lambda r: r.value("SELECT notes FROM customer WHERE id = ?", (kept,)))
        assert notes == "Taille 40\n\nLivrer à Thiès"


def test_what_a_person_took_over_stays_taken_over(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        kept, other = two(engine)

        def talk(tx: Tx) -> tuple[int, int]:
            mine, theirs = threads.thread_of(tx, kept), threads.thread_of(tx, other)
            threads.add_message(tx, mine, "customer", "text", "Bonjour", at=tx.now - 5)
            threads.take_over(tx, theirs, "phone")
            return mine, theirs

        mine, _ = engine.call(talk)
        merge(engine)
        assert engine.call(lambda tx: threads.mode(tx, mine)) == "seller"


def test_a_call_for_a_person_is_not_lost(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        kept, other = two(engine)

        def talk(tx: Tx) -> int:
            mine, theirs = threads.thread_of(tx, kept), threads.thread_of(tx, other)
            threads.add_message(tx, mine, "customer", "text", "Bonjour")
            threads.add_message(tx, theirs, "customer", "text", "Je veux parler à quelqu'un")
            threads.escalate(tx, theirs, "human")
            return mine

        mine = engine.call(talk)
        merge(engine)
        row = engine.read(
            lambda r: r.one(
                "SELECT escalated_at IS NOT NULL, reason, last_text FROM conversation WHERE id = ?", (mine,)
            )
        )
        assert row == (1, "human", "Je veux parler à quelqu'un")


def test_who_holds_an_item_no_longer_waits_for_it(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        kept, other = two(engine)
        robe = add_product(engine, "ROBE1", stock=1)
        engine.call(lambda tx: ORDERS.claim(tx, kept, [Wanted(robe)], "whatsapp"))
        engine.call(lambda tx: ORDERS.claim(tx, other, [Wanted(robe)], "whatsapp"))
        merge(engine)
        left = engine.read(lambda r: r.all("SELECT state, reason FROM waiting"))
        assert left == [("waiting", None)], "two records wanted one each: the second is still wanted"
