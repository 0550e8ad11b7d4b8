"""Building the networks: Keras Applications through one adapter, our own one file a family."""
