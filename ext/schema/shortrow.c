/*
** shortrow.c - rows that do not hold all columns of their table.
**
** ALTER TABLE ADD COLUMN writes no row; SQLite reads the DEFAULT where a row is
** too short to have the column, so another DEFAULT would change values that are
** there. The short rows are found by a DEFAULT that no row is likely to hold,
** put in for a moment: they read as it. With the old text back each is written
** as it reads, which makes it long. A row that holds that value in truth is
** written as it is and does no harm; so the value need not be random.
**
** To know that no row is short another one will do that is told sooner: NULL. A
** row that is NULL in truth only means that the long way has to be gone.
**
** Tables without rowids are given up: there NOT INDEXED means nothing, and what
** is read may come from an index.
**
** Example: c was added to t(a) with DEFAULT 1 while t had rows, and is to have
** DEFAULT 2:
**
**   stored text                   the row written before c was added
**   t(a, c DEFAULT 1)             a, c = 1
**   t(a, c DEFAULT x'8f..')       a, c = x'8f..': it is short
**   t(a, c DEFAULT 1)             UPDATE t SET c = c: it holds 1 from now on
**   t(a, c DEFAULT 2)             a, c = 1
*/
#include <string.h>
#include "fit.h"
#include "hash.h"
#include "shortrow.h"
#include "sql.h"
#include "text.h"

#define RANGES_MAX 1000000 /* runs of rows that are remembered: 16 MB */

/* Runs of rows, one behind the other, that are all short: pairs of the first
** and the last rowid. */
typedef struct Ranges {
  int n;
  int nAlloc;
  i64 *a; /* free with sqlite3_free() */
} Ranges;

/* The columns up to this one are in all rows: it can only have been there from
** the beginning. An index of a column. ALTER TABLE ADD COLUMN can add nothing
** STORED (lang_altertable.html). Nor can it add a key, but INSERT .. SELECT may
** copy rows as they are, short ones too, into a table that has one. */
static int firstColumns(const MigModelTable *pTable) {
  int iLast = 0;
  int i;

  for (i = 0; i < pTable->nColumn; i++) {
    if (migFitStorage(&pTable->aColumn[i]) == MIG_STORAGE_STORED) {
      iLast = i;
    }
  }
  return iLast;
}

/* Does what is read for a row without the column become something else: for
** another DEFAULT, or the same read with another affinity? pAlt->iOld is then
** that of a column. */
static int readsAnew(const MigTableDiff *pDiff, const MigAlteration *pAlt) {
  const MigModelColumn *pOld;

  if (pAlt->eKind != MIG_ALT_TYPE) {
    return pAlt->eKind == MIG_ALT_DEFAULT;
  }
  pOld = &pDiff->pOld->pTable->aColumn[pAlt->iOld];
  return pOld->pDefault &&
         pOld->eAffinity != pDiff->pNew->pTable->aColumn[pAlt->iNew].eAffinity;
}

/* The value that is put in, as SQL, in the arena: the hash of the definition,
** as a blob. */
static const char *markText(MigEditing *pe) {
  char zHex[2 * MIG_HASH_SIZE + 1];
  u8 aHash[MIG_HASH_SIZE];
  MigHash hash;

  migHashInit(&hash);
  migHashAdd(&hash, pe->pDiff->pOld->zSql, (i64)strlen(pe->pDiff->pOld->zSql));
  migHashFinal(&hash, aHash);
  migHashHex(aHash, MIG_HASH_SIZE, zHex);
  return migPrintf(pe->p, "x'%s'", zHex);
}

/* For each column that is read anew and that a row may lack what is put in, as
** SQL; NULL for the others, and in place of the array when there are none.
** bQuick: NULL, where the column may be that. Indexed by old columns. Generated
** columns rely on no DEFAULT. */
static const char **marksMake(MigEditing *pe, int bQuick) {
  const MigTableDiff *pDiff = pe->pDiff;
  const MigModelTable *pOld = pDiff->pOld->pTable;
  const char **azMark = migAlloc(pe->p, (u64)pOld->nColumn * sizeof(char *));
  const char *zMark = markText(pe);
  int iLast = firstColumns(pOld);
  int n = 0;
  int i;

  for (i = 0; i < pDiff->n && pe->p->rc == SQLITE_OK; i++) {
    int k = pDiff->a[i].iOld;
    if (readsAnew(pDiff, &pDiff->a[i]) && k > iLast &&
        migFitStorage(&pOld->aColumn[k]) == MIG_STORAGE_PLAIN) {
      azMark[k] = bQuick && !pOld->aColumn[k].bNotNull ? "NULL" : zMark;
      n++;
    }
  }
  return n ? azMark : 0;
}

