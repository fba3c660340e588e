"""The console's door: what was asked for, and the command that does it."""

from __future__ import annotations

import sys
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from core.kernel.paths import default_home
from core.storage.folder import Home
from localserver.console.terminal import Terminal

if TYPE_CHECKING:
    from argparse import Namespace


def parse(argv: list[str] | None) -> tuple[Namespace, Home, Terminal]:
    """Arguments with the home and the terminal they mean. Exits with 2 on wrong usage."""
    given = sys.argv[1:] if argv is None else argv
    # The window, most often: 5 ms of its start for a parser with nothing to parse.
    args = _read(given) if given else cast("Namespace", SimpleNamespace(door="desktop", command=None))
    home = Home(getattr(args, "home", None) or default_home())
    return args, home, Terminal(getattr(args, "json", False))


def _read(given: list[str]) -> Namespace:
    from localserver.console.arguments import read  # what can be asked for comes from all over core

    return read(given)


def carry_out(args: Namespace, home: Home, out: Terminal) -> int:
    """Import and run the command that was asked for. → exit code."""
    module, _, function = args.command.partition(".")
    return int(getattr(import_module(f"localserver.console.{module}"), function)(args, home, out))
