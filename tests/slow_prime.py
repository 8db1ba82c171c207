"""The whole proof, by our checker and by PARI/GP; and what others say of the number."""
import shutil
import subprocess
import unittest

from common import command, judge, need, path, read

import find_prime
import prove_prime


class Proof(unittest.TestCase):
    """Each step of prime/certificate.primo."""

    def test_ours(self):
        done = command(path("prove_prime.py"), timeout=1200)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn(b"proved prime: 6493 bits, 1955 digits", done.stdout)

    def test_pari(self):
        """PARI's own checker takes the certificate, put into PARI's form: [N, t, s, a, [x, y]] for each step."""
        need(shutil.which("gp"), "gp (PARI/GP)")
        steps = []
        for N, f in prove_prime.chain(*prove_prime.parse(read("prime", "certificate.primo").decode()))[0]:
            A, B = f.get("A"), f.get("B")
            if "J" in f:
                A, B = 3 * f["J"] * (1728 - f["J"]), 2 * f["J"] * (1728 - f["J"]) ** 2
            L = (f["T"] ** 3 + A * f["T"] + B) % N
            steps.append("[%d,%d,%d,%d,[%d,%d]]" % (N, f["W"], f["S"], A * L * L % N, f["T"] * L % N, L * L % N))
        program = "default(parisizemax,4*10^9);\nc=[" + ",\\\n".join(steps) + "];\nprint(primecertisvalid(c));" \
            "c[3][4]+=1;print(primecertisvalid(c));print(ispseudoprime(c[1][1]))\n"
        out = subprocess.run(["gp", "-q", "-f"], input=program.encode(), stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, timeout=1200).stdout
        self.assertEqual(out.split(), [b"1", b"0", b"1"])

    def test_gmpy2(self):
        """gmpy2 takes the number for a prime, and for the next one after the padded gzip file."""
        python = judge("gmpy2")
        start = int.from_bytes(find_prime.container(read("femtogpt.py")) + bytes(4), "big")
        program = "import gmpy2;p=gmpy2.next_prime(%d);print(gmpy2.is_prime(p,50),p)" % start
        out = subprocess.run([python, "-c", program], stdout=subprocess.PIPE, timeout=600).stdout.split()
        self.assertEqual((out[0], int(out[1])), (b"True", find_prime.number_in(path("verify_prime.py"))))


if __name__ == "__main__":
    unittest.main()
