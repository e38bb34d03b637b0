/*
** mirror.c - the version table of another tool, kept true.
**
** While setting mirror names one, what the other tool reads is made to say
** what is applied here, in the transaction that changes it:
**   alembic_version    a row for each current head
**   schema_migrations  a row for each applied revision (dbmate). Rows that are
**                      no revision of this file stay: dbmate has run these
**   user_version       the number that is the id of the only current head; when
**                      that is none, or there are several heads: how many
**                      revisions are applied
** Repeatable revisions are in none of them.
**
** In a graph where 002 stands on 001 and both are applied:
**
**   alembic_version: 002    schema_migrations: 001, 002    user_version: 2
**
** The table is made as its owner makes it. One that is there must be the
** owner's: an ordinary table of that one column, which no trigger and no
** foreign key listens to; else UNSUPPORTED, and nothing is written.
**
** The other tool may go on by itself. What it has applied and we have not is
** not ours to wipe out: a row of a revision that is not applied here, a version
** that Alembic alone knows, a higher user_version. Each call that changes what
** is applied looks for these before it does anything (migMirrorGoneOn); so does
** the one that sets the setting. As it held then that nothing is listed that is
** not applied, whatever is to be removed afterwards is what the call undid.
**
** Nor is what it has undone to be written back. As each of our calls leaves the
** table with all that is applied, whatever it lacks of that later was taken out
** by someone else, and a run stops at it (migMirrorCheck). The calls by which a
** user says what is so go on: a stamp, a restore, setting the setting.
**
** So a difference is one of three things (MirrorFound), which are told apart by
** what is applied here. A call that is to change this
**
**   theirs   listed, and not applied here           stops
**   undone   applied here, and not listed           stops when it is a run
**   stale    listed, applied, but no head any more  puts it right in passing
**
** Of a number only "more" and "less" can be said: theirs, undone.
*/
#include <string.h>
#include "sql.h"
#include "catalog.h"
#include "revisions.h"
#include "settings.h"
#include "store.h"
#include "mirror.h"

#define INSERT_ROWS 100          /* rows of one INSERT */
#define VERSION_MAX 2147483647LL /* greatest user_version */

/* A table that can be named by the setting, and the statements for it. */
typedef struct MirrorTable {
  const char *zTable;  /* also the value of the setting */
  const char *zColumn; /* the only one */
  int bHeads;          /* one row a head, else one a revision */
  const char *zCreate; /* no-op where it is there */
  const char *zRows;   /* reads the ids, sorted */
  const char *zDelete; /* what is to be written anew; may leave rows */
  const char *zInsert; /* the rows follow */
} MirrorTable;

/* zCreate is the owner's text to the letter, but for the schema's name. */
static const MirrorTable aMirror[] = {
    {"alembic_version", "version_num", 1,
     "CREATE TABLE IF NOT EXISTS main.alembic_version (\n"
     "\tversion_num VARCHAR(32) NOT NULL, \n"
     "\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n)",
     "SELECT version_num FROM main.alembic_version ORDER BY 1",
     "DELETE FROM main.alembic_version",
     "INSERT INTO main.alembic_version(version_num) VALUES"},
    {"schema_migrations", "version", 0,
     "CREATE TABLE IF NOT EXISTS main.\"schema_migrations\""
     " (version varchar(128) primary key)",
     "SELECT version FROM main.schema_migrations ORDER BY 1",
     "DELETE FROM main.schema_migrations WHERE version IN"
     " (SELECT revision FROM main._migrate_revisions)",
     "INSERT INTO main.schema_migrations(version) VALUES"},
};

/* What differs from what is applied. Texts are in the arena. */
typedef struct MirrorFound {
  MigList differ;      /* all of it, a sentence each, and what to do about it */
  const char *zTheirs; /* what shows that the other tool has gone on, or NULL */
  const char *zUndone; /* that it has undone something, or NULL */
} MirrorFound;

/* The table that a value of setting mirror names, bytewise; NULL for
** user_version, the only other one. */
static const MirrorTable *mirrorTable(const char *zMirror) {
  size_t i;

  for (i = 0; i < sizeof(aMirror) / sizeof(aMirror[0]); i++) {
    if (strcmp(aMirror[i].zTable, zMirror) == 0) {
      return &aMirror[i];
    }
  }
  return 0;
}

/* The revisions that the other tool is to know as heads (bHeads), or as
** applied. Heads are found anew, among the ordinary ones alone. */
static MigSet mirrorSet(MigContext *p, int bHeads, const MigState *pState) {
  MigSet set = migSetCopy(p, &pState->applied);
  MigSet outside = migGraphRepeatables(p, pState->pGraph);

  migSetSubtract(&set, &outside);
  return bHeads && p->rc == SQLITE_OK ? migGraphCurrent(p, pState->pGraph, &set)
                                      : set;
}

