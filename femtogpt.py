from random import*
from cmath import*
seed(42);b=[e for i in open('input.txt')if(e:=i.strip())]
shuffle(b)
d=sorted({*''.join(b)})
h=len(d)*16;d+='',
o=[[1,0]]*h;l=[[gauss(0,.08),0,0,0]for i in o*2+[0]*3360]
print(f'num docs: {len(b)}\nvocab size: {len(d)}\nnum params: {len(l)}')
def x(n,e=o,p=complex):e=[*zip(n,e)];n=p(sum(n[0]*e[0]for n,e in e)+1e-9j);i[:0]=[n.real,0,n.imag/1e-9,0,*e],;return i[0]
p=lambda n,e=0:[x([i],[x(n,e or n,lambda n:e and 1/n or 4/(n+16e-5)**.5)])for i in n];s=lambda e,n,*p:[x(e,t,*p)for i in n]
r=lambda*n:[*map(x,zip(*n))]
for m in range(1,1021):
 g=[];z=1;a=m<1001;u=['',*b[m%len(b)-1]*a];i=l*a
 for c,e in zip(range(1,17),u):t=iter(l[-3072:]+l[h+272:]);n=p(r(l[d.index(e)*16:],l[h+c*16:][:16]));e=s(p(n),n*3);g+=e,;n=r(n,s([x(p([x(m[a&28:],e[a&12:][:4],lambda n:exp(n/2))for m in g],o),[*zip(*g)][a+16])for a in range(16,32)],n));e=p(s(r(n,s(s(p(n),n*4,lambda n:(0<n.real)*n),n)),d,exp),o);a or u.extend(*choices(d,[i[0]**2 for i in e]));e=e[d.index((u+u)[c])];z/=e[0];e[1]=-1/e[0]
 for i in i:
  v,g,f,t,*e=i
  for n,e in e:e[1]+=g*f*n[0];n[1]+=g*f*e[0]
  g/=c;t=g*g+t*.99;f=g+.85*f;i[:]=v-1.5e-5*f*(1001-m)/(1-.85**m)/((t/(1-.99**m))**.5+1e-7),0,f,t
 print([f'sample {m-1000:2}: '+''.join(u),f'step {m:4} / 1000 | loss {log(z).real/c:.4f}'+'\n\n--- inference (new, hallucinated names) ---'*(999<m)][a])