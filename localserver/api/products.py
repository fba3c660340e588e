"""The catalogue over HTTP."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from aiohttp import BodyPartReader, web
from msgspec import UNSET
from msgspec.structs import replace

from core.catalogue import queries, rules, service
from core.catalogue.rules import ProductFields
from core.catalogue.views import ProductView
from core.kernel.errors import NotFound, Refused
from core.kernel.i18n import explain
from core.storage import pictures
from core.storage.connection import Reader
from core.storage.engine import Tx
from localserver.api import once
from localserver.api.answers import Flaw, Problem, ProductList, UploadReport
from localserver.api.door import Call, reply, show, too_large
from localserver.api.once import Kept, Result
from localserver.api.present import Presenter, after, cut
from localserver.api.problems import TITLES, BadRequest, misfit
from localserver.api.requests import NewProduct, Price, ProductChange, ProductPage, Upload
from localserver.middleware import language_of

F = TypeVar("F")
MAX_UPLOAD: Final = 32 * 1024 * 1024
MAX_FIELD: Final = 1024 * 1024
# Our own table: a Windows registry can name any type for a suffix.
PHOTO_TYPES: Final = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
}


class Refusal(Problem, frozen=True):
    """A file of which nothing was imported, because a line is wrong and all or nothing was asked for."""

    added: int | msgspec.UnsetType = UNSET
    updated: int | msgspec.UnsetType = UNSET
    unchanged: int | msgspec.UnsetType = UNSET


def units(price: Price, currency: str) -> int:
    """The amount in the store's currency. Raises Refused for another one."""
    if price.currency != currency:
        raise Refused("“{text}” is not in {currency}.", text=f"{price.amount} {price.currency}", currency=currency)
    return price.amount


def _priced(price: Price, currency: str) -> int:
    amount = units(price, currency)
    if amount == 0:
        raise Refused("The price must be more than zero.")
    return amount


def _moment(at: datetime | None) -> int | None:
    """ms UTC; None takes the day away."""
    return None if at is None else round(at.timestamp() * 1000)


def found_product(reader: Reader, product_id: int) -> ProductView:
    found = queries.product(reader, product_id)
    if found is None:
        raise NotFound("This product is not in the catalogue.")
    return found


async def listing(call: Call) -> web.Response:
    asked: ProductPage = call.query
    rows = await call.read(
        lambda r: queries.products(r, after=after(asked), limit=asked.limit + 1, active_only=asked.inactive == "false")
    )
    return show(ProductList(*cut(rows, asked.limit, Presenter(call.shop).product, lambda p: p.id)))


async def one(call: Call) -> web.Response:
    return show(Presenter(call.shop).product(await call.read(lambda r: found_product(r, call.id))))


async def add(call: Call) -> web.Response:
    asked: NewProduct = call.body
    sku = rules.check_sku(asked.sku)
    wanted = ProductFields(
        sku=sku,
        keyword=rules.check_keyword(asked.keyword or rules.keyword_form(sku)),
        title=rules.check_title(asked.title),
        description=rules.check_description(asked.description),
        category=rules.check_category(asked.category),
        price=_priced(asked.price, call.shop.card.currency),
        stock=asked.on_hand,
        photo=rules.check_photo(asked.image_url),
        vat=asked.vat_rate,
    )

    def command(tx: Tx) -> Result:
        product_id = service.add(tx, wanted)
        if asked.event_at is not None or asked.place:
            service.change(tx, product_id, event_at=_moment(asked.event_at), place=asked.place.strip())
        return Result(201, Presenter(call.shop).product(found_product(tx, product_id)))

    return await call.act(command)


