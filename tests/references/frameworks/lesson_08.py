"""What lesson 8 says of PyTorch, Keras and gensim, asked of the installed ones."""

import inspect
import logging
import tempfile
from pathlib import Path

import keras
import numpy as np
import torch
from gensim.models import FastText, KeyedVectors, Word2Vec

from helpers import word2vec

logging.disable(logging.WARNING)
HEADER = ["this lesson", "PyTorch", "Keras", "gensim", "the trap"]
V, D = 1000, 50
SENTENCES = [["a", "b", "c", "x"]] * 2


def default(function, name):
    """Return the default value of an argument."""
    return inspect.signature(function).parameters[name].default


def refuses(call):
    """Return the name of the error that a call raises."""
    try:
        call()
    except Exception as error:  # whatever the framework raises is the answer
        return type(error).__name__
    raise AssertionError("nothing was refused")


def array(tensor):
    """Return a tensor as an array."""
    return tensor.detach().numpy()


def gensim_model(**options):
    """Return a model of four words that has not been trained; each negative sample is the word x."""
    base = {"vector_size": 4, "window": 1, "min_count": 1, "negative": 1, "sample": 0, "workers": 1, "seed": 1}
    model = Word2Vec(**base | {"alpha": 0.5, "min_alpha": 0.5} | options)
    model.build_vocab(SENTENCES)
    x = model.wv.key_to_index["x"]
    model.cum_table = np.where(np.arange(4) < x, 0, 2**31 - 1).astype(np.uint32)
    rng = np.random.default_rng(0)
    model.syn1neg[:] = rng.normal(size=(4, 4))
    model.wv.vectors[:] = rng.normal(size=(4, 4))
    return model


def by_hand(model, text, pairs, share=lambda r: 1.0, rate=0.5):
    """Train on pairs (inputs, output) in order, negative sample x: the rows of W_in after it."""
    W_in, W_out = model.wv.vectors.astype(float), model.syn1neg.astype(float)
    number = model.wv.key_to_index
    for inputs, output in pairs:
        rows = [number[text[i]] for i in inputs]
        p, step = W_in[rows].mean(axis=0), np.zeros(4)
        for word, real in ((text[output], 1.0), ("x", 0.0)):
            if real or word != text[output]:
                cell = int((p @ W_out[number[word]] + 6) * 83)  # gensim looks its sigmoid up, 83 cells for 1
                g = rate * (real - 1 / (1 + np.exp(6 - 12 * cell / 1000)))
                step += g * W_out[number[word]]
                W_out[number[word]] += g * p
        for row in rows:
            W_in[row] += share(len(rows)) * step
    return W_in


def start():
    torch.manual_seed(0)
    theirs = torch.nn.Embedding(V, D).weight
    layer = keras.layers.Embedding(V, D)
    layer.build()
    rows = array(layer.embeddings.value)
    model = Word2Vec(vector_size=D, min_count=1)
    model.build_vocab([[f"w{i}" for i in range(V)]])
    ours, _ = word2vec.train(np.arange(V), np.ones(V), dim=D, learning_rate=1e-30, dtype=np.float64,
                             rng=np.random.default_rng(0), subsample=0)  # fmt: skip
    assert tuple(theirs.shape) == rows.shape == model.wv.vectors.shape == ours.shape == (V, D)
    assert abs(float(theirs.detach().std()) - 1) < 0.02 and 0.045 < abs(rows).max() <= 0.05
    assert 0.49 < abs(ours).max() * D <= 0.5 and 0.99 < abs(model.wv.vectors).max() * D <= 1 and not model.syn1neg.any()
    ratio = float(theirs.detach().std()) / float(ours.std())
    return (
        f"`W_in` (V, d), at first uniform within ±{abs(ours).max() * D:.1f}/d; `W_out` 0",
        f"`nn.Embedding(V, d).weight` (V, d), normal, standard deviation {float(theirs.detach().std()):.1f}",
        f"`layers.Embedding(V, d)`: `embeddings` (V, d), uniform within ±{abs(rows).max():.2f}",
        f"`model.wv.vectors` (V, d), uniform within ±{abs(model.wv.vectors).max() * D:.0f}/d; `model.syn1neg` 0",
        f"PyTorch's start is about {round(ratio, -1):.0f} times ours at d = {D}: a learning rate does not carry over",
    )


