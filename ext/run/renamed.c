/*
** renamed.c - stored revisions found again in files with other names.
**
** Where an id is made of a file's name it changes with that: when numbers are
** widened (01 becomes 001), when a folder is moved, and, for a file that has
** not been touched, when another one with the same number comes or goes. And
** after a merge a number may be somebody else's. Taken for a new revision the
** script would run a second time, and taken for that of the number not at all.
**
** So two kinds of files are held against the stored revisions that no file is
** yet: those whose id is not stored, and those that are displaced, which have
** the number of a revision but another up script than it. Revisions that no
** file is are those that were imported and are gone from the folder, and those
** whose number a displaced file has. A file is one of them, and has the id that
** is stored, when it has
**
**   1. the path that the revision came from, and its up script,
**   2. that path but for zeros in front of numbers, and its up script,
**   3. its up script,
**   4. its path, with another script,
**   5. its path but for zeros in front of numbers,
**   6. or its number, as a file has whose script was changed.
**
** A script without an effect, which many files may have, says nothing alone.
** When several files have the up script of a revision they are told apart by
** their order if there are as many revisions, or else by path; when that does
** not help it is an error, for a wrong guess runs a script twice. A displaced
** file that is none of them is new, and has its whole name as id. Repeatable
** revisions are left alone: to run one again does no harm.
**
** An example: 1_a.sql and 2_b.sql are stored as 1 and 2. Then 2_b.sql becomes
** 3_b.sql, and another 2_c.sql comes. The id 3 is not stored, and 2_c.sql is
** displaced: it has the number of 2 and another script. Revision 2 is no file
** then. By its script (3) it is 3_b.sql, which gets the id 2, and 2_c.sql,
** which is none of those stored, becomes 2_c.
**
** Each way sorts one list of keys, so this takes little more than linear time.
** A key is what is looked for, 0x01, 'a' for a revision or 'b' for a file, and
** an index of eight digits: so of one key the revisions come first, and each
** kind in its own order.
*/
#include <string.h>
#include "hash.h"
#include "renamed.h"
#include "statement.h"
#include "text.h"

#define RENAMED_NAMED 8 /* files that a note names */

/* The ways, in this order: 1 to 6 of the list at the top. */
typedef enum RenamedWay {
  WAY_PATH_SCRIPT,   /* path and script */
  WAY_NUMBER_SCRIPT, /* path but for zeros, and script */
  WAY_SCRIPT,        /* script, where it has an effect */
  WAY_PATH,          /* path */
  WAY_NUMBER,        /* path but for zeros */
  WAY_HOME,          /* a displaced file's number; has no keys */
  WAY_SCRIPT_LAST,   /* as WAY_SCRIPT, but what is not clear is an error */
  WAY_COUNT
} RenamedWay;

/* One that is looked for: a stored revision, or a file. */
typedef struct RenamedOne {
  int iNode;         /* of the graph; of a file what was found, or -1 */
  int iFile;         /* of the import; of a revision what was found, or -1 */
  int iHome;         /* the node whose number a displaced file has; the same of
                     ** such a revision; else -1 */
  const char *zPath; /* of the file, or that it came from, or NULL */
  const char *zHash; /* of the up script, NULL: there is none */
  int bActs;         /* that is no script without an effect */
} RenamedOne;

/* Both sides. Zero-initialized; arrays have room for all there could be. */
typedef struct Renamed {
  const MigRenamed *pJob;
  int nGone;         /* revisions that no file is */
  RenamedOne *aGone; /* in the order of the graph */
  int *aAt;          /* of each node in aGone its index there */
  int nFile;         /* files that are looked for */
  RenamedOne *aFile; /* in the order of the folder */
} Renamed;

/* The hash of an up script, in hex, in the arena: the checksum of a revision
** that has nothing else, so line ends make no difference. */
static const char *scriptHash(MigContext *p, const char *z, i64 n) {
  char zHex[2 * MIG_HASH_SIZE + 1];
  MigRevision rev;

  memset(&rev, 0, sizeof(rev));
  rev.zUp = z;
  rev.nUp = n;
  migRevisionChecksum(&rev);
  migHashHex(rev.aChecksum, MIG_HASH_SIZE, zHex);
  return migStrdup(p, zHex);
}