async def change(call: Call) -> web.Response:
    asked: ProductChange = call.body
    checks: tuple[tuple[str, str, Any], ...] = (
        ("sku", "sku", rules.check_sku),
        ("keyword", "keyword", rules.check_keyword),
        ("title", "title", rules.check_title),
        ("description", "description", rules.check_description),
        ("category", "category", rules.check_category),
        ("image_url", "photo", rules.check_photo),
        ("price", "price", lambda price: _priced(price, call.shop.card.currency)),
        ("on_hand", "stock", int),
        ("active", "active", bool),
        ("vat_rate", "vat", lambda rate: rate),
        ("event_at", "event_at", _moment),
        ("place", "place", str.strip),
    )
    values = {column: check(value) for name, column, check in checks if (value := getattr(asked, name)) is not UNSET}

    def command(tx: Tx) -> Result:
        service.change(tx, call.id, **values)
        return Result(200, Presenter(call.shop).product(found_product(tx, call.id)))

    return await call.act(command)


async def photo(call: Call) -> web.StreamResponse:
    name = (await call.read(lambda r: found_product(r, call.id))).photo or ""
    kind = PHOTO_TYPES.get(Path(name).suffix.lower())
    path = await asyncio.to_thread(pictures.find, call.shop.media, name) if kind else None
    if path is None or kind is None:
        raise NotFound("This product has no photo here.")
    return web.FileResponse(path, headers={"Content-Type": kind, "Cache-Control": "private, max-age=300"})


# -- a whole file ------------------------------------------------------------------------------------------------


async def upload(call: Call) -> web.Response:
    """Import a product list. Without a key too, sending a file twice changes nothing the second time."""
    data, options = await parts(call.request, Upload)
    key = call.key
    if key is not None:
        key = replace(key, digest=once.digest(call.request.path, data, options.mode, options.dry_run))
    return reply(await once.perform_long(call.shop.engine, key, lambda: _import(call, data, options)))


async def _import(call: Call, data: bytes, options: Upload) -> Kept:
    """Plan and carry out on a thread: 10 000 lines take about a second of work."""
    engine, currency, language = call.shop.engine, call.shop.card.currency, language_of(call.request)

    def work() -> Kept:
        planned = engine.read(lambda r: service.plan(r, data, currency))
        flaws = [Flaw(explain(e.refusal(), language), line=e.line, column=e.column) for e in planned.errors]
        if flaws and options.mode == "all":
            detail = explain(Refused("{count} lines have errors: nothing was imported.", count=len(flaws)), language)
            refusal = Refusal(TITLES[409], 409, detail=detail, errors=flaws, added=0, updated=0, unchanged=0)
            return Kept(409, msgspec.json.encode(refusal))
        if options.dry_run == "false":
            service.carry_out(engine, planned, atomic=options.mode == "all", actor=call.actor)
        counts = (planned.added, planned.updated, planned.unchanged)
        return Kept(200, msgspec.json.encode(UploadReport(*counts, flaws, options.dry_run == "true")))

    return await asyncio.to_thread(work)


async def parts(request: web.Request, shape: type[F]) -> tuple[bytes, F]:
    """The file of a form and its other parts in their shape. Raises BadRequest."""
    if request.content_type != "multipart/form-data":
        raise BadRequest("Send the file as multipart/form-data, in a part named “file”.", 415)
    if (request.content_length or 0) > MAX_UPLOAD + 64 * 1024:
        raise too_large(MAX_UPLOAD)
    data: bytes | None = None
    options: dict[str, str] = {}
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None or part.name in options:
                raise BadRequest("A part of the form has no name, or one that is already taken.", 422)
            if part.name == "file":
                if data is not None:
                    raise BadRequest("A part of the form has no name, or one that is already taken.", 422)
                data = await _limited(part, MAX_UPLOAD)
            else:
                options[part.name] = (await _limited(part, MAX_FIELD)).decode("utf-8", "replace")[:100]
    except (ValueError, AssertionError, RuntimeError) as error:
        raise BadRequest("The form cannot be read: {detail}.", 400, detail=str(error)[:100]) from None
    if data is None:
        raise BadRequest("The field “{field}” is missing.", 422, [Flaw("Missing part", "file")], field="file")
    try:
        return data, msgspec.convert(options, type=shape)
    except msgspec.ValidationError as error:
        raise misfit(error) from None


async def _limited(part: BodyPartReader, limit: int) -> bytes:
    read = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        read += part.decode(chunk)
        if len(read) > limit:
            raise too_large(limit)
    return bytes(read)
