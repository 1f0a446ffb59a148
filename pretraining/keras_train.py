"""Trains a language model with Keras 3 on a folder of texts, on one machine or several, and writes a `.keras`.

    pip install keras tokenizers tensorflow-cpu       or, instead of TensorFlow, torch or jax
    python pretraining/keras_train.py TEXTS OUT.keras --architecture lstm --epochs 4

`lstm`, `gru` and `rnn` have the layers of Understudy's own network, so *Import Model* takes the file as a workspace's
model, which *Train on Workspace* can train further. `transformer` is a small decoder for *Choose Language Model*. All use
Understudy's tokenizer, which is written beside the file.

KERAS_BACKEND chooses tensorflow, torch or jax. Several machines train together on the TensorFlow backend: give each the
same arguments and texts, and TF_CONFIG with all addresses and its own index, as TensorFlow's documentation describes:

    TF_CONFIG='{"cluster": {"worker": ["10.0.0.1:7000", "10.0.0.2:7000"]}, "task": {"type": "worker", "index": 0}}'

With --backup the first worker saves each epoch, and a restart continues all workers from it. When a worker dies, the others end
with status 75 or are ended by TensorFlow; start all again with the same arguments (as testCluster.py does).
"""

import argparse
import json
import os
import pathlib
import sys
import time
import zipfile

SEVERAL = "TF_CONFIG" in os.environ
if SEVERAL:
    os.environ["KERAS_BACKEND"] = "tensorflow"
else:
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

ROOT = pathlib.Path(__file__).resolve().parent.parent
END_OF_TEXT = "<|endoftext|>"
RESTART = 75


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("texts", type=pathlib.Path, help="a folder; every file in it that is UTF-8 text is read")
    parser.add_argument("out", type=pathlib.Path, help="the file to write, ending in .keras")
    parser.add_argument("--architecture", choices=["lstm", "gru", "rnn", "transformer"], default="lstm")
    parser.add_argument("--layers", type=int, default=1, help="recurrent layers (at most 3) or blocks")
    parser.add_argument("--hidden", type=int, default=512, help="units of a recurrent layer or a feed-forward layer")
    parser.add_argument("--embedding", type=int, default=256)
    parser.add_argument("--length", type=int, default=64, help="tokens of a training sequence; a Transformer's window")
    parser.add_argument("--batch", type=int, default=32, help="sequences of one step, all workers together")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokenizer", type=pathlib.Path, default=ROOT / "models" / "base" / "tokenizer.json")
    parser.add_argument("--backup", type=pathlib.Path, help="folder for what a restart goes on from")
    arguments = parser.parse_args()
    if arguments.out.suffix != ".keras":
        parser.error("OUT must end in .keras")
    return arguments


arguments = parse_arguments()

# The strategy must be created before any TensorFlow operation.
if SEVERAL:
    import tensorflow as tf

    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    worker = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
else:
    strategy, worker = None, 0

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers, ops  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

if SEVERAL:
    from kerasWorkers import train, wait_for_all  # noqa: E402


def read_sequences(folder, tokenizer, length):
    """Token sequences [count, length + 1] of all texts, in the same order on every machine, and what was read."""
    end = tokenizer.token_to_id(END_OF_TEXT)
    tokens, files, size = [end], 0, 0
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            try:
                text = path.read_text("utf-8")
            except UnicodeDecodeError:
                continue
            tokens += [*tokenizer.encode(text, add_special_tokens=False).ids, end]
            files, size = files + 1, size + len(text.encode())
    count = (len(tokens) - 1) // length
    if count < 2:
        sys.exit(f"{folder} has only {len(tokens)} tokens of text; give it more, or train with a smaller --length.")
    starts = np.arange(count)[:, None] * length
    sequences = np.array(tokens, "int32")[starts + np.arange(length + 1)]
    return sequences, {"files": files, "bytes": size, "tokens": len(tokens)}


class TiedLogits(layers.Layer):
    """Scores of all tokens by the embedding's own vectors. Used only in training, as the written file must need no custom code."""

    def __init__(self, embedding, **options):
        super().__init__(**options)
        self.embedding = embedding

    def build(self, shape):
        self.bias = self.add_weight(name="bias", shape=(self.embedding.input_dim,), initializer="zeros")

    def call(self, inputs):
        return ops.matmul(inputs, ops.transpose(self.embedding.embeddings)) + self.bias


def recurrent_body(vocabulary):
    """The input, the embedding layer and the projected output, as in src/model/networkConfig.ts."""
    kinds = {"lstm": layers.LSTM, "gru": layers.GRU, "rnn": layers.SimpleRNN}
    tokens = layers.Input((None,), dtype="int32", name="tokens")
    initializer = keras.initializers.RandomNormal(stddev=arguments.embedding**-0.5)
    embedding = layers.Embedding(
        vocabulary, arguments.embedding, embeddings_initializer=initializer, name="embedding"
    )
    x = embedding(tokens)
    for layer in range(arguments.layers):
        cell = kinds[arguments.architecture](arguments.hidden, return_sequences=True, name=f"recurrent_{layer}")
        x = cell(x) if layer == 0 else layers.Add(name=f"residual_{layer}")([x, cell(x)])
    return tokens, embedding, layers.Dense(arguments.embedding, use_bias=False, name="projection")(x)


