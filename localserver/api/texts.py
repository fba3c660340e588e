"""The bot's texts over HTTP: read, said in the seller's words, taken back, compared."""

from __future__ import annotations

from aiohttp import web
from msgspec import UNSET

from core.kernel.clock import rfc3339
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.voice import service, trials, wording
from core.voice.rules import Share
from core.voice.service import StoreText
from localserver.api import textshapes as shapes
from localserver.api.door import Call, show
from localserver.api.once import Result
from localserver.api.present import before, cut, when


def _shown(text: StoreText, currency: str) -> shapes.Text:
    key = text.key
    return shapes.Text(
        *(wording.family(key), key, wording.decides(key), text.variant),
        *(text.segment, text.language, text.words, text.own is not None, text.ours),  # type: ignore[arg-type] # both checked
        *(list(wording.variables(key)), list(wording.required(key, text.variant))),
        *(wording.length(key, text.words, currency), wording.place(key).limit),
    )


async def listing(call: Call) -> web.Response:
    asked: shapes.TextPage = call.query
    shop = call.shop
    segment = shop.voice.segment() if asked.segment is UNSET else asked.segment
    language = shop.settings.get("store.language") if asked.language is UNSET else asked.language
    found = await call.read(lambda r: service.listing(service.known(r), segment, language))
    return show(shapes.TextList([_shown(text, shop.card.currency) for text in found]))


async def put(call: Call) -> web.Response:
    asked: shapes.NewText = call.body
    currency = call.shop.card.currency

    def command(tx: Tx) -> Result:
        place = {"variant": asked.variant, "segment": asked.segment, "language": asked.language}
        return Result(200, _shown(service.put(tx, asked.key, asked.words, **place, currency=currency), currency))

    return await call.act(command)


async def reset(call: Call) -> web.Response:
    asked: shapes.TextPlace = call.body
    currency = call.shop.card.currency

    def command(tx: Tx) -> Result:
        place = {"variant": asked.variant, "segment": asked.segment, "language": asked.language}
        return Result(200, _shown(service.reset(tx, asked.key, **place), currency))

    return await call.act(command)


# -- comparisons -------------------------------------------------------------------------------------------------


def _share(share: Share | None) -> shapes.Share | None:
    return None if share is None else shapes.Share(share.hits, share.of, share.low, share.high)


def _trial(reader: Reader, trial: trials.Trial, now: int) -> shapes.Trial:
    read = trials.read(reader, trial, now)
    return shapes.Trial(
        *(trial.id, trial.key, trial.variant, trial.segment, trial.language),  # type: ignore[arg-type] # checked when begun
        *(trial.a, trial.b, trial.sample, trial.outcome),  # type: ignore[arg-type] # one of OUTCOMES
        *(rfc3339(trial.started_at), when(trial.ended_at), trial.applied),  # type: ignore[arg-type] # of the table's check
        shapes.Reading(read.verdict, read.seen_a, read.seen_b, _share(read.a), _share(read.b), read.p),
    )


async def trial_list(call: Call) -> web.Response:
    asked: shapes.TrialPage = call.query
    now = call.shop.clock.now()

    def look(reader: Reader) -> list[shapes.Trial]:
        found = trials.page(reader, before=before(asked), limit=asked.limit + 1)
        return [_trial(reader, trial, now) for trial in found]

    rows = await call.read(look)
    return show(shapes.TrialList(*cut(rows, asked.limit, lambda t: t, lambda t: t.id)))


async def trial(call: Call) -> web.Response:
    """Raises NotFound."""
    now = call.shop.clock.now()
    return show(await call.read(lambda r: _trial(r, trials.load(r, call.id), now)))


async def start(call: Call) -> web.Response:
    asked: shapes.NewTrial = call.body
    currency = call.shop.card.currency

    def command(tx: Tx) -> Result:
        begun = trials.start(
            tx,
            asked.key,
            asked.words,
            variant=asked.variant,
            segment=asked.segment,
            language=asked.language,
            currency=currency,
            sample=None if asked.sample is UNSET else asked.sample,
        )
        return Result(201, _trial(tx, begun, tx.now))

    return await call.act(command)


async def end(call: Call) -> web.Response:
    asked: shapes.TrialEnd = call.body
    apply = "" if asked.apply is UNSET else asked.apply

    def command(tx: Tx) -> Result:
        return Result(200, _trial(tx, trials.end(tx, call.id, apply, call.shop.card.currency), tx.now))

    return await call.act(command)
