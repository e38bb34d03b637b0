/*
** matchkey.c - what the stored revisions are called, as keys to find them by.
**
** All keys of all revisions are in one sorted list, each with its kind in
** front and KEY_END and the revision behind; so looking up is a bisection:
**
**   i0001_users \001 0          MIG_BY_ID, node 0
**   n1          \001 0          MIG_BY_NUMBER
**   v0001_users \001 0          MIG_BY_VALUE
**
** (without the blanks). A name that holds KEY_END has no key and is not found.
**
** The value of a name, or the number in front of it, is not all of it. The
** words behind the number are no keys: they are noted beside these, and of the
** revisions that have a key only those are found whose words agree.
**
** What Liquibase calls a revision is known from the changelog that was kept; it
** has keys of its own.
*/
#include <string.h>
#include <stdlib.h>
#include "codec.h"
#include "dispatch.h"
#include "folder.h"
#include "name.h"
#include "origin.h"
#include "store.h"
#include "text.h"
#include "matchhash.h"
#include "matchname.h"
#include "matchkey.h"

#define KEY_END '\001'
#define WORD_GAPS " _-.,:;/" /* what stands between words */

/* ---- names as keys ---- */

/* Write the numbers of a version of Flyway's without leading zeros and without
** parts that are 0 at its end; '_' between them is '.': 01_2.0 is 1.2. "" after
** an error, else in the arena. z holds nothing but digits, '.' and '_'. */
static const char *flywayValue(MigContext *p, const char *z) {
  MigText text = {0, 0, 0};
  i64 nKeep = 0;

  while (*z) {
    size_t n = strcspn(z, "._");
    size_t nZero = strspn(z, "0");
    nZero = nZero < n ? nZero : n;
    if (text.n) {
      migTextStr(p, &text, ".");
    }
    migTextAdd(p, &text, nZero == n ? "0" : z + nZero,
               nZero == n ? 1 : (i64)(n - nZero));
    nKeep = nZero == n && nKeep > 0 ? nKeep : text.n;
    z += n;
    z += *z != 0;
  }
  return p->rc ? "" : migStrndup(p, migTextZ(&text), nKeep);
}

/* A name as all names of its value are written: z itself, a part of it, or a
** text in the arena, never NULL. What is no number is its own value. */
const char *migMatchKeyValue(MigContext *p, const MigMatch *pMatch,
                             const char *z) {
  if (pMatch->bFlyway && migIsDigit(z[0]) &&
      z[strspn(z, "0123456789._")] == 0) {
    return flywayValue(p, z);
  }
  if (pMatch->bDiesel && migIsDigit(z[0])) {
    MigText text = {0, 0, 0};
    for (; *z && *z != '_'; z++) {
      if (*z != '-') {
        migTextAdd(p, &text, z, 1);
      }
    }
    return migTextZ(&text);
  }
  if (z[0] == '0' && z[strspn(z, "0123456789")] == 0) {
    z += strspn(z, "0");
    return *z ? z : "0";
  }
  return z;
}

/* The number that a name begins with, without leading zeros, NULL when it does
** not, or when it is the first part of more: 2024_01_31_x has none, because a
** second number follows. *pzRest is what stands behind it. As text, so it may
** have any number of digits; in the arena, NULL after an error as well. */
const char *migMatchKeyNumber(MigContext *p, const char *z,
                              const char **pzRest) {
  size_t nZero = strspn(z, "0");
  size_t n = strspn(z, "0123456789");

  *pzRest = z + n;
  if (n == 0 || (z[n] && strchr("_- ", z[n]) == 0) ||
      (z[n] && migIsDigit(z[n + 1]))) {
    return 0;
  }
  return nZero == n ? "0" : migStrndup(p, z + nZero, (i64)(n - nZero));
}

/* ---- words ---- */

/* Do two texts have the same letters and digits, apart from case and from what
** is in WORD_GAPS? Two without any are the same. */
static int wordsSame(const char *zA, const char *zB) {
  for (;;) {
    zA += strspn(zA, WORD_GAPS);
    zB += strspn(zB, WORD_GAPS);
    if (*zA == 0 || *zB == 0) {
      return *zA == *zB;
    }
    if (migStrNICmp(zA++, zB++, 1) != 0) {
      return 0;
    }
  }
}

