"""The kernels of a transformer's training, written once for every processor.

A kernel is a function that emits code through an assembler's vocabulary (x86_64.py). A matrix is a
place and a stride: (slot, offset) is the address arguments[slot] + offset, in bytes, and `stride`
the bytes from row to row. Rows are padded to whole vectors, with zeros that stay zero, so that no
kernel has a remainder to care for. A count is a number, or a Slot that holds it.
"""
import contextlib
from typing import NamedTuple

FLOAT = 8                          # bytes


class Slot(NamedTuple):
    """A count that is known when the code runs: arguments[number]."""
    number: int


class Matrix(NamedTuple):
    """Rows in memory."""
    slot: int                      # arguments[slot] is an address
    offset: int                    # bytes from there
    stride: int                    # bytes from row to row


def set_count(asm, p, count):
    """p = a count."""
    if isinstance(count, Slot):
        asm.load_slot(p, count.number)
    else:
        asm.constant(p, count)


def set_address(asm, p, matrix):
    """p = the address of a matrix."""
    asm.load_slot(p, matrix.slot)
    asm.advance(p, matrix.offset)


@contextlib.contextmanager
def repeat(asm, p, count):
    """A loop; none where the count is 1."""
    if count == 1:
        yield
        return
    set_count(asm, p, count)
    with asm.loop(p):
        yield


@contextlib.contextmanager
def over_vectors(asm, p, count, *pointers):
    """A loop over the vectors of a row: after each, the pointers go on to the next."""
    with repeat(asm, p, count):
        yield
        for pointer in pointers:
            asm.advance(pointer, asm.lanes * FLOAT)


