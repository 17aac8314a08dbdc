"""Denoisers that are formulas: samplers are held against them without a network."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from mpd_studio.engines.svd.denoised import Denoised, Denoiser
from mpd_studio.engines.svd.noise_schedule import initial_spread, svd_sigmas

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")


@dataclass
class Mixing:
    """The denoiser of tests/golden/samplers.npz: it mixes frames by place, so it is not flip-equivariant."""

    frames: Any  # (F, F), for the conditional estimate
    channels: Any  # (C, C)
    frames_unconditional: Any  # (F, F)

    def towards(self, anchor: Any) -> Denoiser:
        """The side whose own first frame is `anchor`, (1, C, h, w)."""

        def denoise(x: Any, sigma: float) -> Denoised:
            spread = 1 + sigma**2
            scaled = x / math.sqrt(spread)
            mixed = torch.einsum("fg,gchw->fchw", self.frames.to(x), scaled)
            mixed = torch.einsum("cd,fdhw->fchw", self.channels.to(x), mixed)
            free = torch.einsum("fg,gchw->fchw", self.frames_unconditional.to(x), scaled)
            near = 1 - torch.linspace(0, 1, len(x), dtype=x.dtype).view(-1, 1, 1, 1)
            kept, made = x / spread, sigma**2 / spread
            return Denoised(
                unconditional=kept + made * torch.tanh(free),
                conditional=kept + made * torch.tanh(mixed + near * anchor.to(x)),
            )

        return denoise


@dataclass
class Scene:
    """A small case: both denoisers, the two boundary frames, noise levels, and a state to begin with."""

    forward: Denoiser
    backward: Denoiser
    start: Any
    end: Any
    sigmas: Sequence[float]
    x: Any

    def ends(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end}


def random_scene(steps: int = 8, frames: int = 6, seed: int = 1, dtype: Any = None) -> Scene:
    dtype = dtype or torch.float64
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Any:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    root = math.sqrt(frames)
    model = Mixing(normal(frames, frames) / root, normal(4, 4) / 2, normal(frames, frames) / root)
    start, end = normal(1, 4, 5, 6).to(dtype), normal(1, 4, 5, 6).to(dtype)
    sigmas = svd_sigmas(steps)
    x = (normal(frames, 4, 5, 6) * initial_spread(sigmas[0])).to(dtype)
    return Scene(model.towards(start), model.towards(end), start, end, sigmas, x)


@dataclass
class SeededNoise:
    """Standard normal noise from a seed, with the number of draws."""

    seed: int = 7
    draws: int = 0
    generator: Any = field(init=False)

    def __post_init__(self) -> None:
        self.generator = torch.Generator().manual_seed(self.seed)

    def __call__(self, like: Any) -> Any:
        self.draws += 1
        return torch.randn(like.shape, generator=self.generator, dtype=like.dtype)


@dataclass
class Spy:
    """A denoiser that notes each call: its side, the noise level, and copies of the clips it got."""

    side: str
    denoiser: Denoiser
    log: list[tuple[str, float]]
    clips: list[Any] = field(default_factory=list)

    def __call__(self, x: Any, sigma: float) -> Denoised:
        self.log.append((self.side, sigma))
        self.clips.append(x)
        return self.denoiser(x, sigma)


def spies(scene: Scene) -> tuple[Spy, Spy, list[tuple[str, float]]]:
    log: list[tuple[str, float]] = []
    return Spy("start", scene.forward, log), Spy("end", scene.backward, log), log


def constant(value: Any) -> Denoiser:
    """Expects the same clip whatever it gets."""
    return lambda x, sigma: Denoised(value.to(x).expand_as(x), value.to(x).expand_as(x))


def no_noise(like: Any) -> Any:
    return torch.zeros_like(like)


def replay(tensors: Any) -> Callable[[Any], Any]:
    """Noise from a record, draw after draw; one draw too many raises."""
    left = iter(tensors)
    return lambda like: next(left).to(like)
