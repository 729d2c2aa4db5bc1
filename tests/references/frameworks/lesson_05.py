"""Lesson 5's GRU, asked of PyTorch and Keras: each row asks, asserts its trap and returns its cells."""

import inspect
import warnings

import keras
import numpy as np
import torch

from helpers import gru, interop

T, N, D, H = 4, 2, 3, 5
HEADER = ["this lesson", "PyTorch", "Keras", "the trap"]
rng = np.random.default_rng(0)
x = rng.normal(size=(T, D, N))  # the course's layout
rows_first = np.ascontiguousarray(x.transpose(2, 0, 1), np.float32)  # (N, T, D), Keras's


def default(of, name):
    """Return the default of an argument."""
    return inspect.signature(of).parameters[name].default


def torch_layer(**options):
    """Make a torch.nn.GRU in float64 with all weights and biases drawn."""
    layer = torch.nn.GRU(D, H, dtype=torch.float64, **options)
    drawn = {name: torch.tensor(rng.normal(size=tuple(p.shape))) for name, p in layer.named_parameters()}
    layer.load_state_dict(drawn)
    return layer, {name: value.numpy() for name, value in drawn.items()}


def keras_layer(**options):
    """Make a Keras GRU that returns all steps, with all weights and biases drawn."""
    layer = keras.layers.GRU(H, return_sequences=True, **options)
    layer.build(rows_first.shape)
    drawn = [rng.normal(size=w.shape).astype(np.float32) for w in layer.get_weights()]
    layer.set_weights(drawn)
    return layer, drawn


def ask_torch(layer, given=x):
    """Return the layer's outputs in the course's layout."""
    return layer(torch.tensor(given.transpose(0, 2, 1).copy()))[0].detach().numpy().transpose(0, 2, 1)


def ask_keras(layer, given=rows_first):
    """Return the layer's outputs in the course's layout."""
    return keras.ops.convert_to_numpy(layer(given)).transpose(1, 2, 0)


def near(a, b):
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=0, atol=1e-5))


def place_of_r():
    assert default(gru.forward, "reset_after") is False
    layer, weights = torch_layer()
    assert "reset_after" not in inspect.signature(torch.nn.GRU).parameters
    ported = interop.from_torch("gru", weights)
    assert near(gru.forward(ported, x, reset_after=True)[0], ask_torch(layer))
    assert not near(gru.forward(ported, x, reset_after=False)[0], ask_torch(layer))
    standard = default(keras.layers.GRU, "reset_after")
    assert standard is True
    for place in (True, False):
        own, arrays = keras_layer(reset_after=place)
        params, _ = interop.from_keras("gru", arrays)
        assert near(gru.forward(params, x, reset_after=place)[0], ask_keras(own))
        assert not near(gru.forward(params, x, reset_after=not place)[0], ask_keras(own))
    page = " ".join(keras.layers.GRU.__doc__.split())
    assert "default one is based on [v3]" in page and "has reset gate applied to hidden state before" in page
    return (
        "`reset_after=False`: $r$ acts on $h$",
        "always on $W_n h + b_n$",
        f"default `reset_after={standard}`, on $W_n h + b_n$; `False` has it on $h$",
        "Keras's page still says that the default is the other one",
    )


def order():
    layer, weights = torch_layer()
    params = interop.from_torch("gru", weights)
    named = {"W_in": "weight_ih_l0", "W": "weight_hh_l0"}
    assert all(np.array_equal(params[key], weights[name]) for key, name in named.items())
    own, arrays = keras_layer()
    params, _ = interop.from_keras("gru", arrays)
    order = [next(k for k, block in enumerate(gru.blocks(params["W"])) if np.array_equal(part.T, block))
             for part in np.split(arrays[1], 3, axis=1)]  # fmt: skip
    found = ", ".join(gru.GATES[k] for k in order)
    straight = {"W_in": arrays[0].T, "W": arrays[1].T, "b_in": arrays[2][0][:, None], "b": arrays[2][1][:, None]}
    assert not near(gru.forward(straight, x, reset_after=True)[0], ask_keras(own))  # it runs, and is another network
    return (
        f"blocks {', '.join(gru.GATES)}",
        f"{', '.join(gru.GATES)}",
        f"{found}",
        "the shapes agree in any order: nothing is raised, the outputs are wrong",
    )


