"""The papers' fonts lie ready: each file carries them, and what is written can be read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from core.adapters import pdf_fonts
from core.adapters.pdf import render
from core.invoices.documents import Buyer
from tests.core.adapters.test_pdf import invoice, texts


@pytest.mark.parametrize("name", ["Aïssatou Ñdoye", "Łucja Żółć"])
def test_a_name_is_read_back_whether_its_letters_are_common_or_not(tmp_path: Path, name: str) -> None:
    content = render(invoice(tmp_path, buyer=Buyer(name, None)))
    assert {ord(letter) for letter in name} <= pdf_fonts.known("sansB"), "a name that shows nothing"
    assert name in texts(content)[0]


def test_only_a_paper_with_other_letters_carries_them_all(tmp_path: Path) -> None:
    common = render(invoice(tmp_path))
    other = render(invoice(tmp_path, buyer=Buyer("Łucja", None)))
    assert 1.1 * len(common) < len(other) < 2 * len(common)


def test_what_one_paper_uses_is_not_left_in_the_next(tmp_path: Path) -> None:
    first = render(invoice(tmp_path))
    render(replace(invoice(tmp_path), buyer=Buyer("Łucja", None)))
    assert render(invoice(tmp_path)) == first


def test_every_common_letter_is_one_that_the_fonts_have() -> None:
    for key in ("sans", "sansB", "serifB"):
        assert len(pdf_fonts.COMMON - pdf_fonts.known(key)) <= 2
