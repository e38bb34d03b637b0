/*
** restoreapplied.c - the applied set of a backup, put back.
**
** A backup has a row for each revision that was applied: its id, run, time,
** checksum and fingerprint. The revisions themselves must be stored: that one
** was deleted since is an error, or by force it is left out. Only the rows that
** differ are written.
*/
#include <stdlib.h>
#include <string.h>
#include "sql.h"
#include "applied.h"
#include "revisions.h"
#include "restoreapplied.h"

static const char zRevisionKnown[] =
    "SELECT 1 FROM main._migrate_revisions WHERE revision = ?1";

/* Is a revision of this id stored? 0 after an error. */
static int revisionKnown(MigContext *p, const char *zRevision) {
  sqlite3_stmt *pStmt = migCached(p, zRevisionKnown);
  int bKnown;

  migBindText(p, pStmt, 1, zRevision);
  bKnown = migStep(p, pStmt);
  sqlite3_reset(pStmt);
  return bKnown;
}

/*
** UNKNOWN_REVISION when a revision that the backup pWanted says was applied is
** not stored any more. zForce is how to ask for a restore that leaves it out,
** for the message.
*/
void migRestoreAppliedCheck(MigContext *p, const MigManifest *pWanted,
                            const char *zForce) {
  int i;

  for (i = 0; i < pWanted->nApplied && p->rc == SQLITE_OK; i++) {
    const char *zRevision = pWanted->aApplied[i].zRevision;
    if (!revisionKnown(p, zRevision) && p->rc == SQLITE_OK) {
      migFail(p, MIG_UNKNOWN_REVISION,
              "revision %s was applied then and was deleted since; add it"
              " again with that id, or %s leaves it out",
              zRevision, zForce);
    }
  }
}

/* Are two rows of the same revision the same? A fingerprint is written in the
** transaction that adds the row, so it need not be compared. */
static int appliedSame(const MigAppliedRow *pA, const MigAppliedRow *pB) {
  return pA->iRun == pB->iRun && strcmp(pA->zAppliedAt, pB->zAppliedAt) == 0 &&
         memcmp(pA->aChecksum, pB->aChecksum, MIG_HASH_SIZE) == 0;
}

/* Put a row of the backup into the applied set. Those that are not stored are
** left out, by force; repeatable ones that have changed since are pending. */
static void appliedAdd(MigContext *p, const MigAppliedRow *pRow) {
  if (migRevisionTakes(p, pRow->zRevision, pRow->aChecksum)) {
    migAppliedAdd(p, pRow->zRevision, pRow->iRun, pRow->zAppliedAt,
                  pRow->aChecksum, pRow->bFingerprint ? pRow->aFingerprint : 0);
  }
}

/* By revision, bytewise. */
static int appliedOrder(const void *pA, const void *pB) {
  return strcmp(((const MigAppliedRow *)pA)->zRevision,
                ((const MigAppliedRow *)pB)->zRevision);
}

/* The applied revisions of a manifest, sorted: that has them as SQLite sorts,
** which is by other bytes in a file in UTF-16. In the arena. */
static MigAppliedRow *appliedSorted(MigContext *p, const MigManifest *pOf) {
  u64 n = (u64)pOf->nApplied * sizeof(MigAppliedRow);
  MigAppliedRow *aNew = migAlloc(p, n);

  if (aNew && n) {
    memcpy(aNew, pOf->aApplied, n);
    qsort(aNew, (size_t)pOf->nApplied, sizeof(*aNew), appliedOrder);
  }
  return aNew;
}

/*
** Make the applied set that of the backup pWanted; pLive says what it is. Both
** lists are sorted and merged; rows that are the same are not written. Needs a
** write transaction, which after a failure is undone as a whole.
*/
void migRestoreAppliedReplace(MigContext *p, const MigManifest *pLive,
                              const MigManifest *pWanted) {
  const MigAppliedRow *aLive = appliedSorted(p, pLive);
  const MigAppliedRow *aWanted = appliedSorted(p, pWanted);
  int iLive = 0;
  int i = 0;

  while (p->rc == SQLITE_OK &&
         (iLive < pLive->nApplied || i < pWanted->nApplied)) {
    const MigAppliedRow *pA = iLive < pLive->nApplied ? &aLive[iLive] : 0;
    const MigAppliedRow *pB = i < pWanted->nApplied ? &aWanted[i] : 0;
    int c = pA && pB ? strcmp(pA->zRevision, pB->zRevision) : pB ? 1 : -1;
    int bSame = c == 0 && appliedSame(pA, pB);
    if (pA && c <= 0 && !bSame) {
      migAppliedRemove(p, pA->zRevision);
    }
    if (pB && c >= 0 && !bSame) {
      appliedAdd(p, pB);
    }
    iLive += c <= 0;
    i += c >= 0;
  }
}
