/*
** script.c - scripts: their directives, and what may not stand in them.
**
** Directives are line comments "-- migrate:WORD [argument]", found among the
** tokens, so none is read in a string or a block comment.
**
** A script runs inside the transaction of a run. Statements that would end
** it, or that cannot work in it, are refused, except a pair of its own around
** the whole of it, as files written for other runners have: one BEGIN with
** one COMMIT, only PRAGMAs and comments outside the pair, or COMMIT first and
** BEGIN last (files for runners that open a transaction), or one inside the
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
** so all of it is scanned before any statement is judged.
*/
#include <string.h>
#include "script.h"
#include "text.h"

/* ------------------------------------------------------------------------
** Directives
*/

/* Whether a directive takes an argument. */
enum {
  ARG_NONE,
  ARG_NAME,  /* one name, quoted if it is not plain */
  ARG_LINE,  /* the rest of the line, or nothing */
  ARG_PHASE, /* a word of azPhase */
  ARG_BATCH  /* a name and a number */
};

static const struct DirectiveRule {
  const char *zWord; /* behind the colon; case counts */
  MigDirectiveType eType;
  int eArg; /* one of ARG_ */
} aDirective[] = {
    {"up", MIG_DIR_UP, ARG_LINE},
    {"down", MIG_DIR_DOWN, ARG_LINE},
    {"allow-loss", MIG_DIR_ALLOW_LOSS, ARG_NAME},
    {"no-transaction", MIG_DIR_NO_TRANSACTION, ARG_NONE},
    {"repeatable", MIG_DIR_REPEATABLE, ARG_NONE},
    {"renamed-from", MIG_DIR_RENAMED_FROM, ARG_NAME},
    {"phase", MIG_DIR_PHASE, ARG_PHASE},
    {"batch", MIG_DIR_BATCH, ARG_BATCH},
    {"check", MIG_DIR_CHECK, ARG_NAME},
};

/* The same for messages. */
static const char zDirectives[] =
    "up, down, allow-loss NAME, no-transaction, repeatable, renamed-from NAME,"
    " phase NAME, batch TABLE ROWS, check NAME";

/* The words of MigPhase. */
static const char *const azPhase[] = {"", "expand", "backfill", "contract"};

/* The phase that the n bytes of z name, or MIG_PHASE_NONE. Case counts. */
MigPhase migPhaseFind(const char *z, i64 n) {
  int i;

  for (i = MIG_PHASE_EXPAND; i <= MIG_PHASE_CONTRACT; i++) {
    if ((i64)strlen(azPhase[i]) == n && memcmp(z, azPhase[i], (size_t)n) == 0) {
      return (MigPhase)i;
    }
  }
  return MIG_PHASE_NONE;
}

/* Line of byte i. It walks over all before: for messages. */
static int lineAt(const char *z, i64 i) {
  int iLine;
  int iColumn;

  migPosition(z, i, &iLine, &iColumn);
  return iLine;
}

/* White space inside a line. */
static int isBlank(char c) {
  return c == ' ' || c == '\t';
}

/* Offset behind "-- migrate:" if the token is such a comment, else 0. There may
** be blanks behind the dashes. */
static i64 directiveText(const char *z, const MigToken *pToken) {
  static const char zMark[] = "migrate:";
  const i64 nMark = (i64)sizeof(zMark) - 1;
  i64 iEnd = pToken->iStart + pToken->n;
  i64 i = pToken->iStart + 2;

  if (pToken->eType != MIG_TK_COMMENT || z[pToken->iStart] != '-') {
    return 0;
  }
  while (i < iEnd && isBlank(z[i])) {
    i++;
  }
  if (iEnd - i < nMark || memcmp(z + i, zMark, (size_t)nMark) != 0) {
    return 0;
  }
  return i + nMark;
}

/* The one name in the n bytes at z, in the arena without its quotes, or NULL if
** there is not just one. */
static const char *directiveName(MigContext *p, const char *z, i64 n) {
  MigToken name;
  MigToken more;
  i64 i = migTokenSignificant(z, n, 0, &name);

  migTokenSignificant(z, n, i, &more);
  return more.eType == MIG_TK_END ? migTokenName(p, z, &name) : 0;
}

