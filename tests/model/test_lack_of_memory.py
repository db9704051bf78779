"""A lack of memory is known by its error, also where torch gives only a text."""

import pytest
import torch

from model.lack_of_memory import lacks_memory


def test_a_lack_of_memory_is_told_from_other_errors() -> None:
    with pytest.raises(RuntimeError) as found:
        torch.empty(1 << 50, dtype=torch.float32)
    assert lacks_memory(found.value) and lacks_memory(MemoryError())
    assert lacks_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"))
    assert not lacks_memory(RuntimeError("shapes differ")) and not lacks_memory(ValueError())
