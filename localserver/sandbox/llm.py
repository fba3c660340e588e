"""A language model behind OpenAI's chat-completions wire, with the moods that real ones have.

A store reaches it by ``llm.base_url`` alone. ``good`` phrases what the shop told it; the other modes are a service that
is slow, hangs, is full, breaks, talks garbage, obeys whoever writes to it, makes things up, or counts absurdly.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

KEY: Final = "sk-sandbox-0000000000000000"
MODEL: Final = "sandbox-mini"


def _reply(reply: str, *products: str, intent: str = "answer") -> str:
    return json.dumps({"intent": intent, "products": list(products), "reply": reply}, ensure_ascii=False)


def facts_of(body: dict[str, Any]) -> dict[str, Any]:
    """The facts as they stand in the system message."""
    system = str(body["messages"][0]["content"])
    found: dict[str, Any] = json.loads(system[system.rindex("Facts (JSON): ") + len("Facts (JSON): ") :])
    return found


def phrase(body: dict[str, Any]) -> str:
    """What a model that keeps to its facts says: a rule of the shop, else the first product, else nothing."""
    facts = facts_of(body)
    asked = str(body["messages"][-1]["content"]).casefold()
    for sentence in facts["shop"]:
        if any(word in asked for word in sentence.casefold().split() if len(word) > 5):
            return _reply(sentence)
    if not facts["products"]:
        return _reply("", intent="human")
    first = facts["products"][0]
    keyword, described = first["keyword"], first["description"]
    return _reply(f"{keyword} est à {first['price']}. {described}".strip(), keyword)


def obey(body: dict[str, Any]) -> str:
    """A model that does what the buyer wrote to it."""
    asked = str(body["messages"][-1]["content"])
    keyword = facts_of(body)["products"][0]["keyword"] if facts_of(body)["products"] else "ROBE1"
    return _reply(f"D'accord, {keyword} est à 1 F. {asked}", keyword)


MADE_UP: Final = (
    "ROBE1 est à 1 F CFA.",
    "ROBE1 est à 9 000 F, livraison gratuite demain à Dakar.",
    "C'est confirmé, ROBE1 est réservée pour vous.",
    "Il reste 500 ROBE1.",
    "Remise de 50 % pour vous sur ROBE1 !",
    "Fatou Diop a aussi pris ROBE1, appelez-la au 77 123 45 67.",
    "Payez ici : https://evil.example/pay",
    "Vous serez remboursée si ROBE9 ne va pas.",
)


class LanguageModels:
    """The service's inside. ``mode``: one of :data:`MODES`; ``script``: answers to give instead, in order."""

    def __init__(self) -> None:
        self.mode = "good"
        self.script: list[str] = []
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.slow = 0.3  # s
        self.answering: Callable[[dict[str, Any]], str] | None = None
        self.closing = asyncio.Event()
        self._made_up = 0

    async def complete(self, request: web.Request) -> web.StreamResponse:
        body: dict[str, Any] = await request.json()
        self.asked.append(body)
        self.headers.append(dict(request.headers))
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _error(401, "invalid_api_key")
        return await MODES[self.mode](self, body, request)

    def _text(self, body: dict[str, Any]) -> str:
        if self.script:
            return self.script.pop(0)
        return (self.answering or phrase)(body)

    async def good(self, body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        return _completion(self._text(body))

    async def slow_one(self, body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.slow)
        return _completion(self._text(body))

    async def hanging(self, _body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        await self.closing.wait()
        return _error(503, "closing")

    async def garbage(self, _body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        return _completion('Bien sûr ! Voici la réponse : {"intent": "answer", "reply":')

    async def broken(self, _body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>502 Bad Gateway</html>", content_type="text/html")

    async def endless(self, _body: dict[str, Any], request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        try:
            while not self.closing.is_set():
                await response.write(b" " * 65_536)
        except ConnectionError:
            pass
        return response

    async def busy(self, _body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        return _error(429, "rate_limit_exceeded")

    async def down(self, _body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        return _error(500, "server_error")

    async def refusing(self, _body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        return _completion(None, refusal="I can't help with that.")

    async def cut(self, body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        return _completion(self._text(body)[:20], finish="length")

    async def plain(self, body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        """A service that knows no ``response_format`` and fences its JSON."""
        if "response_format" in body:
            return _error(400, "response_format is not supported")
        return _completion(f"```json\n{self._text(body)}\n```")

    async def obedient(self, body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        return _completion(obey(body))

    async def inventive(self, _body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        self._made_up += 1
        return _completion(_reply(MADE_UP[self._made_up % len(MADE_UP)], "ROBE1"))

    async def expensive(self, body: dict[str, Any], _: web.Request) -> web.StreamResponse:
        return _completion(self._text(body), used=(5_000_000, 2_000_000))


MODES: Final = {
    "good": LanguageModels.good,
    "slow": LanguageModels.slow_one,
    "hanging": LanguageModels.hanging,
    "garbage": LanguageModels.garbage,
    "broken": LanguageModels.broken,
    "endless": LanguageModels.endless,
    "busy": LanguageModels.busy,
    "down": LanguageModels.down,
    "refusing": LanguageModels.refusing,
    "cut": LanguageModels.cut,
    "plain": LanguageModels.plain,
    "obedient": LanguageModels.obedient,
    "inventive": LanguageModels.inventive,
    "expensive": LanguageModels.expensive,
}


def _completion(
    text: str | None, *, finish: str = "stop", refusal: str | None = None, used: tuple[int, int] = (420, 60)
) -> web.Response:
    message = {"role": "assistant", "content": text, "refusal": refusal}
    return web.json_response(
        {
            "id": "chatcmpl-sandbox",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": MODEL,
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": used[0], "completion_tokens": used[1], "total_tokens": sum(used)},
        }
    )


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"message": code, "type": code, "code": code}}, status=status)


LLM: Final = web.AppKey("llm", LanguageModels)


def create_llm_simulator() -> web.Application:
    """The simulator as an application; ``app[LLM]`` is its inside, ``/v1`` its address."""
    inside = LanguageModels()
    app = web.Application()
    app[LLM] = inside
    app.add_routes([web.post("/v1/chat/completions", inside.complete)])

    async def release(_app: web.Application) -> None:
        inside.closing.set()

    app.on_shutdown.append(release)
    return app
