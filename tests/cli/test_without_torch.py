"""The program and its embedded engine need no torch; where it is absent or broken they say so and work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.moving_pictures import still

_BROKEN = "raise OSError('libtorch_cpu.so: cannot open shared object file')"
_ABSENT = "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "mpd_studio", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture(params=[_BROKEN, _ABSENT], ids=["broken", "absent"])
def torch_folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "first on the path"
    (folder / "torch").mkdir(parents=True)
    (folder / "torch" / "__init__.py").write_text(request.param)
    return folder


def test_frames_are_made(torch_folder: Path, tmp_path: Path) -> None:
    ends = [str(still(tmp_path / f"{k}.png", 5 * k)) for k in range(2)]
    ran = run(torch_folder, "fill", *ends, "--new-frames", "2", "--out", str(tmp_path / "out"), "--json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["sheet"]["verdict"] == "PASS"


def test_engines_are_listed_and_doctor_says_what_is_wrong(torch_folder: Path) -> None:
    listed = run(torch_folder, "engines", "--json")
    assert listed.returncode == 0, listed.stderr
    assert "flow" in [engine["id"] for engine in json.loads(listed.stdout)["engines"] if not engine["problem"]]
    doctor = run(torch_folder, "doctor", "--json")
    assert doctor.returncode == 0, doctor.stderr
    assert "torch is broken here" in json.loads(doctor.stdout)["findings"]["GPU"]


def test_the_window_opens(torch_folder: Path) -> None:
    program = "import sys, mpd_studio.app as app; app.build_application(); print('torch' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(torch_folder)}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, "False"), ran.stderr
