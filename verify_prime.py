#!/usr/bin/env python3
"""This prime number is a script. Its bytes are a gzip file with a little behind the end, which gzip does not read.

    python3 verify_prime.py                    print the script
    python3 verify_prime.py --check            is it whole, and does the number pass for a prime?
"""
import hashlib
import sys
import zlib

P = int("""
1f8b08000000000002ff4d145776852cf3dd55f05701b1a66b5809e181e8e82547d16349fade3fe676eb4cefb4f33890d9b8c6ffec308df3
ca833dad1eccba3b93168086de16ac7a950a483bcec412ebc83881a3a175d3b626ebe71a32db5228a54d9675b613654c07cb6e6bdb1ee82b
0b1ab97863ded00f0fc3e46db4ce53ff58b0933d38da309edf574d24c35004a3542a1799d67c57f51eeeccb62c341349f6c84486b7be04c1
8b48659adfdcdc673a9866eb56da866e1b4833d64b497e7ad83b7a71ef636d5ec962bfe1486d908a929399cd7092edd95fe8a385967c5227
408e6292f5384c3d7cb212a4e2df764206d39593135db6813a0c00d4212acfc2b8804539c44f6facb2aaccb4542e99c1f43e7897d8c17429
723dc6418b6a86759b1db10a5390bd195e1b43d07956aa4faaac16fe8786f7f64ffc1288710dc95387f4db94ba28bf87f88e719edc31cdce
3572ba5a4e564138c127340b62f5d0b554301fa5b82b151fcc443f0566cb1df6120507149c8deb80e622cf8a9c9501e9a4d2d5b7cc2b2387
e73ccbf26a93caf791bfaae17f87f2c7b9e6465756f6dc04042dd58732a1f9b3bd07263656aed2ae30d35ec537d94351eaa857bba84088ed
2b8eac26b1ae019f038e4da9058ad47b5095f9bd66ac02b9d0893a261cbf61551749105e7ba64e2cd4273fe16750e6ffc5a357070fe4052a
dfeaabf27e7a0369c1d839f34e8b9189c308f08e696522f4867c7355997b7153302d1c868123420f6ecf01dd5e7cd0ecf930188c238b31d1
08ef97793f95c1b66e097caee01acaebdd686b58682394c581e3c56515e190329c0b43b76863aad6cc772695389b15a85ccb384f11092eaa
d67790bc8b4eb4380f20ad47afe7b844bd4876bce50ecdb8337a3044ba54d6d5ea295db4f2e4e9a96a6517258f77bcc5d1d7f23dce933b88
3dce294e473cb094e6314a7004e98aa85744743fbbb8397e16320c2920879d566db818dc42f233c4de4c56167f2509a3d359b231e1255698
3cbfbcfd23294121f24bfa7159fc668f1dfd66fb4aa77599dcb67f5ef5c5bdb8388e89752dcce06a20d4c187203bd3f75b6d9d59a121ce0c
b030e2e5424e9f9e9e9e07ecbb66ff00719e3c4f3c05000000000289
""".replace("\n", ""), 16)
script = zlib.decompressobj(31).decompress(P.to_bytes(-(-P.bit_length() // 8), "big"))


def strong(base, d=P - 1):
    """Miller and Rabin's test: a composite number passes it for at most a quarter of the bases."""
    while d % 2 == 0:
        d //= 2
    x = pow(base, d, P)
    return x == 1 or any(pow(x, 1 << i, P) == P - 1 for i in range((P - 1).bit_length() - d.bit_length() + 1))


def main():
    """Print the script, or with --check what can be said of it."""
    if sys.argv[1:] and sys.argv[1:] != ["--check"]:
        asked = sys.argv[1] in ("-h", "--help")
        print(__doc__, file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    if not sys.argv[1:]:
        sys.stdout.buffer.write(script)
        return sys.stdout.flush()
    whole = hashlib.sha256(script).hexdigest() == "e399694645b8840b6ca9f7c62c3533c3470c20f2fb5d08434c8ff6fa90d50eef"
    print("%d bytes, SHA-256 %s" % (len(script), "agrees" if whole else "DOES NOT AGREE"))
    prime = all(map(strong, (2, 3, 5, 7, 11, 13)))
    found = "passed" if prime else "COMPOSITE"
    print("%d bits, strong tests to bases 2, 3, 5, 7, 11, 13: %s" % (P.bit_length(), found))
    return int(not (whole and prime))


try:
    sys.exit(main())
except (AttributeError, OSError) as error:       # standard output is closed, or full
    sys.exit("verify_prime.py: standard output: %s" % error)
except KeyboardInterrupt:
    sys.exit(130)
