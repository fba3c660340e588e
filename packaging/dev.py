"""Sets LivePay up on a fresh machine, then starts it. Needs Python 3.11 or newer and nothing else.

    python packaging/dev.py demo [ARGS]   the demonstration: a live sale with simulated buyers
    python packaging/dev.py test [ARGS]   every check and the whole test suite; with ARGS only pytest, with those
    python packaging/dev.py run  [ARGS]   main.py ARGS, with its own standard input, output, signals and exit code
    python packaging/dev.py bundle        dist/LivePay, the program for computers without Python; then it is tried

Set-up makes a private environment in .venv/ from the hash-locked requirements, installs the missing system libraries
(Debian and Ubuntu, as root; otherwise it says which) and compiles texts and program. What is done is not done again.
Set-up speaks on standard error only. Nothing here says where packages come from: pip and apt know.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib
import importlib.util
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
VENV: Final = ROOT / ".venv"
PYTHON: Final = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP: Final = VENV / "livepay-setup.json"
LOCALE: Final = ROOT / "resources" / "locale"
PROGRAM: Final = ("main.py", "core", "desktop", "localserver")
LINUX: Final = sys.platform.startswith("linux")
# Each lock, and the key under which the stamp remembers it. The second holds all of the first, at the same versions.
RUN_LOCK: Final = ("run", ROOT / "packaging" / "requirements.lock")
TEST_LOCK: Final = ("test", ROOT / "packaging" / "dev.lock")
QT_FREE: Final = ("tests/core", "tests/localserver", "tests/contract")
FONTS: Final = Path("/usr/share/fonts")


class Need(NamedTuple):
    """A shared library (``libGL.so.1``), a font file or a program, and the Debian package that brings it."""

    name: str
    package: str

    def is_met(self) -> bool:
        if self.name.endswith(".ttf"):
            return any(FONTS.rglob(self.name))
        if ".so." not in self.name:
            return shutil.which(self.name) is not None
        try:
            ctypes.CDLL(self.name)
        except OSError:
            return False
        return True


QT: Final = (
    Need("libGL.so.1", "libgl1"),
    Need("libEGL.so.1", "libegl1"),
    Need("libxkbcommon.so.0", "libxkbcommon0"),
    Need("libglib-2.0.so.0", "libglib2.0-0"),
    Need("libdbus-1.so.3", "libdbus-1-3"),
    Need("libfontconfig.so.1", "libfontconfig1"),
    # Buyers write emoji; Windows and macOS bring a font that has them.
    Need("NotoColorEmoji.ttf", "fonts-noto-color-emoji"),
)
DISPLAY: Final = (
    Need("libxcb-cursor.so.0", "libxcb-cursor0"),
    Need("libxcb-icccm.so.4", "libxcb-icccm4"),
    Need("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    Need("libxcb-shape.so.0", "libxcb-shape0"),
    Need("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    Need("libwayland-cursor.so.0", "libwayland-cursor0"),
)
# The pay page is tested in a real browser, PDF files by a reader that is not ours; PyInstaller wants objdump.
TESTS: Final = (Need("chromium", "chromium"), Need("pdftotext", "poppler-utils"), Need("objdump", "binutils"))


class SetupFailed(Exception):
    """Set-up cannot go on; the text is for the person at the terminal."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def call(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> int:
    """One set-up command: shown, its output dropped unless it fails, standard input left to the program to come."""
    words = [str(word) for word in command]
    say("$ " + " ".join(words))
    done = subprocess.run(words, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        say(done.stdout.decode(errors="replace"))
    return done.returncode


def has_display() -> bool:
    return not LINUX or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


# --- system libraries ------------------------------------------------------------------------------------------------


def missing_needs(testing: bool) -> list[Need]:
    """What Linux lacks. Windows and macOS bring all that Qt wants."""
    if not LINUX:
        return []
    missing = [need for need in (*QT, *(DISPLAY * has_display()), *(TESTS * testing)) if not need.is_met()]
    if not PYTHON.exists() and importlib.util.find_spec("ensurepip") is None:
        missing.append(Need("ensurepip", f"python3.{sys.version_info.minor}-venv"))
    return missing


def known_to_apt(package: str) -> str | None:
    """The package under its present name: releases after the 64-bit time change added ``t64`` to some."""
    for name in (package, package + "t64"):
        answer = subprocess.run(
            ["apt-cache", "policy", name],
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        if "Candidate:" in answer and "Candidate: (none)" not in answer:
            return name
    return None


def install_system_packages(testing: bool, stamp: dict[str, Any]) -> None:
    """Installs what is missing, or says what to install. Never fails: the program itself names a library it misses."""
    missing = missing_needs(testing)
    packages = [need.package for need in missing]
    if not missing:
        return
    names = ", ".join(need.name for need in missing)
    if shutil.which("apt-get") is None:
        say(f"Missing on this system: {names}. Please install them with the system's package tool.")
    elif sys.platform == "win32" or os.geteuid() != 0:
        say(f"Missing on this system: {names}. Please run: sudo apt-get install {' '.join(packages)}")
    elif stamp.get("apt") == packages:
        say(f"Still missing, apt-get could not install them: {names}")
    else:
        stamp["apt"] = packages
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        call(["apt-get", "update", "-qq"], env)
        found = [name for name in map(known_to_apt, packages) if name]
        if call(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *found], env) != 0:
            say("apt-get could not install everything; going on without.")


# --- private environment ---------------------------------------------------------------------------------------------


def is_usable() -> bool:
    """There is an environment, of this very version of Python, with pip in it."""
    if not PYTHON.exists():
        return False
    probe = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run(
        [PYTHON, "-c", probe], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() == f"{sys.version_info.major}.{sys.version_info.minor}"


def make_environment() -> None:
    create: list[str | Path] = [sys.executable, "-m", "venv", "--clear", VENV]
    # The library files of ensurepip come in a package of their own on Debian and Ubuntu (python3-venv).
    importlib.invalidate_caches()
    if importlib.util.find_spec("ensurepip") is not None:
        if call(create) != 0:
            raise SetupFailed(f"The private environment could not be made in {VENV}.")
        return
    if call([*create, "--without-pip"]) != 0 or not (pip_from_this_python() or pip_from_debian()):
        raise SetupFailed("pip is missing. Please install python3-venv (or ensurepip), then try again.")


def pip_from_this_python() -> bool:
    """The Python that runs this script has pip: it can put one into the environment."""
    if importlib.util.find_spec("pip") is None:
        return False
    return call([sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"]) == 0


def pip_from_debian() -> bool:
    """Debian's own pip wheel, fetched (which needs no root) and unpacked; it installs itself."""
    if shutil.which("apt-get") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        fetch = ["apt-get", "download", "-qq", "python3-pip-whl"]
        if subprocess.run(fetch, cwd=folder, stdin=subprocess.DEVNULL, stdout=2, check=False).returncode != 0:
            return False
        for package in Path(folder).glob("*.deb"):
            call(["dpkg-deb", "-x", package, folder])
        return any(
            call([PYTHON, wheel / "pip", "install", "--quiet", "--no-index", wheel]) == 0
            for wheel in Path(folder).glob("usr/share/python-wheels/pip-*.whl")
        )


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + platform.python_version().encode()).hexdigest()


def install_locked(testing: bool, stamp: dict[str, Any]) -> None:
    """Brings the environment to the lock: all versions and hashes are given, pip resolves and trusts nothing."""
    wanted = {key: digest(lock) for key, lock in ((RUN_LOCK, TEST_LOCK) if testing else (RUN_LOCK,))}
    if PYTHON.exists() and all(stamp.get(key) == value for key, value in wanted.items()):
        return
    if not is_usable():
        make_environment()
    lock = (TEST_LOCK if testing else RUN_LOCK)[1]
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    if call([PYTHON, "-m", "pip", "install", *options, "-r", lock]) != 0:
        raise SetupFailed("The locked packages could not be installed; pip says why above.")
    stamp.update(wanted)


# --- texts -----------------------------------------------------------------------------------------------------------


def compile_texts(stamp: dict[str, Any]) -> None:
    """Compiles the catalogues whose source changed since they were last compiled."""
    sources = {po: hashlib.sha256(po.read_bytes()).hexdigest() for po in sorted(LOCALE.rglob("*.po"))}
    done = stamp.get("texts", {})
    stale = [po for po, sha in sources.items() if done.get(key(po)) != sha or not po.with_suffix(".mo").exists()]
    if stale and call([PYTHON, ROOT / "packaging" / "compile_texts.py", *stale]) != 0:
        raise SetupFailed("A text catalogue could not be compiled; the lines above say which and why.")
    stamp["texts"] = {key(po): sha for po, sha in sources.items()}


def key(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- byte code -------------------------------------------------------------------------------------------------------


def compile_program(stamp: dict[str, Any]) -> None:
    """Byte code of the program where its source changed: a start is 130 ms quicker, also where Python may not write.

    Never fails: a source that does not compile is explained by whatever imports it.
    """
    roots = [ROOT / name for name in PROGRAM if (ROOT / name).exists()]
    files = [file for root in roots for file in (sorted(root.rglob("*.py")) if root.is_dir() else [root])]
    seen = hashlib.sha256()
    for file in files:
        found = file.stat()
        seen.update(f"{key(file)} {found.st_size} {found.st_mtime_ns}\n".encode())
    if stamp.get("program") != seen.hexdigest():
        call([PYTHON, "-m", "compileall", "-qq", "-j", "0", *roots])
        stamp["program"] = seen.hexdigest()


# --- all of it -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two set-ups started together: the second waits for the first, then finds everything done."""
    with Path(__file__).open("rb") as handle:
        if sys.platform == "win32":
            import msvcrt

            handle.seek(1 << 30)  # a byte beyond the end: the lock keeps nobody from reading this file
            while True:
                with contextlib.suppress(OSError):  # LK_LOCK itself tries ten times, a second apart
                    msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
                    break
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield  # closing the file, or the end of the process, gives the lock back


def set_up(testing: bool) -> None:
    """Raises SetupFailed."""
    with one_at_a_time():
        try:
            before = json.loads(STAMP.read_text("utf-8"))
        except (OSError, ValueError):
            before = {}
        stamp = dict(before)
        try:
            install_system_packages(testing, stamp)
            install_locked(testing, stamp)
            compile_texts(stamp)
            compile_program(stamp)
        finally:
            if stamp != before and VENV.is_dir():
                STAMP.write_text(json.dumps(stamp, indent=1), "utf-8")


def run_main(arguments: Sequence[str], env: dict[str, str]) -> int:
    """Becomes ``main.py``. On Windows, which cannot do that, waits for it and leaves Ctrl-C to it."""
    command = [str(PYTHON), str(ROOT / "main.py"), *arguments]
    sys.stderr.flush()
    if os.name != "nt":
        os.execve(command[0], command, env)  # noqa: S606 - the point of it
    child = subprocess.Popen(command, env=env)
    for name in ("SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    return child.wait()


def run_demo(arguments: Sequence[str], env: dict[str, str]) -> int:
    if not has_display():
        env.setdefault("QT_QPA_PLATFORM", "offscreen")
        if "--headless" not in arguments:
            arguments = ["--headless", *arguments]
    return run_main(["demo", *arguments], env)


def run_tests(arguments: Sequence[str], env: dict[str, str]) -> int:
    """Every check even when an earlier one failed, then a line for each."""
    env.setdefault("QT_QPA_PLATFORM", "offscreen")
    python = str(PYTHON)
    if arguments:
        return check([python, "-m", "pytest", *arguments], env)
    # A sitecustomize on the path makes every import of Qt fail, in child processes too.
    without_qt = {**env, "PYTHONPATH": str(ROOT / "tests" / "noqt")}
    folders = [folder for folder in QT_FREE if (ROOT / folder).is_dir()]
    # More than there are processors: many tests wait, the rest most of all, for a window, a browser, another process.
    # Each takes a stretch of the tests and helps the others out when it is through with its own.
    few, many = (["-n", str(min(4, (os.cpu_count() or 1) + more)), "--dist", "worksteal"] for more in (1, 2))
    steps: list[tuple[str, list[str], dict[str, str]]] = [
        ("lint", [python, "-m", "ruff", "check", "."], env),
        ("format", [python, "-m", "ruff", "format", "--check", "."], env),
        ("types", [python, "-m", "mypy"], env),
        ("imports", [python, "-c", "from importlinter.cli import lint_imports_command as main; main()"], env),
        (
            "core without Qt",
            [python, "-m", "pytest", "-q", "-p", "noqt", "-p", "no:pytest-qt", *few, *folders],
            without_qt,
        ),
        ("the rest", [python, "-m", "pytest", "-q", *many, *(f"--ignore={folder}" for folder in folders)], env),
    ]
    results = []
    for name, command, step_env in steps:
        started = time.monotonic()
        code = check(command, step_env)
        results.append((name, code, time.monotonic() - started))
    print()
    for name, code, seconds in results:
        print(f"{'ok    ' if code == 0 else 'FAILED'}  {name} ({seconds:.0f} s)")
    return 0 if all(code == 0 for _, code, _ in results) else 1


def make_bundle(arguments: Sequence[str], env: dict[str, str]) -> int:
    """The program of this system, then what it can do: the whole demonstration, and a picture of every page."""
    build = [PYTHON, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", ROOT / "packaging" / "livepay.spec"]
    program = str(ROOT / "dist" / "LivePay" / ("livepay-cli.exe" if os.name == "nt" else "livepay-cli"))
    env.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        tries = (["demo", "--headless"], ["pictures", "--quick"])
        tried = ([program, "--home", f"{folder}/home", *words, "--out", f"{folder}/{words[0]}"] for words in tries)
        steps = ([*map(str, build), *arguments], *tried)
        return next((code for code in (check(step, env) for step in steps) if code), 0)


def check(command: Sequence[str], env: Mapping[str, str]) -> int:
    print("\n$ " + " ".join(command), flush=True)
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


COMMANDS: Final = {"demo": run_demo, "test": run_tests, "run": run_main, "bundle": make_bundle}


def main(arguments: Sequence[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older one is told so
        say(f"LivePay needs Python 3.11 or newer; this is {platform.python_version()}.")
        return 3
    if not arguments or arguments[0] not in COMMANDS:
        say(__doc__ or "")
        return 0 if arguments and arguments[0] in ("-h", "--help") else 2
    try:
        set_up(testing=arguments[0] in ("test", "bundle"))
    except SetupFailed as problem:
        say(str(problem))
        return 3
    # French reaches pipes and files as UTF-8 on every system.
    env = {**os.environ, "PYTHONUTF8": os.environ.get("PYTHONUTF8", "1")}
    return COMMANDS[arguments[0]](arguments[1:], env)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
