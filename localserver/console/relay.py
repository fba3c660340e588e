"""``relay``: what its host does."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from core.kernel.clock import SystemClock, rfc3339
from core.kernel.errors import NotFound, Refused
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal, tr
from localserver.relay import joining
from localserver.relay.engine import Engine, Store
from localserver.relay.folder import copy_to
from localserver.relay.node import Address, Node
from localserver.relay.serving import Where, serve_relay, settle
from localserver.relay.sqlite import SqliteEngine
from localserver.runner import new_loop

T = TypeVar("T")


def engine_of(args: Namespace, *, serves: bool = False) -> Engine:
    """The engine that the arguments name."""
    if args.nats:
        # Loaded only where it is used: the library takes as long to import as the rest of a command.
        from localserver.relay.jetstream.engine import JetStreamEngine

        return JetStreamEngine([url.strip() for url in args.nats.split(",") if url.strip()], args.replicas)
    return SqliteEngine(Path(args.data), serves=serves)


def serve(args: Namespace, home: Home, out: Terminal) -> int:
    """Serve until SIGTERM or SIGINT; one JSON line on stdout says when requests are accepted."""
    address = Address.parse(args.url)
    where = Where(*_host_port(args.listen), _host_port(args.backdoor) if args.backdoor else None)
    node = Node(engine_of(args, serves=True), address, SystemClock(), frozenset({"127.0.0.1", "::1", *args.proxy}))

    def ready(url: str, backdoor: str) -> None:
        settle()
        print(json.dumps({"ready": True, "url": url, "backdoor": backdoor}), flush=True)

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            if sys.platform == "win32":
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
            else:
                with suppress(NotImplementedError):
                    loop.add_signal_handler(number, stop.set)
        await serve_relay(node, where, ready, stop)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(run())
    return DONE


def _host_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise Refused("“{text}” is not an address and a port, for instance 127.0.0.1:8790.", text=text)
    return host.strip("[]"), int(port)


def _with(args: Namespace, act: Callable[[Engine], Awaitable[T]]) -> T:
    async def run() -> T:
        engine = engine_of(args)
        await engine.open()
        try:
            return await act(engine)
        finally:
            await engine.close()

    return asyncio.run(run())


def invite(args: Namespace, home: Home, out: Terminal) -> int:
    """Make an invitation; its text is shown this once."""
    if args.name and not joining.may_be_named(args.name):
        raise Refused(
            "A name at a relay has 3 to 32 small letters, digits and hyphens; some are the host’s own (www, mail)."
        )
    now = SystemClock().now()
    token = _with(args, lambda engine: joining.invite(engine, now, args.note, args.name, args.days))
    out.result({"invite": token, "days": args.days}, token)
    return DONE


def stores(args: Namespace, home: Home, out: Terminal) -> int:
    """Every store with what waits for it."""

    async def read(engine: Engine) -> list[dict[str, Any]]:
        return [_shown(one, await engine.backlog(one.handle)) for one in await engine.stores()]

    found = _with(args, read)
    lines = [
        f"{one['name']:32}  {one['waiting']:>7}  {one['bytes']:>12}  {one['joined']}"
        + (f"  {tr('suspended')}" if one["suspended"] else "")
        for one in found
    ]
    out.result(found, "\n".join(lines) or tr("No store has joined this relay yet."))
    return DONE


def _shown(store: Store, backlog: Any) -> dict[str, Any]:
    return {
        "name": store.handle,
        "waiting": backlog.events,
        "bytes": backlog.bytes,
        "joined": rfc3339(store.joined_at),
        "moves": max(0, store.epoch - 1),
        "suspended": store.suspended,
        "quota": msgspec.structs.asdict(store.quota),
    }


def quota(args: Namespace, home: Home, out: Terminal) -> int:
    """Change what is named; the rest stays."""

    async def change(engine: Engine) -> Store:
        store = await _store(engine, args.name)
        named = {
            "events": args.events,
            "bytes": args.megabytes and args.megabytes * 1024 * 1024,
            "pages": args.pages,
            "rate": args.rate and float(args.rate),
        }
        new = msgspec.structs.replace(store.quota, **{k: v for k, v in named.items() if v is not None})
        return await engine.update(msgspec.structs.replace(store, quota=new))

    kept = msgspec.structs.asdict(_with(args, change).quota)
    out.result(kept, "  ".join(f"{name} {value:.15g}" for name, value in kept.items()))
    return DONE


def suspend(args: Namespace, home: Home, out: Terminal) -> int:
    return _suspended(args, out, True)


def resume(args: Namespace, home: Home, out: Terminal) -> int:
    return _suspended(args, out, False)


def _suspended(args: Namespace, out: Terminal, suspended: bool) -> int:
    async def change(engine: Engine) -> Store:
        return await engine.update(msgspec.structs.replace(await _store(engine, args.name), suspended=suspended))

    _with(args, change)
    out.result({"name": args.name, "suspended": suspended}, args.name)
    return DONE


def remove(args: Namespace, home: Home, out: Terminal) -> int:
    async def forget(engine: Engine) -> None:
        await _store(engine, args.name)
        await engine.remove(args.name)

    _with(args, forget)
    out.result({"name": args.name, "removed": True}, args.name)
    return DONE


def backup(args: Namespace, home: Home, out: Terminal) -> int:
    """A copy of the relay's folder, taken while it serves."""
    kept = copy_to(Path(args.data), Path(args.folder))
    out.result({"file": str(kept)}, str(kept))
    return DONE


async def _store(engine: Engine, name: str) -> Store:
    store = await engine.store(name)
    if store is None:
        raise NotFound("No store is named {name} at this relay.", name=name)
    return store
