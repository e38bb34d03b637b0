/*
** catalog.c - the model of schema main.
**
** One pass over sqlite_schema; everything else is in the stored texts, so no
** PRAGMA is asked and no virtual table or view is touched: a file with an
** unknown module or a broken view reads like any other. sqlite_schema is read
** in the order of its rowids, and nothing is computed in SQL, so no function
** or collation of the application is called.
**
** A schema is often read again after a change of little of it, or beside one
** that is much the same. What it has in common with the known one is shared, so
** that only what is new is taken apart.
*/
#include <string.h>
#include "sql.h"
#include "catalog.h"

static const char zObjects[] =
    "SELECT type, name, tbl_name, sql FROM main.sqlite_schema"
    " WHERE type IS NOT NULL AND name IS NOT NULL AND tbl_name IS NOT NULL"
    " ORDER BY rowid";

/* The known object that the row of a statement is to the byte, or NULL. Rows
** without a text, indexes of keys, are not looked up: they cost nothing. */
static const MigModelObject *rowKnown(MigContext *p, sqlite3_stmt *pStmt,
                                      const MigModel *pKnown) {
  const char *zType = migColumnPeek(p, pStmt, 0);
  const char *zName = migColumnPeek(p, pStmt, 1);
  const char *zTable = migColumnPeek(p, pStmt, 2);
  const char *zSql = migColumnPeek(p, pStmt, 3);
  const MigModelObject *pObject;
  int i;

  if (p->rc || zSql == 0) {
    return 0;
  }
  i = migModelFind(pKnown, strcmp(zType, "trigger") == 0, zName);
  pObject = i >= 0 ? &pKnown->aObject[i] : 0;
  return pObject && strcmp(zType, migModelKind(pObject->eKind)) == 0 &&
                 strcmp(zName, pObject->zName) == 0 &&
                 strcmp(zTable, pObject->zTable) == 0 &&
                 strcmp(zSql, pObject->zSql) == 0
             ? pObject
             : 0;
}

/* Add the object in the row of a statement. Its texts are copied into the
** arena: those of the row go with the next step. */
static void rowAdd(MigContext *p, sqlite3_stmt *pStmt, MigModel *pModel) {
  char *zName = migColumnText(p, pStmt, 1);
  char *zTable = migColumnText(p, pStmt, 2);
  char *zSql = migColumnText(p, pStmt, 3);
  char *zType = migColumnText(p, pStmt, 0);

  if (p->rc == SQLITE_OK) {
    migModelAdd(p, pModel, zType, zName, zTable, zSql);
  }
}

/*
** Read schema main of p->db, which may be much like pKnown, into *pModel.
** pKnown may be NULL, and else must live as long as what is read; it is not
** *pModel. Whatever pKnown is, the model comes out the same.
**
** One SELECT, in whatever transaction there is: who reads rows as well, or asks
** twice, holds a read transaction around it. After an error the model is not to
** be looked at. A text that is beyond us is no error (model.h).
*/
void migCatalogReadLike(MigContext *p, const MigModel *pKnown,
                        MigModel *pModel) {
  sqlite3_stmt *pStmt = migPrepare(p, zObjects);

  memset(pModel, 0, sizeof(*pModel));
  while (migStep(p, pStmt)) {
    const MigModelObject *pSame = pKnown ? rowKnown(p, pStmt, pKnown) : 0;
    if (pSame) {
      migModelShare(p, pModel, pSame);
    } else {
      rowAdd(p, pStmt, pModel);
    }
  }
  migFinalize(p, pStmt);
  migModelFinish(p, pModel);
}

/* Read schema main of p->db, with nothing known of it. */
void migCatalogRead(MigContext *p, MigModel *pModel) {
  migCatalogReadLike(p, 0, pModel);
}
