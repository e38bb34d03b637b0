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
**
** PROBLEMS. SQLite's page "Function Auxiliary Data" wants slots that are not
** negative. What a negative one does is said in its source alone
** (sqlite3_get_auxdata() in vdbeapi.c), as undocumented behavior.
*/
#include <stdlib.h>
#include <string.h>
#include "once.h"

#define ONCE_SLOT (-0x6d6967) /* "mig": the slot is shared with others */

struct MigOnce {
  MigOnce *pNext; /* an earlier one of the same statement */
  char *zKey;     /* function and arguments, see onceKey() */
  i64 nKey;
  int bDone;     /* the call has returned */
  char *zResult; /* its result, NULL for NULL */
  int eSubtype;  /* its subtype, 0 for none, or MIG_ONCE_INT */
};

/* What the slot holds: all acting calls of one execution of a statement. */
typedef struct OnceList {
  MigOnce *pFirst;
} OnceList;

/* SQLite drops the list, with every key and result. */
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

/* The list of this statement, made when it is not there. NULL after a failure.
** sqlite3_set_auxdata() frees what it cannot keep, so the list is asked for
** again. */
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

/* Function name, zero byte, then for each argument its type, the 8 bytes of its
** length and its bytes; *pnKey bytes, from sqlite3_malloc64(), for the caller
** to free. It lives in memory only, so the length has the byte order of the
** machine. NULL after a failure. */
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

/* The entry of this call, made when it is not there; *pbDone tells whether it
** has run already. NULL after failure. The list keeps it. */
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

/* The call has returned zResult, from sqlite3_malloc64() (NULL for NULL), which
** the entry now owns. eSubtype is that of the value, 0 for none, or
** MIG_ONCE_INT. It cannot fail. */
void migOnceKeep(MigOnce *pOnce, char *zResult, int eSubtype) {
  pOnce->zResult = zResult;
  pOnce->eSubtype = eSubtype;
  pOnce->bDone = 1;
}

/* Give the kept result, NULL for NULL. It is not copied: the entry outlives the
** row, as it is freed when the statement is reset. It cannot fail. */
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
