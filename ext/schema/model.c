/*
** model.c - a schema as structs.
**
** Built in two steps: migModelAdd() takes the rows of sqlite_schema one by one
** and reads each text; migModelFinish() connects them. Both are linear in the
** size of the schema. Names are found by a hash table over their ASCII lower
** case, which is how SQLite compares them.
**
** A virtual table's own tables are named <virtual table>_<suffix>. The
** suffixes are known for the modules that come with SQLite; of other modules
** every table with such a name counts, unless the virtual table mentions it:
** that is how one names where its content comes from.
**
** Nothing here asks SQLite: a model is made of stored texts alone, so a file
** with missing modules, functions or collations has one as well.
**
** PROBLEMS. Whether a table is a shadow table, or another tool's, is a guess by
** its name and columns. It may come out differently for two schemas that have
** the table (see pairs.c).
*/
#include <string.h>
#include "model.h"
#include "store.h"
#include "text.h"

/* ------------------------------------------------------------------------
** Types
*/

/* Is the name zWord in the n bytes at z, apart from case? */
static int isWord(const char *z, const char *zWord) {
  return migStrNICmp(z, zWord, (i64)strlen(zWord)) == 0;
}

/*
** The affinity that a type gives, as datatype3.html of SQLite has it, section
** 3.1: INT before CHAR, CLOB, TEXT before BLOB before REAL, FLOA, DOUB; NUMERIC
** for what has none of these in it. zType is as in MigModelColumn, not NULL.
** bStrict: the table is STRICT, in which ANY converts nothing.
*/
MigAffinity migModelAffinity(const char *zType, int bStrict) {
  MigAffinity e = MIG_AFFINITY_NUMERIC;

  if (zType[0] == 0 || (bStrict && migStrICmp(zType, "any") == 0)) {
    return MIG_AFFINITY_BLOB;
  }
  for (; *zType; zType++) {
    if (strchr("bcdfirtBCDFIRT", *zType) == 0) {
      continue; /* none of them begins so */
    }
    if (isWord(zType, "int")) {
      return MIG_AFFINITY_INTEGER;
    }
    if (isWord(zType, "char") || isWord(zType, "clob") ||
        isWord(zType, "text")) {
      e = MIG_AFFINITY_TEXT;
    } else if (isWord(zType, "blob") && e != MIG_AFFINITY_TEXT) {
      e = MIG_AFFINITY_BLOB;
    } else if ((isWord(zType, "real") || isWord(zType, "floa") ||
                isWord(zType, "doub")) &&
               e == MIG_AFFINITY_NUMERIC) {
      e = MIG_AFFINITY_REAL;
    }
  }
  return e;
}

/* Does it begin a quoted name? A string in the place of a name is one, too. */
static int isQuote(char c) {
  return c == '"' || c == '\'' || c == '`' || c == '[';
}

/* Undo the quotes of the name at the beginning of z, in place; the rest goes.
** A closing quote that stands twice is one, as in sqlite3Dequote(). A name that
** is not closed ends with the text. */
static void typeUnquote(char *z) {
  char cQuote = (char)(z[0] == '[' ? ']' : z[0]);
  i64 n = 0;
  i64 i;

  for (i = 1; z[i] && (z[i] != cQuote || z[i + 1] == cQuote); i++) {
    i += z[i] == cQuote;
    z[n++] = z[i];
  }
  z[n] = 0;
}

/* A type as SQLite tells it. It takes quotes off in two steps: the first and
** the last byte when no other quote is between, then what is quoted first.
** "" where no type is written; NULL after an error. */
static const char *typeText(MigContext *p, const MigDdl *pDdl,
                            const MigDdlColumn *pColumn) {
  i64 n = pColumn->type.n;
  char *z = migStrndup(p, pDdl->z + pColumn->type.iStart, n);
  i64 i;

  if (z == 0 || !isQuote(z[0])) {
    return z;
  }
  for (i = 1; i < n - 1 && !isQuote(z[i]); i++) {
  }
  if (n >= 3 && i == n - 1) {
    z[n - 1] = 0;
    return z + 1;
  }
  typeUnquote(z);
  return z;
}

