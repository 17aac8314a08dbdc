"""How well confidence foretells the true error: on rendered scenes that it was fitted to, on others, on real footage.

Run:  python tests/bench/confidence.py [--fit] [--gaps 1 3 7] [--starts 3] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "engines")]
footage = import_module("real_sequences")
truth = import_module("trust_truth")
scenes = import_module("trust_scenes")
trust = import_module("mpd_studio.core.trust")
expected = import_module("mpd_studio.motion.expected_error")

BINS = (0, 2, 4.5, 8, 13.9, 20, 40, 256)


@dataclass(frozen=True)
class Row:
    """Pixels of one made frame. predicted, error: in code values of 255. parts: (pixels, 4) evidence."""

    source: str
    gap: int
    predicted: np.ndarray
    error: np.ndarray
    parts: np.ndarray


def main() -> None:
    data = os.environ.get("MPD_STUDIO_TEST_DATA", str(ROOT.parent / "shared" / "data"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="fit the weights to the calibration scenes and print them")
    parser.add_argument("--gaps", type=int, nargs="+", default=[1, 3, 7])
    parser.add_argument("--starts", type=int, default=3, help="gaps tried in each sequence")
    parser.add_argument("--data", type=Path, default=Path(data))
    options = parser.parse_args()
    fitted = list(_rendered(scenes.calibration_scenes(), options.gaps))
    if options.fit:
        weights = fit(fitted)
        print("floor, unlike, unvouched, carried:", "  ".join(f"{weight:.4f}" for weight in weights))
        return
    sets = {
        "calibration": fitted,
        "held out": list(_rendered(scenes.held_out_scenes(), options.gaps)),
        "sequences": list(_real(options.data, options.gaps, options.starts)),
    }
    for title, rows in sets.items():
        _print_ranks(title, rows)
    for title, rows in sets.items():
        _print_reliability(title, rows)
    _print_frames(sets["held out"] + sets["sequences"])


def fit(rows: list[Row], rounds: int = 300, least: float = 0.5) -> np.ndarray:
    """Weights of 0 or more that make the error's mean: of an exponential distribution, the likeliest.

    By multiplicative updates, as for the Itakura-Saito divergence (Févotte, Bertin and Durrieu, 2009). Errors below
    half a code value count as half of one.
    """
    parts = np.concatenate([row.parts for row in rows]).astype(np.float64)
    error = np.maximum(np.concatenate([row.error for row in rows]), least).astype(np.float64)
    weights = np.full(parts.shape[1], 0.05)
    for _ in range(rounds):
        mean = parts @ weights + 1e-9
        weights *= np.sqrt((parts.T @ (error / mean**2)) / (parts.T @ (1 / mean)))
    return weights


def _rendered(drawn: Iterator, gaps: list[int]) -> Iterator[Row]:
    for scene in drawn:
        for gap in gaps:
            frames = [scene.draw(index / (gap + 1)) for index in range(gap + 2)]
            yield from _rows(scene.name, frames)


def _real(folder: Path, gaps: list[int], starts: int) -> Iterator[Row]:
    for name in footage.SEQUENCES:
        frames = footage.decoded(folder, name)
        for gap in gaps:
            for start in np.unique(np.linspace(0, len(frames) - gap - 2, starts).astype(int)):
                yield from _rows(name, frames[start : start + gap + 2])


def _rows(source: str, frames: list[np.ndarray]) -> Iterator[Row]:
    for made in truth.made_with_truth(frames):
        evidence = made.evidence
        planes = (np.ones_like(evidence.unlike), evidence.unlike, evidence.unvouched, evidence.carried)
        parts = np.stack([plane[::3, ::3].ravel() for plane in planes], axis=1)
        predicted = -trust.ERROR_SCALE * np.log(np.maximum(made.confidence[::3, ::3].ravel(), 1e-6))
        yield Row(source, len(frames) - 2, predicted, made.error[::3, ::3].ravel(), parts)


def _print_ranks(title: str, rows: list[Row]) -> None:
    print(f"\nRank correlation (Spearman) of expected with true error, {title}")
    print(f"{'':24}{'all pixels':>12}{'mean of frames':>16}{'worst frame':>13}{'error':>8}{'expected':>10}")
    for source in (*dict.fromkeys(row.source for row in rows), ""):
        here = [row for row in rows if source in ("", row.source)]
        each = [truth.rank_correlation(row.predicted, row.error) for row in here]
        predicted, error = (np.concatenate([getattr(row, name) for row in here]) for name in ("predicted", "error"))
        pooled = truth.rank_correlation(predicted, error)
        cells = f"{pooled:12.3f}{np.mean(each):16.3f}{min(each):13.3f}{error.mean():8.2f}{predicted.mean():10.2f}"
        print(f"{source or 'all':24}{cells}")


def _print_reliability(title: str, rows: list[Row]) -> None:
    predicted = np.concatenate([row.predicted for row in rows])
    error = np.concatenate([row.error for row in rows])
    print(f"\nReliability, {title}: true error of the pixels where so much was expected")
    print(f"{'expected':>14}{'pixels':>10}{'mean':>8}{'median':>8}{'> 4.5':>8}{'> 13.9':>8}{'PSNR':>8}")
    for low, high in pairwise(BINS):
        here = error[(predicted >= low) & (predicted < high)]
        if len(here):
            _print_bin(f"{low} to {high}", here, len(error))
    for name, low, high in (("safe", 0, 4.463), ("check", 4.463, 13.863), ("no", 13.863, 1e9)):
        here = error[(predicted >= low) & (predicted < high)]
        if len(here):
            _print_bin(name, here, len(error))


def _print_bin(title: str, error: np.ndarray, total: int) -> None:
    decibels = 10 * np.log10(255**2 / max(float(np.mean(np.square(error))), 1e-9))
    shares = f"{np.mean(error > 4.5):8.1%}{np.mean(error > 13.9):8.1%}"
    print(f"{title:>14}{len(error) / total:10.1%}{error.mean():8.2f}{np.median(error):8.2f}{shares}{decibels:8.1f}")


def _print_frames(rows: list[Row]) -> None:
    """What the figure of a whole frame means."""
    print("\nFrames by their own figure: PSNR from least to most, dB")
    figures = [trust.frame_confidence(np.exp(-row.predicted / trust.ERROR_SCALE)) for row in rows]
    decibels = [10 * np.log10(255**2 / max(float(np.mean(np.square(row.error))), 1e-9)) for row in rows]
    for kind in trust.Trust:
        here = [db for figure, db in zip(figures, decibels, strict=True) if trust.trust_of(figure) is kind]
        if here:
            spread = "  ".join(f"{np.percentile(here, part):.1f}" for part in (0, 25, 50, 75, 100))
            print(f"{kind.value:>8}{len(here):6} frames   {spread}")
    print(f"rank correlation of frames: {truth.rank_correlation(np.array(figures), np.array(decibels)):.3f}")


if __name__ == "__main__":
    main()
