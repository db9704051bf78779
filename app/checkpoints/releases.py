"""Published checkpoints that propose, and published files that training starts from: names and addresses."""

from dataclasses import dataclass

from app.errors import BadInput

DEMO = "demo"  # knows the shapes of the demo project
LITE = "lite"  # `tevit_lite`: learns from a few corrected videos of any footage
BUILT_IN = (DEMO, LITE)  # come with the program, below `assets`, and keep their names
ABOUT = {
    DEMO: "Finds the drawn shapes of the demo project.",
    LITE: "Finds things in real footage without naming them, and learns from a few corrected videos.",
}
# Where the authors of TeViT publish their weights (README of github.com/hustvl/TeViT).
RELEASE_URL = "https://github.com/hustvl/Storage/releases/download/v1.1.0/{name}.pth"


@dataclass(frozen=True)
class Release:
    """A published checkpoint: its configuration's name, the approximate size of its file, its number of classes."""

    name: str
    size_bytes: int
    classes: int


@dataclass(frozen=True)
class StartingPoint:
    """A published file to start training from; the address comes from its authors' official configuration.

    ``kind`` is the name that `model.weights.starting_points.recognise` returns for such a file; ``sha256`` the first
    digits of its hash where its authors put them into the file's name, else empty.
    """

    name: str
    address: str
    size_bytes: int
    kind: str
    sha256: str = ""


# Sizes as float32 files of the configurations' parameters; the releases have the 40 classes of YouTube-VIS 2019.
RELEASES = (
    Release("tevit_msgshift", 647_000_000, 40),
    Release("tevit_msgshift_mstrain", 647_000_000, 40),
    Release("tevit_r50", 690_000_000, 40),
    Release("tevit_swin-l_mstrain", 1_376_000_000, 40),
)
_COCO = "queryinst_pvtv2-b1_fpn_mstrain_480-800_3x_coco"
_SWIN = "swin_large_patch4_window7_224_22kto1k-5f0996db"
STARTING_POINTS = (
    StartingPoint(_COCO, RELEASE_URL.format(name=_COCO), 648_000_000, "COCO QueryInst"),
    StartingPoint(
        "pvt_v2_b1",
        "https://github.com/whai362/PVT/releases/download/v2/pvt_v2_b1.pth",
        56_000_000,
        "PVTv2 of ImageNet",
    ),
    StartingPoint(
        "resnet50-0676ba61",
        "https://download.pytorch.org/models/resnet50-0676ba61.pth",
        103_000_000,
        "ResNet of ImageNet",
        "0676ba61",
    ),
    StartingPoint(
        _SWIN,
        f"https://download.openmmlab.com/mmclassification/v0/swin-transformer/convert/{_SWIN}.pth",
        788_000_000,
        "backbone",
        "5f0996db",
    ),
)


def release(name: str) -> Release:
    """The published checkpoint of this name. Raises `BadInput`."""
    for found in RELEASES:
        if found.name == name:
            return found
    raise BadInput(
        f"There is no release {name}; there are {', '.join(found.name for found in RELEASES)}, and to start training "
        f"from {', '.join(point.name for point in STARTING_POINTS)}."
    )


def release_url(name: str) -> str:
    """Address of a release's file; it is only used after a person asked for the download. Raises `BadInput`."""
    return RELEASE_URL.format(name=release(name).name)


def starting_point(name: str) -> StartingPoint | None:
    """The starting point of this name, or None if there is none."""
    return next((point for point in STARTING_POINTS if point.name == name), None)
