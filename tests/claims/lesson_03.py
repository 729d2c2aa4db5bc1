"""What lesson 3 says of gates and of memory, and where each number comes from."""

import numpy as np
from sources import output, read

from helpers import lstm, rnn
from helpers.activations import sigmoid
from lessons import clipping_04, gates_03

STARTS = ("RNN", "bias 0", "bias 1", "bias 3", "bias 5", "chrono")
TASKS, SUBSETS = ("ignore", "hold back", "start over"), ("", "i", "o", "f", "io", "if", "of", "iof")


def good(task, gates, column="error"):
    """Return how many of 16 networks have an error below 0.2."""
    return int(np.sum(gates_03.errors(task, gates, column) < 0.2))


def error(task, gates, column="error"):
    return float(np.median(gates_03.errors(task, gates, column)))


def recalls(start, steps, rate="0.03", updates="150"):
    """Return how many of 16 networks recall."""
    return int(np.sum(gates_03.recalled(start, str(steps), rate, updates) >= gates_03.RIGHT))


def both(start, steps):
    """Return how many recall at both learning rates together, of 32."""
    return recalls(start, steps, "0.01") + recalls(start, steps, "0.03")


def leads(task, gates):
    """Return whether a single gate has the smallest median error and the most networks of the three."""
    others = [other for other in "iof" if other != gates]
    return all(error(task, gates) < error(task, o) and good(task, gates) >= good(task, o) for o in others)


half = [float(gates_03.half_life(sigmoid(np.array(float(b))))) for b in (1, 5)]
beside = read("03", "cec", r"with recurrent weights, 200 steps back: ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)")
alone = read("03", "cec", r"without recurrent weights, 200 steps back: ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)")
carousel = gates_03.hold_open(lstm.init(np.random.default_rng(0), 3, 4), "ifo")
kept = lstm.forward(carousel | {"W": 0 * carousel["W"]}, np.ones((200, 3, 1)))[2]
along = lstm.backward(kept, None, (None, np.ones((4, 1))))[2][1]
marks = read("03", "watch", r"marked steps: .* is ([\d.]+), their maximum ([\d.]+)")
others = read("03", "watch", r"other steps: .* is ([\d.]+)")
before, after = (
    [float(v) for v in line.strip("[] ").split()] for line in output("03", "watch").splitlines() if line[:1] == "["
)
lag = {name: read("03", "lag-figure", rf"'{name}': (-?\d+)") for name in (*STARTS[:3], *STARTS[4:], "bias 1, W = 0")}
size = {cell: sum(p.size for p in cell.init(np.random.default_rng(0), 8, 16).values()) for cell in (rnn, lstm)}
grown = read("03", "grow", r"100 \|\s*([\d.]+) \|\s*([\d.]+)")
not_chrono = [s for s in STARTS if s != "chrono"]
chrono, longer = (
    [recalls("chrono", t) for t in (100, 200)],
    [recalls("chrono", t, updates="300") for t in (50, 100, 200)],
)
rnn_longer = [recalls("RNN", t, updates="300") for t in (50, 100, 200)]
never = [good(task, "") for task in TASKS]
long_others = max(good(task, g, "error_long") for task in ("ignore", "hold back") for g in SUBSETS)
chances = [100 * clipping_04.unpaired(both("RNN", t), both("bias 1", t), 32) for t in (20, 50)]
in_gates = 4 * 16 * (8 + 16 + 1)  # a block of H (D + H + 1) for each of i, f, o, g
in_cell = size[lstm] - in_gates
weights = {
    cell: sum(p.size for name, p in cell.init(np.random.default_rng(0), 8, 16).items() if name != "b")
    for cell in (rnn, lstm)
}
solved = [good(task, "iof") for task in TASKS] + [good("start over", "iof", "error_long")]

