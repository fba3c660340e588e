"""A shop beyond the 24 hours, on the real wire: handed in, judged, sent by hand and by itself, refused after a STOP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.bootstrap import templating
from core.conversations.beyond import STOPPED
from core.conversations.channel import Unclear
from core.conversations.templatedesk import TemplateDesk
from core.kernel.clock import DAY, HOUR, MINUTE, ManualClock
from core.kernel.errors import NotFound, Refused
from core.quotes import service as quotes
from core.quotes.rules import QuoteLine
from core.storage.engine import Tx
from core.templates import service
from core.templates.rules import (
    APPROVED,
    DRAFT,
    MARKETING,
    PAUSED,
    REJECTED,
    SUBMITTED,
    Button,
    Template,
    Words,
)
from localserver.sandbox.graph_templates import Templates, said
from localserver.sandbox.graph_world import Fault
from tests.support.shops import World, world

ADVERT = Words(
    "arrivage", "fr", MARKETING, "Bonjour {{1}}, un arrivage de wax t’attend à la boutique.", "", ("name",), ("Awa",)
)


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        made.shop.engine.call(service.take_ready_made, actor="seller")
        made.product("ROBE1")
        made.buyer("Awa Ndour")
        made.graph.acts("Awa Ndour").say("je prends ROBE1")
        await made.settled()
        yield made


def advance(w: World, milliseconds: int) -> None:
    assert isinstance(w.clock, ManualClock)
    w.clock.advance(milliseconds)


def named(w: World, name: str) -> Template:
    return next(each for each in w.shop.engine.read(service.every) if each.words.name == name)


def judge(w: World, name: str, event: str, reason: str = "", category: str = "") -> None:
    """A reviewer's word."""
    Templates(w.graph).review(w.graph.world.account(), name, event, reason, "", category)


async def approve(w: World, name: str) -> Template:
    await w.shop.templates.hand_in(named(w, name).id, "seller")
    judge(w, name, "APPROVED")
    await w.settled()
    return named(w, name)


def conversation(w: World) -> int:
    return int(w.value("SELECT v.id FROM conversation v JOIN customer c ON c.id = v.customer_id WHERE c.name <> ''"))


def send(w: World, template: Template, values: tuple[str, ...]) -> int | None:
    beyond, where = templating.beyond(w.shop), conversation(w)
    return w.shop.engine.call(lambda tx: beyond.send(tx, where, template.id, values, "window"), actor="seller")


def last_text(w: World) -> str:
    buyer = w.graph.world.buyer("Awa Ndour")
    entry = [e for e in buyer.thread(w.graph.world.account()) if e.direction == "out"][-1]
    return said(entry.template, entry.part) if entry.template else ""


async def test_the_reviewers_word_reaches_the_list_by_webhook(w: World) -> None:
    await approve(w, "suivi_commande")
    assert named(w, "suivi_commande").state == APPROVED
    await w.shop.templates.hand_in(named(w, "relance_devis").id, "seller")
    assert named(w, "relance_devis").state == SUBMITTED
    judge(w, "relance_devis", "REJECTED", "TAG_CONTENT_MISMATCH")
    await w.settled()
    refused = named(w, "relance_devis")
    assert (refused.state, refused.reason) == (REJECTED, "TAG_CONTENT_MISMATCH")
    judge(w, "suivi_commande", "APPROVED", category="MARKETING")
    await w.settled()
    assert named(w, "suivi_commande").words.category == MARKETING


async def test_refused_words_are_written_anew_and_handed_in_again(w: World) -> None:
    await w.shop.templates.hand_in(named(w, "suivi_commande").id, "seller")
    judge(w, "suivi_commande", "REJECTED", "INVALID_FORMAT")
    await w.settled()
    old = named(w, "suivi_commande")
    better = replace(old.words, body="Bonjour {{1}}, la commande {{2}} chez {{3}} avance : {{4}}. À bientôt !")
    w.shop.engine.call(lambda tx: service.save(tx, old.id, better), actor="seller")
    again = await approve(w, "suivi_commande")
    assert (again.wa_id, again.words.body) == (old.wa_id, better.body)
    with pytest.raises(Refused, match="copy the template"):
        w.shop.engine.call(lambda tx: service.save(tx, old.id, replace(better, footer="Autre")), actor="seller")
    w.shop.engine.call(lambda tx: service.save(tx, old.id, replace(better, use="")), actor="seller")
    assert named(w, "suivi_commande").words.use == ""


async def test_whatsapps_refusal_of_the_call_is_one_sentence_and_leaves_a_draft(w: World) -> None:
    # Another tool took the name meanwhile: this store's list does not know it.
    await w.shop.templates.hand_in(named(w, "suivi_commande").id, "seller")
    number = named(w, "suivi_commande").id
    w.shop.engine.call(lambda tx: service.remove(tx, number), actor="seller")
    w.shop.engine.call(service.take_ready_made, actor="seller")
    with pytest.raises(Refused, match="refuses the template"):
        await w.shop.templates.hand_in(named(w, "suivi_commande").id, "seller")
    kept = named(w, "suivi_commande")
    assert kept.state == DRAFT
    assert "already" in kept.reason


