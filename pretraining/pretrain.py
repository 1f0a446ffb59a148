"""Pretrains the base model: a PyTorch twin of the network in src/model/networkConfig.ts.

    python pretraining/pretrain.py TOKENS_FOLDER RUN_FOLDER [--minutes N] [--decay-tokens N --out MODEL.safetensors]

TOKENS_FOLDER is the output of tokenizeCorpus.ts. The learning rate is constant, so the run can be stopped and continued any
number of times: RUN_FOLDER/state.pt holds the weights, Adam's moments and the place in every stream. It is replaced
every few minutes, always as a whole, and the next start continues from it. Without a state, a run can start from a finished
model or from the shipped one, models/base/model.safetensors (`--start FILE`), with new moments for Adam and a second
warm-up; `--layers` adds residual layers that the model lacks. `--decay-tokens` does not change that state: it continues from
it with a rate that falls to zero over that many tokens (warmup-stable-decay, Hu et al., arXiv 2404.06395). This decay can
be stopped and continued too (RUN_FOLDER/decay.pt). At its end it writes the finished model, which exportCheckpoint.ts turns
into a checkpoint. The training curve is RUN_FOLDER/log.jsonl.
"""

import argparse
import json
import math
import os
import time

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

# Rows of each batch by kind of text: prose in two languages, markup, code. The first 28.7 million tokens were read with
# 22, 14, 6 and 22 rows. Code was then ahead of its target and Chinese behind, so the next 51.6 million had 20, 22, 6 and 16.
ROWS = {"prose-en": 24, "prose-zh": 22, "latex-md": 6, "code": 12}
# Share of the cell's outputs that is dropped, by kind: text that is read several times would otherwise be memorised.
# The first 80.3 million tokens were read without dropout.
DROPOUT = {"prose-en": 0.05, "prose-zh": 0.15, "latex-md": 0.15, "code": 0.0}
STEPS = 64
PEAK_RATE = 2e-3
WARM_UP_STEPS = 200
CLIP_NORM = 1.0
HELD_OUT_TOKENS = 49152
VOCAB, EMBEDDING, HIDDEN = 4096, 256, 512


class Network(torch.nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCAB, EMBEDDING)
        self.layers = torch.nn.ModuleList(
            torch.nn.LSTM(HIDDEN if layer else EMBEDDING, HIDDEN) for layer in range(layers)
        )
        self.projection = torch.nn.Linear(HIDDEN, EMBEDDING, bias=False)
        self.output_bias = torch.nn.Parameter(torch.zeros(VOCAB))
        torch.nn.init.normal_(self.embedding.weight, std=EMBEDDING**-0.5)
        with torch.no_grad():
            for lstm in self.layers:
                # An open forget gate at the start (Jozefowicz et al. 2015).
                lstm.bias_hh_l0.zero_()
                lstm.bias_ih_l0.zero_()
                lstm.bias_ih_l0[HIDDEN : 2 * HIDDEN] = 1.0

    def forward(self, inputs, states, dropout=None):
        """The softmax's inputs, [steps, rows, EMBEDDING], and the layers' states; `dropout` is the share for each row, [rows]."""

        def drop(values):
            if dropout is None:
                return values
            share = dropout[None, :, None]
            return values * ((torch.rand(values.shape) >= share) / (1 - share)).to(values.dtype)

        outputs, after = None, []
        for lstm, state in zip(self.layers, states or [None] * len(self.layers)):
            added, state = lstm(self.embedding(inputs) if outputs is None else drop(outputs), state)
            outputs = added if outputs is None else outputs + added
            after.append(state)
        return self.projection(drop(outputs)), after

    def silence(self, layer):
        """Zeroes a layer's cell candidates and so its outputs: the network predicts as it would without the layer."""
        lstm = self.layers[layer]
        with torch.no_grad():
            for parameter in (lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0):
                parameter[2 * HIDDEN : 3 * HIDDEN] = 0.0

    def logits(self, vectors):
        return torch.nn.functional.linear(vectors, self.embedding.weight, self.output_bias)


