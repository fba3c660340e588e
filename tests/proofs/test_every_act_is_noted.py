"""A whole life of a shop, watched row by row: nothing of money, stock, people, settings or users changes silently."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

import pyotp
import pytest

from core.accounts import service as accounts
from core.accounts import staff
from core.catalogue import service as catalogue
from core.catalogue import stock
from core.conversations import canned, notes, threads
from core.customers import allowing, consent, merging, parting, tags, writing
from core.customers.service import Identity, recognise, set_notes
from core.faq import service as faq
from core.invoices import certification, credits
from core.kernel.clock import DAY, HOUR, MINUTE, ManualClock
from core.kernel.errors import Forbidden
from core.live import service as live
from core.orders import delivery, pairs, settling, terms, together
from core.orders.service import Wanted
from core.payments import onsite
from core.payments import service as payments
from core.payments.provider import Auth, Pay, ProviderEvent, StatusResult
from core.pipeline import service as leads
from core.privacy import service as privacy
from core.quotes import answering
from core.quotes import service as quotes
from core.quotes.rules import QuoteLine, Terms
from core.reconciliation import service as reconciliation
from core.relay import aside
from core.relay import place as relayed
from core.relay.frames import Received
from core.slots import service as slots
from core.slots.rules import Offered
from core.storage import journal
from core.storage.engine import Tx
from core.templates import service as templates
from core.voice import service as voice
from core.voice import trials
from tests.faults.steps import checkout, link_for, press, quiet, say
from tests.proofs.acts import paid
from tests.support.shops import World, world
from tests.support.watching import UNWATCHED, WATCHED, Witness

PASSWORD = "correct horse battery"
CSV = b"sku;title;price;stock\nROBE1;Robe wax;15000;3\nSAC2;Sac;22000;4\n"
AGAIN = b"sku;title;price;stock\nROBE1;Robe wax longue;16000;5\n"


async def _time(w: World, minutes: float) -> None:
    assert isinstance(w.clock, ManualClock)
    w.clock.advance(int(minutes * MINUTE))
    await w.shop.scheduler.settle_due()
    await quiet(w)


async def _office(w: World) -> None:
    """Set up, people, catalogue, quotes, notes."""
    shop, engine = w.shop, w.shop.engine
    shop.settings.set("store.city", "Dakar", "seller")
    shop.settings.set_secret("llm.api_key", "sk-1", "seller")
    relay = ("https://relay.example", "awa", "https://awa.relay.example", 1)
    engine.call(lambda tx: relayed.join(tx, *relay), actor="seller")
    engine.call(lambda tx: relayed.take(tx, 1), actor="seller")
    engine.call(relayed.leave, actor="seller")
    engine.call(lambda tx: aside.put(tx, Received(bytes(16), 1, "POST", "/n/awa/x", (), b"x")), actor="webhook")
    (stray,) = engine.read(aside.every)
    engine.call(lambda tx: aside.asked(tx, stray, 500, taken=False), actor="seller")
    engine.call(lambda tx: aside.asked(tx, stray, 200, taken=True), actor="seller")
    place: Any = {"variant": "", "segment": "live_seller", "language": "fr", "currency": "XOF"}
    for words in ("Ton lien", "Voici ton lien"):
        tried = f"{words}\u202f: {{total}}, encore {{remaining}}."
        engine.call(lambda tx, w=tried: voice.put(tx, "pay_link", w, **place), actor="seller")  # type: ignore[misc]
    trial = engine.call(lambda tx: trials.start(tx, "choose_payment", "À payer {total}", **place), actor="seller")
    engine.call(lambda tx: trials.end(tx, trial.id, "b", "XOF"), actor="seller")
    number = engine.call(lambda tx: faq.add(tx, "fr", "Vous livrez ?", "Oui."), actor="seller")
    engine.call(lambda tx: faq.change(tx, number, answer="Non."), actor="seller")
    engine.call(lambda tx: faq.remove(tx, number), actor="seller")
    engine.call(templates.take_ready_made, actor="seller")
    own = engine.call(lambda tx: templates.save(tx, 1, templates.ready_made()[0]), actor="seller")
    await shop.templates.hand_in(own, "seller")
    await shop.templates.compare("seller")
    await shop.templates.remove(own, "seller")
    account = accounts.save(engine, "awa@teranga.sn", PASSWORD, "owner", "console")
    accounts.login(engine, shop.factors, "awa@teranga.sn", PASSWORD)
    with pytest.raises(Forbidden):
        accounts.login(engine, shop.factors, "awa@teranga.sn", "wrong horse battery")
    with pytest.raises(Forbidden):
        accounts.login(engine, shop.factors, "nobody@teranga.sn", PASSWORD)
    code = pyotp.TOTP(shop.factors.offer(account, "Boutique").secret).at(engine.clock.now() // 1000)
    shop.factors.confirm(account, code, "console")
    shop.factors.new_codes(account, "console")
    shop.factors.remove(account, "console")
    other = staff.add(engine, "moussa@teranga.sn", PASSWORD, "owner", "console", name="Moussa")
    engine.call(lambda tx: staff.rename(tx, other, "Moussa Kaba"), actor="console")
    digest = staff.password_hash(engine, other, "soleil de midi")
    engine.call(lambda tx: staff.put_password(tx, other, digest), actor="console")
    for _ in range(2):
        with pytest.raises(Forbidden):
            accounts.confirm_password(engine, other, "wrong horse battery")
    engine.call(lambda tx: staff.unlock(tx, other), actor="console")
    accounts.save(engine, "awa@teranga.sn", PASSWORD, "manager", "console")
    engine.call(lambda tx: accounts.lend(tx, account, tx.now + MINUTE), actor="console")
    third = staff.add(engine, "rokia@teranga.sn", PASSWORD, "cashier", "console")
    for change in (lambda tx: staff.set_role(tx, third, "support"), lambda tx: staff.disable(tx, third)):
        engine.call(change, actor="console")
    engine.call(lambda tx: staff.enable(tx, third), actor="console")
    for content in (CSV, AGAIN):
        planned = engine.read(lambda r, c=content: catalogue.plan(r, c, "XOF"))  # type: ignore[misc]
        catalogue.carry_out(engine, planned, atomic=True, actor="seller")
    robe = w.value("SELECT id FROM product WHERE sku = 'ROBE1'")
    engine.call(lambda tx: catalogue.change(tx, robe, price=15_000), actor="seller")
    engine.call(live.start, actor="seller")
    engine.call(lambda tx: live.show(tx, robe), actor="seller")
    line = QuoteLine("Robe wax", 2, 15_000, "ROBE1")
    engine.call(
        lambda tx: quotes.draft(tx, quotes.Wording((line,)), customer_id=None, terms=shop.papers.terms()),
        actor=f"account:{account}",
    )


async def _sales(w: World) -> None:
    """Paid, let go, waited for, short, late, given back, paid twice."""
    engine, sandbox = w.shop.engine, w.providers["sandbox"]
    session = await checkout(w, await link_for(w, "Aminata Diallo"))
    sandbox.pay(session, None)
    await quiet(w)
    sandbox.pay(session, None, again=True)
    await quiet(w)
    twice = w.order("Aminata Diallo")[0]
    decided = engine.call(lambda tx: settling.decide(tx, w.shop.orders, twice, "refund"), actor="seller")
    engine.call(lambda tx: settling.refund_done(tx, decided.id), actor="seller")
    session = await checkout(w, await link_for(w, "Awa Ndour", "SAC2"))
    await _time(w, 11)
    sandbox.pay(session, None, late=True)
    await quiet(w)
    late = w.order("Awa Ndour")[0]
    decided = engine.call(lambda tx: settling.decide(tx, w.shop.orders, late, "refund"), actor="seller")
    engine.call(lambda tx: settling.refund_done(tx, decided.id), actor="seller")
    session = await checkout(w, await link_for(w, "Bintou Camara", "SAC2"))
    sandbox.pay(session, None, amount=10_000)
    await quiet(w)
    short = w.order("Bintou Camara")[0]
    engine.call(lambda tx: w.shop.orders.extend(tx, short, 5), actor="seller")
    engine.call(lambda tx: settling.decide(tx, w.shop.orders, short, "honour"), actor="seller")


def _papers(w: World) -> None:
    """An invoice taken back in part by hand, and told to a state's platform, whose answer comes."""
    engine, terms = w.shop.engine, w.shop.papers.terms()
    invoice = w.value("SELECT min(id) FROM invoice")
    engine.call(lambda tx: credits.credit(tx, invoice, 1_000, "remise", terms), actor="seller")

    def told(tx: Tx) -> int:
        number = certification.prepare(tx, "invoice", invoice, "fne", {}, None)
        certification.queue(tx, number, {"total": 15_000})
        return number

    number = engine.call(told, actor="clerk")
    engine.call(lambda tx: certification.named(tx, number, "U-1"), actor="clerk")
    engine.call(lambda tx: certification.again(tx, number, tx.now, "no answer"), actor="clerk")
    engine.call(lambda tx: certification.answered(tx, number, True, {"reference": "R-1"}, None), actor="clerk")


