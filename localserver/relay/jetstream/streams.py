"""What is kept in NATS, and under which promises; made at the first start, looked at at every other."""

from __future__ import annotations

from typing import Final

from nats.js.api import DiscardPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import APIError, NotFoundError

from core.kernel.clock import DAY, SECOND
from core.kernel.errors import EnvironmentProblem
from localserver.relay.engine import DEFAULT_EVENTS
from localserver.relay.jetstream.cable import Cable

KEEP: Final = 7 * DAY
"""WhatsApp itself gives up after as long (reference whatsapp §2.2); providers are asked again by then."""
EVENTS: Final = "RELAY_EVENTS"
STORES: Final = "RELAY_STORES"
INVITES: Final = "RELAY_INVITES"
PAGES: Final = "RELAY_PAGES"
_AGAIN: Final = 120.0  # s within which a repeated event is known by its id
_TAKEN: Final = 10058
_FEW: Final = frozenset((10005, 10074))
"""Error codes of JetStream: a stream of this name exists, and is another; no servers for so many replicas."""


def subject_of(handle: str) -> str:
    """Where a store's events are. One subject for each: what one leaves, another cannot be kept from leaving."""
    return f"relay.event.{handle}"


def stream_of(bucket: str) -> str:
    """A bucket is a stream as NATS names it, so that its own tools (``nats kv``) show it."""
    return f"KV_{bucket}"


def _events(replicas: int) -> StreamConfig:
    return StreamConfig(
        name=EVENTS,
        subjects=[subject_of("*")],
        storage=StorageType.FILE,
        num_replicas=replicas,
        discard=DiscardPolicy.NEW,
        discard_new_per_subject=True,
        max_msgs_per_subject=DEFAULT_EVENTS,
        max_age=KEEP / SECOND,
        duplicate_window=_AGAIN,
        allow_direct=True,
    )


def _bucket(name: str, replicas: int) -> StreamConfig:
    return StreamConfig(
        name=stream_of(name),
        subjects=[f"$KV.{name}.>"],
        storage=StorageType.FILE,
        num_replicas=replicas,
        discard=DiscardPolicy.NEW,
        max_msgs_per_subject=1,
        duplicate_window=_AGAIN,
        allow_direct=True,
        allow_msg_ttl=True,
        allow_rollup_hdrs=True,
    )


async def prepare(cable: Cable, replicas: int) -> None:
    """Every stream is there, on disk, with so many replicas. Raises Unavailable, EnvironmentProblem."""
    for config in (_events(replicas), *(_bucket(name, replicas) for name in (STORES, INVITES, PAGES))):
        info = await _made(cable, config)
        kept = info.config.num_replicas or 1
        if kept < replicas:
            raise EnvironmentProblem(
                "NATS keeps {kept} copies of {stream}, and {asked} are wanted: nats stream edit {stream}"
                " --replicas {asked}",
                kept=kept,
                asked=replicas,
                stream=config.name,
            )
        if info.config.storage != StorageType.FILE:
            raise EnvironmentProblem("NATS keeps {stream} in memory only.", stream=config.name)


async def _made(cable: Cable, config: StreamConfig) -> StreamInfo:
    assert config.name is not None
    name = config.name
    try:
        return await cable.told(lambda: cable.js.stream_info(name))
    except NotFoundError:
        pass
    try:
        return await cable.told(lambda: _make(cable, config))
    except _NotMade as error:
        raise EnvironmentProblem(
            "NATS cannot keep {asked} copies ({detail}).", asked=config.num_replicas, detail=str(error)
        ) from None


class _NotMade(Exception):
    """NATS does not make this stream."""


async def _make(cable: Cable, config: StreamConfig) -> StreamInfo:
    assert config.name is not None
    try:
        return await cable.js.add_stream(config)
    except APIError as error:
        if error.err_code == _TAKEN:  # another node was quicker, with what an older version asked for
            return await cable.js.stream_info(config.name)
        if error.err_code in _FEW:
            raise _NotMade(error.description or "") from None
        raise


async def allow(cable: Cable, events: int) -> None:
    """No subject is full before it has so many events. (The limit is one for all, and only ever raised.)"""
    config = (await cable.patiently(lambda: cable.js.stream_info(EVENTS))).config
    if config.max_msgs_per_subject < events:
        raised = config.evolve(max_msgs_per_subject=events)
        await cable.patiently(lambda: cable.js.update_stream(raised))
