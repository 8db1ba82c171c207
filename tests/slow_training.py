"""Training that takes its time."""
import re
import time

import test_training


class FirstLine(test_training.TrainingCase):
    def first_line(self, *arguments):
        return self.train(*arguments).stdout.decode().split("\n")[0]

    def test_it_is_as_long_as_training_takes(self):
        """Within a factor, of a run that lasts long enough."""
        begun = time.perf_counter()
        line = self.first_line("--steps", "160", "--width", "32", "--kernels", "python")
        seconds = time.perf_counter() - begun
        estimate = float(re.search(r"about ([\d.]+) s to go", line)[1])
        self.assertTrue(seconds / 5 < estimate < 5 * seconds, (estimate, seconds))
