"""What a buyer is told of what they hold, bought, or can no longer have; and holds that end without anybody's fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.conversations import lists
from core.faq import service as faq
from core.kernel.clock import DAY, MINUTE
from core.orders import settling
from core.orders.service import load
from core.orders.standing import unpaid_lately
from core.storage.engine import Tx
from core.voice import wording
from tests.support.talking import AWA, Chat, chat

BINTA = "221770000002"


def said(c: Chat, phone: str = AWA) -> str:
    return c.bot(phone)[-1][1]


def pressed(c: Chat, verb: str, phone: str = AWA) -> str:
    c.presses(verb, phone)
    return said(c, phone)


def pay(c: Chat) -> None:
    """What is asked for now of the latest order is in."""

    def act(tx: Tx) -> None:
        order = load(tx, tx.value("SELECT max(id) FROM orders"))
        row = "INSERT INTO payment(provider, key, order_id, amount, received_at) VALUES('wave',?,?,?,?)"
        payment = tx.insert(row, (f"k{order.id}:{order.received}", order.id, order.asked, tx.now))
        settling.settle(tx, order.id, order.asked, "wave", payment)

    c.shop.engine.call(act)


def event(c: Chat, starts_in: int, stock: int = 5) -> int:
    number = c.product("GALA", 25_000, stock)
    at = c.clock.now() + starts_in
    c.shop.engine.call(lambda tx: tx.run("UPDATE product SET event_at = ? WHERE id = ?", (at, number)))
    return number


def settings(c: Chat, **values: str) -> None:
    for key, value in values.items():
        c.shop.settings.set(key.replace("__", "."), value)


def test_a_hold_on_an_event_that_is_over_ends_though_somebody_waits(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        settings(c, store__segment="events")
        event(c, 5 * MINUTE, stock=1)
        c.hears("je prends GALA")
        c.hears("je prends GALA", BINTA, "Binta Sow")
        c.passes(11 * MINUTE)
        assert c.rows("SELECT state FROM orders") == [("expired",)], "nobody is offered what is over"
        c.hears("je prends GALA")
        assert "déjà eu lieu" in said(c)
        c.hears("c'est combien GALA ?")
        assert "déjà eu lieu" in said(c)
        c.hears("catalogue")
        assert "épuisé" in said(c)


def test_who_holds_the_last_one_is_not_told_that_it_is_gone(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        c.product("ROBE1", stock=1)
        c.hears("je prends ROBE1")
        c.hears("c'est combien ROBE1 ?")
        assert "épuisé" not in said(c)
        assert "15\u202f000" in said(c)
        assert "Total" in said(c)
        c.hears("je prends 0 ROBE1")
        assert "épuisé" not in said(c)
        c.hears("c'est combien ROBE1 ?", BINTA, "Binta Sow")
        assert "épuisé" in said(c, BINTA)


def test_what_is_sold_is_not_nothing_and_the_seller_is_asked(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        settings(c, store__segment="events")
        event(c, 40 * DAY)
        c.hears("annule")
        assert "rien de réservé" in said(c)
        c.hears("je prends 2 GALA")
        pay(c)
        c.hears("mes achats")
        assert "acompte payé, reste 25\u202f000" in said(c)
        c.hears("c'est bien payé ?")
        shown = c.value("SELECT body FROM outbox WHERE kind = 'message' ORDER BY id DESC LIMIT 1")
        assert ("PAYER" in shown, "ANNULER" in shown) == (True, False)
        c.hears("annule")
        assert "je ne peux pas l’annuler" in said(c)
        assert c.state()[1] == "change"
        pay(c)
        c.passes(35 * DAY)
        c.hears("annule")
        assert "je ne peux pas l’annuler" in said(c), "its day is still to come"
        c.passes(40 * DAY)
        c.hears("annule")
        assert "rien de réservé" in said(c)


def test_a_hold_whose_buyer_waits_for_a_quote_ends_without_a_word_or_a_mark(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        settings(c, store__segment="b2b")
        c.product("HUILE5", 7_500, stock=100)
        for _ in range(4):
            c.hears("20 HUILE5")
            assert "devis est en préparation" in pressed(c, "quote")
            told = len(c.bot())
            c.passes(11 * MINUTE)
            assert len(c.bot()) == told
        assert c.rows("SELECT orders, expired FROM customer") == [(4, 0)]
        assert c.rows("SELECT state, close_reason FROM orders") == [("expired", "quote")] * 4
        assert c.shop.engine.read(lambda r: unpaid_lately(r, 1, c.clock.now())) == 0
        c.hears("20 HUILE5")
        pressed(c, "quote")
        pressed(c, "confirm")
        c.passes(11 * MINUTE)
        assert c.value("SELECT expired FROM customer") == 1, "who orders after all, and does not pay, lets it go"
        assert "remis en vente" in said(c)


def test_the_quote_of_a_button_goes_at_once_where_the_store_wants_that(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        settings(c, store__segment="b2b", quotes__at_once="true")
        c.product("HUILE5", 7_500, stock=100)
        c.hears("20 HUILE5")
        c.presses("quote")
        assert c.rows("SELECT state, total FROM quote") == [("sent", 150_000)]


def test_what_stands_without_its_money_is_no_reservation_let_lie(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        settings(c, store__segment="events")
        event(c, 5 * DAY)
        for _ in range(3):
            c.hears("je prends 1 GALA")
            pay(c)
        assert c.rows("SELECT state, received FROM orders") == [("reserved", 12_500)] * 3
        assert c.shop.engine.read(lambda r: unpaid_lately(r, 1, c.clock.now())) == 0


def test_what_is_said_of_a_score_is_what_this_store_does(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        settings(c, orders__hold_minutes="20")
        c.product("ROBE1", stock=9)
        c.hears("bonjour")
        c.shop.engine.call(lambda tx: tx.run("UPDATE customer SET orders = 8, paid = 8, spent = 234000, pay_ms = 8"))
        c.hears("mon score")
        assert "Client Or – 25 min de réservation" in said(c)
        assert "réservation de 25 min" in said(c)
        c.hears("je prends ROBE1")
        assert c.value("SELECT expires_at - reserved_at FROM orders") == 25 * MINUTE
        c.shop.engine.call(lambda tx: tx.run("UPDATE customer SET restricted_at = 1"))
        c.hears("mon score")
        assert "5 min" in said(c)
        assert "25 min" not in said(c)


def test_the_seller_hears_of_the_day_where_no_live_runs(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        settings(c, seller__notify_to="+221770009999")
        c.product("ROBE1", stock=9)
        for _ in range(2):
            c.hears("bonjour", "221770009999", "La patronne")
            c.hears("je prends ROBE1")
            pay(c)
            c.passes(DAY)
        told = [text for _, text in c.bot("221770009999") if "a payé" in text]
        assert len(told) == 2
        assert all("Aujourd’hui\u202f: 1 vente payée" in text for text in told)


def test_the_delivery_to_one_town_is_not_promised_to_another(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        c.shop.engine.call(lambda tx: faq.add(tx, "fr", "Livrez-vous à Thiès ?", "Oui, 3 000 F."))
        for number, text in enumerate(("vous livrez à Mbour ?", "vous livrez à Yoff ?", "livraison gratuite ?")):
            c.hears(text, f"22177000010{number}")
            assert all("3 000" not in told for _, told in c.bot(f"22177000010{number}"))
        c.hears("vous livrez à Thies ?")
        assert said(c) == "Oui, 3 000 F."


def test_hours_that_buyers_read_close_the_shop_where_they_can_be_counted_with(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        settings(c, hours__open="Lundi-Sam 9h-18h")
        c.clock.advance(9 * 60 * MINUTE)  # a Monday, at 23
        c.hears("bonjour")
        assert "fermée" in said(c)
        settings(c, hours__open="quand je suis là")
        c.hears("bonjour", BINTA, "Binta Sow")
        assert "fermée" not in said(c, BINTA)


def test_a_long_catalogue_can_always_be_sent(tmp_path: Path) -> None:
    for key in ("catalogue_more", "catalogue_next", "catalogue_other"):
        assert wording.place(key).limit == 24, "a seller’s own words fit in the list, or are refused when written"
    with chat(tmp_path) as c:
        for number in range(12):
            c.product(f"P{number}")

        def shown(tx: Tx) -> Any:
            return lists.catalogue(tx, c.shop.talk.language(), c.shop.talk.money, "claim").body["action"]["sections"]

        titles = [section["title"] for section in c.shop.engine.call(shown)]
        assert len(titles) == len(set(titles)) == 2


def test_a_borrowed_word_does_not_change_the_language(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        c.product("ROBE1", stock=9)
        c.hears("alaiko ROBE1 roa")
        c.hears("catalogue")
        assert "Ireto ny entana" in said(c)
        c.hears("je veux voir le catalogue")
        assert "Voici ce qui est" in said(c)


def test_what_is_sold_no_more_has_no_waiting_list(tmp_path: Path) -> None:
    with chat(tmp_path) as c:
        number = c.product("ROBE1")
        c.shop.engine.call(lambda tx: tx.run("UPDATE product SET active = 0 WHERE id = ?", (number,)))
        for pressed_id in (f"claim:{number}", "claim:999"):
            row = {"type": "list_reply", "list_reply": {"id": pressed_id, "title": "ROBE1"}}
            c._item("interactive", row, AWA, "Awa Ndour")
            assert "liste d’attente" not in said(c)
            assert "Voici ce que nous avons" in said(c)
