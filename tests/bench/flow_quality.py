"""The flow engine against a cross-fade, plain warping and FFmpeg's minterpolate, on hidden frames that are known.

Run:  python tests/bench/flow_quality.py [--gaps 1 3 7 15 23] [--starts 4] [--only rabbit ride] [--json FILE]

Real sequences (25 frames) and rendered scenes (25 frames, things that cover each other). From each gap, keyframes i and
i + gap + 1 are given, the frames between are hidden. Figures are means over the missing frames: PSNR in dB, SSIM of the
luma, sharpness (gradient energy over the truth's; 1 is as sharp as the truth), and flow-warp error (8-bit values
between a frame and the next along the true motion; the truth's own is in the last column of its table).
"ours" sees the two frames only; "context" also five real frames before and five after, where the sequence has them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "engines")]
footage = import_module("real_sequences")
measures = import_module("frame_measures")
moving_scenes = import_module("moving_scenes")
peers = import_module("flow_peers")
scenes = import_module("rendered_sequences")
Quality = import_module("mpd_studio.core.inbetween").Quality
open_engine = import_module("mpd_studio.engines.registry").open_engine

METHODS = ("cross-fade", "plain DIS", "minterpolate", "ours", "context")
MEASURES = (("psnr", "PSNR, dB"), ("ssim", "SSIM"), ("sharp", "sharpness"), ("warp", "flow-warp error"))
CONTEXT = 5


def main() -> None:
    options = _arguments()
    frames = {name: footage.decoded(options.data, name) for name in footage.SEQUENCES}
    frames |= {name: scenes.rendered(name, options.seed) for name in scenes.SCENES}
    names = options.only or list(frames)
    table: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for gap in options.gaps:
        table[str(gap)] = {}
        for name in names:
            table[str(gap)][name] = _measured(frames[name], gap, options)
            print(f"gap {gap:<3}{name:14}" + _psnr_row(table[str(gap)][name], options.methods), flush=True)
    for kind, members in (("real", footage.SEQUENCES), ("rendered", tuple(scenes.SCENES))):
        _print_means(kind, [name for name in names if name in members], table, options.methods)
    if options.json:
        options.json.write_text(json.dumps(table, indent=1), "utf-8")


def _arguments() -> argparse.Namespace:
    data = os.environ.get("MPD_STUDIO_TEST_DATA", str(ROOT.parent / "shared" / "data"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gaps", type=int, nargs="+", default=[1, 3, 7, 15, 23])
    parser.add_argument("--starts", type=int, default=4, help="gaps tried in each sequence")
    parser.add_argument("--only", nargs="+", help="names of sequences and scenes")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--quality", choices=[quality.value for quality in Quality], default="normal")
    parser.add_argument("--seed", type=int, default=40, help="of the rendered scenes' textures")
    parser.add_argument("--data", type=Path, default=Path(data))
    parser.add_argument("--json", type=Path, help="where to write all figures")
    return parser.parse_args()


def _measured(frames: list[np.ndarray], gap: int, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """method -> measure -> mean over the missing frames of all gaps tried."""
    rows: dict[str, list[dict[str, float]]] = {method: [] for method in (*options.methods, "truth")}
    for start in np.unique(np.linspace(0, len(frames) - gap - 2, options.starts).astype(int)):
        truth = frames[start : start + gap + 2]
        lumas = [measures.luma(frame) for frame in truth]
        flows = measures.true_flows(lumas)
        for method in options.methods:
            began = time.perf_counter()
            made = _made(method, frames, int(start), gap, Quality(options.quality))
            seconds = (time.perf_counter() - began) / gap
            rows[method].append(_compared(made, truth, lumas, flows) | {"seconds": seconds})
        rows["truth"].append({"warp": measures.warp_error(lumas, flows)})
    return {
        method: {key: float(np.mean([row[key] for row in found])) for key in found[0]} for method, found in rows.items()
    }


def _made(method: str, frames: list[np.ndarray], start: int, gap: int, quality: object) -> list[np.ndarray]:
    first, last = frames[start], frames[start + gap + 1]
    if method == "cross-fade":
        return peers.crossfade(first, last, gap)
    if method == "plain DIS":
        return peers.plain_warping(first, last, gap)
    if method == "minterpolate":
        keys = list(range(start % (gap + 1), len(frames), gap + 1))
        return peers.minterpolate([frames[key] for key in keys], keys.index(start), gap)
    context = (), ()
    if method == "context":
        context = frames[max(start - CONTEXT, 0) : start][::-1], frames[start + gap + 2 :][:CONTEXT]
    pictures = moving_scenes.fill(open_engine("flow"), first, last, gap, quality=quality, context=context)
    return [picture.pixels for picture in pictures]


def _compared(
    made: list[np.ndarray], truth: list[np.ndarray], lumas: list[np.ndarray], flows: list[np.ndarray]
) -> dict[str, float]:
    planes = [measures.luma(picture) for picture in made]
    pairs = list(zip(planes, lumas[1:-1], strict=True))
    return {
        "psnr": float(np.mean([moving_scenes.psnr(a, b) for a, b in zip(made, truth[1:-1], strict=True)])),
        "ssim": float(np.mean([measures.ssim(a, b) for a, b in pairs])),
        "sharp": float(np.mean([measures.gradient_energy(a) / measures.gradient_energy(b) for a, b in pairs])),
        "warp": measures.warp_error([lumas[0], *planes, lumas[-1]], flows),
    }


def _psnr_row(row: dict[str, dict[str, float]], methods: list[str]) -> str:
    return "".join(f"  {method} {row[method]['psnr']:.2f}/{row[method]['sharp']:.2f}" for method in methods)


def _print_means(kind: str, names: list[str], table: dict, methods: list[str]) -> None:
    """A Markdown table for each measure: a line for each gap and the mean of the sequences; PSNR of each, too."""
    if not names:
        return
    for key, title in MEASURES:
        heads = [*methods, "truth"] if key == "warp" else methods
        print(f"\n{title}, {kind}\n\n| gap | of | " + " | ".join(heads) + " |\n|" + " --- |" * (len(heads) + 2))
        for gap, rows in table.items():
            lines = [(name, [rows[name][method][key] for method in heads]) for name in names if key == "psnr"]
            lines.append(("mean", list(np.mean([[rows[n][m][key] for m in heads] for n in names], axis=0))))
            digits = 2 if key in ("psnr", "warp") else 3
            for name, values in lines:
                print(f"| {gap} | {name} | " + " | ".join(f"{value:.{digits}f}" for value in values) + " |")


if __name__ == "__main__":
    main()
