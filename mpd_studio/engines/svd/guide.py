"""Two clocks: a rough clip, the draft, leads sampling, and its guided part for longer than the rest.

Time-to-Move (Singer et al., ICLR 2026, arXiv 2511.08633): sampling starts late, at the weak clock's noise level, from
the noised draft; until the strong clock's level the guided part is set back to the draft, noised to the level just
reached.

Here a mask between 0 and 1 is a clock in between, not a mixture: mixing two states whose noises are independent would
leave too little noise along soft edges. Every latent pixel is either the sampler's or the draft's, each for its own
time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mpd_studio.engines.svd.denoised import Noise
from mpd_studio.engines.svd.guide_clocks import Clocks
from mpd_studio.engines.svd.noise_schedule import initial_spread

if TYPE_CHECKING:
    from torch import Tensor

_ROUNDING = 1e-4  # a mask that should be full may be a little less


@dataclass(frozen=True, slots=True, eq=False)
class Guide:
    """The draft of one clip at work.

    draft: (F, C, h, w) scaled latents without noise. mask: (F, 1, h, w) in 0..1, 0 in frames that stay the sampler's.
    sigmas: of the whole schedule. noise: its own, so that the sampler's draws stay in their order.
    """

    draft: Tensor
    mask: Tensor
    clocks: Clocks
    sigmas: Sequence[float]
    noise: Noise

    @property
    def sigmas_left(self) -> Sequence[float]:
        """The noise levels from the weak clock on."""
        return self.sigmas[self.clocks.weak :]

    def begin(self, noise: Tensor) -> Tensor:
        """The state to start from. noise: standard normal; where no step is left out, the start is the plain one."""
        sigma = self.sigmas[self.clocks.weak]
        if self.clocks.weak == 0:
            return noise * initial_spread(sigma)
        return self.draft.add(noise, alpha=sigma)

    def after_step(self, step: int, x: Tensor, sigma: float) -> Tensor:
        """The samplers' hook, steps counted from the weak clock: the noised draft where the draft still leads."""
        import torch

        reached, (weak, strong) = self.clocks.weak + step + 1, (self.clocks.weak, self.clocks.strong)
        if reached > strong:
            return x
        # A pixel's own clock stands at weak + mask · (strong − weak).
        led = self.mask >= (reached - weak) / (strong - weak) - _ROUNDING
        return torch.where(led, self.draft.add(self.noise(x), alpha=sigma), x)
