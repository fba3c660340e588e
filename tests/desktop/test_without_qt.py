"""What pages say and decide is decided without Qt: these modules run where there is none."""

from __future__ import annotations

import subprocess
import sys

import pytest

MODULES = (
    "desktop.pictures",
    "desktop.pages.catalogue.presenter",
    "desktop.pages.catalogue.draft",
    "desktop.pages.catalogue.import_texts",
    "desktop.pages.settings.presenter",
    "desktop.pages.settings.words",
)


@pytest.mark.parametrize("module", MODULES)
def test_no_qt_is_imported(module: str) -> None:
    code = f"import sys, {module}; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
