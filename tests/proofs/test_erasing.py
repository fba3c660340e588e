"""A person erased: no byte of them left, every sum as before, the chain whole, a stranger when they return."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from core.conversations import notes, threads
from core.customers.service import Identity, find, recognise, set_notes
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import NotFound, Refused
from core.ledger import book
from core.orders import delivery, settling
from core.payments import service as payments
from core.payments.events import PayerTold
from core.privacy import dossier, service
from core.quotes import service as quotes
from core.quotes.rules import QuoteLine
from core.storage import journal
from core.storage.engine import Engine
from localserver.api.once import Kept, Key, keep
from tests.faults.steps import _links, checkout, link_for, press, quiet, say
from tests.proofs.acts import paid
from tests.proofs.bytes_of import found_in
from tests.support.shops import World, world

NAME, PHONE = "Aminata Ndoye Diatta", "+221774531298"
SECRETS = (NAME, "Aminata N. D.", "Aminata D.", PHONE, PHONE[1:], "Keur Massar", "taille 44", "pagne de sa tante")
SUMS = """
    SELECT (SELECT json_group_array(json_array(account, total)) FROM
      (SELECT account, sum(amount) AS total FROM ledger_line GROUP BY account ORDER BY account)),
      (SELECT json_group_array(json_array(id, reference, state, exception, total, received, reserved_at, paid_at,
        closed_at)) FROM orders),
      (SELECT json_group_array(json_array(id, amount, fee, received_at, txn_id, key)) FROM payment),
      (SELECT json_group_array(json_array(series, year, number, issued_at, total, order_id)) FROM invoice),
      (SELECT json_group_array(json_array(reference, created_at, total)) FROM quote),
      (SELECT json_group_array(json_array(id, orders, paid, expired, spent, pay_ms, created_at)) FROM customer),
      (SELECT json_group_array(json_array(sku, on_hand, held)) FROM product),
      (SELECT json_group_array(json_array(id, amount, choice)) FROM decision)
