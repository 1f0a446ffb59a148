"""Makes the Keras models that the unit tests read, and records what real Keras predicts with them.

    pip install keras tensorflow-cpu tf_keras
    python pretraining/kerasFixtures.py test/fixtures/keras

For each file, `expected.json` holds some token sequences and the probabilities of the next token after each of their
tokens. Weights are random, and rounded so that the files compress well. tf_keras writes the files of Keras 2.
"""

import gzip
import io
import json
import os
import sys
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np
import tensorflow as tf
import tf_keras
from keras import layers, ops

VOCAB = 13
FOLDER = sys.argv[1]
random = np.random.default_rng(7)
expected = {}


def randomise(model):
    """Sets weights large enough that every layer matters, in steps of 1/32; variances stay positive."""
    for variable in model.weights:
        values = np.round(random.normal(0, 0.5, variable.shape) * 32) / 32
        if "variance" in variable.name:
            values = np.abs(values) + 0.5
        if "gamma" in variable.name:
            values = values + 1
        variable.assign(values.astype("float32"))


def compress(path):
    """Rewrites the file with compressed contents, which Keras can still read."""
    if path.endswith(".keras"):
        with zipfile.ZipFile(path) as archive:
            parts = [(name, archive.read(name)) for name in archive.namelist()]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, content in parts:
                if name == "metadata.json":
                    content = json.dumps({**json.loads(content), "date_saved": "2025-01-01@00:00:00"})
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        return
    content = io.BytesIO()
    with h5py.File(path) as source, h5py.File(content, "w") as target:
        target.attrs.update(source.attrs)

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                large = item.size > 64
                made = target.create_dataset(
                    name, data=item[()], compression="gzip" if large else None, shuffle=True if large else None
                )
            else:
                made = target.require_group(name)
            made.attrs.update(item.attrs)

        source.visititems(copy)
    with open(path, "wb") as file:
        file.write(content.getvalue())


def softmax(logits):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def save(name, model, loader, predict, length, sequences=2, vocab=VOCAB, first=1, keep=None):
    """Writes a model, loads it again with Keras and records what the loaded one predicts."""
    path = os.path.join(FOLDER, name)
    model.save(path)
    compress(path)
    loaded = loader(path)
    cases = []
    for _ in range(sequences):
        tokens = random.integers(first, vocab, length)
        steps = predict(loaded, tokens).astype("float64")
        if keep is not None:
            ids = np.unique(np.concatenate([np.argsort(-steps.max(0))[:keep], random.integers(0, vocab, keep)]))
            cases.append({"tokens": tokens.tolist(), "ids": ids.tolist(), "probs": rounded(steps[:, ids])})
        else:
            cases.append({"tokens": tokens.tolist(), "probs": rounded(steps)})
    expected[name] = cases


def rounded(values):
    return [[float(f"{value:.6g}") for value in row] for row in values]


def every_step(logits=False, positions=False):
    """For a model with an output for each step."""

    def predict(model, tokens):
        batch = tokens[None].astype("int32")
        inputs = [batch, np.arange(len(tokens), dtype="int32")[None]] if positions else batch
        output = np.asarray(model(inputs))[0]
        return softmax(output) if logits else output

    return predict


def every_step_padded(width):
    """For a causal model with an output for each step and a fixed length: later padding does not matter."""

    def predict(model, tokens):
        batch = np.zeros((1, width), "int32")
        batch[0, : len(tokens)] = tokens
        return softmax(np.asarray(model(batch))[0, : len(tokens)])

    return predict


def prefixes(logits=False):
    """For a model that takes any length and has one output."""

    def predict(model, tokens):
        rows = [np.asarray(model(tokens[None, : n + 1].astype("int32")))[0] for n in range(len(tokens))]
        return softmax(np.stack(rows)) if logits else np.stack(rows)

    return predict


def windows(width, one_hot=None, logits=False):
    """For a model with a fixed length and one output: the window is padded as pad_sequences does, and then slides."""

    def predict(model, tokens):
        rows = []
        for n in range(len(tokens)):
            batch = keras.utils.pad_sequences([tokens[: n + 1]], maxlen=width)
            if one_hot:
                vectors = np.zeros((1, width, one_hot), "float32")
                used = min(n + 1, width)
                for step in range(width - used, width):
                    vectors[0, step, batch[0, step]] = 1
                batch = vectors
            rows.append(np.asarray(model(batch))[0])
        return softmax(np.stack(rows)) if logits else np.stack(rows)

    return predict


