"""The flags of every command. Imports only the standard library, so that help is shown without delay."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

from app.cli.flag_types import frame_range, not_negative, positive, positive_real, size, whole_numbers
from app.cli.import_flags import import_flags, reading_flags
from app.typed_path import typed_path

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

VALUED = ("--data", "--database", "--project", "--device", "--host", "--port", "--auth")
"""The flags with a value that may stand where no command is named."""

PASSED_ON = "passed_on"
"""The attribute of a command's arguments with the flags that only its benchmark knows."""


def with_default_command(argv: list[str]) -> list[str]:
    """``argv``, with ``serve`` in front if it names no command.

    The value of a flag is no command: a project may be called `test`.
    """
    if {"-h", "--help"} & set(argv):
        return argv
    values = {position + 1 for position, word in enumerate(argv) if _takes_value(word)}
    words = [word for position, word in enumerate(argv) if position not in values and not word.startswith("-")]
    return argv if words else ["serve", *argv]


def _takes_value(word: str) -> bool:
    """Whether the next word is the value of this one, a flag of the app or the beginning of one."""
    return len(word) > len("--") and any(flag.startswith(word) for flag in VALUED)


def make_parser() -> argparse.ArgumentParser:
    """The parser; its result has the function of the command in ``run``, as ``module:name``."""
    everywhere = _everywhere()
    parser = argparse.ArgumentParser(
        prog="launch.py",
        description="Video instance segmentation: propose, correct, retrain. Without a command: serve.",
        parents=[everywhere],
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: str, text: str) -> argparse.ArgumentParser:
        # `check` has a --database of its own.
        flags = _everywhere(database=False) if name == "check" else everywhere
        command = commands.add_parser(name, help=text, description=text, parents=[flags])
        command.set_defaults(run=run)
        return command

    _serving(add)
    _proposing(add)
    _training(add)
    _exchanging(add)
    _versions(commands, everywhere)
    _checkpoints(commands, everywhere)
    return parser


def _everywhere(*, database: bool = True) -> argparse.ArgumentParser:
    # No defaults: a flag before the command must not be overwritten by the command's own default of it.
    flags = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = flags.add_argument_group("everywhere")
    group.add_argument("--data", metavar="DIR", help="data folder (default ./data)")
    if database:
        group.add_argument("--database", metavar="URL", help="database (default: a SQLite file in the data folder)")
    group.add_argument("--project", metavar="NAME", help="project (default: the last used)")
    group.add_argument("--device", metavar="DEVICE", help="cpu or cuda:N (default: choose)")
    return flags


Add = Callable[[str, str, str], argparse.ArgumentParser]


