# What is made from what. Each line is a plain command that can be typed without make. Everything is
# made anew each time, in some two minutes: the times of files in a fresh clone say nothing of what is
# older.
PYTHON = python3

all: page docs

# golf/payload.py -> attogpt.py, zeptogpt.py, yoctogpt.py
packed:
	$(PYTHON) golf/pack.py

# golf/payload.py -> verify_prime.py, prime/primegpt.gz, prime/primegpt.txt
prime:
	$(PYTHON) find_prime.py

# attogpt.py -> punchcard/: the deck as JSON, H80, card image and drawing
deck: packed
	$(PYTHON) punchcard/encode_punchcard_base64.py

# picogpt.py -> qr/: the symbol as PNG and SVG
symbol:
	$(PYTHON) qr/encode_qr.py

# verify_prime.py -> song/: MIDI, score, sargam, the beginning as WAV. `--wav song.wav` renders all.
song: prime
	$(PYTHON) song/encode_song.py

# all scripts, input.txt and the deck -> pictures/: ladder, loss, map, step, deck, social
pictures: deck
	$(PYTHON) pictures/draw_pictures.py

# all of these -> index.html
page: pictures symbol song
	$(PYTHON) page/build_page.py

# scripts, prime and golf notes -> the generated parts of README.md and docs/
docs: packed prime
	$(PYTHON) docs/fill_docs.py

# golf/payload.template and .state -> golf/payload.py. Not part of `all`: after an edit by hand
# payload.py is ahead of its template, and `make check` says so.
payload:
	$(PYTHON) golf/spell.py

# The proof that the prime is one, by PARI/GP (Debian: pari-gp), in PARI's form and in Primo's: about
# ten minutes on two cores. Not part of `all`: the points on its curves are chosen at random, so
# that each run gives another proof, and prove_prime.py checks whichever is there.
certificate:
	rm -f prime/certificate.new prime/primo.new
	printf '%s\n' 'default(parisizemax, 6*10^9)' 'default(threadsizemax, 2*10^9)' \
	    'N = $(shell tr -d '\n' < prime/primegpt.txt);' \
	    'c = primecert(N); write("prime/certificate.new", c);' \
	    'write1("prime/primo.new", primecertexport(c, 1))' | gp -q -f
	mv prime/certificate.new prime/certificate.gp
	mv prime/primo.new prime/certificate.primo
	$(PYTHON) prime/prove_prime.py

# After a new search: payload.py, all that is made from it, and the proof.
everything:
	$(MAKE) payload
	$(MAKE) prime
	$(MAKE) certificate
	$(MAKE) all

# Does every committed file match its source, byte for byte? Names each that is stale.
CHECKS = golf/spell.py golf/pack.py find_prime.py prime/prove_prime.py \
    punchcard/encode_punchcard_base64.py qr/encode_qr.py song/encode_song.py \
    pictures/draw_pictures.py page/build_page.py docs/fill_docs.py

check:
	@status=0; for script in $(CHECKS); do $(PYTHON) $$script --check || status=1; done; exit $$status

test:
	$(PYTHON) test_parity.py

# All files of this clone -> release/: a ZIP, a tar and their SHA-256 sums.
release:
	$(PYTHON) page/build_release.py

.PHONY: all packed prime deck symbol song pictures page docs payload everything certificate check test release