/* Has a stored revision the up script of the file's? Line ends make no
** difference. 0 when one of them has none, and after an error. pStored was
** read, and gets its scripts, as migRevisionScripts() says: they live as long
** as the pack in pCache, which the caller closes. The caller holds a
** transaction. */
int migRenamedUp(MigContext *p, MigPackCache *pCache, MigRevision *pStored,
                 const MigRevision *pFile) {
  MigMark mark = migArenaMark(p);
  int bSame = 0;

  migRevisionScripts(p, pCache, pStored);
  if (p->rc == SQLITE_OK && pStored->zUp && pFile->zUp) {
    const char *zStored = scriptHash(p, pStored->zUp, pStored->nUp);
    const char *zFile = scriptHash(p, pFile->zUp, pFile->nUp);
    bSame = p->rc == SQLITE_OK && strcmp(zStored, zFile) == 0;
  }
  migArenaRelease(p, mark);
  return bSame;
}

/* May a statement change anything that a second one would not change again? A
** query can by its functions. */
static int statementActs(const char *z, const MigStatement *pSt) {
  switch (pSt->eKind) {
  case MIG_ST_SELECT:
  case MIG_ST_VALUES:
    return memchr(z + pSt->iStart, '(', (size_t)pSt->nByte) != 0;
  case MIG_ST_EMPTY:
  case MIG_ST_PRAGMA:
  case MIG_ST_BEGIN:
  case MIG_ST_COMMIT:
  case MIG_ST_VACUUM:
  case MIG_ST_ANALYZE:
  case MIG_ST_REINDEX:
  case MIG_ST_EXPLAIN:
    return 0;
  default:
    return 1;
  }
}

/* Does a script hold a statement that acts? NULL does not. */
static int scriptActs(const char *z, i64 n) {
  MigStatement st;
  i64 i = 0;

  while (z && migScriptNext(z, n, &i, &st)) {
    if (statementActs(z, &st)) {
      return 1;
    }
  }
  return 0;
}

/* Set the script of one, which is not kept: z may be NULL for none. */
static void oneScript(MigContext *p, RenamedOne *pOne, const char *z, i64 n) {
  if (p->rc == SQLITE_OK && z) {
    pOne->zHash = scriptHash(p, z, n);
    pOne->bActs = scriptActs(z, n);
  }
}

/* Is file i displaced by the revision iNode that it has the number of? Not when
** only the down scripts differ. The checksum is asked first, for it needs no
** script read. */
static int isDisplaced(MigContext *p, Renamed *pRenamed, MigPackCache *pCache,
                       int i, int iNode) {
  const MigRevision *pRev = &pRenamed->pJob->aRev[i];
  const MigNode *pNode = &pRenamed->pJob->pGraph->aNode[iNode];
  MigMark mark = migArenaMark(p);
  MigRevision stored;
  int bOther = 0;

  if (!pNode->bRepeatable && migRevisionGet(p, pNode->zId, &stored) &&
      memcmp(stored.aChecksum, pRev->aChecksum, MIG_HASH_SIZE) != 0) {
    bOther = !migRenamedUp(p, pCache, &stored, pRev);
  }
  migArenaRelease(p, mark);
  return bOther && p->rc == SQLITE_OK;
}

