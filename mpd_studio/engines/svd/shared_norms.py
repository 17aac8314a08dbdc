"""One mean and spread for all tiles of a picture.

A GroupNorm measures all that it is given. Tile by tile, each would be normalised by its own light and contrast, and
the tiles would not fit together; so what one look at the whole picture, made small, has measured is used for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


@contextmanager
def norms_shared(network: Any, look: Callable[[], object]) -> Iterator[None]:
    """While open, the network's GroupNorms normalise by what they measured in `look`, a call of the network.

    Every norm must be reached once in a call, and calls must be of as many frames as the look.
    """
    import torch

    norms = [module for module in network.modules() if isinstance(module, torch.nn.GroupNorm)]
    measured: dict[torch.nn.GroupNorm, tuple[Tensor, Tensor]] = {}

    def measure(norm: Any, arguments: tuple[Tensor, ...]) -> None:
        groups = arguments[0].reshape(arguments[0].shape[0], norm.num_groups, -1)
        variance, mean = torch.var_mean(groups.float(), dim=-1, correction=0)  # (b, groups)
        measured[norm] = mean, variance

    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    try:
        look()
    finally:
        for hook in hooks:
            hook.remove()
    try:
        for norm, (mean, variance) in measured.items():
            norm.forward = _Given(norm, mean, variance)
        yield
    finally:
        for norm in measured:
            vars(norm).pop("forward", None)


class _Given:
    """In place of the forward of a GroupNorm whose mean and variance are known: (b, groups)."""

    def __init__(self, norm: Any, mean: Tensor, variance: Tensor) -> None:
        import torch

        each = norm.num_channels // norm.num_groups
        scale = torch.rsqrt(variance + norm.eps).repeat_interleave(each, dim=1) * norm.weight  # (b, c)
        self._scale, self._shift = scale, norm.bias - mean.repeat_interleave(each, dim=1) * scale

    def __call__(self, input: Tensor) -> Tensor:
        import torch

        shape = (*self._scale.shape, *(1,) * (input.ndim - 2))
        scale, shift = (value.view(shape).to(input.dtype) for value in (self._scale, self._shift))
        return torch.addcmul(shift, input, scale)
