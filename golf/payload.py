from math import*
from random import*
f=[m.strip()for m in open('input.txt')if m.strip()]
seed(42)
shuffle(f)
s=*sorted(set(''.join(f))),'';h=16;l=len(s);o=[[1,0]]*2*h*(l+104);t=[[gauss(0,.08),0,0,0]for n in o]
print('num docs:',len(f))
print('vocab size:',l)
print('num params:',len(t))
def j(n,a=o,s='m',*i):
 for n in n:n=*zip(a,n),;m=sum(b[0]*n[0]for n,b in n)+1e-9j;m=eval(s);i+=[m.real,0,m.imag/1e-9,0,*n],
 r[:0]=i;return i
k=lambda a:j(zip(a),j([a],o,'1/m'))
p=lambda a:j(zip(a),j([a],a,'4/(16e-5+m)**.5'))
for m in range(1,1021):
 u=1001-m;r=t*(0<u);a=l-1;v=' ';d=[];z=i=0
 while v[i:h]:c=iter(t[-64*48:]+t[h*(l+h):]);a=p(j(zip(t[h*(l+i):][:h],t[h*a:])));n=j([c]*48,p(a));d=n,*d;a=j(zip(a,j([c]*h,[j([[n[a+2*h]for n in d]],k(j([n[a-a%4+h:]for n in d],n[a-a%4:][:4],'(e**m)**.5')))[0]for a in range(h)])));n=k(j([c]*l,j(zip(a,j([c]*h,j([c]*4*h,p(a),'m*(0<m.real)')))),'e**m'));a=s.index(*choices(s,[n[0]*n[0]for n in n],k=1000<m)or[f[m%len(f)-1][i:i+1]]);i+=1;v+=s[a];z-=log(n[a][0]);n[a][1]=10/n[a][0]
 for a in r:
  g,c,d,r,*n=a
  for n,b in n:b[1]+=c*d*n[0];n[1]+=c*d*b[0]
  c/=i;r=c*c+.99*r;d=c+.85*d;a[:]=g+u*d*15e-6/(1-.85**m)/((r/(1-.99**m))**.5+1e-6),0,d,r
 print(['sample %2d:'%(1-u)+v,'step %4d / 1000 | loss %.4f'%(m,z/i)+(u<2)*'\n\n--- inference (new, hallucinated names) ---'][0<u])