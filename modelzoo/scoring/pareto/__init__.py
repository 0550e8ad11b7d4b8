"""The Pareto front: the models that no other model dominates."""

from modelzoo.scoring.pareto.front import dominators, front, front_of_rows, layers

__all__ = ["dominators", "front", "front_of_rows", "layers"]
