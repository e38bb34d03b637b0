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
**   number the number that both begin with
**
** A number is not all of a name. Where a version has words behind its number,
** or beside it, and a revision has some in its id, its file's name or its
** message, these must agree, or the version means another one. What stands
** beside a version does not count against a revision that is no file's: its
** message was never a part of a name.
**
** The first of these that finds anything counts. Finding two revisions, or a
** revision that another version means as well, is finding none: nothing is
** guessed. Only a name that is an id holds against others.
**
** Liquibase's names are author and id, and the file. Of revisions whose
** changelog was kept these are read again, and nothing else counts; others are
** called id, or author_id.
**
** An example: there are revisions 0001_users (from the file 0001_users.sql) and
** 0002_roles, and the table of a tool whose names begin with numbers lists
**
**   0001_users        by id, the first one
**   1                 by value none, as 0001_users is no number; by number the
**                     first one, and there are no words that could contradict
**   0002_groups       none: the number is that of 0002_roles, the words are not
**
** All keys of all revisions are in one sorted list, each with its kind in
** front and KEY_END and the revision behind; so looking up is a bisection:
**
**   i0001_users \001 0          KEY_ID, node 0
**   n1          \001 0          KEY_NUMBER
**   v0001_users \001 0          KEY_VALUE
**
** (without the blanks). A name that holds KEY_END has no key and is not found.
**
** Drizzle's table has no names: hash and time are all there is.
*/
#include <string.h>
#include <stdlib.h>
#include "codec.h"
#include "hash.h"
#include "sha256.h"
#include "name.h"
#include "origin.h"
#include "store.h"
#include "dispatch.h"
#include "folder.h"
#include "match.h"

#define KEY_END '\001'
#define KEY_ID 'i'     /* the revision's id */
#define KEY_FILE 'f'   /* its file, or that file's folder, see fileAdd() */
#define KEY_VALUE 'v'  /* as textValue() writes the id, or diesel's folder */
#define KEY_NUMBER 'n' /* the number in front of the id, without zeros */
#define KEY_HASH 'h'   /* Drizzle: SHA-256 of the file, hex in lower case */
#define KEY_TIME 't'   /* Drizzle: created_at, ISO-8601 */
#define KEY_OWN 'o'    /* Liquibase: author:id */
#define KEY_PATH 'p'   /* the same, byte 2, and the end of the file's path */

#define MATCH_SEVERAL (-2)    /* more than one: nothing is guessed */
#define LIQUIBASE "liquibase" /* the format, and the tool */
#define WORD_GAPS " _-.,:;/"  /* what stands between words */

/* Where the words of a revision stand; "" for none, but NULL in what is zeroed:
** a revision that could not be read has no key that leads here. */
typedef struct MatchWords {
  const char *zId;      /* behind the number of its id */
  const char *zFile;    /* behind that of its file's name */
  const char *zMessage; /* all of its message, unless that is the id */
  int bFile;            /* it came from a file */
} MatchWords;

/* The words of a version. */
typedef struct FormWords {
  const char *z; /* NULL: none */
  int bBeside;   /* they are its title */
} FormWords;

/* A call of migMatch(). One flag at most is set: whose table it is. */
typedef struct Match {
  const MigGraph *pGraph;
  const MigVersionTable *pTable;
  int bFlyway;
  int bDiesel;
  int bDrizzle;
  int bLiquibase;
  int bApps;          /* Django, sqlite-migrate */
  MigList keys;       /* sorted once all are there */
  MatchWords *aWords; /* of the revisions */
  MigSet owned;       /* those that KEY_OWN knows */
  MigPackCache cache;
} Match;

/* ---- texts ---- */

/* The last part of a path: into z, all of it without a '/'. */
static const char *textBase(const char *z) {
  const char *zSlash = strrchr(z, '/');

  return zSlash ? zSlash + 1 : z;
}

/* Does the text of n bytes at z end in zEnd, with something before it? */
static int textEnds(const char *z, size_t n, const char *zEnd) {
  size_t nEnd = strlen(zEnd);

  return n > nEnd && memcmp(z + n - nEnd, zEnd, nEnd) == 0;
}

/* A name without the ending of a script or program, nor ".up" before it. Case
** matters. z itself when it has none, else in the arena. */
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
** text in the arena. What is no number is its own value. */
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

/* The number that a name begins with, without leading zeros, NULL when it does
** not, or when it is the first part of more: 2024_01_31_x has none, because a
** second number follows. *pzRest is what stands behind it. As text, so it may
** have any number of digits. */
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
static const char *textWords(const char *z) {
  size_t n = strspn(z, "0123456789");

  if (n == 0 || z[strspn(z, "0123456789" WORD_GAPS)] == 0) {
    return "";
  }
  return z + n;
}

