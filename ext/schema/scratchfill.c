/*
** scratchfill.c - a scratch database filled with the objects of a model.
**
** They are known to be good: SQLite has taken them before. Their rows are put
** into sqlite_schema, and read in once (scratchrow.c says why). The root pages
** the rows name must be there and of the right type; they come with the
** database, which is made as the bytes of a file (imageMake). Where SQLite
** cannot open bytes, before 3.39, they come from tables that are made for their
** root page alone.
**
** Virtual tables are made by their modules, or by stand-ins for those.
*/
#include <string.h>
#include "scratchfill.h"
#include "scratchrow.h"

#define IMAGE_PAGE 1024 /* bytes of a page */

/* ------------------------------------------------------------------------
** Rows, and the root pages they name. p works in the scratch database.
*/

/* An object that is stored in pages of its own has this root page type; a
** WITHOUT ROWID table is an index b-tree. Views, triggers and virtual tables
** have none. */
#define ROOT_NONE 0
#define ROOT_TABLE 13 /* leaf of a table b-tree, fileformat2.html 1.6 */
#define ROOT_INDEX 10 /* leaf of an index b-tree */

/* The type of its root page. One that is beyond us counts as a rowid table. */
static u8 rootType(const MigModelObject *pObject) {
  if (pObject->eKind == MIG_DDL_INDEX) {
    return ROOT_INDEX;
  }
  if (pObject->eKind != MIG_DDL_TABLE) {
    return ROOT_NONE;
  }
  return pObject->pDdl && pObject->pDdl->bWithoutRowid ? ROOT_INDEX
                                                       : ROOT_TABLE;
}

/* Big-endian, as all integers of the file format. */
static void putU16(u8 *a, u32 v) {
  a[0] = (u8)(v >> 8);
  a[1] = (u8)v;
}

/* The same in four bytes. */
static void putU32(u8 *a, u32 v) {
  putU16(a, v >> 16);
  putU16(a + 2, v);
}

/*
** The bytes of a database file with an empty schema and n pages behind it that
** are empty root pages of the types at aeRoot (fileformat2.html, 1.3, 1.6). a
** has (n + 1) * IMAGE_PAGE bytes. An empty page has its type in byte 0 and, in
** bytes 5 and 6, where its cells begin: at its end. Page 1 has that behind the
** 100 bytes of the file header.
*/
static void imageMake(u8 *a, const u8 *aeRoot, int n) {
  int i;

  memset(a, 0, (size_t)(n + 1) * IMAGE_PAGE);
  memcpy(a, "SQLite format 3", 16);
  putU16(a + 16, IMAGE_PAGE);
  a[18] = a[19] = 1; /* rollback journal */
  a[21] = 64;        /* fixed fractions of payload */
  a[22] = a[23] = 32;
  putU32(a + 24, 1); /* change counter, for which the size is valid */
  putU32(a + 28, (u32)n + 1);
  putU32(a + 40, 1); /* schema cookie */
  putU32(a + 44, 4); /* schema format */
  putU32(a + 56, SQLITE_UTF8);
  putU32(a + 92, 1);
  putU32(a + 96, SQLITE_VERSION_NUMBER);
  a[100] = ROOT_TABLE;
  putU16(a + 105, IMAGE_PAGE);
  for (i = 0; i < n; i++) {
    u8 *aPage = a + (size_t)(i + 1) * IMAGE_PAGE;
    aPage[0] = aeRoot[i];
    putU16(aPage + 5, IMAGE_PAGE);
  }
}

