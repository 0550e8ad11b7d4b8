"""Training: a network, its loss, optimizer, augmentation and epochs."""
