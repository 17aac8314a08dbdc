"""Personal models and LoRAs said as options: understood, looked at before anything is made, and used."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.errors import BadInput, SettingsError
from mpd_studio.core.inbetween import EngineSettings
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.motion_i2v.engine import MotionI2vEngine
from mpd_studio.engines.motion_i2v.personal import LoraUse
from mpd_studio.engines.motion_i2v.personal_options import loras_of, personal_of
from mpd_studio.motion.clip_field import ClipField
from tests.engines.moving_scenes import request_for, texture

UNET = "models/stage2/StableDiffusion/unet/diffusion_pytorch_model.bin"
STILL = np.zeros((64, 64, 2), np.float32)
PLACE = "mid_block_attentions_0_transformer_blocks_0_attn2_to_k"


def write_lora(path: Path, place: str = PLACE) -> Path:
    import torch
    from safetensors.torch import save_file

    numbers = torch.Generator().manual_seed(1)
    down, up = torch.randn(4, 32, generator=numbers), torch.randn(32, 4, generator=numbers)
    save_file({f"lora_unet_{place}.lora_down.weight": down, f"lora_unet_{place}.lora_up.weight": up}, path)
    return path


def write_model(weights: Path, path: Path, share: float) -> Path:
    import torch

    tensors = torch.load(weights / UNET, weights_only=True)
    torch.save({name: tensor * share for name, tensor in tensors.items()}, path)
    return path


def made(engine: MotionI2vEngine, weights: Path, **said: str) -> np.ndarray:
    """A frame of stage 2 along a given motion."""
    base = {"weights": str(weights), "steps": 2, "size": "64x64", "guidance": 1.0}
    picture = Picture(texture(64, 64, 1))
    settings = EngineSettings(options=tuple(sorted((base | said).items())))
    request = dataclasses.replace(request_for(picture.pixels, 1), settings=settings)
    ends, motion = BoundaryPictures(picture, picture), ClipField(np.stack([STILL, STILL + 1])).motion
    return next(iter(engine.animate(request, ends, motion, SilentReporter()))).pixels


@pytest.fixture(scope="module")
def engine() -> MotionI2vEngine:
    return MotionI2vEngine()


def test_loras_are_read_with_their_strengths() -> None:
    assert loras_of("") == loras_of(" ; ") == ()
    assert loras_of("ink.safetensors:0.8; C:\\styles\\grain.pt;/a/b.pt:-1") == (
        LoraUse(Path("ink.safetensors"), 0.8),
        LoraUse(Path("C:\\styles\\grain.pt"), 1.0),
        LoraUse(Path("/a/b.pt"), -1.0),
    )
    for wrong in ("ink.pt:11", ":0.5", "ink.pt:nan"):
        with pytest.raises(SettingsError, match=r"ink\.safetensors:0\.8"):
            loras_of(wrong)


def test_a_personal_model_and_a_lora_change_the_frames(
    engine: MotionI2vEngine, tiny_motion_i2v: Path, tmp_path: Path
) -> None:
    plain = made(engine, tiny_motion_i2v)
    lora = write_lora(tmp_path / "ink.safetensors")
    styled = made(engine, tiny_motion_i2v, lora=f"{lora}:0.8")
    own = made(engine, tiny_motion_i2v, personal=str(write_model(tiny_motion_i2v, tmp_path / "own.ckpt", 1.2)))
    assert not np.array_equal(plain, styled)
    assert not np.array_equal(plain, own)
    assert np.array_equal(plain, made(engine, tiny_motion_i2v, lora=f"{lora}:0"))
    write_lora(lora, PLACE.replace("to_k", "to_v"))
    assert not np.array_equal(styled, made(engine, tiny_motion_i2v, lora=f"{lora}:0.8"))


def test_a_file_that_is_not_there_is_told_before_anything_begins(tiny_motion_i2v: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"LoRA .*gone\.safetensors is not there"):
        personal_of("", str(tmp_path / "gone.safetensors:0.5"), tiny_motion_i2v)
    with pytest.raises(BadInput, match=r"personal model .*gone is not there"):
        personal_of(str(tmp_path / "gone"), "", tiny_motion_i2v)
    with pytest.raises(BadInput, match="has no stage2/DreamBooth_LoRA/realistic_unet"):
        personal_of("official", "", tiny_motion_i2v)


def test_what_does_not_fit_is_refused_before_stage_1(tiny_motion_i2v: Path, tmp_path: Path) -> None:
    import torch

    engine = MotionI2vEngine()
    with pytest.raises(BadInput, match=r"odd\.safetensors: The LoRA does not fit the picture network"):
        made(engine, tiny_motion_i2v, lora=str(write_lora(tmp_path / "odd.safetensors", "gone")))
    torch.save({"a.b": torch.ones(2)}, tmp_path / "odd.ckpt")
    with pytest.raises(BadInput, match="no model of the make of Stable Diffusion"):
        made(engine, tiny_motion_i2v, personal=str(tmp_path / "odd.ckpt"))


def test_the_released_personal_model_is_taken_by_name(tiny_motion_i2v: Path, tmp_path: Path) -> None:
    own = tmp_path / "models/stage2/DreamBooth_LoRA"
    own.mkdir(parents=True)
    model = write_model(tiny_motion_i2v, own / "realistic_unet.ckpt", 1.1)
    vae = write_lora(own / "realisticVisionV51_v20Novae.safetensors")
    found = personal_of("official", "", tmp_path)
    assert (found.model, found.of_autoencoder) == (model, vae)
