/*
** allowed.c - what may not stand in a script.
**
** A script runs inside the transaction of a run. Statements that would end it,
** or that cannot work in it, are refused, except a pair of its own around the
** whole of it (script.c); so are PRAGMAs that do more than read, but for those
** known to be harmless (pragma.c). A no-transaction revision holds nothing but
** maintenance.
*/
#include "allowed.h"
#include "pragma.h"
#include "text.h"

/* FORBIDDEN_STATEMENT: what may not stand in a script, with its line, and what
** to do instead. */
static void forbid(MigContext *p, const char *z, const MigStatement *pSt,
                   const char *zWhat, const char *zRemedy) {
  migFail(p, MIG_FORBIDDEN_STATEMENT,
          "line %d: %s may not stand in a script; %s",
          migLineAt(z, pSt->iStart), zWhat, zRemedy);
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
  int flags = migPragmaFlags(z, pSt);
  int bMaint = (flags & MIG_PRAGMA_MAINT) != 0;

  if (pSt->name.eType == MIG_TK_END) {
    return; /* SQLite will say what is wrong with it */
  }
  if (flags & MIG_PRAGMA_WRITE) {
    if (!isMain(z, pSt)) {
      forbid(p, z, pSt, pragmaTitle(p, z, pSt),
             "remove the schema's name, a script works on main alone");
    }
  } else if (flags & MIG_PRAGMA_CONN) {
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

/* Is the value of PRAGMA journal_mode off? SQLite takes the beginning of a
** mode's name for it. */
static int isJournalOff(const char *z, const MigToken *pValue) {
  return migTokenNameIs(z, pValue, "off") || migTokenNameIs(z, pValue, "of") ||
         migTokenNameIs(z, pValue, "o");
}

/* The rule of no-transaction revisions: only maintenance, only of main, and
** nothing that would leave the file without a journal. */
static void checkMaintenance(MigContext *p, const char *z,
                             const MigStatement *pSt) {
  if (!migStatementMaintenance(z, pSt)) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: a statement of the kind %s%s may not stand in a "
            "no-transaction revision; only VACUUM, ANALYZE, REINDEX and PRAGMA "
            "journal_mode, auto_vacuum, page_size, incremental_vacuum, "
            "wal_checkpoint and optimize may, put it in another revision",
            migLineAt(z, pSt->iStart), migKindName(pSt->eKind),
            pSt->bInto ? " into" : "");
  } else if (pSt->eKind == MIG_ST_PRAGMA &&
             migTokenNameIs(z, &pSt->name, "journal_mode") &&
             isJournalOff(z, &pSt->value)) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: without a journal no later run could be undone; choose"
            " another journal_mode",
            migLineAt(z, pSt->iStart));
  } else if ((pSt->eKind == MIG_ST_VACUUM || pSt->eKind == MIG_ST_PRAGMA) &&
             !isMain(z, pSt)) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: a script works on main alone; remove the schema's name",
            migLineAt(z, pSt->iStart));
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
            migLineAt(z, pSt->iStart));
  } else if (bBatch && !bWrites) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: migrate:batch stands before an INSERT, UPDATE or DELETE"
            " with :lo and :hi",
            migLineAt(z, pSt->iStart));
  } else if (pInfo->bBatch && pMark == 0) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: a revision with batches holds only those and checks; put"
            " this statement in a revision of its own",
            migLineAt(z, pSt->iStart));
  } else if (pInfo->bBatch && (pInfo->bNoTransaction || pInfo->bRepeatable)) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "line %d: a revision with batches can be neither no-transaction nor"
            " repeatable",
            migLineAt(z, pSt->iStart));
  }
}

/* Decide whether a statement may stand in a script of which pInfo is known: 1,
** or 0 with FORBIDDEN_STATEMENT and its line. Statements that are passed over
** may. 0 after an error. */
int migStatementAllowed(MigContext *p, const char *z, const MigStatement *pSt,
                        const MigScriptInfo *pInfo) {
  if (p->rc || migStatementSkipped(z, pSt, pInfo)) {
    return p->rc == SQLITE_OK;
  }
  if (pInfo->nMark > 0) {
    checkMark(p, z, pSt, pInfo);
  }
  if (pInfo->bNoTransaction) {
    checkMaintenance(p, z, pSt);
  } else if (pSt->eKind == MIG_ST_PRAGMA && !migPragmaReads(z, pSt)) {
    checkPragma(p, z, pSt);
  } else if (pSt->eExplained == MIG_ST_PRAGMA && !migPragmaReads(z, pSt)) {
    /* many of them act while they are compiled */
    forbid(p, z, pSt, "EXPLAIN of a PRAGMA",
           "remove it, SQLite would carry the PRAGMA out");
  } else {
    checkKind(p, z, pSt);
  }
  return p->rc == SQLITE_OK;
}

/* Refuse the first statement that may not stand in a scanned script. */
static void checkAll(MigContext *p, const char *z, i64 n,
                     const MigScriptInfo *pInfo) {
  MigStatement st;
  i64 i = 0;

  while (p->rc == SQLITE_OK && migScriptNext(z, n, &i, &st)) {
    migStatementAllowed(p, z, &st, pInfo);
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
