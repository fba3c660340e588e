"""The shop that the pictures are taken in: weeks behind it, a live that was just played, and then time stands still."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.accounts import staff
from core.adapters.psp import REGISTRY
from core.bootstrap import Shop, create_store, open_shop
from core.bootstrap.quoting import asked_for
from core.catalogue import service as catalogue
from core.conversations import threads
from core.customers.service import Identity, recognise
from core.kernel.clock import DAY, HOUR, MINUTE, SECOND, ManualClock, parse_rfc3339
from core.live import service as live
from core.orders.service import Wanted
from core.quotes import answering
from core.quotes import service as quotes
from core.quotes.rules import Discount, QuoteLine, Terms
from core.storage.engine import Tx
from core.storage.folder import Home, StoreCard
from core.templates import service as templates
from localserver.demo import parlour, script
from localserver.demo.practice import Practice
from localserver.demo.rehearsal import Rehearsal
from localserver.demo.theatre import LIVE_SECONDS, Theatre
from localserver.demo.trade import Trade
from localserver.runner import ServerThread

EVENING: Final = parse_rfc3339("2026-11-20T20:47:12Z")
"""The same evening each time, a Friday: pictures differ when the window does, not because a day has passed."""

WEEKS: Final = 9
CLAIMS: Final = 16  # of each past live
SECONDS: Final = 12  # that the live takes
BUYERS: Final = 30
REHEARSED: Final = 20  # buyers
_SEED: Final = 20_261_120
_STOCK: Final = 4_000  # so that the past sells nothing out
_NAMES: Final = (
    "Aminata Sarr", "Binta Cissé", "Coumba Ndiaye", "Dior Fall", "Élise Mendy", "Fanta Touré", "Ginette Diouf",
    "Hawa Barry", "Ibrahima Sy", "Joséphine Badji", "Khady Diop", "Lamine Kane", "Marème Gueye", "Ndeye Seck",
    "Ousmane Ba", "Penda Faye", "Ramatoulaye Sow", "Seynabou Thiam", "Tening Ngom", "Yaye Fatou Mbaye",
)  # fmt: skip
_PEOPLE: Final = {
    "hotel": ("Hôtel Baobab", "+221338210000"),
    "town": ("Mairie de Thiès", "+221339510000"),
    "school": ("École Sainte-Anne", "+221338250000"),
}


_MODE: Final = ("Zaza Mode", "MG", "rose")
_STAFF: Final = (
    ("awa@teranga.sn", "Awa Diop", "owner"),
    ("moussa@teranga.sn", "Moussa Kaba", "manager"),
    ("caisse@teranga.sn", "Khady Sarr", "cashier"),
)


class StageClock(ManualClock):
    """Stands still, is set, or runs so many times as fast as the computer's."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self._speed = 0.0
        self._since = time.monotonic_ns()

    def now(self) -> int:
        return super().now() + int((time.monotonic_ns() - self._since) * self._speed) // 1_000_000

    def run(self, speed: float) -> None:
        """At this speed from now on; 0 stands still."""
        self.set(self.now())
        self._since, self._speed = time.monotonic_ns(), speed


