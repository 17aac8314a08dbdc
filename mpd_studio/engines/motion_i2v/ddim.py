"""The noise schedule of both stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffusers.schedulers.scheduling_ddim import DDIMScheduler


def ddim_scheduler() -> DDIMScheduler:
    """DDIM with the betas that both stages were trained with: linear, where Stable Diffusion's are "scaled_linear".

    The networks predict the noise. 25 steps are the times 961, 921 … 41, 1.
    """
    from diffusers.schedulers.scheduling_ddim import DDIMScheduler

    return DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="linear", steps_offset=1, clip_sample=False)
