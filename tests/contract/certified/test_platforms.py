"""Certified e-invoicing: payloads, the two steps and their crashes, and that only the platform's own yes is a yes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.adapters.certified import REGISTRY
from core.adapters.certified.clerk import LOOK_THERE
from core.adapters.certified.emecef import EMecef
from core.adapters.certified.fec import Fec
from core.adapters.certified.fne import Fne
from core.adapters.certified.platform import Access
from core.adapters.http import Http
from core.adapters.pdf import invoice_sheet
from core.adapters.pdf_parts import Sheet
from core.bootstrap import Shop, create_store, open_shop
from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.customers.service import Identity, recognise
from core.invoices import certification, credits
from core.invoices.certification import Certification, Facts
from core.invoices.documents import Line, Seller, invoice_document
from core.kernel.clock import HOUR, ManualClock, parse_rfc3339
from core.kernel.errors import Refused
from core.orders import settling
from core.orders.service import Wanted
from core.payments import booking
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.contract.certified.platforms import Stand, stand

CODE = "TESTE64H2J6ILT3EB5THDUM1"
SELLER = Seller("Boutique", vat_rate=18, ids=(("ifu", "3201900000001"),))
LINES = (Line("Robe wax", "ROBE1", 3, 15_000, 18, 38_136), Line("Riz", "RIZ", 2, 500, 0, 1_000))
INVOICE = Facts("invoice", "FA-2026-00001", SELLER, LINES, 46_000, "mtn_momo")
CREDIT = Facts("credit_note", "AV-2026-00001", SELLER, LINES, 46_000, "card", CODE, whole=True)


def platform(kind: type[Any]) -> Any:
    return kind(Access("", "", "ISF-1", "Boutique Cocody", "Siège"), Http(ManualClock()))


def test_emecef_vectors() -> None:
    made = platform(EMecef).payload(INVOICE)
    assert made == {
        "ifu": "3201900000001",
        "type": "FV",
        "items": [
            {"name": "Robe wax", "price": 15_000, "quantity": 3, "taxGroup": "B"},
            {"name": "Riz", "price": 500, "quantity": 2, "taxGroup": "A"},
        ],
        "operator": {"name": "Boutique"},
        "payment": [{"name": "MOBILEMONEY", "amount": 46_000}],
    }
    credit = platform(EMecef).payload(CREDIT)
    assert (credit["type"], credit["reference"], credit["payment"][0]["name"]) == ("FA", CODE, "CARTEBANCAIRE")
    plain = Facts("invoice", "FA-1", Seller("B"), (Line("x", "", 1, 5, 0, 5),), 5, "")
    assert platform(EMecef).payload(plain)["items"][0]["taxGroup"] == "E"
    assert platform(EMecef).payload(plain)["payment"][0]["name"] == "ESPECES"


def test_fne_vectors_have_whole_francs_that_add_up() -> None:
    seller = Seller("Boutique", vat_rate=18)
    lines = (Line("Robe", "R", 3, 15_000, 18, 38_135), Line("Riz", "Z", 1, 500, 0, 500))
    made = platform(Fne).payload(Facts("invoice", "FA-1", seller, lines, 45_500, "card"))
    assert (made["invoiceType"], made["template"], made["paymentMethod"]) == ("sale", "B2C", "card")
    assert (made["pointOfSale"], made["establishment"]) == ("Boutique Cocody", "Siège")
    items = [(i["description"], i["quantity"], i["amount"], i["taxes"]) for i in made["items"]]
    assert items == [("Robe", 1, 12_711, ["TVA"]), ("Robe", 2, 12_712, ["TVA"]), ("Riz", 1, 500, ["TVAC"])]
    assert sum(i["quantity"] * i["amount"] for i in made["items"]) == 38_635
    plain = Facts("invoice", "FA-1", Seller("B"), (Line("x", "", 1, 5, 0, 5),), 5, "wave")
    assert platform(Fne).payload(plain)["items"][0]["taxes"] == ["TVAD"]
    answer = {"invoice": {"id": "inv-1", "items": [{"id": "a", "quantity": 3}]}}
    refund = Facts("credit_note", "AV-1", seller, lines, 45_500, "card", "x", answer, whole=True)
    assert platform(Fne).payload(refund) == {"invoice": "inv-1", "items": [{"id": "a", "quantity": 3}]}


def test_fec_vectors() -> None:
    seller = Seller("Boutique", vat_rate=18)
    lines = (Line("Robe", "R", 1, 15_000, 18, 12_712), Line("Nuit", "N", 2, 11_000, 10, 20_000))
    made = platform(Fec).payload(Facts("invoice", "FA-1", seller, lines, 37_000, "orange_money"))
    assert (made["invoiceNumber"], made["invoiceType"], made["priceMode"], made["isf"]) == (
        "FA-1",
        "FV",
        "TTC",
        "ISF-1",
    )
    assert [(i["taxGroup"], i["taxRate"], i["amountTtc"]) for i in made["items"]] == [
        ("B", 18, 15_000),
        ("C", 10, 22_000),
    ]
    assert made["payments"] == [{"method": "M", "amount": 37_000}]
    credit = platform(Fec).payload(Facts("credit_note", "AV-1", seller, lines, 37_000, "", "NIM-12", whole=True))
    assert (credit["invoiceType"], credit["creditNoteNature"], credit["creditNoteRef"]) == ("FA", "RAN", "NIM-12")


@pytest.mark.parametrize("kind", REGISTRY.values())
def test_a_credit_waits_for_its_invoice_and_nobody_is_named(kind: type[Any]) -> None:
    with pytest.raises(Refused, match="certified before"):
        platform(kind).payload(Facts("credit_note", "AV-1", SELLER, LINES, 46_000, "card"))
    assert "Aminata" not in str(platform(kind).payload(INVOICE))


@pytest.mark.parametrize(("kind", "rate"), [(EMecef, 10), (Fne, 10)])
def test_a_rate_the_platform_does_not_know_is_said(kind: type[Any], rate: int) -> None:
    facts = Facts("invoice", "FA-1", SELLER, (Line("x", "", 1, 110, rate, 100),), 110, "")
    with pytest.raises(Refused, match="no VAT rate"):
        platform(kind).payload(facts)


# -- on the wire -------------------------------------------------------------------------------------------------


class Desk:
    """A shop in Benin or Côte d'Ivoire, and its platform."""

    def __init__(self, shop: Shop, there: Stand, clock: ManualClock) -> None:
        self.shop, self.there, self.clock = shop, there, clock

    def sell(self) -> None:
        def write(tx: Tx) -> None:
            count = tx.value("SELECT count(*) FROM product")
            product = add(tx, ProductFields(f"P{count}X", f"P{count}X", "Robe", "", "", 15_000, 5, None))
            customer = recognise(tx, [Identity("phone", f"+2299712345{count}")], "Aminata Diallo")
            order = self.shop.orders.claim(tx, customer, [Wanted(product)], "api").order_id
            assert order is not None
            sql = "INSERT INTO payment(provider, key, order_id, amount, received_at) VALUES('sandbox', ?, ?, 15000, ?)"
            payment = tx.insert(sql, (str(count), order, tx.now))
            booking.received(tx, payment, order, "sandbox", 15_000, 0)
            settling.settle(tx, order, 15_000, "sandbox", payment)

        self.shop.engine.call(write)

    def connect(self) -> None:
        base = "/api" if self.shop.card.country == "BJ" else ""
        self.shop.settings.set("certification.base_url", self.there.url + base)
        self.shop.settings.set_secret("certification.token", "secret-token")

    def sheet(self) -> Sheet:
        """The first invoice as it is printed now."""
        return invoice_sheet(self.shop.engine.read(lambda r: invoice_document(r, 1, self.shop.papers.shared())))

    def paper(self, kind: str = "invoice", number: int = 1) -> Certification:
        found = self.shop.engine.read(lambda r: certification.of_paper(r, kind, number))
        assert found is not None
        return found


