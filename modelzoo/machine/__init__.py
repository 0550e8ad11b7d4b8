"""The machine: processor, GPU, memory and backend, and what they lack."""
