"""A program that behaves on the outside as cloudflared does: prints what it prints, listens to signals, hangs, ends.

It runs as a process of its own.
"""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Final

_HEAD: Final = """#!{python}
import os, pathlib, signal, sys, time

def say(level, words):
    sys.stderr.write("2026-11-26T10:00:00Z " + level + " " + words + "\\n")
    sys.stderr.flush()

def frame(url):
    say("INF", "+" + "-" * 60 + "+")
    say("INF", "|  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |")
    say("INF", "|  " + url + "  |")
    say("INF", "+" + "-" * 60 + "+")

def stay():
    while True:
        signal.pause()

here = pathlib.Path(__file__).parent
with (here / "runs").open("a") as runs:
    runs.write(repr((os.getpid(), sys.argv[1:], os.environ.get("TUNNEL_TOKEN"))) + "\\n")
"""

QUICK: Final = """
say("INF", "Thank you for trying Cloudflare Tunnel. See https://developers.cloudflare.com/cloudflare-one/connections")
say("INF", "Requesting new quick Tunnel on trycloudflare.com...")
frame("https://old-words-here.trycloudflare.com")
say("INF", "Registered tunnel connection connIndex=0 location=cdg01 protocol=quic")
stay()
"""
RENAMED: Final = """
frame("https://old-words-here.trycloudflare.com")
while not (here / "renamed").exists():
    time.sleep(0.02)
frame("https://new-words-here.trycloudflare.com")
stay()
"""
NAMED: Final = """
say("INF", "Starting tunnel tunnelID=75836e06-bcb3-4f73-85ab-5b339aba38de")
say("ERR", 'Failed to serve quic connection error="timeout: no recent network activity" connIndex=0')
say("INF", "Registered tunnel connection connIndex=1 location=cdg02 protocol=http2")
stay()
"""
BAD_TOKEN: Final = """
sys.stderr.write("Provided Tunnel token is not valid.\\nSee 'cloudflared tunnel run --help'.\\n")
sys.exit(1)
"""
UNAUTHORISED: Final = """
say("ERR", 'Register tunnel error from server side error="Unauthorized: Failed to get tunnel" connIndex=0')
say("INF", "Retrying connection in up to 1m4s connIndex=0")
stay()
"""
TOO_MANY: Final = """
say("INF", "Requesting new quick Tunnel on trycloudflare.com...")
say("ERR", 'Error unmarshaling QuickTunnel response: error code: 1015 error="x" status_code="429 Too Many Requests"')
sys.stderr.write("failed to unmarshal quick Tunnel: invalid character 'e' looking for beginning of value\\n")
sys.exit(1)
"""
MUTE: Final = """
stay()
"""
DEAF: Final = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
frame("https://old-words-here.trycloudflare.com")
stay()
"""
CHATTY: Final = """
sys.stderr.write("x" * 300000 + "\\n")
sys.stderr.buffer.write(b"\\xff\\xfe broken\\n")
frame("https://old-words-here.trycloudflare.com")
for _ in range(20000):
    say("DBG", "a line among very many that nobody reads in time, to see that nothing is held up")
(here / "through").touch()
stay()
"""


def stand_in(folder: Path, does: str) -> Path:
    """Put such a program into ``folder``. → its path"""
    path = folder / "cloudflared"
    path.write_text(_HEAD.replace("{python}", sys.executable) + does, "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def runs(folder: Path) -> list[tuple[int, list[str], str | None]]:
    """Process id, arguments and token of each run."""
    path = folder / "runs"
    return [eval(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
