"""Who may use the window, asked of an open shop."""

from __future__ import annotations

from core.accounts import queries
from core.accounts import service as accounts
from core.accounts.guard import FORBIDDEN, UNNAMED, account_of, actor_of
from core.accounts.rules import may
from core.bootstrap import Shop
from core.kernel.errors import Forbidden
from core.storage.connection import Reader
from desktop.lock import LockRule


class ShopLock:
    """Implements :class:`desktop.lock.LockSource`. ``since``: from when on the window is open to its account (ms)."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._standing: tuple[object, ...] | None = None
        self.since: int | None = None

    @property
    def account_id(self) -> int | None:
        """Who uses the window; None while nobody has said who they are."""
        return account_of(self._shop.engine.acting.get(UNNAMED, ""))

    def rule(self) -> LockRule:
        shop, me = self._shop, self.account_id

        def question(reader: Reader) -> LockRule:
            people = queries.people(reader, shop.clock.now())
            able = tuple(p.email for p in people if may(p.role, "window.use") and not p.disabled)
            over = me is not None and queries.standing(reader, me) != self._standing
            return LockRule(shop.settings.number("desktop.lock_minutes"), able, over)

        return shop.engine.read(question)

    def unlock(self, email: str, password: str, code: str) -> bool:
        shop, before = self._shop, self.account_id
        session = accounts.identify(shop.engine, shop.factors, email, password, code)
        if not session.may("window.use"):
            raise Forbidden(FORBIDDEN)
        self.admit(session.account_id)
        return before == session.account_id

    def admit(self, account_id: int) -> None:
        """The window acts as this account from now on."""
        shop = self._shop
        self._standing = shop.engine.read(lambda r: queries.standing(r, account_id))
        self.since = shop.clock.now()
        shop.engine.act_as(UNNAMED, actor_of(account_id))
