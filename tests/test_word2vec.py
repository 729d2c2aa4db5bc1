"""Word2vec: which pairs a text has, the block against the plain loop over pairs, gradients, chance words, bad input."""

import numpy as np
import pytest

from helpers import word2vec
from helpers.gradcheck import numerical_gradient
from lessons import words_08

pytestmark = pytest.mark.filterwarnings("error")
NO_DAMPING = 1e-3  # a rate at which no row is slowed down


def rng(seed=0):
    return np.random.default_rng(seed)


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def block_of(seed=0, a=4, o=6, pairs=15, drawn=5, negatives=3):
    r = rng(seed)
    A, O = r.standard_normal((a, 3)), r.standard_normal((o, 3))
    rows, outputs, chosen = r.integers(0, a, pairs), r.integers(0, o, pairs), r.integers(0, o, drawn)
    weights = word2vec.pair_weights(rows, outputs, chosen, (a, o), negatives, np.float64)
    return A, O, rows, outputs, chosen, *weights


def plain_loss(A, O, rows, outputs, chosen, negatives):
    """Equation (1), pair by pair."""
    total = 0.0
    for i, j in zip(rows, outputs, strict=True):
        total -= np.log(sigmoid(A[i] @ O[j]))
        for n in chosen:
            if n != j:
                total -= negatives / len(chosen) * np.log(sigmoid(-A[i] @ O[n]))
    return total


# --- windows -----------------------------------------------------------------------------------------------------


def pairs(texts, window, keep=None, epochs=1, seed=0):
    """Return the pairs (neighbour, middle) of every chunk as ids, told from the table by a loop."""
    keep = np.ones(1 + max(map(max, texts))) if keep is None else keep
    found = []
    for ids, inside, _ in word2vec._chunks([np.array(t) for t in texts], epochs, keep, window, rng(seed)):
        for j, row in enumerate(inside):
            for column in np.flatnonzero(row):
                found.append((ids[j + (column - window if column < window else column - window + 1)], ids[j]))
    return found


def test_a_window_of_one_has_the_two_neighbours():
    assert pairs([[0, 1, 2, 3]], 1) == [(1, 0), (0, 1), (2, 1), (1, 2), (3, 2), (2, 3)]


def test_no_window_crosses_a_border():
    assert pairs([[0, 1], [2, 3]], 1) == [(1, 0), (0, 1), (3, 2), (2, 3)]
    assert pairs([[0], [1], [2]], 5) == []


def test_the_reach_is_drawn_evenly():
    text = np.zeros(30_000, int)
    _, inside, _ = next(word2vec._chunks([text], 1, np.ones(1), 4, rng()))
    assert inside.shape == (word2vec._CHUNK, 8)
    share = inside[10:-10].mean(axis=0)  # distance 1 always, 4 in a quarter of the cases
    np.testing.assert_allclose(share, [0.25, 0.5, 0.75, 1, 1, 0.75, 0.5, 0.25], atol=0.015)


def test_all_words_are_read_in_every_epoch():
    texts = [np.arange(5), np.arange(40_000) % 7, np.arange(3)]
    read = [(len(ids), n) for ids, _, n in word2vec._chunks(texts, 2, np.ones(7), 2, rng())]
    assert sum(n for _, n in read) == 2 * 40_008 and all(a == b for a, b in read)
    assert max(n for _, n in read) < 2 * word2vec._CHUNK


def test_dropped_words_close_the_window():
    assert pairs([[0, 1, 2]], 1, keep=np.array([1.0, 0.0, 1.0])) == [(2, 0), (0, 2)]
    assert pairs([[1, 1]], 1, keep=np.array([1.0, 0.0])) == []


def test_words_are_dropped_anew_in_every_epoch():
    keep = np.array([0.5])
    sizes = [len(ids) for ids, _, _ in word2vec._chunks([np.zeros(10_000, int)], 3, keep, 1, rng())]
    assert len(set(sizes)) == 3 and all(4800 < size < 5200 for size in sizes)


