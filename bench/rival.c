/* The training loop in plain C, written for this comparison: gcc -O3 -march=native rival.c -lm
 *
 * rival FILE: its int64s are V, steps, then for each step the number of tokens and the tokens; then
 * float64, all parameters: wte, wpe, lm_head, wq, wk, wv, wo, fc1, fc2. Prints the seconds of the
 * steps and the last loss.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { D = 16, H = 4, HD = 4, N = 16, F = 64, MAXV = 1024 };

static int V;
static double *w, *g, *m, *v;
static double x0[N][D], f0[N], a[N][D], f1[N], q[N][D], k[N][D], va[N][D], p[H][N][N], o[N][D],
    x1[N][D], b[N][D], f2[N], h[N][F], x2[N][D], y[N][MAXV];

static void linear(double *out, const double *in, const double *mat, int rows, int columns) {
    for (int i = 0; i < rows; i++) {
        double sum = 0;
        for (int j = 0; j < columns; j++) sum += mat[i * columns + j] * in[j];
        out[i] = sum;
    }
}

/* Adds to the gradients of a matrix and of its input. */
static void linear_back(double *dmat, double *din, const double *dout, const double *in,
                        const double *mat, int rows, int columns) {
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            dmat[i * columns + j] += dout[i] * in[j];
            din[j] += dout[i] * mat[i * columns + j];
        }
}

static double norm(double *out, const double *in) {
    double sum = 0;
    for (int j = 0; j < D; j++) sum += in[j] * in[j];
    double f = 1 / sqrt(sum / D + 1e-5);
    for (int j = 0; j < D; j++) out[j] = in[j] * f;
    return f;
}

static void norm_back(double *din, const double *dout, const double *out, double f) {
    double mean = 0;
    for (int j = 0; j < D; j++) mean += dout[j] * out[j] / D;
    for (int j = 0; j < D; j++) din[j] += f * (dout[j] - out[j] * mean);
}

static void softmax(double *row, int count) {
    double max = row[0], sum = 0;
    for (int j = 1; j < count; j++) if (row[j] > max) max = row[j];
    for (int j = 0; j < count; j++) sum += row[j] = exp(row[j] - max);
    for (int j = 0; j < count; j++) row[j] /= sum;
}

