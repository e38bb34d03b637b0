/*
** fuzz_script.c - the statements and directives of any bytes.
**
** Asserted: statements follow each other and lie in the text; the text of a
** statement, read alone, is one statement of the same kind and length; a
** directive lies behind the one before it; the check of the whole script ends
** with FORMAT, FORBIDDEN_STATEMENT or nothing, and what it passes over are
** statements that begin or end a transaction.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "allowed.h"
#include "pragma.h"

int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n);

/* What must hold: else the process is aborted, which is a finding of the
** fuzzer. */
static void demand(int bTrue) {
  if (!bTrue) {
    abort();
  }
}

/* A statement of the script z, which is n bytes long. */
static void statementTest(const char *z, i64 n, const MigStatement *pSt,
                          const MigScriptInfo *pInfo) {
  MigStatement alone;
  i64 i = 0;

  demand(pSt->nByte > 0 && pSt->iStart + pSt->nByte <= n);
  demand(pSt->eKind > MIG_ST_EMPTY && pSt->eKind < MIG_NKIND);
  demand(migKindName(pSt->eKind)[0] != 0);
  demand(migScriptNext(z + pSt->iStart, pSt->nByte, &i, &alone));
  demand(alone.eKind == pSt->eKind && alone.iStart == 0);
  demand(alone.nByte == pSt->nByte && alone.bSemi == pSt->bSemi);
  demand(!migScriptNext(z + pSt->iStart, pSt->nByte, &i, &alone));
  migPragmaOn(z, pSt);
  if (!pInfo->bImported && migStatementSkipped(z, pSt, pInfo)) {
    demand(pSt->eKind == MIG_ST_BEGIN || pSt->eKind == MIG_ST_COMMIT);
  }
}

/* The statements of the text, and the check of the whole. An error of the check
** does not end the walk: finding statements cannot fail. */
static void scriptTest(const char *z, i64 n, MigScriptMode eMode) {
  MigContext context;
  MigScriptInfo info;
  MigStatement st;
  i64 iEnd = 0;
  i64 i = 0;

  migContextInit(&context, 0);
  migScriptCheck(&context, z, n, eMode, &info);
  demand(context.rc == SQLITE_OK || context.eCode == MIG_FORMAT ||
         context.eCode == MIG_FORBIDDEN_STATEMENT);
  while (migScriptNext(z, n, &i, &st)) {
    demand(st.iStart >= iEnd);
    iEnd = i;
    statementTest(z, n, &st, &info);
    demand(context.rc || info.bSql);
  }
  migContextClear(&context);
}

/* The directives of the text, up to one that is refused. */
static void directiveTest(const char *z, i64 n) {
  MigContext context;
  MigDirective dir;
  i64 iEnd = 0;
  i64 i = 0;

  migContextInit(&context, 0);
  while (migDirectiveNext(&context, z, n, &i, &dir)) {
    demand(dir.iStart >= iEnd && i > dir.iStart && i <= n);
    iEnd = i;
  }
  demand(context.rc == SQLITE_OK || context.eCode == MIG_FORMAT);
  migContextClear(&context);
}

/* One input: the bytes as a script of ours and as an imported one. */
int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n) {
  scriptTest((const char *)a, (i64)n, MIG_SCRIPT_OWN);
  scriptTest((const char *)a, (i64)n, MIG_SCRIPT_IMPORTED);
  directiveTest((const char *)a, (i64)n);
  return 0;
}