def stateful(model, tokens):
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_states() if hasattr(layer, "reset_states") else layer.reset_state()
    return np.stack([np.asarray(model(np.array([[token]], "int32")))[0].reshape(-1) for token in tokens])


def three(name, model, predict, length, **options):
    randomise(model)
    save(name, model, keras.models.load_model, predict, length, **options)


def two(name, model, predict, length, **options):
    randomise(model)
    save(name, model, tf_keras.models.load_model, predict, length, **options)


def sequential(*parts, shape=(None,), kit=layers, model=keras.Sequential, **inputs):
    return model([kit.Input(shape, **inputs), *parts])


def recurrent_models():
    D, E = layers.Dense, layers.Embedding
    for file in ["lstm.keras", "lstm.h5"]:
        three(file, sequential(E(VOCAB, 6), layers.LSTM(5), D(VOCAB, activation="softmax")), prefixes(), 9)
    three(
        "gru.keras",
        sequential(E(VOCAB, 6), layers.GRU(5, return_sequences=True), D(VOCAB, activation="softmax")),
        every_step(),
        9,
    )
    three(
        "gruResetBefore.h5",
        sequential(E(VOCAB, 6), layers.GRU(5, return_sequences=True, reset_after=False), D(VOCAB)),
        every_step(logits=True),
        9,
    )
    three(
        "stackedRnn.keras",
        sequential(
            E(VOCAB, 6),
            layers.SimpleRNN(5, return_sequences=True),
            layers.Dropout(0.5),
            layers.SimpleRNN(4, return_sequences=True, activation="relu", use_bias=False),
            layers.TimeDistributed(D(VOCAB, activation="softmax")),
        ),
        every_step(),
        9,
    )
    three(
        "hardSigmoid.keras",
        sequential(
            E(VOCAB, 6), layers.LSTM(5, recurrent_activation="hard_sigmoid", activation="softsign"), D(VOCAB)
        ),
        prefixes(logits=True),
        9,
    )
    for file in ["bidirectional.keras", "bidirectional.h5"]:
        three(
            file,
            sequential(
                E(VOCAB, 6, mask_zero=True),
                layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
                layers.Bidirectional(layers.GRU(3), merge_mode="sum"),
                D(VOCAB, activation="softmax"),
                shape=(6,),
            ),
            windows(6),
            9,
        )
    three(
        "window.h5",
        sequential(E(VOCAB, 6), layers.LSTM(5), D(VOCAB, activation="softmax"), shape=(6,)),
        windows(6),
        9,
    )
    three(
        "maskedWindow.keras",
        sequential(
            E(VOCAB, 6, mask_zero=True), layers.SimpleRNN(5, return_sequences=True), layers.GRU(4), D(VOCAB), shape=(6,)
        ),
        windows(6, logits=True),
        9,
    )
    three(
        "backwards.keras",
        sequential(E(VOCAB, 6), layers.LSTM(5, go_backwards=True), D(VOCAB), shape=(6,)),
        windows(6, logits=True),
        9,
    )
    three(
        "stateful.keras",
        sequential(
            E(VOCAB, 6), layers.GRU(5, stateful=True, return_sequences=True), layers.LSTM(4, stateful=True),
            D(VOCAB, activation="softmax"), shape=(1,), batch_size=1,
        ),
        stateful,
        9,
    )
    three(
        "oneHot.h5",
        sequential(layers.LSTM(7), D(VOCAB, activation="softmax"), shape=(5, VOCAB)),
        windows(5, one_hot=VOCAB),
        8,
    )


