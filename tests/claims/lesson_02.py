"""What lesson 2 says, and where each number comes from."""

import numpy as np
from sources import grid, read, table

from helpers.activations import sigmoid

recall = {(row["activation"], row["steps"], row["radius"]): row["learned"] for row in table("02_activations")}
cut = {}  # the shares of right answers, by start and truncation
for row in table("02_truncation"):
    cut.setdefault((row["radius"], row["truncation"]), []).append(row["accuracy"])
whole = np.array(cut[0.5, 12])
runs = {(row["slope"], row["activation"], row["scheme"]): row for row in table("01_solved")}
nan = {activation: runs["shipped", activation, "normal"]["nan"] for activation in ("sigmoid", "tanh", "relu")}
factor = {row[0]: row[1:] for row in grid("02", "factor")[1:]}  # smallest and largest at ρ = 1, at ρ = 8, crossing
step = {row[0]: row[1:] for row in grid("02", "norm")[1:]}
low, error, high = read("02", "starts", r"smallest ([\d.]+), median ([\d.]+), largest ([\d.]+)")
cosine, near = read("02", "starts", r"cosine: median ([\d.]+), above 0.9 in (\d+) %")
long = read("02", "starts", r"longer one in (\d+) %")
behind = sigmoid(np.linspace(0, 1, 1001))
slopes = behind * (1 - behind)
floor = 0.5 * read("01", "floor", r"tanh .*: ([\d.]+) to 0\.500") ** 2
small = [read("02", name, r"below 1e-8: (\w+)") == "True" for name in ("gradcheck", "mend")]
kept = read("02", "memory", r"1000 steps: (\d+) MB")
sight = [row[2] for row in grid("02", "sight")[1:]]


apart = [
    abs(runs["shipped", activation, scheme]["solved"] - runs["corrected", activation, scheme]["solved"])
    for activation in ("sigmoid", "tanh")
    for scheme in ("normal", "xavier", "he")
]


def learned(radius, k):
    return sum(share > 0.9 for share in cut[radius, k])


def orthogonal(name):
    return read("02", "orthogonal", rf"'{name}': '([\d.]+) to ([\d.]+)'")


