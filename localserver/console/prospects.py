"""The commands on prospects, products that go together and figures, as data."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from core.pipeline.rules import STAGES

Whole = Callable[[int, int], Callable[[str], int]]


def commands(verbs: Any, add: Callable[..., ArgumentParser], whole: Whole) -> None:
    """``whole(low, high)`` is the type of a number within bounds."""
    _leads(add(verbs, "leads", "prospects").add_subparsers(required=True, metavar="ACTION"), add, whole)
    _pairs(add(verbs, "pairs", "products that go together").add_subparsers(required=True, metavar="ACTION"), add, whole)
    figures = add(verbs, "figures", "how prospects became sales; with --live a live's figures", "pipeline.figures")
    figures.add_argument("store")
    figures.add_argument("--days", type=whole(1, 1_000_000), default=30, help="prospects of so many days (30)")
    figures.add_argument("--live", type=whole(1, 2**63 - 1), default=None, help="the number of a live")


def _leads(verbs: Any, add: Callable[..., ArgumentParser], whole: Whole) -> None:
    listing = add(verbs, "list", "prospects, newest first, and how many stand where", "pipeline.listing")
    listing.add_argument("store")
    listing.add_argument("--stage", choices=STAGES, default=None)
    listing.add_argument("--qualified", action="store_true", help="only those worth a call")
    listing.add_argument("--due", action="store_true", help="only those whose next activity is due")
    listing.add_argument("--limit", type=whole(1, 1_000_000), default=100, help="how many at most (100)")
    move = add(verbs, "move", "move a prospect to a stage", "pipeline.move")
    move.add_argument("store")
    move.add_argument("id", type=whole(1, 2**63 - 1))
    move.add_argument("stage", choices=STAGES)
    plan = add(verbs, "plan", "what is to be done next", "pipeline.plan")
    plan.add_argument("store")
    plan.add_argument("id", type=whole(1, 2**63 - 1))
    plan.add_argument("at", nargs="?", default=None, help="when (RFC 3339); nothing takes it away")
    plan.add_argument("what", nargs="?", default="", help="what is to be done")


def _pairs(verbs: Any, add: Callable[..., ArgumentParser], whole: Whole) -> None:
    add(verbs, "list", "products that go together", "pipeline.pair_list").add_argument("store")
    put = add(verbs, "set", "with one product in the order, another costs less", "pipeline.pair")
    gone = add(verbs, "remove", "two products go together no more", "pipeline.unpair")
    for each in (put, gone):
        each.add_argument("store")
        each.add_argument("sku")
        each.add_argument("with_sku", metavar="WITH")
    put.add_argument("--percent", type=whole(0, 90), default=0, help="so much less (0: only proposed)")
