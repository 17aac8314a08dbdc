"""LoRA: the formula, every spelling of the names, and clear words where it does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from mpd_studio.core.errors import BadInput

torch = pytest.importorskip("torch", reason="LoRAs are merged by torch, an optional part of the installation")

QUERY = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
OUT = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0"
PROJ = "down_blocks.0.attentions.0.proj_in"
CONV = "down_blocks.0.resnets.0.conv1"
MOTION = "down_blocks.0.motion_modules.0.temporal_transformer.transformer_blocks.0.attention_blocks.0.to_q"
SHAPES = {QUERY: (6, 4), OUT: (6, 4), PROJ: (6, 4, 1, 1), CONV: (6, 4, 3, 3), MOTION: (6, 4)}


@pytest.fixture
def tensors() -> dict[str, Any]:
    numbers = torch.Generator().manual_seed(1)
    made = {f"{name}.weight": torch.randn(shape, generator=numbers) for name, shape in SHAPES.items()}
    return made | {f"{PROJ}.bias": torch.ones(6)}


def flat(name: str) -> str:
    return name.replace(".", "_")


def pair(*inside: int) -> tuple[Any, Any]:
    """(down, up) of rank 2 for 4 -> 6."""
    numbers = torch.Generator().manual_seed(2)
    ones = (1,) * len(inside)
    return torch.randn(2, 4, *inside, generator=numbers), torch.randn(6, 2, *ones, generator=numbers)


def merge(tensors: Any, lora: Any, strength: float = 0.5, part: str = "unet") -> Any:
    from mpd_studio.engines.motion_i2v.lora import merge_lora

    return merge_lora(tensors, lora, strength, part)


@pytest.mark.parametrize(
    ("down_name", "up_name", "place"),
    [
        (f"lora_unet_{flat(QUERY)}.lora_down.weight", f"lora_unet_{flat(QUERY)}.lora_up.weight", QUERY),
        (f"lora_unet_{flat(OUT)}.lora_down.weight", f"lora_unet_{flat(OUT)}.lora_up.weight", OUT),
        (f"unet.{QUERY}.lora_A.weight", f"unet.{QUERY}.lora_B.weight", QUERY),
        (f"base_model.model.{OUT}.lora_A.default.weight", f"base_model.model.{OUT}.lora_B.default.weight", OUT),
        (f"unet.{QUERY}.lora.down.weight", f"unet.{QUERY}.lora.up.weight", QUERY),
        (
            f"{QUERY.replace('.to_q', '.processor.to_q_lora')}.down.weight",
            f"{QUERY.replace('.to_q', '.processor.to_q_lora')}.up.weight",
            QUERY,
        ),
        (
            f"unet.{OUT.replace('.to_out.0', '.processor.to_out_lora')}.down.weight",
            f"unet.{OUT.replace('.to_out.0', '.processor.to_out_lora')}.up.weight",
            OUT,
        ),
        (
            f"{MOTION.replace('.to_q', '.processor.to_q_lora')}.down.weight",
            f"{MOTION.replace('.to_q', '.processor.to_q_lora')}.up.weight",
            MOTION,
        ),
    ],
)
def test_every_spelling_finds_its_matrix(tensors: Any, down_name: str, up_name: str, place: str) -> None:
    down, up = pair()
    merged, report = merge(tensors, {down_name: down, up_name: up})
    assert report.applied == (f"{place}.weight",)
    expected = tensors[f"{place}.weight"] + 0.5 * up @ down
    assert torch.allclose(merged[f"{place}.weight"], expected, atol=1e-6)
    others = [name for name in tensors if name != f"{place}.weight"]
    assert all(merged[name] is tensors[name] for name in others)


def kohya(place: str, down: Any, up: Any, **more: Any) -> dict[str, Any]:
    name = f"lora_unet_{flat(place)}"
    return {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up} | {
        f"{name}.{k}": v for k, v in more.items()
    }


def test_alpha_is_divided_by_the_rank(tensors: Any) -> None:
    down, up = pair()
    merged, _ = merge(tensors, kohya(QUERY, down, up, alpha=torch.tensor(1.0)), 0.8)
    assert torch.allclose(merged[f"{QUERY}.weight"], tensors[f"{QUERY}.weight"] + 0.8 * (1 / 2) * up @ down, atol=1e-6)


@pytest.mark.parametrize(("place", "inside"), [(CONV, (3, 3)), (PROJ, (1, 1)), (PROJ, ())])
def test_a_convolution_does_what_both_did_one_after_the_other(
    tensors: Any, place: str, inside: tuple[int, ...]
) -> None:
    down, up = pair(*inside)
    merged, _ = merge(tensors, kohya(place, down, up), 1.0)
    picture = torch.randn(1, 4, 5, 5, generator=torch.Generator().manual_seed(3))
    side = (inside or (1,))[0] // 2
    as_conv = lambda m: m if m.ndim == 4 else m[..., None, None]  # noqa: E731 - local and short
    conv = torch.nn.functional.conv2d
    before = conv(picture, tensors[f"{place}.weight"], padding=side)
    added = conv(conv(picture, as_conv(down), padding=side), as_conv(up))
    assert torch.allclose(conv(picture, merged[f"{place}.weight"], padding=side), before + added, atol=1e-5)


def test_nothing_is_changed_at_strength_zero_nor_in_place(tensors: Any) -> None:
    before = {name: tensor.clone() for name, tensor in tensors.items()}
    merged, _ = merge(tensors, kohya(QUERY, *pair()), 0.0)
    assert all(torch.equal(merged[name], before[name]) for name in before)
    merge(tensors, kohya(QUERY, *pair()), 1.0)
    assert all(torch.equal(tensors[name], before[name]) for name in before)


def test_half_precision_stays_half(tensors: Any) -> None:
    halves = {name: tensor.half() for name, tensor in tensors.items()}
    down, up = pair()
    merged, _ = merge(halves, kohya(QUERY, down.half(), up.half()))
    assert merged[f"{QUERY}.weight"].dtype == torch.float16
    exact = halves[f"{QUERY}.weight"].float() + 0.5 * up.half().float() @ down.half().float()
    assert torch.equal(merged[f"{QUERY}.weight"], exact.half())


def test_the_text_encoders_part_is_counted_and_can_be_merged(tensors: Any) -> None:
    down, up = pair()
    place = "text_model.encoder.layers.0.self_attn.q_proj"
    name = f"lora_te_{flat(place)}"
    both = kohya(QUERY, down, up) | {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up}
    _, report = merge(tensors, both)
    assert report.of_other_part == 1
    text = {f"{place}.weight": torch.zeros(6, 4)}
    merged, report = merge(text, both, 1.0, "text_encoder")
    assert torch.allclose(merged[f"{place}.weight"], up @ down)
    assert report.of_other_part == 1


@pytest.mark.parametrize(
    ("lora", "said"),
    [
        (kohya("down_blocks.9.x", *pair()), r"1 of its places are not there \(down_blocks_9_x\)"),
        ({"lora_unet_x.hada_w1_a": torch.ones(2, 2)}, "LoHa, LoKr, DoRA"),
        (kohya(QUERY, *pair(), dora_scale=torch.ones(6)), "LoHa, LoKr, DoRA"),
        ({f"lora_unet_{flat(QUERY)}.lora_down.weight": torch.ones(2, 4)}, "one of its two matrices"),
        (kohya(QUERY, torch.ones(2, 4), torch.ones(6, 3)), "do not fit each other: 6 × 3 and 2 × 4"),
        (kohya(QUERY, torch.ones(2, 5), torch.ones(6, 2)), r"it is for 6 × 5 numbers, and the network has 6 × 4"),
        (kohya(CONV, torch.ones(2, 4), torch.ones(6, 2)), r"has 6 × 4 × 3 × 3"),
        ({"conv_in.weight": torch.ones(1)}, "no LoRA of the plain kind"),
        ({"lora_te_a.lora_down.weight": torch.ones(2, 4)}, "nothing for the picture network; its 1 places"),
    ],
)
def test_what_does_not_fit_is_refused(tensors: Any, lora: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        merge(tensors, lora)
