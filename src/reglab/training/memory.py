"""Whether a network can be trained in the memory of the machine."""

import math

from reglab.errors import TrainingError
from reglab.model.size import Size

_BYTES = {"float32": 4, "mixed_bfloat16": 2}


def check_memory(size: Size, batch_size: int, policy: str, memory: int | None) -> None:
    """Refuses a network that cannot be trained, so that the system does not stop the process.

    Args:
        size: of the network.
        batch_size: images of a step.
        policy: Keras's dtype policy, in which the outputs of the layers are kept.
        memory: of the machine, bytes; None if it is not known.

    Raises:
        TrainingError: the memory is less than a step needs.
    """
    needed = count_least_memory(size, batch_size, policy)
    if memory is not None and needed > memory:
        raise TrainingError(
            f"the network of {size.parameters:,} parameters needs at least {needed / 2**30:,.1f} GiB for a "
            f"step with {batch_size:,} images, and the memory is {memory / 2**30:,.1f} GiB: "
            "make model.groups, model.dense or training.batch_size smaller"
        )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of Python, NumPy or a backend says that memory could not be allocated.

    The backends have no common class for it: TensorFlow raises ResourceExhaustedError, JAX an XlaRuntimeError
    with the same text, and PyTorch an OutOfMemoryError on a GPU but a plain RuntimeError on the processor.
    """
    if isinstance(error, MemoryError):
        return True
    text = f"{type(error).__name__}: {error}"
    return any(part in text for part in ("RESOURCE_EXHAUSTED", "ResourceExhaustedError", "OutOfMemory")) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in text
    )


def count_least_memory(size: Size, batch_size: int, policy: str) -> int:
    """Bytes that a step needs at least.

    They are a value and a gradient in float32 for each trainable parameter, and the output of each layer with
    a kernel for each image of the batch, which its gradient needs.
    """
    outputs = sum(math.prod(layer.output_shape) for layer in size.layers if layer.multiply_adds)
    return 8 * size.trainable + batch_size * outputs * _BYTES[policy]
