"""The assisted shop on a machine that may be busy, and a model that answers when the test says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from localserver.sandbox.llm import MODES, LanguageModels
from tests.support import assistants
from tests.support.assistants import Assisted

SECONDS: Final = 20
"""What the shop waits for the model: the most that can be set, so that a busy machine is no slow service."""


@asynccontextmanager
async def assisted(folder: Path, **how: Any) -> AsyncIterator[Assisted]:
    """As :func:`tests.support.assistants.assisted`; the heavy client is there before anybody waits for it."""
    await asyncio.to_thread(_client)
    async with assistants.assisted(folder, **how) as a:
        a.w.shop.settings.set("llm.seconds", str(SECONDS))
        yield a


def _client() -> None:
    from openai.resources.chat import completions  # noqa: F401


def held(monkeypatch: pytest.MonkeyPatch, model: LanguageModels) -> asyncio.Event:
    """From now on the model thinks until this is set; then it is a good one."""
    go = asyncio.Event()

    async def thinking(self: LanguageModels, body: dict[str, Any], request: web.Request) -> web.StreamResponse:
        await go.wait()
        return await self.good(body, request)

    monkeypatch.setitem(MODES, "held", thinking)
    model.mode = "held"
    return go
