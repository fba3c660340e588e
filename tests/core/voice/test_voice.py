"""A store's own words in real conversations: who hears them, the chain of fallbacks, and that none keeps an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.conversations.texts import spoken_to
from core.kernel.errors import Refused
from core.storage import journal
from core.voice import service
from tests.e2e.test_sale import _press, _say
from tests.support.shops import World, world

AWA = "Awa Ndour"


def put(w: World, key: str, words: str, variant: str = "", segment: str = "live_seller", language: str = "fr") -> None:
    w.shop.engine.call(
        lambda tx: service.put(
            tx, key, words, variant=variant, segment=segment, language=language, currency=w.shop.card.currency
        ),
        actor="seller",
    )


def says(w: World, key: str, language: str = "fr", **values: Any) -> str:
    """What a buyer would be told now."""
    house = w.shop.talk.language()
    customer = w.value("SELECT max(id) FROM customer")
    return w.shop.engine.call(lambda tx: w.shop.voice.say(key, spoken_to(house, tx, customer, language), values))  # type: ignore[arg-type]


async def test_a_buyer_reads_the_sellers_words_and_ours_again_after_the_reset(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        put(w, "greeting", "Bienvenue chez Téranga, {clientName}\u202f!", "other")
        await _say(w, AWA, "bonjour")
        assert w.thread(AWA)[-1] == "Bienvenue chez Téranga, Awa\u202f!"
        w.shop.engine.call(
            lambda tx: service.reset(tx, "greeting", variant="other", segment="live_seller", language="fr"),
            actor="seller",
        )
        w.buyer("Fanta Keïta")
        await _say(w, "Fanta Keïta", "bonjour")
        assert w.thread("Fanta Keïta")[-1].startswith("👋 Bonjour Fanta")
        kinds = [row[0] for row in w.rows("SELECT kind FROM journal WHERE kind = 'TextChanged' ORDER BY seq")]
        assert kinds == ["TextChanged", "TextChanged"]
        assert not w.value("SELECT count(*) FROM journal WHERE data LIKE '%Téranga,%'"), "ids, never words"
        assert w.shop.engine.read(journal.verify).intact


async def test_buttons_cards_and_the_remaining_time_are_the_sellers_too(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        put(w, "button_pay", "JE PAIE")
        put(w, "product_card", "À toi\u202f: {product}, {total}. Encore {remaining}.", "other")
        await _say(w, AWA, "ROBE1")
        said = w.thread(AWA)[-1]
        assert said.startswith("À toi\u202f: Article ROBE1, 15\u202f000")
        assert "{remaining}" not in said
        await _press(w, AWA, "JE PAIE")
        assert w.order(AWA)[1] == "reserved"


async def test_the_chain_of_fallbacks(tmp_path: Path) -> None:
    async with world(tmp_path, work=False) as w:
        w.shop.engine.call(lambda tx: tx.run("INSERT INTO customer(name, language, created_at) VALUES('Awa N','fr',0)"))
        segment = ["shop"]
        w.shop.voice._segment = lambda: segment[0]
        assert "OUI pour confirmer" in says(w, "greeting", name="Awa", example=""), "ours for this segment"
        put(w, "greeting", "Live {name}", "other", "live_seller")
        assert says(w, "greeting", name="Awa", example="") == "Live Awa", "the live seller's own words before ours"
        put(w, "greeting", "Magasin {name}", "other", "shop")
        assert says(w, "greeting", name="Awa", example="") == "Magasin Awa"
        assert says(w, "greeting", "mg", name="Awa", example="").startswith("👋 Miarahaba"), (
            "another language is not concerned"
        )
        segment[0] = "b2b"
        assert says(w, "greeting", name="Awa", example="") == "Live Awa"
        segment[0] = "circus"
        assert says(w, "greeting", name="Awa", example="") == "Live Awa", "an unknown segment is a live seller's (F88)"
        assert says(w, "greeting", name="", example="").startswith("👋 Bonjour et bienvenue"), (
            "the other wording is ours"
        )


@pytest.mark.expect_log("cannot be said|does not fit")
@pytest.mark.parametrize("words", ["{nope}", "{", "{total.x}", "{0}", "{total:d}", "x" * 1025, " "])
async def test_a_broken_saved_text_never_keeps_a_buyer_from_an_answer(tmp_path: Path, words: str) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        place = ("live_seller", "fr", "greeting", "other", words)
        w.shop.engine.call(lambda tx: tx.run("INSERT INTO store_text VALUES(?,?,?,?,?,0)", place))
        w.shop.engine.read(w.shop.voice._read)
        w.buyer("Fanta Keïta")
        await _say(w, "Fanta Keïta", "bonjour")
        assert w.thread("Fanta Keïta")[-1].startswith("👋 Bonjour Fanta")


async def test_what_is_taken_back_is_never_said(tmp_path: Path) -> None:
    async with world(tmp_path, work=False) as w:
        w.shop.engine.call(lambda tx: tx.run("INSERT INTO customer(name, language, created_at) VALUES('Awa N','fr',0)"))

        def half(tx: Any) -> None:
            service.put(
                tx, "hours_answer", "{hours}!", variant="", segment="live_seller", language="fr", currency="XOF"
            )
            raise Refused("A message needs some text.")

        with pytest.raises(Refused):
            w.shop.engine.call(half)
        assert says(w, "hours_answer", hours="9 h") == "🕘 Horaires\u202f: 9 h"
        with pytest.raises(Refused):
            put(w, "hours_answer", "{heures}")
        assert w.value("SELECT count(*) FROM store_text") == 0


async def test_slow_connections_get_plain_text(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        w.shop.settings.set("chat.simple", "true")
        await _say(w, AWA, "ROBE1")
        said = w.thread(AWA)[-1]
        assert said.startswith("C’est réservé pour toi\u202f!\nArticle ROBE1 (ROBE1)")
        assert "*" not in said


async def test_what_is_left_and_the_same_again_obey_their_switches(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        product = w.product("ROBE1", 15_000, stock=2)
        w.buyer(AWA)
        await _say(w, AWA, "prix ROBE1")
        assert w.thread(AWA)[-1].endswith("🔥 Plus que 2\u202f! Commande vite.")
        w.shop.settings.set("chat.urgency", "false")
        await _say(w, AWA, "prix ROBE1")
        assert w.thread(AWA)[-1].endswith("📦 Encore 2 en stock.")
        await _say(w, AWA, "ROBE1")
        assert "livraison offerte" not in w.thread(AWA)[-1]
        order = w.order(AWA)[0]
        w.shop.engine.call(lambda tx: w.shop.orders.cancel(tx, order, "seller"))
        w.shop.settings.set("chat.first_delivery_free", "true")
        await _say(w, AWA, "ROBE1")
        assert w.thread(AWA)[-1].endswith("Premier achat = livraison offerte.")
        w.shop.engine.call(lambda tx: tx.run("UPDATE orders SET state = 'paid' WHERE state = 'reserved'"))
        await _say(w, AWA, "bonjour")
        assert "Tu veux le même que la dernière fois" in w.thread(AWA)[-1]
        await _press(w, AWA, "JE PRENDS")
        assert w.value("SELECT count(*) FROM order_line WHERE product_id = ?", (product,)) >= 2
        w.shop.settings.set("chat.suggestions", "false")
        await _say(w, AWA, "bonjour")
        assert "dernière fois" not in w.thread(AWA)[-1]
