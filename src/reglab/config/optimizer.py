"""The optimizers, with the defaults of Keras."""

from typing import Annotated, Literal

from pydantic import Field

from reglab.config.base import Frozen

LearningRate = Annotated[float, Field(gt=0, le=100)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0, le=1)]


class Adam(Frozen):
    """Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015)."""

    name: Literal["adam"] = "adam"
    learning_rate: LearningRate = 0.001
    beta_1: Fraction = 0.9
    """Decay of the moving average of the gradients."""
    beta_2: Fraction = 0.999
    """Decay of the moving average of the squared gradients."""
    epsilon: Positive = 1e-7


class AdamW(Frozen):
    """Adam with decoupled weight decay.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.

    As in Keras, its `weight_decay` also applies to biases and to the parameters of batch normalization; the
    `weight_decay` regularizer applies to kernels only.
    """

    name: Literal["adamw"] = "adamw"
    learning_rate: LearningRate = 0.001
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.004
    """A step subtracts learning rate · `weight_decay` · weight from each weight."""
    beta_1: Fraction = 0.9
    """Decay of the moving average of the gradients."""
    beta_2: Fraction = 0.999
    """Decay of the moving average of the squared gradients."""
    epsilon: Positive = 1e-7


class SGD(Frozen):
    """Stochastic gradient descent, with momentum or Nesterov momentum."""

    name: Literal["sgd"] = "sgd"
    learning_rate: LearningRate = 0.01
    momentum: Fraction = 0.0
    nesterov: bool = False


class RMSprop(Frozen):
    """RMSprop (Tieleman and Hinton, Coursera lecture 6.5, 2012)."""

    name: Literal["rmsprop"] = "rmsprop"
    learning_rate: LearningRate = 0.001
    rho: Fraction = 0.9
    """Decay of the moving average of the squared gradients."""
    momentum: Fraction = 0.0
    epsilon: Positive = 1e-7


class Adadelta(Frozen):
    """Adadelta (Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012); rate 1 is the paper's method."""

    name: Literal["adadelta"] = "adadelta"
    learning_rate: LearningRate = 0.001
    rho: Fraction = 0.95
    """Decay of the moving average of the squared gradients."""
    epsilon: Positive = 1e-7


class Adagrad(Frozen):
    """Adagrad (Duchi, Hazan and Singer, "Adaptive Subgradient Methods", 2011)."""

    name: Literal["adagrad"] = "adagrad"
    learning_rate: LearningRate = 0.001
    initial_accumulator_value: Annotated[float, Field(ge=0, le=1000)] = 0.1
    epsilon: Positive = 1e-7


LARGEST_USUAL_RATES = {
    "adam": 0.05,
    "adamw": 0.05,
    "rmsprop": 0.05,
    "sgd": 1.0,
    "adagrad": 1.0,
    "adadelta": 10.0,
}
"""By optimizer. Adam, AdamW and RMSprop move each weight by about the learning rate in each step."""
SMALLEST_USUAL_RATE = 1e-6

Optimizer = Annotated[AdamW | Adam | SGD | RMSprop | Adadelta | Adagrad, Field(discriminator="name")]
