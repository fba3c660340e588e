"""What happens in each of the demo's five shops: who writes, what they mean, and what must come of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from core.catalogue import service as catalogue
from core.conversations import manual, threads
from core.customers.service import Identity, recognise
from core.kernel.clock import HOUR, MINUTE, to_datetime
from core.kernel.i18n import catalogue as texts
from core.orders.service import Wanted
from core.payments import onsite
from core.quotes import service as quotes
from core.quotes.rules import Discount, Terms
from core.slots import service as slots
from core.slots.rules import Offered
from core.storage.engine import Tx
from localserver.demo.report import Check
from localserver.demo.talks import Counter, Play

_ = texts("console", "fr").gettext

FAKER: Final = "+221770000051"
WINDOW: Final = "window"


def expected(what: str, found: Any, must_be: Any) -> Check:
    return Check(what, {"": found, _("must be"): must_be})


def _hold(counter: Counter, name: str) -> int:
    """Minutes of this person's latest hold."""
    length: int = counter.value(
        "SELECT expires_at - reserved_at FROM orders o JOIN customer c ON c.id = o.customer_id WHERE c.name = ?"
        " ORDER BY o.id DESC LIMIT 1",
        name,
    )
    return length // MINUTE


async def live(counter: Counter) -> list[Check]:
    """Malagasy and the mix; a hand-over taken by the seller; somebody who never paid before."""
    robe = counter.product("ROBE1", "Robe Wax Ankara", 15_000, 12)
    counter.product("SAC2", "Sac cuir marron", 22_000, 5)
    _never_paid(counter, robe)
    hanta = counter.visitor("Hanta Rakoto", "+261340000052", "mg")
    await hanta.arrive()
    card = await hanta.say("alaiko ROBE1 roa azafady")
    await hanta.pay(await hanta.press(card["buttons"][0]))
    await hanta.told("Voaray")
    aina = counter.visitor("Aina Rabe", "+261340000053", "mg")
    await aina.arrive()
    await aina.say("ohatrinona ny SAC2 svp ?")
    await aina.say("ok alaiko SAC2 iray, livraison Toamasina ve ?")
    moussa = counter.visitor("Moussa Kaba", FAKER)
    await moussa.arrive()
    await moussa.say("je prends ROBE1")
    taken_over = await _taken_over(counter)
    await counter.quiet()
    return [
        expected(_("Hanta paid two dresses, in Malagasy"), _paid(counter, "Hanta Rakoto"), 30_000),
        expected(_("Aina was understood in both languages"), _language(counter, "Aina Rabe"), "mg"),
        expected(_("who never paid is held so many minutes"), _hold(counter, "Moussa Kaba"), 5),
        *taken_over,
    ]


def _never_paid(counter: Counter, product: int) -> None:
    """Four earlier evenings of Moussa's: he reserved, and never paid."""

    def evenings(tx: Tx) -> None:
        moussa = recognise(tx, [Identity("phone", FAKER)], "Moussa Kaba")
        for _evening in range(4):
            claimed = counter.shop.orders.claim(tx, moussa, [Wanted(product)], "whatsapp")
            counter.shop.orders.expire(tx, claimed.order_id or 0)

    counter.shop.engine.call(evenings, actor="demo")


async def _taken_over(counter: Counter) -> list[Check]:
    """The bot hands over; the seller answers, the bot is silent until it is given back."""
    awa = counter.visitor("Awa Ndour", "+221770000054")
    await awa.arrive()
    await awa.say("je veux parler à quelqu'un")
    conversation = counter.value(
        "SELECT v.id FROM conversation v JOIN customer c ON c.id = v.customer_id WHERE c.name = 'Awa Ndour'"
    )
    escalated = counter.value("SELECT reason FROM conversation WHERE id = ?", conversation)
    counter.seller(lambda tx: manual.send_text(tx, conversation, "Bonjour Awa, c’est Fatou. Je t’écoute.", WINDOW))
    await awa.told("Fatou")
    bots = "SELECT count(*) FROM message WHERE conversation_id = ? AND author = 'bot'"
    before = counter.value(bots, conversation)
    await awa.whisper("c'est combien ROBE1 ?")
    silent = counter.value(bots, conversation) == before
    counter.seller(lambda tx: threads.give_back(tx, conversation))
    answer = await awa.say("c'est combien ROBE1 ?")
    return [
        expected(_("Awa was handed over because"), escalated, "human"),
        expected(_("the bot was silent while the seller spoke"), silent, True),
        expected(_("and answers again afterwards"), "15\u202f000" in answer["text"], True),
    ]


async def shop(counter: Counter) -> list[Check]:
    """How many, the total, a yes."""
    counter.product("SAVON", "Savon karité", 2_500, 40)
    binta = counter.visitor("Binta Sow", "+221770000055")
    await binta.arrive()
    await binta.say("bonjour")
    await binta.say("je prends SAVON")
    await binta.choose("3")
    await binta.pay(await binta.say("oui"))
    await binta.told("Paiement")
    await counter.quiet()
    held = _hold(counter, "Binta Sow")
    return [
        expected(_("Binta paid three soaps"), _paid(counter, "Binta Sow"), 7_500),
        expected(_("a shop holds so many minutes"), held, 30),
    ]


