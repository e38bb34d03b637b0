/*
** liquibase_write.c - revisions written as changelogs of formatted SQL.
**
** Author is "migrate", the id is the revision's. Liquibase ends statements at
** each ';' that is in no string and no comment, so a script with a trigger,
** which holds such, gets a delimiter that does not occur in it; what cannot
** have one is noted. Down scripts are lines "--rollback SQL", one that does
** nothing is "empty".
**
** Parents, dependencies and labels have no place in the format: the order of
** the changesets is what is left of them.
**
**     --liquibase formatted sql
**
**     --changeset migrate:4f1a endDelimiter://
**     --comment the log
**     CREATE TRIGGER t AFTER INSERT ON a BEGIN
**       INSERT INTO log VALUES (new.x);
**     END//
**     --rollback DROP TRIGGER t;
*/
#include <string.h>
#include "format.h"
#include "statement.h"

/*
** Whether Liquibase would cut a statement of n bytes of SQL apart: a trigger,
** in which there is a ';' besides the one at its end. *pbApart is set when each
** statement has its ';', so that another delimiter can be written for it, and
** when there is no statement.
*/
static int cutsApart(const char *z, i64 n, int *pbApart) {
  MigStatement st;
  int bCut = 0;
  i64 i = 0;

  *pbApart = 1;
  while (migScriptNext(z, n, &i, &st)) {
    i64 k = st.iStart;
    MigToken token;
    while (!bCut && (k = migTokenSignificant(z, i, k, &token)) < i) {
      bCut = token.eType == MIG_TK_SEMI;
    }
    *pbApart &= st.bSemi;
  }
  return bCut;
}

/* A delimiter, a constant, that does not occur anywhere in the script, or NULL
** when all of ours do. To Liquibase it is a regular expression: none of them
** has a character that means something there. */
static const char *delimiterFree(const char *z) {
  static const char *const az[] = {"//", "@@", "%%", "~~"};
  int i;

  for (i = 0; i < 4; i++) {
    if (strstr(z, az[i]) == 0) {
      return az[i];
    }
  }
  return 0;
}

/* Append n bytes of SQL with zDelimiter for the ';' of each statement, which
** all have one, or as they are when that is NULL. */
static void scriptWrite(MigContext *p, MigText *pText, const char *z, i64 n,
                        const char *zDelimiter) {
  MigStatement st;
  i64 iDone = 0;
  i64 i = 0;

  while (zDelimiter && migScriptNext(z, n, &i, &st)) {
    migTextAdd(p, pText, z + iDone, i - 1 - iDone);
    migTextStr(p, pText, zDelimiter);
    iDone = i;
  }
  migTextAdd(p, pText, z + iDone, n - iDone);
}

/* The delimiter that one script of the revision zId needs, or NULL; noted when
** it needs one and cannot have it. z may be NULL. */
static const char *delimiterChoose(MigContext *p, MigOutput *pOut,
                                   const char *zId, const char *z, i64 n) {
  const char *zDelimiter = 0;
  int bApart;

  if (z == 0 || !cutsApart(z, n, &bApart)) {
    return 0;
  }
  if (bApart) {
    zDelimiter = delimiterFree(z);
  }
  if (zDelimiter == 0) {
    migOutputNote(p, pOut,
                  "%s: Liquibase will cut a statement at a ';' within it; end "
                  "each with a ';', and leave one of // @@ %%%% ~~ unused",
                  zId);
  }
  return zDelimiter;
}

/* Append the lines of n bytes, each with zBefore in front. The last one gets
** its line end. */
static void linesWrite(MigContext *p, MigText *pText, const char *z, i64 n,
                       const char *zBefore) {
  i64 i;
  i64 iEnd;

  for (i = 0; i < n; i = iEnd) {
    iEnd = migLineEnd(z, n, i);
    migTextStr(p, pText, zBefore);
    migTextAdd(p, pText, z + i, iEnd - i);
  }
  if (n > 0 && z[n - 1] != '\n') {
    migTextAdd(p, pText, "\n", 1);
  }
}

/* Append the head of a changeset: its line, with the delimiters of its scripts,
** NULL for ';', and its comment, of which line ends become blanks. An empty
** message makes no comment; it is read back as the id. */
static void headWrite(MigContext *p, MigText *pText, const MigExported *pRev,
                      const char *zUp, const char *zDown) {
  char *zMessage = migStrdup(p, pRev->zMessage);
  i64 i;

  migTextF(p, pText, "\n--changeset migrate:%s", pRev->zId);
  migTextStr(p, pText, pRev->bRepeatable ? " runOnChange:true" : 0);
  migTextStr(p, pText, pRev->bNoTransaction ? " runInTransaction:false" : 0);
  if (zUp) {
    migTextF(p, pText, " endDelimiter:%s", zUp);
  }
  if (zDown) {
    migTextF(p, pText, " rollbackEndDelimiter:%s", zDown);
  }
  migTextAdd(p, pText, "\n", 1);
  for (i = 0; zMessage && zMessage[i]; i++) {
    if (zMessage[i] == '\n' || zMessage[i] == '\r') {
      zMessage[i] = ' ';
    }
  }
  if (zMessage && migFormatTrim(zMessage, 0, i) > 0) {
    migTextF(p, pText, "--comment %s\n", zMessage);
  }
}

/* Append the changeset of a revision. Where the up script is missing or nothing
** but white space it is a line of two dashes, for the owner takes no empty one.
** A down script that is nothing but white space is "empty", one that is missing
** has no line. */
static void changesetWrite(MigContext *p, MigOutput *pOut, MigText *pText,
                           const MigExported *pRev) {
  const char *zUp = delimiterChoose(p, pOut, pRev->zId, pRev->zUp, pRev->nUp);
  const char *zDown =
      delimiterChoose(p, pOut, pRev->zId, pRev->zDown, pRev->nDown);

  headWrite(p, pText, pRev, zUp, zDown);
  if (pRev->zUp && migFormatTrim(pRev->zUp, 0, pRev->nUp) > 0) {
    scriptWrite(p, pText, pRev->zUp, pRev->nUp, zUp);
  } else {
    migTextStr(p, pText, "--");
  }
  if (pText->n > 0 && p->rc == SQLITE_OK && pText->z[pText->n - 1] != '\n') {
    migTextAdd(p, pText, "\n", 1);
  }
  if (pRev->zDown && migFormatTrim(pRev->zDown, 0, pRev->nDown) > 0) {
    MigText down = {0, 0, 0};
    scriptWrite(p, &down, pRev->zDown, pRev->nDown, zDown);
    linesWrite(p, pText, migTextZ(&down), down.n, "--rollback ");
  } else if (pRev->zDown) {
    migTextStr(p, pText, "--rollback empty\n");
  }
}

/* The changelog that a revision goes into, without ".sql". */
static const char *changelogStem(const MigExported *pRev) {
  return pRev->zStem ? pRev->zStem : "changelog";
}

/* One changelog.sql, or by file_template several: revisions that follow each
** other and have the same stem are in one. When a stem comes again later, two
** files have one name, which the export refuses. */
void migLiquibaseWrite(MigContext *p, MigOutput *pOut) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *zStem = changelogStem(pRev);
    if (text.n == 0) {
      migTextStr(p, &text, "--liquibase formatted sql\n");
    }
    changesetWrite(p, pOut, &text, pRev);
    if (i + 1 == pOut->nRevision || strcmp(zStem, changelogStem(pRev + 1))) {
      migOutputText(p, pOut, migPrintf(p, "%s.sql", zStem), &text);
      memset(&text, 0, sizeof(text));
    }
  }
}
