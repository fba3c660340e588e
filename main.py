"""LivePay: arguments → build → run. The doors are the window, the server, the demo, the benchmarks and the console."""

from __future__ import annotations

import atexit
import gc
import logging
import sys
from contextlib import nullcontext
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.kernel.errors import LivePayError, OutsideWorld
from core.storage.folder import Home
from localserver.console.entry import carry_out, parse
from localserver.console.terminal import FAILED, Terminal

if TYPE_CHECKING:
    from argparse import Namespace

log = logging.getLogger("livepay")

# Doors are imported when opened: a command of the console must not load Qt.


@cache
def _keep_log(path: Path) -> None:
    """Write the log of this home from now on, once. The window asks for it when it already shows: it costs 20 ms."""
    from core.support.logbook import Logbook

    book = Logbook(path)
    book.open()
    atexit.register(book.close)


def _desktop(args: Namespace, home: Home, out: Terminal) -> int:
    # Loading makes nothing that must be collected, and takes 10 ms less so; desktop.garbage collects from then on.
    gc.disable()
    from desktop.door import run

    def server(shop: Any, port: int) -> Any:
        from localserver.runner import ServerThread

        _keep_log(home.path)
        return ServerThread([shop], port=port)

    def practice(*how: Any) -> Any:
        from localserver.demo.practice import Practice

        return Practice(*how)

    return run(home, server, practices=practice)


def _demo(args: Namespace, home: Home, out: Terminal) -> int:
    if args.year:
        from localserver.demo import year

        return year.run(args.out, out.say_line)
    from desktop.demo import run
    from desktop.offscreen import off_screen
    from localserver.demo.theatre import Theatre

    with off_screen() if args.headless else nullcontext():
        return run(args, out.say_line, partial(Theatre, relayed=args.relay))


def _rehearse(args: Namespace, home: Home, out: Terminal) -> int:
    from core.bootstrap.rehearsing import check

    check(home, args.store)
    from desktop.offscreen import off_screen
    from desktop.rehearsal import run
    from localserver.demo.rehearsal import Rehearsal

    with off_screen() if args.headless else nullcontext():
        return run(args, home, out.say_line, lambda: Rehearsal(home, args.store, args.buyers, args.speed))


def _pictures(args: Namespace, home: Home, out: Terminal) -> int:
    from desktop.gallery.door import run
    from localserver.demo.gallery import Gallery

    return run(args, out.say_line, Gallery)


def _bench(args: Namespace, home: Home, out: Terminal) -> int:
    try:
        from tests.bench.run import run
    except ModuleNotFoundError as error:
        if error.name != "tests":
            raise
        raise OutsideWorld("Benchmarks come with the sources of LivePay, not with the installed program.") from None
    return int(run(args, home, out))


DOORS = {"desktop": _desktop, "demo": _demo, "rehearse": _rehearse, "pictures": _pictures, "bench": _bench}


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
    if args.command == "serving.run":
        gc.disable()  # as for the window; on again when requests are accepted (localserver.console.serving)
        _keep_log(home.path)
    if args.command is not None:
        return carry_out(args, home, out)
    return DOORS[args.door](args, home, out)


if __name__ == "__main__":
    sys.exit(main())
