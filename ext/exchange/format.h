/*
** format.h - what the formats of migration folders share.
**
** A format is a probe and a loader, both working on a MigFolder: a list of
** files whose bytes are read when they are first asked for. A loader turns
** files into steps and knows the owner's grammar, nothing else; order, ids,
** transaction marks and notes about what was left over are made from the
** steps by folder.c, the same way for all formats.
*/
#ifndef MIG_FORMAT_H
#define MIG_FORMAT_H

#include "context.h"

/* One revision read from files. Memory is the context's. */
typedef struct MigImported {
  const char *zId;
  const char *zMessage;
  const char *zFile;     /* of the up part, below the folder */
  const char **azParent; /* NULL for linear formats and for roots */
  int nParent;
  int bLinear; /* the parent is the predecessor in the list */
  const char **azDepend;
  int nDepend;
  const char **azLabel;
  int nLabel;
  const char *zCreatedAt; /* as the file says, or NULL */
  const char *zUp; /* bytes of the script, a zero after them; NULL: none */
  i64 nUp;
  const char *zDown; /* the same; "" is a script that does nothing */
  i64 nDown;
  int bNoTransaction;   /* nothing but statements that want no transaction */
  int bSkipMaintenance; /* PRAGMAs of the connection are passed over */
} MigImported;

typedef struct MigImport {
  const char *zFormat;
  int nRevision;
  MigImported *aRevision; /* in the owner's order */
  int nNote;
  const char **azNote; /* sentences for the user */
} MigImport;

/* One file of the folder. */
typedef struct MigFile {
  const char *zName; /* below the folder, '/' between the parts */
  const char *zDir;  /* zName's folder, "" at the top */
  const char *zBase; /* zName's last part */
  const char *zPath; /* where it is on disk */
  char *z;           /* contents and a zero, sqlite3_malloc'ed; NULL: unread */
  i64 n;             /* bytes at z */
  int bUsed;         /* a loader has taken it */
} MigFile;

/* A revision being put together. Two steps that are the up and the down half
** of one revision are joined by migFormatPair(). */
typedef struct MigStep {
  MigImported rev;
  const char *zDir;     /* "" unless sub-folders order the revisions */
  const char *zVersion; /* as the owner writes it; NULL: none */
  const char *zStem;    /* file name without .up, .down and .sql */
  const char *zMark;    /* the tool's mark against a transaction, or NULL */
  int bShared;          /* another step has the same version */
} MigStep;

typedef struct MigFolder {
  int bSingle; /* the path named one file */
  int nFile;
  MigFile *aFile; /* by folder, then by name bytewise */
  int nStep;
  int nStepAlloc;
  MigStep **apStep; /* what the loader made so far */
  int nNote;
  const char **azNote;
  int nPlaceholder;
  const char **azKey; /* placeholders the caller gave, and their values */
  const char **azValue;
} MigFolder;

/* Order of two steps: below, at or above zero. */
typedef int (*MigStepOrder)(const MigStep *, const MigStep *);

const char *migFormatBytes(MigContext *p, MigFile *pFile);
MigStep *migFormatStep(MigContext *p, MigFolder *pFolder, MigFile *pFile);
const char *migFormatScript(MigContext *p, const MigFile *pFile, const char *z,
                            i64 n);
void migFormatUp(MigContext *p, MigStep *pStep, MigFile *pFile);
void migFormatDown(MigContext *p, MigStep *pStep, MigFile *pFile);
void migFormatPair(MigContext *p, MigFolder *pFolder);
void migFormatNote(MigContext *p, MigFolder *pFolder, const char *zFormat, ...);
void migFormatFail(MigContext *p, const MigFile *pFile, i64 iByte,
                   const char *zFormat, ...);

int migFormatClip(const char *z, i64 n);
int migFormatSuffix(const char *zName, const char *zSuffix);
i64 migFormatDigits(const char *z);
const char *migFormatMessage(MigContext *p, const char *z, i64 n);
i64 migFormatStart(const char *z, i64 n);
i64 migFormatTrim(const char *z, i64 i, i64 iEnd);
int migFormatIdle(const char *z, i64 n, i64 i);
int migFormatSection(const char *z, i64 n, i64 i, const char *zName,
                     i64 *piOption);
const char *migFormatPlaceholder(const MigFolder *pFolder, const char *z,
                                 i64 n);

void migStepSort(MigContext *p, MigStep **ap, int n, MigStepOrder xOrder);
int migStepByNumber(const MigStep *pA, const MigStep *pB);
int migStepByName(const MigStep *pA, const MigStep *pB);
int migStepByVersion(const MigStep *pA, const MigStep *pB);
int migNaturalCompare(const char *zA, const char *zB);

/* The formats. A probe returns how many files (diesel: folders) fit. */
int migOwnHeader(const char *z, i64 n);
int migOwnProbe(MigContext *p, MigFolder *pFolder);
void migOwnLoad(MigContext *p, MigFolder *pFolder);
int migPlainProbe(MigContext *p, MigFolder *pFolder);
void migPlainLoad(MigContext *p, MigFolder *pFolder);
int migGolangMigrateProbe(MigContext *p, MigFolder *pFolder);
void migGolangMigrateLoad(MigContext *p, MigFolder *pFolder);
int migDbmateProbe(MigContext *p, MigFolder *pFolder);
void migDbmateLoad(MigContext *p, MigFolder *pFolder);
int migGooseProbe(MigContext *p, MigFolder *pFolder);
void migGooseLoad(MigContext *p, MigFolder *pFolder);
int migDieselProbe(MigContext *p, MigFolder *pFolder);
void migDieselLoad(MigContext *p, MigFolder *pFolder);

#endif
