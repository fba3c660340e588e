"""What viewers are told, and what they are not."""

from __future__ import annotations

import json
import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from core.catalogue.service import change
from core.kernel.money import format_money
from core.live import service as live
from localserver.overlay.options import Options
from localserver.overlay.scene import scene, shown_name
from tests.localserver.overlay.conftest import picture, show
from tests.support.payshop import PayShop


def decoded(svg: str) -> str:
    """What an independent reader finds in a drawing of lines: segno draws rows as ``M x y h n``, relative moves."""
    side = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])  # type: ignore[index]
    image = Image.new("L", (side * 8, side * 8), 255)
    pen, (x, y) = ImageDraw.Draw(image), (0.0, 0.0)
    path = re.search(r'<path[^>]* d="(M[^"]+)"[^>]*stroke="#000"|stroke="#000" d="(M[^"]+)"', svg)
    assert path is not None, svg[:300]
    for act, numbers in re.findall(r"([Mmh])([-\d. ]+)", path[1] or path[2]):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if act == "h":
            pen.rectangle((x * 8, (y - 0.5) * 8, (x + values[0]) * 8 - 1, (y + 0.5) * 8 - 1), fill=0)
            x += values[0]
        else:
            x, y = (values[0], values[1]) if act == "M" else (x + values[0], y + values[1])
    found = zxingcpp.read_barcodes(image)
    return found[0].text if found else ""


async def test_the_product_on_screen_in_the_language_of_the_page(on_air: PayShop) -> None:
    product = scene(on_air.shop, Options())["product"]
    assert (product["title"], product["price"]) == ("Robe Wax Ankara", format_money(15_000, "XOF"))
    assert (product["write"], product["keyword"]) == ("Écris", "ROBE1")
    assert (product["left"], product["tone"], product["held"]) == ("10 disponibles", "free", "")
    assert product["scan"] == "Scanne pour réserver"
    assert scene(on_air.shop, Options(lang="mg"))["product"]["write"] == "Soraty"
    assert scene(on_air.shop, Options(lang="en"))["product"]["left"] == "10 available"


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "je%20prends%20ROBE1"), ("mg", "alaiko%20ROBE1"), ("en", "I%20take%20ROBE1")],
)
async def test_the_code_leads_to_the_chat_with_the_claim_typed(on_air: PayShop, language: str, words: str) -> None:
    code = scene(on_air.shop, Options(lang=language))["product"]["qr"]
    assert decoded(code) == f"https://wa.me/221338000000?text={words}"


async def test_without_the_number_there_is_no_code(on_air: PayShop) -> None:
    on_air.shop.settings.set("whatsapp.number", "")
    product = scene(on_air.shop, Options())["product"]
    assert (product["qr"], product["scan"], product["keyword"]) == ("", "", "ROBE1")


async def test_stock_is_told_as_it_runs_out(on_air: PayShop) -> None:
    bag = on_air.products["SAC2"]
    show(on_air, bag)
    told = []
    for _ in range(3):
        product = scene(on_air.shop, Options())["product"]
        told.append((product["left"], product["tone"], product["held"], product["scan"]))
        if len(told) < 3:
            on_air.order((bag, 1))
    assert told == [
        ("2 disponibles", "free", "", "Scanne pour réserver"),
        ("Le dernier\u202f!", "low", "1 réservé", "Scanne pour réserver"),
        ("Épuisé", "out", "2 réservés", "Scanne pour la liste d’attente"),
    ]
    robe = on_air.products["ROBE1"]
    show(on_air, robe)
    on_air.order((robe, 8))
    assert scene(on_air.shop, Options())["product"]["left"] == "Plus que 2\u202f!"


async def test_a_product_no_longer_on_sale_cannot_be_claimed(on_air: PayShop) -> None:
    on_air.shop.engine.call(lambda tx: change(tx, on_air.products["ROBE1"], active=False))
    product = scene(on_air.shop, Options())["product"]
    assert (product["left"], product["qr"], product["keyword"], product["write"]) == ("Épuisé", "", "", "")


async def test_between_lives_there_is_the_name_or_nothing(on_air: PayShop) -> None:
    show(on_air, None)
    assert (scene(on_air.shop, Options())["live"], scene(on_air.shop, Options())["product"]) == (True, None)
    on_air.shop.engine.call(live.end)
    told = scene(on_air.shop, Options())
    assert (told["live"], told["store"], told["product"]) == (False, "Boutique Téranga", None)
    on_air.shop.settings.set("overlay.name", "false")
    told = scene(on_air.shop, Options())
    assert (told["store"], told["logo"]) == ("", "")


async def test_nothing_private_is_told_unless_the_store_wants_it(on_air: PayShop) -> None:
    robe = on_air.products["ROBE1"]
    for name in ("Awa Ndiaye", "+221 77 123 45 67", "Moussa Kane"):
        await on_air.pay(on_air.order((robe, 1), name=name, number=""))
    on_air.order((robe, 1), name="Khady")
    quiet = json.dumps(scene(on_air.shop, Options()), ensure_ascii=False)
    assert not any(word in quiet for word in ("Awa", "Moussa", "Khady", "payé", "7700", "45\u202f000"))
    on_air.shop.settings.set("overlay.payers", "true")
    assert scene(on_air.shop, Options())["feed"] == ["M., payé ✓", "Un client, payé ✓", "A., payé ✓"]
    assert scene(on_air.shop, Options(show=("qr",)))["feed"] == []
    on_air.shop.settings.set("overlay.first_names", "true")
    assert scene(on_air.shop, Options())["feed"] == ["Moussa, payé ✓", "Un client, payé ✓", "Awa, payé ✓"]


@pytest.mark.parametrize(
    ("name", "initial", "whole"),
    [
        ("Aïcha Ndiaye", "A.", "Aïcha"),
        ("jean-pierre", "J.", "jean-pierre"),
        ("N’Deye", "N.", "N’Deye"),
        ("👑 Reine", "", ""),
        ("771234567", "", ""),
        ("www.arnaque.com", "", ""),
        ("<script>", "", ""),
        ("", "", ""),
        ("Abdoulayeabdoulaye", "A.", "Abdoulayeabdou"),
    ],
)
def test_only_a_first_word_of_letters_is_a_name(name: str, initial: str, whole: str) -> None:
    assert (shown_name(name, whole=False), shown_name(name, whole=True)) == (initial, whole)


async def test_a_photo_that_is_gone_is_no_photo(on_air: PayShop) -> None:
    address = scene(on_air.shop, Options())["product"]["photo"]
    assert await picture(on_air, f"/overlay/{address}") == (200, "image/jpeg")
    (on_air.shop.media / "robe.jpg").unlink()
    assert scene(on_air.shop, Options())["product"]["photo"] == ""