/* Read a table and a number of rows, at most 18 digits, from 1. FORMAT with the
** line for anything else. */
static void directiveBatch(MigContext *p, const char *z, i64 i, i64 iEnd,
                           MigDirective *pOut) {
  MigToken name;
  MigToken rows;
  MigToken more;
  i64 k;

  i = migTokenSignificant(z, iEnd, i, &name);
  i = migTokenSignificant(z, iEnd, i, &rows);
  migTokenSignificant(z, iEnd, i, &more);
  pOut->nRow = 0;
  for (k = 0; k < rows.n && k < 18 && migIsDigit(z[rows.iStart + k]); k++) {
    pOut->nRow = 10 * pOut->nRow + (z[rows.iStart + k] - '0');
  }
  if (rows.eType == MIG_TK_END || k < rows.n || pOut->nRow == 0 ||
      more.eType != MIG_TK_END) {
    pOut->nRow = 0;
  } else {
    pOut->zArg = migTokenName(p, z, &name);
  }
  if (pOut->zArg == 0) {
    migFail(p, MIG_FORMAT,
            "line %d: migrate:batch wants a table and the number of rows of a"
            " batch behind it",
            lineAt(z, pOut->iStart));
  }
}

/* Check bytes i to iEnd as the argument of a directive and keep it. FORMAT with
** the line when they are none. */
static void directiveArg(MigContext *p, const struct DirectiveRule *pRule,
                         const char *z, i64 i, i64 iEnd, MigDirective *pOut) {
  if (pRule->eArg == ARG_NAME) {
    pOut->zArg = directiveName(p, z + i, iEnd - i);
    if (pOut->zArg == 0) {
      migFail(p, MIG_FORMAT,
              "line %d: migrate:%s wants one name behind it; put a name that "
              "is not plain in double quotes",
              lineAt(z, pOut->iStart), pRule->zWord);
    }
  } else if (pRule->eArg == ARG_BATCH) {
    directiveBatch(p, z, i, iEnd, pOut);
  } else if (pRule->eArg == ARG_PHASE) {
    pOut->ePhase = migPhaseFind(z + i, iEnd - i);
    if (pOut->ePhase == MIG_PHASE_NONE) {
      migFail(p, MIG_FORMAT,
              "line %d: migrate:phase is expand, backfill or contract",
              lineAt(z, pOut->iStart));
    }
  } else if (i < iEnd) {
    pOut->zArg = migStrndup(p, z + i, iEnd - i);
    if (pRule->eArg == ARG_NONE) {
      migFail(p, MIG_FORMAT,
              "line %d: migrate:%s takes no argument; remove %!.60s",
              lineAt(z, pOut->iStart), pRule->zWord, pOut->zArg);
    }
  }
}

/* Read the directive in a comment; its word begins at i. FORMAT for a word that
** is unknown. */
static void directiveRead(MigContext *p, const char *z, const MigToken *pToken,
                          i64 i, MigDirective *pOut) {
  i64 iEnd = pToken->iStart + pToken->n;
  i64 iWord = i;
  const char *zWord;
  size_t k;

  memset(pOut, 0, sizeof(*pOut));
  pOut->iStart = pToken->iStart;
  while (iEnd > i && (isBlank(z[iEnd - 1]) || z[iEnd - 1] == '\r')) {
    iEnd--;
  }
  while (i < iEnd && !isBlank(z[i])) {
    i++;
  }
  zWord = migStrndup(p, z + iWord, i - iWord);
  while (i < iEnd && isBlank(z[i])) {
    i++;
  }
  if (zWord == 0) {
    return;
  }
  for (k = 0; k < sizeof(aDirective) / sizeof(aDirective[0]); k++) {
    if (strcmp(zWord, aDirective[k].zWord) == 0) {
      pOut->eType = (int)aDirective[k].eType;
      directiveArg(p, &aDirective[k], z, i, iEnd, pOut);
      return;
    }
  }
  migFail(p, MIG_FORMAT,
          "line %d: unknown directive migrate:%!.60s; known are %s",
          lineAt(z, pOut->iStart), zWord, zDirectives);
}

