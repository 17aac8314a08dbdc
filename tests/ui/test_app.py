"""The program from its start to its end: what it opens, how light it is, and that it never dies silently."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from window_driver import Driver, write_clip

from mpd_studio.app import CrashReports, open_demo, open_first
from mpd_studio.core.resources import resource
from mpd_studio.session.message import Message

_LIGHT = """
import sys
import mpd_studio.app
print([name for name in ("torch", "av", "cv2", "diffusers", "opentimelineio") if name in sys.modules])
"""


def test_importing_the_app_loads_nothing_heavy(repository: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _LIGHT], cwd=repository, capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_the_first_start_shows_the_demo_as_an_untitled_project(desk: Driver) -> None:
    before = resource("demo/demo.mpdproj").read_bytes()
    open_first(desk.session, [])
    desk.wait(lambda: desk.kinds != [])
    assert [kind for kind, _ in desk.kinds] == ["clip", "gap", "clip"]
    document = desk.session.document
    assert document.path is None
    assert not document.is_modified
    assert desk.window.windowTitle().startswith("Demo")
    document.apply("Rename", lambda timeline: timeline.__class__(name="Other"))
    assert resource("demo/demo.mpdproj").read_bytes() == before


def test_the_demo_named_on_the_command_line_is_a_copy_too(desk: Driver) -> None:
    open_first(desk.session, [resource("demo/demo.mpdproj")])
    desk.qtbot.waitUntil(lambda: desk.session.document.timeline.length > 0)
    assert desk.session.document.path is None
    assert not resource("demo").joinpath("demo.mpdproj.autosave").exists()


def test_the_button_of_the_empty_canvas_opens_the_demo(desk: Driver) -> None:
    desk.window.centre.canvas.empty_state.button.click()
    desk.wait(lambda: len(desk.kinds) == 3)


def test_named_media_are_opened(desk: Driver, tmp_path: Path) -> None:
    open_first(desk.session, [write_clip(tmp_path / "a.mp4", 40)])
    desk.wait(lambda: desk.kinds == [("clip", 12)])


def test_a_named_project_is_opened(gap_desk: Driver, new_window: Callable[[], Driver], tmp_path: Path) -> None:
    path = tmp_path / "reel.mpdproj"
    with gap_desk.qtbot.waitSignal(gap_desk.session.document.saved):
        gap_desk.session.document.save_as(path)
    kinds = gap_desk.kinds
    gap_desk.session.document.new()
    second = new_window()
    open_first(second.session, [path])
    second.wait(lambda: second.kinds == kinds)


def test_what_was_not_saved_comes_back_at_the_next_start(gap_desk: Driver, new_window: Callable[[], Driver]) -> None:
    kinds = gap_desk.kinds
    gap_desk.window.close()
    assert gap_desk.session.close()
    second = new_window()
    open_first(second.session, [])
    second.wait(lambda: second.kinds == kinds)
    message = second.window.centre.messages.message
    assert message is not None
    assert "Recovered" in message.text


def test_the_last_project_comes_back(gap_desk: Driver, new_window: Callable[[], Driver], tmp_path: Path) -> None:
    path = tmp_path / "reel.mpdproj"
    with gap_desk.qtbot.waitSignal(gap_desk.session.document.saved):
        gap_desk.session.document.save_as(path)
    gap_desk.window.close()
    assert gap_desk.session.close()
    second = new_window()
    open_first(second.session, [])
    second.wait(lambda: second.session.document.path == path)


@pytest.mark.logs("Nobody caught this")
def test_an_error_nobody_caught_is_written_down_and_said(desk: Driver, tmp_path: Path) -> None:
    reports = CrashReports(tmp_path / "crashes")
    reports.written.connect(desk.window.show_message)
    try:
        raise RuntimeError("the coil broke")
    except RuntimeError as error:
        reports.report(type(error), error, error.__traceback__)
    (report,) = (tmp_path / "crashes").iterdir()
    assert "the coil broke" in report.read_text()
    message = desk.window.centre.messages.message
    assert message is not None
    assert str(report) in message.text
    assert "the coil broke" in message.details


@pytest.mark.logs("Nobody caught this")
def test_an_error_in_a_thread_is_said_in_the_window(desk: Driver, tmp_path: Path) -> None:
    reports = CrashReports(tmp_path / "crashes")
    reports.written.connect(desk.window.show_message)
    reports.install()
    try:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
    finally:
        reports.remove()
    desk.wait(lambda: desk.window.centre.messages.message is not None)
    message = desk.window.centre.messages.message
    assert isinstance(message, Message)
    assert "ZeroDivisionError" in message.details


_RUN = """
import sys
from PySide6.QtCore import QTimer
from mpd_studio import app

def look():
    window = next(w for w in app.QApplication.topLevelWidgets() if w.objectName() == "desk")
    if window.session.document.timeline.length:
        window.grab().save(sys.argv[1])
        window.close()

timer = QTimer(interval=50)
timer.timeout.connect(look)
build = app.build_application
def started():
    made = build()
    timer.start()
    return made
app.build_application = started
sys.exit(app.main([]))
"""


def _run_app(repository: Path, picture: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _RUN, str(picture)],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environ},
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see the handler")
def test_a_signal_ends_the_idle_program_in_order(repository: Path, home: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", "import sys\nfrom mpd_studio import app\nsys.exit(app.main([]))"],
        cwd=repository,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        _wait_for(lambda: (home / "config").exists() or (home / "data" / "logs" / "mpd-studio.log").exists())
        _wait_for(lambda: _catches_sigterm(program.pid))
        program.send_signal(signal.SIGTERM)
        assert program.wait(30) == 0
    finally:
        program.kill()
        program.wait(10)
    assert (home / "config" / "window.ini").exists()


def _catches_sigterm(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def _wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def test_main_runs_from_start_to_end(repository: Path, tmp_path: Path) -> None:
    ran = _run_app(repository, tmp_path / "window.png", {"QT_QPA_PLATFORM": "offscreen"})
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "window.png").stat().st_size > 20_000


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb for a real window: apt-get install xvfb")
def test_the_real_window_shows_under_x(repository: Path, tmp_path: Path) -> None:
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            display = f":{answer.readline().strip()}"
        ran = _run_app(repository, tmp_path / "window.png", {"QT_QPA_PLATFORM": "xcb", "DISPLAY": display})
    finally:
        server.terminate()
        server.wait(10)
    assert ran.returncode == 0, ran.stderr
    from PySide6.QtGui import QImage

    picture = QImage(str(tmp_path / "window.png"))
    assert (picture.width(), picture.height()) == (1440, 900)
    colors = {picture.pixelColor(x, y).name() for x in range(0, 1440, 7) for y in range(0, 900, 7)}
    assert {"#232323", "#2b2b2b"} <= colors
    assert len(colors) > 50


def test_the_demo_can_be_opened_again_and_again(desk: Driver) -> None:
    for _ in range(2):
        key = desk.session.document.key
        open_demo(desk.session)
        desk.wait(lambda key=key: desk.session.document.key != key)
    assert len(desk.kinds) == 3
