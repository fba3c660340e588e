"""Which LivePay this is; the same as in pyproject.toml, which a frozen program does not have."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
