"""A bucket's server that goes wrong as a test says, in front of one that does not."""

from __future__ import annotations

import http.client
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HANG = (0, "")


class Server(ThreadingHTTPServer):
    """``plan``: the next answers, as (status, S3's code); HANG never answers. After that, the real server does."""

    daemon_threads = False

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = urlsplit(behind)
        self.plan: deque[tuple[int, str]] = deque()
        self.always: tuple[int, str] | None = None
        self.asked = 0
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def _answer(self) -> None:
        self.server.asked += 1
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.always or (self.server.plan.popleft() if self.server.plan else None)
        if fault == HANG:
            self.server.ended.wait(30)
            self.close_connection = True
            return
        if fault is not None:
            status, code = fault
            self._reply(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode(), {})
            return
        line = http.client.HTTPConnection(self.server.behind.hostname or "", self.server.behind.port or 80)
        line.request(self.command, self.path, body, dict(self.headers))
        found = line.getresponse()
        content = found.read()
        self._reply(
            found.status, content, {n: v for n, v in found.getheaders() if n.lower() in ("etag", "last-modified")}
        )
        line.close()

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST = _answer  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def troubled(behind: str) -> Iterator[Server]:
    server = Server(behind)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
