"""Reading a compiled gettext catalogue (``.mo``) a text at a time.

The standard library reads all of it first: 3 ms for the window's texts, at each start, before anything shows. The
format is made to be searched instead: a table of ids in the order of their bytes (GNU gettext manual, "The Format of
GNU MO Files"); ``packaging/compile_texts.py`` sees to that order.
"""

from __future__ import annotations

import gettext
from bisect import bisect_left
from struct import unpack_from
from typing import Any, Final

_MAGIC: Final = 0x950412DE
_ROW: Final = 8
_PLURAL: Final = b"\0"
"""Between the two ids of a text that counts, and between its forms."""

Key = str | tuple[str, int]


class Table:
    """The texts of one file by id, or by (id, form) for those that count; each is decoded when it is asked for."""

    def __init__(self, content: bytes) -> None:
        magic, _, count, self._ids, self._texts = unpack_from("<5I", content)
        if magic != _MAGIC:
            raise OSError("not a compiled catalogue")
        self._content = content
        self._rows = range(count)
        self._known: dict[Key, str] = {}

    def get(self, key: Key, default: Any = None) -> Any:
        found = self._known.get(key)
        if found is None:
            found = self._look_up(key)
            if found is None:
                return default
            self._known[key] = found
        return found

    def __getitem__(self, key: Key) -> str:
        found: str | None = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def _look_up(self, key: Key) -> str | None:
        name, form = (key, None) if isinstance(key, str) else key
        wanted = name.encode() if form is None else name.encode() + _PLURAL
        row = bisect_left(self._rows, wanted, key=self._id)
        if row == len(self._rows):
            return None
        found = self._id(row)
        if form is None:
            return self._at(self._texts, row).decode() if found == wanted else None
        forms = self._at(self._texts, row).split(_PLURAL) if found.startswith(wanted) else []
        return forms[form].decode() if form < len(forms) else None

    def _id(self, row: int) -> bytes:
        return self._at(self._ids, row)

    def _at(self, table: int, row: int) -> bytes:
        length, start = unpack_from("<2I", self._content, table + _ROW * row)
        return self._content[start : start + length]


class Catalogue(gettext.GNUTranslations):
    """A catalogue of which nothing is read before it is asked for."""

    def _parse(self, fp: Any) -> None:
        table = Table(fp.read())
        self._catalog = table
        for line in table.get("", "").splitlines():
            name, _, value = line.partition(":")
            if name.lower() == "plural-forms":
                # gettext's own reader of C's plural expressions; typeshed does not know it.
                self.plural = gettext.c2py(value.partition("plural=")[2].rstrip("; "))
