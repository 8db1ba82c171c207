"""prove_prime.py: on a small certificate, which PARI/GP made, on ours, and on broken ones."""
import random
import unittest

from test_primality import CARMICHAEL, STRONG_BASE_2

from common import primality
from prime import certificates
from prime.certificates import CertificateError
from support import InFolder, path, read, share, some

PROVE = path("prime", "prove_prime.py")
SMALL = read("tests", "small.primo").decode()
# Composite N, or a W that no curve has, with a step that all other guards of check_step let pass.
ONLY_CAUGHT_BY = (
    ("N has the factor 2 or 3", 196, {"S": 1, "W": -3, "T": 131, "A": 75, "B": 59}),
    ("N has the factor 2 or 3", 147, {"S": 1, "W": -20, "T": 109, "A": 13, "B": 140}),
    ("W is outside Hasse's bound", 49, {"S": 1, "W": -25, "T": 41, "J": 30}),
    ("S does not divide N + 1 - W", 49, {"S": 4, "W": -11, "T": 4, "J": 2}),
    ("S does not divide N + 1 - W", 49, {"S": 0, "W": -11, "T": 4, "J": 2}),
    ("R is not above (N^(1/4) + 1)^2", 35, {"S": 14, "W": -6, "T": 4, "J": 12}),
    ("R is not above (N^(1/4) + 1)^2", 49, {"S": 15, "W": -10, "T": 37, "J": 32}),
    ("the curve is singular", 49, {"S": 1, "W": -11, "T": 4, "J": 2}),
    ("the curve is singular", 35, {"S": 3, "W": -9, "T": 19, "J": 3}),
    ("S.P is O", 65, {"S": 3, "W": -9, "T": 33, "J": 49}))


def curve(N, fields):
    """(a, x, y) of a step's curve and point."""
    A, B = fields.get("A"), fields.get("B")
    if "J" in fields:
        J = fields["J"]
        A, B = 3 * J * (1728 - J), 2 * J * (1728 - J) ** 2
    L = fields["T"] ** 3 + A * fields["T"] + B
    return A * L * L % N, fields["T"] * L % N, L * L % N


