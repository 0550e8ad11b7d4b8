"""The Pareto front: models that no other beats in one criterion without losing in another."""

from modelzoo.scoring.pareto.front import dominators, front, layers

__all__ = ["dominators", "front", "layers"]
