"""Whole logs: the referee finds every script valid on the canonical names, and hears their log."""
import json
import os

from support import CANONICAL, CHAIN, InFolder, canonical, path

# zeptogpt.py and yoctogpt.py hand exec the same text as attogpt.py: test_pack.py compares it.
DIFFERENT = [name for name in CHAIN[1:] if name not in ("zeptogpt.py", "yoctogpt.py")]


class WholeLogs(InFolder):
    def test_the_referee_finds_every_text_valid_on_the_canonical_names(self):
        """The reference's log there is the published one, byte for byte."""
        canonical("input.txt")
        names = os.path.join(CANONICAL, "input.txt")
        done = self.run_here(path("compare_runs.py"), *map(path, DIFFERENT), "--input", names,
                             "--jobs", str(os.cpu_count()), "--json", timeout=3000)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        result = json.loads(done.stdout.decode())
        self.assertEqual({row["name"] for row in result["entries"]}, set(DIFFERENT))
        for row in result["entries"]:
            self.assertEqual((row["valid"], row["reason"]), (True, None), row["name"])
            self.assertGreater(row["seconds"], 0)
        log = f"{result['results']}/logs/microgpt.py/input.txt/log.txt"
        self.assertEqual(self.get(log), canonical("expected.log"))
