"""fastgpt.py: gradients and kernels that are right."""
import array
import random
import unittest

import fastgpt
import microgpt
import support  # noqa: F401  (puts the project on the path)

GROUPS = (("wte",), ("wpe",), ("lm_head",),
          ("layer0.attn_wq", "layer0.attn_wk", "layer0.attn_wv"), ("layer0.attn_wo",),
          ("layer0.mlp_fc1",), ("layer0.mlp_fc2",))


class Gradients(unittest.TestCase):
    """Every parameter's gradient against central differences, and against microgpt.py's."""

    def slope(self, shape, matrices, tokens, row, j):
        """The central difference of the loss by row[j]."""
        middle, losses = row[j], []
        for row[j] in (middle + 1e-5, middle - 1e-5):
            losses.append(fastgpt.loss_and_gradients(shape, matrices, tokens, False)[0])
        row[j] = middle
        return (losses[0] - losses[1]) / 2e-5

    def test_gradients_agree_with_central_differences(self):
        rng = random.Random(3)
        for layers, width, heads, context in ((1, 16, 4, 16), (2, 8, 2, 5), (3, 6, 3, 4),
                                              (1, 5, 1, 7)):
            shape = fastgpt.Shape(6, layers, width, heads, context)
            numbers = array.array("d", (rng.gauss(0, 0.5) for _ in range(shape.size())))
            matrices = fastgpt.Model(shape, numbers).matrices
            tokens = [5] + [rng.randrange(5) for _ in range(context + 2)] + [5]
            _, gradients = fastgpt.loss_and_gradients(shape, matrices, tokens)
            for matrix, slopes in zip(matrices, gradients):
                self.assertEqual([len(row) for row in matrix], [len(row) for row in slopes])
                for row, slope in zip(matrix, slopes):
                    for j in filter(lambda _: rng.random() < 200 / shape.size(), range(len(row))):
                        expected = self.slope(shape, matrices, tokens, row, j)
                        self.assertAlmostEqual(slope[j], expected,
                                               delta=1e-5 * (1e-3 + abs(expected)))

    def test_gradients_agree_with_microgpt(self):
        random.seed(9)
        parameters = microgpt.make_parameters(7)
        rows = [[row for name in group for row in parameters[name]] for group in GROUPS]
        for tokens in ([6, 1, 2, 6], [6, 6], [6] + [3, 0, 5] * 7 + [6]):
            loss = microgpt.loss_and_gradients(parameters, tokens)
            matrices = [[[p.data for p in row] for row in matrix] for matrix in rows]
            ours, gradients = fastgpt.loss_and_gradients(fastgpt.Shape(7), matrices, tokens)
            self.assertAlmostEqual(loss, ours, delta=1e-12)
            for matrix, slopes in zip(rows, gradients):
                for p, slope in zip(sum(matrix, []), (v for row in slopes for v in row)):
                    self.assertAlmostEqual(p.grad, slope, delta=1e-12)
                    p.grad = 0.0

    def test_a_cache_continues_where_it_ended(self):
        """Logits of tokens one by one, and in two parts, are those of all at once."""
        rng, shape = random.Random(5), fastgpt.Shape(6, 2, 8, 2, 9)
        model, tokens = fastgpt.init_model(shape, rng), [5, 1, 2, 3, 4, 0, 1, 2]
        whole = fastgpt.forward(shape, model.matrices, tokens)[0]
        for sizes in ([1] * 8, [3, 5]):
            cache, logits = fastgpt.empty_cache(shape), []
            for size in sizes:
                part = tokens[len(logits):len(logits) + size]
                logits += fastgpt.forward(shape, model.matrices, part, cache)[0]
            for a, b in zip(sum(logits, []), sum(whole, [])):
                self.assertAlmostEqual(a, b, delta=1e-12)


class Kernels(unittest.TestCase):
    """Products and Adam, also beyond the widest kernel, against the plain formulas."""

    WIDTHS = (1, 63, 64, 65, 256, 257, 600)

    def assert_close(self, rows, expected):
        for row, other in zip(rows, expected):
            self.assertEqual(len(row), len(other))
            for value, right in zip(row, other):
                self.assertAlmostEqual(value, right, delta=1e-11)

    def random_rows(self, rng, rows, width):
        return [[rng.gauss(0, 1) for _ in range(width)] for _ in range(rows)]

    def test_products_are_products(self):
        rng = random.Random(4)
        for width in self.WIDTHS:
            A, B = self.random_rows(rng, 3, width), self.random_rows(rng, 4, width)
            self.assert_close(fastgpt.matmul_transposed(A, B),
                              [[sum(x * y for x, y in zip(a, b)) for b in B] for a in A])
            C = [[rng.choice([0.0, rng.gauss(0, 1)]) for _ in B] for _ in range(5)] + [[0.0] * 4]
            self.assert_close(fastgpt.matmul(C, B),
                              [[sum(c * b[j] for c, b in zip(row, B)) for j in range(width)]
                               for row in C])

    def test_adam_is_adam(self):
        rng = random.Random(14)
        for width in self.WIDTHS:
            W, M, G = [self.random_rows(rng, 3, width) for _ in range(3)]
            V = [[v * v for v in row] for row in M]
            expected = [[w - 0.1 * (0.85 * m + g) / ((0.99 * v + g * g) ** 0.5 + 1e-7)
                         for w, m, v, g in zip(*rows)] for rows in zip(W, M, V, G)]
            sums = [[0.85 * m + g for m, g in zip(*rows)] for rows in zip(M, G)]
            new_W, new_M, _ = fastgpt.adam([row[:] for row in W], [row[:] for row in M], V, G,
                                           0.1, 1e-7)
            self.assert_close(new_W, expected)
            self.assert_close(new_M, sums)

    def test_softmax_and_rmsnorm_of_known_rows(self):
        self.assert_close([fastgpt.softmax([0.0, 0.0]), fastgpt.softmax([1e4, 0.0], 0.5)],
                          [[0.5, 0.5], [1.0, 0.0]])
        normed, factors = fastgpt.rmsnorm([[3.0, 4.0]])
        factor = (12.5 + 1e-5) ** -0.5
        self.assert_close([normed[0], factors], [[3 * factor, 4 * factor], [factor]])


if __name__ == "__main__":
    unittest.main()
