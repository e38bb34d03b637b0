/*
** script.c - scripts: what one says about itself before any of it runs.
**
** A script runs inside the transaction of a run. It may have a pair of its own
** around the whole of it, as files written for other runners have: one BEGIN
** with one COMMIT, only PRAGMAs and comments outside the pair, or COMMIT first
** and BEGIN last (files for runners that open a transaction), or one inside the
** other. The pairs are recorded and passed over at run time.
**
** Of a script such as
**   -- migrate:phase contract
**   BEGIN;
**   -- migrate:check empty
**   SELECT 1 FROM old;
**   DROP TABLE old;
**   COMMIT;
** the scan keeps the phase, the offsets of BEGIN and COMMIT, and a mark at the
** offset of SELECT. What may stand depends on what a script says of itself,
** so all of it is scanned before any statement is judged (allowed.c).
*/
#include <string.h>
#include "pragma.h"
#include "script.h"
#include "text.h"

/* May the statement of z stand in a no-transaction revision? There it may do
** what a transaction does not allow, or what outlives one. Of a PRAGMA it is
** the name that counts, not the value or the schema. */
int migStatementMaintenance(const char *z, const MigStatement *pSt) {
  switch (pSt->eKind) {
  case MIG_ST_VACUUM:
    return !pSt->bInto;
  case MIG_ST_ANALYZE:
  case MIG_ST_REINDEX:
    return 1;
  case MIG_ST_PRAGMA:
    return (migPragmaFlags(z, pSt) & MIG_PRAGMA_MAINT) != 0;
  default:
    return 0;
  }
}

/* The transaction statements of a script, and between which of them stands
** something else than PRAGMAs. */
typedef struct Wrapper {
  int nTx;       /* all BEGIN and COMMIT */
  char zTx[5];   /* B and C for the first four */
  i64 aiTx[4];   /* their offsets */
  u8 abOther[5]; /* before the first, behind it, ... behind the fourth */
} Wrapper;

/* Take up the next statement of the script. Only the count goes on behind the
** fourth: it shows that there are too many. */
static void wrapperAdd(Wrapper *pW, const MigStatement *pSt) {
  if (pSt->eKind == MIG_ST_BEGIN || pSt->eKind == MIG_ST_COMMIT) {
    if (pW->nTx < 4) {
      pW->zTx[pW->nTx] = pSt->eKind == MIG_ST_BEGIN ? 'B' : 'C';
      pW->aiTx[pW->nTx] = pSt->iStart;
    }
    pW->nTx++;
  } else if (pSt->eKind != MIG_ST_PRAGMA && pW->nTx <= 4) {
    pW->abOther[pW->nTx] = 1;
  }
}

/* Record the pairs that surround the whole script, in one of the three forms of
** the file's header; else leave the offsets at -1, and each BEGIN and COMMIT is
** refused. */
static void wrapperFind(const Wrapper *pW, MigScriptInfo *pOut) {
  const i64 *ai = pW->aiTx;
  const u8 *ab = pW->abOther;

  if (pW->nTx > 4 || ab[0] || ab[pW->nTx]) {
    return; /* too many, or something stands outside them */
  }
  if (strcmp(pW->zTx, "BC") == 0) {
    pOut->iBegin = ai[0];
    pOut->iCommit = ai[1];
  } else if (strcmp(pW->zTx, "CB") == 0) {
    pOut->iCommit = ai[0];
    pOut->iBegin = ai[1];
  } else if (strcmp(pW->zTx, "CBCB") == 0 && !ab[1] && !ab[3]) {
    pOut->iLeading = ai[0];
    pOut->iBegin = ai[1];
    pOut->iCommit = ai[2];
    pOut->iTrailing = ai[3];
  }
}

