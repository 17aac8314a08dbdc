"""Stage 2's network: against golden numbers, and what must hold whatever the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mpd_studio.engines.motion_i2v.flow_warps import FlowWarps
from tests.engines.motion_i2v.golden_set import GoldenSet, farthest

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch", reason="needs torch; install mpd-studio[diffusion]")

# A fifth of what the golden set allows; measured 5e-6.
CLOSE = 2e-5

Numbers = dict[str, "Tensor"]


def asked(net: Any, inputs: Numbers, rows: slice = slice(0, 2), **other: Any) -> Tensor:
    arguments: dict[str, Any] = {
        "sample": inputs["sample"][rows],
        "timestep": int(inputs["timestep"]),
        "encoder_hidden_states": inputs["encoder_hidden_states"][rows],
        "flow_px": inputs["flow_px"][rows],
    }
    return net(**{**arguments, **other})


@pytest.fixture(scope="module")
def small(stage2_inputs: Numbers) -> Numbers:
    """The same inputs on a corner of the picture."""
    corner = {"sample": stage2_inputs["sample"][..., :8, :8], "flow_px": stage2_inputs["flow_px"][..., :64, :64]}
    return {**stage2_inputs, **corner}


@pytest.mark.parametrize("row", [0, 1])
def test_golden_output_of_one_clip(stage2_unet: Any, stage2_inputs: Numbers, row: int) -> None:
    output = asked(stage2_unet, stage2_inputs, slice(row, row + 1))
    assert farthest(output, stage2_inputs[f"output_b1_row{row}"]) <= CLOSE


def test_golden_output_without_motion(stage2_unet: Any, stage2_inputs: Numbers) -> None:
    still = torch.zeros_like(stage2_inputs["flow_px"][:1])
    output = asked(stage2_unet, stage2_inputs, slice(0, 1), flow_px=still)
    assert farthest(output, stage2_inputs["output_b1_row0_zero_flow"]) <= CLOSE


def test_golden_output_of_two_clips_is_that_of_each(stage2_unet: Any, stage2_inputs: Numbers) -> None:
    assert farthest(asked(stage2_unet, stage2_inputs), stage2_inputs["output_b2_correct"]) <= CLOSE


def test_golden_output_of_guidance_halves(stage2_unet: Any, stage2_inputs: Numbers) -> None:
    twice: dict[str, Any] = {name: stage2_inputs[name][:1].repeat(2, 1, 1, 1, 1) for name in ("sample", "flow_px")}
    correct, mixed = (asked(stage2_unet, stage2_inputs, **twice, reference_batch_mixing=mix) for mix in (False, True))
    assert farthest(correct, stage2_inputs["output_cfg_correct"]) <= CLOSE
    assert farthest(mixed, stage2_inputs["output_cfg_reference_mixed"]) <= CLOSE
    assert farthest(correct, mixed) > 1000 * CLOSE


def test_golden_output_as_the_released_program_mixes_a_batch(stage2_unet: Any, stage2_inputs: Numbers) -> None:
    mixed = asked(stage2_unet, stage2_inputs, reference_batch_mixing=True)
    assert farthest(mixed, stage2_inputs["output_b2_reference_mixed"]) <= CLOSE


def test_one_clip_has_none_to_be_mixed_with(stage2_unet: Any, small: Numbers) -> None:
    one = slice(0, 1)
    mixed = asked(stage2_unet, small, one, reference_batch_mixing=True)
    assert (mixed == asked(stage2_unet, small, one)).all()


def test_golden_output_of_sixteen_frames(stage2_unet: Any, golden: GoldenSet) -> None:
    numbers = golden.tensors("stage2_frames16")
    output = asked(stage2_unet, {**numbers, "flow_px": numbers["flow_px_fp16"].float()})
    assert farthest(output, numbers["output_b1"]) <= CLOSE


def test_a_motion_made_ready_serves_many_steps(stage2_unet: Any, small: Numbers) -> None:
    warps = FlowWarps(small["flow_px"])
    for time in (900, int(small["timestep"])):
        output = asked(stage2_unet, small, timestep=time, flow_px=warps)
    assert (output == asked(stage2_unet, small)).all()


def test_a_motion_made_ready_says_itself_whether_it_mixes(stage2_unet: Any, small: Numbers) -> None:
    mixing, correct = FlowWarps(small["flow_px"], True), FlowWarps(small["flow_px"])
    mixed = asked(stage2_unet, small, reference_batch_mixing=True)
    assert (asked(stage2_unet, small, flow_px=mixing) == mixed).all()
    with pytest.raises(ValueError, match="without mixing the batch"):
        asked(stage2_unet, small, flow_px=correct, reference_batch_mixing=True)


def test_frame_0_is_told_that_it_is_clean(stage2_unet: Any) -> None:
    times = stage2_unet.frame_times(961, 2, 3)
    clean, noisy = stage2_unet.time_of(torch.tensor([1, 961]))
    assert farthest(times[[0, 3]], clean.expand(2, -1)) <= 1e-5
    assert farthest(times[[1, 2, 4, 5]], noisy.expand(4, -1)) <= 1e-5
    assert farthest(clean, noisy) > 0.1


def test_clips_of_a_batch_know_nothing_of_each_other(stage2_unet: Any, small: Numbers) -> None:
    other: dict[str, Any] = {name: small[name].clone() for name in ("sample", "flow_px")}
    other["sample"][1], other["flow_px"][1] = 0, 3
    assert (asked(stage2_unet, small, **other)[0] == asked(stage2_unet, small)[0]).all()


@pytest.mark.parametrize(("frames", "h", "w"), [(1, 8, 8), (2, 12, 10), (16, 8, 8)])
def test_clips_of_any_length_and_size(stage2_unet: Any, small: Numbers, frames: int, h: int, w: int) -> None:
    flow = 5 * torch.randn(1, frames, 2, 8 * h, 8 * w, generator=torch.Generator().manual_seed(0))
    output = stage2_unet(torch.zeros(1, 4, frames, h, w), 41, small["encoder_hidden_states"][:1], flow)
    assert output.shape == (1, 4, frames, h, w)
    assert output.isfinite().all()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sample": torch.zeros(2, 4, 17, 8, 8)}, "takes 16 frames at most, not 17"),
        ({"flow_px": torch.zeros(2, 4, 2, 64, 64)}, "does not fit 2 × 5"),
        ({"flow_px": torch.zeros(2, 5, 64, 64, 2)}, "A clip's motion has the shape"),
        ({"timestep": torch.tensor([1, 2, 3])}, "3 times do not fit 2 clips"),
        ({"sample": torch.zeros(2, 8, 5, 16, 24)}, r"not \(b, 4, frames, h, w\)"),
    ],
)
def test_what_does_not_fit_is_refused(stage2_unet: Any, small: Numbers, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        asked(stage2_unet, small, **change)


def test_a_failed_call_leaves_no_motion_behind(stage2_unet: Any, small: Numbers) -> None:
    with pytest.raises(RuntimeError):
        asked(stage2_unet, small, encoder_hidden_states=torch.zeros(2, 7, 5))
    with pytest.raises(RuntimeError, match="inside a call of its network only"):
        stage2_unet.mid_block.motion_modules[0](torch.zeros(2, 64, 2, 2), num_frames=2)


def test_half_precision_is_asked_for_as_of_any_network(stage2_unet: Any, stage2_inputs: Numbers) -> None:
    import copy

    half, one = copy.deepcopy(stage2_unet).to(dtype=torch.bfloat16), slice(0, 1)
    coarse: dict[str, Any] = {name: stage2_inputs[name][one].bfloat16() for name in ("sample", "encoder_hidden_states")}
    output = asked(half, stage2_inputs, one, **coarse)
    assert output.dtype == torch.bfloat16
    assert (output.float() - stage2_inputs["output_b1_row0"]).abs().mean() < 0.05
