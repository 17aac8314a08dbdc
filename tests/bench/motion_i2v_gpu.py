"""Both stages of a full-size Motion-I2V with random weights, as the engine runs them: seconds and peak memory.

Run:  python tests/bench/motion_i2v_gpu.py --device cuda [--variants float32 float16 bfloat16 compiled] [--steps 25]
Without a graphics card:  python tests/bench/motion_i2v_gpu.py --device cpu --tiny --steps 2 --variants float32

"float32" is the precision of the released program; "compiled" is float16 with torch.compile. Each runs under the memory
plans named by --plans: "full" and "balanced" make both halves of guidance in one call, "low" in two, and "lowest" lets
layers come and go. Stage 1 is noise to motion with its ControlNet, stage 2 noise to frames with decoding; the text
encoder is left out. Weights are random: that changes no time. "faster" is beside the first row of the stage.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
checkpoint = import_module("mpd_studio.engines.motion_i2v.checkpoint")
clip_field = import_module("mpd_studio.motion.clip_field")
drags = import_module("mpd_studio.engines.motion_i2v.drags")
flow_vae = import_module("mpd_studio.engines.motion_i2v.flow_vae")
geometry = import_module("mpd_studio.core.geometry")
layout = import_module("mpd_studio.engines.diffusion.card_layout")
memory_plan = import_module("mpd_studio.engines.motion_i2v.memory_plan")
network_config = import_module("mpd_studio.engines.motion_i2v.network_config")
official_keys = import_module("mpd_studio.engines.motion_i2v.official_keys")
sampling = import_module("mpd_studio.engines.motion_i2v.sampling")
stage1 = import_module("mpd_studio.engines.motion_i2v.stage1")
stage2 = import_module("mpd_studio.engines.motion_i2v.stage2")
vae_state = import_module("mpd_studio.engines.motion_i2v.vae_state")

GIB = 1 << 30
VARIANTS = ("float32", "float16", "bfloat16", "compiled")
FRAMES = 16
TINY = {"block_out_channels": (32, 32, 32, 32), "layers_per_block": 1, "cross_attention_dim": 24}
VAE = {"down_block_types": ["DownEncoderBlock2D"] * 4, "up_block_types": ["UpDecoderBlock2D"] * 4}


def main() -> None:
    import torch

    settings = _arguments()
    print(
        f"torch {torch.__version__} on {settings.device}, {settings.steps} steps, {FRAMES} frames of {_size(settings)}"
    )
    print(f"{'stage':8}{'variant':10}{'plan':10}{'seconds':>9}{'peak GiB':>10}{'faster':>8}")
    first: dict[str, float] = {}
    for stage, prepare in (("stage 1", _stage1), ("stage 2", _stage2)):
        for variant in settings.variants:
            for plan in settings.plans:
                seconds, peak = _timed(prepare(settings, variant, memory_plan.plan_named(plan)), settings)
                faster = first.setdefault(stage, seconds) / seconds
                print(f"{stage:8}{variant:10}{plan:10}{seconds:9.3f}{peak / GIB:10.2f}{faster:8.2f}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS)
    parser.add_argument(
        "--plans", nargs="+", default=["full", "low"], choices=[plan.name for plan in memory_plan.LADDER]
    )
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--tiny", action="store_true", help="small networks on a small picture")
    return parser.parse_args()


def _stage1(settings: argparse.Namespace, variant: str, plan: Any) -> Callable[[], object]:
    unet, control = (_network(kind, settings, variant, plan) for kind in ("flow_unet", "controlnet"))
    networks = stage1.Stage1(
        *_text(settings),
        _vae("picture", settings),
        flow_vae.FlowVae(_vae("flow", settings)),
        unet,
        control,
        _device(settings),
    )
    size = _size(settings)
    drag = drags.Drag(((size.width / 4, size.height / 2), (size.width / 2, size.height / 2)), radius=8)
    sparse = drags.rasterise_drags((drag,), size, FRAMES)
    wish = stage1.MotionWish(_wish(settings, plan))
    return lambda: stage1.predict_motion(networks, _picture(settings), sparse, wish)


def _stage2(settings: argparse.Namespace, variant: str, plan: Any) -> Callable[[], object]:
    unet = _network("stage2_unet", settings, variant, plan)
    networks = stage2.Stage2(*_text(settings), _vae("picture", settings), unet, _device(settings))
    size = _size(settings)
    px = np.zeros((FRAMES, size.height, size.width, 2), np.float32)
    px += np.linspace(0, size.width / 8, FRAMES, dtype=np.float32)[:, None, None, None]
    field, wish = clip_field.ClipField(px), _wish(settings, plan)

    def run() -> None:
        latents = stage2.animate_latents(networks, _picture(settings), field, wish)
        for frame in range(1, FRAMES):
            stage2.decode_frame(networks, latents[frame])

    return run


def _network(kind: str, settings: argparse.Namespace, variant: str, plan: Any) -> Any:
    """Random weights, made where they are used; placed as Stages places them."""
    import torch

    config = TINY if settings.tiny else {}
    dtype = torch.float16 if variant == "compiled" else getattr(torch, variant)
    empty = checkpoint.build_empty(kind, network_config.read_config(kind, config)).state_dict()
    tensors = {
        official_keys.official_key(key): torch.randn(tensor.shape, device=settings.device, dtype=dtype) * 0.02
        for key, tensor in empty.items()
        if not key.endswith("pos_embed.pe")
    }
    network = checkpoint.load_official(tensors, kind, **config).to(dtype)
    on_card = settings.device.startswith("cuda")
    if on_card:
        layout.lay_out_for_graphics_cards(network)
    if plan.layers_rest:
        network.to("cpu").enable_group_offload(
            onload_device=_device(settings), offload_type="leaf_level", use_stream=on_card
        )
        return network
    network.to(settings.device)
    if variant == "compiled":
        torch._dynamo.config.recompile_limit = 64  # stage 2 is compiled layer by layer
        network.forward = torch.compile(network.forward)
    return network


def _vae(which: str, settings: argparse.Namespace) -> Any:
    channels, widths = (2 if which == "flow" else 3), ([32] * 4 if settings.tiny else [128, 256, 512, 512])
    said = {**VAE, "in_channels": channels, "out_channels": channels, "block_out_channels": widths}
    said |= {"latent_channels": 4, "layers_per_block": 1 if settings.tiny else 2}
    return vae_state.build_vae(said, which).to(settings.device).eval().requires_grad_(False)


def _text(settings: argparse.Namespace) -> tuple[Any, Any]:
    """A tokenizer and an encoder that say nothing, in no time."""
    import torch

    width = TINY["cross_attention_dim"] if settings.tiny else 768
    said = torch.randn(2, 77, width)

    def tokenizer(*_: object, **__: object) -> Any:
        return SimpleNamespace(input_ids=torch.zeros(2, 77, dtype=torch.long))

    def encoder(_: object) -> Any:
        return (said,)

    tokenizer.model_max_length = 77  # type: ignore[attr-defined] - as the real ones tell it
    encoder.device = torch.device("cpu")  # type: ignore[attr-defined]
    return tokenizer, encoder


def _wish(settings: argparse.Namespace, plan: Any) -> Any:
    return sampling.Wish("a wave", "", 0, settings.steps, 7.0, plan.together)


def _size(settings: argparse.Namespace) -> Any:
    return geometry.Size(64, 64) if settings.tiny else geometry.Size(512, 320)


def _picture(settings: argparse.Namespace) -> np.ndarray:
    size = _size(settings)
    return np.random.default_rng(0).random((size.height, size.width, 3), np.float32)


def _device(settings: argparse.Namespace) -> Any:
    import torch

    return torch.device(settings.device)


def _timed(run: Callable[[], object], settings: argparse.Namespace) -> tuple[float, int]:
    """Seconds of the second run, and the most bytes that were held in it; 0 on a CPU, where nobody counts."""
    import torch

    on_card = settings.device.startswith("cuda")
    run()  # warms up, and compiles
    gc.collect()
    if on_card:
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    began_s = time.perf_counter()
    run()
    if on_card:
        torch.cuda.synchronize()
    seconds = time.perf_counter() - began_s
    return seconds, torch.cuda.max_memory_allocated() if on_card else 0


if __name__ == "__main__":
    main()
