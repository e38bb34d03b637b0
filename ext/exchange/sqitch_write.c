/*
** sqitch_write.c - revisions written as a sqitch project.
**
** Written are sqitch.conf, the plan and, for each revision, deploy/NAME.sql and
** revert/NAME.sql: as they are, not between BEGIN and COMMIT as sqitch's
** template has it, for what is read back must be what was written. sqitch has
** no transaction of its own around a script.
**
** A name stands once, for a change is never written as reworked; names that
** differ in case only are told apart too, for file systems that ignore it.
** Parents and dependencies stand in the brackets, labels become tags. Planner
** is "migrate <migrate@localhost>"; a revision without a date has 1970's.
**
**     %syntax-version=1.0.0
**     %project=migrate
**
**     users 2026-01-02T03:04:05Z migrate <migrate@localhost> # users
**     flips [users] 2026-01-02T03:04:06Z migrate <migrate@localhost> # flips
**     @v1 2026-01-02T03:04:06Z migrate <migrate@localhost>
**
** sqitch makes the ids of changes of what its plan says, so those of a plan
** that is written here are not those of one that was imported.
*/
#include <string.h>
#include "sqitch.h"

/* The names of all changes, by index: as file_template says, else the message;
** "r_" goes before what may be no name. A second one of a name has its version
** behind it; a third that meets that one as well keeps the same name, and the
** export refuses its files. In the arena; not to be used after an error. */
static const char **writeNames(MigContext *p, const MigOutput *pOut) {
  const char **az = migAlloc(p, ((u64)pOut->nRevision + 1) * sizeof(char *));
  MigGraph *pTaken = migGraphNew(p);
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *z = pRev->zStem ? pRev->zStem : pRev->zSlug;
    const char *zLow;
    if (strncmp(z, "deploy/", 7) == 0) { /* the name of a kept file */
      z += 7;
    }
    if (!migSqitchIsFree(z, (i64)strlen(z))) {
      z = migPrintf(p, "r_%s", z);
    }
    zLow = migStrLower(p, z ? z : "");
    if (p->rc == SQLITE_OK && migGraphFind(pTaken, zLow) >= 0) {
      z = migPrintf(p, "%s_%s", z, pRev->zVersion);
      zLow = migStrLower(p, z ? z : "");
    }
    if (p->rc == SQLITE_OK && migGraphFind(pTaken, zLow) < 0) {
      migGraphAdd(p, pTaken, zLow);
    }
    if (p->rc == SQLITE_OK) {
      az[i] = z;
    }
  }
  return az;
}

/* Append date and planner, zNote ("": none) with its line ends as \n and \r and
** its backslashes doubled, and the end of the line. A date with a fraction
** loses it; one that is none is 1970's. */
static void writeTail(MigContext *p, MigText *pText, const MigExported *pRev,
                      const char *zNote) {
  const char *zDate = pRev->zCreatedAt;

  migTextF(p, pText, "%.19s",
           zDate && migSqitchIsTime(zDate, (i64)strlen(zDate))
               ? zDate
               : "1970-01-01T00:00:00");
  migTextStr(p, pText, "Z migrate <migrate@localhost>");
  migTextStr(p, pText, *zNote ? " # " : 0);
  for (; *zNote; zNote++) {
    if (*zNote == '\n' || *zNote == '\r') {
      migTextStr(p, pText, *zNote == '\n' ? "\\n" : "\\r");
    } else {
      migTextAdd(p, pText, "\\", *zNote == '\\');
      migTextAdd(p, pText, zNote, 1);
    }
  }
  migTextStr(p, pText, "\n");
}

/* Append the names of n ids, but for those that are not written and, where
** pSeen is given, its parents, which stand there already. nBefore names stand
** in the brackets so far; returns how many do now. */
static int writeNeeds(MigContext *p, MigText *pText, const MigGraph *pIds,
                      const char **azName, int n, const char **az,
                      const MigExported *pSeen, int nBefore) {
  int i;
  int k;

  for (i = 0; i < n; i++) {
    int iNode = migGraphFind(pIds, az[i]);
    for (k = 0;
         pSeen && k < pSeen->nParent && strcmp(pSeen->azParent[k], az[i]);
         k++) {
    }
    if (iNode >= 0 && (pSeen == 0 || k == pSeen->nParent)) {
      migTextF(p, pText, "%s%s", nBefore++ ? " " : "[", azName[iNode]);
    }
  }
  return nBefore;
}

/* Append the line of revision i, and its labels as tags behind it. pIds has the
** revisions before it, in their order, so that an index of it is one of azName.
** A label that cannot be a tag is noted. */
static void writeLine(MigContext *p, MigOutput *pOut, MigText *pText,
                      const MigGraph *pIds, const char **azName, int i) {
  const MigExported *pRev = &pOut->aRevision[i];
  int n;
  int k;

  migTextF(p, pText, "%s ", azName[i]);
  n = writeNeeds(p, pText, pIds, azName, pRev->nParent, pRev->azParent, 0, 0);
  n = writeNeeds(p, pText, pIds, azName, pRev->nDepend, pRev->azDepend, pRev,
                 n);
  migTextStr(p, pText, n ? "] " : 0);
  writeTail(p, pText, pRev, pRev->zMessage);
  for (k = 0; k < pRev->nLabel; k++) {
    const char *zLabel = pRev->azLabel[k];
    if (migSqitchIsFree(zLabel, (i64)strlen(zLabel)) && !strchr(zLabel, '/') &&
        !strchr(zLabel, '[')) {
      migTextF(p, pText, "@%s ", zLabel);
      writeTail(p, pText, pRev, "");
    } else {
      migOutputNote(p, pOut, "%s: the label %s cannot be a tag and is left out",
                    pRev->zId, zLabel);
    }
  }
}

/* Write sqitch.conf, a plan with the parents as requirements, and scripts. A
** way back without a script for it would stop sqitch, so one is there always;
** where there is an up script and none to undo it, that is noted. What may go
** wrong is found by the proof of the export: here there is no error of its own.
*/
void migSqitchWrite(MigContext *p, MigOutput *pOut) {
  static const char zConf[] = "[core]\n\tengine = sqlite\n";
  static const char zNothing[] = "-- nothing is undone\n";
  const char **azName = writeNames(p, pOut);
  MigGraph *pIds = migGraphNew(p);
  MigText text = {0, 0, 0};
  int nOneWay = 0;
  int i;

  migTextStr(p, &text, "%syntax-version=1.0.0\n%project=migrate\n\n");
  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    writeLine(p, pOut, &text, pIds, azName, i);
    migGraphAdd(p, pIds, pRev->zId);
    migOutputAdd(p, pOut, migPrintf(p, "deploy/%s.sql", azName[i]),
                 pRev->zUp ? pRev->zUp : "", pRev->zUp ? pRev->nUp : 0);
    migOutputAdd(p, pOut, migPrintf(p, "revert/%s.sql", azName[i]),
                 pRev->zDown ? pRev->zDown : zNothing,
                 pRev->zDown ? pRev->nDown : (i64)sizeof(zNothing) - 1);
    nOneWay += pRev->zUp && pRev->zDown == 0;
  }
  if (nOneWay > 0) {
    migOutputNote(p, pOut,
                  "%d revisions without a down script have an empty one, for "
                  "sqitch stops where it finds none",
                  nOneWay);
  }
  migOutputAdd(p, pOut, "sqitch.conf", zConf, (i64)sizeof(zConf) - 1);
  migOutputText(p, pOut, "sqitch.plan", &text);
  migOutputNote(p, pOut,
                "sqitch has no transaction around a script: one that fails"
                " leaves what it did before");
}