/* Add the directive of a statement that begins at iStart, which grows from call
** to call. FORMAT when the statement has one already. */
static void markAdd(MigContext *p, const char *z, const MigDirective *pDir,
                    i64 iStart, MigScriptInfo *pOut) {
  MigScriptMark *aMark = pOut->aMark;
  int n = pOut->nMark;

  if (n > 0 && aMark[n - 1].iStart == iStart) {
    migFail(p, MIG_FORMAT,
            "line %d: a second migrate:check or migrate:batch for one"
            " statement",
            migLineAt(z, pDir->iStart));
  }
  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    aMark = migGrow(p, aMark, (u64)n * sizeof(MigScriptMark),
                    (n ? 2 * (u64)n : 1) * sizeof(MigScriptMark));
  }
  if (p->rc == SQLITE_OK) {
    MigScriptMark mark = {pDir->eType, pDir->zArg, pDir->nRow, iStart};
    aMark[pOut->nMark++] = mark;
    pOut->aMark = aMark;
    pOut->bBatch |= pDir->eType == MIG_DIR_BATCH;
    pOut->bCheck |= pDir->eType == MIG_DIR_CHECK;
  }
}

/* Find the statements that the nDir directives batch and check are for: each
** stands before one, behind the end of the statement before. Those that are not
** run are passed over. */
static void marksFind(MigContext *p, const char *z, i64 n, int nDir,
                      MigScriptInfo *pOut) {
  MigStatement st;
  MigDirective dir;
  i64 iEnd = 0;
  i64 i = 0;
  int bMore = nDir > 0;

  while (bMore && p->rc == SQLITE_OK) {
    bMore = migScriptNext(z, n, &i, &st);
    if (bMore && migStatementSkipped(z, &st, pOut)) {
      continue;
    }
    while (bMore && migDirectiveNext(p, z, st.iStart, &iEnd, &dir)) {
      if (dir.eType == MIG_DIR_BATCH || dir.eType == MIG_DIR_CHECK) {
        markAdd(p, z, &dir, st.iStart, pOut);
      }
    }
    iEnd = i;
  }
  if (p->rc == SQLITE_OK && pOut->nMark < nDir) {
    migFail(p, MIG_FORMAT,
            "a migrate:check or migrate:batch stands inside a statement or"
            " behind the last one; put it on a line before its statement");
  }
}

/* The directive batch or check of the statement at iStart, or NULL. Marks are
** sorted by offset. It belongs to pInfo. */
const MigScriptMark *migScriptMark(const MigScriptInfo *pInfo, i64 iStart) {
  int iLow = 0;
  int iHigh = pInfo->nMark;

  while (iLow < iHigh) {
    int i = iLow + (iHigh - iLow) / 2;
    if (pInfo->aMark[i].iStart < iStart) {
      iLow = i + 1;
    } else {
      iHigh = i;
    }
  }
  return iLow < pInfo->nMark && pInfo->aMark[iLow].iStart == iStart
             ? &pInfo->aMark[iLow]
             : 0;
}

/* Add a table that may lose rows; the name belongs to the arena. */
static void allowLossAdd(MigContext *p, MigScriptInfo *pOut,
                         const char *zName) {
  const char **az = pOut->azAllowLoss;
  int n = pOut->nAllowLoss;

  /* grown whenever the count reaches a power of two */
  if ((n & (n - 1)) == 0) {
    u64 nOld = (u64)n * sizeof(char *);
    u64 nNew = n ? nOld * 2 : sizeof(char *);
    az = migGrow(p, az, nOld, nNew);
  }
  if (p->rc == SQLITE_OK) {
    az[pOut->nAllowLoss++] = zName;
    pOut->azAllowLoss = az;
  }
}

/* Take in one directive. A section mark behind statements means that both
** directions of a file stand in one script, which would undo itself. */
static void scanDirective(MigContext *p, const char *z,
                          const MigDirective *pDir, MigScriptInfo *pOut) {
  switch ((MigDirectiveType)pDir->eType) {
  case MIG_DIR_NO_TRANSACTION:
    pOut->bNoTransaction = 1;
    break;
  case MIG_DIR_REPEATABLE:
    pOut->bRepeatable = 1;
    break;
  case MIG_DIR_ALLOW_LOSS:
    allowLossAdd(p, pOut, pDir->zArg);
    break;
  case MIG_DIR_UP:
  case MIG_DIR_DOWN:
    if (pOut->bSql) {
      migFail(p, MIG_FORMAT,
              "line %d: migrate:%s begins a second section; a script is one "
              "section, give up and down as two scripts",
              migLineAt(z, pDir->iStart),
              pDir->eType == MIG_DIR_UP ? "up" : "down");
    }
    break;
  case MIG_DIR_PHASE:
    if (pOut->ePhase != MIG_PHASE_NONE) {
      migFail(p, MIG_FORMAT, "line %d: a second migrate:phase",
              migLineAt(z, pDir->iStart));
    }
    pOut->ePhase = pDir->ePhase;
    break;
  case MIG_DIR_RENAMED_FROM:
  case MIG_DIR_BATCH:
  case MIG_DIR_CHECK:
    break;
  }
}

