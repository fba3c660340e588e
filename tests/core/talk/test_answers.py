"""One answer says what there is to say: clearly, and once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.kernel.clock import MINUTE, ManualClock
from tests.e2e.test_sale import _press, _say
from tests.support.shops import World, world

AWA = "Awa Ndour"


def last(w: World) -> dict[str, Any]:
    """The message the buyer sees last, as it came over the wire."""
    part: dict[str, Any] = w.graph.world.buyer(AWA).thread(w.graph.world.account())[-1].part
    return part


async def test_two_providers_of_one_means_are_told_apart(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("bictorys", "wave")) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        await _say(w, AWA, "ROBE1")
        await _press(w, AWA, "PAYER")
        rows = last(w)["action"]["sections"][0]["rows"]
        shown = [(row["title"], row.get("description")) for row in rows]
        assert ("Wave", "Bictorys") in shown
        assert ("Wave", None) in shown, "never « Wave, Wave »"
        assert ("Orange Money", None) in shown, "one way only: nothing to tell apart"


async def album(w: World, photos: int) -> list[str]:
    before = len(w.thread(AWA))
    for _ in range(photos):
        w.graph.acts(AWA).photo()
    await w.settled()
    return w.thread(AWA)[before:]


async def test_an_album_of_screenshots_is_answered_once(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        assert len(await album(w, 4)) == 1
        await _say(w, AWA, "ROBE1")
        assert len(await album(w, 4)) == 1
        assert w.value("SELECT count(*) FROM message WHERE kind = 'image'") == 8, "the seller sees them all"
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(MINUTE)
        assert len(await album(w, 1)) == 1, "another one, later, is answered again"
        w.graph.acts(AWA).photo(caption="voilà le paiement")
        await w.settled()
        assert "capture" in w.thread(AWA)[-1], "words are answered"


async def test_a_correction_sets_the_number_of_what_is_held(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        await _say(w, AWA, "je prends 2 ROBE1")
        await _say(w, AWA, "non 3")
        assert w.value("SELECT held FROM order_line") == 3


async def test_another_product_instead_is_asked_back_with_its_button(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.product("SAC2", 20_000)
        w.buyer(AWA)
        await _say(w, AWA, "ROBE1")
        (asked,) = await _say(w, AWA, "plutôt SAC2")
        assert "SAC2" in asked
        assert w.value("SELECT count(*) FROM order_line") == 1, "nothing is taken before it is confirmed"
        await _press(w, AWA, "JE PRENDS")
        assert w.rows("SELECT sku, held FROM order_line") == [("SAC2", 1)], "in place of the dress"
        assert w.value("SELECT total FROM orders") == 20_000
        assert w.rows("SELECT sku, held FROM product ORDER BY sku") == [("ROBE1", 0), ("SAC2", 1)]


async def test_what_is_held_stays_where_the_other_is_sold_out(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.product("SAC2", 20_000, stock=1)
        for name in (AWA, "Fanta Keïta"):
            w.buyer(name)
        await _say(w, AWA, "ROBE1")
        await _say(w, AWA, "plutôt SAC2")
        await _say(w, "Fanta Keïta", "SAC2")
        await _press(w, AWA, "JE PRENDS")
        assert w.order(AWA)[1] == "reserved"
        held = "SELECT l.sku FROM order_line l JOIN orders o ON o.id = l.order_id JOIN customer c"
        assert w.rows(f"{held} ON c.id = o.customer_id WHERE c.name LIKE 'Awa%' AND l.held > 0") == [("ROBE1",)]


async def test_questions_are_answered_from_the_books_or_left_to_a_person(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("wave",)) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        (means,) = await _say(w, AWA, "vous acceptez quels moyens de paiement ?")
        assert "Wave" in means
        (told,) = await _say(w, AWA, "vous livrez à Thiès ?")
        assert "conseiller" in told
        assert w.value("SELECT reason FROM conversation") == "question"
        assert await _say(w, AWA, "vous livrez aussi à Mbour ?") == [], "said once, not at every question"


async def test_opening_hours_are_those_of_the_settings(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.shop.settings.set("hours.open", "lun.–sam. 9 h – 20 h")
        w.buyer(AWA)
        (told,) = await _say(w, AWA, "vous ouvrez à quelle heure ?")
        assert "lun.–sam. 9 h – 20 h" in told


async def test_a_complaint_reaches_a_person_with_its_reason(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.buyer(AWA)
        (told,) = await _say(w, AWA, "la robe que j'ai reçue est déchirée")
        assert "Désolé" in told
        assert w.value("SELECT reason FROM conversation") == "complaint"


async def test_a_thought_in_two_pieces_is_read_as_one(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        await _say(w, AWA, "ohatra hoe")
        shown = await _say(w, AWA, "ROBE1 ve mbola misy")
        assert any("ROBE1" in text for text in shown)