static double step(const int64_t *token, int count) {
    int n = count - 1 < N ? count - 1 : N;
    double *wte = w, *wpe = wte + V * D, *head = wpe + N * D, *wq = head + V * D, *wk = wq + D * D,
           *wv = wk + D * D, *wo = wv + D * D, *fc1 = wo + D * D, *fc2 = fc1 + F * D;
    ptrdiff_t to_g = g - w;
    double loss = 0;
    for (int t = 0; t < n; t++) {
        double sum[D];
        for (int j = 0; j < D; j++) sum[j] = wte[token[t] * D + j] + wpe[t * D + j];
        f0[t] = norm(x0[t], sum);
        f1[t] = norm(a[t], x0[t]);
        linear(q[t], a[t], wq, D, D);
        linear(k[t], a[t], wk, D, D);
        linear(va[t], a[t], wv, D, D);
        memset(o[t], 0, sizeof o[t]);
        for (int c = 0; c < H; c++) {
            for (int s = 0; s <= t; s++) {
                double dot = 0;
                for (int j = c * HD; j < c * HD + HD; j++) dot += q[t][j] * k[s][j];
                p[c][t][s] = dot / 2;
            }
            softmax(p[c][t], t + 1);
            for (int s = 0; s <= t; s++)
                for (int j = c * HD; j < c * HD + HD; j++) o[t][j] += p[c][t][s] * va[s][j];
        }
        linear(x1[t], o[t], wo, D, D);
        for (int j = 0; j < D; j++) x1[t][j] += x0[t][j];
        f2[t] = norm(b[t], x1[t]);
        linear(h[t], b[t], fc1, F, D);
        for (int j = 0; j < F; j++) if (h[t][j] < 0) h[t][j] = 0;
        linear(x2[t], h[t], fc2, D, F);
        for (int j = 0; j < D; j++) x2[t][j] += x1[t][j];
        linear(y[t], x2[t], head, V, D);
        softmax(y[t], V);
        loss -= log(y[t][token[t + 1]]) / n;
    }
    static double dk[N][D], dv[N][D];
    memset(dk, 0, sizeof dk);
    memset(dv, 0, sizeof dv);
    for (int t = n - 1; t >= 0; t--) {
        double dx2[D] = {0}, dh[F] = {0}, db[D] = {0}, dx1[D], d_o[D] = {0}, dx0[D], da[D] = {0},
               dq[D] = {0}, de[D] = {0};
        y[t][token[t + 1]] -= 1;
        for (int j = 0; j < V; j++) y[t][j] /= n;
        linear_back(head + to_g, dx2, y[t], x2[t], head, V, D);
        linear_back(fc2 + to_g, dh, dx2, h[t], fc2, D, F);
        for (int j = 0; j < F; j++) if (h[t][j] <= 0) dh[j] = 0;
        linear_back(fc1 + to_g, db, dh, b[t], fc1, F, D);
        memcpy(dx1, dx2, sizeof dx1);
        norm_back(dx1, db, b[t], f2[t]);
        linear_back(wo + to_g, d_o, dx1, o[t], wo, D, D);
        for (int c = 0; c < H; c++) {
            double dp[N], mean = 0;
            for (int s = 0; s <= t; s++) {
                dp[s] = 0;
                for (int j = c * HD; j < c * HD + HD; j++) {
                    dp[s] += d_o[j] * va[s][j];
                    dv[s][j] += p[c][t][s] * d_o[j];
                }
                mean += dp[s] * p[c][t][s];
            }
            for (int s = 0; s <= t; s++) {
                double ds = p[c][t][s] * (dp[s] - mean) / 2;
                for (int j = c * HD; j < c * HD + HD; j++) {
                    dq[j] += ds * k[s][j];
                    dk[s][j] += ds * q[t][j];
                }
            }
        }
        /* All later positions have been done: dk[t] and dv[t] are complete. */
        linear_back(wq + to_g, da, dq, a[t], wq, D, D);
        linear_back(wk + to_g, da, dk[t], a[t], wk, D, D);
        linear_back(wv + to_g, da, dv[t], a[t], wv, D, D);
        memcpy(dx0, dx1, sizeof dx0);
        norm_back(dx0, da, a[t], f1[t]);
        norm_back(de, dx0, x0[t], f0[t]);
        for (int j = 0; j < D; j++) {
            g[token[t] * D + j] += de[j];
            (wpe + to_g)[t * D + j] += de[j];
        }
    }
    return loss;
}

int main(int count, char **names) {
    FILE *file = count == 2 ? fopen(names[1], "rb") : 0;
    int64_t head[2];
    if (!file || fread(head, 8, 2, file) != 2) return 1;
    V = head[0];
    int steps = head[1], size = 2 * V * D + N * D + 4 * D * D + 2 * D * F;
    int64_t (*token)[N + 2] = malloc(steps * sizeof *token), *length = malloc(8 * steps);
    for (int s = 0; s < steps; s++)
        if (fread(length + s, 8, 1, file) != 1
            || fread(token[s], 8, length[s], file) != (size_t) length[s]) return 1;
    double *all = calloc(4 * size, 8);
    w = all, g = all + size, m = g + size, v = m + size;
    if (fread(w, 8, size, file) != (size_t) size) return 1;
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    double loss = 0;
    for (int s = 0; s < steps; s++) {
        loss = step(token[s], length[s]);
        double rate = .01 * (1 - (double) s / steps) / (1 - pow(.85, s + 1));
        double root = 1 / (1 - pow(.99, s + 1));
        for (int i = 0; i < size; i++) {
            m[i] = .85 * m[i] + .15 * g[i];
            v[i] = .99 * v[i] + .01 * g[i] * g[i];
            w[i] -= rate * m[i] / (sqrt(v[i] * root) + 1e-8);
            g[i] = 0;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.6f %.6f\n", end.tv_sec - start.tv_sec + 1e-9 * (end.tv_nsec - start.tv_nsec), loss);
    return 0;
}
