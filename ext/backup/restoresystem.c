/*
** restoresystem.c - rows of SQLite's own tables, put back.
**
** These are sqlite_sequence, the marks of AUTOINCREMENT, and sqlite_stat1 to 4.
** They are filled as a whole, but for sqlite_sequence where only some tables
** are restored, or the backup has only some: then its rows are written one by
** one, those of these tables. sqlite_stat stays where only some are restored.
*/
#include "sql.h"
#include "reader.h"
#include "rowcode.h"
#include "restoresystem.h"

static const char zSequence[] = "sqlite_sequence";
/* A row of sqlite_sequence, name ?1 and mark ?2, at rowid ?3: in the place it
** had, unless that was taken since. */
static const char zMarkAdd[] =
    "INSERT INTO main.sqlite_sequence(rowid, name, seq)"
    " SELECT CASE WHEN EXISTS(SELECT 1 FROM main.sqlite_sequence"
    " WHERE rowid = ?3) THEN NULL ELSE ?3 END, ?1, ?2";

/*
** Make the rows of the tables sqlite_... those of the backup pWanted, as far as
** SQLite can be brought to have these tables. Comes behind all other rows,
** because writing those moves the marks of AUTOINCREMENT. Of sqlite_sequence a
** backup of some tables concerns only some rows: migRestoreSystemMarks(). pFill
** is that of all rows of this restore; pTx is armed again. Errors: those of
** migFillWhole(), SCHEMA_MISMATCH when SQLite does not make or drop such a
** table.
*/
void migRestoreSystemRows(MigContext *p, MigTransaction *pTx,
                          const MigManifest *pWanted, const MigFill *pFill) {
  int bPartial = pWanted->bPartial;
  int i;

  migObjectsMakeSystem(p, pTx, pWanted);
  for (i = 0; i < pWanted->nTable && p->rc == SQLITE_OK; i++) {
    const char *zName = pWanted->aTable[i].zName;
    if (migLayoutSystem(zName) && migObjectThere(p, zName) &&
        !(bPartial && migStrICmp(zName, zSequence) == 0)) {
      migFillWhole(p, pFill, &pWanted->aTable[i]);
    }
  }
  if (!bPartial && !migManifestTable(pWanted, zSequence) &&
      migObjectThere(p, zSequence)) {
    migExec(p, "DELETE FROM main.sqlite_sequence");
  }
}

/* Is the AUTOINCREMENT mark of this table concerned, when not all are: is the
** table one of those that are restored? The name is as sqlite_sequence has
** it. */
static int markConcerned(const MigDecision *pDo, const char *zName) {
  int i = migItemFind(&pDo->wanted, 0, zName);

  return i >= 0 && !pDo->wanted.a[i].bLeave &&
         migManifestTable(pDo->pWanted, zName) != 0;
}

/* Delete the marks that are concerned. They are collected first: a table is not
** written under a statement that reads it. */
static void marksDelete(MigContext *p, const MigDecision *pDo) {
  sqlite3_stmt *pRead =
      migPrepare(p, "SELECT rowid, name FROM main.sqlite_sequence"
                    " WHERE rowid > ?1 ORDER BY rowid");
  sqlite3_stmt *pDelete =
      migPrepare(p, "DELETE FROM main.sqlite_sequence WHERE rowid = ?1");
  i64 nRow = migQueryInt(p, 0, "SELECT count(*) FROM main.sqlite_sequence");
  i64 *ai = migAlloc(p, (u64)nRow * sizeof(i64));
  i64 n = 0;
  i64 i;

  migBindInt(p, pRead, 1, -0x7fffffffffffffffLL - 1);
  while (n < nRow && migStep(p, pRead)) {
    const char *zName = (const char *)sqlite3_column_text(pRead, 1);
    if (zName && markConcerned(pDo, zName)) {
      ai[n++] = sqlite3_column_int64(pRead, 0);
    }
  }
  migFinalize(p, pRead);
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    migBindInt(p, pDelete, 1, ai[i]);
    migRun(p, pDelete);
  }
  migFinalize(p, pDelete);
}

/* The rows of sqlite_sequence as they are read from the backup. */
typedef struct Sequence {
  const MigDecision *pDo;
  sqlite3_stmt *pName; /* for the name, in UTF-8 */
  sqlite3_stmt *pAdd;  /* zMarkAdd */
} Sequence;

/* Take a row of sqlite_sequence, and write it when it is concerned. It is short
** enough to come whole. SQLite converts its name, which is in the encoding of
** the file. */
static void sequencePart(MigContext *p, const Sequence *pSequence,
                         const MigPart *pPart) {
  MigValue aValue[2];
  const char *zName = 0;
  int rc;

  if (migRowGet(pPart->a, pPart->n, 2, aValue) != pPart->n ||
      aValue[0].eType != SQLITE_TEXT || aValue[1].eType != SQLITE_INTEGER) {
    return; /* not a row as SQLite writes them: it is of no table's */
  }
  rc = sqlite3_bind_text64(pSequence->pName, 1, (const char *)aValue[0].a,
                           (u64)aValue[0].n, SQLITE_STATIC,
                           (unsigned char)pSequence->pDo->pWanted->eEncoding);
  if (rc) {
    migFailDb(p, rc);
  }
  if (migStep(p, pSequence->pName)) {
    zName = (const char *)sqlite3_column_text(pSequence->pName, 0);
  }
  if (zName && markConcerned(pSequence->pDo, zName)) {
    migBindText(p, pSequence->pAdd, 1, zName);
    migBindInt(p, pSequence->pAdd, 2, aValue[1].i);
    migBindInt(p, pSequence->pAdd, 3, pPart->iKey);
    migRun(p, pSequence->pAdd);
  }
  sqlite3_reset(pSequence->pName);
}

/*
** Set the marks of AUTOINCREMENT of the tables that are restored to those of
** the backup; pDo is of migDecideAll(). The marks of the others stay: a number
** that was given to a row since must not be given again. Errors: those of
** reading the backup, BACKUP_DAMAGED among them.
*/
void migRestoreSystemMarks(MigContext *p, const MigDecision *pDo) {
  const MigTableEntry *pEntry = migManifestTable(pDo->pWanted, zSequence);
  Sequence sequence = {0, 0, 0};
  MigReader reader;
  MigPart part;

  if (!migObjectThere(p, zSequence)) {
    return;
  }
  marksDelete(p, pDo);
  if (p->rc || pEntry == 0 || pEntry->nColumn != 2) {
    return;
  }
  sequence.pDo = pDo;
  sequence.pName = migPrepare(p, "SELECT ?1");
  sequence.pAdd = migPrepare(p, zMarkAdd);
  migReaderOpen(p, &reader, pDo->pChunks, pEntry);
  while (migReaderUnit(p, &reader)) {
    while (migReaderPart(p, &reader, &part)) {
      sequencePart(p, &sequence, &part);
    }
  }
  migReaderClose(&reader);
  migFinalize(p, sequence.pName);
  migFinalize(p, sequence.pAdd);
}