def transformer(vocabulary):
    """Pre-norm blocks with learned positions, which are counted from the tokens so that the file needs no custom code."""
    width, length = arguments.embedding, arguments.length
    tokens = layers.Input((length,), dtype="int32", name="tokens")
    positions = ops.cumsum(ops.ones_like(tokens), axis=1) - 1
    x = layers.Embedding(vocabulary, width)(tokens) + layers.Embedding(length, width)(positions)
    heads = max(1, width // 64)
    for _ in range(arguments.layers):
        y = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(heads, width // heads)(y, y, use_causal_mask=True)])
        y = layers.LayerNormalization()(x)
        y = layers.Dense(arguments.hidden, activation="gelu")(y)
        x = layers.Add()([x, layers.Dense(width)(y)])
    return keras.Model(tokens, layers.Dense(vocabulary)(layers.LayerNormalization()(x)))


def build(vocabulary):
    """The model that is trained."""
    if arguments.architecture == "transformer":
        model = transformer(vocabulary)
    else:
        tokens, embedding, projected = recurrent_body(vocabulary)
        model = keras.Model(tokens, TiedLogits(embedding, name="tied")(projected))
    model.compile(
        keras.optimizers.Adam(arguments.rate, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def plain(model, vocabulary):
    """The model that is written: only Keras' own layers, with the tied softmax as a Dense of the transposed embedding."""
    if arguments.architecture == "transformer":
        return model
    tokens, _, projected = recurrent_body(vocabulary)
    output = layers.Dense(vocabulary, activation="softmax", name="output")
    written = keras.Model(tokens, output(projected))
    for layer in written.layers:
        if layer.weights and layer is not output:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    embedding = keras.ops.convert_to_numpy(model.get_layer("embedding").embeddings)
    output.set_weights([embedding.T, keras.ops.convert_to_numpy(model.get_layer("tied").bias)])
    return written


def write(model, record, tokenizer_text):
    """Writes the file completely or not at all, with the tokenizer inside and beside it."""
    temporary = arguments.out.with_suffix(".writing.keras")
    model.save(temporary)
    metadata = {
        "format": "understudy",
        "formatVersion": 1,
        "tokenizer": json.loads(tokenizer_text),
        "training": record,
        "gate": None,
    }
    with zipfile.ZipFile(temporary, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("understudy.json", json.dumps(metadata, ensure_ascii=False))
    os.replace(temporary, arguments.out)
    arguments.out.with_suffix(".tokenizer.json").write_text(tokenizer_text, "utf-8")


def main():
    keras.utils.set_random_seed(arguments.seed)
    tokenizer_text = arguments.tokenizer.read_text("utf-8")
    tokenizer = Tokenizer.from_str(tokenizer_text)
    vocabulary = tokenizer.get_vocab_size()
    sequences, record = read_sequences(arguments.texts, tokenizer, arguments.length)
    inputs, targets = sequences[:, :-1], sequences[:, 1:]
    steps = max(1, len(sequences) // arguments.batch)
    callbacks = []
    if arguments.backup is not None and worker == 0:
        arguments.backup.mkdir(parents=True, exist_ok=True)
        callbacks.append(keras.callbacks.BackupAndRestore(str(arguments.backup), double_checkpoint=True, delete_checkpoint=False))
    callbacks.append(
        keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, _: print(f"worker {worker}: epoch {epoch + 1} begins", flush=True),
            on_epoch_end=lambda epoch, logs: print(
                f"worker {worker}: epoch {epoch + 1} has loss {logs['loss']:.4f}", flush=True
            ),
        )
    )
    started = time.time()
    if strategy is None:
        model = build(vocabulary)
        model.fit(
            inputs, targets, batch_size=arguments.batch, epochs=arguments.epochs, callbacks=callbacks, verbose=0
        )
    else:
        try:
            model = train(
                strategy,
                worker,
                lambda: build(vocabulary),
                inputs,
                targets,
                batch=arguments.batch,
                epochs=arguments.epochs,
                seed=arguments.seed,
                callbacks=callbacks,
            )
        except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.InternalError) as error:
            print(f"worker {worker}: another worker has gone ({type(error).__name__}); start again", flush=True)
            # Threads that wait for the other worker would keep the process alive.
            os._exit(RESTART)
    if worker == 0:
        record |= {
            "trainedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "steps": arguments.epochs * steps,
            "engine": f"Keras {keras.__version__} on {keras.backend.backend()}",
        }
        write(plain(model, vocabulary), record, tokenizer_text)
        print(f"{arguments.out}: {time.time() - started:.0f} s", flush=True)
    if strategy is not None:
        wait_for_all(strategy)


main()
