"""What lesson 1 says, and where each number comes from."""

import numpy as np
from sources import grid, read, table

from helpers import data
from lessons import answers_01, starts_01

runs = {(row["slope"], row["activation"], row["scheme"]): row for row in table("01_solved")}
starts = {(row["activation"], row["start"]): row["solved"] for row in table("01_starts") if row["slope"] == "corrected"}
shorter = ("clipped at 1", "clipped at 0.1", "learning rate 0.03", "learning rate 0.01")
six_lines = ("standard deviation 1", *shorter, "W_in and W_out Xavier")


def solved(activation, scheme, slope="shipped", what="solved"):
    return runs[slope, activation, scheme][what]


celsius = data.sea_surface_temperatures()[1]
lag = [answers_01.autocorrelation(celsius, k) for k in range(37)]
forecast = {row[0]: row[1:] for row in grid("01", "forecast-run")[1:]}
low, high, rnn, linear = (forecast[name] for name in ("RNN smallest", "RNN largest", "RNN", "linear AR(24)"))
first_std_1, first_xavier = (read("01", "wrong-first", rf"{name}: first loss ([\d.]+)") for name in ("std 1", "Xavier"))
pairs, long_sums = read("01", "right-seeds", r"16,384 pairs: (\d+) of 16\n.*1,000 bits: (\d+) of 16")
floor = 0.5 * read("01", "floor", r"tanh .*: ([\d.]+) to 0\.500") ** 2
sooner = solved("sigmoid", "xavier", what="first") / solved("tanh", "xavier", what="first")

below = read("01", "forecast-run", r"AR\(24\): (\d+) and (\d+) of 16")
growth = [starts_01.growth(np.random.default_rng(0), scheme) for scheme in ("normal", "xavier")]

