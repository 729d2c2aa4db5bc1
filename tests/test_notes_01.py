"""The notes' experiment: its gradients, many networks at once against each one alone, clipping, refusals."""

import numpy as np
import pytest

from helpers import clipping, data, dense, gradcheck, rnn
from lessons import notes_01

pytestmark = pytest.mark.filterwarnings("error")

ACTIVATIONS = ["sigmoid", "tanh", "relu", "identity"]
SLOPES = ["shipped", "corrected"]
NAN, INF = np.nan, np.inf
E, H, T, N = 3, 16, 6, 4


def problem(networks=E, bits=T, examples=N, seed=0, scheme="he"):
    """Return weights, and for every network examples of its own."""
    rng = np.random.default_rng(seed)
    params = notes_01.init(rng, networks, scheme=scheme)
    x, target = data.binary_addition(rng, bits, networks * examples)
    shape = (bits, -1, networks, examples)
    return params, *(array.reshape(shape).transpose(0, 2, 1, 3) for array in (x, target))


def gradients(params, x, target, activation, slope="corrected"):
    h, y = notes_01.forward(params, x, activation)
    return notes_01.backward(params, x, h, y, target, activation, slope)


def one(arrays, e):
    """Return the arrays of one network, its axis kept."""
    return {name: array[e : e + 1] for name, array in arrays.items()}


def alone(params, e):
    """Return one network as the kernels take it: zero biases."""
    W_in, W, W_out = (params[name][e] for name in ("W_in", "W", "W_out"))
    return {"W_in": W_in, "W": W, "b": np.zeros((len(W), 1))}, {"W_out": W_out, "b_out": np.zeros((1, 1))}


def loss_of(params, x, target, activation):
    return 0.5 * np.sum((notes_01.forward(params, x, activation)[1] - target) ** 2)


def test_init_draws_its_shapes_and_widths():
    params = notes_01.init(np.random.default_rng(0), 400)
    assert {k: v.shape for k, v in params.items()} == {"W_in": (400, 16, 2), "W": (400, 16, 16), "W_out": (400, 1, 16)}
    assert params["W"].std() == pytest.approx(1, rel=0.02)
    he = notes_01.init(np.random.default_rng(0), 400, scheme="he")
    assert [he[k].std() for k in ("W_in", "W", "W_out")] == pytest.approx([1, 8**-0.5, 8**-0.5], rel=0.02)
    assert not np.array_equal(params["W"][0], params["W"][1])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_forward_is_the_kernels_with_zero_biases(activation):
    params, x, _ = problem()
    h, y = notes_01.forward(params, x, activation)
    assert h.shape == (T, E, H, N) and y.shape == (T, E, 1, N)
    for e in range(E):
        layer, output = alone(params, e)
        states, _, _ = rnn.forward(layer, x[:, e], activation=activation)
        np.testing.assert_allclose(h[:, e], states, rtol=1e-12, atol=1e-14)
        v, _ = dense.forward(output, states)
        np.testing.assert_allclose(y[:, e], 1 / (1 + np.exp(-v)), rtol=1e-12, atol=1e-15)


def test_the_same_inputs_may_serve_every_network():
    params, x, _ = problem()
    h, y = notes_01.forward(params, x[:, :1])
    again = notes_01.forward(params, np.repeat(x[:, :1], E, axis=1))
    np.testing.assert_array_equal(h, again[0])
    np.testing.assert_array_equal(y, again[1])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(3))
def test_the_corrected_gradient_is_that_of_the_loss(activation, seed):
    params, x, target = problem(seed=seed)
    found = gradients(params, x, target, activation)
    assert {k: v.shape for k, v in found.items()} == {k: v.shape for k, v in params.items()}
    errors = gradcheck.errors(lambda: loss_of(params, x, target, activation), params, found)
    assert max(errors.values()) <= 1e-7, errors


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_the_shipped_gradient_is_not(activation):
    """The sigmoid's slope taken twice, in the sample's own set-up: an error that no rounding explains."""
    params, x, target = problem(40, 8, 20, scheme="normal")
    grads = [gradients(params, x, target, activation, slope) for slope in SLOPES]
    flat = [np.concatenate([g.reshape(40, -1) for g in found.values()], axis=1) for found in grads]
    errors = [gradcheck.relative_error(a, n) for a, n in zip(*flat, strict=True)]
    assert min(errors) > 0.01 and 0.1 < np.median(errors) < 0.6


