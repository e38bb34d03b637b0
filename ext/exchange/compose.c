/*
** compose.c - the files of an export: kept ones, written ones, proven.
**
** Three ways are tried, and the first one that holds is taken:
**
**   1. Every revision has the files that it was imported from: these and
**      the shared ones, byte for byte. No writer runs.
**   2. A writer writes all revisions, under the names of kept files where
**      there are such, and then kept files take the place of what was
**      written for their revisions. When that does not hold, because a plan or
**      a list of checksums means other bytes, what was written stays.
**   3. A writer writes all revisions under names of its own. Kept files are
**      tried in their place as well.
**
** Nothing is handed out that was not read back by the format's loader. Of a
** kept file the revision must come back with its id; of a written one the
** scripts must. Kept files may hold placeholders whose values nobody knows any
** more: then the scripts made of them are not compared. They are forgotten
** when a script is changed, so that is the import's proof and still good.
**
** Where a format cannot tell a missing script from one without statements,
** they count as the same; a statement that does nothing, which a tool wants
** there, is none. Tools want a line end behind a section, so white
** space at the end of a script is no difference.
*/
#include <string.h>
#include "compose.h"
#include "dispatch.h"
#include "folder.h"
#include "os.h"
#include "revisions.h"
#include "store.h"
#include "text.h"
#include "token.h"
#include "topology.h"

#define SHARED_NAMED 8 /* files that a note names */
#define NOTE_NAMED 8   /* revisions that a note names */

/* Files that were read back. Set pOut and zFormat, zero the rest. */
typedef struct Proof {
  const MigOutput *pOut; /* whose files they are; sorted */
  const char *zFormat;
  MigFolder folder; /* the files, in memory; to be closed */
  MigImport back;   /* what the loader has made of them */
  int nAsked;       /* placeholders without a value */
  int *aWhose;      /* of each revision read the index of the one of pOut, -1
                    ** for none yet */
} Proof;

/* ---- the list of files ---- */

/* FORMAT when two files have one name, letter case aside: on many a disk one
** would overwrite the other. */
static void namesCheck(MigContext *p, const MigOutput *pOut) {
  MigList list = {0, 0};
  int i;

  for (i = 0; i < pOut->nFile && p->rc == SQLITE_OK; i++) {
    migListAdd(p, &list, migStrLower(p, pOut->aFile[i].zName));
  }
  if (p->rc == SQLITE_OK) {
    migListSort(&list);
  }
  for (i = 1; i < list.n && p->rc == SQLITE_OK; i++) {
    if (strcmp(list.az[i - 1], list.az[i]) == 0) {
      migFail(p, MIG_FORMAT,
              "two files of the export would be called %s, letter case aside;"
              " give another file_template",
              list.az[i]);
    }
  }
}

/* Comes A before B? By folder, then by name bytewise, as a listing is: the
** order of migFormatOrder(), by which loaders look files up. */
static int fileBefore(const MigOutputFile *pA, const MigOutputFile *pB) {
  const char *zA = strrchr(pA->zName, '/');
  const char *zB = strrchr(pB->zName, '/');
  i64 nA = zA ? zA - pA->zName : 0;
  i64 nB = zB ? zB - pB->zName : 0;
  int c = memcmp(pA->zName, pB->zName, (size_t)(nA < nB ? nA : nB));

  if (c == 0) {
    c = nA < nB ? -1 : nA > nB;
  }
  return c ? c < 0 : strcmp(pA->zName, pB->zName) < 0;
}

/* Sort files: shell sort, for there may be many and no stack to spare. It is
** not stable, and need not be: two of one name are refused. */
static void filesSort(MigOutput *pOut) {
  MigOutputFile *a = pOut->aFile;
  int n = pOut->nFile;
  int nGap;
  int i;

  for (nGap = n / 2; nGap > 0; nGap = nGap == 2 ? 1 : nGap * 5 / 11) {
    for (i = nGap; i < n; i++) {
      MigOutputFile file = a[i];
      int k = i;
      for (; k >= nGap && fileBefore(&file, &a[k - nGap]); k -= nGap) {
        a[k] = a[k - nGap];
      }
      a[k] = file;
    }
  }
}