def block(x, mask=None, width=8, heads=2, **attention):
    y = layers.LayerNormalization(epsilon=1e-5)(x)
    y = layers.MultiHeadAttention(heads, width // heads, dropout=0.1)(y, y, **attention)
    x = layers.Add()([x, layers.Dropout(0.1)(y)])
    y = layers.LayerNormalization(epsilon=1e-5)(x)
    y = layers.Dense(2 * width, activation="gelu")(y)
    return layers.Add()([x, layers.Dense(width)(y)])


def gpt(tokens, positions, width=8, blocks=2, vocab=VOCAB, length=10, heads=2):
    x = layers.Embedding(vocab, width)(tokens) + layers.Embedding(length, width)(positions)
    for _ in range(blocks):
        x = block(x, width=width, heads=heads, use_causal_mask=True)
    return layers.Dense(vocab)(layers.LayerNormalization()(x))


def transformers():
    tokens = layers.Input((10,), dtype="int32", name="tokens")
    positions = ops.cumsum(ops.ones_like(tokens), axis=1) - 1
    three("gptPositionsCounted.keras", keras.Model(tokens, gpt(tokens, positions)), every_step_padded(10), 10)

    tokens = layers.Input((None,), dtype="int32", name="tokens")
    positions = layers.Input((None,), dtype="int32", name="positions")
    for file in ["gptPositionsGiven.keras", "gptPositionsGiven.h5"]:
        x = layers.Add()([layers.Embedding(VOCAB, 8)(tokens), layers.Embedding(10, 8)(positions)])
        x = block(x, use_causal_mask=True)
        model = keras.Model([tokens, positions], layers.Dense(VOCAB, activation="softmax")(x))
        three(file, model, every_step(positions=True), 10)

    tokens = layers.Input((10,), dtype="int32", name="tokens")
    table = layers.Embedding(10, 8, embeddings_initializer=keras.initializers.RandomNormal(seed=1))
    x = layers.Embedding(VOCAB, 8)(tokens) + table(ops.arange(10))
    y = layers.MultiHeadAttention(2, 3, value_dim=5, output_shape=8)(x, x, attention_mask=ops.tril(ops.ones((10, 10))))
    x = layers.RMSNormalization()(x + y) * 0.5
    three("gptConstants.keras", keras.Model(tokens, layers.Dense(VOCAB)(x)), every_step_padded(10), 10)

    tokens = layers.Input((6,), dtype="int32", name="tokens")
    x = layers.Embedding(VOCAB, 8, mask_zero=True)(tokens)
    x = layers.MultiHeadAttention(2, 4)(x, x)
    x = layers.LayerNormalization()(x)
    three(
        "encoder.keras", keras.Model(tokens, layers.Dense(VOCAB, activation="softmax")(x[:, -1, :])), windows(6), 9
    )

    tokens = layers.Input((None,), dtype="int32", name="tokens")
    x = layers.LSTM(6, return_sequences=True)(layers.Embedding(VOCAB, 6)(tokens))
    parts = [
        layers.Attention(use_scale=True)([x, x], use_causal_mask=True),
        layers.Attention(score_mode="concat")([x, x], use_causal_mask=True),
        layers.AdditiveAttention()([x, x], use_causal_mask=True),
        x,
    ]
    model = keras.Model(tokens, layers.Dense(VOCAB, activation="softmax")(layers.Concatenate()(parts)))
    three("attention.keras", model, every_step(), 9)

    tokens = layers.Input((6,), dtype="int32", name="tokens")
    x = layers.GRU(6, return_sequences=True)(layers.Embedding(VOCAB, 6)(tokens))
    x = layers.Attention()([x, x, x])
    x = layers.Concatenate()([layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)])
    three("pooledAttention.keras", keras.Model(tokens, layers.Dense(VOCAB, activation="softmax")(x)), windows(6), 9)


