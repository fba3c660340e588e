"""Compiles gettext catalogues: ``python packaging/compile_texts.py [FILE.po …]``, or all of resources/locale."""

from __future__ import annotations

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
        write_mo(compiled, read_po(text, locale=language, abort_invalid=True))
    new.replace(source.with_suffix(".mo"))


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
