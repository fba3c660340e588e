"""The commands of a relay: those of its host, and those of a store that stands behind one."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

Whole = Callable[[int, int], Callable[[str], int]]


def commands(verbs: Any, add: Callable[..., ArgumentParser], whole: Whole) -> None:
    """``whole(low, high)`` is the type of a number within bounds."""
    actions = add(verbs, "relay", "the hosted relay, and a store's place at one").add_subparsers(
        required=True, metavar="ACTION"
    )
    _host(actions, add, whole)
    joined = add(actions, "join", "register a store at a relay", "line.join")
    for name in ("store", "url", "invite"):
        joined.add_argument(name)
    joined.add_argument("--as", dest="name", metavar="NAME", default="", help="its name there (the store's own)")
    for name, about in (
        ("place", "where a store is registered"),
        ("leave", "not to be reached through the relay any more"),
        ("here", "answer for the store on this computer, and on no other"),
        ("again", "ask the store again for the webhooks it failed on (they are set aside)"),
    ):
        add(actions, name, about, f"line.{name}").add_argument("store")


def _host(actions: Any, add: Callable[..., ArgumentParser], whole: Whole) -> None:
    serve = add(actions, "serve", "run a relay (on its host)", "relay.serve")
    serve.add_argument("--url", required=True, help="its public address: https://relay.example")
    serve.add_argument("--listen", default="127.0.0.1:8790", help="address behind the proxy (127.0.0.1:8790)")
    serve.add_argument("--backdoor", default="127.0.0.1:8791", help="figures and health, for the host only")
    serve.add_argument("--proxy", action="append", default=[], help="address of a proxy that is believed (this host)")
    invite = add(actions, "invite", "let one store join", "relay.invite")
    invite.add_argument("note", nargs="?", default="", help="for whom")
    invite.add_argument("--as", dest="name", metavar="NAME", default="", help="only under this name")
    invite.add_argument("--days", type=whole(1, 366), default=14, help="valid so many days (14)")
    listing = add(actions, "stores", "the stores of this relay, and what waits for them", "relay.stores")
    quota = add(actions, "quota", "how much one store may leave here", "relay.quota")
    stop = add(actions, "suspend", "do not serve a store", "relay.suspend")
    go = add(actions, "resume", "serve a store again", "relay.resume")
    remove = add(actions, "remove", "forget a store, and what waits for it", "relay.remove")
    for each in (quota, stop, go, remove):
        each.add_argument("name")
    quota.add_argument("--events", type=whole(1, 10_000_000), default=None, help="webhooks waiting")
    quota.add_argument("--megabytes", type=whole(1, 1_000_000), default=None, help="their size")
    quota.add_argument("--pages", type=whole(1, 1_000_000), default=None, help="published pages")
    quota.add_argument("--rate", type=whole(1, 100_000), default=None, help="requests a second")
    backup = add(actions, "backup", "a verified copy of the relay, while it serves", "relay.backup")
    backup.add_argument("folder", help="where the copy goes")
    for each in (backup, serve, invite, listing, quota, stop, go, remove):
        each.add_argument("--data", default="relay-data", metavar="FOLDER", help="folder of the relay (relay-data)")
    for each in (serve, invite, listing, quota, stop, go, remove):
        # By the environment too: an address with a password in it is no argument for others to see.
        each.add_argument(
            "--nats",
            default=os.environ.get("LIVEPAY_RELAY_NATS", ""),
            metavar="URLS",
            help="NATS servers, instead of a folder",
        )
        each.add_argument("--replicas", type=whole(1, 5), default=3, help="copies that NATS keeps (3)")