def other_layers():
    tokens = layers.Input((None,), dtype="int32", name="tokens")
    x = layers.Embedding(VOCAB, 6)(tokens)
    inner = layers.Input((None, 6))
    y = layers.BatchNormalization()(layers.Dense(6, activation="swish")(inner))
    nested = keras.Model(inner, layers.Dropout(0.2)(layers.Dense(6)(y)), name="nested")
    shared = layers.Dense(6, activation="tanh")
    x = layers.Add()([x, nested(x)])
    x = layers.Multiply()([x, shared(shared(x))])
    x = layers.Average()([x, layers.Subtract()([x, layers.ReLU()(x)]), layers.LeakyReLU(negative_slope=0.1)(x)])
    x = layers.Maximum()([x, layers.ELU()(x)])
    x = keras.Sequential([layers.Dense(5), layers.GaussianNoise(0.1), layers.BatchNormalization(scale=False)])(x)
    x = layers.SimpleRNN(5, return_sequences=True)(x)
    x = layers.Softmax()(layers.Dense(VOCAB)(x))
    model = keras.Model(tokens, layers.Activation("linear")(x))
    model = keras.Model(tokens, x)
    for file in ["mixedLayers.keras", "mixedLayers.h5"]:
        three(file, model, every_step(), 9)

    tokens = layers.Input((None,), dtype="int32", name="tokens")
    x = layers.Embedding(VOCAB, 5)(tokens)
    names = ["relu", "relu6", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign", "silu", "gelu"]
    names += ["exponential", "leaky_relu", "mish", "hard_sigmoid", "softmax", "linear"]
    x = layers.Concatenate()([layers.Dense(3, activation=name)(x) for name in names])
    model = keras.Model(tokens, layers.Dense(VOCAB, activation="softmax")(x))
    three("activations.keras", model, every_step(), 6)

    three(
        "flattened.keras",
        sequential(
            layers.Embedding(VOCAB, 4), layers.Flatten(), layers.Reshape((5, 4)), layers.LSTM(4),
            layers.Dense(VOCAB, activation="softmax"), shape=(5,),
        ),
        windows(5),
        8,
    )


def of_keras_2():
    kit = tf_keras.layers
    model = tf_keras.Sequential
    D, E = kit.Dense, kit.Embedding
    two(
        "keras2Lstm.h5",
        model([E(VOCAB, 6, input_length=6, mask_zero=True), kit.LSTM(5, recurrent_activation="hard_sigmoid"),
               D(VOCAB, activation="softmax")]),
        windows(6),
        9,
    )
    two(
        "keras2Bidirectional.h5",
        model([E(VOCAB, 6, input_length=6), kit.Bidirectional(kit.GRU(4)), kit.BatchNormalization(),
               D(VOCAB, activation="softmax")]),
        windows(6),
        9,
    )
    two(
        "keras2Stateful.h5",
        model([E(VOCAB, 6, batch_input_shape=[1, None]), kit.GRU(5, return_sequences=True, stateful=True,
               reset_after=False), D(VOCAB, activation="softmax")]),
        stateful,
        9,
    )
    for file in ["keras2Gpt.h5", "keras2Gpt.keras"]:
        tokens = kit.Input((10,), dtype="int32", name="tokens")
        positions = tf.range(start=0, limit=tf.shape(tokens)[-1], delta=1)
        x = kit.Embedding(VOCAB, 8)(tokens) + kit.Embedding(10, 8)(positions)
        inner = kit.Input((10, 8))
        nested = tf_keras.Model(inner, kit.BatchNormalization()(kit.Dense(8, activation="relu")(inner)), name="nested")
        for _ in range(2):
            y = kit.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)
            x = kit.LayerNormalization()(kit.Add()([x, y]))
            x = x + nested(x)
        two(file, tf_keras.Model(tokens, kit.Dense(VOCAB)(x)), every_step_padded(10), 10)


def named_examples():
    """Two common models: an LSTM over 10,000 words with Keras' Tokenizer, and a small GPT over characters."""
    words = [f"{a}{b}{c}{d}" for a in "bdfgklmnpt" for b in "aeiou" for c in "dlmnrst" for d in ["a", "en", "er", "ing", "o", "s",
             "ly", "y", "e", "ation", "est", "ful", "ish", "ous", "or", "al", "ian", "ist", "ed", "ment", "ure", "age", "ant",
             "dom", "ee", "ic", "ive", "ize", "less", "ness"]]
    tokenizer = tf_keras.preprocessing.text.Tokenizer(num_words=10000, oov_token="<unk>")
    tokenizer.fit_on_texts([" ".join(words[: 9998])])
    with gzip.GzipFile(os.path.join(FOLDER, "words.tokenizer.json.gz"), "wb", mtime=0) as file:
        file.write(tokenizer.to_json().encode())
    size = 10000
    model = sequential(layers.Embedding(size, 64), layers.LSTM(64), layers.Dense(size, activation="softmax"))
    for variable in model.weights:
        values = np.round(random.normal(0, 0.5, variable.shape) * 4) / 4
        if np.prod(variable.shape) > 1e5:
            values *= random.random(variable.shape) < 0.005
        variable.assign(values.astype("float32"))
    save("words.h5", model, keras.models.load_model, prefixes(), 8, vocab=size, keep=40)

    characters = ["\0", *"\n abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,;:!?'\"-()0123456789"]
    with open(os.path.join(FOLDER, "gpt.characters.json"), "w") as file:
        json.dump(characters, file)
    tokens = layers.Input((32,), dtype="int32", name="tokens")
    positions = ops.cumsum(ops.ones_like(tokens), axis=1) - 1
    output = gpt(tokens, positions, width=32, blocks=3, vocab=len(characters), length=32, heads=4)
    three("gpt.keras", keras.Model(tokens, output), every_step_padded(32), 32, sequences=1, vocab=len(characters))