/* The files whose id is made of their name and not stored, or that are
** displaced; *pListed loses the revisions that these have the number of. */
static void filesList(MigContext *p, Renamed *pRenamed, MigSet *pListed) {
  const MigImport *pFiles = pRenamed->pJob->pFiles;
  MigPackCache cache = {0, {0, 0}};
  int i;

  for (i = 0; i < pFiles->nRevision && p->rc == SQLITE_OK; i++) {
    const MigImported *pFile = &pFiles->aRevision[i];
    int iNode = migGraphFind(pRenamed->pJob->pGraph, pFile->zId);
    RenamedOne *pOne = &pRenamed->aFile[pRenamed->nFile];
    if (!pFile->bNamed || pFile->bRepeatable) {
      continue;
    }
    pOne->iHome = -1;
    if (iNode >= 0) {
      if (!isDisplaced(p, pRenamed, &cache, i, iNode)) {
        continue;
      }
      pOne->iHome = iNode;
      migSetRemove(pListed, iNode);
    }
    pOne->iNode = -1;
    pOne->iFile = i;
    pOne->zPath = pFile->zFile;
    oneScript(p, pOne, pFile->zUp, pFile->nUp);
    pRenamed->nFile++;
  }
  migScriptsClose(&cache);
}

/* The revisions that were imported and are not on the list, and those that it
** had (pHad) before the displaced files were found. One that was written here
** and never was a file cannot have been renamed. */
static void goneList(MigContext *p, Renamed *pRenamed, const MigSet *pListed,
                     const MigSet *pHad) {
  const MigGraph *pGraph = pRenamed->pJob->pGraph;
  MigPackCache cache = {0, {0, 0}};
  MigRevision rev;
  int i;

  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    int iNode = pGraph->aOrder[i];
    RenamedOne *pOne = &pRenamed->aGone[pRenamed->nGone];
    int bHad = migSetHas(pHad, iNode);
    if (migSetHas(pListed, iNode) || pGraph->aNode[iNode].bRepeatable ||
        !migRevisionGet(p, pGraph->aNode[iNode].zId, &rev) ||
        (rev.zSource == 0 && !bHad)) {
      continue;
    }
    migRevisionScripts(p, &cache, &rev);
    pOne->iNode = iNode;
    pOne->iFile = -1;
    pOne->iHome = bHad ? iNode : -1;
    pOne->zPath = rev.zSource;
    oneScript(p, pOne, rev.zUp, rev.nUp);
    pRenamed->aAt[iNode] = pRenamed->nGone++;
  }
  migScriptsClose(&cache);
}

/* A path without zeros in front of numbers: v01/0010_x is v1/10_x. One zero
** alone stays. In the arena; NULL after an error. */
static char *pathShort(MigContext *p, const char *zPath) {
  char *z = migStrdup(p, zPath);
  i64 n = 0;
  i64 i;

  for (i = 0; z && z[i]; i++) {
    int bFirst = n == 0 || !migIsDigit(z[n - 1]);
    if (z[i] != '0' || !bFirst || !migIsDigit(z[i + 1])) {
      z[n++] = z[i];
    }
  }
  if (z) {
    z[n] = 0;
  }
  return z;
}

/* What one is looked for by, or NULL: nothing, so it is left for another
** way. */
static const char *oneKey(MigContext *p, const RenamedOne *pOne,
                          RenamedWay eWay) {
  const char *zPath = pOne->zPath ? pOne->zPath : "";

  switch (eWay) {
  case WAY_PATH_SCRIPT:
    return pOne->zHash ? migPrintf(p, "%s %s", pOne->zHash, zPath) : 0;
  case WAY_NUMBER_SCRIPT:
    return pOne->zHash ? migPrintf(p, "%s %s", pOne->zHash, pathShort(p, zPath))
                       : 0;
  case WAY_PATH:
    return pOne->zPath;
  case WAY_NUMBER:
    return pOne->zPath ? pathShort(p, zPath) : 0;
  default:
    return pOne->bActs ? pOne->zHash : 0;
  }
}

/* Put the keys of those that are still looked for into the list, each with its
** kind and its index behind a byte that sorts before all others. */
static void keysAdd(MigContext *p, MigList *pKeys, RenamedWay eWay, char cKind,
                    int n, const RenamedOne *a) {
  int i;

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    const char *zKey =
        a[i].iNode < 0 || a[i].iFile < 0 ? oneKey(p, &a[i], eWay) : 0;
    if (zKey) {
      migListAdd(p, pKeys, migPrintf(p, "%s\001%c%08d", zKey, cKind, i));
    }
  }
}

