"""Jacobian penalty: large changes of the logits for small changes of the image are penalized."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.regularizers.base import Regularizer


class JacobianPenalty(Regularizer):
    """Adds the squared Frobenius norm of the Jacobian of the logits to the loss.

    L′ = L + λ / 2 · mean over the batch of ‖J‖², J = ∂logits / ∂pixels, with pixels scaled to [0, 1]. ‖J‖² is
    estimated without bias as K · ‖vᵀJ‖², with K classes and unit vectors v in random directions, drawn anew
    for each image and step; vᵀJ needs one backward pass.

    J is computed for the images of the step with the network in inference mode: without dropout, and with the
    running statistics of batch norm, which it does not update. The history has λ / 2 · ‖J‖², the mean over
    the epoch, in the column `extra_loss`; `train_loss` contains it, `penalty` does not.

    Source: Hoffman, Roberts and Yaida, "Robust Learning with Jacobian Regularization", 2019, algorithm 1.
    """

    title: ClassVar[str] = "Jacobian penalty"

    strength: Annotated[float, Field(gt=0, le=1000)] = 0.01
    """Factor λ; the paper's value."""
    projections: Annotated[int, Field(ge=1, le=100)] = 1
    """Number of unit vectors v for each image; their estimates are averaged, and each costs time."""

    def extra_loss(self, network: Any, images: Any, logits: Any, seed: Any) -> Any:
        """λ / 2 · mean ‖J‖², estimated."""
        from keras import ops

        from reglab.regularizers.layers.jacobian import draw_directions, project_jacobian

        classes, squares = logits.shape[-1], 0.0
        for _ in range(self.projections):
            directions = draw_directions((ops.shape(logits)[0], classes), seed)
            # The network divides pixels by 255.
            gradients = 255.0 * project_jacobian(network, images, directions)
            squares += ops.mean(ops.sum(ops.square(gradients), axis=(1, 2, 3)))
        return self.strength / 2 * classes * squares / self.projections
