"""The parts of a Stable Video Diffusion, read from a folder in the layout of diffusers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.engines.diffusion.card_layout import lay_out_for_graphics_cards
from mpd_studio.engines.diffusion.memory_errors import refuse_for_memory
from mpd_studio.engines.diffusion.progress_bars import without_progress_bars
from mpd_studio.engines.svd.memory_plan import LADDER, MemoryPlan, Offload, Weights
from mpd_studio.engines.svd.noise_schedule import svd_sigmas
from mpd_studio.engines.svd.run_size import PARTS, STEMS, variant_of

if TYPE_CHECKING:
    import torch

LOADING = "Loading the model"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The noise levels that the model was trained to be sampled through."""

    sigma_max: float
    sigma_min: float

    def sigmas(self, steps: int) -> tuple[float, ...]:
        """The `steps` + 1 noise levels of EulerDiscreteScheduler, high to low; the last is 0."""
        return svd_sigmas(steps, self.sigma_max, self.sigma_min)


@dataclass(frozen=True, slots=True, eq=False)
class SvdModel:
    """The three networks, in eval mode, and the numbers that go with them.

    vae: in float32 where its configuration says that half precision breaks it (`force_upcast`).
    clip_mean, clip_std: of the pictures that the CLIP tower expects.
    device: where all is computed. plan: says which networks are there when they are not at work.
    """

    unet: Any
    vae: Any
    image_encoder: Any
    schedule: Schedule
    clip_mean: tuple[float, ...]
    clip_std: tuple[float, ...]
    device: torch.device
    plan: MemoryPlan = LADDER[0]

    @contextmanager
    def at_work(self, *networks: Any) -> Iterator[None]:
        """While open, the networks are on the device; afterwards those that the plan sends away are gone again."""
        moved = [network for network in networks if self._waits_outside(network)]
        try:
            for network in moved:
                network.to(self.device)
            yield
        finally:
            for network in moved:
                network.to("cpu")

    def _waits_outside(self, network: Any) -> bool:
        if self.plan.offload is Offload.LAYERS and network is self.unet:
            return False  # its layers come and go by themselves
        return self.plan.offload is not Offload.NOTHING

    @property
    def weights(self) -> Weights:
        return Weights(*(_bytes_of(network) for network in (self.unet, self.vae, self.image_encoder)))

    @property
    def latent_pixel(self) -> int:
        """How many pixels a latent pixel is wide."""
        return 2 ** (len(self.vae.config.block_out_channels) - 1)

    @property
    def size_multiple(self) -> int:
        """What both sides of a picture must be multiples of: 64 in the real model."""
        return self.latent_pixel * 2 ** (len(self.unet.config.block_out_channels) - 1)

    @property
    def native_side(self) -> int:
        """Side of a square with as many pixels as the model was trained at: 768, as many as 1024 × 576."""
        return (self.unet.config.sample_size or 96) * self.latent_pixel

    @property
    def scaling_factor(self) -> float:
        """From the autoencoder's latents to those that are sampled: 0.18215."""
        return float(self.vae.config.scaling_factor)


def load_model(
    folder: Path, device: torch.device, dtype: torch.dtype, reporter: Reporter, plan: MemoryPlan = LADDER[0]
) -> SvdModel:
    """Read the model, half-precision files first where half precision is asked for. Nothing is downloaded.

    Raises:
        UnsupportedRequest: the folder holds no Stable Video Diffusion, or a part is missing or broken.
        EngineFailed: main memory ran out.
    """
    schedule, mean, std = _read_numbers(folder)
    parts: dict[str, Any] = {}
    with without_progress_bars():
        for index, name in enumerate(PARTS):
            reporter.report(Progress(LOADING, index, len(PARTS)))
            parts[name] = _read_part(folder, name, dtype)
    model = SvdModel(parts["unet"], parts["vae"], parts["image_encoder"], schedule, mean, std, device, plan)
    place(model)
    reporter.report(Progress(LOADING, len(PARTS), len(PARTS)))
    return model