def _serving(add: Add) -> None:
    serve = add("serve", "app.cli.serve:serve", "start the app and print its address")
    serve.add_argument("--host", help="address to listen on (default 127.0.0.1: only this machine)")
    serve.add_argument("--port", type=int, help="port to listen on (default 7860; 0 takes a free one)")
    serve.add_argument(
        "--allow-network",
        action="store_true",
        help="needed for a --host that others reach without --auth: everybody there may do everything",
    )
    serve.add_argument("--auth", metavar="FILE", help="who may sign in: a line name:password for each person")
    serve.add_argument("--no-browser", dest="open_browser", action="store_false", help="open no browser")
    worker = add("worker", "app.cli.worker:worker", "do background jobs, also on another machine that shares the data")
    worker.add_argument("--idle", metavar="SECONDS", type=positive, help="end after so long without a job")
    frames = add("frames", "app.cli.frames:frames", "count the frames of a video by decoding it, or take some out")
    frames.add_argument("file", type=typed_path, help="a video file or a folder of pictures")
    frames.add_argument("--extract", type=whole_numbers, metavar="K,K", help="frames to write as PNG, from 0")
    frames.add_argument("--out", type=typed_path, metavar="DIR", help="where --extract writes")
    _json(frames)
    conform = add("conform", "app.cli.conform:conform", "compare this program with a folder of golden figures")
    conform.add_argument(
        "folder", type=typed_path, metavar="DIR", help="its recipe/ is executed: use folders you trust"
    )
    conform.add_argument(
        "--markdown", action="store_true", help="tables in Markdown, as app/conform/README.md has them (the default)"
    )
    _json(conform)
    weights = add(
        "weights", "app.cli.weights:weights", "install the weights of small networks, and show where they are"
    )
    _json(weights)
    restore = add("restore", "app.cli.restore:restore_", "put a copy of the database in its place; the old one is kept")
    restore.add_argument("file", type=typed_path, metavar="FILE", help="a copy of the database, which is only read")
    _json(restore)
    add("test", "app.cli.develop:test", "check the code and run all tests")
    benchmark = add("benchmark", "app.cli.develop:benchmark", "measure one of the tables of the READMEs")
    benchmark.add_argument("name", help="which table, or all; it reads flags of its own too")
    benchmark.set_defaults(**{PASSED_ON: []})
    benchmark.add_argument("--cases", type=positive, metavar="N", help="cases of fuzz (default: a minute's worth)")
    benchmark.add_argument("--kills", type=positive, metavar="N", help="kills of crash (default: 200)")
    benchmark.add_argument(
        "--first", type=not_negative, metavar="N", help="first case or kill, to go on where one ended"
    )
    benchmark.add_argument("--seed", type=not_negative, metavar="N", help="other cases or kills (default: 1)")
    _json(benchmark)
    text = "refresh the table in the README that has it; with --json the names of the refreshed files as JSON"
    benchmark.add_argument("--write", action="store_true", help=text)


def _proposing(add: Add) -> None:
    propose = add("propose", "app.cli.propose:propose", "let a model find the tracks of videos")
    propose.add_argument(
        "videos", nargs="*", type=typed_path, metavar="VIDEO_OR_FOLDER", help="videos, or folders of them"
    )
    propose.add_argument(
        "--list", type=typed_path, metavar="FILE", help="text file with one more video or folder a line"
    )
    propose.add_argument(
        "--annotations", type=typed_path, metavar="FILE", help="YouTube-VIS file that names the frames"
    )
    propose.add_argument(
        "--frames", type=typed_path, metavar="DIR", help="folder of the frames that --annotations names"
    )
    propose.add_argument("--model", metavar="NAME_OR_FILE", help="demo, a checkpoint's name, or a file")
    propose.add_argument("--config", metavar="NAME", help="configuration of a file that does not say it itself")
    propose.add_argument("--out", type=typed_path, metavar="FILE", help="results as YouTube-VIS JSON")
    propose.add_argument("--into-project", action="store_true", help="store the tracks in the project instead")
    propose.add_argument(
        "--rule", choices=("published", "review"), help="how tracks are chosen (see README.md, Decisions)"
    )
    propose.add_argument("--precision", choices=("float32", "fast"), help="default: fast on CUDA with --rule review")
    propose.add_argument(
        "--steady",
        action=argparse.BooleanOptionalAction,
        help="spread each track's most typical masks to the frames between (default: yes with --rule review)",
    )
    propose.add_argument("--window", type=positive, metavar="N", help="frames that the model sees at once")
    propose.add_argument("--overlap", type=not_negative, metavar="N", help="frames that windows share")
    propose.add_argument("--max-tracks", type=positive, metavar="N", help="most tracks of a window")
    propose.add_argument("--again", action="store_true", help="look also at videos that are done")
    propose.add_argument(
        "--allow-empty", action="store_true", help="write results also if no class of the model is in --annotations"
    )
    propose.add_argument("--wait", type=positive, metavar="SECONDS", help="patience with silent processes (torchrun)")
    _json(propose)
    prompt = add("prompt", "app.cli.prompt:prompt", "the masks that the tools at the cursor give for boxes or clicks")
    prompt.add_argument("--truth", type=typed_path, required=True, metavar="FILE", help="YouTube-VIS file")
    text = "folder of the frames that --truth names, or the video file of its only video"
    prompt.add_argument("--frames", type=typed_path, required=True, metavar="DIR", help=text)
    given = prompt.add_mutually_exclusive_group()
    given.add_argument("--boxes", action="store_true", help="give the box of each true mask (the default)")
    given.add_argument("--clicks", action="store_true", help="give the most inner point of each true mask")
    prompt.add_argument("--frames-at", type=whole_numbers, metavar="K,K", help="only these frames, from 0")
    prompt.add_argument("--out", type=typed_path, required=True, metavar="FILE", help="results as YouTube-VIS JSON")
    _json(prompt)
    _propagate(add)
    evaluate = add("evaluate", "app.cli.evaluate:evaluate", "YouTube-VIS AP of results against truth")
    evaluate.add_argument("truth", type=typed_path, metavar="TRUTH.json")
    evaluate.add_argument("results", type=typed_path, metavar="RESULTS.json")
    _json(evaluate)


