"""Compiles gettext catalogues: ``python packaging/compile_texts.py [FILE.po …]``, or all of resources/locale."""

from __future__ import annotations

import io
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LOCALE = Path(__file__).resolve().parent.parent / "resources" / "locale"


def compile_catalogue(source: Path) -> None:
    """Writes the ``.mo`` beside the ``.po``, at one stroke: a program that is running never reads half a file."""
    language = source.parent.parent.name
    new = source.with_suffix(".mo.new")
    with source.open("rb") as text, new.open("wb") as compiled:
        write_mo(whole := io.BytesIO(), read_po(text, locale=language, abort_invalid=True))
        compiled.write(in_order(whole.getvalue()))
    new.replace(source.with_suffix(".mo"))


def in_order(content: bytes) -> bytes:
    """A ``.mo`` whose ids are in the order of their bytes, as the format wants it. Babel orders a text with a context
    by its id alone; who searches the table would not find it."""
    _, _, count, ids, texts = struct.unpack_from("<5I", content)
    rows = [tuple(content[at : at + 8] for at in (ids + 8 * n, texts + 8 * n)) for n in range(count)]

    def name(row: tuple[bytes, ...]) -> bytes:
        length, start = struct.unpack("<2I", row[0])
        return content[start : start + length]

    rows.sort(key=name)
    made = bytearray(content)
    made[ids : ids + 8 * count] = b"".join(row[0] for row in rows)
    made[texts : texts + 8 * count] = b"".join(row[1] for row in rows)
    return bytes(made)


def main(names: Sequence[str]) -> int:
    for source in [Path(name) for name in names] or sorted(LOCALE.rglob("*.po")):
        try:
            compile_catalogue(source)
        except (PoFileError, UnicodeError, OSError) as problem:
            print(f"{source}: {problem}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
