"""The catalogue that is read a text at a time says what the standard library's says."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from core.kernel.paths import resource
from core.kernel.texts import Catalogue

FILES = sorted(resource("locale").rglob("*.mo"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_it_finds_all_that_the_standard_library_finds(path: Path) -> None:
    with path.open("rb") as file:
        whole = gettext.GNUTranslations(file)
    with path.open("rb") as file:
        made = Catalogue(file)
    known = whole._catalog  # type: ignore[attr-defined]
    assert known
    assert {key: made._catalog.get(key) for key in known} == known
    assert [made.plural(n) for n in range(20)] == [whole.plural(n) for n in range(20)]  # type: ignore[attr-defined]


def test_what_is_not_there_is_said_as_it_is_or_by_the_fallback() -> None:
    with (resource("locale") / "mg" / "LC_MESSAGES" / "desktop.mo").open("rb") as file:
        made = Catalogue(file)
    assert made.gettext("zz nothing of the kind") == "zz nothing of the kind"
    assert made.ngettext("{n} thing of no kind", "{n} things of no kind", 2) == "{n} things of no kind"
    assert made.pgettext("nowhere", "Paid") == "Paid"
    made.add_fallback(_Said())
    assert made.gettext("zz nothing of the kind") == "said"


def test_another_file_is_no_catalogue(tmp_path: Path) -> None:
    other = tmp_path / "other.mo"
    other.write_bytes(b"PK" + bytes(40))
    with other.open("rb") as file, pytest.raises(OSError, match="catalogue"):
        Catalogue(file)


class _Said(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return "said"
