"""The project's own files, as the architecture tests read them. Works in a checkout as well as in a plain copy."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("core", "desktop", "localserver")
# What .gitignore names, and git's own folder (a file in a worktree).
_MADE = {".git", ".venv", "__pycache__", "build", "dist", "demo-output"}


def project_files(suffix: str = "") -> Iterator[Path]:
    """Every file that belongs to the project, nothing that is made from it."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [n for n in folders if n not in _MADE and not n.endswith((".egg-info", "_cache", ".hypothesis"))]
        own = (n for n in sorted(names) if n not in _MADE and not n.endswith((".mo", ".pyc")))
        yield from (Path(folder, n) for n in own if n.endswith(suffix))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def modules(*tops: str) -> list[Path]:
    """The Python files below these top folders (the product's when none is named)."""
    return [p for p in project_files(".py") if p.relative_to(ROOT).parts[0] in (tops or PRODUCT)]


def dotted(path: Path) -> str:
    """``core.orders.rules`` of ``core/orders/rules.py``."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever it does so; ``from a import b`` counts as ``a`` and ``a.b``."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found
