from random import*
from math import*
seed(42)
D=[d for l in open('input.txt')if(d:=l.strip())]
shuffle(D)
C=*sorted({*''.join(D)}),''
V=len(C)
I=[[1,0]]*32*(V+104)
P=[[gauss(0,.08),0,0,0,0]for _ in I]
print(f'num docs: {len(D)}\nvocab size: {V}\nnum params: {len(P)}')

def dot(M,x=I,f='z'):
 y=[]
 for r in M:
  E=*zip(x,r),
  z=sum(a[0]*b[0]for a,b in E)+1e-9j
  z=eval(f)
  y+=[z.real,0,z.imag*1e9,0,0,*E],
 T[:0]=y
 return y

rms=lambda x:dot(zip(x),dot([x],x,'4/(z+16e-5)**.5'))
soft=lambda x:dot(zip(x),dot([x],I,'1/z'))
for s in range(1,1021):
 R=1001-s;T=P*(R>0);K=[];d=' ';L=n=0;t=V-1
 while d[n:16]:
  w=[iter(P[-3072:]+P[16*V+256:])]
  x=rms(dot(zip(P[16*t:],P[16*(V+n):][:16])))
  K=dot(w*48,rms(x)),*K
  A=[dot(zip(*K),soft(dot([k[i-i%4+16:]for k in K],K[0][i-i%4:][:4],'e**(z/2)')))[i+32]
for i in range(16)]
  x=dot(zip(x,dot(w*16,A)))
  H=dot(w*64,rms(x),'z*(z.real>0)')
  x=dot(zip(x,dot(w*16,H)))
  p=soft(dot(w*V,x,'e**z'))
  t=C.index(*choices(C,[q[0]**2 for q in p],k=R<1)or[D[s%len(D)-1][n:n+1]])
  p[t][1]=c=1/p[t][0]
  L+=log(c)
  n+=1;d+=C[t]
 for q in T:
  u,g,h,m,v,*E=q
  for a,b in E:a[1]+=h*g*b[0];b[1]+=h*g*a[0]
  g/=n;m=.85*m+g;v=.99*v+g*g
  q[:]=u+R*15e-6*m/(1-.85**s)/((v/(1-.99**s))**.5+1e-7),0,0,m,v
 print([f'sample {1-R:2}:'+d,f'step {s:4} / 1000 | loss {L/n:.4f}'
+'\n\n--- inference (new, hallucinated names) ---'*(R<2)][R>0])