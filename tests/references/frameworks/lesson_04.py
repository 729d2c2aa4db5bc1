"""Ask PyTorch and Keras how they clip: names, defaults, order, and what they do with NaN and inf."""

import inspect

import keras
import numpy as np
import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

LONG, SHORT = (3.0, 4.0), (0.3, 0.4)  # the two arrays of section 2


def by_torch(clip, *grads, **options):
    """Clip gradients in place; return what was clipped to, as one vector, and what the function returned."""
    parameters = [torch.nn.Parameter(torch.zeros(2)) for _ in grads]
    for parameter, grad in zip(parameters, grads, strict=True):
        parameter.grad = torch.tensor(grad)
    told = clip(parameters, 1.0, **options)
    return np.concatenate([p.grad.numpy() for p in parameters]), told


def by_keras(*grads, **options):
    """Take one step of 1 downhill from 0; return what was clipped to, as one vector."""
    weights = [keras.Variable(np.zeros(2, "float32")) for _ in grads]
    optimizer = keras.optimizers.SGD(1.0, **options)
    optimizer.apply([torch.tensor(grad) for grad in grads], weights)
    return -np.concatenate([w.numpy() for w in weights])


def default(function, name):
    """Return the default of an argument as Python writes it."""
    return repr(inspect.signature(function).parameters[name].default)


def global_norm():
    """One norm over all arrays: a function for the one, an option of the optimizer for the other."""
    clipped, norm = by_torch(clip_grad_norm_, LONG, SHORT)
    kept = by_keras(LONG, SHORT, global_clipnorm=1.0)
    whole = np.array(LONG + SHORT)
    right = whole / np.linalg.norm(whole)
    assert np.isclose(norm.item(), np.linalg.norm(whole)) and np.allclose(clipped, right) and np.allclose(kept, right)
    assert default(keras.optimizers.Adam, "global_clipnorm") == default(keras.optimizers.Adam, "clipnorm") == "None"
    for kind in (torch.optim.SGD, torch.optim.Adam):
        assert not [name for name in inspect.signature(kind).parameters if "clip" in name]
    return (
        "`clip_by_global_norm(grads, θ)`, a new dict and the norm before",
        "`torch.nn.utils.clip_grad_norm_(parameters, θ)`, in place; returns the norm before",
        f"`Adam(global_clipnorm=θ)`, default `{default(keras.optimizers.Adam, 'global_clipnorm')}`",
        "neither library clips unless told to; PyTorch's optimizers have no option for it",
    )


def every_optimizer():
    """Several optimizers of Keras take the three options, and none is on."""
    for kind in (keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.RMSprop):
        for name in ("clipnorm", "global_clipnorm", "clipvalue"):
            assert default(kind, name) == "None"


def by_array():
    """The option with the shorter name takes each array alone."""
    every_optimizer()
    kept = by_keras(LONG, SHORT, clipnorm=1.0)
    alone = np.concatenate([by_torch(clip_grad_norm_, grad)[0] for grad in (LONG, SHORT)])
    assert np.allclose(kept, [0.6, 0.8, 0.3, 0.4]) and np.allclose(alone, kept)
    return (
        "array by array, `clip_by_norm(grad, θ)`",
        "`clip_grad_norm_` called for each parameter",
        "`Adam(clipnorm=θ)`",
        f"Keras's `clipnorm` is **not** the global norm: for the two arrays of section 2 {np.linalg.norm(kept):.3f}",
    )


def by_value():
    """By value, and only one of Keras's three options at a time."""
    kept, clipped = by_keras(LONG, SHORT, clipvalue=1.0), by_torch(clip_grad_value_, LONG, SHORT)[0]
    assert np.allclose(kept, [1, 1, 0.3, 0.4]) and np.allclose(clipped, kept)
    try:
        keras.optimizers.SGD(1.0, clipnorm=1.0, clipvalue=1.0)
    except ValueError as error:
        told = str(error).split(" can ")[0]
    assert told.startswith("Only one of")
    return (
        "`clip_by_value(grads, θ)`",
        "`torch.nn.utils.clip_grad_value_(parameters, θ)`",
        "`Adam(clipvalue=θ)`",
        f"Keras takes one of its three options, two raise `ValueError: {told.split(' `')[0]} …`",
    )


def not_finite():
    """What a NaN in one array does to all."""
    for grad in ((np.nan, 4.0), (np.inf, 4.0)):
        clipped, norm = by_torch(clip_grad_norm_, grad, SHORT)
        assert not np.isfinite(norm.item()) and np.isnan(clipped).any()
    assert np.isnan(by_torch(clip_grad_norm_, (np.nan, 4.0), SHORT)[0]).all()
    assert np.isnan(by_keras((np.nan, 4.0), SHORT, global_clipnorm=1.0)).all()
    assert np.isnan(by_torch(clip_grad_value_, (np.nan, 4.0), SHORT)[0]).sum() == 1
    try:
        by_torch(clip_grad_norm_, (np.nan, 4.0), SHORT, error_if_nonfinite=True)
    except RuntimeError as error:
        assert "non-finite" in str(error)
    else:
        raise AssertionError("no error")
    flag = default(clip_grad_norm_, "error_if_nonfinite")
    return (
        "NaN or inf: an error that names the array; `skip=True` gives `None` instead",
        f"`error_if_nonfinite={flag}`: no error; with `True` a `RuntimeError`",
        "no option for it: every gradient NaN",
        "by the global norm one NaN in one array makes **all** arrays NaN in both libraries, without a warning",
    )


