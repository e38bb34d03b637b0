/*
** assemble.c - steps put in order, with ids, flags and notes.
**
** A loader has made steps. Here they are put into the owner's order and given
** ids:
**
**   - the owner's version as it is written, the whole stem of the file's name
**     when two steps share it, folder and stem in sub-folders of plain files;
**   - what a target could not spell becomes '_'.
**
**     001_users.sql                     001
**     002_a.sql, 002_b.sql              002_a, 002_b
**     app/001_users.sql                 app_001_users
**     head.sql                          _head
**
** A loader may have given an id itself: it stays.
**
** A step that stands for all before it (Flyway's B, a checkpoint of Atlas) is
** taken in a database that is new, and those before it are left out; else it
** is left out. Repeatable ones come last.
**
** Scripts stay as they are. What the run must treat otherwise than the text
** says is told beside them:
**
**   - bNoTransaction: the scripts hold nothing but statements that want no
**     transaction (VACUUM, ANALYZE, REINDEX, PRAGMA journal_mode, ...).
**   - bSkipMaintenance: PRAGMAs that belong to the connection stand among
**     other statements; the run passes over them.
**
** A tool's own mark against a transaction decides nothing. All of that is
** noted, and so is every .sql file and every numbered program that was not
** imported: nothing is left out silently.
**
** No database is needed but for a folder with steps that stand for others:
** then pFolder->host is asked.
*/
#include <string.h>
#include "name.h"
#include "assemble.h"
#include "direction.h"
#include "graph.h"
#include "script.h"
#include "revisions.h"
#include "text.h"

#define FOLDER_NAMED 8 /* revisions that a note names */

/* Revisions that a note is about: the first ones by name, and how many. */
typedef struct NoteList {
  int n;        /* all of them */
  MigText text; /* FOLDER_NAMED of them, with commas */
} NoteList;

/* Notes that many revisions of a folder have in common. */
typedef struct FolderNotes {
  NoteList dropped; /* the tool's transaction mark is */
  NoteList made;    /* became no-transaction */
  NoteList vacuum;  /* hold a VACUUM among other statements */
  NoteList begin;   /* have a BEGIN and COMMIT of their own */
  NoteList renamed; /* ids with '_' for a character */
} FolderNotes;

/* One more revision the note is about. */
static void noteAdd(MigContext *p, NoteList *pList, const char *zName) {
  if (pList->n++ < FOLDER_NAMED) {
    migTextStr(p, &pList->text, pList->text.n ? ", " : 0);
    migTextStr(p, &pList->text, zName);
  }
}

/* Write the note, if it is about any revision: the names, then zText, which is
** the same for all of them. */
static void noteWrite(MigContext *p, MigFolder *pFolder, const NoteList *pList,
                      const char *zText) {
  if (pList->n > FOLDER_NAMED) {
    migFormatNote(p, pFolder, "%s and %d more: %s", migTextZ(&pList->text),
                  pList->n - FOLDER_NAMED, zText);
  } else if (pList->n > 0) {
    migFormatNote(p, pFolder, "%s: %s", migTextZ(&pList->text), zText);
  }
}

/* Whether zName is a word of targets, alone or with '-' and digits behind it,
** which a target reads as steps back. 0 when memory ran out. */
static int idReserved(MigContext *p, const char *zName) {
  i64 n = (i64)strcspn(zName, "-");
  const char *zWord = migStrndup(p, zName, n);

  if (zWord == 0 || !migIdReserved(zWord)) {
    return 0;
  }
  return zName[n] == 0 || zName[n + 1 + migFormatDigits(zName + n + 1)] == 0;
}

/* zName as an id: what migIdCheck() would refuse becomes '_', a word of targets
** gets one in front; both are noted unless pNotes is NULL. An id that is too
** long stays so. "" after an error. */
static const char *idMake(MigContext *p, const char *zName,
                          FolderNotes *pNotes) {
  char *z = migStrdup(p, zName);
  const char *zId = z;
  i64 i;

  if (z == 0) {
    return "";
  }
  for (i = 0; z[i]; i++) {
    if ((u8)z[i] <= ' ' || z[i] == 0x7f || strchr("@+:,'\"`", z[i]) ||
        (i == 0 && (z[i] == '-' || z[i] == '{'))) {
      z[i] = '_';
    }
  }
  if (idReserved(p, z)) {
    zId = migPrintf(p, "_%s", z);
  }
  if (p->rc == SQLITE_OK && pNotes && strcmp(zId, zName)) {
    noteAdd(p, &pNotes->renamed, zId);
  }
  return zId;
}

