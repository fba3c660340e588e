"""The list of WhatsApp templates a store keeps, and how each stands with WhatsApp."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Final

from msgspec.structs import replace

from core.kernel.clock import MINUTE
from core.kernel.errors import NotFound, Refused
from core.kernel.paths import resource
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.templates.events import TemplateHandedIn, TemplateRemoved, TemplateSaved, TemplateStood
from core.templates.rules import (
    APPROVED,
    CATEGORIES,
    CODES,
    DISABLED,
    DRAFT,
    MARKETING,
    PAUSED,
    SUBMITTED,
    UNCHOSEN,
    WRITABLE,
    Button,
    Seen,
    Template,
    Words,
    checked,
    stands,
)

MOST: Final = 200  # WhatsApp keeps 250 for an account (§5.5)
LOST_AFTER: Final = 10 * MINUTE
GONE: Final = "WhatsApp does not have this template: hand it in again."
"""Message id of the domain ``errors``, kept as the reason."""
CHOOSE: Final = "Choose the picture above the template first."
_OFF: Final = {132015: PAUSED, 132016: DISABLED}
_COLUMNS: Final = (
    "SELECT id, name, language, category, body, use, fields, samples, footer, buttons, heading, picture, code, state,"
    " reason, wa_id, changed_at, handed_in_at FROM wa_template"
)


def every(reader: Reader) -> list[Template]:
    """By name, then language."""
    return [_template(row) for row in reader.all(f"{_COLUMNS} ORDER BY name, code")]


def one(reader: Reader, template_id: int) -> Template:
    """Raises NotFound."""
    row = reader.one(f"{_COLUMNS} WHERE id = ?", (template_id,))
    if row is None:
        raise NotFound("There is no template number {number}.", number=template_id)
    return _template(row)


def fitting(reader: Reader, use: str, language: str) -> Template | None:
    """The approved one for this use, in this person's language, else in French, else in any."""
    found = [each for each in every(reader) if each.state == APPROVED and each.words.use == use]
    order = (language, "fr", *CODES)
    return min(found, key=lambda each: order.index(each.words.language), default=None)


@lru_cache(maxsize=1)
def ready_made() -> tuple[Words, ...]:
    """Those that come with the program. Raises OSError or TOMLDecodeError: the installation is damaged."""
    with resource("whatsapp", "templates.toml").open("rb") as file:
        listed = tomllib.load(file)["template"]
    return tuple(
        Words(
            **{key: one[key] for key in ("name", "language", "category", "body", "use")},
            fields=tuple(one["fields"]),
            samples=tuple(one["samples"]),
            footer=one.get("footer", ""),
            buttons=tuple(Button(title) for title in one.get("buttons", ())),
        )
        for one in listed
    )


# -- the seller's verbs ------------------------------------------------------------------------------------------


def take_ready_made(tx: Tx, languages: Collection[str] = tuple(CODES)) -> int:
    """Add the ready-made ones in these languages that the store does not have yet, as drafts. → how many."""
    have = {(each.words.name, each.code) for each in every(tx)}
    wanted = [words for words in ready_made() if words.language in languages]
    missing = [words for words in wanted if (words.name, CODES[words.language]) not in have]
    for words in missing:
        save(tx, None, words)
    return len(missing)


def save(tx: Tx, template_id: int | None, words: Words) -> int:
    """Keep a draft, new or changed. → its id. Raises Refused (Unfit), NotFound.

    What it is used for, what its variables hold and which picture goes above it may change at any time: that is nothing
    to WhatsApp.
    """
    words = checked(words)
    code = CODES[words.language]
    old = one(tx, template_id) if template_id is not None else None
    same = tx.value("SELECT id FROM wa_template WHERE name = ? AND code = ?", (words.name, code))
    if same is not None and same != template_id:
        raise Refused("There is a template “{name}” already.", name=words.name)
    if old is None:
        if tx.value("SELECT count(*) FROM wa_template") >= MOST:
            raise Refused("There are {most} templates already: remove one first.", most=MOST)
        template_id = tx.insert(
            "INSERT INTO wa_template(name, code, language, category, body, changed_at) VALUES(?,?,?,?,?,?)",
            (words.name, code, words.language, words.category, words.body, tx.now),
        )
    else:
        template_id = old.id
        _may_change(old, words, code)
    _write(tx, template_id, words, code)
    tx.emit(TemplateSaved(template_id, _digest(words)))
    return template_id


