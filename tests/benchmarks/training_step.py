"""One training step of the attention model on dates, ours and the same written plainly in PyTorch, for bench.py."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from helpers import gru, interop, optimizers, seq2seq
from helpers.data import characters, dates

N, H, D, BATCHES = 64, 64, 32, 10
RATE = 0.01


class Model(nn.Module):
    """Embeddings, a GRU that reads, a GRU that writes, dot-product attention over all steps at once."""

    def __init__(self, params: dict):
        super().__init__()
        (V, _), (K, _) = params["source"]["E"].shape, params["output"]["W_out"].shape
        self.source, self.encoder = nn.Embedding(V, D), nn.GRU(D, H)
        self.target, self.decoder = nn.Embedding(len(params["target"]["E"]), D), nn.GRU(D, H)
        self.combine, self.output = nn.Linear(2 * H, H), nn.Linear(H, K)
        state = {f"{name}.weight": params[name]["E"] for name in ("source", "target")}
        for name in ("combine", "output"):
            state |= {f"{name}.weight": params[name]["W_out"], f"{name}.bias": params[name]["b_out"][:, 0]}
        for name in ("encoder", "decoder"):
            state |= {f"{name}.{key}": array for key, array in interop.to_torch("gru", params[name]).items()}
        self.load_state_dict({key: torch.tensor(array) for key, array in state.items()})

    def forward(self, source, lengths, inputs, mask):
        packed = pack_padded_sequence(self.source(source), lengths, enforce_sorted=False)
        memory, state = self.encoder(packed)
        memory, _ = pad_packed_sequence(memory)
        s, _ = self.decoder(self.target(inputs), state)
        query, key = s.transpose(0, 1), memory.transpose(0, 1)
        weights = torch.softmax((query @ key.transpose(1, 2)).masked_fill(~mask, -torch.inf), dim=-1)
        context = (weights @ key).transpose(0, 1)
        return self.output(torch.tanh(self.combine(torch.cat([context, s], dim=-1))))


def setup() -> tuple[list[Callable], list[float], list[float]]:
    """Return ours and theirs, each a call of one step with Adam on the next batch, and their first losses."""
    rng = np.random.default_rng(0)
    train, _ = dates.split(rng, BATCHES * N, 1)
    read, write = characters.vocabulary(train.source), characters.vocabulary(train.target)
    options = {"cell": gru, "attention": "dot"}
    params = seq2seq.init(rng, len(read.words), len(write.words), H, D, dtype=np.float32, **options)
    batches, tensors = [], []
    for k in range(0, BATCHES * N, N):
        source, lengths = characters.encode(train.source[k : k + N], read)
        target, ends = characters.encode(train.target[k : k + N], write)
        batches.append((source, lengths, target, ends))
        inputs, labels, _ = seq2seq.shifted(target, ends)
        mask = (np.arange(len(source)) < lengths[:, None])[:, None]
        given = (source, lengths, inputs, mask, np.where(labels == characters.PAD, -1, labels - characters.EOS))
        tensors.append([torch.tensor(array) for array in given])
    model, done = Model(params), {"ours": 0, "theirs": 0}
    adam, other = optimizers.Adam(RATE), torch.optim.Adam(model.parameters(), lr=RATE)

    def ours():
        batch = batches[done["ours"] % BATCHES]
        done["ours"] += 1
        loss, grads = seq2seq.loss_and_grads(params, *batch, reset_after=True, **options)
        adam.step(params, grads)
        return loss

    def theirs():
        *batch, labels = tensors[done["theirs"] % BATCHES]
        done["theirs"] += 1
        other.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(model(*batch).flatten(0, 1), labels.flatten(), ignore_index=-1)
        loss.backward()
        other.step()
        return loss.item()

    losses = [[call() for _ in range(2 * BATCHES)] for call in (ours, theirs)]
    return [ours, theirs], *losses
