"""The analyses on paper: pages, words, and nothing left behind when it is stopped."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from core.adapters import pdf_report
from core.adapters.pdf_report import Cover, Figure
from core.analytics.charts import Bar, Bars, Chart, Columns, Matrix, Point, Series, Spot
from core.kernel.errors import EnvironmentProblem

COVER = Cover(
    "fr", "Boutique Téranga 👗", ("Rue 10, Dakar",), None, "Analyses", "du 1 nov. 2026 au 26 nov. 2026",
    "Comparé à octobre",
    (Figure("Chiffre d’affaires", "1\u202f907\u202f500\u00a0F\u202fCFA", "71\u202f% de plus", "paid"),),
    "Page {page} / {pages}", datetime(2026, 11, 26, tzinfo=UTC), "Boutique Téranga · fait avec LivePay",
)  # fmt: skip
TIME = Columns(
    tuple(f"{n:02d}/11" for n in range(1, 31)),
    (Series("Wave", "info", tuple(Point(n * 1_000 - 2_000, "") for n in range(30))),),
    tuple(range(0, 30_000, 1_000)),
    "Avant",
    ((-2_000, "−2 k"), (0, "0"), (30_000, "30 k")),
)
CHARTS = (
    Chart("a", "Chiffre d’affaires", "Gagné", "", TIME, (), ()),
    Chart("b", "Étapes", "Demandes", "", Bars((Bar("Payées", 800, "8", "80\u202f%", Point(8, "")),)), (), ()),
    Chart("c", "Heures", "", "", Matrix(("lun.",), ("00",), ((Spot(Point(1, ""), 900, "7"),),)), (), ()),
    Chart("d", "Rien", "", "", Bars(()), (), (), "Personne n’a payé."),
) * 3


def pages_of(path: Path) -> list[str]:
    """The text of each page."""
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def pictures_of(path: Path) -> int:
    """How many pictures are in the file."""
    done = subprocess.run(["pdfimages", "-list", str(path)], capture_output=True, check=True)
    return sum(line.split()[2] == "image" for line in done.stdout.decode().splitlines()[2:])


def test_every_chart_and_figure_is_on_the_pages(tmp_path: Path) -> None:
    path = tmp_path / "r.pdf"
    seen: list[tuple[int, int]] = []

    def progress(done: int, of: int) -> bool:
        seen.append((done, of))
        return True

    pages = pdf_report.write(path, COVER, CHARTS, progress)
    text = pages_of(path)
    assert pages == len(text) > 1
    whole = "\n".join(text).replace("\u202f", " ").replace("\u00a0", " ")
    for word in ("Boutique Téranga", "1 907 500 F CFA", "71 % de plus", "Personne n’a payé.", "Payées", "01/11"):
        assert word in whole, word
    assert all(f"Page {n} / {pages}" in page for n, page in enumerate(text, 1))
    assert seen[0] == (0, len(CHARTS))
    assert seen[-1] == (len(CHARTS), len(CHARTS))
    assert pictures_of(path) == 0  # strokes, not pictures


def test_the_logo_stands_on_the_first_page_and_a_broken_one_does_no_harm(tmp_path: Path) -> None:
    logo, broken = tmp_path / "logo.png", tmp_path / "broken.png"
    Image.new("RGB", (60, 40), "#C5B358").save(logo)
    broken.write_bytes(b"nothing")
    for place, count in ((logo, 1), (broken, 0)):
        pdf_report.write(tmp_path / "r.pdf", replace(COVER, logo=place), CHARTS[:1], lambda *_: True)
        assert pictures_of(tmp_path / "r.pdf") == count


def test_stopped_it_leaves_nothing_and_what_was_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "r.pdf"
    path.write_bytes(b"before")
    assert pdf_report.write(path, COVER, CHARTS, lambda done, _: done < 2) is None
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem):
        pdf_report.write(tmp_path / "no" / "r.pdf", COVER, CHARTS[:1], lambda *_: True)