def test_keep_probability():
    counts = np.array([9000, 900, 100, 0])
    np.testing.assert_allclose(word2vec.keep_probability(counts, 0.01), [np.sqrt(1 / 90), np.sqrt(1 / 9), 1, 1])
    np.testing.assert_array_equal(word2vec.keep_probability(counts, 0), 1)


@pytest.mark.parametrize("ids", [[3], [0, 0], [5, 2, 5, 2, 2, 0], list(range(7))])
def test_distinct(ids):
    once, place = word2vec._distinct(np.array(ids), np.full(8, 99))
    assert sorted(once) == sorted(set(ids))
    np.testing.assert_array_equal(once[place], ids)


# --- one block ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_of_a_block_is_the_sum_over_its_pairs(seed):
    A, O, rows, outputs, chosen, P, N = block_of(seed)
    assert word2vec.loss(A, O, P, N) == pytest.approx(plain_loss(A, O, rows, outputs, chosen, 3), rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_directions_are_those_of_the_plain_loss(seed):
    A, O, rows, outputs, chosen, P, N = block_of(seed)
    dA, dO, _ = word2vec.directions(A, O, P, N)
    for array, ours in ((A, dA), (O, dO)):
        found = np.empty_like(array)
        for place in np.ndindex(array.shape):
            kept = array[place]
            ends = []
            for moved in (kept + 1e-5, kept - 1e-5):
                array[place] = moved
                ends.append(plain_loss(A, O, rows, outputs, chosen, 3))
            array[place] = kept
            found[place] = (ends[0] - ends[1]) / 2e-5
        np.testing.assert_allclose(ours, -found, atol=1e-7)


def test_directions_of_the_softmax():
    A, O, rows, outputs, _, P, _ = block_of()

    def cost():
        S = A @ O.T
        return sum(np.log(np.exp(S[i]).sum()) - S[i, j] for i, j in zip(rows, outputs, strict=True))

    dA, dO, _ = word2vec.directions(A, O, P, None)
    for array, ours in ((A, dA), (O, dO)):
        np.testing.assert_allclose(ours, -numerical_gradient(cost, array), atol=1e-7)


def test_a_chance_word_is_not_used_against_its_own_pair():
    P, N = word2vec.pair_weights(np.array([0, 0, 1]), np.array([2, 1, 2]), np.array([2, 2, 0, 0]), (2, 3), 2)
    assert P.dtype == N.dtype == np.float32
    np.testing.assert_array_equal(P, [[0, 1, 1], [0, 0, 1]])
    np.testing.assert_array_equal(N, [[2, 0, 1], [1, 0, 0]])  # two of four shared words, each worth a half


def test_the_bend_bounds_the_curvature():
    A, O, _, _, _, P, N = block_of()
    _, _, bend = word2vec.directions(A, O, P, N)
    np.testing.assert_allclose(bend, (P + N) / 4)
    S = A @ O.T
    _, _, bend = word2vec.directions(A, O, P, None)
    np.testing.assert_allclose(bend, P.sum(1, keepdims=True) * np.exp(S) / np.exp(S).sum(1, keepdims=True))


def test_only_rows_with_many_pairs_take_shorter_steps():
    others, bend = np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[1.0, 3.0], [100.0, 0.0]])
    np.testing.assert_allclose(word2vec._step_lengths(0.1, bend, others), [[0.1], [0.1 / (0.25 * 0.1 * 2500)]])


# --- training ----------------------------------------------------------------------------------------------------

TEXT = rng(7).integers(0, 6, 40)
COUNTS = np.bincount(TEXT, minlength=7)  # word 6 never occurs


