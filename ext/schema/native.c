/*
** native.c - ALTER TABLE in a schema of which a part may not compile.
**
** RENAME COLUMN and DROP COLUMN of SQLite 3.38 to 3.54 fail with "error in view
** v: ..." when a view or a trigger, also one that has nothing to do with the
** table, names what is not there: a table, a column, a virtual table whose
** module is missing. (A missing function does not matter, and ADD COLUMN looks
** at none of them.) "error in view v after drop column: ..." means that the
** view would break by it.
**
** What SQLite names is believed, one at a time, until it is content. That is
** exact, and costs nothing where nothing is broken. A broken index, whose
** collation is missing, cannot be set aside, because it could not be made
** again.
**
** What is set aside keeps its old text, which does not follow a rename. SQLite
** could not have rewritten it either: it has to understand a text for that.
*/
#include <string.h>
#include "native.h"
#include "sql.h"

/* ------------------------------------------------------------------------
** Settings
*/

/*
** Set an option of the connection of p to b, which is 0 or 1, and keep in
** pSwitch what it was. Nothing happens after an error, or when it is so
** already. pTx is armed again, because the change expires its compiled
** statements; NULL: scratch database.
**
** migSwitchBack() has to follow on every path.
*/
void migSwitchSet(MigContext *p, MigTransaction *pTx, int iOption, int b,
                  MigSwitch *pSwitch) {
  pSwitch->iOption = iOption;
  pSwitch->bWas = b;
  if (p->rc == SQLITE_OK) {
    sqlite3_db_config(p->db, iOption, -1, &pSwitch->bWas);
  }
  pSwitch->bDone = pSwitch->bWas != b;
  if (pSwitch->bDone) {
    sqlite3_db_config(p->db, iOption, b, (int *)0);
    if (pTx) {
      migTransactionArm(p, pTx);
    }
  }
}

/*
** Put it back, on every path. A change of settings has compiled statements
** expire, those that undo among them, so after an error they are used first:
** the transaction is then undone when this returns, and the undo of the caller
** finds nothing to do.
*/
void migSwitchBack(MigContext *p, MigTransaction *pTx, MigSwitch *pSwitch) {
  if (!pSwitch->bDone) {
    return;
  }
  if (p->rc && pTx) {
    migTransactionUndo(p, pTx);
  }
  sqlite3_db_config(p->db, pSwitch->iOption, pSwitch->bWas, (int *)0);
  pSwitch->bDone = 0;
  if (pTx) {
    migTransactionArm(p, pTx);
  }
}

/* ------------------------------------------------------------------------
** Statements
*/

/* Is a result a refusal, of the statement only? All others mean that the
** connection is out of order: memory, disk, locks, an interrupt. */
static int isRefusal(int rc) {
  int e = rc & 0xff;

  return e == SQLITE_ERROR || e == SQLITE_AUTH || e == SQLITE_CONSTRAINT ||
         e == SQLITE_MISMATCH;
}

/*
** Run one statement to its end: SQLITE_OK, or the result code with which SQLite
** refused it (ERROR, AUTH, CONSTRAINT, MISMATCH), and *pzWhy is why, in the
** arena. A refused statement has changed nothing, and p has no error. Anything
** else is an error of p, and so is code of the application that has ended the
** transaction meanwhile; after one, nothing is run and its code is returned.
**
** pTx is armed again, whatever came out; NULL: scratch database. Rows that the
** statement gives are thrown away.
*/
int migNativeTry(MigContext *p, MigTransaction *pTx, const char *zSql,
                 const char **pzWhy) {
  sqlite3_stmt *pStmt = 0;
  int rc;

  *pzWhy = "";
  if (p->rc) {
    return p->rc;
  }
  rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
  if (rc == SQLITE_OK) {
    do {
      rc = sqlite3_step(pStmt);
    } while (rc == SQLITE_ROW);
    rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
  }
  if (isRefusal(rc)) {
    *pzWhy = migStrdup(p, sqlite3_errmsg(p->db));
  } else if (rc) {
    migFailDb(p, rc);
  }
  sqlite3_finalize(pStmt);
  migTransactionCheck(p, pTx, "a function or collation of the schema");
  if (pTx) {
    migTransactionArm(p, pTx);
  }
  return p->rc ? p->rc : rc;
}

/*
** The statement that makes an object as it is stored. The schema is put in
** front of its name, because TEMP may have an object of that name, or a table
** of that of its table; SQLite does not store it.
**
**   CREATE INDEX i ON t(a)    CREATE INDEX main.i ON t(a)
**
** A text that is beyond us is returned as it is. The result belongs to the
** arena or to the model.
*/
const char *migNativeText(MigContext *p, const MigModelObject *pObject) {
  const MigDdl *pDdl = pObject->pDdl;
  const char *z = pObject->zSql;
  MigText text = {0, 0, 0};

  if (pDdl == 0) {
    return z;
  }
  migTextAdd(p, &text, z, pDdl->name.iStart);
  migTextStr(p, &text, "main.");
  migTextStr(p, &text, z + pDdl->name.iStart);
  return migTextZ(&text);
}