/*
** The directives, with what stands behind them, for a message. Constant text.
*/
const char *migDirectivesKnown(void) {
  return zDirectives;
}

/* Is there a directive of that name, n bytes at z? Case counts. */
int migDirectiveHas(const char *z, i64 n) {
  size_t i;

  for (i = 0; i < sizeof(aDirective) / sizeof(aDirective[0]); i++) {
    if ((i64)strlen(aDirective[i].zWord) == n &&
        memcmp(aDirective[i].zWord, z, (size_t)n) == 0) {
      return 1;
    }
  }
  return 0;
}

/*
** Find the next directive at or after byte *pi of the n bytes of z and move
** *pi behind it: 1, or 0 when there is none left or after an error. An unknown
** one, and an argument too much or too little, is FORMAT with its line.
*/
int migDirectiveNext(MigContext *p, const char *z, i64 n, i64 *pi,
                     MigDirective *pOut) {
  MigToken token;
  i64 i;

  memset(pOut, 0, sizeof(*pOut));
  do {
    *pi = migTokenNext(z, n, *pi, &token);
    i = directiveText(z, &token);
  } while (i == 0 && token.eType != MIG_TK_END);
  if (i == 0 || p->rc) {
    return 0;
  }
  directiveRead(p, z, &token, i, pOut);
  return p->rc == SQLITE_OK;
}

/* ------------------------------------------------------------------------
** PRAGMAs
*/

#define PRAGMA_GET 0x01   /* without a value it only reads */
#define PRAGMA_READ 0x02  /* with a value too, which says what to read */
#define PRAGMA_WRITE 0x04 /* allowed in scripts, though it writes or sets */
#define PRAGMA_CONN 0x08  /* belongs to the connection or the whole file */
#define PRAGMA_MAINT 0x10 /* may stand in a no-transaction revision */

