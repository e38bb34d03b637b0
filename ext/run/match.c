/*
** match.c - which stored revision a version of another tool means.
**
** A version is looked up by what it is called, from the surest to the least:
**
**   hash   Drizzle only: SHA-256 of the script, then the time it was made
**   id     the revision's id is the version's name, or another form of it
**   file   the file, without its folder or endings, that it was imported from
**   tidy   as the file, or the id an import makes of it
**   value  the same once both are written alike: numbers without leading
**          zeros; Flyway's 1_2 as 1.2, and without zeros at its end; diesel's
**          without '-'
**   number the number that both begin with; where several revisions have it,
**          the words behind it decide
**
** The first of these that finds anything counts. Finding two revisions, or a
** revision that another version means as well, is finding none: nothing is
** guessed. Only a name that is an id holds against others.
**
** All keys of all revisions are in one sorted list, each with its kind in
** front and KEY_END and the revision behind; so looking up is a bisection.
*/
#include <string.h>
#include <stdlib.h>
#include "codec.h"
#include "sha256.h"
#include "name.h"
#include "origin.h"
#include "store.h"
#include "match.h"

#define KEY_END '\001'
#define KEY_ID 'i'
#define KEY_FILE 'f'
#define KEY_VALUE 'v'
#define KEY_NUMBER 'n'
#define KEY_HASH 'h'
#define KEY_TIME 't'

#define MATCH_SEVERAL (-2)

typedef struct Match {
  const MigGraph *pGraph;
  const MigVersionTable *pTable;
  int bFlyway;
  int bDiesel;
  int bDrizzle;
  MigList keys;
  const char **azMessage; /* of the revisions */
  MigPackCache cache;
} Match;

/* ---- texts ---- */

/* The last part of a path. */
static const char *textBase(const char *z) {
  const char *zSlash = strrchr(z, '/');

  return zSlash ? zSlash + 1 : z;
}

/* Does the text of n bytes at z end in zEnd, with something before it? */
static int textEnds(const char *z, size_t n, const char *zEnd) {
  size_t nEnd = strlen(zEnd);

  return n > nEnd && memcmp(z + n - nEnd, zEnd, nEnd) == 0;
}

/* A name without the ending of a script or program. */
static const char *textStem(MigContext *p, const char *z) {
  static const char *const azEnd[] = {".sql", ".js",  ".cjs", ".mjs", ".ts",
                                      ".cts", ".mts", ".py",  ".php", ".rb",
                                      ".exs", ".go",  0};
  size_t n = strlen(z);
  int i;

  for (i = 0; azEnd[i]; i++) {
    if (textEnds(z, n, azEnd[i])) {
      n -= strlen(azEnd[i]);
      break;
    }
  }
  if (textEnds(z, n, ".up")) {
    n -= strlen(".up");
  }
  return z[n] ? migStrndup(p, z, (i64)n) : z;
}

/* Write the numbers of a version, n bytes at z, without leading zeros and
** without parts that are 0 at its end; '_' between them is '.'. */
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