static const char zTemporary[] =
    "SELECT t.sql, EXISTS(SELECT 1 FROM temp.sqlite_schema AS o"
    " WHERE o.type IN('table', 'view') AND o.rowid < t.rowid"
    " AND o.name = t.tbl_name COLLATE NOCASE)"
    " FROM temp.sqlite_schema AS t WHERE t.type = 'trigger'"
    " AND t.tbl_name = ?1 COLLATE NOCASE ORDER BY t.rowid";

/* The schema in front of the table that a trigger is on; END when there is
** none. pDdl is that of a trigger; the token is one of its text. ddl.h keeps
** only the schema of the trigger itself, so the tokens before the table's are
** read. */
MigToken migNativeSchema(const MigDdl *pDdl) {
  MigToken none = {MIG_TK_END, 0, 0};
  MigToken schema;
  MigToken dot = none;
  MigToken token = none;
  i64 i = 0;

  do {
    schema = dot;
    dot = token;
    i = migTokenSignificant(pDdl->z, pDdl->n, i, &token);
  } while (token.iStart < pDdl->table.iStart);
  return dot.eType == MIG_TK_DOT ? schema : none;
}

/*
** List statements that make the TEMP triggers on a table or view of main again.
** One whose table has no schema was made for TEMP where that had such a table
** then.
**
** SQLite resolves the table of a TEMP trigger when it is made, so one without a
** schema is written out with main: made again, it must not find a table that
** TEMP has got since. FORMAT for a text that cannot be read, which SQLite would
** not have stored.
*/
void migNativeTemporary(MigContext *p, const char *zOn, MigList *pList) {
  sqlite3_stmt *pStmt = migPrepare(p, zTemporary);

  migBindText(p, pStmt, 1, zOn);
  while (migStep(p, pStmt)) {
    const char *z = migColumnText(p, pStmt, 0);
    MigText text = {0, 0, 0};
    MigToken schema;
    MigDdl ddl;
    if (p->rc || !migDdlRead(p, z, (i64)strlen(z), &ddl)) {
      break;
    }
    schema = migNativeSchema(&ddl);
    if (schema.eType == MIG_TK_END ? sqlite3_column_int(pStmt, 1)
                                   : !migTokenNameIs(z, &schema, "main")) {
      continue;
    }
    migTextAdd(p, &text, z, ddl.name.iStart);
    migTextStr(p, &text, "temp.");
    migTextAdd(p, &text, z + ddl.name.iStart,
               ddl.table.iStart - ddl.name.iStart);
    migTextStr(p, &text, schema.eType == MIG_TK_END ? "main." : "");
    migTextStr(p, &text, z + ddl.table.iStart);
    migListAdd(p, pList, migTextZ(&text));
  }
  migFinalize(p, pStmt);
}

/* ------------------------------------------------------------------------
** What is in the way
*/

/* An object that SQLite names as the cause. */
typedef struct Blame {
  int iObject;      /* in the model, or -1 */
  int bAfter;       /* it would break by the statement */
  const char *zWhy; /* what is wrong with it */
} Blame;

/* Behind the word for its kind, does zWhy name the object? Then *pBlame says
** what is behind that. Only the two forms count that SQLite uses, "NAME: why"
** and "NAME after what is done: why". */
static int isNamed(const char *zWhy, const MigModelObject *pObject,
                   Blame *pBlame) {
  size_t n = strlen(pObject->zName);
  const char *z = zWhy + n;

  if (strncmp(zWhy, pObject->zName, n) != 0) {
    return 0;
  }
  pBlame->bAfter = strncmp(z, " after ", 7) == 0;
  z = pBlame->bAfter || z[0] == ':' ? strstr(z, ": ") : 0;
  pBlame->zWhy = z ? z + 2 : 0;
  return z != 0;
}

/* Find out from SQLite's message what is in the way. A name may be the
** beginning of another one, so the longest that fits counts. iObject is -1 for
** a message of another form. */
static Blame blameRead(const MigModel *pModel, const char *zWhy) {
  static const struct {
    const char *zText;
    MigDdlKind eKind;
  } aKind[] = {{"error in view ", MIG_DDL_VIEW},
               {"error in trigger ", MIG_DDL_TRIGGER},
               {"error in index ", MIG_DDL_INDEX}};
  Blame blame = {-1, 0, 0};
  size_t nBest = 0;
  size_t k;
  int i;

  for (k = 0; k < sizeof(aKind) / sizeof(aKind[0]); k++) {
    size_t n = strlen(aKind[k].zText);
    if (strncmp(zWhy, aKind[k].zText, n) != 0) {
      continue;
    }
    for (i = 0; i < pModel->nObject; i++) {
      const MigModelObject *pObject = &pModel->aObject[i];
      Blame one = {i, 0, 0};
      if (pObject->eKind == aKind[k].eKind && strlen(pObject->zName) >= nBest &&
          isNamed(zWhy + n, pObject, &one)) {
        blame = one;
        nBest = strlen(pObject->zName);
      }
    }
  }
  return blame;
}

