"""Lesson 7's encoder and decoder, asked of PyTorch and Keras: each row asks, asserts its trap and returns its cells."""

import inspect

import keras
import numpy as np
import torch
from torch import nn

from helpers import seq2seq
from helpers.data import characters

T, N, D, H, V = 4, 2, 3, 5, 7
HEADER = ["this lesson", "PyTorch", "Keras", "the trap"]
rng = np.random.default_rng(0)
SHAPES = {(V, D): "(V, D)", (T, N, H): "(T, N, H)", (1, N, H): "(1, N, H)", (N, H): "(N, H)", (N, T, H): "(N, T, H)"}
SHAPES |= {(2, N, H): "(2, N, H)", (N, 2 * H): "(N, 2H)", (N, T, 2 * H): "(N, T, 2H)", (T, N, 2 * H): "(T, N, 2H)"}


def default(of, name):
    """Return the default of an argument."""
    return inspect.signature(of).parameters[name].default


def numbers(tensor):
    """Return what a layer of Keras gave as an array."""
    return keras.ops.convert_to_numpy(tensor)


def raises(call):
    """Return whether a call is refused."""
    try:
        call()
    except (ValueError, TypeError, RuntimeError, IndexError):
        return True
    return False


def padded():
    """Strings side by side: Keras pads at the front unless asked otherwise."""
    texts = [[3, 4, 5], [6]]
    tokens, _ = characters.encode(["abc", "d"], characters.vocabulary(["abcd"]))
    pad = nn.utils.rnn.pad_sequence
    there = pad([torch.tensor(text) for text in texts], padding_value=default(pad, "padding_value"))
    assert np.array_equal(there.numpy(), tokens) and default(pad, "batch_first") is False
    side, front = default(pad, "padding_side"), default(keras.utils.pad_sequences, "padding")
    here = keras.utils.pad_sequences(texts)
    assert side == "right" and front == "pre" and here.tolist() == [[3, 4, 5], [0, 0, 6]]
    assert np.array_equal(keras.utils.pad_sequences(texts, padding="post").T, tokens)
    return (
        "tokens (T, N), PAD = 0 past the length",
        f'`pad_sequence`: (T, N), `padding_side="{side}"`, `padding_value={default(pad, "padding_value")}`',
        f'`pad_sequences`: (N, T), `padding="{front}"`, in front of the sequence',
        'PAD stands on different sides; `padding="post"` makes Keras agree',
    )


def vectors():
    """PAD as a token: padding_idx is a row of zeros without a gradient, mask_zero is what skips a step."""
    ours = seq2seq.init(np.random.default_rng(0), V, V, H, D)["source"]["E"]
    layer = nn.Embedding(V, D, padding_idx=0)
    layer(torch.tensor([[0, 3]])).sum().backward()
    assert not layer.weight[0].any() and not layer.weight.grad[0].any() and layer.weight.grad[3].all()
    gru = nn.GRU(D, H)
    h = torch.ones(1, 1, H)
    assert not torch.equal(gru(layer(torch.tensor([[0]])), h)[1], h)  # a step over PAD moves the state
    own = keras.layers.Embedding(V, D)
    masked = keras.layers.Embedding(V, D, mask_zero=True)
    assert own.compute_mask(np.array([[0, 3]])) is None
    assert numbers(masked.compute_mask(np.array([[0, 3]]))).tolist() == [[False, True]]
    assert numbers(masked(np.array([[0]]))).any()  # the row itself is not zero
    assert SHAPES[ours.shape] == SHAPES[tuple(layer.weight.shape)] == SHAPES[tuple(masked.embeddings.shape)]
    idx, mask = default(nn.Embedding, "padding_idx"), default(keras.layers.Embedding, "mask_zero")
    return (
        f"`E` {SHAPES[ours.shape]}, lengths beside the tokens",
        f"`nn.Embedding(V, D)`, `padding_idx={idx}`",
        f"`Embedding(V, D)`, `mask_zero={mask}`",
        "`padding_idx=0` makes the vector 0, and the GRU still takes a step; only `mask_zero=True` skips it",
    )


