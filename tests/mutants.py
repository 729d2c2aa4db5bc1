"""Break the helpers on purpose, one line at a time, and see that the unit tests notice.

    python tests/mutants.py            every mutant
    python tests/mutants.py rnn loss   those whose file or reason holds one of the words

Each mutant replaces one piece of text in a copy of the package and runs that module's tests on the copy. It is killed
when a test fails. A survivor, or a mutant whose old text is no longer there, makes the exit status 1: write the test
that was missing, or bring the row up to date. A new kernel adds its rows to MUTANTS. Takes two or three minutes.
"""

# ruff: noqa: E501 (one row a mutant, its texts as they stand in the file)

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Mutant(NamedTuple):
    """One mistake: in which file of helpers/ or of lessons/, what text becomes what, what a person would get wrong."""

    module: str
    old: str
    new: str
    why: str


MUTANTS = [
    # what every module refuses
    Mutant("_checks", "if isinstance(value, Mapping | Set):", "if False:", "the keys of a count are taken for words"),
    Mutant("_checks", "if not isinstance(value, bool | np.bool_):", "if False:", "'no' means yes"),
    Mutant("multi_head", "np.where(mask.any(axis=-2)[..., None], memory, 0)", "memory", "NaN in padding reaches the gradients"),
    Mutant("_checks", 'if array.dtype.char in "fd":\n        return array\n', 'if array.dtype.kind == "f":\n        return array\n', "float16 and long double are taken"),
    Mutant("_checks", 'np.dtype(dtype).char not in "fd"', 'np.dtype(dtype).kind != "f"', "float16 is drawn"),
    Mutant("_checks", "and value.bit_length() < 1024", "", "a whole number that no float holds ends in OverflowError"),
    Mutant("_checks", "    if value > sys.maxsize:", "    if False:", "a size that no array has ends in OverflowError"),
    Mutant("_checks", "            if np.shares_memory(array, other):", "            if array is other:", "views of one array count as two"),
    Mutant("_checks", "0 if (owner := owner_of(array)).base is not None else id(owner)", "id(owner_of(array))", "views of one buffer count as two"),
    Mutant("_checks", "        if options:\n            inspect", "        if False:\n            inspect", "a misspelt option is blamed on forward"),
    Mutant("_checks", 'own = {"lengths": None} if function == "forward" else {}', 'own = {}', "lengths among the options is blamed on forward"),
    Mutant("_checks", 'if gates != _read(symbols["W"])[0][1] else None', 'if False else None', "the weights of another cell are not named"),
    Mutant("birnn", '    cell_module(cell, options, "init")', '    cell_module(cell)', "a misspelt option of init is blamed on the cell"),
    Mutant("birnn", "    cell_module(cell, options)\n", "    cell_module(cell)\n", "a misspelt option of forward is blamed on the cell"),
    Mutant("seq2seq", "    with_keys(params, grads)\n", "", "a name too many ends in KeyError"),
    Mutant("decoding", " or power * np.log(steps) > 700", "", "a power of 800 ends in OverflowError"),
    Mutant("clipping", "        apart(old.items())", "        pass", "two gradients are written into one array"),
    Mutant("gradcheck", 'if not 1e-12 <= positive("step", step) <= 1:', 'if not 0 < positive("step", step) < 1e999:', "a step below rounding finds no mistake"),
    Mutant("gradcheck", "        if not measured.any():", "        if False:", "gradients of 0 prove nothing and pass"),
    Mutant("gradcheck", "        if (worse := np.abs(given - measured) - may).max() > 0:", "        if (worse := np.abs(given - measured) - may).max() > np.inf:", "a wrong element hides beside large ones"),
    Mutant("gradcheck", "        may += 1e-8", "        may += 0", "rounding beside large elements looks like a mistake"),
    Mutant("weights", 'kind = {"[": list, "(": tuple}', 'kind = {"[": list, "(": list}', "a tuple comes back as a list"),
    Mutant("weights", 'r"$|[\\[(]|.*', 'r"$|.*', "a name that looks like a place in a list is saved"),
    Mutant("interop", "arrays: Any, *, activation", "arrays: Any, activation", "reset_after is taken for the activation"),
    # the RNN
    Mutant("rnn", "np.concatenate([W_in, b, W], axis=1)", "np.concatenate([W_in, b, -W], axis=1)", "the recurrent part has the wrong sign"),
    Mutant("rnn", "np.concatenate([W_in, b, W], axis=1)", "np.concatenate([W_in, b, W.T], axis=1)", "W is transposed"),
    Mutant("rnn", "np.concatenate([W_in, b, W], axis=1)", "np.concatenate([W_in, 0 * b, W], axis=1)", "the bias is left out"),
    Mutant("rnn", "product(read, u_parts)", "product(reads[0], u_parts)", "the state does not move on"),
    Mutant("rnn", "            np.copyto(h_new, h_old, where=~real[t])", "            pass", "the state is not frozen"),
    Mutant("rnn", "np.where(real, h[1:], 0)", "h[1:]", "outputs past the length are not 0"),
    Mutant("rnn", "return outputs, h_old.copy(),", "return outputs, outputs[-1].copy(),", "the state is the last output, padding or not"),
    Mutant("rnn", "return outputs, h_old.copy(),", "return outputs, h_old,", "the state shares memory with the outputs"),
    Mutant("rnn", "add(dh_after, dout, dh)", "np.subtract(dh_after, dout, dh)", "(3) has the wrong sign"),
    Mutant("rnn", "add(dh_after, dout, dh)", "np.copyto(dh, dout)", "(3) forgets the gradient from the step after"),
    Mutant("rnn", "multiply(delta_t, dh, delta_t)", "multiply(delta_t, -dh, delta_t)", "(4) has the wrong sign"),
    Mutant("rnn", "multiply(delta_t, dh, delta_t)", "np.copyto(delta_t, dh)", "(4) forgets the slope"),
    Mutant("rnn", "slope(h[span])", "slope(reads[span, D + 1 :])", "(4) takes the slope of another step"),
    Mutant("rnn", "np.concatenate([W, W_in], axis=1, dtype=dtype).T", "np.concatenate([W.T, W_in], axis=1, dtype=dtype).T", "(3) lacks the transpose"),
    Mutant("rnn", "                np.copyto(dh_before, dh, where=~real[span.stop - back])", "                pass", "the frozen state's gradient is lost"),
    Mutant("rnn", "real[span.stop - back]", "real[span.start]", "the mask of another step is taken"),
    Mutant("rnn", "            np.copyto(delta, 0, where=~real[span])", "            pass", "padding has a gradient"),
    Mutant("rnn", "sum_of_products(side_by_side(delta), reads[span])", "sum_of_products(side_by_side(delta), np.roll(reads, -1, axis=0)[span])", "(5) takes the inputs of another step"),
    Mutant("rnn", "grad += sum", "grad = sum", "(5) is one block's"),
    Mutant("rnn", "dreads[:T, H:], dreads", "dreads[1:, H:], dreads", "dx is of another step"),
    Mutant("rnn", "dreads[0, :H].copy()", "np.zeros_like(dh)", "the gradient of h0 is lost"),
    Mutant("rnn", "dreads[T, :H] = dh\n", "dreads[T, :H] = 0\n", "dstate is ignored"),
    Mutant("rnn", "(T + 1, H + D, N), dtype)", "(T + 1, H + D, N), W.dtype)", "wide gradients are narrowed"),
    Mutant("rnn", "params[\"W\"] @ h", "params[\"W\"].T @ h", "step transposes W"),
    # the LSTM
    Mutant("lstm", "i, f, o, g = blocks(params", "f, i, o, g = blocks(params", "step has the gates in another order"),
    Mutant("lstm", "return o * np.tanh(c), c  # (4)", "return o * c, c", "step shows the cell without tanh"),
    Mutant("lstm", 'GATES = ("i", "f", "o", "g")', 'GATES = ("i", "f", "g", "o")', "the gates stand in PyTorch's order"),
    Mutant("lstm", "    b_f[:] = forget_bias\n", "    b_i[:] = forget_bias\n", "the forget bias is the input gate's"),
    Mutant("lstm", "        b_i[:] = -b_f\n", "        b_i[:] = b_f\n", "chrono opens the input gate"),
    Mutant("lstm", "        b_i[:] = -b_f\n", "", "chrono leaves the input gate alone"),
    Mutant("lstm", "        b_f[:] = chrono_bias(rng, hidden_size, chrono, dtype)", "        b_f[:] = np.log(chrono)", "chrono gives all units one time"),
    Mutant("lstm", "np.concatenate([W_in, b, W], axis=1)", "np.concatenate([W_in, 0 * b, W], axis=1)", "the bias is left out"),
    Mutant("lstm", "W_all[: 3 * H] *= half", "W_all *= half", "g has the half of the gates"),
    Mutant("lstm", "W_all[: 3 * H] *= half", "pass", "σ forgets the half"),
    Mutant("lstm", "add(i_f_o, half, i_f_o)", "pass", "σ forgets its ½"),
    Mutant("lstm", "c[0] = c0", "c[0] = 0", "the initial cell is ignored"),
    Mutant("lstm", "        multiply(i_f, g_c, written)\n", "        multiply(i_f, g_c, written)\n        np.copyto(fc, c_old)\n", "the cell never forgets"),
    Mutant("lstm", "        multiply(i_f, g_c, written)\n", "        multiply(i_f, g_c, written)\n        np.copyto(ig, g_c[: len(ig)])\n", "the input gate is left out"),
    Mutant("lstm", "multiply(i_f, g_c, written)", "multiply(i_f[::-1], g_c, written)", "(3) swaps the input and forget gates"),
    Mutant("lstm", "add(ig, fc, c_new)", "subtract(ig, fc, c_new)", "(3) has the wrong sign"),
    Mutant("lstm", "multiply(o, tanh_c_new, h_new)", "multiply(o, c_new, h_new)", "the cell is shown without tanh"),
    Mutant("lstm", "            np.copyto(h_new, h_old, where=~real[t])", "            pass", "the state is not frozen"),
    Mutant("lstm", "            np.copyto(c_new, c_old, where=~real[t])", "            pass", "the cell is not frozen"),
    Mutant("lstm", "np.where(real, h[1:], 0)", "h[1:]", "outputs past the length are not 0"),
    Mutant("lstm", "(h[T].copy(), c[T].copy())", "(outputs[-1].copy(), c[T].copy())", "the state is the last output, padding or not"),
    Mutant("lstm", "(h[T].copy(), c[T].copy())", "(h[T].copy(), c[T])", "the state shares memory with the cache"),
    Mutant("lstm", "subtract(1, gate, of_gates)", "np.copyto(of_gates, gate)", "(8) has value for 1 − value"),
    Mutant("lstm", "        multiply(of_gates, of_tanh, of_gates)\n", "", "(8) forgets what the gates meet"),
    Mutant("lstm", "        multiply(of_tanh, met, of_tanh)\n", "", "(8) has 1 − tanh for 1 − tanh²"),
    Mutant("lstm", "subtract(gate, of_tanh, of_tanh)", "subtract(1, of_tanh, of_tanh)", "(8) forgets the gates that meet a tanh"),
    Mutant("lstm", "add(dh_after, dout, dh)", "np.subtract(dh_after, dout, dh)", "(5) has the wrong sign"),
    Mutant("lstm", "add(dh_after, dout, dh)", "np.copyto(dh, dout)", "(5) forgets the gradient from the step after"),
    Mutant("lstm", "            multiply(dc_h, dh, dc_h)\n", "", "(6) forgets dh"),
    Mutant("lstm", "            add(dc, dc_h, dc)  # (6)\n", "            np.copyto(dc, dc_h)\n", "(6) forgets the gradient from the step after"),
    Mutant("lstm", "            multiply(dc, f_t, dc)\n", "", "(6) forgets the forget gate"),
    Mutant("lstm", "multiply(d_i, dc, d_i)", "multiply(d_i, dh, d_i)", "(7) has dh for dc"),
    Mutant("lstm", "multiply(d_og, both, d_og)", "multiply(d_og, both[::-1], d_og)", "(7) swaps dh and dc"),
    Mutant("lstm", "            np.copyto(slopes, 0, where=~real[span])", "            pass", "padding has a gradient"),
    Mutant("lstm", "            keep = np.where(real[span], keep, 1)", "            pass", "padding forgets the gradient of the cell"),
    Mutant("lstm", "                np.copyto(dh_before, dh, where=~real[span.stop - back])", "                pass", "the frozen state's gradient is lost"),
    Mutant("lstm", "real[span.stop - back]", "real[span.start]", "the mask of another step is taken"),
    Mutant("lstm", "np.concatenate([W, W_in], axis=1, dtype=dtype).T", "np.concatenate([-W, W_in], axis=1, dtype=dtype).T", "(5) has the wrong sign of W"),
    Mutant("lstm", "sum_of_products(side_by_side(delta), reads[span])", "sum_of_products(side_by_side(delta), np.roll(reads, -1, axis=0)[span])", "(9) takes the inputs of another step"),
    Mutant("lstm", "grad += sum", "grad = sum", "(9) is one block's"),
    Mutant("lstm", "dreads[T, :H] = dh_last", "dreads[T, :H] = 0", "dstate's h is ignored"),
    Mutant("lstm", "both = np.array([dh_last, dc])", "both = np.array([dh_last, 0 * dc])", "dstate's c is ignored"),
    Mutant("lstm", "(dreads[0, :H].copy(), dc)", "(dreads[0, :H].copy(), np.zeros_like(dc))", "the gradient of c0 is lost"),
    Mutant("lstm", "(dreads[0, :H].copy(), dc)", "(dh, dc)", "the gradient of h0 is that of h[0]"),
    # the GRU
    Mutant("gru", "return (1 - z) * n + z * h  # (4)", "return z * n + (1 - z) * h", "step has the other convention of z"),
    Mutant("gru", "s = r * (W_n @ h + b_n) if reset_after", "s = r * (W_n @ h) + b_n if reset_after", "step keeps b_n out of the reset"),
    Mutant("gru", 'GATES = ("r", "z", "n")', 'GATES = ("z", "r", "n")', "the gates stand in Keras' order"),
    Mutant("gru", "        blocks(b)[1][:] = chrono_bias", "        blocks(b)[0][:] = chrono_bias", "chrono goes to the reset gate"),
    Mutant("gru", "outside = b_in + b\n", "outside = b_in.copy()\n", "the second bias is left out"),
    Mutant("gru", "outside[2 * H :] = b_in[2 * H :]", "pass", "b_n stands outside the reset gate, too"),
    Mutant("gru", "np.concatenate([b, W], axis=1)[2 * H :] if reset_after", "np.concatenate([0 * b, W], axis=1)[2 * H :] if reset_after", "b_n is left out where r acts after"),
    Mutant("gru", "half * np.concatenate([W_in, outside, W], axis=1)", "np.concatenate([W_in, outside, W], axis=1)", "σ forgets the half"),
    Mutant("gru", "product(read, rz_parts)  # (1)", "product(reads[0], rz_parts)", "the state does not move on"),
    Mutant("gru", "multiply(r, s_t, more)", "np.copyto(more, s_t)", "the reset gate is left out (after)"),
    Mutant("gru", "multiply(r, h_old, s_t)", "np.copyto(s_t, h_old)", "the reset gate is left out (before)"),
    Mutant("gru", "subtract(h_old, n_t, h_new)  # (4)\n        multiply(h_new, z, h_new)\n        add(h_new, n_t, h_new)", "subtract(n_t, h_old, h_new)\n        multiply(h_new, z, h_new)\n        add(h_new, h_old, h_new)", "z and 1 − z are swapped"),
    Mutant("gru", "            np.copyto(h_new, h_old, where=~real[t])", "            pass", "the state is not frozen"),
    Mutant("gru", "np.where(real, h[1:], 0)", "h[1:]", "outputs past the length are not 0"),
    Mutant("gru", "return outputs, h_old.copy(),", "return outputs, outputs[-1].copy(),", "the state is the last output, padding or not"),
    Mutant("gru", "return outputs, h_old.copy(),", "return outputs, h_old,", "the state shares memory with the outputs"),
    Mutant("gru", "multiply(d_z, 1 - n * n, d_n)", "multiply(z, 1 - n * n, d_n)", "(5) has z for 1 − z"),
    Mutant("gru", "multiply(d_z, 1 - n * n, d_n)", "multiply(d_z, n * (1 - n), d_n)", "(5) has the slope of σ"),
    Mutant("gru", "        multiply(d_rz, rz, d_rz)  # σ′\n", "", "(6) and (8) forget a factor of σ′"),
    Mutant("gru", "multiply(d_z, h - n, d_z)", "multiply(d_z, n - h, d_z)", "(6) has the wrong sign"),
    Mutant("gru", "s[span] if reset_after else h, d_r", "h, d_r", "(11) has h for s"),
    Mutant("gru", "s[span] if reset_after else h, d_r", "s[span], d_r", "(8) has s for h"),
    Mutant("gru", "            np.copyto(delta[:, : 3 * H], 0, where=~real[span])", "            pass", "padding has a gradient"),
    Mutant("gru", "            keep = np.where(real[span], z, 1)", "            pass", "padding forgets the gradient of the state"),
    Mutant("gru", "add(dh, dout, dh)", "subtract(dh, dout, dh)", "(9) and (12) have the wrong sign of doutputs"),
    Mutant("gru", "            multiply(dh, z_t, dh)\n", "", "(9) and (12) forget z"),
    Mutant("gru", "multiply(r_t, delta_n, ds)", "np.copyto(ds, delta_n)", "(10) forgets r"),
    Mutant("gru", "multiply(delta_r, delta_n, delta_r)", "multiply(delta_r, dh, delta_r)", "(11) has dh for delta_n"),
    Mutant("gru", "product_n(delta_n, ds_parts)", "product_n(dh, ds_parts)", "(7) has dh for delta_n"),
    Mutant("gru", "                multiply(ds, r_t, ds)\n", "", "(9) forgets r"),
    Mutant("gru", "                add(dh, ds, dh)\n", "", "(9) forgets ds"),
    Mutant("gru", "            add(dh, carried, dh)", "            np.copyto(dh, carried)", "(9) and (12) forget z ⊙ dh"),
    Mutant("gru", "recurrent = delta[:, H:] if reset_after else d_rz", "recurrent = delta[:, : 3 * H] if reset_after else d_rz", "(12) takes delta_n for ds"),
    Mutant("gru", "np.roll(W_in, H, axis=0)", "W_in", "(13) takes the blocks in the wrong order"),
    Mutant("gru", "grad_in = np.roll(grad_in, -H, axis=0)", "pass", "dW_in has the blocks in the wrong order"),
    Mutant("gru", "grad_in += sum", "grad_in = sum", "(13) is one block's"),
    Mutant("gru", "grad += sum", "grad = sum", "(14) and (15) are one block's, with r after"),
    Mutant("gru", "grad[: 2 * H] += sum", "grad[: 2 * H] = sum", "(14) is one block's, with r before"),
    Mutant("gru", "grad[2 * H :, 1:] += sum", "grad[2 * H :, 1:] = sum", "(15) is one block's, with r before"),
    Mutant("gru", "        grad[2 * H :, 0] = grad_in[2 * H :, D]  # (15), where both biases do the same", "        pass", "b_n has no gradient"),
    Mutant("gru", '"b_in": grad_in[:, D:], "b": grad[:, :1]', '"b_in": grad_in[:, D:], "b": grad_in[:, D:]', "the two biases share one gradient"),
    # moving weights
    Mutant("interop", '"lstm": (0, 1, 3, 2)', '"lstm": (0, 1, 2, 3)', "the LSTM's blocks are not reordered"),
    Mutant("interop", '"lstm": (0, 1, 3, 2)', '"lstm": (0, 3, 1, 2)', "the LSTM's blocks are reordered one way only"),
    Mutant("interop", "else b_in + b)", "else b_in)", "the second bias is dropped"),
    Mutant("interop", '"b_in": b_in[:, None], "b": b[:, None]', '"b_in": b[:, None], "b": b_in[:, None]', "the GRU's biases are swapped"),
    Mutant("interop", '{"b_in": found["b"], "b": np.zeros_like(found["b"])}', '{"b_in": found["b"], "b": found["b"]}', "one bias is given twice"),
    Mutant("interop", '("_reverse" if flag("reverse", reverse) else "")', '""', "the direction is ignored"),
    Mutant("interop", 'f"_l{layer}"', '"_l0"', "the layer is ignored"),
    Mutant("interop", "return np.concatenate([blocks[k] for k in order])", "return np.concatenate([blocks[k] for k in order]) if len(blocks) > 1 else array", "the RNN's arrays are not copies"),
    Mutant("interop", 'if str(key).startswith("weight_hr_l"):', "if False:", "projections get the wrong reason"),
    Mutant("interop", 'if other != kind and W.ndim == 2', 'if axis and other != kind and W.ndim == 2', "another kind is not named"),
    Mutant("interop", "except (TypeError, RuntimeError) as error:", "except TypeError as error:", "a tensor that wants gradients is not told of"),
    Mutant("interop", "np.zeros(len(W), W.dtype), symbols", "np.zeros(len(W)), symbols", "missing biases widen float32"),
    Mutant("interop", '    if (names["b_in"] in state_dict) != (names["b"] in state_dict):', "    if False:", "one bias of two is zeros"),
    Mutant("interop", '{"reset_after": True} if kind == "gru" else {}', "{}", "a GRU of PyTorch is run as Cho's"),
    Mutant("interop", 'return {"activation": nonlinearity}', 'return {"activation": "tanh"}', "an RNN of PyTorch with relu is run with tanh"),
    Mutant("interop", '_ORDER | {"gru": (1, 0, 2)}', "_ORDER", "the gates of Keras's GRU are swapped"),
    Mutant("interop", "b_in, b = bias if two", "b, b_in = bias if two", "the biases of Keras's GRU are swapped"),
    Mutant("interop", "W_in.T, W.T, b_in", "W_in.T, W, b_in", "Keras's recurrent_kernel is not transposed"),
    Mutant("interop", '.replace("linear", "identity")', "", "Keras's linear is no name here"),
    Mutant("interop", "two or bool(reset_after)", "True", "Keras's reset_after=False is lost"),
    Mutant("interop", "two or bool(reset_after)", "bool(reset_after)", "two biases do not tell reset_after"),
    Mutant("interop", "(None, two) if rest or", "(None, True, False) if rest or", "reset_after may contradict the bias"),
    Mutant("interop", 'kind != "gru" else (True, False)', 'kind != "gru" else (None, True, False)', "reset_after is guessed without a bias"),
    Mutant("interop", "rest else np.zeros(W.shape[1], W.dtype)", "rest else np.zeros(W.shape[1])", "Keras's missing bias widens float32"),
    Mutant("interop", "if other != kind and W.ndim == 2", "if not axis and other != kind and W.ndim == 2", "another kind of Keras is not named"),
    Mutant("interop", "if layer not in (layers", "if False and layer not in (layers", "a missing layer is told as a missing direction"),
    # what the cells share
    Mutant("_fast", "reads[:, D] = 1", "reads[0, D] = 1", "the bias counts in the first step only"),
    Mutant("_fast", "    h[0] = h0\n", "    h[0] = 0\n", "the initial state is ignored"),
    Mutant("_fast", "rows % k == 0 and", "", "parts that do not divide are taken"),
    Mutant("_fast", "range(steps, 0, -size)", "range(steps, size - 1, -size)", "the first steps are left out"),
    Mutant("_fast", "slice(max(0, stop - size), stop)", "slice(stop - size, stop)", "the first block begins before the first step"),
    Mutant("_fast", "array.transpose(1, 0, 2).reshape(", "array.reshape(", "steps and rows are mixed up"),
    Mutant("_fast", "left.reshape(count, -1, columns)", "left.T.reshape(count, -1, columns)", "columns and rows are mixed up"),
    Mutant("_fast", "np.empty(31 << 20, np.uint8)", "np.empty(1 << 10, np.uint8)", "freed memory goes back to the system"),
    Mutant("_fast", "rows // k <= most", "True", "products are never taken in parts"),
    Mutant("_fast", "if APART else 1", "", "products are taken in parts where that is slower"),
    Mutant("_fast", "np.setbufsize(before)", "pass", "NumPy keeps the small buffer"),
    Mutant("_fast", '"openblas" not in config["Build Dependencies"]["blas"]["name"] or ', "", "every library is taken for OpenBLAS"),
    Mutant("_fast", ' or "OPENBLAS_CORETYPE" in os.environ', "", "the kernels of another processor are taken for this one's"),
    # output layer
    Mutant("dense", "np.matmul(W_out, h) + b_out", "np.matmul(W_out, h)", "the bias is left out"),
    Mutant("dense", "dv.sum(axis=(0, 2))[:, None]", "dv.sum(axis=0)[:, :1]", "(3) forgets the batch"),
    Mutant("dense", "np.matmul(W_out.T, dv)", "-np.matmul(W_out.T, dv)", "(4) has the wrong sign"),
    Mutant("dense", "np.tensordot(dv, h, axes=([0, 2], [0, 2]))", "np.tensordot(dv, h, axes=([0, 2], [0, 2])) / len(h)", "(2) is a mean"),
    Mutant("dense", "W_out.copy(), h", "W_out, h", "weights changed in place change the gradients of a pass that ran"),
    Mutant("dense", "h.copy())", "h)", "an input changed in place changes the gradients of a pass that ran"),
    # activations
    Mutant("activations", "lambda h: 1 - h * h)", "lambda h: h * (1 - h))", "tanh has the slope of sigmoid"),
    Mutant("activations", "lambda h: h * (1 - h))", "lambda h: 1 - h * h)", "sigmoid has the slope of tanh"),
    Mutant("activations", "lambda h: 1 - h * h)", "lambda h: 1 - np.tanh(h) ** 2)", "the slope takes tanh twice"),
    Mutant("activations", "(h > 0).astype(h.dtype)", "(h >= 0).astype(h.dtype)", "ReLU has a slope where it is cut"),
    Mutant("activations", "np.multiply(floats(\"u\", u), 0.5, out=out)", "np.multiply(floats(\"u\", u), 1.0, out=out)", "sigmoid forgets the half"),
    Mutant("activations", "np.exp(logits - logits.max(axis=axis, keepdims=True))", "np.exp(logits)", "softmax overflows"),
    Mutant("activations", "powers.sum(axis=axis, keepdims=True)", "powers.sum()", "softmax sums over everything"),
    Mutant("activations", "np.multiply(floats(\"u\", u), 0.5, out=out)", "np.multiply(u, 0.5, out=out)", "sigmoid drops a mask"),
    # losses
    Mutant("losses", "np.where(counted, value, 0), np.where(counted, target, 0), counted", "value, target, counted", "the mask is dropped"),
    Mutant("losses", "        loss = float(0.5 * np.sum(error * error) / count)\n    if", "        loss = float(np.sum(error * error) / count)\n    if", "the ½ is forgotten"),
    Mutant("losses", "        loss = float(0.5 * np.sum(error * error) / count)\n    if", "        loss = float(0.5 * np.sum(error * error) / error.size)\n    if", "the mean is over all elements"),
    Mutant("losses", "float(np.sum(losses, where=counted) / count), np.where(counted, sig", "float(np.sum(losses) / count), np.where(counted, sig", "masked bits cost ln 2"),
    Mutant("losses", "np.where(counted, sigmoid(logits) - target, 0) / count", "(sigmoid(logits) - target) / count", "masked bits have a gradient"),
    Mutant("losses", "np.where(counted, sigmoid(logits) - target, 0) / count", "np.where(counted, sigmoid(logits) - target, 0) / target.size", "the gradient's mean is over all elements"),
    Mutant("losses", "np.log1p(np.exp(-np.abs(logits)))", "np.log(1 + np.exp(-np.abs(logits)))", "small losses lose their digits"),
    Mutant("losses", "np.maximum(logits, 0) - target * logits + np.log1p(np.exp(-np.abs(logits)))", "np.log1p(np.exp(logits)) - target * logits", "large logits overflow"),
    Mutant("losses", "top + np.log(np.exp(logits - top[:, None])", "np.log(np.exp(logits - top[:, None])", "the largest logit is not put back"),
    Mutant("losses", "float(np.sum(losses, where=counted) / count), np.where(counted[", "float(np.sum(losses) / count), np.where(counted[", "masked steps cost ln K"),
    Mutant("losses", "np.where(counted[:, None], dlogits, 0) / count", "dlogits / count", "masked steps have a gradient"),
    Mutant("losses", "axis=1) - 1, axis=1)", "axis=1) + 1, axis=1)", "the one-hot has the wrong sign"),
    Mutant("losses", "labels = np.where(counted, labels, 0)", "labels = labels", "masked labels are looked at"),
    Mutant("losses", "if not mask.any():", "if False:", "a mask with nothing True gives NaN"),
    Mutant("losses", "if not 0 < loss < np.inf:", "if not loss < np.inf:", "tiny errors of float32 cost nothing"),
    Mutant("losses", "if not 0 < loss < np.inf:", "if not 0 < loss:", "large errors of float32 cost inf"),
    # clipping
    Mutant("clipping", "min(1.0, threshold / most / scaled)", "threshold / most / scaled", "short gradients are stretched"),
    Mutant("clipping", "most = largest or 1.0", "most = largest", "a zero gradient divides by 0"),
    Mutant("clipping", "array in arrays]\n    return _given(out, grads, shortened)", "array in arrays]\n    shortened = [a * min(1.0, threshold / (float(np.linalg.norm(a)) or 1.0)) for a in arrays]\n    return _given(out, grads, shortened)", "each array is clipped alone"),
    Mutant("clipping", "np.divide(array, most, dtype=np.float64)", "array / most * most", "squares overflow"),
    Mutant("clipping", "shortened), largest * scaled", "shortened), min(threshold, largest * scaled)", "the norm told is the clipped one"),
    Mutant("clipping", "np.multiply(array, rate, dtype=np.float64).astype(array.dtype)", "array * rate", "a small rate loses its digits in float32"),
    Mutant("clipping", "(bad := np.count_nonzero(~np.isfinite(array)))", "(bad := np.count_nonzero(np.isnan(array)))", "inf is let through"),
    Mutant("clipping", "np.clip(a, -m, m)", "np.clip(a, -m, 1.0)", "the upper limit is ignored"),
    Mutant("clipping", "isinstance(v, np.ndarray) or getattr(v, \"ndim\", 0) or _is_nest(v)", "isinstance(v, dict) or _is_nest(v)", "arrays of a list are stacked"),
    Mutant("clipping", "isinstance(v, np.ndarray) or getattr", "getattr", "a list of arrays without axes is stacked"),
    Mutant("clipping", "nest._make(new) if hasattr(nest, \"_make\") else type(nest)(new)", "new", "a tuple comes back as a list"),
    Mutant("clipping", "    return out\n\n\ndef clip_by_norm", "    return _like(like, iter(arrays))\n\n\ndef clip_by_norm", "out is not what comes back"),
    Mutant("clipping", "        old[name][...] = array\n", "        pass\n", "out is not written"),
    Mutant("clipping", "    if set(old) != set(new):", "    if not set(old) >= set(new):", "an out with more names is taken"),
    Mutant("clipping", "or not into.flags.writeable or f\"{into.dtype} {into.shape}\" != wanted:", "or not into.flags.writeable:", "an out of another shape is filled by broadcasting"),
    Mutant("clipping", "    if not np.isfinite(largest):\n        return None, largest\n", "", "a step that is to be skipped is taken"),
    Mutant("clipping", "    if not all(np.isfinite(array).all() for array in arrays):\n        return None\n", "", "NaN goes through the clipping by value"),
    Mutant("clipping", 'if not flag("skip", skip) and (bad', 'if not flag("skip", True) and (bad', "NaN raises nothing"),
    Mutant("clipping", "float(np.max([np.abs(array).max(initial=0) for array in arrays]))", "float(max(np.abs(array).max(initial=0) for array in arrays))", "a NaN beside a number is overlooked"),
    # the notes' experiment
    Mutant("lessons/notes_01", 'h[t] += params["W"] @ h[t - 1]', 'h[t] -= params["W"] @ h[t - 1]', "the recurrent part has the wrong sign"),
    Mutant("lessons/notes_01", "        if t > 0:\n", "        if t > 1:\n", "the second step forgets the first"),
    Mutant("lessons/notes_01", "(z * (1 - z))  # (3′) or (3)", "1  # (3′) or (3)", "the output's slope is left out"),
    Mutant("lessons/notes_01", '== "shipped" else y', '== "corrected" else y', "shipped and corrected are swapped"),
    Mutant("lessons/notes_01", 'z = sigmoid(y) if', 'z = sigmoid(sigmoid(y)) if', "the slope is taken three times"),
    Mutant("lessons/notes_01", 'delta[t] += params["W"].swapaxes(1, 2) @ delta[t + 1]', 'delta[t] += params["W"] @ delta[t + 1]', "(4) lacks the transpose"),
    Mutant("lessons/notes_01", 'delta[t] += params["W"].swapaxes(1, 2) @ delta[t + 1]', 'delta[t] += 0', "(4) forgets the step after"),
    Mutant("lessons/notes_01", "delta[t] *= f_slope[t]", "delta[t] *= f_slope[t - 1]", "(4) takes the slope of another step"),
    Mutant("lessons/notes_01", "_outer(delta[1:], h[:-1])", "_outer(delta[1:], h[1:])", "dW takes h[t] for h[t−1]"),
    Mutant("lessons/notes_01", "left = delta.transpose(1, 2, 0, 3)", "left = delta[::-1].transpose(1, 2, 0, 3)", "steps meet those of another time"),
    Mutant("lessons/notes_01", "largest[largest == 0] = 1", "pass", "a zero gradient divides by 0"),
    Mutant("lessons/notes_01", "flat / largest).sum(axis=1)", "flat / largest).sum()", "the norm is that of all networks together"),
    Mutant("lessons/notes_01", "np.square(flat / largest)", "np.square(flat)", "squares overflow"),
    Mutant("lessons/notes_01", "np.where(np.isfinite(g), np.clip(g, -threshold, threshold), np.nan)", "np.clip(g, -threshold, threshold)", "inf is cut to the limit"),
    Mutant("lessons/notes_01", "threshold / np.maximum(threshold, lengths[k])", "threshold / lengths[k]", "short gradients are stretched"),
    Mutant("lessons/notes_01", 'if kind == "norm" else', 'if kind == "global" else', "the two norms are swapped"),
    Mutant("lessons/notes_01", "clip(grads, threshold, kind)).items()", "clip(grads, threshold)).items()", "the kind is ignored"),
    Mutant("lessons/notes_01", "grads if threshold is None else", "grads if threshold is not None else", "clipping is off when it is on"),
    Mutant("lessons/notes_01", "params[name] -= rate * gradient", "params[name] += rate * gradient", "training goes uphill"),
    Mutant("lessons/notes_01", "params[name] -= rate * gradient", "params[name] = params[name] - gradient", "the rate is ignored"),
    Mutant("lessons/notes_01", "{name: array.copy() for name, array in params.items()}", "dict(params)", "the argument is trained"),
    Mutant("lessons/notes_01", "kept.append(0.5 * np.sum(", "kept.append(np.sum(", "the ½ is forgotten"),
    Mutant("lessons/notes_01", "xs[update % 100], targets[update % 100]", "xs[update % 100], targets[0]", "targets of another pair"),
    Mutant("lessons/notes_01", "                watch(update, grads)", "                watch(update, clip(grads, threshold or 1))", "the watched gradient is clipped"),
    Mutant("lessons/notes_01", "y[:, 0] > 0.5, target[..., some] > 0.5)", "y[-1, 0] > 0.5, target[-1, :, some] > 0.5)", "only the last bit counts"),
    Mutant("lessons/notes_01", "for some in (slice(None, None, 61), slice(None)):", "for some in (slice(None, None, 61),):", "only a sample of pairs counts"),
    Mutant("lessons/notes_01", "right = np.ones(", "right = np.zeros(", "no network has ever solved it"),
    # optimizers
    Mutant("optimizers", "p -= self.learning_rate * g", "p += self.learning_rate * g", "SGD goes uphill"),
    Mutant("optimizers", "            v *= self.momentum\n", "", "the velocity never decays"),
    Mutant("optimizers", "            p += v\n", "            p += self.momentum * v\n", "the velocity is damped twice"),
    Mutant("optimizers", "kept[\"v\"] if kept else kept.setdefault(\"v\", np.zeros_like(p))", "np.zeros_like(p)", "the velocity is forgotten"),
    Mutant("optimizers", "kept[\"k\"] += 1", "kept[\"k\"] = 1", "Adam corrects every step like the first"),
    Mutant("optimizers", "(m / scale1) /", "m /", "Adam's mean is not corrected"),
    Mutant("optimizers", "np.sqrt(s / scale2)", "np.sqrt(s)", "Adam's square is not corrected"),
    Mutant("optimizers", "(g * g - s)", "(g - s)", "Adam forgets the square"),
    Mutant("optimizers", "(np.sqrt(s / scale2) + self.epsilon)", "np.sqrt(s / scale2 + self.epsilon)", "ε is under the root"),
    Mutant("optimizers", "place = (id(p) if owner is p else p.__array_interface__[\"data\"][0], p.shape, p.strides, p.dtype)", "place = (name.rpartition('[')[2], p.shape, p.strides, p.dtype)", "parameters of one name share their moments"),
    Mutant("optimizers", "in list(_pairs(params, grads)):\n            p -=", "in _pairs(params, grads):\n            p -=", "a refused step has changed something"),
    Mutant("optimizers", "not float(np.vdot(g, g)) < kept[\"most\"]", "False", "one huge gradient spoils Adam for good"),
    Mutant("optimizers", "float(known.max) / 4 if plain and", "float(known.max) / 4 if", "with a tiny ε Adam loses tiny gradients"),
    Mutant("optimizers", " if plain and min(self.beta1, self.beta2) >= 0.1 else", " if plain else", "with β = 0 small gradients after large ones are lost"),
    Mutant("optimizers", 'np.sqrt(kept["s"], dtype=np.float64)', 'np.zeros(p.shape)', "the squares before the huge one are forgotten"),
    Mutant("optimizers", '{"m": kept["m"].astype(np.float64), "root"', '{"m": np.zeros(p.shape), "root"', "the mean before the huge gradient is forgotten"),
    Mutant("optimizers", "(1 - self.beta2) ** 0.5 * g, out=root", "(1 - self.beta2) * g, out=root", "√s grows by the wrong share"),
    Mutant("optimizers", "root / scale2**0.5", "root", "√s is not corrected"),
    Mutant("optimizers", "m / scale1 / (root", "m / (root", "the mean beside √s is not corrected"),
    Mutant("optimizers", "                m *= self.beta1\n", "", "the mean beside √s never decays"),
    Mutant("optimizers", "                g = g.astype(root.dtype, copy=False)\n", "", "tiny gradients are rounded to 0 beside √s"),
    Mutant("optimizers", ".astype(np.promote_types(g.dtype, p.dtype), copy=False)", "", "float32 gradients of float64 parameters overflow"),
    Mutant("optimizers", " or places[place][0]() is not owner", "", "an array where a dead one lay takes over its moments"),
    Mutant("optimizers", "                del places[dead]\n", "                pass\n", "dead arrays are kept for ever"),
    Mutant("optimizers", "p.shape, p.strides, p.dtype)", "p.dtype)", "a view of another shape takes over the moments"),
    Mutant("optimizers", "owner, places = owner_of(p), self._places", "owner, places = p, self._places", "a new view starts afresh"),
    Mutant("optimizers", '        apart((f"params{name}", p) for name, p, _ in found)\n', '', "one array under two names takes two steps"),
    Mutant("optimizers", "for q in (p, copy.deepcopy(p, memo))", "for q in (p,)", "a copy of model and optimizer starts afresh"),
    Mutant("optimizers", "for q in (p, copy.deepcopy(p, memo))", "for q in (copy.deepcopy(p, memo),)", "a copy of the optimizer alone starts afresh"),
    Mutant("optimizers", "(q, copy.deepcopy(kept)) for", "(q, kept) for", "a copy moves the moments of the first"),
    Mutant("optimizers", "return _Memory, ([(p, kept)", "return _Memory, ([(p.copy(), kept)", "what was pickled starts afresh"),
    Mutant("optimizers", 'p.dtype.char not in "fd"', 'p.dtype.kind != "f"', "float16 parameters are taken"),
    Mutant("optimizers", " or not p.flags.writeable:", ":", "a step ends halfway at a read-only array"),
    # gradient check
    Mutant("gradcheck", "/ (2 * size)", "/ size", "the difference is twice as large"),
    Mutant("gradcheck", "array[index] = kept - size", "array[index] = kept", "the difference is one-sided"),
    Mutant("gradcheck", "finally:\n            array[index] = kept", "finally:\n            pass", "the array is not put back"),
    Mutant("gradcheck", "np.linalg.norm(analytic - numerical) / total", "abs(np.linalg.norm(analytic) - np.linalg.norm(numerical)) / total", "only lengths are compared"),
    Mutant("gradcheck", "if total else 0.0", "if total > 0 else 0.0", "NaN counts as equal"),
    Mutant("gradcheck", "if analytic.shape != numerical.shape:", "if False:", "shapes are broadcast"),
    Mutant("gradcheck", "step * max(1.0, float(abs(kept)))", "step", "a step is lost in the digits of a large weight"),
    Mutant("gradcheck", "step * max(1.0, float(abs(kept)))", "step * max(1e-9, float(abs(kept)))", "small weights have another step than they had"),
    Mutant("gradcheck", "np.ldexp(analytic, -power), np.ldexp(numerical, -power)", "analytic, numerical", "gradients whose squares are 0 are equal"),
    Mutant("gradcheck", "if not isinstance(own, dict) or not own:", "if not isinstance(own, dict):", "an empty dict is right"),
    Mutant("gradcheck", " or (isinstance(array, np.ndarray) and not array.size):", ":", "an array without elements is right"),
    Mutant("gradcheck", "if found.keys() & new or", "if", "one array hides another"),
    Mutant("gradcheck", "math.inf if math.isnan(found[name]) else found[name]", "found[name]", "the worst is not named where it is NaN"),
    Mutant("gradcheck", "if not found[worst] <= tolerance:", "if found[worst] > tolerance:", "NaN passes"),
    # data
    Mutant("data/__init__", "total[t], carry = column % 2, column // 2", "total[t], carry = column % 2, column % 2", "the carry is the sum"),
    Mutant("data/__init__", "column = a[t] + b[t] + carry", "column = a[t] + b[t]", "the carry is dropped"),
    Mutant("data/__init__", 'return {"lsb": 1, "msb": -1}', 'return {"lsb": 1, "msb": 1}', "the order of the bits is ignored"),
    Mutant("data/__init__", "    summands[:, -1] = 0", "    summands[:, 0] = 0", "the room for the sum is at the wrong end"),
    Mutant("data/__init__", "np.repeat(numbers, numbers.shape[1], axis=1)", "np.tile(numbers, numbers.shape[1])", "every number is added to itself"),
    Mutant("data/__init__", "    if carry.any():", "    if False:", "a sum that does not fit is cut"),
    Mutant("data/__init__", "table[:, 0] + (table[:, 1] - 0.5) / 12", "table[:, 0] + table[:, 1] / 12", "months are dated by their end"),
    Mutant("data/__init__", "table[:, 2].copy()", "table[:, 3].copy()", "anomalies are taken for temperatures"),
    Mutant("data/__init__", "x[: len(array), :, n] = array", "x[-len(array) :, :, n] = array", "sequences stand at the end"),
    Mutant("data/__init__", "np.result_type(*columns))", "np.float64)", "float32 grows"),
    Mutant("data/__init__", "np.result_type(*columns))", "columns[0].dtype)", "the first dtype rules"),
    Mutant("data/__init__", "{\"D\": columns[0].shape[-1]} if n else {}", "{}", "different D is NumPy's error"),
    Mutant("data/__init__", "columns.append([(int(number) >> t) & 1 for t in range(bits)])", "columns.append([(int(number) >> t) & 1 for t in range(bits)][::-1])", "the digits are written in the other order"),
    Mutant("data/__init__", "isinstance(sequences, str | np.ndarray)", "isinstance(sequences, str)", "one array is taken for many sequences"),
    Mutant("data/__init__", "real[:, 0, n], :, n].copy()", "real[:, 0, 0], :, n].copy()", "all have the first length"),
    Mutant("data/__init__", "outputs[slice(None) if real is None else real[:, 0, n], :, n].copy()", "outputs[: len(outputs) if real is None else real[:, 0, n].sum(), :, n]", "what is taken apart is not its own"),
    # tasks
    Mutant("data/tasks", "rng.integers(0, 4, examples)", "rng.integers(0, 3, examples)", "one symbol is never shown"),
    Mutant("data/tasks", "shown[:1].copy()", "shown[-1:].copy()", "the last symbol is asked for"),
    Mutant("data/tasks", "rng.integers(0, steps // 2, examples)", "rng.integers(0, steps, examples)", "both markers may fall into one half"),
    Mutant("data/tasks", "numbers[first, columns] + numbers[second, columns]", "numbers[first] + numbers[second]", "the sum takes other columns too"),
    # both directions
    Mutant("birnn", "np.where(real, real.sum(axis=0) - 1 - t, t)", "np.where(real, steps - 1 - t, t)", "padding is read first"),
    Mutant("birnn", "np.where(real, real.sum(axis=0) - 1 - t, t)", "np.where(real, real.sum(axis=0) - t, t)", "the reversal is one step off"),
    Mutant("birnn", "np.concatenate([left, np.take_along_axis(right, order, axis=0)], axis=1)", "np.concatenate([left, right], axis=1)", "(3) does not turn back"),
    Mutant("birnn", "params[\"backward\"], turned, second,", "params[\"backward\"], turned, first,", "both directions start from forward's state"),
    Mutant("birnn", "params[\"backward\"], turned, second,", "params[\"forward\"], turned, second,", "both directions share their weights"),
    Mutant("birnn", "(left_state, right_state), Cache", "(right_state, left_state), Cache", "the final states are exchanged"),
    Mutant("birnn", "doutputs[:, :H], np.take_along_axis(doutputs[:, H:], order, axis=0)", "doutputs[:, :H], doutputs[:, H:]", "(4) does not turn the gradient"),
    Mutant("birnn", "dx_left + np.take_along_axis(dx_right, order, axis=0)", "dx_left + dx_right", "(4) does not turn back"),
    Mutant("birnn", "dx_left + np.take_along_axis(dx_right, order, axis=0)", "dx_left", "(4) forgets the right direction"),
    Mutant("birnn", "cell.backward(cache.backward, halves[1], ends[1])", "cell.backward(cache.backward, halves[1], ends[0])", "the gradient of the other state comes back"),
    Mutant("birnn", "if len(sizes) == 2 and sizes[0] != sizes[1]:", "if False:", "directions of different sizes are some other error"),
    Mutant("birnn", "np.where(real, h, 0).sum(axis=0) / count", "np.where(real, h, 0).mean(axis=0)", "the mean counts padding"),
    Mutant("birnn", "np.where(real, h, 0).sum(axis=0) / count", "(h * real).sum(axis=0) / count", "the mean looks at padding"),
    Mutant("birnn", "np.where(real, h, -np.inf)", "np.where(real, h, 0)", "padding is the largest of negative numbers"),
    Mutant("birnn", "real.sum(axis=0).astype(h.dtype)", "real.sum(axis=0)", "the mean of float32 is float64"),
    Mutant("birnn", "np.where(share == 0, 0, share * dpooled)", "share * dpooled", "NaN reaches steps that have no share"),
    Mutant("birnn", "np.broadcast_to(real / count, h.shape)", "np.broadcast_to(real / T, h.shape)", "the gradient of the mean forgets the lengths"),
    # attention
    Mutant("attention", "key, value = np.where(read, key, 0), np.where(read, value, 0)", "value = np.where(read, value, 0)", "masked keys are looked at"),
    Mutant("attention", "key, value = np.where(read, key, 0), np.where(read, value, 0)", "key = np.where(read, key, 0)", "masked values are looked at"),
    Mutant("attention", "scores = np.where(mask, scores, -np.inf)", "scores = np.where(mask, scores, 0)", "masked keys have a score of 0"),
    Mutant("attention", "powers / np.where(total == 0, 1, total)", "powers / total", "nothing to read gives NaN"),
    Mutant("attention", "np.where(np.isneginf(top), 0, top)", "top", "nothing to read subtracts infinity from infinity"),
    Mutant("attention", "        return softmax(scores)\n", "        return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)\n", "large scores overflow"),
    Mutant("attention", "1 / math.sqrt(query.shape[-1])", "1 / query.shape[-1]", "the scale forgets the root"),
    Mutant("attention", "    ds = ds * _scale(score, query)\n", "", "(6) forgets the scale"),
    Mutant("attention", "np.swapaxes(weights, -1, -2) @ dcontext", "np.swapaxes(weights, -1, -2) @ dcontext / len(dcontext)", "(4) is a mean"),
    Mutant("attention", "weights * (da - (weights * da).sum(axis=-1, keepdims=True))", "weights * da", "(5) forgets that the weights sum to 1"),
    Mutant("attention", "weights * (da - (weights * da).sum(axis=-1, keepdims=True))", "da - (weights * da).sum(axis=-1, keepdims=True)", "(5) forgets the weights"),
    Mutant("attention", "dleft @ W.T, turned @ (query @ W), dvalue", "dleft @ W.T, turned @ query, dvalue", "(6) forgets W in the gradient of the key"),
    Mutant("attention", "dtype=bool)", "k=-1, dtype=bool)", "no step may read itself"),
    Mutant("attention", "(query @ params[\"W_query\"].T)[..., :, None, :]", "(query @ params[\"W_query\"].T).mean(axis=-2, keepdims=True)[..., :, None, :]", "all queries ask the same"),
    Mutant("attention", "mask if real is None else mask & real", "mask", "with a mask the lengths are forgotten"),
    Mutant("attention", "mask if real is None else mask & real", "mask if real is None else mask | real", "mask or lengths is enough"),
    Mutant("attention", "real.transpose(2, 1, 0).reshape(*shape[:-2], 1, -1)", "real.transpose(2, 1, 0).reshape(*shape[:-2], 1, -1)[..., ::-1]", "the last keys are the real ones"),
    Mutant("attention", "if array.shape != shape[:-2]:", "if array.size != math.prod(shape[:-2]):", "lengths of another shape are taken"),
    Mutant("attention", "da + np.where(weights == 0, 0, dweights)", "da + dweights", "a gradient for masked weights is looked at"),
    Mutant("attention", "da = da + np.where(weights == 0, 0, dweights)", "da = np.where(weights == 0, 0, dweights)", "a gradient for the weights replaces that of the context"),
    Mutant("attention", "{name: array.astype(dtype) for", "{name: array.astype(dtype, copy=False) for", "backward takes weights that have changed since"),
    # heads
    Mutant("multi_head", "np.expand_dims(mask, -3)", "mask if mask.ndim > 2 else mask[None]", "the mask is not the same for every head"),
    Mutant("multi_head", "dkey @ params[\"W_key\"] + dvalue @ params[\"W_value\"]", "dkey @ params[\"W_key\"]", "the memory's gradient forgets the values"),
    Mutant("multi_head", "return np.swapaxes(array.reshape(*array.shape[:-1], heads, -1), -2, -3)", "return np.swapaxes(array.reshape(*array.shape[:-1], -1, heads), -1, -3).swapaxes(-1, -2)", "the heads take every other number"),
    Mutant("multi_head", "\"W_value\": (dvalue, memory)", "\"W_value\": (dvalue, memory * 0)", "the values have no gradient"),
    Mutant("multi_head", "readable(mask, lengths, (", "readable(mask, None, (", "the heads forget the lengths"),
    Mutant("multi_head", "split), dweights)", "split))", "the heads forget the gradient for their weights"),
    Mutant("multi_head", "{name: array.copy() for", "{name: array for", "backward takes weights that have changed since"),
    # text
    Mutant("data/characters", "{character: k for k,", "{character: k - 3 for k,", "the first characters have the tokens of PAD, BOS and EOS"),
    Mutant("data/characters", "kept = sorted(word for word, n in counted.items() if n >= least)", "kept = [word for word, n in counted.items() if n >= least]", "the order is that of the strings"),
    Mutant("data/characters", "token not in (PAD, EOS)", "token != PAD", "what follows EOS is read"),
    Mutant("data/characters", "words[UNK : UNK + 1] == names[UNK:] and vocabulary.index.get(names[UNK]) != UNK", "words[UNK : UNK + 1] == names[UNK:]", "the word UNK is the unknown"),
    Mutant("data/characters", "    if names != own:\n", "    if False:\n", "strings are read by a vocabulary of words"),
    Mutant("data/characters", "if n >= least)", "if n > least)", "min_count itself is not enough"),
    Mutant("data/characters", "if k > EOS + unknown}", "if k > EOS}", "UNK is a word of the index"),
    Mutant("data/characters", "[unicodedata.normalize(\"NFC\", text) for text in strings]", "strings", "an accent of its own is unknown"),
    Mutant("data/characters", "[[unicodedata.normalize(\"NFC\", word) for word in text] for text in strings]", "strings", "an accent of its own is unknown in words"),
    Mutant("data/characters", "ascii(part) if unicodedata.combining(part[0]) else repr(part)", "repr(part)", "a bare accent is shown"),
    Mutant("data/characters", "        if words[:UNK] == names[:UNK]:\n", "        if True:\n", "any vocabulary is taken"),
    Mutant("data/characters", "[counted[word] for word in found]", "[1 for word in found]", "characters are not counted"),
    Mutant("data/characters", "    if new and not unknown:\n", "    if False:\n", "an unknown character is written as UNK without there being one"),
    Mutant("embedding", "np.where(real[:, 0], tokens, 0)", "tokens", "padded tokens are looked at"),
    Mutant("embedding", "x if real is None else np.where(real, x, 0), Cache", "x, Cache", "padding has a vector"),
    Mutant("embedding", "dx if real is None else np.where(real, dx, 0)", "dx", "padding has a gradient"),
    Mutant("embedding", ".reshape(-1, D)[order], starts", ".reshape(-1, D), starts", "(2) gives the gradients to other tokens"),
    Mutant("embedding", "np.zeros(E.shape, np.result_type(E, dx))", "np.zeros(E.shape)", "float32 becomes float64"),
    Mutant("embedding", "floats(\"dx\", dx, E.dtype)", "array_of(\"dx\", dx)", "complex gradients go through"),
    Mutant("data/dates", "(_LAST - FIRST).days + 1", "(_LAST - FIRST).days", "the last day is missing"),
    Mutant("data/dates", "replace=False", "replace=True", "a day may be in both parts"),
    Mutant("data/dates", "day, style, locale).lower()", "day, style, locale)", "capitals stay"),
    Mutant("data/dates", "column[train:]", "column[train - 1 :]", "the parts overlap"),
    Mutant("data/dates", "if train + test > DAYS:", "if train > DAYS:", "too many days are NumPy's error"),
    Mutant("data/dates", "start, end = end, end + len(piece)", "start, end = end + 1, end + len(piece)", "a part begins one too late"),
    Mutant("data/dates", "if name in _FIELDS:", "if name in _FIELDS and name != \"M\":", "the month has no place"),
    Mutant("data/dates", "name * count", "name", "long names have the place of short ones"),
    Mutant("data/dates", "\"month\": slice(5, 7)", "\"month\": slice(4, 6)", "the month of the target begins at its hyphen"),
    Mutant("data/dates", "if not FIRST <= day <= _LAST:", "if not FIRST < day < _LAST:", "the first day is refused"),
    Mutant("data/dates", "fromisoformat(text.strip())", "fromisoformat(text)", "a space is no date"),
    Mutant("data/tasks", "asked[a[test], b[test]] = asked[b[test], a[test]] = True", "asked[a[test], b[test]] = True", "exchanged summands leak"),
    Mutant("data/tasks", "rest = ~asked[a, b]", "rest = slice(1_000, None)", "test questions leak"),
    Mutant("data/tasks", "for total in a + b", "for total in a - b", "the answer is a difference"),
    # encoder and decoder
    Mutant("seq2seq", "params[\"encoder\"], x, lengths=source_lengths,", "params[\"encoder\"], x,", "the encoder reads padding"),
    Mutant("seq2seq", "x, cell=cell, lengths=source_lengths,", "x, cell=cell,", "both directions read padding"),
    Mutant("seq2seq", "None if real is None else real.transpose(2, 1, 0)", "None", "attention reads padding"),
    Mutant("seq2seq", "first = memory.state if state is None else state", "first = state", "the state is not handed on"),
    Mutant("seq2seq", "first = memory.state if state is None else state", "first = memory.state", "every step begins again"),
    Mutant("seq2seq", "ds * (1 - a * a)", "ds", "(4) forgets the slope of tanh"),
    Mutant("seq2seq", "dboth[:, H:] + dquery.transpose(1, 2, 0)", "dboth[:, H:]", "(3) forgets the gradient of the query"),
    Mutant("seq2seq", "dboth[:, H:] + dquery.transpose(1, 2, 0)", "dquery.transpose(1, 2, 0)", "(4) forgets the gradient of s"),
    Mutant("seq2seq", "(dkey + dvalue)", "dvalue", "the memory's gradient forgets the keys"),
    Mutant("seq2seq", "(dkey + dvalue)", "dkey", "the memory's gradient forgets the values"),
    Mutant("seq2seq", "cache.cell.backward(encoder, dmemory, dstate)", "cache.cell.backward(encoder, dmemory, None if dmemory is not None else dstate)", "with attention the state has no gradient"),
    Mutant("seq2seq", "dmemory, _halves(dstate))", "dmemory, _halves(dstate)[::-1])", "the directions get each other's gradient"),
    Mutant("seq2seq", "a = np.tanh(a)", "a = a * 1.0", "(4) forgets tanh"),
    Mutant("seq2seq", "np.concatenate([context.transpose(1, 2, 0), s], axis=1)", "np.concatenate([s, context.transpose(1, 2, 0)], axis=1)", "(4) has the halves in the wrong order"),
    Mutant("seq2seq", "counted.min() <= EOS", "counted.min() < EOS", "EOS is taken for a character"),
    Mutant("seq2seq", "np.arange(len(labels))[:, None] < lengths)", "np.arange(len(labels))[:, None] < lengths - 1)", "EOS is not learned"),
    Mutant("seq2seq", "np.arange(len(labels))[:, None] < lengths)", "labels >= 0)", "padding counts in the loss"),
    Mutant("seq2seq", "labels[steps, np.arange(N)] = EOS", "labels[-1] = EOS", "EOS stands at the end of the longest"),
    Mutant("seq2seq", "np.concatenate([np.full((1, N), BOS), labels[:T]])", "labels.copy()", "the decoder reads what it is to write"),
    Mutant("seq2seq", "0 if forced else len(inputs) - 1", "0", "free running is teacher forcing"),
    Mutant("seq2seq", "argmax(axis=0) + EOS", "argmax(axis=0)", "what was written is read as another token"),
    Mutant("seq2seq", "inputs[t : t + 1], state=state,", "inputs[t : t + 1],", "free running forgets its state"),
    Mutant("seq2seq", "finite(\"logits\", v[0])", "v[0]", "NaN is a choice"),
    Mutant("seq2seq", "{} if examples is None else {\"N\": examples}", "{}", "as many targets as sources: some other error"),
    # decoding
    Mutant("decoding", "best = logs.argmax(axis=0)", "best = logs[EOS:].argmax(axis=0)", "greedy takes rows for tokens"),
    Mutant("decoding", "np.where(alive, logs[best, np.arange(N)], 0)", "logs[best, np.arange(N)]", "what follows EOS is counted"),
    Mutant("decoding", "columns.append(np.where(alive, best, PAD))", "columns.append(best)", "what follows EOS is written"),
    Mutant("decoding", "best[None], alive & (best != EOS)", "best[None], best != EOS", "the ended go on"),
    Mutant("decoding", "np.where(alive[:, None], weights, 0)", "weights", "the ended go on reading"),
    Mutant("decoding", "total = logs_live + logs", "total = logs", "a beginning forgets its probability"),
    Mutant("decoding", "np.concatenate([live[:, parent], token[None]])", "np.concatenate([live[:, np.zeros_like(parent)], token[None]])", "all beams continue the first"),
    Mutant("decoding", "_taken(state, parent[~ends])", "_taken(state, np.zeros_like(parent[~ends]))", "the states do not follow their beams"),
    Mutant("decoding", "_taken(state, parent[~ends])", "_taken(state, np.arange((~ends).sum()) % len(logs_live))", "the states keep their places"),
    Mutant("decoding", "(len(w) + ended) ** power", "len(w) ** power if len(w) else log", "EOS is no token"),
    Mutant("decoding", "(not h.ended, -h.score)", "-h.score", "cut answers may be first"),
    Mutant("decoding", "chosen = chosen[np.isfinite(total.ravel()[chosen])]", "chosen = chosen * 1", "PAD and BOS may be written"),
    Mutant("decoding", "_search(params, _columns(memory, [n]),", "_search(params, _columns(memory, [0]),", "every example is the first"),
    Mutant("decoding", "    finite(\"logits\", v[0][:, alive])\n", "", "NaN is written"),
    Mutant("decoding", "    finite(\"logits\", v[0][:, alive])\n", "    finite(\"logits\", v[0])\n", "what has ended must stay finite"),
    Mutant("decoding", "return finite(\"logits\", v),", "return v,", "NaN is judged"),
    Mutant("decoding", "np.arange(len(labels))[:, None] < steps", "np.arange(len(labels))[:, None] < steps - 1", "EOS is no token of a given answer"),
    Mutant("decoding", "np.arange(len(labels))[:, None] < steps", "labels >= 0", "padding counts in a given answer"),
    Mutant("decoding", "(v.argmax(axis=1) == right)[counted].mean()", "(v.argmax(axis=1) == right).mean()", "accuracy counts padding"),
    # rewriting one string
    Mutant("lessons/reading_09", "[\"w\"] / temperature", "[\"w\"] * temperature", "additive: hotter is sharper"),
    Mutant("lessons/reading_09", "[\"W\"] / temperature", "[\"W\"]", "general: the temperature does nothing"),
    Mutant("lessons/reading_09", "temperature * math.sqrt(len(combine)) if", "temperature * len(combine) if", "scaled dot: d for its root"),
    Mutant("lessons/reading_09", "dtype=combine.dtype", "dtype=float", "float32 grows"),
    Mutant("lessons/reading_09", "text.strip().lower()", "text.strip()", "capitals are unknown"),
    Mutant("lessons/reading_09", "len(text) > whole", "len(text) >= whole", "the longest text is refused"),
    Mutant("lessons/reading_09", "    positive(\"temperature\", temperature)\n    if not isinstance", "    if not isinstance", "without attention any temperature goes"),
    Mutant("lessons/reading_09", "tokens[-1] == EOS", "length > 0", "an answer that is cut off has ended"),
    Mutant("lessons/reading_09", "tokens[:length])", "tokens)", "EOS is written out"),
    # looking back
    Mutant("lessons/heads_09", "_positions() * positions", "_positions()", "positions are always there"),
    Mutant("lessons/heads_09", "attention.causal_mask(_STEPS)", "None", "a step reads ahead"),
    Mutant("lessons/heads_09", "[unasked, dy.transpose(2, 0, 1)]", "[dy.transpose(2, 0, 1), unasked]", "gradients reach the wrong steps"),
    Mutant("lessons/heads_09", "np.cos(angle)], axis=1)", "np.sin(angle)], axis=1)", "a position has no cosine"),
    Mutant("lessons/heads_09", "not 0 <= back <= _FARTHEST", "not 0 <= back", "a sign before the first is asked for"),
    # the checker of exercises
    Mutant("lab/exercises", "tolerance: float = 1e-5", "tolerance: float = 1e-9", "float32 is refused"),
    Mutant("lab/exercises", "tolerance: float = 1e-5", "tolerance: float = 1e-2", "a thousandth is nothing"),
    Mutant("lab/exercises", '(tolerance if ours.dtype.kind == "f" else 0)', "tolerance", "whole numbers are taken for floats"),
    Mutant("lab/exercises", "np.maximum(1.0, np.abs(ours))", "1.0", "large numbers get no more room"),
    Mutant("lab/exercises", 'kinds: str = "iuf"', 'kinds: str = "iufc"', "complex numbers pass"),
    Mutant("lab/exercises", 'kinds: str = "iuf"', 'kinds: str = "iufb"', "booleans pass"),
    Mutant("lab/exercises", "not isinstance(value, np.ma.MaskedArray) and all", "all", "masks are dropped"),
    Mutant("lab/exercises", "all(_numbers(part, kinds) is not None for part in parts)", "True", "a boolean in a list passes"),
    Mutant("lab/exercises", "    if ours.shape != theirs.shape:", "    if False:", "shapes are broadcast"),
    Mutant("lab/exercises", "    if not np.isfinite(theirs).all():", "    if False:", "NaN passes"),
    Mutant("lab/exercises", "\\n  differs by {np.max(gaps):.1g}", "", "a small difference is not shown"),
    Mutant("lab/exercises", ", value {n} of {len(faults)}", "", "nobody knows which part is wrong"),
    Mutant("lab/exercises", " + \", …\" * (len(value) > 6)", "", "a long answer looks short"),
    Mutant("lab/exercises", "map(_show, value[:6])", "map(_show, value)", "a huge answer is written out"),
    Mutant("lab/exercises", "    except BaseException as error:", "    except Exception as error:", "sys.exit() ends the cell"),
    Mutant("lab/exercises", "            raise KeyboardInterrupt from None", "            pass", "a key that is pressed does not interrupt"),
    Mutant("lab/exercises", "class _Stop(BaseException):", "class _Stop(Exception):", "an answer swallows its end"),
    Mutant("lab/exercises", " or frame.f_code.co_filename != __file__", " or True", "an answer that has ended is stopped"),
    Mutant("lab/exercises", "            signal.setitimer(signal.ITIMER_REAL, *before)", "            pass", "the alarm goes on"),
    Mutant("lab/exercises", "            signal.signal(number, handler or signal.SIG_DFL)", "            pass", "the old handlers are lost"),
    Mutant("lab/exercises", "for number in _SIGNALS if main}", "for number in _SIGNALS}", "a thread asks for signals"),
    Mutant("lab/exercises", "        vars(np).update(kept)", "        pass", "what an answer deletes is lost"),
    Mutant("lab/exercises", "with warnings.catch_warnings(), np.errstate", "with np.errstate", "the answer's filters stay"),
    Mutant("lab/exercises", ".strip()[:500]", ".strip()", "a huge message is written out"),
    Mutant("lab/exercises", '.encode("utf-8", "replace")', '.encode("utf-8")', "a lone surrogate cannot be written"),
    # panels
    Mutant("lab/widgets", "            self._cache.clear()", "            pass", "old code's pictures are shown"),
    Mutant("lab/widgets", "  # after it has drawn: it may keep something for the next time", " if len(self._cache) == 1 else self._read", "what draw keeps makes it forget"),
    Mutant("lab/widgets", ".tobytes())", ".shape)", "arrays changed in place are not seen"),
    Mutant("lab/widgets", "            todo += parts[:200]", "            pass", "containers are not looked into"),
    Mutant("lab/widgets", "value if isinstance(value, dict) else ()  #", "()  #", "keys are not looked at"),
    Mutant("lab/widgets", "for part in code.co_consts if isinstance(part, CodeType)]", "for part in ()]", "nested functions are not followed"),
    Mutant("lab/widgets", "            named += [vars(part)[n]", "            named and [vars(part)[n]", "attributes of modules are not seen"),
    Mutant("lab/widgets", "*(value.__closure__ or ()), ", "", "closures are not seen"),
    Mutant("lab/widgets", "value.__defaults__, ", "", "defaults are not seen"),
    Mutant("lab/widgets", "todo += [*codes, ", "todo += [", "code that autoreload edits is not seen"),
    Mutant("lab/widgets", "            todo += [*vars(value).values(), *value.__bases__]", "            pass", "methods are not followed"),
    Mutant("lab/widgets", "getattr(value, \"__wrapped__\", None)]", "None]", "cached functions are not followed"),
    Mutant("lab/widgets", 'found.append(id(value))', 'found.append(type(value))', "nothing has an identity"),
    Mutant("lab/widgets", "held[id(value)] = value", "held[id(value)] = None", "ids are used again"),
    Mutant("lab/widgets", ", module=\"(?!__main__$)\")", ")", "a deprecation of the learner's own line is hidden"),
    Mutant("lab/widgets", "(DeprecationWarning, PendingDeprecationWarning, FutureWarning)", "()", "deprecations of libraries are notes"),
    Mutant("lab/widgets", "except (Exception, SystemExit) as error", "except Exception as error", "sys.exit() ends the kernel"),
    # weights on disk
    Mutant("weights", "place = place.setdefault(part, {})", "place = place.setdefault(part[:1], {})", "names are cut"),
    Mutant("weights", "        os.replace(beside, path)\n", "        beside.rename(path) if not path.exists() else None\n", "an old file is not replaced"),
    Mutant("weights", "if array.dtype.kind != \"f\":", "if False:", "whole numbers are taken for weights"),
    Mutant("weights", "            if settings:\n", "            if False:\n", "the settings are lost"),
    Mutant("weights", 'if "kind" not in value and all', "if all", "a dict of settings with the key kind is misread"),
    Mutant("weights", "and all(type(key) is str for key in value)", "", "keys become text"),
    Mutant("weights", 'return parts if type(value) is list else {"kind": "tuple", "items": parts}', "return parts", "tuples become lists"),
    Mutant("weights", 'return array if kind == "array" else array[()]', "return array", "NumPy's numbers become arrays"),
    Mutant("weights", "np.array(values, dtype)", "np.array(values)", "the dtype of a setting is lost"),
    Mutant("weights", ".reshape(shape)", "", "the shape of an empty setting is lost"),
    Mutant("weights", 'and value.dtype.char != "g"', "", "a long double does not come back"),
    Mutant("weights", "        if not isinstance(settings, dict):\n", "        if False:\n", "settings that are no dict are handed on"),
    Mutant("weights", r"[/\\\0\ud800-\udfff]", "[/]", "zipfile changes names"),
    Mutant("weights", 'found[above + key] = array_of(f"params[{above + key!r}]", value)', "found[above + key] = value", "masked weights lose their mask"),
    Mutant("weights", "zipfile.ZipInfo(_SETTINGS)", "_SETTINGS", "the same settings make another file each time"),
    # truncated gradients
    Mutant("lessons/truncation_02", "x[max(stop - k, 0) : stop], state,", "x[max(stop - k, 0) : stop], None,", "the state is not carried on"),
    Mutant("lessons/truncation_02", "range(T % k or k, T + 1, k)", "range(k, T + 1, k)", "the steps that are left over are dropped"),
    Mutant("lessons/truncation_02", "W *= positive(\"radius\", radius) / np.abs(np.linalg.eigvals(W)).max()", "W *= positive(\"radius\", radius)", "the start has another radius"),
    Mutant("lessons/truncation_02", " & np.isfinite(v).all(axis=1)", "", "NaN counts as an answer"),
    # initial weights
    Mutant("initializers", "uniform(1, longest - 1, (rows, 1))", "uniform(1, longest, (rows, 1))", "chrono goes past T_max"),
    Mutant("initializers", "np.log(generator(rng)", "(generator(rng)", "chrono forgets the logarithm"),
    Mutant("initializers", "1 / math.sqrt(columns)", "1 / columns", "Xavier forgets the root"),
    Mutant("initializers", "math.sqrt(2 / columns)", "math.sqrt(1 / columns)", "He forgets the 2"),
    # checks
    Mutant("_checks", "array.min() < 1 or array.max() > steps", "array.max() > steps", "a length of 0 is let through"),
    Mutant("_checks", "array.min() < 1 or array.max() > steps", "array.min() < 1", "a length over T is let through"),
    Mutant("_checks", "np.arange(steps)[:, None, None] < array", "np.arange(steps)[:, None, None] <= array", "one step too many is real"),
    Mutant("_checks", 'array.dtype.kind in "iub"', 'array.dtype.kind in "iu"', "booleans are refused"),
    Mutant("_checks", "return array.astype(dtype)", "return array.astype(np.float64)", "integers widen float32"),
    Mutant("_checks", "if size < 1 or size !=", "if size !=", "empty arrays are let through"),
    Mutant("_checks", "x if real is None else np.where(real, x, 0)", "x", "padding in x is looked at"),
    Mutant("_checks", "doutputs = np.where(real, doutputs, 0)", "pass", "padding in doutputs is looked at"),
    Mutant("_checks", "np.result_type(*weights, x, *started)", "own", "mixed floats do not promote"),
    Mutant("_checks", "dtype = np.result_type(h, doutputs, *ends)", "dtype = h.dtype", "wide gradients are narrowed"),
    Mutant("_checks", "if doutputs is None and all(value is None for value in dstates.values()):", "if False:", "no gradient at all is taken for zero"),
    Mutant("_checks", 'zero = np.zeros((sizes["H"], sizes["N"]), own)', 'zero = np.ones((sizes["H"], sizes["N"]), own)', "no state is not a zero state"),
    Mutant("_checks", "[end.astype(dtype) for end in ends]", "[end.astype(dtype, copy=False) for end in ends]", "the given dstate is written to"),
    Mutant("_checks", "or len(value) != 2:", "or len(value) < 2:", "three arrays are taken for a pair"),
    # word2vec
    Mutant("word2vec", "(pairs - P) * times", "pairs * times", "a chance word is used against its own pair"),
    Mutant("word2vec", "dtype(negatives / max(1, len(drawn)))", "dtype(negatives)", "shared chance words count in full for every pair"),
    Mutant("word2vec", "np.subtract(positive, G, out=G)", "np.subtract(G, positive, out=G)", "the step goes uphill"),
    Mutant("word2vec", "positive + floats(\"negative\", negative)", "positive", "nothing is pushed away"),
    Mutant("word2vec", "return G @ O, G.T @ A, bend", "return G @ O, G.T @ (A + G @ O), bend", "W_out takes rows that have moved"),
    Mutant("word2vec", "G = positive - bend\n", "G = positive - softmax(S, axis=1)\n", "the softmax forgets how many pairs a row has"),
    Mutant("word2vec", "0.25 * rate * curvature", "0 * rate * curvature", "frequent words run away"),
    Mutant("word2vec", "0.25 * rate * curvature", "25 * rate * curvature", "rows with few pairs are slowed down too"),
    Mutant("word2vec", "counts**power, 0)", "counts, 0)", "the power 0.75 is forgotten"),
    Mutant("word2vec", "np.where(counts > 0, counts**power, 0)", "counts**power", "words that never occur are drawn"),
    Mutant("word2vec", "neighbour += neighbour >= middle", "pass", "a word is its own neighbour"),
    Mutant("word2vec", "own[neighbour[pairs] - first]", "own[neighbour[pairs] - begin]", "neighbours are those of the block's start"),
    Mutant("word2vec", "max(0, begin - window), slice", "begin, slice", "the words before a block are lost"),
    Mutant("word2vec", "(mean / near[has, None])", "mean", "CBOW takes the sum for the mean"),
    Mutant("word2vec", "mean.T @ dX", "(mean > 0).T @ dX", "CBOW gives each neighbour the whole gradient"),
    Mutant("word2vec", "max(1e-4, 1 - (done + read * begin / len(ids)) / total)", "1.0", "the rate does not fall"),
    Mutant("word2vec", "epochs * words", "words", "the rate falls within one epoch"),
    Mutant("word2vec", "return ids[once], order[last]", "return ids, np.arange(len(ids))", "a repeated word gets the last of its steps only"),
    Mutant("word2vec", "np.zeros((V, dim), real)", "np.ones((V, dim), real)", "W_out does not start at 0"),
    Mutant("word2vec", "(abs(distance) <= reach) &", "", "the reach is not drawn"),
    Mutant("word2vec", "rng.integers(1, window + 1,", "rng.integers(0, window,", "the reach is too short"),
    Mutant("word2vec", "& (other >= text_start)", "& (other >= 0)", "windows reach back over a border"),
    Mutant("word2vec", "& (other < text_end)", "& (other < len(ids))", "windows reach on over a border"),
    Mutant("word2vec", "rng.random(read) < keep[ids]", "rng.random(read) > keep[ids]", "frequent words are kept and rare ones dropped"),
    Mutant("word2vec", "np.sqrt((subsample or np.inf) * counts.sum()", "((subsample or np.inf) * counts.sum()", "subsampling forgets the root"),
    Mutant("word2vec", "in _groups(texts) * epochs", "in _groups(texts)[:-1] * epochs", "the end of the text is not read"),
    Mutant("word2vec", "ids.min() < 0 or ids.max() >= V", "ids.max() > V", "ids outside the vocabulary are let through"),
    Mutant("word2vec", "max(_SHARED, block // 2)", "_SHARED", "long blocks have too few chance words"),
    Mutant("word2vec", "words < 64 * len(texts)", "True", "long texts get long blocks"),
    Mutant("word2vec", " and model == \"skip-gram\"\n", "\n", "CBOW has long blocks, in which it is slow"),
    Mutant("word2vec", " and V <= 256 and", " and", "blocks grow with the vocabulary without end"),
    Mutant("word2vec", "steps += len(middle) if real(learning_rate) else 0", "steps += 1", "a training without a pair passes"),
    Mutant("word2vec", " if real(learning_rate) else 0", "", "a rate that float32 takes for 0 passes"),
    Mutant("word2vec", "np.isfinite(counts).all()", "True", "NaN counts are let through"),
    Mutant("word2vec", "    if not 0 < chance[-1] < np.inf or not np.isfinite(power):", "    if not 0 < chance[-1]:", "any power is taken"),
    Mutant("word2vec", "{\"V\": V, \"dim\": dim}).astype(real)", "{\"V\": V, \"dim\": dim}).astype(real, copy=False)", "given vectors are written to"),
    Mutant("word2vec", "    if not (np.isfinite(W_in).all() and np.isfinite(W_out).all()):\n        raise FloatingPointError(f\"start", "    if False:\n        raise FloatingPointError(f\"start", "NaN is trained on"),
    Mutant("word2vec", "np.concatenate(group, dtype=np.intp, casting=\"unsafe\")", "np.concatenate(group)", "ids of mixed types become floats"),
    Mutant("word2vec", "list(part) if hasattr(part, \"__next__\") else part", "part", "a generator is no text"),
    Mutant("word2vec", "tokens.dtype == object and tokens.ndim == 1", "False", "texts in an array of objects are refused"),
    Mutant("word2vec", "array_of(\"rows\", rows)", "rows", "masked rows are taken"),
    Mutant("data/words", "key=lambda word: (-counted[word], word)", "key=lambda word: (counted[word], word)", "words stand by rising count"),
    Mutant("data/words", "if n >= min_count", "if n > min_count", "min_count itself is not enough"),
    Mutant("data/words", "np.where(lengths > 0, lengths, 1).astype(vectors.dtype)", "1", "long rows are nearer"),
    Mutant("data/words", "units[given[1]] - units[given[0]] + units[given[2]]", "units[given[0]] - units[given[1]] + units[given[2]]", "an analogy is asked backwards"),
    Mutant("data/words", " if i not in but]", "]", "a word is its own neighbour"),
    Mutant("data/words", "or word in index or", "or", "a word may stand twice in a file"),
    Mutant("data/words", 'isinstance(words, str) or not isinstance(listed("words", words), Iterable)', "not isinstance(words, Iterable)", "a string is a list of its letters"),
    Mutant("data/words", "        if not issubclass(kind, str):", "        if False:", "numbers are words"),
    Mutant("data/words", "[_listed(sentence, False) for", "[_listed(sentence) for", "lists of lists of lists are words"),
    Mutant("data/words", "return [encode(sentence, vocabulary) for sentence in found]", "found = list(chain.from_iterable(found))", "sentences lose their borders"),
    Mutant("data/words", "    if not (finite := np.isfinite(vectors).all(axis=1)).all():", "    if not (finite := np.ones(len(vectors), bool)).all():", "NaN has neighbours"),
    Mutant("data/words", "                if not np.isfinite(vectors[len(index)]).all():", "                if False:", "a file with nan is read"),
    Mutant("data/words", "    if not target.any():", "    if False:", "a vector of zeros has neighbours"),
    Mutant("data/words", "        vectors = np.ldexp(vectors, -np.frexp(most)[1][:, None])", "        pass", "long and short rows have no cosines"),
    Mutant("data/words", "    if not isinstance(vocabulary, Vocabulary):", "    if False:", "a dict is taken for a vocabulary"),
    Mutant("data/words", "        if word in self.words:", "        if False:", "<PAD> is proposed for <PAD>"),
    Mutant("data/words", "vectors, vectors, dtype=np.float64)", "vectors, vectors)", "squares leave float32"),
    Mutant("data/words", "units[own].mean(axis=0) if own", "vectors[own].mean(axis=0) if own", "long rows count more in a mean"),
    Mutant("data/words", " or not (own or np.isfinite(target).all())", "", "a vector of NaN has neighbours"),
    Mutant("data/words", "target if len(own) == 1 else _to_length_1(target[None])[0]", "target", "a long vector has large cosines"),
    Mutant("data/words", "for form in (\"NFC\", \"NFD\")", "for form in ()", "the other normal form is not told"),
    Mutant("data/words", "np.minimum(times, np.bincount(found, minlength=len(words)))", "0", "near spellings are those of any 300 words"),
    Mutant("data/words", "np.argpartition(-likeness", "np.argpartition(likeness", "difflib sees the words that are least like it"),
    Mutant("data/words", "or \" \" in word or", "or", "a word with a space is written"),
    Mutant("data/words", "or \"\\n\" in word", "", "a word with a line break is written"),
    Mutant("data/words", "line.rstrip().decode(\"utf-8\").split(\" \")", "line.decode(\"utf-8\").split() or [\"\"]", "white space in a word parts it"),
    Mutant("data/words", "open(path, \"w\", encoding=\"utf-8\", newline=\"\\n\")", "open(path, \"w\", encoding=\"utf-8\", newline=\"\\r\\n\")", "lines end as on Windows"),
    Mutant("data/words", "                if not new and not line.strip():\n                    continue\n", "", "a blank last line is an error"),
    Mutant("data/words", " or 2 * V * d > size", "", "a header asks for any memory"),
    Mutant("data/words", "if {\"\\0\", \"\\ufffd\"} & set(text) else", "if False else", "a packed file gets no hint"),
    Mutant("data/words", ":.9g}", ":.6g}", "the file loses digits"),
    Mutant("data/words", "    if len(index) < V:\n", "    if False:\n", "a file may end early"),
    Mutant("lessons/words_08", "similar[every, given] = -np.inf", "pass", "the given words may be the answer"),
    Mutant("lessons/words_08", "np.where(~same_verb & ~stray, form, other_form)", "np.where(~stray, form, other_form)", "the form is always the topic's"),
    Mutant("lessons/words_08", "1 / np.arange(1, len(VERBS) + 1)", "np.ones(len(VERBS))", "verbs are drawn evenly"),
    # the training of lesson 3 and its tasks
    Mutant("lessons/gates_03", "OPEN = 40.0", "OPEN = 4.0", "a gate held open is not quite open, and learns"),
    Mutant("lessons/gates_03", "array.copy() for name", "array for name", "holding a gate open changes the caller's parameters"),
    Mutant("lessons/gates_03", "loss(v, target, *mask)", "loss(v, target)", "steps that are not asked count"),
    Mutant("lessons/gates_03", "doutputs[-len(target) :] = dh", "doutputs[: len(target)] = dh", "the gradient enters at the first steps"),
    Mutant("lessons/gates_03", "np.log(0.5) / np.log(f)", "np.log(f) / np.log(0.5)", "the half-life is inverted"),
    Mutant("data/tasks", "np.where(marks[t], 0, total) + numbers[t]", "np.where(marks[t], 0, total + numbers[t])", "the marked number is dropped"),
    Mutant("data/tasks", "marks[:], asked[:-1] = False, False", "asked[:-1] = False", "more than one number is marked"),
    Mutant("data/tasks", "numbers[1:], marks[0] = 0, False", "numbers[1:] = 0", "the first step can be marked"),
]  # fmt: skip