/* ---- reading back ---- */

/* A MigFolderHost's xNew: the database is none that is new, so that of steps
** which stand for others those count that are stored. */
static int hostNew(MigContext *p) {
  MIG_UNUSED(p);
  return 0;
}

/* Make a folder of the files of pProof->pOut, which are sorted. With bKept
** placeholders without a value are counted, else they are an error. Close the
** folder afterwards. */
static void proofOpen(MigContext *p, Proof *pProof, int bKept) {
  const MigOutput *pOut = pProof->pOut;
  MigFolder *pFolder = &pProof->folder;
  int i;

  memset(pFolder, 0, sizeof(*pFolder));
  memset(&pProof->back, 0, sizeof(pProof->back));
  pProof->nAsked = 0;
  pFolder->host.xNew = hostNew;
  pFolder->host.xHas = migRevisionHas;
  pFolder->pnAsked = bKept ? &pProof->nAsked : 0;
  for (i = 0; i < pOut->nFile && p->rc == SQLITE_OK; i++) {
    migFolderAdd(p, pFolder, pOut->aFile[i].zName, pOut->aFile[i].z,
                 pOut->aFile[i].n);
  }
}

/* Read the files of pProof->pOut as an import of that format would. Its errors
** are the loader's. Close the folder afterwards. */
static void proofRead(MigContext *p, Proof *pProof, int bKept) {
  proofOpen(p, pProof, bKept);
  if (p->rc == SQLITE_OK) {
    migImportParse(p, &pProof->folder, pProof->zFormat, &pProof->back);
  }
}

/* Has a script no statement: nothing but white space, comments and ';'? */
static int scriptIdle(const char *z, i64 n) {
  MigToken token;
  i64 i = 0;

  do {
    i = migTokenSignificant(z, n, i, &token);
  } while (token.eType == MIG_TK_SEMI);
  return token.eType == MIG_TK_END;
}

/* How many bytes at the start of z[0..n) are one of the texts that the format's
** writer may have put there; 0 when none is. */
static i64 insertAt(const char *const *az, const char *z, i64 n) {
  for (; *az; az++) {
    i64 nInsert = (i64)strlen(*az);
    if (n >= nInsert && memcmp(z, *az, (size_t)nInsert) == 0) {
      return nInsert;
    }
  }
  return 0;
}

/* Does the script z go on as the insert at zRead does? Then it may be the
** script's own text, and is compared. An insert may begin with a ';' that the
** script lacks. */
static int insertIsOwn(const char *const *az, const char *z, i64 n,
                       const char *zRead) {
  i64 i = 0;

  while (i < n && migIsSpace(z[i])) {
    i++;
  }
  return insertAt(az, z, n) > 0 || (zRead[0] == ';' && i < n && z[i] == ';');
}

/*
** Is zRead the script z with inserts? They stand between statements, so line
** ends around one are no difference, and neither is white space behind all of
** the script. az is of migFormatInserts(). Both texts are walked side by side:
** i is the place in z, k the one in zRead, which alone can have more.
*/
static int scriptWithInserts(const char *z, i64 n, const char *zRead, i64 nRead,
                             const char *const *az) {
  i64 i = 0;
  i64 k = 0;

  while (k < nRead) {
    i64 kInsert = k + (zRead[k] == '\n');
    i64 nInsert = insertAt(az, zRead + kInsert, nRead - kInsert);
    if (nInsert > 0 && !insertIsOwn(az, z + i, n - i, zRead + kInsert)) {
      k = kInsert + nInsert;
      while (k < nRead && zRead[k] == '\n') {
        k++;
      }
      while (i < n && z[i] == '\n') {
        i++;
      }
    } else if (i < n ? z[i] != zRead[k] : !migIsSpace(zRead[k])) {
      return 0; /* unreached: every writer's files are read as they were meant
                 */
    } else {
      i += i < n;
      k++;
    }
  }
  return i == n;
}

