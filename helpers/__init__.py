"""The package of the Unrolled course: recurrent networks and attention in NumPy, every gradient written out.

    rnn  lstm  gru         the recurrent cells: init, step (the definition), forward, backward; lessons 1, 3 and 5
    birnn                  one cell from the left, another from the right; lesson 6
    seq2seq  decoding      an encoder and a decoder, and how they write: greedy and beam; lesson 7
    word2vec               a vector for each word, skip-gram and CBOW; lesson 8
    attention  multi_head  score, softmax, context; several heads; lesson 9
    embedding  dense       a row for each token; the output layer
    activations  losses    functions with their slopes; losses with their gradients
    initializers           random first weights
    clipping  optimizers   shorter gradients; plain descent, momentum, Adam
    gradcheck              every gradient against central differences
    interop  weights       weights from PyTorch and Keras, and to PyTorch; weights with their settings in a file
    data                   pad, bits, temperatures; data.tasks, dates, texts, words, characters: sequences
    lab                    lab.plots, grids, diagrams, style, widgets, exercises: what the lessons show

What is the same everywhere:

    params, grads     dicts of arrays with the same keys; grads[key] is ∂E/∂params[key], of its shape
    x                 (T, D, N): T steps, D numbers each, one column for each of N examples
    outputs           (T, H, N), the hidden states; the cache holds the same array, so copy it before you write to it
    state, dstate     (H, N), an LSTM's is the pair (h, c); at first and in a pair None is zero
    lengths           (N,) integers from 1 to T; past its length an example's x is not looked at, its outputs are 0, its
                      state stays; None: all examples have T steps
    doutputs          (T, H, N), ∂E/∂outputs, not looked at past the lengths; None is zero, but not together with dstate
    cache             a NamedTuple of what `backward` needs, by its names in the equations; backward leaves it as it was
    rng               a numpy.random.Generator; the same seed gives the same numbers
    dtype             float64 or float32, others are refused; results have the type of what came in, the wider of two

No argument is changed. What does not fit raises ValueError with the argument's name, what was expected and what came;
nothing is silently broadcast or cut, but by `step`, which is there to be read. NaN and inf go through kernels, losses
and optimizers, for one wants to see them; whatever decides (clipping, decoding, gradcheck.check, vocabularies) raises.
"""
