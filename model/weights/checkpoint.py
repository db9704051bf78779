"""Checkpoints: our own safetensors files, and the official `.pth` layout both ways.

An own file contains everything that its network is built from: configuration, category names, parent, provenance.
Official files (`{'meta', 'state_dict'}`) are read with `weights_only=True`; every key is accounted for.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model.atomic import replacing
from model.config import TeViTConfig, UnknownConfiguration, from_dict, named
from model.network.prepared import prepare
from model.network.tevit import TeViT, shell
from model.thresholds import Thresholds
from model.weights.files import CheckpointError, WeightFile, is_safetensors, read_weights, require_numbers
from model.weights.foreign import other_network
from model.weights.tensors_file import PIECE, write_tensors

__all__ = [
    "CLASS_BIASES",
    "CheckpointError",
    "ModelCheckpoint",
    "class_names",
    "export_official",
    "file_hash",
    "from_network",
    "from_weights",
    "is_own",
    "load",
    "save",
    "trunk_hash",
]

FORMAT = "tevit-checkpoint 1"
_TRUNK = ("backbone.", "neck.")
MOST_CLASSES = 100_000
AVERAGE = "ema_"  # how the keys begin under which mmcv's EMAHook stores its running mean of the weights
CLASS_BIASES = "roi_head.bbox_head.0.fc_cls.bias"  # its length is the number of classes


@dataclass(frozen=True)
class ModelCheckpoint:
    """Weights with their configuration and class names."""

    config: TeViTConfig
    categories: tuple[str, ...]  # in the order of the labels
    state: dict[str, Tensor]  # official key names
    parent: str | None = None  # sha256 of the file that training started from
    provenance: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # sentences about what a foreign file lacks, or holds beside the network

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds of its proposals; the defaults where it has none of its own. Raises `ValueError`."""
        return Thresholds.of_provenance(self.provenance)

    def build(self, device: str = "cpu", precision: str = "float32") -> TeViT:
        """The network with these weights, in evaluation mode; 'fast' has bf16 weights on CUDA.

        The weights are copies: training the network leaves the checkpoint as it is.
        """
        network = shell(self.config)  # drawing initial weights would take longer than reading the stored ones
        state = {
            key: value.to(torch.float32 if value.is_floating_point() else value.dtype, copy=True)
            for key, value in self.state.items()
        }
        network.load_state_dict(state, assign=True)
        network.eval().to(device)
        return network.to(torch.bfloat16) if precision == "fast" and device.startswith("cuda") else network

    def for_inference(self, device: str = "cpu", precision: str = "float32") -> TeViT:
        """As :meth:`build`, for a network that is never trained or saved, which is faster on a CPU.

        On a CPU 'fast' computes in bfloat16 if the processor can, else in float32 (`model.network.prepared`).
        """
        network = self.build(device, precision)
        return prepare(network, fast=precision == "fast") if device == "cpu" else network


def from_network(network: TeViT, categories: tuple[str, ...], **facts: Any) -> ModelCheckpoint:
    """A checkpoint with copies of a network's weights."""
    state = {key: value.detach().cpu().clone() for key, value in network.state_dict().items()}
    return ModelCheckpoint(network.config, categories, state, **facts)


def trunk_hash(state: dict[str, Tensor], *, check: Callable[[], None] = lambda: None) -> str:
    """sha256 over the weights of backbone and pyramid; equal hashes mean equal features.

    ``check`` is called before each weight; what it raises ends the reading.
    """
    digest = hashlib.sha256()
    for key in sorted(state):
        if key.startswith(_TRUNK):
            check()
            digest.update(key.encode())
            digest.update(state[key].float().contiguous().numpy().tobytes())
    return digest.hexdigest()


