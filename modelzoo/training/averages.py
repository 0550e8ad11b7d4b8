"""Averages: a network that has the moving averages of its weights whenever it is not being trained.

Keras' optimizers keep the averages, step by step in the compiled graph. Statistics of batch normalization are running
averages of their own and stay those of the training.
"""

from typing import Any

import numpy.typing as npt

from modelzoo.training.variables import to_numpy

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
        # Keras' fit puts the averages in as it ends, and the weights that training goes on from would be lost.
        optimizer.finalize_variable_values = lambda variables: None

    def put_in(self) -> None:
        """Set the weights aside for their averages; before the first step there are none."""
        if int(self._optimizer.iterations) and self._aside is None:
            self._aside = [to_numpy(variable) for variable in self._variables]
            self._put_in(self._variables)
            # On JAX it would share its array with the average, and a compiled step may give that away.
            for variable in self._variables:
                variable.assign(to_numpy(variable))

    def put_back(self) -> None:
        """Set the weights back, to train on."""
        if self._aside is not None:
            for variable, value in zip(self._variables, self._aside, strict=True):
                variable.assign(value)
        self._aside = None

    def drop(self) -> None:
        """Forget what was set aside: other weights are put in place of all."""
        self._aside = None
