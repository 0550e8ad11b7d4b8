"""The Pareto front: models that no other beats in one criterion without losing in another."""

from modelzoo.scoring.pareto.front import dominators, front, front_of_rows, layers

__all__ = ["dominators", "front", "front_of_rows", "layers"]
