/*
** health_finding.c - what a round of checks finds.
**
** A check says what is not as it should be by migHealthFound(), and goes on.
** What it calls puts errors into the context of the check; migHealthCatch()
** makes a finding of such an error, so that it stops nothing but what was
** looked at. Only out of memory and interrupt go to the caller, and then
** migHealthStep() gives no row any more, which ends the check.
**
** Each finding goes to the caller's function at once; none is kept.
*/
#include <string.h>
#include "sql.h"
#include "health_finding.h"

/* ---- findings ---- */

/* Tell a finding, or with MIG_NOCODE that there is none. No-op once the caller
** has an error. zDetail need only last as long. */
void migHealthTell(MigHealth *pHealth, MigCode eCode, const char *zDetail) {
  if (pHealth->p->rc == SQLITE_OK) {
    pHealth->xCall(pHealth->p, pHealth->pArg, pHealth->zCheck, eCode, zDetail);
  }
}

/* Something is not as it should be. It is counted; beyond MIG_FINDINGS_SHOWN of
** a check that is all. The text is made outside the arena, which the next row
** lets go; out of memory is the caller's error. */
void migHealthFound(MigHealth *pHealth, MigCode eCode, const char *zFormat,
                    ...) {
  va_list ap;
  char *z;

  pHealth->nTotal++;
  if (++pHealth->nFound > MIG_FINDINGS_SHOWN) {
    return;
  }
  va_start(ap, zFormat);
  z = sqlite3_vmprintf(zFormat, ap);
  va_end(ap);
  if (z == 0) {
    migNomem(pHealth->p);
  }
  migHealthTell(pHealth, eCode, z);
  sqlite3_free(z);
}

/* Code of a finding that was an error of the check: what is said of a call's
** arguments elsewhere is here said of the store. A damaged page is the file's,
** any other error of SQLite is passed on as it is. */
static MigCode codeOf(const MigContext *pWork) {
  int e = pWork->rc & 0xff;

  switch (pWork->eCode) {
  case MIG_SQLITE:
    return e == SQLITE_CORRUPT || e == SQLITE_NOTADB ? MIG_DAMAGED : MIG_SQLITE;
  case MIG_STORE_NEWER:
  case MIG_CHECKSUM:
  case MIG_TOO_BIG:
  case MIG_BUSY:
  case MIG_UNSUPPORTED:
    return pWork->eCode;
  default:
    return MIG_STORE_DAMAGED;
  }
}

/*
** Make a finding of the error that the check has run into, if any. What was
** looked at, zKind and zName, stands in front of it, unless NULL. The check may
** go on afterwards. Out of memory and interrupt become the caller's error, and
** end the round.
*/
void migHealthCatch(MigHealth *pHealth, const char *zKind, const char *zName) {
  MigContext *pWork = &pHealth->work;
  int e = pWork->rc & 0xff;
  const char *z = pWork->zError;

  if (e == SQLITE_OK) {
    return;
  }
  if (e == SQLITE_NOMEM || e == SQLITE_INTERRUPT || z == 0) {
    if (pHealth->p->rc == SQLITE_OK) {
      migErrorSave(pWork, pHealth->p);
    }
  } else {
    z += strlen("migrate: ") + strlen(migCodeName(pWork->eCode)) + 2;
    migHealthFound(pHealth, codeOf(pWork), "%s%s%s%s%s", zKind ? zKind : "",
                   zKind ? " " : "", zKind ? zName : "", zKind ? ": " : "", z);
  }
  migErrorClear(pWork);
}

/* ---- rows ---- */

/* Step a statement of the check, unless the caller is to stop. 1: there is a
** row. What the row before has left in the arena goes, all of it: a check that
** keeps anything there from one row to the next may not step by this. */
int migHealthStep(MigHealth *pHealth, sqlite3_stmt *pStmt) {
  MigMark none = {0, 0};

  migArenaRelease(&pHealth->work, none);
  return pHealth->p->rc == SQLITE_OK && migStep(&pHealth->work, pStmt);
}

/* A column as text, to be shown; "NULL" for NULL. Lasts until the statement is
** stepped, or the column is read as another type. */
const char *migHealthShown(sqlite3_stmt *pStmt, int i) {
  const char *z = (const char *)sqlite3_column_text(pStmt, i);

  return z ? z : "NULL";
}
