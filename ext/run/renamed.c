/*
** renamed.c - stored revisions found again in files with other names.
**
** Where an id is made of a file's name it changes with that: when numbers are
** widened (01 becomes 001), when a folder is moved, and, for a file that has
** not been touched, when another one with the same number comes or goes. Taken
** for a new revision the script would run a second time.
**
** So a file whose id is not stored is held against the revisions that were
** imported from files and are gone from the folder. It is one of them, and
** keeps the id that is stored, when
**
**   1. it has the path that the revision came from,
**   2. or that path but for zeros in front of numbers,
**   3. or the same up script.
**
** A script without an effect, which many files may have, says nothing. When
** several files have the up script of a revision they are told apart by their
** order if there are as many revisions; else it is an error, for a wrong guess
** runs a script twice. Repeatable revisions are left alone: to run one again
** does no harm.
**
** Each way sorts one list of keys, so this takes little more than linear time.
*/
#include <string.h>
#include "hash.h"
#include "renamed.h"
#include "statement.h"
#include "text.h"

#define RENAMED_NAMED 8 /* files that a note names */

/* The ways, in this order. */
typedef enum RenamedWay {
  WAY_PATH,
  WAY_NUMBER,
  WAY_SCRIPT,
  WAY_COUNT
} RenamedWay;

/* One that is looked for: a stored revision, or a file. */
typedef struct RenamedOne {
  int iNode;           /* of the graph; of a file what was found, or -1 */
  int iFile;           /* of the import; of a revision what was found, or -1 */
  const char *zPath;   /* of the file, or that it came from */
  const char *zScript; /* hash of the up script, NULL: says nothing */
} RenamedOne;

typedef struct Renamed {
  const MigGraph *pGraph;
  MigImport *pFiles;
  int nGone;
  RenamedOne *aGone; /* in the order of the graph */
  int nFile;
  RenamedOne *aFile; /* in the order of the folder */
} Renamed;

/* The hash of an up script, in hex. */
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

/* Has a stored revision the up script of the file's? pStored gets its
** scripts, as migRevisionScripts() says. */
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

/* The files whose id is made of their name and not stored. */
static void filesList(MigContext *p, Renamed *pRenamed) {
  MigImport *pFiles = pRenamed->pFiles;
  int i;

  pRenamed->aFile =
      migAlloc(p, ((u64)pFiles->nRevision + 1) * sizeof(RenamedOne));
  for (i = 0; i < pFiles->nRevision && p->rc == SQLITE_OK; i++) {
    const MigImported *pFile = &pFiles->aRevision[i];
    RenamedOne *pOne = &pRenamed->aFile[pRenamed->nFile];
    if (!pFile->bNamed || pFile->bRepeatable ||
        migGraphFind(pRenamed->pGraph, pFile->zId) >= 0) {
      continue;
    }
    pOne->iNode = -1;
    pOne->iFile = i;
    pOne->zPath = pFile->zFile;
    pOne->zScript = scriptActs(pFile->zUp, pFile->nUp)
                        ? scriptHash(p, pFile->zUp, pFile->nUp)
                        : 0;
    pRenamed->nFile++;
  }
}

/* The revisions that were imported and are gone from the folder. */
static void goneList(MigContext *p, Renamed *pRenamed, const MigSet *pListed) {
  const MigGraph *pGraph = pRenamed->pGraph;
  MigPackCache cache = {0, {0, 0}};
  MigRevision rev;
  int i;

  pRenamed->aGone = migAlloc(p, ((u64)pGraph->nNode + 1) * sizeof(RenamedOne));
  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    int iNode = pGraph->aOrder[i];
    RenamedOne *pOne = &pRenamed->aGone[pRenamed->nGone];
    if (migSetHas(pListed, iNode) || pGraph->aNode[iNode].bRepeatable ||
        !migRevisionGet(p, pGraph->aNode[iNode].zId, &rev) ||
        rev.zSource == 0) {
      continue;
    }
    migRevisionScripts(p, &cache, &rev);
    pOne->iNode = iNode;
    pOne->iFile = -1;
    pOne->zPath = rev.zSource;
    pOne->zScript =
        p->rc == SQLITE_OK && rev.zUp ? scriptHash(p, rev.zUp, rev.nUp) : 0;
    pRenamed->nGone++;
  }
  migScriptsClose(&cache);
}