/* Folder and stem of a step in a sub-folder, '/' written as '_'; "" when memory
** ran out. Two steps may get the same, which idTwice() finds. */
static const char *idPath(MigContext *p, const MigStep *pStep) {
  char *z = migPrintf(p, "%s_%s", pStep->zDir, pStep->zStem);
  i64 i;

  for (i = 0; z && z[i]; i++) {
    if (z[i] == '/') {
      z[i] = '_';
    }
  }
  return z ? z : "";
}

/* Order by id, bytewise, to find the same one twice. */
static int stepById(const MigStep *pA, const MigStep *pB) {
  return strcmp(pA->rev.zId, pB->rev.zId);
}

/* Mark the steps at the top whose version another one there has as well, by its
** bytes: 1 and 01 are two. Sorts ap[]. In sub-folders the version alone is
** never an id. */
static void idShared(MigContext *p, MigStep **ap, int n) {
  MigStep *pLast = 0;
  int i;

  migStepSort(p, ap, n, migStepByVersion);
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    MigStep *pStep = ap[i];
    if (pStep->zVersion == 0 || pStep->zDir[0]) {
      continue;
    }
    if (pLast && strcmp(pLast->zVersion, pStep->zVersion) == 0) {
      pLast->bShared = 1;
      pStep->bShared = 1;
    }
    pLast = pStep;
  }
}

/* FORMAT when two steps have one id. Sorts ap[]. */
static void idTwice(MigContext *p, MigStep **ap, int n) {
  int i;

  migStepSort(p, ap, n, stepById);
  for (i = 1; i < n && p->rc == SQLITE_OK; i++) {
    if (stepById(ap[i - 1], ap[i]) == 0) {
      migFail(p, MIG_FORMAT, "%s and %s both give the id %s; rename one",
              ap[i - 1]->rev.zFile, ap[i]->rev.zFile, ap[i]->rev.zId);
    }
  }
}

/*
** Give every step its id, but to those that brought one, and a message where
** the name describes nothing. The array is sorted twice, once by version and
** once by id, in a copy: the steps' own order is the owner's. FORMAT when two
** have the same id, BAD_ID for one that no target could spell.
**
** Beside the id stand those that the step would have in other company, for
** imports that know it by one of them: zShort, when nobody shared its version,
** and zLong, when somebody did.
*/
static void folderIds(MigContext *p, MigFolder *pFolder, FolderNotes *pNotes) {
  int n = pFolder->nStep;
  MigStep **ap = migAlloc(p, (u64)n * sizeof(*ap));
  MigMark mark;
  int i;

  if (p->rc || n == 0) {
    return;
  }
  memcpy(ap, pFolder->apStep, (size_t)n * sizeof(*ap));
  idShared(p, ap, n);
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    MigStep *pStep = pFolder->apStep[i];
    MigImported *pRev = &pStep->rev;
    if (pRev->zId == 0) {
      const char *zName = pStep->zDir[0] ? idPath(p, pStep)
                          : pStep->zVersion && !pStep->bShared ? pStep->zVersion
                                                               : pStep->zStem;
      pRev->zId = idMake(p, zName, pNotes);
      pRev->bNamed = pRev->zOwn == 0;
      pRev->zShort =
          pStep->bShared && pStep->zVersion ? idMake(p, pStep->zVersion, 0) : 0;
      pRev->zLong = zName == pStep->zVersion ? idMake(p, pStep->zStem, 0) : 0;
    }
    if (pRev->zMessage == 0) {
      pRev->zMessage = pStep->zStem;
    }
    mark = migArenaMark(p);
    migIdCheck(p, pRev->zId, migPrintf(p, "revision of %s:", pRev->zFile));
    migArenaRelease(p, mark);
  }
  idTwice(p, ap, n);
}