def refused():
    """Models that must be refused, without predictions."""

    def write(name, model):
        path = os.path.join(FOLDER, "refused", name)
        model.save(path)
        compress(path)

    os.makedirs(os.path.join(FOLDER, "refused"), exist_ok=True)
    tokens = layers.Input((None,), dtype="int32")
    x = layers.Embedding(VOCAB, 4)(tokens)
    write("lambda.keras", keras.Model(tokens, layers.Dense(VOCAB)(layers.Lambda(lambda y: y * 2)(x))))
    kit_tokens = tf_keras.layers.Input((None,), dtype="int32")
    y = tf_keras.layers.Lambda(lambda z: z * 2)(tf_keras.layers.Embedding(VOCAB, 4)(kit_tokens))
    write("lambda.h5", tf_keras.Model(kit_tokens, tf_keras.layers.Dense(VOCAB)(y)))

    @keras.saving.register_keras_serializable(package="mine")
    class Doubling(layers.Layer):
        def call(self, inputs):
            return inputs * 2

    write("custom.keras", keras.Model(tokens, layers.Dense(VOCAB)(Doubling(name="doubling")(x))))
    write("convolution.h5", keras.Model(tokens, layers.Dense(VOCAB)(layers.Conv1D(4, 3, padding="causal")(x))))
    future = layers.Bidirectional(layers.LSTM(4, return_sequences=True), name="both_ways")(x)
    write("seesFuture.keras", keras.Model(tokens, layers.Dense(VOCAB)(future)))
    unmasked = layers.MultiHeadAttention(2, 2, name="unmasked")(x, x)
    write("seesFuture.h5", keras.Model(tokens, layers.Dense(VOCAB)(unmasked)))
    write("sigmoid.keras", keras.Model(tokens, layers.Dense(VOCAB, activation="sigmoid")(x)))
    write("otherVocabulary.keras", keras.Model(tokens, layers.Dense(VOCAB + 4)(x)))
    broken = keras.Model(tokens, layers.Dense(VOCAB, name="diverged")(x))
    broken.get_layer("diverged").kernel.assign(np.full((4, VOCAB), np.nan))
    write("notANumber.h5", broken)
    good = keras.Model(tokens, layers.Dense(VOCAB)(x))
    good.save_weights(os.path.join(FOLDER, "refused", "weightsOnly.weights.h5"))
    # A dataset may claim any size without holding any data.
    with h5py.File(os.path.join(FOLDER, "refused", "huge.h5"), "w") as file:
        huge = keras.Sequential([layers.Input((None,)), layers.Embedding(VOCAB, 4), layers.Dense(VOCAB)])
        config = json.loads(huge.to_json())
        config["config"]["layers"][1]["config"]["input_dim"] = 2**30
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = "3.0.0"
        group = file.create_group("model_weights/" + config["config"]["layers"][1]["config"]["name"])
        group.attrs["weight_names"] = ["table"]
        group.create_dataset("table", (2**30, 4), "f4", chunks=(1024, 4))


def masked_graphs():
    """Functional models, in whose graphs Keras writes out the masks of mask_zero."""
    tokens = layers.Input((6,), dtype="int32", name="tokens")
    x = layers.Embedding(VOCAB, 5, mask_zero=True)(tokens)
    x = layers.Add()([x, layers.LSTM(5, return_sequences=True)(x)])
    parts = [
        layers.GRU(3)(layers.Dropout(0.1)(x)),
        layers.Bidirectional(layers.SimpleRNN(2))(x),
        layers.GRU(2)(layers.Attention()([x, x])),
    ]
    model = keras.Model(tokens, layers.Dense(VOCAB, activation="softmax")(layers.Concatenate()(parts)))
    three("maskedGraph.keras", model, windows(6), 9)

    tokens = layers.Input((6,), dtype="int32", name="tokens")
    x = layers.Embedding(VOCAB, 5, mask_zero=True)(tokens)
    parts = [
        layers.Flatten()(layers.Attention(use_scale=True)([x, x])),
        layers.Flatten()(layers.AdditiveAttention()([x, x])),
        layers.GlobalAveragePooling1D()(layers.RMSNormalization()(x)),
        layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x)),
    ]
    model = keras.Model(tokens, layers.Dense(VOCAB, activation="softmax")(layers.Concatenate()(parts)))
    three("maskedWhole.keras", model, windows(6), 9)


def main():
    os.makedirs(FOLDER, exist_ok=True)
    recurrent_models()
    transformers()
    other_layers()
    of_keras_2()
    named_examples()
    masked_graphs()
    refused()
    with open(os.path.join(FOLDER, "expected.json"), "w") as file:
        lines = [f"{json.dumps(name)}: {json.dumps(cases)}" for name, cases in sorted(expected.items())]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