def _propagate(add: Add) -> None:
    text = "spread the masks of a few frames over the other frames of their videos"
    propagate = add("propagate", "app.cli.propagate:propagate", text)
    propagate.add_argument("--truth", type=typed_path, required=True, metavar="FILE", help="YouTube-VIS file")
    propagate.add_argument(
        "--frames", type=typed_path, required=True, metavar="DIR_OR_VIDEO", help="its pictures, or its video file"
    )
    text = "frames whose masks are given, from 0"
    propagate.add_argument("--from", dest="given", type=whole_numbers, required=True, metavar="K,K", help=text)
    propagate.add_argument("--out", type=typed_path, required=True, metavar="FILE", help="results as YouTube-VIS JSON")
    text = "first and last frame to spread over, both included (default: the whole video)"
    propagate.add_argument("--range", type=frame_range, metavar="A:B", help=text)
    text = "a checkpoint that adds the shapes it finds by itself, for the things that it knows: a name, or a file"
    propagate.add_argument("--model", metavar="NAME_OR_FILE", help=text)
    propagate.add_argument("--config", metavar="NAME", help="configuration of a file that does not say it itself")
    _json(propagate)


def _training(add: Add) -> None:
    train = add("train", "app.cli.train:train", "train a checkpoint on a YouTube-VIS file")
    train.add_argument("--annotations", type=typed_path, required=True, metavar="FILE")
    train.add_argument("--frames", type=typed_path, required=True, metavar="DIR")
    text = "states.json of an export: only its complete frames teach what is background (default: all frames do)"
    train.add_argument("--states", type=typed_path, metavar="FILE", help=text)
    train.add_argument("--config", required=True, metavar="NAME", help="configuration, such as tevit_tiny")
    train.add_argument("--out", type=typed_path, required=True, metavar="DIR")
    train.add_argument("--init", metavar="NAME_OR_FILE", help="checkpoint, ImageNet or COCO file to start from")
    train.add_argument(
        "--init-classes",
        choices=("initial", "names"),
        default="initial",
        help="class columns of a COCO file: start anew as the official recipe does, or go by names",
    )
    train.add_argument("--steps", type=positive, metavar="N")
    train.add_argument("--batch", type=positive, metavar="N", help="clips of one step, over all processes")
    train.add_argument("--lr", type=positive_real, metavar="RATE")
    train.add_argument("--precision", choices=("float32", "fast"), default="float32")
    train.add_argument("--accumulate", type=positive, default=1, metavar="N", help="batches of one step")
    train.add_argument("--workers", type=not_negative, default=0, metavar="N", help="processes that prepare clips")
    train.add_argument("--val", type=typed_path, metavar="FILE", help="YouTube-VIS file to evaluate on at the end")
    train.add_argument(
        "--val-every",
        type=positive,
        metavar="N",
        help="evaluate on --val every N steps too, and keep the best checkpoint as best.safetensors",
    )
    train.add_argument("--seed", type=not_negative, default=0, metavar="S")
    train.add_argument("--resume", action="store_true", help="go on with the run that --out holds")
    _json(train)
    synthesize = add("synthesize", "app.cli.synthesize:synthesize", "make procedural videos with exact truth")
    synthesize.add_argument("--out", type=typed_path, required=True, metavar="DIR")
    synthesize.add_argument("--domain", required=True, metavar="NAME")
    synthesize.add_argument("--videos", type=positive, required=True, metavar="N")
    synthesize.add_argument("--frames", type=positive, required=True, metavar="T")
    synthesize.add_argument("--size", type=size, required=True, metavar="WxH")
    synthesize.add_argument("--seed", type=not_negative, required=True, metavar="S")
    _json(synthesize)


