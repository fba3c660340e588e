"""What every answer of a relay has, whoever asks and however; and events of one moment, which share a commit."""

from __future__ import annotations

import asyncio
import io
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from core.kernel.clock import ManualClock
from core.kernel.errors import StorageFailed
from core.relay.frames import received
from localserver.relay.engine import Quota, Unavailable
from localserver.relay.sqlite import SqliteEngine
from tests.support.relays import Relay, relay

AWA = "awa"


async def _said(host: Relay, *parts: bytes, until: bytes = b"") -> bytes:
    """What comes back on one connection, up to its end or to these bytes after each part."""
    reader, writer = await asyncio.open_connection("127.0.0.1", host.port)
    try:
        found = b""
        for part in parts:
            writer.write(part)
            found += await (reader.readuntil(until) if until else reader.read())
        return found
    finally:
        writer.close()
        await writer.wait_closed()


def _post(host: Relay, version: str, *lines: str, body: str = "x") -> bytes:
    head = [f"POST /webhooks/wa HTTP/{version}", f"Host: {AWA}.relay.localhost:{host.port}", *lines]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", body]).encode()


async def test_an_answer_is_whole_http_on_a_connection_that_goes_on_or_ends(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        await host.store(AWA)
        asked = _post(host, "1.1")
        twice = await _said(host, asked, asked + asked, until=b"\r\n\r\nok")
        head, _, rest = twice.partition(b"\r\n\r\nok")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        assert lines["Content-Length"] == "2"
        assert lines["Content-Type"] == "text/plain"
        assert lines["Server"] == "LivePay"
        assert parsedate_to_datetime(lines["Date"]).utcoffset() is not None
        assert rest.count(b"HTTP/1.1 200 OK") >= 1
        for ending, told in (
            (_post(host, "1.1", "Connection: close"), b"Connection: close"),
            (_post(host, "1.0"), b"HTTP/1.0 200 OK"),
        ):
            whole = await _said(host, ending)  # to the end of the connection
            assert told in whole
            assert b"Server: LivePay" in whole
            assert whole.endswith(b"\r\n\r\nok")


async def test_who_waits_to_be_told_to_go_on_is_told(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        head, body = _post(host, "1.1", "Expect: 100-continue", body="whole").split(b"\r\n\r\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", host.port)
        writer.write(head + b"\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await reader.readuntil(b"\r\n\r\nok")).startswith(b"HTTP/1.1 200 OK")
        writer.close()
        await writer.wait_closed()
        ((_, sealed),) = await host.engine.read(AWA, 0, 9)
        assert received(keys.open(sealed)).body == b"whole"
        assert (await _said(host, _post(host, "1.1", "Expect: more", "Connection: close"))).startswith(b"HTTP/1.1 417")


async def test_every_refusal_goes_out_under_the_relays_name(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        await host.store(AWA)
        found = {}
        for handle, method, path, how in (
            ("nobody", "POST", "/webhooks/wa", {"data": b"x"}),
            (AWA, "DELETE", "/webhooks/wa", {}),
            (AWA, "POST", "/webhooks/wa", {"data": io.BytesIO(bytes(4 * 1024 * 1024 + 1))}),
            (AWA, "GET", "/p/away", {}),
        ):
            status, _, answer = await host.ask(handle, method, path, **how)
            found[status] = answer.headers["Server"]
        assert found == dict.fromkeys((404, 405, 413, 503), "LivePay")


async def test_events_of_one_moment_share_a_commit_and_each_has_its_number(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path, ManualClock())
    await engine.open()
    try:
        first = await engine.append(AWA, bytes(16), b"first", Quota())
        ids = [n.to_bytes(16, "big") for n in (1, 2, 0, 3, 2, *range(4, 150))]  # 0 is kept already, 2 comes twice
        commits = engine.writer.read(lambda r: r.value("PRAGMA data_version"))
        seqs = await asyncio.gather(*(engine.append(AWA, one, b"sealed" + one, Quota()) for one in ids))
        assert engine.writer.read(lambda r: r.value("PRAGMA data_version")) == commits + 1
        kept = dict(await engine.read(AWA, 0, 1000))
        assert {seq: kept[seq] for seq in seqs} == {
            seq: b"first" if not int.from_bytes(one, "big") else b"sealed" + one
            for seq, one in zip(seqs, ids, strict=True)
        }
        assert seqs[2] == first
        assert seqs[1] == seqs[4]
        assert len(kept) == 150
        assert await engine.waiting(AWA) == 150
    finally:
        await engine.close()


async def test_what_is_refused_while_it_waits_is_told_so_to_each(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path, ManualClock())
    await engine.open()
    writer = engine.writer
    writer.close()
    quota = Quota(events=2)
    for _ in range(3):  # the share is given back each time
        told = await asyncio.gather(
            *(engine.append(AWA, n.to_bytes(16, "big"), b"x", quota) for n in range(2)), return_exceptions=True
        )
        assert [type(one) for one in told] == [Unavailable] * 2
    with pytest.raises(StorageFailed):
        await writer.run(lambda tx: None)
    await engine.close()
