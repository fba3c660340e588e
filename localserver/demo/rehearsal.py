"""A rehearsal: many buyers come to a live on a copy of the seller's own shop, at the speed the seller chose.

Who they are is drawn by lot with a fixed seed, so that two rehearsals of the same length can be compared.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, Literal

import phonenumbers
from msgspec import Struct

from core.bootstrap import Shop
from core.bootstrap.rehearsing import trade_copy
from core.conversations import figures
from core.kernel.clock import MINUTE, SECOND
from core.live import queries
from core.live import service as live
from core.storage.folder import Home, StoreCard
from localserver.demo.buyers import Buyer, Gone, Stage
from localserver.demo.playhouse import Playhouse
from localserver.demo.report import Report, draw_up

LIVE: Final = 10 * MINUTE
"""Over which the buyers come, in the live's own time."""

ON_SCREEN: Final = 60.0  # s of the live
_LOOK_EVERY: Final = 0.25  # s: hundreds look at their phones
_LAST: Final = 11 * MINUTE  # a hold that began with the last buyer is over by then
_SEED: Final = 20_261_126
_NAMES: Final = ("Awa", "Fatou", "Mariam", "Bintou", "Aïcha", "Khady", "Rokia", "Ndeye", "Oumou", "Penda", "Yacine")
_SURNAMES: Final = ("Diop", "Traoré", "Koné", "Sow", "Ba", "Camara", "Fall", "Touré", "Sarr", "Kaba", "Ndiaye", "Cissé")
_CLAIMS: Final = ("je prends {}", "{}", "{} svp 🙏", "je veux {}", "jprend {} stp", "alaiko {}", "reservez moi {}")
_ASKS: Final = ("c'est combien {} ?", "{} dispo ?", "vous livrez où ?", "ohatrinona {} ?")

Manner = Literal["pays", "asks", "leaves", "cancels", "late", "picture"]
_MANNERS: Final[tuple[tuple[Manner, int], ...]] = (
    ("pays", 62), ("asks", 14), ("leaves", 12), ("cancels", 6), ("late", 3), ("picture", 3),
)  # fmt: skip


class Comer(Struct, frozen=True):
    """Who comes when (ms after the beginning), what they want, and how they behave."""

    at: int
    name: str
    phone: str
    words: str
    question: str
    manner: Manner
    hurry: float
    """0 pays at once, 1 takes three minutes."""


def comers(count: int, keywords: list[str], prefix: str, over: int = LIVE) -> Iterator[Comer]:
    """Seven of ten want what is on the screen when they come; the same for the same arguments. ``over`` so many ms."""
    lot = random.Random(_SEED)
    manners, weights = zip(*_MANNERS, strict=True)
    for number in range(count):
        at = int(over * number / count)
        shown = keywords[int(at / SECOND / ON_SCREEN) % len(keywords)]
        wanted = shown if lot.random() < 0.7 else lot.choice(keywords)
        name = f"{lot.choice(_NAMES)} {lot.choice(_SURNAMES)} {number + 1}"
        yield Comer(
            at,
            name,
            f"{prefix}{number:06d}",
            lot.choice(_CLAIMS).format(wanted),
            lot.choice(_ASKS).format(wanted),
            lot.choices(manners, weights)[0],
            lot.random(),
        )


def numbers_like(region: str) -> str:
    """How mobile numbers of a country begin; six digits follow."""
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    return phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)[:-6]


class Outcome(Struct, frozen=True):
    """``revenue`` in the smallest unit; ``answer_ms``: the median time to the bot's answer, on the wall's clock."""

    buyers: int
    messages: int
    orders: int
    paid: int
    revenue: int
    answer_ms: int | None


class Rehearsal(Playhouse):
    """Of one store, which may be open elsewhere: it is only read."""

    def __init__(self, home: Home, slug: str, count: int, speed: float, over: int = LIVE) -> None:
        super().__init__(speed, "livepay-rehearsal-")
        self._home, self._slug, self._count, self._over = home, slug, count, over
        self._began = 0

    def store_in(self, home: Home) -> StoreCard:
        return trade_copy(self._home, self._slug, home)

    def furnish(self, shop: Shop) -> None:
        """Nothing: it is the seller's own."""

    def play(self) -> list[str]:
        """Start a live and let everybody come; blocks until the last hold is over. → what went wrong for whom."""
        self._began = self.clock.now()
        self.shop.engine.call(lambda tx: live.start(tx, "", "tiktok"), actor="demo")
        return self.act(self._play())

    async def _play(self) -> list[str]:
        keywords = self.shop.engine.read(
            lambda r: [row[0] for row in r.all("SELECT keyword FROM product WHERE active AND on_hand > 0 LIMIT 50")]
        )
        prefix = numbers_like(self.shop.country.code)
        troubles: list[str] = []
        async with self.crowd(_LOOK_EVERY, ON_SCREEN) as stage, asyncio.TaskGroup() as group:
            for comer in comers(self._count, keywords, prefix, self._over):
                await stage.until(self._began + comer.at)
                group.create_task(_come(stage, comer, troubles))
        return troubles

    def report(self, window: dict[str, int] | None) -> Report:
        """Numbers of the database, the simulators and the window, compared."""
        return draw_up(self.shop, self.stage, window)

    def outcome(self) -> Outcome:
        """What the seller wants to know of it."""

        def read(reader: Any) -> Outcome:
            tiles = queries.tiles(reader, queries.last_session_id(reader), self.clock.now())
            found = figures.figures(reader, self._began, self.clock.now())
            median = found.bot_answers.median
            return Outcome(
                self._count, found.questions, tiles.orders, tiles.paid, tiles.revenue,
                None if median is None else int(median / self.speed),
            )  # fmt: skip

        return self.shop.engine.read(read)


async def _come(stage: Stage, comer: Comer, troubles: list[str]) -> None:
    try:
        await _buy(stage, comer)
    except (Gone, OSError, TimeoutError) as error:
        troubles.append(f"{comer.name}: {error}")


async def _buy(stage: Stage, comer: Comer) -> None:
    buyer = Buyer(stage, comer.name, comer.phone)
    await buyer.arrive()
    if comer.manner == "asks":
        await buyer.say(comer.question)
        await buyer.pause(10)
    offer = await buyer.say(comer.words)
    if len(offer["buttons"]) != 2 or comer.manner == "leaves":
        return  # sold out and in line, asked back, or somebody who only looks
    if comer.manner == "cancels":
        await buyer.pause(30)
        await buyer.press(offer["buttons"][1])
        return
    if comer.manner == "picture":
        await buyer.photo("voici la capture")
    await buyer.pause(5 + 170 * comer.hurry)
    checkout = await buyer.open_checkout(await buyer.ask_link(offer, 0))
    if comer.manner == "late":
        await buyer.pause(_LAST / SECOND)
        with suppress(Gone):  # the provider may have closed it
            await buyer.provider_act(checkout, "pay", late=True)
        return
    await buyer.pause(5)
    await buyer.approve(checkout)
