"""Keeping what comes in: together, durably, and nobody's trouble is another's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.durable.inbox import SPARED, InboxWorker, Item, rest_per_work
from core.kernel.errors import StorageFailed
from core.storage.engine import Engine
from tests.support.stores import bare_engine


def item(key: str) -> Item:
    return Item(key, "whatsapp", f"lane {key}", b"{}")


def stored(engine: Engine) -> list[str]:
    return [row[0] for row in engine.read(lambda r: r.all("SELECT key FROM inbox ORDER BY key"))]


async def test_what_many_handlers_bring_is_stored_once_and_readable_when_they_go_on(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        worker = InboxWorker(engine, {})

        async def handler(number: int) -> bool:
            await worker.keep([item(f"k{number:03}"), item("the same for all")])
            return f"k{number:03}" in stored(engine)

        assert all(await asyncio.gather(*(handler(n) for n in range(200))))
        assert stored(engine) == [*(f"k{n:03}" for n in range(200)), "the same for all"]


async def test_one_that_cannot_be_stored_does_not_hurt_those_it_came_with(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        worker = InboxWorker(engine, {})
        bringing = [worker.keep([item(key)]) for key in ("a", "half an emoji \ud83d", "b")]
        results = await asyncio.gather(*bringing, return_exceptions=True)
        assert [type(result) for result in results] == [type(None), UnicodeEncodeError, type(None)]
        assert stored(engine) == ["a", "b"]


async def test_a_handler_that_is_gone_changes_nothing_for_the_others(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        worker = InboxWorker(engine, {})
        gone, there = (asyncio.ensure_future(worker.keep([item(key)])) for key in ("gone", "there"))
        await asyncio.sleep(0)
        gone.cancel()
        await there
        assert gone.cancelled()
        assert stored(engine) == ["gone", "there"]


async def test_a_closing_store_refuses_everybody(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        worker = InboxWorker(engine, {})
        engine.close()
        results = await asyncio.gather(*(worker.keep([item(k)]) for k in "ab"), return_exceptions=True)
        assert all(isinstance(result, StorageFailed) for result in results)


@pytest.mark.parametrize(("per_second", "rest"), [(0, 0), (SPARED, 0), (2 * SPARED, 1), (10 * SPARED, 9)])
def test_applying_rests_the_longer_the_more_comes(per_second: float, rest: float) -> None:
    assert rest_per_work(per_second) == rest
