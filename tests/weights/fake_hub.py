"""A hub on the loopback device, small and well or badly behaved; and weights small enough to travel in a moment."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from mpd_studio.core.errors import Cancelled
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.weights.catalogue import Entry, Licence, WeightFile

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LONGEST_STALL_S = 10.0
UNET = "unet/diffusion_pytorch_model.fp16.safetensors"
VAE = "vae/diffusion_pytorch_model.fp16.safetensors"
TOWER = "image_encoder/model.fp16.safetensors"


def safetensors(count: int, seed: int) -> bytes:
    """A file of the format with `count` bytes of numbers."""
    head = json.dumps({"x": {"dtype": "U8", "shape": [count], "data_offsets": [0, count]}}).encode()
    block = hashlib.sha256(bytes([seed])).digest()
    return len(head).to_bytes(8, "little") + head + (block * (count // 32 + 1))[:count]


def tiny_files() -> dict[str, bytes]:
    configs = ["model_index.json", "feature_extractor/preprocessor_config.json", "scheduler/scheduler_config.json"]
    configs += [f"{part}/config.json" for part in ("image_encoder", "unet", "vae")]
    files = {path: json.dumps({"what": path}).encode() for path in configs}
    files |= {VAE: safetensors(50_000, 1), TOWER: safetensors(90_000, 2), UNET: safetensors(400_000, 3)}
    return files | {"LICENSE.md": b"The licence.", "README.md": b"Read me.", "unet/diffusion_pytorch_model.bin": b"x"}


def write_files(folder: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def without(files: dict[str, bytes], *paths: str) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path not in paths}


def fill_cache(home: Path, repo: str, files: dict[str, bytes], commit: str = COMMIT) -> Path:
    """The hub's cache as huggingface_hub lays it out under HF_HOME; the snapshot's folder."""
    root = home / "hub" / f"models--{repo.replace('/', '--')}"
    snapshot = root / "snapshots" / commit
    for path, content in files.items():
        name = stated_name(path, content)
        blob = write_files(root / "blobs", {name: content}) / name
        (snapshot / path).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / path).symlink_to(blob)
    write_files(root / "refs", {"main": commit.encode()})
    return snapshot


def stated_name(path: str, content: bytes) -> str:
    """What the hub calls a file's content by, and its cache names the file."""
    return hashlib.sha256(content).hexdigest() if path.endswith(".safetensors") else blob_id(content)


def blob_id(content: bytes) -> str:
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()


LICENCE = Licence("Test Licence", "https://example.org/licence", "Use it for tests.")


def entry(repo: str = "tests/tiny", revision: str | None = None, files: tuple[WeightFile, ...] = ()) -> Entry:
    return Entry("tiny", "Tiny", repo, revision, False, LICENCE, files)


@dataclass
class Behaviour:
    """By path. cuts: after how many bytes of each next answer the line is cut. statuses: of each next answer.
    lies: other contents, so many times. redirects: to another server. stalls: silent after so many bytes, until
    released or too long.
    """

    cuts: dict[str, list[int]] = field(default_factory=dict)
    statuses: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    lies: dict[str, list[bytes]] = field(default_factory=dict)
    stalls: dict[str, list[int]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    resumes: bool = True
    token: str | None = None


class FakeHub:
    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.behaviour = Behaviour()
        self.requests: list[tuple[str, str | None]] = []  # path inside the repository, Range
        self.tokens: list[str | None] = []
        self.released = threading.Event()
        self.stalled = threading.Event()
        self.endpoint = ""

    def asked(self) -> list[str]:
        """Files in the order in which they were asked for."""
        return [path for path, _ in self.requests if path != "api"]

    def listing(self) -> dict[str, object]:
        siblings = []
        for path, content in self.files.items():
            item: dict[str, object] = {"rfilename": path, "size": len(content), "blobId": blob_id(content)}
            if path.endswith((".safetensors", ".bin")):
                item["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
            siblings.append(item)
        return {"id": "tests/tiny", "sha": COMMIT, "siblings": siblings}

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        route = urlsplit(request.path).path
        api = re.fullmatch(r"/api/models/\w+/[\w.-]+/revision/(\w+)", route)
        file = re.fullmatch(rf"/\w+/[\w.-]+/resolve/{COMMIT}/(.+)", route)
        path = "api" if api else file.group(1) if file else ""
        self.requests.append((path, request.headers["Range"]))
        self.tokens.append(request.headers["Authorization"])
        statuses = self.behaviour.statuses.get(path)
        if statuses:
            self._refuse(request, *statuses.pop(0))
        elif self.behaviour.token and request.headers["Authorization"] != f"Bearer {self.behaviour.token}":
            self._refuse(request, 403 if request.headers["Authorization"] else 401, "GatedRepo")
        elif path in self.behaviour.redirects:
            request.send_response(302)
            request.send_header("Location", self.behaviour.redirects[path])
            request.send_header("Content-Length", "0")
            request.end_headers()
        elif api and api.group(1) in ("main", COMMIT):
            self._send(request, json.dumps(self.listing()).encode(), path)
        elif path in self.files:
            lies = self.behaviour.lies.get(path)
            self._send(request, lies.pop(0) if lies else self.files[path], path)
        else:
            self._refuse(request, 404, "EntryNotFound")

    def describe(self, request: BaseHTTPRequestHandler) -> None:
        """What huggingface_hub asks for before a download of its own."""
        path = urlsplit(request.path).path.partition(f"/resolve/{COMMIT}/")[2]
        if path not in self.files:
            self._refuse(request, 404, "EntryNotFound")
            return
        request.send_response(200)
        request.send_header("X-Repo-Commit", COMMIT)
        request.send_header("ETag", f'"{stated_name(path, self.files[path])}"')
        request.send_header("Content-Length", str(len(self.files[path])))
        request.end_headers()

    def _refuse(self, request: BaseHTTPRequestHandler, status: int, code: str) -> None:
        request.send_response(status)
        request.send_header("X-Error-Code", code)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _send(self, request: BaseHTTPRequestHandler, content: bytes, path: str) -> None:
        start = 0
        wish = re.fullmatch(r"bytes=(\d+)-", request.headers["Range"] or "")
        if wish and self.behaviour.resumes:
            start = int(wish.group(1))
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            request.send_response(200)
        body = content[start:]
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        for after, pause in ((self.behaviour.stalls, True), (self.behaviour.cuts, False)):
            if after.get(path):
                body = body[: after[path].pop(0)]
                request.wfile.write(body)
                if pause:
                    request.wfile.flush()
                    self.stalled.set()
                    self.released.wait(LONGEST_STALL_S)
                return
        request.wfile.write(body)


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                hub.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client hung up, as it should when it is cancelled

        def do_HEAD(self) -> None:
            hub.describe(self)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        hub.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Recorder(Reporter):
    """A reporter that remembers, and that is cancelled by its event or as soon as `is_enough` says so."""

    def __init__(self, is_enough: Callable[[], bool] = lambda: False) -> None:
        self.seen: list[Progress] = []
        self.is_cancelled = threading.Event()
        self._is_enough = is_enough

    def report(self, progress: Progress) -> None:
        self.seen.append(progress)
        self.raise_if_cancelled()

    def raise_if_cancelled(self) -> None:
        if self.is_cancelled.is_set() or self._is_enough():
            raise Cancelled


def at_call(number: int) -> Callable[[], bool]:
    """True from the call of that number on."""
    count = itertools.count(1)
    return lambda: next(count) >= number
