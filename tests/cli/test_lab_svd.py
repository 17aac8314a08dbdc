"""The lab's samplers on the tiny model: the same calls, seeds and ends for each of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from mpd_studio.cli import main
from tests.workflow.moving_pictures import Size, still

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")


def test_samplers_and_seeds_at_one_budget_of_calls(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, tiny_svd: Path
) -> None:
    ends = [str(still(tmp_path / f"{k}.png", 4 * k, Size(96, 64))) for k in range(2)]
    out = tmp_path / "out"
    asked = ["--samplers", "mpd_vibid,vibid,trf", "--seeds", "1,2", "--engines", "flow", "--calls", "10"]
    code = main(["lab", *ends, "--new-frames", "12", "--weights", str(tiny_svd), "--out", str(out), *asked, "--json"])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    doc = json.loads(captured.out)
    names = [f"{sampler}_seed{seed}" for sampler in ("mpd_vibid", "vibid", "trf") for seed in (1, 2)]
    assert [run["name"] for run in doc["runs"]] == [*names, "flow"]
    for run in doc["runs"]:
        assert len(list((out / run["name"]).glob("frame_*.png"))) == 12
    for run in doc["runs"][:-1]:
        assert run["figures"]["calls"] == run["planned_calls"]  # counted, as the formulas foretold
        assert abs(run["figures"]["calls"] - 10) <= 2
        assert run["figures"]["seconds"] > 0
        assert run["options"]["sampler"] == run["sampler"]
    distilled = {run["name"]: len(run["shift_by_step"]) for run in doc["runs"]}
    assert all((count > 0) == name.startswith("mpd") for name, count in distilled.items())
    assert doc["runs"][0]["figures"]["shift"] > 0
    first, second = (sorted((out / f"vibid_seed{seed}").glob("frame_*.png")) for seed in (1, 2))
    assert first[5].read_bytes() != second[5].read_bytes()
    rows = list(csv.DictReader((out / "lab.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["name"] for row in rows] == [run["name"] for run in doc["runs"]]
    assert (out / "lab.png").is_file()
