"""What a latent looks like, roughly and at once: its colours by one small matrix instead of the whole decoder."""

from __future__ import annotations

import numpy as np

# What each channel of Stable Diffusion's latents adds to red, green and blue in -1..1, as keturn found for version 1.4
# (discuss.huggingface.co/t/decoding-latents-to-rgb-without-upscaling/23204). Stable Video Diffusion's autoencoder is a
# descendant of that one, so here they are a first guess and no more.
_PUBLISHED = ((0.298, 0.207, 0.208), (0.187, 0.286, 0.173), (-0.158, 0.189, 0.264), (-0.184, -0.271, -0.473))
_GUESS = 0.5 * np.vstack([_PUBLISHED, np.ones(3)])  # to 0..1: (5, 3), the last row is what a latent of zeros looks like
_TRUST = 0.01  # in the guess: as much as in this share of the pixels that the fit sees


def fit_colors(latents: np.ndarray, pictures: np.ndarray) -> np.ndarray:
    """The matrix (5, 3) for colors_of that brings these latents nearest to their pictures.

    Both ends of a clip are known as pictures and as latents. So the matrix is made for this footage and for this
    autoencoder, by least squares; the published one decides only what the two pictures leave open, such as the
    colours of a picture in grey.

    latents: (n, 4, h, w), scaled. pictures: (n, height, width, 3) in 0..1; whole numbers of pixels lie on a latent's.
    """
    count, channels, high, wide = latents.shape
    blocks = pictures.reshape(count, high, pictures.shape[1] // high, wide, pictures.shape[2] // wide, 3)
    wanted = blocks.mean(axis=(2, 4), dtype=np.float64).reshape(-1, 3)  # (n * h * w, 3)
    seen = np.ones((len(wanted), channels + 1))
    seen[:, :channels] = latents.transpose(0, 2, 3, 1).reshape(-1, channels)
    weight = seen.T @ seen + _TRUST * len(seen) * np.eye(channels + 1)
    return _GUESS + np.linalg.solve(weight, seen.T @ (wanted - seen @ _GUESS))


def colors_of(latents: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """(n, h, w, 3) float32, about 0..1. latents: (n, 4, h, w), scaled and without noise."""
    shown = np.einsum("nchw,ck->nhwk", latents, matrix[:-1].astype(np.float32))
    return shown + matrix[-1].astype(np.float32)
