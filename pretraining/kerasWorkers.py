"""Training one Keras 3 model on several machines with TensorFlow's MultiWorkerMirroredStrategy.

Keras' own `fit` does not work with this strategy (it fails to build the model from a batch that is spread over workers), so the
loop is written out. Callbacks are Keras' own, including BackupAndRestore.
"""

import keras
import tensorflow as tf


def train(strategy, worker, make_model, inputs, targets, *, batch, epochs, seed, callbacks):
    """Trains on all workers in step and returns the model; `batch` counts the sequences of all workers together.

    The first worker's callbacks may restore its backup, so all workers begin with its weights, optimizer and epoch.
    """
    with strategy.scope():
        model = make_model()
        model.optimizer.build(model.trainable_variables)
    callbacks = keras.callbacks.CallbackList(callbacks, model=model)
    callbacks.on_train_begin()
    first_epoch = take_from_first(strategy, worker, model)

    data = tf.data.Dataset.from_tensor_slices((inputs, targets))
    data = data.shuffle(len(inputs), seed=seed).repeat().batch(batch, drop_remainder=True)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    batches = iter(strategy.experimental_distribute_dataset(data.with_options(options)))

    def replica_step(part):
        tokens, following = part
        with tf.GradientTape() as tape:
            # The optimizer sums the workers' gradients.
            losses = keras.ops.sparse_categorical_crossentropy(following, model(tokens, training=True), from_logits=True)
            loss = keras.ops.mean(losses) / strategy.num_replicas_in_sync
        variables = model.trainable_variables
        model.optimizer.apply(tape.gradient(loss, [variable.value for variable in variables]), variables)
        return loss

    @tf.function
    def step(part):
        return strategy.reduce("SUM", strategy.run(replica_step, args=(part,)), axis=None)

    steps = max(1, len(inputs) // batch)
    for epoch in range(first_epoch, epochs):
        callbacks.on_epoch_begin(epoch)
        total = 0.0
        for _ in range(steps):
            total += float(step(next(batches)))
        callbacks.on_epoch_end(epoch, {"loss": total / steps})
    callbacks.on_train_end()
    return model


def take_from_first(strategy, worker, model):
    """Gives every worker the first one's variables, and returns the first one's epoch."""

    def from_first(value):
        own = tf.cast(value if worker == 0 else tf.zeros_like(value), tf.float32)
        return strategy.reduce("SUM", strategy.run(lambda: tf.identity(own)), axis=None)

    for variable in [*model.variables, *model.optimizer.variables]:
        variable.assign(tf.cast(from_first(tf.convert_to_tensor(variable.value)), variable.dtype))
    epoch = getattr(model, "_initial_epoch", None) or 0
    return int(from_first(tf.constant(epoch, tf.float32)))


def wait_for_all(strategy):
    """Returns when every worker has called it, as TensorFlow treats a worker that leaves early as dead."""
    strategy.reduce("SUM", strategy.run(lambda: tf.constant(1.0)), axis=None)
