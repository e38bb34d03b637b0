/*
** sqitch.h - a project of sqitch being read; for the files sqitch_*.c and
** format_sqitch.c only.
**
** sqitch_conf.c fills azConf[], sqitch_plan.c what follows it, format_sqitch.c
** the steps. All memory is the context's but the bytes of the files.
**
** What sqitch takes and refuses is as App::Sqitch has it, the Perl modules that
** it consists of, and its pages sqitchchanges and sqitch-configuration.
*/
#ifndef MIG_SQITCH_H
#define MIG_SQITCH_H

#include "format.h"
#include "graph.h"

#define MIG_SQITCH_NOTES 20 /* lines of the shell that are noted one by one */

/* What sqitch.conf may say. Scripts of changes that were reworked have folders
** of their own, in the order of the others. What comes before
** MIG_SQITCH_EXTENSION is a path. */
typedef enum MigSqitchKey {
  MIG_SQITCH_DEPLOY,
  MIG_SQITCH_REVERT,
  MIG_SQITCH_VERIFY,
  MIG_SQITCH_OLD_DEPLOY,
  MIG_SQITCH_OLD_REVERT,
  MIG_SQITCH_OLD_VERIFY,
  MIG_SQITCH_TOP,
  MIG_SQITCH_OLD_TOP,
  MIG_SQITCH_PLAN,
  MIG_SQITCH_EXTENSION,
  MIG_SQITCH_ENGINE,
  MIG_SQITCH_NKEY
} MigSqitchKey;

/* A line of the plan that plans a change. Texts are copies in the arena. */
typedef struct MigSqitchChange {
  const char *zName;
  const char *zNote; /* NULL: none */
  const char *zDate; /* 20 bytes, 2026-01-02T03:04:05Z */
  i64 iByte;         /* of its line in the plan */
  int iNext;         /* the change that reworks it, or -1 */
  int nOld;          /* how many of its name come before it */
  int nNeed;         /* what it requires */
  int *aNeed;        /* indexes of changes before it; one may be there twice */
  MigStep *pStep;    /* NULL until format_sqitch.c has made it */
} MigSqitchChange;

/* A tag stands behind a change, or behind another tag of that change. */
typedef struct MigSqitchTag {
  const char *zName; /* without the '@' */
  int iChange;       /* the change before it; rises from tag to tag, or stays */
} MigSqitchTag;

/* A project being read. Zero-initialize, then set the first three as they are
** found. */
typedef struct MigSqitchReader {
  MigFolder *pFolder;
  MigFile *pConf; /* or NULL */
  MigFile *pPlan; /* its bytes are there once the plan is being read */
  const char *azConf[MIG_SQITCH_NKEY]; /* values; paths are inside the folder,
                                       ** "" is its top. Once sqitch.conf is
                                       ** read only the engine may be NULL */
  int aRank[MIG_SQITCH_NKEY];          /* from which section: 2 beats 1 */
  const char *zProject;                /* of this plan; NULL until it is read */
  int bHead; /* still among the pragmas: no blank line yet */
  int nChange;
  MigSqitchChange *aChange; /* in the order of the plan */
  int nTag;
  MigSqitchTag *aTag; /* in the order of the plan */
  MigGraph *pNames;   /* a table of names, tags with their '@' ... */
  int *aValue;        /* ... and of each name the last change, or the tag */
  int nShell;         /* lines of the shell that begin with a dot */
  int nVerify;        /* verify scripts */
  int nRenamed;       /* ids with a '_' for what an id may not hold */
} MigSqitchReader;

/* sqitch_name.c */
int migSqitchIsPunct(char c);
int migSqitchIsName(const char *z, i64 n);
int migSqitchIsHash(const char *z, i64 n);
int migSqitchIsFree(const char *z, i64 n);
int migSqitchIsTime(const char *z, i64 n);

/* sqitch_conf.c */
const char *migSqitchPath(MigContext *p, const char *z);
const char *migSqitchJoin(MigContext *p, const char *zDir, const char *zName);
void migSqitchReadConf(MigContext *p, MigSqitchReader *pReader);

/* sqitch_plan.c; migSqitchProject() is in format.h */
void migSqitchReadPlan(MigContext *p, MigSqitchReader *pReader);

/* sqitch_script.c */
const char *migSqitchReadScript(MigContext *p, MigSqitchReader *pReader,
                                MigFile *pFile, i64 *pn);

#endif
