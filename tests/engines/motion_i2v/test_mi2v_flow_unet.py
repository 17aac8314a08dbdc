"""Stage 1's network: against golden numbers, and what must hold whatever the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engines.motion_i2v.golden_set import farthest

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch", reason="needs torch; install mpd-studio[diffusion]")

# A tenth of what the golden set allows; measured 6e-6.
CLOSE = 2e-5

Numbers = dict[str, "Tensor"]


def asked(net: Any, inputs: Numbers, rows: int = 2, **other: Any) -> Tensor:
    arguments: dict[str, Any] = {
        "sample": inputs["sample"][:rows],
        "timestep": int(inputs["timestep_b2"]),
        "encoder_hidden_states": inputs["encoder_hidden_states"][:rows],
        "stride": inputs["stride"],
    }
    return net(**{**arguments, **other})


@pytest.fixture(scope="module")
def small(flow_inputs: Numbers) -> Numbers:
    """The same inputs on a corner of the picture."""
    return {**flow_inputs, "sample": flow_inputs["sample"][..., :8, :8]}


def test_golden_output_of_one_clip(flow_unet: Any, flow_inputs: Numbers) -> None:
    output = asked(flow_unet, flow_inputs, 1, timestep=int(flow_inputs["timestep_b1"]))
    assert farthest(output, flow_inputs["output_b1"]) <= CLOSE


def test_golden_output_of_two_clips(flow_unet: Any, flow_inputs: Numbers) -> None:
    assert farthest(asked(flow_unet, flow_inputs), flow_inputs["output_b2"]) <= CLOSE


def test_golden_output_of_two_clips_with_strides_of_their_own(flow_unet: Any, flow_inputs: Numbers) -> None:
    output = asked(flow_unet, flow_inputs, stride=flow_inputs["stride_per_row"])
    assert farthest(output, flow_inputs["output_b2_stride_per_row"]) <= CLOSE
    assert farthest(output, flow_inputs["output_b2"]) > 1000 * CLOSE


def test_a_time_is_given_in_any_way(flow_unet: Any, small: Numbers) -> None:
    wanted = asked(flow_unet, small, 1, timestep=41)
    for timestep in (torch.tensor(41), torch.tensor([41]), 41.0):
        assert (asked(flow_unet, small, 1, timestep=timestep) == wanted).all()
    both = asked(flow_unet, small, timestep=torch.tensor([41, 500]))
    assert farthest(both[:1], wanted) <= CLOSE
    assert farthest(both[1:], asked(flow_unet, small, timestep=41)[1:]) > 0.1


def test_a_stride_of_one_row_is_that_of_every_clip(flow_unet: Any, small: Numbers) -> None:
    stride = small["stride"]
    together = asked(flow_unet, small, stride=stride[0])
    assert (together == asked(flow_unet, small, stride=stride.expand(2, -1))).all()


def test_clips_of_a_batch_know_nothing_of_each_other(flow_unet: Any, small: Numbers) -> None:
    other = small["sample"].clone()
    other[1] = 0
    assert farthest(asked(flow_unet, small, sample=other)[:1], asked(flow_unet, small)[:1]) == 0


@pytest.mark.parametrize(("frames", "h", "w"), [(1, 8, 8), (5, 8, 16), (15, 16, 8), (2, 12, 10)])
def test_clips_of_any_length_and_size(flow_unet: Any, small: Numbers, frames: int, h: int, w: int) -> None:
    """12 × 10 is odd on the way down."""
    output = flow_unet(
        torch.zeros(1, 8, frames, h, w), 41, small["encoder_hidden_states"][:1], torch.arange(frames) * 8
    )
    assert output.shape == (1, 4, frames, h, w)
    assert output.isfinite().all()


def test_the_stride_tells_equal_frames_apart(flow_unet: Any, small: Numbers) -> None:
    """The places of frames tell them apart too: so their tables are zero here."""
    tables = [block.pos_embed for block in flow_unet.modules() if hasattr(block, "pos_embed")]
    tables = [table for table in tables if table is not None]
    kept = [table.pe.clone() for table in tables]
    sample = small["sample"][:1, :, :1].expand(-1, -1, 3, -1, -1)
    try:
        for table in tables:
            table.pe.zero_()
        alike = asked(flow_unet, small, 1, sample=sample, stride=torch.tensor([8, 8, 8]))
        apart = asked(flow_unet, small, 1, sample=sample, stride=torch.tensor([8, 8, 64]))
    finally:
        for table, values in zip(tables, kept, strict=True):
            table.pe.copy_(values)
    assert len(tables) == 13
    assert farthest(alike[:, :, 0], alike[:, :, 2]) <= CLOSE
    assert farthest(apart[:, :, 0], apart[:, :, 2]) > 0.1


def test_frames_are_normalised_each_by_itself(flow_unet: Any) -> None:
    """What a motion module's blocks are given of other frames does not change with one frame."""
    module = flow_unet.down_blocks[0].motion_modules[0]
    given: list[Tensor] = []
    hook = module.proj_in.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0]))
    rows = torch.randn(4, 64, 8, 8, generator=torch.Generator().manual_seed(1))
    changed = rows.clone()
    changed[3] = 5 * changed[3] + 2
    try:
        module(rows, num_frames=4)
        module(changed, num_frames=4)
    finally:
        hook.remove()
    assert (given[0][:, :3] == given[1][:, :3]).all()
    assert (given[0][:, 3] != given[1][:, 3]).any()