/* Put the step's file in front of a scan's message, which knows only lines
** of the script. Other errors than FORMAT stay as they are. The message is held
** in a second context meanwhile: migFail() needs one that has no error. */
static void scanFail(MigContext *p, const MigStep *pStep, int bDown) {
  static const char zPrefix[] = "migrate: FORMAT: ";
  size_t nPrefix = sizeof(zPrefix) - 1;
  MigContext saved;

  if (p->eCode != MIG_FORMAT || p->zError == 0 ||
      strncmp(p->zError, zPrefix, nPrefix)) {
    return;
  }
  migContextInit(&saved, p->db);
  migErrorSave(p, &saved);
  migFail(p, MIG_FORMAT, "%s, %s script, %s", pStep->rev.zFile,
          bDown ? "down" : "up", saved.zError + nPrefix);
  migContextClear(&saved);
}

/* Scan one script of a step as an imported one; nothing for a missing
** script. FORMAT with file and line when its directives cannot be read. */
static void stepScan(MigContext *p, const MigStep *pStep, int bDown,
                     MigScriptInfo *pInfo) {
  const MigImported *pRev = &pStep->rev;
  const char *z = bDown ? pRev->zDown : pRev->zUp;

  memset(pInfo, 0, sizeof(*pInfo));
  pInfo->iBegin = -1;
  if (z && p->rc == SQLITE_OK) {
    migScriptScan(p, z, bDown ? pRev->nDown : pRev->nUp, MIG_SCRIPT_OWN, pInfo);
    scanFail(p, pStep, bDown);
  }
  pInfo->bImported = 1;
}

/* Note one statement that the run passes over; z is the script it is in. */
static void skipNote(MigContext *p, MigFolder *pFolder, const char *zId,
                     const char *z, const MigStatement *pSt, int bDown) {
  int nShown = migFormatClip(z + pSt->iStart, pSt->nByte);
  int iLine;
  int iColumn;

  migPosition(z, pSt->iStart, &iLine, &iColumn);
  migFormatNote(p, pFolder,
                "%s: %.*s, line %d of its %s script, belongs to the connection "
                "and is passed over",
                zId, nShown, z + pSt->iStart, iLine, bDown ? "down" : "up");
}

/* Note the statements of a script that the run passes over because they
** belong to the connection, each of the first few with its line. Returns how
** many there are. */
static int stepSkips(MigContext *p, MigFolder *pFolder, const MigStep *pStep,
                     int bDown, const MigScriptInfo *pInfo) {
  const MigImported *pRev = &pStep->rev;
  const char *z = bDown ? pRev->zDown : pRev->zUp;
  i64 n = bDown ? pRev->nDown : pRev->nUp;
  MigStatement st;
  int nSkip = 0;
  i64 i = 0;

  if ((pInfo->kinds & (u64)1 << MIG_ST_PRAGMA) == 0) {
    return 0; /* nothing else does */
  }
  while (z && p->rc == SQLITE_OK && migScriptNext(z, n, &i, &st)) {
    if (st.eKind != MIG_ST_BEGIN && st.eKind != MIG_ST_COMMIT &&
        migStatementSkipped(z, &st, pInfo)) {
      if (nSkip++ < FOLDER_NAMED) {
        skipNote(p, pFolder, pRev->zId, z, &st, bDown);
      }
    }
  }
  if (nSkip > FOLDER_NAMED) {
    migFormatNote(p, pFolder, "%s: so are %d more such statements", pRev->zId,
                  nSkip - FOLDER_NAMED);
  }
  return nSkip;
}

/*
** Set the flags of one step, and note them. Both scripts decide together: a
** revision runs outside a transaction as a whole or not at all. A script
** without a statement stands in nobody's way.
**
**     up           down         outside a transaction
**     VACUUM       -            yes
**     VACUUM       ANALYZE      yes
**     VACUUM       DROP TABLE   no, which is noted
**
** Directives of ours in the scripts count as in scripts of our own.
*/
static void stepFlags(MigContext *p, MigFolder *pFolder, MigStep *pStep,
                      FolderNotes *pNotes) {
  MigImported *pRev = &pStep->rev;
  MigScriptInfo up;
  MigScriptInfo down;
  int bOther;

  stepScan(p, pStep, 0, &up);
  stepScan(p, pStep, 1, &down);
  pRev->bRepeatable |= up.bRepeatable;
  bOther = (up.bSql && !up.bMaintenance) || (down.bSql && !down.bMaintenance);
  if ((up.bMaintenance || down.bMaintenance) && !bOther) {
    pRev->bNoTransaction = 1;
    if (!up.bNoTransaction && !down.bNoTransaction) {
      noteAdd(p, &pNotes->made, pRev->zId);
    }
  } else {
    int nSkip = stepSkips(p, pFolder, pStep, 0, &up) +
                stepSkips(p, pFolder, pStep, 1, &down);
    pRev->bSkipMaintenance = nSkip > 0;
    if ((up.kinds | down.kinds) & (u64)1 << MIG_ST_VACUUM) {
      noteAdd(p, &pNotes->vacuum, pRev->zId);
    } else if (pStep->zMark) {
      noteAdd(p, &pNotes->dropped, pRev->zId);
    }
  }
  if (up.iBegin >= 0 || down.iBegin >= 0) {
    noteAdd(p, &pNotes->begin, pRev->zId);
  }
  up.bNoTransaction |= pRev->bNoTransaction && up.bMaintenance;
  down.bNoTransaction |= pRev->bNoTransaction && down.bMaintenance;
  pRev->scriptFlags = migRevisionFlags(&up, 0) |
                      (migRevisionFlags(&down, 1) & MIG_REV_DOWN_ALONE);
}

