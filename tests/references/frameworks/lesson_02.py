"""What PyTorch and Keras do of lesson 2 by themselves, and where it surprises: every cell is asked for, not known."""

import inspect

import keras
import numpy as np
import torch

HEADER = ["this lesson", "PyTorch", "Keras", "the trap"]
T, N, D, H = 6, 2, 3, 4
X = np.random.default_rng(0).normal(size=(T, N, D)).astype(np.float32)


def layer(size=H):
    torch.manual_seed(0)
    return torch.nn.RNN(D, size)


def other(**options):
    keras.utils.set_random_seed(0)
    return keras.layers.SimpleRNN(H, return_sequences=True, **options)


def by_hand(cell, dlast):
    """Go back through time as the lesson does, from ∂E/∂h of the last step: the gradients of W and W_in."""
    W = cell.weight_hh_l0.detach().numpy()
    h = cell(torch.tensor(X))[0].detach().numpy()
    before = np.concatenate([np.zeros((1, N, H), np.float32), h[:-1]])
    dW, dW_in, dh = 0, 0, dlast
    for t in reversed(range(T)):
        delta = dh * (1 - h[t] ** 2)
        dW, dW_in, dh = dW + delta.T @ before[t], dW_in + delta.T @ X[t], delta @ W
    return dW, dW_in


def backward():
    """Autograd records the forward pass and gives the gradients of the hand-written pass."""
    cell, dlast = layer(), np.ones((N, H), np.float32)
    cell(torch.tensor(X))[1].sum().backward()
    dW, dW_in = by_hand(cell, dlast)
    once = cell.weight_hh_l0.grad.clone()
    assert np.allclose(once.numpy(), dW, atol=1e-5)
    assert np.allclose(cell.weight_ih_l0.grad.numpy(), dW_in, atol=1e-5)
    cell(torch.tensor(X))[1].sum().backward()
    assert torch.allclose(cell.weight_hh_l0.grad, 2 * once)
    model = other()
    keras.ops.sum(model(X.transpose(1, 0, 2))).backward()  # the torch backend's own
    assert all(weight.value.grad is not None for weight in model.trainable_weights)
    return (
        "`grads, dx, dh0 = rnn.backward(cache, dh)`",
        "`loss.backward()` writes into `p.grad`",
        "`model.fit` does it; by hand as the backend does, here `loss.backward()`, `weight.value.grad`",
        "PyTorch adds to what is in `p.grad`: without `zero_grad()` two passes give twice the gradient",
    )


def check():
    """PyTorch's own gradient check wants float64."""
    known = inspect.signature(torch.autograd.gradcheck).parameters
    eps, rtol = known["eps"].default, known["rtol"].default
    double = torch.nn.RNN(D, H, dtype=torch.float64)
    x = torch.tensor(X[:3], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: double(x)[0], (x,))
    single = torch.tensor(X[:3], requires_grad=True)
    passed = torch.autograd.gradcheck(lambda x: layer()(x)[0], (single,), raise_exception=False)
    assert not passed and not any("gradcheck" in name.lower() for name in dir(keras.utils))
    return (
        "`gradcheck.errors`",
        f"`torch.autograd.gradcheck`: ε {eps:.0e}, relative tolerance {rtol:.0e}".replace("e-0", "e-"),
        "none",
        "in float32 a right gradient fails PyTorch's check: use float64",
    )


def truncation():
    """detach cuts the graph; a stateful Keras layer carries the state and no gradient."""
    cell, x = layer(), torch.tensor(X)
    _, middle = cell(x[:3])
    cell(x[3:], middle.detach())[1].sum().backward()
    cut = cell.weight_hh_l0.grad.clone()
    cell.zero_grad()
    cell(x)[1].sum().backward()
    assert not torch.allclose(cut, cell.weight_hh_l0.grad)
    _, middle = cell(x[:3])
    middle.sum().backward()
    try:
        cell(x[3:], middle)[1].sum().backward()
        message = ""
    except RuntimeError as error:
        message = str(error)
    assert "backward through the graph a second time" in message
    kept = other(stateful=True)
    rows = X.transpose(1, 0, 2)
    kept(rows[:, :3])
    for weight in kept.trainable_weights:
        weight.value.grad = None
    keras.ops.sum(kept(rows[:, 3:])[:, -1]).backward()
    plain = other()
    plain(rows[:, :3])
    plain.set_weights(kept.get_weights()[: len(plain.weights)])
    state = keras.ops.convert_to_numpy(plain(rows[:, :3])[:, -1])
    keras.ops.sum(plain(rows[:, 3:], initial_state=keras.ops.convert_to_tensor(state))[:, -1]).backward()
    gradients = [m.trainable_weights[1].value.grad.numpy() for m in (kept, plain)]
    assert np.allclose(*gradients, atol=1e-5)
    return (
        "truncation: carry the state, cut the gradient",
        "`h = h.detach()` between chunks",
        "`stateful=True`: the state goes on, the gradient stops at each call",
        "without `detach` PyTorch's second `backward()` raises *Trying to backward through the graph a second time*",
    )