/* Source: pragma.html of SQLite 3.54. What is not here is refused, so also
** what an unknown build might do. Not here on purpose: activate_extensions,
** case_sensitive_like, parser_trace, shrink_memory, vdbe_*. */
static const struct PragmaRule {
  const char *zName;
  int flags;
} aPragma[] = {
    {"analysis_limit", PRAGMA_GET | PRAGMA_WRITE},
    {"application_id", PRAGMA_GET | PRAGMA_WRITE},
    {"auto_vacuum", PRAGMA_GET | PRAGMA_CONN | PRAGMA_MAINT},
    {"automatic_index", PRAGMA_GET},
    {"busy_timeout", PRAGMA_GET | PRAGMA_CONN},
    {"cache_size", PRAGMA_GET | PRAGMA_WRITE},
    {"cache_spill", PRAGMA_GET},
    {"cell_size_check", PRAGMA_GET},
    {"checkpoint_fullfsync", PRAGMA_GET},
    {"collation_list", PRAGMA_GET | PRAGMA_READ},
    {"compile_options", PRAGMA_GET | PRAGMA_READ},
    {"count_changes", PRAGMA_GET},
    {"data_version", PRAGMA_GET | PRAGMA_READ},
    {"database_list", PRAGMA_GET | PRAGMA_READ},
    {"default_cache_size", PRAGMA_GET},
    {"defer_foreign_keys", PRAGMA_GET | PRAGMA_WRITE},
    {"encoding", PRAGMA_GET | PRAGMA_CONN},
    {"foreign_key_check", PRAGMA_GET | PRAGMA_READ},
    {"foreign_key_list", PRAGMA_GET | PRAGMA_READ},
    {"foreign_keys", PRAGMA_GET | PRAGMA_WRITE},
    {"freelist_count", PRAGMA_GET | PRAGMA_READ},
    {"full_column_names", PRAGMA_GET},
    {"fullfsync", PRAGMA_GET},
    {"function_list", PRAGMA_GET | PRAGMA_READ},
    {"hard_heap_limit", PRAGMA_GET},
    {"ignore_check_constraints", PRAGMA_GET | PRAGMA_WRITE},
    {"incremental_vacuum", PRAGMA_MAINT},
    {"index_info", PRAGMA_GET | PRAGMA_READ},
    {"index_list", PRAGMA_GET | PRAGMA_READ},
    {"index_xinfo", PRAGMA_GET | PRAGMA_READ},
    {"integrity_check", PRAGMA_GET | PRAGMA_READ},
    {"journal_mode", PRAGMA_GET | PRAGMA_CONN | PRAGMA_MAINT},
    {"journal_size_limit", PRAGMA_GET},
    {"legacy_alter_table", PRAGMA_GET | PRAGMA_WRITE},
    {"lock_status", PRAGMA_GET | PRAGMA_READ},
    {"locking_mode", PRAGMA_GET | PRAGMA_CONN},
    {"max_page_count", PRAGMA_GET},
    {"mmap_size", PRAGMA_GET},
    {"module_list", PRAGMA_GET | PRAGMA_READ},
    {"optimize", PRAGMA_WRITE | PRAGMA_MAINT},
    {"page_count", PRAGMA_GET | PRAGMA_READ},
    {"page_size", PRAGMA_GET | PRAGMA_CONN | PRAGMA_MAINT},
    {"pragma_list", PRAGMA_GET | PRAGMA_READ},
    {"query_only", PRAGMA_GET},
    {"quick_check", PRAGMA_GET | PRAGMA_READ},
    {"read_uncommitted", PRAGMA_GET},
    {"recursive_triggers", PRAGMA_GET | PRAGMA_WRITE},
    {"reverse_unordered_selects", PRAGMA_GET},
    {"schema_version", PRAGMA_GET},
    {"secure_delete", PRAGMA_GET | PRAGMA_WRITE},
    {"short_column_names", PRAGMA_GET},
    {"soft_heap_limit", PRAGMA_GET},
    {"stats", PRAGMA_GET | PRAGMA_READ},
    {"synchronous", PRAGMA_GET | PRAGMA_CONN},
    {"table_info", PRAGMA_GET | PRAGMA_READ},
    {"table_list", PRAGMA_GET | PRAGMA_READ},
    {"table_xinfo", PRAGMA_GET | PRAGMA_READ},
    {"temp_store", PRAGMA_GET | PRAGMA_WRITE},
    {"threads", PRAGMA_GET},
    {"trusted_schema", PRAGMA_GET},
    {"user_version", PRAGMA_GET | PRAGMA_WRITE},
    {"wal_autocheckpoint", PRAGMA_GET},
    {"wal_checkpoint", PRAGMA_MAINT},
    {"writable_schema", PRAGMA_GET},
};

/* The flags of a PRAGMA, by its name in any case; 0 for an unknown one. */
static int pragmaFlags(const char *z, const MigStatement *pSt) {
  size_t i;

  for (i = 0; i < sizeof(aPragma) / sizeof(aPragma[0]); i++) {
    if (migTokenNameIs(z, &pSt->name, aPragma[i].zName)) {
      return aPragma[i].flags;
    }
  }
  return 0;
}

/* True if the PRAGMA as it stands only reads. */
static int pragmaReads(const char *z, const MigStatement *pSt) {
  int flags = pragmaFlags(z, pSt);

  if (pSt->value.eType != MIG_TK_END) {
    return (flags & PRAGMA_READ) != 0;
  }
  return (flags & PRAGMA_GET) != 0;
}