"""


def sums(engine: Engine) -> Any:
    return engine.read(lambda r: r.one(SUMS))


def erase(w: World, customer_id: int) -> Any:
    return service.erase(w.shop.engine, w.shop.orders, w.shop.media, customer_id, "seller")


def customer_of(w: World, name: str) -> int:
    return int(w.value("SELECT id FROM customer WHERE name = ?", (name,)))


async def _a_life(w: World) -> int:
    """Everything a person can leave behind in a shop. → their customer id."""
    w.product("ROBE1", stock=5)
    w.product("SAC2", 22_000, 2)
    w.shop.settings.set("seller.notify_to", "+221770001111")
    w.buyer("Vendeuse", "+221770001111")
    await say(w, "Vendeuse", "bonjour")
    w.buyer(NAME, PHONE)
    await say(w, NAME, "bonjour, j'habite à Keur Massar")
    w.graph.acts(NAME).photo(caption="le pagne de sa tante")
    await quiet(w)
    await w.until(lambda: w.value("SELECT media FROM message WHERE media IS NOT NULL"))
    session = await checkout(w, await _link(w, NAME, "ROBE1"))
    w.providers["sandbox"].pay(session, None)
    await quiet(w)
    session = await checkout(w, await _link(w, NAME, "SAC2"))
    assert isinstance(w.clock, ManualClock)
    w.clock.advance(11 * MINUTE)
    await w.shop.scheduler.settle_due()
    await quiet(w)
    w.providers["sandbox"].pay(session, None, late=True)
    await quiet(w)
    late = w.order(NAME)[0]
    decided = w.shop.engine.call(lambda tx: settling.decide(tx, w.shop.orders, late, "refund"), actor="seller")
    w.shop.engine.call(lambda tx: settling.refund_done(tx, decided.id), actor="seller")
    customer = customer_of(w, NAME)
    w.shop.engine.call(lambda tx: set_notes(tx, customer, "taille 44, Keur Massar"), actor="seller")
    talk = w.value("SELECT id FROM conversation WHERE customer_id = ?", (customer,))
    w.shop.engine.call(lambda tx: notes.add(tx, talk, f"{NAME}, {PHONE}: taille 44, Keur Massar"), actor="seller")
    w.shop.engine.call(lambda tx: tx.run("UPDATE decision SET note = ? WHERE id = ?", (f"vu avec {NAME}", decided.id)))
    w.shop.engine.call(lambda tx: delivery.keep(tx, late, "Keur Massar, villa 7", (14.77, -17.31)), actor="bot")
    line = QuoteLine(f"Robe pour {NAME}", 1, 15_000, "")
    w.shop.engine.call(
        lambda tx: quotes.draft(
            tx,
            quotes.Wording((line,), note=f"appeler {PHONE}"),
            customer_id=customer,
            terms=w.shop.papers.terms(),
        )
    )
    body = json.dumps({"name": NAME, "phone": PHONE}, separators=(",", ":")).encode()
    w.shop.engine.call(lambda tx: keep(tx, Key(1, "k1", b"d"), Kept(200, body)))
    w.buyer("Mariama Ba")
    await say(w, "Mariama Ba", f"mon amie a le {PHONE}, écrivez-lui")
    await quiet(w)
    return customer


async def _link(w: World, name: str, sku: str) -> str:
    """« je prends », PAYER, Wave, by somebody who is known already. → the pay link."""
    await say(w, name, f"je prends {sku}")
    await press(w, name, "PAYER")
    await press(w, name, "Wave")
    return _links(w, name)[-1]


async def test_not_a_byte_is_left_and_every_sum_is_as_before(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        customer = await _a_life(w)
        key = w.shop.vault.database_key()
        assert found_in(w.shop.folder, key, *SECRETS) >= {NAME, PHONE, PHONE[1:], "Keur Massar", "taille 44"}
        before, head = sums(w.shop.engine), w.shop.engine.read(journal.verify)
        photos = list(w.shop.media.iterdir())
        assert len(photos) == 1
        report = erase(w, customer)
        assert sums(w.shop.engine) == before
        after = w.shop.engine.read(lambda r: journal.verify(r, head.head))
        assert after.intact
        assert after.kept_at == head.entries, "the chain of before is the beginning of the chain of now"
        assert found_in(w.shop.folder, key, *SECRETS) == set()
        assert list(w.shop.media.iterdir()) == []
        assert w.rows("SELECT name, erased_at IS NOT NULL FROM customer WHERE id = ?", (customer,)) == [
            (report.alias, 1)
        ]
        told = {line.what: line.count for line in report.erased}
        assert told.keys() >= {"identities", "names", "messages", "sent", "received", "files", "mentions", "free texts"}
        assert {line.what: line.why for line in report.kept}["invoices"] == "legal"
        stored = json.loads(w.value("SELECT report FROM erasure WHERE id = ?", (report.id,)))
        assert stored["alias"] == report.alias
        assert w.value("SELECT kind FROM journal ORDER BY seq DESC LIMIT 1") == "CustomerErased"


async def test_who_comes_back_is_a_stranger(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        customer = await _a_life(w)
        erase(w, customer)
        answers = await say(w, NAME, "ROBE1")
        assert len(answers) == 1
        again = customer_of(w, NAME)
        assert again != customer
        assert w.rows("SELECT orders, paid, spent FROM customer WHERE id = ?", (again,)) == [(1, 0, 0)]
        assert w.value("SELECT count(*) FROM orders WHERE customer_id = ?", (again,)) == 1
        w.shop.engine.call(lambda tx: w.shop.orders.cancel(tx, w.order(NAME)[0], "seller"))
        await quiet(w)
        erase(w, again)
        assert found_in(w.shop.folder, w.shop.vault.database_key(), *SECRETS) == set()


async def test_others_keep_what_is_theirs(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        customer = await _a_life(w)
        mariama = customer_of(w, "Mariama Ba")
        before = w.rows(
            "SELECT m.id, m.author, m.at FROM message m JOIN conversation v ON v.id = m.conversation_id"
            " WHERE v.customer_id <> ?",
            (customer,),
        )
        alias = erase(w, customer).alias
        after = w.rows("SELECT id, author, at FROM message")
        assert after == before
        text = w.value("SELECT text FROM message WHERE text LIKE 'mon amie%'")
        assert text == f"mon amie a le {alias}, écrivez-lui"
        assert w.shop.engine.read(lambda r: find(r, [Identity("phone", PHONE)])) == []
        assert w.value("SELECT count(*) FROM identity WHERE customer_id = ?", (mariama,)) > 0


async def test_what_is_going_on_must_end_first(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer("Awa Ndour")
        await say(w, "Awa Ndour", "ROBE1")
        customer = customer_of(w, "Awa Ndour")
        order = w.order("Awa Ndour")[0]
        with pytest.raises(Refused, match="still reserved"):
            erase(w, customer)
        ref = w.shop.engine.call(lambda tx: payments.open_attempt(tx, order, "wave", "wave", "XOF"))[0].ref
        w.shop.engine.call(lambda tx: w.shop.orders.expire(tx, order))
        w.shop.engine.call(lambda tx: payments.apply_event(tx, paid(ref)))
        with pytest.raises(Refused, match="to be decided or given back"):
            erase(w, customer)
        decided = w.shop.engine.call(lambda tx: settling.decide(tx, w.shop.orders, order, "refund"))
        with pytest.raises(Refused, match="to be decided or given back"):
            erase(w, customer)
        w.shop.engine.call(lambda tx: settling.refund_done(tx, decided.id))
        await quiet(w)
        assert w.value("SELECT name FROM customer WHERE id = ?", (customer,)) == "Awa Ndour", "nothing half done"
        erase(w, customer)
        with pytest.raises(Refused, match="already"):
            erase(w, customer)
        with pytest.raises(NotFound):
            erase(w, 999)


async def test_two_records_that_were_one_person_go_together(tmp_path: Path) -> None:
    async with world(tmp_path, work=False) as w:
        scoped, phone = Identity("bsuid", "SN.DIATTA778899"), Identity("phone", PHONE)

        def meet(tx: Any) -> None:
            other = recognise(tx, [scoped], "Ami Diatta Ndoye")
            threads.receipt(tx, other, threads.thread_of(tx, other), "wamid.QQ774531298")
            recognise(tx, [phone], NAME)
            recognise(tx, [phone, scoped])

        w.shop.engine.call(meet)
        kept = w.shop.engine.read(lambda r: find(r, [phone]))[0]
        absorbed = w.value("SELECT id FROM customer WHERE merged_into IS NOT NULL")
        with pytest.raises(Refused, match="merged"):
            erase(w, absorbed)
        erase(w, kept)
        key = w.shop.vault.database_key()
        assert found_in(w.shop.folder, key, NAME, PHONE, "Ami Diatta Ndoye", "DIATTA778899", "wamid.QQ") == set()


async def test_a_file_that_could_not_be_removed_goes_at_the_next_start(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        customer = await _a_life(w)
        photo = next(w.shop.media.iterdir())
        content = photo.read_bytes()
        photo.unlink()
        photo.mkdir()  # a folder cannot be unlinked: as a file that another program holds open
        erase(w, customer)
        assert w.rows("SELECT name FROM doomed_file") == [(photo.name,)]
        photo.rmdir()
        photo.write_bytes(content)
        service.finish(w.shop.engine, w.shop.media)
        assert not photo.exists()
        assert w.rows("SELECT name FROM doomed_file") == []


async def test_a_photo_that_others_show_stays(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        customer = await _a_life(w)
        name = w.value("SELECT media FROM message WHERE media IS NOT NULL")
        w.shop.engine.call(lambda tx: tx.run("UPDATE product SET photo = ? WHERE sku = 'ROBE1'", (name,)))
        report = erase(w, customer)
        assert (w.shop.media / name).exists()
        assert "files" not in {line.what for line in report.erased}


async def test_the_dossier_holds_everything_and_can_be_read(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        customer = await _a_life(w)
        found = dossier.ask(w.shop.engine, customer, "XOF", "seller")
        file = io.BytesIO()
        assert dossier.write(found, w.shop.media, file) == 1
        with zipfile.ZipFile(file) as zipped:
            names = zipped.namelist()
            told = json.loads(zipped.read("customer.json"))
            assert zipped.read(names[-1]) == next(w.shop.media.iterdir()).read_bytes()
        assert told["customer"]["name"] == NAME
        assert PHONE in {each["value"] for each in told["identities"]}
        assert [order["state"] for order in told["orders"]] == ["paid", "refunded"]
        assert told["orders"][0]["total"] == {"amount": 15_000, "currency": "XOF"}
        assert told["orders"][0]["invoices"][0]["number"].startswith("FA-")
        assert told["orders"][0]["payments"][0]["received_at"].endswith("Z")
        assert any("Keur Massar" in message["text"] for message in told["messages"])
        assert told["quotes"][0]["content"]["note"] == f"appeler {PHONE}"
        assert w.value("SELECT kind FROM journal ORDER BY seq DESC LIMIT 1") == "CustomerExported"
        with pytest.raises(NotFound):
            dossier.ask(w.shop.engine, 999, "XOF", "seller")


async def test_money_that_comes_after_the_erasure_is_still_asked_about(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        session = await checkout(w, await link_for(w, NAME, "ROBE1"))
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(11 * MINUTE)
        await w.shop.scheduler.settle_due()
        await quiet(w)
        customer, order = customer_of(w, NAME), w.order(NAME)[0]
        erase(w, customer)
        w.providers["sandbox"].pay(session, None, late=True)
        await quiet(w)
        assert w.rows("SELECT state, exception, received FROM orders WHERE id = ?", (order,)) == [
            ("paid", "paid_late", 15_000)
        ]
        assert -w.shop.engine.read(book.balances)["customer_funds"] == 15_000


async def test_the_marks_of_payers_go_with_the_person(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        customer = await _a_life(w)
        payment = w.value("SELECT min(id) FROM payment")
        assert w.value("SELECT count(*) FROM payer") > 0, "told over the wire"
        order, attempt = w.rows("SELECT order_id, attempt_id FROM payment WHERE id = ?", (payment,))[0]
        marks = w.shop.watch.marks("A" * 22, "41.82.10.7")
        w.shop.engine.call(lambda tx: w.shop.watch.visited(tx, order, marks))
        w.shop.engine.call(lambda tx: w.shop.watch.told(tx, PayerTold(attempt, order, "+221770000001")))
        relative = "+221775554433"
        w.shop.engine.call(lambda tx: tx.run("UPDATE attempt SET payer = ? WHERE id = ?", (relative, attempt)))
        reference = w.value("SELECT ref FROM attempt WHERE id = ?", (attempt,))
        held = "SELECT count(*) FROM inbox WHERE instr(CAST(payload AS TEXT), ?)"
        assert w.value(held, (reference,)) > 0
        report = erase(w, customer)
        assert w.value("SELECT count(*) FROM attempt WHERE payer = ?", (relative,)) == 0
        assert w.value(held, (reference,)) == 0
        assert any(line.what == "visits" for line in report.erased)
        for table in ("payer", "payer_told", "visit"):
            assert w.value(f"SELECT count(*) FROM {table}") == 0
