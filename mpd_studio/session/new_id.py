"""Ids for new things: they outlive their position, so they are made once and never derived."""

from __future__ import annotations

import uuid


def new_id(kind: str) -> str:
    """ "path-3f9a51c2": the kind and eight random hex digits."""
    return f"{kind}-{uuid.uuid4().hex[:8]}"
