"""Training speed of the same network in PyTorch (nn.LSTM, nn.GRU, nn.RNN), for bench/trainSpeed.ts.

Shapes, batch, truncated back-propagation with carried state, Adam, norm clipping and dropout are the same; tokens are random.
Prints one JSON object. Needs `pip install torch`. --threads sets the threads; whoever starts this chooses the CPUs.
"""

import argparse
import json
import resource
import time

import torch
from torch import nn
from torch.nn import functional

parser = argparse.ArgumentParser()
parser.add_argument("--cell", choices=["lstm", "gru", "rnn"], default="lstm")
parser.add_argument("--layers", type=int, default=1)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--steps", type=int, default=32)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seconds", type=float, default=5)
parser.add_argument("--bfloat16", action="store_true", help="products in bfloat16, by autocast")
flags = parser.parse_args()

VOCABULARY, EMBEDDING, HIDDEN, DROPOUT = 4096, 256, 512, 0.1
torch.set_num_threads(flags.threads)
torch.set_num_interop_threads(1)
torch.manual_seed(1)


class Network(nn.Module):
    """src/model/networkConfig.ts: residual layers, and a softmax tied to the embedding."""

    def __init__(self):
        super().__init__()
        cell = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[flags.cell]
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING)
        self.layers = nn.ModuleList(
            cell(EMBEDDING if index == 0 else HIDDEN, HIDDEN) for index in range(flags.layers)
        )
        self.projection = nn.Linear(HIDDEN, EMBEDDING, bias=False)
        self.output_bias = nn.Parameter(torch.zeros(VOCABULARY))
        self.drop = nn.Dropout(DROPOUT)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.uniform_(-0.05, 0.05)

    def forward(self, inputs, states):
        x = self.drop(self.embedding(inputs))
        after = []
        for index, layer in enumerate(self.layers):
            y, state = layer(x, None if states is None else states[index])
            after.append(state)
            x = self.drop(y if index == 0 else x + y)
        logits = functional.linear(self.projection(x), self.embedding.weight, self.output_bias)
        return logits, after


network = Network()
optimizer = torch.optim.Adam(network.parameters(), lr=0.002)
states = None


def detached(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def step():
    global states
    inputs = torch.randint(VOCABULARY, (flags.steps, flags.batch))
    targets = torch.randint(VOCABULARY, (flags.steps, flags.batch))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=flags.bfloat16):
        logits, after = network(inputs, states)
    states = [detached(state) for state in after]
    logits = logits.float()
    loss = functional.cross_entropy(logits.reshape(-1, VOCABULARY), targets.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return loss.item()


for _ in range(2):
    step()
count, start, start_cpu = 0, time.perf_counter(), time.process_time()
while time.perf_counter() - start < flags.seconds:
    loss = step()
    count += 1
seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
tokens = count * flags.batch * flags.steps
print(
    json.dumps(
        {
            "tokensPerSecond": tokens / seconds,
            "tokensPerCpuSecond": tokens / cpu_seconds,
            "loss": loss,
            "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "description": f"PyTorch {torch.__version__}{', bfloat16' if flags.bfloat16 else ''}",
        }
    )
)
