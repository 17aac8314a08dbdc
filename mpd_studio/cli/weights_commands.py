"""`mpd-studio weights …`: list, get, verify, repair, add, convert, make-tiny."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import BadInput, Cancelled, EnvironmentProblem
from mpd_studio.core.paths import ProgramPaths, program_paths

if TYPE_CHECKING:
    from mpd_studio.cli.console import Console
    from mpd_studio.weights.catalogue import Entry
    from mpd_studio.weights.store import WeightsFolder
    from mpd_studio.weights.verify import FileVerdict

CANCELLED = 130


def add_weights(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The words of the command."""
    weights = commands.add_parser(
        "weights", help="model files: list, get, verify, repair, add, convert", allow_abbrev=False
    )
    verbs = weights.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="what is known, what is here, and in which state")
    get = verbs.add_parser("get", help="show the terms, download, and go on with a download that was cut off")
    verify = verbs.add_parser("verify", help="read every byte and compare it with what was published")
    repair = verbs.add_parser("repair", help="verify, and download again only what is wrong")
    add = verbs.add_parser("add", help="take over a folder that is here already, without a network")
    convert = verbs.add_parser("convert", help="make safetensors of the pickles of Motion-I2V, once")
    tiny = verbs.add_parser("make-tiny", help="a tiny model with random numbers, to try everything without weights")
    get.add_argument("name", nargs="?", metavar="NAME", help="see `mpd-studio weights list` (default: the first)")
    for verb in (verify, repair):
        verb.add_argument("name", nargs="?", metavar="NAME", help="a name or a folder (default: all that are here)")
    add.add_argument("folder", type=Path, metavar="FOLDER")
    add.add_argument("--name", help="how these weights are called from now on (default: by the folder)")
    add.add_argument("--copy", action="store_true", help="copy also where the files could be linked")
    convert.add_argument("name", nargs="?", metavar="NAME", help="a name or a folder (default: motion-i2v)")
    convert.add_argument("--name", dest="as_name", metavar="N", help="how the copy of a folder of yours is called")
    convert.add_argument("--keep-pickles", action="store_true", help="delete no pickle after all are converted")
    tiny.add_argument("kind", choices=("svd", "motion_i2v"), help="which model")
    tiny.add_argument("folder", type=Path, metavar="DIR", help="absent or empty")
    tiny.add_argument("--seed", type=int, default=0)
    for verb in (get, repair, add, convert):
        verb.add_argument("--accept-licence", action="store_true", help="agree to the terms without being asked")
    for verb in (listing, get, verify, repair, add, convert, tiny):
        verb.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
        verb.add_argument("--quiet", action="store_true", help="no progress, nothing on the screen")


def run_weights(arguments: argparse.Namespace, console: Console) -> int:
    """The exit code. Raises: MpdError, Cancelled."""
    try:
        return _VERBS[arguments.verb](arguments, console, program_paths())
    except Cancelled:
        console.error("Cancelled. What has been downloaded is kept; the same command goes on from there.")
        return CANCELLED


def _list(arguments: argparse.Namespace, console: Console, paths: ProgramPaths) -> int:
    del arguments
    from mpd_studio.weights.layout import State
    from mpd_studio.weights.store import list_weights

    found = list_weights(paths)
    console.document({"weights": [_document(item, paths) for item in found], "models": str(paths.models)})
    for item in found:
        title = item.entry.title if item.entry else "added by you"
        where = f"in {item.path}"
        if item.state is State.MISSING and item.entry is not None:
            where = f"{item.entry.size_text} to download" + (", needs a login" if item.entry.is_gated else "")
        console.text(f"{item.name:<12} {item.state.value:<8} {title}; {where}")
    return 0


def _get(arguments: argparse.Namespace, console: Console, paths: ProgramPaths) -> int:
    from mpd_studio.weights.catalogue import CATALOGUE, known_entry
    from mpd_studio.weights.fetch import fetch
    from mpd_studio.weights.layout import State
    from mpd_studio.weights.store import locate

    entry = known_entry(arguments.name or CATALOGUE[0].id)
    _agree(entry, arguments, console, paths)
    if locate(entry.id, paths).state is not State.PRESENT:
        with console.progress():
            fetch(entry, paths, console)
    return _show(entry.id, console, paths)