/* ------------------------------------------------------------------------
** Tables
*/

/* Are two names the same, apart from case? Each of them may be NULL: missing,
** and the same as another that is missing. */
int migModelNameSame(const char *zA, const char *zB) {
  return zA && zB ? migStrICmp(zA, zB) == 0 : zA == zB;
}

/* Index of the column of this name, apart from case, or -1. Generated columns
** have a name like any other; rowid, oid and _rowid_ are found only where a
** column is called so. */
int migModelColumn(const MigModelTable *pTable, const char *zName) {
  int i;

  for (i = 0; i < pTable->nColumn; i++) {
    if (migStrICmp(pTable->aColumn[i].zName, zName) == 0) {
      return i;
    }
  }
  return -1;
}

/* Index of the column that a token names, or -1: also for a token that is no
** name. The same without a copy of the name. */
static int columnOf(const MigModelTable *pTable, const MigDdl *pDdl,
                    const MigToken *pName) {
  int i;

  for (i = 0; i < pTable->nColumn; i++) {
    if (migTokenNameIs(pDdl->z, pName, pTable->aColumn[i].zName)) {
      return i;
    }
  }
  return -1;
}

/* Read one column into zeroed memory. That a later constraint takes the place
** of an earlier one of its kind is SQLite's rule, too. */
static void columnRead(MigContext *p, const MigDdl *pDdl,
                       const MigDdlColumn *pFrom, MigModelColumn *pTo) {
  int i;

  pTo->pDdl = pFrom;
  pTo->zName = migTokenName(p, pDdl->z, &pFrom->name);
  pTo->zType = typeText(p, pDdl, pFrom);
  for (i = 0; i < pFrom->nConstraint; i++) {
    const MigDdlConstraint *pCon = &pDdl->aConstraint[pFrom->iConstraint + i];
    switch (pCon->eKind) {
    case MIG_CON_NOT_NULL:
      pTo->pNotNull = pCon;
      break;
    case MIG_CON_DEFAULT:
      pTo->pDefault = pCon;
      break;
    case MIG_CON_COLLATE:
      pTo->pCollate = pCon;
      break;
    case MIG_CON_GENERATED:
      pTo->pGenerated = pCon;
      break;
    default:
      break;
    }
  }
  pTo->bNotNull = pTo->pNotNull != 0;
  if (p->rc == SQLITE_OK) {
    pTo->eAffinity = (u8)migModelAffinity(pTo->zType, pDdl->bStrict);
  }
}

/* The columns a constraint names, or the one it stands at. A name that is no
** column of the table, which SQLite refuses but a file may hold, becomes -1. */
static void constraintColumns(MigContext *p, const MigDdl *pDdl,
                              const MigModelTable *pTable,
                              MigModelConstraint *pTo) {
  const MigDdlConstraint *pCon = pTo->pDdl;
  int n = pCon->iColumn >= 0 ? 1 : pCon->nTerm;
  int i;

  pTo->aiColumn = migAlloc(p, (u64)n * sizeof(int));
  if (p->rc) {
    return;
  }
  pTo->nColumn = n;
  for (i = 0; i < n; i++) {
    pTo->aiColumn[i] =
        pCon->iColumn >= 0
            ? pCon->iColumn
            : columnOf(pTable, pDdl, &pDdl->aTerm[pCon->iTerm + i].name);
  }
}

/* The parent of a foreign key. nParent stays 0 where its columns are not named:
** then the PRIMARY KEY of the parent is meant, which is not looked up. */
static void constraintParent(MigContext *p, const MigDdl *pDdl,
                             MigModelConstraint *pTo) {
  const MigDdlConstraint *pCon = pTo->pDdl;
  int i;

  pTo->zParent = migTokenName(p, pDdl->z, &pCon->target);
  pTo->azParent = migAlloc(p, (u64)pCon->nParent * sizeof(char *));
  for (i = 0; i < pCon->nParent && p->rc == SQLITE_OK; i++) {
    pTo->azParent[pTo->nParent++] =
        migTokenName(p, pDdl->z, &pDdl->aTerm[pCon->iParent + i].name);
  }
}

