"""The number that the code leads to: typed by the seller, or learned from WhatsApp."""

from __future__ import annotations

from pathlib import Path

from core.bootstrap.chat import chat_url
from localserver.sandbox.graph import default_account
from tests.support.shops import world


async def test_a_test_of_the_connection_learns_the_number(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        settings, shown = w.shop.settings, default_account().display_phone
        assert chat_url(w.shop, "ROBE1") == ""
        await w.shop.check_whatsapp()
        assert settings.get("whatsapp.number") == shown
        assert chat_url(w.shop, "je prends ROBE1") == "https://wa.me/221338000000?text=je%20prends%20ROBE1"
        version = settings.version
        await w.shop.check_whatsapp()
        assert settings.version == version  # known already: nothing is written
        settings.set("whatsapp.number", "+221 77 000 00 00")
        await w.shop.check_whatsapp()
        assert settings.get("whatsapp.number") == shown  # claims sent to another number would be lost


async def test_a_number_behind_a_borrowed_connection_is_not_kept(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.shop.settings.lend({"whatsapp.phone_number_id": default_account().phone_number_id})
        await w.shop.check_whatsapp()
        assert w.shop.settings.get("whatsapp.number") == ""


async def test_a_refused_token_teaches_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.shop.settings.set("whatsapp.phone_number_id", "999")
        await w.shop.check_whatsapp()
        assert w.shop.settings.get("whatsapp.number") == ""


async def test_the_pay_page_leads_to_the_same_number(tmp_path: Path) -> None:
    """A reservation that is over is asked for again where claims are heard, not at the phone printed on invoices."""
    async with world(tmp_path) as w:
        w.shop.settings.set("store.phone", "77 123 45 67")
        w.product("ROBE1")
        w.buyer("Awa")
        w.graph.acts("Awa").say("ROBE1")
        await w.settled()
        await w.shop.check_whatsapp()
        order = w.value("SELECT id FROM orders")
        w.shop.engine.call(lambda tx: w.shop.orders.cancel(tx, order, "seller"))
        token = w.shop.links.token(w.value("SELECT link FROM orders"))
        async with w.http.get(f"{w.url}/p/{token}") as answer:
            assert 'href="https://wa.me/221338000000?text=ROBE1"' in await answer.text()