/* Make n empty root pages by opening bytes that hold them: 1, or 0 when this
** SQLite cannot, and nothing has happened. Their numbers are 2, 3 and so on.
** The bytes belong to SQLite from then on, also when it fails, which is an
** error of p and 1. */
static int rootsOpen(MigContext *p, MigScratch *pScratch, const u8 *aeRoot,
                     int n) {
  int (*xOpen)(sqlite3 *, const char *, unsigned char *, sqlite3_int64,
               sqlite3_int64, unsigned) = 0;
  i64 nByte = ((i64)n + 1) * IMAGE_PAGE;
  u8 *a;
  int rc;

  /* In the API table since 3.39, in that of an older header not at all. */
#if SQLITE_VERSION_NUMBER >= 3039000
  if (sqlite3_libversion_number() >= 3039000) {
    xOpen = sqlite3_deserialize;
  }
#endif
  if (xOpen == 0) {
    return 0;
  }
  a = sqlite3_malloc64((u64)nByte);
  if (a == 0) {
    migNomem(p);
    return 1;
  }
  imageMake(a, aeRoot, n);
  pScratch->bOwn = 1;
  rc = xOpen(p->db, "main", a, nByte, nByte,
             SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
  pScratch->bOwn = 0;
  if (rc) {
    int rcDb = sqlite3_errcode(p->db); /* out of memory may come as ERROR */
    migFailDb(p, rc == SQLITE_ERROR && rcDb ? rcDb : rc);
  }
  return 1;
}

/* Make n empty root pages by making tables and forgetting them; put their
** numbers into aRow. A page of a table that is not in sqlite_schema stays as it
** is, for SQLite does not look for what is lost. */
static void rootsCreate(MigContext *p, MigScratch *pScratch, const u8 *aeRoot,
                        MigScratchRow *aRow, int n) {
  int i;

  pScratch->nRow = 0;
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    migScratchExecOwn(
        p, pScratch,
        migPrintf(p,
                  aeRoot[i] == ROOT_TABLE
                      ? "CREATE TABLE main.p%d(a)"
                      : "CREATE TABLE main.p%d(a PRIMARY KEY) WITHOUT ROWID",
                  i));
    if (i % MIG_SCRATCH_ROWS == MIG_SCRATCH_ROWS - 1) {
      migScratchRowAside(p, pScratch);
    }
  }
  migScratchRowAside(p, pScratch);
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    aRow[i].iRoot = pScratch->aRow[i].iRoot;
  }
  pScratch->nRow = 0;
  pScratch->aRow = 0;
}

/* Fill in those objects of a model, in its order, that abWanted marks, and the
** indexes of their PRIMARY KEYs and UNIQUEs. Rows with a root page come first,
** then the others. PRAGMA writable_schema=RESET has SQLite forget the schema it
** knows, and the last statement has it read the new one. */
static void fillRows(MigContext *p, MigScratch *pScratch,
                     const MigModel *pModel, const u8 *abWanted) {
  u64 nMax = (u64)pModel->nObject + (u64)pModel->nAuto;
  MigScratchRow *aRow = migAlloc(p, nMax * sizeof(MigScratchRow));
  MigScratchRow *aPaged = migAlloc(p, nMax * sizeof(MigScratchRow));
  u8 *aeRoot = migAlloc(p, nMax);
  int nPaged = 0;
  int nRow = 0;
  int i;

  if (p->rc) {
    return;
  }
  for (i = 0; i < pModel->nObject; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    MigScratchRow row = {migModelKind(pObject->eKind), pObject->zName,
                         pObject->zTable, pObject->zSql, 0};
    if (abWanted[i] && rootType(pObject) == ROOT_NONE) {
      aRow[nRow++] = row;
    } else if (abWanted[i]) {
      aeRoot[nPaged] = rootType(pObject);
      aPaged[nPaged++] = row;
    }
  }
  for (i = 0; i < pModel->nAuto; i++) {
    const MigModelAuto *pAuto = &pModel->aAuto[i];
    int iTable = migModelFind(pModel, 0, pAuto->zTable);
    if (iTable >= 0 && abWanted[iTable]) {
      MigScratchRow row = {"index", pAuto->zName, pAuto->zTable, 0, 0};
      aeRoot[nPaged] = ROOT_INDEX;
      aPaged[nPaged++] = row;
    }
  }
  for (i = 0; i < nPaged; i++) {
    aPaged[i].iRoot = i + 2;
  }
  if (!rootsOpen(p, pScratch, aeRoot, nPaged)) {
    rootsCreate(p, pScratch, aeRoot, aPaged, nPaged);
  }
  migScratchExecOwn(p, pScratch, "BEGIN");
  migScratchRowWrite(p, pScratch, aPaged, nPaged);
  migScratchRowWrite(p, pScratch, aRow, nRow);
  migScratchExecOwn(p, pScratch, "COMMIT");
  migScratchExecOwn(p, pScratch, "PRAGMA writable_schema=RESET");
  migScratchExecOwn(p, pScratch, "SELECT 1 FROM main.sqlite_schema LIMIT 0");
}