/* The index at the end of a key. A path may hold the parting byte too, so it is
** looked for from behind. */
static int keyIndex(const char *zKey) {
  const char *z = strrchr(zKey, '\001') + 2;
  int i = 0;

  for (; migIsDigit(*z); z++) {
    i = i * 10 + *z - '0';
  }
  return i;
}

/* FORMAT: nFile files and nGone revisions have one up script. The arrays are
** keys of them. */
static void unclear(MigContext *p, const Renamed *pRenamed,
                    const char *const *azFile, int nFile,
                    const char *const *azGone, int nGone) {
  MigText files = {0, 0, 0};
  MigText gone = {0, 0, 0};
  int i;

  for (i = 0; i < nFile && i < RENAMED_NAMED; i++) {
    migTextF(p, &files, "%s%s", i ? ", " : "",
             pRenamed->aFile[keyIndex(azFile[i])].zPath);
  }
  for (i = 0; i < nGone && i < RENAMED_NAMED; i++) {
    const RenamedOne *pOne = &pRenamed->aGone[keyIndex(azGone[i])];
    migTextF(p, &gone, "%s%s (%s)", i ? ", " : "",
             pRenamed->pJob->pGraph->aNode[pOne->iNode].zId,
             pOne->zPath ? pOne->zPath : "no file");
  }
  migFail(p, MIG_FORMAT,
          "%s%s: the up script is that of %s%s, and no file has the name of"
          " that and this script; nothing tells which is which; bring back the "
          "names of files, or add"
          " a comment to what is new",
          migTextZ(&files), nFile > RENAMED_NAMED ? " and others" : "",
          migTextZ(&gone), nGone > RENAMED_NAMED ? " and others" : "");
}

/* Must it be clear by now which of nGone revisions the files with their script
** are? In the end, and where the number of one that is applied has another
** script: no later way may take that for it. */
static int mustTell(const Renamed *pRenamed, RenamedWay eWay,
                    const char *const *azGone, int nGone) {
  int i;

  for (i = 0; i < nGone && eWay == WAY_SCRIPT; i++) {
    const RenamedOne *pOne = &pRenamed->aGone[keyIndex(azGone[i])];
    if (pOne->iHome >= 0 && migSetHas(pRenamed->pJob->pApplied, pOne->iNode)) {
      return 1;
    }
  }
  return eWay == WAY_SCRIPT_LAST;
}

/* Look at the keys az[0..n-1], which are one: files stand behind revisions.
** By a script as many files as revisions are paired off in their orders; by
** anything else only one with one. */
static void groupMatch(MigContext *p, Renamed *pRenamed, RenamedWay eWay,
                       const char *const *az, int n) {
  int bScript = eWay == WAY_SCRIPT || eWay == WAY_SCRIPT_LAST;
  int nGone = 0;
  int i;

  while (nGone < n && strrchr(az[nGone], '\001')[1] == 'a') {
    nGone++;
  }
  if (nGone == 0 || nGone == n) {
    return;
  }
  if (2 * nGone != n || (!bScript && n != 2)) {
    if (mustTell(pRenamed, eWay, az, nGone)) {
      unclear(p, pRenamed, az + nGone, n - nGone, az, nGone);
    }
    return; /* the next way may tell */
  }
  for (i = 0; i < nGone; i++) {
    RenamedOne *pGone = &pRenamed->aGone[keyIndex(az[i])];
    RenamedOne *pFile = &pRenamed->aFile[keyIndex(az[nGone + i])];
    pGone->iFile = pFile->iFile;
    pFile->iNode = pGone->iNode;
  }
}

