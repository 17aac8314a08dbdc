"""One run of a sampler: its two denoisers, its noise and its hooks, with the calls counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mpd_studio.engines.svd.denoised import AfterStep, Both, Denoised, Denoiser, Noise, OnCall, Trace
from mpd_studio.engines.svd.noise_schedule import Level

if TYPE_CHECKING:
    from torch import Tensor

# (D_∅, D_c); D_∅ is None where it was not asked for.
Pair = tuple["Tensor | None", "Tensor"]


@dataclass(slots=True)
class SamplingRun:
    """Calls the denoisers in the name of a sampler."""

    denoise_forward: Denoiser
    denoise_backward: Denoiser
    draw: Noise
    on_call: OnCall | None
    after_step: AfterStep | None
    denoise_both: Both | None
    trace: Trace | None
    total_calls: int = 0
    calls: int = 0

    def forward(self, x: Tensor, level: Level, *, unconditional: bool) -> Pair:
        """PAIR(x, σ, c_s)."""
        self._count(level)
        return _read(self.denoise_forward(x, level.sigma), x, unconditional)

    def backward(self, y: Tensor, level: Level, *, unconditional: bool) -> Pair:
        """PAIR(y, σ, c_e) of a clip in backward order."""
        self._count(level)
        return _read(self.denoise_backward(y, level.sigma), y, unconditional)

    def both(
        self, x: Tensor, level: Level, *, forward_unconditional: bool, backward_unconditional: bool
    ) -> tuple[Pair, Pair]:
        """The forward pair of x, and the backward pair of R(x) in backward order; in one call where there is one."""
        y = x.flip(0)
        if self.denoise_both is None:
            ahead = self.forward(x, level, unconditional=forward_unconditional)
            return ahead, self.backward(y, level, unconditional=backward_unconditional)
        self._count(level)
        self._count(level)
        forward, backward = self.denoise_both(x, y, level.sigma)
        return _read(forward, x, forward_unconditional), _read(backward, y, backward_unconditional)

    def finish_step(self, x: Tensor, level: Level) -> Tensor:
        """Lets the hook see, and change, the state at the end of a step."""
        return x if self.after_step is None else self.after_step(level.step, x, level.next_sigma).to(x)

    def tell(self, level: Level, name: str, tensor: Tensor) -> None:
        """Traces a tensor's norm; it is not computed where nobody asks, because reading it waits for the GPU."""
        if self.trace is not None:
            self.trace(level.step, name, float(tensor.norm()))

    def _count(self, level: Level) -> None:
        if self.on_call is not None:
            self.on_call(level.step, self.calls, self.total_calls)
        self.calls += 1


def _read(denoised: Denoised, x: Tensor, unconditional: bool) -> Pair:
    """The estimates in the state's own dtype; see Denoised about the order."""
    aside = denoised.unconditional.to(x) if unconditional else None
    return aside, denoised.conditional.to(x)
