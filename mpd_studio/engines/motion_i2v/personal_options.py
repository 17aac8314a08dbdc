"""What the options "personal" and "lora" mean: files that are there."""

from __future__ import annotations

from pathlib import Path

from mpd_studio.core.errors import BadInput, SettingsError
from mpd_studio.engines.motion_i2v.personal import LoraUse, Personal, official_personal
from mpd_studio.weights import motion_i2v_layout as layout

# Between several LoRAs.
LORAS_JOINED_BY = "; "
# The personal model that the released tree has, and its demonstration uses.
OFFICIAL = "official"
_MOST_STRENGTH = 10.0


def personal_of(personal: str, lora: str, folder: Path) -> Personal:
    """personal: a file, a folder of diffusers, "official" or "". lora: "PATH:0.8; PATH"; without a strength it is 1.

    folder: of the weights.
    Raises: BadInput: a file is not there. SettingsError: as loras_of.
    """
    loras = tuple(_there(use) for use in loras_of(lora))
    if personal.strip() == OFFICIAL:
        model = official_personal(folder)
        if model is None:
            raise BadInput(f"{folder} has no {layout.PERSONAL_UNET}. Name a model's file in the option 'personal'.")
        return Personal(model, loras, layout.file_of(folder, layout.PERSONAL_MODEL))
    if not personal.strip():
        return Personal(loras=loras)
    model = Path(personal.strip()).expanduser()
    if not model.exists():
        raise BadInput(f"The personal model {model} is not there. Name a file, a folder of diffusers, or '{OFFICIAL}'.")
    return Personal(model, loras)


def loras_of(said: str) -> tuple[LoraUse, ...]:
    """Raises: SettingsError: a strength is out of its range, or a part names no file."""
    return tuple(_use(part.strip()) for part in said.split(LORAS_JOINED_BY.strip()) if part.strip())


def _use(part: str) -> LoraUse:
    path, colon, tail = part.rpartition(":")
    strength = _number(tail) if colon else None
    if strength is None:  # also C:\styles\ink.safetensors
        return LoraUse(Path(part).expanduser())
    if not path or not -_MOST_STRENGTH <= strength <= _MOST_STRENGTH:
        raise SettingsError(
            f"'{part}' is no LoRA with a strength from {-_MOST_STRENGTH:g} to {_MOST_STRENGTH:g}. "
            "Write it like ink.safetensors:0.8."
        )
    return LoraUse(Path(path).expanduser(), strength)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _there(use: LoraUse) -> LoraUse:
    if not use.path.is_file():
        raise BadInput(
            f"The LoRA {use.path} is not there. Name its file in the option 'lora', like ink.safetensors:0.8."
        )
    return use
