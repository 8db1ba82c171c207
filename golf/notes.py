#!/usr/bin/env python3
"""What each trick of femtogpt.py saves: undo it alone, in the template, and measure.

    notes.py

Prints the table of docs/golf-notes.md: bytes saved in the packed script and in the plain one, all
the other tricks in place and the letters as they are. (A new search of the letters would win back
a part.) Each undone script must still run.
"""
import argparse
import json
import os
import sys

from command import UserError, run
from search import PROOFS, Meter, prove
from template import Template

HERE = os.path.dirname(os.path.abspath(__file__))

# (the table's words, [(text of the template, the same done plainly)])
TRICKS = [
    ("read: strip once, by an assignment inside the comprehension",
     [("$r for $l in open('input.txt')if($r:=$l.strip())", "$l.strip()for $l in open('input.txt')if $l.strip()")]),
    ("BOS is the empty string, so a document is its own token list and a sample ends by growing no further",
     [("$d=['',*$D", "$d=['\\n',*$D"), ("$C+='',", "$C+='\\n',"),
      ("$t or $d.extend(*choices($C,[«$e[0]*$e[0]¦$e[0]**2 »for $e in $y]))",
       "$t or $d.extend({*choices($C,[«$e[0]*$e[0]¦$e[0]**2 »for $e in $y])}-{'\\n'})"),
      ("''.join($d)", "''.join($d[1:])")]),
    ("one list of shared constant nodes is a vector of ones of any length: sums are dot products with it",
     [("$I=[[1,0]]*$n", "$I=[[1,0]for $_ in range($n)]")]),
    ("the slope of any node from its value: evaluate at s + 1e-9i, take the imaginary part",
     [("$z=$g(sum($a[0]*$b[0]for $a,$b in $h)+1e-9j);", "$z,$v=$g(sum($a[0]*$b[0]for $a,$b in $h));"),
      ("$z.real,0,$z.imag«*1e9¦/1e-9»", "$z,0,$v«¦»"), ("«lambda $z:$z¦complex»", "lambda $z:($z,1)«¦»"),
      ("«1/$z if $y else 4/($z+16e-5)**.5¦$y and 1/$z or 4/($z+16e-5)**.5¦",
       "«¦(1/$z,-1/$z/$z)if $y else(4/($z+16e-5)**.5,-2/($z+16e-5)**1.5)¦"),
      ("lambda $z:exp($z/2)", "lambda $z:(exp($z/2).real,exp($z/2).real/2)"),
      (",$C,exp)", ",$C,lambda $z:(exp($z).real,)*2)"),
      ("«$z*(«0<$z.real¦$z.real>0»)¦(«0<$z.real¦$z.real>0»)*$z»", "«($z*(«0<$z¦$z>0»),$z>0)¦(«0<$z¦$z>0»)*$z,0<$z»"
       .replace("»)*$z,0<$z»", "»)*$z,$z>0)»").replace("¦(«", "¦((«"))]),
    ("the tape is built newest first: no reversing",
     [("$T[:0]=«[$z.real,0,$z.imag«*1e9¦/1e-9»,0,*$h],¦[[$z.real,0,$z.imag«*1e9¦/1e-9»,0,*$h]]»;return $T[0]",
       "$T.append(«[$z.real,0,$z.imag«*1e9¦/1e-9»,0,*$h]¦[$z.real,0,$z.imag«*1e9¦/1e-9»,0,*$h]»);return $T[-1]"),
      ("$T=$P*$t", "$T=$P[:0]"), (" for $q in $T«=T:+$P*$t¦»:", " for $q in $T[::-1]«=T:+$P*$t¦+$P*$t»:")]),
    ("the tape ends with the parameters: one loop goes back and then on into Adam",
     [("$T=$P*$t", "$T=[]"), (" for $q in $T«=T:+$P*$t¦»:", " for $q in $T«=T:+$P*$t¦+$P*$t»:")]),
    ("rmsnorm and softmax are one function: a vector times a function of a dot product",
     [("$N=lambda $x,$y=0:[$f([$e],[$f($x,$y or $x,lambda $z:«1/$z if $y else 4/($z+16e-5)**.5¦$y and 1/$z or "
       "4/($z+16e-5)**.5¦1/$z if $y else ($z/16+1e-5)**-.5¦1/($z if $y else($z/16+1e-5)**.5)»)])for $e in $x]",
       "$N=lambda $x,$y=0:[$f([$e],[$f($x,$I,lambda $z:«1/$z¦1/$z¦1/$z¦1/$z»)])for $e in $x]if $y else"
       "[$f([$e],[$f($x,$x,lambda $z:4/($z+16e-5)**.5)])for $e in $x]")]),
    ("... and it computes its factor anew for every element, which is shorter than keeping it",
     [("[$f([$e],[$f($x,$y or $x,", "[$f([$e],$o)for $o in[[$f($x,$y or $x,"),
      ("»)])for $e in $x]»«=G:¦", "»)]]for $e in $x]»«=G:¦")]),
    ("heads without a loop: element i belongs to the head that begins at i & 12",
     [("for $i in range(16,32)]", "for q in range(16,32,4)for $i in range(q,q+4)]"),
      ("$h[$i&12:][:4]", "$h[q-16:][:4]"), ("$k[$i&28:]", "$k[q:]")]),
    ("the target behind the last character is BOS: read the token list twice over",
     [("(«$d*2¦$d+$d»)[$p]", "[*$d,'']«¦»[$p]")]),
    ("the loss is one logarithm of a product at the end",
     [("$L=1", "$L=0"), ("$L/=$r[0]", "$L-=log($r[0]).real"), ("log($L).real/$p", "$L/$p")]),
    ("Adam keeps sums, not means: the constants meet in one factor",
     [("$m=«$m*.85+$o¦$o+$m*.85¦.85*$m+$o¦$o+.85*$m»", "$m+=«¦¦¦».15*($o-$m)"),
      ("$v=«$v*.99+$o*$o¦$o*$o+$v*.99¦.99*$v+$o*$o»", "$v+=«¦¦».01*($o*$o-$v)"),
      ("1.5e-5", "1e-5"), ("+1e-7)", "+1e-8)")]),
    ("temperature 0.5 is the square of the probabilities",
     [("«$e[0]*$e[0]¦$e[0]**2 »for $e in $y", "exp(«2*log($e[0])¦2*log($e[0])»).real for $e in $y")]),
    ("which line to print is an index", [("$L=1;", "$L=1;"), (")][$t]»)", ")][$t==1]»)")]),
]



