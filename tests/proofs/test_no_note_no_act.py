"""A journal that cannot be written blocks the act: whatever is tried, the database stays as it was, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.accounts import service as accounts
from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service as catalogue
from core.customers import merging, parting
from core.customers.service import Identity, recognise, set_notes
from core.kernel.clock import ManualClock
from core.kernel.errors import StorageFailed
from core.live import service as live
from core.orders import settling
from core.orders.service import Wanted
from core.payments import service as payments
from core.privacy import dossier
from core.privacy import service as privacy
from core.quotes import service as quotes
from core.quotes.rules import QuoteLine
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.proofs.acts import paid
from tests.support.stores import add_customer, add_product

Verb = Callable[["Ready"], Any]
PASSWORD = "correct horse battery"
BROKEN = "CREATE TEMP TRIGGER no_notes BEFORE INSERT ON main.journal BEGIN SELECT RAISE(ABORT, 'no more notes'); END"


class Ready:
    """A shop in the middle of its day: an open order with a session, a late payment to decide, a refund to do."""

    def __init__(self, shop: Shop, clock: ManualClock) -> None:
        self.shop, self.engine = shop, shop.engine
        self.robe, self.sac = add_product(self.engine, "ROBE1"), add_product(self.engine, "SAC2")
        self.awa, self.binta = add_customer(self.engine, 1), add_customer(self.engine, 2)
        self.mariama = add_customer(self.engine, 4)
        self.merged = self.do(lambda tx: merging.merge(tx, *(add_number(tx, number) for number in (5, 6))))
        self.late, self.back = self._late(self.binta, clock), self._late(self.binta, clock)
        self.refund = self.do(lambda tx: settling.decide(tx, shop.orders, self.back, "refund")).id
        self.order = self.do(lambda tx: shop.orders.claim(tx, self.awa, [Wanted(self.robe)], "whatsapp")).order_id or 0
        self.ref = self.do(lambda tx: payments.open_attempt(tx, self.order, "wave", "wave", "XOF"))[0].ref

    def do(self, command: Callable[[Tx], Any]) -> Any:
        return self.engine.call(command, actor="seller")

    def _late(self, customer: int, clock: ManualClock) -> int:
        order = self.do(lambda tx: self.shop.orders.claim(tx, customer, [Wanted(self.sac)], "whatsapp")).order_id
        ref = self.do(lambda tx: payments.open_attempt(tx, order, "wave", "wave", "XOF"))[0].ref
        clock.advance(31 * 60_000)
        self.do(lambda tx: self.shop.orders.expire(tx, order))
        self.do(lambda tx: payments.apply_event(tx, paid(ref)))
        return int(order)


def add_number(tx: Tx, number: int) -> int:
    return recognise(tx, [Identity("phone", f"+22177000000{number}")])


def _quote(tx: Tx, shop: Shop) -> int:
    line = QuoteLine("Robe", 1, 15_000, "")
    return quotes.draft(tx, quotes.Wording((line,)), customer_id=None, terms=shop.papers.terms())


def _import(r: Ready) -> None:
    content = b"sku;title;price;stock\nROBE1;Robe;16000;9\n"
    planned = r.engine.read(lambda reader: catalogue.plan(reader, content, "XOF"))
    catalogue.carry_out(r.engine, planned, atomic=True, actor="seller")


VERBS: dict[str, Verb] = {
    "claim": lambda r: r.do(lambda tx: r.shop.orders.claim(tx, r.awa, [Wanted(r.sac)], "whatsapp")),
    "cancel": lambda r: r.do(lambda tx: r.shop.orders.cancel(tx, r.order, "seller")),
    "expire": lambda r: r.do(lambda tx: r.shop.orders.expire(tx, r.order)),
    "extend": lambda r: r.do(lambda tx: r.shop.orders.extend(tx, r.order, 5)),
    "pay": lambda r: r.do(lambda tx: payments.apply_event(tx, paid(r.ref))),
    "pay short": lambda r: r.do(lambda tx: payments.apply_event(tx, paid(r.ref, 1_000))),
    "stray money": lambda r: r.do(lambda tx: payments.apply_event(tx, paid("LPNOBODY"))),
    "choose a means": lambda r: r.do(lambda tx: payments.open_attempt(tx, r.order, "sandbox", "wave", "XOF")),
    "decide": lambda r: r.do(lambda tx: settling.decide(tx, r.shop.orders, r.late, "honour")),
    "give back": lambda r: r.do(lambda tx: settling.refund_done(tx, r.refund)),
    "add a product": lambda r: add_product(r.engine, "TISSU3"),
    "change a price": lambda r: r.do(lambda tx: catalogue.change(tx, r.robe, price=1)),
    "import": _import,
    "new customer": lambda r: add_customer(r.engine, 3),
    "note": lambda r: r.do(lambda tx: set_notes(tx, r.awa, "taille 40")),
    "hand out a person's data": lambda r: dossier.ask(r.engine, r.mariama, "XOF", "seller"),
    "erase a person": lambda r: privacy.erase(r.engine, r.shop.orders, r.shop.media, r.mariama, "seller"),
    "merge": lambda r: r.do(
        lambda tx: recognise(tx, [Identity("phone", "+221770000001"), Identity("phone", "+221770000002")])
    ),
    "take a merge back": lambda r: r.do(lambda tx: parting.part(tx, r.merged)),
    "setting": lambda r: r.shop.settings.set("store.city", "Thiès", "seller"),
    "secret": lambda r: r.shop.settings.set_secret("llm.api_key", "sk-2", "seller"),
    "user": lambda r: accounts.save(r.engine, "moussa@teranga.sn", PASSWORD, "cashier"),
    "lend a look": lambda r: r.do(lambda tx: accounts.lend(tx, 1, tx.now + 60_000)),
    "login": lambda r: accounts.login(r.engine, r.shop.factors, "awa@teranga.sn", PASSWORD),
    "wrong login": lambda r: accounts.login(r.engine, r.shop.factors, "awa@teranga.sn", "wrong horse battery"),
    "live": lambda r: r.do(live.start),
    "quote": lambda r: r.do(lambda tx: _quote(tx, r.shop)),
}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    home = Home(tmp_path_factory.mktemp("home"))
    card = create_store(home, "Boutique Téranga", "SN")
    clock = ManualClock()
    shop = open_shop(home, card.slug, clock)
    accounts.save(shop.engine, "awa@teranga.sn", PASSWORD, "owner")
    shop.settings.set_secret("llm.api_key", "sk-1", "seller")
    found = Ready(shop, clock)
    found.engine.call(lambda tx: tx.run(BROKEN))
    yield found
    shop.close()


def everything(shop: Shop) -> str:
    """A digest of every row of every table, of the settings in memory and of the secrets."""
    digest = hashlib.sha256()

    def rows(tx: Tx) -> None:
        for (table,) in tx.all("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name"):
            for row in tx.all(f"SELECT * FROM main.{table}"):
                digest.update(repr((table, row)).encode())

    shop.engine.call(rows)
    digest.update(repr((shop.settings.get("store.city"), shop.vault.get("llm.api_key"))).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("verb", VERBS)
def test_what_cannot_be_noted_is_not_done(ready: Ready, verb: str) -> None:
    before = everything(ready.shop)
    with pytest.raises(StorageFailed, match="journal"):
        VERBS[verb](ready)
    assert everything(ready.shop) == before


def test_the_day_goes_on_once_the_journal_takes_notes_again(ready: Ready) -> None:
    """Last in the file: the same verbs do something as soon as they may, so that the test above could have failed."""
    ready.engine.call(lambda tx: tx.run("DROP TRIGGER no_notes"))
    for verb in ("claim", "pay", "decide", "give back", "import", "note", "secret", "quote", "erase a person"):
        before = everything(ready.shop)
        VERBS[verb](ready)
        assert everything(ready.shop) != before, verb
