"""What the command line shows: results on stdout, progress and errors on stderr; and how it is told to stop."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO

from mpd_studio.core.errors import Cancelled, OutputError
from mpd_studio.core.progress import Progress, Reporter

if TYPE_CHECKING:
    from rich.progress import Progress as Bar


class Console(Reporter):
    """Prints, and is the Reporter of the command line's work."""

    def __init__(self, *, quiet: bool, as_json: bool) -> None:
        self.as_json = as_json
        # A program without a console, or one started with ">&-", has no streams at all.
        self._quiet = quiet or sys.stderr is None or not sys.stderr.isatty()
        self._silent = quiet or as_json
        self._is_cancelled = False
        self._bar: Bar | None = None

    def cancel(self) -> None:
        self._is_cancelled = True

    def report(self, progress: Progress) -> None:
        self.raise_if_cancelled()
        if self._bar is not None:
            self._bar.update(
                self._bar.task_ids[0], description=progress.stage, total=progress.total, completed=progress.done
            )

    def raise_if_cancelled(self) -> None:
        if self._is_cancelled:
            raise Cancelled

    @contextmanager
    def progress(self) -> Iterator[None]:
        """A bar with the time left, on a terminal, while the block runs."""
        if self._quiet:
            yield
            return
        from rich.console import Console as Terminal
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bar(*columns, console=Terminal(stderr=True), transient=True) as bar:
            bar.add_task("Starting", total=None)
            self._bar = bar
            try:
                yield
            finally:
                self._bar = None

    def text(self, text: str) -> None:
        """For the user to read; nothing with --quiet or --json. Nobody reading any more is no reason to stop."""
        if not self._silent:
            try:
                _print(text, sys.stdout)
            except OSError:
                _silence(sys.stdout)
                self._silent = True

    def document(self, document: dict[str, Any]) -> None:
        """The one JSON document of --json, in ASCII: every pipe of every system carries it unharmed.

        Raises:
            OutputError: it was to go into a file that could not take it.
        """
        if not self.as_json:
            return
        try:
            _print(json.dumps(document, indent=1), sys.stdout)
        except BrokenPipeError:
            _silence(sys.stdout)
        except OSError as error:
            _silence(sys.stdout)
            raise OutputError(
                f"The JSON document could not be printed: {error.strerror}. Send it elsewhere."
            ) from error

    def warning(self, text: str) -> None:
        self.error(f"warning: {text}")

    def error(self, text: str) -> None:
        with contextlib.suppress(OSError):
            _print(f"mpd-studio: {text}", sys.stderr)


def _print(text: str, stream: TextIO | None) -> None:
    """What the stream's encoding lacks (LANG=C, old Windows consoles, names of undecodable bytes) is escaped."""
    if stream is None:
        return
    if isinstance(stream, io.TextIOWrapper) and stream.errors != "backslashreplace":
        stream.reconfigure(errors="backslashreplace")
    print(text, file=stream, flush=True)


def _silence(stream: TextIO) -> None:
    """Let what is still buffered go nowhere; else Python complains about it once more when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


@contextmanager
def cancel_on_signals(console: Console) -> Iterator[None]:
    """Ctrl-C and a polite kill cancel the work at its next report; a second Ctrl-C stops at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        console.cancel()
        signal.signal(number, previous[signal.Signals(number)])

    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in previous:
            signal.signal(number, stop)
    except ValueError:  # not the main thread: whoever runs us there has his own way to stop us
        yield
        return
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
