/*
** sqitch_conf.c - sqitch.conf: where plan and scripts are.
**
**     [core]
**         engine = sqlite
**         top_dir = migrations        # the folder of the others
**         plan_file = sqitch.plan
**         extension = ddl
**     [engine "sqlite"]
**         deploy_dir = "migrations/up"
**
** The file is written as git's configuration is: sections, in them keys in any
** case of letters; '#' and ';' outside of quotes begin a comment, a backslash
** takes the byte behind it as it is. Read are [core] and [engine "sqlite"],
** which older files call [core "sqlite"]; the latter beats the former whatever
** their order, and in one section the last value of a key counts. An empty
** value is none. An engine that is not sqlite is noted.
**
** Sections of targets are passed over: what is imported is the project. A
** folder that is not given is deploy, revert or verify below top_dir, for
** changes that were reworked below reworked_dir, which is top_dir if not given.
**
** No path leads out of the folder that is imported, and the extension is no
** path: FORMAT.
**
** The change users is deployed, with the example above, by
** migrations/up/users.ddl and reverted by migrations/revert/users.ddl; the plan
** is sqitch.plan at the top. Without a sqitch.conf it is deploy/users.sql and
** revert/users.sql.
*/
#include <string.h>
#include "sqitch.h"
#include "os.h"

/* The keys as they are written, in the order of MigSqitchKey. */
static const char *const azSqitchKey[] = {"deploy_dir",
                                          "revert_dir",
                                          "verify_dir",
                                          "reworked_deploy_dir",
                                          "reworked_revert_dir",
                                          "reworked_verify_dir",
                                          "top_dir",
                                          "reworked_dir",
                                          "plan_file",
                                          "extension",
                                          "engine"};

/* Where scripts are below a top folder, twice over in that order. */
static const char *const azSqitchDir[] = {"deploy", "revert", "verify"};

/* A path below the folder, without its "." parts and doubled slashes, in the
** arena. NULL for one that leads out of it or has a backslash, "" for the
** folder itself. */
const char *migSqitchPath(MigContext *p, const char *z) {
  MigText text = {0, 0, 0};

  if (!migPathInside(z) || strchr(z, '\\')) {
    return 0;
  }
  while (*z) {
    i64 n = (i64)strcspn(z, "/");
    if (n > 0 && !(n == 1 && z[0] == '.')) {
      migTextStr(p, &text, text.n ? "/" : 0);
      migTextAdd(p, &text, z, n);
    }
    z += n + (z[n] != 0);
  }
  return migTextZ(&text);
}

/* The path of zName in the folder zDir, which is "" at the top: zName itself
** then, else in the arena. "" after an error. */
const char *migSqitchJoin(MigContext *p, const char *zDir, const char *zName) {
  const char *z = zDir[0] ? migPrintf(p, "%s/%s", zDir, zName) : zName;

  return z ? z : "";
}

/* How much the section z[i..iEnd) of the file says: 0 nothing, 1 [core],
** 2 [engine "sqlite"] or, as it was once written, [core "sqlite"]. In any case
** of letters; what stands behind the ']' is not looked at. */
static int sqitchSection(const char *z, i64 i, i64 iEnd) {
  static const struct {
    const char *zText;
    int iRank;
  } aSection[] = {
      {"[core]", 1}, {"[engine \"sqlite\"]", 2}, {"[core \"sqlite\"]", 2}};
  int k;

  for (k = 0; k < 3; k++) {
    i64 n = (i64)strlen(aSection[k].zText);
    if (iEnd - i >= n && migStrNICmp(z + i, aSection[k].zText, n) == 0) {
      return aSection[k].iRank;
    }
  }
  return 0;
}

/* The value at z[i..iEnd): quotes go, blanks around it too unless they were in
** quotes, a comment ends it. In the arena; "" for none, and after an error. A
** quote that is not closed goes on to the end of the line. */
static const char *sqitchValue(MigContext *p, const char *z, i64 i, i64 iEnd) {
  MigText text = {0, 0, 0};
  const char *zValue;
  int bQuote = 0;
  i64 nKeep = 0; /* without the blanks at the end */

  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  for (; i < iEnd && (bQuote || (z[i] != '#' && z[i] != ';')); i++) {
    if (z[i] == '"') {
      bQuote = !bQuote;
    } else {
      i += z[i] == '\\' && i + 1 < iEnd;
      migTextAdd(p, &text, z + i, 1);
    }
    nKeep = bQuote || !migIsSpace(z[i]) ? text.n : nKeep;
  }
  zValue = migStrndup(p, migTextZ(&text), nKeep);
  return zValue ? zValue : "";
}