CLAIMS = [
    (
        "grows {} times at std 1 (median of 200 starts, `starts_01.growth`), and shrinks to {} of itself with Xavier's",
        *growth,
    ),
    ("close to this one ({}), the month half a year away tends the opposite way ({}),", lag[1], lag[6]),
    ("the season back ({})", lag[12]),
    ("Of the 36 lags {} lie in it", read("01", "series-figure", r"in the band: (\d+)")),
    (
        "each beside a change of sign",
        all(lag[k - 1] * lag[k + 1] < 0 for k in range(1, 36) if abs(lag[k]) < 1.96 / len(celsius) ** 0.5),
    ),
    ("The months have an autocorrelation of {}", lag[1]),
    ("{} of 40 at std 1, {} of 40 with Xavier's", solved("tanh", "normal"), solved("tanh", "xavier")),
    ("The sigmoid hardly cares: {}, {} and {}", *(solved("sigmoid", s) for s in ("normal", "xavier", "he"))),
    ("With ReLU at std 1, {} of 40 starts end in NaN", solved("relu", "normal", what="nan")),
    ("He's std bring {} of 40", solved("relu", "he", "corrected")),
    ("With Xavier's std the tanh is the **faster** one: {} updates", solved("tanh", "xavier", what="first")),
    ("sigmoid needs {}", solved("sigmoid", "xavier", what="first")),
    ("Neither clipping nor a smaller rate cures it: {} of 40 at most", max(starts["tanh", name] for name in shorter)),
    ("The two outer matrices are not it either: {} of 40", starts["tanh", "W_in and W_out Xavier"]),
    ("**$W$ alone** decides: {} of 40 with $W$ at Xavier's std", starts["tanh", "W Xavier"]),
    ("{} with an orthogonal $W$, {} with the identity", starts["tanh", "W orthogonal"], starts["tanh", "W identity"]),
    (
        "{} of 40 with $W$ at Xavier's std, {} orthogonal, but {} from the identity, and {} from each of the first six",
        *(starts["relu", f"W {kind}"] for kind in ("Xavier", "orthogonal", "identity")),
        max(starts["relu", name] for name in six_lines),
    ),
    (
        "The first line has {} for tanh where the picture has {}",
        starts["tanh", "standard deviation 1"],
        solved("tanh", "normal", "corrected"),
    ),
    ("a loss of {} that no training removes", floor),
    ("All {} end with every pair right", pairs),
    ("{} of 16 seeds after 200 updates of 64 pairs, and sums of 1,000 bits.", pairs, pairs == long_sums == 16),
    ("The closest unit has a correlation of {}", read("01", "carry-find", r"\[([\d.]+) ")),
    ("tells the carry in {} % of the cases", read("01", "carry-find", r"right in ([\d.]+) %")),
    ("are level: {} and {}, with {} of 16 seeds below the formula", rnn[1], linear[1], below[1]),
    (
        "the formula is a little ahead: {} against {}, and {} of 16 seeds are below it",
        linear[0],
        rnn[0],
        below[0],
        below[0] < 8,
    ),
    (
        "forecasts no better than a formula that one call of least squares finds",
        all(a < b < c for a, b, c in zip(low, linear, high, strict=True)) and max(below) < 12,
    ),
    ("Persistence fails half a year ahead", forecast["persistence"][1] > 1),
    # what the notes say, what we measured
    ("costs tanh and ReLU a loss of {} at one step for good", floor),
    (
        "$W$ that keeps the tanh from learning: {} of 40 with $W$ alone at Xavier's std, {} of 40 with the other two",
        starts["tanh", "W Xavier"],
        starts["tanh", "W_in and W_out Xavier"],
    ),
    (
        "At std 1, {} of 40 starts solve the task: {} end in NaN, and {} in a network whose units are all silent",
        solved("relu", "normal"),
        solved("relu", "normal", what="nan"),
        solved("relu", "normal", what="silent"),
    ),
    ("({} of the 40 ReLU networks of section 7 at std 1 lost all of theirs)", solved("relu", "normal", what="silent")),
    ("With He's std and the corrected gradient {} solve it", solved("relu", "he", "corrected")),
    (
        "At std 1 tanh solves it from {} of 40 starts, sigmoid from {}. With Xavier's std tanh does from {}",
        solved("tanh", "normal"),
        solved("sigmoid", "normal"),
        solved("tanh", "xavier"),
    ),
    (
        "it is the faster one: {} updates against {}",
        solved("tanh", "xavier", what="first"),
        solved("sigmoid", "xavier", what="first"),
        sooner > 1,
    ),
    # when it goes wrong
    (
        "With the state dropped {} % of the bits are still right, and {} of the 200 sums",
        *read("01", "wrong-stream", r"False. Bits right: ([\d.]+) %, sums: (\d+)"),
    ),
    ("a loss of \\ln 27: {} nats", np.log(27)),
    ("Xavier weights begin near it ({}). With output weights of std 1 the first loss is {}", first_xavier, first_std_1),
    ("{} numbers are enough", sum(size for size in (3 * 2, 3 * 3, 3, 3, 1))),
    # summary
    (
        "tanh solves the notes' task from {} with weights of standard deviation 1 and from {} with Xavier's",
        solved("tanh", "normal"),
        solved("tanh", "xavier"),
    ),
    (
        "it is the recurrent $W$ that makes the difference",
        starts["tanh", "W Xavier"] > 30 and starts["tanh", "W_in and W_out Xavier"] <= 3,
    ),
    ("from {} of 16 seeds, and then adds 1,000-bit numbers", pairs, long_sums == 16),
    (
        "no better than a linear formula: an error of {} against {} one month ahead, level six months ahead "
        "({} and {})",
        rnn[0],
        linear[0],
        rnn[1],
        linear[1],
    ),
    ("標準偏差が 1 のとき {} 通り、Xavier のとき {} 通り", solved("tanh", "normal"), solved("tanh", "xavier")),
    ("16 シード中 {} が繰り上がりを学び", pairs),
    (
        "1 か月先の誤差は {}（線形モデルは {}）、6 か月先は同程度である（{} と {}）",
        rnn[0],
        linear[0],
        rnn[1],
        linear[1],
    ),
    # questions
    ("With Xavier's standard deviation {} of 40 initialisations learn it", solved("tanh", "xavier")),
    ("With Xavier's standard deviation tanh gets there sooner than sigmoid", sooner > 1),
    # README
    (
        "{}, {} and {} of 40 random starts solve 8-bit addition, and {} of ReLU's end in NaN",
        *(solved(a, "normal") for a in ("sigmoid", "tanh", "relu")),
        solved("relu", "normal", what="nan"),
    ),
    (
        "with Xavier's {}, {} and {}, and tanh is there {} times sooner than sigmoid",
        *(solved(a, "xavier") for a in ("sigmoid", "tanh", "relu")),
        sooner,
    ),
    (
        "what holds tanh back is $W$: {} of 40 with Xavier's $W$ alone, {} at most with clipping or a smaller rate",
        starts["tanh", "W Xavier"],
        max(starts["tanh", name] for name in shorter),
    ),
    ("tanh and ReLU keep a loss of {} at one step", floor),
    (
        "{} of 16 seeds solve it within 200 updates of 64 pairs, and add 1,000-bit numbers without a mistake",
        pairs,
        long_sums == 16,
    ),
]
GIVEN = [
    "200 updates", "of 64 pairs", "64 組ずつ", "the same at every step", "どの時刻でも同じ重みを使う",
    "enters once, at step 1",
    "with weights of standard deviation 1", "standard deviation 1)", "標準偏差が 1 のとき",
    "Over 40 initialisations", "40 通りの初期値", "1 回の実行だけ", "式は 4 つ、重み行列は 3 つ",
    "1,000 ビットの足し算", "200 回の更新",
    "The same three matrices serve every step", "equal bits get equal answers", "two steps with equal bits",
    "it is the same matrix at every step", "The steps share their weights; only the loop runs longer.",
    "the state forgets everything at each step",
    "77 + 54 = 131", "tanh solves … of 40 from std 1", "2t · 1", "∂t/∂x is 1",
]  # fmt: skip
