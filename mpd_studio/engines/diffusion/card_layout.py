"""The same networks, laid out for the convolutions of graphics cards: nothing that is computed changes.

Tensor cores read pictures with their channels last. Convolutions over time alone come in three dimensions, for which
libraries have slow programs; with a picture's pixels in one row they are the same in two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def lay_out_for_graphics_cards(network: Any) -> int:
    """Change a network in place, once. Returns how many of its convolutions over time were rewritten."""
    import torch

    rewritten = 0
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.to(memory_format=torch.channels_last)  # type: ignore[call-overload] - missing in torch's stubs
        elif isinstance(module, torch.nn.Conv3d) and _is_over_time_alone(module) and "forward" not in vars(module):
            weight = module.weight.data.squeeze(-1).contiguous(memory_format=torch.channels_last)  # (o, i, t, 1)
            module.weight = torch.nn.Parameter(weight.unsqueeze(-1), requires_grad=False)
            module.forward = _OverTime(module)
            rewritten += 1
    return rewritten


def _is_over_time_alone(module: Any) -> bool:
    return (
        module.kernel_size[1:] == (1, 1)
        and module.padding[1:] == (0, 0)
        and module.stride == module.dilation == (1, 1, 1)
        and module.groups == 1
        and module.padding_mode == "zeros"
    )


class _OverTime:
    """In place of the forward of a convolution with a kernel of (t, 1, 1)."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def __call__(self, input: Tensor) -> Tensor:
        import torch

        module, pixels = self._module, input.shape[3:]
        rows = input.flatten(3)  # (b, c, f, h, w) -> (b, c, f, h * w): a view where channels lie last
        made = torch.nn.functional.conv2d(rows, module.weight.squeeze(-1), module.bias, padding=(module.padding[0], 0))
        return made.unflatten(3, pixels)
