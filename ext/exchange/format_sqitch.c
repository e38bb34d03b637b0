/*
** format_sqitch.c - sqitch: a plan, and scripts named after its changes.
**
**     sqitch.conf                     where things are (sqitch_conf.c)
**     sqitch.plan                     what there is (sqitch_plan.c)
**     deploy/NAME.sql                 up (sqitch_script.c)
**     revert/NAME.sql                 down; without it there is no way back
**     verify/NAME.sql                 kept, not run
**
** Here the changes of a plan become steps. The scripts of a change that was
** reworked are called NAME@TAG.sql, those of the last change of a name
** NAME.sql. The id is the name, of one that reworks another name.2, name.3 and
** so on: what was imported before it was reworked keeps its id.
**
** What a change requires becomes dependencies, each of them once. Tags become
** labels of the change before them.
**
** With the plan
**
**     users ...
**     @v1.0 ...
**     users [users@v1.0] ...
**
** the first users is deploy/users@v1.0.sql and has the id users and the label
** v1.0; the second is deploy/users.sql, has the id users.2 and depends on
** users.
*/
#include <string.h>
#include "sqitch.h"
#include "name.h"

/* The file of a change in one of the folders for deploy, revert and verify
** scripts, eDir being one of these three, with a tag for one that was reworked,
** else zTag NULL; NULL when the folder has none. *pzName is what it is called,
** there or not, in the arena; left alone after an error. */
static MigFile *sqitchFile(MigContext *p, MigSqitchReader *pReader,
                           const MigSqitchChange *pChange, const char *zTag,
                           MigSqitchKey eDir, const char **pzName) {
  const char *zFile =
      migPrintf(p, "%s%s%s.%s", pChange->zName, zTag ? "@" : "",
                zTag ? zTag : "", pReader->azConf[MIG_SQITCH_EXTENSION]);
  const char *zPath;

  if (p->rc) {
    return 0;
  }
  zPath = migSqitchJoin(
      p, pReader->azConf[eDir + (zTag ? MIG_SQITCH_OLD_DEPLOY : 0)], zFile);
  *pzName = zPath;
  return p->rc ? 0 : migFormatFile(pReader->pFolder, zPath);
}

/* The first of the tags that stand behind change iChange or a later one, as an
** index of aTag[]; nTag when there is none. Tags are in the order of their
** changes, which makes it a bisection. */
static int sqitchTagsOf(const MigSqitchReader *pReader, int iChange) {
  int iLow = 0;
  int iHigh = pReader->nTag;

  while (iLow < iHigh) {
    int i = iLow + (iHigh - iLow) / 2;
    if (pReader->aTag[i].iChange < iChange) {
      iLow = i + 1;
    } else {
      iHigh = i;
    }
  }
  return iLow;
}

/*
** The tag in the names of a reworked change's scripts: of those between it and
** the change that reworks it the first one with a deploy script, looked for
** from the last change back; each change's own in order. NULL for a change
** that was not reworked.
*/
static const char *sqitchRework(MigContext *p, MigSqitchReader *pReader,
                                int iChange) {
  const MigSqitchChange *pChange = &pReader->aChange[iChange];
  int iFirst = sqitchTagsOf(pReader, iChange);
  int iEnd =
      pChange->iNext < 0 ? iFirst : sqitchTagsOf(pReader, pChange->iNext);
  const char *zFirst = 0;
  const char *zName;

  while (iEnd > iFirst && p->rc == SQLITE_OK) {
    int iOf = sqitchTagsOf(pReader, pReader->aTag[iEnd - 1].iChange);
    int k;
    for (k = iOf; k < iEnd; k++) {
      const char *zTag = pReader->aTag[k].zName;
      MigMark mark = migArenaMark(p);
      MigFile *pFile =
          sqitchFile(p, pReader, pChange, zTag, MIG_SQITCH_DEPLOY, &zName);
      migArenaRelease(p, mark);
      if (pFile) {
        return zTag;
      }
      zFirst = zFirst ? zFirst : zTag;
    }
    iEnd = iOf;
  }
  return zFirst;
}