def _quoted(w: World) -> None:
    """Quotes rewritten, sent, seen, replaced, refused, forgotten, accepted; a deposit, and a balance that is late."""
    engine, orders, terms = w.shop.engine, w.shop.orders, w.shop.papers.terms()
    customer = engine.call(lambda tx: recognise(tx, [Identity("phone", "+221770000096")], "Hôtel"), actor="seller")
    goods = QuoteLine("Sac", 1, 22_000, "SAC2")
    wording = quotes.Wording((goods, QuoteLine("Pose", 1, 8_000)), terms=Terms(3, 50, 5, 30))

    def sent(tx: Tx) -> int:
        number = quotes.draft(tx, wording, customer_id=customer, terms=terms)
        quotes.edit(tx, number, wording, customer, terms)
        quotes.send(tx, number, terms, 2)
        return number

    refused, forgotten, taken = (engine.call(sent, actor="seller") for _ in range(3))
    newer = engine.call(lambda tx: quotes.revise(tx, refused, terms), actor="seller")
    for _ in range(2):
        engine.call(lambda tx: answering.seen(tx, refused), actor="buyer")
    engine.call(lambda tx: answering.refuse(tx, refused, "customer", "cher"), actor="buyer")
    engine.call(lambda tx: quotes.send(tx, newer, terms, 2), actor="seller")
    for verb in (answering.remind, answering.expire):
        for number in (forgotten, refused):
            engine.call(lambda tx, v=verb, n=number: v(tx, n), actor="scheduler")  # type: ignore[misc]
    bag = w.value("SELECT id FROM product WHERE sku = 'SAC2'")
    engine.call(lambda tx: catalogue.change(tx, bag, on_hand=40), actor="seller")
    quote = engine.call(lambda tx: answering.accept(tx, orders, taken, "customer"), actor="buyer")
    order = quote.order_id or 0
    attempt, _ = engine.call(lambda tx: payments.open_attempt(tx, order, "wave", "wave", "XOF"), actor="buyer")
    engine.call(lambda tx: payments.apply_event(tx, paid(attempt.ref, 15_000)), actor="provider:wave")
    engine.call(lambda tx: orders.expire(tx, order), actor="scheduler")


