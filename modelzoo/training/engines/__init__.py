"""Engines: one network trained an epoch at a time, by Keras' fit or in a compiled loop."""
