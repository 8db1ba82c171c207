"""A model whose training runs in machine code: layout in memory, the two programs, and Adam.

`Engine(sizes)` holds the parameters, their gradients and Adam's sums, flat. Each row is padded to
whole groups of four numbers, each head to a group of its own, and the padding stays 0.
"""
import array
import contextlib
import ctypes
import itertools
import threading
from typing import NamedTuple

from . import kernels
from .kernels import FLOAT, Matrix, Slot
from .memory import Buffer, Code

# The programs' arguments, by slot. First addresses that stay, then those that a program moves, then
# a document's, then counts.
(CONSTANTS, SCRATCH, PARAMETERS, GRADIENTS, WORK, CAUSAL, VOCABULARY_MASK, MEANS, SQUARES, ADAM,
 TOTAL, LAYER, LAYER_GRADIENTS, TRACE, HEAD, WEIGHTS, D_HEAD, TOKENS, TARGETS, TARGET_PROBS,
 ROW_WEIGHTS, ROWS, ALL_ROWS, FOURS, PAIRS, GROUPS, HIDDEN_VECTORS, WIDTH_VECTORS, LAYERS,
 LAYERS_LEFT, HEADS_LEFT, ARGUMENTS) = range(32)
MASKED = -1e300
LONG_CALL = 10 ** 8                # parameters times tokens: some tenths of a second


