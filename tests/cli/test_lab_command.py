"""The lab from the command line, with the engines that need no weights."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import cv2  # noqa: TID253 - the test reads what was written
import pytest

from mpd_studio.cli import CANCELLED, main
from mpd_studio.cli.console import Console
from mpd_studio.core.progress import Progress
from tests.workflow.moving_pictures import Size, still

FIGURES = {"calls", "seconds", "memory", "warp_error", "duplicates", "strobe", "pulse", "sharpness", "shift"}


@pytest.fixture
def ends(tmp_path: Path) -> list[str]:
    return [str(still(tmp_path / f"{k}.png", 9 * k, Size(160, 90))) for k in range(2)]


@pytest.fixture
def lab(capsys: pytest.CaptureFixture[str], ends: list[str], tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Runs the command on 5 new frames: (exit code, stdout, stderr)."""

    def run(*options: str) -> tuple[int, str, str]:
        code = main(["lab", *ends, "--new-frames", "5", "--out", str(tmp_path / "out"), *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_engines_are_compared_side_by_side(lab: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    code, said, _ = lab("--engines", "flow,crossfade", "--seeds", "1,2")
    out = tmp_path / "out"
    assert code == 0
    assert sorted(path.name for path in out.iterdir()) == ["crossfade", "flow", "lab.csv", "lab.json", "lab.png"]
    for name in ("flow", "crossfade"):
        assert len(list((out / name).glob("frame_*.png"))) == 5
        assert (out / name / "sheet.txt").is_file()
    assert [line.split()[0] for line in said.splitlines()[:3]] == ["run", "flow", "crossfade"]
    picture = cv2.imread(str(out / "lab.png"))
    assert picture is not None
    assert picture.shape[1] > 7 * 160  # both ends and every new frame beside each other


def test_the_figures_tell_following_motion_from_fading(
    lab: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    lab("--engines", "flow,crossfade")
    doc = json.loads((tmp_path / "out" / "lab.json").read_text())
    assert doc["version"] == 1
    flow, fade = (run["figures"] for run in doc["runs"])
    assert set(flow) == FIGURES
    assert flow["warp_error"] < fade["warp_error"]
    assert flow["sharpness"] > fade["sharpness"]
    assert flow["calls"] is None
    assert flow["seconds"] > 0
    assert [len(run["frames"]) for run in doc["runs"]] == [5, 5]
    assert doc["runs"][0]["folder"] == "flow"


def test_json_prints_the_document_that_is_written(lab: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    code, said, _ = lab("--engines", "crossfade", "--json")
    assert code == 0
    assert json.loads(said) == json.loads((tmp_path / "out" / "lab.json").read_text())


def test_a_run_that_fails_does_not_end_the_others(lab: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    """There are no weights here, which the samplers need."""
    pytest.importorskip("torch", reason="needs torch, an optional part of the installation")
    code, said, _ = lab("--samplers", "vibid", "--engines", "crossfade")
    assert code == 3
    assert "mpd-studio weights get" in said
    rows = list(csv.DictReader((tmp_path / "out" / "lab.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["name"], row["verdict"], bool(row["problem"])) for row in rows] == [
        ("vibid_seed0", "", True),
        ("crossfade", rows[1]["verdict"], False),
    ]
    assert len(list((tmp_path / "out" / "crossfade").glob("frame_*.png"))) == 5
    assert not (tmp_path / "out" / "vibid_seed0").exists()


def test_cancelling_leaves_what_is_finished_and_its_table(
    lab: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Console.report

    def stop_in_the_second_run(console: Console, progress: Progress) -> None:
        if "(2 of 2): New frames" in progress.stage and progress.done == 2:
            console.cancel()
        plain(console, progress)

    monkeypatch.setattr(Console, "report", stop_in_the_second_run)
    code, _, _ = lab("--engines", "crossfade,flow")
    out = tmp_path / "out"
    assert code == CANCELLED
    assert len(list((out / "crossfade").glob("frame_*.png"))) == 5
    assert not (out / "flow").exists()
    assert [run["name"] for run in json.loads((out / "lab.json").read_text())["runs"]] == ["crossfade"]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--samplers", "dream"), 4, "no sampler 'dream'"),
        (("--engines", "magic"), 5, "no engine 'magic'"),
        (("--engines", "flow", "--format", "bmp"), 2, "bmp"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    lab: Callable[..., tuple[int, str, str]], tmp_path: Path, options: tuple[str, ...], code: int, said: str
) -> None:
    got, _, complaint = lab(*options)
    assert got == code
    assert said in complaint
    assert not (tmp_path / "out").exists()


def test_calls_and_steps_exclude_each_other(lab: Callable[..., tuple[int, str, str]]) -> None:
    with pytest.raises(SystemExit) as refusal:
        lab("--calls", "10", "--steps", "10")
    assert refusal.value.code == 2


def test_a_folder_with_files_is_refused(lab: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    code, _, complaint = lab("--engines", "crossfade")
    assert code == 4
    assert "not empty" in complaint
    assert lab("--engines", "crossfade", "--overwrite")[0] == 0
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"