def file_hash(path: Path, *, check: Callable[[], None] = lambda: None) -> str:
    """sha256 of a file. ``check`` is called before each piece of it; what it raises ends the reading."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            check()
            digest.update(piece)
    return digest.hexdigest()


def save(
    path: Path,
    checkpoint: ModelCheckpoint,
    *,
    dtype: torch.dtype = torch.float32,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Write an own checkpoint, whole or not at all; floating point weights are stored as ``dtype``.

    ``check`` is called before each weight is read and written, since a large file takes long; what it raises ends the
    writing, and nothing is left. Raises :class:`CheckpointError`, OSError.
    """
    if checkpoint.config.classes != len(checkpoint.categories):
        raise CheckpointError(
            f"{path.name}: the network has {_classes(checkpoint.config.classes)}, {len(checkpoint.categories)} "
            "are named"
        )
    state = {
        key: value.to(dtype).contiguous() if value.is_floating_point() else value.contiguous()
        for key, value in checkpoint.state.items()
    }
    metadata = {
        "format": FORMAT,
        "config": json.dumps(checkpoint.config.to_dict(), sort_keys=True),
        "categories": json.dumps(list(checkpoint.categories)),
        "parent": checkpoint.parent or "",
        "provenance": json.dumps(checkpoint.provenance, sort_keys=True),
        "preprocessing": json.dumps({"mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375], "divisor": 32}),
        "trunk": trunk_hash(state, check=check),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary, temporary.open("wb") as file:
        write_tensors(file, state, metadata, check=check)


def load(path: Path, *, config: TeViTConfig | None = None, check: Callable[[], None] = lambda: None) -> ModelCheckpoint:
    """Read an own checkpoint, or an official one, whose configuration is ``config`` or else named by the file name.

    ``check``: see :func:`model.weights.files.read_weights`.
    """
    return from_weights(read_weights(path, check=check), config=config)


def is_own(file: WeightFile) -> bool:
    """Whether :func:`save` wrote the file."""
    return file.meta.get("format") == FORMAT


def from_weights(file: WeightFile, *, config: TeViTConfig | None = None) -> ModelCheckpoint:
    """As :func:`load`, for a file that has been read already."""
    foreign = not is_safetensors(file.path) or (not is_own(file) and CLASS_BIASES in file.state)
    known = None if CLASS_BIASES in file.state or is_own(file) else other_network(file.state)
    if known is not None:
        raise CheckpointError(f"{file.path}: this is a checkpoint of {known}, not of TeViT")
    checkpoint = _official(file, config) if foreign else _own(file)
    if config is not None and replace(config, classes=checkpoint.config.classes) != checkpoint.config:
        _require_fit(file.path, checkpoint.state, config)
    _require_fit(file.path, checkpoint.state, checkpoint.config)
    require_numbers(file.path, checkpoint.state)
    return checkpoint


def _own(file: WeightFile) -> ModelCheckpoint:
    path, metadata = file.path, file.meta
    if not is_own(file):
        raise CheckpointError(f"{path}: a safetensors file, but not one of a TeViT checkpoint (no '{FORMAT}' in it)")
    if "categories" not in metadata:
        raise CheckpointError(f"{path}: it names no classes (there is no 'categories' in its description)")
    try:
        found = ModelCheckpoint(
            config=from_dict(json.loads(metadata["config"])),
            categories=tuple(json.loads(metadata["categories"])),
            state=file.state,
            parent=metadata.get("parent") or None,
            provenance=json.loads(metadata.get("provenance", "{}")),
        )
        _ = found.thresholds  # refuses what is no threshold
        return found
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: its description cannot be read: {error}") from error


def _official(file: WeightFile, config: TeViTConfig | None) -> ModelCheckpoint:
    path, state = file.path, file.state
    if file.place != "state_dict" and not is_safetensors(path):
        raise CheckpointError(
            f"{path}: a PyTorch file without a 'state_dict', so not an official TeViT checkpoint (if it is a backbone "
            "of ImageNet, training starts from it with train --init)"
        )
    if config is None:
        try:
            config = named(path.stem)
        except UnknownConfiguration as error:
            raise CheckpointError(f"{path}: say which configuration this file belongs to; {error}") from error
    classes = state.get(CLASS_BIASES)
    if classes is None:
        raise CheckpointError(f"{path}: the key {CLASS_BIASES} is missing, so this is not TeViT")
    if classes.ndim != 1 or len(classes) > MOST_CLASSES:
        raise CheckpointError(f"{path}: {CLASS_BIASES} has the shape {tuple(classes.shape)}, which no TeViT has")
    names, notes = class_names(file), []
    if len(names) != len(classes):
        said = f"names {_classes(len(names))} for {len(classes)}" if names else "names no classes"
        notes.append(f"{path.name} {said}; they are called class 1 to class {len(classes)}.")
        names = tuple(f"class {index + 1}" for index in range(len(classes)))
    averages = [key for key in state if key.startswith(AVERAGE)]
    if averages:
        notes.append(
            f"{path.name} holds {len(averages)} weights of a running mean ({averages[0]} and so on), which are left "
            "aside; the weights of the network itself are taken."
        )
        state = {key: value for key, value in state.items() if not key.startswith(AVERAGE)}
    return ModelCheckpoint(replace(config, classes=len(classes)), names, state, notes=tuple(notes))


def _classes(number: int) -> str:
    return f"{number} class{'' if number == 1 else 'es'}"


def class_names(file: WeightFile) -> tuple[str, ...]:
    """The class names in the notes of an official file; empty if there are none."""
    names = file.meta.get("CLASSES") or ()
    if not isinstance(names, (tuple, list)) or len(names) > MOST_CLASSES:
        return ()
    # A list within lists may hold itself a thousand times over, so only plain values become text.
    return tuple(str(name) for name in names) if all(isinstance(name, str | int) for name in names) else ()


def _require_fit(path: Path, state: dict[str, Tensor], config: TeViTConfig) -> None:
    """Checks that the keys and shapes are exactly those of the configuration's network."""
    wanted = shell(config).state_dict()
    missing = [key for key in wanted if key not in state]
    extra = [key for key in state if key not in wanted]
    wrong = [key for key in wanted if key in state and state[key].shape != wanted[key].shape]
    if wrong:
        key = wrong[0]
        shapes = f"{tuple(state[key].shape)} in the file, {tuple(wanted[key].shape)} in {config.name}"
        raise CheckpointError(f"{path}: does not fit {config.name}: {key} is {shapes} ({len(wrong)} such keys)")
    if missing or extra:
        key, how = (missing[0], "is missing") if missing else (extra[0], "belongs to no part of the network")
        raise CheckpointError(
            f"{path}: does not fit {config.name}: {key} {how} ({len(missing)} missing, {len(extra)} unknown keys)"
        )


def export_official(path: Path, checkpoint: ModelCheckpoint) -> None:
    """Write the layout of the official code; `meta` names the classes and, for other than 40, the lines to change."""
    meta: dict[str, Any] = {"CLASSES": list(checkpoint.categories), "config_name": checkpoint.config.name}
    if checkpoint.config.classes != 40:
        meta["note"] = (
            f"this head has {_classes(checkpoint.config.classes)}: set num_classes={checkpoint.config.classes} in the "
            "six bbox_head and six mask_head entries of the configuration, and CLASSES of the data set to this list"
        )
    state = {key: value.float() if value.is_floating_point() else value for key, value in checkpoint.state.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    # Given a path, PyTorch writes its name into the file, and the random temporary name would change the bytes.
    with replacing(path) as temporary, temporary.open("wb") as file:
        torch.save({"meta": meta, "state_dict": state}, file)