/* Is zRead, which was read back, the script z that was to be written? NULL for
** a missing one, with any n. White space at the end does not count; a missing
** or empty z is met by anything without a statement, but for inserts. */
static int scriptSame(const Proof *pProof, const char *z, i64 n,
                      const char *zRead, i64 nRead) {
  const char *const *azInsert = migFormatInserts(pProof->zFormat);

  n = z ? migFormatTrim(z, 0, n) : 0;
  nRead = zRead ? migFormatTrim(zRead, 0, nRead) : 0;
  if (n == 0) {
    return nRead == 0 || scriptIdle(zRead, nRead) ||
           scriptWithInserts("", 0, zRead, nRead, azInsert);
  }
  return (n == nRead && memcmp(z, zRead, (size_t)n) == 0) ||
         (azInsert[0] && scriptWithInserts(z, n, zRead, nRead, azInsert));
}

/* Are both scripts what was to be written? A format without down scripts may
** have none where one is stored. */
static int scriptsSame(const Proof *pProof, const MigExported *pRev,
                       const MigImported *pRead) {
  int bDown = migFormatHolds(pProof->zFormat) & MIG_HOLDS_DOWN;

  return scriptSame(pProof, pRev->zUp, pRev->nUp, pRead->zUp, pRead->nUp) &&
         ((!bDown && pRead->zDown == 0) ||
          scriptSame(pProof, pRev->zDown, pRev->nDown, pRead->zDown,
                     pRead->nDown));
}

/* Are the two lists the same, in this order? */
static int namesSame(int nA, const char **azA, int nB, const char **azB) {
  int i;

  for (i = 0; nA == nB && i < nA; i++) {
    if (strcmp(azA[i], azB[i])) {
      return 0; /* unreached: a reader finds them or fails */
    }
  }
  return nA == nB;
}

/* Does a format that knows more than a line give back what stands around the
** scripts: id, message, edges and labels, in their order? The date is not
** compared. */
static int graphSame(const MigExported *pRev, const MigImported *pRead) {
  return strcmp(pRev->zId, pRead->zId) == 0 &&
         strcmp(pRev->zMessage, pRead->zMessage) == 0 &&
         namesSame(pRev->nParent, pRev->azParent, pRead->nParent,
                   pRead->azParent) &&
         namesSame(pRev->nDepend, pRev->azDepend, pRead->nDepend,
                   pRead->azDepend) &&
         namesSame(pRev->nLabel, pRev->azLabel, pRead->nLabel, pRead->azLabel);
}

/* Has the revision come back? With bKept from a file that was kept. */
static int revisionSame(const Proof *pProof, const MigExported *pRev,
                        const MigImported *pRead, int bKept) {
  if ((migFormatHolds(pProof->zFormat) & MIG_HOLDS_GRAPH) &&
      !graphSame(pRev, pRead)) {
    return 0;
  }
  if (bKept && strcmp(pRev->zId, pRead->zId)) {
    return 0;
  }
  return (bKept && pProof->nAsked > 0) || scriptsSame(pProof, pRev, pRead);
}

/* The revisions that were read, to be found by their ids: a graph without
** edges, whose indexes are those of aRevision. */
static MigGraph *proofIndex(MigContext *p, const MigImport *pBack) {
  MigGraph *pGraph = migGraphNew(p);
  int i;

  for (i = 0; i < pBack->nRevision && p->rc == SQLITE_OK; i++) {
    migGraphAdd(p, pGraph, pBack->aRevision[i].zId);
  }
  if (p->rc == SQLITE_OK) {
    migGraphFinish(p, pGraph);
  }
  return pGraph;
}

