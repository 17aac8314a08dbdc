"""Networks out of the tiny tree, official and converted, and stage 2 with somebody's own model and LoRA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mpd_studio.core.errors import BadInput
from mpd_studio.core.progress import SilentReporter
from tests.engines.motion_i2v.tiny_trees import PICTURE_UNET, PICTURE_VAE, copy_of, load, replace

torch = pytest.importorskip("torch", reason="networks are torch's, an optional part of the installation")
pytest.importorskip("diffusers", reason="needs diffusers, an optional part of the installation")

_RESNET = (("norm1.", "in_layers.0."), ("conv1.", "in_layers.2."), ("time_emb_proj.", "emb_layers.1."))
_RESNET += (("norm2.", "out_layers.0."), ("conv2.", "out_layers.3."), ("conv_shortcut.", "skip_connection."))


@pytest.fixture(scope="module")
def converted(tiny_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from mpd_studio.engines.motion_i2v.convert import convert

    folder = tmp_path_factory.mktemp("converted") / "tree"
    convert(tiny_tree, folder, SilentReporter())
    return folder


@pytest.mark.parametrize("kind", ["flow_unet", "controlnet", "stage2_unet"])
def test_official_and_converted_networks_are_the_same(tiny_tree: Path, converted: Path, kind: str) -> None:
    from mpd_studio.engines.motion_i2v.networks import load_network

    first, second = (load_network(folder, kind).state_dict() for folder in (tiny_tree, converted))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_both_stages_run_with_numbers_of_a_good_size(converted: Path) -> None:
    from mpd_studio.engines.motion_i2v.networks import load_network, load_text, load_vae

    tokenizer, encoder = load_text(converted, 1)
    with torch.no_grad():
        words = tokenizer(["a cät 猫"], padding="max_length", return_tensors="pt")
        text = encoder(**words).last_hidden_state
        assert text.shape == (1, 77, 32)
        numbers = torch.Generator().manual_seed(0)
        sample, strides = torch.randn(1, 8, 3, 8, 8, generator=numbers), 8 * torch.arange(1, 4)
        control = load_network(converted, "controlnet")(sample, 500, text, strides, torch.ones(1, 5, 3, 8, 8))
        flow_unet = load_network(converted, "flow_unet")
        led, free = (flow_unet(sample, 500, text, strides, c) for c in (control, None))
        assert 0.05 < led.std() < 5
        assert not torch.equal(led, free)
        field = load_vae(converted, "flow").decode(torch.randn(1, 4, 8, 8, generator=numbers)).sample
        assert field.shape == (1, 2, 64, 64)
        assert (field - 0.5).abs().max() < 0.2  # motion of some pixels, around none
        frames = torch.randn(1, 4, 4, 8, 8, generator=numbers)
        moved = load_network(converted, "stage2_unet")(frames, 500, text, torch.zeros(1, 4, 2, 64, 64))
        assert 0.05 < moved.std() < 5


def test_words_differ_and_both_stages_read_them_alike(converted: Path) -> None:
    from mpd_studio.engines.motion_i2v.networks import load_text

    (tokenizer, first), (_, second) = load_text(converted, 1), load_text(converted, 2)
    words = tokenizer(["cat", "dog"], padding="max_length", return_tensors="pt")
    with torch.no_grad():
        cat, dog = first(**words).last_hidden_state
        assert not torch.equal(cat, dog)
        assert torch.equal(second(**words).last_hidden_state[0], cat)


def test_the_autoencoders_are_read_under_their_names_of_2022(tiny_tree: Path) -> None:
    from mpd_studio.engines.motion_i2v.networks import load_vae

    old = load(tiny_tree, PICTURE_VAE)
    assert "decoder.mid_block.attentions.0.query.weight" in old
    new = load_vae(tiny_tree, "picture").state_dict()
    key = "decoder.mid_block.attentions.0."
    assert torch.equal(new[f"{key}to_out.0.weight"], old[f"{key}proj_attn.weight"])
    assert all(tensor.dtype == torch.float32 for tensor in new.values())


def test_the_flow_autoencoder_cannot_be_a_pictures(tiny_tree: Path, tmp_path: Path) -> None:
    from mpd_studio.core.errors import UnsupportedRequest
    from mpd_studio.engines.motion_i2v.networks import load_vae

    own = copy_of(tiny_tree, tmp_path / "own")
    wrong = (own / PICTURE_VAE).with_name("config.json").read_text()
    place = own / "models/stage1/StableDiffusion-FlowGen/vae/config.json"
    place.unlink()
    place.write_text(wrong)
    with pytest.raises(UnsupportedRequest, match=r"says 3 channels in, 3 out and 4 inside; 2, 2 and 4 are wanted"):
        load_vae(own, "flow")


def stage2(folder: Path, **personal: Any) -> Any:
    from mpd_studio.engines.motion_i2v.networks import load_network
    from mpd_studio.engines.motion_i2v.personal import Personal

    return load_network(folder, "stage2_unet", Personal(**personal)).state_dict()


def other_unet(folder: Path) -> dict[str, Any]:
    """Another Stable Diffusion of the same make, by diffusers' names."""
    return {name: tensor * 1.5 for name, tensor in load(folder, PICTURE_UNET).items()}


