"""Lesson 9's attention, asked of PyTorch and Keras: each row asks, asserts its trap and returns its cells."""

import inspect

import keras
import numpy as np
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from helpers import attention, multi_head

N, TQ, TK, D, HEADS = 2, 3, 5, 8, 2
HEADER = ["this lesson", "PyTorch", "Keras", "the trap"]
rng = np.random.default_rng(0)
query, key, value = (rng.normal(size=(N, steps, D)).astype(np.float32) for steps in (TQ, TK, TK))


def default(of, name):
    """Return the default of an argument."""
    return inspect.signature(of).parameters[name].default


def near(ours, theirs):
    """Tell whether an array of ours is one of theirs."""
    theirs = keras.ops.convert_to_numpy(theirs.detach() if isinstance(theirs, torch.Tensor) else theirs)
    return ours.shape == theirs.shape and bool(np.allclose(ours, theirs, rtol=0, atol=1e-5))


def tensors(*given):
    return [torch.tensor(array) for array in given]


def torch_heads(**options):
    """Make a torch.nn.MultiheadAttention that takes examples first."""
    torch.manual_seed(0)
    return nn.MultiheadAttention(D, HEADS, batch_first=True, **options)


def order_of_arguments():
    ours = attention.forward({}, query, key, value)[0]
    assert near(ours, scaled_dot_product_attention(*tensors(query, key, value)))
    layer = keras.layers.Attention(use_scale=False)
    plain = attention.forward({}, query, key, value, score="dot")[0]
    assert near(plain, layer([query, value, key])) and not near(plain, layer([query, key, value]))
    names = list(inspect.signature(keras.layers.MultiHeadAttention.call).parameters)[1:4]
    assert names == ["query", "value", "key"]
    return (
        "`attention.forward(params, query, key, value)`",
        "`scaled_dot_product_attention(query, key, value)`",
        f"`Attention()([{', '.join(names)}])`, `MultiHeadAttention` too",
        "key and value exchanged have fitting shapes: nothing is raised, the context is another",
    )


def scale():
    standard = default(keras.layers.Attention, "use_scale")
    layer = keras.layers.Attention()
    assert standard is False
    for score, same in (("dot", True), ("scaled_dot", False)):
        assert near(attention.forward({}, query, key, value, score=score)[0], layer([query, value, key])) == same
    ours, (factor,) = default(attention.forward, "score"), keras_scale()
    assert "scale=None" in " ".join(scaled_dot_product_attention.__doc__.split())
    third = scaled_dot_product_attention(*tensors(query, key, value), scale=1.0)
    assert near(attention.forward({}, query, key, value, score="dot")[0], third)
    return (
        f'`score="{ours}"`, $1/\\sqrt d$',
        "divides by $\\sqrt d$, `scale=` for another factor",
        f"`Attention` does not divide; `use_scale=True` is a learnt factor that begins at {factor:g}",
        "the missing $\\sqrt d$: no error, a harder softmax",
    )


def keras_scale():
    """Return the weights of a fresh Keras Attention with use_scale=True."""
    layer = keras.layers.Attention(use_scale=True)
    layer([query, value, key])
    return [float(weight) for weight in layer.get_weights()]


