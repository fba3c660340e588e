"""Several real stores, with their servers, in one window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.bootstrap import Shop, create_store, open_shop
from core.conversations import threads
from core.customers.service import Identity, recognise
from core.storage.engine import Tx
from core.storage.folder import Home
from desktop.app import InMemory
from desktop.door import opener, which
from desktop.sources.context import ShopContext
from desktop.sources.stores import HomeKeeping
from desktop.stores.making import Makers
from desktop.stores.running import STORE, Stores
from localserver.runner import ServerThread

NAMES = ("Boutique Téranga", "Chez Awa", "Zaza Mode")


def make_stores(folder: Path, names: tuple[str, ...] = NAMES) -> Home:
    """A home of stores, none of them open."""
    home = Home(folder, passing=True)
    for number, name in enumerate(names):
        card = create_store(home, name, "MG" if number == 2 else "SN")
        shop = open_shop(home, card.slug)
        try:
            shop.settings.set("desktop.lock_minutes", "0", "test")
            shop.settings.set("store.colour", ("gold", "blue", "rose")[number % 3], "test")
            shop.settings.set("welcome.step", "done", "test")
        finally:
            shop.close()
    return home


def window_over(home: Home, preferences: dict[str, str] | None = None) -> Stores:
    """As the door makes it, on any free port."""
    choices = InMemory({"sound": "off", **(preferences or {})})
    found = home.survey()
    first = which(found, choices.get(STORE, ""))
    assert first is not None

    def server(shop: Any, port: int) -> Any:
        return ServerThread([shop], port=port)

    makers = Makers(lambda slug: opener(home, slug, server, 0)(), lambda: HomeKeeping(home), lambda *how: None)
    return Stores(makers, found, first, choices)


def shop_of(stores: Stores, slug: str) -> Shop:
    context = stores.seats[slug].context
    assert isinstance(context, ShopContext)
    return context.shop


def someone_waits(shop: Shop, name: str = "Aminata Diallo") -> None:
    """A buyer asks for a person."""

    def ask(tx: Tx) -> None:
        phone = f"+22177{len(name):07d}"
        buyer = recognise(tx, [Identity("phone", phone)], name)
        thread = threads.thread_of(tx, buyer)
        threads.heard(tx, thread, tx.now)
        threads.escalate(tx, thread, "human")

    shop.engine.call(ask)
