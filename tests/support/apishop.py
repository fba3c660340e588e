"""A shop behind its API on a real port, with people who may use it, and a client that speaks JSON."""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from core.accounts import service as accounts
from core.accounts.rules import TOKEN_MS
from core.bootstrap import Shop, create_store, open_shop
from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.conversations import threads
from core.customers.service import Identity, recognise
from core.kernel.clock import ManualClock, parse_rfc3339
from core.orders.service import Wanted
from core.orders.settling import settle
from core.payments import booking
from core.storage.engine import Tx
from core.storage.folder import Home
from localserver.app import create_app

EVENING = parse_rfc3339("2026-11-20T21:46:00Z")
PASSWORD = "correct horse battery"


@dataclass(slots=True)
class Reply:
    """``json`` is the body read as JSON, None for an empty one or another type."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if "json" in self.headers.get("Content-Type", "") else None


@dataclass(slots=True)
class ApiShop:
    shop: Shop
    clock: ManualClock
    url: str
    client: aiohttp.ClientSession
    runner: web.AppRunner
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, role: str = "owner") -> str:
        """An access token of somebody with this role; without a password, whose hashing takes a fifth of a second."""
        if role not in self.tokens:
            token = self.tokens[role] = secrets.token_urlsafe(32)

            def write(tx: Tx) -> None:
                tx.run(
                    "INSERT OR IGNORE INTO account(email, hash, role, created_at) VALUES(?,'none',?,?)",
                    (f"{role}@teranga.sn", role, tx.now),
                )
                tx.run(
                    "INSERT INTO access_token(hash, account_id, created_at, expires_at)"
                    " SELECT ?, id, ?, ? FROM account WHERE email = ?",
                    (hashlib.sha256(token.encode()).digest(), tx.now, tx.now + TOKEN_MS, f"{role}@teranga.sn"),
                )

            self.run(write)
        return self.tokens[role]

    def account(self, role: str = "owner") -> None:
        """Somebody with this role who can log in with PASSWORD; the first of a store is an owner."""
        if role != "owner":
            self.token()
        accounts.save(self.shop.engine, f"{role}@teranga.sn", PASSWORD, role)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str | None = "owner",
        key: str | None = None,
        **how: Any,
    ) -> Reply:
        """One request. ``body`` is sent as JSON; ``role`` None: without a token."""
        headers = dict(how.pop("headers", {}))
        if role is not None:
            headers.setdefault("Authorization", f"Bearer {self.token(role)}")
        if key is not None:
            headers["Idempotency-Key"] = key
        if body is not None:
            how["json"] = body
        url = f"{self.url}/api/v1{path}"
        async with self.client.request(method, url, headers=headers, allow_redirects=False, **how) as reply:
            return Reply(reply.status, reply.headers, await reply.read())

    async def stop(self) -> None:
        """The server stops in order, as it does when the program ends."""
        await self.runner.cleanup()

    async def upload(self, content: bytes, **how: Any) -> Reply:
        """Send a product list; text options become parts of the form."""
        options = {name: how.pop(name) for name in ("mode", "dry_run") if name in how}
        form = aiohttp.FormData(options)
        form.add_field("file", io.BytesIO(content), filename="produits.csv", content_type="text/csv")
        return await self.ask("POST", "/products/upload", data=form, **how)

    async def get(self, path: str, **how: Any) -> Reply:
        return await self.ask("GET", path, **how)

    async def post(self, path: str, body: Any = None, **how: Any) -> Reply:
        return await self.ask("POST", path, body, **how)

    def run(self, command: Callable[[Tx], Any]) -> Any:
        return self.shop.engine.call(command)

    def value(self, sql: str, *parameters: Any) -> Any:
        return self.shop.engine.read(lambda r: r.value(sql, parameters))

    def product(self, sku: str, price: int = 15_000, stock: int = 10, photo: str | None = None) -> int:
        fields = ProductFields(sku, sku.upper(), f"Article {sku}", "", "", price, stock, photo)
        return int(self.run(lambda tx: add(tx, fields)))

    def order(self, product_id: int, quantity: int = 1, number: int = 1) -> int:
        """Somebody holds this. → order id."""
        customer = self.customer(number)
        claimed = self.run(lambda tx: self.shop.orders.claim(tx, customer, [Wanted(product_id, quantity)], "tiktok"))
        return int(claimed.order_id)

    def customer(self, number: int, name: str = "Aminata Diallo") -> int:
        identity = Identity("phone", f"+2217700{number:05d}")
        return int(self.run(lambda tx: recognise(tx, [identity], name)))

    def conversation(self, customer_id: int, *said: str) -> int:
        """The customer wrote these texts just now."""

        def write(tx: Tx) -> int:
            found = threads.thread_of(tx, customer_id)
            for text in said:
                threads.add_message(tx, found, "customer", "text", text)
                threads.heard(tx, found, tx.now)
            return found

        return int(self.run(write))

    def pay(self, order_id: int, amount: int, method: str = "wave") -> None:
        """Verified money comes in, as the payment service applies it."""

        def write(tx: Tx) -> None:
            payment = tx.insert(
                "INSERT INTO payment(provider, key, order_id, amount, method, received_at) VALUES('sandbox',?,?,?,?,?)",
                (
                    f"key-{order_id}-{tx.now}-{tx.value('SELECT count(*) FROM payment')}",
                    order_id,
                    amount,
                    method,
                    tx.now,
                ),
            )
            booking.received(tx, payment, order_id, "sandbox", amount, 0)
            settle(tx, order_id, amount, "sandbox", payment)

        self.run(write)


@asynccontextmanager
async def api_shop(
    folder: Path, make: Callable[[Shop], web.Application] | None = None, *, grace: float = 1.0
) -> AsyncIterator[ApiShop]:
    """Open a store and serve it; ``make`` builds another application than the product's own. ``grace``: seconds that
    requests under way have when the server stops."""
    clock = ManualClock(EVENING)
    home = Home(folder)
    shop = open_shop(home, create_store(home, "Boutique Téranga", "SN").slug, clock)
    shop.settings.set("public_url", "https://pay.teranga.sn")
    app = make(shop) if make else create_app([shop])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=grace, handler_cancellation=True)
    try:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession() as client:
            yield ApiShop(shop, clock, url, client, runner)
    finally:
        await runner.cleanup()
        await shop.close_network()
        shop.close()