/* Whether the name's end is that of a program's source, letter case aside. */
static int isProgram(const char *zName) {
  static const char *const azEnd[] = {".go",  ".py",   ".js",  ".mjs", ".cjs",
                                      ".ts",  ".rb",   ".php", ".rs",  ".ex",
                                      ".exs", ".java", ".kt",  ".cs",  ".sh"};
  int i;

  for (i = 0; i < (int)(sizeof(azEnd) / sizeof(azEnd[0])); i++) {
    if (migFormatSuffix(zName, azEnd[i])) {
      return 1;
    }
  }
  return 0;
}

/* Note the files that were not imported and look like somebody's step: .sql
** files, and programs whose names begin with a digit. */
static void leftOver(MigContext *p, MigFolder *pFolder, const char *zFormat) {
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    const MigFile *pFile = &pFolder->aFile[i];
    if (pFile->bUsed) {
      continue;
    }
    if (migFormatSuffix(pFile->zBase, ".sql")) {
      migFormatNote(p, pFolder, "%s: no file of the format %s, not imported",
                    pFile->zName, zFormat);
    } else if (migIsDigit(pFile->zBase[0]) && isProgram(pFile->zBase)) {
      migFormatNote(p, pFolder,
                    "%s: a step in a programming language, not imported",
                    pFile->zName);
    }
  }
}

/*
** Of the steps that stand for all before them at most one counts: in a database
** that is new the last of them, elsewhere the last one that is stored already.
** What comes before it goes, and so do the others, but no repeatable step;
** their files are kept, as they are, for an export.
**
**     V1  V2  B2  V3     new, or B2 is stored     B2  V3
**                        else                     V1  V2  V3
**
** The steps are in the owner's order and have their ids. The database is asked
** only when there is such a step.
*/
static void squash(MigContext *p, MigFolder *pFolder) {
  const MigFolderHost *pHost = &pFolder->host;
  MigStep **ap = pFolder->apStep;
  int bNew = -1;  /* is the database new? not known yet */
  int iFrom = -1; /* the step that counts */
  int nKeep = 0;
  int i;

  for (i = 0; i < pFolder->nStep && p->rc == SQLITE_OK; i++) {
    if (!ap[i]->bSquash) {
      continue;
    }
    if (bNew < 0) {
      bNew = pHost->xNew == 0 || pHost->xNew(p);
    }
    if (bNew || pHost->xHas(p, ap[i]->rev.zId)) {
      iFrom = i;
    }
  }
  for (i = 0; i < pFolder->nStep && p->rc == SQLITE_OK; i++) {
    MigStep *pStep = ap[i];
    int bOut = pStep->bSquash ? i != iFrom : i < iFrom;
    if (bOut && !pStep->rev.bRepeatable) {
      migFormatNote(p, pFolder,
                    i < iFrom ? "%s: left out, %s stands for it"
                              : "%s: left out, it is for new databases%s",
                    pStep->rev.zFile, i < iFrom ? ap[iFrom]->rev.zFile : "");
      pStep->pFile->bShared = 1;
      pStep->iRevision = -1;
    } else {
      ap[nKeep++] = pStep;
    }
  }
  pFolder->nStep = nKeep;
}

