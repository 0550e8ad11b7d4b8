"""Images to train and test on: uint8, 0-255, upright, one channel, classes by name."""
