"""Changes of a built network, one module each."""

from modelzoo.architectures.changes.changes import UNCHANGED, Changes, apply_changes

__all__ = ["UNCHANGED", "Changes", "apply_changes"]