/* The value of a PRAGMA with two states, as SQLite reads it: on, yes, true and
** numbers other than 0, quoted or not, are on, all else is off; so is a PRAGMA
** without a value. */
int migPragmaOn(const char *z, const MigStatement *pSt) {
  const MigToken *pValue = &pSt->value;
  i64 iEnd = pValue->iStart + pValue->n;
  i64 i = pValue->iStart;

  if (migTokenNameIs(z, pValue, "on") || migTokenNameIs(z, pValue, "yes") ||
      migTokenNameIs(z, pValue, "true")) {
    return 1;
  }
  if (pValue->eType == MIG_TK_QUOTED || pValue->eType == MIG_TK_STRING) {
    i++;
  }
  while (i < iEnd && z[i] == '0') {
    i++;
  }
  return i < iEnd && migIsDigit(z[i]);
}

/* ------------------------------------------------------------------------
** What may stand in a script
*/

/* May the statement stand in a no-transaction revision? There it may do what a
** transaction does not allow, or what outlives one. */
static int isMaintenance(const char *z, const MigStatement *pSt) {
  switch (pSt->eKind) {
  case MIG_ST_VACUUM:
    return !pSt->bInto;
  case MIG_ST_ANALYZE:
  case MIG_ST_REINDEX:
    return 1;
  case MIG_ST_PRAGMA:
    return (pragmaFlags(z, pSt) & PRAGMA_MAINT) != 0;
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
            lineAt(z, pDir->iStart));
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
** stands before one, behind the end of the statement before. */
static void marksFind(MigContext *p, const char *z, i64 n, int nDir,
                      MigScriptInfo *pOut) {
  MigStatement st;
  MigDirective dir;
  i64 iEnd = 0;
  i64 i = 0;
  int bMore = nDir > 0;

  while (bMore && p->rc == SQLITE_OK) {
    bMore = migScriptNext(z, n, &i, &st);
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
              lineAt(z, pDir->iStart),
              pDir->eType == MIG_DIR_UP ? "up" : "down");
    }
    break;
  case MIG_DIR_PHASE:
    if (pOut->ePhase != MIG_PHASE_NONE) {
      migFail(p, MIG_FORMAT, "line %d: a second migrate:phase",
              lineAt(z, pDir->iStart));
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
    iWord = directiveText(z, &token);
    if (iWord) {
      directiveRead(p, z, &token, iWord, &dir);
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
  i64 i = 0;

  memset(pOut, 0, sizeof(*pOut));
  memset(&wrapper, 0, sizeof(wrapper));
  pOut->iBegin = pOut->iCommit = pOut->iLeading = pOut->iTrailing = -1;
  if (zZero) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: a zero byte; SQLite would stop reading there, remove it",
            lineAt(z, zZero - z));
    return;
  }
  marksFind(p, z, n, scanTokens(p, z, n, pOut), pOut);
  pOut->bMaintenance = pOut->bSql;
  while (migScriptNext(z, n, &i, &st)) {
    wrapperAdd(&wrapper, &st);
    pOut->kinds |= (u64)1 << st.eKind;
    pOut->bMaintenance &= isMaintenance(z, &st);
  }
  pOut->bImported = eMode == MIG_SCRIPT_IMPORTED;
  pOut->bNoTransaction |= eMode == MIG_SCRIPT_ALONE;
  if (!pOut->bNoTransaction) {
    wrapperFind(&wrapper, pOut);
  }
}

/* Refuse the first statement that may not stand in a scanned script. */
static void checkAll(MigContext *p, const char *z, i64 n,
                     const MigScriptInfo *pInfo) {
  MigStatement st;
  i64 i = 0;

  while (p->rc == SQLITE_OK && migScriptNext(z, n, &i, &st)) {
    migStatementAllowed(p, z, n, &st, pInfo);
  }
}

/*
** Scan a script and refuse what may not stand in it: the first such statement
** is FORBIDDEN_STATEMENT with its line; other errors are those of
** migScriptScan(). In an imported script PRAGMAs that belong to the connection
** are passed over instead. pOut is filled in either case, as far as the scan
** came.
*/
void migScriptCheck(MigContext *p, const char *z, i64 n, MigScriptMode eMode,
                    MigScriptInfo *pOut) {
  migScriptScan(p, z, n, eMode, pOut);
  checkAll(p, z, n, pOut);
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
         pSt->eKind == MIG_ST_PRAGMA && !pragmaReads(z, pSt) &&
         (pragmaFlags(z, pSt) & PRAGMA_CONN) != 0;
}

