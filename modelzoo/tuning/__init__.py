"""The search for a better recipe of one model, on a budget."""