def _exchanging(add: Add) -> None:
    import_flags(add("import", "app.cli.exchange:import_", "take a file of any format into a project"))
    export = add("export", "app.cli.export:export", "write a project as YouTube-VIS with its frames")
    export.add_argument("--out", type=typed_path, metavar="DIR", help="a new folder")
    export.add_argument("--plan", action="store_true", help="only print what would be in it, and what left out")
    export.add_argument(
        "--freeze", metavar="NAME", help="keep it as a version that `versions` compares and makes again"
    )
    _export_choices(export)
    _json(export)
    _converting(add)
    check = add("check", "app.cli.check:check", "what known loaders do with a file; or look for damage in the database")
    check.add_argument("file", nargs="?", type=typed_path, metavar="FILE", help="a YouTube-VIS file")
    check.add_argument("--fix", type=typed_path, metavar="OUT", help="write a mended copy of FILE")
    check.add_argument(
        "--database", nargs="?", const="", metavar="URL", help="the database to check, instead of a file"
    )
    _json(check)
    retrain = add("retrain", "app.cli.retrain:retrain", "train on the project's corrections")
    retrain.add_argument("--job", metavar="ID", help="a job of the database, as the worker gives it")
    retrain.add_argument("--steps", type=positive, metavar="N")
    retrain.add_argument("--resume", action="store_true", help="go on with the retraining that was stopped")
    text = "only print what it would train on, what teaches background, and what is left out"
    retrain.add_argument("--plan", action="store_true", help=text)
    text = "do not learn from masks that look spoiled; --plan names them"
    retrain.add_argument("--leave-out-suspicious", action="store_true", help=text)
    text = "after a promotion leave the proposals of unreviewed videos as they are (default: propose again there)"
    retrain.add_argument("--no-propose-again", dest="propose_again", action="store_false", help=text)
    _json(retrain)
    text = "unreviewed videos of the project, the most worthwhile to correct first, with the reasons"
    following = add("next", "app.cli.next_videos:next_", text)
    following.add_argument("--most", type=positive, metavar="N", help="list so many videos (default: all)")
    _json(following)


def _converting(add: Add) -> None:
    convert = add("convert", "app.cli.convert:convert", "annotations of one format as another, without a project")
    convert.add_argument("source", nargs="?", type=typed_path, metavar="IN", help="a file, archive or folder")
    convert.add_argument("--to", metavar="FORMAT", help="see --formats")
    convert.add_argument("--out", type=typed_path, metavar="OUT", help="a file, a new folder, or a .zip")
    convert.add_argument("--frames", type=typed_path, metavar="DIR", help="its pictures (default: beside it)")
    convert.add_argument("--pictures", action="store_true", help="copy the pictures to where the format has them")
    convert.add_argument("--formats", action="store_true", help="only list the formats, and what each can hold")
    reading_flags(convert)
    _json(convert)