/* A path without zeros in front of numbers. */
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

/* Put the keys of those that are still looked for into the list, each with its
** kind and its index behind a byte that sorts before all others. */
static void keysAdd(MigContext *p, MigList *pKeys, RenamedWay eWay, char cKind,
                    int n, const RenamedOne *a) {
  int i;

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    const char *zKey = eWay == WAY_PATH     ? a[i].zPath
                       : eWay == WAY_NUMBER ? pathShort(p, a[i].zPath)
                                            : a[i].zScript;
    if ((a[i].iNode < 0 || a[i].iFile < 0) && zKey) {
      migListAdd(p, pKeys, migPrintf(p, "%s\001%c%08d", zKey, cKind, i));
    }
  }
}

/* The index at the end of a key. */
static int keyIndex(const char *zKey) {
  const char *z = strrchr(zKey, '\001') + 2;
  int i = 0;

  for (; migIsDigit(*z); z++) {
    i = i * 10 + *z - '0';
  }
  return i;
}

/* FORMAT: nFile files and nGone revisions have one up script. */
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
             pRenamed->pGraph->aNode[pOne->iNode].zId, pOne->zPath);
  }
  migFail(p, MIG_FORMAT,
          "%s%s: the up script is that of %s%s, gone from the folder, and"
          " nothing tells which is which; bring back the names of files, or add"
          " a comment to what is new",
          migTextZ(&files), nFile > RENAMED_NAMED ? " and others" : "",
          migTextZ(&gone), nGone > RENAMED_NAMED ? " and others" : "");
}

/* Look at the keys az[0..n-1], which are one: files stand behind revisions. */
static void groupMatch(MigContext *p, Renamed *pRenamed, RenamedWay eWay,
                       const char *const *az, int n) {
  int nGone = 0;
  int i;

  while (nGone < n && strrchr(az[nGone], '\001')[1] == 'a') {
    nGone++;
  }
  if (nGone == 0 || nGone == n) {
    return;
  }
  if (2 * nGone != n || (eWay != WAY_SCRIPT && n != 2)) {
    if (eWay == WAY_SCRIPT) {
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

/* Match those that have one key. */
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

/* Give the files the ids that are stored. Returns the note. */
static char *renamedTake(MigContext *p, Renamed *pRenamed, MigSet *pListed) {
  MigText text = {0, 0, 0};
  int nFound = 0;
  int i;

  for (i = 0; i < pRenamed->nFile && p->rc == SQLITE_OK; i++) {
    RenamedOne *pOne = &pRenamed->aFile[i];
    MigImported *pFile = &pRenamed->pFiles->aRevision[pOne->iFile];
    if (pOne->iNode < 0) {
      continue;
    }
    pFile->zId = pRenamed->pGraph->aNode[pOne->iNode].zId;
    pFile->bRenamed = 1;
    migSetAdd(pListed, pOne->iNode);
    if (nFound++ < RENAMED_NAMED) {
      migTextF(p, &text, "%s%s is %s", nFound > 1 ? ", " : "", pFile->zFile,
               pFile->zId);
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

/*
** Find stored revisions of which *pListed has none, but to which a file
** belongs: the file gets the id and bRenamed, *pListed the revision. Returns a
** note, or NULL when there is nothing to say. FORMAT when it is not clear which
** file belongs to which.
*/
char *migRenamedFind(MigContext *p, const MigGraph *pGraph, MigImport *pFiles,
                     MigSet *pListed) {
  Renamed renamed;
  int i;

  memset(&renamed, 0, sizeof(renamed));
  renamed.pGraph = pGraph;
  renamed.pFiles = pFiles;
  if (p->rc || migSetCount(pListed) == pGraph->nNode) {
    return 0; /* nothing is gone */
  }
  filesList(p, &renamed);
  if (renamed.nFile > 0) {
    goneList(p, &renamed, pListed);
  }
  for (i = 0; i < WAY_COUNT && renamed.nGone > 0; i++) {
    wayMatch(p, &renamed, (RenamedWay)i);
  }
  return p->rc ? 0 : renamedTake(p, &renamed, pListed);
}
