"""The one question to the whole store, over real papers, people and messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap import Shop
from core.conversations import threads
from core.customers.service import Identity, recognise
from core.search import queries
from core.search.queries import Hit, asked
from core.storage.engine import Tx
from tests.desktop.papers.store import paper_shop, sell
from tests.desktop.quotes.store import quote


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Three who bought: Aminata Diallo, Fatoumata Koné and Awa Traoré; Fatoumata wrote."""
    made = paper_shop(tmp_path / "home")
    for number in range(3):
        sell(made, number)
    made.engine.call(_write)
    yield made
    made.close()


def _write(tx: Tx) -> None:
    customer = tx.value("SELECT id FROM customer WHERE name = 'Fatoumata Koné'")
    thread = threads.thread_of(tx, customer)
    tx.run(
        "INSERT INTO message(conversation_id, author, kind, text, at) VALUES(?, 'customer', 'text', ?, ?)",
        (thread, "Ma robe est arrivée décousue", tx.now),
    )


def found(shop: Shop, kind: str, text: str) -> list[Hit]:
    question = getattr(queries, kind)
    return shop.engine.read(lambda r: question(r, asked(text)))


def names(hits: list[Hit]) -> list[str]:
    return [hit.name for hit in hits]


@pytest.mark.parametrize("text", ["koné", "KONE", "kone fatou", "on", "0700 00 00 01", "+225 0700000001"])
def test_a_customer_is_found_by_a_part_of_the_name_without_accents_or_by_the_phone(shop: Shop, text: str) -> None:
    assert "Fatoumata Koné" in names(found(shop, "customers", text))


@pytest.mark.parametrize("text", ["konne", "fatou diallo", "0799", "*", "[a-z]", "%", "'"])
def test_what_fits_nobody_finds_nobody_and_signs_are_only_signs(shop: Shop, text: str) -> None:
    assert found(shop, "customers", text) == []


def test_who_was_merged_into_another_is_not_found_twice(shop: Shop) -> None:
    shop.engine.call(lambda tx: tx.run("UPDATE customer SET merged_into = 1 WHERE name = 'Awa Traoré'"))
    assert found(shop, "customers", "traore") == []


def test_an_order_is_found_by_its_reference_and_by_its_buyer(shop: Shop) -> None:
    reference = shop.engine.read(lambda r: r.value("SELECT reference FROM orders WHERE id = 2"))
    for text in (reference, reference[-4:].lower(), "fatoumata", "0700000001"):
        assert (2, reference, "Fatoumata Koné", "paid", 63_000) in [
            (hit.id, hit.reference, hit.name, hit.state, hit.amount) for hit in found(shop, "orders", text)
        ]


def test_papers_are_found_by_number_and_by_who_they_are_for(shop: Shop) -> None:
    number = quote(shop, None, send=False)
    reference = shop.engine.read(lambda r: r.value("SELECT reference FROM quote WHERE id = ?", (number,)))
    assert [(hit.id, hit.reference) for hit in found(shop, "quotes", reference)] == [(number, reference)]
    assert [hit.reference for hit in found(shop, "invoices", "fa-2026-00002")] == ["FA-2026-00002"]
    assert [hit.reference for hit in found(shop, "invoices", "diallo")] == ["FA-2026-00001"]


def test_messages_are_found_by_a_word_and_lead_to_their_conversation(shop: Shop) -> None:
    hits = found(shop, "messages", "decousue")
    assert [(hit.reference, hit.name) for hit in hits] == [("Ma robe est arrivée décousue", "Fatoumata Koné")]
    thread = shop.engine.read(lambda r: r.value("SELECT conversation_id FROM message WHERE text LIKE 'Ma robe%'"))
    assert hits[0].conversation_id == thread
    assert found(shop, "messages", "de") == []


def test_only_the_latest_few_of_a_kind_are_named(shop: Shop) -> None:
    def many(tx: Tx) -> None:
        for number in range(20):
            recognise(tx, [Identity("phone", f"+22507010{number:05d}")], f"Awa Numéro {number}")

    shop.engine.call(many)
    assert names(found(shop, "customers", "awa"))[:2] == ["Awa Numéro 19", "Awa Numéro 18"]
    assert len(found(shop, "customers", "awa")) == queries.MOST