/* Which of the revisions that were read is revision i, or -1: with pIndex the
** one of its id, else the one in its place. Repeatable ones come in the order
** of the names they were given, so all of them are tried. A revision that was
** read is no one's twice. */
static int proofMatch(const Proof *pProof, const MigGraph *pIndex, int i,
                      int bKept) {
  const MigImport *pBack = &pProof->back;
  const MigExported *pRev = &pProof->pOut->aRevision[i];
  int k = pIndex ? migGraphFind(pIndex, pRev->zId) : i;
  int iEnd = k + 1;

  if (pIndex == 0 && pRev->bRepeatable) {
    k = 0;
    iEnd = pBack->nRevision;
  }
  for (; k >= 0 && k < iEnd && k < pBack->nRevision; k++) {
    if (pProof->aWhose[k] < 0 &&
        revisionSame(pProof, pRev, &pBack->aRevision[k],
                     bKept && pRev->bOriginal)) {
      return k;
    }
  }
  return -1;
}

/* The first revision of pOut that has not come back, its nRevision when there
** are others as well, -1 when all is well; then aWhose[] is complete. bById: in
** any order; bKept: kept files are among those read. */
static int proofFind(MigContext *p, Proof *pProof, int bById, int bKept) {
  const MigOutput *pOut = pProof->pOut;
  const MigImport *pBack = &pProof->back;
  MigGraph *pIndex = bById ? proofIndex(p, pBack) : 0;
  int i;

  pProof->aWhose = migAlloc(p, ((u64)pBack->nRevision + 1) * sizeof(int));
  for (i = 0; p->rc == SQLITE_OK && i < pBack->nRevision; i++) {
    pProof->aWhose[i] = -1;
  }
  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    int k = proofMatch(pProof, pIndex, i, bKept);
    if (k < 0) {
      return i;
    }
    pProof->aWhose[k] = i;
  }
  return pBack->nRevision == pOut->nRevision ? -1 : i;
}

/* ---- the three ways ---- */

/* Has what was tried failed in a way that another try may not: FORMAT, BAD_ID
** or TOO_BIG? Then the error is forgotten. 0 without an error, and for errors
** that the next try would meet as well. */
static int tryAgain(MigContext *p) {
  if (p->rc == SQLITE_OK || (p->eCode != MIG_FORMAT && p->eCode != MIG_BAD_ID &&
                             p->eCode != MIG_TOO_BIG)) {
    return 0;
  }
  migErrorClear(p);
  return 1;
}

/* May a file be called so? Names come from a database that anyone may have
** made, and become paths: no part of one is empty or begins with a dot, which
** an import would not take either, and there is no backslash. */
static int nameGood(const char *z) {
  const char *zPart = z;

  while (zPart) {
    if (*zPart == '.' || *zPart == 0 || *zPart == '/') {
      return 0;
    }
    zPart = strchr(zPart, '/');
    zPart = zPart ? zPart + 1 : 0;
  }
  return z && migPathInside(z) && strchr(z, '\\') == 0;
}

/* Add n kept files, whose bytes stay where they are. FORMAT for a name that
** leads elsewhere. */
static void keptAdd(MigContext *p, MigOutput *pOut, int n,
                    const MigOutputFile *a) {
  int i;

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (!nameGood(a[i].zName)) {
      migFail(p, MIG_FORMAT, "the kept file name %s leads elsewhere",
              a[i].zName);
    }
    migOutputAdd(p, pOut, a[i].zName, a[i].z, a[i].n);
  }
}