def lookup():
    layer, torch_layer = keras.layers.Embedding(V, D), torch.nn.Embedding(V, D)
    ids = np.array([[1, 2, 3], [4, 5, 6]])
    assert tuple(torch_layer(torch.tensor(ids)).shape) == tuple(layer(ids).shape) == (2, 3, D)
    asks = (lambda: torch_layer(torch.tensor([1.7])), lambda: torch_layer(torch.tensor([V])))
    floats, outside = map(refuses, asks)
    kept = layer(np.array([1.7]))
    assert np.allclose(array(kept), array(layer(np.array([1]))))
    beyond = refuses(lambda: layer(np.array([V])))
    missing = refuses(lambda: gensim_model().wv["unknown"])
    return (
        "`W_in[ids]`: ids (…) give (…, d)",
        f"the same; floats are a {floats}, an id of V an {outside}",
        f"the same; 1.7 is cut to 1 silently, an id of V is an {beyond} (torch backend)",
        f"`model.wv[word]`, by word; an unknown word is a {missing}",
        "ids of another vocabulary fit as well: nothing fails, and each word has another's row",
    )


def unknown():
    fast = FastText(SENTENCES * 5, vector_size=4, min_count=1, epochs=1, workers=1)
    assert fast.wv["abc"].shape == (4,) and "abc" not in fast.wv.key_to_index
    missing = refuses(lambda: gensim_model().wv["abc"])
    ours = refuses(lambda: word2vec.build_vocabulary("a b".split(), 1).id_of("abc"))
    layer = torch.nn.Embedding(3, 2, padding_idx=0)
    layer(torch.tensor([0, 1])).sum().backward()
    assert not layer.weight[0].any() and not layer.weight.grad[0].any() and layer.weight.grad[1].all()
    masked = keras.layers.Embedding(3, 2, mask_zero=True)
    mask = array(masked.compute_mask(np.array([[0, 1]])))
    assert mask.tolist() == [[False, True]] and default(keras.layers.Embedding.__init__, "mask_zero") is False
    return (
        f"an unknown word is dropped by `encode`, a {ours} in `id_of`",
        "no words, ids only; `padding_idx=0` keeps row 0 at 0 and without a gradient",
        "no words, ids only; `mask_zero=True` tells later layers to skip id 0 (default False)",
        f"`Word2Vec`: {missing}; `FastText` builds a row from groups of letters",
        "padding and unknown are two things: give them two ids, and shift the words' ids by both",
    )


def loss():
    s, real = np.array([0.3, -1.2, 0.5, 2.0, -0.1, 0.7]), np.array([1.0, 0, 0, 0, 0, 0])
    ours = word2vec.loss(s[:1, None], np.ones((1, 1)), np.ones((1, 1)), np.zeros((1, 1)))
    ours += sum(word2vec.loss(np.array([[x]]), np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1))) for x in s[1:])
    theirs = float(torch.nn.BCEWithLogitsLoss()(torch.tensor(s), torch.tensor(real)))
    other = float(keras.losses.BinaryCrossentropy(from_logits=True)(real, s))
    assert np.isclose(ours / 6, theirs) and np.isclose(ours / 6, other, rtol=1e-5)
    reduction = default(torch.nn.BCEWithLogitsLoss.__init__, "reduction")
    from_logits = default(keras.losses.BinaryCrossentropy.__init__, "from_logits")
    negatives = default(Word2Vec.__init__, "negative")
    assert default(word2vec.train, "negatives") == negatives
    return (
        f"negative sampling: the sum over a pair and its k = {negatives} negative samples",
        f'`nn.BCEWithLogitsLoss()`: `reduction="{reduction}"` over all k + 1',
        f"`losses.BinaryCrossentropy(from_logits=True)`: the mean; `from_logits` is {from_logits} by default",
        f"`negative={negatives}`, the sum; `hs=1` is the hierarchical softmax",
        f"the mean is the sum divided by k + 1 = {negatives + 1}: so is its gradient",
    )


def models():
    assert default(Word2Vec.__init__, "sg") == 0 and default(word2vec.train, "model") == "skip-gram"
    mode = default(torch.nn.EmbeddingBag.__init__, "mode")
    bag, ids = torch.nn.EmbeddingBag(4, 3), torch.tensor([[0, 1]])
    bag(ids).sum().backward()
    layer, pool = keras.layers.Embedding(4, 3), keras.layers.GlobalAveragePooling1D()
    pool(layer(np.array([[0, 1]]))).sum().backward()
    grads = (bag.weight.grad[0, 0], layer.trainable_variables[0].value.grad[0, 0])
    assert all(float(g) == 0.5 for g in grads)  # each of two neighbours has half
    text, moved = ["a", "b", "c", "a", "b"], {}
    windows = [[j for j in (i - 1, i + 1) if 0 <= j < 5] for i in range(5)]
    for share in (1, 2):
        model = gensim_model(sg=0)
        whole = by_hand(
            model, text, list(zip(windows, range(5), strict=True)), lambda r, share=share: r ** (1.0 - share)
        )
        model.train([text], total_examples=1, epochs=1)
        moved[share] = float(abs(model.wv.vectors - whole).max())
    assert moved[1] < 1e-4 < 0.2 < moved[2], moved  # the whole gradient to each neighbour, not 1/r of it
    return (
        "CBOW: the mean of r rows; each row has 1/r of the gradient",
        f'`nn.EmbeddingBag`, `mode="{mode}"`: 1/r',
        "`Embedding`, then `GlobalAveragePooling1D`: 1/r",
        f"`sg={default(Word2Vec.__init__, 'sg')}`, CBOW, is the default; "
        "`cbow_mean=1`: each row has the whole gradient",
        "with r neighbours gensim's step is r times ours: another learning rate; and `sg=1` has to be asked for",
    )


