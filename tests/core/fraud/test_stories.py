"""Stories of fraud, each told to the shop as it happens, with the settings it comes with: every one must wait for the
seller's eyes. Ordinary lives, with their relatives, refunds and second thoughts, must not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import Shop, create_store, open_shop
from core.customers.service import Identity, recognise
from core.fraud.service import risk_of
from core.kernel.clock import DAY, MINUTE
from core.payments import service as payments
from core.storage.folder import Home
from tests.core.fraud.test_review import CLOCK, buyer, claim, do, pay
from tests.support.stores import add_product


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    home = Home(tmp_path)
    opened = open_shop(home, create_store(home, "Boutique Téranga", "SN").slug, CLOCK)
    add_product(opened.engine, "ROBE1", 15_000, 900)
    yield opened
    opened.close()


ROBE = 1


def waits(shop: Shop, order: int) -> bool:
    risk = shop.engine.read(lambda r: risk_of(r, order))
    return risk is not None and risk.review is not None


def visit(shop: Shop, order: int, device: str) -> None:
    do(shop, lambda tx: shop.watch.visited(tx, order, shop.watch.marks(device, "41.82.10.7")))


def let_go(shop: Shop, order: int) -> None:
    CLOCK.advance(31 * MINUTE)
    do(shop, lambda tx: shop.orders.expire(tx, order))


def tries(shop: Shop, order: int, *providers: str) -> None:
    for provider in providers:
        do(shop, lambda tx, p=provider: payments.open_attempt(tx, order, p, "any", "XOF"))


def one_stolen_wallet_for_many_names(shop: Shop) -> int:
    order = 0
    for number in range(1, 8):
        order = claim(shop, buyer(shop, number), ROBE)
        visit(shop, order, "A" * 22)
        pay(shop, order, 15_000, f"T{number}", "+221778889900")
    return order


def who_blocks_the_shelf_and_says_it_is_paid(shop: Shop) -> int:
    nuisance = buyer(shop)
    for _ in range(4):
        let_go(shop, claim(shop, nuisance, ROBE, 5))
    order = claim(shop, nuisance, ROBE, 5)
    for _ in range(4):
        do(shop, lambda tx: shop.watch.talked(tx, order))
    return order


def a_good_customers_phone_in_other_hands(shop: Shop) -> int:
    awa = buyer(shop)
    for number in range(3):
        pay(shop, claim(shop, awa, ROBE), 15_000, f"T{number}", "+221770000001")
        CLOCK.advance(DAY)
    order = claim(shop, awa, ROBE, 9)
    tries(shop, order, "wave", "paydunya", "fedapay")
    pay(shop, order, 9 * 15_000, "T9", "+33612345678")
    return order


def a_large_first_order_proved_by_screenshots(shop: Shop) -> int:
    order = claim(shop, buyer(shop), ROBE, 30)
    for _ in range(4):
        do(shop, lambda tx: shop.watch.talked(tx, order))
    return order


def one_person_behind_many_numbers_and_wallets(shop: Shop) -> int:
    identities = [Identity("bsuid", "SN.MULE1"), *(Identity("phone", f"+22177100000{n}") for n in range(6))]
    mule = do(shop, lambda tx: recognise(tx, identities, "Mule"))
    order = 0
    for number in range(6):
        order = claim(shop, mule, ROBE)
        pay(shop, order, 15_000, f"T{number}", f"+22176200000{number}")
    return order


def sums_in_parts(shop: Shop) -> int:
    order = 0
    for number in range(4):
        order = claim(shop, buyer(shop), ROBE, 100)
        if not waits(shop, order):
            pay(shop, order, 1_500_000, f"T{number}", "+221770000001")
        CLOCK.advance(60 * MINUTE)
    return order


@pytest.mark.parametrize(
    "story",
    [
        one_stolen_wallet_for_many_names,
        who_blocks_the_shelf_and_says_it_is_paid,
        a_good_customers_phone_in_other_hands,
        a_large_first_order_proved_by_screenshots,
        one_person_behind_many_numbers_and_wallets,
        sums_in_parts,
    ],
)
def test_every_story_waits_for_the_sellers_eyes(shop: Shop, story: Any) -> None:
    order = story(shop)
    assert waits(shop, order), shop.engine.read(lambda r: risk_of(r, order))


def a_family_with_one_phone(shop: Shop) -> list[int]:
    found = []
    for number in range(1, 6):
        order = claim(shop, buyer(shop, number), ROBE)
        visit(shop, order, "F" * 22)
        pay(shop, order, 15_000, f"T{number}", "+221770000001" if number < 4 else f"+22177000000{number}")
        found.append(order)
    return found


def a_regular_who_splurges_at_a_feast(shop: Shop) -> list[int]:
    awa, found = buyer(shop), []
    for number in range(5):
        found.append(claim(shop, awa, ROBE))
        pay(shop, found[-1], 15_000, f"T{number}", "+221770000001")
        CLOCK.advance(7 * DAY)
    found.append(claim(shop, awa, ROBE, 8))
    tries(shop, found[-1], "wave", "stripe")
    pay(shop, found[-1], 120_000, "T9", "+221775550000")
    return found


def the_diaspora_pays_from_abroad(shop: Shop) -> list[int]:
    order = claim(shop, buyer(shop), ROBE, 12)
    do(shop, lambda tx: shop.watch.talked(tx, order))
    pay(shop, order, 180_000, "T1", "+33612345678")
    return [order]


def a_whole_live_behind_one_operators_address(shop: Shop) -> list[int]:
    found = []
    for number in range(1, 121):
        order = claim(shop, buyer(shop, number), ROBE)
        visit(shop, order, f"{number:022d}")
        pay(shop, order, 15_000, f"T{number}", f"+2217700{number:05d}")
        found.append(order)
    return found


def who_let_go_twice_and_then_pays(shop: Shop) -> list[int]:
    moussa = buyer(shop)
    for _ in range(2):
        let_go(shop, claim(shop, moussa, ROBE))
    order = claim(shop, moussa, ROBE)
    tries(shop, order, "wave", "paydunya", "wave", "fedapay")
    do(shop, lambda tx: shop.watch.talked(tx, order))
    return [order]


@pytest.mark.parametrize(
    "life",
    [
        a_family_with_one_phone,
        a_regular_who_splurges_at_a_feast,
        the_diaspora_pays_from_abroad,
        a_whole_live_behind_one_operators_address,
        who_let_go_twice_and_then_pays,
    ],
)
def test_ordinary_lives_do_not_wait(shop: Shop, life: Any) -> None:
    orders = life(shop)
    assert [order for order in orders if waits(shop, order)] == []
