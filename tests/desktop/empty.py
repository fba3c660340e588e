"""A catalogue with nothing in it and settings without any: what the other pages find beside the sample's live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.catalogue.service import ImportPlan
from core.catalogue.views import ProductView
from core.payments.provider import Finding
from core.settings.declarations import BASE, Setting
from desktop.bridge import Control
from desktop.pages.catalogue.presenter import Counts, NewPhoto, Question, Stopped
from desktop.pages.settings.presenter import Reading, Saved
from desktop.pictures import Prepared, Thumb


class EmptyCatalogue:
    """Implements CatalogueSource; nothing can be changed in it."""

    def ids(self, question: Question) -> tuple[int, ...]:
        return ()

    def products(self, ids: Sequence[int]) -> list[ProductView]:
        return []

    def counts(self) -> Counts:
        return Counts()

    def categories(self) -> tuple[str, ...]:
        return ()

    def taken(self, sku: str, keyword: str, other_than: int | None) -> frozenset[str]:
        return frozenset()

    def add(self, values: dict[str, str], photo: NewPhoto | None) -> int:
        raise AssertionError("nothing is added here")

    def change(self, product: ProductView, values: dict[str, str], photo: NewPhoto | None) -> None:
        raise AssertionError("there is nothing to change")

    def move_stock(self, product_id: int, step: int) -> None:
        raise AssertionError("there is no stock")

    def set_active(self, product_id: int, active: bool) -> None:
        raise AssertionError("there is no product")

    def prepare(self, path: Path) -> Prepared:
        raise AssertionError("there is no photo")

    def thumb(self, photo: str, width: int, height: int) -> Thumb | None:
        return None

    def thumb_of(self, prepared: Prepared, width: int, height: int) -> Thumb | None:
        return None

    def plan(self, path: Path, control: Control) -> ImportPlan:
        raise AssertionError("nothing is imported here")

    def carry_out(self, planned: ImportPlan, atomic: bool, control: Control) -> Stopped | None:
        raise AssertionError("nothing is imported here")

    def save_sample(self, path: Path) -> None:
        raise AssertionError("nothing is saved here")


class EmptySettings:
    """Implements SettingsSource: everything as declared, nothing to be changed."""

    @property
    def declared(self) -> Sequence[Setting]:
        return BASE

    def read(self) -> Reading:
        return Reading({setting.key: setting.default for setting in BASE}, (), "")

    def save(self, key: str, text: str) -> Saved:
        raise AssertionError("nothing is saved here")

    def undo(self) -> Saved | None:
        return None

    def keep_logo(self, path: Path | None) -> Saved:
        raise AssertionError("nothing is saved here")

    def logo(self, width: int, height: int) -> Thumb | None:
        return None

    def new_verify_token(self) -> str:
        raise AssertionError("nothing is saved here")

    def verify_token(self) -> str:
        return ""

    def test_whatsapp(self, control: Control) -> tuple[Finding, ...]:
        return ()

    def connect_whatsapp(self, control: Control) -> tuple[Finding, ...]:
        return ()

    def test_provider(self, name: str, control: Control) -> tuple[Finding, ...]:
        return ()
