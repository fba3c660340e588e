"""Who works with a store: ``store users``, ``store user``, ``store account``, ``store otp`` and ``store grant``."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence

from core.accounts import queries, staff
from core.accounts import service as accounts
from core.accounts.rules import SCOPES
from core.bootstrap import Shop, open_shop
from core.kernel.clock import MINUTE, rfc3339
from core.kernel.errors import NotFound
from core.storage.engine import Tx
from core.storage.folder import Home
from localserver.console.stores import hidden
from localserver.console.terminal import DONE, Terminal, tr

ACTOR = "console"


def user(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        account_id = accounts.save(shop.engine, args.email, hidden(tr("Password: ")), args.role, ACTOR, name=args.name)
    finally:
        shop.close()
    out.result({"id": account_id, "email": args.email, "role": args.role}, f"{args.email} ({args.role})")
    return DONE


def everybody(args: Namespace, home: Home, out: Terminal) -> int:
    """Who works here, one a line."""
    shop = open_shop(home, args.store)
    try:
        people = shop.engine.read(lambda r: queries.people(r, shop.clock.now()))
    finally:
        shop.close()
    values = [_told(person) for person in people]
    out.result({"users": values}, "\n".join(f"{p.email} ({p.role})" for p in people))
    return DONE


def _told(person: queries.Person) -> dict[str, object]:
    times = {"last_login": person.last_login, "locked_until": person.locked_until, "looks_until": person.looks_until}
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "active": not person.disabled,
        "second_factor": person.second_factor,
        "recovery_codes": person.codes,
        "scopes": list(person.scopes),
        **{name: rfc3339(at) if at else None for name, at in times.items()},
    }


def account(args: Namespace, home: Home, out: Terminal) -> int:
    """Switch an account off or on, forget its wrong passwords, end its sessions."""
    acts: dict[str, Callable[[Tx, int], object]] = {
        "disable": staff.disable,
        "enable": staff.enable,
        "unlock": staff.unlock,
        "end-sessions": accounts.log_out,
    }
    shop = open_shop(home, args.store)
    try:
        account_id = _account(shop, args.email)
        shop.engine.call(lambda tx: acts[args.act](tx, account_id), actor=ACTOR)
    finally:
        shop.close()
    out.result({"email": args.email, "done": args.act}, tr("{email}: done", email=args.email))
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
        if args.codes:
            codes = shop.factors.new_codes(account_id, ACTOR)
            _show_codes(args.email, codes, out)
            return DONE
        offered = shop.factors.offer(account_id, shop.name, replace=True)
        asked = "Give this to the authenticator app, as a link or typed in: {uri} ({secret})"
        out.say(asked, uri=offered.uri, secret=offered.secret)
        codes = shop.factors.confirm(account_id, hidden(tr("Code: ")), ACTOR)
    finally:
        shop.close()
    _show_codes(args.email, codes, out)
    return DONE


def _show_codes(email: str, codes: Sequence[str], out: Terminal) -> None:
    """This once: only their hashes are kept."""
    text = tr("{email}: second factor set. Keep these codes; each opens once without the phone:", email=email)
    value = {"email": email, "second_factor": True, "recovery_codes": list(codes)}
    out.result(value, "\n".join([text, *codes]))


def lend(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        account_id = _account(shop, args.email)
        until = shop.clock.now() + args.minutes * MINUTE if args.minutes > 0 else 0
        shop.engine.call(lambda tx: staff.lend(tx, account_id, until, tuple(args.scopes or SCOPES)), actor=ACTOR)
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
