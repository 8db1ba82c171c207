from random import*
from math import*
seed(42)
docs=[s for l in open('input.txt')if(s:=l.strip())]
shuffle(docs)
C=*sorted({*''.join(docs)}),''
V=len(C)
I=[[1,0]]*32*(V+104)
P=[[gauss(0,.08),0,0,0]for _ in I]
print(f'num docs: {len(docs)}\nvocab size: {V}\nnum params: {len(P)}')

def dot(W,x=I,f='z',*y):
 for w in W:
  h=*zip(x,w),
  z=sum(a[0]*b[0]for a,b in h)+1e-9j
  z=eval(f)
  y+=[z.real,0,z.imag*1e9,0,*h],
 T[:0]=y
 return y

mul=lambda x,s:dot(zip(x),s)
rms=lambda x:mul(x,dot([x],x,'4/(z+16e-5)**.5'))
soft=lambda x:mul(x,dot([x],I,'1/z'))
for s in range(1,1021):
 train=s<1001
 T=P*train
 K=[];d=' ';L=n=0;t=V-1
 while d[n:16]:
  w=iter(P[-3072:]+P[16*V+256:])
  x=rms(dot(zip(P[16*t:],P[16*(V+n):][:16])))
  q=dot([w]*48,rms(x))
  K+=q,
  A=[soft(dot([k[i+16:]for k in K],q[i:i+4],'e**(z/2)'))for i in(0,4,8,12)]
  h=[dot([[k[i+32]for k in K]],A[i//4])[0]for i in range(16)]
  x=dot(zip(x,dot([w]*16,h)))
  h=dot([w]*64,rms(x),'z*(z.real>0)')
  x=dot(zip(x,dot([w]*16,h)))
  p=soft(dot([w]*V,x,'e**z'))
  t=C.index(*choices(C,[q[0]**2 for q in p],k=1-train)or[docs[s%len(docs)-1][n:n+1]])
  p[t][1]=r=1/p[t][0]
  L+=log(r)
  n+=1;d+=C[t]
 for q in T:
  x,g,m,v,*h=q
  for a,b in h:a[1]+=m*g*b[0];b[1]+=m*g*a[0]
  g/=n;m=.85*m+g;v=.99*v+g*g
  q[:]=x+(1001-s)*15e-6*m/(1-.85**s)/((v/(1-.99**s))**.5+1e-7),0,m,v
 print(f'step {s:4} / 1000 | loss {L/n:.4f}'
+'\n\n--- inference (new, hallucinated names) ---'*(s>999)
if train else f'sample {s-1000:2}:'+d)