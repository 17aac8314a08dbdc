"""Work that is too dear to be done twice: kept on the disk until the frames that are made of it lie in their place."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable


@runtime_checkable
class KeepsUnfinished(Protocol):
    """An engine that can go on where a run of the same request broke off, whether it failed, was cancelled or killed.

    It keeps nothing before it is told where. What it finds there may be of another request, damaged or foreign: it then
    starts anew. A disk that refuses costs a warning, never the run.
    """

    def keep_unfinished_in(self, folder: Path | None) -> None:
        """From the next request on, keep costly steps in this folder, which may not exist yet; None: keep nothing."""
        ...

    @property
    def has_unfinished(self) -> bool:
        """Whether something of the last request is kept: the next run of it goes on from there."""
        ...

    def frames_are_safe(self) -> None:
        """The frames of the last request lie in their place; what was kept for it can go."""
        ...
