"""Starting points of training: ImageNet backbones and the COCO QueryInst checkpoint of the official recipe.

The keys of a file identify its kind. A :class:`StartReport` lists every key of the file and of the network:
loaded, left at its initial value, or unused, with the reason. Sources: `init_cfg` of the
official configurations (`configs/tevit/*.py`), README of hustvl/TeViT (`load_from`), mmcv `load_checkpoint`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor

from model.config import BackboneConfig, Lite0Config, MessengerShiftConfig, ResNetConfig, SwinConfig
from model.network.tevit import TeViT
from model.weights import official_layouts
from model.weights.categories import is_class_column, normalised, rows_for, with_categories
from model.weights.checkpoint import CLASS_BIASES, ModelCheckpoint, class_names, from_weights, is_own
from model.weights.coco_names import COCO_NAMES
from model.weights.files import CheckpointError, WeightFile, read_weights, require_numbers
from model.weights.foreign import other_network

TEVIT, QUERYINST, BACKBONE = "TeViT", "COCO QueryInst", "backbone"
PVT, RESNET, SWIN = "PVTv2 of ImageNet", "ResNet of ImageNet", "Swin of ImageNet"
LITE0 = "EfficientNet-Lite0 of ImageNet"
BY_INIT, BY_NAME = (
    "initial",
    "names",
)  # class columns: initial values (as in the official recipe), or rows of equal names

# COCO's names of the same categories, and a name with another meaning: COCO's mouse is a computer mouse.
_COCO_OF = {"sedan": "car", "motorbike": "motorcycle", "flying disc": "frisbee"}
_FALSE_FRIENDS = {"mouse"}

_FITS: dict[str, tuple[type, str]] = {
    PVT: (MessengerShiftConfig, "a PVTv2"),
    RESNET: (ResNetConfig, "a ResNet"),
    SWIN: (SwinConfig, "a Swin"),
    LITE0: (Lite0Config, "an EfficientNet-Lite0"),
}
_CONVERTERS: dict[str, Callable[[Mapping[str, Tensor]], official_layouts.Renamed]] = {
    PVT: official_layouts.pvt,
    RESNET: official_layouts.resnet,
    SWIN: official_layouts.swin,
    LITE0: official_layouts.lite0,
    BACKBONE: official_layouts.named_alike,
}
_THEIR_KEY: dict[str, Callable[[str], str]] = {
    PVT: official_layouts.pvt_key,
    SWIN: official_layouts.swin_key,
    LITE0: official_layouts.lite0_key,
}
# Beginnings of keys that only files of one kind have; one of them identifies an incomplete file too.
_MARKS = (
    (PVT, r"(patch_embed|block)\d\."),
    (RESNET, r"layer\d\.\d+\.conv1\."),
    (SWIN, r"layers\.\d+\.blocks\."),
    (LITE0, r"_conv_stem\.|_blocks\.\d+\._depthwise_conv\."),
    (BACKBONE, r"backbone\.|layers\.\d\.[012]\.|stages\.\d\.blocks\."),
)
_HEADS = "roi_head."
_OF_BACKBONE = ("backbone.", "neck.lateral_convs.")  # weights whose shape the backbone gives


@dataclass(frozen=True)
class StartReport:
    """The use of every key of a file and of the network that starts from it."""

    path: Path
    kind: str
    loaded: dict[str, tuple[str, ...]] = field(default_factory=dict)  # network key -> the file's keys
    initial: dict[str, str] = field(default_factory=dict)  # network key that kept its initial value -> reason
    unused: dict[str, str] = field(default_factory=dict)  # the file's unused key -> reason

    def lines(self) -> list[str]:
        """The report as text: totals, then one line per reason, with its keys."""
        total = f"{len(self.loaded)} loaded, {len(self.initial)} left at their initial values"
        lines = [f"{self.path.name} ({self.kind}): {total}, {len(self.unused)} of the file unused."]
        for title, keys in (("Left at initial values", self.initial), ("Unused", self.unused)):
            for reason in dict.fromkeys(keys.values()):
                of_reason = [key for key, why in keys.items() if why == reason]
                shown = ", ".join(of_reason[:4]) + (f" and {len(of_reason) - 4} more" if len(of_reason) > 4 else "")
                lines.append(f"{title}: {shown} ({reason}).")
        return lines


def recognise(file: WeightFile) -> str:
    """The kind of a file, by its keys. Raises :class:`CheckpointError` if training cannot start from it."""
    if is_own(file):
        return TEVIT
    if any(key.startswith(_HEADS) for key in file.state):
        names = tuple(normalised(name) for name in class_names(file))
        nameless = not names and len(file.state.get(CLASS_BIASES, ())) == len(COCO_NAMES)
        return QUERYINST if names == COCO_NAMES or nameless else TEVIT
    for kind, pattern in _MARKS:
        if any(re.match(pattern, key) for key in file.state):
            return kind
    known = other_network(file.state)
    if known is not None:
        raise CheckpointError(f"{file.path}: training cannot start from it; it is a checkpoint of {known}")
    first = next(iter(file.state))
    raise CheckpointError(
        f"{file.path}: training cannot start from it; it is neither a TeViT nor a QueryInst checkpoint, nor a PVTv2, "
        f"ResNet, Swin or EfficientNet-Lite0 file of ImageNet (its first key is {first})"
    )


def start_from(network: TeViT, path: Path, *, categories: tuple[str, ...], class_columns: str = BY_INIT) -> StartReport:
    """Load the weights of a file into ``network`` (freshly initialised, with as many classes as ``categories``).

    ``class_columns`` applies to COCO files: the official recipe leaves the rows of `fc_cls` and `conv_logits` at
    their initial values (:data:`BY_INIT`); :data:`BY_NAME` takes the rows of classes of the same name, and the mean of
    all rows for other classes. A TeViT checkpoint is always matched by names.
    Raises :class:`CheckpointError` that names the key at fault; the network is unchanged then.
    """
    file = read_weights(path)
    kind = recognise(file)
    require_numbers(path, file.state)
    if kind == TEVIT:
        return _start_tevit(network, file, categories)
    if kind == QUERYINST:
        return _start_queryinst(network, file, categories, class_columns)
    return _start_backbone(network, file, kind)


def _start_tevit(network: TeViT, file: WeightFile, categories: tuple[str, ...]) -> StartReport:
    if is_own(file) and (given := from_weights(file)).config.backbone.kind != network.config.backbone.kind:
        return _start_heads(network, file.path, with_categories(given, categories))
    checkpoint = with_categories(from_weights(file, config=network.config), categories)
    network.load_state_dict(checkpoint.state)
    return StartReport(file.path, TEVIT, loaded={key: (key,) for key in checkpoint.state})


def _start_heads(network: TeViT, path: Path, given: ModelCheckpoint) -> StartReport:
    """Queries, heads and pyramid of a checkpoint with another backbone; its input layers fit that backbone only."""
    wanted, taken, initial = network.state_dict(), {}, {}
    for key, value in wanted.items():
        if key.startswith(_OF_BACKBONE):
            initial[key] = "the checkpoint has another backbone"
        elif key not in given.state:
            raise CheckpointError(f"{path}: does not fit {network.config.name}: {key} is missing")
        else:
            _require_shape(path, key, given.state[key], value, network.config.name)
            taken[key] = given.state[key]
    network.load_state_dict({**wanted, **taken})
    unused = {key: "belongs to another backbone" for key in given.state if key not in taken}
    return StartReport(path, TEVIT, loaded={key: (key,) for key in taken}, initial=initial, unused=unused)


def with_backbone(heads: StartReport | None, backbone: StartReport) -> StartReport:
    """The report of a network whose backbone came from a file of its own, and the rest from ``heads`` if not None."""
    if heads is None:
        return backbone
    initial = {key: reason for key, reason in heads.initial.items() if key not in backbone.loaded}
    return replace(
        heads,
        kind=f"{heads.kind}, backbone: {backbone.kind}",
        loaded={**heads.loaded, **backbone.loaded},
        initial=initial,
        unused={**heads.unused, **backbone.unused},
    )


def _start_backbone(network: TeViT, file: WeightFile, kind: str) -> StartReport:
    backbone, config = network.backbone, network.config.backbone
    if kind in _FITS and not isinstance(config, _FITS[kind][0]):
        raise CheckpointError(
            f"{file.path}: this is {_FITS[kind][1]} file of ImageNet, and {network.config.name} has another backbone"
        )
    try:
        found = _CONVERTERS[kind](file.state)
    except official_layouts.MissingPart as error:
        raise CheckpointError(f"{file.path}: {error}") from error
    wanted = backbone.state_dict()
    unused = dict(found.unused)
    for key in [key for key in found.tensors if key not in wanted]:
        del found.tensors[key]
        unused.update(dict.fromkeys(found.origin[key], official_layouts.NO_PLACE))
    initial = {}
    for key, value in wanted.items():
        if key in found.tensors:
            _require_shape(file.path, found.origin[key][0], found.tensors[key], value, network.config.name)
        elif reason := _may_be_absent(key, config):
            initial[key] = reason
        else:
            raise CheckpointError(
                f"{file.path}: {_THEIR_KEY.get(kind, str)(key)} is missing; it is not whole, or not of the size that "
                f"{network.config.name} has (backbone.{key})"
            )
    _require_equal_tables(file.path, found, wanted)
    backbone.load_state_dict({**wanted, **found.tensors})
    rest = "the file is of a backbone only"
    heads = {key: rest for key in network.state_dict() if not key.startswith("backbone.")}
    return StartReport(
        file.path,
        kind,
        loaded={f"backbone.{key}": found.origin[key] for key in found.tensors},
        initial={**{f"backbone.{key}": why for key, why in initial.items()}, **heads},
        unused=unused,
    )


def _may_be_absent(key: str, config: BackboneConfig) -> str | None:
    """Why a classifier's file may lack ``key`` of our backbone; None if it must have it."""
    if key == "msg_tokens":
        return "messenger tokens are TeViT's own"
    if key.endswith("num_batches_tracked"):
        return "older files do not count batches"
    if isinstance(config, SwinConfig) and key.startswith("norm"):
        return "classifiers have no norm behind each stage"
    if key.endswith("relative_position_index"):
        return "a table that the size of the window gives"
    return None