async def _desk(folder: Path, country: str, **ids: str) -> AsyncIterator[Desk]:
    clock = ManualClock(parse_rfc3339("2026-11-20T21:46:00Z"))
    home = Home(folder)
    shop = open_shop(home, create_store(home, "Boutique", country).slug, clock)
    for key, value in {"store.vat_rate": "18", "certification.enabled": "yes", **ids}.items():
        shop.settings.set(key, value)
    try:
        async with stand() as there:
            yield Desk(shop, there, clock)
            await shop.close_network()
    finally:
        shop.close()


@pytest.fixture
async def benin(tmp_path: Path) -> AsyncIterator[Desk]:
    async for desk in _desk(tmp_path, "BJ", **{"legal.ifu": "3201900000001"}):
        yield desk


@pytest.fixture
async def ivory(tmp_path: Path) -> AsyncIterator[Desk]:
    async for desk in _desk(tmp_path, "CI"):
        yield desk


async def test_without_an_address_papers_are_prepared_and_go_nowhere(benin: Desk) -> None:
    benin.sell()
    await benin.shop.clerk.round()
    assert benin.paper().state == "prepared"
    assert benin.paper().payload["type"] == "FV"
    assert benin.there.seen == []
    sheet = benin.sheet()
    assert "PROVISOIRE" in sheet.closing[-1]
    assert [label for label, _ in sheet.facts] == ["Date", "Commande"]


