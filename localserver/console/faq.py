"""``faq``: the seller's own questions and answers."""

from __future__ import annotations

from argparse import Namespace

from core.bootstrap import open_shop
from core.faq import service
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal, tr


def listing(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        every = shop.engine.read(service.every)
    finally:
        shop.close()
    value = [{"id": f.id, "language": f.language, "question": f.question, "answer": f.answer} for f in every]
    lines = [f"{f.id}. [{f.language}] {f.question}\n   {f.answer}" for f in every]
    out.result({"faq": value}, "\n".join(lines) or tr("No questions are written yet."))
    return DONE


def add(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        number = shop.engine.call(
            lambda tx: service.add(tx, args.language, args.question, args.answer), actor="console"
        )
    finally:
        shop.close()
    out.result({"id": number}, tr("Question {number} is written.", number=number))
    return DONE


def remove(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        shop.engine.call(lambda tx: service.remove(tx, args.id), actor="console")
    finally:
        shop.close()
    out.result({"id": args.id, "removed": True}, tr("Question {number} is removed.", number=args.id))
    return DONE
