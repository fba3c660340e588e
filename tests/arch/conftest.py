"""What these tests read stays for them only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.arch.sources import parsed


@pytest.fixture(scope="package", autouse=True)
def _let_go_of_sources() -> Iterator[None]:
    """The syntax trees of the whole project are two million objects: as long as they live, each run of the collector
    that a later test asks for takes more than a second."""
    yield
    parsed.cache_clear()
