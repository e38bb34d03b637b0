/*
** layout.h - how the rows of a table are read and written.
**
** Stored columns are all but generated ones and the INTEGER PRIMARY KEY,
** whose value is the rowid. Of a WITHOUT ROWID table the key columns come
** first, in the order of the key.
**
**   CREATE TABLE                                  key      stored columns
**   t(id INTEGER PRIMARY KEY, a, b AS (a + 1))    rowid    a
**   t(a, b, PRIMARY KEY(b, a))                    rowid    a, b
**   t(a, b, c, PRIMARY KEY(c, a)) WITHOUT ROWID   columns  c, a, b
**   t(rowid, _rowid_, oid)                        none     all three
**
** The order of the stored columns is the order of the values of an encoded row
** (rowcode.h), and is written into manifests with their names.
*/
#ifndef MIG_LAYOUT_H
#define MIG_LAYOUT_H

#include "text.h"

/* How the rows of a table are named and ordered. The numbers stand in
** manifests. */
typedef enum MigKeyKind {
  MIG_KEY_ROWID = 0,   /* rows have a rowid that can be read and written */
  MIG_KEY_COLUMNS = 1, /* WITHOUT ROWID: the first nKey columns */
  MIG_KEY_NONE = 2     /* the rowid cannot be named, as columns have all its
                          names (or it would be a column too many for SQLite):
                          the rows are numbered from 1 in their order */
} MigKeyKind;

/* One term of the order of a WITHOUT ROWID table. A column may stand in
** several terms, under different collations. */
typedef struct MigKeyTerm {
  int iColumn; /* of the stored columns, less than nKey */
  int bDesc;
  const char *zCollation; /* never NULL: BINARY where none was written */
} MigKeyTerm;

/* A table of schema main. Texts and arrays are in the arena, zTable is the
** caller's. Any change of the schema makes it void. */
typedef struct MigLayout {
  const char *zTable;
  MigKeyKind eKey;
  int nKey;              /* key columns of MIG_KEY_COLUMNS, else 0 */
  int nColumn;           /* stored columns */
  const char **azColumn; /* their names */
  int nTerm;             /* terms of MIG_KEY_COLUMNS, else 0 */
  const MigKeyTerm *aTerm;
  const char *zRowid; /* name by which the rowid is read and written, of
                         MIG_KEY_ROWID, else NULL */
  int bComputed;      /* generated columns, or indexes that are partial or
                         on expressions: a value cannot come in parts */
} MigLayout;

int migLayoutSystem(const char *zTable);
void migLayoutRead(MigContext *p, const char *zTable, MigLayout *pLayout);
char *migLayoutScan(MigContext *p, const MigLayout *pLayout,
                    const char *zWhere);
char *migLayoutInsert(MigContext *p, const MigLayout *pLayout);
void migLayoutWhere(MigContext *p, const MigLayout *pLayout, MigText *pSql);
char *migLayoutDelete(MigContext *p, const MigLayout *pLayout);

#endif