async def _line(w: World) -> None:
    """The last dresses, a waiting list, a change of mind, words in another language, a cancelled order."""
    for name in ("Khady Sarr", "Rokia Bah", "Moussa Kaba"):
        w.buyer(name)
    await say(w, "Khady Sarr", "3 ROBE1")
    await say(w, "Rokia Bah", "9 ROBE1")
    await say(w, "Moussa Kaba", "ROBE1")
    await say(w, "Khady Sarr", "2 ROBE1")
    await press(w, "Rokia Bah", "ANNULER")
    await say(w, "Moussa Kaba", "ohatrinona ny ROBE1 azafady?")
    await say(w, "Moussa Kaba", "annuler")


async def _compared(w: World) -> None:
    """The sandbox’s statement names a payment that never came here; the seller settles the difference otherwise."""
    table = b"Date;Reference;Montant;Frais\n21/09/2026;LPNOTOURS;7000;70\n"
    await w.shop.reconciler.read_statement(table, "sandbox", actor="seller")
    for (difference,) in w.rows("SELECT id FROM difference WHERE state = 'open'"):
        w.shop.engine.call(lambda tx, d=difference: reconciliation.settle(tx, d, "done"), actor="seller")  # type: ignore[misc]


def _loose_ends(w: World) -> None:
    """People found to be one, notes, a stray report, a name that comes late, an answer after a restart."""
    engine = w.shop.engine

    scoped, phone = Identity("bsuid", "SN.AWA1"), Identity("phone", "+221770000099")
    engine.call(lambda tx: recognise(tx, [scoped]), actor="bot")
    engine.call(lambda tx: recognise(tx, [phone], "Awa"), actor="bot")
    kept = engine.call(lambda tx: recognise(tx, [scoped, phone], "Awa Ndiaye"), actor="bot")
    engine.call(lambda tx: recognise(tx, [scoped, Identity("parent_bsuid", "SN.ENT.AWA1")]), actor="bot")
    engine.call(lambda tx: set_notes(tx, kept, "taille 40"), actor="seller")
    talk = engine.call(lambda tx: threads.thread_of(tx, kept), actor="bot")
    for note in ("négocie", "à rappeler"):
        number = engine.call(lambda tx, text=note: notes.add(tx, talk, text), actor="seller")  # type: ignore[misc]
    engine.call(lambda tx: notes.remove(tx, number), actor="seller")
    for text in ("Merci {name}", "Merci !"):
        ready = engine.call(lambda tx, said=text: canned.save(tx, "merci", "fr", said), actor="seller")  # type: ignore[misc]
    engine.call(lambda tx: canned.remove(tx, ready), actor="seller")
    engine.call(lambda tx: consent.say(tx, kept, False, "seller"), actor="seller")
    stray = ProviderEvent("E1", "payment", Pay.PAID, "LPUNKNOWN", "S-1", 5_000, "XOF", 0, "T9")
    engine.call(lambda tx: payments.apply_event(tx, payments.event_payload("wave", Auth.BODY_SIGNED, stray, None)))
    bag = w.value("SELECT id FROM product WHERE sku = 'SAC2'")
    claimed = engine.call(lambda tx: w.shop.orders.claim(tx, kept, [Wanted(bag)], "api"), actor="account:1")
    order = claimed.order_id or 0
    robe = w.value("SELECT id FROM product WHERE sku = 'ROBE1'")
    engine.call(lambda tx: pairs.put(tx, bag, robe, 10), actor="seller")
    engine.call(lambda tx: together.note(tx, order, kept, together.Related(robe, "pair", 10)), actor="bot")
    engine.call(lambda tx: pairs.remove(tx, bag, robe), actor="seller")
    engine.call(lambda tx: allowing.allow(tx, kept), actor="seller")
    for word in ("Grossiste", "Dakar"):
        engine.call(lambda tx, tag=word: tags.put(tx, kept, tag), actor="seller")  # type: ignore[misc]
    engine.call(lambda tx: tags.take_off(tx, kept, "grossiste"), actor="seller")
    other = engine.call(lambda tx: writing.add(tx, "Penda", "+221770000098", "fr"), actor="seller")
    engine.call(lambda tx: writing.change(tx, other, "Penda Fall", "+221770000097"), actor="seller")
    merge = engine.call(lambda tx: merging.merge(tx, kept, other), actor="seller")
    engine.call(lambda tx: parting.part(tx, merge), actor="seller")
    lead = w.value("SELECT max(id) FROM lead WHERE customer_id = ?", (kept,))
    engine.call(lambda tx: leads.move(tx, lead, "quote"), actor="seller")
    engine.call(lambda tx: leads.plan(tx, lead, tx.now + DAY, "rappeler"), actor="seller")
    engine.call(lambda tx: leads.note(tx, lead, 50_000, "veut 12 pagnes", ""), actor="seller")
    opening = payments.open_attempt
    attempt, _ = engine.call(lambda tx: opening(tx, order, "wave", "wave", "XOF"), actor="buyer")
    engine.call(payments.resume, actor="start")
    found = StatusResult(Pay.PENDING, "processing", provider_ref="W-77", redirect_url="https://pay.example/W-77")
    engine.call(lambda tx: payments.apply_status(tx, attempt.id, found), actor="provider:wave")
    engine.call(lambda tx: payments.session_missing(tx, attempt.id), actor="provider:wave")
    engine.call(lambda tx: tx.run("UPDATE product SET held = held + 1 WHERE on_hand > held AND sku = 'SAC2'"))
    engine.call(stock.recount, actor="start")
    engine.call(lambda tx: w.shop.watch.talked(tx, order), actor="bot")
    known = ProviderEvent("E2", "payment", Pay.PAID, attempt.ref, None, 22_000, "XOF", 0, "T10", payer="+221770000097")
    engine.call(lambda tx: payments.apply_event(tx, payments.event_payload("wave", Auth.BODY_SIGNED, known, None)))
    assert isinstance(w.clock, ManualClock)
    w.clock.advance(31 * DAY)
    engine.call(payments.resume, actor="start")
    engine.call(live.end, actor="seller")
    gone = engine.call(lambda tx: recognise(tx, [Identity("phone", "+221770000098")], "Ndeye"), actor="bot")
    privacy.erase(engine, w.shop.orders, w.shop.media, gone, "seller")


