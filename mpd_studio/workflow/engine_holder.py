"""The engine of the last run, kept for the next one: loading a large model takes longer than many a gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mpd_studio.core.engine import Engine
from mpd_studio.engines.registry import open_engine


class EngineHolder:
    """Holds one engine at most. Used by one lane; only `release` may also be called after that lane has ended.

    An engine is kept after a run that went well, and only then: one that failed or was cancelled gives all its memory
    back at once.
    """

    def __init__(self, open_engine: Callable[[str], Engine] = open_engine) -> None:
        self._open_engine = open_engine
        self._held: tuple[str, Engine] | None = None

    @property
    def engine_id(self) -> str | None:
        """Of the engine that is kept, in whatever state; None where there is none."""
        return self._held[0] if self._held else None

    @contextmanager
    def lent(self, engine_id: str, *, keep: bool) -> Iterator[Engine]:
        """The engine of this id for one run. Another one is unloaded before, this one afterwards unless kept.

        Raises:
            UnsupportedRequest: no engine has this id.
            EnvironmentProblem: it cannot be opened here.
        """
        held = self._held
        if held is not None and held[0] == engine_id:
            engine = held[1]
            self._held = None
        else:
            self.release()
            engine = self._open_engine(engine_id)
        is_well = False
        try:
            yield engine
            is_well = True
        finally:
            if is_well and keep:
                self._held = (engine_id, engine)
            else:
                engine.unload()

    def release(self) -> None:
        """Unload what is kept."""
        held, self._held = self._held, None
        if held is not None:
            held[1].unload()
