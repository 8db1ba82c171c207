# What is made from what. Each line is a plain command that can be typed without make.
PYTHON = python3
CHAIN = microgpt.py picogpt.py femtogpt.py attogpt.py zeptogpt.py

all: attogpt.py zeptogpt.py verify_prime.py punchcard/cards.svg qr/picogpt.svg song/primegpt.mid pictures/ladder.svg index.html

# Both packed scripts come from one run, and nothing but the standard library is needed.
attogpt.py zeptogpt.py: femtogpt.py pack.py deflate.py files.py
	$(PYTHON) pack.py

# The prime in three forms; about fifteen seconds on two cores.
verify_prime.py: femtogpt.py find_prime.py deflate.py files.py
	$(PYTHON) find_prime.py

# The deck, in four files.
punchcard/cards.svg: attogpt.py punchcard/encode_punchcard_base64.py punchcard/deck.py punchcard/cards.py punchcard/repair.py files.py
	$(PYTHON) punchcard/encode_punchcard_base64.py

# The symbol, in two pictures.
qr/picogpt.svg: picogpt.py qr/encode_qr.py qr/qrcode_tables.py qr/images.py files.py
	$(PYTHON) qr/encode_qr.py

# The raga: MIDI, score, sargam. `$(PYTHON) song/encode_song.py --wav song.wav` renders it.
song/primegpt.mid: verify_prime.py song/encode_song.py song/raga.py song/midi.py song/score.py files.py
	$(PYTHON) song/encode_song.py

# The README's pictures: ladder, loss, map, deck.
pictures/ladder.svg: $(CHAIN) fastgpt.py input.txt punchcard/cards.svg pictures/draw_pictures.py punchcard/cards.py files.py
	$(PYTHON) pictures/draw_pictures.py

# The page to play with, one file.
index.html: $(CHAIN) fastgpt.py input.txt punchcard/cards.svg qr/picogpt.svg verify_prime.py song/raga.py song/harmonium.py page/template.html page/build_page.py files.py
	$(PYTHON) page/build_page.py

# The proof that it is one, by PARI/GP (Debian: pari-gp): about ten minutes on two cores. Not part of `all`, because the
# points on its curves are chosen at random: each run gives another proof, and prove_prime.py checks whichever is there.
certificate:
	echo 'default(parisizemax, 6*10^9); default(threadsizemax, 2*10^9); N = $(shell $(PYTHON) -c "import find_prime; print(find_prime.number_in('verify_prime.py'))"); write1("prime/certificate.new", primecertexport(primecert(N), 1))' | gp -q -f
	mv prime/certificate.new prime/certificate.primo
	$(PYTHON) prove_prime.py

# Does every committed artifact match its source, byte for byte?
check:
	$(PYTHON) pack.py --check
	$(PYTHON) find_prime.py --check
	$(PYTHON) punchcard/encode_punchcard_base64.py --check
	$(PYTHON) qr/encode_qr.py --check
	$(PYTHON) song/encode_song.py --check
	$(PYTHON) pictures/draw_pictures.py --check
	$(PYTHON) page/build_page.py --check

test:
	$(PYTHON) test_parity.py

.PHONY: all certificate check test