def weights():
    ours = gru.init(np.random.default_rng(0), D, H)
    names = {(3 * H, D): "(3H, D)", (3 * H, H): "(3H, H)", (D, 3 * H): "(D, 3H)", (H, 3 * H): "(H, 3H)"}
    layer, arrays = torch_layer()[0], keras_layer()[1]
    shape = [names[a.shape] for a in (ours["W_in"], ours["W"], *arrays[:2])]
    there = [names[tuple(p.shape)] for p in (layer.weight_ih_l0, layer.weight_hh_l0)]
    square = keras.layers.GRU(D)
    square.build((N, T, D))
    kernel, recurrent = square.get_weights()[:2]
    assert kernel.shape == recurrent.shape
    return (
        f"`W_in` {shape[0]}, `W` {shape[1]}",
        f"`weight_ih_l0` {there[0]}, `weight_hh_l0` {there[1]}",
        f"`kernel` {shape[2]}, `recurrent_kernel` {shape[3]}",
        "where $D = H$, Keras's two matrices have one shape: exchanged, they load",
    )


def biases():
    names = {(3 * H, 1): "(3H, 1)", (3 * H,): "(3H,)", (2, 3 * H): "(2, 3H)"}
    ours = names[gru.init(np.random.default_rng(0), D, H)["b"].shape]
    fresh = torch.nn.GRU(D, H)
    there = names[tuple(fresh.bias_ih_l0.shape)]
    assert fresh.bias_ih_l0.abs().max() > 0 and fresh.bias_hh_l0.abs().max() > 0
    found = []
    for place in (True, False):
        layer = keras.layers.GRU(H, reset_after=place)
        layer.build(rows_first.shape)
        assert not layer.get_weights()[2].any()
        found.append(names[layer.get_weights()[2].shape])
    return (
        f"`b_in`, `b` {ours}, start at 0",
        f"`bias_ih_l0`, `bias_hh_l0` {there}, start at random",
        f"one `bias` {found[0]}, {found[1]} for `reset_after=False`; starts at 0",
        "adding the two up changes $n$ where $r$ acts after $W_n$",
    )


def summed_biases_change_n():
    """With r after the matrix the sum of both biases is another network: asserted for the row above."""
    params = interop.from_torch("gru", torch_layer()[1])
    merged = params | {"b_in": params["b_in"] + params["b"], "b": 0 * params["b"]}
    assert not near(gru.forward(params, x, reset_after=True)[0], gru.forward(merged, x, reset_after=True)[0])
    assert near(gru.forward(params, x)[0], gru.forward(merged, x)[0])


def large_z_keeps():
    summed_biases_change_n()
    h0 = rng.normal(size=(H, N))
    layer, arrays = torch_layer()[0], keras_layer()[1]
    with torch.no_grad():
        layer.bias_ih_l0[H : 2 * H] = 100
    kept = layer(torch.tensor(x.transpose(0, 2, 1).copy()), torch.tensor(h0.T.copy())[None])[1][0].detach().numpy().T
    assert near(kept, h0)
    own = keras_layer()[0]
    arrays[2][0][:H] = 100  # the first block is z
    own.set_weights(arrays)
    last = keras.ops.convert_to_numpy(own(rows_first, initial_state=np.float32(h0.T)))[:, -1].T
    assert near(last, np.float32(h0))
    params = gru.init(np.random.default_rng(0), D, H)
    gru.blocks(params["b"])[1][:] = 100
    assert near(gru.forward(params, x, h0)[1], h0)
    return (
        "$z$ near 1 keeps $h^{t-1}$",
        "the same",
        "the same",
        "papers that write $(1-z) \\odot h^{t-1} + z \\odot n$: there $z$ near 1 replaces",
    )


