"""A tree of Motion-I2V with the released names and contents that are good for a quick look only."""

from __future__ import annotations

import io
import zipfile

from mpd_studio.weights.motion_i2v_layout import official_files
from tests.weights.fake_hub import safetensors

PLACE = "models/"
CONTROLNET = "models/stage1/StableDiffusion-FlowGen/controlnet/controlnet.bin"
FLOW_UNET = "models/stage1/StableDiffusion-FlowGen/unet/diffusion_pytorch_model.bin"
MOTION_BLOCK = "models/stage2/Motion_Module/motion_block.bin"
PERSONAL = "models/stage2/DreamBooth_LoRA/realistic_unet.ckpt"


def pickle(count: int) -> bytes:
    """An archive as torch writes it, as far as a quick look can tell."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in (("archive/data.pkl", b"\x80\x02}."), ("archive/data/0", bytes(count))):
            archive.writestr(zipfile.ZipInfo(name), content)  # by its name alone it would bear the time of day
    return buffer.getvalue()


def official_tree() -> dict[str, bytes]:
    files = {}
    for place, path in enumerate(official_files(lambda _: False)[1]):
        files[path] = pickle(1000 + place) if path.endswith(".bin") else b"{}"
    return files


def as_safetensors(files: dict[str, bytes], path: str) -> dict[str, bytes]:
    """The same tree with one of its files converted."""
    stem = path.rsplit(".", 1)[0]
    return {name: content for name, content in files.items() if name != path} | {
        f"{stem}.safetensors": safetensors(500, 1)
    }