/* Order that puts repeatable ones behind the others, and sorts them by id: the
** owner's order does not count for them. */
static int stepByRepeatable(const MigStep *pA, const MigStep *pB) {
  if (pA->rev.bRepeatable && pB->rev.bRepeatable) {
    return stepById(pA, pB);
  }
  return pA->rev.bRepeatable - pB->rev.bRepeatable;
}

/* Put the repeatable steps last. The sort is stable: the others stay. */
static void repeatableLast(MigContext *p, MigFolder *pFolder) {
  migStepSort(p, pFolder->apStep, pFolder->nStep, stepByRepeatable);
}

/*
** Everything that is the same for all formats: order, ids, flags, notes, for
** the steps that a loader has made. zFormat is the name for messages; xOrder
** NULL leaves the loader's order; with bLinear a step's parent is the one
** before it.
**
** The ids come after the order has been made, because whether a version is
** shared is known only when all steps are, and before steps are left out, so
** that an id does not depend on the database, which is asked by ids.
**
** FORMAT for two steps of one id, for a down script that would run as an
** upgrade and for a directive that cannot be read; BAD_ID. Memory is the
** arena's.
*/
void migAssemble(MigContext *p, MigFolder *pFolder, const char *zFormat,
                 MigStepOrder xOrder, int bLinear) {
  FolderNotes notes;
  int i;

  memset(&notes, 0, sizeof(notes));
  if (xOrder) {
    migStepSort(p, pFolder->apStep, pFolder->nStep, xOrder);
  }
  folderIds(p, pFolder, &notes);
  migDirectionCheck(p, pFolder, zFormat);
  squash(p, pFolder);
  for (i = 0; i < pFolder->nStep && p->rc == SQLITE_OK; i++) {
    pFolder->apStep[i]->rev.bLinear = bLinear;
    stepFlags(p, pFolder, pFolder->apStep[i], &notes);
  }
  repeatableLast(p, pFolder); /* now the scripts' own directives are known */
  noteWrite(p, pFolder, &notes.renamed,
            "ids with _ for what an id may not hold");
  noteWrite(p, pFolder, &notes.made,
            "only statements that want no transaction; made no-transaction");
  noteWrite(p, pFolder, &notes.dropped,
            "the mark against a transaction is dropped; nothing here needs it");
  noteWrite(p, pFolder, &notes.vacuum,
            "VACUUM among other statements cannot run in a transaction; put it "
            "in a file of its own");
  noteWrite(p, pFolder, &notes.begin,
            "BEGIN and COMMIT of the script are passed over; the run has its "
            "own transaction");
  leftOver(p, pFolder, zFormat);
}

/* Whose a file is: of one revision, or of several. Halves that were joined are
** followed to the step that is left; a file of no step is shared. */
static void fileOwner(MigFile *pFile) {
  MigStep *pStep = pFile->pStep;

  while (pStep && pStep->pInto) {
    pStep = pStep->pInto;
  }
  pFile->pStep = pFile->bShared ? 0 : pStep;
  pFile->bShared = pFile->pStep == 0;
  pFile->iRevision = -1;
}

/*
** Hand out what was made, in *pOut and in the folder's files. Of files that
** were used and belong to no revision iRevision is -1, and so it is of those
** that nobody used. The texts are the arena's, names of files among them: they
** outlive the folder. After an error nothing is done.
*/
void migAssembleResult(MigContext *p, MigFolder *pFolder, const char *zFormat,
                       MigImport *pOut) {
  MigImported *a = migAlloc(p, (u64)pFolder->nStep * sizeof(MigImported));
  int i;

  if (p->rc) {
    return;
  }
  for (i = 0; i < pFolder->nFile; i++) {
    fileOwner(&pFolder->aFile[i]);
  }
  for (i = 0; i < pFolder->nStep; i++) {
    MigStep *pStep = pFolder->apStep[i];
    pStep->iRevision = i;
    a[i] = pStep->rev;
    a[i].iFile = (int)(pStep->pFile - pFolder->aFile);
  }
  for (i = 0; i < pFolder->nFile; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    if (pFile->pStep) {
      pFile->iRevision = pFile->pStep->iRevision;
      pFile->bShared = pFile->iRevision < 0; /* of a step that was left out */
    }
  }
  pOut->zFormat = zFormat;
  pOut->nRevision = pFolder->nStep;
  pOut->aRevision = a;
  pOut->nNote = pFolder->nNote;
  pOut->azNote = pFolder->azNote;
}
