"""The report of a fault of ours: what a helper needs, without anybody's data."""

from __future__ import annotations

import platform
import traceback

from core.kernel.version import VERSION
from core.support.redact import redact


def report(what: str, error: BaseException | None) -> str:
    """``what`` was being done when ``error`` came; redacted."""
    about = f"LivePay {VERSION}, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    trace = "".join(traceback.format_exception(error)) if error else ""
    return f"{about}\n\n{redact(what)}\n\n{redact(trace)}".rstrip() + "\n"