/* Match those that have one key, by the keys of one way. What is found is out
** of the lists of later ways. */
static void wayMatch(MigContext *p, Renamed *pRenamed, RenamedWay eWay) {
  MigList keys = {0, 0};
  int iFirst = 0;
  int i;

  keysAdd(p, &keys, eWay, 'a', pRenamed->nGone, pRenamed->aGone);
  keysAdd(p, &keys, eWay, 'b', pRenamed->nFile, pRenamed->aFile);
  if (p->rc == SQLITE_OK) {
    migListSort(&keys);
  }
  for (i = 1; i <= keys.n && p->rc == SQLITE_OK; i++) {
    const char *zKey = keys.az[iFirst];
    size_t n = (size_t)(strrchr(zKey, '\001') - zKey) + 1;
    if (i == keys.n || strncmp(zKey, keys.az[i], n) != 0) {
      groupMatch(p, pRenamed, eWay, keys.az + iFirst, i - iFirst);
      iFirst = i;
    }
  }
}

/* The revision that has the number of a displaced file: it is in aGone, as the
** file has taken it off the list. */
static RenamedOne *homeOf(const Renamed *pRenamed, const RenamedOne *pFile) {
  return &pRenamed->aGone[pRenamed->aAt[pFile->iHome]];
}

/* Displaced files that nothing was found for are the revisions of their
** numbers, unless another file is: their scripts were changed. */
static void homeMatch(Renamed *pRenamed) {
  int i;

  for (i = 0; i < pRenamed->nFile; i++) {
    RenamedOne *pFile = &pRenamed->aFile[i];
    if (pFile->iHome >= 0 && pFile->iNode < 0 &&
        homeOf(pRenamed, pFile)->iFile < 0) {
      homeOf(pRenamed, pFile)->iFile = pFile->iFile;
      pFile->iNode = pFile->iHome;
    }
  }
}

/* Make a displaced file, whose revision was found in another one, a new one
** with its whole name as id, and add that to the note. FORMAT when there is no
** such id, or it is stored. */
static void displacedTake(MigContext *p, const Renamed *pRenamed,
                          const RenamedOne *pOne, MigText *pNote) {
  MigImported *aFile = pRenamed->pJob->pFiles->aRevision;
  MigImported *pFile = &aFile[pOne->iFile];
  const char *zOther = aFile[homeOf(pRenamed, pOne)->iFile].zFile;

  if (pFile->zLong == 0 ||
      migGraphFind(pRenamed->pJob->pGraph, pFile->zLong) >= 0) {
    migFail(p, MIG_FORMAT,
            "%s has the number of revision %s, whose script is in %s now; give"
            " %s another number",
            pFile->zFile, pFile->zId, zOther, pFile->zFile);
    return;
  }
  migTextF(p, pNote,
           "%s%s has the number of revision %s, which is %s; its id"
           " is %s",
           pNote->n ? ", " : "", pFile->zFile, pFile->zId, zOther,
           pFile->zLong);
  pFile->zId = pFile->zLong;
}

/* FORMAT when an id that a displaced file was given is another file's. */
static void idsCheck(MigContext *p, const MigImport *pFiles) {
  MigList ids = {0, 0};
  int i;

  for (i = 0; i < pFiles->nRevision; i++) {
    migListAdd(p, &ids, pFiles->aRevision[i].zId);
  }
  if (p->rc == SQLITE_OK) {
    migListSort(&ids);
  }
  for (i = 1; i < ids.n && p->rc == SQLITE_OK; i++) {
    if (strcmp(ids.az[i - 1], ids.az[i]) == 0) {
      migFail(p, MIG_FORMAT, "two files give the id %s; rename one", ids.az[i]);
    }
  }
}

/* Give the displaced files that are new their ids. Returns the note, which
** names the first RENAMED_NAMED of them; NULL when there is none, and after an
** error. */
static char *displacedNote(MigContext *p, Renamed *pRenamed) {
  MigText text = {0, 0, 0};
  int nNew = 0;
  int i;

  for (i = 0; i < pRenamed->nFile && p->rc == SQLITE_OK; i++) {
    const RenamedOne *pOne = &pRenamed->aFile[i];
    MigText rest = {0, 0, 0};
    if (pOne->iHome >= 0 && pOne->iNode < 0) {
      displacedTake(p, pRenamed, pOne, nNew++ < RENAMED_NAMED ? &text : &rest);
    }
  }
  if (nNew == 0 || p->rc) {
    return 0;
  }
  idsCheck(p, pRenamed->pJob->pFiles);
  if (nNew > RENAMED_NAMED) {
    migTextF(p, &text, " and %d more so", nNew - RENAMED_NAMED);
  }
  return text.z;
}