/* What user_version says of the applied revisions in a set. An id of digits
** that is 0, or more than user_version holds (a signed number of 32 bits), is
** no number here. The loop ends before n can overflow. */
static i64 mirrorNumber(MigContext *p, const MigGraph *pGraph,
                        const MigSet *pSet) {
  MigSet heads = migGraphCurrent(p, pGraph, pSet);
  const char *z = "";
  i64 n = 0;

  if (p->rc == SQLITE_OK && migSetCount(&heads) == 1) {
    z = pGraph->aNode[migSetNext(&heads, -1)].zId;
  }
  for (; migIsDigit(*z) && n <= VERSION_MAX; z++) {
    n = 10 * n + (*z - '0');
  }
  return *z == 0 && n > 0 && n <= VERSION_MAX ? n : migSetCount(pSet);
}

/* ---- statements ---- */

/* Append INSERTs of the revisions in a set, INSERT_ROWS each, so that none gets
** too long however many there are. */
static void insertsAdd(MigContext *p, const MirrorTable *pTable,
                       const MigGraph *pGraph, const MigSet *pSet,
                       MigList *pOut) {
  int i = migSetNext(pSet, -1);

  while (i >= 0 && p->rc == SQLITE_OK) {
    MigText text = {0, 0, 0};
    int n;
    migTextStr(p, &text, pTable->zInsert);
    for (n = 0; n < INSERT_ROWS && i >= 0; n++) {
      migTextF(p, &text, "%s(%Q)", n ? ", " : " ", pGraph->aNode[i].zId);
      i = migSetNext(pSet, i);
    }
    migListAdd(p, pOut, text.z);
  }
}

/* Append the statements that make what setting mirror names say what is applied
** in pState; none without the setting. They stand without a semicolon, in the
** order in which they are to run, in the arena, and need the _migrate_ tables.
** bStore is the version of the store, 0 for none, which has no setting. Of the
** state the graph and applied count, not current. Nothing is run, and what is
** there is not looked at. */
void migMirrorSql(MigContext *p, int bStore, const MigState *pState,
                  MigList *pOut) {
  const char *zMirror = bStore ? migSettingText(p, bStore, "mirror") : 0;
  const MirrorTable *pTable;
  MigSet set;

  if (p->rc || zMirror == 0) {
    return;
  }
  pTable = mirrorTable(zMirror);
  set = mirrorSet(p, pTable && pTable->bHeads, pState);
  if (p->rc) {
    return;
  }
  if (pTable) {
    migListAdd(p, pOut, pTable->zCreate);
    migListAdd(p, pOut, pTable->zDelete);
    insertsAdd(p, pTable, pState->pGraph, &set, pOut);
  } else {
    migListAdd(p, pOut,
               migPrintf(p, "PRAGMA main.user_version = %lld",
                         mirrorNumber(p, pState->pGraph, &set)));
  }
}

/* Append the rows that migMirrorSql() writes to a table, as ids of the graph;
** none for user_version. zMirror is the value of the setting, not NULL. */
void migMirrorIds(MigContext *p, const char *zMirror, const MigState *pState,
                  MigList *pOut) {
  const MirrorTable *pTable = mirrorTable(zMirror);
  MigSet set;
  int i;

  if (p->rc || pTable == 0) {
    return;
  }
  set = mirrorSet(p, pTable->bHeads, pState);
  for (i = p->rc ? -1 : migSetNext(&set, -1); i >= 0; i = migSetNext(&set, i)) {
    migListAdd(p, pOut, pState->pGraph->aNode[i].zId);
  }
}

/* ---- what is there ---- */

/* Does a table of the model refer to zTable by a foreign key? By a constraint
** of the table or of a column. */
static int isParent(const MigModel *pModel, const char *zTable) {
  int i;
  int k;

  for (i = 0; i < pModel->nObject; i++) {
    const MigModelTable *pTable = pModel->aObject[i].pTable;
    for (k = 0; pTable && k < pTable->nConstraint; k++) {
      const char *zParent = pTable->aConstraint[k].zParent;
      if (zParent && migStrICmp(zParent, zTable) == 0) {
        return 1;
      }
    }
  }
  return 0;
}

/* Has an object of the model a trigger? One of schema main; TEMP triggers are
** not in it. */
static int hasTrigger(const MigModel *pModel, const MigModelObject *pObject) {
  int i;

  for (i = pObject->iFirst; i >= 0; i = pModel->aObject[i].iNext) {
    if (pModel->aObject[i].eKind == MIG_DDL_TRIGGER) {
      return 1;
    }
  }
  return 0;
}