async def test_the_two_steps_of_emecef(benin: Desk) -> None:
    benin.sell()
    benin.connect()
    await benin.shop.clerk.round()
    assert [(method, path) for method, path, _ in benin.there.seen] == [
        ("POST", "/api/invoice"),
        ("PUT", "/api/invoice/uid-1/confirm"),
    ]
    found = benin.paper()
    assert (found.state, found.uid) == ("accepted", "uid-1")
    assert found.answer is not None
    assert found.answer["reference"] == CODE
    sheet = benin.sheet()
    assert sheet.facts[-1] == ("Certification", CODE)
    assert not any("PROVISOIRE" in sentence for sentence in sheet.closing)
    states = benin.shop.engine.read(
        lambda r: r.all("SELECT data FROM journal WHERE kind = 'CertificationMoved' ORDER BY seq")
    )
    assert [s for (data,) in states for s in ("queued", "sent", "accepted") if s in data] == [
        "queued",
        "sent",
        "accepted",
    ]
    await benin.shop.clerk.round()
    assert len(benin.there.seen) == 2


async def test_what_was_not_confirmed_is_asked_for_under_the_same_uid_again(benin: Desk) -> None:
    benin.sell()
    benin.connect()
    benin.there.trouble = [503]
    await benin.shop.clerk.round()
    assert (benin.paper().state, benin.paper().attempts) == ("queued", 1)
    await benin.shop.clerk.round()  # not before its time
    assert len(benin.there.seen) == 1
    benin.clock.advance(HOUR)
    benin.there.trouble = ["", 503]  # announced, not confirmed
    await benin.shop.clerk.round()
    assert (benin.paper().state, benin.paper().uid) == ("sent", "uid-1")
    assert benin.paper().answer is None
    benin.clock.advance(HOUR)
    await benin.shop.clerk.round()
    assert benin.paper().state == "accepted"
    assert len(benin.there.announced) == 1


async def test_a_confirmation_whose_answer_was_lost_is_neither_a_yes_nor_a_no(benin: Desk) -> None:
    """It stands there, but its code is not known here: a person looks."""
    benin.sell()
    benin.connect()
    benin.there.trouble = ["", "cut", "cut"]  # the client itself repeats a PUT once
    await benin.shop.clerk.round()
    assert benin.paper().state == "sent"
    assert "PROVISOIRE" in benin.sheet().closing[-1]
    benin.clock.advance(HOUR)
    await benin.shop.clerk.round()
    assert (benin.paper().state, benin.paper().answer) == ("sent", None)
    assert "look on the platform" in str(benin.paper().error)


async def test_a_no_is_a_no_with_the_platforms_words(tmp_path: Path) -> None:
    async for desk in _desk(tmp_path, "BJ"):  # no IFU was entered
        desk.sell()
        desk.connect()
        await desk.shop.clerk.round()
        assert (desk.paper().state, desk.paper().error) == ("refused", "IFU inconnu")
        await desk.shop.clerk.round()
        assert len(desk.there.seen) == 1