CLAIMS = [
    ("the gradient is {} after 200 steps, in each of four units", alone[0], set(alone) == {1}),
    ("here it is {} for one unit and {} for another", min(beside), max(beside)),
    ("the median of 16 ordinary LSTMs is above 1,000 after 200 steps",
     "median above 1,000: True" in output("03", "cec")),
    ("at 9.2 it is {}", float(sigmoid(np.array(9.2)) * (1 - sigmoid(np.array(9.2))))),
    ("After 100 steps the cell holds {} and shows {}", *grown),
    ("less than half as many units ({} for 16, {} for 256)", read("03", "cost", r"\n\s*16 .*\| +(\d+)\s"),
     read("03", "cost", r"256 .*\| +(\d+)\s")),
    ("Ignore does best with i ({} of 16", good("ignore", "i"), leads("ignore", "i")),
    ("with another single gate {}, and errors near 1", good("ignore", "o") + good("ignore", "f")),
    ("hold back with o (error {}; {} and {} with i or f; yet only {} of 16 get there)",
     *(error("hold back", g) for g in "oif"), good("hold back", "o"), leads("hold back", "o")),
    ("start over with f ({} of 16)", good("start over", "f"), leads("start over", "f")),
    ("Without i (row o+f), ignore works for {} of 16, with all three for {}", good("ignore", "of"),
     good("ignore", "iof")),
    ("As many as with i alone; the median error is {} against {}", error("ignore", "of"), error("ignore", "i"),
     good("ignore", "of") == good("ignore", "i")),
    ("start over still works for {} of 16 at the length of training, but for {} on sequences ten times as long, "
     "where all three have {} of 16", good("start over", "io"), good("start over", "io", "error_long"),
     good("start over", "iof", "error_long")),
    ("{} of 16 against {}, error {} against {}", good("hold back", "if"), good("hold back", "iof"),
     error("hold back", "if"), error("hold back", "iof")),
    ("{} of 16 with i alone, {} with i and o", good("hold back", "i"), good("hold back", "io")),
    ("work for at most {} of 16 networks, whatever the gates", long_others),
    ("With all three gates, {} or {} of 16 networks solve each task", min(solved), max(solved)),
    ("At the marks the forget gates close further, not fully", marks[0] < others, marks[1] > 0.5),
    ("Their mean is {} there and {} at the other steps", marks[0], others),
    ("each of the {} units has a lower mean", read("03", "watch", r"lower mean at the marks: (\d+) of 8")),
    ("The input gates are half open on average ({})", read("03", "watch", r"input gates: ([\d.]+)")),
    ("the largest is {} at a mark", marks[1]),
    ("unit 2 goes from {} to {}, unit 4 only from {} to {}", before[1], after[1], before[3], after[3]),
    ("halves a memory every {} steps; bias 5 has a half-life of {}", *half),
    ("The RNN's gradient has fallen to about {}", 10.0 ** lag["RNN"]),
    ("The LSTM with bias 0 is at {}, below the RNN, and with bias 1 at {}", 10.0 ** lag["bias 0"],
     10.0 ** lag["bias 1"],
     lag["bias 0"] < lag["RNN"] < lag["bias 1"]),
    ("Over 100 steps sigma(1)^{100} would leave {}", float(sigmoid(np.array(1.0))) ** 100),
    ("with W=0 the line of bias 1 is at {}", 10.0 ** lag["bias 1, W = 0"]),
    ("and with W at {}", 10.0 ** lag["bias 1"], lag["bias 1"] > lag["bias 1, W = 0"]),
    ("With bias 5 and with chrono initialisation the order of a tenth", lag["bias 5"] == lag["chrono"] == -1),
    ("Over 100 steps and more, hardly any network recalls without chrono",
     max(recalls(s, t, r) for s in not_chrono for t in (100, 200) for r in ("0.01", "0.03")) <= 2),
    ("Bias 0 solves nothing, not even over 20 steps", not any(both("bias 0", t) for t in (20, 50, 100, 200))),
    ("recalls in {} of 32 runs at T=50 and in {} beyond", both("bias 1", 50),
     both("bias 1", 100) + both("bias 1", 200)),
    ("The RNN recalls more often than both: {} and {} of 16 over 20 steps (bias 1: {} and {}), {} and {} over 50",
     recalls("RNN", 20, "0.01"), recalls("RNN", 20), recalls("bias 1", 20, "0.01"), recalls("bias 1", 20),
     recalls("RNN", 50, "0.01"), recalls("RNN", 50)),
    ("With {} of 32 against {} and {} against {}", both("RNN", 20), both("bias 1", 20),
     both("RNN", 50), both("bias 1", 50)),
    ("would come by chance in {} and {} %", *chances),
    ("solve 20 steps in {} of 64 runs", both("bias 3", 20) + both("bias 5", 20)),
    ("({} and {} of 16; {} and {} at 0.03)", recalls("bias 3", 50, "0.01"), recalls("bias 5", 50, "0.01"),
     recalls("bias 3", 50), recalls("bias 5", 50)),
    ("but 100 in at most {} of 16", max(recalls(s, 100, r) for s in ("bias 3", "bias 5") for r in ("0.01", "0.03"))),
    ("it has {} and {} of 16 at rate 0.03 ({} and {} at rate 0.01); no other row gets beyond {}", *chrono,
     recalls("chrono", 100, "0.01"), recalls("chrono", 200, "0.01"),
     max(recalls(s, t, r) for s in not_chrono for t in (100, 200) for r in ("0.01", "0.03"))),
    ("chrono has {}, {} and {} of 16 over 50, 100 and 200 steps. The RNN has {}, {} and {}, bias 1 still {}",
     *longer, *rnn_longer, sum(recalls("bias 1", t, updates="300") for t in (50, 100, 200))),
    # verdicts, README
    ("That line has {} parameters", in_cell),
    ("the gradient is {} after 200 steps in each unit; with recurrent weights beside it, it is {} to {}", alone[0],
     min(beside), max(beside), set(alone) == {1}),
    ("All {} parameters of the LSTM of section 9 stand in the gates and the candidate, {} in the cell", in_gates,
     in_cell),
    ("({} of 16 over 100 steps)", max(recalls("bias 1", 100, r) for r in ("0.01", "0.03"))),
    ("alone, it solves {} of three tasks in any of 16 seeds", sum(never)),
    ("On ignore {} of 16 networks get there without it, {} with all three gates; alone it has {} as well",
     good("ignore", "of"), good("ignore", "iof"), good("ignore", "i")),
    ("({} of 16, with it {}). Where there is one, most networks do without ({} of 16 without it, {} with it)",
     good("hold back", "i"), good("hold back", "io"), good("hold back", "if"), good("hold back", "iof")),
    ("Without it {} of 16 at the length of training, {} of 16 at ten times the length; with it {} and {}",
     good("start over", "io"), good("start over", "io", "error_long"), good("start over", "iof"),
     good("start over", "iof", "error_long")),
    ("recalls in {} of 64 runs, the RNN in {} of 32, with chrono initialisation {} of 32, and after twice as many "
     "updates {} of 16 at the better rate", both("bias 0", 100) + both("bias 1", 100), both("RNN", 100),
     both("chrono", 100), longer[1]),
    ("Exactly {} times those of an RNN of the same width, and {} times the operations", size[lstm] / size[rnn],
     weights[lstm] / weights[rnn]),
    ("the gradient along the cell is exactly {} after 200 steps", along.max(), bool(np.all(along == 1))),
    ("all {} parameters of an LSTM with 16 units stand in gates and candidate, {} in the cell", in_gates, in_cell),
    ("recall over 200 steps from {} of 16 starts with chrono initialisation and 300 updates", longer[2]),
    ("with a forget bias of 1 from {}, even over 50 steps, where the RNN has {}",
     recalls("bias 1", 50, updates="300"), rnn_longer[0]),
    ("alone it solves {} of three tasks", sum(never)),
    ("each single gate does best on its own", all(map(leads, TASKS, "iof"))),
    ("numbers are ignored by {} of 16 networks, as many as with it alone, and with all three gates by {}",
     good("ignore", "of"), good("ignore", "iof"), good("ignore", "of") == good("ignore", "i")),
    ("are right in {}, with it in {}", good("start over", "io", "error_long"), good("start over", "iof", "error_long")),
    ("the output gate can be replaced ({} without it, {} with it)", good("hold back", "if"), good("hold back", "iof")),
    ("half of the cell is gone after {} steps", half[0]),
    ("at a bias of 0 the gradient falls faster than an RNN's", lag["bias 0"] < lag["RNN"]),
    # Summary, まとめ
    ("Of the single gates each does best on the task made for it", all(map(leads, TASKS, "iof"))),
    ("sums over 300 steps are right in {} of 16 networks, with all gates in {}",
     good("start over", "io", "error_long"), good("start over", "iof", "error_long")),
    ("({} of 16 without it, {} with it)", good("hold back", "if"), good("hold back", "iof")),
    ("bias 1 has a half-life of {} steps", half[0]),
    ("the RNN recalls in {} and {} of 32 runs, this LSTM in {} and {}", both("RNN", 20), both("RNN", 50),
     both("bias 1", 20), both("bias 1", 50)),
    ("from {} and {} of 16 starts after 150 updates at the better of two rates, from {} and {} after 300", *chrono,
     *longer[1:], both("chrono", 100) - chrono[0] < chrono[0], both("chrono", 200) - chrono[1] < chrono[1]),
    ("その課題が想定したゲートの成績が最もよかった", all(map(leads, TASKS, "iof"))),
    ("ネットワークは 16 個のうち {} 個、すべてのゲートがあれば {} 個であった", good("start over", "io", "error_long"),
     good("start over", "iof", "error_long")),
    ("（出力ゲートなしで 16 個のうち {} 個、ありで {} 個）", good("hold back", "if"), good("hold back", "iof")),
    ("バイアス 1 の半減期は {} ステップである", half[0]),
    ("RNN は 32 回のうち {} 回と {} 回、この LSTM は {} 回と {} 回",
     both("RNN", 20), both("RNN", 50), both("bias 1", 20), both("bias 1", 50)),
    ("16 通りの初期値のうち {} 通りと {} 通り、300 回のあとでは {} 通りと {} 通り", *chrono, *longer[1:]),
    # feedback
    ("Half is left after {} steps", half[0]),
    ("σ(1) = {} is what is left after one step", float(sigmoid(np.array(1.0)))),
    ("0.73 to the power of 50 is {}", float(sigmoid(np.array(1.0)) ** 50)),
]  # fmt: skip
GIVEN = [
    "The self-connection is fixed at 1.",
    "at a forget bias of 1 they forget",
    "over 100 steps an LSTM with bias 0 or 1",
    "Along it the gradient meets the factor f^t only; with f=1 it is 1",
    "The 1 is fixed, not adjusted.",
    "Over 20 and 50 steps",
    "recalls over 100 and 200 steps",
    "セルに沿った勾配に掛かるのは f^t だけであり、f=1 なら 1 になる",
    "自己結合の重み 1 は固定されており",
    "300 ステップの和",
    "20 ステップと 50 ステップの課題では",
    "100 ステップと 200 ステップの課題が、150 回の更新のあとでは（2 つの学習率のうち",
    "The table, 16 seeds",
    "what is not needed any more is taken out of the cell",
    "A word that does not matter when it is read need not be written at all",
    "The 1 is built in and is no parameter.",
    "along the cell is 1 at every step",
    "ct = ct−1 + …, so ∂ct/∂ct−1 along",
    "c = 1 · c + 0 · g, and h = 0 · tanh(c)",
    "o = 0 makes it 0",
    "the 1 is built in",
    "at a bias of 1 half of the cell",
    "and at a bias of 0 the gradient",
    "sums over 300 steps",
]
