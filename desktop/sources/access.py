"""Accounts as the window manages them. Every verb acts as whoever unlocked the window: core decides what they may."""

from __future__ import annotations

from core.accounts import queries, staff
from core.accounts import service as accounts
from core.accounts.guard import FORBIDDEN, UNNAMED, role_of
from core.accounts.queries import OpenSession
from core.accounts.rules import may
from core.accounts.second import Offer
from core.bootstrap import Shop
from core.kernel.errors import Forbidden, Refused
from core.storage.connection import Reader
from desktop.pages.settings.accesswords import AccessReading
from desktop.sources.lock import ShopLock

_NOBODY = "Say first who you are: lock the window, then unlock it with your account."


class ShopAccess:
    """Implements :class:`desktop.pages.settings.accesswords.AccessSource`."""

    def __init__(self, shop: Shop, lock: ShopLock) -> None:
        self._shop = shop
        self._lock = lock

    def read(self) -> AccessReading:
        me, now = self._lock.account_id, self._shop.clock.now()

        def question(reader: Reader) -> AccessReading:
            everybody = queries.people(reader, now)
            mine = next((person for person in everybody if person.id == me), None)
            role = None if me is None else role_of(reader, me)
            manages = role is not None and may(role, "accounts.write")
            return AccessReading(
                mine,
                tuple(everybody) if manages else (),
                manages,
                not everybody,
                () if me is None else tuple(queries.sessions(reader, me, "", now)),
                self._lock.since,
            )

        return self._shop.engine.read(question)

    # -- others

    def add(self, email: str, name: str, role: str, password: str) -> None:
        first = self.read().first
        account_id = staff.add(self._shop.engine, email, password, role, UNNAMED, name=name)
        if first:
            self._lock.admit(account_id)

    def set_role(self, account_id: int, role: str) -> None:
        self._shop.engine.call(lambda tx: staff.set_role(tx, account_id, role), actor=UNNAMED)

    def set_password(self, account_id: int, password: str) -> None:
        digest = staff.password_hash(self._shop.engine, account_id, password)
        self._shop.engine.call(lambda tx: staff.put_password(tx, account_id, digest), actor=UNNAMED)

    def set_active(self, account_id: int, active: bool) -> None:
        verb = staff.enable if active else staff.disable
        self._shop.engine.call(lambda tx: verb(tx, account_id), actor=UNNAMED)

    def unlock(self, account_id: int) -> None:
        self._shop.engine.call(lambda tx: staff.unlock(tx, account_id), actor=UNNAMED)

    def sessions_of(self, account_id: int) -> tuple[OpenSession, ...]:
        engine, now = self._shop.engine, self._shop.clock.now()

        def question(reader: Reader) -> tuple[OpenSession, ...]:
            role = role_of(reader, self._me())
            if account_id != self._me() and (role is None or not may(role, "accounts.write")):
                raise Forbidden(FORBIDDEN)
            return tuple(queries.sessions(reader, account_id, "", now))

        return engine.read(question)

    def end_sessions(self, account_id: int, number: int | None = None) -> None:
        self._shop.engine.call(lambda tx: accounts.log_out(tx, account_id, number=number), actor=UNNAMED)

    def remove_second_of(self, account_id: int) -> None:
        self._shop.factors.remove(account_id, UNNAMED)

    def lend(self, account_id: int, duration: int, scopes: tuple[str, ...]) -> None:
        self._shop.engine.call(
            lambda tx: staff.lend(tx, account_id, tx.now + duration if duration else 0, scopes), actor=UNNAMED
        )

    # -- oneself

    def offer(self) -> Offer:
        return self._shop.factors.offer(self._me(), self._shop.name)

    def confirm(self, code: str) -> tuple[str, ...]:
        return self._shop.factors.confirm(self._me(), code, UNNAMED)

    def new_codes(self, password: str) -> tuple[str, ...]:
        me = self._me()
        accounts.confirm_password(self._shop.engine, me, password)
        return self._shop.factors.new_codes(me, UNNAMED)

    def remove_second(self, password: str) -> None:
        me = self._me()
        accounts.confirm_password(self._shop.engine, me, password)
        self._shop.factors.remove(me, UNNAMED)

    def _me(self) -> int:
        me = self._lock.account_id
        if me is None:
            raise Refused(_NOBODY)
        return me
