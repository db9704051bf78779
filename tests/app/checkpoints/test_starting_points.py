"""Starting points of training: fetched whole or not at all, recognised, remembered, and offered by name."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from app import commands
from app.checkpoints import releases
from app.checkpoints.download import DOWNLOADS, RECORD, DownloadFailed, digest_of
from app.checkpoints.find import locate
from app.checkpoints.releases import STARTING_POINTS, StartingPoint
from app.checkpoints.starting_points import download_starting_point, find_start, path_of
from app.errors import BadInput
from app.settings import Settings
from model.config import named
from model.procedural import synthesize
from model.weights import starting_points
from tests.app.checkpoints.shop import Shop, shop
from tests.app.command_line import Run, tiny_checkpoint
from tests.model.weights.foreign_files import pvt_file, queryinst_file

__all__ = ["shop"]
COCO = STARTING_POINTS[0]
RESNET = STARTING_POINTS[2]


@pytest.fixture
def coco_shop(shop: Shop, tmp_path: Path) -> Shop:
    """The server has a file of the COCO detector's layout."""
    torch.save(queryinst_file(), tmp_path / "made.pth")
    shop.content = (tmp_path / "made.pth").read_bytes()
    return shop


def bring(settings: Settings, shop: Shop, point: StartingPoint = COCO) -> Path:
    return download_starting_point(settings, point, report=lambda share, words: None, url=shop.address)


def test_a_starting_point_arrives_whole_and_is_remembered(settings: Settings, coco_shop: Shop) -> None:
    path = bring(settings, coco_shop)

    assert path == path_of(settings, COCO) and path.read_bytes() == coco_shop.content
    record = json.loads((settings.checkpoints / DOWNLOADS / RECORD).read_text())
    assert record == {coco_shop.address: digest_of(path)}
    asked = len(coco_shop.asked)
    assert bring(settings, coco_shop) == path and len(coco_shop.asked) == asked


def test_a_broken_line_is_gone_on_from(settings: Settings, coco_shop: Shop) -> None:
    coco_shop.break_off_after = 5000
    with pytest.raises(DownloadFailed, match="broke off"):
        bring(settings, coco_shop)
    assert not path_of(settings, COCO).exists()
    coco_shop.break_off_after = None

    assert bring(settings, coco_shop).read_bytes() == coco_shop.content
    assert coco_shop.asked[1] == "bytes=5000-"


@pytest.mark.parametrize("share", [0.4, 0.99])
def test_a_file_that_is_not_whole_on_the_server_is_thrown_away_and_not_recorded(
    settings: Settings, coco_shop: Shop, share: float
) -> None:
    whole = coco_shop.content
    coco_shop.content = whole[: int(len(whole) * share)]
    with pytest.raises(BadInput, match="thrown away"):
        bring(settings, coco_shop)
    coco_shop.content = whole

    assert bring(settings, coco_shop).read_bytes() == whole


def test_another_kind_of_file_is_refused_by_its_kind(settings: Settings, shop: Shop, tmp_path: Path) -> None:
    torch.save(pvt_file(), tmp_path / "pvt.pth")
    shop.content = (tmp_path / "pvt.pth").read_bytes()

    with pytest.raises(BadInput, match=r"it is another file \(PVTv2 of ImageNet\)"):
        bring(settings, shop)


def test_a_file_whose_hash_is_not_that_of_its_name_is_refused(settings: Settings, coco_shop: Shop) -> None:
    with pytest.raises(BadInput, match="its name says 0676ba61"):
        bring(settings, coco_shop, RESNET)


def test_another_file_under_the_same_address_is_refused(settings: Settings, coco_shop: Shop, tmp_path: Path) -> None:
    bring(settings, coco_shop).unlink()
    torch.save(queryinst_file(seed=2), tmp_path / "other.pth")
    coco_shop.content = (tmp_path / "other.pth").read_bytes()

    with pytest.raises(DownloadFailed, match="another one than before"):
        bring(settings, coco_shop)


def test_a_name_leads_to_its_file_and_to_the_command_that_fetches_it(
    settings: Settings, coco_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match=f"models download {COCO.name}"):
        find_start(settings, COCO.name)
    here = replace(COCO, address=coco_shop.address)
    monkeypatch.setattr(releases, "STARTING_POINTS", (here,))
    path = bring(settings, coco_shop, here)
    assert find_start(settings, COCO.name) == path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(DownloadFailed, match="another one than before"):
        find_start(settings, COCO.name)
    with pytest.raises(DownloadFailed, match="another one than before"):
        bring(settings, coco_shop, here)
    assert path.is_file(), "a person may have put it there"
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")
    assert find_start(settings, str(tiny)) == tiny
    with pytest.raises(BadInput, match="no model 'nothing'"):
        find_start(settings, "nothing")
    with pytest.raises(BadInput, match="what training starts from"):
        locate(settings, COCO.name)


# --- the commands


def test_the_command_fetches_a_starting_point_and_training_starts_from_it_by_name(
    run: Run, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save(queryinst_file(named("tevit_tiny")), tmp_path / "coco.pth")
    shop.content = (tmp_path / "coco.pth").read_bytes()
    monkeypatch.setattr(releases, "STARTING_POINTS", (replace(COCO, address=shop.address),))
    synthesize(tmp_path / "set", domain="demo", videos=1, frames=3, size=(64, 48), seed=3)
    data = ("--data", tmp_path / "data")
    assert "here" not in run("models", "list", *data).out.split(COCO.name)[1]

    ran = run("models", "download", COCO.name, "--json", *data)
    assert ran.code == 0, ran.errors
    assert ran.result["name"] == COCO.name and Path(ran.result["path"]).is_file()
    assert run("models", "list", "--json", *data).result["starting_points"] == [{"name": COCO.name, "here": True}]

    order = ("--annotations", tmp_path / "set" / "instances.json", "--frames", tmp_path / "set" / "JPEGImages")
    flags = ("--config", "tevit_tiny", "--out", tmp_path / "run", "--steps", "1", "--batch", "1", "--device", "cpu")
    ran = run("train", *order, *flags, "--init", COCO.name, *data)
    assert ran.code == 0, ran.errors
    assert any("COCO QueryInst" in line and "loaded" in line for line in ran.errors)
    start = json.loads((tmp_path / "run" / "report.json").read_text())["start"]
    assert start["kind"] == "COCO QueryInst" and "backbone.msg_tokens" in start["initial"]


def test_a_starting_point_that_is_not_here_is_told_before_anything_is_trained(run: Run, tmp_path: Path) -> None:
    synthesize(tmp_path / "set", domain="demo", videos=1, frames=3, size=(64, 48), seed=3)
    order = ("--annotations", tmp_path / "set" / "instances.json", "--frames", tmp_path / "set" / "JPEGImages")

    ran = run("train", *order, "--config", "tevit_tiny", "--out", tmp_path / "run", "--init", "pvt_v2_b1")

    assert ran.code == 1
    assert "models download pvt_v2_b1" in ran.last
    assert not (tmp_path / "run").exists()


def test_the_train_command_offers_both_ways_with_coco_s_classes() -> None:
    parser = commands.make_parser()
    flags = ["train", "--annotations", "a", "--frames", "b", "--config", "tevit_msgshift", "--out", "c"]
    assert parser.parse_args(flags).init_classes == starting_points.BY_INIT
    assert parser.parse_args([*flags, "--init-classes", "names"]).init_classes == starting_points.BY_NAME