def single_file_name(name: str) -> str:
    """The name of a tiny U-Net's tensor (4 levels, 1 layer) in a single file, written down from such a file's list."""
    half, *rest = name.split(".")
    is_resnet = ".resnets." in name
    if half == "down_blocks":
        level, what = int(rest[0]), rest[1]
        place = f"input_blocks.{2 * level + (2 if what == 'downsamplers' else 1)}"
        spot = {"resnets": ".0.", "attentions": ".1.", "downsamplers": ".0."}[what]
        tail = ".".join(rest[3:]).replace("conv.", "op.") if what == "downsamplers" else ".".join(rest[3:])
        name = place + spot + tail
    elif half == "up_blocks":
        level, what, layer = int(rest[0]), rest[1], int(rest[2])
        has_attention = level > 0
        place = 2 * level + (1 if what == "upsamplers" else layer)
        spot = {"resnets": 0, "attentions": 1, "upsamplers": 2 if has_attention else 1}[what]
        name = f"output_blocks.{place}.{spot}." + ".".join(rest[3:])
    elif half == "mid_block":
        spot = {("resnets", "0"): 0, ("attentions", "0"): 1, ("resnets", "1"): 2}[rest[0], rest[1]]
        name = f"middle_block.{spot}." + ".".join(rest[2:])
    if is_resnet:
        for old, new in _RESNET:
            name = name.replace(f".{old}", f".{new}")
    ends = (("time_embedding.linear_1", "time_embed.0"), ("time_embedding.linear_2", "time_embed.2"))
    ends += (("conv_in", "input_blocks.0.0"), ("conv_norm_out", "out.0"), ("conv_out", "out.2"))
    for old, new in ends:
        name = new + name.removeprefix(old) if name.startswith(f"{old}.") else name
    return f"model.diffusion_model.{name}"


def assert_other(found: Any, other: dict[str, Any], before: Any) -> None:
    assert all(torch.equal(found[name], tensor) for name, tensor in other.items())
    motion = [name for name in before if "motion_modules." in name]
    assert motion
    assert all(torch.equal(found[name], before[name]) for name in motion)


@pytest.mark.parametrize("form", ["file", "folder", "single file"])
def test_another_model_takes_the_picture_networks_place(tiny_tree: Path, tmp_path: Path, form: str) -> None:
    from safetensors.torch import save_file

    other = other_unet(tiny_tree)
    path = {"file": tmp_path / "own.ckpt", "folder": tmp_path, "single file": tmp_path / "own.safetensors"}[form]
    if form == "file":
        torch.save({"state_dict": other}, path)
    elif form == "folder":
        (tmp_path / "unet").mkdir()
        save_file(other, tmp_path / "unet" / "diffusion_pytorch_model.safetensors")
    else:
        whole = {single_file_name(name): tensor for name, tensor in other.items()}
        save_file(whole | {"cond_stage_model.x.weight": torch.ones(1)}, path)
    assert_other(stage2(tiny_tree, model=path), other, stage2(tiny_tree))


