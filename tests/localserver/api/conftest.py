"""A shop behind its API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.apishop import ApiShop, api_shop


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiShop]:
    async with api_shop(tmp_path) as running:
        yield running
