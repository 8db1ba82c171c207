#!/usr/bin/env python3
"""This prime number is a script: its bytes, the lowest first, are a gzip file of it.

    python3 verify_prime.py                    print the script
    python3 verify_prime.py --check            is it whole, and does the number pass for a prime?
"""
import hashlib
import sys
import zlib

P = int("""
4fe431cb7514ff812ea1e0b1afbe90483c0830e5672303d57a46d3ada69ca3050bd464014e99565066d019659307983e14e2
4297d3cb021cbf21c0e7169827c12cb2aa0141ecb87056af3a148f4e35f021e06fba870293af393a1c7affb012518e0df86f
1ea7cf4c35234e264205c788f22caa815d26bb2a57549aa7be92b046f2bed311dddf1848186b9d5edf9a430743260b9235d1
a67f6368d88191d6523d136ceb7bfa71af658947686a77d0304ea10f3a35f9d1012b02db292942ca6569388aab052f180ea8
a13969b192fb446e56898884ad32365c12acdb5fb0fee27f2c5e15f7d46b1f97bfd6bfd7ca368729dd171ca435eaf4dae5bd
086184fb8a01be8e03afd973c750a4057e5f8eefb9ff44c8296ec62bf8968e6409c7f8bdcc7cf9f908a4428690abc06ba09d
0b6fe5e5a36fa8ffee411427a61d201df28e09dd0d6bbd417494ad8e901323da389e286d890b14589409b9c68e83cc032c17
d73da3d75111b873fb17723a446ea6f28bb3c8d1657b4cb1a271b2e470293d47503004191ed5594d86b71af795048d81dbe6
55965559ab45c63b6cac930bc049b8575955a2a852734aa39fd518fc8abf2426354abb2ad75502cbc292397ff898c342aad9
88a5c4674c43674666c812f63e724d89c98c06b37e55ad10b6214e59ea3918f168d38afa46ba64ed5e56412bca60b6e61baa
0b16a4915ebbc9c61b5f031e13cdfd64a3bb2a5454f2cf40e344e4ab73a20f6c14a6f033710d4189f42d92a591980357a4e3
0592dfce569560abfe1ae2aefd3811e4e979e57bf8d9d49d206b9d2fd066d9a1826d5abb4401bf14b49698b7979a4a8739b9
27833c64e25e55694d04d45c8212b4979c61770308729c6309e8368b8fe6104794eb60eb05cc35b5814d8993aeab35044b0f
c01eb10f57fb9f3759b504195596036816058b0f08af56f3b9b7186a7a149861b71b89c6b2e8f54a7107f1fa59b19c927ac5
d79e9787d34ac0ccbb070a4a2aa8a146e3f866d0ff87ccc03e8a24b62b416109386b331c419fd360a7bdc002a8476495375f
f0200001aa100088b1f
""".replace("\n", ""), 16)
SHA256 = "767ddf6a5a6f6e06d8ef92a1e6fc475d507b0fd4ddc3771276c2537a98acae3f"
BASES = (2, 3, 5, 7, 11, 13)
# The file's last bytes, the highest, are zeros that a number does not show: the length's.
reader = zlib.decompressobj(31)
try:
    script = reader.decompress(P.to_bytes(P.bit_length() // 8 + 4, "little"))
except zlib.error:
    script = b""
if not reader.eof:                               # where the CRC agrees
    sys.exit("verify_prime.py: the number does not unpack, it is damaged; take another copy")


def strong_probable_prime(base):
    """Miller and Rabin's test: a composite P passes it for at most a quarter of the bases."""
    d = P - 1
    s = (d & -d).bit_length() - 1
    x = pow(base, d >> s, P)
    return x == 1 or any(pow(x, 1 << i, P) == P - 1 for i in range(s))


def main():
    """Print the script, or with --check what can be said of it."""
    if sys.argv[1:] and sys.argv[1:] != ["--check"]:
        wants_help = sys.argv[1] in ("-h", "--help")
        print(__doc__, file=sys.stdout if wants_help else sys.stderr)
        return 0 if wants_help else 2
    if not sys.argv[1:]:
        sys.stdout.buffer.write(script)
        return sys.stdout.flush()
    whole = hashlib.sha256(script).hexdigest() == SHA256
    prime = all(map(strong_probable_prime, BASES))
    print(f"{len(script)} bytes, SHA-256 {'agrees' if whole else 'DOES NOT AGREE'}")
    print(f"{P.bit_length()} bits, strong tests to bases {', '.join(map(str, BASES))}: "
          f"{'passed' if prime else 'COMPOSITE'}")
    return 0 if whole and prime else 1


try:
    sys.exit(main())
except (AttributeError, OSError) as error:       # standard output is closed, or full
    sys.exit(f"verify_prime.py: standard output: {error}")
except KeyboardInterrupt:
    sys.exit(130)
