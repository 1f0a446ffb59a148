"""Compares vocabularies and networks by short trainings with the same processor time.

    python pretraining/ablation.py OUT.jsonl SECONDS 4096=TOKENS_FOLDER [8192=TOKENS_FOLDER]

Each variant changes something in the first one. It is trained on one thread for SECONDS of processor time, with a rate that
falls to zero over that time, and then scored on the held-out files: bits per byte by kind of text. Processor time is used
instead of wall-clock time so that a busy machine does not affect the result. Variants that OUT.jsonl already holds are left out,
so that an interrupted comparison continues where it was.
"""

import json
import os
import sys
import time

import numpy as np
import torch

from pretrain import CLIP_NORM, HELD_OUT_TOKENS, ROWS, STEPS, Stream

BASE = {
    "vocabulary": 4096,
    "cell": "lstm",
    "layers": 1,
    "hidden": 512,
    "embedding": 256,
    "tied": True,
    "dropout": 0.0,
    "rows": 32,
    "rate": 2e-3,
}
VARIANTS = [
    {},
    {"vocabulary": 8192},
    {"layers": 2},
    {"layers": 2, "hidden": 384},
    {"cell": "gru"},
    {"cell": "gru", "hidden": 608},
    {"cell": "rnn", "hidden": 1024},
    {"hidden": 768},
    {"embedding": 384},
    {"tied": False},
    {"dropout": 0.1},
    {"rows": 16},
    {"rows": 64},
    {"rate": 1e-3},
    {"rate": 4e-3},
]


class Network(torch.nn.Module):
    """pretrain.py's network with every choice variable; layers above the first are residual."""

    def __init__(self, options):
        super().__init__()
        vocabulary, embedding, hidden = options["vocabulary"], options["embedding"], options["hidden"]
        cell = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[options["cell"]]
        self.embedding = torch.nn.Embedding(vocabulary, embedding)
        sizes = [embedding] + [hidden] * (options["layers"] - 1)
        self.layers = torch.nn.ModuleList(cell(size, hidden) for size in sizes)
        self.projection = torch.nn.Linear(hidden, embedding, bias=False)
        self.bias = torch.nn.Parameter(torch.zeros(vocabulary))
        self.dropout = torch.nn.Dropout(options["dropout"])
        torch.nn.init.normal_(self.embedding.weight, std=embedding**-0.5)
        self.output = None if options["tied"] else torch.nn.Parameter(self.embedding.weight.detach().clone())
        if options["cell"] == "lstm":
            with torch.no_grad():
                for layer in self.layers:
                    layer.bias_ih_l0[hidden : 2 * hidden] = 1.0

    def forward(self, inputs, states):
        values = self.dropout(self.embedding(inputs))
        after = []
        for index, layer in enumerate(self.layers):
            outputs, state = layer(values, None if states is None else states[index])
            values = outputs if index == 0 else values + outputs
            after.append(state)
        output = self.embedding.weight if self.output is None else self.output
        projected = self.projection(self.dropout(values))
        return torch.nn.functional.linear(projected, output, self.bias), after


def detached(states):
    return [tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach() for state in states]


@torch.no_grad()
def held_out_bits(network, folder, limit):
    network.eval()
    bits = {}
    for kind in ROWS:
        tokens = np.fromfile(os.path.join(folder, f"{kind}-heldout.u16"), dtype="<u2").astype(np.int64)
        with open(os.path.join(folder, f"{kind}-heldout.json")) as file:
            info = json.load(file)
        rows = 16
        length = min(len(tokens), limit) // rows - 1
        block = np.stack([tokens[row * length : (row + 1) * length + 1] for row in range(rows)], axis=1)
        states, total = None, 0.0
        for begin in range(0, length, 256):
            window = torch.from_numpy(block[begin : begin + 257])
            logits, states = network(window[:-1], states)
            total += torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), window[1:].flatten(), reduction="sum"
            ).item()
        bits[kind] = round(total / (rows * length) / np.log(2) / (info["bytes"] / info["tokens"]), 4)
    return bits


def run(options, folder, seconds):
    torch.manual_seed(1)
    network = Network(options)
    network.train()
    optimizer = torch.optim.Adam(network.parameters(), lr=options["rate"], fused=True)
    share = options["rows"] / sum(ROWS.values())
    streams = [Stream(os.path.join(folder, f"{kind}.u16"), max(1, round(rows * share))) for kind, rows in ROWS.items()]
    states, step, tokens, begun = None, 0, 0, time.process_time()
    while (used := (time.process_time() - begun) / seconds) < 1:
        for group in optimizer.param_groups:
            group["lr"] = options["rate"] * min(1.0, (step + 1) / 50) * (1 - used)
        window = torch.from_numpy(np.concatenate([stream.next(STEPS) for stream in streams], axis=1))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits, states = network(window[:-1], states)
        loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), window[1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP_NORM)
        optimizer.step()
        states = detached(states)
        step += 1
        tokens += window[1:].numel()
    # About the same bytes for each vocabulary: a larger one needs fewer tokens, as they are longer.
    limit = HELD_OUT_TOKENS if options["vocabulary"] == BASE["vocabulary"] else int(HELD_OUT_TOKENS * 0.88)
    bits = held_out_bits(network, folder, limit)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return {"parameters": parameters, "tokens": tokens, "heldOutBitsPerByte": bits, "mean": round(sum(bits.values()) / len(bits), 4)}


def main():
    out, seconds, *folders = sys.argv[1:]
    folders = {int(size): folder for size, folder in (pair.split("=", 1) for pair in folders)}
    torch.set_num_threads(1)
    done = []
    if os.path.exists(out):
        with open(out) as file:
            done = [json.loads(line)["variant"] for line in file]
    for variant in VARIANTS:
        options = {**BASE, **variant}
        if variant in done or options["vocabulary"] not in folders:
            continue
        record = {"variant": variant, **run(options, folders[options["vocabulary"]], float(seconds))}
        with open(out, "a") as file:
            file.write(json.dumps(record) + "\n")
        print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
