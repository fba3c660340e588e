"""What is no request at all: answered with 4xx or hung up on, and the server lives on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from tests.faults.steps import still_serves
from tests.support.shops import world

BROKEN = {
    "no request": b"\r\n\r\n\r\n",
    "not http": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    "no colon": b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nOdd header\r\n\r\n",
    "nul in a header": b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "length twice": b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "negative length": b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "word for length": b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: much\r\n\r\n",
    "both lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bad chunk": b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    "long line": b"POST /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "many headers": b"POST / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(20_000)) + b"\r\n",
    "odd method": b"GR\xc3\x9cSSE /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\n\r\n",
    "odd target": b"POST /webhooks/\xff\xfe HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "odd version": b"POST / HTTP/9.9\r\nHost: x\r\n\r\n",
}


async def test_what_is_hardly_http(tmp_path: Path) -> None:
    """Answered with 4xx or hung up on; nothing of it reaches the log or a handler."""
    async with world(tmp_path) as w:
        parts = urlsplit(w.url)
        for name, wire in BROKEN.items():
            answer = await _cut_off(str(parts.hostname), int(parts.port or 0), wire)
            if answer:
                assert 400 <= int(answer.split(b" ", 2)[1]) < 500, (name, answer[:60])
            assert b"Traceback" not in answer
        await still_serves(w)
        assert w.value("SELECT count(*) FROM inbox") == 0


async def _cut_off(host: str, port: int, wire: bytes) -> bytes:
    """What comes back when the sender has said all it will ever say."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(wire)
        writer.write_eof()
        async with asyncio.timeout(60):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()
