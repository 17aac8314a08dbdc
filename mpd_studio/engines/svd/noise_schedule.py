"""The noise levels that a clip is sampled through, from nearly pure noise to none.

Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models" (2022), Eq. 5, with the numbers of
the released Stable Video Diffusion schedulers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

SIGMA_MAX = 700.0
SIGMA_MIN = 0.002
RHO = 7.0


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a schedule: from `sigma` down to `next_sigma`."""

    step: int
    sigma: float
    next_sigma: float

    @property
    def ratio(self) -> float:
        """σ'/σ, the share of the noise that an Euler step keeps."""
        return self.next_sigma / self.sigma

    @property
    def lost(self) -> float:
        """√(σ² − σ'²), the spread of the fresh noise that leads from `next_sigma` back up to `sigma`."""
        return math.sqrt(self.sigma**2 - self.next_sigma**2)


def svd_sigmas(steps: int, sigma_max: float = SIGMA_MAX, sigma_min: float = SIGMA_MIN) -> tuple[float, ...]:
    """The `steps` + 1 noise levels, high to low; the last is 0.

    Raises:
        ValueError: fewer than two steps.
    """
    if steps < 2:
        raise ValueError(f"A schedule needs two steps or more, not {steps}.")
    top, bottom = sigma_max ** (1 / RHO), sigma_min ** (1 / RHO)
    return (*((top + index / (steps - 1) * (bottom - top)) ** RHO for index in range(steps)), 0.0)


def unet_time(sigma: float) -> float:
    """¼ ln σ, what the U-Net is told of the noise level."""
    return math.log(sigma) / 4


def initial_spread(sigma: float) -> float:
    """√(σ² + 1), the factor that takes standard normal noise to the state that sampling starts from."""
    return math.sqrt(sigma**2 + 1)


def levels_of(sigmas: Iterable[float]) -> tuple[Level, ...]:
    """The steps between noise levels; a tensor of them will do.

    Raises:
        ValueError: fewer than two levels, or they do not fall strictly to an exact 0.
    """
    values = [float(sigma) for sigma in sigmas]
    if len(values) < 2 or values[-1] != 0 or not all(high > low for high, low in pairwise(values)):
        raise ValueError(f"Noise levels must fall, step by step, to 0; these are {values}.")
    return tuple(Level(step, high, low) for step, (high, low) in enumerate(pairwise(values)))


def early_steps(ratio: float, steps: int) -> int:
    """How many of the first steps lie in the share `ratio` of a schedule: all i with i < ratio · steps.

    Raises:
        ValueError: the ratio is outside 0 … 1.
    """
    if not 0 <= ratio <= 1:
        raise ValueError(f"The share of early steps must lie in 0 … 1, not {ratio}.")
    return math.ceil(ratio * steps - 1e-9)  # 0.28 · 25 is 7.000000000000001


def visits_with_jumps(steps: int, jump_length: int, jump_samples: int, jump_from: float) -> tuple[int, ...]:
    """The steps in the order in which TRF visits them; where it goes back to an earlier one, it adds noise.

    RePaint's schedule (Lugmayr et al., CVPR 2022): with t = steps − 1 − step, each t of ⌊steps · jump_from⌋ and every
    `jump_length` above it, below steps − `jump_length`, is left upwards `jump_samples` − 1 times.

    Raises:
        ValueError: a length or number below 1, or a share outside 0 … 1.
    """
    if jump_length < 1 or jump_samples < 1 or not 0 <= jump_from <= 1:
        raise ValueError(f"There is no jump of {jump_length} steps, made {jump_samples} times from {jump_from}.")
    first = math.floor(jump_from * steps + 1e-9)
    left = dict.fromkeys(range(first, steps - jump_length, jump_length), jump_samples - 1)
    visits: list[int] = []
    t = steps - 1
    while t >= 0:
        visits.append(steps - 1 - t)
        if left.get(t, 0):
            left[t] -= 1
            visits += [steps - 1 - higher for higher in range(t + 1, t + jump_length + 1)]
            t += jump_length
        t -= 1
    return tuple(visits)
