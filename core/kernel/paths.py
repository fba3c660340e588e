"""Where things are: shipped resources, and the home of the stores."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def resource(*parts: str) -> Path:
    """A file of ``resources/``, in a clone as well as in a frozen build."""
    root = Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parents[2]))
    return root.joinpath("resources", *parts)


def default_home() -> Path:
    """``LIVEPAY_HOME``, else the system's folder for user data."""
    named = os.environ.get("LIVEPAY_HOME")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("LivePay", appauthor=False))