def meaning_of_the_mask():
    may = np.tri(TQ, TK, dtype=bool)
    context, weights, _ = attention.forward({}, query, key, value, mask=may)
    given = tensors(query, key, value)
    assert near(context, scaled_dot_product_attention(*given, attn_mask=torch.tensor(may)))
    layer = torch_heads()
    for mask, same in ((~may, True), (may[:, ::-1].copy(), False)):
        read = layer(*given, attn_mask=torch.tensor(mask))[1]
        assert bool((read[:, ~torch.tensor(may)] == 0).all()) == same
    heads = keras.layers.MultiHeadAttention(HEADS, D // HEADS)
    read = keras.ops.convert_to_numpy(heads(query, value, key, attention_mask=np.broadcast_to(may, (N, TQ, TK)),
                                            return_attention_scores=True)[1])  # fmt: skip
    assert (read[..., ~may] < 1e-6).all() and (weights[:, ~may] == 0).all()
    return (
        "`mask`: True may be read",
        "`scaled_dot_product_attention`: True may be read; `MultiheadAttention`: True is **hidden**",
        "`attention_mask`: True may be read",
        "two meanings within PyTorch: the wrong one reads what it should not",
    )


def added_masks():
    """A float mask is added to the scores in PyTorch, so that one of 0 and 1 hides nothing."""
    may = np.tri(TQ, TK, dtype=bool)
    read = scaled_dot_product_attention(*tensors(query, key, value), attn_mask=torch.tensor(may.astype(np.float32)))
    added = (query @ np.swapaxes(key, 1, 2)) / np.sqrt(D) + may
    powers = np.exp(added)
    assert near((powers / powers.sum(axis=-1, keepdims=True) @ value).astype(np.float32), read)
    try:
        attention.forward({}, query, key, value, mask=may.astype(float))
    except ValueError:
        pass
    else:
        raise AssertionError("a float mask is refused here")
    one = keras.layers.MultiHeadAttention(HEADS, D // HEADS)
    told = [
        one(query, value, key, attention_mask=np.broadcast_to(may, (N, TQ, TK)).astype(kind))
        for kind in (bool, "float32")
    ]
    assert near(keras.ops.convert_to_numpy(told[0]), told[1])
    return (
        "a mask of floats is refused",
        "a mask of floats is **added** to the scores",
        "a mask of 0 and 1 is taken for one of booleans",
        "0 and 1 as floats hide nothing in PyTorch",
    )


def causal():
    layer = torch_heads()
    try:
        layer(*tensors(query, query, query), is_causal=True)
    except RuntimeError as error:
        assert "Need attn_mask" in str(error)
    else:
        raise AssertionError("is_causal alone is refused")
    ours = attention.forward({}, query, query, query, mask=attention.causal_mask(TQ))[0]
    assert near(ours, scaled_dot_product_attention(*tensors(query, query, query), is_causal=True))
    made = nn.Transformer.generate_square_subsequent_mask(TQ)
    assert made.dtype == torch.float32 and bool(torch.isneginf(made[0, 1])) and float(made[1, 0]) == 0
    heads = keras.layers.MultiHeadAttention(HEADS, D // HEADS)
    read = keras.ops.convert_to_numpy(heads(query, query, use_causal_mask=True, return_attention_scores=True)[1])
    assert (read[..., ~attention.causal_mask(TQ)] < 1e-6).all()
    assert default(attention.forward, "mask") is None and "is_causal=False" in scaled_dot_product_attention.__doc__
    assert default(nn.MultiheadAttention.forward, "is_causal") is False
    assert default(keras.layers.MultiHeadAttention.call, "use_causal_mask") is False
    return (
        "`mask=attention.causal_mask(T)`",
        "`is_causal=True`; in `MultiheadAttention` only a hint, which needs `attn_mask` as well",
        "`use_causal_mask=True`",
        "off by default in all three",
    )


def nothing_to_read():
    hidden = np.zeros((TQ, TK), dtype=bool)
    ours = attention.forward({}, query, key, value, mask=hidden)[1]
    assert not ours.any()
    assert not scaled_dot_product_attention(*tensors(query, key, value), attn_mask=torch.tensor(hidden)).any()
    whole = torch_heads()(*tensors(query, key, value), attn_mask=torch.tensor(~hidden))[0]
    assert bool(torch.isnan(whole).all())
    heads = keras.layers.MultiHeadAttention(HEADS, D // HEADS)
    full = np.broadcast_to(hidden, (N, TQ, TK))
    read = heads(query, value, key, attention_mask=full, return_attention_scores=True)[1]
    assert not keras.ops.convert_to_numpy(read).any()
    mask = [None, np.zeros((N, TK), dtype=bool)]
    even = keras.layers.Attention()([query, value, key], mask=mask, return_attention_scores=True)[1]
    assert near(np.full((N, TQ, TK), 1 / TK), even)
    return (
        "a row with nothing to read: weights 0",
        "`scaled_dot_product_attention`: 0; `MultiheadAttention`: **NaN**",
        "`MultiHeadAttention`: 0; `Attention`: **even weights** over the padding",
        "an example that is all padding: 0, NaN or even weights",
    )


def padding():
    lengths = np.array([2, 5])
    real = np.arange(TK) < lengths[:, None]
    sent = keras.layers.Embedding(3, D, mask_zero=True).compute_mask(np.array([[1, 2, 0]]))
    assert keras.ops.convert_to_numpy(sent).tolist() == [[True, True, False]] and query_mask_hides_no_key()
    ours = attention.forward({}, query, key, value, lengths=lengths)[1]
    assert (ours[:, :, :][np.broadcast_to(~real[:, None], ours.shape)] == 0).all()
    read = torch_heads()(*tensors(query, key, value), key_padding_mask=torch.tensor(~real))[1].detach().numpy()
    assert (read[np.broadcast_to(~real[:, None], read.shape)] == 0).all()
    layer = keras.layers.MultiHeadAttention(HEADS, D // HEADS)
    seen = layer(query, value, key, value_mask=real, return_attention_scores=True)[1]
    seen = keras.ops.convert_to_numpy(seen)
    assert (seen[np.broadcast_to(~real[:, None, None], seen.shape)] < 1e-6).all()
    return (
        "`lengths`, or a mask (N, 1, Tk)",
        "`key_padding_mask` (N, Tk), True is padding",
        "`value_mask` (N, Tk), True is real; an `Embedding(mask_zero=True)` before it sends one",
        "`query_mask` of Keras hides no key",
    )


def query_mask_hides_no_key():
    """In Keras a query mask alone leaves the weights of a real query as they are."""
    layer = keras.layers.MultiHeadAttention(HEADS, D // HEADS)
    plain = layer(query, value, key, return_attention_scores=True)[1]
    mask = np.array([[True, True, False]] * N)
    masked = layer(query, value, key, query_mask=mask, return_attention_scores=True)[1]
    plain, masked = keras.ops.convert_to_numpy(plain), keras.ops.convert_to_numpy(masked)
    assert np.allclose(plain[:, :, :2], masked[:, :, :2], atol=1e-6)
    return True


def matrices():
    layer = torch_heads()
    shapes = {name: tuple(array.shape) for name, array in layer.named_parameters()}
    assert shapes["in_proj_weight"] == (3 * D, D) and default(nn.MultiheadAttention, "bias") is True
    parts = dict(zip(multi_head.NAMES, [*np.split(layer.in_proj_weight.detach().numpy(), 3)], strict=False))
    params = parts | {"W_out": layer.out_proj.weight.detach().numpy()}
    assert not layer.in_proj_bias.any() and not layer.out_proj.bias.any()
    assert near(multi_head.forward(params, query, key, heads=HEADS)[0], layer(*tensors(query, key, key))[0])
    own = keras.layers.MultiHeadAttention(HEADS, D // HEADS)
    own(query, key)
    arrays = own.get_weights()
    assert [array.shape for array in arrays[::2]] == [(D, HEADS, D // HEADS)] * 3 + [(HEADS, D // HEADS, D)]
    flat = {
        name: a.reshape(D, D).T for name, a in zip(multi_head.NAMES, (arrays[i] for i in (0, 2, 4, 6)), strict=True)
    }
    assert near(multi_head.forward(flat, query, key, heads=HEADS)[0], own(query, key))
    assert len(arrays) == 8 and default(keras.layers.MultiHeadAttention, "use_bias") is True
    wide = keras.layers.MultiHeadAttention(HEADS, D)
    wide(query, key)
    assert wide.get_weights()[0].shape == (D, HEADS, D)
    return (
        "`W_query`, `W_key`, `W_value`, `W_out` (d, d), no biases",
        "`in_proj_weight` (3d, d), query, key, value from the top; biases, which begin at 0",
        "four kernels, (d, heads, key_dim) and back, transposed; biases",
        "`key_dim` is the size of **one** head: given $d$, the layer is `heads` times as wide",
    )


def layouts():
    assert default(nn.MultiheadAttention, "batch_first") is False
    plain = nn.MultiheadAttention(D, HEADS)
    square = torch.tensor(rng.normal(size=(4, 4, D)).astype(np.float32))
    turned = plain(square.transpose(0, 1), square.transpose(0, 1), square.transpose(0, 1))[0].transpose(0, 1)
    assert plain(square, square, square)[0].shape == turned.shape
    assert not torch.allclose(plain(square, square, square)[0], turned)
    return (
        "rows: (N, T, d)",
        "(T, N, d) unless `batch_first=True`",
        "(N, T, d)",
        "without `batch_first` PyTorch lets the examples of a batch read each other",
    )


def weights_returned():
    given = tensors(query, key, key)
    layer = torch_heads()
    mean, each = layer(*given)[1], layer(*given, average_attn_weights=False)[1]
    assert tuple(mean.shape) == (N, TQ, TK) and tuple(each.shape) == (N, HEADS, TQ, TK)
    assert torch.allclose(mean, each.mean(dim=1)) and layer(*given, need_weights=False)[1] is None
    own = keras.layers.MultiHeadAttention(HEADS, D // HEADS)
    seen = own(query, key, return_attention_scores=True)[1]
    assert tuple(seen.shape) == (N, HEADS, TQ, TK)
    assert np.allclose(keras.ops.convert_to_numpy(seen).sum(axis=-1), 1, atol=1e-5)
    return (
        "weights (N, heads, Tq, Tk), always",
        "the mean over the heads (N, Tq, Tk); `average_attn_weights=False` for each",
        "`return_attention_scores=True`: the weights, after the softmax",
        "a mean hides that two heads read two places",
    )


def additive_score():
    own = keras.layers.AdditiveAttention()
    shown = own([query, value, key])
    assert [array.shape for array in own.get_weights()] == [(D,)]
    (w,) = own.get_weights()
    params = {"W_query": np.eye(D), "W_key": np.eye(D), "w": w}
    assert near(attention.forward(params, query, key, value, score="additive")[0].astype(np.float32), shown)
    assert not any("dditive" in name for name in dir(nn))
    return (
        "`additive`: `W_query`, `W_key`, `w`",
        "none",
        "`AdditiveAttention`: only $w$ (`scale`)",
        "Keras's has no matrices: put a `Dense` before query and key",
    )


def normalisation():
    one, other = default(nn.LayerNorm, "eps"), default(keras.layers.LayerNormalization, "epsilon")
    small = (1e-3 * query).astype(np.float32)
    a, b = nn.LayerNorm(D)(torch.tensor(small)).detach(), keras.layers.LayerNormalization()(small)
    ratio = float(a.std() / np.std(keras.ops.convert_to_numpy(b)))
    assert ratio > 2
    return (
        "`transformer_09.norm`: $\\varepsilon=$ 1e-5",
        f"`LayerNorm(d)`: {one:g}".replace("1e-05", "1e-5"),
        f"`LayerNormalization()`: {other:g}",
        "rows of small numbers come out of Keras's much smaller",
    )


def whole_block():
    of = nn.TransformerEncoderLayer
    first, wide, drop = (default(of, name) for name in ("norm_first", "dim_feedforward", "dropout"))
    assert first is False and default(of, "batch_first") is False
    assert not [name for name in dir(keras.layers) if "ransformer" in name]
    layer = of(D, HEADS, batch_first=True).eval()
    order = torch.tensor([2, 0, 1])
    x = torch.tensor(query)
    assert torch.allclose(layer(x)[:, order], layer(x[:, order]), atol=1e-5)
    return (
        "`transformer_09.block`: norm first, 4d wide, no dropout",
        f"`TransformerEncoderLayer(d, heads)`: `norm_first={first}`, `dim_feedforward={wide}`, `dropout={drop:g}`",
        "`keras.layers` has none",
        "no positions in it: shuffled rows come out shuffled",
    )


ROWS = [
    order_of_arguments, scale, meaning_of_the_mask, added_masks, causal, nothing_to_read, padding, matrices, layouts,
    weights_returned, additive_score, normalisation, whole_block,
]  # fmt: skip