/* A name as an id, in the arena: '_' for what an id may not hold, and before
** what would be a word of targets. One that is too long stays so: assemble.c
** refuses it. NULL after an error. */
static const char *sqitchId(MigContext *p, MigSqitchReader *pReader,
                            const char *zName) {
  char *zId = migStrdup(p, zName);
  i64 i;

  for (i = 0; zId && zId[i]; i++) {
    if (strchr("@+:,'\"`", zId[i])) {
      zId[i] = '_';
    }
  }
  migIdCheck(p, zId, "revision");
  if (p->eCode == MIG_BAD_ID) { /* a word of targets, or too long */
    migErrorClear(p);
    zId = migPrintf(p, "_%s", zId);
  }
  pReader->nRenamed += zId && strcmp(zId, zName) != 0;
  return zId;
}

/* Make the step of a change: its script, its way back, if there is one, and id.
** The verify script is taken for the step's, but not read. FORMAT when it has
** no deploy script, and what migSqitchReadScript() says. */
static void sqitchStep(MigContext *p, MigSqitchReader *pReader, int iChange) {
  MigSqitchChange *pChange = &pReader->aChange[iChange];
  const char *zTag = sqitchRework(p, pReader, iChange);
  const char *zName = "";
  const char *zOther;
  MigFile *pFile =
      sqitchFile(p, pReader, pChange, zTag, MIG_SQITCH_DEPLOY, &zName);
  MigStep *pStep = pFile ? migFormatStep(p, pReader->pFolder, pFile) : 0;

  if (pFile == 0) {
    migFormatFail(p, pReader->pPlan, pChange->iByte,
                  "%s has no script %s in the folder", pChange->zName, zName);
  }
  if (pStep == 0) {
    return;
  }
  pChange->pStep = pStep;
  pStep->zStem =
      zTag ? migPrintf(p, "%s@%s", pChange->zName, zTag) : pChange->zName;
  pStep->rev.zId = sqitchId(
      p, pReader,
      pChange->nOld ? migPrintf(p, "%s.%d", pChange->zName, pChange->nOld + 1)
                    : pChange->zName);
  pStep->rev.zMessage = pChange->zNote;
  pStep->rev.zCreatedAt = pChange->zDate;
  pStep->rev.zUp = migSqitchReadScript(p, pReader, pFile, &pStep->rev.nUp);
  pFile = sqitchFile(p, pReader, pChange, zTag, MIG_SQITCH_REVERT, &zOther);
  if (pFile) {
    migFormatAttach(pFile, pStep);
    pStep->rev.zDown =
        migSqitchReadScript(p, pReader, pFile, &pStep->rev.nDown);
  }
  pFile = sqitchFile(p, pReader, pChange, zTag, MIG_SQITCH_VERIFY, &zOther);
  if (pFile) {
    migFormatAttach(pFile, pStep);
    pReader->nVerify++;
  }
}

/* What each change requires, as ids; each of them once: aSeen[] has, for each
** change, the last one that requires it, counted from 1. All steps are made. */
static void sqitchNeeds(MigContext *p, MigSqitchReader *pReader) {
  int *aSeen = migAlloc(p, ((u64)pReader->nChange + 1) * sizeof(int));
  int i;
  int k;

  for (i = 0; i < pReader->nChange && p->rc == SQLITE_OK; i++) {
    const MigSqitchChange *pChange = &pReader->aChange[i];
    MigList list = {0, 0};
    for (k = 0; k < pChange->nNeed; k++) {
      int iNeed = pChange->aNeed[k];
      if (aSeen[iNeed] != i + 1) {
        aSeen[iNeed] = i + 1;
        migListAdd(p, &list, pReader->aChange[iNeed].pStep->rev.zId);
      }
    }
    pChange->pStep->rev.nDepend = list.n;
    pChange->pStep->rev.azDepend = list.az;
  }
}

