"""Races of networks: a bill before any training, then rounds after which paired tests drop who cannot win."""