def padded(count):
    """The next multiple of four."""
    return -(-count // 4) * 4


class Sizes(NamedTuple):
    """What fixes the programs."""
    vocabulary: int
    layers: int
    width: int
    heads: int
    context: int

    @property
    def head_dim(self):
        return self.width // self.heads


class TooLarge(Exception):
    """A model that does not fit: its offsets would not."""


class Layout:
    """Where everything lies, in bytes: parameters, and what a forward pass leaves for backward.

    Sizes, each padded to a multiple of four:

        n   positions (context)            v   tokens (vocabulary)
        d   width of the model             h   width of a head
        q   widths of all heads, one after another
        f   neurons of the MLP, 4 times the width

    `d_` and `dx` begin the names of gradients: d_qkv is the gradient of qkv.
    """

    def __init__(self, sizes):
        self.sizes = sizes
        self.d, self.h = padded(sizes.width), padded(sizes.head_dim)
        self.q, self.f = self.h * sizes.heads, padded(4 * sizes.width)
        self.n, self.v = padded(sizes.context), padded(sizes.vocabulary)
        self.place_parameters()
        self.place_work()

    def place_parameters(self):
        """wte, wpe and lm_head from PARAMETERS on; a layer's four from LAYER on."""
        d, self.end = self.d, 0
        self.wte, self.wpe, self.lm_head = [self.take(PARAMETERS, rows, d)
                                            for rows in (self.v, self.n, self.v)]
        self.first_layer, self.end = self.end, 0
        self.wqkv, self.wo, self.fc1, self.fc2 = [
            self.take(LAYER, rows, columns) for rows, columns in
            ((3 * self.q, d), (d, self.q), (self.f, d), (d, self.f))]
        self.layer_size = self.end
        self.parameter_bytes = self.first_layer + self.sizes.layers * self.layer_size

    def place_work(self):
        """One layer's trace from TRACE on; what all layers share from WORK on."""
        n, d, q, f, self.end = self.n, self.d, self.q, self.f, 0
        self.normed, self.factors, self.qkv, self.joined, self.mlp_normed, self.mlp_factors, \
            self.hidden = [self.take(TRACE, n, columns) for columns in (d, 1, 3 * q, q, d, 1, f)]
        self.weights_offset = self.end
        self.trace_size, self.end = self.end + self.sizes.heads * n * n * FLOAT, 0
        self.x, self.embedded, self.first_factors, self.logits, self.dx, self.d_normed, \
            self.d_qkv, self.d_joined, self.d_scores, self.d_hidden = [
                self.take(WORK, n, columns)
                for columns in (d, d, 1, self.v, d, d, 3 * q, q, n, f)]
        self.first_trace = self.end
        self.work_bytes = self.first_trace + self.sizes.layers * self.trace_size

    def take(self, slot, rows, columns):
        """The next so many rows, as a Matrix."""
        matrix = Matrix(slot, self.end, columns * FLOAT)
        self.end += rows * columns * FLOAT
        return matrix

    def rows_of(self):
        """(byte offset, numbers) of each row of parameters, in the order of a model's file."""
        d, h = self.sizes.width, self.sizes.head_dim
        for matrix, rows in ((self.wte, self.sizes.vocabulary), (self.wpe, self.sizes.context),
                             (self.lm_head, self.sizes.vocabulary)):
            yield from ((matrix.offset + row * matrix.stride, d) for row in range(rows))
        for layer in range(self.sizes.layers):
            start = self.first_layer + layer * self.layer_size
            for row in range(3 * d):
                part, rest = divmod(row, d)
                place = part * self.q + rest // h * self.h + rest % h
                yield start + self.wqkv.offset + place * self.wqkv.stride, d
            for row in range(d):
                offset = start + self.wo.offset + row * self.wo.stride
                yield from ((offset + head * self.h * FLOAT, h) for head in range(self.sizes.heads))
            for matrix, rows, columns in ((self.fc1, 4 * d, d), (self.fc2, d, 4 * d)):
                yield from ((start + matrix.offset + row * matrix.stride, columns)
                            for row in range(rows))


def at_head(matrix, slot, part, size):
    """A head's columns of q (part 0), k (1) or v (2), where arguments[slot] points to the head."""
    return Matrix(slot, part * size * FLOAT, matrix.stride)


@contextlib.contextmanager
def each(asm, counter, count, moves):
    """Repeat the body, with arguments[slot] moved by so many bytes each time: {slot: bytes}."""
    kernels.set_count(asm, 0, count)
    asm.store_slot(0, counter)
    with asm.loop(0):
        yield
        for slot, amount in moves.items():
            asm.load_slot(0, slot)
            asm.advance(0, amount)
            asm.store_slot(0, slot)
        asm.load_slot(0, counter)
        asm.advance(0, -1)
        asm.store_slot(0, counter)
        asm.advance(0, 1)


class Programs:
    """Emits a model's programs, machine code that takes the address of its arguments:

    predict: logits; score: the probabilities of the targets; learn: these, and gradients;
    gather: the sum of two accumulators' gradients; adam: a step. `learn` also comes in parts, two
    of which do as many layers as arguments[LAYERS] says: so a large model's can be interrupted.
    """

    def __init__(self, assembler, layout):
        self.assembler, self.layout = assembler, layout
        self.constants = kernels.constants()
        sizes = layout.sizes
        for value in (1 / sizes.width, 1e-5, sizes.head_dim ** -0.5):
            if value not in self.constants:
                self.constants.append(value)

    def make(self, name):
        """The code of a program."""
        self.asm = self.assembler()
        self.asm.begin()
        getattr(self, "emit_" + name)()
        self.asm.end()
        return bytes(self.asm.code)

    def index(self, value):
        """Where a constant stands."""
        return self.constants.index(value)

    def point(self, slot, base, offset):
        """arguments[slot] = arguments[base] + offset."""
        self.asm.load_slot(0, base)
        self.asm.advance(0, offset)
        self.asm.store_slot(0, slot)

    def emit_predict(self):
        self.emit_embed()
        self.emit_layers()
        self.emit_logits()

    def emit_score(self):
        self.emit_predict()
        self.emit_target_probs()

    def emit_learn(self):
        self.emit_embed()
        self.emit_layers()
        self.emit_turn()
        self.emit_layers_back()
        self.emit_embed_back()

    def emit_turn(self):
        """What comes between the layers' forward pass and their backward pass."""
        self.emit_logits()
        self.emit_target_probs()
        self.emit_logits_back()

    def emit_gather(self):
        kernels.gather(self.asm, Matrix(TOTAL, 0, 0), Matrix(GRADIENTS, 0, 0), self.count())

    def emit_adam(self):
        kernels.adam(self.asm, *(Matrix(slot, 0, 0) for slot in (
            PARAMETERS, MEANS, SQUARES, GRADIENTS)), self.count(), ADAM)

    def count(self):
        """Vectors of parameters."""
        return self.layout.parameter_bytes // FLOAT // self.asm.lanes

    # ---- forward ----
    def emit_embed(self):
        """The first vectors, and the first layer is the next."""
        asm, layout, lanes = self.asm, self.layout, self.asm.lanes
        kernels.embed(asm, layout.d_normed, layout.wte, layout.wpe, Matrix(TOKENS, 0, FLOAT),
                      Slot(ALL_ROWS), layout.d // lanes)
        self.rmsnorm(layout.embedded, layout.first_factors, layout.d_normed)
        kernels.copy(asm, layout.x, layout.embedded, Slot(WIDTH_VECTORS))
        self.point(LAYER, PARAMETERS, layout.first_layer)
        self.point(TRACE, WORK, layout.first_trace)

    def emit_layers(self):
        """The forward pass of so many layers."""
        layout, moves = self.layout, {LAYER: self.layout.layer_size, TRACE: self.layout.trace_size}
        with each(self.asm, LAYERS_LEFT, Slot(LAYERS), moves):
            self.attention()
            self.rmsnorm(layout.mlp_normed, layout.mlp_factors, layout.x)
            self.transposed(layout.hidden, layout.mlp_normed, layout.fc1, layout.f, layout.d,
                            relu=True)
            self.transposed(layout.x, layout.hidden, layout.fc2, layout.d, layout.f, add=True)

    def emit_logits(self):
        layout = self.layout
        self.transposed(layout.logits, layout.x, layout.lm_head, layout.v, layout.d)

    def next_head(self):
        """How far the arguments of a head are from those of the next: {slot: bytes}."""
        layout = self.layout
        return {HEAD: layout.h * FLOAT, D_HEAD: layout.h * FLOAT,
                WEIGHTS: layout.n * layout.n * FLOAT}

    def emit_target_probs(self):
        """Softmax, the probabilities of the targets, and the gradients of the logits."""
        asm, layout = self.asm, self.layout
        kernels.softmax(asm, layout.logits, Slot(ALL_ROWS), layout.v // asm.lanes,
                        Matrix(VOCABULARY_MASK, 0, 0), self.index(1.0))
        kernels.cross_entropy(asm, layout.logits, Matrix(TARGETS, 0, 0), Matrix(TARGET_PROBS, 0, 0),
                              Matrix(ROW_WEIGHTS, 0, 0), Slot(ALL_ROWS), layout.v // asm.lanes)

    def attention(self):
        asm, layout, sizes = self.asm, self.layout, self.layout.sizes
        self.rmsnorm(layout.normed, layout.factors, layout.x)
        self.transposed(layout.qkv, layout.normed, layout.wqkv, 3 * layout.q, layout.d)
        self.point(HEAD, TRACE, layout.qkv.offset)
        self.point(WEIGHTS, TRACE, layout.weights_offset)
        self.point(D_HEAD, TRACE, layout.joined.offset)
        weights = Matrix(WEIGHTS, 0, layout.n * FLOAT)
        queries, keys, values = (at_head(layout.qkv, HEAD, part, layout.q) for part in range(3))
        with each(asm, HEADS_LEFT, sizes.heads, self.next_head()):
            kernels.transposed_product(asm, weights, queries, keys, Slot(PAIRS), Slot(GROUPS),
                                       layout.h)
            kernels.softmax(asm, weights, Slot(ALL_ROWS), Slot(GROUPS),
                            Matrix(CAUSAL, 0, layout.n * FLOAT), self.index(sizes.head_dim ** -0.5))
            kernels.product(asm, Matrix(D_HEAD, 0, layout.joined.stride), weights, values,
                            Slot(FOURS),
                            Slot(ALL_ROWS), layout.h)
        self.transposed(layout.x, layout.joined, layout.wo, layout.d, layout.q, add=True)

    def rmsnorm(self, Y, factors, X):
        kernels.rmsnorm(self.asm, Y, factors, X, Slot(ALL_ROWS), self.layout.d // self.asm.lanes,
                        self.index(1 / self.layout.sizes.width), self.index(1e-5))

    def transposed(self, C, A, B, columns, inner, **options):
        kernels.transposed_product(self.asm, C, A, B, Slot(PAIRS), columns // self.asm.lanes, inner,
                                   **options)

    # ---- backward ----
    def emit_logits_back(self):
        """The gradients of lm_head and of the last vectors, and the last layer is the next."""
        layout, sizes = self.layout, self.layout.sizes
        self.gradient(layout.lm_head._replace(slot=GRADIENTS), layout.logits, layout.x, layout.v,
                      layout.d)
        self.product(layout.dx, layout.logits, layout.lm_head, layout.v, layout.d)
        last = sizes.layers - 1
        self.point(LAYER, PARAMETERS, layout.first_layer + last * layout.layer_size)
        self.point(LAYER_GRADIENTS, GRADIENTS, layout.first_layer + last * layout.layer_size)
        self.point(TRACE, WORK, layout.first_trace + last * layout.trace_size)

    def emit_layers_back(self):
        """The backward pass of so many layers."""
        layout = self.layout
        with each(self.asm, LAYERS_LEFT, Slot(LAYERS), {
                LAYER: -layout.layer_size, LAYER_GRADIENTS: -layout.layer_size,
                TRACE: -layout.trace_size}):
            self.mlp_backward()
            self.attention_backward()

    def emit_embed_back(self):
        """The gradients of wte and wpe."""
        asm, layout = self.asm, self.layout
        self.rmsnorm_backward(layout.dx, layout.dx, layout.embedded, layout.first_factors, False)
        wte, wpe = (m._replace(slot=GRADIENTS) for m in (layout.wte, layout.wpe))
        kernels.embed_backward(asm, layout.dx, wte, wpe, Matrix(TOKENS, 0, FLOAT), Slot(ROWS),
                               layout.d // asm.lanes)

    def mlp_backward(self):
        layout = self.layout
        fc1, fc2 = (m._replace(slot=LAYER_GRADIENTS) for m in (layout.fc1, layout.fc2))
        self.gradient(fc2, layout.dx, layout.hidden, layout.d, layout.f)
        self.product(layout.d_hidden, layout.dx, layout.fc2, layout.d, layout.f)
        kernels.relu_backward(self.asm, layout.d_hidden, layout.hidden, Slot(HIDDEN_VECTORS))
        self.gradient(fc1, layout.d_hidden, layout.mlp_normed, layout.f, layout.d)
        self.product(layout.d_normed, layout.d_hidden, layout.fc1, layout.f, layout.d)
        self.rmsnorm_backward(layout.dx, layout.d_normed, layout.mlp_normed, layout.mlp_factors,
                              True)

    def attention_backward(self):
        asm, layout, sizes = self.asm, self.layout, self.layout.sizes
        wqkv, wo = (m._replace(slot=LAYER_GRADIENTS) for m in (layout.wqkv, layout.wo))
        self.gradient(wo, layout.dx, layout.joined, layout.d, layout.q)
        self.product(layout.d_joined, layout.dx, layout.wo, layout.d, layout.q)
        self.point(HEAD, TRACE, layout.qkv.offset)
        self.point(WEIGHTS, TRACE, layout.weights_offset)
        self.point(D_HEAD, WORK, 0)
        queries, keys, values = (at_head(layout.qkv, HEAD, part, layout.q) for part in range(3))
        d_queries, d_keys, d_values = (
            Matrix(D_HEAD, layout.d_qkv.offset + part * layout.q * FLOAT, layout.d_qkv.stride)
            for part in range(3))
        d_head = Matrix(D_HEAD, layout.d_joined.offset, layout.d_joined.stride)
        weights = Matrix(WEIGHTS, 0, layout.n * FLOAT)
        rows, scores = Slot(ALL_ROWS), layout.d_scores
        with each(asm, HEADS_LEFT, sizes.heads, self.next_head()):
            kernels.transposed_product(asm, scores, d_head, values, Slot(PAIRS), Slot(GROUPS),
                                       layout.h)
            kernels.softmax_backward(asm, scores, weights, rows, Slot(GROUPS),
                                     self.index(sizes.head_dim ** -0.5))
            kernels.product(asm, d_queries, scores, keys, Slot(FOURS), rows, layout.h)
            kernels.product(asm, d_keys, scores._replace(stride=FLOAT), queries, Slot(FOURS), rows,
                            layout.h, scores.stride)
            kernels.product(asm, d_values, weights._replace(stride=FLOAT), d_head, Slot(FOURS),
                            rows, layout.h, weights.stride)
        self.gradient(wqkv, layout.d_qkv, layout.normed, 3 * layout.q, layout.d)
        self.product(layout.d_normed, layout.d_qkv, layout.wqkv, 3 * layout.q, layout.d)
        self.rmsnorm_backward(layout.dx, layout.d_normed, layout.normed, layout.factors, True)

    def gradient(self, C, dY, X, rows, columns):
        """C += dY^T X: the gradient of a matrix from that of its output, and its input."""
        kernels.product(self.asm, C, dY._replace(stride=FLOAT), X, rows // 4, Slot(ROWS), columns,
                        dY.stride, accumulate=True)

    def product(self, C, A, B, inner, columns):
        kernels.product(self.asm, C, A, B, Slot(FOURS), inner, columns)

    def rmsnorm_backward(self, dX, dY, Y, factors, add):
        kernels.rmsnorm_backward(self.asm, dX, dY, Y, factors, Slot(ALL_ROWS),
                                 self.layout.d // self.asm.lanes,
                                 self.index(1 / self.layout.sizes.width), add)


class Accumulator:
    """Takes one document at a time and adds up gradients: tokens, trace of the forward pass, sums.
    """

    def __init__(self, engine, gradients):
        layout = engine.layout
        self.engine, self.gradients, self.n = engine, gradients, None
        self.work, self.scratch = Buffer(layout.work_bytes), Buffer((4 * layout.n + 8) * FLOAT)
        self.indices = (ctypes.c_int64 * (2 * layout.n))()
        self.arguments = (ctypes.c_int64 * ARGUMENTS)(*engine.arguments)
        self.pointer = ctypes.addressof(self.arguments)
        arguments, scratch = self.arguments, self.scratch.address
        arguments[WORK], arguments[GRADIENTS] = self.work.address, gradients.address
        arguments[TOKENS] = ctypes.addressof(self.indices)
        arguments[TARGETS] = arguments[TOKENS] + layout.n * FLOAT
        arguments[TARGET_PROBS], arguments[ROW_WEIGHTS] = scratch, scratch + layout.n * FLOAT
        arguments[SCRATCH] = scratch + 2 * layout.n * FLOAT

    def set_tokens(self, tokens, n):
        """The first n tokens of a document, and the n that follow each of them, if there are."""
        layout, indices = self.engine.layout, self.indices
        targets = tokens[1:n + 1]
        indices[:n] = [token * layout.wte.stride for token in tokens[:n]]
        indices[layout.n:layout.n + len(targets)] = [token * FLOAT for token in targets]
        if n != self.n:
            self.set_length(n)

    def set_length(self, n):
        """What depends on the number of tokens only."""
        layout, lanes, arguments = self.engine.layout, self.engine.vector, self.arguments
        rows = padded(n)
        for start in (0, layout.n):
            self.indices[start + n:start + rows] = [0] * (rows - n)
        weights = array.array("d", [1 / n] * n + [0.0] * (rows - n))
        self.scratch.numbers[layout.n:layout.n + rows] = weights
        for slot, count in ((ROWS, n), (ALL_ROWS, rows), (FOURS, rows // 4),
                            (PAIRS, rows // self.engine.nt_rows), (GROUPS, rows // lanes),
                            (HIDDEN_VECTORS, rows * layout.f // lanes),
                            (WIDTH_VECTORS, rows * layout.d // lanes)):
            arguments[slot] = count
        self.n = n

    def run(self, program, tokens, n):
        """A program at once; or `learn` layer by layer, so that no call takes long."""
        self.set_tokens(tokens, n)
        layers = self.engine.sizes.layers
        if program == "learn" and self.engine.in_parts:
            self.arguments[LAYERS] = 1
            for part, times in (("embed", 1), ("layers", layers), ("turn", 1),
                                ("layers_back", layers), ("embed_back", 1)):
                for _ in range(times):
                    self.engine.program(part)(self.pointer)
        else:
            self.arguments[LAYERS] = layers
            self.engine.program(program)(self.pointer)

    def learn(self, tokens):
        """Add the gradients of a document's mean loss -> the probabilities of its targets."""
        n = min(self.engine.sizes.context, len(tokens) - 1)
        self.run("learn", tokens, n)
        return self.scratch.numbers[:n]

    def score(self, tokens):
        """The probabilities of a document's targets."""
        n = min(self.engine.sizes.context, len(tokens) - 1)
        self.run("score", tokens, n)
        return self.scratch.numbers[:n]

    def logits(self, tokens):
        """Logits of what follows at most `context` tokens: [float]."""
        self.run("predict", tokens, len(tokens))
        layout = self.engine.layout
        start = layout.logits.offset // FLOAT + (len(tokens) - 1) * layout.v
        return self.work.numbers[start:start + self.engine.sizes.vocabulary].tolist()


class Engine:
    """Parameters and Adam's sums of a model, its programs, and accumulators to run them in."""

    def __init__(self, sizes, assembler, max_bytes):
        """TooLarge where more than max_bytes would be needed in one piece."""
        self.sizes, self.layout = sizes, Layout(sizes)
        layout = self.layout
        if max(layout.parameter_bytes, layout.work_bytes) >= max_bytes:
            raise TooLarge
        self.programs, self.functions = Programs(assembler, layout), {}
        self.lock = threading.Lock()
        self.in_parts = layout.parameter_bytes // FLOAT * sizes.context > LONG_CALL
        probe = assembler()
        self.vector, self.nt_rows = probe.lanes, probe.nt_rows
        self.parameters, self.means, self.squares = (Buffer(layout.parameter_bytes)
                                                     for _ in range(3))
        self.place_tables()
        self.accumulators = [Accumulator(self, Buffer(layout.parameter_bytes))]

    def place_tables(self):
        """Constants and masks, and the arguments that all accumulators share."""
        layout, self.arguments = self.layout, [0] * ARGUMENTS
        constants = self.programs.constants
        causal = [0.0 if j <= i else MASKED for i in range(layout.n) for j in range(layout.n)]
        vocabulary = [0.0 if k < self.sizes.vocabulary else MASKED for k in range(layout.v)]
        self.tables = Buffer((len(constants) + len(causal) + layout.v + 8) * FLOAT)
        end = 0
        for slot, values in ((ADAM, [0.0] * 8), (CAUSAL, causal), (VOCABULARY_MASK, vocabulary),
                             (CONSTANTS, constants)):
            self.tables.numbers[end:end + len(values)] = array.array("d", values)
            self.arguments[slot] = self.tables.address + end * FLOAT
            end += len(values)
        for slot, buffer in ((PARAMETERS, self.parameters), (MEANS, self.means),
                             (SQUARES, self.squares)):
            self.arguments[slot] = buffer.address

    def program(self, name):
        """A program as a function of the arguments' address, made when it is first used."""
        with self.lock:                    # several threads ask for it
            if name not in self.functions:
                self.functions[name] = Code(self.programs.make(name)).function
            return self.functions[name]

    def first_accumulators(self, count):
        """The first `count` accumulators, made where they are missing."""
        while len(self.accumulators) < count:
            self.accumulators.append(Accumulator(self, Buffer(self.layout.parameter_bytes)))
        return self.accumulators[:count]

    def gather(self, count):
        """Add the gradients of the first `count` accumulators to the first's, in their order."""
        for accumulator in self.accumulators[1:count]:
            accumulator.arguments[TOTAL] = self.accumulators[0].gradients.address
            self.program("gather")(accumulator.pointer)

    def step(self, beta1, beta2, rate, epsilon, scale):
        """Adam, on `scale` times the first accumulator's gradients, which become 0."""
        self.tables.numbers[:5] = array.array("d", (beta1, beta2, rate, epsilon, scale))
        self.program("adam")(self.accumulators[0].pointer)

    def write(self, buffer, numbers):
        """Fill a Buffer from an iterable of numbers in a file's order."""
        numbers = iter(numbers)
        for offset, count in self.layout.rows_of():
            row = array.array("d", itertools.islice(numbers, count))
            buffer.numbers[offset // FLOAT:offset // FLOAT + count] = row

    def read(self, buffer, chunk):
        """The numbers of a Buffer in a file's order: arrays of about `chunk` numbers."""
        numbers = array.array("d")
        for offset, count in self.layout.rows_of():
            numbers.frombytes(buffer.numbers[offset // FLOAT:offset // FLOAT + count].tobytes())
            if len(numbers) >= chunk:
                yield numbers
                numbers = array.array("d")
        yield numbers