def _export_choices(export: argparse.ArgumentParser) -> None:
    """The flags of `app.exchange.export_choice.ExportChoice`."""
    text = "use the categories of this version of YouTube-VIS (default: the project's own)"
    export.add_argument("--version", choices=("2019", "2021", "2022"), help=text)
    export.add_argument("--reviewed-only", action="store_true", help="take what nobody has judged as unknown")
    text = "where a track is unknown, leave out the frame (the default) or the whole video; null would mean absent"
    export.add_argument("--unknown", choices=("frames", "videos"), default="frames", help=text)
    text = "keep every so many frames (default: all; of a video imported at a stride, those)"
    export.add_argument("--stride", type=positive, metavar="N", help=text)
    text = "ids as they came with the import, or counted from 1, of used categories only (default: came, if any did)"
    export.add_argument("--ids", choices=("came", "counted"), help=text)
    export.add_argument("--videos", nargs="+", metavar="NAME", help="only these videos")
    export.add_argument("--categories", nargs="+", metavar="NAME", help="only these categories")
    text = "write train/ and valid/, with this share of the videos in valid/; copies of a video stay together"
    export.add_argument("--valid", type=positive_real, metavar="SHARE", help=text)
    export.add_argument("--seed", type=not_negative, default=0, metavar="S", help="of --valid (default: 0)")
    text = "frames of a video file as JPEG (the default) or exact as PNG; none: only the annotations"
    export.add_argument(
        "--pictures",
        choices=("jpg", "png", "none"),
        default="jpg",
        help=f"{text}; pictures of a folder stay as they are",
    )


def _versions(commands: Commands, everywhere: argparse.ArgumentParser) -> None:
    text = "list, compare, make again or remove frozen versions of a data set"
    versions = commands.add_parser("versions", help=text, description=text, parents=[everywhere])
    actions = versions.add_subparsers(title="actions", metavar="ACTION", required=True)

    def add(name: str, run: str, text: str, *names: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=text, description=text, parents=[everywhere])
        action.set_defaults(run=f"app.cli.versions:{run}")
        for one in names:
            action.add_argument(one, metavar=one.upper())
        _json(action)
        return action

    add("list", "list_", "the versions of the project")
    add(
        "diff",
        "diff",
        "videos, tracks, masks and categories that changed from one version to another",
        "first",
        "second",
    )
    made = add("make", "make", "write a version again, equal to the byte", "name")
    made.add_argument("--out", type=typed_path, required=True, metavar="DIR", help="a new folder")
    add("remove", "remove", "remove a version; exports that were written stay", "name")


def _checkpoints(commands: Commands, everywhere: argparse.ArgumentParser) -> None:
    text = "list, add, download, export, activate, rename or delete checkpoints"
    models = commands.add_parser("models", help=text, description=text, parents=[everywhere])
    actions = models.add_subparsers(title="actions", metavar="ACTION", required=True)

    def add(name: str, run: str, text: str, what: str | None) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=text, description=text, parents=[everywhere])
        action.set_defaults(run=f"app.cli.checkpoints:{run}")
        if what:
            action.add_argument("what", metavar=what)
        _json(action)
        return action

    add("list", "list_", "checkpoints that are here, and releases that are not", None)
    added = add("add", "add", "check a checkpoint file and take it into the data folder", "FILE")
    added.add_argument("--name", help="what to call it (default: the file's name)")
    added.add_argument("--config", metavar="NAME", help="configuration, where the file does not say it itself")
    fetched = add("download", "download", "fetch a published checkpoint, or a file that training starts from", "NAME")
    for action in (added, fetched):
        action.add_argument("--use", action="store_true", help="and propose with it in the project, as activate does")
    exported = add("export", "export", "write a checkpoint in the layout of the official code", "NAME")
    exported.add_argument(
        "--out", type=typed_path, metavar="FILE", help="default: NAME.pth in the exports of the data folder"
    )
    renamed = add("rename", "rename", "give a checkpoint another name", "NAME")
    renamed.add_argument("--to", required=True, metavar="NEW", help="the new name")
    add("delete", "delete", "delete a checkpoint that is not in use, and its file", "NAME")
    add("activate", "activate", "propose with this checkpoint in the project from now on", "NAME")


def _json(command: argparse._ActionsContainer) -> None:
    command.add_argument("--json", action="store_true", help="the result as JSON")
