"""Every random number of a run follows from one of these keys.

Nothing is drawn from a shared stream: two experiments that share a layer draw the same numbers for it, and
a resumed run draws what it would have drawn.
"""

from hashlib import blake2b


def derive_layer_seed(seed: int, layer: str, technique: str) -> int:
    """The seed of one technique at one layer.

    Args:
        seed: the experiment's seed.
        layer: name of the layer, such as `conv_1_1`.
        technique: what draws there, such as `dropout` or `kernel`.

    Returns:
        An integer in [0, 2³¹).
    """
    text = f"{seed}/{layer}/{technique}"
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big") >> 1
