"""The small package that the Unrolled notebooks import: one module an idea, four floors."""