/* The old text with other DEFAULTs: a column's own is replaced, and where there
** is none it is put behind the column. In the arena. */
static const char *markedText(MigEditing *pe, const char **azMark) {
  const MigModelObject *pOld = pe->pDiff->pOld;
  const char *z = pOld->pDdl->z;
  MigText text = {0, 0, 0};
  i64 iDone = 0;
  int i;

  for (i = 0; i < pOld->pTable->nColumn; i++) {
    const MigModelColumn *pColumn = &pOld->pTable->aColumn[i];
    MigSpan gap;
    if (azMark[i] == 0) {
      continue;
    }
    gap.iStart = pColumn->pDdl->all.iStart + pColumn->pDdl->all.n;
    gap.n = 0;
    if (pColumn->pDefault) {
      gap = pColumn->pDefault->all;
    }
    migTextAdd(pe->p, &text, z + iDone, gap.iStart - iDone);
    migTextF(pe->p, &text, " DEFAULT %s", azMark[i]);
    iDone = gap.iStart + gap.n;
  }
  migTextStr(pe->p, &text, z + iDone);
  return migTextZ(&text);
}

/* The SQL that is true for a short row, while the marks are in. In the arena.
** Other rows may fit it as well. */
static const char *shortText(MigEditing *pe, const char **azMark) {
  const MigModelTable *pOld = pe->pDiff->pOld->pTable;
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pOld->nColumn; i++) {
    if (azMark[i]) {
      migTextF(pe->p, &text, "%s\"%w\" IS %s", text.n ? " OR " : "",
               pOld->aColumn[i].zName, azMark[i]);
    }
  }
  return migTextZ(&text);
}

/* Add a row to the runs. Rows come in the order of their rowids; bNext: the one
** before it was short, too, so it makes the last run longer, whatever rowids
** are missing between the two. */
static void rangesAdd(MigEditing *pe, Ranges *pRanges, i64 iRowid, int bNext) {
  if (bNext && pRanges->n) {
    pRanges->a[2 * pRanges->n - 1] = iRowid;
    return;
  }
  if (pRanges->n == RANGES_MAX) {
    /* unreached: takes two million rows */
    pe->bGiveUp = 1;
    return;
  }
  if (pRanges->n == pRanges->nAlloc) {
    int nNew = pRanges->nAlloc ? 2 * pRanges->nAlloc : 64;
    i64 *aNew = sqlite3_realloc64(pRanges->a, 2 * (u64)nNew * sizeof(i64));
    if (aNew == 0) {
      migNomem(pe->p);
      return;
    }
    pRanges->a = aNew;
    pRanges->nAlloc = nNew;
  }
  pRanges->a[2 * pRanges->n] = iRowid;
  pRanges->a[2 * pRanges->n++ + 1] = iRowid;
}

/* Collect the short rows from rowid iFirst on. The order is that of the rowids.
** zShort is shortText(). */
static void shortCollect(MigEditing *pe, const char *zShort, i64 iFirst,
                         Ranges *pRanges) {
  /* sql-ok: names in quotes, and what shortText() made of them */
  sqlite3_stmt *pStmt = migEditingPrepare(
      pe, migPrintf(pe->p,
                    "SELECT %s, %s FROM main.\"%w\" NOT INDEXED"
                    " WHERE %s >= %lld ORDER BY 1",
                    pe->zRowid, zShort, pe->zTable, pe->zRowid, iFirst));
  int bNext = 0;

  while (migEditingStep(pe, pStmt)) {
    int bShort = sqlite3_column_int(pStmt, 1);
    if (bShort) {
      rangesAdd(pe, pRanges, sqlite3_column_int64(pStmt, 0), bNext);
    }
    bNext = bShort;
  }
  migFinalize(pe->p, pStmt);
}

/* Find the short rows; the mark is in. One pass tells that there are none,
** which is what most tables have, and otherwise where they begin. */
static void shortFind(MigEditing *pe, const char *zShort, Ranges *pRanges) {
  /* sql-ok: names in quotes, and what shortText() made of them */
  sqlite3_stmt *pStmt =
      migEditingPrepare(pe, migPrintf(pe->p,
                                      "SELECT %s FROM main.\"%w\" NOT INDEXED"
                                      " WHERE %s ORDER BY 1 LIMIT 1",
                                      pe->zRowid, pe->zTable, zShort));
  i64 iFirst = 0;
  int bFound = migEditingStep(pe, pStmt);

  if (bFound) {
    iFirst = sqlite3_column_int64(pStmt, 0);
  }
  migFinalize(pe->p, pStmt);
  if (bFound) {
    shortCollect(pe, zShort, iFirst, pRanges);
  }
}

