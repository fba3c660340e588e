"""What several doors of the server need in their tests."""

from __future__ import annotations

import pytest

from tests.support.ports import free_ports


@pytest.fixture
def free_port() -> int:
    return free_ports(1)[0]