def _require_shape(path: Path, key: str, value: Tensor, wanted: Tensor, name: str) -> None:
    if value.shape != wanted.shape:
        raise CheckpointError(f"{path}: {key} is {tuple(value.shape)}, where {name} needs {tuple(wanted.shape)}")


def _require_equal_tables(path: Path, found: official_layouts.Renamed, wanted: dict[str, Tensor]) -> None:
    for key, value in found.tensors.items():
        if key.endswith("relative_position_index") and not torch.equal(value, wanted[key]):
            raise CheckpointError(f"{path}: {found.origin[key][0]} numbers the places of a window in another way")


def _start_queryinst(network: TeViT, file: WeightFile, categories: tuple[str, ...], class_columns: str) -> StartReport:
    """As mmcv's `load_checkpoint(strict=False)`, loads what fits by name and shape; other missing keys are errors."""
    wanted, taken, initial = network.state_dict(), {}, {}
    for key, value in wanted.items():
        given = file.state.get(key)
        if given is None and key == "backbone.msg_tokens":
            initial[key] = "messenger tokens are TeViT's own"
        elif given is None:
            raise CheckpointError(f"{file.path}: does not fit {network.config.name}: {key} is missing")
        elif is_class_column(key):
            _require_shape(file.path, key, given[:0], value[:0], network.config.name)
            if class_columns == BY_NAME:
                taken[key] = rows_for(key, given.float(), _coco_rows(categories))
            else:
                initial[key] = (
                    f"rows of {len(given)} COCO classes, here {len(value)} others; the official recipe starts anew"
                )
        elif given.shape == value.shape:
            taken[key] = given
        elif key.startswith("rpn_head."):
            initial[key] = f"the file has {len(given)} queries, {network.config.name} {len(value)}"
        else:
            _require_shape(file.path, key, given, value, network.config.name)
    network.load_state_dict({**wanted, **taken})
    unused = {key: official_layouts.NO_PLACE for key in file.state if key not in wanted}
    unused |= {key: "rows of other classes" for key in initial if is_class_column(key)}
    unused |= {key: "another number of queries" for key in initial if key.startswith("rpn_head.")}
    return StartReport(file.path, QUERYINST, loaded={key: (key,) for key in taken}, initial=initial, unused=unused)


def _coco_rows(categories: tuple[str, ...]) -> list[int | None]:
    """The row of COCO's class for each of ``categories``, None if COCO has no such class."""
    rows = {name: row for row, name in enumerate(COCO_NAMES) if name not in _FALSE_FRIENDS}
    return [rows.get(_COCO_OF.get(name, name)) for name in map(normalised, categories)]