def test_the_shipped_slope_does_not_fall_with_the_output():
    """Equation (3′): at an output of nearly 1 the true slope is nearly 0, the shipped one σ(1)(1 − σ(1)) = 0.1966."""
    params = {"W_in": np.full((1, 1, 2), 30.0), "W": np.zeros((1, 1, 1)), "W_out": np.ones((1, 1, 1))}
    x, target = np.ones((1, 1, 2, 1)), np.zeros((1, 1, 1, 1))
    shipped, right = (gradients(params, x, target, "identity", slope) for slope in SLOPES)
    assert shipped["W_out"].item() == pytest.approx(60 * 0.19661193, rel=1e-7)
    assert abs(right["W_out"].item()) < 1e-12


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("slope", SLOPES)
def test_many_networks_are_each_network_alone(activation, slope):
    params, x, target = problem()
    together = gradients(params, x, target, activation, slope)
    for e in range(E):
        single = gradients(one(params, e), x[:, e : e + 1], target[:, e : e + 1], activation, slope)
        for name in params:
            np.testing.assert_allclose(together[name][e], single[name][0], rtol=1e-12, atol=1e-14)


def by_the_kernels(params, e, seed, networks, *, activation, updates, rate, threshold=None):
    """Train network e of an ensemble by `rnn`, `dense` and `clipping`, on the pairs that `notes_01.train` draws."""
    rng = np.random.default_rng(seed)
    layer, output = alone({k: v.copy() for k, v in params.items()}, e)
    for update in range(updates):
        if update % 100 == 0:
            xs, targets = data.binary_addition(rng, 8, 100 * networks)
        column = update % 100 * networks + e
        x, target = xs[:, :, column, None], targets[:, :, column, None]
        h, _, cache = rnn.forward(layer, x, activation=activation)
        v, top = dense.forward(output, h)
        y = 1 / (1 + np.exp(-v))
        out_grads, dh = dense.backward(top, (y - target) * y * (1 - y))
        grads, _, _ = rnn.backward(cache, dh)
        grads = {"W_in": grads["W_in"], "W": grads["W"], "W_out": out_grads["W_out"]}
        if threshold is not None:
            grads, _ = clipping.clip_by_global_norm(grads, threshold)
        for array, name in ((layer["W_in"], "W_in"), (layer["W"], "W"), (output["W_out"], "W_out")):
            array -= rate * grads[name]
    return {"W_in": layer["W_in"], "W": layer["W"], "W_out": output["W_out"]}


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("threshold", [None, 0.2])
def test_training_is_that_of_each_network_alone(activation, threshold):
    """On 150 updates, so that a second block of pairs is drawn; the threshold of 0.2 cuts most of them."""
    params = notes_01.init(np.random.default_rng(3), E, scheme="he")
    options = {"activation": activation, "updates": 150, "threshold": threshold}
    trained, losses = notes_01.train(
        params, np.random.default_rng(4), slope="corrected", learning_rate=0.3, every=10, **options
    )
    assert losses.shape == (15, E) and np.isfinite(losses).all()
    for e in range(E):
        expected = by_the_kernels(params, e, 4, E, rate=0.3, **options)
        for name in params:
            np.testing.assert_allclose(trained[name][e], expected[name], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("kind", ["global", "norm", "value"])
def test_clip_is_clipping_of_each_network_alone(kind):
    rng = np.random.default_rng(5)
    lengths = np.array([1e-200, 0.1, 1.0, 30.0, 1e200])[:, None, None]
    grads = {name: lengths * rng.normal(size=(5, *shape)) for name, shape in (("W", (3, 3)), ("W_out", (1, 3)))}
    kept = {name: array.copy() for name, array in grads.items()}
    found, norms = notes_01.clip(grads, 0.7, kind), notes_01.norms(grads)
    assert norms.shape == (5,) and list(found) == list(grads)
    for e in range(5):
        own = {name: array[e] for name, array in grads.items()}
        together, norm = clipping.clip_by_global_norm(own, 0.7)
        each = {name: clipping.clip_by_norm(array, 0.7) for name, array in own.items()}
        expected = {"global": together, "norm": each, "value": clipping.clip_by_value(own, 0.7)}[kind]
        assert norms[e] == pytest.approx(norm, rel=1e-13)
        for name in own:
            np.testing.assert_allclose(found[name][e], expected[name], rtol=1e-13)
    for name in grads:
        np.testing.assert_array_equal(grads[name], kept[name])


@pytest.mark.parametrize("kind", ["global", "norm", "value"])
def test_clip_leaves_zero_alone_and_hides_nothing(kind):
    grads = {"W": np.zeros((3, 2, 2)), "W_out": np.zeros((3, 1, 2))}
    grads["W"][1, 0, 0], grads["W"][2, 0, 0] = INF, NAN
    found = notes_01.clip(grads, 1.0, kind)
    assert not found["W"][0].any() and not found["W_out"][0].any()
    assert np.isnan(found["W"][1, 0, 0]) and np.isnan(found["W"][2, 0, 0])
    assert notes_01.norms(grads)[0] == 0 and np.isnan(notes_01.norms(grads)[1:]).all()


@pytest.mark.parametrize("threshold", [None, 1.0])
def test_a_network_that_is_nan_disturbs_no_other(threshold):
    params = notes_01.init(np.random.default_rng(6), 4, scheme="he")
    options = {"activation": "relu", "updates": 60, "threshold": threshold, "every": 20}
    well, losses = notes_01.train(params, np.random.default_rng(7), **options)
    params["W"][2, 0, 0] = NAN
    ill, ill_losses = notes_01.train(params, np.random.default_rng(7), **options)
    others = [0, 1, 3]
    assert np.isnan(ill["W"][2]).any() and np.isnan(ill_losses[:, 2]).any()
    np.testing.assert_array_equal(ill_losses[:, others], losses[:, others])
    for name in params:
        np.testing.assert_array_equal(ill[name][others], well[name][others])
    assert not notes_01.solved(ill, "relu")[2]


def test_train_keeps_its_arguments_and_repeats():
    params = notes_01.init(np.random.default_rng(8), 2)
    kept = {name: array.copy() for name, array in params.items()}
    runs = [notes_01.train(params, np.random.default_rng(9), updates=30, every=7) for _ in range(2)]
    other, _ = notes_01.train(params, np.random.default_rng(10), updates=30)
    for name in params:
        np.testing.assert_array_equal(params[name], kept[name])
        np.testing.assert_array_equal(runs[0][0][name], runs[1][0][name])
        assert not np.array_equal(runs[0][0][name], kept[name])
        assert not np.array_equal(runs[0][0][name], other[name])
    np.testing.assert_array_equal(runs[0][1], runs[1][1])
    assert runs[0][1].shape == (5, 2)  # updates 0, 7, 14, 21, 28


def test_the_first_loss_is_that_of_the_start():
    """Before any update, on the first pair of each network: half the squared error, summed over the bits."""
    params = notes_01.init(np.random.default_rng(11), 3)
    _, losses = notes_01.train(params, np.random.default_rng(12), updates=1)
    x, target = data.binary_addition(np.random.default_rng(12), 8, 300)
    for e in range(3):
        expected = loss_of(one(params, e), x[:, None, :, e, None], target[:, None, :, e, None], "sigmoid")
        assert losses[0, e] == pytest.approx(expected, rel=1e-12)


def test_watch_sees_each_gradient_before_it_is_clipped():
    params, seen = notes_01.init(np.random.default_rng(13), 2), []
    notes_01.train(
        params,
        np.random.default_rng(14),
        updates=5,
        threshold=1e-3,
        watch=lambda update, grads: seen.append((update, notes_01.norms(grads))),
    )
    assert [update for update, _ in seen] == [0, 1, 2, 3, 4]
    assert all(norm.shape == (2,) and (norm > 1e-3).all() for _, norm in seen)


@pytest.mark.parametrize("kind", ["global", "norm", "value"])
def test_an_update_is_the_clipped_gradient_times_the_rate(kind):
    params, seen = notes_01.init(np.random.default_rng(15), 4), []
    options = {"updates": 1, "threshold": 0.01, "kind": kind, "learning_rate": 0.5}
    after, _ = notes_01.train(params, np.random.default_rng(16), watch=lambda _, grads: seen.append(grads), **options)
    clipped = notes_01.clip(seen[0], 0.01, kind)
    for name in params:
        np.testing.assert_allclose(after[name] - params[name], -0.5 * clipped[name], rtol=1e-9, atol=1e-15)
    if kind == "global":
        np.testing.assert_allclose(notes_01.norms(clipped), 0.01, rtol=1e-12)


@pytest.fixture(scope="module")
def trained():
    """Train a network until it adds, and put an untrained one beside it."""
    rng = np.random.default_rng(17)
    start = notes_01.init(rng, 1, scheme="xavier")
    learned, _ = notes_01.train(start, rng, activation="tanh", updates=6000)
    return {name: np.concatenate([learned[name], start[name]]) for name in start}


def test_solved_tells_a_network_that_learned_from_one_that_did_not(trained):
    assert notes_01.solved(trained, "tanh").tolist() == [True, False]


@pytest.mark.parametrize("wrong", [None, (0, 0), (1, 1), (127, 126)])
@pytest.mark.parametrize("step", [0, 7])
def test_solved_needs_every_bit_of_every_pair(wrong, step, monkeypatch):
    """A network that is right but for one bit of one pair, be it in the sample that is looked at first or not."""

    def forward(params, x, activation):
        a, b = x[:, 0, 0], x[:, 0, 1]
        y = 0.25 + 0.5 * data.add_bits(a, b)[1]
        if wrong is not None:
            here = (data.to_bits([wrong[0]], 8) == a).all(axis=0) & (data.to_bits([wrong[1]], 8) == b).all(axis=0)
            y[step, 0, here] = 1 - y[step, 0, here]
        return None, y[:, None]

    monkeypatch.setattr(notes_01, "forward", forward)
    assert notes_01.solved({"W": np.zeros((2, 1, 1))}).tolist() == [wrong is None] * 2


RNG = np.random.default_rng(0)
SMALL = notes_01.init(np.random.default_rng(0), 1)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: notes_01.init(RNG, 0), "networks: expected a whole number of at least 1, got 0"),
        (lambda: notes_01.init(RNG, 1, scheme="lecun"), "scheme: expected one of"),
        (lambda: notes_01.init(0, 1), "rng: expected a np.random.Generator"),
        (lambda: notes_01.forward(SMALL, np.zeros((8, 2, 1))), r"x: expected shape \(T, E, 2, N\), got \(8, 2, 1\)"),
        (lambda: notes_01.forward(SMALL, np.zeros((8, 1, 2, 1)), "swish"), "activation: expected one of"),
        (lambda: gradients(SMALL, *problem(1)[1:], "tanh", "mended"), "slope: expected one of 'shipped', 'corrected'"),
        (lambda: notes_01.train(SMALL, 0, updates=1), "rng: expected a np.random.Generator"),
        (lambda: notes_01.train(SMALL, RNG, updates=0), "updates: expected a whole number of at least 1, got 0"),
        (lambda: notes_01.train(SMALL, RNG, updates=1, every=0), "every: expected a whole number of at least 1, got 0"),
        (
            lambda: notes_01.train(SMALL, RNG, updates=1, learning_rate=0),
            "learning_rate: expected a finite number above 0, got 0",
        ),
        (
            lambda: notes_01.train(SMALL, RNG, updates=1, learning_rate=NAN),
            "learning_rate: expected a finite number above 0",
        ),
        (lambda: notes_01.train(SMALL, RNG, updates=1, kind="each"), "kind: expected one of 'global', 'norm', 'value'"),
        (lambda: notes_01.clip(SMALL, 1.0, "each"), "kind: expected one of 'global', 'norm', 'value'"),
        (lambda: notes_01.solved(SMALL, "swish"), "activation: expected one of"),
    ],
)
def test_refusals(call, told):
    with pytest.raises(ValueError, match=told):
        call()


@pytest.mark.parametrize("bad", [0, -1.0, NAN, INF, True, "1"])
def test_thresholds_are_above_0_and_finite(bad):
    for call in (
        lambda: notes_01.clip(SMALL, bad),
        lambda: notes_01.clip(SMALL, bad, "value"),
        lambda: notes_01.train(SMALL, RNG, updates=1, threshold=bad),
    ):
        with pytest.raises(ValueError, match="threshold: expected a finite number above 0, got "):
            call()
