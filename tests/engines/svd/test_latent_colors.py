"""The matrix from latents to colours is learnt from the two pictures that are known as both."""

from __future__ import annotations

import numpy as np

from mpd_studio.engines.svd.latent_colors import colors_of, fit_colors

TRUE = np.array([[0.2, -0.1, 0.05], [0.0, 0.15, 0.1], [-0.1, 0.1, 0.2], [0.05, 0.05, -0.2], [0.4, 0.5, 0.6]])


def random_latents(count: int = 2, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, 4, 18, 32)).astype(np.float32)


def pictures_of(latents: np.ndarray, matrix: np.ndarray, block: int = 8) -> np.ndarray:
    """Each latent pixel as a block of its colour, around which the pixels differ."""
    shown = np.einsum("nchw,ck->nhwk", latents, matrix[:4]) + matrix[4]
    large = shown.repeat(block, axis=1).repeat(block, axis=2)
    checker = np.indices(large.shape[1:3]).sum(axis=0) % 2 - 0.5
    return large + 0.2 * checker[None, :, :, None]


def test_a_linear_autoencoder_is_found_out_whatever_its_colours() -> None:
    latents = random_latents()
    matrix = fit_colors(latents, pictures_of(latents, TRUE))
    fresh = random_latents(3, seed=7)
    wanted = np.einsum("nchw,ck->nhwk", fresh, TRUE[:4]) + TRUE[4]
    made = colors_of(fresh, matrix)
    assert made.dtype == np.float32
    assert np.abs(made - wanted).max() < 0.03  # the guess keeps its share of 1 %


def test_what_the_pictures_do_not_show_comes_from_the_published_matrix() -> None:
    flat = np.zeros((2, 4, 18, 32), np.float32)
    matrix = fit_colors(flat, np.full((2, 144, 256, 3), 0.5))
    fresh = random_latents(1)
    published = np.array(
        [[0.298, 0.207, 0.208], [0.187, 0.286, 0.173], [-0.158, 0.189, 0.264], [-0.184, -0.271, -0.473]]
    )
    wanted = np.einsum("nchw,ck->nhwk", fresh, published) / 2 + 0.5
    np.testing.assert_allclose(colors_of(fresh, matrix), wanted, atol=1e-5)


def test_the_fit_is_nearer_to_the_pictures_than_the_guess() -> None:
    latents = random_latents(seed=3)
    pictures = pictures_of(latents, TRUE) ** 2  # no line any more
    blocks = pictures.reshape(2, 18, 8, 32, 8, 3).mean(axis=(2, 4))
    guess = fit_colors(np.zeros_like(latents), np.full_like(pictures, 0.5))
    fitted = fit_colors(latents, pictures)
    errors = [np.abs(colors_of(latents, matrix) - blocks).mean() for matrix in (fitted, guess)]
    assert errors[0] < errors[1] / 3
