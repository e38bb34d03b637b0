/*
** mend.c - script packs that are damaged, written anew from files.
**
** The rows of _migrate_revisions say which scripts a pack holds and where, and
** what their checksum is. So when each revision of a pack has a file with the
** scripts of its checksum, the pack is known to the byte. Nothing else of the
** store is written.
**
** An example: pack 7 holds a and b, and its deflated bytes cannot be read.
**
**   a   up at 0, 20 bytes; no down script        a.sql of the folder: 20 bytes
**   b   up at 20, 30 bytes; down at 50, 9 bytes  b.sql: 30 and 9 bytes
**
** When the checksums of both files are those of the rows, the pack is these 59
** bytes. Each script is put to its place, and in a second round all of them are
** looked for there: two places that overlap show by that. A script that lies
** outside, or another length, and the rows are not to be trusted: the pack
** stays.
**
** PROBLEMS
**
** A checksum takes no notice of how lines end, nor of a byte order mark
** (revision.c), so a file may have it without being, byte for byte, what was
** stored. A damaged pack stays so then, as the lengths do not fit, and a note
** says it.
*/
#include <string.h>
#include "sql.h"
#include "mend.h"

static const char zPacks[] = "SELECT DISTINCT pack FROM main._migrate_revisions"
                             " WHERE pack IS NOT NULL ORDER BY pack";
static const char zRevisionsOf[] =
    "SELECT revision FROM main._migrate_revisions WHERE pack = ?1 ORDER BY seq";

/* The files, and the pack at work: from iPack on it is another one each time,
** and what it points to is released with the arena. */
typedef struct Mend {
  const MigGraph *pGraph;
  const MigRevision *aRev; /* of each file */
  int *aFile;              /* of each node its file, or -1 */
  MigPackCache cache;      /* of the packs as they are stored */
  i64 iPack;               /* number of the pack */
  int nIn;                 /* revisions in the pack */
  MigRevision *aIn;        /* as they are stored, without scripts */
  const char *zLost;       /* one that no file has, or NULL */
} Mend;

/* The file that has the scripts of a stored revision, by id and checksum, or
** NULL. */
static const MigRevision *fileOf(const Mend *pMend, const MigRevision *pIn) {
  int iNode = migGraphFind(pMend->pGraph, pIn->zId);
  int iFile = iNode < 0 ? -1 : pMend->aFile[iNode];
  const MigRevision *pFile = iFile < 0 ? 0 : &pMend->aRev[iFile];
  int bFits =
      pFile && memcmp(pFile->aChecksum, pIn->aChecksum, MIG_HASH_SIZE) == 0;

  return bFits ? pFile : 0;
}

/* Read which revisions the pack iPack holds, in the order of their rows, and
** whether one of them has no file: the last such is zLost. */
static void packRead(MigContext *p, Mend *pMend) {
  sqlite3_stmt *pStmt = migCached(p, zRevisionsOf);
  MigList ids = {0, 0};
  int i;

  migBindInt(p, pStmt, 1, pMend->iPack);
  while (migStep(p, pStmt)) {
    migListAdd(p, &ids, migColumnText(p, pStmt, 0));
  }
  sqlite3_reset(pStmt);
  pMend->nIn = ids.n;
  pMend->zLost = 0;
  pMend->aIn = migAlloc(p, ((u64)ids.n + 1) * sizeof(*pMend->aIn));
  for (i = 0; i < ids.n && p->rc == SQLITE_OK; i++) {
    migRevisionGet(p, ids.az[i], &pMend->aIn[i]);
    if (p->rc == SQLITE_OK && fileOf(pMend, &pMend->aIn[i]) == 0) {
      pMend->zLost = ids.az[i];
    }
  }
}

/* Can the scripts of a stored revision be read, and are they those of its
** checksum? That they cannot is no error here: it is taken off p, and what was
** read of the pack is forgotten. 1 after any other error. */
static int isWhole(MigContext *p, Mend *pMend, const MigRevision *pIn) {
  MigRevision in = *pIn;

  migRevisionScripts(p, &pMend->cache, &in);
  if (p->eCode == MIG_STORE_DAMAGED || p->eCode == MIG_TOO_BIG) {
    migErrorClear(p);
    migScriptsClose(&pMend->cache);
    return 0;
  }
  if (p->rc == SQLITE_OK) {
    migRevisionChecksum(&in);
  }
  return p->rc || memcmp(in.aChecksum, pIn->aChecksum, MIG_HASH_SIZE) == 0;
}

/* Is there a script that has a file, but cannot be read, or is another one?
** Revisions without a file are not asked, so a pack of which no file has any
** scripts counts as whole. */
static int packDamaged(MigContext *p, Mend *pMend) {
  int bDamaged = 0;
  int i;

  for (i = 0; i < pMend->nIn && p->rc == SQLITE_OK && !bDamaged; i++) {
    bDamaged =
        fileOf(pMend, &pMend->aIn[i]) && !isWhole(p, pMend, &pMend->aIn[i]);
  }
  return bDamaged;
}

