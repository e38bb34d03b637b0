/*
** mirror.c - the version table of another tool, kept true.
**
** While setting mirror names one, what the other tool reads is made to say
** what is applied here, in the transaction that changes it:
**   alembic_version    a row for each current head
**   schema_migrations  a row for each applied revision (dbmate). Rows that are
**                      no revision of this file stay: dbmate has run these
**   user_version       how many revisions are applied
** Repeatable revisions are in none of them.
**
** The table is made as its owner makes it. One that is there must be the
** owner's: an ordinary table of that one column, which no trigger and no
** foreign key listens to; else UNSUPPORTED, and nothing is written. So is an
** alembic_version with a version that was never here: Alembic has gone on by
** itself, and what it did is not known yet.
*/
#include <string.h>
#include "sql.h"
#include "catalog.h"
#include "revisions.h"
#include "settings.h"
#include "store.h"
#include "mirror.h"

#define INSERT_ROWS 100 /* rows of one INSERT */

typedef struct MirrorTable {
  const char *zTable;
  const char *zColumn;
  int bHeads; /* one row a head, else one a revision */
  const char *zCreate;
  const char *zRows;
  const char *zDelete;
  const char *zInsert; /* the rows follow */
} MirrorTable;

/* zCreate is the owner's text to the letter, but for the schema's name. */
static const MirrorTable aMirror[] = {
    {"alembic_version", "version_num", 1,
     "CREATE TABLE IF NOT EXISTS main.alembic_version (\n"
     "\tversion_num VARCHAR(32) NOT NULL, \n"
     "\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n)",
     "SELECT version_num FROM main.alembic_version",
     "DELETE FROM main.alembic_version",
     "INSERT INTO main.alembic_version(version_num) VALUES"},
    {"schema_migrations", "version", 0,
     "CREATE TABLE IF NOT EXISTS main.\"schema_migrations\""
     " (version varchar(128) primary key)",
     "SELECT version FROM main.schema_migrations",
     "DELETE FROM main.schema_migrations WHERE version IN"
     " (SELECT revision FROM main._migrate_revisions)",
     "INSERT INTO main.schema_migrations(version) VALUES"},
};

/* The table that a value of setting mirror names, NULL for user_version. */
static const MirrorTable *mirrorTable(const char *zMirror) {
  size_t i;

  for (i = 0; i < sizeof(aMirror) / sizeof(aMirror[0]); i++) {
    if (strcmp(aMirror[i].zTable, zMirror) == 0) {
      return &aMirror[i];
    }
  }
  return 0;
}

/* The revisions that the other tool is to know as heads, or as applied. */
static MigSet mirrorSet(MigContext *p, int bHeads, const MigState *pState) {
  MigSet set = migSetCopy(p, &pState->applied);
  MigSet outside = migGraphRepeatables(p, pState->pGraph);

  migSetSubtract(&set, &outside);
  return bHeads && p->rc == SQLITE_OK ? migGraphCurrent(p, pState->pGraph, &set)
                                      : set;
}

/* ---- statements ---- */

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
** in pState; none without the setting. They need the _migrate_ tables. bStore
** is the version of the store. */
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
    migListAdd(
        p, pOut,
        migPrintf(p, "PRAGMA main.user_version = %d", migSetCount(&set)));
  }
}

/* ---- what is there ---- */

/* Does a table of the model refer to zTable by a foreign key? */
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

/* Has an object of the model a trigger? */
static int hasTrigger(const MigModel *pModel, const MigModelObject *pObject) {
  int i;

  for (i = pObject->iFirst; i >= 0; i = pModel->aObject[i].iNext) {
    if (pModel->aObject[i].eKind == MIG_DDL_TRIGGER) {
      return 1;
    }
  }
  return 0;
}

static int hasTempTrigger(MigContext *p, const char *zTable) {
  return migQueryInt(p, 0,
                     "SELECT EXISTS(SELECT 1 FROM temp.sqlite_schema WHERE"
                     " type = 'trigger' AND tbl_name = %Q COLLATE NOCASE)",
                     zTable) != 0;
}

/* Is the owner's table there? UNSUPPORTED for anything else of its name. */
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

/* Was zVersion a current head before this call? */
static int wasCurrent(MigContext *p, const char *zVersion) {
  const char *z = migMetaText(p, "current");
  size_t n = strlen(zVersion);

  while (p->rc == SQLITE_OK && z && *z) {
    size_t nId = strcspn(z, ",");
    if (nId == n && memcmp(z, zVersion, n) == 0) {
      return 1;
    }
    z += nId;
    z += *z == ',';
  }
  return 0;
}

