/*
** fuzz_token.c - the tokens of any bytes.
**
** Asserted: tokens follow each other without gap or overlap and never stand
** still before the end; the end is the text's length or its first zero byte;
** a name equals itself, and its copy is no longer than its span.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "token.h"

int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n);

/* What must hold: else the process is aborted, which is a finding of the
** fuzzer. */
static void demand(int bTrue) {
  if (!bTrue) {
    abort();
  }
}

/* A token that can be a name must compare equal to what it stands for. */
static void nameTest(MigContext *p, const char *z, const MigToken *pToken) {
  MigMark mark = migArenaMark(p);
  const char *zName = migTokenName(p, z, pToken);

  demand((zName != 0) == migTokenIsName(pToken));
  if (zName) {
    demand((i64)strlen(zName) <= pToken->n);
    demand(migTokenNameIs(z, pToken, zName));
    if (pToken->eType == MIG_TK_WORD) {
      demand(migTokenIs(z, pToken, zName));
    }
  }
  migArenaRelease(p, mark);
}

/* One input: the bytes, token by token. */
int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n) {
  const char *z = (const char *)a;
  const char *zZero = n ? memchr(z, 0, n) : 0;
  i64 nText = zZero ? zZero - z : (i64)n;
  MigContext context;
  MigToken token;
  i64 i = 0;

  migContextInit(&context, 0);
  do {
    i64 iNext = migTokenNext(z, (i64)n, i, &token);
    demand(token.iStart == i && token.iStart + token.n == iNext);
    demand(iNext <= nText);
    demand((token.n == 0) == (token.eType == MIG_TK_END));
    nameTest(&context, z, &token);
    i = iNext;
  } while (token.eType != MIG_TK_END);
  demand(i == nText);
  migContextClear(&context);
  return 0;
}
