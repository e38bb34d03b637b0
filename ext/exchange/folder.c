/*
** folder.c - folders and files of migrations, read into revisions.
**
** The dispatch table of formats stands here; a new one is a row and a file.
** A folder is listed with its sub-folders, names that begin with a dot left
** out. Every format but the last is asked how many files fit it by the rules
** of its owner: exactly one must have some, and plain numbers count only when
** none has. The loader then makes steps, which are put into the owner's order
** and given ids:
**
**   - the owner's version as it is written, the whole stem of the file's name
**     when two steps share it, folder and stem in sub-folders of plain files;
**   - what a target could not spell becomes '_'.
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
** noted, and so is every .sql file and every numbered one that was not
** imported: nothing is left out silently.
*/
#include <string.h>
#include "name.h"
#include "folder.h"
#include "graph.h"
#include "os.h"
#include "script.h"
#include "text.h"

#define FOLDER_DEPTH 8 /* sub-folders below each other that are looked into */
#define FOLDER_NAMED 8 /* revisions that a note names */

/* A format. xOrder NULL: the order of files. */
typedef struct Format {
  const char *zName;
  int (*xProbe)(MigContext *, MigFolder *);
  void (*xLoad)(MigContext *, MigFolder *);
  MigStepOrder xOrder;
  int bLinear; /* a step's parent is the one before it */
} Format;

static const Format aFormat[] = {
    {"own", migOwnProbe, migOwnLoad, 0, 0},
    {"golang-migrate", migGolangMigrateProbe, migGolangMigrateLoad,
     migStepByNumber, 1},
    {"dbmate", migDbmateProbe, migDbmateLoad, migStepByName, 1},
    {"goose", migGooseProbe, migGooseLoad, migStepByNumber, 1},
    {"diesel", migDieselProbe, migDieselLoad, migStepByVersion, 1},
    /* The last one is taken when no other fits. */
    {"plain", migPlainProbe, migPlainLoad, migStepByNumber, 1},
};

#define FORMAT_COUNT ((int)(sizeof(aFormat) / sizeof(aFormat[0])))

/* Revisions that a note is about: the first ones by name, and how many. */
typedef struct NoteList {
  int n;
  MigText text;
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

/* Write the note, if it is about any revision: the names, then zText. */
static void noteWrite(MigContext *p, MigFolder *pFolder, const NoteList *pList,
                      const char *zText) {
  if (pList->n > FOLDER_NAMED) {
    migFormatNote(p, pFolder, "%s and %d more: %s", migTextZ(&pList->text),
                  pList->n - FOLDER_NAMED, zText);
  } else if (pList->n > 0) {
    migFormatNote(p, pFolder, "%s: %s", migTextZ(&pList->text), zText);
  }
}

/* Add a file to the folder's. zDir is "" at the top. */
static void folderAdd(MigContext *p, MigFolder *pFolder, const char *zRoot,
                      const char *zDir, const char *zBase) {
  int n = pFolder->nFile;
  MigFile *pFile;

  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    pFolder->aFile = migGrow(p, pFolder->aFile, (u64)n * sizeof(MigFile),
                             (n ? 2 * (u64)n : 1) * sizeof(MigFile));
  }
  if (p->rc) {
    return;
  }
  pFile = &pFolder->aFile[n];
  pFile->zDir = zDir;
  pFile->zBase = migStrdup(p, zBase);
  pFile->zName = zDir[0] ? migPathJoin(p, zDir, zBase) : pFile->zBase;
  pFile->zPath = migPathJoin(p, zRoot, pFile->zName);
  pFolder->nFile++;
}

/* A queue of sub-folders to list. */
typedef struct FolderQueue {
  int n;
  const char **az;
} FolderQueue;

/* Put a sub-folder at the queue's end. */
static void queueAdd(MigContext *p, FolderQueue *pQueue, const char *zDir) {
  int n = pQueue->n;

  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    pQueue->az = migGrow(p, pQueue->az, (u64)n * sizeof(char *),
                         (n ? 2 * (u64)n : 1) * sizeof(char *));
  }
  if (p->rc == SQLITE_OK) {
    pQueue->az[pQueue->n++] = zDir;
  }
}

