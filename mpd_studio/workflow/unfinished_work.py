"""Around a run: costly work is kept until its frames lie in their place, and whoever stopped it is told so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mpd_studio.core.engine import Engine
from mpd_studio.core.errors import Cancelled, MpdError
from mpd_studio.core.paths import program_paths
from mpd_studio.core.unfinished import KeepsUnfinished

GOES_ON = "What was denoised is kept: start the same again, and it goes on from there."


class UnfinishedWork:
    """What the engine of one run keeps, if it is of the kind that keeps something."""

    def __init__(self) -> None:
        self._engine: KeepsUnfinished | None = None

    def is_kept_by(self, engine: Engine) -> None:
        """From here on; to be told before the engine begins."""
        if isinstance(engine, KeepsUnfinished):
            engine.keep_unfinished_in(program_paths().unfinished)
            self._engine = engine

    def can_go(self) -> None:
        if self._engine is not None:
            self._engine.frames_are_safe()

    @property
    def is_there(self) -> bool:
        return self._engine is not None and self._engine.has_unfinished


@contextmanager
def unfinished_work() -> Iterator[UnfinishedWork]:
    """Let go where the block ends well; else kept, and what ended the block says so."""
    work = UnfinishedWork()
    try:
        yield work
    except (MpdError, RuntimeError, Cancelled) as error:
        if work.is_there:
            said = str(error)
            error.args = (f"{said} {GOES_ON}" if said else GOES_ON,)
        raise
    work.can_go()