class Gallery(Theatre):
    """As the demo's theatre. :meth:`play` leaves the live running, on a clock that stands still."""

    practices = Practice

    @staticmethod
    def servers(shop: Shop, port: int) -> ServerThread:
        return ServerThread([shop], port=port)

    def furnish_home(self, folder: Path) -> Home:
        """Three stores that nobody has open: in the second one a buyer waits for a person, the first has people."""
        home = Home(folder, passing=True)
        for name, country, colour in (("Boutique Téranga", "SN", "gold"), ("Chez Awa", "CI", "blue"), _MODE):
            card = create_store(home, name, country)
            shop = open_shop(home, card.slug, StageClock(EVENING))
            for key, value in (("welcome.step", "done"), ("store.colour", colour), ("desktop.lock_minutes", "0")):
                shop.settings.set(key, value, "demo")
            if colour == "gold":
                for email, who, role in _STAFF:
                    staff.add(shop.engine, email, "soleil de midi", role, "demo", name=who)
            if colour == "blue":
                shop.engine.call(_asks_for_a_person, actor="bot")
            shop.close()
        return home

    def __init__(self, say: Callable[[str], None], buyers: int = BUYERS, weeks: int = WEEKS) -> None:
        super().__init__(SECONDS, buyers, say)
        self._weeks = weeks
        self._stage_clock = StageClock(EVENING)
        self.clock = self._stage_clock
        self._others: list[tuple[Shop, ServerThread]] = []

    def furnish(self, shop: Shop) -> None:
        clock = self._stage_clock
        clock.set(EVENING - self._weeks * 7 * DAY - 2 * DAY)
        super().furnish(shop)
        self._live_through(shop, clock, self._weeks)
        clock.set(EVENING)

    def furnish_move(self, folder: Path) -> Home:
        """Two stores that nobody has open; the first has some weeks behind it and nothing on its way."""
        home, clock = Home(folder, passing=True), StageClock(EVENING - 3 * 7 * DAY)
        shop = open_shop(home, create_store(home, script.SHOP, "SN").slug, clock)
        super().furnish(shop)
        for key, value in (("welcome.step", "done"), ("desktop.lock_minutes", "0")):
            shop.settings.set(key, value, "demo")
        self._live_through(shop, clock, 2)
        shop.close()
        create_store(home, "Chez Awa", "CI")
        return home

    def _live_through(self, shop: Shop, clock: StageClock, weeks: int) -> None:
        """The weeks before: two lives each, and more buyers in every one."""
        dice = random.Random(_SEED)
        trade = Trade(shop, dice, back=10 * MINUTE)
        takers = [p for p in REGISTRY if p.name in ("wave", "orange_sonatel", "paydunya")]
        takers = [p for p in takers if shop.card.currency in p.caps.currencies and p.caps.methods_in("SN")]
        goods = dict(shop.engine.read(lambda r: r.all("SELECT id, on_hand FROM product")))
        for product in goods:
            shop.engine.call(lambda tx, p=product: catalogue.change(tx, p, stock=_STOCK), actor="demo")  # type: ignore[misc]
        buyers = shop.engine.call(lambda tx: [_person(tx, name, f"+22176{n:07}") for n, name in enumerate(_NAMES)])
        for week in range(weeks):
            for day, name in ((2, "Live du mardi"), (6, "Live du samedi")):
                clock.set(EVENING - (weeks - week) * 7 * DAY + (day - 5) * DAY - dice.randint(0, 90) * MINUTE)
                shop.engine.call(lambda tx, n=name: live.start(tx, n, "tiktok"), actor="seller")  # type: ignore[misc]
                for _number in range(CLAIMS + week + dice.randint(-5, 5)):
                    clock.advance(dice.randint(20, 240) * SECOND)
                    trade.claim(dice.choice(buyers), dice.choice(list(goods)), dice.choice(takers))
                shop.engine.call(live.end, actor="seller")
        for product, on_hand in goods.items():
            shop.engine.call(lambda tx, p=product, n=on_hand: catalogue.change(tx, p, stock=n), actor="demo")  # type: ignore[misc]

    def play(self) -> list[str]:
        """The live, and the quotes of the day. → what went wrong for whom."""
        self._quote()
        self._stage_clock.run(LIVE_SECONDS / SECONDS)
        self.shop.engine.call(lambda tx: live.start(tx, "Live du vendredi", "tiktok"), actor="demo")
        troubles = self.act(self._play())
        self._stage_clock.run(0)
        self._wait_for_some()
        self._speak()
        disk = self.home.path / "sauvegardes"
        disk.mkdir()
        for key, value in (("backup.folder", str(disk)), ("backup.to", "folder")):
            self.shop.settings.set(key, value, "demo")
        self.shop.keeper.look()
        return troubles

    def _wait_for_some(self) -> None:
        """The last few have not paid yet when time stands still."""
        shop = self.shop
        for name, sku in (("Coumba Ndiaye", "BAZIN3"), ("Seynabou Thiam", "SAC2"), ("Marème Gueye", "BAZIN3")):
            self._stage_clock.advance(50 * SECOND)

            def want(tx: Tx, name: str = name, sku: str = sku) -> None:
                product = tx.value("SELECT id FROM product WHERE sku = ?", (sku,))
                buyer = recognise(tx, [Identity("phone", f"+22176{_NAMES.index(name):07}")], name)
                shop.orders.claim(tx, buyer, [Wanted(product)], "whatsapp")

            shop.engine.call(want, actor="bot")

    def _speak(self) -> None:
        """The seller answers one person herself, and has templates ready for those who wrote days ago."""
        engine, now = self.shop.engine, self._stage_clock.now()

        def take(tx: Tx) -> None:
            thread = threads.thread_of(tx, _person(tx, "Binta Cissé", "+221760000001"))
            threads.add_message(tx, thread, "customer", "text", "Bonsoir, vous livrez à Rufisque demain ?")
            threads.heard(tx, thread, tx.now)
            threads.take_over(tx, thread, "desktop")
            templates.take_ready_made(tx, ("fr",))

        self._stage_clock.set(EVENING - 3 * DAY)
        engine.call(_asks_for_scarves)
        self._stage_clock.set(now)
        engine.call(take, actor="seller")

    def _quote(self) -> None:
        """One that was accepted, one that is read, one that waits to be sent, one that somebody asked for."""
        shop, engine = self.shop, self.shop.engine

        def offer(who: str, *lines: QuoteLine, send: bool = True, terms: Terms | None = None) -> int:
            def write(tx: Tx) -> int:
                customer = _person(tx, *_PEOPLE[who])
                threads.heard(tx, threads.thread_of(tx, customer), tx.now)
                wording = quotes.Wording(lines, Discount("percent", 5), terms=terms or Terms(15, deposit=40))
                number = quotes.draft(tx, wording, customer_id=customer, terms=shop.papers.terms())
                if send:
                    quotes.send(tx, number, shop.papers.terms(), remind_days=2)
                return number

            return engine.call(write, actor="seller")

        def line(sku: str, pieces: int) -> QuoteLine:
            return engine.read(lambda r: quotes.from_catalogue(r, sku, pieces))

        self._stage_clock.set(EVENING - 5 * DAY)
        accepted = offer("town", QuoteLine("Écharpes tissées aux couleurs de la ville", 12, 7_500))
        engine.call(lambda tx: answering.accept(tx, shop.orders, accepted, "customer"))
        self._stage_clock.set(EVENING - 3 * HOUR)
        read = offer("hotel", line("BAZIN3", 6), QuoteLine("Broderie et livraison à Saly", 1, 25_000))
        engine.call(lambda tx: answering.seen(tx, read))
        offer("town", line("CHAUSSURE", 2), send=False)
        robe = engine.read(lambda r: r.value("SELECT id FROM product WHERE sku = 'ROBE1'"))
        engine.call(lambda tx: asked_for(shop, tx, _person(tx, "Binta Cissé", "+221760000001"), [(robe, 3)]))
        self._stage_clock.set(EVENING)

    def open_empty(self) -> tuple[Shop, ServerThread]:
        """Another store, in which nothing has happened yet."""
        return self._another(create_store(self.home, "Boutique Mono", "TG"), lambda shop: None)

    def open_parlour(self) -> tuple[Shop, ServerThread]:
        """A third one, which sells times and certifies its papers."""
        card = create_store(self.home, parlour.NAME, parlour.COUNTRY, segment=parlour.SEGMENT)
        return self._another(card, lambda shop: parlour.furnish(shop, EVENING))

    def _another(self, card: StoreCard, furnish: Callable[[Shop], None]) -> tuple[Shop, ServerThread]:
        shop = open_shop(self.home, card.slug, StageClock(EVENING))
        furnish(shop)
        server = ServerThread([shop])
        server.start()
        self._others.append((shop, server))
        return shop, server

    def rehearsal(self) -> Rehearsal:
        """Of a store with enough to sell, short and quick."""
        home = Home(self._room / "rehearsed", passing=True)
        if not home.survey():
            shop = open_shop(home, create_store(home, script.SHOP, "SN").slug, StageClock(EVENING))
            super().furnish(shop)
            shop.close()
        return Rehearsal(home, home.survey()[0].slug, REHEARSED, LIVE_SECONDS / SECONDS, 3 * MINUTE)

    def close(self) -> None:
        for shop, server in self._others:
            server.stop()
            shop.close()
        super().close()


def _asks_for_scarves(tx: Tx) -> None:
    thread = threads.thread_of(tx, _person(tx, *_PEOPLE["school"]))
    threads.add_message(tx, thread, "customer", "text", "Bonjour, faites-vous 40 écharpes aux couleurs de l’école ?")
    threads.heard(tx, thread, tx.now)


def _asks_for_a_person(tx: Tx) -> None:
    thread = threads.thread_of(tx, _person(tx, "Aminata Diallo", "+2250701020304"))
    threads.heard(tx, thread, tx.now)
    threads.escalate(tx, thread, "human")


def _person(tx: Tx, name: str, phone: str) -> int:
    return recognise(tx, [Identity("phone", phone)], name)