/* Write the rows of the runs as they read. The old text is stored again by
** then. SQLite writes a row with all its columns. */
static void shortUpdate(MigEditing *pe, const char **azMark,
                        const Ranges *pRanges) {
  const MigModelTable *pOld = pe->pDiff->pOld->pTable;
  const char *zComma = "";
  MigText text = {0, 0, 0};
  sqlite3_stmt *pStmt;
  int i;

  migTextF(pe->p, &text, "UPDATE OR ABORT main.\"%w\" NOT INDEXED SET ",
           pe->zTable);
  for (i = 0; i < pOld->nColumn; i++) {
    if (azMark[i]) {
      char *z = migPrintf(pe->p, "\"%w\"", pOld->aColumn[i].zName);
      migTextF(pe->p, &text, "%s%s = %s", zComma, z, z);
      zComma = ", ";
    }
  }
  /* sql-ok: a name in quotes */
  migTextF(pe->p, &text, " WHERE %s BETWEEN ?1 AND ?2", pe->zRowid);
  pStmt = migEditingPrepare(pe, migTextZ(&text));
  pe->bGiveUp = pStmt == 0;
  for (i = 0; i < pRanges->n && pe->p->rc == SQLITE_OK && !pe->bGiveUp; i++) {
    migBindInt(pe->p, pStmt, 1, pRanges->a[2 * i]);
    migBindInt(pe->p, pStmt, 2, pRanges->a[2 * i + 1]);
    migEditingStep(pe, pStmt);
    sqlite3_reset(pStmt);
  }
  migFinalize(pe->p, pStmt);
}

/* The same without triggers: nothing changes that one could be for. TEMP
** triggers cannot be switched off. So where one is on the table, this is given
** up. The setting goes back on every path behind the first change. */
static void shortLengthen(MigEditing *pe, const char **azMark,
                          const Ranges *pRanges) {
  int bTrigger = migEditingConfig(pe->p->db, SQLITE_DBCONFIG_ENABLE_TRIGGER);

  if (pRanges->n == 0 || pe->p->rc || pe->bGiveUp) {
    return;
  }
  if (migQueryInt(pe->p, 0,
                  "SELECT 1 FROM temp.sqlite_schema WHERE type = 'trigger'"
                  " AND tbl_name = %Q COLLATE nocase",
                  pe->zTable)) {
    pe->bGiveUp = 1;
  }
  if (pe->p->rc || pe->bGiveUp) {
    return;
  }
  migEditingSet(pe->p, pe->pTx, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
  shortUpdate(pe, azMark, pRanges);
  migEditingSet(pe->p, pe->pTx, SQLITE_DBCONFIG_ENABLE_TRIGGER, bTrigger);
}

/*
** Have rows that rely on a DEFAULT that is to change read as something else,
** until the old text is put back. Returns the SQL that is true for them, and
** for some others; "" when there can be none, and no text is put in.
**
** The caller puts the text back (migEditingBack()) when the result is not ""
** and nothing was given up. The result belongs to the arena.
*/
const char *migShortRowsMark(MigEditing *pe) {
  const char **azMark = marksMake(pe, 1);

  if (azMark == 0 || pe->bGiveUp || pe->p->rc) {
    return "";
  }
  migEditingText(pe, markedText(pe, azMark));
  return shortText(pe, azMark);
}

/* Have no row rely on a DEFAULT that is to change. The table has rows, and its
** old text, which it has again afterwards. Given up for tables without rowids,
** too many runs, and triggers of TEMP; no harm is done by then. */
void migShortRowsFill(MigEditing *pe) {
  const char **azMark = marksMake(pe, 0);
  Ranges ranges = {0, 0, 0};

  if (pe->bGiveUp || pe->p->rc || azMark == 0) {
    return;
  }
  if (pe->zRowid == 0) { /* NOT INDEXED means nothing without rowids */
    pe->bGiveUp = 1;
    return;
  }
  migEditingText(pe, markedText(pe, azMark));
  if (pe->bGiveUp) {
    return;
  }
  shortFind(pe, shortText(pe, azMark), &ranges);
  migEditingBack(pe);
  shortLengthen(pe, azMark, &ranges);
  sqlite3_free(ranges.a);
}