/* What stands behind the number that a name begins with; "" when it does not,
** or when it is nothing but numbers. Points into z. */
const char *migMatchKeyWords(const char *z) {
  size_t n = strspn(z, "0123456789");

  if (n == 0 || z[strspn(z, "0123456789" WORD_GAPS)] == 0) {
    return "";
  }
  return z + n;
}

/* How well do words, NULL for none, fit a revision: 2 they are its own, 1 there
** is nothing to compare, 0 it has others. Any of id, file and message may have
** them. A title counts against a revision only when that came from a file. */
static int wordsFit(const MigFormWords *pWords, const MigMatchWords *pHas) {
  const char *z = pWords ? pWords->z : 0;

  if (z == 0 || z[strspn(z, WORD_GAPS)] == 0) {
    return 1;
  }
  if (wordsSame(z, pHas->zId) || wordsSame(z, pHas->zFile) ||
      wordsSame(z, pHas->zMessage) ||
      wordsSame(z, migMatchKeyWords(pHas->zMessage))) {
    return 2;
  }
  if (pWords->bBeside && !pHas->bFile) {
    return 1;
  }
  return pHas->zId[0] == 0 && pHas->zFile[0] == 0 && pHas->zMessage[0] == 0;
}

/* ---- the list of keys ---- */

/* Add a key of revision iNode, unless it has bytes that keys do not have. z may
** be NULL or empty: then there is no such key. */
static void keyAdd(MigContext *p, MigMatch *pMatch, char eKind, const char *z,
                   int iNode) {
  if (z && z[0] && strchr(z, KEY_END) == 0) {
    migListAdd(p, &pMatch->keys,
               migPrintf(p, "%c%s%c%d", eKind, z, KEY_END, iNode));
  }
}

/* Add the keys of the file that a revision came from: its name, and where that
** is the same for all (Prisma, diesel) the name of its folder too. Where
** versions are of several apps a folder is an app, and the id has it. */
static void fileAdd(MigContext *p, MigMatch *pMatch, const char *zFile,
                    int iNode) {
  const char *zBase = migMatchNameBase(zFile);
  const char *zFolder;
  const char *zStem = migMatchNameStem(p, zBase);

  if (pMatch->bApps && zBase > zFile) {
    return;
  }
  keyAdd(p, pMatch, MIG_BY_FILE, zStem, iNode);
  pMatch->aWords[iNode].zFile = p->rc ? "" : migMatchKeyWords(zStem);
  if (p->rc == SQLITE_OK && zBase > zFile &&
      (strcmp(zBase, "migration.sql") == 0 || strcmp(zBase, "up.sql") == 0)) {
    zFolder = migMatchNameBase(migStrndup(p, zFile, zBase - zFile - 1));
    if (p->rc) {
      return;
    }
    keyAdd(p, pMatch, MIG_BY_FILE, zFolder, iNode);
    pMatch->aWords[iNode].zFile = migMatchKeyWords(zFolder);
    if (pMatch->bDiesel) {
      keyAdd(p, pMatch, MIG_BY_VALUE, migMatchKeyValue(p, pMatch, zFolder),
             iNode);
    }
  }
}

/* Add what Drizzle knows a revision by: the hash of its file, with whatever
** ends of lines, and the time that its journal gives, which an import has made
** created_at. */
static void drizzleAdd(MigContext *p, MigMatch *pMatch, MigRevision *pRev,
                       int iNode) {
  MigBytes bytes = migMatchHashBytes(p, &pMatch->cache, pRev);
  const char *zHash = p->rc ? 0 : migMatchHashSha256(p, &bytes, 0);
  int i;

  keyAdd(p, pMatch, MIG_BY_HASH, zHash, iNode);
  for (i = 1; i < MIG_MATCH_ENDS && p->rc == SQLITE_OK; i++) {
    const char *z = migMatchHashSha256(p, &bytes, i);
    if (z && zHash && strcmp(z, zHash)) {
      keyAdd(p, pMatch, MIG_BY_HASH, z, iNode);
    }
  }
  if (p->rc == SQLITE_OK) {
    keyAdd(p, pMatch, MIG_BY_TIME, pRev->zCreatedAt, iNode);
  }
  sqlite3_free(bytes.a);
}

