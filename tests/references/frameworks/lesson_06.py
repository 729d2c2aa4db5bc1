"""Lesson 6's bidirectional network, asked of PyTorch and Keras: each row asks, asserts, returns its cells."""

import inspect

import keras
import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from helpers import birnn, gru, interop, losses

T, N, D, H = 6, 3, 2, 4
HEADER = ["this lesson", "PyTorch", "Keras", "the trap"]
LENGTHS = [4, 6, 2]
rng = np.random.default_rng(0)
x = rng.normal(size=(T, D, N))  # the course's layout
x *= np.arange(T)[:, None, None] < np.array(LENGTHS)  # padded with 0
rows_first = np.ascontiguousarray(x.transpose(2, 0, 1), np.float32)  # (N, T, D), Keras's
real = np.arange(T)[:, None, None] < np.array(LENGTHS)


def default(of, name):
    """Return the default of an argument."""
    return inspect.signature(of).parameters[name].default


def near(a, b):
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=0, atol=1e-5))


def torch_layer(**options):
    """Make a bidirectional torch.nn.GRU in float64, and the course's parameters of its first layer."""
    layer = torch.nn.GRU(D, H, bidirectional=True, dtype=torch.float64, **options)
    drawn = {name: torch.tensor(rng.normal(size=tuple(p.shape))) for name, p in layer.named_parameters()}
    layer.load_state_dict(drawn)
    arrays = {name: value.numpy() for name, value in drawn.items()}
    ported = {way: interop.from_torch("gru", arrays, reverse=way == "backward") for way in birnn.DIRECTIONS}
    return layer, ported, arrays


def keras_layer(merge_mode="concat", **options):
    """Make a bidirectional Keras GRU with drawn weights, and the course's parameters of both directions."""
    options = {"return_sequences": True} | options
    layer = keras.layers.Bidirectional(keras.layers.GRU(H, **options), merge_mode=merge_mode)
    layer.build(rows_first.shape)
    drawn = [rng.normal(size=w.shape).astype(np.float32) for w in layer.get_weights()]
    layer.set_weights(drawn)
    halves = zip(birnn.DIRECTIONS, (drawn[:3], drawn[3:]), strict=True)
    return layer, {way: interop.from_keras("gru", arrays)[0] for way, arrays in halves}


def ask(layer, given=None, **options):
    """Return what a Keras layer gives, in its own layout: an array or a list of them."""
    answer = layer(rows_first if given is None else given, **options)
    return [np.asarray(keras.ops.convert_to_numpy(a)) for a in answer] if isinstance(answer, (list, tuple)) else (
        np.asarray(keras.ops.convert_to_numpy(answer))
    )  # fmt: skip


def ours(params, lengths=None):
    """Return the course's outputs and pair of final states."""
    return birnn.forward(params, x, cell=gru, lengths=lengths, reset_after=True)[:2]


def steps_first(out):
    return out.transpose(1, 2, 0)


def torch_in(given):
    return torch.tensor(given.transpose(0, 2, 1).copy())


def making():
    layer, ported, arrays = torch_layer()
    out = layer(torch_in(x))[0].detach().numpy().transpose(0, 2, 1)
    assert near(out, ours(ported)[0]) and out.shape == (T, 2 * H, N)
    assert {name for name in arrays if name.endswith("_reverse")} == {
        f"{kind}_l0_reverse" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }
    assert default(torch.nn.RNNBase.__init__, "bidirectional") is False
    wrapped, params = keras_layer()
    assert near(steps_first(ask(wrapped)), ours(params)[0])
    return (
        '`birnn.init(rng, D, H, gru)`: two cells, "forward" and "backward"',
        "`GRU(D, H, bidirectional=True)`; names of the second cell end in `_reverse`",
        "`Bidirectional(GRU(H))`, a wrapper",
        "$H$ is the size of one direction: the next layer gets $2H$ rows",
    )


