"""The seller's own questions and answers over HTTP."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from aiohttp import web
from msgspec import UNSET, Meta, UnsetType

from core.faq import service
from core.faq.views import Faq
from core.kernel.clock import rfc3339
from core.storage.engine import Tx
from localserver.api.answers import Shown, Time
from localserver.api.door import Call, Route, show
from localserver.api.once import Result
from localserver.api.requests import Request

RIGHT: Final = "settings.write"
Tongue = Literal["fr", "mg", "en"]
AskedText = Annotated[str, Meta(min_length=1, max_length=service.LONGEST_QUESTION)]
AnswerText = Annotated[str, Meta(min_length=1, max_length=service.LONGEST_ANSWER)]


class NewFaq(Request, frozen=True):
    """``answer`` is what buyers are told, word for word, when they ask this in any words."""

    question: AskedText
    answer: AnswerText
    language: Tongue = "fr"


class FaqChange(Request, frozen=True):
    """What is left out stays."""

    question: AskedText | UnsetType = UNSET
    answer: AnswerText | UnsetType = UNSET
    language: Tongue | UnsetType = UNSET


class FaqEntry(Shown, frozen=True):
    id: int
    language: Tongue
    question: str
    answer: str
    updated_at: Time


class FaqList(Shown, frozen=True):
    items: list[FaqEntry]


def _shown(faq: Faq) -> FaqEntry:
    language: Tongue = faq.language  # type: ignore[assignment] # checked when it was written
    return FaqEntry(faq.id, language, faq.question, faq.answer, rfc3339(faq.updated_at))


async def listing(call: Call) -> web.Response:
    return show(FaqList([_shown(faq) for faq in await call.read(service.every)]))


async def add(call: Call) -> web.Response:
    asked: NewFaq = call.body

    def command(tx: Tx) -> Result:
        return Result(201, _shown(service.one(tx, service.add(tx, asked.language, asked.question, asked.answer))))

    return await call.act(command)


async def change(call: Call) -> web.Response:
    asked: FaqChange = call.body

    def said(value: str | UnsetType) -> str | None:
        return None if value is UNSET else value

    def command(tx: Tx) -> Result:
        language, question, answer = map(said, (asked.language, asked.question, asked.answer))
        service.change(tx, call.id, language=language, question=question, answer=answer)
        return Result(200, _shown(service.one(tx, call.id)))

    return await call.act(command)


async def remove(call: Call) -> web.Response:
    await call.shop.engine.run(lambda tx: service.remove(tx, call.id), actor=call.actor)
    return web.Response(status=204)


FAQ: Final[tuple[Route, ...]] = (
    Route("GET", "/faq", listing, "messages.read", "The seller's own questions and answers", {200: FaqList}),
    Route(
        "POST",
        "/faq",
        add,
        RIGHT,
        "Add a question and its answer",
        {201: FaqEntry},
        takes=NewFaq,
        problems=(409,),
    ),
    Route(
        "PATCH",
        "/faq/{id}",
        change,
        RIGHT,
        "Change a question or its answer",
        {200: FaqEntry},
        takes=FaqChange,
        problems=(409,),
    ),
    Route("DELETE", "/faq/{id}", remove, RIGHT, "Remove a question", {204: None}),
)