def direction():
    text, found = ["a", "b", "c", "a", "b"], []
    for swap in (False, True):
        model = gensim_model(sg=1)
        around = [(i, j) for i in range(5) for j in (i - 1, i + 1) if 0 <= j < 5]
        pairs = [([i], j) if swap else ([j], i) for i, j in around]
        rows = by_hand(model, text, pairs)
        model.train([text], total_examples=1, epochs=1)
        found.append(float(abs(model.wv.vectors - rows).max()))
    assert found[0] < 1e-4 < 0.01 < found[1], found  # the neighbour is the input, the middle is predicted
    assert default(Word2Vec.__init__, "shrink_windows") is True
    return (
        "skip-gram: the neighbour is the input, the word in the middle is predicted",
        "yours to write",
        "yours to write",
        "the same; the reach of a window is drawn from 1 to `window` (`shrink_windows=True`)",
        "papers write it the other way round: look which matrix holds the vectors",
    )


def defaults():
    names = {
        "vector_size": "dim",
        "window": "window",
        "alpha": "learning_rate",
        "epochs": "epochs",
        "sample": "subsample",
    }
    values = {name: default(Word2Vec.__init__, name) for name in names}
    assert all(default(word2vec.train, own) == values[name] for name, own in names.items())
    exponent = default(Word2Vec.__init__, "ns_exponent")
    assert default(word2vec.train, "power") == exponent
    assert default(word2vec.build_vocabulary, "min_count") == default(Word2Vec.__init__, "min_count")
    model = Word2Vec(min_count=1, sample=0.01)
    model.build_vocab([["a"] * 900 + ["b"] * 100])
    kept = model.wv.get_vecattr("a", "sample_int") / 2**32
    assert np.isclose(kept, np.sqrt(0.01 / 0.9) + 0.01 / 0.9, atol=1e-4)
    assert np.isclose(word2vec.keep_probability(np.array([900, 100]), 0.01)[0], np.sqrt(0.01 / 0.9))
    return (
        ", ".join(f"`{own}={values[name]}`" for name, own in names.items()) + f", `power={exponent}`",
        "none of these",
        "none of these",
        ", ".join(f"`{name}={value}`" for name, value in values.items()) + f", `ns_exponent={exponent}`",
        "gensim keeps a token with √(t/f) + t/f, a little more than √(t/f)",
    )


def moving():
    rng = np.random.default_rng(0)
    vocabulary = word2vec.build_vocabulary("gold silver coin".split(), 1)
    rows = rng.normal(size=(3, 4)).astype(np.float32)
    freeze = default(torch.nn.Embedding.from_pretrained, "freeze")
    layer = torch.nn.Embedding.from_pretrained(torch.tensor(rows))
    assert freeze is True and layer.weight.requires_grad is False and np.array_equal(array(layer.weight), rows)
    other = keras.layers.Embedding(3, 4)
    other.build()
    other.set_weights([rows])
    assert other.trainable and np.array_equal(array(other.embeddings.value), rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.txt"
        word2vec.save_text(path, rows, vocabulary)
        read = KeyedVectors.load_word2vec_format(str(path))
    assert read.index_to_key == list(vocabulary.words) and np.array_equal(read.vectors, rows)
    return (
        "`word2vec.save_text(path, rows, vocabulary)`",
        f"`nn.Embedding.from_pretrained(rows)`: `freeze={freeze}`",
        f"`layer.build()`, `layer.set_weights([rows])`: `trainable` stays {other.trainable}",
        "`KeyedVectors.load_word2vec_format(path)`",
        "PyTorch's layer does not learn on, Keras's does; the ids have to be this vocabulary's",
    )


ROWS = [start, lookup, unknown, loss, models, direction, defaults, moving]