def _verify(arguments: argparse.Namespace, console: Console, paths: ProgramPaths) -> int:
    from mpd_studio.weights.verify import require_right, verify

    reports = []
    for weights in _chosen(arguments.name, paths):
        with console.progress():
            reports.append((weights, verify(weights, console)))
    console.document({"weights": [_report(weights, verdicts) for weights, verdicts in reports]})
    for weights, verdicts in reports:
        console.text(f"{weights.name}: {weights.path}")
        for item in verdicts:
            console.text(f"  {item.verdict.value:<8} {item.sha256 or '-':<64}  {item.path}")
    for weights, verdicts in reports:
        require_right(weights, verdicts)
    return 0


def _repair(arguments: argparse.Namespace, console: Console, paths: ProgramPaths) -> int:
    from mpd_studio.weights.verify import repair

    chosen = _chosen(arguments.name, paths)
    for weights in chosen:
        if weights.entry is not None:
            _agree(weights.entry, arguments, console, paths)
        with console.progress():
            repair(weights, paths, console)
    console.document({"weights": [_document(item, paths) for item in _chosen(arguments.name, paths)]})
    for weights in chosen:
        console.text(f"{weights.name} is whole.")
    return 0


def _add(arguments: argparse.Namespace, console: Console, paths: ProgramPaths) -> int:
    from mpd_studio.weights.adopt import add_folder, name_for
    from mpd_studio.weights.catalogue import entry_named

    name = name_for(arguments.folder, arguments.name)
    entry = entry_named(name)
    if entry is not None:
        _agree(entry, arguments, console, paths)
    with console.progress():
        add_folder(arguments.folder, name, paths, console, copy=arguments.copy)
    return _show(name, console, paths)


def _convert(arguments: argparse.Namespace, console: Console, paths: ProgramPaths) -> int:
    from mpd_studio.cli.torch_child import CONVERT_MOTION_I2V, run_in_child
    from mpd_studio.weights.store import Origin

    (weights,) = _chosen(arguments.name or "motion-i2v", paths)
    if weights.entry is not None:
        _agree(weights.entry, arguments, console, paths)
    if not weights.inspection.pickles:
        raise BadInput(f"{weights.path} holds no pickles that could be converted.")
    target, entry = weights.path, weights.entry
    if weights.origin is not Origin.MODELS:
        target, entry = _target(arguments.as_name or (entry.id if entry else weights.path.name), paths)
    words = [str(weights.path), str(target), entry.id if entry else "", "keep" if arguments.keep_pickles else ""]
    with console.progress():
        made = run_in_child(CONVERT_MOTION_I2V, words, "The weights could not be converted", console)
    console.document({"path": str(target), "converted": made})
    for item in made:
        aside = f"; {len(item['set_aside'])} entries of other networks left out" if item["set_aside"] else ""
        console.text(f"{item['sha256']}  {item['path']}{aside}")
    return 0


def _target(name: str, paths: ProgramPaths) -> tuple[Path, Entry | None]:
    """Where converted files of a folder that is not the program's own go. Raises: BadInput: the name is taken."""
    from mpd_studio.weights.adopt import name_for
    from mpd_studio.weights.catalogue import entry_named
    from mpd_studio.weights.layout import State, inspect_folder

    target = paths.models / name_for(Path(name), name)
    if inspect_folder(target).state is State.PRESENT:
        raise BadInput(f"There are weights named {target.name} already, in {target}. Choose another --name.")
    return target, entry_named(target.name)


