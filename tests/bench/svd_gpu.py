"""The samplers on a full-size Stable Video Diffusion XT with random weights: seconds, calls, peak memory.

Run:  python tests/bench/svd_gpu.py --device cuda [--samplers mpd_vibid vibid] [--most-calls 12] [--caps 24 16 12 8]
Without a graphics card:  python tests/bench/svd_gpu.py --device cpu --tiny --steps 2 --caps

"baseline" is the plain loop in half precision: each call computes both halves of a side, contiguous tensors, one side
at a time. "ours" is what the engine runs. "compiled" is ours with torch.compile. Weights are random: that changes no
time. With --most-calls, a run ends early and its total is worked out from the calls it made.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
inbetween = import_module("mpd_studio.core.inbetween")
clip = import_module("mpd_studio.engines.svd.clip")
decoding = import_module("mpd_studio.engines.svd.decoding")
denoised = import_module("mpd_studio.engines.svd.denoised")
denoiser = import_module("mpd_studio.engines.svd.denoiser")
memory_plan = import_module("mpd_studio.engines.svd.memory_plan")
model_module = import_module("mpd_studio.engines.svd.model")
options_module = import_module("mpd_studio.engines.svd.options")
speed = import_module("mpd_studio.engines.diffusion.card_layout")
tiny = import_module("mpd_studio.engines.svd.tiny")

GIB = 1 << 30
VARIANTS = ("baseline", "ours", "compiled")


class Enough(BaseException):
    """As many calls as were wanted have been made."""


def main() -> None:
    import torch

    settings = _arguments()
    device = torch.device(settings.device)
    print(f"{_name(device)}, torch {torch.__version__}, {settings.dtype}, {settings.frames} frames of {settings.size}")
    model = _random_model(settings, device)
    print(f"weights: {sum(dataclasses.astuple(model.weights)) / GIB:.2f} GiB")
    print(
        f"{'sampler':13}{'variant':10}{'seconds':>9}{'calls':>7}{'s/call':>9}{'clips':>7}{'peak GiB':>10}{'faster':>8}"
    )
    plain: dict[str, float] = {}
    for variant in settings.variants:
        _prepare(model, variant)
        for sampler in settings.samplers:
            run = _timed(model, variant, sampler, settings)
            plain.setdefault(sampler, run.per_call)
            print(f"{sampler:13}{variant:10}{run.row()}{plain[sampler] / run.per_call:8.2f}", flush=True)
    if settings.caps:
        _capped(model, settings)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--dtype", default="float16", choices=["float16", "bfloat16", "float32"])
    parser.add_argument("--samplers", nargs="+", default=list(options_module.SAMPLERS))
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--frames", type=int, default=25)
    parser.add_argument("--size", default="1024x576")
    parser.add_argument("--most-calls", type=int, default=0, help="0: all of them")
    parser.add_argument("--caps", type=float, nargs="*", default=[24.0, 16.0, 12.0, 8.0], help="GiB")
    parser.add_argument("--tiny", action="store_true", help="the tiny model, at 64x64 unless --size says otherwise")
    settings = parser.parse_args()
    if settings.tiny and settings.size == "1024x576":
        settings.size = "64x64"
    return settings


@dataclasses.dataclass(frozen=True)
class Run:
    seconds: float
    calls: int
    total_calls: int
    clips: int
    peak: int

    @property
    def per_call(self) -> float:
        return self.seconds / self.calls

    def row(self) -> str:
        whole = self.per_call * self.total_calls
        mark = "" if self.calls == self.total_calls else "~"
        return (
            f"{mark + f'{whole:.2f}':>9}{self.total_calls:7}{self.per_call:9.4f}{self.clips:7}{self.peak / GIB:10.2f}"
        )


def _timed(model: Any, variant: str, sampler: str, settings: argparse.Namespace) -> Run:
    _sample(model, sampler, settings, most_calls=2)  # warms up, and compiles
    if sampler in ("trf", "trf_renoise", "mpd_trf"):
        _sample(model, sampler, settings, most_calls=8)  # also the shared calls, whose shapes differ
    _reset_peak(model.device)
    two_sided = denoiser.TwoSidedDenoiser if variant != "baseline" else _PlainDenoiser
    return _sample(model, sampler, settings, settings.most_calls, two_sided)


def _sample(model: Any, sampler: str, settings: argparse.Namespace, most_calls: int, two_sided: Any = None) -> Run:
    made: list[Any] = []
    calls = total_calls = 0
    began = 0.0

    def keep(*arguments: Any, **named: Any) -> Any:
        made.append((two_sided or denoiser.TwoSidedDenoiser)(*arguments, **named))
        return made[0]

    def on_call(step: int, call: int, total: int) -> None:
        nonlocal calls, total_calls, began
        if call == 0:
            _wait(model.device)
            began = time.perf_counter()
        if most_calls and call >= most_calls:
            raise Enough
        calls, total_calls = call + 1, total

    said = (("sampler", sampler), ("steps", settings.steps))
    options = options_module.read_options(inbetween.EngineSettings(options=said))
    with suppress(Enough):
        clip.sample_clip(model, _ends(settings.size), settings.frames, 0, options, on_call, lambda: None, keep)
    _wait(model.device)
    return Run(time.perf_counter() - began, calls, total_calls, made[0].clips, _peak(model.device))


class _PlainDenoiser(denoiser.TwoSidedDenoiser):
    """What the released programs do: both halves of a side in every call, and the sides one after the other."""

    def forward(self, x: Any, sigma: float) -> Any:
        return self._pair(x, "forward", sigma)

    def backward(self, y: Any, sigma: float) -> Any:
        return self._pair(y, "backward", sigma)

    def both(self, x: Any, y: Any, sigma: float) -> Any:
        return self.forward(x, sigma), self.backward(y, sigma)

    def _pair(self, x: Any, side: str, sigma: float) -> Any:
        return denoised.Denoised(*self.estimates([(x, side, True), (x, side, False)], sigma))


def _prepare(model: Any, variant: str) -> None:
    """Variants come in an order in which each only adds to the one before."""
    import torch

    if variant != "baseline" and model.device.type == "cuda":
        speed.lay_out_for_graphics_cards(model.unet)
        speed.lay_out_for_graphics_cards(model.vae)
    if variant == "compiled":
        torch.set_float32_matmul_precision("high")
        model.unet.forward = torch.compile(model.unet.forward)


def _capped(model: Any, settings: argparse.Namespace) -> None:
    """Each cap with the plan that the rule chooses; from there down the ladder until one is enough."""
    import torch

    model.unet.__dict__.pop("forward", None)  # uncompiled: plans change the network's layers
    width, height = map(int, settings.size.split("x"))
    options = options_module.SvdOptions()
    has_card = model.device.type == "cuda"
    print(f"\n{'cap GiB':>8}{'plan':>10}{'ends':>8}{'sampling':>10}{'decoding':>10}{'told':>8}{'s/call':>9}   (GiB)")
    for network in (model.unet, model.vae, model.image_encoder):
        network.to("cpu")
    lowest, placed = 0, None
    run = memory_plan.RunSize(
        model.weights, settings.frames, width * height, options.decode_chunk, getattr(torch, settings.dtype).itemsize
    )
    for cap in sorted(settings.caps, reverse=True):
        rule = memory_plan.choose_plan(int(cap * GIB), run)
        for plan in memory_plan.LADDER[max(lowest, memory_plan.LADDER.index(rule)) :]:
            lowest = memory_plan.LADDER.index(plan)  # what a plan changes in a network stays changed
            if placed is not None and plan is not placed and placed.offload is memory_plan.Offload.LAYERS:
                model = _random_model(settings, model.device)  # layers that come and go cannot be told so twice
            told = memory_plan.needed_bytes(plan, run)
            if has_card:
                _reset_peak(model.device)
                share = cap * GIB / torch.cuda.get_device_properties(model.device).total_memory
                torch.cuda.set_per_process_memory_fraction(min(share, 1.0), model.device)
            ends, sampling, decoded, per_call = _under(model, plan, settings, options, place=plan is not placed)
            placed = plan
            figures = f"{sampling / GIB:10.2f}{decoded / GIB:10.2f}{told / GIB:8.2f}{per_call:9.4f}"
            print(f"{cap:8.1f}{plan.name:>10}{ends:>8}{figures}", flush=True)
            if ends == "well":
                break


def _under(
    model: Any, plan: Any, settings: argparse.Namespace, options: Any, *, place: bool
) -> tuple[str, int, int, float]:
    """How a short run under a plan ends, its peaks in sampling and decoding, and the seconds of a call."""
    import torch

    planned = dataclasses.replace(model, plan=plan)
    sampling = decoded = 0
    per_call = float("nan")
    try:
        if place:
            model_module.place(planned)
        run = _sample(planned, "vibid", settings, most_calls=4)
        sampling, per_call = run.peak, run.per_call
        _reset_peak(model.device)
        chunk = min(plan.decode_chunk, options.decode_chunk)
        width, height = map(int, settings.size.split("x"))
        latents = torch.randn(chunk, 4, height // 8, width // 8, device=model.device)
        decoding.decode(planned, latents)
        decoded = _peak(model.device)
    except torch.OutOfMemoryError:
        return "too big", sampling, decoded, per_call
    return "well", sampling, decoded, per_call


def _random_model(settings: argparse.Namespace, device: Any) -> Any:
    import torch

    if settings.tiny:
        parts = tiny._random_parts(0)
    else:
        with torch.device(device):  # a card draws a billion and a half random numbers in no time
            parts = _full_size_parts()
    dtype = getattr(torch, settings.dtype)
    unet, vae, tower = (
        parts["unet"].to(device, dtype),
        parts["vae"].to(device),
        parts["image_encoder"].to(device, dtype),
    )
    for network in (unet, vae, tower):
        network.eval().requires_grad_(False)
    schedule = model_module.Schedule(700.0, 0.002)
    return model_module.SvdModel(unet, vae, tower, schedule, tiny.CLIP_MEAN, tiny.CLIP_STD, device)


def _full_size_parts() -> dict[str, Any]:
    """With the numbers of stable-video-diffusion-img2vid-xt; the U-Net's are its class's own."""
    from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import AutoencoderKLTemporalDecoder
    from diffusers.models.unets.unet_spatio_temporal_condition import UNetSpatioTemporalConditionModel
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    widths: Any = {"down_block_types": ("DownEncoderBlock2D",) * 4, "block_out_channels": (128, 256, 512, 512)}
    tower = CLIPVisionConfig(
        hidden_size=1280,
        intermediate_size=5120,
        num_hidden_layers=32,
        num_attention_heads=16,
        patch_size=14,
        projection_dim=1024,
    )
    return {
        "unet": UNetSpatioTemporalConditionModel(sample_size=96),
        "vae": AutoencoderKLTemporalDecoder(**widths, layers_per_block=2, sample_size=768),
        "image_encoder": CLIPVisionModelWithProjection(tower),
    }


def _ends(size: str) -> Any:
    width, height = map(int, size.split("x"))
    random = np.random.default_rng(0)
    return clip.Ends(*(random.random((height, width, 3), np.float32) for _ in range(2)))


def _name(device: Any) -> str:
    import torch

    return torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"


def _wait(device: Any) -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _reset_peak(device: Any) -> None:
    import torch

    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def _peak(device: Any) -> int:
    """Bytes that torch had reserved at most; 0 on a CPU, where nobody counts."""
    import torch

    return torch.cuda.max_memory_reserved(device) if device.type == "cuda" else 0


if __name__ == "__main__":
    main()