/* Read one listed constraint into zeroed memory. The columns that a CHECK is
** about are nowhere kept: its expression may name any. */
static void constraintRead(MigContext *p, const MigDdl *pDdl,
                           const MigModelTable *pTable,
                           const MigDdlConstraint *pCon,
                           MigModelConstraint *pTo) {
  pTo->eKind = pCon->eKind;
  pTo->pDdl = pCon;
  pTo->zName = migTokenName(p, pDdl->z, &pCon->name);
  if (pCon->eKind != MIG_CON_CHECK) {
    constraintColumns(p, pDdl, pTable, pTo);
  }
  if (pCon->eKind == MIG_CON_FOREIGN_KEY) {
    constraintParent(p, pDdl, pTo);
  }
}

/* Is this a constraint that a model lists? */
static int isListed(const MigDdlConstraint *pCon) {
  return pCon->eKind == MIG_CON_PRIMARY_KEY || pCon->eKind == MIG_CON_UNIQUE ||
         pCon->eKind == MIG_CON_CHECK || pCon->eKind == MIG_CON_FOREIGN_KEY;
}

/* What follows from the PRIMARY KEY. A single column is the rowid when its
** type is INTEGER; DESC prevents that only at the column itself. */
static void primaryRead(const MigDdl *pDdl, MigModelTable *pTable) {
  const MigModelConstraint *pPrimary = &pTable->aConstraint[pTable->iPrimary];
  const MigDdlConstraint *pCon = pPrimary->pDdl;
  int i;

  if (pPrimary->nColumn == 1 && pPrimary->aiColumn[0] >= 0 && !pCon->bDesc &&
      !pDdl->bWithoutRowid &&
      migStrICmp(pTable->aColumn[pPrimary->aiColumn[0]].zType, "integer") ==
          0) {
    pTable->iRowid = pPrimary->aiColumn[0];
    pTable->bAutoincrement = pCon->bAutoincrement;
  }
  for (i = 0; i < pPrimary->nColumn; i++) {
    MigModelColumn *pColumn;
    if (pPrimary->aiColumn[i] < 0) {
      continue;
    }
    pColumn = &pTable->aColumn[pPrimary->aiColumn[i]];
    if (pColumn->iKey == 0) { /* a column may be named twice */
      pColumn->iKey = i + 1;
    }
    if (pDdl->bWithoutRowid || (pDdl->bStrict && pTable->iRowid < 0)) {
      pColumn->bNotNull = 1;
    }
  }
}

/* What the text of a table says; NULL after an error that came before. Columns
** are read first, because constraints are told by their index. */
static MigModelTable *tableRead(MigContext *p, const MigDdl *pDdl) {
  MigModelTable *pTable = migAlloc(p, sizeof(*pTable));
  int n = 0;
  int i;

  if (pTable == 0) {
    return 0;
  }
  for (i = 0; i < pDdl->nConstraint; i++) {
    n += isListed(&pDdl->aConstraint[i]);
  }
  pTable->aColumn = migAlloc(p, (u64)pDdl->nColumn * sizeof(MigModelColumn));
  pTable->aConstraint = migAlloc(p, (u64)n * sizeof(MigModelConstraint));
  pTable->iPrimary = -1;
  pTable->iRowid = -1;
  for (i = 0; i < pDdl->nColumn && p->rc == SQLITE_OK; i++) {
    columnRead(p, pDdl, &pDdl->aColumn[i], &pTable->aColumn[i]);
    pTable->nColumn++;
  }
  for (i = 0; i < pDdl->nConstraint && p->rc == SQLITE_OK; i++) {
    const MigDdlConstraint *pCon = &pDdl->aConstraint[i];
    if (isListed(pCon)) {
      n = pTable->nConstraint++;
      constraintRead(p, pDdl, pTable, pCon, &pTable->aConstraint[n]);
      if (pCon->eKind == MIG_CON_PRIMARY_KEY) {
        pTable->iPrimary = n;
      }
    }
  }
  if (pTable->iPrimary >= 0 && p->rc == SQLITE_OK) {
    primaryRead(pDdl, pTable);
  }
  return pTable;
}

