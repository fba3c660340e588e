"""The locks hold what pyproject.toml asks for, by version and hash, and say nothing of where it comes from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "packaging" / "requirements.lock"
DEVELOPMENT = ROOT / "packaging" / "dev.lock"
LOCKS = pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT], ids=lambda path: path.stem)


def entries(lock: Path) -> list[str]:
    """One logical line for each package: ``name==1.0 ; marker --hash=sha256:…``."""
    return lock.read_text("utf-8").replace("\\\n", "").splitlines()


def pins(lock: Path) -> dict[tuple[str, str], str]:
    """(name, marker) → version."""
    found: dict[tuple[str, str], str] = {}
    for line in entries(lock):
        requirement = Requirement(line.partition("--hash")[0].strip())
        (specifier,) = requirement.specifier
        assert specifier.operator == "=="
        found[canonicalize_name(requirement.name), str(requirement.marker or "")] = specifier.version
    return found


@LOCKS
def test_every_package_is_pinned_and_hashed(lock: Path) -> None:
    assert pins(lock)
    assert [line for line in entries(lock) if not re.search(r"--hash=sha256:[0-9a-f]{64}", line)] == []


@LOCKS
def test_no_address_is_stored(lock: Path) -> None:
    assert [line for line in entries(lock) if re.search(r"://|^\s*-|@", line)] == []


def test_the_development_lock_holds_all_of_the_run_time_lock() -> None:
    """At the same version, on at least the same systems: one environment then serves both."""
    held = pins(DEVELOPMENT)
    missing = [
        (name, marker, version)
        for (name, marker), version in pins(RUNTIME).items()
        if version not in (held.get((name, marker)), held.get((name, "")))
    ]
    assert missing == []


@pytest.mark.parametrize(("lock", "group"), [(RUNTIME, None), (DEVELOPMENT, "dev")], ids=["requirements", "dev"])
def test_the_lock_fits_what_the_project_asks_for(lock: Path, group: str | None) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = project["dependency-groups"][group] if group else project["project"]["dependencies"]
    locked = pins(lock)
    unmet = []
    for line in asked:
        wanted = Requirement(line)
        versions = [v for (name, _), v in locked.items() if name == canonicalize_name(wanted.name)]
        if not versions or not all(wanted.specifier.contains(v, prereleases=True) for v in versions):
            unmet.append(line)
    assert unmet == []


def test_one_build_of_apsw_only() -> None:
    """apsw and apsw-sqlite3mc install the same module: with both, which one wins is chance."""
    names = {name for name, _ in pins(DEVELOPMENT)}
    assert "apsw-sqlite3mc" in names
    assert "apsw" not in names
