"""Giving new frames the grain that moving and mixing took from them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

import numpy as np

from mpd_studio.core.engine_option import EngineOption, OptionKind
from mpd_studio.core.inbetween import EngineSettings
from mpd_studio.engines.flow.scene import Scene
from mpd_studio.motion.grain import Grain, measure_grain, with_grain
from mpd_studio.motion.source import Source, sources

GRAIN_OPTION = EngineOption(
    "regrain",
    "Match grain",
    "Moving and mixing two frames softens their grain. This measures it and adds what was lost, new on each frame. "
    "It takes about twice as long.",
    OptionKind.SWITCH,
    False,
    is_advanced=False,
)


@dataclass(frozen=True, slots=True, eq=False)
class Regrain:
    """scene: the gap's. probe: the same gap between two sheets of pure noise, which tells what is left of noise."""

    scene: Scene
    probe: Scene
    grain: Grain
    seed: int

    def __call__(self, pixels: np.ndarray, time: float, index: int, tick: Callable[[], None]) -> np.ndarray:
        """New frame `index` (from 0) at gap time `time`, with grain of its own. What was copied stays as it is."""
        carried, _ = self.probe.frame_at(time, tick)
        whole = np.all(carried == self.probe.first, axis=2) | np.all(carried == self.probe.last, axis=2)
        tick()
        fresh = self.grain.sheet(pixels.shape[0], pixels.shape[1], _random(self.seed, 2 + index))
        tick()
        return with_grain(pixels, carried, whole, self.grain, fresh)


def regrain(scene: Scene, settings: EngineSettings, seed: int) -> Regrain | None:
    """None where it was not asked for, where the frames have no grain, or where nothing moves between them."""
    if not dict(settings.options).get(GRAIN_OPTION.name, GRAIN_OPTION.default) or np.array_equal(
        scene.first, scene.last
    ):
        return None
    grain = measure_grain(scene.first, scene.last, scene.field)
    if grain is None:
        return None
    height, width = scene.first.shape[:2]
    first, last = (grain.sheet(height, width, _random(seed, end)) for end in (0, 1))
    # The lookup must weaken noise just as it does the picture's.
    pictures = scene.ready.result()[0]
    noise = sources(first, last, scene.sampling, zoom=pictures.zoom)
    if pictures.bounds is None:  # noise must overshoot where the picture does
        noise = replace(noise[0], bounds=None), replace(noise[1], bounds=None)
    ready: Future[tuple[Source, Source]] = Future()
    ready.set_result(noise)
    return Regrain(scene, replace(scene, first=first, last=last, ready=ready, shades=None, bare=None), grain, seed)


def _random(seed: int, sheet: int) -> np.random.Generator:
    """Sheets 0 and 1 are the ends' of the probe, the others the new frames'."""
    return np.random.default_rng((seed % 2**63, sheet))
