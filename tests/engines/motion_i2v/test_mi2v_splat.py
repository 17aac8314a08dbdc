"""Forward splatting: against golden numbers, a plain double loop, and what must hold for any flow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from mpd_studio.engines.motion_i2v.splat import forward_splat
from tests.engines.motion_i2v.golden_set import GoldenSet, farthest

if TYPE_CHECKING:
    from torch import Tensor

pytest.importorskip("torch", reason="needs torch; install mpd-studio[diffusion]")


def normal(*shape: int, seed: int = 0) -> Tensor:
    import torch

    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def steady(n: int, dx: float, dy: float, h: int = 6, w: int = 8) -> Tensor:
    import torch

    return torch.tensor([dx, dy]).reshape(1, 2, 1, 1).expand(n, 2, h, w).contiguous()


def by_loop(picture: Tensor, flow: Tensor) -> Tensor:
    """One pixel after the other, in float64 after the coordinate."""
    import torch

    n, c, h, w = picture.shape
    thrown, weights = torch.zeros(n, c, h, w, dtype=torch.float64), torch.zeros(n, 1, h, w, dtype=torch.float64)
    for k in range(n):
        for row in range(h):
            for column in range(w):
                dx, dy = flow[k, :, row, column]
                x, y = float(dx + column), float(dy + row)
                for px in (math.floor(x), math.floor(x) + 1):
                    for py in (math.floor(y), math.floor(y) + 1):
                        if 0 <= px < w and 0 <= py < h:
                            part = (1 - abs(x - px)) * (1 - abs(y - py))
                            thrown[k, :, py, px] += part * picture[k, :, row, column].double()
                            weights[k, 0, py, px] += part
    return (thrown / (weights + 1e-7)).float()


@pytest.mark.parametrize("case", ["s0", "s1"])
def test_golden_splats(golden: GoldenSet, case: str) -> None:
    numbers = golden.tensors("splat")
    picture, flow = numbers[f"{case}_input"], numbers[f"{case}_flow"]
    average = forward_splat(picture, flow, "avg")
    assert farthest(average, numbers[f"{case}_output_avg"]) <= 1e-5
    assert farthest(forward_splat(picture, flow, "sum"), numbers[f"{case}_output_sum"]) <= 1e-5
    holes = (numbers[f"{case}_weight_sum"] == 0).expand_as(average)
    assert holes.any()
    assert (average[holes] == 0).all()


def test_golden_splat_drops_pixels_whose_target_is_not_finite(golden: GoldenSet) -> None:
    numbers = golden.tensors("splat")
    flow = numbers["nonfinite_flow"]
    assert flow.isnan().any()
    assert flow.isinf().any()
    assert farthest(forward_splat(numbers["nonfinite_input"], flow), numbers["nonfinite_output_avg"]) <= 1e-5


def test_it_is_what_a_double_loop_makes() -> None:
    picture, flow = normal(2, 3, 9, 11, seed=1), 3 * normal(2, 2, 9, 11, seed=2)
    assert farthest(forward_splat(picture, flow), by_loop(picture, flow)) <= 1e-5


def test_no_motion_keeps_the_picture() -> None:
    picture = normal(1, 3, 6, 8)
    assert farthest(forward_splat(picture, steady(1, 0, 0)), picture) <= 1e-6
    assert (forward_splat(picture, steady(1, 0, 0), "sum") == picture).all()


def test_whole_pixels_shift_the_picture_and_uncover_zeros() -> None:
    picture = normal(1, 3, 6, 8)
    moved = forward_splat(picture, steady(1, 3, -2), "sum")
    assert (moved[:, :, :4, 3:] == picture[:, :, 2:, :5]).all()
    assert (moved[:, :, 4:] == 0).all()
    assert (moved[:, :, :, :3] == 0).all()


def test_a_sum_keeps_all_that_stays_inside() -> None:
    import torch

    picture = torch.zeros(1, 2, 12, 12)
    picture[:, :, 4:8, 4:8] = normal(1, 2, 4, 4).abs()
    flow = normal(1, 2, 12, 12, seed=3).clamp(-3, 3)
    moved = forward_splat(picture, flow, "sum")
    assert torch.allclose(moved.sum((2, 3)), picture.sum((2, 3)), rtol=1e-5)
    assert (moved - picture).abs().max() > 0.1


def test_it_is_linear_in_the_picture_and_blind_to_the_order_of_channels() -> None:
    a, b, flow = normal(1, 4, 6, 8, seed=1), normal(1, 4, 6, 8, seed=2), 2 * normal(1, 2, 6, 8, seed=3)
    both = forward_splat(2 * a - b, flow)
    assert farthest(both, 2 * forward_splat(a, flow) - forward_splat(b, flow)) <= 1e-5
    order = [2, 0, 3, 1]
    assert (forward_splat(a[:, order], flow) == forward_splat(a, flow)[:, order]).all()


def test_pictures_of_a_batch_know_nothing_of_each_other() -> None:
    import torch

    picture, flow = normal(3, 2, 6, 8, seed=1), 2 * normal(3, 2, 6, 8, seed=2)
    each = torch.cat([forward_splat(picture[k : k + 1], flow[k : k + 1]) for k in range(3)])
    assert (forward_splat(picture, flow) == each).all()


def test_targets_beyond_any_integer_are_outside() -> None:
    picture = normal(1, 2, 6, 8)
    flow = steady(1, 0.0, 0.0)
    flow[:, 0, 2, 3], flow[:, 1, 4, 4] = 3e38, -3e38
    moved = forward_splat(picture, flow, "sum")
    assert (moved[:, :, 2, 3] == 0).all()
    assert (moved[:, :, 4, 4] == 0).all()
    assert (moved != picture).any(1).sum() == 2


def test_half_precision_in_half_precision_out_and_float32_between() -> None:
    import torch

    picture, flow = normal(1, 2, 6, 8, seed=1).half(), 2 * normal(1, 2, 6, 8, seed=2)
    moved = forward_splat(picture, flow)
    assert moved.dtype == torch.float16
    assert (moved == forward_splat(picture.float(), flow).half()).all()


def test_gradients_reach_the_picture() -> None:
    picture = normal(1, 2, 6, 8).requires_grad_()
    forward_splat(picture, steady(1, 1, 0), "sum").sum().backward()
    assert picture.grad is not None
    assert (picture.grad[..., :7] == 1).all()
    assert (picture.grad[..., 7] == 0).all()


@pytest.mark.parametrize(("flow", "mode"), [((1, 2, 6, 8), "soft"), ((1, 2, 6, 7), "avg"), ((2, 2, 6, 8), "avg")])
def test_what_does_not_fit_is_refused(flow: tuple[int, ...], mode: str) -> None:
    with pytest.raises(ValueError, match=r"splat is one of|does not fit"):
        forward_splat(normal(1, 2, 6, 8), normal(*flow), mode)