def merging():
    assert "merge" not in " ".join(inspect.signature(torch.nn.RNNBase.__init__).parameters)
    standard = default(keras.layers.Bidirectional.__init__, "merge_mode")
    assert standard == "concat"
    layer, params = keras_layer()
    h = ours(params)[0]
    upper, lower = h[:, :H], h[:, H:]
    merged = {"sum": upper + lower, "ave": (upper + lower) / 2, "mul": upper * lower}
    for mode, expected in merged.items():
        other, _ = keras_layer(mode)
        other.set_weights(layer.get_weights())
        assert near(steps_first(ask(other)), expected)
    apart, _ = keras_layer(None)
    apart.set_weights(layer.get_weights())
    parts = ask(apart)
    assert len(parts) == 2 and near(steps_first(parts[0]), upper) and near(steps_first(parts[1]), lower)
    return (
        "outputs (T, 2H, N), the half from the left first",
        "the same order, (T, N, 2H)",
        f'`merge_mode="{standard}"`; also "sum", "ave", "mul", `None`',
        'with "sum" or "ave" $H$ rows come out, and the halves cannot be told apart',
    )


def last_output():
    layer, ported, _ = torch_layer()
    out, ends = (a.detach().numpy() for a in layer(torch_in(x)))
    assert near(out[-1, :, :H], ends[0]) and not near(out[-1, :, H:], ends[1]) and near(out[0, :, H:], ends[1])
    other = x.copy()
    other[:-1] += 1  # everything but the last step
    changed = layer(torch_in(other))[0].detach().numpy()
    assert near(out[-1, :, H:], changed[-1, :, H:])
    wrapped, params = keras_layer(return_sequences=False)
    assert near(ask(wrapped), np.concatenate(ours(params)[1]).T)
    assert default(keras.layers.GRU, "return_sequences") is False
    return (
        "the pair of final states: from the left after the last step, from the right after the first",
        "`h_n` (2, N, H): `h_n[0]` and `h_n[1]`, not `output[-1]`",
        "`return_sequences=False` joins the end states, (N, 2H)",
        "`output[-1]` in PyTorch: its half from the right has read one step",
    )


def lengths():
    layer, ported, _ = torch_layer()
    right = ours(ported, LENGTHS)[0]
    plain = layer(torch_in(x))[0].detach().numpy().transpose(0, 2, 1)
    assert not near(plain * real, right)
    standard = default(pack_padded_sequence, "enforce_sorted")
    try:
        pack_padded_sequence(torch_in(x), torch.tensor(LENGTHS))
        raised = False
    except RuntimeError:
        raised = True
    assert standard is True and raised
    packed = pack_padded_sequence(torch_in(x), torch.tensor(LENGTHS), enforce_sorted=False)
    out = pad_packed_sequence(layer(packed)[0])[0].detach().numpy().transpose(0, 2, 1)
    assert near(out, right)
    wrapped, params = keras_layer()
    mask = real[:, 0].T
    right = ours(params, LENGTHS)[0]
    assert near(steps_first(ask(wrapped, mask=mask)) * real, right)
    assert not near(steps_first(ask(wrapped)) * real, right)
    return (
        "`lengths=`",
        f"`pack_padded_sequence(…, enforce_sorted=False)`; `{standard}`, the default, wants the longest first",
        "`mask=` (N, T), `Masking()` or `Embedding(mask_zero=True)`",
        "without them both read the padding first from the right, and say nothing",
    )  # fmt: skip


def after_the_end():
    layer, ported, _ = torch_layer()
    packed = pack_padded_sequence(torch_in(x), torch.tensor(LENGTHS), enforce_sorted=False)
    out = pad_packed_sequence(layer(packed)[0])[0].detach().numpy().transpose(0, 2, 1)
    assert np.all((out * ~real) == 0)
    shorter = pad_packed_sequence(layer(pack_padded_sequence(torch_in(x), [4, 4, 2]))[0])[0]
    assert len(shorter) == 4 < T
    wrapped, _ = keras_layer()
    mask = real[:, 0].T
    assert np.all(steps_first(ask(wrapped, mask=mask)) * ~real == 0)
    alone = steps_first(ask(keras.layers.GRU(H, return_sequences=True), mask=mask))[:, :, 0]  # example 0 has 4 steps
    assert np.abs(alone[3]).max() > 0 and near(alone[4], alone[3]) and near(alone[5], alone[3])
    return (
        "outputs are 0 past the length",
        "`pad_packed_sequence`: 0, and only as many steps as the longest has",
        "0 in `Bidirectional`; a `GRU` alone repeats its last output",
        "a mean over all $T$ steps counts what stands there, and divides by too much",
    )


