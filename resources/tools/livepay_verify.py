#!/usr/bin/env python3
"""Checks journals exported by LivePay, with Python (3.10 or later) alone: no LivePay, no network, nothing to install.

    python livepay_verify.py FILE-OR-FOLDER... [--head HEX] [--json]

Exit code 0: everything is as it was written. 1: something is not; its file, line, byte and reason are printed.
2: wrong usage, or nothing to check. A file is read line by line: memory does not grow with its length.

The format. The first line says what follows: ``{"livepay_journal":1,"store":…,"first":…,"last":…,"entries":…,
"previous":…,"head":…,"hash":…}``; ``previous`` is the hash before the first entry (64 zeros for a journal's beginning),
``head`` the hash of the last one, ``hash`` SHA-256 of the line without it. Every other line is one entry in canonical
JSON (UTF-8, keys sorted, no spaces) with its hash added at the end:

    {"actor":"seller","at":1790000000000,"data":{…},"kind":"OrderPaid","seq":7,"subject":3,"hash":"64 digits"}

hash = SHA-256(previous hash, 32 bytes ‖ the line without its hash: {"actor":…,"subject":3}). ``at`` is milliseconds
since 1970 UTC; ``seq`` counts from 1 without a gap. Several files (one for each year) are checked together: the
``previous`` of each must be the ``head`` of the one before. Who keeps a head elsewhere (on paper, in a mail to an
accountant) and gives it with --head knows that nothing before it was written anew.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

TAIL = re.compile(rb',"hash":"([0-9a-f]{64})"\}')
TAIL_LENGTH = 76  # with the end of the line: ,"hash":"64 digits"}\n less the brace that the entry itself ends with
HEX = re.compile(r"[0-9a-f]{64}")
LONGEST = 1 << 20  # bytes of a line: an entry has some hundred

FRENCH = {
    "no header": "la première ligne n’est pas l’en-tête d’un journal LivePay",
    "converted": "les fins de ligne ont été converties (CRLF)\u202f: copiez le fichier en mode binaire",
    "no entry": "cette ligne n’est pas une écriture du journal",
    "changed": "l’écriture {seq} a été modifiée\u202f: son contenu ne donne plus son empreinte",
    "missing": "il manque {lost}\u202f: l’écriture {seq} suit l’écriture {before}",
    "reordered": "l’écriture {seq} n’est pas à sa place\u202f: on attend ici la {wanted}, qui est ligne {line}",
    "repeated": "l’écriture {seq} est répétée ou remontée dans le temps\u202f: la {wanted} est attendue ici",
    "truncated": "le fichier est coupé après l’écriture {before}\u202f: il manque {lost}",
    "cut": "le fichier s’arrête au milieu d’une ligne",
    "extra": "il y a plus d’écritures que les {entries} annoncées",
    "rewritten": "la dernière empreinte n’est pas celle annoncée\u202f: la chaîne a été réécrite",
    "unlinked": "cette archive ne suit pas la précédente\u202f: son départ n’est pas la fin de {other}",
    "gap": "il manque une archive\u202f: écritures {lost} entre {other} et celle-ci",
    "unknown head": "l’empreinte gardée n’est dans aucune archive\u202f: le journal a été réécrit ou coupé",
    "unreadable": "le fichier ne peut pas être lu ({detail})",
    "place": "{file}, ligne {line} (octet {byte})\u202f: {what}",
    "intact": "{file}\u202f: intact, {entries} écritures ({first} à {last}), empreinte {head}",
    "kept": "l’empreinte gardée est celle de l’écriture {seq} ({file})",
    "nothing": "aucun journal exporté ici",
}
ENGLISH = {
    "no header": "the first line is not the header of a LivePay journal",
    "converted": "the ends of lines were converted (CRLF): copy the file as binary",
    "no entry": "this line is not an entry of the journal",
    "changed": "entry {seq} was changed: its content no longer gives its hash",
    "missing": "{lost} missing: entry {seq} follows entry {before}",
    "reordered": "entry {seq} is not in its place: {wanted} belongs here and stands on line {line}",
    "repeated": "entry {seq} is repeated or moved back: {wanted} belongs here",
    "truncated": "the file is cut after entry {before}: {lost} missing",
    "cut": "the file ends in the middle of a line",
    "extra": "there are more entries than the {entries} announced",
    "rewritten": "the last hash is not the one announced: the chain was written anew",
    "unlinked": "this archive does not follow the one before: its first hash is not the last of {other}",
    "gap": "an archive is missing: entries {lost} between {other} and this one",
    "unknown head": "the head kept elsewhere is in none of the archives: the journal was written anew or cut",
    "unreadable": "the file cannot be read ({detail})",
    "place": "{file}, line {line} (byte {byte}): {what}",
    "intact": "{file}: intact, {entries} entries ({first} to {last}), head {head}",
    "kept": "the head kept elsewhere is that of entry {seq} ({file})",
    "nothing": "no exported journal here",
}


class Bad(Exception):
    """Something is not as it was written. ``line`` counts from 1, ``byte`` is where that line begins in the file."""

    def __init__(self, fault: str, line: int, byte: int, **facts: Any) -> None:
        super().__init__(fault)
        self.fault, self.line, self.byte, self.facts = fault, line, byte, facts


class Part(NamedTuple):
    """One archive that holds. ``kept``: the entry whose hash is the head kept elsewhere."""

    name: str
    first: int
    last: int
    entries: int
    previous: str
    head: str
    kept: int | None


def check(file: BinaryIO, name: str = "", kept: str = "") -> Part:
    """Check one exported journal as a stream. Raises Bad at the first place that is wrong."""
    raw = file.readline(LONGEST)
    header = _header(raw)
    previous, expected, place, line = bytes.fromhex(header["previous"]), header["first"], len(raw), 1
    found = expected - 1 if kept == header["previous"] else None
    while True:
        raw = file.readline(LONGEST)
        if not raw:
            break
        line += 1
        if expected > header["last"]:
            raise Bad("extra", line, place, entries=header["entries"])
        digest, seq, stored = _entry(raw, previous, line, place)
        if seq != expected:
            raise _misplaced(file, seq, expected, line, place)
        if digest.hex() != stored:
            raise Bad("changed", line, place, seq=seq)
        found = seq if stored == kept else found
        previous, expected, place = digest, expected + 1, place + len(raw)
    if expected <= header["last"]:
        raise Bad("truncated", line + 1, place, before=expected - 1, lost=_span(expected, header["last"]))
    if previous.hex() != header["head"]:
        raise Bad("rewritten", line + 1, place)
    return Part(name, header["first"], header["last"], header["entries"], header["previous"], header["head"], found)


def _header(raw: bytes) -> dict[str, Any]:
    if raw.endswith(b"\r\n"):
        raise Bad("converted", 1, 0)
    body, digest, stored = _parted(raw, b"")
    try:
        header = json.loads(body)
        numbers = [header[key] for key in ("first", "last", "entries")]
        proper = header["livepay_journal"] == 1 and all(type(n) is int and n >= 0 for n in numbers)
        proper = proper and all(HEX.fullmatch(header[key]) for key in ("previous", "head"))
        proper = proper and header["entries"] == header["last"] - header["first"] + 1
    except (ValueError, KeyError, TypeError):
        proper = False
    if not proper or not stored or digest.hex() != stored:
        raise Bad("no header", 1, 0)
    return dict(header)


def _parted(raw: bytes, previous: bytes) -> tuple[bytes, bytes, str]:
    """→ (the line without its hash, the hash it should have, the hash it has; empty where there is none)."""
    tail = TAIL.fullmatch(raw, max(0, len(raw) - TAIL_LENGTH), len(raw) - 1)
    if tail is None or not raw.endswith(b"\n"):
        return raw, b"", ""
    body = raw[:-TAIL_LENGTH] + b"}"
    return body, hashlib.sha256(previous + body).digest(), tail[1].decode()


def _entry(raw: bytes, previous: bytes, line: int, place: int) -> Any:
    """→ (the hash this line should have, its number, the hash it has)."""
    if not raw.endswith(b"\n"):
        raise Bad("cut" if len(raw) < LONGEST else "no entry", line, place)
    body, digest, stored = _parted(raw, previous)
    if not stored:
        raise Bad("converted" if raw.endswith(b"\r\n") else "no entry", line, place)
    try:
        seq = json.loads(body)["seq"]
    except (ValueError, KeyError, TypeError):
        seq = None
    if type(seq) is not int:
        raise Bad("no entry", line, place)
    return digest, seq, stored


def _misplaced(file: BinaryIO, seq: int, wanted: int, line: int, place: int) -> Bad:
    """Another number stands where one belongs: was it altered, is the entry further down, or gone?"""
    raw, below = file.readline(LONGEST), line
    if b'"seq":%d,' % (wanted + 1) in raw:
        return Bad("changed", line, place, seq=wanted)
    if seq < wanted:
        return Bad("repeated", line, place, seq=seq, wanted=wanted)
    mark = b'"seq":%d,' % wanted
    while True:
        if not raw:
            return Bad("missing", line, place, seq=seq, before=wanted - 1, lost=_span(wanted, seq - 1))
        below += 1
        if mark in raw:
            return Bad("reordered", line, place, seq=seq, wanted=wanted, at=below)
        raw = file.readline(LONGEST)


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def check_all(paths: list[Path], kept: str = "") -> list[Part]:
    """Check every archive and that each follows the one before. Raises (path, Bad) as ValueError's arguments."""
    parts = []
    for path in paths:
        try:
            with path.open("rb") as file:
                parts.append(check(file, path.name, kept))
        except Bad as bad:
            raise ValueError(path.name, bad) from None
        except OSError as error:
            raise ValueError(path.name, Bad("unreadable", 1, 0, detail=error.strerror)) from None
    parts.sort(key=lambda part: (part.first, part.last))
    for before, after in pairwise(parts):
        if after.first == before.last + 1 and after.previous != before.head:
            raise ValueError(after.name, Bad("unlinked", 1, 0, other=before.name))
        if after.first > before.last + 1:
            lost = _span(before.last + 1, after.first - 1)
            raise ValueError(after.name, Bad("gap", 1, 0, other=before.name, lost=lost))
    return parts