/* How many folders below the top zDir lies; 0 for "". */
static int folderDepth(const char *zDir) {
  int n = zDir[0] != 0;

  for (; *zDir; zDir++) {
    n += *zDir == '/';
  }
  return n;
}

/* List zRoot/zDir: files into the folder, sub-folders into the queue. */
static void folderList(MigContext *p, MigFolder *pFolder, const char *zRoot,
                       const char *zDir, FolderQueue *pQueue) {
  const char *zPath = zDir[0] ? migPathJoin(p, zRoot, zDir) : zRoot;
  MigListing list = migFolderRead(p, zPath);
  int i;

  for (i = 0; i < list.nEntry && p->rc == SQLITE_OK; i++) {
    const MigEntry *pEntry = &list.aEntry[i];
    if (pEntry->zName[0] == '.') {
      continue;
    }
    if (!pEntry->bFolder) {
      folderAdd(p, pFolder, zRoot, zDir, pEntry->zName);
    } else if (folderDepth(zDir) >= FOLDER_DEPTH) {
      migFormatNote(p, pFolder, "%s/%s: too deep, not looked into", zDir,
                    pEntry->zName);
    } else {
      queueAdd(p, pQueue,
               zDir[0] ? migPathJoin(p, zDir, pEntry->zName) : pEntry->zName);
    }
  }
}

/* List the one file zPath and, when it is one half of a pair (x.up.sql,
** x.down.sql), the other half: alone it would read as a revision that has
** lost it. */
static void folderSingle(MigContext *p, MigFolder *pFolder, const char *zPath) {
  static const char *const azHalf[] = {".up.sql", ".down.sql"};
  const char *azPath[2] = {zPath, 0};
  int i;

  for (i = 0; i < 2; i++) {
    i64 n = (i64)strlen(zPath) - (i64)strlen(azHalf[i]);
    if (n > 0 && migStrICmp(zPath + n, azHalf[i]) == 0) {
      azPath[1] = migPrintf(p, "%.*s%s", (int)n, zPath, azHalf[1 - i]);
    }
  }
  for (i = 0; i < 2 && azPath[i] && p->rc == SQLITE_OK; i++) {
    const char *zSlash = strrchr(azPath[i], '/');
    if (migPathKind(azPath[i]) == MIG_PATH_FILE) {
      folderAdd(p, pFolder, "", "", zSlash ? zSlash + 1 : azPath[i]);
      if (p->rc == SQLITE_OK) {
        pFolder->aFile[pFolder->nFile - 1].zPath = migStrdup(p, azPath[i]);
      }
    }
  }
  pFolder->bSingle = 1;
}

/* List what zPath names, a folder or one file. FILE when nothing is there. */
static void folderOpen(MigContext *p, MigFolder *pFolder, const char *zPath) {
  int eKind = migPathKind(zPath);
  FolderQueue queue = {0, 0};
  int i;

  if (eKind == MIG_PATH_NONE) {
    migFail(p, MIG_FILE, "%s: no such file or folder; check the path", zPath);
  } else if (eKind == MIG_PATH_FILE) {
    folderSingle(p, pFolder, zPath);
  } else {
    queueAdd(p, &queue, "");
    for (i = 0; i < queue.n && p->rc == SQLITE_OK; i++) {
      folderList(p, pFolder, zPath, queue.az[i], &queue);
    }
  }
}

/* Free the files' bytes. The rest is the arena's. */
static void folderClose(MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile; i++) {
    sqlite3_free(pFolder->aFile[i].z);
    pFolder->aFile[i].z = 0;
  }
}

/* The names of the formats, with commas. */
const char *migFolderFormats(MigContext *p) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < FORMAT_COUNT; i++) {
    migTextStr(p, &text, i ? ", " : 0);
    migTextStr(p, &text, aFormat[i].zName);
  }
  return migTextZ(&text);
}

