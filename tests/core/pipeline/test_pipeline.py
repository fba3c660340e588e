"""Prospects are opened and moved by conversations, quotes and orders; the seller has the last word."""

from __future__ import annotations

import email
from pathlib import Path
from typing import Any

import pytest

from core.customers import merging
from core.kernel.clock import DAY
from core.kernel.errors import Refused
from core.pipeline import queries, service
from core.pipeline.figures import funnel
from core.pipeline.service import Lead
from core.privacy import dossier
from core.privacy import service as privacy
from core.quotes import answering
from core.quotes import service as quotes
from core.quotes.rules import QuoteLine
from core.storage import journal
from core.storage.engine import Tx
from tests.e2e.test_sale import _checkout, _pay, _say, _time
from tests.support.mail import mailbox
from tests.support.shops import World, world

AWA = "Awa Ndour"


def leads(w: World) -> list[Lead]:
    return [view.lead for view in w.shop.engine.read(queries.page)][::-1]


def stages(w: World) -> list[str]:
    return [lead.stage for lead in leads(w)]


async def opened(w: World) -> int:
    """Awa has written once. → her customer id."""
    w.product("ROBE1", 15_000)
    w.buyer(AWA)
    await _say(w, AWA, "bonjour")
    return int(w.value("SELECT id FROM customer WHERE name = ?", (AWA,)))


def quote(w: World, customer: int, total: int, *, send: bool = True) -> int:
    def write(tx: Tx) -> int:
        terms = w.shop.papers.terms()
        number = quotes.draft(tx, quotes.Wording((QuoteLine("Lot", 1, total),)), customer_id=customer, terms=terms)
        if send:
            quotes.send(tx, number, terms, 2)
        return number

    return w.shop.engine.call(write)


async def test_from_the_first_word_to_the_sale(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w)
        assert stages(w) == ["new"]
        await _say(w, AWA, "c'est combien ROBE1 ?")
        assert stages(w) == ["interested"]
        assert leads(w)[0].asked == 1
        await _say(w, AWA, "je prends ROBE1")
        assert [(lead.stage, lead.amount) for lead in leads(w)] == [("order", 15_000)]
        await _say(w, AWA, "bonjour")
        assert stages(w) == ["order"], "never backwards"
        await _pay(w, await _checkout(w, AWA))
        assert [(lead.stage, lead.amount) for lead in leads(w)] == [("won", 15_000)]
        await _say(w, AWA, "merci")
        assert stages(w) == ["won"], "a mere word is no new opportunity"
        await _say(w, AWA, "ROBE1")
        assert stages(w) == ["won", "order"]
        await _time(w, 11)
        assert [(lead.stage, lead.amount) for lead in leads(w)] == [("won", 15_000), ("order", None)]
        kinds = {row[0] for row in w.rows("SELECT kind FROM journal WHERE kind LIKE 'Lead%' ORDER BY seq")}
        assert kinds == {"LeadOpened", "LeadAdvanced", "LeadAsked", "LeadValued"}
        assert w.shop.engine.read(journal.verify).intact


