from random import*
from math import*
seed(42)
shuffle(k:=[r.strip()for r in open('input.txt')if r.strip()])
s=16
l=len(u:=sorted(set(''.join(k)))+[''])
o=[[0,1]]*32*(l+104)
h=[[0,gauss(0,.08),0,0]for r in o];print('num docs:',len(k));print('vocab size:',l);print('num params:',len(o))
def m(r,a=o,k='i'):f[:0]=h=[[0,i.real,0,i.imag/1e-9,*p]for r in r if[p:=[*zip(a,r)],i:=sum(r[1]*p[1]for r,p in p)+1e-9j,i:=eval(k)]];return h
g=lambda a:m(zip(a),m([a],k='1/i'))
d=lambda a:m(zip(a),m([a],a,'4/(16e-5+i)**.5'))
for t in range(1,1021):
 w=a=0;c=[];i=1001-t;f=h*(0<i);n=l-1;b=' '
 while b[a:s]:r=iter(h[-3072:]+h[s*(l+s):]);n=d(m(zip(h[s*(l+a):][:s],h[s*n:])));p=m([r]*3*s,d(n));c=p,*c;n=m(zip(n,m([r]*s,[m(zip(*c),g(m([r[t&28:][:4]for r in c],p[t&12:],'(e**i)**.5')))[t]for t in range(-s,0)])));p=g(m([r]*l,m(zip(n,m([r]*s,m([r]*4*s,d(n),'i*(0<i.real)')))),'e**i'));n=u.index(*choices(u,[p[1]*p[1]for p in p],k=i<1)or[k[t%len(k)-1][a:a+1]]);p=p[n];w-=log(p[1]);p[0]=1/p[1];a+=1;b+=u[n]
 for x in f:
  f,z,n,c,*r=x
  for r,p in r:p[0]+=c*f*r[1];r[0]+=c*f*p[1]
  f/=a;c=f+.85*c;n=f*f+.99*n;x[:]=0,z+i*15e-6*c/(1-.85**t)/((n/(1-.99**t))**.5+1e-7),n,c
 print(['sample %2d:'%(1-i)+b,'step %4d / 1000 | loss %.4f'%(t,w/a)+'\n\n--- inference (new, hallucinated names) ---'*(i<2)][0<i])