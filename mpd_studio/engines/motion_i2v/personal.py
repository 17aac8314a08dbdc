"""Somebody's own Stable Diffusion 1.5 in stage 2: another picture network, LoRAs on it, another autoencoder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import BadInput
from mpd_studio.engines.motion_i2v.lora import check_lora, merge_lora
from mpd_studio.engines.motion_i2v.official_state import official_state
from mpd_studio.engines.motion_i2v.read_checkpoint import read_checkpoint
from mpd_studio.engines.motion_i2v.single_file_names import is_single_file, unet_of_single_file, vae_of_single_file
from mpd_studio.weights import motion_i2v_layout as layout

if TYPE_CHECKING:
    from torch import Tensor

_NAMED = 3
_IN_DIFFUSERS = ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin")


@dataclass(frozen=True, slots=True)
class LoraUse:
    """strength: 1 as it was trained; any number."""

    path: Path
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Personal:
    """model: a file (of the whole model or of its U-Net alone) or a folder of diffusers; None: as released.

    autoencoder: a model whose autoencoder is taken, if it has one; None: that of `model`.
    """

    model: Path | None = None
    loras: tuple[LoraUse, ...] = ()
    autoencoder: Path | None = None

    @property
    def of_autoencoder(self) -> Path | None:
        return self.autoencoder or self.model

    @property
    def files(self) -> tuple[Path, ...]:
        """All that decide what is made."""
        models = [path for path in (self.model, self.autoencoder) if path is not None]
        return (*models, *(lora.path for lora in self.loras))


def official_personal(folder: Path) -> Path | None:
    """The personalised U-Net that comes with the weights, which the released demonstration uses; None: not there."""
    return layout.file_of(folder, layout.PERSONAL_UNET)


def personalised(tensors: Mapping[str, Tensor], personal: Personal, config: Mapping[str, Any]) -> dict[str, Tensor]:
    """Stage 2's tensors with another model's in place of the picture network's; motion modules stay.

    config: of the picture network.
    Raises: CheckpointRefused, BadInput: a file that cannot be read, or is of another network.
    """
    merged = dict(tensors)
    if personal.model is not None:
        own = _unet_tensors(personal.model, config)
        _require_fit(own, tensors, personal.model)
        merged |= own
    for lora in personal.loras:
        with _named(lora.path):
            merged, _ = merge_lora(merged, read_checkpoint(lora.path), lora.strength)
    return merged


def check_personal(tensors: Mapping[str, Tensor], personal: Personal, config: Mapping[str, Any]) -> None:
    """Whether `personalised` would do, without computing. tensors: their shapes are enough. Raises: as personalised."""
    if personal.model is not None:
        _require_fit(_unet_tensors(personal.model, config), tensors, personal.model)
    for lora in personal.loras:
        with _named(lora.path):
            check_lora(tensors, read_checkpoint(lora.path))


def personal_vae(model: Path, config: Mapping[str, Any]) -> dict[str, Tensor] | None:
    """The autoencoder of a model, by diffusers' names; None where there is none. Raises: CheckpointRefused."""
    if model.is_dir():
        path = next((model / "vae" / name for name in _IN_DIFFUSERS if (model / "vae" / name).is_file()), None)
        return official_state(read_checkpoint(path)).tensors if path else None
    return vae_of_single_file(_flat(model), len(config["block_out_channels"])) or None


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error


def _unet_tensors(model: Path, config: Mapping[str, Any]) -> dict[str, Tensor]:
    if model.is_dir():
        places = [model / part / name for part in ("unet", ".") for name in _IN_DIFFUSERS]
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            raise BadInput(
                f"{model} has no {_IN_DIFFUSERS[0]} in a folder unet. Choose a folder of diffusers, or a file."
            )
        return official_state(read_checkpoint(path)).tensors
    tensors = _flat(model)
    if is_single_file(tensors):
        return unet_of_single_file(tensors, len(config["block_out_channels"]), config["layers_per_block"])
    return official_state(tensors).tensors


def _flat(model: Path) -> dict[str, Any]:
    """Out of the wrapper of a training program, with the prefixes, which tell the parts apart."""
    entries = read_checkpoint(model)
    inner = entries.get("state_dict")
    return dict(inner) if isinstance(inner, Mapping) else entries


def _require_fit(own: Mapping[str, Tensor], tensors: Mapping[str, Tensor], model: Path) -> None:
    spatial = [name for name in tensors if "motion_modules." not in name]
    wrongs = (
        ([name for name in spatial if name not in own], "missing"),
        ([name for name in own if name not in tensors], "not known"),
        ([name for name in own if name in tensors and own[name].shape != tensors[name].shape], "of another shape"),
    )
    said = "; ".join(f"{len(names)} {what} ({', '.join(names[:_NAMED])})" for names, what in wrongs if names)
    if said:
        raise BadInput(
            f"{model} is no model of the make of Stable Diffusion 1.5. Of its tensors: {said}. Choose another, "
            "or give it as a LoRA if it is one."
        )
