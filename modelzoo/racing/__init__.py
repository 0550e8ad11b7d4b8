"""The choice of a network on a budget: candidates, the bill before any training, and the race."""
