"""What happens in the demo's live: who wants what, who pays, who hesitates, who tries it on."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Final

from core.catalogue.rules import ProductFields
from localserver.demo.buyers import Buyer, Gone, Stage

SHOP: Final = "Boutique Téranga"
LOGO: Final = "logo.png"
_ROBE, _SAC, _CHAUSSURE = "robe-wax-ankara.jpg", "sac-cuir-marron.jpg", "chaussure-bazin.jpg"
_BAZIN, _BOUBOU = "bazin-riche.jpg", "grand-boubou.jpg"
PRODUCTS: Final = (
    ProductFields("ROBE1", "ROBE1", "Robe Wax Ankara", "Coupe ample, tailles S à XL", "Mode", 15_000, 10, _ROBE),
    ProductFields("SAC2", "SAC2", "Sac cuir marron", "Cuir de Thiès, bandoulière", "Accessoires", 22_000, 8, _SAC),
    ProductFields("CHAUSSURE", "CHAUSSURE", "Chaussure Bazin", "Pointures 38 à 44", "Mode", 12_000, 5, _CHAUSSURE),
    ProductFields("BAZIN3", "BAZIN3", "Bazin riche 5 m", "Teinture main", "Tissus", 35_000, 12, _BAZIN),
    ProductFields("BOUBOU", "BOUBOU", "Grand boubou brodé", "Pièce unique", "Mode", 45_000, 1, _BOUBOU),
)
_NAMES: Final = (
    "Aminata Diallo", "Fatim Koné", "Mariam Traoré", "Bintou Camara", "Salimata Ouattara", "Adjoa Mensah", "Ndeye Fall",
    "Aïcha Ndiaye", "Rama Sow", "Coumba Ba", "Astou Gueye", "Oumou Sy", "Mame Diarra", "Sokhna Mbaye", "Penda Sarr",
    "Dieynaba Ly", "Yacine Cissé", "Maïmouna Touré", "Khadija Bâ", "Nafissatou Diop", "Arame Seck", "Bineta Faye",
    "Codou Sène", "Fatoumata Keïta", "Hanta Rabe", "Djeneba Coulibaly", "Ramata Sylla", "Safiatou Sanogo",
)  # fmt: skip
_CLAIMS: Final = (
    ("ROBE1", "robe1", "je prends ROBE1 svp", "ROBE1 stp 🙏", "Je veux 2 ROBE1", "alaiko ROBE1 iray"),
    ("je prend SAC2", "SAC2", "sac2 pour moi", "SACC2"),
    ("CHAUSSURE", "je prends la CHAUSSURE", "2 CHAUSSURE"),
    ("BAZIN3", "mividy BAZIN3 aho", "je prends BAZIN3"),
)

Role = Callable[[Stage], Awaitable[None]]


def roles(count: int, *, relayed: bool = False) -> list[tuple[float, Role]]:
    """(when in the live, in seconds; who): the seven told in the report first, the rest ordinary buyers. ``relayed``:
    and one who pays while the shop is cut off."""
    told: list[tuple[float, Role]] = [
        (5, _first_of_the_line),
        (20, _second_of_the_line),
        (10, _pays_late),
        (30, _pays_twice),
        (40, _shows_a_screenshot),
        (50, _cancels),
        (60, _wants_a_person),
    ]
    told += [(15, _pays_meanwhile)] if relayed else []
    names = itertools.cycle(_NAMES)
    others = max(0, count - len(told))
    return told[:count] + [(8.0 + 300.0 * n / others, _ordinary(n, next(names))) for n in range(others)]


def _ordinary(number: int, name: str) -> Role:
    async def play(stage: Stage) -> None:
        suffix = "" if number < len(_NAMES) else f" {number}"
        phone = f"+22178{1_234_000 + 37 * number:07d}"
        buyer = Buyer(stage, name + suffix, phone, "mg" if number % 9 == 5 else "fr", shows_phone=number % 7 != 3)
        await buyer.arrive()
        sort = _CLAIMS[number % len(_CLAIMS)]
        answer = await buyer.say(sort[(number // len(_CLAIMS)) % len(sort)])
        if len(answer["buttons"]) != 2:
            return  # sold out and in line, or the shop asks back
        await buyer.pause(4 + 7 * (number % 5))
        link = await buyer.ask_link(answer, number % 3)
        checkout = await buyer.open_checkout(link)
        await buyer.pause(5 + 11 * (number % 4))
        await buyer.approve(checkout)

    return play


async def _first_of_the_line(stage: Stage) -> None:
    """Reserves the single boubou and never pays: the hold expires."""
    buyer = Buyer(stage, "Khady Sarr", "+221770000011")
    await buyer.arrive()
    await buyer.say("je prends BOUBOU")
    await buyer.hear(900, "réservation")


async def _second_of_the_line(stage: Stage) -> None:
    """Comes too late, waits in line, is offered the boubou with a hold of her own, and pays."""
    buyer = Buyer(stage, "Rokia Bah", "+221770000012")
    await buyer.arrive()
    await buyer.say("BOUBOU")
    offer = await buyer.hear(900, "Grand boubou")
    await buyer.approve(await buyer.open_checkout(await buyer.ask_link(offer, 0)))
    await buyer.hear(300, "Paiement")


async def _pays_late(stage: Stage) -> None:
    """Her money arrives when the hold is over: the seller decides."""
    buyer = Buyer(stage, "Awa Ndour", "+221770000013")
    await buyer.arrive()
    checkout = await buyer.open_checkout(await buyer.ask_link(await buyer.say("ROBE1"), 0))
    await buyer.hear(900, "réservation")
    await buyer.provider_act(checkout, "pay", late=True)
    await buyer.hear(300, "après la fin")


async def _pays_twice(stage: Stage) -> None:
    """Confirms twice on her phone: the second payment is a question for the seller."""
    buyer = Buyer(stage, "Fanta Keïta", "+221770000014")
    await buyer.arrive()
    checkout = await buyer.open_checkout(await buyer.ask_link(await buyer.say("SAC2"), 1))
    await buyer.approve(checkout)
    await buyer.hear(300, "Paiement")
    await buyer.provider_act(checkout, "pay", again=True)
    await buyer.hear(300, "deux fois")


async def _shows_a_screenshot(stage: Stage) -> None:
    """A picture is not a payment: the shop says what it knows, and asks the provider."""
    buyer = Buyer(stage, "Moussa Kaba", "+221770000015")
    await buyer.arrive()
    await buyer.say("CHAUSSURE")
    await buyer.photo("j'ai payé, voici la capture")
    await buyer.pause(60)
    await buyer.say("C'est bon j'ai payé")


async def _cancels(stage: Stage) -> None:
    buyer = Buyer(stage, "Ndeye Fatou Diop", "+221770000016", shows_phone=False)
    await buyer.arrive()
    await buyer.say("je prends 2 BAZIN3")
    await buyer.pause(20)
    await buyer.say("annuler svp")


async def _wants_a_person(stage: Stage) -> None:
    buyer = Buyer(stage, "Hanta Rakoto", "+261340000017", "mg")
    await buyer.arrive()
    await buyer.say("livraison à Thiès possible ?")
    await buyer.tell("je veux parler à quelqu'un")  # who was told so already is not told twice


async def _pays_meanwhile(stage: Stage) -> None:
    """Opens her link later, when the shop is cut off: the page that the relay shows leads to the provider."""
    buyer, later = Buyer(stage, "Seynabou Thiam", "+221770000018"), stage.clock.now() + 95_000
    await buyer.arrive()
    link = await buyer.ask_link(await buyer.say("BAZIN3"), 0)
    await stage.until(later)
    await buyer.approve(await buyer.open_checkout(link))
    await buyer.hear(600, "Paiement")


async def play(stage: Stage, count: int, *, relayed: bool = False) -> list[str]:
    """Everybody acts at their time. → what went wrong for whom (nothing, on a good day)."""
    troubles: list[str] = []

    async def one(at: float, role: Role) -> None:
        await stage.until(stage.clock.now() + int(at * 1000))
        try:
            await role(stage)
        except (Gone, OSError) as error:
            troubles.append(str(error))

    async with asyncio.TaskGroup() as group:
        for at, role in roles(count, relayed=relayed):
            group.create_task(one(at, role))
    return troubles
