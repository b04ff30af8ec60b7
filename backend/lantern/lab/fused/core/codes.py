"""Numbers that tell the kernel what to compute, and where in its tables it finds what."""

TANH, RELU, SIGMOID, LINEAR, LEAKY_RELU, ELU = 0, 1, 2, 3, 4, 5
SOFTPLUS, SILU, MISH, GELU, BENT_IDENTITY, SINE = 6, 7, 8, 9, 10, 11
"""Activations."""

SQUARED, ABSOLUTE, HUBER, EPSILON_INSENSITIVE, QUANTILE = 0, 1, 2, 3, 4
"""Losses of a residual: of what is put out less what ought to be."""
HINGE, SQUARED_HINGE, EXPONENTIAL = 10, 11, 12
"""Losses of a margin: of what is put out times +1 or -1."""
CROSS_ENTROPY, POISSON = 20, 21
"""Losses with a form of their own."""

VALUES, TWO_CLASSES, CLASSES = 0, 1, 2
"""What the targets are: numbers; classes 0 and 1 for one output; classes with one output each."""

SGD, ADAGRAD, ADADELTA, RMSPROP, ADAM = 0, 1, 2, 3, 4
"""Optimizers; AdamW is Adam with decay."""

(
    STEPS,
    BATCH,
    POSITION,
    EPOCHS,
    PERMUTED,
    STEP,
    LOSS,
    TARGETS,
    OPTIMIZER,
    NESTEROV,
    FROZEN,
    GATED,
    WAITING,
    ROWS,
) = range(14)
"""Places in the table of whole numbers.

STEPS: steps to do, then those that were done. BATCH: samples per step. POSITION, EPOCHS: as in
`BatchOrder`. PERMUTED: the epoch whose order is in `order`. STEP: steps complete. LOSS, TARGETS,
OPTIMIZER: codes of above. NESTEROV, FROZEN, GATED: 1 if there is such a thing. WAITING: steps in
SUM_OF_LOSSES. ROWS: rows written.
"""

(
    RATE,
    FIRST,
    SECOND,
    EPSILON,
    DECAY,
    L1,
    L2,
    LOSS_PARAMETER,
    SUM_OF_LOSSES,
    LAST_LOSS,
) = range(10)
"""Places in the table of real numbers.

RATE: learning rate without the schedule's factor. FIRST, SECOND: momentum; rho; decay and momentum;
beta1 and beta2. EPSILON: of the optimizer. DECAY: of the weights. L1, L2: rates of the penalties.
LOSS_PARAMETER: delta, epsilon, or quantile. SUM_OF_LOSSES: since the last row.
"""