def place(model: SvdModel) -> None:
    """Bring freshly made networks to where the model's plan wants them."""
    plan = model.plan
    if model.device.type == "cuda":
        for network in (model.unet, model.vae, model.image_encoder):
            lay_out_for_graphics_cards(network)  # first: layers that come and go wrap what they find
    if plan.chunked:
        model.unet.enable_forward_chunking()
    if plan.eight_bit:
        _store_in_eight_bits(model.unet)  # before the layers come and go: what travels is then half as large
    if plan.offload is Offload.LAYERS:
        model.unet.enable_group_offload(
            onload_device=model.device, offload_type="leaf_level", use_stream=model.device.type == "cuda"
        )
    for network in (model.unet, model.vae, model.image_encoder):
        network.eval().requires_grad_(False)
        if plan.offload is Offload.NOTHING:
            network.to(model.device)


# Few numbers, or those that errors come through from end to end.
_KEPT_WHOLE = ("norm", "conv_in", "conv_out", "time_embedding", "add_embedding", "time_emb_proj", "time_pos_embed")


def _store_in_eight_bits(unet: Any) -> None:
    """Its layers' weights become float8_e4m3fn, and each layer's are made whole again while it computes."""
    import torch

    unet.enable_layerwise_casting(torch.float8_e4m3fn, unet.dtype, skip_modules_pattern=_KEPT_WHOLE)


def _read_numbers(folder: Path) -> tuple[Schedule, tuple[float, ...], tuple[float, ...]]:
    index = _read_json(folder, "model_index.json")
    if index.get("_class_name") != "StableVideoDiffusionPipeline":
        raise UnsupportedRequest(
            f"{folder} holds a model of another kind ({index.get('_class_name', 'unnamed')}). "
            "Name a folder with Stable Video Diffusion."
        )
    config = _read_json(folder, "scheduler/scheduler_config.json")
    expected = {"prediction_type": "v_prediction", "timestep_type": "continuous", "use_karras_sigmas": True}
    odd = [f"{name} = {config.get(name)}" for name, value in expected.items() if config.get(name) != value]
    if odd:
        raise UnsupportedRequest(
            f"The scheduler in {folder} is not Stable Video Diffusion's: {', '.join(odd)}. Get the original weights."
        )
    clip = _read_json(folder, "feature_extractor/preprocessor_config.json")
    try:
        schedule = Schedule(float(config["sigma_max"]), float(config["sigma_min"]))
        return schedule, tuple(map(float, clip["image_mean"])), tuple(map(float, clip["image_std"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UnsupportedRequest(f"The model in {folder} lacks {error}. Get the original weights again.") from error


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    try:
        document = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UnsupportedRequest(
            f"{folder} lacks {name}, so it holds no Stable Video Diffusion. Name another folder, or get the weights."
        ) from error
    except (OSError, ValueError) as error:
        raise UnsupportedRequest(f"{folder / name} cannot be read ({error}). Get the weights again.") from error
    if not isinstance(document, dict):
        raise UnsupportedRequest(f"{folder / name} holds no settings. Get the weights again.")
    return document


def _read_part(folder: Path, name: str, dtype: torch.dtype) -> Any:
    import torch
    from safetensors import SafetensorError

    if not any((folder / name).glob("*.safetensors")):  # other kinds of files can run programs
        raise UnsupportedRequest(f"The part '{name}' of the model in {folder} is missing. Get the weights again.")
    variant = variant_of(folder / name, STEMS[name], dtype.itemsize)
    if name == "vae" and _read_json(folder, "vae/config.json").get("force_upcast", True):
        dtype = torch.float32
    try:
        return _class_of(name).from_pretrained(
            folder, subfolder=name, variant=variant, dtype=dtype, use_safetensors=True, local_files_only=True
        )
    except (OSError, ValueError, RuntimeError, MemoryError, SafetensorError) as error:
        refuse_for_memory(error, f"the part '{name}' of the model")
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UnsupportedRequest(
            f"The part '{name}' of the model in {folder} cannot be read: {reason}. Get the weights again."
        ) from error


def _bytes_of(network: Any) -> int:
    return sum(weight.numel() * weight.element_size() for weight in network.parameters())


def _class_of(name: str) -> Any:
    if name == "unet":
        from diffusers.models.unets.unet_spatio_temporal_condition import UNetSpatioTemporalConditionModel

        return UNetSpatioTemporalConditionModel
    if name == "vae":
        from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import AutoencoderKLTemporalDecoder

        return AutoencoderKLTemporalDecoder
    from transformers import CLIPVisionModelWithProjection

    return CLIPVisionModelWithProjection
