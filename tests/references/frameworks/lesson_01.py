"""What PyTorch and Keras call the parts of lesson 1, and where a port goes wrong: every cell is asked for."""

import inspect

import keras
import numpy as np
import torch

HEADER = ["this lesson", "PyTorch", "Keras", "the trap"]
T, N, D, H = 5, 2, 3, 4
RNG = np.random.default_rng(0)
X = RNG.normal(size=(T, D, N)).astype(np.float32)  # the course's order


def default(function, name):
    """Return the default of an argument."""
    return inspect.signature(function).parameters[name].default


def torch_rnn(**options):
    torch.manual_seed(0)
    return torch.nn.RNN(D, H, **options)


def keras_rnn(**options):
    keras.utils.set_random_seed(0)
    layer = keras.layers.SimpleRNN(H, **options)
    layer(np.zeros((1, 1, D), np.float32))
    return layer


def by_hand(W_in, W, b):
    """Run the lesson's equations on X; weights and result in the course's layout."""
    h, states = np.zeros((H, N)), []
    for x in X:
        h = np.tanh(W_in @ x + W @ h + b)
        states.append(h)
    return np.array(states)


def order():
    """Batches in the wrong order run without a word, where the two sizes are free."""
    assert default(torch.nn.RNN, "args") is inspect.Parameter.empty and torch_rnn().batch_first is False
    rows = torch.tensor(X.transpose(2, 0, 1).copy())  # (N, T, D), as Keras has it
    wrong, _ = torch_rnn()(rows)
    right, _ = torch_rnn(batch_first=True)(rows)
    assert wrong.shape == right.shape == (N, T, H) and not torch.allclose(wrong, right)
    assert keras_rnn(return_sequences=True)(rows.numpy()).shape == (N, T, H)
    return (
        "`x` (T, D, N)",
        f"`nn.RNN`: (T, N, D); `batch_first={torch_rnn().batch_first}` by default",
        "`SimpleRNN`: (N, T, D)",
        "an (N, T, D) batch goes through PyTorch's default without an error and gives other numbers",
    )


def weights():
    """PyTorch keeps the course's orientation and two biases that are added; Keras keeps the transposes."""
    layer, other = torch_rnn(), keras_rnn(return_sequences=True)
    W_in, W, b_ih, b_hh = (p.detach().numpy() for p in layer.parameters())
    names = [name for name, _ in layer.named_parameters()]
    found = layer(torch.tensor(X.transpose(0, 2, 1).copy()))[0].detach().numpy().transpose(0, 2, 1)
    assert np.allclose(found, by_hand(W_in, W, (b_ih + b_hh)[:, None]), atol=1e-6)
    kernel, recurrent, bias = other.get_weights()
    ours = by_hand(kernel.T, recurrent.T, bias[:, None])
    found = keras.ops.convert_to_numpy(other(X.transpose(2, 0, 1))).transpose(1, 2, 0)
    assert np.allclose(found, ours, atol=1e-6)
    assert not np.allclose(found, by_hand(kernel.T, recurrent, bias[:, None]), atol=1e-3)
    assert W_in.shape == (H, D) and W.shape == (H, H) and kernel.shape == (D, H) and recurrent.shape == (H, H)
    keys = [variable.name for variable in other.cell.weights]
    return (
        "`W_in` (H, D), `W` (H, H), `b` (H, 1)",
        f"`{names[0]}` (H, D), `{names[1]}` (H, H), `{names[2]}` + `{names[3]}` (H,)",
        f"`{keys[0]}` (D, H), `{keys[1]}` (H, H), `{keys[2]}` (H,)",
        "Keras's matrices are the transposes: for the square `W` no shape tells; PyTorch's two biases are added",
    )


def starts():
    """The first weights are drawn from other distributions."""
    big = torch.nn.RNN(64, 400)
    drawn = torch.cat([p.detach().ravel() for p in big.parameters()]).numpy()
    assert 0.99 * 400**-0.5 < np.abs(drawn).max() <= 400**-0.5
    assert abs(drawn.std() - 400**-0.5 / 3**0.5) < 1e-3  # the standard deviation of a uniform draw
    assert all(p.abs().max() > 0 for name, p in big.named_parameters() if name.startswith("bias"))
    names = [default(keras.layers.SimpleRNN, f"{part}_initializer") for part in ("kernel", "recurrent", "bias")]
    W = keras_rnn().get_weights()[1]
    assert np.allclose(W @ W.T, np.eye(H), atol=1e-5)
    return (
        "Xavier: normal, standard deviation $1/\\sqrt{\\text{columns}}$; `b` 0",
        "all four, biases too: uniform in $\\pm 1/\\sqrt{H}$",
        f"`{names[0]}`; `W` `{names[1]}`; biases `{names[2]}`",
        "the same network starts differently in each: compare results only after copying the weights",
    )


