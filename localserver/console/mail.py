"""``store mail-test``: one e-mail to the address that hears of prospects, now."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from core.bootstrap import open_shop
from core.bootstrap.people import try_mail
from core.kernel.i18n import sentence
from core.storage.folder import Home
from localserver.console.terminal import DONE, FAILED, Terminal, language


def test(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        found = asyncio.run(try_mail(shop))
    finally:
        shop.close()
    said = sentence(found.message, found.params, language())
    out.result({"ok": found.ok, "said": said}, said)
    return DONE if found.ok else FAILED