/* Make the tags labels, but for those that would be misread as a target or
** are taken by a revision: these are noted. A graph without edges serves as the
** table of ids; an id that stands twice is refused later. */
static void sqitchLabels(MigContext *p, MigSqitchReader *pReader) {
  MigGraph *pIds = migGraphNew(p);
  int i;

  for (i = 0; i < pReader->nChange && p->rc == SQLITE_OK; i++) {
    const char *zId = pReader->aChange[i].pStep->rev.zId;
    if (migGraphFind(pIds, zId) < 0) {
      migGraphAdd(p, pIds, zId);
    }
  }
  for (i = 0; i < pReader->nTag && p->rc == SQLITE_OK; i++) {
    const MigSqitchTag *pTag = &pReader->aTag[i];
    MigImported *pRev = &pReader->aChange[pTag->iChange].pStep->rev;
    MigList list = {pRev->nLabel, pRev->azLabel};
    migLabelCheck(p, pTag->zName);
    if (p->eCode == MIG_BAD_ID || migGraphFind(pIds, pTag->zName) >= 0) {
      migErrorClear(p);
      migFormatNote(p, pReader->pFolder,
                    "the tag @%s of %s cannot be a label and is left out",
                    pTag->zName, pRev->zId);
    } else {
      migListAdd(p, &list, pTag->zName);
    }
    pRev->nLabel = list.n;
    pRev->azLabel = list.az;
  }
}

/* Note how many files, ids and lines were treated otherwise than one might
** think. */
static void sqitchNotes(MigContext *p, const MigSqitchReader *pReader) {
  if (pReader->nVerify > 0) {
    migFormatNote(p, pReader->pFolder,
                  "%d verify scripts are kept, but not run", pReader->nVerify);
  }
  if (pReader->nRenamed > 0) {
    migFormatNote(p, pReader->pFolder,
                  "%d ids have a _ for what an id may not hold",
                  pReader->nRenamed);
  }
  if (pReader->nShell > MIG_SQITCH_NOTES) {
    migFormatNote(p, pReader->pFolder,
                  "%d more lines for the sqlite3 shell are treated so",
                  pReader->nShell - MIG_SQITCH_NOTES);
  }
}

/* Whether there is a plan, or what says where it is: 1 or 0. A plan of another
** name is found only by a sqitch.conf, both at the top of the folder. */
int migSqitchProbe(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  return migFormatFile(pFolder, "sqitch.plan") != 0 ||
         migFormatFile(pFolder, "sqitch.conf") != 0;
}

/* Read the plan and the scripts it names. FORMAT, with file and line, for what
** sqitch would refuse, and when the folder has no plan; TOO_BIG. */
void migSqitchLoad(MigContext *p, MigFolder *pFolder) {
  MigSqitchReader reader;
  int i;

  memset(&reader, 0, sizeof(reader));
  reader.pFolder = pFolder;
  reader.pConf = migFormatFile(pFolder, "sqitch.conf");
  migSqitchReadConf(p, &reader);
  if (p->rc) {
    return;
  }
  reader.pPlan = migFormatFile(pFolder, reader.azConf[MIG_SQITCH_PLAN]);
  if (reader.pPlan == 0) {
    migFail(p, MIG_FORMAT,
            "no plan %s in the folder; give the project's folder",
            reader.azConf[MIG_SQITCH_PLAN]);
    return;
  }
  migSqitchReadPlan(p, &reader);
  for (i = 0; i < reader.nChange && p->rc == SQLITE_OK; i++) {
    sqitchStep(p, &reader, i);
  }
  if (p->rc == SQLITE_OK) {
    sqitchNeeds(p, &reader);
    sqitchLabels(p, &reader);
    sqitchNotes(p, &reader);
  }
}
