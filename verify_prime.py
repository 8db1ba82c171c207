#!/usr/bin/env python3
"""This prime number is a script: its bytes are a gzip file and a few more, which gzip ignores.

    python3 verify_prime.py                    print the script
    python3 verify_prime.py --check            is it whole, and does the number pass for a prime?
"""
import hashlib
import sys
import zlib

P = int("""
1f8b08000000000002ff4d145776852cf3dd55f05701b1a66b5809e181e8e82547d16349fade3fe676eb4cefb4f33890d9b8
c6ffec308df3ca833dad1eccba3b93168086de16ac7a950a483bcec412ebc83881a3a175d3b626ebe71a32db5228a54d9675
b613654c07cb6e6bdb1ee82b0b1ab97863ded00f0fc3e46db4ce53ff58b0933d38da309edf574d24c35004a3542a1799d67c
57f51eeeccb62c341349f6c84486b7be04c18b48659adfdcdc673a9866eb56da866e1b4833d64b497e7ad83b7a71ef636d5e
c962bfe1486d908a929399cd7092edd95fe8a385967c5227408e6292f5384c3d7cb212a4e2df764206d39593135db6813a0c
00d4212acfc2b8804539c44f6facb2aaccb4542e99c1f43e7897d8c17429723dc6418b6a86759b1db10a5390bd195e1b43d0
7956aa4faaac16fe8786f7f64ffc1288710dc95387f4db94ba28bf87f88e719edc31cdce3572ba5a4e564138c127340b62f5
d0b554301fa5b82b151fcc443f0566cb1df6120507149c8deb80e622cf8a9c9501e9a4d2d5b7cc2b2387e73ccbf26a93caf7
91bfaae17f87f2c7b9e6465756f6dc04042dd58732a1f9b3bd07263656aed2ae30d35ec537d94351eaa857bba84088ed2b8e
ac26b1ae019f038e4da9058ad47b5095f9bd66ac02b9d0893a261cbf61551749105e7ba64e2cd4273fe16750e6ffc5a35707
0fe4052adfeaabf27e7a0369c1d839f34e8b9189c308f08e696522f4867c7355997b7153302d1c868123420f6ecf01dd5e7c
d0ecf930188c238b31d108ef97793f95c1b66e097caee01acaebdd686b58682394c581e3c56515e190329c0b43b76863aad6
cc772695389b15a85ccb384f11092eaad67790bc8b4eb4380f20ad47afe7b844bd4876bce50ecdb8337a3044ba54d6d5ea29
5db4f2e4e9a96a6517258f77bcc5d1d7f23dce933b883dce294e473cb094e6314a7004e98aa85744743fbbb8397e16320c29
20879d566db818dc42f233c4de4c56167f2509a3d359b231e12556983cbfbcfd23294121f24bfa7159fc668f1dfd66fb4aa7
7599dcb67f5ef5c5bdb8388e89752dcce06a20d4c187203bd3f75b6d9d59a121ce0cb030e2e5424e9f9e9e9e07ecbb66ff00
719e3c4f3c05000000000289
""".replace("\n", ""), 16)
SHA256 = "e399694645b8840b6ca9f7c62c3533c3470c20f2fb5d08434c8ff6fa90d50eef"
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
