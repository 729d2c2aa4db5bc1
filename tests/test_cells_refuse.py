"""How every recurrent cell begins and what it refuses, with errors that name the argument."""

import numpy as np
import pytest
from test_cells import every_cell

from helpers import gru, initializers, lstm, rnn

pytestmark = pytest.mark.filterwarnings("error")

GATES = {rnn: 1, lstm: 4, gru: 3}


# --- init --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scheme", list(initializers.SCHEMES))
def test_init(cell, dtype, scheme):
    params = cell.init(np.random.default_rng(0), 3, 5, scheme=scheme, dtype=dtype)
    rows = 5 * GATES[cell]
    biases = {"b_in": (rows, 1), "b": (rows, 1)} if cell is gru else {"b": (rows, 1)}
    assert {key: array.shape for key, array in params.items()} == {"W_in": (rows, 3), "W": (rows, 5), **biases}
    assert {array.dtype for array in params.values()} == {np.dtype(dtype)}
    assert params["W_in"].all() and params["W"].all()
    again = cell.init(np.random.default_rng(0), 3, 5, scheme=scheme, dtype=dtype)
    assert all(np.array_equal(params[key], again[key]) for key in params)
    assert cell.forward(params, np.ones((2, 3, 1), dtype))[0].dtype == dtype


@pytest.mark.parametrize("cell", GATES)
def test_init_scales_each_matrix_by_its_own_fan_in(cell):
    params = cell.init(np.random.default_rng(0), 400, 100)
    assert params["W_in"].std() == pytest.approx(1 / 20, rel=0.05)
    assert params["W"].std() == pytest.approx(1 / 10, rel=0.05)


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize(
    ("arguments", "options", "told"),
    [
        ((0, 3), {}, r"^input_size: .* at least 1, got 0"),
        ((2, -1), {}, r"^hidden_size: .* at least 1, got -1"),
        ((2.0, 3), {}, r"^input_size: expected a whole number.* got 2\.0"),
        ((2, True), {}, r"^hidden_size: .* got True"),
        ((2, "3"), {}, r"^hidden_size: .* got '3'"),
        ((2, 3), {"scheme": "glorot"}, r"^scheme: expected one of 'normal', 'xavier', 'he', got 'glorot'"),
        ((2, 3), {"dtype": int}, r"^dtype: expected a type of floats.* got int64"),
    ],
)
def test_init_refuses(cell, arguments, options, told):
    with pytest.raises(ValueError, match=told):
        cell.init(np.random.default_rng(0), *arguments, **options)


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("rng", [None, 0, np.random.RandomState(0)])
def test_init_wants_a_generator(cell, rng):
    with pytest.raises(ValueError, match=r"^rng: expected a np\.random\.Generator .* got (NoneType|int|RandomState)"):
        cell.init(rng, 2, 3)


# --- refusals ----------------------------------------------------------------------------------------------------

X = np.ones((3, 2, 4))  # T = 3, D = 2, N = 4; H = 5 below

