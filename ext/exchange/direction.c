/*
** direction.c - down scripts that would run as upgrades.
**
** People and tools name the script that undoes another one in many ways:
**
**     001_a_down.sql   001_a.undo.sql   001_a-rollback.sql   down/001_a.sql
**
** and some put it into the same file, behind a comment such as -- Down
** Migration. A format that takes the whole file for an up script would run
** these as upgrades. So they are refused:
**
**   - a name that ends in such a word, behind a separator, when another file of
**     the folder has the same number; alone it may be an honest one
**     (005_add_rollback.sql), and a note says what it was taken for;
**   - a folder with such a name beside one called up, or with a file of the
**     same name in the folder above;
**   - a comment line of at most two words with such a word at its end, or in
**     front of "migration" or "script", where no mark of a tool says whose file
**     it is. There are many such tools (-- rambler
**     down, -- !Downs, -- //@UNDO), and one that writes ---- create above /
**     drop below ----.
**
** A file of which only a section is the up script says itself what is what.
**
**     001_a.sql  001_a_down.sql       refused: the second one undoes the first
**     004_b.sql  005_b_rollback.sql   both are upgrades, with a note on 005
**     down/001_a.sql  001_a.sql       refused
**     down/001_a.sql alone            an upgrade
**
** PROBLEMS
**
** Comments are held against a few patterns, so an honest one of two words can
** be refused: "-- slow down", say. Rewording it, or giving the format, is the
** way out, and the message says so.
*/
#include <string.h>
#include "direction.h"

#define DIRECTION_NAMED 8 /* files that a note names */

static const char *const azDown[] = {"down", "undo", "rollback", "revert",
                                     "downs"};

#define DOWN_COUNT ((int)(sizeof(azDown) / sizeof(azDown[0])))

/* Are the n bytes at z this word, in any case of letters? */
static int isWord(const char *z, i64 n, const char *zWord) {
  return n == (i64)strlen(zWord) && migStrNICmp(z, zWord, n) == 0;
}

/* Are the n bytes at z such a word, in any case of letters? */
static int isDown(const char *z, i64 n) {
  int i;

  for (i = 0; i < DOWN_COUNT; i++) {
    if (isWord(z, n, azDown[i])) {
      return 1;
    }
  }
  return 0;
}

/* An ASCII letter: what words are made of here. */
static int isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Is the whole file the up script of the step? So it is when the id is made of
** its name and the script has its length. */
static int isWhole(const MigStep *pStep) {
  return pStep->rev.bNamed && pStep->rev.zUp &&
         pStep->rev.nUp == pStep->pFile->n;
}

/* ---- comments ---- */

/* Is the comment line of n bytes at z the mark of a down section? Words are
** runs of letters, whatever stands between them: of "-- rambler down" there are
** two, of "-- //@UNDO" one. */
static int downMark(const char *z, i64 n) {
  static const char *const azTern[] = {"create", "above", "drop", "below"};
  i64 aWord[2] = {0, 0}; /* where the last two words begin */
  i64 anWord[2] = {0, 0};
  int nWords = 0;
  int bTern = 1; /* the words so far are those of azTern */
  i64 i = 0;

  while (i < n) {
    i64 iStart = i;
    for (; i < n && isLetter(z[i]); i++) {
    }
    if (i > iStart) {
      aWord[0] = aWord[1];
      anWord[0] = anWord[1];
      aWord[1] = iStart;
      anWord[1] = i - iStart;
      bTern =
          bTern && nWords < 4 && isWord(z + iStart, i - iStart, azTern[nWords]);
      nWords++;
    } else {
      i++;
    }
  }
  if (nWords <= 2 && isDown(z + aWord[1], anWord[1])) {
    return 1;
  }
  /* "migrations" and "scripts" as well: what follows is not looked at */
  if (nWords == 2 && isDown(z + aWord[0], anWord[0]) &&
      (migStrNICmp(z + aWord[1], "migration", 9) == 0 ||
       migStrNICmp(z + aWord[1], "script", 6) == 0)) {
    return 1;
  }
  return bTern && nWords == 4;
}