CLAIMS = [
    ("the sample's stays between {} and {}", slopes.min(), slopes.max()),
    ("the error is {} at the median, and anything from {} to {}", error, low, high),
    ("It is {} at the median and above 0.9 for {} % of the starts", cosine, near),
    ("too long in {} %", long),
    (
        "standard deviation from {} of 40 starts that solve the addition to {}. With sigmoid and tanh it makes no "
        "difference that 40 starts can show: at standard deviation 1 from {} to {} and from {} to {}",
        *(
            runs[slope, activation, scheme]["solved"]
            for activation, scheme in (("relu", "he"), ("sigmoid", "normal"), ("tanh", "normal"))
            for slope in ("shipped", "corrected")
        ),
    ),
    ("With sigmoid and tanh it makes no difference that 40 starts can show", max(apart) <= 2),
    ("a loss of {} that stays", floor),
    # where gradients go
    ("but \\|W\\|={}>1, and the gradient can become four times as long", step["0.8 2; 0 0.8"][1]),
    ("and the gradient can become four times as long", round(max(step["0.8 2; 0 0.8"][1:])) == 4),
    ("The second matrix is **orthogonal**", set(step["0.6 −0.8; 0.8 0.6"]) == {1}),
    ("its gradient **doubles** at each step", step["8 · ¼ one sigmoid unit"][:2] == [2, 2]),
    ("Sigmoid multiplies by {} a step", read("02", "lags", r"sigmoid ([\d.]+) ·")),
    ("the bound for sigmoid, {} a step", read("02", "lags", r"bound, sigmoid ([\d.]+)\.")),
    ("identity at $\\rho={}$, ReLU at {}", factor["identity"][3], factor["relu"][3]),
    ("tanh at {}, sigmoid nowhere up to 8", factor["tanh"][3], factor["sigmoid"][3] == "none"),
    ("(at $\\rho=8$ its factor is {})", factor["sigmoid"][2]),
    ("its largest factor over the 16 seeds is {}", factor["relu"][1]),
    ("{} for the identity in all 16 seeds", orthogonal("identity")[0], orthogonal("identity")[0] == 1),
    (
        "{} to {} for tanh, {} to {} for ReLU, and {} to {} for sigmoid",
        *orthogonal("tanh"),
        *orthogonal("relu"),
        *orthogonal("sigmoid"),
    ),
    (
        "{} of 40 ReLU starts end in NaN at standard deviation 1, and {} of 40 with sigmoid or tanh",
        nan["relu"],
        max(nan["sigmoid"], nan["tanh"]),
    ),
    ("**no** sigmoid network learns", recall["sigmoid", 10, 1.0] == 0),
    ("{} of 20 tanh and {} of 20 identity networks do", recall["tanh", 10, 1.0], recall["identity", 10, 1.0]),
    ("At $T=5$ {} of all 240 learn", sum(n for (_, steps, _), n in recall.items() if steps == 5)),
    ("{} of 20 sigmoid networks learn $T=10$", recall["sigmoid", 10, 4.0]),
    (
        "it is {} of 20 at \\rho=1, {} at \\rho=2, where its factor is about 1, and {} at",
        *(recall["tanh", 20, radius] for radius in (1.0, 2.0, 4.0)),
    ),
    (
        "it learns $T=10$ in {} of 20 and $T=20$ in {}, at \\rho=4 in {} and {}",
        *(recall["relu", steps, radius] for radius in (1.0, 4.0) for steps in (10, 20)),
    ),
    ("learns everywhere", all(n == 20 for (name, *_), n in recall.items() if name == "identity")),
    ("the {} NaN of 40 above", nan["relu"]),
    # truncation
    ("a book of a million characters would need about 100 GB", round(kept * 1e6 / 1000 / 1000, -1) == 100),
    ("is exactly 0", sight[:3] == [0, 0, 0] and min(sight[3:]) > 0),
    ("no network learns with $k\\le8$", all(learned(0.5, k) == 0 for k in (1, 2, 4, 6, 8))),
    ("the median is at chance up to", all(abs(np.median(cut[0.5, k]) - 0.25) < 0.02 for k in (1, 2, 4, 6, 8, 10, 11))),
    ("{} of 20 learn, {} more get about half right", learned(0.5, 12), np.sum((whole > 0.4) & (whole < 0.6))),
    (
        "even $k=1$ gets {} right at the median and learns from {} of 20 seeds, and the worst seed has {}",
        np.median(cut[1.0, 1]),
        learned(1.0, 1),
        min(cut[1.0, 1]),
    ),
    # what the notes say
    (
        "sigmoid {} to {}, tanh {} to {}, ReLU {} to {}, identity {} to {}",
        *(number for name in ("sigmoid", "tanh", "relu", "identity") for number in factor[name][:2]),
    ),
    ("NaN in {} of 40 ReLU runs, {} of 40 with sigmoid or tanh", nan["relu"], max(nan["sigmoid"], nan["tanh"])),
    (
        "reaches 1 at \\rho={} for identity, {} for ReLU, {} for tanh, not up to 8 for sigmoid",
        *(factor[name][3] for name in ("identity", "relu", "tanh")),
        factor["sigmoid"][3] == "none",
    ),
    ("and one sigmoid unit doubles it at each step", step["8 · ¼ one sigmoid unit"][1] == 2),
    (
        "sigmoid learns recall in {} of 20 seeds, tanh in {}, ReLU in {}",
        *(recall[name, 10, 1.0] for name in ("sigmoid", "tanh", "relu")),
    ),
    ("all errors are below 1e-8", all(small)),
    ("Loop, one product and kernel agree", set(read("02", "agree", ", ".join([r"'\w+': (\w+)"] * 5))) == {"True"}),
    ("relative error {} to {}, median {}; cosine {} at the median", low, high, error, cosine),
    ("Mended: below 1e-8", small[1]),
    ("a loss of {} stays at one step", floor),
    # summary
    ("the sample's error is {} at the median, a right one's below 1e-8", error, all(small)),
    (
        "the median of tanh reaches 1 at $\\rho={}$, of ReLU at {}, of sigmoid not up to 8",
        factor["tanh"][3],
        factor["relu"][3],
        factor["sigmoid"][3] == "none",
    ),
    (
        "A bounded activation keeps the state finite, and not always the gradient",
        step["8 · ¼ one sigmoid unit"][1] > 1 > float(factor["sigmoid"][2]),
    ),
    (
        "{} of 20 seeds learn recall over 10 steps, with tanh {} of 20",
        recall["sigmoid", 10, 1.0],
        recall["tanh", 10, 1.0],
    ),
    ("no memory much longer than $k$ ({} of 20 seeds up to $k=8$", max(learned(0.5, k) for k in (1, 2, 4, 6, 8))),
    ("{} of 20 learn with $k=1$", learned(1.0, 1)),
    ("中央値で {}、正しい実装なら 1e-8 未満", error, all(small)),
    (
        "tanh では $\\rho={}$、ReLU では {} で 1 に達し、シグモイドでは 8 までは達しない",
        factor["tanh"][3],
        factor["relu"][3],
        factor["sigmoid"][3] == "none",
    ),
    ("（20 シード中 {}、tanh は {}）", recall["sigmoid", 10, 1.0], recall["tanh", 10, 1.0]),
    ("$k=8$ までは 20 シード中 {}", max(learned(0.5, k) for k in (1, 2, 4, 6, 8))),
    ("$k=1$ でも 20 シード中 {} が学習する", learned(1.0, 1)),
    # questions
    ("Rounding in float64 leaves less than 1e-8, a millionth of that", all(small) and 0.02 / 1e-8 > 1e6),
    ("A right gradient is below 1e-8", all(small)),
    ("with a factor near {} a step it stops the memory, too", round(factor["sigmoid"][0], 1)),
    # README
    ("relative error {} at the median of 400 starts, where a right gradient has less than 1e-8", error, all(small)),
    ("its direction is nearly right (cosine {})", cosine),
    ("(NaN in {} of 40 ReLU runs, {} with sigmoid or tanh)", nan["relu"], max(nan["sigmoid"], nan["tanh"])),
    ("ReLU's shrinks (× {} a step at most), from ρ = {} tanh's grows", factor["relu"][1], factor["tanh"][3]),
    ("and one sigmoid unit can double it", step["8 · ¼ one sigmoid unit"][1] == 2),
    (
        "does not learn recall over 10 steps ({} of 20 seeds; tanh {})",
        recall["sigmoid", 10, 1.0],
        recall["tanh", 10, 1.0],
    ),
    (
        "last of 12 steps: {} right, chance, from a start that forgets (ρ = 0.5), yet {} from one that keeps an echo",
        np.median(cut[0.5, 1]),
        np.median(cut[1.0, 1]),
    ),
]
GIVEN = [
    "\\rho=1, 16 seeds", "at \\rho=1, T=10", "Right for one step", "right for one step", "400 starts", "at one step",
    "at ρ = 1", "(ρ = 1)", "below 1 it vanishes, above 1 it explodes", "1 未満なら消失し、1 を超えれば爆発する",
    "Sigmoid at \\rho=1", "From \\rho=0.5", "from \\rho=1 there", "for a lag of 11", "1 ステップ遡る",
    "\\rho=1 では、長さ 10 の系列の先頭（9 ステップ前）", "\\rho=0.5 から始めた場合", "（11 ステップ前の記号に対し",
    "\\rho=1 から始めた場合", "Where the factor crosses 1", "σ′ ≤ ¼", "whose slope is up to 1", "multiply by exactly 1",
    "hide a wrong factor that happens to be near 1", "each gradient is a sum over all steps",
    "The state goes on through all steps", "It can only use what its start happens to keep",
    "A smaller W brings the factor to 1", "That makes each update longer",
]  # fmt: skip
