"""Which convolutional network to use, proved on your data and your machine."""
