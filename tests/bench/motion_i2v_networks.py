"""Motion-I2V's networks at their released size with random weights: seconds of a call, peak memory.

Run:  python tests/bench/motion_i2v_networks.py --device cuda [--dtypes float32 float16 bfloat16] [--compiled]
Without a graphics card:  python tests/bench/motion_i2v_networks.py --device cpu --tiny --dtypes float32

A call is one step of guidance: two clips at once, or one with --clips 1. "flow" is stage 1 with its ControlNet;
"warps" is what stage 2 finds once per clip, before its first step. Weights are random: that changes no time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
checkpoint = import_module("mpd_studio.engines.motion_i2v.checkpoint")
flow_warps = import_module("mpd_studio.engines.motion_i2v.flow_warps")
network_config = import_module("mpd_studio.engines.motion_i2v.network_config")
official_keys = import_module("mpd_studio.engines.motion_i2v.official_keys")

GIB = 1 << 30
TINY = {"block_out_channels": (64, 96, 96, 64), "layers_per_block": 1, "cross_attention_dim": 24}
# Latents of 320 × 512; a drawn motion of some 40 pixels.
HEIGHT, WIDTH, MOTION_PX = 40, 64, 40


def main() -> None:
    settings = _arguments()
    print(f"{'network':10}{'dtype':10}{'compiled':10}{'seconds':>9}{'peak GiB':>10}")
    for dtype in settings.dtypes:
        for name, prepare in (("flow", _stage1), ("warps", _warps), ("stage2", _stage2)):
            seconds, peak = _timed(prepare(settings, dtype), settings)
            print(f"{name:10}{dtype:10}{settings.compiled!s:10}{seconds:9.3f}{peak / GIB:10.2f}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--dtypes", nargs="+", default=["float32", "float16", "bfloat16"])
    parser.add_argument("--clips", type=int, default=2, help="2: both halves of guidance at once")
    parser.add_argument("--calls", type=int, default=5)
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--tiny", action="store_true", help="small networks on a small picture")
    return parser.parse_args()


def _network(kind: str, settings: argparse.Namespace, dtype: str) -> Any:
    """Random weights, made where they are used."""
    import torch

    config = TINY if settings.tiny else {}
    empty = checkpoint.build_empty(kind, network_config.read_config(kind, config)).state_dict()
    tensors = {
        official_keys.official_key(key): _random(tensor.shape, settings, dtype) * 0.02
        for key, tensor in empty.items()
        if not key.endswith("pos_embed.pe")
    }
    network = checkpoint.load_official(tensors, kind, **config).to(settings.device)
    if not settings.compiled:
        return network
    torch._dynamo.config.recompile_limit = 64  # stage 2 is compiled layer by layer
    return torch.compile(network)


def _stage1(settings: argparse.Namespace, dtype: str) -> Callable[[], object]:
    unet, control = (_network(kind, settings, dtype) for kind in ("flow_unet", "controlnet"))
    b, h, w = settings.clips, *_size(settings)
    shared = (_random((b, 8, 15, h, w), settings, dtype), 481, _text(settings, dtype), _strides(settings))
    condition = _random((b, 5, 15, h, w), settings, dtype)
    return lambda: unet(*shared, control(*shared, condition))


def _stage2(settings: argparse.Namespace, dtype: str) -> Callable[[], object]:
    unet = _network("stage2_unet", settings, dtype)
    sample = _random((settings.clips, 4, 16, *_size(settings)), settings, dtype)
    warps, text = flow_warps.FlowWarps(_motion(settings)), _text(settings, dtype)
    return lambda: unet(sample, 481, text, warps)


def _warps(settings: argparse.Namespace, _dtype: str) -> Callable[[], object]:
    motion, (h, w) = _motion(settings), _size(settings)

    def find() -> list[object]:
        warps = flow_warps.FlowWarps(motion)
        return [warps.passes(h // step, w // step) for step in (1, 2, 4, 8)]

    return find


def _motion(settings: argparse.Namespace) -> Any:
    """(b, 16, 2, 8h, 8w): smooth, and another in every frame."""
    from torch.nn.functional import interpolate

    h, w = _size(settings)
    coarse = MOTION_PX * _random((16, 2, 5, 8), settings, "float32")
    smooth = interpolate(coarse, size=(8 * h, 8 * w), mode="bicubic")
    return smooth[None].repeat(settings.clips, 1, 1, 1, 1)


def _timed(call: Callable[[], object], settings: argparse.Namespace) -> tuple[float, int]:
    """Seconds of a call after the first, and the most bytes that were held."""
    import torch

    on_card = settings.device.startswith("cuda")
    with torch.no_grad():
        call()
        if on_card:
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
        start = time.perf_counter()
        for _ in range(settings.calls):
            call()
        if on_card:
            torch.cuda.synchronize()
    seconds = (time.perf_counter() - start) / settings.calls
    return seconds, torch.cuda.max_memory_allocated() if on_card else 0


def _size(settings: argparse.Namespace) -> tuple[int, int]:
    return (8, 16) if settings.tiny else (HEIGHT, WIDTH)


def _text(settings: argparse.Namespace, dtype: str) -> Any:
    width = TINY["cross_attention_dim"] if settings.tiny else 768
    return _random((settings.clips, 77, width), settings, dtype)


def _strides(settings: argparse.Namespace) -> Any:
    import torch

    return torch.arange(8, 121, 8, device=settings.device)


def _random(shape: Any, settings: argparse.Namespace, dtype: str) -> Any:
    import torch

    return torch.randn(tuple(shape), device=settings.device, dtype=getattr(torch, dtype))


if __name__ == "__main__":
    main()