/* FORBIDDEN_STATEMENT: what may not stand in a script, with its line, and what
** to do instead. */
static void forbid(MigContext *p, const char *z, const MigStatement *pSt,
                   const char *zWhat, const char *zRemedy) {
  migFail(p, MIG_FORBIDDEN_STATEMENT,
          "line %d: %s may not stand in a script; %s", lineAt(z, pSt->iStart),
          zWhat, zRemedy);
}

/* Refuse a statement that no script in a transaction may hold, whatever is
** in it, and say what to do instead. */
static void checkKind(MigContext *p, const char *z, const MigStatement *pSt) {
  static const char zOwn[] =
      "remove it, as the run has its own transaction, or put one BEGIN and one "
      "COMMIT around the whole script";
  static const char zWhole[] =
      "remove it, as the run is undone as a whole when a statement fails";
  static const char zMain[] =
      "do it on the connection, outside a run, a script works on main alone";

  switch (pSt->eKind) {
  case MIG_ST_BEGIN:
    forbid(p, z, pSt, "BEGIN", zOwn);
    break;
  case MIG_ST_COMMIT: /* COMMIT or END */
    forbid(p, z, pSt, (z[pSt->iStart] | 0x20) == 'e' ? "END" : "COMMIT", zOwn);
    break;
  case MIG_ST_ROLLBACK:
    forbid(p, z, pSt, "ROLLBACK", zWhole);
    break;
  case MIG_ST_SAVEPOINT:
    forbid(p, z, pSt, "SAVEPOINT", zWhole);
    break;
  case MIG_ST_RELEASE:
    forbid(p, z, pSt, "RELEASE", zWhole);
    break;
  case MIG_ST_ATTACH:
    forbid(p, z, pSt, "ATTACH", zMain);
    break;
  case MIG_ST_DETACH:
    forbid(p, z, pSt, "DETACH", zMain);
    break;
  case MIG_ST_VACUUM:
    forbid(p, z, pSt, pSt->bInto ? "VACUUM INTO" : "VACUUM",
           pSt->bInto ? "copy the file outside a run"
                      : "put it in a revision of its own, marked "
                        "-- migrate:no-transaction");
    break;
  default:
    break;
  }
}

/* The name of the PRAGMA for a message, in the arena. */
static const char *pragmaTitle(MigContext *p, const char *z,
                               const MigStatement *pSt) {
  return migPrintf(p, "PRAGMA %!.60s", migTokenName(p, z, &pSt->name));
}

/* True if the statement names no schema, or main. */
static int isMain(const char *z, const MigStatement *pSt) {
  return pSt->schema.eType == MIG_TK_END ||
         migTokenNameIs(z, &pSt->schema, "main");
}

/* Refuse a PRAGMA that does more than read, unless scripts may set it, on main,
** and say where it can be set. */
static void checkPragma(MigContext *p, const char *z, const MigStatement *pSt) {
  int flags = pragmaFlags(z, pSt);
  int bMaint = (flags & PRAGMA_MAINT) != 0;

  if (pSt->name.eType == MIG_TK_END) {
    return; /* SQLite will say what is wrong with it */
  }
  if (flags & PRAGMA_WRITE) {
    if (!isMain(z, pSt)) {
      forbid(p, z, pSt, pragmaTitle(p, z, pSt),
             "remove the schema's name, a script works on main alone");
    }
  } else if (flags & PRAGMA_CONN) {
    forbid(p, z, pSt, pragmaTitle(p, z, pSt),
           bMaint ? "set it on the connection, or in a revision of its own, "
                    "marked -- migrate:no-transaction"
                  : "set it on the connection");
  } else if (bMaint) {
    forbid(p, z, pSt, pragmaTitle(p, z, pSt),
           "put it in a revision of its own, marked "
           "-- migrate:no-transaction");
  } else {
    forbid(p, z, pSt, pragmaTitle(p, z, pSt),
           flags ? "it can be read there, set it outside a run"
                 : "it is not known to be harmless, run it outside a run");
  }
}

