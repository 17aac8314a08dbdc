"""Older project documents become today's, one dict → dict step per version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

VERSION = 1

STEPS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def migrate(
    doc: dict[str, Any], steps: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = STEPS
) -> dict[str, Any]:
    """steps[n] turns version n into version n + 1; each must exist from the document's version up to today's."""
    while doc["version"] in steps:
        version = doc["version"]
        doc = {**steps[version](doc), "version": version + 1}
    return doc