def split_vectors(vectors, most):
    """So many vectors in groups of at most `most`: [(size of a group, number of such groups)]."""
    groups = -(-vectors // most)
    small = vectors // groups
    large = vectors - small * groups           # groups that have one more
    return [(size, count) for size, count in ((small + 1, large), (small, groups - large)) if count]


def product(asm, C, A, B, row_blocks, inner, columns, step=None, accumulate=False):
    """C (+)= A B: four rows at a time, the columns in groups of vectors.

    step: bytes from A(r, t) to A(r, t + 1), if not 8; with A.stride 8 and `step` its stride, A is
    transposed. row_blocks: a count of four rows; inner: a count; columns: a number.
    """
    step = FLOAT if step is None else step
    set_address(asm, 0, C)
    set_address(asm, 1, B)
    for size, count in split_vectors(columns // asm.lanes, asm.nn_vectors):
        sums = [range(r * size, r * size + size) for r in range(4)]
        vectors, factor = range(4 * size, 5 * size), 5 * size
        width = size * asm.lanes * FLOAT
        with repeat(asm, 2, count):
            asm.copy(3, 0)
            set_address(asm, 4, A)
            set_count(asm, 5, row_blocks)
            with asm.loop(5):
                each = [(r, v) for r in range(4) for v in range(size)]
                for r, v in each:
                    if accumulate:
                        asm.load(sums[r][v], 3, r * C.stride + v * asm.lanes * FLOAT)
                    else:
                        asm.zero(sums[r][v])
                asm.copy(6, 4)
                asm.copy(7, 1)
                set_count(asm, 8, inner)
                with asm.loop(8):
                    for v in range(size):
                        asm.load(vectors[v], 7, v * asm.lanes * FLOAT)
                    for r in range(4):
                        asm.broadcast(factor, 6, r * A.stride)
                        for v in range(size):
                            asm.multiply_add(sums[r][v], factor, vectors[v])
                    asm.advance(6, step)
                    asm.advance(7, B.stride)
                for r, v in each:
                    asm.store(sums[r][v], 3, r * C.stride + v * asm.lanes * FLOAT)
                asm.advance(3, 4 * C.stride)
                asm.advance(4, 4 * A.stride)
            asm.advance(0, width)
            asm.advance(1, width)


def transposed_product(asm, C, A, B, rows, column_blocks, inner, add=False, relu=False):
    """C = A B^T, plus what C held with `add`; negative results are 0 with `relu`.

    rows: a count of asm.nt_rows rows; column_blocks: a count of asm.lanes columns of C, rows of B;
    inner: a number, the columns of A and B.
    """
    lanes, block = asm.lanes, asm.nt_rows
    sums = [list(range(r * lanes, (r + 1) * lanes)) for r in range(block)]
    vectors = list(range(block * lanes, block * lanes + lanes))
    other, spare = block * lanes + lanes, block * lanes + lanes + 1
    unroll = max(size for size in (1, 2, 4) if inner // lanes % size == 0)
    set_address(asm, 0, C)
    set_address(asm, 1, B)
    set_count(asm, 2, column_blocks)
    with asm.loop(2):
        asm.copy(3, 0)
        set_address(asm, 4, A)
        set_count(asm, 5, rows)
        with asm.loop(5):
            for number in range(block * lanes):
                asm.zero(number)
            asm.copy(6, 4)
            asm.copy(7, 1)
            with repeat(asm, 8, inner // lanes // unroll):
                for u in range(unroll):
                    at = u * lanes * FLOAT
                    for j in range(lanes):
                        asm.load(vectors[j], 7, j * B.stride + at)
                    for r in range(block):
                        asm.load(other, 6, r * A.stride + at)
                        for j in range(lanes):
                            asm.multiply_add(sums[r][j], other, vectors[j])
                asm.advance(6, unroll * lanes * FLOAT)
                asm.advance(7, unroll * lanes * FLOAT)
            if relu:
                asm.zero(vectors[0])
            for r in range(block):
                asm.sums(other, sums[r], spare)
                if add:
                    asm.load(spare, 3, r * C.stride)
                    asm.add(other, other, spare)
                if relu:
                    asm.maximum(other, other, vectors[0])
                asm.store(other, 3, r * C.stride)
            asm.advance(3, block * C.stride)
            asm.advance(4, block * A.stride)
        asm.advance(0, lanes * FLOAT)
        asm.advance(1, lanes * B.stride)


# ---- Row by row -----------------------------------------------------------------------------
# Constants that the kernels need; they stand in memory, at the slot CONSTANTS.
CONSTANTS, SCRATCH = 0, 1
LOG2_E, SHIFTER, LN2_HIGH, LN2_LOW, ONE, LOWEST, NOTHING = range(7)
SERIES = 7                         # from here on 1/13!, 1/12!, ... 1/0!
# 1 / ln 2; 1.5 * 2^52, which moves a number's integer part to its low bits; -ln 2 in two parts, of
# which the first times an integer is exact; 1; the lowest exponent; less than any score.
VALUES = [1.4426950408889634, 1.5 * 2 ** 52, -float.fromhex("0x1.62e42fee00000p-1"),
          -float.fromhex("0x1.a39ef35793c76p-33"), 1.0, -708.0, -1.7e308]


def constants():
    """What stands at CONSTANTS: [float]."""
    series = [1.0]
    for k in range(1, 14):
        series.append(series[-1] / k)
    return VALUES + series[::-1]


def spread(asm, d, p, combine):
    """d = all lanes of d combined, in each lane; p points to scratch memory. Uses d + 1."""
    asm.store(d, p, 0)
    asm.broadcast(d, p, 0)
    for lane in range(1, asm.lanes):
        asm.broadcast(d + 1, p, lane * FLOAT)
        combine(d, d, d + 1)


def exponential(asm, x, p, free):
    """x = e^x, 0 below -708; p points to the constants. Uses five registers from `free` up.

    e^x = 2^n e^r with n = round(x / ln 2) and the Taylor series of e^r, |r| < 0.35, to r^13.
    """
    n, power, r, c, mask = range(free, free + 5)
    asm.broadcast(c, p, LOWEST * FLOAT)
    asm.greater(mask, x, c)
    asm.maximum(x, x, c)
    asm.broadcast(n, p, SHIFTER * FLOAT)
    asm.broadcast(c, p, LOG2_E * FLOAT)
    asm.copy_vector(power, n)
    asm.multiply_add(power, x, c)          # the low bits of `power` are now those of n
    asm.subtract(n, power, n)
    asm.copy_vector(r, x)
    for part in (LN2_HIGH, LN2_LOW):
        asm.broadcast(c, p, part * FLOAT)
        asm.multiply_add(r, n, c)
    asm.to_exponent(power, power)
    asm.broadcast(x, p, SERIES * FLOAT)
    for k in range(1, 14):
        asm.broadcast(c, p, (SERIES + k) * FLOAT)
        asm.multiply_add(c, x, r)
        asm.copy_vector(x, c)
    asm.add_integers(x, x, power)
    asm.both(x, x, mask)


def softmax(asm, P, rows, vectors, mask, scale):
    """Each row of P becomes the softmax of scale times itself plus its row of `mask`.

    mask: a Matrix of zeros and of -1e300, stride 0 for the same row for all; scale: the index of a
    constant; vectors: a count.
    """
    set_address(asm, 0, P)
    set_address(asm, 1, mask)
    asm.load_slot(2, CONSTANTS)
    asm.load_slot(3, SCRATCH)
    set_count(asm, 4, rows)
    with asm.loop(4):
        asm.broadcast(2, 2, scale * FLOAT)
        asm.broadcast(0, 2, NOTHING * FLOAT)                   # below any score
        asm.copy(5, 0)
        asm.copy(6, 1)
        with over_vectors(asm, 7, vectors, 5, 6):
            asm.load(3, 5)
            asm.multiply(3, 3, 2)
            asm.load(4, 6)
            asm.add(3, 3, 4)
            asm.store(3, 5)
            asm.maximum(0, 0, 3)
        spread(asm, 0, 3, asm.maximum)
        asm.zero(2)
        asm.copy(5, 0)
        with over_vectors(asm, 7, vectors, 5):
            asm.load(3, 5)
            asm.subtract(3, 3, 0)
            exponential(asm, 3, 2, 4)
            asm.store(3, 5)
            asm.add(2, 2, 3)
        spread(asm, 2, 3, asm.add)
        asm.broadcast(3, 2, ONE * FLOAT)
        asm.divide(2, 3, 2)
        asm.copy(5, 0)
        with over_vectors(asm, 7, vectors, 5):
            asm.load(3, 5)
            asm.multiply(3, 3, 2)
            asm.store(3, 5)
        asm.advance(0, P.stride)
        asm.advance(1, mask.stride)


def softmax_backward(asm, dP, P, rows, vectors, scale):
    """dP becomes the gradient of softmax's input, row by row: ds = p (dp - sum(p dp)) scale."""
    set_address(asm, 0, dP)
    set_address(asm, 1, P)
    asm.load_slot(2, CONSTANTS)
    asm.load_slot(3, SCRATCH)
    set_count(asm, 4, rows)
    with asm.loop(4):
        asm.zero(0)
        asm.copy(5, 0)
        asm.copy(6, 1)
        with over_vectors(asm, 7, vectors, 5, 6):
            asm.load(2, 5)
            asm.load(3, 6)
            asm.multiply_add(0, 2, 3)
        spread(asm, 0, 3, asm.add)
        asm.broadcast(4, 2, scale * FLOAT)
        asm.copy(5, 0)
        asm.copy(6, 1)
        with over_vectors(asm, 7, vectors, 5, 6):
            asm.load(2, 5)
            asm.load(3, 6)
            asm.subtract(2, 2, 0)
            asm.multiply(2, 2, 3)
            asm.multiply(2, 2, 4)
            asm.store(2, 5)
        asm.advance(0, dP.stride)
        asm.advance(1, P.stride)


def rmsnorm(asm, Y, factors, X, rows, vectors, inverse_width, epsilon):
    """Each row of X brought to mean square 1, into Y; its factor into `factors`.

    vectors: a number; inverse_width, epsilon: indices of constants.
    """
    for p, matrix in ((0, Y), (1, X), (8, factors)):
        set_address(asm, p, matrix)
    asm.load_slot(2, CONSTANTS)
    asm.load_slot(3, SCRATCH)
    set_count(asm, 4, rows)
    with asm.loop(4):
        asm.zero(0)
        asm.copy(6, 1)
        with over_vectors(asm, 7, vectors, 6):
            asm.load(2, 6)
            asm.multiply_add(0, 2, 2)
        spread(asm, 0, 3, asm.add)
        asm.broadcast(2, 2, inverse_width * FLOAT)
        asm.broadcast(3, 2, epsilon * FLOAT)
        asm.multiply_add(3, 0, 2)
        asm.root(3, 3)
        asm.broadcast(2, 2, ONE * FLOAT)
        asm.divide(2, 2, 3)
        asm.store_one(2, 8)
        asm.copy(5, 0)
        asm.copy(6, 1)
        with over_vectors(asm, 7, vectors, 5, 6):
            asm.load(3, 6)
            asm.multiply(3, 3, 2)
            asm.store(3, 5)
        asm.advance(0, Y.stride)
        asm.advance(1, X.stride)
        asm.advance(8, FLOAT)


def rmsnorm_backward(asm, dX, dY, Y, factors, rows, vectors, inverse_width, add):
    """Row by row dx = f (dy - y mean(y dy)), f the row's factor; with `add` it is added to dX.

    dX may be dY.
    """
    for p, matrix in ((0, dX), (1, dY), (9, Y), (8, factors)):
        set_address(asm, p, matrix)
    asm.load_slot(2, CONSTANTS)
    asm.load_slot(3, SCRATCH)
    set_count(asm, 4, rows)
    with asm.loop(4):
        asm.zero(0)
        asm.copy(5, 9)
        asm.copy(6, 1)
        with over_vectors(asm, 7, vectors, 5, 6):
            asm.load(2, 5)
            asm.load(3, 6)
            asm.multiply_add(0, 2, 3)
        spread(asm, 0, 3, asm.add)
        asm.broadcast(2, 2, inverse_width * FLOAT)
        asm.multiply(0, 0, 2)
        asm.broadcast(2, 8)
        asm.copy(5, 9)
        asm.copy(6, 1)
        asm.copy(10, 0)
        with over_vectors(asm, 7, vectors, 5, 6, 10):
            asm.load(3, 5)
            asm.multiply(3, 3, 0)
            asm.load(4, 6)
            asm.subtract(4, 4, 3)
            asm.multiply(4, 4, 2)
            if add:
                asm.load(3, 10)
                asm.add(4, 4, 3)
            asm.store(4, 10)
        asm.advance(0, dX.stride)
        asm.advance(1, dY.stride)
        asm.advance(9, Y.stride)
        asm.advance(8, FLOAT)


def relu_backward(asm, d_hidden, hidden, vectors):
    """dh = dh if h > 0 else 0, h of hidden; both without gaps. vectors: a count."""
    set_address(asm, 0, d_hidden)
    set_address(asm, 1, hidden)
    asm.zero(2)
    with over_vectors(asm, 4, vectors, 0, 1):
        asm.load(0, 0)
        asm.load(1, 1)
        asm.greater(1, 1, 2)
        asm.both(0, 0, 1)
        asm.store(0, 0)


def copy(asm, Y, X, vectors):
    """Y = X, both without gaps. vectors: a count."""
    set_address(asm, 0, Y)
    set_address(asm, 1, X)
    with over_vectors(asm, 4, vectors, 0, 1):
        asm.load(0, 1)
        asm.store(0, 0)


@contextlib.contextmanager
def embedded_rows(asm, X, wte, wpe, tokens, rows):
    """A loop over rows of X (p 0) and of wpe (1), with the row of wte (5) that `tokens` names.

    tokens: offsets in bytes.
    """
    for p, matrix in ((0, X), (1, wpe), (2, tokens)):
        set_address(asm, p, matrix)
    set_count(asm, 4, rows)
    with asm.loop(4):
        set_address(asm, 5, wte)
        asm.load_integer(6, 2, 0)
        asm.advance_by(5, 6)
        yield
        asm.advance(0, X.stride)
        asm.advance(1, wpe.stride)
        asm.advance(2, FLOAT)


def embed(asm, X, wte, wpe, tokens, rows, vectors):
    """Each row of X: the row of wte that `tokens` names, plus wpe's."""
    with embedded_rows(asm, X, wte, wpe, tokens, rows):
        for offset in range(0, vectors * asm.lanes * FLOAT, asm.lanes * FLOAT):
            asm.load(0, 5, offset)
            asm.load(1, 1, offset)
            asm.add(0, 0, 1)
            asm.store(0, 0, offset)


def embed_backward(asm, dX, wte, wpe, tokens, rows, vectors):
    """Adds each row of dX to the rows of the gradients wte and wpe that `embed` took."""
    with embedded_rows(asm, dX, wte, wpe, tokens, rows):
        for offset in range(0, vectors * asm.lanes * FLOAT, asm.lanes * FLOAT):
            asm.load(0, 0, offset)
            for p in (5, 1):
                asm.load(1, p, offset)
                asm.add(1, 1, 0)
                asm.store(1, p, offset)


def cross_entropy(asm, P, targets, target_probs, weights, rows, vectors):
    """P becomes the gradient of the logits, row by row: dl = w (p - [1 at the target]).

    targets: offsets in bytes; target_probs: where the probability of each target goes.
    """
    for p, matrix in ((0, P), (1, targets), (2, target_probs), (3, weights)):
        set_address(asm, p, matrix)
    asm.load_slot(8, CONSTANTS)
    asm.load_one(4, 8, ONE * FLOAT)
    set_count(asm, 4, rows)
    with asm.loop(4):
        asm.copy(5, 0)
        asm.load_integer(6, 1, 0)
        asm.advance_by(5, 6)
        asm.load_one(0, 5)
        asm.store_one(0, 2)
        asm.subtract(0, 0, 4)
        asm.store_one(0, 5)
        asm.broadcast(1, 3)
        asm.copy(5, 0)
        with over_vectors(asm, 7, vectors, 5):
            asm.load(0, 5)
            asm.multiply(0, 0, 1)
            asm.store(0, 5)
        asm.advance(0, P.stride)
        for p in (1, 2, 3):
            asm.advance(p, FLOAT)


def gather(asm, total, G, vectors):
    """total += G; G becomes 0. Both flat; vectors: a count."""
    set_address(asm, 0, total)
    set_address(asm, 1, G)
    set_count(asm, 4, vectors)
    asm.zero(2)
    with asm.loop(4):
        asm.load(0, 0)
        asm.load(1, 1)
        asm.add(0, 0, 1)
        asm.store(0, 0)
        asm.store(2, 1)
        asm.advance(0, asm.lanes * FLOAT)
        asm.advance(1, asm.lanes * FLOAT)


def adam(asm, W, M, V, G, vectors, settings):
    """One step of Adam over flat parameters; G becomes 0. settings: the slot of five numbers:

    beta1, beta2, rate, epsilon, and what G is multiplied by.
    """
    for p, matrix in enumerate((W, M, V, G)):
        set_address(asm, p, matrix)
    asm.load_slot(5, settings)
    for k in range(5):
        asm.broadcast(10 + k, 5, k * FLOAT)
    set_count(asm, 4, vectors)
    step = asm.lanes * FLOAT
    asm.zero(5)
    with asm.loop(4):
        asm.load(0, 3)
        asm.store(5, 3)
        asm.multiply(0, 0, 14)
        asm.load(1, 1)
        asm.copy_vector(2, 0)
        asm.multiply_add(2, 1, 10)                             # beta1 m + g
        asm.store(2, 1)
        asm.load(1, 2)
        asm.multiply(0, 0, 0)
        asm.multiply_add(0, 1, 11)                             # beta2 v + g^2
        asm.store(0, 2)
        asm.root(0, 0)
        asm.add(0, 0, 13)
        asm.multiply(2, 2, 12)
        asm.divide(2, 2, 0)
        asm.load(1, 0)
        asm.subtract(1, 1, 2)
        asm.store(1, 0)
        for p in range(4):
            asm.advance(p, step)
