"""Races of networks: rounds of complete trainings, after which paired tests drop who cannot win."""
