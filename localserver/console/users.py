"""Who works with a store: ``store user``, ``store otp`` and ``store grant``."""

from __future__ import annotations

from argparse import Namespace

from core.accounts import service as accounts
from core.bootstrap import Shop, open_shop
from core.kernel.clock import MINUTE, rfc3339
from core.kernel.errors import NotFound
from core.storage.folder import Home
from localserver.console.stores import hidden
from localserver.console.terminal import DONE, Terminal, tr

ACTOR = "console"


def user(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        account_id = accounts.save(shop.engine, args.email, hidden(tr("Password: ")), args.role)
    finally:
        shop.close()
    out.result({"id": account_id, "email": args.email, "role": args.role}, f"{args.email} ({args.role})")
    return DONE


def second_factor(args: Namespace, home: Home, out: Terminal) -> int:
    """Show the secret, then ask for a code that proves the app has it."""
    shop = open_shop(home, args.store)
    try:
        account_id = _account(shop, args.email)
        if args.remove:
            shop.factors.remove(account_id, ACTOR)
            out.result({"email": args.email, "second_factor": False}, tr("{email}: no second factor", email=args.email))
            return DONE
        offered = shop.factors.offer(account_id, shop.name)
        asked = "Give this to the authenticator app, as a link or typed in: {uri} ({secret})"
        out.say(asked, uri=offered.uri, secret=offered.secret)
        shop.factors.confirm(account_id, hidden(tr("Code: ")), ACTOR)
    finally:
        shop.close()
    out.result({"email": args.email, "second_factor": True}, tr("{email}: second factor set", email=args.email))
    return DONE


def lend(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        account_id = _account(shop, args.email)
        until = shop.clock.now() + args.minutes * MINUTE if args.minutes > 0 else 0
        shop.engine.call(lambda tx: accounts.lend(tx, account_id, until), actor=ACTOR)
    finally:
        shop.close()
    value = {"email": args.email, "until": rfc3339(until) if until else None}
    text = tr("{email} may look until {at}", email=args.email, at=value["until"])
    out.result(value, text if until else tr("{email} may not look any more", email=args.email))
    return DONE


def _account(shop: Shop, email: str) -> int:
    found: int | None = shop.engine.read(lambda r: r.value("SELECT id FROM account WHERE email = ?", (email.strip(),)))
    if found is None:
        raise NotFound("There is no user with the address {email}.", email=email)
    return found
