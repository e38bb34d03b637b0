/*
** layout.h - how the rows of a table are read and written.
**
** Stored columns are all but generated ones and the INTEGER PRIMARY KEY,
** whose value is the rowid. Of a WITHOUT ROWID table the key columns come
** first, in the order of the key.
*/
#ifndef MIG_LAYOUT_H
#define MIG_LAYOUT_H

#include "text.h"

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
  const char *zCollation;
} MigKeyTerm;

typedef struct MigLayout {
  const char *zTable;
  MigKeyKind eKey;
  int nKey;    /* key columns of MIG_KEY_COLUMNS, else 0 */
  int nColumn; /* stored columns */
  const char **azColumn;
  int nTerm; /* terms of MIG_KEY_COLUMNS, else 0 */
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