/* How well do words, NULL for none, fit a revision: 2 they are its own, 1 there
** is nothing to compare, 0 it has others. Any of id, file and message may have
** them. A title counts against a revision only when that came from a file. */
static int wordsFit(const FormWords *pWords, const MatchWords *pHas) {
  const char *z = pWords ? pWords->z : 0;

  if (z == 0 || z[strspn(z, WORD_GAPS)] == 0) {
    return 1;
  }
  if (wordsSame(z, pHas->zId) || wordsSame(z, pHas->zFile) ||
      wordsSame(z, pHas->zMessage) || wordsSame(z, textWords(pHas->zMessage))) {
    return 2;
  }
  if (pWords->bBeside && !pHas->bFile) {
    return 1;
  }
  return pHas->zId[0] == 0 && pHas->zFile[0] == 0 && pHas->zMessage[0] == 0;
}

/* The id that an import makes of a name: what migIdCheck() would refuse
** becomes '_', and an id that is a word of the grammar of targets gets one in
** front. In the arena; NULL after an error. */
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

/* Add a key of revision iNode, unless it has bytes that keys do not have. z may
** be NULL or empty: then there is no such key. */
static void keyAdd(MigContext *p, Match *pMatch, char eKind, const char *z,
                   int iNode) {
  if (z && z[0] && strchr(z, KEY_END) == 0) {
    migListAdd(p, &pMatch->keys,
               migPrintf(p, "%c%s%c%d", eKind, z, KEY_END, iNode));
  }
}

/* Add the keys of the file that a revision came from: its name, and where that
** is the same for all (Prisma, diesel) the name of its folder too. Where
** versions are of several apps a folder is an app, and the id has it. */
static void fileAdd(MigContext *p, Match *pMatch, const char *zFile,
                    int iNode) {
  const char *zBase = textBase(zFile);
  const char *zFolder;
  const char *zStem = textStem(p, zBase);

  if (pMatch->bApps && zBase > zFile) {
    return;
  }
  keyAdd(p, pMatch, KEY_FILE, zStem, iNode);
  pMatch->aWords[iNode].zFile = p->rc ? "" : textWords(zStem);
  if (p->rc == SQLITE_OK && zBase > zFile &&
      (strcmp(zBase, "migration.sql") == 0 || strcmp(zBase, "up.sql") == 0)) {
    zFolder = textBase(migStrndup(p, zFile, zBase - zFile - 1));
    if (p->rc) {
      return;
    }
    keyAdd(p, pMatch, KEY_FILE, zFolder, iNode);
    pMatch->aWords[iNode].zFile = textWords(zFolder);
    if (pMatch->bDiesel) {
      keyAdd(p, pMatch, KEY_VALUE, textValue(p, pMatch, zFolder), iNode);
    }
  }
}

/* The bytes of the file that revision pRev came from: what was kept of the
** file, else its up script. The caller frees a, which is NULL after an error.
** Scripts are read into pRev. STORE_DAMAGED. */
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

/* SHA-256 of the bytes as 64 hex digits in lower case, in the arena. */
static const char *hexSha256(MigContext *p, const MigBytes *pBytes) {
  u8 a[MIG_SHA256_SIZE];
  char z[2 * MIG_SHA256_SIZE + 1];
  MigSha256 hash;

  migSha256Init(&hash);
  migSha256Add(&hash, pBytes->a, pBytes->n);
  migSha256Final(&hash, a);
  migHashHex(a, MIG_SHA256_SIZE, z);
  return migStrdup(p, z);
}