/* FORMAT unless the files, kept ones among them, are what they should be: the
** loader takes all of them and all revisions come back. With bAll, where all
** are kept, in any order: ids tell them apart. What it took is given back to
** the arena. */
static void keptProve(MigContext *p, Proof *pProof, int bAll) {
  int bById = bAll || (migFormatHolds(pProof->zFormat) & MIG_HOLDS_GRAPH);
  MigMark mark = migArenaMark(p);
  int i;

  namesCheck(p, pProof->pOut);
  proofRead(p, pProof, 1);
  for (i = 0; i < pProof->folder.nFile && p->rc == SQLITE_OK; i++) {
    if (!pProof->folder.aFile[i].bUsed) {
      migFail(p, MIG_FORMAT, "the kept file %s is none of the format",
              pProof->folder.aFile[i].zName);
    }
  }
  if (p->rc == SQLITE_OK && proofFind(p, pProof, bById, 1) >= 0) {
    migFail(p, MIG_FORMAT, "the kept files are not what is stored");
  }
  migFolderClose(&pProof->folder);
  migArenaRelease(p, mark);
}

/* The first way: 1 when it holds. Else 0, and *pOut has no files again, or
** p->rc is set, by an error that another way would meet as well. */
static int composeKept(MigContext *p, MigOutput *pOut, const char *zFormat) {
  Proof proof;
  int i;

  for (i = 0; i < pOut->nRevision; i++) {
    if (!pOut->aRevision[i].bOriginal) {
      return 0;
    }
  }
  memset(&proof, 0, sizeof(proof));
  proof.pOut = pOut;
  proof.zFormat = zFormat;
  for (i = 0; i < pOut->nRevision; i++) {
    keptAdd(p, pOut, pOut->aRevision[i].nOriginal,
            pOut->aRevision[i].aOriginal);
  }
  keptAdd(p, pOut, pOut->nShared, pOut->aShared);
  filesSort(pOut);
  keptProve(p, &proof, 1);
  if (tryAgain(p)) {
    pOut->nFile = 0;
    return 0;
  }
  return p->rc == SQLITE_OK;
}

/* FORMAT that says which revision the format does not hold: i is as
** proofFind() returns it, not -1. */
static void proofFail(MigContext *p, const Proof *pProof, int i) {
  const MigOutput *pOut = pProof->pOut;

  if (i < pOut->nRevision) {
    migFail(p, MIG_FORMAT,
            "revision %s cannot be written in the format %s: it would be read"
            " otherwise (%d revisions of %d); take another format or"
            " file_template",
            pOut->aRevision[i].zId, pProof->zFormat, pProof->back.nRevision,
            pOut->nRevision);
  } else {
    /* unreached: what is read too much makes another one differ */
    migFail(p, MIG_FORMAT,
            "these revisions cannot be written in the format %s: they would be"
            " read as %d, not %d; take another format or file_template",
            pProof->zFormat, pProof->back.nRevision, pOut->nRevision);
  }
}

/* A note that names the revisions which have another version in the files: what
** a tool knows of a live file is not true of them. NULL when there are none,
** else for the caller to free. */
static char *renamedNote(MigContext *p, const Proof *pProof) {
  const MigOutput *pOut = pProof->pOut;
  MigText text = {0, 0, 0};
  int n = 0;
  int i;

  for (i = 0; i < pProof->back.nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[pProof->aWhose[i]];
    const char *zId = pProof->back.aRevision[i].zId;
    if (!pRev->bOriginal && strcmp(pRev->zId, zId) && n++ < NOTE_NAMED) {
      migTextF(p, &text, "%s%s is %s", text.n ? ", " : "", pRev->zId, zId);
    }
  }
  return n == 0 ? 0
                : migResultText(
                      p, migPrintf(p,
                                   "%d revisions have another version in the"
                                   " files: %s%s; a file that has them applied"
                                   " needs it in the tool's version table"
                                   " before the tool runs there",
                                   n, migTextZ(&text),
                                   n > NOTE_NAMED ? ", ..." : ""));
}