def pooling():
    assert not [name for name in dir(torch.nn) if "Global" in name]
    rows = rng.normal(size=(N, T, 5)).astype(np.float32) - 3  # negative, so that a 0 would be the maximum
    h, mask = rows.transpose(1, 2, 0), real[:, 0].T
    mean, largest = keras.layers.GlobalAveragePooling1D(), keras.layers.GlobalMaxPooling1D()
    assert near(ask(mean, rows, mask=mask), birnn.pool(h, LENGTHS)[0].T)
    assert "mask" in inspect.signature(mean.call).parameters
    takes = "mask" in inspect.signature(largest.call).parameters
    assert not takes and near(ask(largest, rows), birnn.pool(h, None, "max")[0].T)
    padded = rows * mask[:, :, None]
    assert not near(ask(largest, padded), birnn.pool(h, LENGTHS, "max")[0].T)
    assert near(torch.tensor(h).masked_fill(~torch.tensor(real), -torch.inf).amax(0).numpy().T,
                birnn.pool(h, LENGTHS, "max")[0].T)  # fmt: skip
    return (
        '`birnn.pool(h, lengths)`, `birnn.pool(h, lengths, "max")`',
        "no layer: a sum by `lengths`; `masked_fill(~mask, -inf).amax(0)`",
        "`GlobalAveragePooling1D` heeds the mask, `GlobalMaxPooling1D` takes none",
        "a masked-out 0 is larger than a negative output",
    )


def two_layers():
    layer, ported, arrays = torch_layer(num_layers=2)
    assert arrays["weight_ih_l0"].shape == (3 * H, D) and arrays["weight_ih_l1"].shape == (3 * H, 2 * H)
    out, ends = (a.detach().numpy() for a in layer(torch_in(x)))
    assert ends.shape == (4, N, H)
    below, states = ours(ported)
    assert near(ends[0], states[0].T) and near(ends[1], states[1].T)
    top = {way: interop.from_torch("gru", arrays, layer=1, reverse=way == "backward") for way in birnn.DIRECTIONS}
    above, states = birnn.forward(top, below, cell=gru, reset_after=True)[:2]
    assert near(out.transpose(0, 2, 1), above) and near(ends[2], states[0].T) and near(ends[3], states[1].T)
    low, _ = keras_layer(return_sequences=False)
    try:
        keras.layers.Bidirectional(keras.layers.GRU(H))(low(rows_first))
        raised = False
    except ValueError:
        raised = True
    assert raised
    return (
        "`forward` twice; the second layer has $D = 2H$",
        "`num_layers=2`; `weight_ih_l1` is (3H, 2H); `h_n` (4, N, H): layer by layer, left and right in turn",
        "two `Bidirectional`, `return_sequences=True` in the lower one",
        "`h_n[-1]` is the top layer's right half alone",
    )


def model_loss():
    v, labels = rng.normal(size=(T, 5, N)), rng.integers(0, 5, (T, N))
    loss = losses.softmax_cross_entropy(v, labels)[0]
    theirs = torch.nn.functional.cross_entropy(
        torch.tensor(v.transpose(0, 2, 1).reshape(-1, 5)), torch.tensor(labels.ravel())
    )
    assert abs(float(theirs) - loss) < 1e-9
    ignored = default(torch.nn.functional.cross_entropy, "ignore_index")
    standard = default(keras.losses.SparseCategoricalCrossentropy.__init__, "from_logits")
    assert standard is False and ignored == -100
    rows = v.transpose(0, 2, 1)
    say = {flag: float(keras.losses.SparseCategoricalCrossentropy(from_logits=flag)(labels, rows)) for flag in (0, 1)}
    assert abs(say[1] - loss) < 1e-4 < 0.1 < abs(say[0] - loss)
    return (
        "`losses.softmax_cross_entropy`: mean in nats, `mask=`; perplexity is its exp",
        f"`cross_entropy`: the same mean; labels `ignore_index={ignored}` do not count",
        f"`SparseCategoricalCrossentropy`; default `from_logits={standard}` takes probabilities",
        "logits given to Keras's default: a number comes out, and it is wrong",
    )  # fmt: skip


ROWS = [making, merging, last_output, lengths, after_the_end, pooling, two_layers, model_loss]
