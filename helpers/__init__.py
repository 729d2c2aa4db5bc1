"""The small package that the Unrolled notebooks import: one module an idea, four floors."""

import numpy as np

# glibc gives the memory of freed arrays back to the system, and the next training step waits for it again, which can
# take half of its time. Once glibc has seen a large array freed, it keeps up to twice as much for the next step.
np.empty(31 << 20, np.uint8)
