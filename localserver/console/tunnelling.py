"""The arguments of ``tunnel``: apart from what carries them out, which costs every command its start."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any


def commands(verbs: Any, add: Callable[..., ArgumentParser], port: Callable[[str], int]) -> None:
    actions = add(verbs, "tunnel", "how the world reaches a store").add_subparsers(required=True, metavar="ACTION")
    add(actions, "status", "its address, what is missing, what is still to paste", "tunnels.status").add_argument(
        "store"
    )
    tried = add(actions, "test", "open the tunnel for a moment and come in by it", "tunnels.test")
    tried.add_argument("store")
    tried.add_argument("--port", type=port, default=8787, help="port to listen on (8787; 0: any free one)")