/* Say that nothing fits, and what there is. */
static void detectNothing(MigContext *p, const MigFolder *pFolder,
                          const char *zPath) {
  MigText seen = {0, 0, 0};
  int i;

  for (i = 0; i < pFolder->nFile && i < 3; i++) {
    migTextStr(p, &seen, i ? ", " : pFolder->nFile > 3 ? ", such as " : ": ");
    migTextStr(p, &seen, pFolder->aFile[i].zName);
  }
  migFail(p, MIG_FORMAT,
          "%s fits no known format, %d files seen%s; known are %s, give "
          "{\"format\":\"...\"}",
          zPath, pFolder->nFile, migTextZ(&seen), migFolderFormats(p));
}

/*
** Find the one format that fits. FORMAT when none or several do; then the
** message says what was seen. NULL after an error.
*/
static const Format *detect(MigContext *p, MigFolder *pFolder,
                            const char *zPath) {
  const Format *pFound = 0;
  const Format *pLast = &aFormat[FORMAT_COUNT - 1];
  MigText seen = {0, 0, 0};
  int nFound = 0;
  int i;

  for (i = 0; i < FORMAT_COUNT - 1; i++) {
    int nFit = aFormat[i].xProbe(p, pFolder);
    if (nFit > 0) {
      migTextF(p, &seen, "%s%d as %s", nFound++ ? ", " : "", nFit,
               aFormat[i].zName);
      pFound = &aFormat[i];
    }
  }
  if (p->rc) {
    return 0;
  }
  if (nFound == 0 && pLast->xProbe(p, pFolder) > 0) {
    return pLast;
  }
  if (nFound == 0) {
    detectNothing(p, pFolder, zPath);
  } else if (nFound > 1) {
    migFail(p, MIG_FORMAT,
            "%s fits several formats: of its files %s; known are %s, give "
            "{\"format\":\"...\"}",
            zPath, migTextZ(&seen), migFolderFormats(p));
  }
  return p->rc ? 0 : pFound;
}

/* The format called zName. FORMAT when there is none. */
static const Format *formatNamed(MigContext *p, const char *zName) {
  int i;

  for (i = 0; i < FORMAT_COUNT; i++) {
    if (strcmp(aFormat[i].zName, zName) == 0) {
      return &aFormat[i];
    }
  }
  migFail(p, MIG_FORMAT, "unknown format %s; known are %s", zName,
          migFolderFormats(p));
  return 0;
}

/* Whether zName is a word of targets, alone or with '-' and digits. */
static int idReserved(MigContext *p, const char *zName) {
  i64 n = (i64)strcspn(zName, "-");
  const char *zWord = migStrndup(p, zName, n);

  if (zWord == 0 || !migIdReserved(zWord)) {
    return 0;
  }
  return zName[n] == 0 || zName[n + 1 + migFormatDigits(zName + n + 1)] == 0;
}

/* zName as an id: what migIdCheck() would refuse becomes '_'. */
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
  if (p->rc == SQLITE_OK && strcmp(zId, zName)) {
    noteAdd(p, &pNotes->renamed, zId);
  }
  return zId;
}

/* Folder and stem of a step in a sub-folder, '/' written as '_'. */
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

/* By id, to find the same one twice. */
static int stepById(const MigStep *pA, const MigStep *pB) {
  return strcmp(pA->rev.zId, pB->rev.zId);
}

/* Mark the steps at the top whose version another one there has as well. */
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

/* FORMAT when two steps have one id. */
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
*/
static void folderIds(MigContext *p, MigFolder *pFolder, FolderNotes *pNotes) {
  int n = pFolder->nStep;
  MigStep **ap = migAlloc(p, (u64)n * sizeof(*ap));
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
    }
    if (pRev->zMessage == 0) {
      pRev->zMessage = pStep->zStem;
    }
    migIdCheck(p, pRev->zId, "revision");
  }
  idTwice(p, ap, n);
}

/* Put the step's file in front of a scan's message, which knows only lines
** of the script. */
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
** script. */
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

/* Note one statement that the run passes over. */
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

/* Whether a VACUUM stands in a script. */
static int hasVacuum(const char *z, i64 n) {
  MigStatement st;
  i64 i = 0;

  while (z && migScriptNext(z, n, &i, &st)) {
    if (st.eKind == MIG_ST_VACUUM) {
      return 1;
    }
  }
  return 0;
}

