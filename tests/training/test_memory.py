"""Networks that the memory cannot hold are refused before the first step."""

from collections.abc import Callable

import pytest
from tensorflow.errors import InvalidArgumentError, ResourceExhaustedError

from reglab.errors import TrainingError
from reglab.experiment import Experiment
from reglab.model.network import outline_network
from reglab.model.size import Size, measure_size
from reglab.training.memory import check_memory, count_least_memory, is_out_of_memory


def size_of(experiment: Experiment) -> Size:
    return measure_size(outline_network(experiment, 3)[0])


def test_least_memory(make_experiment: Callable[..., Experiment]) -> None:
    """Parameters twice in float32; outputs of 64 positions × 4 maps, 5 units and 3 classes for each image."""
    size = size_of(make_experiment())
    parameters = (27 * 4 + 4) + (4 * 5 + 5) + (5 * 3 + 3)
    outputs = 64 * 4 + 5 + 3
    assert count_least_memory(size, 16, "float32") == 8 * parameters + 16 * outputs * 4
    assert count_least_memory(size, 16, "mixed_bfloat16") == 8 * parameters + 16 * outputs * 2


def test_a_network_that_does_not_fit(make_experiment: Callable[..., Experiment]) -> None:
    """90 billion parameters are counted without their memory, and refused."""
    size = size_of(make_experiment(model={"groups": ((100_000,), (100_000,))}))
    assert size.parameters == 90_003_400_023
    with pytest.raises(TrainingError) as caught:
        check_memory(size, 200, "float32", 2**34)
    assert str(caught.value) == (
        "the network of 90,003,400,023 parameters needs at least 680.1 GiB for a step with 200 images, and "
        "the memory is 16.0 GiB: make model.groups, model.dense or training.batch_size smaller"
    )
    check_memory(size, 200, "float32", None)
    check_memory(size, 200, "float32", 2**50)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError("Unable to allocate 9 TiB for an array"), True),
        (ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[1000000000]"), True),
        # As JAX 0.10 and PyTorch 2.11 report it on a processor.
        (RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 4000000000000 bytes."), True),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory"),
            True,
        ),
        (InvalidArgumentError(None, None, "shapes do not match"), False),
        (RuntimeError("can't convert memory"), False),
        (ValueError("can't allocate memory"), False),
    ],
)
def test_errors_that_say_that_memory_is_short(error: Exception, expected: bool) -> None:
    """Those of Python, NumPy and the backends."""
    assert is_out_of_memory(error) == expected
