/*
** sqitch_script.c - scripts for the sqlite3 shell as plain SQL.
**
** sqitch hands deploy and revert scripts to the sqlite3 shell. A line that
** begins with a dot between two statements is the shell's: ".read FILE" is
** replaced by the file, the others are taken out; both are noted. A line that
** begins with '#' there is a comment of the shell's and goes as well. Within a
** statement, a string or a comment such a line is SQL and stays.
**
** A file that is read is one of the folder, named as seen from its top, which
** is where sqitch runs the shell. Files may read files, SQITCH_DEPTH deep: an
** array serves as the stack. A script without lines of the shell is taken byte
** by byte. So of
**
**     .bail on
**     BEGIN;
**     .read deploy/common.sql
**     INSERT INTO a VALUES ('
**     .not a command');
**     COMMIT;
**
** the first line goes, the third becomes what deploy/common.sql holds, and the
** fifth stays.
**
** What the shell's commands mean is in SQLite's cli.html.
*/
#include <string.h>
#include "sqitch.h"
#include "migrate.h"
#include "statement.h"

#define SQITCH_DEPTH 8    /* files that .read each other */
#define SQITCH_READS 1000 /* times that one script reads a file */

/* A script and the files that it reads. */
typedef struct SqitchScript {
  MigText text; /* what it comes to so far */
  int nRead;    /* files so far, but for the script's own */
  int nLevel;   /* open ones: [0] is the script's own, each reads the next */
  struct {
    MigFile *pFile;
    i64 i;     /* read up to here */
    int bOpen; /* its last statement has no ';' */
  } aLevel[SQITCH_DEPTH];
} SqitchScript;

/* Whether a line of the shell begins at i, if a statement may begin there: a
** dot or a '#' at a line's start. */
static int sqitchShell(const MigFile *pFile, i64 i) {
  const char *z = pFile->z;

  return i < pFile->n && (z[i] == '.' || z[i] == '#') &&
         (i == migFormatStart(z, pFile->n) || z[i - 1] == '\n');
}

/* Whether a line of the file might be the shell's; it may yet be within a
** statement. */
static int sqitchHasShell(const MigFile *pFile) {
  i64 i = migFormatStart(pFile->z, pFile->n);

  while (i < pFile->n && !sqitchShell(pFile, i)) {
    i = migLineEnd(pFile->z, pFile->n, i);
  }
  return i < pFile->n;
}

/* The file that the line z[i..iEnd) reads, in the arena, or "" when it is no
** ".read", which may be cut short to ".rea". One that names no file reads "?".
** Quotes of either kind around the name go. NULL after an error. */
static const char *sqitchReads(MigContext *p, const char *z, i64 i, i64 iEnd) {
  i64 iWord = i;

  while (i < iEnd && !migIsSpace(z[i])) {
    i++;
  }
  if (i - iWord < 4 || i - iWord > 5 ||
      memcmp(z + iWord, ".read", (size_t)(i - iWord))) {
    return "";
  }
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  if (iEnd - i >= 2 && (z[i] == '\'' || z[i] == '"') && z[iEnd - 1] == z[i]) {
    i++;
    iEnd--;
  }
  return i < iEnd ? migStrndup(p, z + i, iEnd - i) : "?";
}

/* A file begins: the script's own or one it reads. Only the script's own keeps
** its byte order mark. There is room for one more level. Nothing after an
** error. */
static void sqitchPush(MigContext *p, SqitchScript *pScript, MigFile *pFile) {
  const char *z = migFormatBytes(p, pFile);
  int n = pScript->nLevel;

  if (p->rc == SQLITE_OK) {
    pScript->aLevel[n].pFile = pFile;
    pScript->aLevel[n].i = n ? migFormatStart(z, pFile->n) : 0;
    pScript->aLevel[n].bOpen = 0;
    pScript->nLevel++;
  }
}

/* A file that was read ends: what follows is a statement and a line of its
** own, for the shell runs what is left open at a file's end. */
static void sqitchPop(MigContext *p, SqitchScript *pScript) {
  MigText *pText = &pScript->text;
  int n = --pScript->nLevel;

  if (n > 0 && pText->n > 0) {
    migTextStr(p, pText, pText->z[pText->n - 1] == '\n' ? 0 : "\n");
    migTextStr(p, pText, pScript->aLevel[n].bOpen ? ";\n" : 0);
  }
}

/* Take in the file zRead that the line at i of pFile reads: it is on the stack
** then, and concerns several changes. FORMAT when it is not one of the folder,
** which is where sqitch runs the shell, or when there are too many or too deep
** ones, as when files read each other. */
static void sqitchInclude(MigContext *p, MigSqitchReader *pReader,
                          SqitchScript *pScript, MigFile *pFile, i64 i,
                          const char *zRead) {
  const char *zPath = migSqitchPath(p, zRead);
  MigFile *pRead = zPath ? migFormatFile(pReader->pFolder, zPath) : 0;

  if (pRead == 0) {
    migFormatFail(p, pFile, i, "reads %.60s, which is no file of the folder",
                  zRead);
  } else if (pScript->nLevel == SQITCH_DEPTH ||
             ++pScript->nRead > SQITCH_READS) {
    migFormatFail(p, pFile, i, "reads %s: too many files that read files",
                  pRead->zName);
  } else {
    migFormatShare(pRead);
    sqitchPush(p, pScript, pRead);
  }
}

