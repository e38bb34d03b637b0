/*
** once.c - the same call runs once within one execution of a statement.
**
** SQLite may evaluate `SELECT f() AS r WHERE r IS NOT NULL` twice. So each
** acting call is remembered, by function and arguments, in the auxiliary data
** of the statement under a negative slot: such a slot is shared by all calls
** in the statement and dropped when it is reset, so that the next execution
** acts again.
**
** The memory is taken before the call acts, and the result text is handed
** over, not copied: nothing can fail after a commit.
*/
#include <stdlib.h>
#include <string.h>
#include "once.h"

#define ONCE_SLOT (-0x6d6967)

struct MigOnce {
  MigOnce *pNext;
  char *zKey; /* function and arguments, see onceKey() */
  i64 nKey;
  int bDone;     /* the call has returned */
  char *zResult; /* its result, NULL for NULL */
  int eSubtype;  /* its subtype */
};

typedef struct OnceList {
  MigOnce *pFirst;
} OnceList;

static void onceFree(void *pArg) {
  OnceList *pList = pArg;

  while (pList->pFirst) {
    MigOnce *pNext = pList->pFirst->pNext;
    sqlite3_free(pList->pFirst->zKey);
    sqlite3_free(pList->pFirst->zResult);
    sqlite3_free(pList->pFirst);
    pList->pFirst = pNext;
  }
  sqlite3_free(pList);
}

/* The list of this statement, made when it is not there. */
static OnceList *onceList(MigContext *p, sqlite3_context *pCtx) {
  OnceList *pList = sqlite3_get_auxdata(pCtx, ONCE_SLOT);

  if (pList == 0) {
    pList = sqlite3_malloc64(sizeof(*pList));
    if (pList) {
      memset(pList, 0, sizeof(*pList));
      sqlite3_set_auxdata(pCtx, ONCE_SLOT, pList, onceFree);
      pList = sqlite3_get_auxdata(pCtx, ONCE_SLOT); /* freed when no memory */
    }
    if (pList == 0) {
      migNomem(p);
    }
  }
  return pList;
}

/* Function name, zero byte, then for each argument its type, the 8 bytes of
** its length and its bytes. */
static char *onceKey(MigContext *p, const char *zFunction, int argc,
                     sqlite3_value **argv, i64 *pnKey) {
  i64 nName = (i64)strlen(zFunction) + 1;
  i64 n = nName;
  char *z;
  int i;

  for (i = 0; i < argc; i++) {
    n += 9 + sqlite3_value_bytes(argv[i]);
  }
  z = sqlite3_malloc64((u64)n);
  if (z == 0) {
    migNomem(p);
    return 0;
  }
  *pnKey = n;
  memcpy(z, zFunction, (size_t)nName);
  n = nName;
  for (i = 0; i < argc; i++) {
    i64 nArg = sqlite3_value_bytes(argv[i]);
    const void *a = sqlite3_value_blob(argv[i]);
    z[n] = (char)sqlite3_value_type(argv[i]);
    memcpy(z + n + 1, &nArg, 8);
    if (nArg && a) {
      memcpy(z + n + 9, a, (size_t)nArg);
    }
    n += 9 + nArg;
  }
  return z;
}

/* The entry of this call; *pbDone tells whether it has run already. NULL
** after failure. */
MigOnce *migOnceFind(MigContext *p, sqlite3_context *pCtx,
                     const char *zFunction, int argc, sqlite3_value **argv,
                     int *pbDone) {
  OnceList *pList = onceList(p, pCtx);
  MigOnce *pOnce;
  i64 nKey = 0;
  char *zKey;

  *pbDone = 0;
  zKey = p->rc ? 0 : onceKey(p, zFunction, argc, argv, &nKey);
  if (zKey == 0) {
    return 0;
  }
  for (pOnce = pList->pFirst; pOnce; pOnce = pOnce->pNext) {
    if (pOnce->nKey == nKey && memcmp(pOnce->zKey, zKey, (size_t)nKey) == 0) {
      sqlite3_free(zKey);
      *pbDone = pOnce->bDone;
      return pOnce;
    }
  }
  pOnce = sqlite3_malloc64(sizeof(*pOnce));
  if (pOnce == 0) {
    sqlite3_free(zKey);
    migNomem(p);
    return 0;
  }
  memset(pOnce, 0, sizeof(*pOnce));
  pOnce->zKey = zKey;
  pOnce->nKey = nKey;
  pOnce->pNext = pList->pFirst;
  pList->pFirst = pOnce;
  return pOnce;
}

/* The call has returned zResult (NULL for NULL), which the entry now owns. */
void migOnceKeep(MigOnce *pOnce, char *zResult, int eSubtype) {
  pOnce->zResult = zResult;
  pOnce->eSubtype = eSubtype;
  pOnce->bDone = 1;
}

/* Give the kept result. The entry outlives the row: it is freed when the
** statement is reset. */
void migOnceResult(const MigOnce *pOnce, sqlite3_context *pCtx) {
  if (pOnce->zResult && pOnce->eSubtype == MIG_ONCE_INT) {
    sqlite3_result_int64(pCtx, strtoll(pOnce->zResult, 0, 10));
  } else if (pOnce->zResult) {
    sqlite3_result_text(pCtx, pOnce->zResult, -1, SQLITE_STATIC);
    if (pOnce->eSubtype) {
      sqlite3_result_subtype(pCtx, (unsigned)pOnce->eSubtype);
    }
  }
}
