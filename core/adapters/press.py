"""The press: draws one store's papers, one at a time beside everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from msgspec import Struct

from core.invoices.documents import Papers, credit_note_document, invoice_document, receipt_document
from core.quotes.documents import quote_document
from core.storage.connection import Reader
from core.storage.engine import Engine


class Printed(Struct, frozen=True):
    """A finished PDF; ``name`` is the paper's number, as a file is to be called."""

    name: str
    content: bytes


_READ: Final[Mapping[str, Callable[[Reader, int, Papers], Any]]] = {
    "invoice": invoice_document,
    "credit_note": credit_note_document,
    "receipt": receipt_document,
    "quote": quote_document,
}


class Press:
    """``shared()``: what the papers have in common now. The thread that draws begins with the first paper."""

    def __init__(self, engine: Engine, shared: Callable[[], Papers], name: str) -> None:
        self._engine = engine
        self._shared = shared
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"press-{name}")

    async def printed(self, kind: str, paper_id: int) -> Printed:
        """``kind``: invoice, credit_note, receipt or quote. Raises NotFound."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.print, kind, paper_id)

    async def content(self, kind: str, paper_id: int) -> bytes:
        """The PDF alone. Raises NotFound."""
        return (await self.printed(kind, paper_id)).content

    def print(self, kind: str, paper_id: int) -> Printed:
        """The same on this thread."""
        from core.adapters import pdf

        document = self._engine.read(lambda reader: _READ[kind](reader, paper_id, self._shared()))
        return Printed(document.number, pdf.render(document))

    def close(self) -> None:
        """Wait for what is being drawn. Idempotent."""
        self._pool.shutdown(cancel_futures=True)