def overflow():
    """Squares that leave float32."""
    huge = (3e30, 4e30)
    clipped, norm = by_torch(clip_grad_norm_, huge, SHORT)
    kept = by_keras(huge, SHORT, global_clipnorm=1.0)
    assert np.isinf(norm.item()) and not clipped.any()
    told = "NaN" if np.isnan(kept).any() else "0" if not kept.any() else "right"
    assert told in ("NaN", "0")
    return (
        r"a gradient of $10^{30}$ in float32: scaled first, comes out at θ",
        f"norm `{norm.item()}`, every gradient 0",
        f"every gradient {told}" if told == "0" or np.isnan(kept).all() else f"{told} in some",
        "the squares overflow though the gradient is finite, and no word is said: look at the norm",
    )


def place():
    """Between backward and step; Keras clips inside the step, after it has accumulated."""
    source = inspect.getsource(keras.optimizers.Optimizer._backend_apply_gradients)
    places = [source.index(words) for words in ("+ acc_g", "self._clip_gradients", "_backend_update_step")]
    assert places == sorted(places)
    weight = torch.nn.Parameter(torch.zeros(2))
    for _ in range(2):  # without zero_grad the second gradient is added to the first
        (weight * torch.tensor(LONG)).sum().backward()
    assert np.allclose(weight.grad.numpy(), 2 * np.array(LONG))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    optimizer.step()
    after = weight.detach().clone()
    clip_grad_norm_([weight], 1.0)
    assert torch.equal(weight, after)
    name = "gradient_accumulation_steps"
    assert default(keras.optimizers.Adam, name) == "None"
    return (
        "zero, backward, accumulate, unscale, clip, step",
        "`zero_grad()`, `backward()` for each micro-batch, `clip_grad_norm_`, `step()`: yours to order",
        f"inside `apply`: unscale, accumulate (`{name}=`), clip, step",
        "PyTorch: `.grad` adds up until `zero_grad()`; a clip after `step()` changes nothing",
    )


def unscale():
    """Loss scaling of 16-bit training: undone before the clip."""
    weight = torch.nn.Parameter(torch.zeros(1))
    scaler, optimizer = torch.amp.GradScaler("cpu", init_scale=1024.0), torch.optim.SGD([weight], lr=1.0)
    scaler.scale((3 * weight).sum()).backward()
    before = weight.grad.item()
    scaler.unscale_(optimizer)
    assert before == 3 * 1024 and weight.grad.item() == 3
    optimizer.zero_grad()
    scaler.update()
    scaler.scale((float("inf") * weight.exp()).sum()).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    assert weight.item() == 0 and scaler.get_scale() == 512  # skipped, and the scale halved
    started = keras.optimizers.SGD(1.0, loss_scale_factor=8.0, clipvalue=1.0)
    value = keras.Variable(np.zeros(2, "float32"))
    started.apply([torch.tensor([8.0, 32.0])], [value])
    assert np.allclose(value.numpy(), [-1, -1])  # (1, 4) once unscaled, then clipped
    started.apply([torch.tensor([4.0, 4.0])], [value])
    assert np.allclose(value.numpy(), [-1.5, -1.5])
    return (
        "unscale: divide by what the loss was multiplied by",
        "`GradScaler.unscale_(optimizer)` before the clip; its `step` skips an update with inf or NaN",
        "`LossScaleOptimizer`, or `loss_scale_factor=`; unscales, then clips",
        f"clipped while still scaled, a gradient of 3 under a scale of 1024 counts as {before:.0f}",
    )


def mean():
    """Both average the loss."""
    reduction = default(torch.nn.CrossEntropyLoss, "reduction"), default(keras.losses.MeanSquaredError, "reduction")
    y, target = torch.tensor([1.0, 2.0, 3.0]), torch.zeros(3)
    assert torch.nn.MSELoss()(y, target) == torch.nn.MSELoss(reduction="sum")(y, target) / 3
    return (
        "a loss is a mean over the unmasked elements",
        f"`reduction={reduction[0]}`",
        f"`reduction={reduction[1]}`",
        "with a sum the norm grows with the batch, and a threshold chosen for one size is wrong for another",
    )


def born():
    """Where a NaN began."""
    try:
        with torch.autograd.detect_anomaly():
            torch.sqrt(torch.tensor([-1.0], requires_grad=True)).backward()
    except RuntimeError as error:
        told = str(error).split(" returned")[0]
    assert told == "Function 'SqrtBackward0'"
    big = torch.tensor([1e3], requires_grad=True)
    with torch.autograd.detect_anomaly():
        assert torch.isnan(torch.exp(big) - torch.exp(big)).all()  # a NaN of the forward pass alone raises nothing
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    ones = np.ones((4, 1), "float32")
    history = model.fit(ones, np.nan * ones, epochs=3, verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()])
    assert len(history.epoch) == 1
    return (
        "where a NaN was born: the first array that is not finite, in the order of the computation",
        f"`torch.autograd.detect_anomaly()` names the operation whose *backward* gave NaN: `{told}`",
        "`keras.callbacks.TerminateOnNaN()` stops `fit` when the loss is NaN; it does not say where",
        "`detect_anomaly` looks at the backward pass: a NaN of the forward pass alone raises nothing",
    )


HEADER = ["this lesson", "PyTorch", "Keras", "the trap"]
ROWS = [global_norm, by_array, by_value, not_finite, overflow, place, unscale, mean, born]