async def test_no_clear_answer_leaves_it_handed_in_until_the_list_tells(w: World) -> None:
    w.graph.world.faults.append(Fault(kind="html", on="templates"))
    with pytest.raises(Unclear):
        await w.shop.templates.hand_in(named(w, "suivi_commande").id, "seller")
    assert named(w, "suivi_commande").state == SUBMITTED
    await w.shop.templates.compare()
    assert named(w, "suivi_commande").state == SUBMITTED  # it may still arrive
    advance(w, 11 * MINUTE)
    await w.shop.templates.compare()
    lost = named(w, "suivi_commande")
    assert (lost.state, lost.reason) == (DRAFT, service.GONE)


async def test_the_list_brings_what_was_made_elsewhere_and_takes_what_is_gone(w: World) -> None:
    await approve(w, "suivi_commande")
    number = named(w, "suivi_commande").id
    w.shop.engine.call(lambda tx: service.remove(tx, number), actor="seller")
    found = await w.shop.templates.compare()
    assert (found.seen, found.added, found.odd) == (1, 1, 0)
    assert named(w, "suivi_commande").state == APPROVED
    advance(w, MINUTE)
    w.graph.world.kept(w.graph.world.account().waba_id).clear()
    await w.shop.templates.compare()
    assert named(w, "suivi_commande").state == DRAFT


async def test_by_hand_its_values_come_from_the_books_and_it_arrives(w: World) -> None:
    template = await approve(w, "je_reviens_vers_toi")
    advance(w, 2 * DAY)
    beyond = templating.beyond(w.shop)
    (offer,) = w.shop.engine.read(lambda r: beyond.offers(r, conversation(w)))
    assert (offer.values, offer.refusal) == (("Awa", "Boutique Téranga"), "")
    assert send(w, template, ("Awa", "Téranga\nDakar")) is not None
    await w.settled()
    assert last_text(w).startswith("Bonjour Awa, ici Téranga Dakar. Tu nous as écrit")
    assert w.value("SELECT state FROM outbox WHERE key LIKE 'template:%'") in ("delivered", "read")
    assert w.value("SELECT mode FROM conversation WHERE id = ?", (conversation(w),)) == "seller"
    assert w.value("SELECT category FROM message_counted WHERE category <> 'service'") == "utility"


async def test_an_empty_value_and_one_that_is_not_approved_are_refused(w: World) -> None:
    with pytest.raises(Refused, match="not approved"):
        send(w, named(w, "je_reviens_vers_toi"), ("Awa", "Téranga"))
    template = await approve(w, "je_reviens_vers_toi")
    with pytest.raises(Refused, match="Fill in all 2 values"):
        send(w, template, ("Awa", " "))


async def test_who_said_stop_gets_no_advertising_but_still_word_of_their_order(w: World) -> None:
    w.shop.engine.call(lambda tx: service.save(tx, None, ADVERT), actor="seller")
    advert, talk = await approve(w, "arrivage"), await approve(w, "je_reviens_vers_toi")
    w.graph.acts("Awa Ndour").say("STOP")
    await w.settled()
    advance(w, 2 * DAY)
    offers = w.shop.engine.read(lambda r: templating.beyond(w.shop).offers(r, conversation(w)))
    assert {o.template.words.name: o.refusal for o in offers} == {"arrivage": STOPPED, "je_reviens_vers_toi": ""}
    with pytest.raises(Refused, match="STOP"):
        send(w, advert, ("Awa",))
    assert send(w, talk, ("Awa", "Téranga")) is not None


async def test_stopping_in_whatsapps_own_menu_is_heeded_and_a_refusal_teaches_it(w: World) -> None:
    buyer, account = w.graph.world.buyer("Awa Ndour"), w.graph.world.account()
    Templates(w.graph).prefer(account, buyer, False)
    await w.settled()
    assert w.value("SELECT no_offers FROM customer") == 1
    Templates(w.graph).prefer(account, buyer, True)
    await w.settled()
    assert w.value("SELECT no_offers FROM customer") == 0
    w.shop.engine.call(lambda tx: service.save(tx, None, ADVERT), actor="seller")
    advert = await approve(w, "arrivage")
    buyer.stopped_marketing = True  # and the webhook of it was lost
    send(w, advert, ("Awa",))
    await w.settled()
    assert w.value("SELECT error_code FROM outbox WHERE key LIKE 'template:%'") == 131050
    assert w.value("SELECT no_offers FROM customer") == 1


