"""packaging/dev.py on a project of its own: real environments, real processes; only apt is played by scripts."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "packaging" / "dev.py"
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals and apt are not of Windows")
PROGRAM = """
import signal, sys

if "wait" in sys.argv:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    print("ready", flush=True)
    signal.pause()
print(sys.argv[1:], sys.stdin.read())
sys.exit(5 if "five" in sys.argv else 0)
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A project with nothing to install. Babel, which compiles its texts, is lent from this environment."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
        return {**kept, "PYTHONPATH": sysconfig.get_path("purelib")}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.root / "packaging" / "dev.py"), *arguments]

    def dev(self, *arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        env = {**self.environment, **environment}
        return subprocess.run(
            self.command(*arguments), input=given, env=env, capture_output=True, encoding="utf-8", check=False
        )

    def text(self, sentence: str) -> Path:
        source = self.root / "resources" / "locale" / "fr" / "LC_MESSAGES" / "pay.po"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n{sentence}', "utf-8")
        return source.with_suffix(".mo")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("livepay")
    (root / "packaging").mkdir()
    for name in ("dev.py", "compile_texts.py"):
        shutil.copy(ROOT / "packaging" / name, root / "packaging")
    for name in ("requirements.lock", "dev.lock"):
        (root / "packaging" / name).write_text("", "utf-8")
    (root / "main.py").write_text(PROGRAM, "utf-8")
    made = Project(root)
    assert made.dev("run").returncode == 0
    return made


def test_it_needs_only_the_standard_library() -> None:
    tree = ast.parse(DEV.read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names} == set()


def test_run_hands_over_arguments_input_output_and_exit_code(project: Project) -> None:
    done = project.dev("run", "store", "list", "--json", "five", given="s3cret")
    assert done.stdout == "['store', 'list', '--json', 'five'] s3cret\n"
    assert done.returncode == 5


def test_the_second_run_does_nothing_again_and_says_nothing(project: Project) -> None:
    assert project.dev("run").stderr == ""


@POSIX
def test_run_hands_over_signals(project: Project) -> None:
    command = project.command("run", "wait")
    with subprocess.Popen(
        command, env=project.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 7


def test_a_changed_lock_is_installed_once(project: Project) -> None:
    lock = project.root / "packaging" / "requirements.lock"
    lock.write_text("# changed\n", "utf-8")
    assert "-r " + str(lock) in project.dev("run").stderr
    assert project.dev("run").stderr == ""


def test_set_up_talk_stays_off_standard_output(project: Project) -> None:
    (project.root / "packaging" / "requirements.lock").write_text("# changed again\n", "utf-8")
    assert project.dev("run", "x").stdout == "['x'] \n"


def test_a_lock_that_cannot_be_installed_stops_with_one_sentence(project: Project) -> None:
    lock = project.root / "packaging" / "requirements.lock"
    before = lock.read_text("utf-8")
    lock.write_text("nothing-of-this-name==1.0\n", "utf-8")  # no hash: refused before anything is looked up
    done = project.dev("run", "x")
    lock.write_text(before, "utf-8")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.endswith("The locked packages could not be installed; pip says why above.\n")
    assert "Traceback" not in done.stderr


def test_test_adds_the_development_lock_and_run_finds_all_it_needs(project: Project) -> None:
    for name in ("requirements.lock", "dev.lock"):
        (project.root / "packaging" / name).write_text("# both\n", "utf-8")
    testing = project.dev("test", "--version").stderr
    assert "dev.lock" in testing
    assert "requirements.lock" not in testing
    assert "pip install" not in project.dev("run").stderr


def test_texts_are_compiled_when_they_change(project: Project) -> None:
    compiled = project.text('msgid "Pay"\nmsgstr "Payer"\n')
    assert "compile_texts.py" in project.dev("run").stderr
    assert b"Payer" in compiled.read_bytes()
    assert project.dev("run").stderr == ""
    project.text('msgid "Pay"\nmsgstr "Régler"\n')
    project.dev("run")
    assert "Régler".encode() in compiled.read_bytes()
    compiled.unlink()
    project.dev("run")
    assert compiled.exists()


def test_the_program_is_compiled_when_it_changes_even_where_python_may_not_write(project: Project) -> None:
    quiet = {"PYTHONDONTWRITEBYTECODE": "1"}
    source = project.root / "core" / "shop.py"
    source.parent.mkdir()
    source.write_text("open = True\n", "utf-8")
    project.dev("run", **quiet)
    compiled = Path(importlib.util.cache_from_source(str(source)))
    first = compiled.read_bytes()
    assert project.dev("run", **quiet).stderr == ""
    source.write_text("open = False\n", "utf-8")
    os.utime(source, (0, 0))  # byte code knows its source by the second
    project.dev("run", **quiet)
    assert compiled.read_bytes() != first
    source.write_text("open = (\n", "utf-8")
    assert project.dev("run", "x", **quiet).stdout == "['x'] \n"


def test_a_broken_text_stops_with_its_name(project: Project) -> None:
    project.text('Pay "Payer"\n')
    done = project.dev("run")
    project.text("")
    assert done.returncode == 3
    assert "pay.po" in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_the_demo_plays_off_screen_where_there_is_no_display(project: Project) -> None:
    assert project.dev("demo", "--seconds", "9").stdout == "['demo', '--headless', '--seconds', '9'] \n"
    assert project.dev("demo", "--headless").stdout == "['demo', '--headless'] \n"
    assert project.dev("demo", DISPLAY=":7").stdout == "['demo'] \n"


def test_no_command_or_an_unknown_one_explains_itself(project: Project) -> None:
    for arguments in ([], ["start"]):
        done = project.dev(*arguments)
        assert done.returncode == 2
        assert "packaging/dev.py demo" in done.stderr
    assert project.dev("--help").returncode == 0


def play_apt(folder: Path, known: Sequence[str]) -> Path:
    """An ``apt-get`` that writes down what it is asked, an ``apt-cache`` that knows these packages."""
    log = folder / "asked"
    listed = f'case " {" ".join(known)} " in *" $2 "*) echo "  Candidate: 1.0";; *) echo "  Candidate: (none)";; esac'
    scripts = {"apt-get": f'echo "$@" >> {log}', "apt-cache": listed}
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return log


def as_user(project: Project, number: int, path: Path) -> subprocess.CompletedProcess[str]:
    """``dev.py test --version`` by the user of this number (0: root), with no program but those in ``path``."""
    start = f"import os, runpy, sys; os.geteuid = lambda: {number}; sys.argv = sys.argv[1:]; "
    start += "runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-c", start, str(project.root / "packaging" / "dev.py"), "test", "--version"]
    env = {**project.environment, "PATH": str(path)}
    return subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="apt is of Debian and Ubuntu")
