"""What a live brought is the seller's to know: who else sends the button's word is told nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.conversations.limits import TEXT
from core.kernel.text import utf16_length
from core.live import service as live
from core.orders.service import Wanted
from core.storage.engine import Tx
from tests.support.talking import AWA, Chat, chat

SELLER = "221770009999"


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Chat]:
    with chat(tmp_path) as opened:
        opened.product("ROBE1")
        opened.shop.settings.set("seller.notify_to", f"+{SELLER}", "test")
        yield opened


def sold_live(talk: Chat) -> int:
    talk.hears("bonjour", SELLER, "La patronne")
    session = int(talk.shop.engine.call(live.start))
    talk.hears("je prends ROBE1")
    talk.shop.engine.call(lambda tx: live.end(tx, session))
    return session


def test_only_the_seller_hears_the_details_of_a_live(talk: Chat) -> None:
    session = sold_live(talk)
    talk.presses("live", AWA, subject=session)
    assert not any("Le live en détail" in text for _, text in talk.bot(AWA))
    talk.presses("live", SELLER, "La patronne", subject=session)
    assert "Le live en détail" in talk.bot(SELLER)[-1][1]


def test_the_details_of_an_evening_of_a_hundred_products_are_one_message(talk: Chat) -> None:
    talk.hears("bonjour", SELLER, "La patronne")
    session = int(talk.shop.engine.call(live.start))

    def sells(tx: Tx) -> None:
        fields = [ProductFields(f"P{n:03}", f"P{n:03}", "W" * 60, "", "", 1_000, 1, None) for n in range(100)]
        wanted = [Wanted(add(tx, each), 1) for each in fields]
        for buyer, part in ((awa, wanted[:50]), (khady, wanted[50:])):
            talk.shop.orders.claim(tx, buyer, part, "whatsapp")
        tx.run("UPDATE orders SET state = 'paid', paid_at = ?, received = total", (tx.now,))

    talk.hears("bonjour")
    talk.hears("bonjour", "221775550000", "Khady Sarr")
    awa, khady = (number for (number,) in talk.rows("SELECT id FROM customer ORDER BY id DESC LIMIT 2"))
    talk.shop.engine.call(sells)
    talk.shop.engine.call(lambda tx: live.end(tx, session))
    talk.presses("live", SELLER, "La patronne", subject=session)
    details = talk.bot(SELLER)[-1][1]
    assert TEXT - 200 < utf16_length(details) <= TEXT
    assert details.endswith("\n…")