/* ------------------------------------------------------------------------
** Objects
*/

/* The kind as sqlite_schema has it in column type: "table" for a virtual table
** as well. A constant. */
const char *migModelKind(MigDdlKind eKind) {
  static const char *const az[] = {"table", "table", "index", "view",
                                   "trigger"};

  return az[eKind];
}

/* Is it a table, ordinary or virtual? */
int migModelIsTable(const MigModelObject *pObject) {
  return pObject->eKind == MIG_DDL_TABLE || pObject->eKind == MIG_DDL_VIRTUAL;
}

/*
** Room for one more of nByte bytes behind the n in array a, which was made by
** this function and is NULL or anything when n is 0. Returns the array, which
** may have moved (it doubles, from 16); NULL after an error. The element is
** zero unless the array was cut shorter before. The old place stays in the
** arena.
**
** The usual way to use it:
**
**   pList->a = migModelRoom(p, pList->a, pList->n, sizeof(*pItem));
**   if (pList->a) {
**     pItem = &pList->a[pList->n++];
**     ...
*/
void *migModelRoom(MigContext *p, void *a, int n, u64 nByte) {
  if (n == 0) {
    return migAlloc(p, 16 * nByte);
  }
  if (n >= 16 && (n & (n - 1)) == 0) {
    return migGrow(p, a, (u64)n * nByte, 2 * (u64)n * nByte);
  }
  return p->rc ? 0 : a;
}

/* Read the text of an object. A text that is none, or none for its type, is
** beyond us; that is no error. So is CREATE TABLE AS, which SQLite never
** stores. */
static void objectRead(MigContext *p, const char *zType,
                       MigModelObject *pObject) {
  MigDdl *pDdl = migAlloc(p, sizeof(*pDdl));
  int i;

  if (pDdl == 0) {
    return;
  }
  if (migDdlRead(p, pObject->zSql, (i64)strlen(pObject->zSql), pDdl)) {
    if (strcmp(zType, migModelKind(pDdl->eKind)) == 0 &&
        (pDdl->eKind != MIG_DDL_TABLE || pDdl->select.n == 0)) {
      pObject->pDdl = pDdl;
      pObject->eKind = pDdl->eKind;
    }
  } else if (p->eCode == MIG_FORMAT) {
    migErrorClear(p);
  }
  /* Downwards, so that of the two kinds called "table" it is TABLE. */
  for (i = MIG_DDL_TRIGGER; pObject->pDdl == 0 && i >= 0; i--) {
    if (strcmp(zType, migModelKind((MigDdlKind)i)) == 0) {
      pObject->eKind = (MigDdlKind)i;
    }
  }
  if (pObject->pDdl && pObject->eKind == MIG_DDL_TABLE) {
    pObject->pTable = tableRead(p, pDdl);
  }
}

/* Room for one more object, linked with nothing; NULL after an error. */
static MigModelObject *objectAdd(MigContext *p, MigModel *pModel) {
  MigModelObject *pObject;

  pModel->aObject =
      migModelRoom(p, pModel->aObject, pModel->nObject, sizeof(*pObject));
  if (pModel->aObject == 0) {
    return 0;
  }
  pObject = &pModel->aObject[pModel->nObject++];
  memset(pObject, 0, sizeof(*pObject));
  pObject->iOn = -1;
  pObject->iFirst = -1;
  pObject->iNext = -1;
  pObject->iVirtual = -1;
  return pObject;
}

/* Add an object that another model has; that must live as long. Its text is not
** read once more. eSkip and the indexes of other objects are not taken along:
** migModelFinish(), to be called behind the last one, finds them anew. */
void migModelShare(MigContext *p, MigModel *pModel,
                   const MigModelObject *pKnown) {
  MigModelObject *pObject = objectAdd(p, pModel);

  if (pObject) {
    pObject->eKind = pKnown->eKind;
    pObject->zName = pKnown->zName;
    pObject->zTable = pKnown->zTable;
    pObject->zSql = pKnown->zSql;
    pObject->pDdl = pKnown->pDdl;
    pObject->pTable = pKnown->pTable;
  }
}

