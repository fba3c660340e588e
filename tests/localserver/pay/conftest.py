"""A running shop for the pay links."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.payshop import PayShop, pay_shop


@pytest.fixture
async def open_shop(tmp_path: Path) -> AsyncIterator[PayShop]:
    async with pay_shop(tmp_path) as running:
        yield running
