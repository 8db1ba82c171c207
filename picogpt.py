from random import*
from cmath import*
seed(42)
D=[s for l in open('input.txt')if(s:=l.strip())]
shuffle(D)
C=sorted({*''.join(D)})
V=16*len(C)
C+='',
P=[[gauss(0,.08),0,0,0]for _ in range(V*2+3360)]
print(f'num docs: {len(D)}\nvocab size: {len(C)}\nnum params: {len(P)}')
I=[[1,0]]*V
def dot(a,b=I,f=lambda z:z):
 h=[*zip(a,b)]
 z=f(sum(a[0]*b[0]for a,b in h)+1e-9j)
 T[:0]=[z.real,0,z.imag*1e9,0,*h],;return T[0]
add=lambda*x:[dot(u)for u in zip(*x)]
lin=lambda x,n,*f:[dot(x,w,*f)for _ in n]
div=lambda x,y=I,f=lambda z:1/z:[dot([u],[dot(x,y,f)])for u in x]
rms=lambda x:div(x,x,lambda z:4/(z+16e-5)**.5)
for s in range(1,1021):
 L=t=s<1001
 d=['',*D[s%len(D)-1]*t]
 T=[];K=[]
 for n,c in zip(range(1,17),d):
  w=iter(P[-3072:]+P[V+272:])
  x=rms(add(P[16*C.index(c):][:16],P[V+16*n:]))
  q=lin(rms(x),x*3)
  K+=q,
  A=lambda i:div([dot(q[i:i+4],k[i+16:],lambda z:exp(z/2))for k in K])
  x=add(x,lin([dot(A(i&12),[k[i+32]for k in K])for i in range(16)],x))
  x=add(x,lin(lin(rms(x),x*4,lambda z:z*(z.real>0)),x))
  y=div(lin(x,C,exp))
  if 1>t:d+=choices(C,[p[0]**2 for p in y])[0]
  p=y[C.index((d*2)[n])];p[1]=-1/p[0];L/=p[0]
 for q in T+P*t:
  x,g,m,v,*h=q
  for a,b in h:a[1]+=m*g*b[0];b[1]+=m*g*a[0]
  g/=n;m=.85*m+g;v=.99*v+g*g
  q[:]=x-(1001-s)*1.5e-5*m/(1-.85**s)/((v/(1-.99**s))**.5+1e-7),0,m,v
 print(f'step {s:4} / 1000 | loss {log(L).real/n:.4f}'
+'\n\n--- inference (new, hallucinated names) ---'*(s>999)if t
else f'sample {s-1000:2}: '+''.join(d))