/*
** health.c - is the file as we wrote it?
**
** A list of checks, each a function that reports what it finds and returns
** what it has looked at. They run one after the other, and one that fails
** stops only itself: each works in a context of its own, whose errors become
** findings (health_finding.c). Only out of memory and interrupt go to the
** caller. The checks are in health_store.c and health_database.c.
**
** Everything is read in one transaction, which the caller holds, and row by
** row; only the graph is in memory as a whole. Of each check the first
** MIG_FINDINGS_SHOWN findings are told, the rest are counted.
**
** PRAGMA quick_check evaluates the CHECK constraints of the file, and there
** old versions of SQLite let a hostile file call us again. So on a connection
** there is one round of checks at a time.
**
** What is told of a fine file, and of one with two findings:
**
**   store      no code          version 3
**   scripts    no code          packs: 2
**   applied    CHECKSUM         revision b was applied with other scripts ...
**   applied    STORE_DAMAGED    revision c is applied, but not stored
**
** A check that has nothing to look at, as of backups in a store of version 1,
** says nothing. Where the store itself cannot be read the checks of its tables
** are left out. What a run changes as it goes is left out while one is at work.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "waiting.h"
#include "health_store.h"
#include "health_database.h"
#include "health.h"

/* ---- all of it ---- */

/* The checks, in order. xCheck returns what it has looked at, in the arena of
** its context, NULL when there is nothing to say. */
static const struct {
  const char *zName;
  int bStore; /* only with a store */
  char *(*xCheck)(MigHealth *pHealth);
} aCheck[] = {
    {"store", 0, migHealthStore},
    {"settings", 1, migHealthSettings},
    {"labels", 1, migHealthLabels},
    {"revisions", 1, migHealthRevisions},
    {"edges", 1, migHealthEdges},
    {"scripts", 1, migHealthScripts},
    {"files", 1, migHealthFiles},
    {"applied", 1, migHealthApplied},
    {"history", 1, migHealthHistory},
    {"summary", 1, migHealthSummary},
    {"drift", 1, migHealthDrift},
    {"mirror", 1, migHealthMirror},
    {"invariants", 1, migHealthInvariants},
    {"chunks", 1, migHealthChunks},
    {"backups", 1, migHealthBackups},
    {"quick_check", 0, migHealthQuick},
    {"foreign_key_check", 0, migHealthForeign},
};

/* Run one check and tell what it has found. Its statements and its arena are
** gone afterwards. */
static void healthCheck(MigHealth *pHealth, int i) {
  MigContext *pWork = &pHealth->work;
  char zMore[40];
  char *zFine;

  pHealth->zCheck = aCheck[i].zName;
  pHealth->nFound = 0;
  zFine = aCheck[i].xCheck(pHealth);
  migHealthCatch(pHealth, 0, 0);
  if (pHealth->nFound > MIG_FINDINGS_SHOWN) {
    sqlite3_snprintf(sizeof(zMore), zMore, "and %d more",
                     pHealth->nFound - MIG_FINDINGS_SHOWN);
    migHealthTell(pHealth, MIG_STORE_DAMAGED, zMore);
  } else if (pHealth->nFound == 0 && zFine) {
    migHealthTell(pHealth, MIG_NOCODE, zFine);
  }
  migStatementsClose(pWork);
  migContextClear(pWork);
}

/*
** Run all checks and hand every result to xCall; a check without findings is
** a result too. Returns the number of findings, also of those that were not
** told. The caller holds a read transaction, and nothing is written. Without a
** store only the file itself is checked. Out of memory, interrupt, what xCall
** sets, and NESTED_CALL from inside the checks; then the number means nothing.
*/
int migHealthRun(MigContext *p, MigConnection *pConn, MigHealthCall xCall,
                 void *pArg) {
  MigHealth health;
  int i;

  if (pConn->bChecking) {
    migFail(p, MIG_NESTED_CALL,
            "an object of the schema wants a check inside of a check; drop that"
            " object");
  }
  if (p->rc) {
    return 0;
  }
  memset(&health, 0, sizeof(health));
  health.p = p;
  health.pConn = pConn;
  health.xCall = xCall;
  health.pArg = pArg;
  migContextInit(&health.work, p->db);
  pConn->bChecking = 1;
  for (i = 0; i < (int)(sizeof(aCheck) / sizeof(aCheck[0])); i++) {
    if (p->rc == SQLITE_OK && (health.iVersion || !aCheck[i].bStore)) {
      healthCheck(&health, i);
    }
  }
  pConn->bChecking = 0;
  return health.nTotal;
}

/* The first finding. */
typedef struct Verdict {
  MigCode eCode; /* MIG_NOCODE: none so far */
  char *z;       /* "check: what was found", in the arena of the caller */
} Verdict;

/* Keep the first finding: a MigHealthCall, pArg is the Verdict. */
static void verdictAdd(MigContext *p, void *pArg, const char *zCheck,
                       MigCode eCode, const char *zDetail) {
  Verdict *pVerdict = pArg;

  if (eCode && pVerdict->eCode == MIG_NOCODE) {
    pVerdict->eCode = eCode;
    pVerdict->z = migPrintf(p, "%s: %s", zCheck, zDetail);
  }
}

/* 'ok' for the caller to free, or the first finding as an error with its
** code, and NULL. The read transaction, which is not waited for, is its own. */
char *migHealthVerify(MigContext *p, MigConnection *pConn) {
  sqlite3_stmt *pRead = migReadBegin(p, 0);
  Verdict verdict = {MIG_NOCODE, 0};
  int n = migHealthRun(p, pConn, verdictAdd, &verdict);

  migFinalize(p, pRead);
  if (n > 1) {
    migFail(p, verdict.eCode,
            "%s; and %d more, see SELECT * FROM migration_checks", verdict.z,
            n - 1);
  } else if (n) {
    migFail(p, verdict.eCode, "%s; see SELECT * FROM migration_checks",
            verdict.z);
  }
  return migResultText(p, "ok");
}