# The tests of every other module bear its name.
TESTS = {
    "dense": "test_dense.py test_checks.py",
    "birnn": "test_birnn.py test_checks.py",
    "optimizers": "test_optimizers.py test_checks.py",
    "data/__init__": "test_data.py",
    "interop": "test_interop.py test_references.py",
} | {cell: f"test_{cell}.py test_cells.py test_cells_refuse.py test_fast.py" for cell in ("rnn", "lstm", "gru")}
TESTS |= {
    "_checks": "test_checks.py test_cells.py test_cells_refuse.py test_lstm.py test_dense.py",
    "_fast": "test_fast.py test_cells.py",
    "multi_head": "test_attention.py test_references.py test_checks.py",
}


def tests_of(module: str) -> str:
    """Return the test files of a module."""
    return TESTS.get(module, f"test_{Path(module).name}.py")


def place(folder: Path) -> Path:
    """Copy the package, its tests and their settings; what is imported from there is the copy."""
    for package in ("helpers", "notebooks/lessons"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "notebooks/results").symlink_to(ROOT / "notebooks/results")
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):  # which the tests of exercises read
        (folder / "notebooks" / notebook.name).symlink_to(notebook)
    shutil.copytree(ROOT / "tests" / "references", folder / "tests" / "references")
    for test in (ROOT / "tests").glob("test_*.py"):
        shutil.copy(test, folder / "tests")
    shutil.copy(ROOT / "pyproject.toml", folder)
    found = python(folder, "-c", "import helpers, lessons; print(helpers.__file__, lessons.__file__)").stdout.split()
    if any(folder.resolve() not in Path(path).resolve().parents for path in found):
        sys.exit(f"The tests would import {found}, not the copy")
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run Python in the copy: no bytecode, as two mutants of one second would share it; no plug-ins, to start fast."""
    extra = {
        "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'notebooks'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, env=os.environ | extra | threads, capture_output=True, text=True, timeout=120
    )


def run_tests(folder: Path, names: str) -> subprocess.CompletedProcess:
    """Run test files until the first failure."""
    return python(folder, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *(f"tests/{n}" for n in names.split()))


def judge(mutant: Mutant, folders: SimpleQueue) -> str:
    """Return "killed", or what is wrong."""
    folder = folders.get()
    path = folder / ("notebooks" if mutant.module.startswith("lessons/") else "helpers") / f"{mutant.module}.py"
    text = path.read_text(encoding="utf-8")
    try:
        if text.count(mutant.old) != 1:
            return f"ERROR: the old text is there {text.count(mutant.old)} times"
        path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        ran = run_tests(folder, tests_of(mutant.module))
    except subprocess.TimeoutExpired:
        return "killed"
    finally:
        path.write_text(text, encoding="utf-8")
        folders.put(folder)
    if ran.returncode > 1:
        return f"ERROR: the tests did not run\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}"
    return "killed" if ran.returncode else "SURVIVED"


def main() -> None:
    """Judge the mutants, two at a time."""
    words = sys.argv[1:]
    chosen = [m for m in MUTANTS if not words or any(word in f"{m.module} {m.why}" for word in words)]
    start, folders = time.perf_counter(), SimpleQueue()
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(2) as pool:
        for name in ("one", "two"):
            folders.put(place(Path(temporary, name)))
        names = {tests_of(m.module) for m in chosen}
        sound = run_tests(Path(temporary, "one"), " ".join(sorted(set(" ".join(names).split()))))
        if sound.returncode:
            sys.exit(f"The tests must pass before anything is broken\n{sound.stdout[-3000:]}{sound.stderr[-2000:]}")
        bad = 0
        for mutant, verdict in zip(chosen, pool.map(lambda m: judge(m, folders), chosen), strict=True):
            bad += verdict != "killed"
            print(f"{verdict:9} {mutant.module:22} {mutant.why}", flush=True)
    print(f"{len(chosen) - bad} of {len(chosen)} killed in {time.perf_counter() - start:.0f} s")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