async def test_one_that_whatsapp_paused_is_offered_no_more(w: World) -> None:
    template = await approve(w, "je_reviens_vers_toi")
    w.graph.courier.queue.clear()
    kept = w.graph.world.template(w.graph.world.account(), "je_reviens_vers_toi", "fr")
    assert kept is not None
    kept.status = "PAUSED"  # and no webhook told
    send(w, template, ("Awa", "Téranga"))
    await w.settled()
    assert w.value("SELECT error_code FROM outbox WHERE key LIKE 'template:%'") == 132015
    assert named(w, "je_reviens_vers_toi").state == PAUSED
    assert w.shop.engine.read(lambda r: templating.beyond(w.shop).offers(r, conversation(w))) == []


async def _quote(w: World) -> int:
    line = QuoteLine("Robe wax", 2, 15_000, "ROBE1")
    customer = int(w.value("SELECT id FROM customer"))

    def drafted(tx: Tx) -> int:
        number = quotes.draft(tx, quotes.Wording((line,)), customer_id=customer, terms=w.shop.papers.terms())
        quotes.send(tx, number, w.shop.papers.terms(), 2)
        return number

    return w.shop.engine.call(drafted, actor="seller")


async def test_a_quote_nobody_opened_is_recalled_by_its_template(w: World) -> None:
    await approve(w, "relance_devis")
    number = await _quote(w)
    await w.settled()
    for _ in range(4):
        advance(w, DAY)
        await w.shop.scheduler.settle_due()
        await w.settled()
    sent = w.rows("SELECT key, state FROM outbox WHERE key LIKE 'quote-%' ORDER BY id")
    assert dict(map(tuple, sent))[f"quote-unseen:{number}"] in ("delivered", "read")
    assert "/q/" in last_text(w)


async def test_without_a_template_for_it_the_seller_is_told_instead(w: World) -> None:
    w.buyer("Seller", "+221770009999")
    w.shop.settings.set("seller.notify_to", "+221770009999", "seller")
    await _quote(w)
    for _ in range(5):  # the seller's own 24 hours are open whenever the shop's clockwork looks
        w.graph.acts("Seller").say("je suis là")
        await w.settled()
        advance(w, 23 * HOUR)
        await w.shop.scheduler.settle_due()
    await w.settled()
    keys = [row[0] for row in w.rows("SELECT key FROM outbox WHERE key LIKE '%quote%'")]
    assert any(key.startswith("seller-quote:") for key in keys)
    assert not any(key.startswith("quote-un") for key in keys)


async def test_news_of_an_order_takes_the_template_and_else_says_why_it_stayed(w: World) -> None:
    order = int(w.value("SELECT id FROM orders"))
    advance(w, 2 * DAY)
    await w.shop.scheduler.settle_due()
    await w.settled()
    assert tuple(w.rows("SELECT state, error_code FROM outbox WHERE key = ?", (f"expired:{order}",))[0]) == (
        *("failed", 131047),
    )
    await approve(w, "suivi_commande")
    w.graph.acts("Awa Ndour").say("je prends ROBE1")
    await w.settled()
    advance(w, 2 * DAY)
    await w.shop.scheduler.settle_due()
    await w.settled()
    second = int(w.value("SELECT max(id) FROM orders"))
    assert w.value("SELECT state FROM outbox WHERE key = ?", (f"expired:{second}",)) in ("delivered", "read")
    assert last_text(w).startswith("Bonjour Awa, il y a du nouveau pour votre commande")


async def test_without_whatsapp_or_a_template_the_sentence_says_so(w: World) -> None:
    with pytest.raises(NotFound):
        await w.shop.templates.hand_in(999, "seller")
    with pytest.raises(Refused, match="not set up"):
        await TemplateDesk(w.shop.engine, lambda: None, w.shop.media).compare()


async def test_a_heading_and_values_by_name_are_handed_in_sent_and_arrive(w: World) -> None:
    words = Words(
        "commande_prete",
        "fr",
        "utility",
        "Bonjour {{prenom}}, la commande {{numero}} vous attend à la boutique.",
        fields=("shop", "name", ""),
        samples=("Téranga", "Awa", "LP-1"),
        heading="Des nouvelles de {{boutique}}",
        buttons=(Button("Voir", "https://example.org/"),),
    )
    number = w.shop.engine.call(lambda tx: service.save(tx, None, words))
    await approve(w, "commande_prete")
    await w.shop.templates.compare("seller")
    template = w.shop.engine.read(lambda r: service.one(r, number))
    assert (template.state, template.words) == (APPROVED, words)
    assert send(w, template, ("Téranga", "Awa", "LP-7")) is not None
    await w.settled()
    assert last_text(w) == "Des nouvelles de Téranga\n\nBonjour Awa, la commande LP-7 vous attend à la boutique."
    bubble = w.value("SELECT text FROM message WHERE author = 'seller' ORDER BY id DESC LIMIT 1")
    assert bubble.startswith("*Des nouvelles de Téranga*")
