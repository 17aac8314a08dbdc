"""What both stages' sampling has in common: texts, noise from a seed, and guidance by a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Of latents that are diffused.
LATENT_SCALE = 0.18215
LATENT_PIXEL = 8
OnStep = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of either stage.

    guidance: how strictly the text is kept to; at 1 the negative prompt has no say.
    together: both halves of guidance in one call: faster, and twice the memory.
    """

    prompt: str = ""
    negative_prompt: str = ""
    seed: int = 0
    steps: int = 25
    guidance: float = 7.0
    together: bool = False


def text_pair(tokenizer: Any, encoder: Any, wish: Wish) -> Tensor:
    """(2, length, d): the negative prompt, then the prompt. Longer texts are cut off at the tokenizer's length."""
    import torch

    tokens = tokenizer(
        [wish.negative_prompt, wish.prompt],
        padding="max_length",
        max_length=tokenizer.model_max_length,
        truncation=True,
        return_tensors="pt",
    )
    with torch.inference_mode():
        return encoder(tokens.input_ids.to(encoder.device))[0]


def guided(call: Callable[[Tensor, int], Tensor], text: Tensor, wish: Wish) -> Tensor:
    """The prediction with guidance. call(text (b, length, d), b): the network's answer (b, c, f, h, w)."""
    import torch

    if wish.guidance == 1:
        return call(text[1:], 1)
    if wish.together:
        without, with_text = call(text, 2).chunk(2)
    else:
        without, with_text = (call(text[half : half + 1], 1) for half in (0, 1))
    without, with_text = without.to(torch.float32), with_text.to(torch.float32)
    return without + wish.guidance * (with_text - without)


def noise(shape: tuple[int, ...], generator: torch.Generator, device: torch.device) -> Tensor:
    """Drawn on the CPU: so a seed means the same noise on every device."""
    import torch

    return torch.randn(shape, generator=generator).to(device)


def picture_latents(vae: Any, picture: np.ndarray, device: torch.device, generator: torch.Generator) -> Tensor:
    """(1, 4, h/8, w/8) float32, scaled. picture: (h, w, 3) float32, in the range that the stage encodes."""
    import torch

    pixels = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None].to(device)
    with torch.inference_mode():
        return vae.encode(pixels).latent_dist.sample(generator) * LATENT_SCALE
