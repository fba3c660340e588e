"""The bundle for support: what explains a fault, without secrets, and without anybody's data unless that was chosen.

A person reads it before it is saved: it is a handful of plain texts.
"""

from __future__ import annotations

import io
import platform
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import apsw

from core.bootstrap.checkup import Line
from core.bootstrap.shop import Shop
from core.kernel.clock import DAY, rfc3339
from core.kernel.version import VERSION as PROGRAM
from core.storage.connection import Reader
from core.storage.migrations import VERSION
from core.storage.vault import private_file
from core.support import logbook
from core.support.redact import redact

_PERSONAL: Final = ("store.", "seller.", "legal.", "smtp.", "whatsapp.number", "public_url", "tunnel.", "backup.")
"""Settings that name somebody or a place of theirs."""

_WEEK: Final = 7 * DAY
_EVENTS: Final = 1000
_HIDDEN: Final = "…"


def contents(shop: Shop, checks: Sequence[Line], home: Path, *, personal: bool) -> dict[str, str]:
    """File name → text. ``personal``: the store's own name, numbers and addresses stay in; customers' never do."""
    hide = (lambda text: text) if personal else redact
    found = {
        "about.txt": _about(shop, personal),
        "checks.txt": "\n".join(f"{'ok ' if one.ok else 'NOT'} {one.name}: {hide(one.detail)}" for one in checks),
        "settings.txt": "\n".join(_settings(shop, personal)),
        "state.txt": "\n".join(shop.engine.read(lambda r: _state(r, shop.clock.now()))),
        "events.txt": "\n".join(shop.engine.read(_events)),
    }
    for path in logbook.files(home):
        found[f"logs/{path.name}"] = redact(path.read_text("utf-8", errors="replace"))
    fault = logbook.last_fault(home)
    return found | ({"logs/fault.txt": fault} if fault else {})


def save(texts: dict[str, str], target: Path) -> None:
    """One ZIP, whole or not at all. Raises OSError."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    with private_file(target) as file:
        file.write(packed.getvalue())


def _about(shop: Shop, personal: bool) -> str:
    card = shop.card
    lines = [
        f"LivePay {PROGRAM}, store format {VERSION}",
        f"{platform.system()} {platform.release()} {platform.machine()}, Python {platform.python_version()}",
        f"SQLite {apsw.sqlite_lib_version()}",
        f"{card.country} {card.currency} {card.language} {card.segment}, keys: {card.vault}",
        f"made {rfc3339(shop.clock.now())}",
    ]
    return "\n".join([*lines, f"store {card.name} ({card.slug})"] if personal else lines)


def _settings(shop: Shop, personal: bool) -> list[str]:
    """What differs from its default. Of a secret only whether there is one."""
    lines, kept = [], set(shop.settings.secrets_set())
    for key, declared in sorted(shop.settings.declared.items()):
        if declared.kind == "secret":
            lines.append(f"{key}: {'set' if key in kept else 'not set'}")
            continue
        value = shop.settings.get(key)
        if value != declared.default:
            shown = value if personal or not key.startswith(_PERSONAL) else _HIDDEN
            lines.append(f"{key} = {shown if personal else redact(shown)}")
    return lines


def _state(reader: Reader, now: int) -> list[str]:
    tables = [
        row[0]
        for row in reader.all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1"
        )
    ]
    lines = [f"{name}: {reader.value(f'SELECT count(*) FROM {name}')}" for name in tables]  # noqa: S608 - our own
    lines.append("")
    lines += [f"inbox {state}: {n}" for state, n in reader.all("SELECT state, count(*) FROM inbox GROUP BY 1")]
    lines += [f"outbox {state}: {n}" for state, n in reader.all("SELECT state, count(*) FROM outbox GROUP BY 1")]
    for code, n in reader.all(
        "SELECT coalesce(error_code, 0), count(*) FROM outbox WHERE state = 'failed' AND changed_at > ? GROUP BY 1",
        (now - _WEEK,),
    ):
        lines.append(f"outbox failed this week, code {code}: {n}")
    for source, error, n in reader.all(
        "SELECT source, coalesce(error, ''), count(*) FROM inbox WHERE error IS NOT NULL GROUP BY 1, 2 LIMIT 50"
    ):
        lines.append(f"inbox {source}, {n} times: {redact(error)}")
    oldest = reader.value("SELECT min(due_at) FROM deadline")
    lines.append(f"next deadline: {rfc3339(oldest) if oldest else '-'}")
    return lines


def _events(reader: Reader) -> list[str]:
    """The journal's last entries: kinds and ids; by its own rule it holds nobody's data."""
    rows = reader.all("SELECT seq, at, actor, kind, subject FROM journal ORDER BY seq DESC LIMIT ?", (_EVENTS,))
    return [f"{seq} {rfc3339(at)} {actor} {kind} {subject}" for seq, at, actor, kind, subject in reversed(rows)]
