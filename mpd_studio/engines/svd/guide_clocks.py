"""When a draft lets go of sampling: known without any model, before anything is made."""

from __future__ import annotations

from dataclasses import dataclass

from mpd_studio.engines.svd.noise_schedule import early_steps


@dataclass(frozen=True, slots=True)
class Clocks:
    """When the draft lets go, as noise levels counted from the schedule's first: of everything, of the guided part."""

    weak: int
    strong: int

    def late_share(self, ratio: float, steps: int) -> float:
        """The share of the steps from the weak clock on that lies in the first `ratio` of all steps."""
        return max(0, early_steps(ratio, steps) - self.weak) / (steps - self.weak)


def clocks_at(strength: float, start: float, steps: int) -> Clocks:
    """strength, start: the strong and the weak clock as shares of the steps. At least one step is left to sample."""
    strong = round(strength * steps)
    return Clocks(min(round(start * steps), strong, steps - 1), strong)
