"""Who works with the store: for who has the right over accounts."""

from __future__ import annotations

import asyncio

from aiohttp import web
from msgspec import UNSET

from core.accounts import queries, staff
from core.accounts.rules import SCOPES
from core.accounts.service import log_out
from core.kernel.clock import MINUTE
from core.kernel.errors import NotFound
from core.storage.engine import Tx
from localserver.api.access import session_list
from localserver.api.accessshapes import Loan, NewUser, User, UserChange, UserList
from localserver.api.door import Call, show
from localserver.api.gate import GATE
from localserver.api.present import when


async def users(call: Call) -> web.Response:
    """Everybody."""
    now = call.shop.clock.now()
    return show(UserList([_shown(person) for person in await call.read(lambda r: queries.people(r, now))]))


def _shown(person: queries.Person) -> User:
    return User(
        *(person.id, person.name, person.email, person.role, not person.disabled),  # type: ignore[arg-type] # one of ROLES
        *(person.second_factor, when(person.second_due), person.codes),
        *(when(person.locked_until), when(person.last_login), when(person.looks_until)),
        list(person.scopes),  # type: ignore[arg-type] # of SCOPES
    )


async def _user(call: Call, account_id: int) -> User:
    now = call.shop.clock.now()
    found = await call.read(lambda r: queries.person(r, account_id, now))
    if found is None:
        raise NotFound("There is no such account.")
    return _shown(found)


async def add(call: Call) -> web.Response:
    """Somebody new."""
    asked: NewUser = call.body
    async with call.request.app[GATE].hashing:
        account_id = await asyncio.to_thread(
            lambda: staff.add(call.shop.engine, asked.email, asked.password, asked.role, call.actor, name=asked.name)
        )
    return show(await _user(call, account_id), 201)


async def change(call: Call) -> web.Response:
    """Name, role, password, switched off or on: all that is asked for, or nothing."""
    asked: UserChange = call.body
    account_id, password, digest = call.id, asked.password, ""
    if password is not UNSET:
        async with call.request.app[GATE].hashing:
            digest = await asyncio.to_thread(staff.password_hash, call.shop.engine, account_id, password)

    def write(tx: Tx) -> None:
        if queries.person(tx, account_id, tx.now) is None:
            raise NotFound("There is no such account.")
        if asked.name is not UNSET:
            staff.rename(tx, account_id, asked.name)
        if asked.active is True:
            staff.enable(tx, account_id)
        if asked.role is not UNSET:
            staff.set_role(tx, account_id, asked.role)
        if digest:
            staff.put_password(tx, account_id, digest)
        if asked.active is False:
            staff.disable(tx, account_id)

    await call.shop.engine.run(write, actor=call.actor)
    return show(await _user(call, account_id))


async def unlock(call: Call) -> web.Response:
    """Forget wrong passwords before their time."""
    await call.shop.engine.run(lambda tx: staff.unlock(tx, call.id), actor=call.actor)
    return web.Response(status=204)


async def remove_second(call: Call) -> web.Response:
    """For who lost phone and recovery codes. Raises NotFound."""
    await _user(call, call.id)
    await asyncio.to_thread(call.shop.factors.remove, call.id, call.actor)
    return web.Response(status=204)


async def sessions(call: Call) -> web.Response:
    """Where somebody is logged in."""
    await _user(call, call.id)
    return show(await session_list(call, call.id))


async def end_sessions(call: Call) -> web.Response:
    """Somebody is logged in nowhere any more."""
    await _user(call, call.id)
    await call.shop.engine.run(lambda tx: log_out(tx, call.id), actor=call.actor)
    return web.Response(status=204)


async def lend(call: Call) -> web.Response:
    """Let somebody look for a time."""
    asked: Loan = call.body
    until = call.shop.clock.now() + asked.minutes * MINUTE if asked.minutes else 0
    scopes = tuple(SCOPES) if asked.scopes is UNSET else tuple(asked.scopes)
    await call.shop.engine.run(lambda tx: staff.lend(tx, call.id, until, scopes), actor=call.actor)
    return web.Response(status=204)
