"""What is Wave's own: the account's movements, day by day, tell fees and what was given back on Wave's pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.clock import DAY, HOUR
from core.payments.provider import Pay, StatusResult
from tests.contract.psp.conftest import CASES, MakeRig, Rig
from tests.support.payshop import pay_shop


@pytest.fixture
async def shop(make_rig: MakeRig) -> Rig:
    return await make_rig(CASES["wave"])


async def moved(rig: Rig, ref: str) -> StatusResult:
    """Everything that can be known of a payment, as comparing the books asks for it."""
    adapter = rig.provider
    return await adapter.with_movements(await adapter.fetch_status(rig.attempt(ref=ref)))


async def paid(rig: Rig, number: int) -> str:
    ref = f"LP24K7A{number:02d}"
    await rig.create(attempt_ref=ref, attempt_uuid=str(number))
    await rig.control(f"sessions/{ref}/pay", {"webhook": {"send": False}})
    return ref


async def test_the_fee_of_a_payment_is_in_the_days_list(shop: Rig) -> None:
    found = await moved(shop, await paid(shop, 1))

    assert (found.status, found.amount, found.fee, found.refunded) == (Pay.PAID, 15000, 150, None)


@pytest.mark.parametrize("days", [0, 1, 5])
async def test_a_refund_on_waves_pages_is_seen_on_whatever_day(shop: Rig, days: int) -> None:
    kept, back = await paid(shop, 1), await paid(shop, 2)
    shop.clock.advance(days * DAY)
    await shop.control(f"sessions/{back}/refund", {})
    shop.clock.advance(HOUR)

    assert (await moved(shop, kept)).status is Pay.PAID
    found = await moved(shop, back)
    assert (found.status, found.refunded) == (Pay.REFUNDED, 15000)


async def test_a_full_day_is_read_page_by_page_and_once(shop: Rig) -> None:
    refs = [await paid(shop, number) for number in range(53)]
    adapter = shop.provider
    asked: list[str] = []
    call = adapter.call  # type: ignore[attr-defined]

    async def counted(method: str, path: str, **how: object) -> object:
        asked.append(path)
        return await call(method, path, **how)

    adapter.call = counted  # type: ignore[attr-defined]
    for ref in refs:
        found = await adapter.with_movements(await adapter.fetch_status(shop.attempt(ref=ref)))
        assert found.fee == 150
    assert asked.count("/v1/transactions") == 2


async def test_a_key_that_may_not_list_changes_nothing_and_reconciliation_follows_when_it_may(tmp_path: Path) -> None:
    async with pay_shop(tmp_path, providers=("wave",)) as shop:
        simulator = shop.simulators["wave"]
        simulator.webhook_url = f"{shop.url}/webhooks/psp/wave/{shop.shop.slug}"
        order = shop.bag()
        await shop.pay(order, "wave.wave")
        (session,) = simulator.sessions.values()
        simulator.refund(session, 22_000)  # nobody tells
        shop.clock.advance(HOUR)

        async with shop.client.post(
            f"{shop.shop.settings.get('psp.wave.base_url')}/_control/faults",
            json={"kind": "status", "on": "account", "code": 403, "times": 10},
        ) as scripted:
            assert scripted.status == 200
        await shop.shop.reconciler.ask_providers()
        assert shop.state(order) == "paid"

        simulator.faults.clear()
        await shop.shop.reconciler.ask_providers()
        assert shop.state(order) == "refunded"
        assert shop.value("SELECT fee FROM payment") == 220
        assert shop.value("SELECT sum(amount) FROM ledger_line") == 0