class SoftmaxLoss(torch.autograd.Function):
    """Mean cross entropy of a softmax layer, in nats, together with its gradients, in chunks of rows that stay in the cache.

    The products are taken in bfloat16 and summed in float32. This makes the whole step a third faster than torch's
    own loss, which writes and reads the logits of all positions several times.
    """

    CHUNK = 256

    @staticmethod
    def forward(ctx, vectors, weight, bias, targets):
        count, low_weight, low_bias = len(targets), weight.bfloat16(), bias.bfloat16()
        vectors = vectors.bfloat16()
        to_vectors, to_weight, to_bias = torch.empty_like(vectors), torch.zeros_like(weight), torch.zeros_like(bias)
        total = 0.0
        for begin in range(0, count, SoftmaxLoss.CHUNK):
            end = min(begin + SoftmaxLoss.CHUNK, count)
            chunk, hits = vectors[begin:end], (torch.arange(end - begin), targets[begin:end])
            values = torch.addmm(low_bias, chunk, low_weight.t()).float()
            values -= values.amax(1, keepdim=True)
            total -= values[hits].double().sum().item()
            sums = values.exp_().sum(1, keepdim=True)
            total += sums.double().log().sum().item()
            values /= sums
            values[hits] -= 1
            gradient = values.bfloat16()
            torch.mm(gradient, low_weight, out=to_vectors[begin:end])
            to_weight += gradient.t() @ chunk
            to_bias += values.sum(0)
        ctx.save_for_backward(to_vectors / count, to_weight / count, to_bias / count)
        return torch.tensor(total / count)

    @staticmethod
    def backward(ctx, upstream):
        to_vectors, to_weight, to_bias = ctx.saved_tensors
        return upstream * to_vectors, upstream * to_weight, upstream * to_bias, None


