"""The hub that weights come from: what a repository holds, and a stream of one file from any byte on.

Spoken through huggingface_hub's session (its proxies, offline switch and login), plain HTTP only: its own download
and its Xet client answer a cancel late, check no hash, and resume in ways of their own.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Any

import mpd_studio
from mpd_studio.core.errors import BadInput, EnvironmentProblem, MpdError
from mpd_studio.core.progress import Reporter

_NOTICE_S = 0.2  # how soon a cancel is answered while nothing comes
_QUEUED = 64  # pieces of at most 64 KiB each wait for the disk
_LONGEST_LISTING = 50_000_000
_RETRY_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})


class ConnectionTrouble(MpdError):
    """The line was cut, stalled, or the server is busy: worth another try."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class HubFile:
    path: str
    size: int
    sha256: str | None = None
    blob_id: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """commit: the exact revision that the files are of."""

    repo: str
    commit: str
    files: tuple[HubFile, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """start: the byte that the pieces begin with, 0 when the server would not resume."""

    start: int
    pieces: Iterator[bytes]


class Hub:
    """endpoint: None: HF_ENDPOINT, else the public hub. token: None: HF_TOKEN, else the saved login; "" sends none.

    timeout_s: how long the line may be silent before it counts as stalled.
    """

    def __init__(self, endpoint: str | None = None, token: str | None = None, timeout_s: float = 15.0) -> None:
        try:
            from huggingface_hub import constants, get_token
        except ImportError as error:
            raise EnvironmentProblem(
                "Weights are downloaded with the library huggingface_hub, which is not installed here. Install the "
                "program with its 'diffusion' extra, or copy a folder of weights here and run: "
                "mpd-studio weights add FOLDER"
            ) from error
        self._endpoint = (endpoint or os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")
        self._token = get_token() if token is None else token
        self._timeout_s = timeout_s

    def listing(self, repo: str, revision: str | None, reporter: Reporter) -> Listing:
        """Raises: BadInput, EnvironmentProblem, ConnectionTrouble."""
        url = f"{self._endpoint}/api/models/{repo}/revision/{revision or 'main'}?blobs=true"
        with self._stream(url, {}, repo, f"revision {revision or 'main'}", reporter) as (_, pieces):
            text = bytearray()
            for piece in pieces:
                text += piece
                if len(text) > _LONGEST_LISTING:
                    break  # no list of files; whoever sends it may not fill the memory
        try:
            return _read_listing(repo, json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConnectionTrouble(
                f"{self._endpoint} answered with something that is no list of {repo}'s files. Try again later."
            ) from error

    @contextmanager
    def open(self, repo: str, commit: str, path: str, start: int, reporter: Reporter) -> Iterator[Answer]:
        """The file's bytes from `start` on. Raises: BadInput, EnvironmentProblem, ConnectionTrouble, Cancelled."""
        from huggingface_hub import hf_hub_url

        url = hf_hub_url(repo, path, revision=commit, endpoint=self._endpoint)
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._stream(url, headers, repo, path, reporter) as (response, pieces):
            yield Answer(start if response.status_code == 206 else 0, pieces)

    @contextmanager
    def _stream(
        self, url: str, headers: dict[str, str], repo: str, what: str, reporter: Reporter
    ) -> Iterator[tuple[Any, Iterator[bytes]]]:
        # identity: a compressed answer could not be resumed at a byte
        own = {"User-Agent": f"mpd-studio/{mpd_studio.__version__}", "Accept-Encoding": "identity"}
        if self._token:
            own["Authorization"] = f"Bearer {self._token}"
        reception = _Reception(url, {**own, **headers}, self._timeout_s)
        try:
            pieces = reception.pieces(reporter)
            next(pieces)  # the head has come
            response = reception.response
            if response.status_code not in (200, 206):
                raise self._refusal(response, repo, what)
            yield response, pieces
        finally:
            reception.close()

    def _refusal(self, response: Any, repo: str, what: str) -> MpdError:
        status, code = response.status_code, response.headers.get("X-Error-Code", "")
        page = f"{self._endpoint}/{repo}"
        if status == 404 or code in ("EntryNotFound", "RevisionNotFound"):
            return BadInput(f"{repo} has no {what} at {self._endpoint}. The repository may have changed or moved.")
        if status in (401, 403):
            if not self._token:
                return EnvironmentProblem(
                    f"{repo} is given only to people who are logged in ({status}). Accept the terms at {page}, make a "
                    "token at https://huggingface.co/settings/tokens, and put it into HF_TOKEN or run: hf auth login"
                )
            return EnvironmentProblem(
                f"Your token has no access to {repo} ({status}). Accept the terms at {page} with the same account, "
                "and see that the token is still valid and may read gated repositories."
            )
        if status in _RETRY_STATUS:
            return ConnectionTrouble(f"{self._endpoint} is busy ({status}). Try again later.")
        return EnvironmentProblem(f"{self._endpoint} refused {what} of {repo} ({status}). Try again later.")


def _read_listing(repo: str, document: dict[str, Any]) -> Listing:
    files = []
    for item in document["siblings"]:
        lfs = item.get("lfs") or {}
        blob_id = None if lfs else item.get("blobId")
        files.append(HubFile(str(item["rfilename"]), int(item["size"]), lfs.get("sha256"), blob_id))
    return Listing(repo, str(document["sha"]), tuple(files))


class _Reception:
    """One request, received by a thread of its own, so that a silent line does not keep a cancel waiting."""

    def __init__(self, url: str, headers: dict[str, str], timeout_s: float) -> None:
        self.response: Any = None
        self._queue: Queue[bytes | Exception | None] = Queue(_QUEUED)
        self._is_over = threading.Event()
        self._thread = threading.Thread(
            target=self._receive, args=(url, headers, timeout_s), name="weights download", daemon=True
        )
        self._thread.start()

    def pieces(self, reporter: Reporter) -> Iterator[bytes]:
        """First an empty piece when the head has come, then the body. Raises: ConnectionTrouble, Cancelled."""
        while True:
            reporter.raise_if_cancelled()
            try:
                piece = self._queue.get(timeout=_NOTICE_S)
            except Empty:
                continue
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def close(self) -> None:
        """Wakes the thread out of a silent line and waits for it a moment; while connecting it ends by itself."""
        self._is_over.set()
        if self.response is not None:
            _hang_up(self.response)
            self._thread.join(timeout=2.0)

    def _receive(self, url: str, headers: dict[str, str], timeout_s: float) -> None:
        from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
        from huggingface_hub.utils import get_session

        # The base of whichever HTTP library huggingface_hub is built on: httpx, or httpx2 from version 2 on.
        transport: Any = next(kind for kind in HfHubHTTPError.__mro__ if kind.__name__ == "HTTPError")
        with contextlib.suppress(_Over):
            try:
                with get_session().stream("GET", url, headers=headers, timeout=timeout_s) as response:
                    self.response = response
                    self._put(b"")
                    for piece in response.iter_bytes():
                        self._put(piece)
                self._put(None)
            except OfflineModeIsEnabled:
                self._put(EnvironmentProblem("Downloads are switched off by HF_HUB_OFFLINE. Unset it and try again."))
            except (transport, OSError) as error:
                trouble = ConnectionTrouble(f"The connection to {url.split('/')[2]} failed ({_reason(error)}).")
                trouble.__cause__ = error
                self._put(trouble)
            except Exception as error:  # the thread's edge: whoever waits for the pieces must hear of it
                self._put(error)

    def _put(self, piece: bytes | Exception | None) -> None:
        while not self._is_over.is_set():
            try:
                self._queue.put(piece, timeout=_NOTICE_S)
                return
            except Full:
                continue
        raise _Over


class _Over(BaseException):
    """Nobody listens any more."""


def _hang_up(response: Any) -> None:
    stream = response.extensions.get("network_stream")
    line = stream.get_extra_info("socket") if stream is not None else None
    if line is not None:
        with contextlib.suppress(OSError):  # it has ended by itself
            line.shutdown(socket.SHUT_RDWR)


def _reason(error: Exception) -> str:
    return str(error) or {"ReadTimeout": "nothing came for too long"}.get(type(error).__name__, type(error).__name__)
