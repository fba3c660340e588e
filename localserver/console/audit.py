"""``audit``: the journal's chain, checked here, and written so that others can check it without this program."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from core.bootstrap import Shop, open_shop
from core.bootstrap.checkup import Words, said
from core.kernel.errors import EnvironmentProblem
from core.kernel.reasons import reason
from core.storage import archive, journal
from core.storage.damage import place_of_damage
from core.storage.events import JournalExported
from core.storage.folder import Home
from localserver.console.terminal import DONE, FAILED, Terminal, language, tr


def verify(args: Namespace, home: Home, out: Terminal) -> int:
    """The head is printed whole, so that it can be noted where nobody of the shop can write."""
    shop = open_shop(home, args.store)
    try:
        verdict = shop.engine.read(lambda r: journal.verify(r, args.head))
        place = _page(shop) if verdict.fault == "unreadable" else None
    finally:
        shop.close()
    value = {
        "intact": verdict.intact,
        "entries": verdict.entries,
        "head": verdict.head.hex(),
        "broken_at": verdict.broken_at,
        "fault": verdict.fault or None,
        "kept_at": verdict.kept_at,
        "bytes": place,
    }
    lines = said(verdict, Words(language()))
    if place is not None:
        first, end = place
        lines.append(tr("The file store.db is damaged between byte {first} and byte {end}.", first=first, end=end))
    out.result(value, "\n".join(lines))
    return DONE if verdict.intact else FAILED


def _page(shop: Shop) -> tuple[int, int] | None:
    """Where the file is damaged; None when it is not, and a value in it is no value of the journal's."""
    return place_of_damage(shop.folder / "store.db", shop.vault.database_key())


def export(args: Namespace, home: Home, out: Terminal) -> int:
    """Lines of JSON with their hashes, whole or by the year, and the verifier beside them."""
    shop = open_shop(home, args.store)
    target = Path(args.file)
    try:
        shop.engine.call(lambda tx: tx.emit(JournalExported()), actor="console")
        written = _each_year(shop, target) if args.by_year else [_one(shop, target, args.year)]
        if target.is_file() or target.is_dir():
            archive.add_verifier(target if args.by_year else target.absolute().parent)
    finally:
        shop.close()
    count = sum(part["entries"] for part in written)
    head = {"previous": written[0]["previous"], "head": written[-1]["head"]}
    out.result(
        {"entries": count, "file": args.file, **head, "files": written},
        tr("{count} entries written to {file}, head {head}", count=count, file=args.file, head=head["head"]),
    )
    return DONE


def _one(shop: Shop, path: Path, year: int | None) -> dict[str, Any]:
    with shop.engine.reader() as reader:
        part = archive.whole(reader) if year is None else archive.year_part(reader, year, shop.country.zone)
        with archive.in_place(path) as file:
            archive.write(reader, part, shop.card.id, file)
    return {**asdict(part), "entries": part.entries, "file": str(path)}


def _each_year(shop: Shop, folder: Path) -> list[dict[str, Any]]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentProblem(
            "The folder {path} cannot be written ({detail}).", path=folder, detail=reason(error)
        ) from None
    with shop.engine.reader() as reader:
        years = archive.years(reader, shop.country.zone)
    return [_one(shop, folder / f"journal-{shop.slug}-{year}.jsonl", year) for year in years]
