"""The whole proof, by our checker and by PARI/GP; and what others say of the number."""
import shutil
import subprocess
import unittest

from test_certificates import curve

from common import primality
from golf.compressor import deflate
from prime import certificates
from prime.container import gzip_container
from support import judge, need, path, read, run_python

PARI = """default(parisizemax,4*10^9);
c=[{steps}];
p=read("{own}");
print(primecertisvalid(c));print(primecertisvalid(p));
print([[s[1],s[2],s[3]]|s<-c]==[[s[1],s[2],s[3]]|s<-p]);
c[3][4]+=1;print(primecertisvalid(c));print(ispseudoprime(c[1][1]))
"""
GMPY2 = """import gmpy2
p = {start}
while not gmpy2.is_prime(p):
    p += {step}
print(gmpy2.is_prime(p, 50), p)
"""


class Proof(unittest.TestCase):
    """Each step of prime/certificate.primo."""

    def test_our_checker_proves_the_prime(self):
        done = run_python(path("prime", "prove_prime.py"), timeout=1200)
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in done.stderr.splitlines():                # a line now and then, as it takes long
            self.assertRegex(line, rb"^prove_prime.py: \d+ of \d+ steps, \d+ s$")
        number = primality.read_number(path("verify_prime.py"))
        digits = len(primality.decimal(number))
        self.assertIn(f"proved prime: {number.bit_length()} bits, {digits} digits".encode(),
                      done.stdout)

    def test_pari_takes_the_certificate(self):
        """In PARI's form: [N, t, s, a, [x, y]] for each step; not with one number changed.

        The one that PARI wrote itself is valid, too, and of the same steps.
        """
        need(shutil.which("gp"), "gp (PARI/GP)")
        text, steps = read("prime", "certificate.primo").decode(), []
        for N, fields in certificates.link(*certificates.parse(text))[0]:
            a, x, y = curve(N, fields)
            steps.append(f"[{N},{fields['W']},{fields['S']},{a},[{x},{y}]]")
        program = PARI.format(steps=",\\\n".join(steps), own=path("prime", "certificate.gp"))
        done = subprocess.run(["gp", "-q", "-f"], input=program.encode(), stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=1200)
        self.assertEqual(done.stdout.split(), [b"1", b"1", b"1", b"0", b"1"])

    def test_the_verifier_says_that_it_passes(self):
        done = run_python(path("verify_prime.py"), "--check")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertRegex(done.stdout.decode(), r"SHA-256 agrees\n\d+ bits, .*: passed\n")

    def test_gmpy2_finds_the_same_prime(self):
        """The first of the dates, tried one after the other."""
        python = judge("gmpy2")
        start = int.from_bytes(gzip_container(read("golf", "payload.py"), deflate, 1), "little")
        number = primality.read_number(path("verify_prime.py"))
        done = subprocess.run([python, "-c", GMPY2.format(start=start, step=1 << 32)],
                              stdout=subprocess.PIPE, timeout=600)
        verdict, prime = done.stdout.split()
        self.assertEqual((verdict, int(prime)), (b"True", number))


if __name__ == "__main__":
    unittest.main()
