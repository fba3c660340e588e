"""Logging in and out, the second factor."""

from __future__ import annotations

import asyncio

from aiohttp import web

from core.accounts import queries
from core.accounts import service as accounts
from core.kernel.clock import rfc3339
from core.kernel.errors import Forbidden, NotFound
from core.storage.engine import Tx
from localserver.api import once
from localserver.api.accessshapes import (
    Code,
    LoggedIn,
    Login,
    OpenSession,
    Password,
    RecoveryCodes,
    SecondFactor,
    SecondFactorState,
    SessionList,
)
from localserver.api.door import Call, address_of, bearer, show
from localserver.api.gate import GATE
from localserver.api.present import when
from localserver.api.problems import Unauthenticated


async def login(call: Call) -> web.Response:
    """A token for a password. The same answer whatever was wrong, and after the same work."""
    asked: Login = call.body
    gate, address = call.request.app[GATE], address_of(call.request)
    gate.pass_one(address, asked.email)
    code = asked.otp if isinstance(asked.otp, str) else ""
    door = call.request.headers.get("User-Agent", "")

    def attempt() -> tuple[str, queries.Session]:
        shop = call.shop
        return accounts.login(shop.engine, shop.factors, asked.email, asked.password, code, address=address, door=door)

    try:
        async with gate.hashing:
            token, session = await asyncio.to_thread(attempt)
    except Forbidden as error:
        raise Unauthenticated(error.message) from None
    gate.knows(address, asked.email)
    await call.shop.engine.run(once.forget_old, background=True)
    return show(LoggedIn(token, rfc3339(session.expires_at), session.role, when(session.second_due)))  # type: ignore[arg-type] # one of ROLES


async def log_out(call: Call) -> web.Response:
    """This token is good no longer."""
    token, account_id = bearer(call.request), call.session.account_id
    await call.shop.engine.run(lambda tx: accounts.log_out(tx, account_id, token=token), actor=call.actor)
    return web.Response(status=204)


# -- sessions ------------------------------------------------------------------------------------------------------


async def sessions(call: Call) -> web.Response:
    """Where this account is logged in."""
    return show(await session_list(call, call.session.account_id))


async def session_list(call: Call, account_id: int) -> SessionList:
    token, now = bearer(call.request), call.shop.clock.now()
    found = await call.read(lambda r: queries.sessions(r, account_id, token, now))
    return SessionList(
        [
            OpenSession(
                *(s.number, rfc3339(s.created_at), rfc3339(s.expires_at), rfc3339(s.used_at)),
                *(s.door, s.address, s.current),
            )
            for s in found
        ]
    )


async def end_session(call: Call) -> web.Response:
    """End one of this account's sessions. Raises NotFound."""
    account_id, number = call.session.account_id, call.id

    def end(tx: Tx) -> None:
        if not accounts.log_out(tx, account_id, number=number):
            raise NotFound("There is no such session.")

    await call.shop.engine.run(end, actor=call.actor)
    return web.Response(status=204)


async def end_others(call: Call) -> web.Response:
    """End all of this account's sessions but the asking one."""
    account_id, token = call.session.account_id, bearer(call.request)
    await call.shop.engine.run(lambda tx: accounts.end_others(tx, account_id, token), actor=call.actor)
    return web.Response(status=204)


# -- the second factor ---------------------------------------------------------------------------------------------


async def second(call: Call) -> web.Response:
    """Whether this account has a second factor, and how many recovery codes."""
    account_id, now = call.session.account_id, call.shop.clock.now()
    found = await call.read(lambda r: queries.person(r, account_id, now))
    if found is None:
        raise NotFound("There is no such account.")
    return show(SecondFactorState(found.second_factor, when(found.second_due), found.codes))


async def offer_second(call: Call) -> web.Response:
    """A secret for an authenticator app; nothing changes before a code confirms it."""
    offered = await asyncio.to_thread(call.shop.factors.offer, call.session.account_id, call.shop.name)
    return show(SecondFactor(offered.secret, offered.uri), 201)


async def confirm_second(call: Call) -> web.Response:
    """From now on this account logs in with a code too. The recovery codes are shown this once."""
    asked: Code = call.body
    call.request.app[GATE].pass_one(address_of(call.request), call.session.email)
    account_id = call.session.account_id
    codes = await asyncio.to_thread(call.shop.factors.confirm, account_id, asked.code, call.actor)
    return show(RecoveryCodes(list(codes)))


async def remove_second(call: Call) -> web.Response:
    """This account's second factor goes, for its password."""
    await _password(call)
    await asyncio.to_thread(call.shop.factors.remove, call.session.account_id, call.actor)
    return web.Response(status=204)


async def recovery_codes(call: Call) -> web.Response:
    """New recovery codes for the password; those of before are good no longer."""
    await _password(call)
    codes = await asyncio.to_thread(call.shop.factors.new_codes, call.session.account_id, call.actor)
    return show(RecoveryCodes(list(codes)), 201)


async def _password(call: Call) -> None:
    """Raises Forbidden for a wrong one, BadRequest (429) for too many."""
    asked: Password = call.body
    gate, address = call.request.app[GATE], address_of(call.request)
    gate.pass_one(address, call.session.email)
    async with gate.hashing:
        await asyncio.to_thread(
            accounts.confirm_password, call.shop.engine, call.session.account_id, asked.password, address
        )