/*
** Add a row of sqlite_schema, in the order of its rowids. The texts must live
** as long as the model; zSql is NULL for the index of a PRIMARY KEY or UNIQUE.
** Call migModelFinish() behind the last one: until then nothing is found by
** name. A text that cannot be read is no error (pDdl is NULL then).
*/
void migModelAdd(MigContext *p, MigModel *pModel, const char *zType,
                 const char *zName, const char *zTable, const char *zSql) {
  MigModelObject *pObject;
  MigModelAuto *pAuto;

  if (zSql == 0) {
    pModel->aAuto =
        migModelRoom(p, pModel->aAuto, pModel->nAuto, sizeof(*pAuto));
    if (pModel->aAuto) {
      pAuto = &pModel->aAuto[pModel->nAuto++];
      pAuto->zName = zName;
      pAuto->zTable = zTable;
    }
    return;
  }
  pObject = objectAdd(p, pModel);
  if (pObject) {
    pObject->zName = zName;
    pObject->zTable = zTable;
    pObject->zSql = zSql;
    objectRead(p, zType, pObject);
  }
}

/* FNV-1a over n bytes of a name, apart from case. Triggers begin elsewhere, for
** they have names of their own. It need not withstand names that were chosen to
** collide: that only makes the search longer. */
static u32 nameHash(int bTrigger, const char *z, i64 n) {
  u32 u = 2166136261u + (u32)bTrigger;
  i64 i;

  for (i = 0; i < n; i++) {
    u32 c = (unsigned char)z[i];
    u = (u ^ (c >= 'A' && c <= 'Z' ? c + 32 : c)) * 16777619u;
  }
  return u;
}

/* The object whose name is the n bytes at z, or -1. The table is never more
** than half full, so a free slot ends the search. */
static int findName(const MigModel *pModel, int bTrigger, const char *z,
                    i64 n) {
  u32 uMask = (u32)pModel->nSlot - 1;
  u32 u;

  if (pModel->nSlot == 0) {
    return -1;
  }
  for (u = nameHash(bTrigger, z, n) & uMask; pModel->aSlot[u] >= 0;
       u = (u + 1) & uMask) {
    const MigModelObject *pObject = &pModel->aObject[pModel->aSlot[u]];
    if ((pObject->eKind == MIG_DDL_TRIGGER) == bTrigger &&
        migStrNICmp(pObject->zName, z, n) == 0 && pObject->zName[n] == 0) {
      return pModel->aSlot[u];
    }
  }
  return -1;
}

/* Index of the object of this name, apart from case, or -1; also for NULL, and
** for the indexes that SQLite makes by itself. Triggers have names of their
** own; everything else shares them. Of two with one name, which only a damaged
** file has, it is the first. */
int migModelFind(const MigModel *pModel, int bTrigger, const char *zName) {
  return zName ? findName(pModel, bTrigger, zName, (i64)strlen(zName)) : -1;
}

/* Make the hash table: open addressing, linear probing, at least twice as many
** slots as objects. */
static void namesEnter(MigContext *p, MigModel *pModel) {
  u32 uMask;
  int i;

  for (pModel->nSlot = 16; pModel->nSlot < 2 * pModel->nObject;
       pModel->nSlot *= 2) {
  }
  pModel->aSlot = migAlloc(p, (u64)pModel->nSlot * sizeof(int));
  if (pModel->aSlot == 0) {
    pModel->nSlot = 0;
    return;
  }
  memset(pModel->aSlot, 0xff, (size_t)pModel->nSlot * sizeof(int));
  uMask = (u32)pModel->nSlot - 1;
  for (i = 0; i < pModel->nObject; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    u32 u = nameHash(pObject->eKind == MIG_DDL_TRIGGER, pObject->zName,
                     (i64)strlen(pObject->zName)) &
            uMask;
    while (pModel->aSlot[u] >= 0) {
      u = (u + 1) & uMask;
    }
    pModel->aSlot[u] = i;
  }
}

