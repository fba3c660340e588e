"""The page behind a paper's QR code: what it tells of genuine papers, and its one answer to all others."""

from __future__ import annotations

import random
import re

import pytest

from core.bootstrap import Shop
from core.invoices import credits
from core.invoices.documents import invoice_document, receipt_document
from core.kernel.clock import DAY
from core.kernel.ids import new_nonce
from core.paylinks.links import LENGTH, Links
from core.privacy import service as privacy
from core.quotes import service as quotes
from core.quotes.documents import quote_document
from core.quotes.rules import QuoteLine, Terms
from core.quotes.service import Wording
from core.storage.engine import Tx
from localserver.pay.verify import _TONES
from tests.localserver.pay.test_links import ALPHABET, KEY, answer
from tests.support.payshop import PayShop
from tests.support.stores import add_customer


async def sold(shop: PayShop) -> str:
    """An invoice. → the path of its code."""
    order = shop.bag(name="Aïcha Ndiaye")
    await shop.pay(order)
    number = shop.value("SELECT id FROM invoice WHERE order_id = ?", order)
    url = shop.shop.engine.read(lambda r: invoice_document(r, number, shop.shop.papers.shared())).url
    assert url.startswith(f"{shop.url}/v/")
    return url.removeprefix(shop.url)


async def shown(shop: PayShop, path: str, **how: object) -> str:
    status, headers, body = await shop.get(path, **how)
    assert status == 200
    assert headers["Content-Type"].startswith("text/html")
    assert "script" not in headers["Content-Security-Policy"]
    assert len(body.encode()) < 12_000
    for person in ("Aïcha", "Ndiaye", "77 00", "77000"):
        assert person not in body
    return re.sub(r"\s+", " ", re.sub(r"<style>.*</style>|<[^>]+>", " ", body, flags=re.DOTALL))


async def test_a_genuine_invoice_says_its_number_date_and_total_and_nothing_of_the_buyer(open_shop: PayShop) -> None:
    path = await sold(open_shop)
    page = await shown(open_shop, path)
    assert "Ce document est authentique" in page
    assert "FA-2026-00001" in page
    assert "20/11/2026" in page
    assert "22 000 F CFA" in page
    assert "Boutique Téranga" in page
    assert "Tena izy ity taratasy ity" in await shown(open_shop, f"{path}?lang=mg")
    assert "is genuine" in await shown(open_shop, path, headers={"Accept-Language": "en"})


async def test_a_credited_invoice_says_so(open_shop: PayShop) -> None:
    path = await sold(open_shop)
    terms = open_shop.shop.papers.terms()
    for amount, words in ((2_000, "avec un avoir partiel"), (None, "Annulée par un avoir")):
        open_shop.shop.engine.call(lambda tx, a=amount: credits.credit(tx, 1, a, "", terms))  # type: ignore[misc]
        page = await shown(open_shop, path)
        assert words in page
        assert "AV-2026-00001" in page
    assert "AV-2026-00002" in page
    assert "Ce document est authentique" not in page


async def test_a_document_changed_behind_our_back_is_told(open_shop: PayShop) -> None:
    path = await sold(open_shop)

    def tamper(tx: Tx) -> None:
        tx.run("DROP TRIGGER invoice_no_update")
        tx.run("UPDATE invoice SET total = 2200")

    open_shop.shop.engine.call(tamper)
    page = await shown(open_shop, path)
    assert "modifié après son émission" in page
    assert "authentique" not in page


async def test_a_receipt_tells_what_became_of_the_money(open_shop: PayShop) -> None:
    shop = open_shop
    order = shop.bag()
    page = await shop.choose(order)
    session = shop.simulator.sessions[page.rsplit("/", 1)[-1]]
    shop.simulator.pay(session, amount=5_000)
    await shop.news()
    number = shop.value("SELECT id FROM receipt WHERE order_id = ?", order)
    url = shop.shop.engine.read(lambda r: receipt_document(r, number, shop.shop.papers.shared())).url
    path = url.removeprefix(shop.url)
    assert "Ce document est authentique" in await shown(shop, path)
    await shop.pay(order)
    assert "remplacé par une facture" in await shown(shop, path)


def sent(tx: Tx, shop: Shop, wording: Wording, customer: int) -> int:
    number = quotes.draft(tx, wording, customer_id=customer, terms=shop.papers.terms())
    quotes.send(tx, number, shop.papers.terms(), 2)
    return number


async def test_a_quote_past_its_time_binds_nobody(open_shop: PayShop) -> None:
    shop = open_shop.shop
    customer = add_customer(shop.engine, 7)

    def draft(tx: Tx) -> int:
        return sent(tx, shop, Wording((QuoteLine("Pose", 1, 5_000),), terms=Terms(3)), customer)

    number = shop.engine.call(draft)
    path = shop.engine.read(lambda r: quote_document(r, number, shop.papers.shared())).url.removeprefix(open_shop.url)
    assert "Ce document est authentique" in await shown(open_shop, path)
    open_shop.clock.advance(4 * DAY)
    assert "la date est passée" in await shown(open_shop, path)


async def test_a_quote_of_an_erased_person_is_not_called_altered(open_shop: PayShop) -> None:
    shop = open_shop.shop
    customer = add_customer(shop.engine, 7)

    def draft(tx: Tx) -> int:
        return sent(tx, shop, Wording((QuoteLine("Pose", 1, 5_000),), note="le soir", terms=Terms(3)), customer)

    number = shop.engine.call(draft)
    path = shop.engine.read(lambda r: quote_document(r, number, shop.papers.shared())).url.removeprefix(open_shop.url)
    assert "Ce document est authentique" in await shown(open_shop, path)
    privacy.erase(shop.engine, shop.orders, shop.media, customer, "seller")
    assert open_shop.value("SELECT content FROM quote WHERE id = ?", number).count("le soir") == 0
    assert "la date est passée" in await shown(open_shop, path)


async def test_one_answer_to_every_mark_that_is_none(open_shop: PayShop) -> None:
    shop = open_shop
    path = await sold(shop)
    token = path.removeprefix("/v/")
    order = shop.value("SELECT id FROM orders")
    pay_link = shop.token(order)
    foreign = Links(KEY, "another store", "paper mark").token(new_nonce())
    unknown = shop.shop.marks.token(new_nonce())
    seen = {
        repr(answer(*await shop.get(f"/v/{each}")))
        for each in (pay_link, foreign, unknown, "x", "é" * LENGTH, "A" * LENGTH, "%00" * 12, "A" * 4000)
    }
    draw = random.Random(4)
    for at in range(LENGTH):
        character = draw.choice([c for c in ALPHABET if c != token[at]])
        seen.add(repr(answer(*await shop.get(f"/v/{token[:at]}{character}{token[at + 1 :]}"))))
    assert len(seen) == 1
    assert seen.pop().startswith("(404,")
    assert (await shop.get(f"/p/{token}"))[0] == 404  # and a mark pays nothing


@pytest.mark.parametrize("tone", sorted({tone for tone, _ in _TONES.values()}))
def test_every_tone_has_its_colour(tone: str) -> None:
    assert tone in ("paid", "danger", "waiting", "info")