/* Put the kept changelogs of Liquibase into a folder. They concern several
** revisions, so they are kept under the revision "". */
static void changelogsAdd(MigContext *p, MigFolder *pFolder) {
  MigOrigins origins;
  int i;

  migOriginsRead(p, migStoreOpen(p), "", &origins);
  for (i = 0; i < origins.n && p->rc == SQLITE_OK; i++) {
    if (strcmp(origins.a[i].zFormat, MIG_MATCH_LIQUIBASE) == 0) {
      MigBytes bytes = migOriginBytes(p, &origins.a[i], 0, 0, 0, 0);
      if (p->rc == SQLITE_OK) {
        migFolderAdd(p, pFolder, origins.a[i].zFile, (const char *)bytes.a,
                     bytes.n);
      }
      sqlite3_free(bytes.a);
    }
  }
}

/* Is the revision there, and from that file? Its place in the graph, or
** MIG_MATCH_NONE. zId may be NULL. A revision of that id and of another file is
** somebody else's. */
static int importedFind(MigContext *p, const MigMatch *pMatch, const char *zId,
                        const char *zFile) {
  int iNode = zId ? migGraphFind(pMatch->pGraph, zId) : -1;
  MigRevision rev;

  return iNode >= 0 && migRevisionRead(p, zId, &rev) && rev.zSource &&
                 strcmp(rev.zSource, zFile) == 0
             ? iNode
             : MIG_MATCH_NONE;
}

/* Add the keys of a changeset, a revision: what Liquibase calls it, and that
** with every end of its file's path, because the path in the table begins where
** Liquibase was started, and ours in the folder that was imported. */
static void changesetAdd(MigContext *p, MigMatch *pMatch,
                         const MigImported *pSet, int iNode) {
  const char *z = pSet->zFile;

  keyAdd(p, pMatch, MIG_BY_OWN, pSet->zOwn, iNode);
  while (z && p->rc == SQLITE_OK) {
    keyAdd(p, pMatch, MIG_BY_PATH, migPrintf(p, "%s\002%s", pSet->zOwn, z),
           iNode);
    z = strchr(z, '/');
    z = z ? z + 1 : 0;
  }
  migSetAdd(&pMatch->owned, iNode);
}

/*
** Add what Liquibase calls the revisions whose changelog was kept. A changeset
** that was imported before another one got its id may still have the short
** id; when two of them could be that, it is known to be one of these, and not
** which.
*/
static void changesetsAdd(MigContext *p, MigMatch *pMatch) {
  MigSet shorts = migSetNew(p, pMatch->pGraph->nNode);
  MigFolder folder;
  MigImport set;
  int *aNode;
  int i;

  memset(&folder, 0, sizeof(folder));
  memset(&set, 0, sizeof(set));
  pMatch->owned = migSetNew(p, pMatch->pGraph->nNode);
  changelogsAdd(p, &folder);
  if (p->rc == SQLITE_OK && folder.nFile > 0) {
    migImportParse(p, &folder, MIG_MATCH_LIQUIBASE, &set);
  }
  aNode = migAlloc(p, ((u64)set.nRevision + 1) * sizeof(int));
  for (i = 0; i < set.nRevision && p->rc == SQLITE_OK; i++) {
    const MigImported *pSet = &set.aRevision[i];
    aNode[i] = importedFind(p, pMatch, pSet->zId, pSet->zFile);
    if (aNode[i] >= 0) {
      changesetAdd(p, pMatch, pSet, aNode[i]);
      aNode[i] = MIG_MATCH_NONE;
      continue;
    }
    aNode[i] = importedFind(p, pMatch, pSet->zShort, pSet->zFile);
    if (aNode[i] >= 0 && migSetHas(&shorts, aNode[i])) {
      migSetAdd(&pMatch->owned, aNode[i]); /* whose is not known */
    } else if (aNode[i] >= 0) {
      migSetAdd(&shorts, aNode[i]);
    }
  }
  for (i = 0; i < set.nRevision && p->rc == SQLITE_OK; i++) {
    if (aNode[i] >= 0 && !migSetHas(&pMatch->owned, aNode[i])) {
      changesetAdd(p, pMatch, &set.aRevision[i], aNode[i]);
    }
  }
  migFolderClose(&folder);
}