/* Is the place of a script one in n bytes, and the script that long? Without a
** script there must be no place. The sum is never formed, so it cannot
** overflow. */
static int placeFits(i64 n, i64 iAt, i64 nAt, const char *zScript,
                     i64 nScript) {
  if (zScript == 0) {
    return nAt < 0;
  }
  return nAt == nScript && nAt <= n && iAt >= 0 && iAt <= n - nAt;
}

/* Put the scripts of a file to their places in the n bytes of a pack, or with
** bLook see that they are there. 0 when a place is none, or they are not. */
static int scriptsPut(char *z, i64 n, const MigPlace *pAt,
                      const MigRevision *pFile, int bLook) {
  const char *zUp = pFile->zUp;
  const char *zDown = pFile->zDown;

  if (!placeFits(n, pAt->iUp, pAt->nUp, zUp, pFile->nUp) ||
      !placeFits(n, pAt->iDown, pAt->nDown, zDown, pFile->nDown)) {
    return 0;
  }
  if (bLook) {
    return (zUp == 0 || memcmp(z + pAt->iUp, zUp, (size_t)pFile->nUp) == 0) &&
           (zDown == 0 ||
            memcmp(z + pAt->iDown, zDown, (size_t)pFile->nDown) == 0);
  }
  if (zUp) {
    memcpy(z + pAt->iUp, zUp, (size_t)pFile->nUp);
  }
  if (zDown) {
    memcpy(z + pAt->iDown, zDown, (size_t)pFile->nDown);
  }
  return 1;
}

/* Write the pack anew. It is as long as its scripts together; when they do not
** all find their place in that, the rows are not as they were written: 0, and
** nothing is. Every revision of it must have a file (zLost NULL). The first
** half of the rounds puts scripts, the second looks for them. */
static int packWrite(MigContext *p, const Mend *pMend, int iLevel) {
  i64 n = 0;
  int bFits = 1;
  char *z;
  int i;

  for (i = 0; i < pMend->nIn; i++) {
    const MigRevision *pFile = fileOf(pMend, &pMend->aIn[i]);
    n += (pFile->zUp ? pFile->nUp : 0) + (pFile->zDown ? pFile->nDown : 0);
  }
  z = migAlloc(p, (u64)n + 1);
  for (i = 0; i < 2 * pMend->nIn && p->rc == SQLITE_OK && bFits; i++) {
    const MigRevision *pIn = &pMend->aIn[i % pMend->nIn];
    bFits = scriptsPut(z, n, &pIn->place, fileOf(pMend, pIn), i >= pMend->nIn);
  }
  if (p->rc || !bFits) {
    return 0;
  }
  migScriptsWrite(p, pMend->iPack, z, n, iLevel);
  return 1;
}

/*
** Look for packs whose scripts cannot be read, or are not those of their
** checksums, among the revisions of which aRev has the files. Those that can be
** are written anew; pNotes gets a sentence for each, also for those that
** cannot. Returns how many were written.
**
** aRev has nRev revisions as they would be stored of the files, with id,
** scripts and checksum; it need not be sorted, and ids that are not stored are
** passed over. iLevel is zlib's, 1 to 9. The caller holds the write transaction
** and there is a store. A pack that stays damaged is no error. After one the
** caller must undo the transaction.
**
** Memory of a pack that is whole is given back; that of damaged ones stays with
** the notes.
*/
int migMendScripts(MigContext *p, const MigGraph *pGraph, int nRev,
                   const MigRevision *aRev, int iLevel, MigList *pNotes) {
  sqlite3_stmt *pStmt = migCached(p, zPacks);
  Mend mend = {pGraph, aRev, 0, {0, {0, 0}}, 0, 0, 0, 0};
  int nMended = 0;
  int i;

  mend.aFile = migAlloc(p, ((u64)pGraph->nNode + 1) * sizeof(int));
  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    mend.aFile[i] = -1;
  }
  for (i = 0; i < nRev && p->rc == SQLITE_OK; i++) {
    int iNode = migGraphFind(pGraph, aRev[i].zId);
    if (iNode >= 0) {
      mend.aFile[iNode] = i;
    }
  }
  while (migStep(p, pStmt)) {
    MigMark mark = migArenaMark(p);
    mend.iPack = sqlite3_column_int64(pStmt, 0);
    packRead(p, &mend);
    if (!packDamaged(p, &mend) || p->rc) {
      migArenaRelease(p, mark);
    } else if (mend.zLost == 0 && packWrite(p, &mend, iLevel)) {
      nMended++;
      migListAdd(p, pNotes,
                 migPrintf(p,
                           "scripts of pack %lld were damaged, and are written"
                           " anew from the files",
                           mend.iPack));
    } else {
      migListAdd(
          p, pNotes,
          migPrintf(p, "scripts of pack %lld are damaged, and stay so: %s%s",
                    mend.iPack,
                    mend.zLost ? "no file has those of revision "
                               : "its revisions do not fill it",
                    mend.zLost ? mend.zLost : ""));
    }
  }
  sqlite3_reset(pStmt);
  migScriptsClose(&mend.cache);
  return nMended;
}
