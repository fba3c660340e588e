"""WhatsApp's templates over HTTP: the store's list, and the way of each to WhatsApp."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Annotated, Final, Literal, TypeVar

from aiohttp import web
from msgspec import UNSET, Meta, UnsetType

from core.bootstrap import templating
from core.conversations import queries as conversations
from core.kernel.clock import rfc3339
from core.kernel.errors import OutsideWorld, Refused
from core.storage import pictures
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.templates import rules, service
from core.templates.rules import QUALITY, SIDE, Button, Template, Words
from localserver.api.answers import Message, Shown, Time
from localserver.api.door import Call, Route, show
from localserver.api.once import Result
from localserver.api.present import Presenter
from localserver.api.products import parts
from localserver.api.requests import Request

RIGHT: Final = "settings.write"
Tongue = Literal["fr", "mg", "en"]
Category = Literal["utility", "marketing"]
Use = Literal["", "order", "payment", "appointment", "quote", "talk"]
State = Literal["draft", "submitted", "approved", "rejected", "paused", "disabled"]
Line = Annotated[str, Meta(max_length=rules.SAMPLE)]
T = TypeVar("T")


class TemplateButton(Request, frozen=True):
    """A ready answer (``url`` empty), or one that opens a web address."""

    title: Annotated[str, Meta(min_length=1, max_length=rules.BUTTON)]
    url: Annotated[str, Meta(max_length=rules.URL)] = ""


class NewTemplate(Request, frozen=True):
    """``heading``: a line above, with at most one variable. Variables have numbers ({{1}}) or names ({{order}});
    ``fields``: what each holds (name, reference, due, link…), the heading's first, empty where it is written anew;
    ``picture``: one that was uploaded, to stand above in place of a heading."""

    name: Annotated[str, Meta(min_length=1, max_length=rules.NAME)]
    body: Annotated[str, Meta(min_length=1, max_length=rules.BODY)]
    language: Tongue = "fr"
    category: Category = "utility"
    use: Use = ""
    fields: tuple[Line, ...] = ()
    samples: tuple[Line, ...] = ()
    footer: Annotated[str, Meta(max_length=rules.FOOTER)] = ""
    buttons: Annotated[tuple[TemplateButton, ...], Meta(max_length=rules.BUTTONS)] = ()
    heading: Annotated[str, Meta(max_length=rules.HEADING)] = ""
    picture: Annotated[str, Meta(max_length=100)] = ""


class PictureForm(Request, frozen=True):
    """Nothing beside ``file``: a picture (JPEG, PNG, WebP)."""


class TemplatePicture(Shown, frozen=True):
    """``picture``: the name to give a template."""

    picture: str


class ReadyMade(Request, frozen=True):
    """In which languages they are wanted."""

    languages: Annotated[list[Tongue], Meta(min_length=1, max_length=3)]


class TemplateSend(Request, frozen=True):
    """``values`` of the variables in order; left out: as the books know them."""

    template_id: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    values: list[Annotated[str, Meta(max_length=rules.BODY)]] | UnsetType = UNSET


class TemplateEntry(Shown, frozen=True):
    """``code``: WhatsApp's word for the language. ``reason``: WhatsApp's own, where it gave one."""

    id: int
    name: str
    language: Tongue
    code: str
    category: Category
    use: Use
    body: str
    fields: list[str]
    samples: list[str]
    footer: str
    buttons: list[TemplateButton]
    state: State
    reason: str
    changed_at: Time
    heading: str
    picture: str


class TemplateList(Shown, frozen=True):
    items: list[TemplateEntry]


class TemplatesCompared(Shown, frozen=True):
    """``seen`` at WhatsApp, ``added`` to the list, ``odd``: of a form that is not filled here."""

    seen: int
    added: int
    odd: int


def _shown(template: Template) -> TemplateEntry:
    words = template.words
    return TemplateEntry(
        template.id,
        words.name,
        words.language,  # type: ignore[arg-type] # checked when it was written
        template.code,
        words.category,  # type: ignore[arg-type]
        words.use,  # type: ignore[arg-type]
        words.body,
        list(words.fields),
        list(words.samples),
        words.footer,
        [TemplateButton(each.title, each.url) for each in words.buttons],
        template.state,  # type: ignore[arg-type]
        template.reason,
        rfc3339(template.changed_at),
        words.heading,
        words.picture,
    )


def _words(asked: NewTemplate) -> Words:
    buttons = tuple(Button(each.title, each.url) for each in asked.buttons)
    lists = (asked.fields, asked.samples, asked.footer, buttons, asked.heading, asked.picture)
    return Words(asked.name, asked.language, asked.category, asked.body, asked.use, *lists)


async def _asked(call: Awaitable[T]) -> T:
    """What WhatsApp, or the way to it, refuses is said to the caller in its sentence."""
    try:
        return await call
    except OutsideWorld as error:
        raise Refused(error.message, **error.params) from error


async def listing(call: Call) -> web.Response:
    return show(TemplateList([_shown(each) for each in await call.read(service.every)]))


async def add(call: Call) -> web.Response:
    words = _words(call.body)
    return await call.act(lambda tx: Result(201, _shown(service.one(tx, service.save(tx, None, words)))))


async def change(call: Call) -> web.Response:
    words, number = _words(call.body), call.id
    kept = await call.shop.engine.run(lambda tx: service.one(tx, service.save(tx, number, words)), actor=call.actor)
    return show(_shown(kept))


async def ready_made(call: Call) -> web.Response:
    """The ready-made ones that are missing, as drafts."""
    asked: ReadyMade = call.body

    def command(tx: Tx) -> Result:
        service.take_ready_made(tx, asked.languages)
        return Result(200, TemplateList([_shown(each) for each in service.every(tx)]))

    return await call.act(command)


async def picture(call: Call) -> web.Response:
    """A picture for a template, made fit and kept; it shows nowhere until a template names it."""
    data, _ = await parts(call.request, PictureForm)

    def kept() -> str:
        return pictures.keep(call.shop.media, pictures.fitted(pictures.decoded(data), SIDE, QUALITY))

    return show(TemplatePicture(await asyncio.to_thread(kept)), 201)


async def hand_in(call: Call) -> web.Response:
    return show(_shown(await _asked(call.shop.templates.hand_in(call.id, call.actor))))


async def compare(call: Call) -> web.Response:
    found = await _asked(call.shop.templates.compare(call.actor))
    return show(TemplatesCompared(found.seen, found.added, found.odd))


async def remove(call: Call) -> web.Response:
    await _asked(call.shop.templates.remove(call.id, call.actor))
    return web.Response(status=204)


async def send(call: Call) -> web.Response:
    """202: what became of it comes as events."""
    asked: TemplateSend = call.body
    beyond, number = templating.beyond(call.shop), call.id

    def known(reader: Reader) -> tuple[str, ...]:
        offers = beyond.offers(reader, number)
        return next((each.values for each in offers if each.template.id == asked.template_id), ())

    def command(tx: Tx) -> Result:
        values = known(tx) if asked.values is UNSET else asked.values
        beyond.send(tx, number, asked.template_id, values, "api")
        return Result(202, Presenter(call.shop).message(number, conversations.messages(tx, number, limit=1)[0]))

    return await call.act(command)


TEMPLATES: Final[tuple[Route, ...]] = (
    Route(
        "POST",
        "/wa/templates/pictures",
        picture,
        RIGHT,
        "Keep a picture to stand above a template",
        {201: TemplatePicture},
        form=PictureForm,
        problems=(409,),
        keyed=False,
    ),
    Route("GET", "/wa/templates", listing, "messages.read", "WhatsApp's templates of the store", {200: TemplateList}),
    Route(
        "POST",
        "/wa/templates",
        add,
        RIGHT,
        "Write a template, as a draft",
        {201: TemplateEntry},
        takes=NewTemplate,
        problems=(409,),
    ),
    Route(
        "PUT",
        "/wa/templates/{id}",
        change,
        RIGHT,
        "Write a draft anew; of one that WhatsApp knows only what it is for",
        {200: TemplateEntry},
        takes=NewTemplate,
        problems=(409,),
    ),
    Route(
        "POST",
        "/wa/templates/ready",
        ready_made,
        RIGHT,
        "Add the ready-made ones that are missing, as drafts",
        {200: TemplateList},
        takes=ReadyMade,
        problems=(409,),
    ),
    Route(
        "POST",
        "/wa/templates/{id}/submit",
        hand_in,
        RIGHT,
        "Hand a template to WhatsApp for approval",
        {200: TemplateEntry},
        problems=(409,),
        keyed=False,
    ),
    Route(
        "POST",
        "/wa/templates/sync",
        compare,
        RIGHT,
        "Bring the list up to what WhatsApp has",
        {200: TemplatesCompared},
        problems=(409,),
        keyed=False,
    ),
    Route(
        "DELETE",
        "/wa/templates/{id}",
        remove,
        RIGHT,
        "Withdraw a template from WhatsApp and forget it",
        {204: None},
        problems=(409,),
    ),
    Route(
        "POST",
        "/conversations/{id}/template",
        send,
        "messages.send",
        "Send an approved template",
        {202: Message},
        takes=TemplateSend,
        problems=(409,),
    ),
)