/* The line of the shell at i of a file: read what it reads, leave out what it
** says. The first few are noted each, comments of the shell never. Returns
** where it ends. */
static i64 sqitchCommand(MigContext *p, MigSqitchReader *pReader,
                         SqitchScript *pScript, MigFile *pFile, i64 i) {
  const char *z = pFile->z;
  i64 iNext = migLineEnd(z, pFile->n, i);
  i64 iEnd = migFormatTrim(z, i, iNext);
  const char *zRead = sqitchReads(p, z, i, iEnd);
  int iLine;
  int iColumn;

  if (z[i] == '.' && pReader->nShell++ < MIG_SQITCH_NOTES) {
    migPosition(z, i, &iLine, &iColumn);
    migFormatNote(
        p, pReader->pFolder, "%s:%d: '%.*s' is for the sqlite3 shell and is %s",
        pFile->zName, iLine, migFormatClip(z + i, iEnd - i), z + i,
        p->rc || zRead[0] == 0 ? "taken out" : "replaced by the file");
  }
  if (p->rc == SQLITE_OK && zRead[0]) {
    sqitchInclude(p, pReader, pScript, pFile, i, zRead);
  }
  return iNext;
}

/* Copy what stands at i of a file up to the next place where a line of the
** shell may begin: white space, a comment, a ';' or a statement. *pbOpen is set
** when a statement has no ';' yet. Returns that place. FORMAT for a comment
** without its end, which would hide the files that follow. */
static i64 sqitchCopy(MigContext *p, SqitchScript *pScript, MigFile *pFile,
                      i64 i, int *pbOpen) {
  const char *z = pFile->z;
  MigStatement st;
  MigToken token;
  i64 iEnd = migTokenNext(z, pFile->n, i, &token);

  if (token.eType != MIG_TK_SPACE && token.eType != MIG_TK_COMMENT &&
      token.eType != MIG_TK_SEMI) {
    migStatementRead(z, pFile->n, i, &st);
    *pbOpen = !st.bSemi;
    iEnd = st.iStart + st.nByte;
  } else if (token.eType == MIG_TK_COMMENT && z[i] == '/' && iEnd == pFile->n &&
             (iEnd - i < 4 || z[iEnd - 2] != '*' || z[iEnd - 1] != '/')) {
    migFormatFail(p, pFile, i, "a comment without its end");
  }
  migTextAdd(p, &pScript->text, z + i, iEnd - i);
  return iEnd > i ? iEnd : pFile->n;
}

/* The script of a file that has lines of the shell, in the arena: *pn bytes and
** a zero. A line of the shell is passed over before what it reads is pushed, so
** that the file goes on behind it. */
static const char *sqitchTranslate(MigContext *p, MigSqitchReader *pReader,
                                   MigFile *pFile, i64 *pn) {
  SqitchScript script;

  memset(&script, 0, sizeof(script));
  sqitchPush(p, &script, pFile);
  while (script.nLevel > 0 && p->rc == SQLITE_OK) {
    int iLevel = script.nLevel - 1;
    MigFile *pNow = script.aLevel[iLevel].pFile;
    i64 i = script.aLevel[iLevel].i;
    if (i >= pNow->n) {
      sqitchPop(p, &script);
    } else if (sqitchShell(pNow, i)) {
      script.aLevel[iLevel].i = migLineEnd(pNow->z, pNow->n, i);
      sqitchCommand(p, pReader, &script, pNow, i);
    } else {
      script.aLevel[iLevel].i =
          sqitchCopy(p, &script, pNow, i, &script.aLevel[iLevel].bOpen);
    }
    if (script.text.n > MIGRATE_MAX_SCRIPT) {
      break; /* which is TOO_BIG below; unreached: takes 256 MiB */
    }
  }
  *pn = script.text.n;
  return migFormatScript(p, pFile, migTextZ(&script.text), script.text.n);
}

/* The script in a file, in the arena: its bytes, unless there are lines of the
** shell. *pn is set to their number; a zero stands behind them. NULL after an
** error: FORMAT for what cannot be read as the shell does, TOO_BIG. */
const char *migSqitchReadScript(MigContext *p, MigSqitchReader *pReader,
                                MigFile *pFile, i64 *pn) {
  const char *z = migFormatBytes(p, pFile);

  if (p->rc == SQLITE_OK && sqitchHasShell(pFile)) {
    return sqitchTranslate(p, pReader, pFile, pn);
  }
  *pn = pFile->n;
  return migFormatScript(p, pFile, z, pFile->n);
}
