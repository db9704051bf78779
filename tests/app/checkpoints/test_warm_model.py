"""The warm model: loaded once, let go before another comes, and honest about what is not there."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pytest
import torch

from app.checkpoints.warm_model import WarmModel
from app.errors import BadInput
from app.settings import Settings
from model.thresholds import Thresholds
from model.weights import checkpoint
from tests.app.checkpoints.records import registered


@dataclass
class Files:
    """Stands for `model.weights.checkpoint`: which files were loaded, and what was built of them."""

    loaded: list[str] = field(default_factory=list)
    built: list[tuple[str, str]] = field(default_factory=list)
    breaks: bool = False

    def load(self, path: Any) -> Any:
        if self.breaks:
            raise OSError(f"{path} is torn.")
        self.loaded.append(path.stem)
        outer = self

        class Found:
            config = f"configuration of {path.stem}"
            categories = ("fish", "star")
            thresholds = Thresholds(0.2, 0.1)
            provenance: ClassVar[dict[str, object]] = {}

            def for_inference(self, device: str, precision: str) -> object:
                outer.built.append((device, precision))
                return object()

        return Found()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Files:
    stand_in = Files()
    monkeypatch.setattr(checkpoint, "load", stand_in.load)
    return stand_in


def test_a_model_is_loaded_once_and_then_stays(settings: Settings, disk: Files) -> None:
    warm, one = WarmModel(settings), registered(settings, "one")
    first = warm.get(one)
    assert warm.get(one) is first
    assert disk.loaded == ["one"] and disk.built == [("cpu", "float32")]
    assert (first.categories, first.device, first.precision) == (("fish", "star"), "cpu", "float32")
    assert first.config == "configuration of one" and first.thresholds == Thresholds(0.2, 0.1)


def test_another_name_for_the_same_file_content_is_the_same_model(settings: Settings, disk: Files) -> None:
    warm = WarmModel(settings)
    one, again = registered(settings, "one", sha256="same"), registered(settings, "again", sha256="same")
    assert warm.get(one) is warm.get(again)


def test_another_checkpoint_or_precision_takes_the_place_of_the_last(settings: Settings, disk: Files) -> None:
    warm, one, two = WarmModel(settings), registered(settings, "one"), registered(settings, "two")
    first = warm.get(one)
    assert warm.get(two) is not first
    assert warm.get(two, precision="float32") is warm.get(two), "the default, said out loud"
    assert warm.get(one, precision="fast").precision == "fast"
    assert warm.get(one) is not first, "only one is kept"
    assert disk.loaded == ["one", "two", "one", "one"]


def test_the_last_model_is_let_go_before_the_next_is_read(
    settings: Settings, disk: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = WarmModel(settings)
    warm.get(registered(settings, "one"))
    held: list[object] = []
    load = disk.load

    def look(path: Any) -> Any:
        held.append(warm._loaded)
        return load(path)

    monkeypatch.setattr(checkpoint, "load", look)
    warm.get(registered(settings, "two"))
    assert held == [None]


def test_a_file_that_is_gone_is_named_and_the_model_before_can_come_back(settings: Settings, disk: Files) -> None:
    warm, one = WarmModel(settings), registered(settings, "one")
    warm.get(one)
    with pytest.raises(BadInput, match=r"gone is gone .*gone\.safetensors.*add it again"):
        warm.get(registered(settings, "gone", on_disk=False))
    assert warm.get(one).config == "configuration of one"
    assert disk.loaded == ["one", "one"]


def test_a_file_that_cannot_be_read_leaves_nothing_half_loaded(settings: Settings, disk: Files) -> None:
    warm, one = WarmModel(settings), registered(settings, "one")
    warm.get(one)
    disk.breaks = True
    for _ in range(2):
        with pytest.raises(OSError, match="torn"):
            warm.get(registered(settings, "two"))
    disk.breaks = False
    assert warm.get(registered(settings, "two")).config == "configuration of two"


def test_on_cuda_the_fast_precision_is_the_everyday_one(
    settings: Settings, disk: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    warm, one = WarmModel(replace(settings, device="cuda:0")), registered(settings, "one")
    assert (warm.get(one).precision, warm.get(one, precision="float32").precision) == ("fast", "float32")
