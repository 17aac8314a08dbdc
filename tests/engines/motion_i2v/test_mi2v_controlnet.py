"""Stage 1's ControlNet: every residual and the steered output against golden numbers."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.engines.motion_i2v.golden_set import GoldenSet, farthest

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch", reason="needs torch; install mpd-studio[diffusion]")

# Measured: 6e-6 of outputs, 2e-5 of residuals; the golden set allows 1e-4 and 3e-4.
CLOSE, CLOSE_RESIDUAL = 2e-5, 1e-4

Numbers = dict[str, "Tensor"]


@pytest.fixture(scope="module")
def control_numbers(golden: GoldenSet) -> Numbers:
    return golden.tensors("controlnet")


def shared_inputs(inputs: Numbers, rows: int) -> tuple[Any, ...]:
    """What the flow network and its ControlNet are both given."""
    time = inputs[f"timestep_b{rows}"]
    return inputs["sample"][:rows], int(time), inputs["encoder_hidden_states"][:rows], inputs["stride"]


@pytest.fixture(scope="module")
def small(flow_inputs: Numbers, control_numbers: Numbers) -> Numbers:
    """The same inputs on a corner of the picture."""
    corner = {"sample": flow_inputs["sample"][..., :8, :8], "control": control_numbers["control"][..., :8, :8]}
    return {**flow_inputs, **corner}


def test_golden_residuals_and_output_of_one_clip(
    flow_unet: Any, controlnet: Any, flow_inputs: Numbers, control_numbers: Numbers
) -> None:
    shared = shared_inputs(flow_inputs, 1)
    down, mid = controlnet(*shared, control_numbers["control"][:1])
    assert len(down) == 8
    for number, residual in enumerate(down):
        assert farthest(residual, control_numbers[f"down_residual_b1_{number:02}"]) <= CLOSE_RESIDUAL
    assert farthest(mid, control_numbers["mid_residual_b1"]) <= CLOSE_RESIDUAL
    assert farthest(flow_unet(*shared, (down, mid)), control_numbers["output_b1"]) <= CLOSE


def test_golden_middle_and_output_of_two_clips(
    flow_unet: Any, controlnet: Any, flow_inputs: Numbers, control_numbers: Numbers
) -> None:
    shared = shared_inputs(flow_inputs, 2)
    down, mid = controlnet(*shared, control_numbers["control"])
    assert farthest(mid, control_numbers["mid_residual_b2"]) <= CLOSE_RESIDUAL
    assert farthest(flow_unet(*shared, control=(down, mid)), control_numbers["output_b2"]) <= CLOSE


def test_golden_output_of_half_the_scale(
    flow_unet: Any, controlnet: Any, flow_inputs: Numbers, control_numbers: Numbers
) -> None:
    shared = shared_inputs(flow_inputs, 1)
    control = controlnet(*shared, control_numbers["control"][:1], scale=0.5)
    assert farthest(flow_unet(*shared, control), control_numbers["output_b1_scale_half"]) <= CLOSE


def test_a_scale_of_zero_and_an_untrained_controlnet_change_nothing(
    flow_unet: Any, controlnet: Any, small: Numbers
) -> None:
    shared, condition = shared_inputs(small, 1), small["control"][:1]
    untrained = copy.deepcopy(controlnet)
    for mouth in (*untrained.controlnet_down_blocks, untrained.controlnet_mid_block):
        mouth.weight.zero_()
        mouth.bias.zero_()
    alone = flow_unet(*shared)
    assert (flow_unet(*shared, controlnet(*shared, condition, 0.0)) == alone).all()
    assert (flow_unet(*shared, untrained(*shared, condition)) == alone).all()
    assert farthest(alone, flow_unet(*shared, controlnet(*shared, condition))) > 1000 * CLOSE


def test_the_mask_is_heard(controlnet: Any, small: Numbers) -> None:
    shared, condition = shared_inputs(small, 1), small["control"][:1].clone()
    given = controlnet(*shared, condition)[1]
    condition[:, 4] = 1 - condition[:, 4]
    assert farthest(controlnet(*shared, condition)[1], given) > 0.1


@pytest.mark.parametrize("shape", [(1, 4, 4, 8, 8), (1, 5, 3, 8, 8), (2, 5, 4, 8, 8)])
def test_a_condition_that_does_not_fit_is_refused(controlnet: Any, small: Numbers, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="The condition's shape"):
        controlnet(*shared_inputs(small, 1), torch.zeros(shape))