def plain_train(texts, counts, *, model, dim, window, negatives, epochs, rate, seed, block, power=0.75):
    """The same training with every pair on its own; only the rows used in a block are those at its start."""
    r, V, shared = rng(seed), len(counts), max(word2vec._SHARED, block // 2)
    W_in, W_out = (r.random((V, dim)) - 0.5) / dim, np.zeros((V, dim))
    chance = np.cumsum(counts**power * (counts > 0))
    done, total = 0, epochs * sum(map(len, texts))
    for ids, inside, read in word2vec._chunks(texts, epochs, np.ones(V), window, r):
        drawn = np.searchsorted(chance / chance[-1], r.random((-(-len(ids) // block), shared)), side="right")
        for b, start in enumerate(range(0, len(ids), block)):
            eta = rate * max(1e-4, 1 - (done + start) / total)
            old_in, old_out = W_in.copy(), W_out.copy()
            for j in range(start, min(start + block, len(ids))):
                columns = np.flatnonzero(inside[j])
                near = [ids[j + c - window + (c >= window)] for c in columns]
                groups = [[word] for word in near] if model == "skip-gram" else [near] if near else []
                for group in groups:
                    p = old_in[group].mean(axis=0)
                    if negatives is None:
                        power_of = np.exp(old_out @ p)
                        slopes = [(n, power_of[n] / power_of.sum() - (n == ids[j])) for n in range(V)]
                    else:
                        slopes = [(ids[j], sigmoid(p @ old_out[ids[j]]) - 1)]
                        slopes += [(n, negatives / shared * sigmoid(p @ old_out[n])) for n in drawn[b] if n != ids[j]]
                    for n, slope in slopes:
                        W_out[n] -= eta * slope * p
                        for word in group:
                            W_in[word] -= eta * slope * old_out[n] / len(group)
        done += read
    return W_in, W_out


@pytest.mark.parametrize("model", ["skip-gram", "cbow"])
@pytest.mark.parametrize("negatives", [3, None])
@pytest.mark.parametrize("block", [1, 7, 64, 100])
def test_training_is_the_plain_loop(model, negatives, block):
    same = {"model": model, "dim": 4, "window": 3, "negatives": negatives, "epochs": 3, "block": block}
    texts = [TEXT[:25], TEXT[25:26], TEXT[26:]]
    ours = word2vec.train(texts, COUNTS, **same, subsample=0, learning_rate=NO_DAMPING, rng=rng(3), dtype=np.float64)
    theirs = plain_train(texts, COUNTS, **same, rate=NO_DAMPING, seed=3)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-15)
    assert abs(ours[1][:6]).min() > 0


def test_seeds_types_and_what_is_given_is_kept():
    tokens, counts = TEXT.copy(), COUNTS.copy()
    one, again, other = (word2vec.train(tokens, counts, dim=5, epochs=1, rng=rng(s)) for s in (1, 1, 2))
    assert one[0].dtype == one[1].dtype == np.float32 and one[0].shape == (7, 5)
    for a, b, c in zip(one, again, other, strict=True):
        assert np.array_equal(a, b) and not np.array_equal(a, c)
    assert np.array_equal(tokens, TEXT) and np.array_equal(counts, COUNTS)


def test_one_array_a_list_and_plain_numbers_are_the_same():
    same = (TEXT, [TEXT], TEXT.tolist(), [TEXT, TEXT[:0]], iter(TEXT), iter([TEXT]), (iter(TEXT) for _ in range(1)))
    same += (
        Series(TEXT),
        Series([TEXT, TEXT[:0]]),
        [Series(TEXT)],
        Rows(TEXT),
        Rows([TEXT]),
        (TEXT,),
        TEXT.astype("u8"),
    )
    runs = [word2vec.train(tokens, COUNTS, dim=3, rng=rng()) for tokens in same]
    for run in runs[1:]:
        np.testing.assert_array_equal(run[0], runs[0][0])
    counted = word2vec.train(TEXT, Series(COUNTS), dim=3, rng=rng())
    np.testing.assert_array_equal(counted[0], runs[0][0])


class Series:
    """What matters of a pandas Series whose index does not begin at 0."""

    def __init__(self, values):
        self.values = np.empty(len(values), object) if isinstance(values, list) else np.asarray(values)
        self.values[:] = values

    def __len__(self):
        return len(self.values)

    def __iter__(self):
        return iter(self.values)

    def __getitem__(self, label):
        raise KeyError(label)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


class Rows:
    """The least that a sequence has."""

    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, place):
        return self.values[place]


def test_texts_of_mixed_types_are_ids_still():
    mixed = [TEXT[:20].astype(np.uint64), TEXT[20:].astype(np.int8)]
    ours, plain = (word2vec.train(texts, COUNTS, dim=3, rng=rng()) for texts in (mixed, [TEXT[:20], TEXT[20:]]))
    np.testing.assert_array_equal(ours[0], plain[0])


def test_a_word_that_never_occurs_is_never_drawn():
    for power in (0, 0.75, -1, -0.5):
        _, W_out = word2vec.train(TEXT, COUNTS, dim=3, power=power, rng=rng())
        assert not W_out[6].any() and W_out[:6].any(axis=1).all()


@pytest.mark.parametrize(("power", "shares"), [(1, [8, 4, 1]), (0, [1, 1, 1]), (-1, [1, 2, 8])])
def test_chance_words_are_drawn_by_their_power(power, shares):
    counts, drawn = np.array([8, 4, 1, 0]), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word2vec, "_distinct", lambda ids, places: drawn.append(ids[64:]) or distinct(ids, places))
        word2vec.train(np.zeros(64 * 300, int), counts, dim=2, window=1, subsample=0, epochs=1, rng=rng(), power=power)
    found = np.bincount(np.concatenate([ids for ids in drawn if len(ids) == word2vec._SHARED]), minlength=4)
    np.testing.assert_allclose(found / found.sum(), np.array([*shares, 0]) / sum(shares), atol=0.03)


distinct = word2vec._distinct


@pytest.mark.parametrize("model", ["skip-gram", "cbow"])
def test_a_training_without_a_step_is_told(model):
    for texts in ([TEXT[:1], TEXT[1:2]], TEXT[:1], [TEXT[:1]] * 100):
        with pytest.raises(ValueError, match=r"tokens: expected neighbours, after subsample = 0\.001, got none"):
            word2vec.train(texts, COUNTS, dim=3, model=model, rng=rng())
    with pytest.raises(ValueError, match="after subsample = 1e-20, got none"):
        word2vec.train(TEXT, COUNTS, dim=3, subsample=1e-20, model=model, rng=rng())
    with pytest.raises(ValueError, match="nothing is learnt"):
        word2vec.train(TEXT, COUNTS, dim=3, learning_rate=1e-60, model=model, rng=rng())


def test_it_goes_on_from_given_vectors():
    r = rng()
    first = word2vec.train(TEXT, COUNTS, dim=3, epochs=1, subsample=0, rng=r, dtype=np.float64)
    kept = [matrix.copy() for matrix in first]
    same = {"dim": 3, "epochs": 1, "subsample": 0, "dtype": np.float64}
    after = word2vec.train(TEXT, COUNTS, **same, start=first, learning_rate=1e-9, rng=rng())
    for before, old, new in zip(first, kept, after, strict=True):
        np.testing.assert_array_equal(before, old)
        np.testing.assert_allclose(new, old, atol=1e-7)
        assert not np.array_equal(new, old) and not np.shares_memory(new, before)
    narrow = word2vec.train(TEXT, COUNTS, dim=3, start=[matrix.tolist() for matrix in first], rng=rng())
    assert narrow[0].dtype == narrow[1].dtype == np.float32


@pytest.mark.parametrize(
    ("start", "error", "told"),
    [
        (np.ones((2, 7, 3)), ValueError, r"start: expected a pair \(W_in, W_out\), got ndarray"),
        ((np.ones((7, 3)),), ValueError, r"start: expected a pair \(W_in, W_out\), got 1 parts"),
        (
            (np.ones((7, 3)), np.ones((7, 4))),
            ValueError,
            r"start: expected shape \(V, dim\) with V = 7, dim = 3, got \(7, 4\)",
        ),
        ((np.ones((8, 3)), np.ones((7, 3))), ValueError, r"start: expected shape .* got \(8, 3\)"),
        ((np.ones((7, 3)), None), ValueError, "start: expected real numbers"),
        ((np.ones((7, 3)), np.ma.ones((7, 3))), ValueError, "start: .* got a masked one"),
        ((np.full((7, 3), np.nan), np.ones((7, 3))), FloatingPointError, "start: expected vectors that are finite"),
        ((np.ones((7, 3)), np.full((7, 3), np.inf)), FloatingPointError, "start: expected vectors that are finite"),
    ],
)
def test_a_start_that_does_not_fit(start, error, told):
    with pytest.raises(error, match=told):
        word2vec.train(TEXT, COUNTS, dim=3, start=start, rng=rng())


def test_short_texts_of_few_words_have_longer_blocks():
    def same(texts, V, block, **options):
        counts, options = np.bincount(np.concatenate(texts), minlength=V), {"dim": 3, "epochs": 1} | options
        runs = [word2vec.train(texts, counts, rng=rng(), **options, **o) for o in ({}, {"block": block})]
        return np.array_equal(runs[0][0], runs[1][0])

    for V, long in ((20, 64), (33, 66), (256, 512), (257, 64)):
        text = rng().integers(0, V, 6400)
        short = list(text.reshape(-1, 10))
        assert same(short, V, long) and same(short, V, 64, model="cbow")
        assert same(list(text.reshape(-1, 64)), V, 64) and same([text], V, 64)


def test_subsampling_drops_frequent_words():
    text = np.array([0] * 2000 + [1, 2] * 20)
    W = [word2vec.train(text, np.bincount(text), dim=4, subsample=s, epochs=1, rng=rng())[1] for s in (0, 1e-4)]
    assert np.linalg.norm(W[1][0]) < 0.5 * np.linalg.norm(W[0][0])


def test_progress_tells_the_share():
    told = []
    word2vec.train(np.tile(TEXT, 1000), COUNTS, dim=2, epochs=2, rng=rng(), progress=told.append)
    assert told == sorted(told) and told[-1] == 1 and len(told) >= 4


@pytest.mark.parametrize(("negatives", "block", "least"), [(5, 8, 0.6), (15, 256, 0.4), (None, 64, 0.6)])
def test_it_learns_the_planted_grammar(negatives, block, least):
    r = rng()
    words = words_08.corpus(r, 20_000)
    vocabulary = word2vec.build_vocabulary(words)
    W_in, _ = word2vec.train(
        word2vec.encode(words, vocabulary), vocabulary.counts, dim=20, window=4, subsample=0, rng=r, block=block,
        learning_rate=0.05, negatives=negatives,
    )  # fmt: skip
    assert words_08.score(W_in, vocabulary) > least


def test_frequent_words_do_not_run_away():
    r = rng()
    text = np.where(r.random(20_000) < 0.9, 0, r.integers(1, 50, 20_000))
    W_in, W_out = word2vec.train(text, np.bincount(text), dim=10, subsample=0, negatives=20, learning_rate=0.2, rng=r)
    assert max(abs(W_in).max(), abs(W_out).max()) < 20


def test_vectors_that_are_not_finite_are_told():
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=r"learning_rate 1e\+39 is too large"):
        word2vec.train(np.tile(TEXT, 50), COUNTS, dim=3, learning_rate=1e39, rng=rng())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"tokens": np.array([0, 7])}, r"tokens: expected ids from 0 to V − 1 = 6, got 0 to 7"),
        ({"tokens": [TEXT, np.array([-1, 2])]}, r"tokens: .* got -1 to 2"),
        ({"tokens": np.array([0.0, 1.0])}, "tokens: expected integers of shape"),
        ({"tokens": TEXT[:0]}, "tokens: expected at least one id"),
        ({"tokens": []}, "tokens: expected at least one id"),
        ({"tokens": TEXT.reshape(2, -1)}, "tokens: expected integers"),
        ({"counts": np.zeros(7)}, "counts: expected numbers of at least 0, not all 0"),
        ({"counts": -COUNTS}, "counts: expected"),
        ({"counts": np.array([])}, "counts: expected"),
        ({"counts": np.full(7, np.nan)}, "counts: expected numbers of at least 0"),
        ({"counts": np.where(np.arange(7) == 3, np.nan, COUNTS)}, "counts: expected"),
        ({"counts": np.where(COUNTS == COUNTS.max(), np.inf, COUNTS)}, "counts: expected"),
        ({"counts": np.ma.masked_equal(COUNTS, 0)}, "counts: .* got a masked one"),
        ({"counts": 7}, "counts: expected"),
        ({"tokens": np.ma.masked_equal(TEXT, 0)}, "tokens: .* got a masked one"),
        ({"tokens": [TEXT, np.ma.masked_equal(TEXT, 0)]}, "tokens: .* got a masked one"),
        ({"tokens": ["the", "cat"]}, "tokens: expected integers of shape"),
        ({"tokens": [["the"], ["cat"]]}, "tokens: expected integers of shape"),
        ({"tokens": "the cat"}, "tokens: expected integers of shape"),
        ({"tokens": None}, "tokens: expected integers of shape"),
        ({"tokens": 3}, "tokens: expected neighbours"),
        ({"tokens": iter([])}, "tokens: expected at least one id"),
        ({"tokens": [[[0, 1]], [[1]]]}, "tokens: expected integers of shape"),
        ({"tokens": [TEXT] * 500 + [np.array([3, 9, 2])]}, "tokens: .* got 2 to 9"),
        ({"model": "glove"}, "model: expected one of 'skip-gram', 'cbow', got 'glove'"),
        ({"window": 0}, "window: expected a whole number of at least 1, got 0"),
        ({"dim": 0}, "dim: expected"),
        ({"negatives": 0}, "negatives: expected"),
        ({"epochs": 0}, "epochs: expected"),
        ({"block": 0}, "block: expected"),
        ({"subsample": -1}, "subsample: expected a finite number of at least 0, got -1"),
        ({"power": np.nan}, "power: expected"),
        ({"power": np.inf}, "power: expected"),
        ({"power": 1e6}, "power: expected a finite number, and finite powers of the counts, got 1000000.0"),
        ({"power": -1e6}, "power: expected"),
        ({"power": "0.75"}, "power: expected"),
        ({"subsample": np.nan}, "subsample: expected"),
        ({"learning_rate": 0}, "learning_rate: expected"),
        ({"rng": 0}, "rng: expected"),
        ({"dtype": int}, "dtype: expected"),
    ],
)
def test_refuses(change, told):
    good = {"tokens": TEXT, "counts": COUNTS, "rng": rng(), "dim": 3}
    with pytest.raises(ValueError, match=told):
        word2vec.train(**(good | change))