def test_norms_have_the_epsilons_of_the_training(flow_unet: Any, controlnet: Any, stage2_unet: Any) -> None:
    """Outputs hardly show them: 1e-5 instead of 1e-6 changes them by 5e-6."""
    for net in (flow_unet, controlnet, stage2_unet):
        norms = {name: part for name, part in net.named_modules() if isinstance(part, torch.nn.GroupNorm)}
        small = {name for name in norms if ".motion_modules." in name or ".attentions." in name}
        assert {norms[name].eps for name in small} == {1e-6}
        assert {norms[name].eps for name in norms.keys() - small} == {1e-5}
        assert {norm.num_groups for norm in norms.values()} == {32}
        layers = [part for part in net.modules() if isinstance(part, torch.nn.LayerNorm)]
        assert {norm.eps for norm in layers} == {1e-5}
        assert (small, layers) != (set(), [])


def test_loaded_networks_are_ready_to_be_asked(flow_unet: Any, controlnet: Any, stage2_unet: Any) -> None:
    for net in (flow_unet, controlnet, stage2_unet):
        assert not net.training
        assert not any(parameter.requires_grad for parameter in net.parameters())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sample": torch.zeros(2, 4, 4, 16, 24)}, r"not \(b, 8, frames, h, w\)"),
        ({"encoder_hidden_states": torch.zeros(1, 7, 24)}, "does not fit 2 clips"),
        ({"stride": torch.zeros(1, 5)}, "A stride of shape"),
        ({"sample": torch.zeros(2, 8, 33, 8, 8)}, "takes 32 frames at most, not 33"),
        ({"control": ((torch.zeros(2, 64, 4, 8, 8),), torch.zeros(2, 64, 4, 1, 1))}, "1 residuals for 8 skips"),
    ],
)
def test_what_does_not_fit_is_refused(flow_unet: Any, small: Numbers, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        asked(flow_unet, small, **change)


def test_half_precision_is_asked_for_as_of_any_network(flow_unet: Any, small: Numbers) -> None:
    import copy

    half = copy.deepcopy(flow_unet).to(dtype=torch.bfloat16)
    text = small["encoder_hidden_states"][:1].bfloat16()
    output = asked(half, small, 1, sample=small["sample"][:1].bfloat16(), encoder_hidden_states=text)
    assert output.dtype == torch.bfloat16
    assert (output.float() - asked(flow_unet, small, 1)).abs().mean() < 0.05