def holds_in_affine_coordinates(N, fields):
    """A step checked the slow way modulo the prime N: is S.P not O, and R.(S.P) O?"""
    a, *P = curve(N, fields)

    def add(Q, R):
        if not Q or not R:
            return Q or R
        if Q[0] == R[0] and (Q[1] + R[1]) % N == 0:
            return None
        run, rise = (R[0] - Q[0], R[1] - Q[1]) if Q != R else (2 * Q[1], 3 * Q[0] ** 2 + a)
        slope = rise * pow(run % N, N - 2, N)
        x = (slope * slope - Q[0] - R[0]) % N
        return x, (slope * (Q[0] - x) - Q[1]) % N

    def multiply(k, Q):
        total = None
        while k:
            total, Q, k = add(total, Q) if k & 1 else total, add(Q, Q), k >> 1
        return total

    SP = multiply(fields["S"], tuple(P))
    return SP is not None and multiply((N + 1 - fields["W"]) // fields["S"], SP) is None


def write_certificate(N, steps, count=None):
    """A certificate's text."""
    count = len(steps) if count is None else count
    text = f"[PRIMO - Primality Certificate]\nFormat=4\nTestCount={count}\n\n" \
           f"[Comments]\nmade = for a test\n\n[Candidate]\nN=0x{N:x}\n"
    for i, fields in enumerate(steps, 1):
        text += f"\n[{i}]\n"
        text += "".join(f"{k}={'-' * (v < 0)}0x{abs(v):x}\n" for k, v in fields.items())
    return text


class Guards(unittest.TestCase):
    """check_step: a case for each guard that only it catches."""

    def test_every_guard_rejects_what_only_it_catches(self):
        for words, N, fields in ONLY_CAUGHT_BY:
            self.assertEqual(certificates.check_step((N, fields)), words, (N, fields))

    def test_a_point_of_another_order_is_rejected(self):
        N, steps = certificates.parse(SMALL)
        for new in (steps[0]["T"] + 1, steps[0]["T"] - 1):
            reason = certificates.check_step((N, dict(steps[0], T=new)))
            self.assertEqual(reason, "R.(S.P) is not O")

    def test_the_steps_of_a_proof_are_accepted(self):
        for step in certificates.link(*certificates.parse(SMALL))[0]:
            self.assertIsNone(certificates.check_step(step))
            self.assertTrue(holds_in_affine_coordinates(*step))

    def test_no_composite_passes_any_small_step(self):
        """All W and many points modulo products of two primes."""
        for n in (341, 2047, 65281):
            for W in range(-20, 21):
                for T in range(1, 6):
                    fields = {"S": 1, "W": W, "J": 5, "T": T}
                    with self.assertRaises(CertificateError):
                        certificates.prove(write_certificate(n, [fields]))

    def test_every_field_changed_is_rejected_or_still_a_proof(self):
        """Each field of each step in many ways; what is accepted stands up to the slow check."""
        rng, accepted, tried = random.Random(3), 0, 0
        N, steps = certificates.parse(SMALL)
        for i, step in some(enumerate(steps)):
            for key, value in step.items():
                for new in {0, 1, -1, 2, value + 1, value - 1, -value, 2 * value, value ^ 4,
                            value // 2, N - 1, rng.randrange(N), rng.randrange(1 << 20)} - {value}:
                    tried += 1
                    changed = steps[:i] + [dict(step, **{key: new})] + steps[i + 1:]
                    accepted += self.is_accepted(write_certificate(N, changed))
        self.assertGreater(tried, share(200))
        self.assertLess(accepted, tried // 4)

    def is_accepted(self, text):
        try:
            certificates.prove(text)
        except CertificateError as error:
            self.assertNotIn("\n", str(error))
            return False
        for step in certificates.link(*certificates.parse(text))[0]:
            self.assertTrue(holds_in_affine_coordinates(*step), step)
        return True


class Proofs(unittest.TestCase):
    def test_a_small_proof_holds_with_any_jobs(self):
        N, steps = certificates.prove(SMALL)
        self.assertTrue(primality.baillie_psw(N))
        self.assertEqual(steps, 5)
        self.assertEqual(certificates.prove(SMALL, N, jobs=2), (N, 5))

    def test_a_proof_about_another_number_is_rejected(self):
        N, steps = certificates.parse(SMALL)
        with self.assertRaisesRegex(CertificateError, "another number"):
            certificates.prove(SMALL, N + 2)
        for n in (N + 2, N * 3, N * N, 9, 561, 3215031751):
            with self.assertRaises(CertificateError):
                certificates.prove(write_certificate(n, steps))

    def test_the_last_number_must_be_small_and_prime(self):
        N, steps = certificates.parse(SMALL)
        with self.assertRaisesRegex(CertificateError, "too large to be tested"):
            certificates.prove(write_certificate(N, steps[:1]))
        last, fields = certificates.link(N, steps)[0][-1]
        ends_in_9 = dict(fields, W=last + 1 - fields["S"] * 9)
        with self.assertRaisesRegex(CertificateError, "the last number, .* is composite"):
            certificates.prove(write_certificate(last, [ends_in_9]))

    def test_small_numbers_are_judged_without_doubt(self):
        self.assertTrue(all(map(certificates.certainly_prime, (2, 41, 43, 2 ** 61 - 1))))
        composites = STRONG_BASE_2 + CARMICHAEL + (0, 1, 3215031751, 43 * 43, 3825123056546413051)
        self.assertFalse(any(map(certificates.certainly_prime, composites)))

    def test_our_certificate_is_about_our_number_and_its_last_steps_hold(self):
        """The slow test checks all steps."""
        N, steps = certificates.parse(read("prime", "certificate.primo").decode())
        self.assertEqual(N, primality.read_number(path("verify_prime.py")))
        linked, last = certificates.link(N, steps)
        self.assertTrue(certificates.certainly_prime(last))
        for step in linked[-50:]:
            self.assertIsNone(certificates.check_step(step))

    def test_progress_is_reported_step_by_step(self):
        seen = []
        certificates.prove(SMALL, report=lambda *done: seen.append(done))
        self.assertEqual(seen, [(i, 5) for i in range(1, 6)])


class CommandLine(InFolder):
    def setUp(self):
        super().setUp()
        self.N, self.steps = certificates.parse(SMALL)
        self.put("number.txt", str(self.N))
        self.put("small.primo", SMALL)

    def test_a_proof_is_reported(self):
        for arguments in (("small.primo", "--number", "number.txt"), ("small.primo",)):
            done = self.assert_succeeds(PROVE, *arguments)
            self.assertIn(f"proved prime: {self.N.bit_length()} bits, 60 digits".encode(),
                          done.stdout)
        windows = self.put("windows.primo", SMALL.replace("\n", "\r\n"))
        self.assert_succeeds(PROVE, windows)

    def test_broken_certificates_are_refused_in_one_line(self):
        N, steps, lines, middle = self.N, self.steps, SMALL.split("\n"), SMALL.index("[3]")
        swapped = SMALL.replace("[2]", "[x]").replace("[3]", "[2]").replace("[x]", "[3]")
        for text, words in (
                (SMALL[:middle + 40], "TestCount does not agree"),
                (SMALL[:SMALL.rindex("T=")] + "\n", "must have S, W, T"), (swapped, "out of order"),
                (write_certificate(N, [dict(steps[0], S=0)] + steps[1:]),
                 "step 1: S does not divide"),
                (write_certificate(N, [dict(steps[0], T=1 << 100000)] + steps[1:]),
                 "step 1: a field is larger than N"),
                ("\n".join(lines[:14] + lines[13:14] + lines[14:]), "duplicate"),
                (write_certificate(N + 2, steps), "about another number"),
                (write_certificate(N, [dict(steps[0], T=steps[0]["T"] + 1)] + steps[1:]),
                 "step 1: R.(S.P) is not O"),
                ("[\x1b%s]\n" % ("x" * 9000) * 2, "duplicate section"),
                ("".join(f"[{i}]\n" for i in range(1, 60000)), "no certificate"),
                ("", "no certificate in Primo's format"),
                ("What is this?", "line 1: neither"),
                (SMALL.replace("T=0x", "T=0y"), "not a hexadecimal number")):
            self.put("bad.primo", text)
            self.assert_fails(1, words, PROVE, "bad.primo", "--number", "number.txt")
            message = self.run_here(PROVE, "bad.primo", "--number", "number.txt").stderr
            self.assertLess(len(message), 200)
            self.assertNotIn(b"\x1b", message)

    def test_check_compares_the_number_only(self):
        """A certificate that proves nothing, but is about the number, is not stale."""
        self.put("wrong.primo", SMALL.replace("S=0x34", "S=0x35"))
        for name in ("small.primo", "wrong.primo"):
            done = self.assert_succeeds(PROVE, name, "--check", "--number", "number.txt")
            self.assertEqual(done.stdout.decode(), f"{name}: up to date\n")
        self.put("other.txt", str(self.N + 2))
        done = self.run_here(PROVE, "small.primo", "--check", "--number", "other.txt")
        self.assertEqual((done.returncode, done.stdout.decode().strip()), (1,
                         "small.primo: does not match other.txt; run make certificate"))

    def test_bad_files_are_refused_in_one_line(self):
        for words, *arguments in (("No such file", "none.primo"), ("Is a directory", "."),
                                  ("small.primo: holds no number", "small.primo", "--number",
                                   "small.primo")):
            self.assert_fails(1, words, PROVE, *arguments)
        self.assert_fails(1, "about another number", PROVE, "small.primo", "--number",
                          path("verify_prime.py"))
        self.assert_fails(2, "name a file", PROVE, "small.primo", "--number", "-")
        self.assert_fails(2, "from 1 to 99", PROVE, "small.primo", "--jobs", "x")


if __name__ == "__main__":
    unittest.main()