async def test_quotes_move_a_prospect_too_and_their_end_loses_it(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        customer = await opened(w)
        first = quote(w, customer, 80_000)
        assert [(lead.stage, lead.amount) for lead in leads(w)] == [("quote", 80_000)]
        second = quote(w, customer, 60_000)
        w.shop.engine.call(lambda tx: answering.refuse(tx, first, "customer"))
        assert stages(w) == ["quote"], "another one is still on the table"
        w.shop.engine.call(lambda tx: answering.refuse(tx, second, "customer"))
        assert stages(w) == ["lost"]
        await _time(w, 1)
        third = quote(w, customer, 50_000)
        assert stages(w) == ["lost", "quote"]
        w.shop.engine.call(lambda tx: answering.accept(tx, w.shop.orders, third, "customer"))
        assert [(lead.stage, lead.amount) for lead in leads(w)][1] == ("order", 50_000)
        now = w.clock.now()
        found = w.shop.engine.read(lambda r: funnel(r, now - DAY, now + 1))
        assert (found.leads, found.quoted, found.won) == ((1, 2), (1, 2), ())
        assert (found.lead_to_quote, found.quote_to_sale, found.lead_to_sale) == (100, 0, 0)


async def test_the_seller_moves_anywhere_and_plans(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w)
        engine, (lead,) = w.shop.engine, leads(w)
        for stage in ("quote", "new", "lost", "interested", "won"):
            assert engine.call(lambda tx, stage=stage: service.move(tx, lead.id, stage)).stage == stage  # type: ignore[misc]
        at = w.clock.now() + DAY
        planned = engine.call(lambda tx: service.plan(tx, lead.id, at, " Rappeler \n Awa "))
        assert (planned.next_at, planned.next_what) == (at, "Rappeler Awa")
        assert [v.lead.id for v in engine.read(lambda r: queries.page(r, due_before=at))] == [lead.id]
        assert engine.read(lambda r: queries.page(r, due_before=at - 1)) == []
        engine.call(lambda tx: service.plan(tx, lead.id, None, ""))
        for wrong in (lambda tx: service.move(tx, lead.id, "nowhere"), lambda tx: service.plan(tx, lead.id, at, " ")):
            with pytest.raises(Refused):
                engine.call(wrong)
        await _say(w, AWA, "ROBE1")
        with pytest.raises(Refused):
            engine.call(lambda tx: service.move(tx, lead.id, "new"))
        assert [(c.stage, c.count, c.amount) for c in engine.read(queries.columns) if c.count] == [
            ("order", 1, 15_000),
            ("won", 1, 0),
        ]


async def test_two_records_of_one_person_have_one_open_opportunity(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        customer = await opened(w)
        await _say(w, AWA, "prix ROBE1 ?")
        w.buyer("Awa N.")
        await _say(w, "Awa N.", "ROBE1")
        other = int(w.value("SELECT max(id) FROM customer"))
        w.shop.engine.call(lambda tx: merging.merge(tx, customer, other), actor="seller")
        (lead,) = leads(w)
        assert (lead.customer_id, lead.stage, lead.asked, lead.amount) == (customer, "order", 1, 15_000)


async def test_the_sellers_own_phone_is_no_prospect(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.shop.settings.set("seller.notify_to", "+221770009999")
        w.buyer("La patronne", "+221770009999")
        await _say(w, "La patronne", "bonjour")
        assert leads(w) == []


async def test_the_seller_is_told_once_of_who_asked_twice(tmp_path: Path) -> None:
    owner = "La patronne"
    async with world(tmp_path) as w:
        w.shop.settings.set("seller.notify_to", "+221770009999")
        w.shop.settings.set("leads.notify", "whatsapp")
        w.buyer(owner, "+221770009999")
        await _say(w, owner, "bonjour")
        await opened(w)
        for text in ("c'est combien ROBE1 ?", "quel prix pour ROBE1 ?", "prix ROBE1 svp"):
            await _say(w, AWA, text)
        told = [said for said in w.thread(owner) if "Prospect" in said]
        assert len(told) == 1
        assert "Awa N." in told[0]
        assert "deux fois" in told[0]
        (lead,) = leads(w)
        assert (lead.qualified_by, lead.asked) == ("asked", 3)
        privacy.erase(w.shop.engine, w.shop.orders, w.shop.media, lead.customer_id, "seller")
        assert w.value("SELECT count(*) FROM message WHERE instr(text, 'Awa')") == 0, "nor in what the seller was told"


async def test_a_large_amount_is_worth_a_call_and_a_live_is_not_disturbed(tmp_path: Path) -> None:
    from core.live import service as live

    async with world(tmp_path) as w:
        w.shop.settings.set("seller.notify_to", "+221770009999")
        w.shop.settings.set("leads.notify", "both")
        w.shop.settings.set("leads.amount", "10000")
        w.buyer("La patronne", "+221770009999")
        await _say(w, "La patronne", "bonjour")
        w.shop.engine.call(live.start)
        await opened(w)
        await _say(w, AWA, "ROBE1")
        assert leads(w)[0].qualified_by == "amount"
        assert not any("Prospect" in said for said in w.thread("La patronne"))
        letter: Any = w.rows("SELECT key, kind, state FROM letter")
        assert letter == [(f"lead:{leads(w)[0].id}", "lead", "queued")]


async def test_the_e_mail_says_who_and_why_and_leaves_once(tmp_path: Path) -> None:
    async with mailbox() as (box, port), world(tmp_path) as w:
        for key, value in (
            ("smtp.host", "127.0.0.1"),
            ("smtp.port", str(port)),
            ("smtp.security", "plain"),
            ("smtp.user", "boutique@teranga.sn"),
            ("smtp.to", "awa@teranga.sn"),
            ("leads.notify", "email"),
        ):
            w.shop.settings.set(key, value)
        w.shop.settings.set_secret("smtp.password", "s3cret")
        await opened(w)
        for text in ("c'est combien ROBE1 ?", "quel prix pour ROBE1 ?", "prix ROBE1 svp"):
            await _say(w, AWA, text)
        await w.shop.postman.round()
        await w.until(lambda: w.value("SELECT state FROM letter") == "sent")  # by the shop's own round, it may be
        assert await w.shop.postman.round() == 0
        (envelope,) = box.taken
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content)
        text = str(message.get_payload(decode=True), "utf-8")  # type: ignore[arg-type]
        assert "Awa N." in text
        assert "a demandé deux fois un prix ou un devis" in text
        assert "prix ROBE1 svp" in text
        assert (await w.shop.postman.check()).ok


async def test_what_was_planned_for_somebody_goes_with_them(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        customer = await opened(w)
        (lead,) = leads(w)
        w.shop.engine.call(lambda tx: service.plan(tx, lead.id, tx.now + DAY, "Rappeler Awa au 77"))
        found = dossier.ask(w.shop.engine, customer, "XOF", "seller")
        assert found["opportunities"][0]["next_what"] == "Rappeler Awa au 77"
        privacy.erase(w.shop.engine, w.shop.orders, w.shop.media, customer, "seller")
        assert leads(w)[0].next_what == ""
        assert leads(w)[0].stage == "new", "what it was stays in the figures"