/* The rule of no-transaction revisions: only maintenance, only of main, and
** nothing that would leave the file without a journal. */
static void checkMaintenance(MigContext *p, const char *z,
                             const MigStatement *pSt) {
  if (!isMaintenance(z, pSt)) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: a statement of the kind %s%s may not stand in a "
            "no-transaction revision; only VACUUM, ANALYZE, REINDEX and PRAGMA "
            "journal_mode, auto_vacuum, page_size, incremental_vacuum, "
            "wal_checkpoint and optimize may, put it in another revision",
            lineAt(z, pSt->iStart), migKindName(pSt->eKind),
            pSt->bInto ? " into" : "");
  } else if (pSt->eKind == MIG_ST_PRAGMA &&
             migTokenNameIs(z, &pSt->name, "journal_mode") &&
             migTokenNameIs(z, &pSt->value, "off")) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: without a journal no later run could be undone; choose"
            " another journal_mode",
            lineAt(z, pSt->iStart));
  } else if ((pSt->eKind == MIG_ST_VACUUM || pSt->eKind == MIG_ST_PRAGMA) &&
             !isMain(z, pSt)) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: a script works on main alone; remove the schema's name",
            lineAt(z, pSt->iStart));
  }
}

/* The rules of statements with a directive, and of those beside a batch: its
** batches are committed one by one, so nothing else may be a part of it. */
static void checkMark(MigContext *p, const char *z, const MigStatement *pSt,
                      const MigScriptInfo *pInfo) {
  const MigScriptMark *pMark = migScriptMark(pInfo, pSt->iStart);
  int bWrites = pSt->eKind == MIG_ST_INSERT || pSt->eKind == MIG_ST_UPDATE ||
                pSt->eKind == MIG_ST_DELETE;
  int bBatch = pMark && pMark->eType == MIG_DIR_BATCH;

  if (pMark && !bBatch && pSt->eKind != MIG_ST_SELECT) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: migrate:check stands before a SELECT that finds what is"
            " wrong",
            lineAt(z, pSt->iStart));
  } else if (bBatch && !bWrites) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: migrate:batch stands before an INSERT, UPDATE or DELETE"
            " with :lo and :hi",
            lineAt(z, pSt->iStart));
  } else if (pInfo->bBatch && pMark == 0) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: a revision with batches holds only those and checks; put"
            " this statement in a revision of its own",
            lineAt(z, pSt->iStart));
  } else if (pInfo->bBatch && (pInfo->bNoTransaction || pInfo->bRepeatable)) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: a revision with batches can be neither no-transaction nor"
            " repeatable",
            lineAt(z, pSt->iStart));
  }
}

/* Decide whether a statement may stand in a script of which pInfo is known: 1,
** or 0 with FORBIDDEN_STATEMENT and its line. Statements that are passed over
** may. 0 after an error. */
int migStatementAllowed(MigContext *p, const char *z, i64 n,
                        const MigStatement *pSt, const MigScriptInfo *pInfo) {
  MIG_UNUSED(n);
  if (p->rc || migStatementSkipped(z, pSt, pInfo)) {
    return p->rc == SQLITE_OK;
  }
  if (pInfo->nMark > 0) {
    checkMark(p, z, pSt, pInfo);
  }
  if (pInfo->bNoTransaction) {
    checkMaintenance(p, z, pSt);
  } else if (pSt->eKind == MIG_ST_PRAGMA && !pragmaReads(z, pSt)) {
    checkPragma(p, z, pSt);
  } else if (pSt->eExplained == MIG_ST_PRAGMA && !pragmaReads(z, pSt)) {
    /* many of them act while they are compiled */
    forbid(p, z, pSt, "EXPLAIN of a PRAGMA",
           "remove it, SQLite would carry the PRAGMA out");
  } else {
    checkKind(p, z, pSt);
  }
  return p->rc == SQLITE_OK;
}