/* Take over a line "key = value", i..iEnd of the file, of a section that counts
** iRank. A key that is not ours, an empty value and a line without '=' say
** nothing, and so does what a section of higher rank has said otherwise. FORMAT
** for a path that leads out of the folder. */
static void sqitchSet(MigContext *p, MigSqitchReader *pReader, i64 i, i64 iEnd,
                      int iRank) {
  const char *z = pReader->pConf->z;
  i64 iKey = i;
  i64 nKey;
  int k;

  while (i < iEnd && z[i] != '=' && !migIsSpace(z[i])) {
    i++;
  }
  nKey = i - iKey;
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  for (k = 0; k < MIG_SQITCH_NKEY && i < iEnd && z[i] == '='; k++) {
    if ((i64)strlen(azSqitchKey[k]) == nKey &&
        migStrNICmp(azSqitchKey[k], z + iKey, nKey) == 0 &&
        iRank >= pReader->aRank[k]) {
      const char *zValue = sqitchValue(p, z, i + 1, iEnd);
      if (zValue[0] == 0) {
        return;
      }
      if (p->rc == SQLITE_OK && k < MIG_SQITCH_EXTENSION) {
        zValue = migSqitchPath(p, zValue);
      }
      if (zValue == 0 || (k == MIG_SQITCH_EXTENSION &&
                          strcspn(zValue, "/\\") < strlen(zValue))) {
        migFormatFail(p, pReader->pConf, iKey,
                      "%s leads out of the folder; give the folder above, or"
                      " change it",
                      azSqitchKey[k]);
      }
      pReader->azConf[k] = zValue;
      pReader->aRank[k] = iRank;
    }
  }
}

/* Read the lines of sqitch.conf that count, and note an engine that is not
** sqlite. The file is used then, and concerns all changes. */
static void sqitchConf(MigContext *p, MigSqitchReader *pReader) {
  const char *z = migFormatBytes(p, pReader->pConf);
  i64 n = pReader->pConf->n;
  i64 i = migFormatStart(z, n);
  int iRank = 0;

  migFormatShare(pReader->pConf);
  while (i < n && p->rc == SQLITE_OK) {
    i64 iNext = migLineEnd(z, n, i);
    i64 iEnd = migFormatTrim(z, i, iNext);
    while (i < iEnd && migIsSpace(z[i])) {
      i++;
    }
    if (i < iEnd && z[i] == '[') {
      iRank = sqitchSection(z, i, iEnd);
    } else if (i < iEnd && iRank > 0) {
      sqitchSet(p, pReader, i, iEnd, iRank);
    }
    i = iNext;
  }
  if (p->rc == SQLITE_OK && pReader->azConf[MIG_SQITCH_ENGINE] &&
      strcmp(pReader->azConf[MIG_SQITCH_ENGINE], "sqlite")) {
    migFormatNote(p, pReader->pFolder,
                  "%s: the engine is %s, the scripts may not be for SQLite",
                  pReader->pConf->zName, pReader->azConf[MIG_SQITCH_ENGINE]);
  }
}

/* What is not given follows from the top folders. After this all of azConf[]
** but the engine is there, if memory sufficed. */
static void sqitchDefaults(MigContext *p, MigSqitchReader *pReader) {
  const char **az = pReader->azConf;
  int k;

  az[MIG_SQITCH_TOP] = az[MIG_SQITCH_TOP] ? az[MIG_SQITCH_TOP] : "";
  az[MIG_SQITCH_OLD_TOP] =
      az[MIG_SQITCH_OLD_TOP] ? az[MIG_SQITCH_OLD_TOP] : az[MIG_SQITCH_TOP];
  az[MIG_SQITCH_EXTENSION] =
      az[MIG_SQITCH_EXTENSION] ? az[MIG_SQITCH_EXTENSION] : "sql";
  for (k = MIG_SQITCH_DEPLOY; k <= MIG_SQITCH_OLD_VERIFY; k++) {
    if (az[k] == 0) {
      az[k] = migSqitchJoin(
          p,
          az[k < MIG_SQITCH_OLD_DEPLOY ? MIG_SQITCH_TOP : MIG_SQITCH_OLD_TOP],
          azSqitchDir[k % 3]);
    }
  }
  if (az[MIG_SQITCH_PLAN] == 0) {
    az[MIG_SQITCH_PLAN] = migSqitchJoin(p, az[MIG_SQITCH_TOP], "sqitch.plan");
  }
}

/* Find out where things are: from sqitch.conf, if pReader->pConf is given, and
** what is usual. FORMAT for a path that leads out of the folder. Afterwards
** azConf[] is as sqitch.h says, or p->rc is set. */
void migSqitchReadConf(MigContext *p, MigSqitchReader *pReader) {
  if (pReader->pConf) {
    sqitchConf(p, pReader);
  }
  if (p->rc == SQLITE_OK) {
    sqitchDefaults(p, pReader);
  }
}