/* Add what Drizzle knows a revision by: the hash of its file, and the time that
** its journal gives, which an import has made created_at. */
static void drizzleAdd(MigContext *p, Match *pMatch, MigRevision *pRev,
                       int iNode) {
  MigBytes bytes = revisionBytes(p, &pMatch->cache, pRev);

  if (p->rc == SQLITE_OK) {
    keyAdd(p, pMatch, KEY_HASH, hexSha256(p, &bytes), iNode);
    keyAdd(p, pMatch, KEY_TIME, pRev->zCreatedAt, iNode);
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
    if (strcmp(origins.a[i].zFormat, LIQUIBASE) == 0) {
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
static int importedFind(MigContext *p, const Match *pMatch, const char *zId,
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
static void changesetAdd(MigContext *p, Match *pMatch, const MigImported *pSet,
                         int iNode) {
  const char *z = pSet->zFile;

  keyAdd(p, pMatch, KEY_OWN, pSet->zOwn, iNode);
  while (z && p->rc == SQLITE_OK) {
    keyAdd(p, pMatch, KEY_PATH, migPrintf(p, "%s\002%s", pSet->zOwn, z), iNode);
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
static void changesetsAdd(MigContext *p, Match *pMatch) {
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
    migImportParse(p, &folder, LIQUIBASE, &set);
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
static void wordsAdd(Match *pMatch, const MigRevision *pRev, int iNode) {
  MatchWords *pHas = &pMatch->aWords[iNode];
  const char *z = pRev->zMessage ? pRev->zMessage : "";

  pHas->zId = textWords(pRev->zId);
  pHas->zFile = "";
  pHas->bFile = pRev->zSource != 0;
  pHas->zMessage =
      wordsSame(z, pRev->zId) || z[strspn(z, "0123456789" WORD_GAPS)] == 0 ? ""
                                                                           : z;
}

/* Make the keys of all revisions, sorted, and note their words. Scripts are
** read for Drizzle alone. */
static void keysMake(MigContext *p, Match *pMatch) {
  const MigGraph *pGraph = pMatch->pGraph;
  const char *zRest;
  MigRevision rev;
  int i;

  pMatch->aWords = migAlloc(p, ((u64)pGraph->nNode + 1) * sizeof(MatchWords));
  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    const char *zId = pGraph->aNode[i].zId;
    if (!migRevisionRead(p, zId, &rev)) {
      continue;
    }
    wordsAdd(pMatch, &rev, i);
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
** MATCH_SEVERAL. One revision may have a key twice. */
static int keyFind(MigContext *p, const Match *pMatch, char eKind,
                   const char *z, const FormWords *pWords) {
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
      iFound = MATCH_SEVERAL;
    }
  }
  return iFound;
}

/* ---- versions ---- */

/* The words that come with a form, none when it has no number. What its owner
** says of a baseline is not what a script does. */
static FormWords formWords(const MigVersion *pVersion, const char *zForm) {
  FormWords words = {0, 0};

  if (migIsDigit(zForm[0]) && !pVersion->bUpTo) {
    words.z = textWords(zForm);
    words.bBeside = words.z[0] == 0;
    words.z = words.bBeside ? pVersion->zTitle : words.z;
  }
  return words;
}

/* Look one form of a version up, in the i-th way of the list at the top, from 0
** for id to 4 for number. A node, MIG_MATCH_NONE or MATCH_SEVERAL. */
static int formFind(MigContext *p, const Match *pMatch,
                    const MigVersion *pVersion, const char *zForm, int i) {
  const char *zStem = textStem(p, textBase(zForm));
  const char *zRest;
  FormWords words;

  if (p->rc) {
    return MIG_MATCH_NONE;
  }
  words = formWords(pVersion, zStem);
  switch (i) {
  case 0:
    return keyFind(p, pMatch, KEY_ID, zForm, &words);
  case 1:
    return keyFind(p, pMatch, KEY_FILE, zStem, 0);
  case 2:
    return keyFind(p, pMatch, KEY_ID, migMatchId(p, zStem), &words);
  case 3:
    return keyFind(p, pMatch, KEY_VALUE, textValue(p, pMatch, zStem), &words);
  default:
    return pMatch->pTable->bNumbered
               ? keyFind(p, pMatch, KEY_NUMBER, textNumber(p, zStem, &zRest),
                         &words)
               : MIG_MATCH_NONE;
  }
}

/* The revision that a changeset of Liquibase's means, or below 0: the one of
** its author, id and file; when only one changeset in the table is called so,
** the one of its author and id; else one that nobody knows by those. */
static int changesetFind(MigContext *p, const Match *pMatch,
                         const MigVersion *pVersion) {
  const char *zFile = pVersion->zTitle;
  int iFound = MIG_MATCH_NONE;
  int i;

  while (zFile && iFound == MIG_MATCH_NONE && p->rc == SQLITE_OK) {
    iFound = keyFind(p, pMatch, KEY_PATH,
                     migPrintf(p, "%s\002%s", pVersion->zName, zFile), 0);
    zFile = strchr(zFile, '/');
    zFile = zFile ? zFile + 1 : 0;
  }
  if (iFound == MIG_MATCH_NONE) {
    iFound = keyFind(p, pMatch, KEY_OWN, pVersion->azForm[1], 0);
  }
  for (i = 0; i < 2 && iFound == MIG_MATCH_NONE && p->rc == SQLITE_OK; i++) {
    const char *z = i ? pVersion->azForm[0] : pVersion->zName;
    iFound = z ? keyFind(p, pMatch, KEY_ID, migMatchId(p, z), 0) : iFound;
    if (iFound >= 0 && migSetHas(&pMatch->owned, iFound)) {
      iFound = MIG_MATCH_NONE;
    }
  }
  return iFound;
}

/* The revision that a version means, or below 0. A way is tried with all forms
** before the next one is; one that finds several ends the search. */
static int versionFind(MigContext *p, const Match *pMatch,
                       const MigVersion *pVersion) {
  int iFound = MIG_MATCH_NONE;
  int i;
  int k;

  if (pMatch->bLiquibase) {
    return changesetFind(p, pMatch, pVersion);
  }
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

/* Are two texts the same, or both not there? */
static int textSame(const char *zA, const char *zB) {
  return zA && zB ? strcmp(zA, zB) == 0 : zA == zB;
}

/* Are two rows about the same version? A table may list one twice. */
static int versionSame(const MigVersion *pA, const MigVersion *pB) {
  int bSame =
      textSame(pA->zName, pB->zName) && textSame(pA->zTitle, pB->zTitle);
  int i;

  for (i = 0; i < MIG_VERSION_FORMS; i++) {
    bSame = bSame && textSame(pA->azForm[i], pB->azForm[i]);
  }
  return bSame;
}

/* Let the versions claim what they mean, those whose name is the revision's id
** (bExact) or those whose name is not. Two different ones spoil it for both,
** but not for the other kind, which came first. aOwner has for each node the
** index of its version, MIG_MATCH_NONE or MATCH_SEVERAL. */
static void claimsMake(const Match *pMatch, const int *aNode, int bExact,
                       int *aOwner) {
  const MigVersion *aVersion = pMatch->pTable->aVersion;
  const MigNode *aGraph = pMatch->pGraph->aNode;
  int i;

  for (i = 0; i < pMatch->pTable->nVersion; i++) {
    int iNode = aNode[i];
    int iOwner;
    const char *zId;
    if (iNode < 0) {
      continue;
    }
    zId = aGraph[iNode].zId;
    if ((strcmp(aVersion[i].zName, zId) == 0) != bExact) {
      continue;
    }
    iOwner = aOwner[iNode];
    if (iOwner == MIG_MATCH_NONE) {
      aOwner[iNode] = i;
    } else if (iOwner >= 0 && !versionSame(&aVersion[iOwner], &aVersion[i]) &&
               (bExact || strcmp(aVersion[iOwner].zName, zId) != 0)) {
      aOwner[iNode] = MATCH_SEVERAL;
    }
  }
}

/* Let no two versions mean one revision, but the one whose name it has: in
** aNode, of each version its node, those that lose become MIG_MATCH_NONE. */
static void claimsSettle(MigContext *p, const Match *pMatch, int *aNode) {
  const MigVersionTable *pTable = pMatch->pTable;
  int nNode = pMatch->pGraph->nNode;
  int *aOwner = migAlloc(p, ((u64)nNode + 1) * sizeof(int));
  int i;

  if (aOwner == 0) {
    return;
  }
  for (i = 0; i < nNode; i++) {
    aOwner[i] = MIG_MATCH_NONE;
  }
  claimsMake(pMatch, aNode, 1, aOwner);
  claimsMake(pMatch, aNode, 0, aOwner);
  for (i = 0; i < pTable->nVersion; i++) {
    int iOwner = aNode[i] >= 0 ? aOwner[aNode[i]] : MIG_MATCH_NONE;
    if (iOwner < 0 ||
        !versionSame(&pTable->aVersion[iOwner], &pTable->aVersion[i])) {
      aNode[i] = MIG_MATCH_NONE;
    }
  }
}

/*
** Of each version of a table the revision that it means, as its index in
** pGraph, MIG_MATCH_NONE for none: as many as pTable has versions, in their
** order, in the arena, and NULL after an error. Rows about one version get the
** same revision; besides that no two get one.
**
** pTable has been read (migVersionsRead()), pGraph is that of this file. Needs
** a store, and a transaction that the caller holds; only reads. Errors are
** those of reading revisions, kept files and, for Liquibase, changelogs:
** STORE_DAMAGED, FORMAT.
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
  match.bApps = strcmp(pTable->zTool, "django") == 0 ||
                strcmp(pTable->zTool, "sqlite-migrate") == 0;
  match.bLiquibase = strcmp(pTable->zTool, LIQUIBASE) == 0;
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

/* Has a revision the checksum zHash that its owner wrote down, by the rule
** eHash? 1 as well when that is nothing we could compare, and after an error.
** pRev is a row that was read; it gets its scripts, which live as long as the
** pack in pCache. The caller holds a transaction and there is a store. */
int migMatchHash(MigContext *p, MigPackCache *pCache, MigRevision *pRev,
                 MigVersionHash eHash, const char *zHash) {
  MigBytes bytes;
  char zCrc[24];
  int bFits = 1;

  if (eHash == MIG_VERSION_NOHASH || p->rc) {
    /* unreached: without a rule no table has a hash */
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