def _may_change(old: Template, words: Words, code: str) -> None:
    picture = words.picture if old.words.picture and words.picture else old.words.picture
    kept = replace(old.words, use=words.use, fields=words.fields, picture=picture)
    if kept != words and old.state not in WRITABLE:
        raise Refused("WhatsApp knows these words: copy the template to write others.")
    if old.wa_id and (old.words.name, old.code) != (words.name, code):
        raise Refused("WhatsApp knows it under this name and language: copy the template for another.")


def remove(tx: Tx, template_id: int) -> None:
    """Forget one here. Raises NotFound."""
    one(tx, template_id)
    tx.run("DELETE FROM wa_template WHERE id = ?", (template_id,))
    tx.emit(TemplateRemoved(template_id))


def hand_in(tx: Tx, template_id: int) -> Template:
    """Note that it goes to WhatsApp now; the call follows. Raises NotFound, Refused."""
    template = one(tx, template_id)
    if template.state not in WRITABLE:
        raise Refused("WhatsApp has this template already.")
    checked(template.words)
    if template.words.picture == UNCHOSEN:
        raise Refused(CHOOSE)
    tx.run(
        "UPDATE wa_template SET state = ?, reason = '', handed_in_at = ? WHERE id = ?", (SUBMITTED, tx.now, template_id)
    )
    tx.emit(TemplateHandedIn(template_id))
    return template


# -- what WhatsApp says ------------------------------------------------------------------------------------------


def taken(tx: Tx, template_id: int, wa_id: str, state: str, category: str) -> None:
    """WhatsApp has it under this id. A word of its review may have arrived before the answer: never step back."""
    now = tx.one("SELECT state, wa_id FROM wa_template WHERE id = ?", (template_id,))
    if now is not None:
        tx.run("UPDATE wa_template SET wa_id = ? WHERE id = ?", (wa_id or now[1], template_id))
        if now[0] == SUBMITTED:
            _stood(tx, template_id, state, "", category)


def refused(tx: Tx, template: Template, reason: str) -> None:
    """WhatsApp did not take it: as before, with what it said."""
    tx.run("UPDATE wa_template SET handed_in_at = ? WHERE id = ?", (template.handed_in_at, template.id))
    _stood(tx, template.id, template.state, reason, "")


def reported(tx: Tx, field: str, item: dict[str, Any]) -> None:
    """A webhook about a template (§3.7); one that is not kept here is left to the next comparison."""
    wa_id = str(item.get("message_template_id") or "")
    name, code = item.get("message_template_name"), item.get("message_template_language")
    found = tx.value("SELECT id FROM wa_template WHERE wa_id <> '' AND wa_id = ?", (wa_id,)) or tx.value(
        "SELECT id FROM wa_template WHERE name = ? AND code = ?", (str(name or ""), str(code or ""))
    )
    if found is None:
        return
    if field == "template_category_update":  # two shapes: only the one that names what was before has happened
        now = str(item.get("new_category") or "").lower()
        if item.get("previous_category") and now in CATEGORIES:
            _stood(tx, found, _state(tx, found), None, now)
        return
    state = stands(str(item.get("event") or ""))
    if state is None:
        return
    if wa_id:
        tx.run("UPDATE wa_template SET wa_id = ? WHERE id = ?", ("" if state == DRAFT else wa_id, found))
    _stood(
        tx, found, state, GONE if state == DRAFT else _reason(item), str(item.get("message_template_category") or "")
    )


def _reason(item: dict[str, Any]) -> str:
    """WhatsApp's words: the reviewer's own before the code."""
    more = item.get("rejection_info") or item.get("disable_info")
    said = (more.get("reason") or more.get("recommendation")) if isinstance(more, dict) else None
    code = item.get("reason")
    return str(said or (code if code not in (None, "NONE") else ""))[:500]


def compared(tx: Tx, seen: Sequence[Seen], asked_at: int) -> tuple[int, int]:
    """All that WhatsApp has, as it stood when asked (ms UTC). → how many are new here, and how many of a form that is
    not filled here."""
    added = odd = 0
    known = set()
    for each in seen:
        found = tx.value("SELECT id FROM wa_template WHERE wa_id = ?", (each.wa_id,)) or tx.value(
            "SELECT id FROM wa_template WHERE name = ? AND code = ?", (each.name, each.code)
        )
        if found is None and each.words is None:
            odd += 1
            continue
        if found is None and each.words is not None:
            if each.state == DRAFT:
                continue
            found = tx.insert(
                "INSERT INTO wa_template(name, code, language, category, body, changed_at) VALUES(?,?,?,?,?,?)",
                (each.name, each.code, each.words.language, each.words.category, each.words.body, tx.now),
            )
            _write(tx, found, each.words, each.code)
            added += 1
        assert found is not None
        known.add(found)
        _adopt(tx, found, each)
    for template in every(tx):
        gone = template.wa_id or (template.state == SUBMITTED and (template.handed_in_at or 0) < asked_at - LOST_AFTER)
        if template.id not in known and gone and (template.handed_in_at or 0) < asked_at:
            tx.run("UPDATE wa_template SET wa_id = '' WHERE id = ?", (template.id,))
            _stood(tx, template.id, DRAFT, GONE, "")
    return added, odd