/* An index or a trigger is made only where its table is. All others that are
** marked stay so. */
static void fillSettle(const MigModel *pModel, u8 *abWanted) {
  int i;

  for (i = 0; i < pModel->nObject; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    if ((pObject->eKind == MIG_DDL_INDEX ||
         pObject->eKind == MIG_DDL_TRIGGER) &&
        (pObject->iOn < 0 || !abWanted[pObject->iOn])) {
      abWanted[i] = 0;
    }
  }
}

/* Have its module make a virtual table; where it cannot (SQLITE_ERROR), stand
** in for it. Then the tables of the virtual table are made as they are, which a
** real module has done by itself. */
static void virtualMake(MigContext *p, MigScratch *pScratch,
                        const MigModel *pModel, int iVirtual) {
  const MigModelObject *pVirtual = &pModel->aObject[iVirtual];
  const char *zSql = pVirtual->zSql;
  const MigDdl *pDdl = pVirtual->pDdl;
  char *zModule = pDdl ? migTokenName(p, pDdl->z, &pDdl->module) : 0;
  i64 iAt;
  int rc;
  int i;

  if (p->rc) {
    return;
  }
  rc = migScratchRun(p, pScratch, zSql, (i64)strlen(zSql), pDdl, &iAt);
  if (rc && (rc != SQLITE_ERROR ||
             !migStandInModule(p, &pScratch->standIns, zModule))) {
    migFailDb(p, rc);
    return;
  }
  if (!migStandInIs(&pScratch->standIns, zModule)) {
    return;
  }
  if (rc) {
    migScratchRunGood(p, pScratch, zSql, pDdl); /* now with the stand-in */
  }
  for (i = 0; i < pModel->nObject; i++) {
    if (pModel->aObject[i].iVirtual == iVirtual) {
      migScratchRunGood(p, pScratch, pModel->aObject[i].zSql,
                        pModel->aObject[i].pDdl);
    }
  }
}

/* ------------------------------------------------------------------------
** Whole schemas
*/

/*
** Fill an empty scratch database, just opened, with those objects of a model
** that abWanted marks; an index or a trigger only where its table is, which
** unmarks it otherwise. They must be known to be good, and no virtual tables.
** Tables are empty; they can be used.
**
** abWanted has a byte for each object. SQLite reads the texts at once; that it
** does not take one is an error of p.
*/
void migScratchFill(MigContext *p, MigScratch *pScratch, const MigModel *pModel,
                    u8 *abWanted) {
  migScratchSwap(p, pScratch);
  if (p->rc == SQLITE_OK) {
    fillSettle(pModel, abWanted);
    fillRows(p, pScratch, pModel, abWanted);
  }
  migScratchSwap(p, pScratch);
}

/* Fill a scratch database, just opened, with all objects of a model but our own
** tables. The model is that of the user's database, so they are known to be
** good. Virtual tables are made by their modules, or stood in for, and then
** shadow tables by their texts. All tables are empty. */
void migScratchCopy(MigContext *p, MigScratch *pScratch,
                    const MigModel *pModel) {
  u8 *abWanted = migAlloc(p, (u64)pModel->nObject);
  int i;

  for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    abWanted[i] = pObject->eKind != MIG_DDL_VIRTUAL &&
                  pObject->eSkip != MIG_SKIP_SHADOW &&
                  pObject->eSkip != MIG_SKIP_STORE;
  }
  migScratchFill(p, pScratch, pModel, abWanted);
  migScratchSwap(p, pScratch);
  for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
    if (pModel->aObject[i].eKind == MIG_DDL_VIRTUAL) {
      virtualMake(p, pScratch, pModel, i);
    }
  }
  migScratchSwap(p, pScratch);
}
