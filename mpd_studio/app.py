"""The desktop app: builds settings, session and window, opens what was asked for, and shuts down in order."""

from __future__ import annotations

import logging
import logging.handlers
import os
import platform
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import FrameType, TracebackType

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal, qVersion
from PySide6.QtWidgets import QApplication

from mpd_studio import __version__
from mpd_studio.core.paths import ProgramPaths, program_paths
from mpd_studio.core.resources import resource
from mpd_studio.session.message import Message, MessageKind
from mpd_studio.session.session import Session
from mpd_studio.ui.garbage import GarbageCollector
from mpd_studio.ui.main_window import MainWindow
from mpd_studio.ui.theme import apply_theme

log = logging.getLogger(__name__)
_DEMO = "demo/demo.mpdproj"


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and stay until it is closed. argv: a project or media files to open.

    Returns the exit code: 0, or 1 when work would not stop at the end.
    """
    arguments = [Path(argument) for argument in (sys.argv[1:] if argv is None else argv)]
    paths = program_paths()
    start_log(paths)
    app = build_application()
    session = Session(paths)
    garbage = GarbageCollector(lambda: session.selection.playhead)
    garbage.install()
    apply_theme(app, session.preferences.settings.theme)
    window = build_window(session)
    reports = CrashReports(paths.crash_reports)
    reports.written.connect(window.show_message)
    reports.install()
    stop_signals = StopSignals(app)
    window.show()
    QTimer.singleShot(0, lambda: open_first(session, arguments))
    QTimer.singleShot(0, session.bridge.start)  # after it, so that a job does not make way for the last project
    try:
        app.exec()
    finally:
        stop_signals.remove()
        reports.remove()
        has_stopped = session.close()
    if not has_stopped:
        # A thread that is destroyed while it runs makes Qt abort; so leave without destroying anything.
        log.error("Work was still running 10 s after the window closed; leaving without it.")
        logging.shutdown()
        os._exit(1)
    garbage.remove()
    return 0


def build_application() -> QApplication:
    """The one QApplication, in the style that the theme refines."""
    app = QApplication.instance() or QApplication(["mpd-studio"])
    assert isinstance(app, QApplication)
    app.setApplicationName("MPD Studio")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("mpd-studio")
    app.setStyle("Fusion")
    return app


def build_window(session: Session) -> MainWindow:
    return MainWindow(session, session.paths.window, lambda: open_demo(session))


def open_demo(session: Session) -> None:
    """As an untitled project, so that the demo itself stays as it is."""
    session.document.open_copy(resource(_DEMO))


def open_first(session: Session, arguments: Sequence[Path]) -> None:
    """What was named; else what a crash left; else the last project; else the demo. The demo is opened as a copy."""
    if [path.resolve() for path in arguments] == [resource(_DEMO)]:
        open_demo(session)
        return
    if arguments:
        session.importer.open_files([path.absolute() for path in arguments])
        return
    recoverable = session.document.recoverable()
    last = next((path for path in session.recent.files() if path.exists()), None)
    if recoverable:
        session.document.open(recoverable[0])
    elif last is not None and session.preferences.settings.reopen_last:
        session.document.open(last)
    else:
        open_demo(session)


class StopSignals(QObject):
    """Ctrl-C in the terminal and a request to end close the window in order, also while nothing happens in it.

    Python handles a signal when it next runs Python code, which an idle Qt never does: so the signal's number arrives
    through a socket that Qt listens to.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._ours, self._theirs = socket.socketpair()
        self._theirs.setblocking(False)
        self._old_wakeup = signal.set_wakeup_fd(self._theirs.fileno())
        self._old = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_activated)

    def remove(self) -> None:
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._old_wakeup)
        for number, handler in self._old.items():
            signal.signal(number, handler)
        self._ours.close()
        self._theirs.close()

    def _on_activated(self) -> None:
        self._ours.recv(64)  # and with this line of Python the handler gets its turn

    def _stop(self, number: int, frame: FrameType | None) -> None:
        del frame
        log.info("Asked to end by signal %d.", number)
        QTimer.singleShot(0, QApplication.quit)  # quit() itself does nothing while the event loop has not begun


class CrashReports(QObject):
    """Catches what nobody caught, in any thread: writes a report and says so. The program goes on.

    Signals: written(Message).
    """

    written = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._old = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        self._old = (sys.excepthook, threading.excepthook)
        sys.excepthook = self.report
        threading.excepthook = self._report_thread

    def remove(self) -> None:
        sys.excepthook, threading.excepthook = self._old

    def report(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """As sys.excepthook."""
        text = "".join(traceback.format_exception(kind, error, trace))
        log.error("Nobody caught this:\n%s", text)
        where = self._write(text)
        saved = f" A report was written to {where}." if where else ""
        self.written.emit(
            Message(MessageKind.ERROR, f"Something went wrong inside the program; your work is kept.{saved}", text)
        )

    def _report_thread(self, arguments: threading.ExceptHookArgs) -> None:
        self.report(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _write(self, text: str) -> Path | None:
        """One file a crash; None where nothing can be written."""
        head = f"MPD Studio {__version__}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}"
        path = self._folder / datetime.now().strftime("crash-%Y%m%d-%H%M%S-%f.txt")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{head}\n\n{text}", encoding="utf-8")
        except OSError as error:
            log.error("The crash report could not be written to %s: %s", path, error)
            return None
        return path


def start_log(paths: ProgramPaths) -> None:
    """A rotating log. Without a writable folder the app runs all the same."""
    try:
        paths.logs.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            paths.logs / "mpd-studio.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
        )
    except OSError as error:
        print(f"mpd-studio: no log can be written in {paths.logs}: {error}", file=sys.stderr)
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
