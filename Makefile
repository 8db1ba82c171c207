# What is made from what. Each line is a plain command that can be typed without make. Everything is made anew each time,
# in about a minute: the times of files in a fresh clone say nothing of what is older.
PYTHON = python3

all: page

# femtogpt.py -> attogpt.py, zeptogpt.py
packed:
	$(PYTHON) pack.py

# femtogpt.py -> verify_prime.py, prime/primegpt.hex, prime/primegpt.txt
prime:
	$(PYTHON) find_prime.py

# attogpt.py -> punchcard/: the deck as JSON, H80, card image and drawing
deck: packed
	$(PYTHON) punchcard/encode_punchcard_base64.py

# picogpt.py -> qr/: the symbol as PNG and SVG
symbol:
	$(PYTHON) qr/encode_qr.py

# verify_prime.py -> song/: MIDI, score, sargam. `$(PYTHON) song/encode_song.py --wav song.wav` renders it.
song: prime
	$(PYTHON) song/encode_song.py

# all scripts, input.txt and the deck -> pictures/: ladder, loss, map, deck
pictures: deck
	$(PYTHON) pictures/draw_pictures.py

# all of these -> index.html
page: pictures symbol song
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

.PHONY: all packed prime deck symbol song pictures page certificate check test
