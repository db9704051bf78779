"""The `train` use case: a YouTube-VIS file becomes a checkpoint, the same one each time; bad input is named."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from app.cli.parser import make_parser
from app.errors import BadInput
from app.training.file_clips import MissingFrames, YoutubeVisClips
from app.training.step_log import StepLog
from app.training.train import CANDIDATE, TrainListener, TrainOrder, recipe_of, start_network, train
from model.config import CONFIGURATIONS, named
from model.pretrained import INSTALLED
from model.pretrained.lite0 import folded
from model.procedural import synthesize
from model.training import ranks
from model.training.targets import ABSENT, PRESENT
from model.training.trainer import StepReport, Trainer
from model.weights import checkpoint
from model.weights.starting_points import LITE0
from tests.model.pretrained.reference_lite0 import random_state


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("train") / "set"
    synthesize(folder, domain="demo", videos=2, frames=4, size=(64, 48), seed=3)
    return folder


def order(data: Path, out: Path, **changes: object) -> TrainOrder:
    base = TrainOrder(data / "instances.json", data / "JPEGImages", "tevit_tiny", out, steps=2, batch=1, seed=5)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_training_writes_a_checkpoint_that_loads(data: Path, tmp_path: Path) -> None:
    steps: list[StepReport] = []
    trained = train(order(data, tmp_path / "run"), TrainListener(steps.append))
    made = checkpoint.load(trained.checkpoint)
    assert trained.steps == 2
    assert made.categories == ("fish", "star", "jelly", "wheel", "leaf")
    assert made.provenance["steps"] == 2 and made.provenance["seed"] == 5
    assert [step.step for step in steps] == [1, 2]
    assert len((tmp_path / "run" / "losses.jsonl").read_text().splitlines()) == 2
    made.build()


def test_a_run_started_from_a_checkpoint_remembers_its_parent(data: Path, tmp_path: Path) -> None:
    first = train(order(data, tmp_path / "a"), TrainListener(lambda _: None)).checkpoint
    second = train(order(data, tmp_path / "b", init=first), TrainListener(lambda _: None)).checkpoint
    assert checkpoint.load(second).parent == checkpoint.file_hash(first)


def test_candidates_are_judged_between_the_steps_and_change_nothing(data: Path, tmp_path: Path) -> None:
    judged: list[tuple[int, int]] = []

    def judge(path: Path, step: int) -> None:
        judged.append((step, checkpoint.load(path).provenance["steps"]))

    asked = order(data, tmp_path / "a", steps=3, candidate_every=1)
    kept = train(asked, TrainListener(lambda _: None, on_candidate=judge)).checkpoint
    assert judged == [(1, 1), (2, 2)]  # the last one is the checkpoint of the run
    assert not (tmp_path / "a" / CANDIDATE).exists()
    plain = train(order(data, tmp_path / "b", steps=3), TrainListener(lambda _: None)).checkpoint
    assert kept.read_bytes() == plain.read_bytes()


def test_the_same_order_gives_the_same_weights(data: Path, tmp_path: Path) -> None:
    one = checkpoint.load(train(order(data, tmp_path / "a"), TrainListener(lambda _: None)).checkpoint).state
    two = checkpoint.load(train(order(data, tmp_path / "b"), TrainListener(lambda _: None)).checkpoint).state
    assert all(torch.equal(one[key], two[key]) for key in one)


def test_decay_steps_keep_their_share_of_a_shorter_run(data: Path, tmp_path: Path) -> None:
    recipe = recipe_of(named("tevit_msgshift"), order(data, tmp_path, config="tevit_msgshift", steps=920))
    assert recipe.steps == 920 and recipe.decay_steps == (610, 850) and recipe.warmup_steps == 92


def test_a_frames_folder_without_the_named_frames_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingFrames, match=r"00000\.png"):
        YoutubeVisClips(data / "instances.json", tmp_path)


def test_null_means_absent_and_labels_follow_the_ids(data: Path) -> None:
    source = YoutubeVisClips(data / "instances.json", data / "JPEGImages")
    assert source.read_frames(0, [2, 0]).shape == (2, 48, 64, 3)
    for video in source.videos:
        for track in video.tracks:
            for state, mask, box in zip(track.states, track.segmentations, track.boxes, strict=True):
                assert (state == PRESENT) == (mask is not None) == (box is not None)
                assert state in (PRESENT, ABSENT)


@pytest.mark.parametrize("name", list(CONFIGURATIONS))
def test_without_numbers_of_its_own_an_order_follows_the_recipe_whole(data: Path, tmp_path: Path, name: str) -> None:
    config = named(name)
    assert recipe_of(config, order(data, tmp_path, config=name, steps=None, batch=None)) == config.training


def test_the_flags_of_the_command_leave_every_figure_of_the_recipe_alone() -> None:
    flags = ["train", "--annotations", "a", "--frames", "b", "--config", "tevit_msgshift", "--out", "c"]
    given = make_parser().parse_args(flags)
    assert (given.steps, given.batch, given.lr, given.accumulate, given.precision) == (None, None, None, 1, "float32")


def test_an_untrained_start_is_the_initial_one_and_depends_on_the_seed(data: Path, tmp_path: Path) -> None:
    first, again, other = (
        start_network(named("tevit_tiny"), ("a", "b"), order(data, tmp_path, seed=seed))[0].state_dict()
        for seed in (1, 1, 2)
    )
    assert all(torch.equal(value, again[key]) for key, value in first.items())
    assert not torch.equal(first["backbone.msg_tokens"], other["backbone.msg_tokens"])
    assert first["backbone.msg_tokens"].std() < 0.03 and first["roi_head.bbox_head.0.fc_cls.bias"].shape == (2,)


def test_a_resumed_run_adds_to_its_log(data: Path, tmp_path: Path) -> None:
    train(order(data, tmp_path / "run", steps=1), TrainListener(lambda _: None))
    assert (tmp_path / "run" / "report.json").is_file()
    (tmp_path / "run" / CANDIDATE).write_bytes(b"of a run that was killed")
    steps: list[StepReport] = []
    train(order(data, tmp_path / "run", steps=3, resume=True), TrainListener(steps.append))
    assert not (tmp_path / "run" / CANDIDATE).exists()
    assert [step.step for step in steps] == [2, 3]
    assert len((tmp_path / "run" / "losses.jsonl").read_text().splitlines()) == 3


def test_a_run_without_a_state_says_that_it_begins_anew_and_keeps_the_old_log(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(order(data, run, steps=1), TrainListener(lambda _: None))
    old = (run / "losses.jsonl").read_text()
    (run / "resume.pt").unlink()
    steps, lines = list[StepReport](), list[str]()
    train(order(data, run, resume=True), TrainListener(steps.append, lines.append))
    assert [step.step for step in steps] == [1, 2]
    assert [line for line in lines if "anew" in line] == [
        f"{run} holds no state to go on from, so the run begins anew; the log that was there is now losses.1.jsonl"
    ]
    assert (run / "losses.1.jsonl").read_text() == old
    assert len((run / "losses.jsonl").read_text().splitlines()) == 2


def test_the_lines_before_a_state_are_on_the_disk_before_it_is_written(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_of_files: list[tuple[str, int]] = []
    write, keep = StepLog.write, Trainer.keep
    monkeypatch.setattr(
        StepLog,
        "write",
        lambda self, step, *, lasting=False: (
            order_of_files.append(("lasting" if lasting else "line", step.step)),
            write(self, step, lasting=lasting),
        ),
    )
    monkeypatch.setattr(Trainer, "keep", lambda self: (order_of_files.append(("state", self.step)), keep(self)))
    train(order(data, tmp_path / "run"), TrainListener(lambda _: None))
    assert order_of_files == [("state", 0), ("line", 1), ("lasting", 2), ("state", 2)]


@pytest.mark.parametrize("first", [True, False])
def test_only_the_first_process_reads_the_whole_start_for_its_hash(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    start = train(order(data, tmp_path / "a"), TrainListener(lambda _: None)).checkpoint
    hashed: list[Path] = []
    original = checkpoint.file_hash

    def watched(path: Path) -> str:
        hashed.append(path)
        return original(path)

    monkeypatch.setattr(checkpoint, "file_hash", watched)
    monkeypatch.setattr(ranks, "is_first", lambda: first)
    (tmp_path / "b").mkdir()
    made = train(order(data, tmp_path / "b", init=start), TrainListener(lambda _: None)).checkpoint
    assert hashed == [start] * first and made.exists() == first


# --- tevit_lite


def test_lite_takes_its_trunk_from_the_installation_and_never_changes_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trunk = installed_trunk(tmp_path, monkeypatch)
    made = checkpoint.load(
        train(order(data, tmp_path / "run", config="tevit_lite"), TrainListener(lambda _: None)).checkpoint
    )
    wanted = folded(trunk)
    kept = {key.removeprefix("backbone.trunk."): value for key, value in made.state.items() if "backbone" in key}
    assert kept and all(torch.equal(value, wanted[key]) for key, value in kept.items())
    assert made.provenance["start"] == LITE0 and made.config.name == "tevit_lite"


def test_lite_takes_the_heads_of_the_demo_and_the_trunk_of_the_installation(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trunk = folded(installed_trunk(tmp_path, monkeypatch))
    tiny = train(order(data, tmp_path / "a"), TrainListener(lambda _: None)).checkpoint
    names = checkpoint.load(tiny).categories
    network, start = start_network(named("tevit_lite"), names, order(data, tmp_path, config="tevit_lite", init=tiny))
    state = network.state_dict()
    key = "roi_head.bbox_head.0.fc_cls.weight"
    assert torch.equal(state[key], checkpoint.load(tiny).state[key])
    assert torch.equal(state["backbone.trunk.stem.weight"], trunk["stem.weight"])
    assert start is not None and {key[:18] for key in start.initial} == {"neck.lateral_convs"}


def test_lite_goes_on_from_its_own_checkpoint_without_the_installation(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed_trunk(tmp_path, monkeypatch)
    first = train(order(data, tmp_path / "run", config="tevit_lite"), TrainListener(lambda _: None)).checkpoint
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path / "nothing"))
    names = checkpoint.load(first).categories
    network, _ = start_network(named("tevit_lite"), names, order(data, tmp_path, config="tevit_lite", init=first))
    assert all(torch.equal(value, checkpoint.load(first).state[key]) for key, value in network.state_dict().items())


def test_lite_without_the_installed_trunk_names_the_command_that_brings_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path / "nothing"))
    with pytest.raises(BadInput, match=r"EfficientNet-Lite0 are not installed; python3 launch\.py weights brings them"):
        train(order(data, tmp_path / "run", config="tevit_lite"), TrainListener(lambda _: None))


def installed_trunk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, torch.Tensor]:
    """Put weights of the trunk where the installation has them; random ones, with small maps."""
    path = folder / "weights" / INSTALLED["lite0"].file
    path.parent.mkdir(parents=True)
    torch.save(random_state(), path)
    monkeypatch.setenv("TEVIT_WEIGHTS", str(folder / "weights"))
    return random_state()
