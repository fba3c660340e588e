"""Means that no provider's page shows, chosen on WhatsApp: the choice leads to the pay page, which does the rest."""

from __future__ import annotations

from pathlib import Path

from desktop.sources.live import ShopLive
from tests.e2e.test_sale import _link, _press, _say
from tests.faults.steps import quiet
from tests.support.shops import World, world

AWA = "Awa Ndour"


async def _page(w: World, data: dict[str, str] | None = None) -> str:
    """The page behind the link of the last message, or what its form answers leads to."""
    page, _, query = _link(w, AWA).partition("?")
    if data is None:
        async with w.http.get(f"{page}?{query}") as reply:
            return await reply.text()
    headers = {"Origin": w.url}
    async with w.http.post(f"{page}/pay", data=data, headers=headers) as reply:
        assert reply.status == 200
        return await reply.text()


async def test_a_choice_on_whatsapp_leads_to_the_number_on_the_page(tmp_path: Path) -> None:
    async with world(tmp_path, country="MG", providers=("airtel_mg", "mvola")) as w:
        w.shop.settings.set("payments.order", "mvola, airtel_mg")
        w.product("ROBE1", 15_000, stock=1)
        w.buyer(AWA, "+261343500003")
        await _say(w, AWA, "ROBE1")
        await _press(w, AWA, "PAYER")
        await _press(w, AWA, "MVola")
        assert _link(w, AWA).endswith("?m=mvola.mvola")
        html = await _page(w)
        assert "Votre numéro MVola" in html
        assert 'value="034 35 000 03"' in html
        await _page(w, {"method": "mvola.mvola", "phone": "034 35 000 03"})
        mvola = w.providers["mvola"]
        mvola.pay(next(iter(mvola.sessions.values())))
        await quiet(w)
        assert w.order(AWA)[1] == "paid"


async def test_a_buyer_who_says_it_is_paid_only_makes_the_seller_look(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("pi_spi",)) as w:
        w.product("ROBE1", 15_000, stock=1)
        w.buyer(AWA)
        await _say(w, AWA, "ROBE1")
        await _press(w, AWA, "PAYER")
        assert _link(w, AWA).endswith("?m=pi_spi.pi_spi")
        assert "scannez ce code" in await _page(w, {"method": "pi_spi.pi_spi"})
        source = ShopLive(w.shop)
        order_id = w.order(AWA)[0]
        assert [alert.kind for alert in source.alerts()] == []
        await _say(w, AWA, "j'ai payé")
        assert w.order(AWA)[1] == "reserved"
        assert [alert.kind for alert in source.alerts()] == ["receipt"]
        row = source.order(order_id)
        assert row is not None
        assert row.receipt is not None
        assert row.receipt.claimed
        source.receipt(order_id, None)
        assert source.alerts() == []
        await _say(w, AWA, "j'ai payé")
        source.receipt(order_id, 15_000)
        await quiet(w)
        assert w.order(AWA)[1:] == ("paid", None, 0, 15_000, 15_000)
        assert w.rows("SELECT actor FROM journal WHERE kind = 'ReceiptConfirmed' ORDER BY seq") == [("seller",)]
