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
**
** An import goes
**
**     MigFolder      migFolderOpen() lists the files (folder.c)
**     probe          which format is it? (dispatch.c)
**     loader         MigFolder.apStep, with scripts, versions, stems
**     migAssemble()  order, ids, flags, notes
**     MigImport      what callers get: revisions, and which file is whose
**
** Names are UTF-8, below the folder, '/' between their parts on every system.
** Memory is the arena of the context that is given, but for the bytes of files,
** which are the folder's until migFolderClose().
*/
#ifndef MIG_FORMAT_H
#define MIG_FORMAT_H

#include "text.h"

/* One revision read from files. Memory is the context's. A loader leaves zId
** and zMessage NULL where assemble.c is to make them. */
typedef struct MigImported {
  const char *zId;       /* never NULL once assembled */
  const char *zMessage;  /* the same; "" for none */
  const char *zFile;     /* of the up part, below the folder */
  const char **azParent; /* NULL for linear formats and for roots */
  int nParent;
  int bLinear;           /* the parent is the predecessor in the list */
  const char **azDepend; /* ids or labels it depends on, as written */
  int nDepend;
  const char **azLabel;
  int nLabel;
  const char *zCreatedAt; /* as the file says, or NULL */
  const char *zUp;   /* bytes of the script, a zero after them; NULL: none */
  i64 nUp;           /* without that zero; 0 for NULL */
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

/* What an import gives. All zero after an error. */
typedef struct MigImport {
  const char *zFormat; /* its name, constant text */
  int nRevision;
  MigImported *aRevision; /* in the owner's order, repeatable ones last */
  int nNote;
  const char **azNote; /* sentences for the user */
} MigImport;

/* One file of the folder. The last four fields say whose it is: a loader sets
** the first three by migFormatStep(), migFormatAttach() and migFormatShare(),
** and assemble.c what is handed out. A file that is not used is none of the
** format. */
typedef struct MigFile {
  const char *zName; /* below the folder, '/' between the parts */
  const char *zDir;  /* zName's folder, "" at the top */
  const char *zBase; /* zName's last part */
  const char *zPath; /* where it is on disk; its name for one in memory */
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
  int bSquash;          /* stands for all before it in a database that is new */
  struct MigStep *pInto; /* the step that this one was joined to, or NULL */
  struct MigFile *pFile; /* where it was found */
  int iRevision;         /* its index in what is handed out */
} MigStep;

/* What the database says, when it matters. xNew NULL: it is new; xHas NULL:
** nothing is stored. They may read p->db and raise errors in p. */
typedef struct MigFolderHost {
  int (*xNew)(MigContext *p); /* has it neither revisions nor tables? */
  int (*xHas)(MigContext *p, const char *zId); /* is that revision stored? */
} MigFolderHost;

/* A folder being imported, or what is to be read as one. Zero-initialize; the
** caller sets the placeholders and the host before it is read. */
typedef struct MigFolder {
  int bSingle; /* the path named one file */
  int nFile;
  MigFile *aFile; /* in the order of migFormatOrder(); a pair of which one
                  ** half was named begins with that half */
  int nStep;
  int nStepAlloc;
  MigStep **apStep; /* what the loader made so far; joined ones are gone */
  int nNote;
  const char **azNote; /* sentences for the user */
  int nPlaceholder;
  const char **azKey; /* placeholders the caller gave, and their values */
  const char **azValue;
  int *pnAsked; /* not NULL: placeholders without a value are counted here and
                ** stand for nothing */
  MigFolderHost host;
} MigFolder;

/* One revision to be written as files. Texts of the caller, which live until
** the files have been written. */
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
  i64 nUp;         /* without that zero; 0 for NULL */
  const char *zDown;
  i64 nDown;
  int bNoTransaction;   /* one of its scripts runs outside a transaction */
  int bUpAlone;         /* its up script does */
  int bRepeatable;      /* runs again when it has changed */
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

/* A file that was written. The bytes are borrowed. */
typedef struct MigOutputFile {
  const char *zName; /* below the folder, '/' between the parts */
  const char *z;     /* need not be terminated */
  i64 n;             /* bytes at z */
  int iRevision;     /* whose it is, -1 for a shared one; compose.c finds out */
} MigOutputFile;

/* An export: what is to be written, and what was. A writer reads nRevision and
** aRevision, and adds files and notes. */
typedef struct MigOutput {
  int nRevision;
  const MigExported *aRevision; /* ancestors first, repeatable ones last */
  int nFile;
  MigOutputFile *aFile; /* made so far */
  int nShared;          /* shared files as they were imported */
  const MigOutputFile *aShared;
  MigList notes; /* sentences for the user */
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

/* The formats. None of them needs a store or a transaction.
**
** A probe returns how many files (diesel, prisma: folders) fit, or 1 where one
** file says it all; 0 for another format. It may read files, takes no file and
** makes no step. A loader makes the steps of all files that the owner would
** run; the others stay unused. It raises FORMAT, with file and line, where the
** owner's rules are broken, and FILE and TOO_BIG. A writer
** adds files and notes; what its format cannot say is a note, what it cannot
** hold at all is FORMAT. Files that are the scripts' bytes borrow them. */
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
