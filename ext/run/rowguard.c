/*
** rowguard.c - a table that a revision replaces keeps its rows.
**
** Before a revision first drops or renames a table of schema main, the rows
** are counted under its name. When the revision has run, and a table
** of that name exists, it must not have fewer. This catches the copy that
** forgets rows, whatever way it was written.
*/
#include "sql.h"
#include "text.h"
#include "rowguard.h"

struct MigGuarded {
  MigGuarded *pNext;
  const char *zTable;
  i64 nRow;
};

static int tableExists(MigContext *p, const char *zTable) {
  return (int)migQueryInt(p, 0,
                          "SELECT 1 FROM main.sqlite_schema"
                          " WHERE type='table' AND name=%Q COLLATE NOCASE",
                          zTable);
}

/* Rows of a table; 0 for a virtual table that cannot be counted, because its
** module is missing, say: it must be possible to drop it. */
static i64 countRows(MigContext *p, const char *zTable) {
  i64 n = migQueryInt(p, 0, "SELECT count(*) FROM main.\"%w\"", zTable);

  if (p->rc == SQLITE_ERROR &&
      (p->eCode == MIG_SQLITE || p->eCode == MIG_SCRIPT)) {
    MigContext was;
    migContextInit(&was, p->db);
    migErrorSave(p, &was);
    if (migQueryInt(p, 0,
                    "SELECT lower(substr(sql, 1, 14)) = 'create virtual'"
                    " FROM main.sqlite_schema"
                    " WHERE name=%Q COLLATE NOCASE",
                    zTable)) {
      migErrorClear(&was);
      return 0;
    }
    /* unreached: an ordinary table can be counted */
    if (p->rc == SQLITE_OK) {
      migErrorSave(&was, p);
    }
    migErrorClear(&was);
  }
  return n;
}

/* Count a table's rows, once, before it is dropped or renamed. */
void migRowGuardBefore(MigContext *p, MigRowGuard *pGuard, const char *zTable) {
  MigGuarded *pOne;

  for (pOne = pGuard->pFirst; pOne; pOne = pOne->pNext) {
    if (migStrICmp(pOne->zTable, zTable) == 0) {
      return;
    }
  }
  if (tableExists(p, zTable)) {
    pOne = migAlloc(p, sizeof(*pOne));
    if (pOne) {
      pOne->zTable = migStrdup(p, zTable);
      pOne->nRow = countRows(p, zTable);
      pOne->pNext = pGuard->pFirst;
      pGuard->pFirst = pOne;
    }
  }
}

/* After the revision: DATA_LOSS when a table counted before has fewer rows. */
void migRowGuardCheck(MigContext *p, MigRowGuard *pGuard) {
  MigGuarded *pOne;

  for (pOne = pGuard->pFirst; pOne && p->rc == SQLITE_OK; pOne = pOne->pNext) {
    if (pOne->nRow > 0 && tableExists(p, pOne->zTable)) {
      i64 nNow = countRows(p, pOne->zTable);
      if (nNow < pOne->nRow) {
        migFail(
            p, MIG_DATA_LOSS,
            "table %s was replaced and has %lld row(s) instead of %lld; mend"
            " the script, or allow it with -- migrate:allow-loss \"%w\" in the"
            " script or option allow_loss",
            pOne->zTable, nNow, pOne->nRow, pOne->zTable);
      }
    }
  }
  pGuard->pFirst = 0;
}
