"""Exponential moving averages of weights (EMA), which a network has except during training.

Keras' optimizers update the averages at each step of the compiled graph. The momentum rises to the recipe's: otherwise
the random initial weights would count for as long as the momentum remembers. The statistics of batch normalization are
running averages already and are not averaged again.
"""

from typing import Any

import numpy.typing as npt
from keras import ops

from modelzoo.architectures.weights import assign, to_numpy

Array = npt.NDArray[Any]


class WeightAverages:
    """The averages of a network's weights, and the weights in training while the network has the averages.

    Parameters
    ----------
    variables : the network's trainable variables, for which the optimizer was built
    """

    def __init__(self, optimizer: Any, variables: list[Any]) -> None:
        self._optimizer, self._variables = optimizer, variables
        self._in_training: list[Array] | None = None
        self._assign_averages = optimizer.finalize_variable_values
        optimizer._update_model_variables_moving_average = self._average
        # Keras' fit assigns the averages at its end; the weights in training would be lost.
        optimizer.finalize_variable_values = lambda variables: None

    def _average(self, variables: list[Any]) -> None:
        """Update the averages with the weights after a step.

        After t steps the momentum is t / (9 + t) at most: the first average is the weights themselves. The momentum
        rises as in TensorFlow's `tf.train.ExponentialMovingAverage`.
        """
        steps = ops.cast(self._optimizer.iterations, "float32")
        momentum = ops.minimum(self._optimizer.ema_momentum, steps / (9 + steps))
        averages = self._optimizer._model_variables_moving_average
        for variable, average in zip(variables, averages, strict=True):
            share = ops.cast(momentum, average.dtype)
            average.assign(share * average + (1 - share) * ops.cast(variable, average.dtype))

    def swap_in(self) -> None:
        """Assign the averages to the network and store its weights; before the first step there are no averages."""
        if int(self._optimizer.iterations) and self._in_training is None:
            self._in_training = [to_numpy(variable) for variable in self._variables]
            self._assign_averages(self._variables)
            # On JAX a variable would share its array with the average, and a compiled step may donate it.
            for variable in self._variables:
                assign(variable, to_numpy(variable))

    def swap_out(self) -> None:
        """Restore the weights in training."""
        if self._in_training is not None:
            for variable, value in zip(self._variables, self._in_training, strict=True):
                assign(variable, value)
        self._in_training = None

    def discard(self) -> None:
        """Delete the stored weights: all weights are about to be replaced."""
        self._in_training = None
