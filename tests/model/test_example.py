"""The script that runs the model without the app."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from pycocotools import mask as coco

from model.config import named
from model.example import main
from model.network.tevit import build
from model.weights.checkpoint import from_network, save

ROOT = Path(__file__).resolve().parents[2]
CLASSES = ("fish", "star", "jelly")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    from dataclasses import replace

    torch.manual_seed(0)
    network = build(replace(named("tevit_tiny"), classes=len(CLASSES)))
    path = tmp_path_factory.mktemp("weights") / "own.safetensors"
    save(path, from_network(network, CLASSES))
    official = path.with_name("tevit_tiny_of_mine.pth")
    torch.save({"meta": {"CLASSES": CLASSES}, "state_dict": network.state_dict()}, official)
    return path, official


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    for k in (2, 0, 1):
        cv2.imwrite(str(folder / f"{k:05d}.png"), np.random.default_rng(k).integers(0, 255, (48, 64, 3), np.uint8))
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_it_writes_ten_tracks_with_a_mask_in_every_frame(checkpoint, pictures, tmp_path, capsys):
    main(str(pictures), str(checkpoint[0]), str(tmp_path / "out.json"))
    results = json.loads((tmp_path / "out.json").read_text())
    assert len(results) == len(capsys.readouterr().out.splitlines()) == 10
    scores = [entry["score"] for entry in results]
    assert scores == sorted(scores, reverse=True)
    for entry in results:
        assert 1 <= entry["category_id"] <= len(CLASSES) and entry["video_id"] == 1
        assert [coco.decode(code).shape for code in entry["segmentations"]] == [(48, 64)] * 3


def test_an_official_file_says_the_same_as_an_own_one(checkpoint, pictures, tmp_path):
    for name, path in zip(("own", "official"), checkpoint, strict=True):
        main(str(pictures), str(path), str(tmp_path / name))
    assert (tmp_path / "own").read_text() == (tmp_path / "official").read_text()


def test_it_needs_nothing_but_the_model_and_is_short():
    source = (ROOT / "model/example.py").read_text()
    assert len(source.splitlines()) <= 60
    code = "import sys, model.example; print({'app', 'storage', 'av', 'gradio', 'sqlalchemy'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
    assert ast.parse(source)


def test_a_picture_that_cannot_be_read_is_named(checkpoint, pictures, tmp_path):
    (pictures / "00003.png").write_bytes(b"no picture")
    with pytest.raises(SystemExit, match=r"00003.png cannot be read"):
        main(str(pictures), str(checkpoint[0]), str(tmp_path / "out.json"))


def test_it_says_how_to_call_it():
    ran = subprocess.run([sys.executable, "-m", "model.example"], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 1 and ran.stderr.startswith("usage: ")
