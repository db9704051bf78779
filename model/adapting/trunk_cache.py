"""Features of the frozen trunk, computed once per window and direction, kept as 16-bit numbers.

They stay in memory up to a limit; what is beyond it goes to a temporary file that is gone when the cache is closed. The
file has a limit too: what is beyond that, or has no room on the disk, is computed each time. Some of the disk is left
free for others: databases and states of runs lie there too.
"""

import errno
import io
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from model.network.short_of_memory import with_memory
from model.network.tevit import TeViT

LEFT_FREE = 1024**3  # bytes of the disk
Levels = tuple[Tensor, ...]  # per level of the pyramid (T, C, H_l, W_l)


class TrunkCache:
    """The feature pyramids of windows, by their source and any hashable key; trainings of one trunk may share it."""

    def __init__(
        self,
        network: TeViT,
        *,
        limit_bytes: int,
        disk_bytes: int = 8 * 1024**3,
        folder: Path | None = None,
        fast: bool = False,
    ) -> None:
        """``network``, in evaluation mode, computes the features on its device; ``fast``: in bfloat16 on a GPU.

        ``limit_bytes`` and ``disk_bytes``: what is kept in memory and in the file at most. The file lies in ``folder``;
        None: where the system keeps temporary files, which may be in memory.
        """
        self._network, self._fast = network, fast
        self._limit, self.bytes_in_memory, self.bytes_on_disk = limit_bytes, 0, 0
        self._disk_limit, self._folder = disk_bytes, folder or Path(tempfile.gettempdir())
        self._sources: dict[int, object] = {}  # by their id, which no other object gets as long as they are here
        self._memory: dict[object, Levels] = {}
        self._stored: dict[object, list[tuple[int, tuple[int, ...]]]] = {}  # offset and shape of each level
        self._file: io.FileIO | None = None

    def levels(self, source: object, window: object, pixels: Callable[[], Tensor], img_hw: tuple[int, int]) -> Levels:
        """The float16 features of a window of a source, on the CPU; ``pixels`` gives new frames (T, 3, H, W)."""
        self._sources[id(source)] = source
        key = (id(source), window)
        if key in self._memory:
            return self._memory[key]
        if key in self._stored:
            return tuple(self._read(offset, shape) for offset, shape in self._stored[key])
        found = self._computed(pixels(), img_hw)
        size = sum(level.numel() * level.element_size() for level in found)
        if self.bytes_in_memory + size <= self._limit:
            self._memory[key] = found
            self.bytes_in_memory += size
        elif self.bytes_on_disk + size <= self._disk_limit and size <= self._room:
            self._store(key, found)
        return found

    def close(self) -> None:
        """Forget everything and remove the file."""
        self._memory.clear()
        self._stored.clear()
        self._sources.clear()
        self.bytes_in_memory = self.bytes_on_disk = 0
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _room(self) -> int:
        """Bytes that the disk has left for the file."""
        return shutil.disk_usage(self._folder).free - LEFT_FREE

    def _computed(self, pixels: Tensor, img_hw: tuple[int, int]) -> Levels:
        return with_memory(self._network, lambda: self._encoded(pixels, img_hw))

    @torch.no_grad()
    def _encoded(self, pixels: Tensor, img_hw: tuple[int, int]) -> Levels:
        size, device = torch.tensor([img_hw], dtype=torch.float32), next(self._network.parameters()).device
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=self._fast and device.type != "cpu"):
            features = self._network.encode(pixels[None].to(device), size)
        return tuple(level.to("cpu", torch.float16).contiguous() for level in features.levels)

    def _store(self, key: object, levels: Levels) -> None:
        """Write a window to the file; where the disk has no room for it, that is the end of the file."""
        before = self.bytes_on_disk
        try:
            self._stored[key] = [self._append(level) for level in levels]
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self.bytes_on_disk = self._disk_limit = before

    def _append(self, level: Tensor) -> tuple[int, tuple[int, ...]]:
        if self._file is None:
            # Without a buffer, which would be written once more, and fail again, when a full file is read or closed.
            self._file = tempfile.TemporaryFile(  # noqa: SIM115  (see close)
                prefix="trunk-features-", dir=self._folder, buffering=0
            )
        offset, content = self.bytes_on_disk, level.numpy().tobytes()
        self._file.seek(offset)
        if self._file.write(content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.bytes_on_disk += len(content)
        return offset, tuple(level.shape)

    def _read(self, offset: int, shape: tuple[int, ...]) -> Tensor:
        assert self._file is not None
        return torch.from_numpy(np.memmap(self._file, np.float16, mode="r", offset=offset, shape=shape).copy())