BAD_FORWARD = {
    "x of 2 dimensions": ({"x": np.ones((3, 2))}, r"^x: expected shape \(T, D, N\) with D = 2, got \(3, 2\)"),
    "x of 4 dimensions": ({"x": np.ones((3, 2, 4, 1))}, r"^x: .*\(T, D, N\).* got \(3, 2, 4, 1\)"),
    "x a number": ({"x": 1.0}, r"^x: .*\(T, D, N\).* got \(\)"),
    "x of another D": ({"x": np.ones((3, 3, 4))}, r"^x: .*\(T, D, N\) with D = 2, got \(3, 3, 4\)"),
    "T = 0": ({"x": np.ones((0, 2, 4))}, r"^x: .*\(T, D, N\) with D = 2, every size at least 1, got \(0, 2, 4\)"),
    "N = 0": ({"x": np.ones((3, 2, 0))}, r"^x: .*every size at least 1, got \(3, 2, 0\)"),
    "x complex": ({"x": X + 1j}, r"^x: expected real numbers, got ndarray of dtype complex128"),
    "x text": ({"x": np.full(X.shape, "a")}, r"^x: expected real numbers, got ndarray of dtype <U1"),
    "x of objects": ({"x": np.full(X.shape, None)}, r"^x: expected real numbers.* object"),
    "x ragged": ({"x": [[[1, 2]], [[1]]]}, r"^x: expected an array, got a ragged list"),
    "x None": ({"x": None}, r"^x: expected real numbers, got NoneType"),
    "a length of 0": ({"lengths": [3, 0, 1, 1]}, r"^lengths: expected values from 1 to T = 3, got 0 to 3"),
    "a negative length": ({"lengths": [3, -1, 1, 1]}, r"^lengths: .* 1 to T = 3, got -1 to 3"),
    "a length over T": ({"lengths": [3, 4, 1, 1]}, r"^lengths: .* 1 to T = 3, got 1 to 4"),
    "too few lengths": ({"lengths": [3]}, r"^lengths: .*\(N,\) = \(4,\), got int64 of shape \(1,\)"),
    "one length": ({"lengths": 3}, r"^lengths: .*\(N,\) = \(4,\), got int64 of shape \(\)"),
    "lengths of 2 dimensions": ({"lengths": np.ones((1, 4), int)}, r"^lengths: .*\(N,\).* shape \(1, 4\)"),
    "float lengths": ({"lengths": np.ones(4)}, r"^lengths: expected integers.* got float64"),
    "boolean lengths": ({"lengths": np.ones(4, bool)}, r"^lengths: expected integers.* got bool"),
    "text lengths": ({"lengths": list("1231")}, r"^lengths: expected integers.* got <U1"),
    "ragged lengths": ({"lengths": [[1], [1, 2]]}, r"^lengths: expected an array, got a ragged list"),
}


@every_cell
@pytest.mark.parametrize("case", BAD_FORWARD)
def test_forward_refuses(cell, options, case):
    changed, told = BAD_FORWARD[case]
    params = cell.init(np.random.default_rng(0), 2, 5)
    with pytest.raises(ValueError, match=told):
        cell.forward(params, **({"x": X} | changed), **options)


BAD_PARTS = {  # of a state or of its gradient; {} is the argument's name, or that of the LSTM's part
    "of one example": (np.ones((5, 1)), r"^{}: .*\(H, N\) with (T = 3, )?H = 5, N = 4, got \(5, 1\)"),
    "of another H": (np.ones((1, 4)), r"^{}: .*\(H, N\) with .*H = 5, N = 4, got \(1, 4\)"),
    "of 1 dimension": (np.ones(5), r"^{}: .*\(H, N\).* got \(5,\)"),
    "of 3 dimensions": (np.ones((1, 5, 4)), r"^{}: .*\(H, N\).* got \(1, 5, 4\)"),
    "complex": (np.ones((5, 4)) * 1j, r"^{}: expected real numbers.* complex128"),
    "text": (np.full((5, 4), "a"), r"^{}: expected real numbers.* <U1"),
    "ragged": ([[1], [1, 2]], r"^{}: expected an array, got a ragged list"),
}


@every_cell
@pytest.mark.parametrize("case", BAD_PARTS)
def test_states_are_refused(cell, options, case):
    bad, told = BAD_PARTS[case]
    good = np.ones((5, 4))
    params = cell.init(np.random.default_rng(0), 2, 5)
    cache = cell.forward(params, X, **options)[2]
    for state, where in [((bad, good), r"\[0\]"), ((good, bad), r"\[1\]")] if cell is lstm else [(bad, "")]:
        with pytest.raises(ValueError, match=told.format("state" + where)):
            cell.forward(params, X, state, **options)
        with pytest.raises(ValueError, match=told.format("dstate" + where)):
            cell.backward(cache, None, state)


