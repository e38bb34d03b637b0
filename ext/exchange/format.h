/*
** format.h - what the formats of migration folders share.
**
** A format is a probe, a loader and a writer (dispatch.c has the table). Probe
** and loader work on a MigFolder: a list of files whose bytes are read when
** they are first asked for, or were there from the start. A loader turns
** files into steps and knows the owner's grammar, nothing else; order, ids,
** transaction marks and notes about what was left over are made from the
** steps by assemble.c, the same way for all formats. A writer turns revisions
** into files; what it writes is read back by the loader and compared before
** any of it reaches the disk.
*/
#ifndef MIG_FORMAT_H
#define MIG_FORMAT_H

#include "text.h"

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
  int scriptFlags;      /* what its scripts ask for, MIG_REV_ bits */
  int bSkipMaintenance; /* PRAGMAs of the connection are passed over */
  int bRepeatable;      /* run again after the others when it has changed */
  int iFile;            /* its file, an index in the folder's aFile */
  int bNamed;           /* its id is made of the file's name, and of
                        ** nothing in it */
  int bRenamed;         /* another name would have given the id, which is that
                        ** of a stored revision */
  const char *zShort;   /* the id it had before another file got its version,
                        ** or NULL */
  const char *zLong;    /* the id that its whole name would make, or NULL when
                        ** that is the one it has */
  const char *zOwn;     /* what its owner's version table calls it, or NULL when
                        ** names of files say that */
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
  int bRead;         /* the contents are there and were looked at */
  int bUsed;         /* a loader has taken it */
  int bShared;       /* it concerns several steps, or the folder as a whole */
  struct MigStep *pStep; /* else the step that it belongs to */
  int iRevision;         /* index in MigImport.aRevision, -1 for a shared one */
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
  int bSquash; /* stands for all steps before it in a database that is new */
  struct MigStep *pInto; /* the step that this one was joined to, or NULL */
  struct MigFile *pFile; /* where it was found */
  int iRevision;         /* its index in what is handed out */
} MigStep;

/* What the database says, when it matters. NULL: it is new. */
typedef struct MigFolderHost {
  int (*xNew)(MigContext *p); /* has it neither revisions nor tables? */
  int (*xHas)(MigContext *p, const char *zId); /* is that revision stored? */
} MigFolderHost;

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
  int *pnAsked; /* not NULL: placeholders without a value are counted here and
                ** stand for nothing */
  MigFolderHost host;
} MigFolder;

/* One revision to be written as files. Texts of the caller. */
typedef struct MigExported {
  const char *zId;
  const char *zMessage;   /* "" for none */
  const char *zCreatedAt; /* ISO-8601, or NULL */
  int nParent;            /* those of them that are written as well */
  const char **azParent;
  int nDepend;
  const char **azDepend;
  int nLabel;
  const char **azLabel;
  const char *zUp; /* bytes of the script, a zero after them; NULL: none */
  i64 nUp;
  const char *zDown;
  i64 nDown;
  int bNoTransaction; /* runs outside a transaction */
  int bRepeatable;
  const char *zVersion; /* digits, rising from one to the next: the id when all
                        ** ids are so, else made from created_at */
  const char *zSlug;    /* message in letters, digits and '_', not empty */
  const char *zStem;    /* by file_template, or NULL; may hold '/' */
  /* What follows is no writer's concern (compose.c). */
  int bOriginal; /* its files, as they were imported, are there */
  int nOriginal; /* none when it is a part of a shared one */
  const struct MigOutputFile *aOriginal;
  const char *zOriginalStem; /* what zStem would be for their names, or NULL */
} MigExported;

/* A file that was written, below the folder. */
typedef struct MigOutputFile {
  const char *zName;
  const char *z;
  i64 n;
  int iRevision; /* whose it is, -1 for a shared one; compose.c finds out */
} MigOutputFile;

typedef struct MigOutput {
  int nRevision;
  const MigExported *aRevision; /* ancestors first, repeatable ones last */
  int nFile;
  MigOutputFile *aFile; /* made so far */
  int nShared;          /* shared files as they were imported */
  const MigOutputFile *aShared;
  MigList notes;
} MigOutput;

/* Order of two steps: below, at or above zero. */
typedef int (*MigStepOrder)(const MigStep *, const MigStep *);

const char *migFormatBytes(MigContext *p, MigFile *pFile);
MigStep *migFormatStep(MigContext *p, MigFolder *pFolder, MigFile *pFile);
void migFormatAttach(MigFile *pFile, MigStep *pStep);
void migFormatShare(MigFile *pFile);
int migFormatOrder(const char *zA, const char *zB);
MigFile *migFormatFile(MigFolder *pFolder, const char *zName);
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

void migOutputAdd(MigContext *p, MigOutput *pOut, const char *zName,
                  const char *z, i64 n);
void migOutputText(MigContext *p, MigOutput *pOut, const char *zName,
                   const MigText *pText);
void migOutputNote(MigContext *p, MigOutput *pOut, const char *zFormat, ...);
void migOutputLine(MigContext *p, MigText *pText, const char *zFormat, ...);
const char *migOutputStem(MigContext *p, const MigExported *pRev);

/* The formats. A probe returns how many files (diesel: folders) fit. A writer
** adds files and notes; what its format cannot say is a note, what it cannot
** hold at all is FORMAT. */
int migOwnHeader(const char *z, i64 n);
const char *migSqitchProject(MigContext *p, char *z, i64 n);
#define MIG_FORMAT_FUNCTIONS(Name)                                             \
  int mig##Name##Probe(MigContext *p, MigFolder *pFolder);                     \
  void mig##Name##Load(MigContext *p, MigFolder *pFolder);                     \
  void mig##Name##Write(MigContext *p, MigOutput *pOut)
MIG_FORMAT_FUNCTIONS(Own);
MIG_FORMAT_FUNCTIONS(Plain);
MIG_FORMAT_FUNCTIONS(GolangMigrate);
MIG_FORMAT_FUNCTIONS(Dbmate);
MIG_FORMAT_FUNCTIONS(Goose);
MIG_FORMAT_FUNCTIONS(Diesel);
MIG_FORMAT_FUNCTIONS(Flyway);
MIG_FORMAT_FUNCTIONS(Sqlx);
MIG_FORMAT_FUNCTIONS(Refinery);
MIG_FORMAT_FUNCTIONS(SqlMigrate);
MIG_FORMAT_FUNCTIONS(Prisma);
MIG_FORMAT_FUNCTIONS(Drizzle);
MIG_FORMAT_FUNCTIONS(D1);
MIG_FORMAT_FUNCTIONS(Sqitch);
MIG_FORMAT_FUNCTIONS(Atlas);
MIG_FORMAT_FUNCTIONS(Liquibase);
int migAlembicProbe(MigContext *p, MigFolder *pFolder); /* is not written */
void migAlembicLoad(MigContext *p, MigFolder *pFolder);

#endif
