"""All regularizers, in the order in which their seats are called."""

from collections.abc import Mapping

from reglab.config.base import Frozen
from reglab.regularizers.augmentation import Augmentation
from reglab.regularizers.average_pooling import AveragePooling
from reglab.regularizers.base import Regularizer
from reglab.regularizers.batch_norm import BatchNorm
from reglab.regularizers.cutmix import CutMix
from reglab.regularizers.drop_block import DropBlock
from reglab.regularizers.dropout import Dropout
from reglab.regularizers.early_stopping import EarlyStopping
from reglab.regularizers.ema import EMA
from reglab.regularizers.gaussian_noise import GaussianNoise
from reglab.regularizers.jacobian_penalty import JacobianPenalty
from reglab.regularizers.l1 import L1
from reglab.regularizers.l1_l2 import L1L2
from reglab.regularizers.l2 import L2
from reglab.regularizers.label_smoothing import LabelSmoothing
from reglab.regularizers.max_norm import MaxNorm
from reglab.regularizers.max_pooling import MaxPooling
from reglab.regularizers.mixup import Mixup
from reglab.regularizers.random_erasing import RandomErasing
from reglab.regularizers.stochastic_depth import StochasticDepth
from reglab.regularizers.weight_decay import WeightDecay


class Regularizers(Frozen):
    """One entry for each regularizer. Null, the default, omits it; `{}` adds it with its defaults.

    If several regularizers take a seat, they act in the order of the entries: images are augmented, then
    partly erased, and noise is added last; after a convolution, batch norm precedes noise; after a group,
    blocks are dropped before pooling and single values after it. Callbacks are called in this order too.
    Images are mixed after all layers of `on_input`, whatever the order of the entries.
    """

    augmentation: Augmentation | None = None
    random_erasing: RandomErasing | None = None
    mixup: Mixup | None = None
    cutmix: CutMix | None = None
    batch_norm: BatchNorm | None = None
    gaussian_noise: GaussianNoise | None = None
    drop_block: DropBlock | None = None
    max_pooling: MaxPooling | None = None
    average_pooling: AveragePooling | None = None
    dropout: Dropout | None = None
    stochastic_depth: StochasticDepth | None = None
    max_norm: MaxNorm | None = None
    l1: L1 | None = None
    l2: L2 | None = None
    l1_l2: L1L2 | None = None
    weight_decay: WeightDecay | None = None
    label_smoothing: LabelSmoothing | None = None
    jacobian_penalty: JacobianPenalty | None = None
    ema: EMA | None = None
    early_stopping: EarlyStopping | None = None

    @property
    def named(self) -> Mapping[str, Regularizer]:
        """The active regularizers by name, in the order in which they act."""
        return {name: value for name, value in self if value is not None}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the active regularizers, in the order in which they act."""
        return tuple(self.named)

    @property
    def active(self) -> tuple[Regularizer, ...]:
        """The active regularizers, in the order in which they act."""
        return tuple(self.named.values())