def layouts():
    plain, first = torch.nn.GRU(D, H), torch.nn.GRU(D, H, batch_first=True)
    assert default(torch.nn.RNNBase.__init__, "batch_first") is False
    outputs, last = plain(torch.zeros(T, N, D))
    named = {(T, N, H): "(T, N, H)", (1, N, H): "(1, N, H)", (N, H): "(N, H)", (N, T, H): "(N, T, H)"}
    a, b = named[tuple(outputs.shape)], named[tuple(last.shape)]
    turned, still = first(torch.zeros(N, T, D))
    assert named[tuple(turned.shape)] == "(N, T, H)" and named[tuple(still.shape)] == b
    standard = default(keras.layers.GRU, "return_sequences")
    only = named[tuple(keras.layers.GRU(H)(rows_first).shape)]
    every = named[tuple(keras.layers.GRU(H, return_sequences=True)(rows_first).shape)]
    assert standard is False and plain(torch.zeros(N, T, D))[0].shape == (N, T, H)  # read as T = 2: no error
    return (
        "`x` (T, D, N); outputs (T, H, N) and the last state (H, N)",
        f"`x` (T, N, D); outputs {a}, last state {b}; `batch_first=True`: (N, T, D)",
        f"`x` (N, T, D); only the last output {only}, with `return_sequences=True` all, {every}",
        "PyTorch takes (N, T, D) without `batch_first` and reads steps as examples",
    )


def stacked():
    layer = torch.nn.GRU(D, H, num_layers=2, dtype=torch.float64)
    names = [name for name, _ in layer.named_parameters() if name.startswith("weight_ih")]
    state = {name: p.detach().numpy() for name, p in layer.named_parameters()}
    h = x
    for k in (0, 1):
        h = gru.forward(interop.from_torch("gru", state, layer=k), h, reset_after=True)[0]
    assert near(h, ask_torch(layer)) and names == ["weight_ih_l0", "weight_ih_l1"]
    outputs, last = layer(torch.tensor(x.transpose(0, 2, 1).copy()))
    assert tuple(last.shape) == (2, N, H) and torch.equal(last[-1], outputs[-1]) and tuple(outputs.shape) == (T, N, H)
    model = keras.Sequential([keras.layers.GRU(H), keras.layers.GRU(H)])
    try:
        model(rows_first)
    except ValueError:
        pass
    else:
        raise AssertionError("a second GRU takes the last output alone")
    model = keras.Sequential([keras.layers.GRU(H, return_sequences=True), keras.layers.GRU(H)])
    assert tuple(model(rows_first).shape) == (N, H)
    return (
        "two layers: `forward` twice",
        "`num_layers=2`, names end in `_l0`, `_l1`; outputs are the top layer's, the last state is (2, N, H)",
        "two `GRU` layers, `return_sequences=True` in the lower one",
        "without `return_sequences=True` the second layer of Keras raises",
    )


def dropped():
    ones = torch.ones(T, N, D)
    layer = torch.nn.GRU(D, 200, num_layers=2, dropout=0.5)
    with torch.no_grad():
        for p in layer.parameters():
            p.zero_()
        layer.bias_ih_l0[400:] = 1  # layer 1 says the same to layer 2 at every step
        layer.weight_ih_l1[400:] = 0.1 * torch.eye(200)
    seen = layer(ones)[0].detach()  # layer 2: h[t] = h[t−1] / 2 + n / 2, n = tanh(0.1 · what is left of layer 1)
    before = torch.cat([torch.zeros(1, N, 200), seen[:-1]])
    zero = (2 * seen - before).abs() < 1e-6
    assert 0.4 < zero.float().mean() < 0.6 and not torch.equal(zero[0], zero[1])  # a new mask at each step
    top = torch.nn.GRU(D, H, num_layers=2, dropout=0.999)
    assert (top(ones)[0] != 0).all()  # the top outputs are whole
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        torch.nn.GRU(D, H, dropout=0.5)
    assert any("dropout" in str(one.message) for one in told)
    # Keras: on the layer's own input, one mask for all steps.
    own = keras.layers.GRU(D, dropout=0.5, return_sequences=True)
    own.build((N, T, D))
    kernel = np.zeros((D, 3 * D), np.float32)
    kernel[:, 2 * D :] = np.eye(D)
    own.set_weights([kernel, np.zeros((D, 3 * D), np.float32), np.zeros((2, 3 * D), np.float32)])
    big = np.ones((64, T, D), np.float32)
    out = keras.ops.convert_to_numpy(own(big, training=True))
    assert ((out[:, 0] == 0) == (out[:, -1] == 0)).all() and 0.3 < (out == 0).mean() < 0.7
    assert default(torch.nn.RNNBase.__init__, "dropout") == default(keras.layers.GRU, "dropout") == 0
    return (
        "dropout between the layers, a new mask at each step",
        "`dropout=`: between the layers, a new mask at each step",
        "`dropout=`: on the layer's own input, one mask for all steps",
        "one name, two places; with one layer PyTorch's does nothing but warn",
    )


