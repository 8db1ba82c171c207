import random as R
R.seed(42)
R.shuffle(b:=[K for l in open('input.txt')if(K:=l.strip())])
Z=zip
l=len
C=*sorted({*''.join(b)}),''
k=16
h=l(C)
I=[[1,0]]*32*(h+104)
P=[[R.gauss(0,.08),0,0,0]for i in I]
print(f'num docs: {l(b)}\nvocab size: {h}\nnum params: {l(P)}')
def F(w,x=I,f='z'):T[:0]=r=[[z.real,0,z.imag*1e9,0,*v]for w in w if[v:=[*Z(x,w)],z:=sum(a[0]*b[0]for a,b in v)+1e-9j,z:=eval(f)]];return r
N=lambda x,*y:F(Z(x),F([x],*y or(x,'4/(z+16e-5)**.5')))
for s in range(1,1021):
 a=1001-s;T=P*(a>0);d=' ';L=n=0;i=h-1
 while d[n:k]:w=[iter(P[-3072:]+P[k*(h+k):])];K=F(w*48,N(x:=N(F(Z(P[k*i:],P[k*(h+n):][:k]))))),*K[:n];x=F(Z(x,F(w*k,[F(Z(*K),N(F(K,[[0,0]]*(j&28)+K[0][j&12:][:4],E:='R._e**(z/2+9)'),I,'1/z'))[j]for j in range(-k,0)])));i=C.index(*R.choices(C,[p**4 for p,*_ in N(F(w*h,F(Z(x,F(w*k,F(w*64,N(x),'z*(z.real>0)')))),E))],k=a<1)or[b[s%l(b)-1][n:n+1]]);n+=1;d+=C[i];T[i][1]=r=4/T[i][0];L+=2*R._log(r)
 for q in T:
  x,g,m,v,*c=q;M=.85*m+g/n;v=.99*v+g*g/n/n;q[:]=x+15e-6*a*M/(1-.85**s)/((v/(1-.99**s))**.5+2e-7),0,M,v
  for i,j in c:i[1]+=m*g*j[0];j[1]+=m*g*i[0]
 print([f'sample {1-a:2}:'+d,f'step {s:4} / 1000 | loss {L/n:.4f}'+'\n\n--- inference (new, hallucinated names) ---'*(a<2)][a>0])