def measure(template_text, spelling):
    """(bytes packed, bytes plain) of a spelling, which must run."""
    source = Template(template_text).spell(spelling)
    if prove(source, sys.executable, PROOFS[:1]) is None:
        raise UserError("a script without one of its tricks does not run:\n" + source)
    return Meter().quick_bits(source)[0] / 8, len(source)


def undo(text, changes):
    """The template with each (old, new) replaced. UserError where it has no such text."""
    for old, new in changes:
        if old not in text:
            raise UserError(f"the template has no {old}")
        text = text.replace(old, new)
    return text


def main():
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with open(os.path.join(HERE, "femtogpt.template"), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(HERE, "femtogpt.state"), encoding="utf-8") as file:
        best = json.load(file)["best"]
    template = Template(text)
    packed, plain = measure(text, best)
    rows = [(trick, undo(text, changes), best) for trick, changes in TRICKS]
    picks = [0 if kind == "G" else pick for (kind, _), pick in zip(template.marks, best["picks"])]
    rows += [("one function for weights times vector (they come from one iterator), one for sums",
              text, dict(best, picks=picks)),
             ("few letters for many variables, by search instead of one each", text,
              dict(best, names=template.plain()["names"]))]
    print("| trick | packed | plain |\n| --- | --- | --- |")
    for trick, changed, spelling in rows:
        more_packed, more_plain = measure(changed, spelling)
        print(f"| {trick} | {more_packed - packed:.0f} | {more_plain - plain} |")


if __name__ == "__main__":
    run(main)
