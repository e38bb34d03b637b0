/*
** rowguard.c - a table that a revision replaces keeps its rows.
**
** Before a revision first drops or renames a table of schema main, the rows
** are counted under its name. When the revision has run, and a table
** of that name exists, it must not have fewer. This catches the copy that
** forgets rows, whatever way it was written:
**
**   CREATE TABLE t_new(...);
**   INSERT INTO t_new SELECT ... FROM t WHERE ...;     some rows are left out
**   DROP TABLE t;                                      3 rows are counted
**   ALTER TABLE t_new RENAME TO t;
**                                                      behind it: 2, DATA_LOSS
**
** A table that is gone behind the script was dropped on purpose. So only tables
** need be counted that the script speaks of again; the caller sees to that,
** because counting reads a whole b-tree. Rows are only counted: a copy that
** leaves one out and makes up another is not noticed. What may be lost is the
** caller's to know, it does not ask about such tables.
*/
#include "sql.h"
#include "text.h"
#include "rowguard.h"

/* A table and the rows that it had when the revision first touched it. */
struct MigGuarded {
  MigGuarded *pNext;
  const char *zTable; /* as the statement has it; case does not matter */
  i64 nRow;           /* rows it had; 0: nothing to be lost */
};

/* Is there a table of that name in schema main, ordinary or virtual? 0 after an
** error. */
static int tableExists(MigContext *p, const char *zTable) {
  return (int)migQueryInt(p, 0,
                          "SELECT 1 FROM main.sqlite_schema"
                          " WHERE type='table' AND name=%Q COLLATE NOCASE",
                          zTable);
}

/* Rows of a table; 0 for a virtual table that cannot be counted, because its
** module is missing, say: it must be possible to drop it. The error is put
** aside while the schema is asked, for nothing runs after one; any other is
** p's again. */
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

/* Count a table's rows, once, before it is dropped or renamed. zTable is copied
** into the arena, which has to last until migRowGuardCheck(). No-op for a name
** that is no table of main. */
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

/* After the revision: DATA_LOSS when a table counted before has fewer rows.
** Within the transaction of the revision, which the caller undoes then. Nothing
** is guarded afterwards. */
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