def last_state():
    """The state at each example's own last token."""
    gru, x = nn.GRU(D, H), torch.tensor(rng.normal(size=(T, N, D)), dtype=torch.float32)
    lengths, pack = torch.tensor([2, 4]), nn.utils.rnn.pack_padded_sequence
    alone = gru(x[:2, :1])[1]
    wrong, right = gru(x)[1], gru(pack(x, lengths, enforce_sorted=False))[1]
    assert torch.allclose(right[:, :1], alone, atol=1e-6) and not torch.allclose(wrong[:, :1], alone, atol=1e-3)
    assert raises(lambda: pack(x, lengths)) and default(pack, "enforce_sorted") is True
    own = keras.layers.GRU(H, return_state=True)
    rows, mask = x.numpy().transpose(1, 0, 2), np.arange(T) < np.array([[2], [4]])
    _, state = own(rows, mask=mask)
    alone = own(rows[:1, :2])[1]
    assert np.allclose(numbers(state)[:1], numbers(alone), atol=1e-6)
    assert not np.allclose(numbers(own(rows)[1])[:1], numbers(alone), atol=1e-3)
    assert default(keras.layers.RNN, "return_state") is False
    return (
        "`encode(…, lengths)`: final state (H, N), each at its own last token",
        f"`h_n` {SHAPES[tuple(right.shape)]} from `pack_padded_sequence` (`enforce_sorted=True`)",
        f"`return_state=True` (default False): {SHAPES[tuple(state.shape)]}, with a mask",
        "without packing or mask it is the state after the padding",
    )


def start():
    """The decoder's first state: forgotten, it is zeros."""
    gru, c = nn.GRU(D, H), torch.ones(1, N, H)
    x = torch.tensor(rng.normal(size=(T, N, D)), dtype=torch.float32)
    assert default(nn.GRU.forward, "hx") is None
    assert torch.equal(gru(x)[0], gru(x, torch.zeros(1, N, H))[0]) and not torch.equal(gru(x)[0], gru(x, c)[0])
    own, rows = keras.layers.GRU(H), x.numpy().transpose(1, 0, 2)
    told = default(keras.layers.GRU.call, "initial_state")
    zero, one = np.zeros((N, H), np.float32), np.ones((N, H), np.float32)
    assert told is None and np.array_equal(numbers(own(rows)), numbers(own(rows, initial_state=zero)))
    assert not np.array_equal(numbers(own(rows)), numbers(own(rows, initial_state=one)))
    return (
        "`decode(params, memory, …)` starts from $c$",
        f"`decoder(y, h_n)`, `hx={default(nn.GRU.forward, 'hx')}`",
        f"`decoder(y, initial_state=state)`, default {told}",
        "left out, the start is 0: nothing is raised, and the decoder never hears of the source",
    )


def two_directions():
    """Both final states, and how they become one."""
    both = nn.GRU(D, H, bidirectional=True)
    x = torch.tensor(rng.normal(size=(T, N, D)), dtype=torch.float32)
    outputs, last = both(x)
    assert torch.equal(outputs[-1, :, :H], last[0]) and torch.equal(outputs[0, :, H:], last[1])
    joined, plain = torch.cat([last[0], last[1]], dim=1), last.reshape(N, 2 * H)
    assert joined.shape == plain.shape and not torch.equal(joined, plain)
    own = keras.layers.Bidirectional(keras.layers.GRU(H, return_state=True))
    out, forward, backward = own(x.numpy().transpose(1, 0, 2))
    mode = default(keras.layers.Bidirectional, "merge_mode")
    assert mode == "concat" and np.array_equal(numbers(out), np.c_[numbers(forward), numbers(backward)])
    return (
        "two directions: $[c_f; c_b]$, (2H, N), then a learned map",
        f"`h_n` {SHAPES[tuple(last.shape)]}: `cat([h_n[0], h_n[1]], 1)`",
        f'`Bidirectional`, `merge_mode="{mode}"`, and two states {SHAPES[tuple(forward.shape)]}',
        "`h_n.reshape(N, 2H)` has the same shape and mixes the examples",
    )


