"""Where the parts of a JSON text stand, so that one of them can be replaced and all others stay byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecoder

Path = tuple[str | int, ...]
_SPACE = re.compile(r"[ \t\r\n]*")
_READER = JSONDecoder(strict=False)


def places(text: str) -> dict[Path, tuple[int, int]]:
    """(start, stop) of every value, by the way to it: ("tracks", "children", 0) …

    text: valid JSON, as the json module reads it (NaN and Infinity too). Of a key given twice, the last counts.
    """
    found: dict[Path, tuple[int, int]] = {}
    open_parts: list[tuple[Path, int, int]] = []  # way to an open object or list, its start, members so far or -1
    position, way = _skip(text, 1 if text.startswith("\ufeff") else 0), ()
    while True:
        letter = text[position]
        if letter in "{[":
            open_parts.append((way, position, 0 if letter == "[" else -1))
            position = _skip(text, position + 1)
        else:
            stop = _READER.raw_decode(text, position)[1]
            found[way] = (position, stop)
            position = _skip(text, stop)
        while open_parts and text[position] in "]}":
            inner, start, _ = open_parts.pop()
            found[inner] = (start, position + 1)
            position = _skip(text, position + 1)
        if not open_parts:
            return found
        if text[position] == ",":
            position = _skip(text, position + 1)
        way, position = _next_member(text, position, open_parts)


def _next_member(text: str, position: int, open_parts: list[tuple[Path, int, int]]) -> tuple[Path, int]:
    """The way to the member that begins here, and where its value stands."""
    way, start, count = open_parts[-1]
    if count >= 0:
        open_parts[-1] = (way, start, count + 1)
        return (*way, count), position
    key, stop = _READER.raw_decode(text, position)
    return (*way, key), _skip(text, _skip(text, stop) + 1)


def strings_named(found: dict[Path, tuple[int, int]], key: str) -> Iterator[tuple[int, int]]:
    """The places of all values that stand under this key, wherever."""
    return (place for way, place in found.items() if way and way[-1] == key)


def _skip(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position