/* Give the files the ids that are stored, and put these on the list. Returns
** the note, NULL when no id is another one. A displaced file that is the
** revision of its number after all has its id. */
static char *renamedNote(MigContext *p, Renamed *pRenamed, MigSet *pListed) {
  MigText text = {0, 0, 0};
  int nFound = 0;
  int i;

  for (i = 0; i < pRenamed->nFile && p->rc == SQLITE_OK; i++) {
    RenamedOne *pOne = &pRenamed->aFile[i];
    MigImported *pFile = &pRenamed->pJob->pFiles->aRevision[pOne->iFile];
    const char *zId;
    if (pOne->iNode < 0) {
      continue;
    }
    zId = pRenamed->pJob->pGraph->aNode[pOne->iNode].zId;
    migSetAdd(pListed, pOne->iNode);
    if (strcmp(zId, pFile->zId) == 0) {
      continue;
    }
    pFile->zId = zId;
    pFile->bRenamed = 1;
    if (nFound++ < RENAMED_NAMED) {
      migTextF(p, &text, "%s%s is %s", nFound > 1 ? ", " : "", pFile->zFile,
               zId);
    }
  }
  if (nFound > RENAMED_NAMED) {
    migTextF(p, &text, " and %d more", nFound - RENAMED_NAMED);
  }
  return nFound == 0 ? 0
                     : migPrintf(p,
                                 "%s: stored already, by path or up script;"
                                 " the id stays",
                                 migTextZ(&text));
}

/* Add a note, unless it is NULL. */
static void notesAdd(MigContext *p, MigList *pNotes, const char *zNote) {
  if (zNote) {
    migListAdd(p, pNotes, zNote);
  }
}

/*
** Find the stored revisions that files belong to which have another name, or
** the number of another one. *pListed has the revisions that the folder has by
** the ids of files; it loses those that displaced files have the number of, and
** gets those that are found. The files get their ids, and bRenamed. Adds notes
** to the list. FORMAT when it is not clear which file belongs to which, when a
** displaced file can have no id of its own, or two files would have one.
**
** Reads the store, in a transaction of the caller's, and writes nothing. After
** an error files may have got ids already: the call is over then. What is set
** is in the arena, or belongs to the graph or the files.
*/
void migRenamedFind(MigContext *p, const MigRenamed *pJob, MigSet *pListed,
                    MigList *pNotes) {
  const u64 nNode = (u64)pJob->pGraph->nNode;
  Renamed renamed;
  MigSet had;
  int i;

  memset(&renamed, 0, sizeof(renamed));
  renamed.pJob = pJob;
  if (p->rc || nNode == 0) {
    return;
  }
  had = migSetCopy(p, pListed);
  renamed.aAt = migAlloc(p, nNode * sizeof(int));
  renamed.aGone = migAlloc(p, nNode * sizeof(RenamedOne));
  renamed.aFile =
      migAlloc(p, ((u64)pJob->pFiles->nRevision + 1) * sizeof(RenamedOne));
  filesList(p, &renamed, pListed);
  if (renamed.nFile > 0) {
    goneList(p, &renamed, pListed, &had);
  }
  for (i = 0; i < WAY_COUNT && renamed.nGone > 0 && p->rc == SQLITE_OK; i++) {
    if (i == WAY_HOME) {
      homeMatch(&renamed);
    } else {
      wayMatch(p, &renamed, (RenamedWay)i);
    }
  }
  if (p->rc == SQLITE_OK && renamed.nFile > 0) {
    notesAdd(p, pNotes, displacedNote(p, &renamed));
    notesAdd(p, pNotes, renamedNote(p, &renamed, pListed));
  }
}
