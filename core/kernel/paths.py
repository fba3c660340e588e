"""Where things are: shipped resources, and the home of the stores."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

_RESOURCES: Final = Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parents[2])) / "resources"


def resource(*parts: str) -> Path:
    """A file of ``resources/``, in a clone as well as in a frozen build."""
    return _RESOURCES.joinpath(*parts)


def default_home() -> Path:
    """``LIVEPAY_HOME``, else the system's folder for user data."""
    named = os.environ.get("LIVEPAY_HOME")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("LivePay", appauthor=False))