def test_numbers_are_asked_for_everywhere():
    masked = np.ma.masked_equal(np.eye(3), 0)
    for call in (
        lambda: word2vec.keep_probability(np.ma.masked_equal(COUNTS, 0), 1e-3),
        lambda: word2vec.pair_weights(np.ma.masked_equal([0, 1], 0), np.array([0, 1]), np.array([0]), (2, 2), 1),
        lambda: word2vec.loss(masked, np.eye(3), np.eye(3), np.eye(3)),
        lambda: word2vec.directions(np.eye(3), masked, np.eye(3), np.eye(3)),
        lambda: word2vec.directions(np.eye(3), np.eye(3), np.eye(3), masked),
    ):
        with pytest.raises(ValueError, match="got a masked one"):
            call()
    for counts, subsample in ((np.array([np.nan, 1]), 1e-3), (COUNTS, np.nan), (COUNTS, -1), (COUNTS, "all")):
        with pytest.raises(ValueError, match=r"(counts|subsample): expected"):
            word2vec.keep_probability(counts, subsample)
    ones = np.ones((1, 1))
    assert np.isnan(word2vec.directions(np.full((1, 2), np.nan), np.ones((1, 2)), ones, ones)[0]).all()  # let through


def test_the_contract_is_under_one_name():
    for name in ("build_vocabulary", "encode", "most_similar", "analogy", "save_text", "load_text"):
        assert callable(getattr(word2vec, name))
