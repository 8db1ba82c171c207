# What is made from what. Each line is a plain command that can be typed without make.
PYTHON = python3

all: attogpt.py zeptogpt.py

# Both packed scripts come from one run, and nothing but the standard library is needed.
attogpt.py zeptogpt.py: femtogpt.py pack.py deflate.py
	$(PYTHON) pack.py

# Does every committed artifact match its source, byte for byte?
check:
	$(PYTHON) pack.py --check

test:
	$(PYTHON) test_parity.py

.PHONY: all check test
