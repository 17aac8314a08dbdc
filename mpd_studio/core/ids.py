"""Names of things that outlive their position. Made by the caller (a workflow or the session), never in core."""

from __future__ import annotations

from typing import NewType

ClipId = NewType("ClipId", str)
GapId = NewType("GapId", str)
TakeId = NewType("TakeId", str)
PathId = NewType("PathId", str)
RegionId = NewType("RegionId", str)
