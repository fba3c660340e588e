"""A shop whose free answers a simulated language model phrases, on the real wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from core.bootstrap import Shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from localserver.sandbox.llm import KEY, LLM, MODEL, LanguageModels, create_llm_simulator
from tests.support.shops import World, world

POLICIES = (
    "Livraison à Dakar : 2 000 F, à Thiès : 3 000 F. Pas de remboursement. "
    "Échange possible sous 7 jours avec l’étiquette."
)


@dataclass
class Assisted:
    """``w`` is the shop's world, ``model`` the simulator's inside."""

    w: World
    model: LanguageModels
    url: str

    async def say(self, name: str, text: str) -> list[str]:
        """→ what the shop answers, once everything, the model too, is quiet."""
        before = len(self.w.thread(name))
        self.w.graph.acts(name).say(text)
        await self.settled()
        return self.w.thread(name)[before:]

    async def settled(self) -> None:
        await self.w.settled()
        await self.w.until(lambda: not self.w.value("SELECT count(*) FROM assistant_turn WHERE state <> 'done'"))
        await self.w.settled()

    def outcomes(self) -> list[str]:
        return [row[0] for row in self.w.rows("SELECT outcome FROM assistant_turn ORDER BY id")]

    def used(self) -> tuple[Any, ...]:
        """(calls, failed, rejected, tokens in, tokens out) of all days."""
        sums = "sum(calls), sum(failed), sum(rejected), sum(tokens_in), sum(tokens_out)"
        return tuple(self.w.rows(f"SELECT {sums} FROM ai_day")[0])


def switch_on(shop: Shop, url: str) -> None:
    """What a seller types in."""
    for key, value in (
        ("llm.enabled", "true"),
        ("llm.base_url", f"{url}/v1"),
        ("llm.model", MODEL),
        ("llm.policies", POLICIES),
    ):
        shop.settings.set(key, value)
    shop.settings.set_secret("llm.api_key", KEY)


def robe(
    shop: Shop, sku: str = "ROBE1", price: int = 15_000, stock: int = 5, about: str = "Wax, taille unique."
) -> int:
    fields = ProductFields(sku, sku, f"Robe dorée {sku}", about, "Robes", price, stock, None)
    return shop.engine.call(lambda tx: catalogue.add(tx, fields))


@asynccontextmanager
async def model_server() -> AsyncIterator[tuple[str, LanguageModels]]:
    app = create_llm_simulator()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}", app[LLM]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def assisted(folder: Path, **how: Any) -> AsyncIterator[Assisted]:
    async with model_server() as (url, model), world(folder, **how) as w:
        switch_on(w.shop, url)
        yield Assisted(w, model, url)
