"""Imports as Python makes them. Imported by the window's first module, right after PySide.

PySide wraps every import that follows it, and reads the source of each module to see whether it asks for one of its
optional "features" (snake_case names). Nothing here does; at a start it read 430 files, 40 ms, and kept 13 MB of them.
"""

from __future__ import annotations

import builtins
import linecache

import PySide6.QtCore  # noqa: F401 - the wrapper is there from then on

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
linecache.clearcache()