/* Has the connection a TEMP trigger on a table of that name, whatever schema
** that is of? */
static int hasTempTrigger(MigContext *p, const char *zTable) {
  return migQueryInt(p, 0,
                     "SELECT EXISTS(SELECT 1 FROM temp.sqlite_schema WHERE"
                     " type = 'trigger' AND tbl_name = %Q COLLATE NOCASE)",
                     zTable) != 0;
}

/* Is the owner's table there? UNSUPPORTED for anything else of its name, and
** for one that something listens to: what we write must have no effect but that
** it is written. */
static int tableThere(MigContext *p, const MirrorTable *pTable) {
  const MigModelObject *pObject;
  const char *zWhy = 0;
  MigModel model;
  int i;

  migCatalogRead(p, &model);
  i = p->rc ? -1 : migModelFind(&model, 0, pTable->zTable);
  if (i < 0) {
    return 0;
  }
  pObject = &model.aObject[i];
  if (pObject->eKind != MIG_DDL_TABLE) {
    zWhy = "is no ordinary table";
  } else if (pObject->pTable == 0 || pObject->pTable->nColumn != 1 ||
             migModelColumn(pObject->pTable, pTable->zColumn) < 0) {
    zWhy = "does not have its owner's columns";
  } else if (hasTrigger(&model, pObject) || hasTempTrigger(p, pTable->zTable)) {
    zWhy = "has a trigger";
  } else if (isParent(&model, pTable->zTable)) {
    zWhy = "is the parent of a foreign key";
  }
  if (zWhy) {
    migFail(p, MIG_UNSUPPORTED,
            "%s %s; mend it, or take setting mirror back with"
            " migrate_config('mirror', NULL)",
            pTable->zTable, zWhy);
  }
  return p->rc == SQLITE_OK;
}

/* What is wrong with a row that the set does not have, NULL for nothing;
** iNode is its revision, or below 0. *pbTheirs: the other tool has gone on. It
** is set for a row that nothing is wrong with as well, and means nothing then.
** A row of schema_migrations that is no revision of ours is its owner's. */
static const char *rowWrong(MigContext *p, const MirrorTable *pTable,
                            const MigState *pState, const char *zRow, int iNode,
                            int *pbTheirs) {
  *pbTheirs = 1;
  if (iNode < 0) {
    return pTable->bHeads
               ? migPrintf(p,
                           "%s lists %s, which is no revision of this file;"
                           " import it and run migrate_adopt, or take setting"
                           " mirror back",
                           pTable->zTable, zRow)
               : 0;
  }
  if (!migSetHas(&pState->applied, iNode)) {
    return migPrintf(p,
                     "%s lists %s, which is not applied here; run migrate_adopt"
                     " first, or delete the row if it is stale",
                     pTable->zTable, zRow);
  }
  *pbTheirs = 0;
  return migPrintf(p,
                   "%s lists %s, which is not current; set setting mirror"
                   " again",
                   pTable->zTable, zRow);
}

/* Add what is applied here and not there; the last such is what a message
** says. */
static void undoneAdd(MigContext *p, MirrorFound *pFound, const char *z) {
  migListAdd(p, &pFound->differ, z);
  pFound->zUndone = z;
}

/* Compare the rows of the table with the set: each row is in it, or wrong, and
** what is left of it was undone. A NULL is shown as that word. */
static void rowsCompare(MigContext *p, const MirrorTable *pTable,
                        const MigState *pState, const MigSet *pSet,
                        MirrorFound *pFound) {
  sqlite3_stmt *pStmt = migPrepare(p, pTable->zRows);
  MigSet left = migSetCopy(p, pSet);
  int i;

  while (migStep(p, pStmt)) {
    const char *z = (const char *)sqlite3_column_text(pStmt, 0);
    const char *zWrong;
    int bTheirs = 0;
    i = z ? migGraphFind(pState->pGraph, z) : -1;
    if (i >= 0 && migSetHas(pSet, i)) {
      migSetRemove(&left, i);
      continue;
    }
    zWrong = rowWrong(p, pTable, pState, z ? z : "NULL", i, &bTheirs);
    if (zWrong) {
      migListAdd(p, &pFound->differ, zWrong);
      pFound->zTheirs = bTheirs ? zWrong : pFound->zTheirs;
    }
  }
  migFinalize(p, pStmt);
  for (i = migSetNext(&left, -1); i >= 0 && p->rc == SQLITE_OK;
       i = migSetNext(&left, i)) {
    undoneAdd(p, pFound,
              migPrintf(p,
                        "%s does not list %s, which is applied here;"
                        " migrate_stamp what is so if the other tool has undone"
                        " it, else set setting mirror again",
                        pTable->zTable, pState->pGraph->aNode[i].zId));
  }
}

