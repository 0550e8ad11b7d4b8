"""The machine: processor, GPU, memory and backend, and the unmet requirements of training."""
