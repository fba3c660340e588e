"""Who may use the window, asked of an open shop."""

from __future__ import annotations

from core.accounts import service as accounts
from core.accounts.guard import FORBIDDEN, actor_of
from core.accounts.rules import may
from core.bootstrap import Shop
from core.kernel.errors import Forbidden
from desktop.lock import LockRule

DOOR = "seller"


class ShopLock:
    """Implements :class:`desktop.lock.LockSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def rule(self) -> LockRule:
        shop = self._shop
        people = shop.engine.read(lambda r: accounts.people(r, shop.clock.now()))
        able = tuple(person.email for person in people if may(person.role, "window.use"))
        return LockRule(shop.settings.number("desktop.lock_minutes"), able)

    def unlock(self, email: str, password: str, code: str) -> None:
        shop = self._shop
        session = accounts.identify(shop.engine, shop.factors, email, password, code)
        if not session.may("window.use"):
            raise Forbidden(FORBIDDEN)
        shop.engine.act_as(DOOR, actor_of(session.account_id))