/* The same for user_version: greater is theirs, less is undone. */
static void numberCompare(MigContext *p, const MigState *pState,
                          const MigSet *pSet, MirrorFound *pFound) {
  i64 n = migQueryInt(p, 0, "PRAGMA main.user_version");
  i64 nWanted = mirrorNumber(p, pState->pGraph, pSet);
  const char *z;

  if (n == nWanted || p->rc) {
    return;
  }
  z = migPrintf(p,
                "user_version is %lld, and what is applied here makes it"
                " %lld; %s",
                n, nWanted,
                n > nWanted ? "run migrate_adopt first, or lower it yourself"
                            : "migrate_stamp what is so if the other tool has"
                              " undone something, else set setting mirror"
                              " again");
  if (n > nWanted) {
    migListAdd(p, &pFound->differ, z);
    pFound->zTheirs = z;
  } else {
    undoneAdd(p, pFound, z);
  }
}

/* What differs from what is applied, and what the other tool did. That there is
** no table at all counts as undone: our calls leave one. */
static void mirrorCompare(MigContext *p, const char *zMirror,
                          const MigState *pState, MirrorFound *pFound) {
  const MirrorTable *pTable = mirrorTable(zMirror);
  MigSet set = mirrorSet(p, pTable && pTable->bHeads, pState);

  if (p->rc) {
    return;
  }
  if (pTable == 0) {
    numberCompare(p, pState, &set, pFound);
  } else if (tableThere(p, pTable)) {
    rowsCompare(p, pTable, pState, &set, pFound);
  } else if (p->rc == SQLITE_OK) {
    undoneAdd(p, pFound,
              migPrintf(p,
                        "%s is not there; set setting mirror again, or take it"
                        " back with migrate_config('mirror', NULL)",
                        zMirror));
  }
}

/* Read setting mirror, and compare what it names. Returns that name, NULL
** without the setting and after an error that was there before. *pFound is set
** in any case. There must be a store. */
static const char *mirrorLook(MigContext *p, const MigState *pState,
                              MirrorFound *pFound) {
  const char *zMirror = p->rc ? 0 : migSettingText(p, 1, "mirror");

  memset(pFound, 0, sizeof(*pFound));
  if (zMirror) {
    mirrorCompare(p, zMirror, pState, pFound);
  }
  return zMirror;
}

/*
** UNSUPPORTED when what setting mirror names says that the other tool has gone
** on by itself, or is not its owner's. To be called with what is applied before
** anything of it is changed. The caller holds a transaction and there is a
** store.
*/
void migMirrorGoneOn(MigContext *p, const MigState *pState) {
  MirrorFound found;

  mirrorLook(p, pState, &found);
  if (found.zTheirs && p->rc == SQLITE_OK) {
    migFail(p, MIG_UNSUPPORTED, "%s", found.zTheirs);
  }
}

/* The same, and also when the other tool has undone something. For calls that
** would write that back. */
void migMirrorCheck(MigContext *p, const MigState *pState) {
  MirrorFound found;

  mirrorLook(p, pState, &found);
  if ((found.zTheirs || found.zUndone) && p->rc == SQLITE_OK) {
    migFail(p, MIG_UNSUPPORTED, "%s",
            found.zTheirs ? found.zTheirs : found.zUndone);
  }
}

/* Does what setting mirror names lack something that is applied? 0 without the
** setting. Needs a store and a transaction, as the others do; UNSUPPORTED only
** when it is not its owner's. */
int migMirrorUndone(MigContext *p, const MigState *pState) {
  MirrorFound found;

  mirrorLook(p, pState, &found);
  return found.zUndone != 0;
}

/*
** Make what setting mirror names say what is applied in pState, of which the
** applied set and the graph count. The caller holds the write transaction,
** has called one of the above and then changed _migrate_applied. Returns
** whether anything was written. Nothing is when nothing differs, so a call that
** changes nothing leaves the file as it is. UNSUPPORTED, and after any error
** the caller must undo the transaction.
*/
int migMirrorKeep(MigContext *p, const MigState *pState) {
  MirrorFound found;
  MigList statements = {0, 0};
  int i;

  if (mirrorLook(p, pState, &found) == 0 || p->rc || found.differ.n == 0) {
    return 0;
  }
  migMirrorSql(p, 1, pState, &statements);
  for (i = 0; i < statements.n && p->rc == SQLITE_OK; i++) {
    migExec(p, statements.az[i]);
  }
  return p->rc == SQLITE_OK;
}

/* Append what setting mirror names says wrongly, and what to do about it.
** Returns that name, NULL without the setting. The caller holds a read
** transaction, and there is a store. */
const char *migMirrorFind(MigContext *p, const MigState *pState,
                          MigList *pOut) {
  MirrorFound found;
  const char *zMirror = mirrorLook(p, pState, &found);
  int i;

  for (i = 0; i < found.differ.n; i++) {
    migListAdd(p, pOut, found.differ.az[i]);
  }
  return zMirror;
}
