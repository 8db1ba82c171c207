"""Machine code for fastgpt.py, written by Python: nothing to install, no compiler.

x86_64.py and aarch64.py are two small assemblers with one vocabulary; kernels.py has the kernels,
written once against it; engine.py lays a model out in memory and strings them together; memory.py
makes code executable; training.py is what fastgpt.py uses.
"""