@every_cell
def test_forward_refuses_parameters(cell, options):
    good, G = cell.init(np.random.default_rng(0), 2, 5), GATES[cell]
    rows, name = 5 * G, {1: "", 3: "3", 4: "4"}[G]
    cases = [
        ({"b": None}, r"^params: expected a dict with the keys \['W_in', 'W', .*'b'\], got \['W_in', 'W'"),
        ({"W_out": np.ones((1, 5))}, r"^params: expected .*\['W_in', 'W', .*'b'\], got .*'W_out'\]"),
        ({"W": np.ones((rows, 4))}, rf"^params\['W'\]: expected shape \({name}H, H\) with H = 5, got \({rows}, 4\)"),
        ({"W": np.ones((4 * G, 4))}, rf"^params\['W'\]: .*\({name}H, H\) with H = 5, got \({4 * G}, 4\)"),
        ({"b": np.ones((1, rows))}, rf"^params\['b'\]: expected shape \({name}H, 1\) with H = 5, got \(1, {rows}\)"),
        ({"b": np.ones(rows)}, rf"^params\['b'\]: .*\({name}H, 1\) with H = 5, got \({rows},\)"),
        ({"b": np.ones((rows, 2))}, rf"^params\['b'\]: .*\({name}H, 1\).* got \({rows}, 2\)"),
        ({"W_in": np.ones(rows)}, rf"^params\['W_in'\]: .*\({name}H, D\).* got \({rows},\)"),
        ({"W_in": np.ones((rows, 0))}, rf"^params\['W_in'\]: .*every size at least 1, got \({rows}, 0\)"),
        ({"W": np.ones((rows, 5)) * 1j}, r"^params\['W'\]: expected real numbers.* complex128"),
        ({"b": [["a"]] * rows}, r"^params\['b'\]: expected real numbers, got list of dtype <U1"),
        ({"W": [[1.0], [1.0, 2.0]]}, r"^params\['W'\]: expected an array, got a ragged list"),
    ]
    if G > 1:
        cases += [({"W_in": np.ones((rows + 1, 2))}, rf"^params\['W_in'\]: .*\({name}H, D\).* got \({rows + 1}, 2\)")]
    for changed, told in cases:
        params = {key: value for key, value in (good | changed).items() if value is not None}
        with pytest.raises(ValueError, match=told):
            cell.forward(params, X, **options)


@every_cell
@pytest.mark.parametrize("params", [None, [1, 2, 3], np.ones((5, 5))])
def test_forward_wants_a_dict(cell, options, params):
    with pytest.raises(ValueError, match=r"^params: expected a dict with the keys .* got (NoneType|list|ndarray)"):
        cell.forward(params, X, **options)


BAD_DOUTPUTS = {
    "both None": (None, r"^doutputs: expected an array here or in dstate, got None for both"),
    "of one step": (np.ones((1, 5, 4)), r"^doutputs: .*\(T, H, N\) with T = 3, H = 5, N = 4, got \(1, "),
    "of 2 dimensions": (np.ones((5, 4)), r"^doutputs: .*\(T, H, N\).* got \(5, 4\)"),
    "a number": (1.0, r"^doutputs: .*\(T, H, N\).* got \(\)"),
    "complex": (np.ones((3, 5, 4)) * 1j, r"^doutputs: expected real numbers.* complex128"),
    "ragged": ([[1], [1, 2]], r"^doutputs: .*ragged list"),
}


@every_cell
@pytest.mark.parametrize("case", BAD_DOUTPUTS)
def test_backward_refuses(cell, options, case):
    doutputs, told = BAD_DOUTPUTS[case]
    cache = cell.forward(cell.init(np.random.default_rng(0), 2, 5), X, **options)[2]
    with pytest.raises(ValueError, match=told):
        cell.backward(cache, doutputs)


@every_cell
def test_options_are_by_name_only(cell, options):
    params = cell.init(np.random.default_rng(0), 2, 5)
    with pytest.raises(TypeError):
        cell.forward(params, X, None, [3, 3, 3, 3])
    with pytest.raises(TypeError):
        cell.init(np.random.default_rng(0), 2, 5, "he")
