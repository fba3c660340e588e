"""LivePay: arguments → build → run. The doors are the window, the server, the demo, the benchmarks and the console."""

from __future__ import annotations

import logging
import sys
from argparse import Namespace
from importlib import import_module

from core.kernel.errors import LivePayError, OutsideWorld
from core.storage.folder import Home
from localserver.console.arguments import parse
from localserver.console.terminal import FAILED, Terminal

log = logging.getLogger("livepay")

# Doors are imported when opened: a command of the console must not load Qt.
DOORS = {"desktop": "desktop.door", "demo": "localserver.demo", "bench": "tests.bench.run"}


def main(argv: list[str] | None = None) -> int:
    """→ the exit code: 0 done, 1 refused or failed, 2 usage, 3 the environment."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    # Short turns keep the server answering while the window draws: webhook p99 175 ms → 12 ms (docs/architecture.md).
    sys.setswitchinterval(0.0005)
    args, home, out = parse(argv)
    try:
        return _open(args, home, out)
    except LivePayError as error:
        return out.failure(error)
    except KeyboardInterrupt:
        return 130
    except MemoryError:
        return out.failure(OutsideWorld("The computer has no memory left."))
    except Exception:  # boundary: program
        log.exception("LivePay stopped because of a mistake in the program")
        return FAILED


def _open(args: Namespace, home: Home, out: Terminal) -> int:
    if args.command is not None:
        return int(args.command(args, home, out))
    return int(import_module(DOORS[args.door]).run(args, home, out))


if __name__ == "__main__":
    sys.exit(main())