/* Compare the rows of the table with the set. Appends what differs. *pzForeign
** is a version in a row that stands for nothing here, else it stays. */
static void rowsCompare(MigContext *p, const MirrorTable *pTable,
                        const MigState *pState, const MigSet *pSet,
                        MigList *pOut, const char **pzForeign) {
  sqlite3_stmt *pStmt = migPrepare(p, pTable->zRows);
  MigSet left = migSetCopy(p, pSet);
  int i;

  while (migStep(p, pStmt)) {
    const char *z = (const char *)sqlite3_column_text(pStmt, 0);
    i = z ? migGraphFind(pState->pGraph, z) : -1;
    if (i >= 0 && migSetHas(pSet, i)) {
      migSetRemove(&left, i);
    } else if (i >= 0 || pTable->bHeads) {
      const char *zRow = migPrintf(p, "%s", z ? z : "NULL");
      migListAdd(p, pOut,
                 migPrintf(p, "%s lists %s, which is not %s", pTable->zTable,
                           zRow, pTable->bHeads ? "current" : "applied"));
      if (i < 0 && !wasCurrent(p, zRow)) {
        *pzForeign = zRow;
      }
    }
  }
  migFinalize(p, pStmt);
  for (i = migSetNext(&left, -1); i >= 0 && p->rc == SQLITE_OK;
       i = migSetNext(&left, i)) {
    migListAdd(p, pOut,
               migPrintf(p, "%s does not list %s", pTable->zTable,
                         pState->pGraph->aNode[i].zId));
  }
}

/* What differs from the set, and what stands for nothing here. */
static void mirrorCompare(MigContext *p, const char *zMirror,
                          const MigState *pState, MigList *pOut,
                          const char **pzForeign) {
  const MirrorTable *pTable = mirrorTable(zMirror);
  MigSet set = mirrorSet(p, pTable && pTable->bHeads, pState);
  i64 n;

  if (p->rc) {
    return;
  }
  if (pTable == 0) {
    n = migQueryInt(p, 0, "PRAGMA main.user_version");
    if (n != migSetCount(&set)) {
      migListAdd(p, pOut,
                 migPrintf(p, "user_version is %lld, and %d are applied", n,
                           migSetCount(&set)));
    }
  } else if (tableThere(p, pTable)) {
    rowsCompare(p, pTable, pState, &set, pOut, pzForeign);
  } else if (p->rc == SQLITE_OK) {
    migListAdd(p, pOut, migPrintf(p, "%s is not there", zMirror));
  }
}

/*
** Make what setting mirror names say what is applied in pState, of which the
** applied set and the graph count. The caller holds the write transaction and
** has changed _migrate_applied. Returns whether anything was written.
** UNSUPPORTED.
*/
int migMirrorKeep(MigContext *p, const MigState *pState) {
  const char *zMirror = p->rc ? 0 : migSettingText(p, 1, "mirror");
  const char *zForeign = 0;
  MigList differ = {0, 0};
  MigList statements = {0, 0};
  int i;

  if (p->rc || zMirror == 0) {
    return 0;
  }
  mirrorCompare(p, zMirror, pState, &differ, &zForeign);
  if (p->rc == SQLITE_OK && zForeign) {
    migFail(p, MIG_UNSUPPORTED,
            "%s lists %s, which is no revision of this file; import it and run"
            " migrate_adopt, or take setting mirror back",
            zMirror, zForeign);
  }
  if (p->rc || differ.n == 0) {
    return 0;
  }
  migMirrorSql(p, 1, pState, &statements);
  for (i = 0; i < statements.n && p->rc == SQLITE_OK; i++) {
    migExec(p, statements.az[i]);
  }
  return p->rc == SQLITE_OK;
}

/* Append what setting mirror names says wrongly. Returns that name, NULL
** without the setting. The caller holds a read transaction. */
const char *migMirrorFind(MigContext *p, const MigState *pState,
                          MigList *pOut) {
  const char *zMirror = p->rc ? 0 : migSettingText(p, 1, "mirror");
  const char *zForeign = 0;

  if (zMirror) {
    mirrorCompare(p, zMirror, pState, pOut, &zForeign);
  }
  return zMirror;
}