async def events(counter: Counter) -> list[Check]:
    """Half now, the rest at the door."""
    gala = counter.product("GALA", "Gala du Sahel", 25_000, 40)
    at = _next(counter, 10, 20)
    counter.seller(lambda tx: catalogue.change(tx, gala, event_at=at, place="Théâtre Sorano"))
    ndeye = counter.visitor("Ndeye Fall", "+221770000056")
    await ndeye.arrive()
    card = await ndeye.say("je prends GALA")
    await ndeye.pay(await ndeye.press(card["buttons"][0]))
    await ndeye.told("sur place")
    deposit = counter.value("SELECT received FROM orders")
    order = counter.value("SELECT id FROM orders")
    counter.seller(lambda tx: onsite.receive(tx, order, counter.shop.card.currency))
    await counter.quiet()
    return [
        expected(_("Ndeye’s deposit"), deposit, 12_500),
        expected(_("and with the rest at the door"), _paid(counter, "Ndeye Fall"), 25_000),
    ]


async def services(counter: Counter) -> list[Check]:
    """Two want the same hour: one has it, and is called."""
    tresses = counter.product("TRESSE", "Tresses longues", 20_000, 0)
    start = _next(counter, 1, 9)
    offered = [Offered(start + hour * HOUR, 60, 1) for hour in range(3)]
    counter.seller(lambda tx: slots.add(tx, tresses, offered))
    rama, coumba = (
        counter.visitor(name, phone) for name, phone in (("Rama Sy", "+221770000057"), ("Coumba Ba", "+221770000058"))
    )
    for person in (rama, coumba):
        await person.arrive()
    times = await rama.say("je prends TRESSE")
    await coumba.say("je voudrais TRESSE")
    card = await rama.choose(times["rows"][0])
    await coumba.choose(times["rows"][0])
    await rama.pay(await rama.press(card["buttons"][0]))
    await rama.told("appelle")
    order = counter.value("SELECT order_id FROM booking ORDER BY 1 LIMIT 1")
    counter.seller(lambda tx: slots.called(tx, order))
    await rama.told("confirmé")
    await counter.quiet()
    return [
        expected(_("Rama’s hour is paid"), _paid(counter, "Rama Sy"), 20_000),
        expected(_("that hour was given to so many"), counter.value("SELECT max(taken) FROM slot"), 1),
    ]


async def b2b(counter: Counter) -> list[Check]:
    """A quote asked for, sent, accepted on its page, paid."""
    counter.product("RIZ50", "Riz brisé 50 kg", 22_000, 100)
    issa = counter.visitor("Issa Traoré", "+221770000059")
    await issa.arrive()
    await issa.say("bonjour, je voudrais 20 RIZ50")
    await issa.press("DEVIS")
    await counter.quiet()
    shop = counter.shop
    number = counter.value("SELECT id FROM quote")

    def send(tx: Tx) -> None:
        draft = quotes.load(tx, number)
        wording = quotes.Wording(draft.lines, Discount("percent", 5), terms=Terms(15))
        quotes.edit(tx, number, wording, draft.customer_id, shop.papers.terms())
        quotes.send(tx, number, shop.papers.terms(), remind_days=2)

    counter.seller(send)
    sent = await issa.told("devis")
    link = next(word for word in sent["text"].split() if "/q/" in word)
    page = link.partition("?")[0].rstrip("/")
    headers = {"Origin": page.partition("/q/")[0]}
    async with counter.stage.http.post(f"{page}/accept", headers=headers, allow_redirects=False) as reply:
        accepted = reply.status
    ordered = await issa.told("accepté")
    pay = next(word for word in ordered["text"].split() if "/p/" in word)
    await issa.approve(await issa.open_checkout(pay))
    await issa.told("Paiement")
    await counter.quiet()
    return [
        expected(_("the quote’s page took the yes"), accepted, 303),
        expected(_("the quote became"), counter.value("SELECT state FROM quote"), "converted"),
        expected(_("Issa paid it, 5 % off"), _paid(counter, "Issa Traoré"), 418_000),
    ]


def _next(counter: Counter, days: int, hour: int) -> int:
    """So many days from today, on the hour by the shop's clock, ms UTC."""
    local = to_datetime(counter.shop.clock.now(), counter.shop.country.zone)
    return int((local + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0).timestamp()) * 1000


def _paid(counter: Counter, name: str) -> int:
    return int(
        counter.value(
            "SELECT coalesce(sum(o.received), 0) FROM orders o JOIN customer c ON c.id = o.customer_id"
            " WHERE c.name = ? AND o.state = 'paid'",
            name,
        )
    )


def _language(counter: Counter, name: str) -> str:
    return str(counter.value("SELECT language FROM customer WHERE name = ?", name))


PLAYS: Final = (
    Play("live_seller", "Live Téranga", "live: Malagasy and the mix, a hand-over, somebody who never pays", live),
    Play("shop", "Karité & Co", "shop: how many, the total, a yes", shop),
    Play("events", "Sahel Events", "events: half now, the rest at the door", events),
    Play("services", "Salon Rama", "services: one hour, wanted twice", services),
    Play("b2b", "Grossiste Médina", "business: a quote, accepted and paid", b2b),
)