def every_step():
    """The context at every step."""
    c = torch.arange(N * H, dtype=torch.float32).reshape(N, H)
    there = c.expand(T, -1, -1)
    here = numbers(keras.layers.RepeatVector(T)(c.numpy()))
    assert np.array_equal(there.numpy(), here.transpose(1, 0, 2)) and there.stride()[0] == 0
    own = keras.Sequential([keras.layers.RepeatVector(T), keras.layers.GRU(H, return_sequences=True)])
    assert tuple(own(c.numpy()).shape) == (N, T, H)  # a decoder that reads c and no token at all
    return (
        "context at every step: $[E_t[w^{t-1}]; c]$",
        f"`c.expand(T, -1, -1)`, {SHAPES[tuple(there.shape)]}, a view",
        f"`RepeatVector(T)`, {SHAPES[here.shape]}",
        "`RepeatVector` straight into a GRU is a decoder that does not read what was written before",
    )


def loss():
    """The mean over real tokens."""
    logits = torch.tensor(rng.normal(size=(T, V, N)), dtype=torch.float32)  # classes second
    labels = torch.tensor([[3, 4], [5, 2], [2, 0], [0, 0]])
    real = labels != 0
    wanted = -torch.log_softmax(logits, 1).gather(1, labels[:, None])[:, 0][real].mean()
    ignored = default(nn.CrossEntropyLoss, "ignore_index")
    assert torch.isclose(nn.CrossEntropyLoss(ignore_index=0)(logits, labels), wanted)
    assert not torch.isclose(nn.CrossEntropyLoss()(logits, labels), wanted)
    scores = logits.numpy().transpose(2, 0, 1)  # classes last
    kind = keras.losses.SparseCategoricalCrossentropy
    own = float(kind(from_logits=True, ignore_class=0)(labels.numpy().T, scores))
    weighted = float(kind(from_logits=True)(labels.numpy().T, scores, sample_weight=real.numpy().T))
    over_all = float(wanted) * float(real.sum()) / real.numel()
    assert np.isclose(own, float(wanted), rtol=1e-5)
    assert np.isclose(weighted, over_all, rtol=1e-5) and not np.isclose(over_all, float(wanted), rtol=1e-2)
    plain = default(kind, "from_logits")
    assert plain is False and not np.isclose(float(kind(ignore_class=0)(labels.numpy().T, scores)), own)
    assert default(kind, "ignore_class") is None
    return (
        "mean over the real tokens, from logits (T, V, N)",
        f"`CrossEntropyLoss(ignore_index=0)` (default {ignored}), logits (T, V, N)",
        "`SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)` (defaults "
        f"{plain}, {default(kind, 'ignore_class')}), (N, T, V)",
        "with the defaults PAD counts; a mask as Keras's `sample_weight` still divides by all tokens",
    )


def search():
    """Nothing in the core of either library decodes a decoder."""
    names = lambda *places: {n for place in places for n in dir(place) if "beam" in n.lower() or "greedy" in n.lower()}  # noqa: E731
    assert not names(nn, torch, nn.functional, nn.utils.rnn) and not names(keras, keras.layers, keras.ops, keras.models)
    strategy = default(keras.ops.ctc_decode, "strategy")
    scores = np.zeros((1, 2, 3), np.float32)
    scores[0, :, 1] = 5  # the same token twice
    decoded = numbers(keras.ops.ctc_decode(scores, np.array([2]), mask_index=0)[0]).ravel().tolist()
    assert "beam_search" in keras.ops.ctc_decode.__doc__
    assert [token for token in decoded if token > 0] == [1]  # CTC merges what is repeated
    return (
        "`decoding.greedy`, `decoding.beam`",
        "no function of that kind in `torch.nn`",
        f'`keras.ops.ctc_decode`, `strategy="{strategy}"` or `"beam_search"`',
        "`ctc_decode` is for CTC: it merges repeated tokens, 11 becomes 1",
    )


ROWS = [padded, vectors, last_state, start, two_directions, every_step, loss, search]