/* ------------------------------------------------------------------------
** Setting aside
*/

/* Keep how an object is made again, unless that is known: a trigger may be set
** aside before its view is. */
static void asideKeep(MigContext *p, MigNative *pNative, int iObject) {
  const MigModelObject *pObject = &pNative->pModel->aObject[iObject];

  if (!pNative->abAside[iObject]) {
    pNative->abAside[iObject] = 1;
    migListAdd(p,
               pObject->eKind == MIG_DDL_VIEW ? &pNative->views
                                              : &pNative->triggers,
               migNativeText(p, pObject));
  }
}

/* Run a statement that nothing should refuse. UNSUPPORTED for an authorizer,
** else SCRIPT with SQLite's code. */
static void asideRun(MigContext *p, MigNative *pNative, const char *zSql) {
  const char *zWhy;
  int rc = migNativeTry(p, pNative->pTx, zSql, &zWhy);

  if ((rc & 0xff) == SQLITE_AUTH) {
    migFailRc(p, rc, MIG_UNSUPPORTED,
              "the authorizer of this connection denies what ALTER TABLE needs "
              "in this schema; have it allow %s",
              zSql);
  } else if (rc) {
    migFailRc(p, rc, MIG_SCRIPT, "%s: %s; mend or drop what is wrong first",
              zWhy, zSql);
  }
  migListAdd(p, pNative->pRun, zSql);
}

/* Set a view with its triggers, or a trigger, aside. DROP VIEW takes the
** triggers along, those of TEMP too, which no model of main lists: so all are
** kept before. */
static void asideSet(MigContext *p, MigNative *pNative, int iObject) {
  const MigModel *pModel = pNative->pModel;
  const MigModelObject *pObject = &pModel->aObject[iObject];
  int i;

  asideKeep(p, pNative, iObject);
  if (pObject->eKind == MIG_DDL_VIEW) {
    migNativeTemporary(p, pObject->zName, &pNative->triggers);
  }
  for (i = pObject->iFirst; i >= 0; i = pModel->aObject[i].iNext) {
    asideKeep(p, pNative, i);
  }
  asideRun(p, pNative,
           migPrintf(p,
                     pObject->eKind == MIG_DDL_VIEW
                         ? "DROP VIEW main.\"%w\""
                         : "DROP TRIGGER main.\"%w\"",
                     pObject->zName));
}

/*
** Run an ALTER TABLE, which names its table with the schema. Returns 1 when it
** is done, 0 when SQLite refuses it, for what cannot be set aside;
** pNative->zWhy is the reason, and p has no error. SCRIPT when it would break a
** view or trigger, or take a column from an index; UNSUPPORTED when an
** authorizer denies the way around.
**
** Each turn sets aside one object that was not, so there are at most as many as
** the model has. What is set aside stays so for the next statements: call
** migNativeEnd() behind the last one, whatever they returned.
*/
int migNativeAlter(MigContext *p, MigNative *pNative, const char *zSql) {
  const MigModel *pModel = pNative->pModel;

  if (pNative->abAside == 0) {
    pNative->abAside = migAlloc(p, (u64)pModel->nObject);
  }
  while (p->rc == SQLITE_OK) {
    Blame blame;
    if (migNativeTry(p, pNative->pTx, zSql, &pNative->zWhy) == SQLITE_OK) {
      migListAdd(p, pNative->pRun, zSql);
      return 1;
    }
    if (p->rc) {
      break;
    }
    blame = blameRead(pModel, pNative->zWhy);
    if (blame.iObject < 0 || pNative->abAside[blame.iObject]) {
      return 0; /* it may be a TEMP one of that name */
    }
    if (blame.bAfter) {
      const MigModelObject *pObject = &pModel->aObject[blame.iObject];
      migFail(p, MIG_SCRIPT,
              "%s %s would no longer compile: %s; drop it first and make it "
              "again afterwards",
              migModelKind(pObject->eKind), pObject->zName, blame.zWhy);
    } else if (pModel->aObject[blame.iObject].eKind == MIG_DDL_INDEX) {
      return 0;
    } else {
      asideSet(p, pNative, blame.iObject);
    }
  }
  return 0;
}

/* Make again what was set aside: views, then triggers, which may be on them. A
** view may name another that is not there yet; SQLite asks for it only when it
** is used. SCRIPT when SQLite does not take one. pNative may be used for more
** statements. */
void migNativeEnd(MigContext *p, MigNative *pNative) {
  int i;

  for (i = 0; i < pNative->views.n && p->rc == SQLITE_OK; i++) {
    asideRun(p, pNative, pNative->views.az[i]);
  }
  for (i = 0; i < pNative->triggers.n && p->rc == SQLITE_OK; i++) {
    asideRun(p, pNative, pNative->triggers.az[i]);
  }
  memset(&pNative->views, 0, sizeof(pNative->views));
  memset(&pNative->triggers, 0, sizeof(pNative->triggers));
}