def update():
    """A weight is changed where autograd does not look."""
    p = torch.nn.Parameter(torch.ones(2))
    try:
        p -= 0.1
        raised = False
    except RuntimeError:
        raised = True
    assert raised
    with torch.no_grad():
        p -= 0.1
    assert torch.allclose(p, torch.tensor(0.9))
    v = keras.Variable(np.ones(2, np.float32))
    keras.optimizers.SGD(0.1).apply([keras.ops.ones(2)], [v])
    assert np.allclose(keras.ops.convert_to_numpy(v), 0.9)
    return (
        "`p -= rate * g`",
        "`optimizer.step()`, or `p -= …` inside `torch.no_grad()`",
        "`optimizer.apply(grads, weights)`",
        "outside `no_grad` PyTorch refuses to change a parameter in place",
    )


def radius():
    """The first W is small in PyTorch, orthogonal in Keras."""

    def largest(W):
        return float(np.abs(np.linalg.eigvals(W)).max())

    size = 256
    theirs = [largest(layer(size).weight_hh_l0.detach().numpy())]
    for seed in range(15):
        torch.manual_seed(100 + seed)
        theirs.append(largest(torch.nn.RNN(D, size).weight_hh_l0.detach().numpy()))
    keras.utils.set_random_seed(0)
    cell = keras.layers.SimpleRNN(size)
    cell(np.zeros((1, 1, D), np.float32))
    W = cell.get_weights()[1]
    assert max(theirs) < 0.7 and abs(largest(W) - 1) < 1e-4 and abs(np.linalg.norm(W, 2) - 1) < 1e-4
    Q = torch.nn.init.orthogonal_(torch.empty(size, size)).numpy()
    assert abs(largest(Q) - 1) < 1e-4
    return (
        "Xavier: $\\rho(W)$ about 1",
        f"$\\rho(W)$ about {np.median(theirs):.1f} with 256 units; `nn.init.orthogonal_` makes it 1",
        f"orthogonal: $\\rho(W)$ = ‖W‖ = {largest(W):.0f}",
        "with PyTorch's start the gradient shrinks faster: longer lags need another `W`",
    )


def half():
    """The squared error has no ½ elsewhere."""
    y, d = torch.tensor([[3.0]], requires_grad=True), torch.tensor([[1.0]])
    loss = torch.nn.functional.mse_loss(y, d)
    loss.backward()
    theirs = float(keras.losses.MeanSquaredError()(d.numpy(), y.detach().numpy()))
    assert loss.item() == theirs == 4.0 and y.grad.item() == 4.0  # ½ (y − d)² is 2, its slope y − d is 2
    return (
        "`squared_error`: mean of ½ (y − d)²",
        "`MSELoss`: mean of (y − d)²",
        "`MeanSquaredError`: mean of (y − d)²",
        "loss and gradient are twice as large: the same learning rate makes twice the step",
    )


def memory():
    """What is kept for the way back, and what keeps it by mistake."""
    cell, x = layer(), torch.tensor(X)
    loss = cell(x)[0].sum()
    with torch.no_grad():
        free = cell(x)[0].sum()
    assert loss.grad_fn is not None and free.grad_fn is None and isinstance(loss.item(), float)
    total = 0 + loss
    assert total.grad_fn is not None
    model = keras.Sequential([other()])
    assert isinstance(model.predict(X.transpose(1, 0, 2), verbose=0), np.ndarray)  # numbers, no tensors of a graph
    return (
        "the cache of `forward`",
        "the graph behind `loss`; none inside `torch.no_grad()`",
        "`model.predict` keeps none",
        "`total += loss` keeps every graph alive: add `loss.item()`",
    )


ROWS = [backward, check, truncation, update, radius, half, memory]