/*
** Set the flags of one step, and note them. Both scripts decide together: a
** revision runs outside a transaction as a whole or not at all. A script
** without a statement stands in nobody's way.
*/
static void stepFlags(MigContext *p, MigFolder *pFolder, MigStep *pStep,
                      FolderNotes *pNotes) {
  MigImported *pRev = &pStep->rev;
  MigScriptInfo up;
  MigScriptInfo down;
  int bOther;

  stepScan(p, pStep, 0, &up);
  stepScan(p, pStep, 1, &down);
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
    if (hasVacuum(pRev->zUp, pRev->nUp) ||
        hasVacuum(pRev->zDown, pRev->nDown)) {
      noteAdd(p, &pNotes->vacuum, pRev->zId);
    } else if (pStep->zMark) {
      noteAdd(p, &pNotes->dropped, pRev->zId);
    }
  }
  if (up.iBegin >= 0 || down.iBegin >= 0) {
    noteAdd(p, &pNotes->begin, pRev->zId);
  }
}

/* Whether the name's end is that of a program's source. */
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

/* Note the files that were not imported and look like somebody's step. */
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
** Everything that is the same for all formats: order, ids, flags, notes. The
** ids come after the order has been made, because whether a version is shared
** is known only when all steps are.
*/
static void folderFinish(MigContext *p, MigFolder *pFolder,
                         const Format *pFormat) {
  FolderNotes notes;
  int i;

  memset(&notes, 0, sizeof(notes));
  if (pFormat->xOrder) {
    migStepSort(p, pFolder->apStep, pFolder->nStep, pFormat->xOrder);
  }
  folderIds(p, pFolder, &notes);
  for (i = 0; i < pFolder->nStep && p->rc == SQLITE_OK; i++) {
    pFolder->apStep[i]->rev.bLinear = pFormat->bLinear;
    stepFlags(p, pFolder, pFolder->apStep[i], &notes);
  }
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
  leftOver(p, pFolder, pFormat->zName);
}

/* Hand out what was made. */
static void folderResult(MigContext *p, const MigFolder *pFolder,
                         const Format *pFormat, MigImport *pOut) {
  MigImported *a = migAlloc(p, (u64)pFolder->nStep * sizeof(MigImported));
  int i;

  if (p->rc) {
    return;
  }
  for (i = 0; i < pFolder->nStep; i++) {
    a[i] = pFolder->apStep[i]->rev;
  }
  pOut->zFormat = pFormat->zName;
  pOut->nRevision = pFolder->nStep;
  pOut->aRevision = a;
  pOut->nNote = pFolder->nNote;
  pOut->azNote = pFolder->azNote;
}

/*
** Read the migrations at zPath, a folder or a file, in the format zFormat, or
** in the one that fits when that is NULL. azKey and azValue are nKey
** placeholders. Everything handed out lives in the arena.
**
** FILE when something cannot be read, FORMAT when no format or several fit,
** or a file breaks its format's rules, with file and line; TOO_BIG for a
** script above MIGRATE_MAX_SCRIPT; BAD_ID. *pOut is empty then.
*/
void migFolderLoad(MigContext *p, const char *zPath, const char *zFormat,
                   const char **azKey, const char **azValue, int nKey,
                   MigImport *pOut) {
  MigFolder folder;
  const Format *pFormat = 0;

  memset(pOut, 0, sizeof(*pOut));
  memset(&folder, 0, sizeof(folder));
  folder.nPlaceholder = nKey;
  folder.azKey = azKey;
  folder.azValue = azValue;
  if (p->rc == SQLITE_OK && zFormat) {
    pFormat = formatNamed(p, zFormat);
  }
  if (p->rc == SQLITE_OK) {
    folderOpen(p, &folder, zPath);
  }
  if (p->rc == SQLITE_OK && pFormat == 0) {
    pFormat = detect(p, &folder, zPath);
  }
  if (p->rc == SQLITE_OK) {
    pFormat->xLoad(p, &folder);
    folderFinish(p, &folder, pFormat);
    folderResult(p, &folder, pFormat, pOut);
  }
  folderClose(&folder);
}
