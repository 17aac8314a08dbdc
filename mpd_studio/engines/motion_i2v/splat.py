"""Forward splatting: every pixel of a picture is thrown to where its motion takes it.

A pixel lands between four pixels and gives each a part, by bilinear weights. Where nothing lands stays a hole, 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

# Added to the summed weight before it divides, as where the weights were trained.
WEIGHT_FLOOR = 1e-7
_MODES = ("avg", "average", "sum")


def forward_splat(picture: Tensor, flow: Tensor, mode: str = "avg") -> Tensor:
    """The picture with every pixel moved along the flow.

    picture: (n, c, h, w). flow: (n, 2, h, w), in pixels of this grid, x before y. A pixel whose target is not finite
        or lies outside is dropped.
    mode: "avg": what lands on a pixel is averaged by weight; holes are exactly 0. "sum": it is added up.
    Returns: (n, c, h, w) in the picture's dtype; computed in float32 at least.
    Raises:
        ValueError: an unknown mode, or shapes that do not fit.
    """
    import torch

    if mode not in _MODES:
        raise ValueError(f"A splat is one of {', '.join(_MODES)}, not '{mode}'.")
    if picture.ndim != 4 or flow.shape != (picture.shape[0], 2, *picture.shape[2:]):
        raise ValueError(f"A flow of shape {tuple(flow.shape)} does not fit a picture of {tuple(picture.shape)}.")
    n, c, h, w = picture.shape
    target, source, weight = landings(flow)
    precise = torch.promote_types(picture.dtype, torch.float32)
    pixels = picture.to(precise).permute(0, 2, 3, 1).reshape(n * h * w, c)
    weight = weight.to(precise)
    thrown = torch.zeros_like(pixels).index_add(0, target, pixels[source] * weight[:, None])
    if mode != "sum":
        thrown = thrown / (summed_weight(target, weight, n * h * w) + WEIGHT_FLOOR)[:, None]
    return thrown.reshape(n, h, w, c).permute(0, 3, 1, 2).contiguous().to(picture.dtype)


def landings(flow: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What lands where, over all n pictures as one row of n * h * w pixels.

    flow: (n, 2, h, w) in pixels, x before y.
    Returns: target, source: (k,) int64 pixel numbers, n-major; weight: (k,) float32, > 0; k <= 4 * n * h * w.
    """
    import torch

    n, _, h, w = flow.shape
    # In float32, like the kernel that the weights were trained with: another rounding shows where little lands.
    columns = torch.arange(w, device=flow.device, dtype=torch.float32)
    rows = torch.arange(h, device=flow.device, dtype=torch.float32)[:, None]
    x, y = columns + flow[:, 0].float(), rows + flow[:, 1].float()  # (n, h, w)
    kept = torch.isfinite(x) & torch.isfinite(y)
    # Clamped one pixel and more outside, so that any float has an integer and outside stays outside.
    x = torch.where(kept, x, -2.0).clamp(-2.0, w + 1.0)
    y = torch.where(kept, y, -2.0).clamp(-2.0, h + 1.0)
    left, top = x.floor(), y.floor()
    number = torch.arange(n * h * w, device=flow.device).reshape(n, h, w)
    picture_start = torch.arange(n, device=flow.device)[:, None, None] * (h * w)
    targets, sources, weights = [], [], []
    for column, x_weight in ((left, left + 1 - x), (left + 1, x - left)):
        for row, y_weight in ((top, top + 1 - y), (top + 1, y - top)):
            weight = x_weight * y_weight
            lands = (column >= 0) & (column < w) & (row >= 0) & (row < h) & (weight > 0)
            pixel = picture_start + row.long() * w + column.long()
            targets.append(pixel[lands])
            sources.append(number[lands])
            weights.append(weight[lands])
    return torch.cat(targets), torch.cat(sources), torch.cat(weights)


def summed_weight(target: Tensor, weight: Tensor, pixels: int) -> Tensor:
    """(pixels,): how much landed on each pixel."""
    return weight.new_zeros(pixels).index_add(0, target, weight)
