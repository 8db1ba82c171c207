"""Training that takes its time."""
import os
import re
import time

import test_training

import fastgpt


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


class Learning(test_training.TrainingCase):
    def test_a_model_goes_on_with_the_other_kernels(self):
        """Half a run by each kind ends where a whole one does, but for rounding."""
        orders = {"n": ("native", "native"), "p": ("python", "python"), "np": ("native", "python"),
                  "pn": ("python", "native")}
        for name, kinds in orders.items():
            for steps, kernels in zip(("15", "30"), kinds):
                self.train("--steps", steps, "--batch", "3", "--kernels", kernels,
                           model=name + ".gpt")
        numbers = {name: fastgpt.flatten(fastgpt.Checkpoint.load(
            os.path.join(self.folder, name + ".gpt"), "python").model.matrices) for name in orders}
        for name in ("p", "np", "pn"):
            self.assertLess(max(abs(a - b) for a, b in zip(numbers["n"], numbers[name])), 1e-9)