/* Note when an import that is given no format would read the files otherwise
** than they were meant. That it takes them for another format's is no matter
** while the same revisions come of it. */
static void detectNote(MigContext *p, MigOutput *pOut, const char *zFormat) {
  MigMark mark = migArenaMark(p);
  const char *zFound = 0;
  Proof proof;
  int bOther = 0;

  memset(&proof, 0, sizeof(proof));
  proof.pOut = pOut;
  proofOpen(p, &proof, 1);
  zFound = migFormatDetect(p, &proof.folder);
  if (p->rc == SQLITE_OK && (zFound == 0 || strcmp(zFound, zFormat))) {
    proof.zFormat = zFound;
    if (zFound) {
      migImportParse(p, &proof.folder, zFound, &proof.back);
      bOther = p->rc == SQLITE_OK && proofFind(p, &proof, 0, 1) >= 0;
    }
    bOther = tryAgain(p) || zFound == 0 || bOther;
  }
  migFolderClose(&proof.folder);
  migArenaRelease(p, mark);
  if (bOther) {
    migOutputNote(p, pOut,
                  "the files alone do not tell the format%s%s; import them"
                  " with {\"format\":\"%s\"}",
                  zFound ? ", they look like those of " : "",
                  zFound ? zFound : "", zFormat);
  }
}

/*
** Have the writer write, and prove it. Each file learns whose it is. FORMAT
** when the format does not hold the revisions, or two files have one name.
** What an earlier try has left in *pOut, files and notes, is forgotten first.
**
** What the proof took goes back to the arena, so the note of it is kept
** outside until then.
*/
static void composeWritten(MigContext *p, MigOutput *pOut,
                           const char *zFormat) {
  MigMark mark;
  Proof proof;
  char *zRenamed = 0;
  int iBad;
  int i;

  memset(&proof, 0, sizeof(proof));
  proof.pOut = pOut;
  proof.zFormat = zFormat;
  pOut->nFile = 0;
  pOut->notes.n = 0;
  migFormatWrite(p, pOut, zFormat);
  namesCheck(p, pOut);
  filesSort(pOut);
  mark = migArenaMark(p);
  proofRead(p, &proof, 0);
  if (p->rc == SQLITE_OK) {
    int bById = migFormatHolds(zFormat) & MIG_HOLDS_GRAPH;
    iBad = proofFind(p, &proof, bById, 0);
    if (iBad >= 0) {
      proofFail(p, &proof, iBad);
    } else if (p->rc == SQLITE_OK) {
      zRenamed = renamedNote(p, &proof);
    }
  }
  for (i = 0; i < pOut->nFile && p->rc == SQLITE_OK; i++) {
    int k = proof.folder.aFile[i].iRevision;
    pOut->aFile[i].iRevision = k < 0 ? -1 : proof.aWhose[k];
  }
  migFolderClose(&proof.folder);
  migArenaRelease(p, mark);
  if (zRenamed) {
    migOutputNote(p, pOut, "%s", zRenamed);
    sqlite3_free(zRenamed);
  }
}

/* Put kept files in the place of written ones, and prove it. When that does not
** hold, which is noted, *pOut stays as it is. Shared files stay those that were
** written: a plan or a sum is about all revisions. */
static void composeReplace(MigContext *p, MigOutput *pOut,
                           const char *zFormat) {
  MigOutput out = *pOut;
  Proof proof;
  int i;

  memset(&proof, 0, sizeof(proof));
  proof.pOut = &out;
  proof.zFormat = zFormat;
  out.aFile = 0;
  out.nFile = 0;
  for (i = 0; i < pOut->nFile; i++) {
    const MigOutputFile *pFile = &pOut->aFile[i];
    if (pFile->iRevision < 0 || !pOut->aRevision[pFile->iRevision].bOriginal) {
      migOutputAdd(p, &out, pFile->zName, pFile->z, pFile->n);
    }
  }
  for (i = 0; i < pOut->nRevision; i++) {
    if (pOut->aRevision[i].bOriginal) {
      keptAdd(p, &out, pOut->aRevision[i].nOriginal,
              pOut->aRevision[i].aOriginal);
    }
  }
  filesSort(&out);
  keptProve(p, &proof, 0);
  if (tryAgain(p)) {
    migOutputNote(p, pOut,
                  "the files of the import do not fit the new ones and are "
                  "written anew");
  } else if (p->rc == SQLITE_OK) {
    *pOut = out;
  }
}

