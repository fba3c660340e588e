"""A test e-mail over the real wire: it arrives, or the seller reads why not. Nothing is kept of it."""

from __future__ import annotations

import email
from email.header import decode_header, make_header
from pathlib import Path

from core.bootstrap import Shop, create_store, open_shop
from core.bootstrap.people import try_mail
from core.storage.folder import Home
from tests.support.mail import mailbox


def opened(folder: Path, port: int) -> Shop:
    home = Home(folder)
    shop = open_shop(home, create_store(home, "Boutique Téranga", "SN").slug)
    for key, value in (
        ("smtp.host", "127.0.0.1"),
        ("smtp.port", str(port)),
        ("smtp.security", "plain"),
        ("smtp.user", "boutique@teranga.sn"),
        ("smtp.to", "awa@teranga.sn"),
    ):
        shop.settings.set(key, value)
    shop.settings.set_secret("smtp.password", "s3cret")
    return shop


async def test_it_arrives_and_nothing_is_kept(tmp_path: Path) -> None:
    async with mailbox() as (box, port):
        shop = opened(tmp_path, port)
        try:
            found = await try_mail(shop)
            assert (found.ok, found.params) == (True, {"to": "awa@teranga.sn"})
            assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM letter")) == 0
        finally:
            shop.close()
        (envelope,) = box.taken
        assert envelope.rcpt_tos == ["awa@teranga.sn"]
        assert isinstance(envelope.content, bytes)
        subject = email.message_from_bytes(envelope.content)["Subject"]
        assert "Boutique Téranga" in str(make_header(decode_header(subject)))


async def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    async with mailbox() as (_, port):
        pass
    shop = opened(tmp_path, port)
    try:
        found = await try_mail(shop)
        assert not found.ok
        assert "refused" in found.message
        shop.settings.set("smtp.host", "")
        assert "not set up" in (await try_mail(shop)).message
    finally:
        shop.close()
