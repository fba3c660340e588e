"""``demo --year``: twelve months of sales over every provider, then what an accountant and a regulator would check.

Three shops, because no country has all the providers. Nothing is asked of a provider: the year is played through the
domain's own verbs, at the pace of a clock that is set, with what happens to real shops: late, short, double and excess
money, refunds, sold-out items, orders nobody pays for. Then the books are compared with what was played, the chain is
checked in a copy of the folder by the verifier that needs only Python, and the export is read back.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar, Final

from core.adapters import payments_sheet
from core.adapters.psp import REGISTRY
from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.kernel.clock import DAY, SECOND, ManualClock, SystemClock, parse_rfc3339, to_datetime
from core.kernel.errors import EnvironmentProblem
from core.kernel.i18n import catalogue as texts
from core.kernel.money import format_money
from core.kernel.reasons import reason
from core.ledger import book
from core.live import service as live
from core.payments import export
from core.payments.provider import Provider
from core.payments.queries import Filter
from core.storage import archive, journal
from core.storage.folder import Home
from localserver.demo.report import Check, Report
from localserver.demo.trade import Played, Trade

_ = texts("console", "fr").gettext

SHOPS: Final = (
    ("Boutique Téranga", "SN", "+22177"),
    ("Boutique Mono", "TG", "+22890"),
    ("Boutique Avana", "MG", "+26134"),
)
GOODS: Final = (("ROBE1", 15_000), ("SAC2", 22_000), ("CHAUSSURE", 12_000), ("BAZIN3", 35_000), ("FOULARD", 6_500))
LIVES: Final = 52
BUYERS: Final = 140


class Year:
    """Plays the year of every shop below ``folder``, compares, and leaves the papers there. ``say(line)`` prints."""

    trades: ClassVar[type[Trade]] = Trade

    def __init__(self, folder: Path, say: Callable[[str], None], *, lives: int = LIVES, claims: int = 18) -> None:
        self._folder = folder
        self._say = say
        self._lives, self._claims = lives, claims
        self._dice = random.Random(2026)
        self._home = Home(folder / "stores-of-the-year")
        year = to_datetime(SystemClock().now()).year - 1
        self._start = parse_rfc3339(f"{year}-01-02T20:00:00Z")

    def run(self) -> Report:
        """Blocks for about a minute."""
        shutil.rmtree(self._home.path, ignore_errors=True)
        checks: list[Check] = []
        stories: list[str] = []
        for name, country, prefix in SHOPS:
            shop = open_shop(self._home, create_store(self._home, name, country).slug, ManualClock(self._start))
            try:
                played = self._play(shop, prefix)
                checks += self._compare(played)
                stories.append(self._story(played))
            finally:
                shop.close()
            checks.append(self._copied(shop))
        return Report(tuple(checks), tuple(stories))

    # -- playing -----------------------------------------------------------------------------------------------

    def _play(self, shop: Shop, prefix: str) -> Played:
        trade = self.trades(shop, self._dice)
        played = trade.played
        providers = [p for p in REGISTRY if p.name != "sandbox" and _fits(p, shop)]
        goods = [shop.engine.call(lambda tx, g=each: catalogue.add(tx, _product(*g))) for each in GOODS]  # type: ignore[misc]
        buyers = shop.engine.call(lambda tx: [trade.buyer(tx, prefix, n) for n in range(BUYERS)])
        clock = shop.clock
        assert isinstance(clock, ManualClock)
        for week in range(self._lives):
            clock.set(self._start + week * 7 * DAY)
            shop.engine.call(lambda tx, n=week: live.start(tx, f"Live n° {n + 1}", "tiktok"), actor="seller")  # type: ignore[misc]
            for _number in range(self._dice.randint(self._claims // 2, self._claims + self._claims // 2)):
                clock.advance(self._dice.randint(20, 240) * SECOND)
                trade.claim(self._dice.choice(buyers), self._dice.choice(goods), self._dice.choice(providers))
            session = shop.engine.read(lambda r: r.value("SELECT id FROM live_session WHERE ended_at IS NULL"))
            shop.engine.call(lambda tx, s=session: live.end(tx, s), actor="seller")  # type: ignore[misc]
            if week % 13 == 12:
                self._say(f"  {shop.name} · {to_datetime(clock.now()):%m/%Y} · {sum(played.fates.values())}")
        return played

    # -- comparing ---------------------------------------------------------------------------------------------

    def _compare(self, played: Played) -> Iterator[Check]:
        shop = played.shop
        with shop.engine.reader() as reader:
            books = book.by_provider(reader)
            totals = book.balances(reader)
            stored = dict(reader.all("SELECT provider, sum(amount) FROM payment GROUP BY provider"))
            invoices = reader.all("SELECT year, count(*), max(number) FROM invoice WHERE series = 'FA' GROUP BY year")
            verdict = journal.verify(reader)
            miscounted = book.miscounted(reader)
        name = shop.name
        here, there = _("books"), _("played")
        received = {b.provider: b.received for b in books}
        same = sum(received[p] == stored[p] == played.paid[p] for p in played.paid)
        sums = {here: sum(received.values()), _("database"): sum(stored.values()), there: sum(played.paid.values())}
        yield Check(f"{name} : {_('money in')}", sums)
        yield Check(f"{name} : {_('providers whose sum is right')}", {here: same, there: len(played.paid)})
        yield Check(f"{name} : {_('fees')}", {here: sum(b.fees for b in books), there: sum(played.fees.values())})
        yield Check(f"{name} : {_('given back')}", {here: sum(b.refunded for b in books), there: played.given_back})
        yield Check(f"{name} : {_('sum of all accounts')}", {here: sum(totals.values()), _("expected"): 0})
        counted, last = ({year: row[n] for year, *row in invoices} for n in (0, 1))
        yield Check(f"{name} : {_('invoices without a gap')}", {here: counted, _("last number"): last})
        yield Check(f"{name} : {_('running sums that are wrong')}", {here: len(miscounted), _("expected"): 0})
        yield Check(f"{name} : {_('journal intact')} ({verdict.entries})", {here: verdict.intact, _("expected"): True})
        yield from self._papers(shop, sum(played.paid.values()))

    def _papers(self, shop: Shop, paid: int) -> Iterator[Check]:
        """What the accountant gets, and that it adds up when it is read back."""
        table = self._folder / f"paiements-{shop.slug}.csv"
        language = shop.settings.get("store.language")
        for path in (table, table.with_suffix(".xlsx")):
            payments_sheet.write(shop.engine, path, Filter(), shop.card.currency, shop.country.zone, language)
        latest = shop.engine.read(lambda r: r.value("SELECT max(id) FROM invoice WHERE series = 'FA'"))
        column = [field_name for field_name, _title in export.TITLES].index("amount")
        lines = table.read_text("utf-8-sig").splitlines()[1:]
        total = sum(int(line.split(";")[column]) for line in lines)
        yield Check(f"{shop.name} : {_('sum of the exported table')}", {table.name: total, _("played"): paid})
        (self._folder / f"facture-{shop.slug}.pdf").write_bytes(shop.press.print("invoice", latest).content)
        years = self._folder / f"journal-{shop.slug}"
        years.mkdir(exist_ok=True)
        with shop.engine.reader() as reader:
            for year in archive.years(reader, shop.country.zone):
                with archive.in_place(years / f"journal-{shop.slug}-{year}.jsonl") as file:
                    archive.write(reader, archive.year_part(reader, year, shop.country.zone), shop.card.id, file)
        archive.add_verifier(years)

    def _copied(self, shop: Shop) -> Check:
        """The store's folder and the exported journal in another place: both still prove themselves."""
        elsewhere = Home(self._folder / "copied")
        shutil.rmtree(elsewhere.path, ignore_errors=True)
        shutil.copytree(shop.folder, elsewhere.stores / shop.slug)
        copy = open_shop(elsewhere, shop.slug, ManualClock(shop.clock.now()))
        intact = copy.engine.read(journal.verify).intact
        copy.close()
        shutil.rmtree(elsewhere.path)
        moved = self._folder / "copied-journal"
        shutil.rmtree(moved, ignore_errors=True)
        shutil.copytree(self._folder / f"journal-{shop.slug}", moved)
        command = [sys.executable, "-I", str(moved / "livepay_verify.py"), str(moved)]
        alone = subprocess.run(command, capture_output=True, check=False).returncode
        shutil.rmtree(moved)
        seen = {_("copied store"): intact, _("verifier alone"): alone == 0, _("expected"): True}
        return Check(f"{shop.name} : {_('chain after a move')}", seen)

    def _story(self, played: Played) -> str:
        shop = played.shop
        sales = shop.engine.read(lambda r: r.value("SELECT count(*) FROM orders WHERE state = 'paid'"))
        return _("{shop}: {orders} orders, {sales} paid, {money} over {providers} providers").format(
            shop=shop.name,
            orders=sum(played.fates.values()),
            sales=sales,
            money=format_money(sum(played.paid.values()), shop.card.currency),
            providers=len(played.paid),
        )


def _fits(provider: type[Provider], shop: Shop) -> bool:
    caps = provider.caps
    return shop.card.country in caps.countries and shop.card.currency in caps.currencies


def _product(code: str, price: int) -> ProductFields:
    return ProductFields(code, code, code.capitalize(), "", "", price, 4_000, None)


def run(folder: Path, say: Callable[[str], None]) -> int:
    """Play and compare. → 0 when every number agrees. Raises EnvironmentProblem for a folder that cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentProblem(
            "The folder {path} cannot be written ({detail}).", path=folder, detail=reason(error)
        ) from None
    report = Year(folder, say).run()
    for line in report.lines():
        say(line)
    say(f"→ {folder.resolve()}")
    return 0 if report.agrees else 1
