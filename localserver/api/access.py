"""Logging in and out, the second factor, who works here."""

from __future__ import annotations

import asyncio

from aiohttp import web

from core.accounts import service as accounts
from core.kernel.clock import MINUTE, rfc3339
from core.kernel.errors import Forbidden, NotFound
from core.storage.engine import Tx
from localserver.api import once
from localserver.api.answers import LoggedIn, OpenSession, SecondFactor, SessionList, User, UserList
from localserver.api.door import Call, bearer, show
from localserver.api.gate import GATE
from localserver.api.problems import Unauthenticated
from localserver.api.requests import Code, Loan, Login


async def login(call: Call) -> web.Response:
    """A token for a password. The same answer whatever was wrong, and after the same work."""
    asked: Login = call.body
    gate = call.request.app[GATE]
    gate.pass_one(call.request.remote or "", asked.email)
    try:
        async with gate.hashing:
            code = asked.otp if isinstance(asked.otp, str) else ""
            shop = call.shop
            token, session = await asyncio.to_thread(
                accounts.login, shop.engine, shop.factors, asked.email, asked.password, code
            )
    except Forbidden as error:
        raise Unauthenticated(error.message) from None
    await call.shop.engine.run(once.forget_old, background=True)
    due = None if session.second_due is None else rfc3339(session.second_due)
    return show(LoggedIn(token, rfc3339(session.expires_at), session.role, due))  # type: ignore[arg-type] # one of ROLES


async def log_out(call: Call) -> web.Response:
    """This token is good no longer."""
    token, account_id = bearer(call.request), call.session.account_id
    await call.shop.engine.run(lambda tx: accounts.log_out(tx, account_id, token=token), actor=call.actor)
    return web.Response(status=204)


async def sessions(call: Call) -> web.Response:
    """Where this account is logged in."""
    token, account_id, now = bearer(call.request), call.session.account_id, call.shop.clock.now()
    found = await call.read(lambda r: accounts.sessions(r, account_id, token, now))
    return show(
        SessionList([OpenSession(s.number, rfc3339(s.created_at), rfc3339(s.expires_at), s.current) for s in found])
    )


async def end_session(call: Call) -> web.Response:
    """End one of this account's sessions. Raises NotFound."""
    account_id, number = call.session.account_id, call.id

    def end(tx: Tx) -> None:
        if not accounts.log_out(tx, account_id, number=number):
            raise NotFound("There is no such session.")

    await call.shop.engine.run(end, actor=call.actor)
    return web.Response(status=204)


async def offer_second(call: Call) -> web.Response:
    """A secret for an authenticator app; nothing changes before a code confirms it."""
    offered = await asyncio.to_thread(call.shop.factors.offer, call.session.account_id, call.shop.name)
    return show(SecondFactor(offered.secret, offered.uri), 201)


async def confirm_second(call: Call) -> web.Response:
    """From now on this account logs in with a code too."""
    asked: Code = call.body
    call.request.app[GATE].pass_one(call.request.remote or "", call.session.email)
    await asyncio.to_thread(call.shop.factors.confirm, call.session.account_id, asked.code, call.actor)
    return web.Response(status=204)


async def users(call: Call) -> web.Response:
    """Who works with this store."""
    now = call.shop.clock.now()
    found = await call.read(lambda r: accounts.people(r, now))
    return show(
        UserList(
            [
                User(p.id, p.email, p.role, p.second_factor, None if p.looks_until is None else rfc3339(p.looks_until))  # type: ignore[arg-type] # one of ROLES
                for p in found
            ]
        )
    )


async def lend(call: Call) -> web.Response:
    """Let somebody look for a time."""
    asked: Loan = call.body
    until = call.shop.clock.now() + asked.minutes * MINUTE if asked.minutes else 0
    await call.shop.engine.run(lambda tx: accounts.lend(tx, call.id, until), actor=call.actor)
    return web.Response(status=204)