def _adopt(tx: Tx, template_id: int, seen: Seen) -> None:
    """WhatsApp's words hold over ours, but after a refusal, when ours are written anew; what they are for stays."""
    mine = one(tx, template_id)
    tx.run("UPDATE wa_template SET wa_id = ? WHERE id = ?", (seen.wa_id, template_id))
    if seen.words is not None and seen.state in (APPROVED, SUBMITTED):
        kept = replace(seen.words, language=mine.words.language, use=mine.words.use, fields=mine.words.fields)
        if seen.words.picture and mine.words.picture:
            kept = replace(kept, picture=mine.words.picture)
        count = len(seen.words.samples)
        kept = replace(kept, fields=(*kept.fields, *[""] * count)[:count])
        samples = tuple(a or b for a, b in zip(kept.samples, (*mine.words.samples, *[""] * count), strict=False))
        theirs = replace(kept, samples=samples)
        if theirs != mine.words:
            _write(tx, template_id, theirs, seen.code)
            tx.emit(TemplateSaved(template_id, _digest(theirs)))
    _stood(tx, template_id, seen.state, seen.reason, seen.words.category if seen.words else "")


def sending_failed(tx: Tx, name: str, code: str, error: int | None) -> None:
    """A send was refused for the template's own sake: it is offered no more until WhatsApp says otherwise."""
    state = _OFF.get(error or 0)
    found = tx.value("SELECT id FROM wa_template WHERE name = ? AND code = ?", (name, code))
    if state is not None and found is not None:
        _stood(tx, found, state, "", "")


def waits(reader: Reader) -> bool:
    """Whether WhatsApp still looks at one."""
    return reader.value("SELECT 1 FROM wa_template WHERE state = ?", (SUBMITTED,)) is not None


# -- rows --------------------------------------------------------------------------------------------------------


def _state(tx: Tx, template_id: int) -> str:
    return str(tx.value("SELECT state FROM wa_template WHERE id = ?", (template_id,)))


def _stood(tx: Tx, template_id: int, state: str, reason: str | None, category: str) -> None:
    """Note how it stands; told only when that is new. ``reason`` None and ``category`` empty: as before."""
    word = category.lower()
    if word and word not in CATEGORIES:
        word = MARKETING  # a kind not known here is treated with the most care
    changed = tx.run(
        "UPDATE wa_template SET state = ?1, reason = coalesce(?2, reason),"
        " category = coalesce(nullif(?3, ''), category), changed_at = ?4 WHERE id = ?5"
        " AND (state <> ?1 OR (?2 IS NOT NULL AND reason <> ?2) OR (?3 <> '' AND category <> ?3))",
        (state, reason, word, tx.now, template_id),
    )
    if changed:
        now = tx.value("SELECT category FROM wa_template WHERE id = ?", (template_id,))
        tx.emit(TemplateStood(template_id, state, now))


def _write(tx: Tx, template_id: int, words: Words, code: str) -> None:
    buttons = [{"title": each.title, "url": each.url} for each in words.buttons]
    tx.run(
        "UPDATE wa_template SET name = ?, code = ?, language = ?, category = ?, body = ?, use = ?, fields = ?,"
        " samples = ?, footer = ?, buttons = ?, heading = ?, picture = ?, changed_at = ? WHERE id = ?",
        (
            *(words.name, code, words.language, words.category, words.body, words.use),
            *(json.dumps(part, ensure_ascii=False) for part in (words.fields, words.samples)),
            words.footer,
            json.dumps(buttons, ensure_ascii=False),
            words.heading,
            words.picture,
            tx.now,
            template_id,
        ),
    )


def _template(row: tuple[Any, ...]) -> Template:
    fields, samples, buttons = (json.loads(row[place]) for place in (6, 7, 9))
    name, language, category, body, use, footer = (*row[1:6], row[8])
    made = tuple(Button(**each) for each in buttons)
    words = Words(name, language, category, body, use, tuple(fields), tuple(samples), footer, made, *row[10:12])
    return Template(row[0], words, *row[12:])


def _digest(words: Words) -> str:
    return hashlib.sha256(repr(words).encode()).hexdigest()[:16]