/* Directives, and what single tokens tell. Returns the number of directives
** that are for one statement. */
static int scanTokens(MigContext *p, const char *z, i64 n,
                      MigScriptInfo *pOut) {
  MigDirective dir;
  int nDir = 0;
  MigToken token;
  i64 i = 0;
  i64 iWord;

  do {
    i = migTokenNext(z, n, i, &token);
    iWord = migDirectiveText(z, &token);
    if (iWord) {
      migDirectiveRead(p, z, &token, iWord, &dir);
      if (p->rc == SQLITE_OK) {
        scanDirective(p, z, &dir, pOut);
        nDir += dir.eType == MIG_DIR_BATCH || dir.eType == MIG_DIR_CHECK;
      }
    } else if (token.eType > MIG_TK_COMMENT && token.eType != MIG_TK_SEMI) {
      pOut->bSql = 1;
      pOut->bReferences |= migTokenIs(z, &token, "references");
      pOut->bTrigger |= migTokenIs(z, &token, "trigger");
    }
  } while (token.eType != MIG_TK_END && p->rc == SQLITE_OK);
  return nDir;
}

/*
** Read what a script says about itself, without judging its statements. A zero
** byte in it is FORBIDDEN_STATEMENT; FORMAT is a directive that cannot be read,
** a second one of a kind that is single, a section mark behind statements, a
** batch or check without a statement. After failure pOut holds what was found
** until then. Its names and marks belong to the arena.
*/
void migScriptScan(MigContext *p, const char *z, i64 n, MigScriptMode eMode,
                   MigScriptInfo *pOut) {
  const char *zZero = n > 0 ? memchr(z, 0, (size_t)n) : 0;
  Wrapper wrapper;
  MigStatement st;
  int nDir;
  i64 i = 0;

  memset(pOut, 0, sizeof(*pOut));
  memset(&wrapper, 0, sizeof(wrapper));
  pOut->iBegin = pOut->iCommit = pOut->iLeading = pOut->iTrailing = -1;
  if (zZero) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: a zero byte; SQLite would stop reading there, remove it",
            migLineAt(z, zZero - z));
    return;
  }
  nDir = scanTokens(p, z, n, pOut);
  pOut->bMaintenance = pOut->bSql;
  while (migScriptNext(z, n, &i, &st)) {
    wrapperAdd(&wrapper, &st);
    pOut->kinds |= (u64)1 << st.eKind;
    pOut->bMaintenance &= migStatementMaintenance(z, &st);
  }
  pOut->bImported = eMode == MIG_SCRIPT_IMPORTED;
  pOut->bNoTransaction |= eMode == MIG_SCRIPT_ALONE;
  if (!pOut->bNoTransaction) {
    wrapperFind(&wrapper, pOut);
  }
  marksFind(p, z, n, nDir, pOut);
}

/* True if a statement of a scanned script is not to be run: its own BEGIN and
** COMMIT, and in an imported one PRAGMAs that belong to the connection. pSt is
** of the same text as pInfo. */
int migStatementSkipped(const char *z, const MigStatement *pSt,
                        const MigScriptInfo *pInfo) {
  i64 i = pSt->iStart;

  if (i == pInfo->iBegin || i == pInfo->iCommit || i == pInfo->iLeading ||
      i == pInfo->iTrailing) {
    return 1;
  }
  return pInfo->bImported && !pInfo->bNoTransaction &&
         pSt->eKind == MIG_ST_PRAGMA && !migPragmaReads(z, pSt) &&
         (migPragmaFlags(z, pSt) & MIG_PRAGMA_CONN) != 0;
}