/* A name as all names of its value are written. */
static const char *textValue(MigContext *p, const Match *pMatch,
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

/* The number that a name begins with, NULL when it does not, or when it is the
** first part of more. *pzRest is what stands behind it. */
static const char *textNumber(MigContext *p, const char *z,
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

/* Do two texts have the same letters and digits, apart from case? */
static int wordsSame(const char *zA, const char *zB) {
  static const char zSkip[] = " _-.,:;/";

  for (;;) {
    zA += strspn(zA, zSkip);
    zB += strspn(zB, zSkip);
    if (*zA == 0 || *zB == 0) {
      return *zA == *zB;
    }
    if (migStrNICmp(zA++, zB++, 1) != 0) {
      return 0;
    }
  }
}

/* The id that an import makes of a name: what migIdCheck() would refuse
** becomes '_'. */
const char *migMatchId(MigContext *p, const char *zName) {
  char *z = migStrdup(p, zName);
  i64 i;

  for (i = 0; z && z[i]; i++) {
    if ((u8)z[i] <= ' ' || z[i] == 0x7f || strchr("@+:,'\"`", z[i]) ||
        (i == 0 && (z[i] == '-' || z[i] == '{'))) {
      z[i] = '_';
    }
  }
  return z && migIdReserved(z) ? migPrintf(p, "_%s", z) : z;
}

/* ---- the list of keys ---- */

/* Add a key of revision iNode, unless it has bytes that keys do not have. */
static void keyAdd(MigContext *p, Match *pMatch, char eKind, const char *z,
                   int iNode) {
  if (z && z[0] && strchr(z, KEY_END) == 0) {
    migListAdd(p, &pMatch->keys,
               migPrintf(p, "%c%s%c%d", eKind, z, KEY_END, iNode));
  }
}

/* Add the keys of the file that a revision came from. */
static void fileAdd(MigContext *p, Match *pMatch, const char *zFile,
                    int iNode) {
  const char *zBase = textBase(zFile);
  const char *zFolder;

  keyAdd(p, pMatch, KEY_FILE, textStem(p, zBase), iNode);
  if (zBase > zFile &&
      (strcmp(zBase, "migration.sql") == 0 || strcmp(zBase, "up.sql") == 0)) {
    zFolder = textBase(migStrndup(p, zFile, zBase - zFile - 1));
    keyAdd(p, pMatch, KEY_FILE, zFolder, iNode);
    if (pMatch->bDiesel) {
      keyAdd(p, pMatch, KEY_VALUE, textValue(p, pMatch, zFolder), iNode);
    }
  }
}

/* The bytes of the file that revision pRev came from: its up script, or what
** was kept of the file. The caller frees a. */
static MigBytes revisionBytes(MigContext *p, MigPackCache *pCache,
                              MigRevision *pRev) {
  MigBytes bytes = {0, 0};
  MigOrigins origins;
  int i;

  migRevisionScripts(p, pCache, pRev);
  migOriginsRead(p, migStoreOpen(p), pRev->zId, &origins);
  for (i = 0; i < origins.n && p->rc == SQLITE_OK; i++) {
    const MigOrigin *pOrigin = &origins.a[i];
    if (pRev->zSource && strcmp(pOrigin->zFile, pRev->zSource) == 0 &&
        pOrigin->ePart != MIG_ORIGIN_SHARE) {
      return migOriginBytes(p, pOrigin, pRev->zUp, pRev->nUp, pRev->zDown,
                            pRev->nDown);
    }
  }
  bytes.a = p->rc ? 0 : sqlite3_malloc64((u64)(pRev->zUp ? pRev->nUp : 0) + 1);
  if (bytes.a && pRev->zUp) {
    memcpy(bytes.a, pRev->zUp, (size_t)pRev->nUp);
    bytes.n = pRev->nUp;
  } else if (bytes.a == 0) {
    migNomem(p);
  }
  return bytes;
}

static const char *hexSha256(MigContext *p, const MigBytes *pBytes) {
  static const char zHex[] = "0123456789abcdef";
  u8 a[MIG_SHA256_SIZE];
  char z[2 * MIG_SHA256_SIZE + 1];
  MigSha256 hash;
  int i;

  migSha256Init(&hash);
  migSha256Add(&hash, pBytes->a, pBytes->n);
  migSha256Final(&hash, a);
  for (i = 0; i < MIG_SHA256_SIZE; i++) {
    z[2 * i] = zHex[a[i] >> 4];
    z[2 * i + 1] = zHex[a[i] & 15];
  }
  z[2 * i] = 0;
  return migStrdup(p, z);
}

/* Add what Drizzle knows a revision by. */
static void drizzleAdd(MigContext *p, Match *pMatch, MigRevision *pRev,
                       int iNode) {
  MigBytes bytes = revisionBytes(p, &pMatch->cache, pRev);

  if (p->rc == SQLITE_OK) {
    keyAdd(p, pMatch, KEY_HASH, hexSha256(p, &bytes), iNode);
    keyAdd(p, pMatch, KEY_TIME, pRev->zCreatedAt, iNode);
  }
  sqlite3_free(bytes.a);
}

static void keysMake(MigContext *p, Match *pMatch) {
  const MigGraph *pGraph = pMatch->pGraph;
  const char *zRest;
  MigRevision rev;
  int i;

  pMatch->azMessage = migAlloc(p, ((u64)pGraph->nNode + 1) * sizeof(char *));
  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    const char *zId = pGraph->aNode[i].zId;
    if (!migRevisionRead(p, zId, &rev)) {
      continue;
    }
    pMatch->azMessage[i] = rev.zMessage ? rev.zMessage : "";
    keyAdd(p, pMatch, KEY_ID, zId, i);
    keyAdd(p, pMatch, KEY_VALUE, textValue(p, pMatch, zId), i);
    keyAdd(p, pMatch, KEY_NUMBER, textNumber(p, zId, &zRest), i);
    if (rev.zSource) {
      fileAdd(p, pMatch, rev.zSource, i);
    }
    if (pMatch->bDrizzle) {
      drizzleAdd(p, pMatch, &rev, i);
    }
  }
  if (p->rc == SQLITE_OK) {
    migListSort(&pMatch->keys);
  }
}

/* The first place in the list that is not before zKey. */
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

/* The revision with a key; of several the one whose message has the words
** zWords, unless NULL. MIG_MATCH_NONE, MATCH_SEVERAL. */
static int keyFind(MigContext *p, const Match *pMatch, char eKind,
                   const char *z, const char *zWords) {
  const MigList *pKeys = &pMatch->keys;
  const char *zKey = migPrintf(p, "%c%s%c", eKind, z ? z : "", KEY_END);
  int iFound = MIG_MATCH_NONE;
  int iFit = MIG_MATCH_NONE;
  size_t n;
  int i;

  if (p->rc || z == 0 || z[0] == 0) {
    return MIG_MATCH_NONE;
  }
  n = strlen(zKey);
  for (i = keyPlace(pKeys, zKey);
       i < pKeys->n && strncmp(pKeys->az[i], zKey, n) == 0; i++) {
    int iNode = (int)strtol(pKeys->az[i] + n, 0, 10);
    if (iFound != iNode) {
      iFound = iFound == MIG_MATCH_NONE ? iNode : MATCH_SEVERAL;
    }
    if (zWords && iFit != iNode &&
        wordsSame(zWords, pMatch->azMessage[iNode])) {
      iFit = iFit == MIG_MATCH_NONE ? iNode : MATCH_SEVERAL;
    }
  }
  return iFound == MATCH_SEVERAL && iFit >= 0 ? iFit : iFound;
}

/* ---- versions ---- */

/* Try the number at the start of a form. */
static int formNumber(MigContext *p, const Match *pMatch,
                      const MigVersion *pVersion, const char *zForm) {
  const char *zRest = "";
  const char *zNumber = textNumber(p, zForm, &zRest);

  if (pVersion->zTitle) {
    zRest = pVersion->zTitle;
  }
  return keyFind(p, pMatch, KEY_NUMBER, zNumber, zRest[0] ? zRest : 0);
}

/* Look one form of a version up, in the i-th way. */
static int formFind(MigContext *p, const Match *pMatch,
                    const MigVersion *pVersion, const char *zForm, int i) {
  const char *zStem = textStem(p, textBase(zForm));

  if (p->rc) {
    return MIG_MATCH_NONE;
  }
  switch (i) {
  case 0:
    return keyFind(p, pMatch, KEY_ID, zForm, 0);
  case 1:
    return keyFind(p, pMatch, KEY_FILE, zStem, 0);
  case 2:
    return keyFind(p, pMatch, KEY_ID, migMatchId(p, zStem), 0);
  case 3:
    return keyFind(p, pMatch, KEY_VALUE, textValue(p, pMatch, zStem), 0);
  default:
    return pMatch->pTable->bNumbered ? formNumber(p, pMatch, pVersion, zStem)
                                     : MIG_MATCH_NONE;
  }
}

/* The revision that a version means, or below 0. */
static int versionFind(MigContext *p, const Match *pMatch,
                       const MigVersion *pVersion) {
  int iFound = MIG_MATCH_NONE;
  int i;
  int k;

  if (pMatch->bDrizzle) {
    iFound = keyFind(p, pMatch, KEY_HASH, pVersion->zHash, 0);
    return iFound == MIG_MATCH_NONE
               ? keyFind(p, pMatch, KEY_TIME, pVersion->zAppliedAt, 0)
               : iFound;
  }
  for (i = 0; i < 5 && iFound == MIG_MATCH_NONE; i++) {
    iFound = formFind(p, pMatch, pVersion, pVersion->zName, i);
    for (k = 0; k < MIG_VERSION_FORMS && iFound == MIG_MATCH_NONE; k++) {
      if (pVersion->azForm[k]) {
        iFound = formFind(p, pMatch, pVersion, pVersion->azForm[k], i);
      }
    }
  }
  return iFound;
}

/* Let no two versions mean one revision, but the one whose name it has. */
static void claimsSettle(MigContext *p, const Match *pMatch, int *aNode) {
  const MigVersionTable *pTable = pMatch->pTable;
  int nNode = pMatch->pGraph->nNode;
  int *aOwner = migAlloc(p, ((u64)nNode + 1) * sizeof(int));
  int i;

  for (i = 0; aOwner && i < nNode; i++) {
    aOwner[i] = MIG_MATCH_NONE;
  }
  for (i = 0; aOwner && i < pTable->nVersion; i++) {
    int iNode = aNode[i];
    int iOwner = iNode >= 0 ? aOwner[iNode] : MIG_MATCH_NONE;
    const char *zName = pTable->aVersion[i].zName;
    if (iNode < 0) {
      continue;
    }
    if (iOwner == MIG_MATCH_NONE ||
        strcmp(zName, pMatch->pGraph->aNode[iNode].zId) == 0) {
      aOwner[iNode] = i;
    } else if (iOwner >= 0 &&
               strcmp(pTable->aVersion[iOwner].zName, zName) != 0 &&
               strcmp(pTable->aVersion[iOwner].zName,
                      pMatch->pGraph->aNode[iNode].zId) != 0) {
      aOwner[iNode] = MATCH_SEVERAL;
    }
  }
  for (i = 0; aOwner && i < pTable->nVersion; i++) {
    int iOwner = aNode[i] >= 0 ? aOwner[aNode[i]] : MIG_MATCH_NONE;
    if (iOwner < 0 || strcmp(pTable->aVersion[iOwner].zName,
                             pTable->aVersion[i].zName) != 0) {
      aNode[i] = MIG_MATCH_NONE;
    }
  }
}

/*
** Of each version of a table the revision that it means, MIG_MATCH_NONE for
** none, in the arena. The caller holds a transaction and has read the rows.
*/
int *migMatch(MigContext *p, const MigGraph *pGraph,
              const MigVersionTable *pTable) {
  Match match;
  int *aNode = migAlloc(p, ((u64)pTable->nVersion + 1) * sizeof(int));
  int i;

  if (p->rc) {
    return 0;
  }
  memset(&match, 0, sizeof(match));
  match.pGraph = pGraph;
  match.pTable = pTable;
  match.bFlyway = strcmp(pTable->zTool, "flyway") == 0;
  match.bDiesel = strcmp(pTable->zTool, "diesel") == 0;
  match.bDrizzle = strcmp(pTable->zTool, "drizzle") == 0;
  keysMake(p, &match);
  for (i = 0; i < pTable->nVersion && p->rc == SQLITE_OK; i++) {
    MigMark mark = migArenaMark(p);
    int iNode = versionFind(p, &match, &pTable->aVersion[i]);
    aNode[i] = iNode < 0 ? MIG_MATCH_NONE : iNode;
    migArenaRelease(p, mark);
  }
  if (p->rc == SQLITE_OK) {
    claimsSettle(p, &match, aNode);
  }
  migScriptsClose(&match.cache);
  return p->rc ? 0 : aNode;
}

/* ---- checksums ---- */

/* Flyway's checksum: CRC-32 over the lines, without their ends and without a
** mark of the encoding, as a signed number. */
static i64 flywayChecksum(const MigBytes *pBytes) {
  const char *z = (const char *)pBytes->a;
  i64 n = pBytes->n;
  i64 i = n >= 3 && memcmp(z, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  u32 u = 0;

  while (i < n) {
    i64 k = i;
    while (k < n && z[k] != '\n' && z[k] != '\r') {
      k++;
    }
    u = migCrc32(u, z + i, k - i);
    i = k + 1;
  }
  return u < 0x80000000u ? (i64)u : (i64)u - ((i64)1 << 32);
}

/* Has a revision the checksum that its owner wrote down? 1 as well when that
** is nothing we could compare. */
int migMatchHash(MigContext *p, MigPackCache *pCache, MigRevision *pRev,
                 MigVersionHash eHash, const char *zHash) {
  MigBytes bytes;
  char zCrc[24];
  int bFits = 1;

  if (eHash == MIG_VERSION_NOHASH || zHash == 0 || p->rc) {
    return 1;
  }
  bytes = revisionBytes(p, pCache, pRev);
  if (p->rc == SQLITE_OK && eHash == MIG_VERSION_SHA256) {
    const char *zHex = hexSha256(p, &bytes);
    bFits = p->rc || strlen(zHash) != 2 * MIG_SHA256_SIZE ||
            migStrICmp(zHex, zHash) == 0;
  } else if (p->rc == SQLITE_OK) {
    sqlite3_snprintf((int)sizeof(zCrc), zCrc, "%lld", flywayChecksum(&bytes));
    bFits = strcmp(zCrc, zHash) == 0;
  }
  sqlite3_free(bytes.a);
  return bFits;
}