class Stream:
    """Rows that each start in their own part of one token file, go on into the next part, and wrap round at the file's end."""

    def __init__(self, path, rows):
        self.tokens = np.memmap(path, dtype="<u2", mode="r")
        spacing = len(self.tokens) // rows
        self.offsets = [row * spacing for row in range(rows)]

    def next(self, steps):
        rows = []
        for row, offset in enumerate(self.offsets):
            if offset + steps + 1 > len(self.tokens):
                offset = 0
            rows.append(np.asarray(self.tokens[offset : offset + steps + 1], dtype=np.int64))
            self.offsets[row] = offset + steps
        return np.stack(rows, axis=1)

    def scatter(self):
        """Starts each row at a random place in its part."""
        spacing = len(self.tokens) // len(self.offsets)
        self.offsets = [row * spacing + int(torch.randint(spacing, ())) for row in range(len(self.offsets))]

    def resume(self, offsets):
        """Continues at the saved places; new rows begin in the middle of the largest stretch between two places."""
        offsets = sorted(offsets)[: len(self.offsets)]
        while len(offsets) < len(self.offsets):
            ends = [*offsets[1:], len(self.tokens)]
            begin, end = max(zip(offsets, ends), key=lambda part: part[1] - part[0])
            offsets = sorted([*offsets, (begin + end) // 2])
        self.offsets = offsets


@torch.no_grad()
def held_out_bits(network, folder):
    """Bits per byte by kind, on the beginning of each held-out file."""
    bits = {}
    for kind in ROWS:
        tokens = np.fromfile(os.path.join(folder, f"{kind}-heldout.u16"), dtype="<u2")
        with open(os.path.join(folder, f"{kind}-heldout.json")) as file:
            info = json.load(file)
        bytes_per_token = info["bytes"] / info["tokens"]
        rows = 16
        length = min(len(tokens), HELD_OUT_TOKENS) // rows - 1
        block = np.stack(
            [tokens[row * length : row * length + length + 1] for row in range(rows)], axis=1
        ).astype(np.int64)
        state, total = None, 0.0
        for begin in range(0, length, 256):
            window = torch.from_numpy(block[begin : begin + 257])
            vectors, state = network(window[:-1], state)
            total += torch.nn.functional.cross_entropy(
                network.logits(vectors).view(-1, VOCAB), window[1:].reshape(-1), reduction="sum"
            ).item()
        bits[kind] = total / (rows * length) / math.log(2) / bytes_per_token
    return bits


def stored_weights(network):
    """Tensors with the names and layout of networkConfig.ts; PyTorch's gate order i f g o is the same as Keras' i f c o."""
    layers = {}
    for index, lstm in enumerate(network.layers):
        layers[f"layers.{index}.inputKernel"] = lstm.weight_ih_l0
        layers[f"layers.{index}.recurrentKernel"] = lstm.weight_hh_l0
        layers[f"layers.{index}.bias"] = lstm.bias_ih_l0 + lstm.bias_hh_l0
    return {
        "embedding": network.embedding.weight,
        **layers,
        "projection": network.projection.weight,
        "outputBias": network.output_bias,
    }


def load_model(path, network, streams):
    """Loads a model's weights into the network and its places, if it has them, into the streams; returns its step.

    A model with fewer layers is grown: the added layers output nothing at first (cf. Chen et al. 2016, arXiv 1511.05641).
    """
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
        weights = {name: file.get_tensor(name).float() for name in file.keys()}
    for name in [name for name in weights if name.endswith(".scales")]:
        weights[name.removesuffix(".scales")] *= weights[name][:, None]
    with torch.no_grad():
        for index, lstm in enumerate(network.layers):
            if f"layers.{index}.bias" in weights:
                lstm.bias_ih_l0.copy_(weights[f"layers.{index}.bias"])
                lstm.bias_hh_l0.zero_()
            else:
                network.silence(index)
        for name, target in stored_weights(network).items():
            if name in weights and not name.endswith(".bias"):
                target.copy_(weights[name])
    offsets = json.loads(metadata.get("offsets", "{}"))
    for kind, stream in streams.items():
        if kind in offsets:
            stream.resume(offsets[kind])
        else:
            stream.scatter()
    return int(metadata["steps"] if "steps" in metadata else json.loads(metadata["training"])["steps"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tokens")
    parser.add_argument("run")
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--decay-tokens", type=int, default=0)
    parser.add_argument("--out")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--start")
    parser.add_argument("--rate", type=float, default=PEAK_RATE)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    os.makedirs(options.run, exist_ok=True)
    state_path = os.path.join(options.run, "state.pt")
    own_path = os.path.join(options.run, "decay.pt") if options.decay_tokens else state_path

    network = Network(options.layers)
    optimizer = torch.optim.Adam(network.parameters(), lr=options.rate, fused=True)
    streams = {kind: Stream(os.path.join(options.tokens, f"{kind}.u16"), rows) for kind, rows in ROWS.items()}
    carried, step, begun_at, first = None, 0, 0, None
    found = next((path for path in (own_path, state_path) if os.path.exists(path)), None)
    if found:
        saved = torch.load(found)
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        # The carried states belong to their rows: if the rows have changed, all begin without a state.
        same = all(len(offsets) == ROWS[kind] for kind, offsets in saved["offsets"].items())
        for kind, offsets in saved["offsets"].items():
            if same:
                streams[kind].offsets = offsets
            else:
                streams[kind].resume(offsets)
        carried, step, begun_at = saved["carried"] if same else None, saved["step"], saved["begun_at"]
        first = saved["first"]
    elif options.start:
        step = begun_at = load_model(options.start, network, streams)
    tokens_per_step = sum(ROWS.values()) * STEPS
    decay_steps = options.decay_tokens // tokens_per_step
    if first is None:
        first = step
    dropout = torch.cat([torch.full((rows,), DROPOUT[kind]) for kind, rows in ROWS.items()])

    def save():
        torch.save(
            {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "offsets": {kind: stream.offsets for kind, stream in streams.items()},
                "carried": carried,
                "step": step,
                "begun_at": begun_at,
                "first": first if decay_steps else None,
            },
            own_path + ".new",
        )
        os.replace(own_path + ".new", own_path)

    def log(record):
        record = {"tokens": step * tokens_per_step, "decay": decay_steps > 0, **record}
        with open(os.path.join(options.run, "log.jsonl"), "a") as file:
            file.write(json.dumps(record) + "\n")

    begun, last_saved, losses, last_log = time.time(), time.time(), [], time.time()
    while time.time() - begun < options.minutes * 60 and not (decay_steps and step - first >= decay_steps):
        rate = options.rate * min(1.0, (step + 1 - begun_at) / WARM_UP_STEPS)
        if decay_steps:
            rate *= 1 - (step - first) / decay_steps
        for group in optimizer.param_groups:
            group["lr"] = rate
        window = torch.from_numpy(
            np.concatenate([stream.next(STEPS) for stream in streams.values()], axis=1)
        )
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors, states = network(window[:-1], carried, dropout)
        loss = SoftmaxLoss.apply(
            vectors.flatten(0, 1), network.embedding.weight, network.output_bias, window[1:].flatten()
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP_NORM)
        optimizer.step()
        carried = [tuple(part.detach() for part in state) for state in states]
        step += 1
        losses.append(loss.item())
        if step % 100 == 0:
            seconds = time.time() - last_log
            log({"loss": sum(losses) / len(losses), "rate": rate, "tokensPerSecond": round(len(losses) * tokens_per_step / seconds)})
            losses, last_log = [], time.time()
        if step % 1000 == 0:
            log({"heldOutBitsPerByte": held_out_bits(network, options.tokens)})
        if time.time() - last_saved > 180:
            save()
            last_saved = time.time()
    bits = held_out_bits(network, options.tokens)
    log({"heldOutBitsPerByte": bits})
    save()
    if options.out and not (decay_steps and step - first < decay_steps):
        tensors = {name: tensor.detach().float().contiguous() for name, tensor in stored_weights(network).items()}
        record = {
            "tokens": str(step * tokens_per_step),
            "steps": str(step),
            "offsets": json.dumps({kind: stream.offsets for kind, stream in streams.items()}),
            "heldOutBitsPerByte": json.dumps(bits),
        }
        save_file(tensors, options.out, metadata=record)
    print(json.dumps({"step": step, "tokens": step * tokens_per_step, "heldOutBitsPerByte": bits}))


if __name__ == "__main__":
    main()
