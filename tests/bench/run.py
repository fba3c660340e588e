"""``main.py bench [NAME]``: how fast it is, as ratios to raw references measured in the same run.

Run it on a machine that does nothing else: every ratio is taken against a raw figure of the same moment, but a machine
that is busy elsewhere slows several threads more than one.
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.kernel.errors import NotFound
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal
from tests.bench import board, gui, inbox, ledger, nlu, papers, relay, rush, safety, sale, search, start, talk, verify
from tests.bench.figures import Measured, table
from tests.bench.stores import folder_in

BENCHES: Final[dict[str, Callable[[Path], list[Measured]]]] = {
    "inbox": inbox.measure,
    "sale": sale.measure,
    "rush": rush.measure,
    "board": board.measure,
    "gui": gui.measure,
    "start": start.measure,
    "search": search.measure,
    "nlu": nlu.measure,
    "talk": talk.measure,
    "pdf": papers.measure,
    "verify": verify.measure,
    "ledger": ledger.measure,
    "backup": safety.measure,
    "relay": relay.measure,
}


def run(args: Namespace, home: Home, out: Terminal) -> int:
    """Measure one benchmark or all; what does not hold is said in the result. Raises NotFound for an unknown name."""
    wanted = [args.name] if args.name else list(BENCHES)
    if args.name and args.name not in BENCHES:
        raise NotFound("There is no benchmark “{name}”. There are: {known}.", name=args.name, known=", ".join(BENCHES))
    found: list[Measured] = []
    with folder_in(home) as folder:
        for name in wanted:
            began = time.perf_counter()
            print(f"{name} …", end="", file=sys.stderr, flush=True)
            found += BENCHES[name](folder)
            print(f" {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    out.result([one.as_json() for one in found], table(found))
    return DONE
