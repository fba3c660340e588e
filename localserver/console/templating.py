"""The arguments of ``templates``: apart from what carries them out, which costs every command its start."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from core.templates.rules import CATEGORIES, CODES, USES


def commands(verbs: Any, add: Callable[..., ArgumentParser], number: Callable[[str], int]) -> None:
    actions = add(verbs, "templates", "WhatsApp's own message templates").add_subparsers(
        required=True, metavar="ACTION"
    )
    add(actions, "list", "every template, and how it stands with WhatsApp", "templates.listing").add_argument("store")
    add(actions, "ready", "add the ready-made ones, as drafts", "templates.ready").add_argument("store")
    written = add(actions, "add", "write a template, as a draft", "templates.written")
    for name in ("store", "name", "body"):
        written.add_argument(name)
    written.add_argument("--language", choices=tuple(CODES), default="fr", help="of its words (fr)")
    written.add_argument("--category", choices=CATEGORIES, default="utility", help="as WhatsApp bills it (utility)")
    written.add_argument("--use", choices=USES, default="", help="what the store sends it for by itself")
    written.add_argument("--field", action="append", default=[], help="what a variable holds, in order")
    written.add_argument("--sample", action="append", default=[], help="an example for a variable, in order")
    written.add_argument("--heading", default="", help="the line above")
    written.add_argument("--picture", help="a picture to stand above, in place of the line")
    written.add_argument("--footer", default="", help="the small line below")
    handed = add(actions, "submit", "hand one to WhatsApp for approval", "templates.submit")
    gone = add(actions, "remove", "withdraw one from WhatsApp and forget it", "templates.remove")
    for each in (handed, gone):
        each.add_argument("store")
        each.add_argument("id", type=number)
    add(actions, "sync", "bring the list up to what WhatsApp has", "templates.sync").add_argument("store")
