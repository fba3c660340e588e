"""A shop with one provider, whichever, and a buyer who pays there: by its page, on a phone, or by scanning a code.

``EVERYONE`` follows from the registry: a new adapter meets every fault without being named anywhere.
"""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from core.adapters.psp import REGISTRY, provider_class
from core.bootstrap import open_shop
from core.kernel.clock import MINUTE, SECOND
from core.kernel.errors import OutsideWorld
from core.payments.provider import Capabilities, Provider
from core.storage.folder import Home
from localserver.app import create_app
from localserver.sandbox.psp_base import PspSimulator, Session
from localserver.sandbox.psp_webhooks import Delivery
from tests.contract.psp.conftest import CASES
from tests.faults.steps import PATIENCE, News, answered, books_hold, news
from tests.support.payshop import PayShop, pay_shop, served, working

EVERYONE: Final = (*(provider.name for provider in REGISTRY), "cinetpay-v2", "fedapay-direct")
"""Names in the contract's CASES: accounts as they are made, and those that pay in another way by a setting."""
everyone = pytest.mark.parametrize("name", EVERYONE)
PRICE: Final = 15_000


@dataclass(slots=True)
class Trade:
    """``provider``: its name in the registry."""

    shop: PayShop
    provider: str
    simulator: PspSimulator

    @property
    def adapter(self) -> Provider:
        return self.shop.shop.desk.provider(self.provider)

    @property
    def caps(self) -> Capabilities:
        """CinetPay's platforms differ in what they tell, so the platform is asked."""
        return getattr(self.adapter, "_platform", self.adapter).caps

    def order(self) -> int:
        """A new buyer holds one thing for half an hour."""
        return self.shop.order((self.shop.product("ROBE1", price=PRICE), 1), minutes=30)

    async def ask(self, order: int) -> str:
        """The page's form. → where its answer leads."""
        start = "034 35" if self.shop.shop.card.country == "MG" else "76 12"
        phone = f"{start} {order // 100:03d} {order % 100:02d}" if self.asks_phone else ""
        return await self.shop.act(order, "pay", {"method": f"{self.provider}.{self.method}", "phone": phone})

    @property
    def method(self) -> str:
        return self.caps.methods_in(self.shop.shop.card.country)[0].name

    @property
    def asks_phone(self) -> bool:
        return self.adapter.asks_phone(self.method)

    def begun(self, where: str) -> bool:
        """Can the buyer pay now?"""
        if self.caps.flow == "redirect" and not self.asks_phone:
            return where.startswith("http") and not where.startswith(self.shop.url)
        return "n=" not in where

    async def begin(self, order: int) -> Session:
        """The buyer stands before the provider. → the session there."""
        where = await self.ask(order)
        assert self.begun(where), where
        return await self.session()

    async def session(self) -> Session:
        """The session opened last; a code is scanned first, as the wallet does."""
        if self.caps.flow == "qr":
            base = self.shop.shop.settings.get(f"psp.{self.provider}.base_url")
            code = self.shop.value("SELECT qr_text FROM attempt ORDER BY id DESC LIMIT 1")
            async with self.shop.client.post(f"{base}/wallet", json={"qr": code}) as scanned:
                assert scanned.status == 201
        return list(self.simulator.sessions.values())[-1]

    def notice(self, session: Session, **how: Any) -> News:
        """The buyer pays; the notice of it stays in the test's hands."""
        self.simulator.pay(session, Delivery(hold=True), **how)
        return news(self.simulator)[-1]

    def forged(self, session: Session) -> News:
        """A notice of success, rightly proven as far as this provider proves anything; nobody has paid."""
        note = self.notice(session)
        session.payments.clear()
        session.state = "open"
        return note

    async def tell(self, note: News, url: str = "") -> int:
        """→ the status answered."""
        async with self.shop.client.request(
            self.simulator.WEBHOOK_METHOD,
            url or note.url,
            data=io.BytesIO(note.body),
            headers=note.headers,
        ) as answer:
            await answer.read()
            return answer.status

    async def until_told(self, note: News) -> None:
        """Sent again until it is kept, as providers do."""

        async def kept() -> bool:
            return await self.tell(note) == 200

        await until(kept)

    async def quiet(self) -> None:
        """What came in is applied, and what it made us ask is answered."""
        await self.shop.news(self.simulator)
        while await answered(self.shop.shop):  # an answer may make us ask once more
            await self.shop.news(self.simulator)
        await self.shop.news(self.simulator)

    async def polled(self, seconds: int = 5) -> None:
        """The plan's next question is due, asked and answered."""
        self.shop.clock.advance(seconds * SECOND)
        await self.shop.shop.scheduler.settle_due()
        await self.quiet()

    async def until_begun(self, order: int) -> int:
        """The buyer tries again until they can pay; who sees a request on the phone has no need to. → how often."""
        opened = len(self.simulator.sessions)
        for tries in range(1, 6):
            if self.begun(await self.ask(order)):
                return tries
            if self.asks_phone and self.caps.flow == "push" and len(self.simulator.sessions) > opened:
                return tries
            self.shop.clock.advance(MINUTE)  # after three a phone that cannot be asked about is asked again
        raise AssertionError("the buyer is stuck")

    async def paid(self, order: int) -> None:
        """Wait for it; the provider is asked once more, so that everything it can tell is known."""
        await self.shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
        await self.quiet()
        for (attempt,) in self.shop.rows("SELECT attempt_id FROM payment WHERE order_id = ?", order):
            with suppress(OutsideWorld):
                await self.shop.shop.desk.ask(attempt)

    def impatient(self, seconds: float = 1.0) -> None:
        """From now on the shop waits only so long for an answer from outside."""
        self.shop.shop.http.total_timeout = seconds
        self.shop.shop.settings.set("orders.hold_minutes", "30")  # a buyer who tries again is not to be too late

    def sound(self, *orders: int) -> None:
        """These orders were each paid once, to the franc, and the books say so."""
        for order in orders:
            row = self.shop.rows("SELECT state, exception, total, received FROM orders WHERE id = ?", order)
            assert row == [("paid", None, PRICE, PRICE)], (order, row)
        self.counted([PRICE] * len(orders))

    def counted(self, amounts: Sequence[int]) -> None:
        """These payments and no others came in, in the shop's books as at the provider."""
        assert sorted(a for (a,) in self.shop.rows("SELECT amount FROM payment")) == sorted(amounts)
        assert sum(session.paid for session in self.simulator.sessions.values()) == sum(amounts)
        assert self.shop.value("SELECT count(*) FROM orphan") == 0
        assert self.shop.value("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0
        assert books_hold(self.shop)


async def until(true: Callable[[], Any]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = true()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.005)


@asynccontextmanager
async def after_power_cut(before: Trade, folder: Path) -> AsyncIterator[Trade]:
    """A new life of the store from its files as they are at this instant. The provider never noticed anything: what it
    still has to tell goes to the same address, behind which the new program stands.
    """
    old = before.shop
    await asyncio.to_thread(shutil.copytree, old.home.path, folder)
    shop = open_shop(Home(folder), old.shop.slug, old.clock)
    async with AsyncExitStack() as stack:
        stack.callback(shop.close)
        stack.push_async_callback(shop.close_network)
        url = await stack.enter_async_context(served(create_app([shop])))
        shop.settings.set("public_url", url)
        for session in before.simulator.sessions.values():
            session.notify_url = session.notify_url.replace(old.url, url)
        before.simulator.webhook_url = before.simulator.webhook_url.replace(old.url, url)
        await stack.enter_async_context(working(shop))
        again = PayShop(old.home, shop, old.clock, url, old.client, old.simulators, old.buyers, old.products)
        yield Trade(again, before.provider, before.simulator)


@asynccontextmanager
async def trading(folder: Path, name: str, **how: Any) -> AsyncIterator[Trade]:
    """A running shop with the account of this case. ``how`` as in :func:`pay_shop`."""
    case = CASES[name]
    countries = provider_class(case.provider).caps.countries
    country = "SN" if "SN" in countries else min(countries)
    async with pay_shop(folder, country=country, providers=(case.provider,), settings={}, **how) as shop:
        simulator = shop.simulators[case.provider]
        simulator.values.update(case.account)
        simulator.webhook_url = f"{shop.url}/webhooks/psp/{case.provider}/{shop.shop.slug}"
        for field, value in case.shop.items():
            shop.shop.settings.set(f"psp.{case.provider}.{field}", value)
        yield Trade(shop, case.provider, simulator)