/* Note where the words of a revision are. What is no more than its id, or a
** number, are none. */
static void wordsAdd(MigMatch *pMatch, const MigRevision *pRev, int iNode) {
  MigMatchWords *pHas = &pMatch->aWords[iNode];
  const char *z = pRev->zMessage ? pRev->zMessage : "";

  pHas->zId = migMatchKeyWords(pRev->zId);
  pHas->zFile = "";
  pHas->bFile = pRev->zSource != 0;
  pHas->zMessage =
      wordsSame(z, pRev->zId) || z[strspn(z, "0123456789" WORD_GAPS)] == 0 ? ""
                                                                           : z;
}

/*
** Make the keys of all revisions, sorted, and note their words. Scripts are
** read for Drizzle alone.
**
** pMatch has its graph, its table and its flag, and is zero besides. Keys and
** words are in the arena; the cache is the caller's to close. Needs a store,
** and a transaction that the caller holds; only reads. STORE_DAMAGED, and for
** Liquibase's changelogs FORMAT.
*/
void migMatchKeyMake(MigContext *p, MigMatch *pMatch) {
  const MigGraph *pGraph = pMatch->pGraph;
  const char *zRest;
  MigRevision rev;
  int i;

  pMatch->aWords =
      migAlloc(p, ((u64)pGraph->nNode + 1) * sizeof(MigMatchWords));
  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    const char *zId = pGraph->aNode[i].zId;
    if (!migRevisionRead(p, zId, &rev)) {
      continue;
    }
    wordsAdd(pMatch, &rev, i);
    keyAdd(p, pMatch, MIG_BY_ID, zId, i);
    keyAdd(p, pMatch, MIG_BY_VALUE, migMatchKeyValue(p, pMatch, zId), i);
    keyAdd(p, pMatch, MIG_BY_NUMBER, migMatchKeyNumber(p, zId, &zRest), i);
    if (rev.zSource) {
      fileAdd(p, pMatch, rev.zSource, i);
    }
    if (pMatch->bDrizzle) {
      drizzleAdd(p, pMatch, &rev, i);
    }
  }
  if (pMatch->bLiquibase) {
    changesetsAdd(p, pMatch);
  }
  if (p->rc == SQLITE_OK) {
    migListSort(&pMatch->keys);
  }
}

/* The first place in the list that is not before zKey, n when all are. */
static int keyPlace(const MigList *pKeys, const char *zKey) {
  int iLow = 0;
  int iHigh = pKeys->n;

  while (iLow < iHigh) {
    int iMid = iLow + (iHigh - iLow) / 2;
    if (strcmp(pKeys->az[iMid], zKey) < 0) {
      iLow = iMid + 1;
    } else {
      iHigh = iMid;
    }
  }
  return iLow;
}

/* The revision with the key z of kind eKind whose words, if it has any, are
** those of pWords (NULL: words do not matter); of several the one that has
** them. MIG_MATCH_NONE, also after an error and for z NULL or empty, or
** MIG_MATCH_SEVERAL. One revision may have a key twice. */
int migMatchKeyFind(MigContext *p, const MigMatch *pMatch, char eKind,
                    const char *z, const MigFormWords *pWords) {
  const MigList *pKeys = &pMatch->keys;
  const char *zKey = migPrintf(p, "%c%s%c", eKind, z ? z : "", KEY_END);
  int iFound = MIG_MATCH_NONE;
  int eFound = 0;
  size_t n;
  int i;

  if (p->rc || z == 0 || z[0] == 0) {
    return MIG_MATCH_NONE;
  }
  n = strlen(zKey);
  for (i = keyPlace(pKeys, zKey);
       i < pKeys->n && strncmp(pKeys->az[i], zKey, n) == 0; i++) {
    int iNode = (int)strtol(pKeys->az[i] + n, 0, 10);
    int eFit = wordsFit(pWords, &pMatch->aWords[iNode]);
    if (eFit > eFound) {
      iFound = iNode;
      eFound = eFit;
    } else if (eFit == eFound && eFit > 0 && iFound != iNode) {
      iFound = MIG_MATCH_SEVERAL;
    }
  }
  return iFound;
}