def test_a_single_files_autoencoder_is_used(tiny_tree: Path, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    from mpd_studio.engines.motion_i2v.networks import load_vae

    attention = "first_stage_model.decoder.mid.attn_1."
    names = {
        "decoder.up_blocks.0.resnets.1.conv1.weight": "first_stage_model.decoder.up.3.block.1.conv1.weight",
        "encoder.down_blocks.2.downsamplers.0.conv.bias": "first_stage_model.encoder.down.2.downsample.conv.bias",
        "decoder.mid_block.attentions.0.query.weight": f"{attention}q.weight",
        "decoder.mid_block.attentions.0.proj_attn.weight": f"{attention}proj_out.weight",
        "encoder.conv_norm_out.weight": "first_stage_model.encoder.norm_out.weight",
    }
    from mpd_studio.engines.motion_i2v.single_file_names import vae_of_single_file

    old = load(tiny_tree, PICTURE_VAE)
    whole = {new: old[name][..., None, None] if ".attn_1." in new else old[name] for name, new in names.items()}
    found = vae_of_single_file(whole, 4)
    assert torch.equal(
        found["decoder.mid_block.attentions.0.to_q.weight"], old["decoder.mid_block.attentions.0.query.weight"]
    )
    assert torch.equal(
        found["decoder.up_blocks.0.resnets.1.conv1.weight"], old["decoder.up_blocks.0.resnets.1.conv1.weight"]
    )
    assert {"encoder.down_blocks.2.downsamplers.0.conv.bias", "encoder.conv_norm_out.weight"} <= found.keys()
    save_file({"model.diffusion_model.x.weight": torch.ones(1)}, tmp_path / "without.safetensors")
    assert load_vae(tiny_tree, "picture", tmp_path / "without.safetensors") is not None


def test_a_model_of_another_make_is_refused(tiny_tree: Path, tmp_path: Path) -> None:
    other = other_unet(tiny_tree)
    other["conv_in.weight"] = torch.ones(32, 9, 3, 3)
    del other["conv_out.bias"]
    torch.save(other, tmp_path / "own.ckpt")
    with pytest.raises(BadInput, match=r"1 missing \(conv_out\.bias\); 1 of another shape \(conv_in\.weight\)"):
        stage2(tiny_tree, model=tmp_path / "own.ckpt")


def test_the_released_personal_network_is_found(tiny_tree: Path, tmp_path: Path) -> None:
    from mpd_studio.engines.motion_i2v.personal import official_personal

    own = copy_of(tiny_tree, tmp_path / "own")
    assert official_personal(own) is None
    path = own / "models/stage2/DreamBooth_LoRA/realistic_unet.ckpt"
    path.parent.mkdir()
    torch.save(other_unet(own), path)
    found = official_personal(own)
    assert found == path
    assert_other(stage2(own, model=found), other_unet(own), stage2(own))


def test_loras_add_up_in_their_order(tiny_tree: Path, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    from mpd_studio.engines.motion_i2v.personal import LoraUse

    place = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k"
    down, up = torch.randn(4, 32), torch.randn(32, 4)
    name = f"lora_unet_{place.replace('.', '_')}"
    save_file({f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up}, tmp_path / "a.safetensors")
    before = stage2(tiny_tree)[f"{place}.weight"]
    lora = tmp_path / "a.safetensors"
    found = stage2(tiny_tree, loras=(LoraUse(lora, 0.5), LoraUse(lora, -0.25)))[f"{place}.weight"]
    assert torch.allclose(found, before + 0.25 * up @ down, atol=1e-5)
    replace_by = {"lora_unet_gone.lora_down.weight": down, "lora_unet_gone.lora_up.weight": up}
    save_file(replace_by, lora)
    with pytest.raises(BadInput, match=r"a\.safetensors: The LoRA does not fit the picture network.*gone"):
        stage2(tiny_tree, loras=(LoraUse(lora),))


def test_a_text_encoder_of_another_make_is_refused(tiny_tree: Path, tmp_path: Path) -> None:
    from mpd_studio.engines.motion_i2v.networks import load_text

    own = copy_of(tiny_tree, tmp_path / "own")
    replace(own, "models/stage1/StableDiffusion-FlowGen/text_encoder/pytorch_model.bin", {"a.b": torch.ones(1)})
    with pytest.raises(BadInput, match=r"text encoder in .* cannot be used"):
        load_text(own, 1)