/* A copy of the revisions where those with kept files take their names, so that
** the writer's plan or list says these. NULL when there is none, and after an
** error. */
static MigExported *stemsKept(MigContext *p, const MigOutput *pOut) {
  MigExported *a =
      migAlloc(p, ((u64)pOut->nRevision + 1) * sizeof(MigExported));
  int nKept = 0;
  int i;

  for (i = 0; a && i < pOut->nRevision; i++) {
    a[i] = pOut->aRevision[i];
    if (a[i].bOriginal && a[i].zOriginalStem) {
      a[i].zStem = a[i].zOriginalStem;
    }
    nKept += a[i].bOriginal;
  }
  return nKept > 0 ? a : 0;
}

/* The second and the third way, without kept files the third at once. In both
** kept files are tried in the place of written ones. */
static void composeNew(MigContext *p, MigOutput *pOut, const char *zFormat) {
  const MigExported *aRevision = pOut->aRevision;
  MigExported *aKept;

  aKept = stemsKept(p, pOut);
  if (aKept) {
    pOut->aRevision = aKept;
    composeWritten(p, pOut, zFormat);
    if (!tryAgain(p)) {
      composeReplace(p, pOut, zFormat);
      return;
    }
    pOut->aRevision = aRevision;
  }
  composeWritten(p, pOut, zFormat);
  if (aKept) {
    composeReplace(p, pOut, zFormat);
  }
}

/* Is the file among those of *pOut, by its name, byte for byte? */
static int fileWritten(const MigOutput *pOut, const MigOutputFile *pFile) {
  int i;

  for (i = 0; i < pOut->nFile; i++) {
    const MigOutputFile *pNew = &pOut->aFile[i];
    if (strcmp(pNew->zName, pFile->zName) == 0) {
      return pNew->n == pFile->n &&
             memcmp(pNew->z, pFile->z, (size_t)pFile->n) == 0;
    }
  }
  return 0;
}

/* Note which files of the imported folder as a whole do not come back as they
** were. sqitch and Liquibase know their changes by such a file. */
static void sharedNote(MigContext *p, MigOutput *pOut) {
  MigText names = {0, 0, 0};
  int n = 0;
  int i;

  for (i = 0; i < pOut->nShared && p->rc == SQLITE_OK; i++) {
    if (!fileWritten(pOut, &pOut->aShared[i]) && n++ < SHARED_NAMED) {
      migTextF(p, &names, "%s%s", names.n ? ", " : "", pOut->aShared[i].zName);
    }
  }
  if (n > 0) {
    migOutputNote(p, pOut,
                  "%s%s: not as imported, but written anew or left out; a tool"
                  " that knows its changes by such a file (sqitch, Liquibase)"
                  " takes them for others, so export into a folder of its own",
                  migTextZ(&names), n > SHARED_NAMED ? " and others" : "");
  }
}

/*
** Make the files of the format for the revisions of *pOut, sorted by folder and
** name. *pOut comes with revisions and shared files and without files and
** notes. Names are the arena's, as are bytes that were written; those of kept
** files are the caller's.
**
** FORMAT when the format does not hold the revisions, or when two files would
** have the same name; TOO_BIG, BAD_ID. Then nothing of *pOut is to be written.
** Needs a store and a read transaction: loaders may ask which revisions are
** stored.
*/
void migExportWrite(MigContext *p, MigOutput *pOut, const char *zFormat) {
  if (p->rc == SQLITE_OK && !composeKept(p, pOut, zFormat)) {
    composeNew(p, pOut, zFormat);
    sharedNote(p, pOut);
    if (p->rc == SQLITE_OK) {
      detectNote(p, pOut, zFormat);
    }
  }
}
