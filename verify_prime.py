#!/usr/bin/env python3
"""This prime number is a script: its bytes are a gzip file and a few more, which gzip ignores.

    python3 verify_prime.py                    print the script
    python3 verify_prime.py --check            is it whole, and does the number pass for a prime?
"""
import hashlib
import sys
import zlib

P = int("""
1f8b08000000000002ff755357b29b3014fd6715faf1a8d23caf42b412451f32082307090fc52993c5e70a9774d7dbdb3974
d3e891374b8f9c3f8fd3c292cd3299d082e36193ca67f332b933a1dd3821f004349e6d20d885f3ba64cb970553d7a147944e
666b5bf2b4a7c9dcaf5d3758d28128d90c05c131db85609c9d4617c041a9c0b8ee65f9520f7280b233ad47a954290aadd99e
f58c0cbc2c9e68bd80f568d6792685c88a372a8af8d671a8b00da593f3e402140fab47edd8cc151683dd9adc3d97b1310734
bb6f36fae8af096733197f4f5920a5b51d3a91208c1cc52cb1c782395a25e8d1305441b26fb0b211818adacb79f5e4a00acd
82bacd250e5b20e5a54ddf4f10622f66882b3a1eef3a5933c0123e73de1cf318031a0b5a24685255a1a5ab27bbac13b44b3e
c9c1f8436b90a94e64eb4ac58928a3c52870997b1cb7fc6f8c11f82927e58b4d9fb9a78c65cf31fe0128807eb4a41465b12f
e38eab2c8ba24c7d3dc98591e2c34a6b2387b4ac2f12235cb752e9fa9b74b248d0e7de0d165d94ab7a5d35d22d76228b4a5f
9ed8d35ba5f9a236047b5ae958e34cae83ddcc0ecc0a1245d40d84505a070923371ad2455c8042b720580bc9b79dc4d5df0b
05820aca70a0c94f1eb45a8b4fd0267a52b37be27df5ab53dcccb1f193169858c61e17a137e0cccfa3f4f436d55613fa0ee2
cf396ef382b4a1827d3cd9155d1a8b8229360111969833175afb85b0a61f5d6367320b151ea479700b768818401d3a4eaa53
7e77a5725a6a38b5e3a5d61b8b00122e6765008f540ee39104905501ce4d283554c96fb604fddc0d404647d188564c820569
40fd95b1d50152b96c58bbcd5587877ad80aa1268fe4044bc3b3f77736014a20bd3d47a054a5e591af105c3edbf405789746
0ff3342764da544801753b3b2f21868a228e92a0eb13a9f06cfc1978b5dbb715de41c64af945e079b167b47b6a518ee271d0
77348cf38c76d95307515e7ccb1de564fdb0a70c7f0c1f439aa6b04e67271b1a8b48b09f05eacd30ac8d0b66b12d0ac6db99
2288c35a01cf35fd0152ccb551170500001b77
""".replace("\n", ""), 16)
SHA256 = "e6515f4b633d19bab06d4c1d1bfea215f2a0c729591a8f63b55dac709cafde03"
BASES = (2, 3, 5, 7, 11, 13)
script = zlib.decompressobj(31).decompress(P.to_bytes(-(-P.bit_length() // 8), "big"))


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