def _steps(w: World) -> None:
    """A time offered, taken, given up, confirmed and over; an address; a business that pays later, in cash at last."""
    engine, now = w.shop.engine, w.clock.now()
    bag, robe = (w.value("SELECT id FROM product WHERE sku = ?", (sku,)) for sku in ("SAC2", "ROBE1"))
    offered = [Offered(now + hour * HOUR, 60) for hour in (1, 2, 3)]
    engine.call(lambda tx: slots.add(tx, robe, offered), actor="seller")
    first, second, third = (row[0] for row in w.rows("SELECT id FROM slot ORDER BY starts_at"))
    buyer = engine.call(lambda tx: recognise(tx, [Identity("phone", "+221770000055")], "Coumba"), actor="bot")
    claimed = engine.call(lambda tx: w.shop.orders.claim(tx, buyer, [Wanted(robe)], "api"), actor="account:1")
    order = claimed.order_id or 0
    for slot in (first, second):
        engine.call(lambda tx, s=slot: slots.choose(tx, order, s), actor="bot")  # type: ignore[misc]
    engine.call(lambda tx: slots.remove(tx, third), actor="seller")
    engine.call(lambda tx: terms.confirm(tx, order), actor="bot")
    engine.call(lambda tx: terms.pay_now(tx, order), actor="bot")
    engine.call(lambda tx: terms.allow(tx, buyer, 30), actor="seller")
    engine.call(lambda tx: terms.pay_later(tx, order, UTC), actor="bot")
    engine.call(lambda tx: slots.called(tx, order), actor="seller")
    engine.call(lambda tx: delivery.ask(tx, order), actor="bot")
    engine.call(lambda tx: delivery.keep(tx, order, "Sacré-Cœur 3"), actor="bot")
    engine.call(lambda tx: w.shop.orders.expire(tx, order), actor="scheduler")
    engine.call(lambda tx: onsite.receive(tx, order, "XOF"), actor="seller")
    engine.call(lambda tx: slots.passed(tx, first), actor="scheduler")
    other = engine.call(lambda tx: w.shop.orders.claim(tx, buyer, [Wanted(bag)], "api"), actor="account:1")
    engine.call(lambda tx: terms.pay_later(tx, other.order_id or 0, UTC), actor="bot")
    engine.call(lambda tx: w.shop.orders.cancel(tx, other.order_id or 0, "seller"), actor="seller")


async def test_nothing_of_worth_changes_without_a_line_in_the_journal(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        witness = Witness(w.shop.engine)
        await _office(w)
        await _sales(w)
        _papers(w)
        _quoted(w)
        await _line(w)
        _loose_ends(w)
        _steps(w)
        await _compared(w)
        await quiet(w)
        by_hand = [one for one in witness.silent if "held + 1" in one[1]]
        assert len(by_hand) == 1, "the one change made past every verb, for the repair, is seen"
        assert [one for one in witness.silent if one not in by_hand] == []
        assert witness.seen == set(WATCHED), "every table was put to the test"
        assert witness.actors >= {
            "seller", "console", "bot", "buyer", "account:1", "provider:sandbox", "provider:wave", "scheduler",
            "clerk", "api",
        }  # fmt: skip
        assert "system" not in witness.actors
        assert w.shop.engine.read(journal.verify).intact


async def test_every_table_is_either_watched_or_excused(tmp_path: Path) -> None:
    async with world(tmp_path, work=False) as w:
        tables = {row[0] for row in w.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert tables - {t for t in tables if t.startswith("sqlite_")} == WATCHED.keys() | UNWATCHED.keys()