/* Link indexes and triggers with what they are on. From the end, so that each
** chain keeps the order. */
static void objectsLink(MigModel *pModel) {
  int i;

  for (i = pModel->nObject - 1; i >= 0; i--) {
    MigModelObject *pObject = &pModel->aObject[i];
    if (pObject->eKind == MIG_DDL_INDEX || pObject->eKind == MIG_DDL_TRIGGER) {
      pObject->iOn = migModelFind(pModel, 0, pObject->zTable);
    }
    if (pObject->iOn >= 0) {
      MigModelObject *pOn = &pModel->aObject[pObject->iOn];
      pObject->iNext = pOn->iFirst;
      pOn->iFirst = i;
    }
  }
}

/* ------------------------------------------------------------------------
** What is left alone
*/

/* Tables of other tools. Those whose name could be anybody's must have the
** columns that are listed, more may be there. A name may be listed twice. */
static const struct Tool {
  const char *zTable;
  const char *azColumn[3];
} aTool[] = {
    {"alembic_version", {"version_num", 0, 0}},
    {"schema_migrations", {"version", 0, 0}},  /* dbmate, golang-migrate, */
    {"schema_migrations", {"filename", 0, 0}}, /* Rails, Ecto; Sequel */
    {"ar_internal_metadata", {"key", "value", 0}},
    {"goose_db_version", {"version_id", 0, 0}},
    {"flyway_schema_history", {"installed_rank", 0, 0}},
    {"databasechangelog", {"ID", "AUTHOR", "FILENAME"}},
    {"databasechangeloglock", {"ID", "LOCKED", 0}},
    {"atlas_schema_revisions", {"version", 0, 0}},
    {"_prisma_migrations", {0, 0, 0}},
    {"_prisma_marker", {0, 0, 0}},
    {"_prisma_ledger", {0, 0, 0}},
    {"django_migrations", {"app", "name", 0}},
    {"__diesel_schema_migrations", {0, 0, 0}},
    {"_sqlx_migrations", {0, 0, 0}},
    {"refinery_schema_history", {"version", 0, 0}},
    {"__drizzle_migrations", {0, 0, 0}},
    {"d1_migrations", {"name", 0, 0}},
    {"knex_migrations", {"name", "batch", 0}},
    {"knex_migrations_lock", {"is_locked", 0, 0}},
    {"kysely_migration", {"name", "timestamp", 0}},
    {"kysely_migration_lock", {"is_locked", 0, 0}},
    {"migrations", {"id", "timestamp", "name"}},  /* TypeORM */
    {"migrations", {"id", "migration", "batch"}}, /* Laravel */
    {"__EFMigrationsHistory", {0, 0, 0}},
    {"__EFMigrationsLock", {0, 0, 0}},
    {"gorp_migrations", {"id", "applied_at", 0}}, /* sql-migrate */
    {"grdb_migrations", {"identifier", 0, 0}},
    {"_sqlite_migrations", {"migration_set", 0, 0}},
    {"SequelizeMeta", {"name", 0, 0}},
    {"room_master_table", {"identity_hash", 0, 0}},
};

/* Is it a table of another tool? Not when its text is beyond us. */
static int isTool(const MigModelObject *pObject) {
  const MigModelTable *pTable = pObject->pTable;
  size_t i;
  int k;

  for (i = 0; pTable && i < sizeof(aTool) / sizeof(aTool[0]); i++) {
    const struct Tool *pTool = &aTool[i];
    if (migStrICmp(pTool->zTable, pObject->zName) != 0) {
      continue;
    }
    for (k = 0; k < 3 && pTool->azColumn[k] &&
                migModelColumn(pTable, pTool->azColumn[k]) >= 0;
         k++) {
    }
    if (k == 3 || pTool->azColumn[k] == 0) {
      return 1;
    }
  }
  return 0;
}

/* The suffixes of the tables that a module makes, with blanks around each;
** NULL: not known. */
static const char *moduleSuffixes(const MigDdl *pDdl) {
  static const char *const az[][2] = {
      {"fts3", " content segments segdir docsize stat "},
      {"fts4", " content segments segdir docsize stat "},
      {"fts5", " data idx content docsize config "},
      {"rtree", " node parent rowid "},
      {"rtree_i32", " node parent rowid "},
      {"geopoly", " node parent rowid "}};
  size_t i;

  for (i = 0; pDdl && i < sizeof(az) / sizeof(az[0]); i++) {
    if (migTokenNameIs(pDdl->z, &pDdl->module, az[i][0])) {
      return az[i][1];
    }
  }
  return 0;
}