def path():
    assert "recurrent_dropout" not in inspect.signature(torch.nn.GRU).parameters
    assert not any("recurrent" in name for name in inspect.signature(torch.nn.RNNBase.__init__).parameters)
    standard = default(keras.layers.GRU, "recurrent_dropout")
    layer = keras.layers.GRU(40, recurrent_dropout=0.5, return_sequences=True)
    layer.build((N, T, D))
    zeros = [np.zeros_like(w) for w in layer.get_weights()]
    zeros[2][0][:40] = 100  # z = 1: only the copy z h is left
    layer.set_weights(zeros)
    h0 = rng.normal(size=(N, 40)).astype(np.float32)
    kept = keras.ops.convert_to_numpy(layer(np.ones((N, T, D), np.float32), initial_state=h0, training=True))
    assert near(kept[:, -1], h0)  # the copy is not dropped
    zeros[2][0][:40] = -100  # z = 0: h = n, and n reads what is left of h
    zeros[1][:, 80:] = np.eye(40)
    layer.set_weights(zeros)
    h0 = np.ones((N, 40), np.float32)
    read = keras.ops.convert_to_numpy(layer(np.ones((N, T, D), np.float32), initial_state=h0, training=True))
    assert 0.2 < (read[:, 0] == 0).mean() < 0.8 and ((read[:, 0] == 0) == (read[:, -1] == 0)).all()
    return (
        "no dropout on the state's own path",
        "has none",
        f"`recurrent_dropout={standard:g}`: on what the matrices read of $h$, one mask for all steps; the copy "
        "$z \\odot h^{t-1}$ stays whole",
        "not the dropout on $h$ itself that section 10 tries",
    )


def off_at_test():
    layer = torch.nn.GRU(D, H, num_layers=2, dropout=0.5)
    given = torch.tensor(np.float32(x.transpose(0, 2, 1)))
    assert layer.training and not torch.equal(layer(given)[0], layer(given)[0])
    layer.eval()
    assert torch.equal(layer(given)[0], layer(given)[0])
    own = keras.layers.GRU(H, dropout=0.5)

    def ask(**how):
        return keras.ops.convert_to_numpy(own(rows_first, **how))

    assert np.array_equal(ask(), ask()) and not np.array_equal(ask(training=True), ask(training=True))
    told = []

    class Told(keras.layers.Layer):
        def call(self, given, training=None):
            told.append(training)
            return given

    model = keras.Sequential([keras.Input((D,)), Told(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    told.clear()
    model.fit(np.zeros((2, D), np.float32), np.zeros((2, 1), np.float32), verbose=0)
    assert told[-1] is True
    told.clear()
    model.predict(np.zeros((2, D), np.float32), verbose=0)
    assert not told[-1]
    return (
        "no masks, no dropout",
        "on until `.eval()`",
        "off unless `training=True`, which `fit` sets",
        "PyTorch without `.eval()` answers the same question differently each time",
    )


ROWS = [place_of_r, order, weights, biases, large_z_keeps, layouts, stacked, dropped, path, off_at_test]
