"""What a denoiser gives to a sampler."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


class Denoised:
    """The two estimates of one noisy clip without its noise, each (frames, channels, height, width).

    Either may be a function of no arguments, which is called when the estimate is first read. Samplers read
    `unconditional` only where it has an effect on the result, and then before `conditional`: so a denoiser that is lazy
    in both knows at the first read whether it has to compute two clips or one.
    """

    __slots__ = ("_conditional", "_unconditional")

    def __init__(
        self, unconditional: Tensor | Callable[[], Tensor], conditional: Tensor | Callable[[], Tensor]
    ) -> None:
        self._unconditional = unconditional
        self._conditional = conditional

    @property
    def unconditional(self) -> Tensor:
        """D_∅: what the model expects without a picture."""
        if callable(self._unconditional):
            self._unconditional = self._unconditional()
        return self._unconditional

    @property
    def conditional(self) -> Tensor:
        """D_c: what the model expects of a clip that begins with the side's picture."""
        if callable(self._conditional):
            self._conditional = self._conditional()
        return self._conditional


Denoiser = Callable[["Tensor", float], Denoised]
"""(clip, sigma) → Denoised. The clip is (F, C, h, w) as the side sees it: backward, the last frame comes first."""

Both = Callable[["Tensor", "Tensor", float], tuple[Denoised, Denoised]]
"""(forward clip, backward clip, sigma) → Denoised of each: the two sides in one batched call."""

Noise = Callable[["Tensor"], "Tensor"]
"""like → a fresh standard normal tensor of its shape, dtype and device. `like` itself is changed soon after."""

OnCall = Callable[[int, int, int], None]
"""(step, call, total_calls), before each call of a denoiser; `call` counts from 0. May raise, to cancel."""

AfterStep = Callable[[int, "Tensor", float], "Tensor"]
"""(step, x, sigma) → the x to go on with. x is in forward order, at the noise level sigma."""

Trace = Callable[[int, str, float], None]
"""(step, name, value): a figure worth plotting."""
