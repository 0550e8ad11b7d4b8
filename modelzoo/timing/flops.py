"""FLOPs: the operations of a network on one image, counted by its backend."""

from typing import Any


def flops_of_image(network: Any) -> float | None:
    """Count multiplications and additions of one image; None where the backend does not count them."""
    import keras

    if keras.backend.backend() == "jax":
        return _jax(network)
    return _tensorflow(network) if keras.backend.backend() == "tensorflow" else None


def _tensorflow(network: Any) -> float | None:
    import tensorflow as tf
    from tensorflow.python.profiler.model_analyzer import profile
    from tensorflow.python.profiler.option_builder import ProfileOptionBuilder

    tf.get_logger().setLevel("ERROR")  # the profiler warns of its own deprecated parts
    image = tf.TensorSpec((1, *network.input_shape[1:]), network.inputs[0].dtype)
    function = tf.function(lambda pixels: network(pixels, training=False))
    # Keras calls grouped convolutions on a CPU as compiled functions, into which the profiler does not look (TensorFlow
    # 2.21). If they are called eagerly while the network is traced, they are written out and count too.
    eagerly = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        concrete = function.get_concrete_function(image)
    finally:
        tf.config.run_functions_eagerly(eagerly)
    options = ProfileOptionBuilder(ProfileOptionBuilder.float_operation()).with_empty_output().build()
    total = profile(concrete.graph, options=options).total_float_ops
    return float(total) if total else None


def _jax(network: Any) -> float | None:
    """Count in the lowered program, before XLA optimizes it.

    The program is lowered for the CPU, if there is one. For a GPU, JAX counts in compiled programs only (0.11).
    """
    import jax

    def shaped(variables: Any) -> list[Any]:
        return [jax.ShapeDtypeStruct(variable.shape, variable.dtype) for variable in variables]

    image = jax.ShapeDtypeStruct((1, *network.input_shape[1:]), network.inputs[0].dtype)
    run = jax.jit(lambda *inputs: network.stateless_call(*inputs, training=False)[0])
    with jax.default_device(_cpu()):
        lowered = run.lower(shaped(network.trainable_variables), shaped(network.non_trainable_variables), image)
    costs = lowered.cost_analysis() or lowered.compile().cost_analysis()
    return float(costs["flops"]) if costs and "flops" in costs else None


def _cpu() -> Any:
    """Return JAX's CPU; None, the default device, where JAX_PLATFORMS excludes it."""
    import jax

    try:
        return jax.local_devices(backend="cpu")[0]
    except RuntimeError:
        return None