/* FORMAT when a line begins a down section of another tool. Only comments at
** the first column count. The file is read. */
static void marksCheck(MigContext *p, MigFile *pFile) {
  const char *z = migFormatBytes(p, pFile);
  i64 i;
  i64 iEnd;

  for (i = 0; i < pFile->n && p->rc == SQLITE_OK; i = iEnd) {
    iEnd = migLineEnd(z, pFile->n, i);
    if (z[i] == '-' && z[i + 1] == '-' && downMark(z + i, iEnd - i)) {
      migFormatFail(p, pFile, i,
                    "this looks like the mark of a down section of another"
                    " tool; give its format, write -- migrate:up and"
                    " -- migrate:down, or reword the comment");
    }
  }
}

/* ---- names ---- */

/* How many bytes of a name without its ending are left without such a word at
** its end and the separator before it; -1 when there is none. Of "001_a_undo"
** it is 5. A name that is nothing but the word has none. */
static i64 nameBefore(const char *z) {
  i64 n = (i64)strlen(z);
  i64 i = n;

  while (i > 0 && isLetter(z[i - 1])) {
    i--;
  }
  return i > 1 && isDown(z + i, n - i) && strchr("._- ", z[i - 1]) ? i - 1 : -1;
}

/* FORMAT: the step, whose name has such a word, undoes another one. What the
** message proposes depends on the name: X.down.sql has the right one already,
** but the format takes no down scripts. */
static void nameFail(MigContext *p, const MigStep *pStep,
                     const MigStep *pOther) {
  i64 n = nameBefore(pStep->zStem);

  if (migFormatSuffix(pStep->pFile->zBase, ".down.sql")) {
    migFail(p, MIG_FORMAT,
            "%s would run as an upgrade beside %s: this format has no down"
            " scripts; move it out of the folder, or give the format plain",
            pStep->rev.zFile, pOther->rev.zFile);
    return;
  }
  migFail(p, MIG_FORMAT,
          "%s would run as an upgrade, and has the name of a down script beside"
          " %s; call it %.*s.down.sql and the other %.*s.up.sql, or put it"
          " behind -- migrate:down in one file with -- migrate:up",
          pStep->rev.zFile, pOther->rev.zFile, (int)n, pStep->zStem, (int)n,
          pStep->zStem);
}

/* Look at the steps ap[0..n-1], which have one number: those with such a name
** are down scripts when there is one without, which is FORMAT. Without a number
** nothing says that they belong together. The others are added to the note, the
** first few by name; *pnNote counts all. A step that has a down script already
** is the up half of a pair and stays. */
static void groupCheck(MigContext *p, MigStep **ap, int n, MigText *pNote,
                       int *pnNote) {
  const MigStep *pOther = 0;
  int i;

  for (i = 0; i < n && pOther == 0; i++) {
    pOther = nameBefore(ap[i]->zStem) < 0 ? ap[i] : 0;
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (!isWhole(ap[i]) || ap[i]->rev.zDown || nameBefore(ap[i]->zStem) < 0) {
      continue;
    }
    if (pOther && ap[i]->zVersion) {
      nameFail(p, ap[i], pOther);
    } else if ((*pnNote)++ < DIRECTION_NAMED) {
      migTextF(p, pNote, "%s%s", pNote->n ? ", " : "", ap[i]->rev.zFile);
    }
  }
}

/* Do two steps stand in one folder and have the same number? */
static int sameNumber(const MigStep *pA, const MigStep *pB) {
  return pA->zVersion && pB->zVersion && strcmp(pA->zDir, pB->zDir) == 0 &&
         migNaturalCompare(pA->zVersion, pB->zVersion) == 0;
}

