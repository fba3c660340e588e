"""A language model behind any OpenAI-compatible endpoint, a local one too, through OpenAI's own client.

The client is heavy (half a second and some 50 MB with what it brings), so it is imported with the first call, on a
thread. It follows no redirect, retries nothing by itself, uses no proxy of the environment, and reads at most MAX_BODY.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

from core.adapters.tls import trust
from core.assistant.asking import SCHEMA, Request
from core.assistant.model import Completion, ModelFailed

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MAX_BODY: Final = 256 * 1024
CONNECT: Final = 3.0  # s
TOTAL: Final = 60.0  # s; whoever asks bounds it more tightly
TEMPERATURE: Final = 0.2
NO_KEY: Final = "none"  # local services want none, but the client does
_MOST_TOKENS: Final = 10_000_000
_ROLES: Final = ("user", "assistant")


class LanguageModel:
    """One endpoint and model. Used on one event loop until it is closed."""

    def __init__(self, base_url: str, model: str, key: str) -> None:
        self.identity = (base_url, model, key)
        self._model = model
        self._client: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()
        self._plain = False  # this service refuses the shape of the answer: asked without, in words only

    async def complete(self, request: Request) -> Completion:
        """Ask once. Raises ModelFailed. A service that does not know ``response_format`` is asked again without."""
        client = await self._opened()
        try:
            return await self._ask(client, request)
        except _ShapeRefused:
            self._plain = True
            return await self._ask(client, request)

    async def _opened(self) -> AsyncOpenAI:
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
        return self._client

    def _open(self) -> AsyncOpenAI:
        import openai

        base_url, _, key = self.identity
        http = openai.DefaultAsyncHttpxClient(
            verify=trust(), follow_redirects=False, trust_env=False, timeout=openai.Timeout(TOTAL, connect=CONNECT)
        )
        client = openai.AsyncOpenAI(base_url=base_url, api_key=key or NO_KEY, max_retries=0, http_client=http)
        _ = client.chat.completions.with_streaming_response  # imported here, on the thread, not with the call
        return client

    def _body(self, request: Request) -> dict[str, Any]:
        messages = [{"role": "system", "content": request.system}]
        messages += [{"role": _ROLES[line.by_us], "content": line.text} for line in request.lines]
        body: dict[str, Any] = {"model": self._model, "messages": messages}
        if self._plain:
            return body | {"max_completion_tokens": request.most_tokens}
        shape = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}
        return body | {"max_tokens": request.most_tokens, "temperature": TEMPERATURE, "response_format": shape}

    async def _ask(self, client: AsyncOpenAI, request: Request) -> Completion:
        import openai

        try:
            create = client.chat.completions.with_streaming_response.create
            async with create(**self._body(request)) as response:
                raw = b""
                async for piece in response.iter_bytes():
                    raw += piece
                    if len(raw) > MAX_BODY:
                        raise ModelFailed("an endless answer")
        except openai.BadRequestError as error:
            if self._plain:
                raise ModelFailed("400", charged=False) from error
            raise _ShapeRefused from error
        except openai.APIStatusError as error:
            raise ModelFailed(str(error.status_code), charged=error.status_code >= 500) from error
        except openai.APITimeoutError as error:
            raise ModelFailed("no answer in time") from error
        except openai.APIConnectionError as error:
            raise ModelFailed("it cannot be reached", charged=False) from error
        except openai.OpenAIError as error:
            raise ModelFailed(type(error).__name__) from error
        return read(raw)

    async def close(self) -> None:
        """Give back connections. Idempotent; the next call opens them again."""
        client, self._client, self._opening = self._client, None, asyncio.Lock()
        if client is not None:
            await client.close()


class _ShapeRefused(Exception):
    """400 to a request that named the shape of its answer."""


def read(raw: bytes) -> Completion:
    """The answer in a chat completion's body. Raises ModelFailed for anything else."""
    try:
        body = json.loads(raw)
        choice = body["choices"][0]
        text = choice["message"]["content"]
        cut = choice.get("finish_reason") in ("length", "content_filter")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise ModelFailed("an answer that is none") from None
    if not isinstance(text, str) or cut:
        raise ModelFailed("an answer that was cut off" if cut else "an answer without words")
    usage = body.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return Completion(text, _tokens(usage.get("prompt_tokens")), _tokens(usage.get("completion_tokens")))


def _tokens(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else None
