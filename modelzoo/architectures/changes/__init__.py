"""Changes throughout a built network, for any network that they make sense for: one module each."""

from modelzoo.architectures.changes.changes import UNCHANGED, Changes, apply_changes

__all__ = ["UNCHANGED", "Changes", "apply_changes"]
