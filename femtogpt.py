from random import*
from math import*
seed(42)
b=[s for l in open('input.txt')if(s:=l.strip())]
shuffle(b)
C=*sorted({*''.join(b)}),''
k=16
h=len(C)
I=[[1,0]]*32*(h+104)
P=[[gauss(0,.08),0,0,0]for i in I]
print(f'num docs: {len(b)}\nvocab size: {h}\nnum params: {len(P)}')
def F(w,x=I,f='z',*r):
 for w in w:v=*zip(x,w),;z=sum(a[0]*b[0]for a,b in v)+1e-9j;z=eval(f);r+=[z.real,0,z.imag*1e9,0,*v],
 T[:0]=r;return r
N=lambda x,*y:F(zip(x),F([*y,x],x,y and'1/z'or'4/(z+16e-5)**.5'))
for s in range(1,1021):
 a=1001-s;T=P*(a>0);K=[];d=' ';L=n=0;i=h-1
 while d[n:k]:q=F([w:=iter(P[-3072:]+P[k*(h+k):])]*48,N(x:=N(F(zip(P[k*i:],P[k*(h+n):][:k])))));K+=q,;c=*zip(*K),;y=N(F([w]*h,F(zip(x:=F(zip(x,F([w]*k,sum([F(c[j:j+4],N(F(zip(*c[j-16:j-12]),q[j-32:],'e**(z/2)'),I))for j in b' $(,'],())))),F([w]*k,F([w]*64,N(x),'z*(z.real>0)')))),'e**z'),I);i=C.index(*choices(C,[p[0]**2 for p in y],k=a<1)or[b[s%len(b)-1][n:n+1]]);n+=1;d+=C[i];y[i][1]=r=1/y[i][0];L+=log(r)
 for q in T:
  x,g,m,v,*c=q
  for i,j in c:i[1]+=m*g*j[0];j[1]+=m*g*i[0]
  g/=n;m=.85*m+g;v=.99*v+g*g;q[:]=x+15e-6*a*m/(1-.85**s)/((v/(1-.99**s))**.5+1e-7),0,m,v
 print([f'sample {1-a:2}:'+d,f'step {s:4} / 1000 | loss {L/n:.4f}'+'\n\n--- inference (new, hallucinated names) ---'*(a<2)][a>0])