/* Does z hold the n bytes at zName, apart from case? */
static int textHolds(const char *z, const char *zName, i64 n) {
  for (; *z; z++) {
    if (migStrNICmp(z, zName, n) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Is a table a part of a virtual one whose name are its first nName bytes? What
** is behind them and the '_' must be a suffix of the module. */
static int isShadow(const MigModelObject *pVirtual, const char *zName,
                    i64 nName) {
  const char *zSuffixes = moduleSuffixes(pVirtual->pDdl);
  const char *zSuffix = zName + nName + 1;
  char zWord[16];

  if (zSuffixes) {
    if (strlen(zSuffix) > sizeof(zWord) - 3) { /* longer than any of them */
      return 0;
    }
    sqlite3_snprintf(sizeof(zWord), zWord, " %s ", zSuffix);
    if (!textHolds(zSuffixes, zWord, (i64)strlen(zWord))) {
      return 0;
    }
  }
  return !textHolds(pVirtual->zSql, zName, (i64)strlen(zName));
}

/* The virtual table that a table is a part of, or -1. Either name may have more
** '_' in it, so all are tried, the shortest name of a virtual table first. */
static int shadowOf(const MigModel *pModel, const char *zName) {
  const char *z;
  int i;

  for (z = strchr(zName, '_'); z; z = strchr(z + 1, '_')) {
    i = findName(pModel, 0, zName, z - zName);
    if (i >= 0 && pModel->aObject[i].eKind == MIG_DDL_VIRTUAL &&
        isShadow(&pModel->aObject[i], zName, z - zName)) {
      return i;
    }
  }
  return -1;
}

/* Ours: by name, whatever stands behind the prefix. GLOB, not LIKE: case counts
** there, but not in the names of the tables that we have. */
static int isStore(const char *zName) {
  return strncmp(zName, "_migrate_", 9) == 0 || migStoreOwnsTable(zName);
}

/* Mark a table, virtual table or view that is left alone. Only an ordinary
** table can be another's part, or another tool's. */
static void skipFind(const MigModel *pModel, MigModelObject *pObject) {
  if (migStrNICmp(pObject->zName, "sqlite_", 7) == 0) {
    pObject->eSkip = MIG_SKIP_SQLITE;
  } else if (isStore(pObject->zName)) {
    pObject->eSkip = MIG_SKIP_STORE;
  } else if (pObject->eKind == MIG_DDL_TABLE) {
    pObject->iVirtual = shadowOf(pModel, pObject->zName);
    if (pObject->iVirtual >= 0) {
      pObject->eSkip = MIG_SKIP_SHADOW;
    } else if (isTool(pObject)) {
      pObject->eSkip = MIG_SKIP_TOOL;
    }
  }
}

/*
** Connect what was added: names, iOn, iFirst, iNext, iVirtual, eSkip. To be
** called once, behind the last object; after an error the model is of no use.
** Indexes and triggers take the eSkip of what they are on; one that is on
** nothing, as a trigger of TEMP is, may still be ours by its name.
*/
void migModelFinish(MigContext *p, MigModel *pModel) {
  int i;

  namesEnter(p, pModel);
  if (p->rc) {
    return;
  }
  objectsLink(pModel);
  for (i = 0; i < pModel->nObject; i++) {
    MigModelObject *pObject = &pModel->aObject[i];
    if (pObject->eKind != MIG_DDL_INDEX && pObject->eKind != MIG_DDL_TRIGGER) {
      skipFind(pModel, pObject);
    }
  }
  for (i = 0; i < pModel->nObject; i++) {
    MigModelObject *pObject = &pModel->aObject[i];
    if (pObject->iOn >= 0) {
      pObject->eSkip = pModel->aObject[pObject->iOn].eSkip;
    } else if (pObject->eSkip == MIG_SKIP_NO && isStore(pObject->zName)) {
      pObject->eSkip = MIG_SKIP_STORE;
    }
  }
}