def _make_tiny(arguments: argparse.Namespace, console: Console, paths: ProgramPaths) -> int:
    from mpd_studio.cli.torch_child import MAKE_TINY_MOTION_I2V, MAKE_TINY_SVD, run_in_child

    del paths
    work = {"svd": MAKE_TINY_SVD, "motion_i2v": MAKE_TINY_MOTION_I2V}[arguments.kind]
    words = [str(arguments.folder.absolute()), str(arguments.seed)]
    run_in_child(work, words, "The tiny model could not be made", console)
    console.document({"path": str(arguments.folder), "kind": arguments.kind})
    uses = {"svd": "Use it with --engine svd --weights DIR", "motion_i2v": "It has the layout of the released one"}
    console.text(f"{arguments.folder}: a tiny model that makes noise. {uses[arguments.kind]}")
    return 0


def _agree(entry: Entry, arguments: argparse.Namespace, console: Console, paths: ProgramPaths) -> None:
    """Show the terms, once, and record the answer. Raises: BadInput, EnvironmentProblem."""
    from mpd_studio.weights.consent import has_consent, record_consent

    if has_consent(entry, paths):
        return
    licence = entry.licence
    text = f"{entry.title} comes under the {licence.name}.\n{licence.terms}\nText: {licence.url} and {entry.page}"
    if arguments.accept_licence:
        console.text(text)
    elif arguments.json or not _can_ask():
        raise EnvironmentProblem(f"{text}\nAgree by answering in a terminal, or by adding --accept-licence.")
    else:
        print(text, file=sys.stderr)
        if _answer("Do you agree? [y/N] ") not in ("y", "yes"):
            raise BadInput("Without your consent nothing is downloaded or used.")
    record_consent(entry, paths)


def _can_ask() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _answer(question: str) -> str:
    """Raises: KeyboardInterrupt: at the first Ctrl-C; elsewhere that one cancels at the next report, and none comes."""
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        print(question, end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower()
    finally:
        signal.signal(signal.SIGINT, previous)


def _chosen(name: str | None, paths: ProgramPaths) -> tuple[WeightsFolder, ...]:
    """Raises: BadInput, EnvironmentProblem: nothing of it is here."""
    from mpd_studio.weights.layout import State
    from mpd_studio.weights.store import list_weights, locate, what_to_do

    if name is not None:
        weights = locate(name, paths)
        if weights.state is State.MISSING:
            raise EnvironmentProblem(what_to_do(weights) or "")
        return (weights,)
    here = tuple(item for item in list_weights(paths) if item.state is not State.MISSING)
    if not here:
        raise EnvironmentProblem("There are no weights on this machine. Get some with: mpd-studio weights get")
    return here


def _show(name: str, console: Console, paths: ProgramPaths) -> int:
    from mpd_studio.weights.store import find_weights

    weights = find_weights(name, paths, family=None)
    console.document(_document(weights, paths))
    console.text(f"{weights.name} is {weights.state.value} in {weights.path}")
    return 0


def _document(weights: WeightsFolder, paths: ProgramPaths) -> dict[str, Any]:
    from mpd_studio.weights.consent import has_consent

    entry = weights.entry
    document: dict[str, Any] = {
        "name": weights.name,
        "for": weights.family.value,
        "state": weights.state.value,
        "origin": weights.origin.value,
        "path": str(weights.path),
        "missing": list(weights.inspection.missing),
        "broken": [{"file": file, "problem": problem} for file, problem in weights.inspection.broken],
    }
    if entry is not None:
        document |= {
            "title": entry.title,
            "repository": entry.repo,
            "bytes": entry.size,
            "gated": entry.is_gated,
            "licence": entry.licence.name,
            "licence_url": entry.licence.url,
            "agreed": has_consent(entry, paths),
        }
    return document


def _report(weights: WeightsFolder, verdicts: tuple[FileVerdict, ...]) -> dict[str, Any]:
    files = [
        {"file": item.path, "verdict": item.verdict.value, "sha256": item.sha256, "note": item.note}
        for item in verdicts
    ]
    return {"name": weights.name, "path": str(weights.path), "files": files}


_VERBS = {
    "list": _list,
    "get": _get,
    "verify": _verify,
    "repair": _repair,
    "add": _add,
    "convert": _convert,
    "make-tiny": _make_tiny,
}
