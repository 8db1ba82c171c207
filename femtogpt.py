from random import*
from cmath import*
seed(42)
c=[i.strip()for i in open('input.txt')if i.strip()];shuffle(c);t=sorted(set(''.join(c)))
a=len(t)*16;t+='',;r=[[gauss(0,.08),0,0,0]for i in range(a*2+3360)];print('num docs: %d\nvocab size: %d\nnum params: %d'%(len(c),len(t),len(r)))
e=[[1,0]]*a
def d(s,e=e,f=lambda s:s):e=[*zip(s,e)];s=f(sum(s[0]*e[0]for s,e in e)+1e-9j);n[:0]=[s.real,0,s.imag/1e-9,0,*e],;return n[0]
p=lambda s,e=e,f=lambda s:1/s:[d([i],[d(s,e,f)])for i in s];f=lambda s:p(s,s,lambda s:1/(s/16+1e-5)**.5)
for i in range(1,1021):
 n=[];z=[];v=x=i<1001;l=['',*c[i%len(c)-1]*x]
 for o,e in zip(range(1,17),l):s=f([d(z)for z in zip(r[t.index(e)*16:],r[a+o*16:][:16])]);u=iter(r[-3072:]+r[a+272:]);e=f(s);e=[d(e,u)for i in s*3];z+=e,;e=[d(p([d(z[i&28:],e[i&12:][:4],lambda s:exp(s/2))for z in z]),[z[i+16]for z in z])for i in range(16,32)];s=[d([i,d(e,u)])for i in s];e=f(s);e=[d(e,u,lambda s:s*(0<s.real))for i in s*4];s=[d([i,d(e,u)])for i in s];e=p([d(s,u,exp)for i in t]);l+=''if x else choices(t,[i[0]*i[0]for i in e])[0];s=e[t.index((l*2)[o])];s[1]=-1/s[0];v/=s[0]
 for z in n+r*x:
  b,n,u,m,*e=z
  for s,e in e:s[1]+=n*u*e[0];e[1]+=n*u*s[0]
  n/=o;u=.85*u+n;m=n*n+m*.99;z[:]=b-1.5e-5*u*(1001-i)/(1-.85**i)/((m/(1-.99**i))**.5+1e-7),0,u,m
 print('step %4d / 1000 | loss %.4f'%(i,log(v).real/o)+'\n\n--- inference (new, hallucinated names) ---'*(999<i)if x else'sample %2d: '%(i-1000)+''.join(l))