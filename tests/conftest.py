"""What every test runs under: own home folders, no window, one thread for numbers, nothing logged or left running."""

from __future__ import annotations

import gc
import importlib
import itertools
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from weakref import WeakSet

import pytest
from hypothesis import settings

from tests.longest_first import begin_with_the_longest

REPOSITORY = Path(__file__).resolve().parents[1]

# Read once, when the libraries are loaded: so they stand here and not in a fixture. Oversubscribed OpenMP threads
# made one torch call twelve times slower on a busy machine.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
    os.environ.setdefault(_variable, "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")  # it warns of torchvision, which nothing here needs

settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

# Skipped unless named with -m.
_ASKED_FOR = {
    "gpu": "needs a CUDA device; run with -m gpu",
    "weights": "needs downloaded model files; run with -m weights",
    "resolve": "needs DaVinci Resolve running; run with -m resolve",
}
# Threads that libraries keep for the life of the process.
_LASTING_THREADS = {"TMonitor"}  # tqdm's, started with the first progress bar
_THREAD_GRACE_S = 2.0
# The youngest objects after each test; all of them, which takes longer, after every fiftieth.
_GENERATIONS = itertools.cycle([0] * 49 + [2])


def pytest_collection_finish() -> None:
    """What the modules under test have loaded stays to the end: no collection looks at it again (0.2 s each)."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = set(re.findall(r"\w+", config.getoption("markexpr") or ""))
    for item in items:
        for mark, reason in _ASKED_FOR.items():
            if mark not in asked and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))
    begin_with_the_longest(config, items)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's own folders of this test: nothing of the user's is read or written."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("MPD_STUDIO_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _garbage_waits_for_the_end_of_a_test() -> Iterator[None]:
    """Windows of earlier tests that lie in reference cycles go between tests, when no lane runs.

    Seen: collected in the middle of a test, one was destroyed while another thread sent a signal, and both waited for
    each other for ever.
    """
    gc.disable()
    yield
    gc.collect(next(_GENERATIONS))
    gc.enable()


@pytest.fixture(autouse=True)
def _no_unexpected_log(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning in the log fails the test, unless @pytest.mark.logs("pattern", …) expects it; then it must come."""
    yield
    marks = request.node.iter_markers("logs")
    expected = [pattern for mark in marks for pattern in mark.args]
    records = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    loud = [f"{r.name}: {r.getMessage()}" for r in records if r.levelno >= logging.WARNING]
    unexpected = [line for line in loud if not any(re.search(pattern, line) for pattern in expected)]
    missing = [pattern for pattern in expected if not any(re.search(pattern, line) for line in loud)]
    if unexpected:
        pytest.fail("Unexpected in the log:\n" + "\n".join(unexpected))
    if missing:
        pytest.fail("Expected in the log, but absent:\n" + "\n".join(missing))


@pytest.fixture(autouse=True)
def _no_thread_outlives_its_test(_started_qthreads: WeakSet[Any]) -> Iterator[None]:
    before = _threads()
    yield
    deadline = time.monotonic() + _THREAD_GRACE_S
    while left := [*(_threads() - before), *filter(_is_running, _started_qthreads)]:
        if time.monotonic() > deadline:
            pytest.fail("Left running: " + ", ".join(sorted(map(repr, left))))
        time.sleep(0.005)
    _started_qthreads.clear()


def _threads() -> set[threading.Thread]:
    """Python's own threads. Dummies stand for foreign threads, which Python 3.11 lists long after they ended."""
    return {
        thread
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread) and type(thread).__name__ not in _LASTING_THREADS
    }


@pytest.fixture(scope="session")
def _started_qthreads() -> Iterator[WeakSet[Any]]:
    """Every QThread that was started: `threading` does not know them, and Qt has no list of its own."""
    started: WeakSet[Any] = WeakSet()
    core = sys.modules.get("PySide6.QtCore")  # loaded by pytest-qt
    if core is None:
        yield started
        return
    start = core.QThread.start

    def remember_and_start(thread: Any, *arguments: Any) -> None:
        started.add(thread)
        start(thread, *arguments)

    core.QThread.start = remember_and_start
    yield started
    core.QThread.start = start


def _is_running(thread: Any) -> bool:
    try:
        return thread.isRunning()
    except RuntimeError:  # the Qt object has been deleted, which it survives only when it has ended
        return False


@pytest.fixture(autouse=True)
def _one_thread_for_numbers() -> None:
    """Code under test may have raised the number; the next test starts from one again."""
    cv2 = sys.modules.get("cv2")
    if cv2 is not None:
        cv2.setNumThreads(1)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Real footage, kept outside the repository: MPD_STUDIO_TEST_DATA, or shared/data beside the checkout."""
    named = os.environ.get("MPD_STUDIO_TEST_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no test footage at {folder}; set MPD_STUDIO_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
def demo_scene() -> ModuleType:
    """The demo's truth, packaging/demo_scene.py: true_frames(width, height), ball_position(frame), render(frame)."""
    return importlib.import_module("demo_scene")


@pytest.fixture(scope="session")
def tiny_svd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny random Stable Video Diffusion, as `weights make-tiny svd` makes it. Do not change it."""
    missing = [name for name in ("torch", "diffusers", "transformers") if find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; install mpd-studio[diffusion]")
    from mpd_studio.engines.svd.tiny import make_tiny

    folder = tmp_path_factory.mktemp("svd") / "tiny"
    make_tiny(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_motion_i2v(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny random Motion-I2V, as `weights make-tiny motion_i2v` makes it. Do not change it."""
    missing = [name for name in ("torch", "diffusers", "transformers") if find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; install mpd-studio[diffusion]")
    from mpd_studio.engines.motion_i2v.tiny import make_tiny

    folder = tmp_path_factory.mktemp("motion_i2v") / "tiny"
    make_tiny(folder)
    return folder
