from random import*
from cmath import*
seed(42)
docs=[l.strip()for l in open('input.txt')if l.strip()]
shuffle(docs)
C=sorted({*''.join(docs)})+['']
V=16*len(C)
P=[[gauss(0,.08),0,0,0]for _ in range(V*2+3328)]
print(f'num docs: {len(docs)}\nvocab size: {len(C)}\nnum params: {len(P)}')
one=[[1,0]]*V
def dot(a,b=one,f=lambda z:z):
 ab=[*zip(a,b)]
 z=f(sum(a[0]*b[0]for a,b in ab)+1e-9j)
 tape[:0]=[[z.real,0,z.imag*1e9,0,*ab]]
 return tape[0]
div=lambda x,y=one,f=lambda z:1/z:[dot([a],[dot(x,y,f)])for a in x]
norm=lambda x:div(x,x,lambda z:4/(z+16e-5)**.5)
for s in range(1,1021):
 L=t=s<1001
 d=['',*docs[s%len(docs)-1]*t]
 tape=[]
 K=[]
 for n,c in zip(range(1,17),d):
  x=norm([dot(e)for e in zip(P[16*C.index(c):][:16],P[V+16*n-16:])])
  w=iter(P[-3072:]+P[V+256:])
  h=norm(x)
  q=[dot(h,w)for _ in x*3]
  K+=[q]
  att=lambda i:div([dot(q[i:i+4],k[i+16:],lambda z:exp(z/2))for k in K])
  h=[dot(att(i&12),[k[i+32]for k in K])for i in range(16)]
  x=[dot([dot(h,w),r])for r in x]
  h=norm(x)
  h=[dot(h,w,lambda z:z*(z.real>0))for _ in x*4]
  x=[dot([dot(h,w),r])for r in x]
  y=div([dot(x,w,exp)for _ in C])
  if 1>t:d+=choices(C,[p[0]**2 for p in y])[0]
  p=y[C.index((d*2)[n])]
  p[1]=-1/p[0]
  L/=p[0]
 for q in tape+P*t:
  x,g,m,v,*ab=q
  for a,b in ab:a[1]+=m*g*b[0];b[1]+=m*g*a[0]
  g/=n
  m=.85*m+g
  v=.99*v+g*g
  q[:]=x-(1001-s)*1.5e-5*m/(1-.85**s)/((v/(1-.99**s))**.5+1e-7),0,m,v
 if t:print(f'step {s:4} / 1000 | loss {log(L).real/n:.4f}')
 if s==1000:print('\n--- inference (new, hallucinated names) ---')
 if 1>t:print(f'sample {s-1000:2}:',''.join(d))