async def test_a_credit_note_follows_its_accepted_invoice(benin: Desk) -> None:
    benin.sell()
    terms = benin.shop.papers.terms()
    benin.shop.engine.call(lambda tx: credits.credit(tx, 1, None, "", terms))
    assert (benin.paper("credit_note").state, benin.paper("credit_note").payload) == ("prepared", {})
    assert "certified before" in str(benin.paper("credit_note").error)
    benin.connect()
    await benin.shop.clerk.round()
    await benin.shop.clerk.round()
    note = benin.paper("credit_note")
    assert (note.state, note.payload["type"], note.payload["reference"]) == ("accepted", "FA", CODE)


async def test_fne_signs_and_takes_back(ivory: Desk) -> None:
    ivory.sell()
    ivory.connect()
    await ivory.shop.clerk.round()
    found = ivory.paper()
    assert (found.state, (found.answer or {})["reference"]) == ("accepted", "9606123E26000000019")
    terms = ivory.shop.papers.terms()
    ivory.shop.engine.call(lambda tx: credits.credit(tx, 1, None, "", terms))
    await ivory.shop.clerk.round()
    assert ivory.paper("credit_note").state == "accepted"
    assert ivory.there.signed[-1] == {"items": [{"id": "item-0", "quantity": 1}]}


async def test_a_signature_whose_answer_was_lost_is_not_asked_for_twice(ivory: Desk) -> None:
    """Nothing tells this platform that it is the same invoice: a second call would sign it a second time."""
    ivory.sell()
    ivory.connect()
    ivory.there.trouble = ["cut"]
    await ivory.shop.clerk.round()
    assert (ivory.paper().state, ivory.paper().error, ivory.paper().answer) == ("sent", LOOK_THERE, None)
    ivory.clock.advance(24 * HOUR)
    await ivory.shop.clerk.round()
    assert len(ivory.there.signed) == 1


async def test_an_unreadable_yes_is_no_yes(ivory: Desk) -> None:
    ivory.sell()
    ivory.connect()
    ivory.there.trouble = [200]
    await ivory.shop.clerk.round()
    assert ivory.paper().state == "sent"
    assert ivory.paper().answer is None


async def test_a_closed_door_is_tried_again(ivory: Desk) -> None:
    ivory.sell()
    ivory.connect()
    ivory.there.trouble = [401]
    await ivory.shop.clerk.round()
    assert (ivory.paper().state, ivory.paper().error) == ("queued", "status 401")
    ivory.clock.advance(HOUR)
    await ivory.shop.clerk.round()
    assert ivory.paper().state == "accepted"


async def test_switched_off_nothing_is_prepared(benin: Desk) -> None:
    benin.shop.settings.set("certification.enabled", "no")
    benin.sell()
    assert benin.shop.engine.read(lambda r: certification.of_paper(r, "invoice", 1)) is None


@pytest.mark.parametrize("before", certification.STEPS)
def test_no_state_is_reached_but_by_its_step(tmp_path: Path, before: str) -> None:
    home = Home(tmp_path)
    shop = open_shop(home, create_store(home, "B", "BJ").slug, ManualClock())
    moves = {
        "queued": lambda tx: certification.queue(tx, 1, {}),
        "sent": lambda tx: certification.named(tx, 1, "u"),
        "accepted": lambda tx: certification.answered(tx, 1, True, {}, None),
        "refused": lambda tx: certification.answered(tx, 1, False, {}, "no"),
    }
    try:
        shop.engine.call(lambda tx: certification.prepare(tx, "invoice", 1, "emecef", {}, None))
        for state, move in moves.items():
            shop.engine.call(lambda tx: tx.run("UPDATE certification SET state = ?", (before,)))
            if state in certification.STEPS[before]:
                shop.engine.call(move)
            else:
                with pytest.raises(ValueError, match="→"):
                    shop.engine.call(move)
    finally:
        shop.close()