def activation():
    """PyTorch's layer has two activations, Keras's any."""
    kind = default(keras.layers.SimpleRNN, "activation")
    first = torch_rnn().nonlinearity
    accepted = []
    for name in ("tanh", "relu", "sigmoid"):
        try:
            torch_rnn(nonlinearity=name)
            accepted.append(name)
        except ValueError:
            pass
        keras_rnn(activation=name)
    assert first == kind == "tanh" and "sigmoid" not in accepted
    return (
        "`activation=`: tanh, sigmoid, relu, identity",
        f"`nonlinearity=`: {' or '.join(accepted)}, default {first}",
        f"`activation=`: any, default {kind}",
        "a sigmoid network such as the notes' cannot be written as `nn.RNN`",
    )


def outputs():
    """PyTorch returns all outputs and the last state, Keras by default the last output alone."""
    out, last = torch_rnn()(torch.tensor(X.transpose(0, 2, 1).copy()))
    assert out.shape == (T, N, H) and last.shape == (1, N, H) and torch.equal(out[-1], last[0])
    rows = X.transpose(2, 0, 1)
    short, full = keras_rnn()(rows), keras_rnn(return_sequences=True)(rows)
    assert short.shape == (N, H) and full.shape == (N, T, H)
    flag = default(keras.layers.SimpleRNN, "return_sequences")
    try:
        keras_rnn()(keras_rnn()(rows))
        raised = False
    except ValueError:
        raised = True
    assert flag is False and raised
    return (
        "`outputs` (T, H, N), `state` (H, N)",
        "outputs (T, N, H), `h_n` (1, N, H)",
        f"`return_sequences={flag}`: the last output (N, H) alone",
        "to stack layers the lower one needs `return_sequences=True`; without it Keras raises",
    )


def state():
    """Neither layer goes on from the batch before, unless told."""
    layer, x = torch_rnn(), torch.tensor(X.transpose(0, 2, 1).copy())
    assert torch.equal(layer(x)[0], layer(x)[0])
    whole, _ = layer(x)
    _, middle = layer(x[:2])
    assert torch.allclose(layer(x[2:], middle)[0], whole[2:], atol=1e-6)
    flag = default(keras.layers.SimpleRNN, "stateful")
    rows = X.transpose(2, 0, 1)
    plain = keras_rnn()
    assert np.allclose(*(keras.ops.convert_to_numpy(plain(rows)) for _ in range(2)))
    kept = keras.layers.SimpleRNN(H, stateful=True)
    first, second = (keras.ops.convert_to_numpy(kept(rows)) for _ in range(2))
    assert flag is False and not np.allclose(first, second)
    kept.reset_state()
    assert np.allclose(keras.ops.convert_to_numpy(kept(rows)), first)
    return (
        "`state=`, 0 if not given",
        "second argument `h_0` (1, N, H), 0 if not given",
        f"`initial_state=`; `stateful={flag}` by default",
        "with `stateful=True` each call goes on from the last one, unrelated batches too, until `reset_state()`",
    )


def loss():
    """Cross-entropy from logits: PyTorch by two names, Keras only when told."""
    v, d = np.array([[2.0, -3.0]], np.float32), np.array([[0.0, 1.0]], np.float32)
    ours = float(np.mean(np.log1p(np.exp(v)) - d * v))
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(v), torch.tensor(d)).item()
    right = float(keras.losses.BinaryCrossentropy(from_logits=True)(d, v))
    wrong = float(keras.losses.BinaryCrossentropy()(d, v))
    flag = default(keras.losses.BinaryCrossentropy, "from_logits")
    assert np.isclose(ours, theirs) and np.isclose(ours, right) and not np.isclose(ours, wrong, rtol=0.1)
    try:
        torch.nn.functional.binary_cross_entropy(torch.tensor(v), torch.tensor(d))
        raised = False
    except RuntimeError:
        raised = True
    assert flag is False and raised
    return (
        "`binary_cross_entropy(logits, target)`",
        "`BCEWithLogitsLoss`, a mean; `BCELoss` wants probabilities",
        f"`BinaryCrossentropy(from_logits={flag})` by default",
        "logits where probabilities are wanted: PyTorch raises outside 0 to 1, Keras returns a wrong number",
    )


def adam():
    """The same rule with other defaults."""
    ours = inspect.signature(torch.optim.Adam).parameters
    theirs = inspect.signature(keras.optimizers.Adam).parameters
    rates = ours["lr"].default, theirs["learning_rate"].default
    eps = ours["eps"].default, theirs["epsilon"].default
    assert rates[0] == rates[1] and eps[0] < eps[1]
    assert ours["betas"].default == (theirs["beta_1"].default, theirs["beta_2"].default) == (0.9, 0.999)
    p = torch.nn.Parameter(torch.ones(1))
    for _ in range(2):
        (3 * p).sum().backward()
    assert p.grad.item() == 6
    return (
        "`Adam(learning_rate=0.001, epsilon=1e-8)`",
        f"`Adam(lr={rates[0]}, eps={eps[0]:.0e})`".replace("e-0", "e-"),
        f"`Adam(learning_rate={rates[1]}, epsilon={eps[1]:.0e})`".replace("e-0", "e-"),
        "PyTorch adds to `grad` until `zero_grad()`: two backward passes give the sum of both",
    )


ROWS = [order, weights, starts, activation, outputs, state, loss, adam]
