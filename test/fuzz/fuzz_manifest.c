/*
** fuzz_manifest.c - any bytes as a manifest.
**
** Asserted: the bytes are refused with BACKUP_DAMAGED, or give a manifest
** that, written and read again, has the same objects, applied revisions and
** tables, and is written the same; its tables are found by their names.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n);

/* What must hold: else the process is aborted, which is a finding of the
** fuzzer. */
static void demand(int bTrue) {
  if (!bTrue) {
    abort();
  }
}

/* Do two texts say the same? NULL is equal to NULL alone. */
static int textSame(const char *zA, const char *zB) {
  return zA == 0 || zB == 0 ? zA == zB : strcmp(zA, zB) == 0;
}

/* The same objects in the same order, each found by its type and name. */
static void objectsTest(const MigManifest *pA, const MigManifest *pB) {
  int i;

  demand(pA->nObject == pB->nObject);
  for (i = 0; i < pA->nObject; i++) {
    const MigObject *pObject = &pA->aObject[i];
    demand(textSame(pObject->zType, pB->aObject[i].zType));
    demand(textSame(pObject->zName, pB->aObject[i].zName));
    demand(textSame(pObject->zTable, pB->aObject[i].zTable));
    demand(textSame(pObject->zSql, pB->aObject[i].zSql));
    demand(textSame(pObject->zVirtual, pB->aObject[i].zVirtual));
    demand(migManifestObject(pA, pObject->zType, pObject->zName) != 0);
  }
}

/* The same applied revisions, with their checksums. */
static void appliedTest(const MigManifest *pA, const MigManifest *pB) {
  int i;

  demand(pA->nApplied == pB->nApplied);
  for (i = 0; i < pA->nApplied; i++) {
    demand(textSame(pA->aApplied[i].zRevision, pB->aApplied[i].zRevision));
    demand(pA->aApplied[i].bFingerprint == pB->aApplied[i].bFingerprint);
    demand(memcmp(pA->aApplied[i].aChecksum, pB->aApplied[i].aChecksum,
                  MIG_HASH_SIZE) == 0);
  }
}

/* The same tables, with their columns, keys and pieces. */
static void tablesTest(const MigManifest *pA, const MigManifest *pB) {
  int i;
  int k;

  demand(pA->nTable == pB->nTable);
  for (i = 0; i < pA->nTable; i++) {
    const MigTableEntry *pOne = &pA->aTable[i];
    const MigTableEntry *pTwo = &pB->aTable[i];
    demand(textSame(pOne->zName, pTwo->zName));
    demand(migManifestTable(pA, pOne->zName) != 0);
    demand(pOne->nKey <= pOne->nColumn && pOne->eKey == pTwo->eKey);
    demand(pOne->nColumn == pTwo->nColumn && pOne->nKey == pTwo->nKey);
    for (k = 0; k < pOne->nColumn; k++) {
      demand(textSame(pOne->azColumn[k], pTwo->azColumn[k]));
    }
    demand(pOne->nPiece == pTwo->nPiece);
    for (k = 0; k < pOne->nPiece; k++) {
      demand(pOne->aiPiece[k] == pTwo->aiPiece[k]);
    }
  }
}

/* Write the manifest, read it, compare, write it again. */
static void againTest(MigContext *p, const MigManifest *pManifest) {
  MigBytes bytes = migManifestEncode(p, pManifest);
  MigManifest again;
  MigBytes bytesAgain;

  memset(&again, 0, sizeof(again));
  migManifestDecode(p, bytes.a, bytes.n, &again);
  demand(p->rc == SQLITE_OK);
  objectsTest(pManifest, &again);
  appliedTest(pManifest, &again);
  tablesTest(pManifest, &again);
  bytesAgain = migManifestEncode(p, &again);
  demand(p->rc == SQLITE_OK && bytesAgain.n == bytes.n &&
         memcmp(bytesAgain.a, bytes.a, (size_t)bytes.n) == 0);
  sqlite3_free(bytes.a);
  sqlite3_free(bytesAgain.a);
}

/* One input: the bytes as a manifest. */
int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n) {
  MigManifest manifest;
  MigContext context;

  memset(&manifest, 0, sizeof(manifest));
  migContextInit(&context, 0);
  migManifestDecode(&context, a, (i64)n, &manifest);
  if (context.rc == SQLITE_OK) {
    againTest(&context, &manifest);
  } else {
    demand(context.eCode == MIG_BACKUP_DAMAGED);
  }
  migContextClear(&context);
  return 0;
}