def archives(given: list[Path]) -> list[Path]:
    """The files named, and in the folders named those that are exported journals."""
    found = []
    for path in given:
        if path.is_dir():
            found += [p for p in sorted(path.rglob("*.jsonl")) if p.is_file()]
        else:
            found.append(path)
    return found


def _texts() -> dict[str, str]:
    language = next((os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), "fr")
    return ENGLISH if language[:2] == "en" else FRENCH


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check journals exported by LivePay, without LivePay.")
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE-OR-FOLDER")
    parser.add_argument("--head", default="", help="a head kept elsewhere: 64 digits of 0-9 and a-f")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    kept, say = asked.head.strip().lower(), _texts()
    if kept and not HEX.fullmatch(kept):
        parser.error("--head: 64 digits of 0-9 and a-f")
    files = archives(asked.paths)
    if not files:
        print(say["nothing"], file=sys.stderr)
        return 2
    try:
        parts = check_all(files, kept)
    except ValueError as error:
        name, bad = error.args
        return _told(asked.json, say, name, bad)
    known = [part for part in parts if part.kept is not None]
    if kept and not known:
        return _told(asked.json, say, parts[-1].name, Bad("unknown head", 1, 0))
    if asked.json:
        print(json.dumps({"intact": True, "archives": [part._asdict() for part in parts]}))
        return 0
    for part in parts:
        print(say["intact"].format(**part._asdict(), file=part.name))
    for part in known[:1] if kept else []:
        print(say["kept"].format(seq=part.kept, file=part.name))
    return 0


def _told(as_json: bool, say: dict[str, str], name: str, bad: Bad) -> int:
    if as_json:
        print(json.dumps({"intact": False, "file": name, "fault": bad.fault, "line": bad.line, "byte": bad.byte}))
    else:
        facts = {**bad.facts, "line": bad.facts.get("at", bad.line)}
        what = say[bad.fault].format(**facts)
        print(say["place"].format(file=name, line=bad.line, byte=bad.byte, what=what))
    return 1


if __name__ == "__main__":
    sys.exit(main())