/* Look at the names of the steps at ap, which are sorted by folder and number,
** group by group. FORMAT for a down script; a note for those that only look
** like one. */
static void namesCheck(MigContext *p, MigFolder *pFolder, MigStep **ap) {
  MigText note = {0, 0, 0};
  int nNote = 0;
  int i = 0;

  while (i < pFolder->nStep && p->rc == SQLITE_OK) {
    int n = 1;
    while (i + n < pFolder->nStep && sameNumber(ap[i], ap[i + n])) {
      n++;
    }
    groupCheck(p, ap + i, n, &note, &nNote);
    i += n;
  }
  if (nNote > 0) {
    migFormatNote(p, pFolder,
                  "%s%s: taken for an upgrade; a down script is called"
                  " X.down.sql, beside X.up.sql",
                  migTextZ(&note),
                  nNote > DIRECTION_NAMED ? " and others" : "");
  }
}

/* ---- folders ---- */

/* The step of the file of the same name in the folder above, or NULL. nAbove is
** how many bytes of the folder's name the folder above takes, its '/' included;
** 0 at the top. */
static const MigStep *stepAbove(MigContext *p, MigFolder *pFolder,
                                const MigStep *pStep, i64 nAbove) {
  const MigFile *pFile = migFormatFile(
      pFolder, migPrintf(p, "%.*s%s", (int)nAbove, pStep->pFile->zDir,
                         pStep->pFile->zBase));

  return pFile ? pFile->pStep : 0;
}

/* A step in a folder "up" beside that of pStep, or NULL. */
static const MigStep *stepBeside(const MigFolder *pFolder, const MigStep *pStep,
                                 i64 nAbove) {
  int i;

  for (i = 0; i < pFolder->nStep; i++) {
    const char *z = pFolder->apStep[i]->pFile->zDir;
    if (strncmp(z, pStep->pFile->zDir, (size_t)nAbove) == 0 &&
        migStrICmp(z + nAbove, "up") == 0) {
      return pFolder->apStep[i];
    }
  }
  return 0;
}

/* FORMAT for a folder of down scripts: one of its files has the name of a file
** above, or a folder called up is beside it. Steps are by folder, and the one
** beside is looked for at the first of each. */
static void foldersCheck(MigContext *p, MigFolder *pFolder, MigStep **ap) {
  const char *zLast = "";
  int i;

  for (i = 0; i < pFolder->nStep && p->rc == SQLITE_OK; i++) {
    const char *zDir = ap[i]->pFile->zDir;
    const char *zSlash = strrchr(zDir, '/');
    i64 nAbove = zSlash ? zSlash + 1 - zDir : 0;
    const MigStep *pOther;
    if (!isWhole(ap[i]) || !isDown(zDir + nAbove, (i64)strlen(zDir + nAbove))) {
      continue;
    }
    pOther = stepAbove(p, pFolder, ap[i], nAbove);
    if (pOther == 0 && strcmp(zDir, zLast)) {
      pOther = stepBeside(pFolder, ap[i], nAbove);
    }
    zLast = zDir;
    if (pOther && p->rc == SQLITE_OK) {
      migFail(p, MIG_FORMAT,
              "%s would run as an upgrade, and its folder has the name of one"
              " for down scripts, beside %s; put both into one folder, as"
              " X.up.sql and X.down.sql",
              ap[i]->rev.zFile, pOther->rev.zFile);
    }
  }
}

/*
** FORMAT when a file that would run as an upgrade looks like the down script of
** another one. The steps have been joined to pairs and have their ids. A tool
** whose files have marks of their own runs the others as a whole, whatever
** their comments: these are read in the format plain only. Of a path that names
** one file its name says nothing, as there is no other one to undo.
**
** The order of the folder's steps stays. May add a note.
*/
void migDirectionCheck(MigContext *p, MigFolder *pFolder, const char *zFormat) {
  int n = pFolder->nStep;
  MigStep **ap = migAlloc(p, ((u64)n + 1) * sizeof(*ap));
  int i;

  if (p->rc) {
    return;
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    ap[i] = pFolder->apStep[i];
    if (isWhole(ap[i]) && strcmp(zFormat, "plain") == 0) {
      marksCheck(p, ap[i]->pFile);
    }
  }
  if (!pFolder->bSingle) {
    migStepSort(p, ap, n, migStepByNumber);
    foldersCheck(p, pFolder, ap);
    namesCheck(p, pFolder, ap);
  }
}
