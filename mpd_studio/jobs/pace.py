"""How fast a job goes, stage by stage, and how long it will therefore take."""

from __future__ import annotations

from dataclasses import dataclass, field

from mpd_studio.core.progress import Progress


@dataclass(slots=True)
class _Stage:
    """What is known of one stage.

    first: `done` at its first report. spent_s: in it until its last report; since_s: in it since then.
    """

    first: int
    done: int
    total: int
    spent_s: float = 0.0
    since_s: float = 0.0

    @property
    def is_done(self) -> bool:
        return self.done >= self.total

    def left_s(self) -> float | None:
        made = self.done - self.first
        if made <= 0:
            return None
        return max(0.0, self.spent_s / made * (self.total - self.done) - self.since_s)


@dataclass(slots=True)
class Pace:
    """Stages may take turns: time counts for the stage that was reported last. A stage may also be announced before
    its turn, by reporting none of it done.
    """

    _stages: dict[str, _Stage] = field(default_factory=dict)
    _current: _Stage | None = None
    _reported_s: float = 0.0

    def report(self, progress: Progress, now_s: float) -> None:
        if self._current is not None:
            self._current.since_s += now_s - self._reported_s
        stage = self._stages.get(progress.stage)
        if stage is None or progress.done < stage.done:  # a new one, or another round of it
            stage = self._stages[progress.stage] = _Stage(progress.done, progress.done, progress.total)
        elif progress.done > stage.done:
            stage.spent_s, stage.since_s = stage.spent_s + stage.since_s, 0.0
        stage.done, stage.total = progress.done, progress.total
        self._current, self._reported_s = stage, now_s

    def left_s(self, now_s: float) -> float | None:
        """Of all stages that have begun; None while nothing can be told of the one at work, or of any."""
        known = [left for stage in self._unfinished if (left := stage.left_s()) is not None]
        current = self._current
        if not known or current is None or (not current.is_done and current.left_s() is None):
            return None
        return max(0.0, sum(known) - (now_s - self._reported_s))

    @property
    def is_least(self) -> bool:
        """More time will be needed than left_s says: for a stage that has been announced and not measured yet."""
        return any(stage.total > 1 and stage.left_s() is None for stage in self._unfinished)

    @property
    def _unfinished(self) -> list[_Stage]:
        return [stage for stage in self._stages.values() if not stage.is_done]
