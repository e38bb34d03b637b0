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
** The keys that revisions are found by, and the words that must agree, are
** those of matchkey.c.
**
** Drizzle's table has no names: hash and time are all there is.
*/
#include <string.h>
#include "text.h"
#include "matchname.h"
#include "match.h"

/* The words that come with a form, none when it has no number. What its owner
** says of a baseline is not what a script does. */
static MigFormWords formWords(const MigVersion *pVersion, const char *zForm) {
  MigFormWords words = {0, 0};

  if (migIsDigit(zForm[0]) && !pVersion->bUpTo) {
    words.z = migMatchKeyWords(zForm);
    words.bBeside = words.z[0] == 0;
    words.z = words.bBeside ? pVersion->zTitle : words.z;
  }
  return words;
}

/* Look one form of a version up, in the i-th way of the list at the top, from 0
** for id to 4 for number. A node, MIG_MATCH_NONE or MIG_MATCH_SEVERAL. */
static int formFind(MigContext *p, const MigMatch *pMatch,
                    const MigVersion *pVersion, const char *zForm, int i) {
  const char *zStem = migMatchNameStem(p, migMatchNameBase(zForm));
  const char *zRest;
  MigFormWords words;

  if (p->rc) {
    return MIG_MATCH_NONE;
  }
  words = formWords(pVersion, zStem);
  switch (i) {
  case 0:
    return migMatchKeyFind(p, pMatch, MIG_BY_ID, zForm, &words);
  case 1:
    return migMatchKeyFind(p, pMatch, MIG_BY_FILE, zStem, 0);
  case 2:
    return migMatchKeyFind(p, pMatch, MIG_BY_ID, migMatchNameId(p, zStem),
                           &words);
  case 3:
    return migMatchKeyFind(p, pMatch, MIG_BY_VALUE,
                           migMatchKeyValue(p, pMatch, zStem), &words);
  default:
    return pMatch->pTable->bNumbered
               ? migMatchKeyFind(p, pMatch, MIG_BY_NUMBER,
                                 migMatchKeyNumber(p, zStem, &zRest), &words)
               : MIG_MATCH_NONE;
  }
}

/* The revision that a changeset of Liquibase's means, or below 0: the one of
** its author, id and file; when only one changeset in the table is called so,
** the one of its author and id; else one that nobody knows by those. */
static int changesetFind(MigContext *p, const MigMatch *pMatch,
                         const MigVersion *pVersion) {
  const char *zFile = pVersion->zTitle;
  int iFound = MIG_MATCH_NONE;
  int i;

  while (zFile && iFound == MIG_MATCH_NONE && p->rc == SQLITE_OK) {
    iFound =
        migMatchKeyFind(p, pMatch, MIG_BY_PATH,
                        migPrintf(p, "%s\002%s", pVersion->zName, zFile), 0);
    zFile = strchr(zFile, '/');
    zFile = zFile ? zFile + 1 : 0;
  }
  if (iFound == MIG_MATCH_NONE) {
    iFound = migMatchKeyFind(p, pMatch, MIG_BY_OWN, pVersion->azForm[1], 0);
  }
  for (i = 0; i < 2 && iFound == MIG_MATCH_NONE && p->rc == SQLITE_OK; i++) {
    const char *z = i ? pVersion->azForm[0] : pVersion->zName;
    iFound = z ? migMatchKeyFind(p, pMatch, MIG_BY_ID, migMatchNameId(p, z), 0)
               : iFound;
    if (iFound >= 0 && migSetHas(&pMatch->owned, iFound)) {
      iFound = MIG_MATCH_NONE;
    }
  }
  return iFound;
}

/* The revision that a version means, or below 0. A way is tried with all forms
** before the next one is; one that finds several ends the search. */
static int versionFind(MigContext *p, const MigMatch *pMatch,
                       const MigVersion *pVersion) {
  int iFound = MIG_MATCH_NONE;
  int i;
  int k;

  if (pMatch->bLiquibase) {
    return changesetFind(p, pMatch, pVersion);
  }
  if (pMatch->bDrizzle) {
    iFound = migMatchKeyFind(p, pMatch, MIG_BY_HASH, pVersion->zHash, 0);
    return iFound == MIG_MATCH_NONE ? migMatchKeyFind(p, pMatch, MIG_BY_TIME,
                                                      pVersion->zAppliedAt, 0)
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
** index of its version, MIG_MATCH_NONE or MIG_MATCH_SEVERAL. */
static void claimsMake(const MigMatch *pMatch, const int *aNode, int bExact,
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
      aOwner[iNode] = MIG_MATCH_SEVERAL;
    }
  }
}

/* Let no two versions mean one revision, but the one whose name it has: in
** aNode, of each version its node, those that lose become MIG_MATCH_NONE. */
static void claimsSettle(MigContext *p, const MigMatch *pMatch, int *aNode) {
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
  MigMatch match;
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
  match.bLiquibase = strcmp(pTable->zTool, MIG_MATCH_LIQUIBASE) == 0;
  migMatchKeyMake(p, &match);
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