def test_root_on_debian_gets_the_missing_packages_under_their_present_names(project: Project, tmp_path: Path) -> None:
    asked = play_apt(tmp_path, ["chromium", "poppler-utilst64"])
    as_user(project, 0, tmp_path)
    assert asked.read_text().splitlines() == [
        "update -qq",
        "install -y -qq --no-install-recommends chromium poppler-utilst64",
    ]
    assert "Still missing" in as_user(project, 0, tmp_path).stderr
    assert len(asked.read_text().splitlines()) == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="apt is of Debian and Ubuntu")
def test_without_root_the_missing_packages_are_named_and_it_goes_on(project: Project, tmp_path: Path) -> None:
    asked = play_apt(tmp_path, [])
    done = as_user(project, 1000, tmp_path)
    assert "sudo apt-get install chromium poppler-utils" in done.stderr
    assert "$ " in done.stdout
    assert not asked.exists()


def test_the_stamp_tells_the_versions_of_python_apart(project: Project) -> None:
    stamp = project.root / ".venv" / "livepay-setup.json"
    known = json.loads(stamp.read_text("utf-8"))
    stamp.write_text(json.dumps({**known, "run": "made by another Python"}), "utf-8")
    assert "pip install" in project.dev("run").stderr
    assert json.loads(stamp.read_text("utf-8"))["run"] == known["run"]
