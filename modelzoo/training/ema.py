"""Averages: a network that has the moving averages of its weights whenever it is not being trained.

Keras' optimizers keep the averages, step by step in the compiled graph; their momentum rises to the one asked for, or
the first weights, drawn at random, would count for as long as it remembers. Statistics of batch normalization are
running averages of their own and stay those of the training.
"""

from typing import Any

import numpy.typing as npt

from modelzoo.architectures.weights import assign, to_numpy

Array = npt.NDArray[Any]


class Averages:
    """The weights of a network in training, which stand aside while it has their averages.

    Parameters
    ----------
    variables : the network's trainable ones, as the optimizer was built for
    """

    def __init__(self, optimizer: Any, variables: list[Any]) -> None:
        self._optimizer, self._variables = optimizer, variables
        self._aside: list[Array] | None = None
        self._put_in = optimizer.finalize_variable_values
        optimizer._update_model_variables_moving_average = self._average
        # Keras' fit puts the averages in as it ends, and the weights that training goes on from would be lost.
        optimizer.finalize_variable_values = lambda variables: None

    def _average(self, variables: list[Any]) -> None:
        """Take the weights after a step into their averages.

        After t others momentum is t / (9 + t) at most: the first weights are their own average, and then it rises as in
        TensorFlow's `tf.train.ExponentialMovingAverage`.
        """
        from keras import ops

        steps = ops.cast(self._optimizer.iterations, "float32")
        momentum = ops.minimum(self._optimizer.ema_momentum, steps / (9 + steps))
        averages = self._optimizer._model_variables_moving_average
        for variable, average in zip(variables, averages, strict=True):
            kept = ops.cast(momentum, average.dtype)
            average.assign(kept * average + (1 - kept) * ops.cast(variable, average.dtype))

    def put_in(self) -> None:
        """Set the weights aside for their averages; before the first step there are none."""
        if int(self._optimizer.iterations) and self._aside is None:
            self._aside = [to_numpy(variable) for variable in self._variables]
            self._put_in(self._variables)
            # On JAX it would share its array with the average, and a compiled step may give that away.
            for variable in self._variables:
                assign(variable, to_numpy(variable))

    def put_back(self) -> None:
        """Set the weights back, to train on."""
        if self._aside is not None:
            for variable, value in zip(self._variables, self._aside, strict=True):
                assign(variable, value)
        self._aside = None

    def drop(self) -> None:
        """Forget what was set aside: other weights are put in place of all."""
        self._aside = None
