"""The official tree of Motion-I2V: which files must be there, and in which forms they will do.

It was released as pickles (.bin, .ckpt). Each of them may stand there as safetensors instead, by the same name: so does
what `mpd-studio weights convert` makes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

_FLOW = "stage1/StableDiffusion-FlowGen"
_PICTURE = "stage2/StableDiffusion"
# Of Stable Diffusion 1.5, the same in both stages; either copy will do for both.
_TEXT = ("tokenizer/vocab.json", "tokenizer/merges.txt", "text_encoder/config.json")

FLOW_UNET_CONFIG = f"{_FLOW}/unet/config.json"
FLOW_VAE_CONFIG = f"{_FLOW}/vae/config.json"
FLOW_UNET = f"{_FLOW}/unet/diffusion_pytorch_model"
FLOW_VAE = f"{_FLOW}/vae_flow/diffusion_pytorch_model"
CONTROLNET = f"{_FLOW}/controlnet/controlnet"
PICTURE_UNET_CONFIG = f"{_PICTURE}/unet/config.json"
PICTURE_UNET = f"{_PICTURE}/unet/diffusion_pytorch_model"
PICTURE_VAE_CONFIG = f"{_PICTURE}/vae/config.json"
PICTURE_VAE = f"{_PICTURE}/vae/diffusion_pytorch_model"
MOTION_BLOCK = "stage2/Motion_Module/motion_block"
PERSONAL_UNET = "stage2/DreamBooth_LoRA/realistic_unet"
PERSONAL_MODEL = "stage2/DreamBooth_LoRA/realisticVisionV51_v20Novae"
STAGE1_TEXT, STAGE2_TEXT = f"{_FLOW}/text_encoder", f"{_PICTURE}/text_encoder"
STAGE1_TOKENIZER, STAGE2_TOKENIZER = f"{_FLOW}/tokenizer", f"{_PICTURE}/tokenizer"

_CONFIGS = (
    *(f"{stage}/{name}" for stage in (_FLOW, _PICTURE) for name in _TEXT),
    *(FLOW_UNET_CONFIG, FLOW_VAE_CONFIG, PICTURE_UNET_CONFIG, PICTURE_VAE_CONFIG),
)
# Files that a network's numbers are in, without ending, and what the released one ends in.
NEEDED_STEMS: dict[str, str] = {
    f"{STAGE1_TEXT}/pytorch_model": ".bin",
    FLOW_UNET: ".bin",
    FLOW_VAE: ".bin",
    CONTROLNET: ".bin",
    f"{STAGE2_TEXT}/pytorch_model": ".bin",
    PICTURE_UNET: ".bin",
    PICTURE_VAE: ".bin",
    MOTION_BLOCK: ".bin",
}
OPTIONAL_STEMS: dict[str, str] = {PERSONAL_UNET: ".ckpt", PERSONAL_MODEL: ".safetensors"}
_OPTIONAL = (
    *(f"{stage}/tokenizer/{name}" for stage in (_FLOW, _PICTURE) for name in ("tokenizer_config.json",)),
    *(f"{stage}/tokenizer/{name}" for stage in (_FLOW, _PICTURE) for name in ("special_tokens_map.json",)),
)
PICKLED = (".bin", ".ckpt")


def place_in(is_there: Callable[[str], bool]) -> str:
    """What stands before every path of the tree: "models/" as it was released, or "" for that folder's content."""
    return "" if any(is_there(name) for name in (*_CONFIGS, *_forms_of_all())) else "models/"


def official_files(is_there: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """Files to use among those that are there, and those that must be and are not.

    is_there: whether a path, "/" between, is in the folder or the repository.
    """
    place = place_in(is_there)
    files = [place + name for name in (*_CONFIGS, *_OPTIONAL) if is_there(place + name)]
    missing = [place + name for name in _CONFIGS if not is_there(place + name)]
    for stem, ending in {**NEEDED_STEMS, **OPTIONAL_STEMS}.items():
        form = next((form for form in forms(stem, ending) if is_there(place + form)), None)
        if form is not None:
            files.append(place + form)
        elif stem in NEEDED_STEMS:
            missing.append(place + stem + ending)
    return files, missing


def forms(stem: str, ending: str) -> tuple[str, ...]:
    """Names that a file may have, the preferred first. Hugging Face calls a text encoder otherwise as safetensors."""
    converted = f"{stem}.safetensors"
    renamed = str(PurePosixPath(stem).with_name("model.safetensors"))
    others = (renamed,) if stem.endswith("/pytorch_model") else ()
    return (converted, *others, *(() if ending == ".safetensors" else (stem + ending,)))


def file_of(folder: Path, stem: str) -> Path | None:
    """The file that a network's numbers are in; None where there is none."""
    ending = {**NEEDED_STEMS, **OPTIONAL_STEMS}[stem]
    place = root_of(folder)
    return next((place / form for form in forms(stem, ending) if (place / form).is_file()), None)


def root_of(folder: Path) -> Path:
    """The folder that stage1 and stage2 lie in."""
    return folder / place_in(lambda name: (folder / name).is_file())


def _forms_of_all() -> list[str]:
    return [form for stem, ending in NEEDED_STEMS.items() for form in forms(stem, ending)]
