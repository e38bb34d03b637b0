/*
** atlas_archive.c - archives of Atlas: the files of one, as scripts of a step.
**
** An archive, "-- atlas:txtar", is a file in which lines "-- NAME --" begin
** others. Of an archive migration.sql is the up script and down.sql the way
** back. checks.sql and checks/NAME.sql hold SELECTs, each of which must give a
** true value before anything else is run, or with "-- atlas:assert oneof" at
** the file's start one of them; in the up script they become statements that
** fail otherwise. Other files of an archive are noted.
**
** migration.sql and down.sql may have a delimiter of their own.
*/
#include <string.h>
#include "atlas.h"
#include "statement.h"

/* A file of an archive: a span of what holds it. Offsets are bytes of that. */
typedef struct AtlasPart {
  const char *zName;
  i64 iLine;  /* of its marker */
  i64 iStart; /* behind the marker's line end */
  i64 n;      /* up to the next marker */
} AtlasPart;

/* The name on the marker line at i, "-- NAME --", in the arena, or NULL: white
** space around the name and behind the line does not count. This is the format
** of Go's package txtar. */
static const char *partName(MigContext *p, const char *z, i64 n, i64 i) {
  i64 iEnd = migFormatTrim(z, i, migLineEnd(z, n, i));

  if (iEnd - i < 7 || memcmp(z + i, "-- ", 3) ||
      memcmp(z + iEnd - 3, " --", 3)) {
    return 0;
  }
  i += 3;
  iEnd = migFormatTrim(z, i, iEnd - 3);
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  return i < iEnd ? migStrndup(p, z + i, iEnd - i) : 0;
}

/* The files of an archive, *pn of them, in their order and in the arena; NULL
** for none. What stands before the first marker is a comment. The file was
** read. */
static AtlasPart *partsRead(MigContext *p, const MigFile *pFile, int *pn) {
  const char *z = pFile->z;
  AtlasPart *a = 0;
  int n = 0;
  i64 i = migFormatStart(z, pFile->n);

  while (i < pFile->n && p->rc == SQLITE_OK) {
    i64 iNext = migLineEnd(z, pFile->n, i);
    const char *zName = partName(p, z, pFile->n, i);
    if (zName) {
      if ((n & (n - 1)) == 0) { /* 0 or a power of two */
        a = migGrow(p, a, (u64)n * sizeof(*a),
                    (n ? 2 * (u64)n : 1) * sizeof(*a));
      }
      if (p->rc) {
        break;
      }
      a[n].zName = zName;
      a[n].iLine = i;
      a[n].iStart = iNext;
      a[n++].n = 0;
    } else if (n > 0) {
      a[n - 1].n = iNext - a[n - 1].iStart;
    }
    i = iNext;
  }
  *pn = n;
  return a;
}

/* The only one of the n files at a with that name, or NULL. FORMAT for two. */
static const AtlasPart *partFind(MigContext *p, const MigFile *pFile,
                                 const AtlasPart *a, int n, const char *zName) {
  const AtlasPart *pFound = 0;
  int i;

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (strcmp(a[i].zName, zName) == 0) {
      if (pFound) {
        migFormatFail(p, pFile, a[i].iLine, "a second %s in the archive",
                      zName);
      }
      pFound = &a[i];
    }
  }
  return pFound;
}

/* Whether the file of an archive holds checks, by its name. */
static int partIsCheck(const AtlasPart *pPart) {
  return strcmp(pPart->zName, "checks.sql") == 0 ||
         (strncmp(pPart->zName, "checks/", 7) == 0 &&
          migAtlasEndsWith(pPart->zName, ".sql"));
}

/* End a statement over the checks whose tests pTest has joined, and empty that.
** Nothing when there are none. */
static void checkEnd(MigContext *p, MigText *pText, MigText *pTest) {
  if (pTest->n > 0) {
    migTextF(p, pText,
             "\nSELECT CASE WHEN %s THEN 1"
             " ELSE json('the check is false') END;\n",
             migTextZ(pTest));
  }
  pTest->n = 0;
}

/* How many lines end in z[i..iEnd). */
static i64 lineCount(const char *z, i64 i, i64 iEnd) {
  i64 n = 0;

  for (; i < iEnd; i++) {
    n += z[i] == '\n';
  }
  return n;
}

/*
** Append the checks of an archive's file as statements that fail unless they
** hold, each by itself or all in one:
**
**     WITH "checks.sql, line 4"(ok) AS (
**     SELECT NOT EXISTS (SELECT * FROM users)
**     )
**     SELECT CASE WHEN (SELECT ok FROM "checks.sql, line 4") THEN 1
**       ELSE json('the check is false') END;
**
** json() is what fails: it takes no text that is not JSON. The name of the WITH
** tells which check it was. Of several rows of a check the first counts. FORMAT
** for what is no SELECT or VALUES.
*/
static void checksAdd(MigContext *p, const MigFile *pFile,
                      const AtlasPart *pPart, MigText *pText) {
  const char *z = pFile->z + pPart->iStart;
  int bOne = migAtlasHasDirective(z, pPart->n, 0, "assert", "oneof");
  MigText test = {0, 0, 0};
  MigStatement st;
  i64 iLine = lineCount(pFile->z, 0, pPart->iStart) + 1;
  i64 iSeen = 0; /* lines are counted up to there */
  i64 i = 0;

  while (p->rc == SQLITE_OK && migScriptNext(z, pPart->n, &i, &st)) {
    const char *zName;
    if (st.eKind != MIG_ST_SELECT && st.eKind != MIG_ST_VALUES) {
      migFormatFail(p, pFile, pPart->iStart + st.iStart,
                    "a check that is no SELECT");
    }
    iLine += lineCount(z, iSeen, st.iStart);
    iSeen = st.iStart;
    zName = migPrintf(p, "%s, line %lld", pPart->zName, iLine);
    migTextF(p, pText, "%s\"%w\"(ok) AS (\n", test.n ? ", " : "WITH ", zName);
    migTextAdd(p, pText, z + st.iStart, st.nByte - (st.bSemi ? 1 : 0));
    migTextStr(p, pText, "\n)");
    migTextF(p, &test, "%s(SELECT ok FROM \"%w\")", test.n ? " OR " : "",
             zName);
    if (!bOne) {
      checkEnd(p, pText, &test);
    }
  }
  checkEnd(p, pText, &test);
}

/* Take an archive apart into the scripts of a step: checks, then migration.sql,
** are the up script, whatever their order. FORMAT when it has no migration.sql,
** or two; TOO_BIG. */
void migAtlasReadArchive(MigContext *p, MigFolder *pFolder, MigStep *pStep,
                         MigFile *pFile) {
  MigText up = {0, 0, 0};
  MigText down = {0, 0, 0};
  int n = 0;
  AtlasPart *a = partsRead(p, pFile, &n);
  const AtlasPart *pUp = partFind(p, pFile, a, n, "migration.sql");
  const AtlasPart *pDown = partFind(p, pFile, a, n, "down.sql");
  int i;

  if (pUp == 0) {
    migFormatFail(p, pFile, 0, "an archive without -- migration.sql --");
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (partIsCheck(&a[i])) {
      checksAdd(p, pFile, &a[i], &up);
    } else if (&a[i] != pUp && &a[i] != pDown) {
      migFormatNote(p, pFolder, "%s: %s of the archive is left out",
                    pFile->zName, a[i].zName);
    }
  }
  if (p->rc == SQLITE_OK && pUp) {
    migAtlasAddScript(p, pFolder, pFile, pFile->z + pUp->iStart, pUp->n, &up);
    pStep->rev.zUp = migFormatScript(p, pFile, migTextZ(&up), up.n);
    pStep->rev.nUp = up.n;
  }
  if (p->rc == SQLITE_OK && pDown) {
    migAtlasAddScript(p, pFolder, pFile, pFile->z + pDown->iStart, pDown->n,
                      &down);
    pStep->rev.zDown = migFormatScript(p, pFile, migTextZ(&down), down.n);
    pStep->rev.nDown = down.n;
  }
  migFormatNote(p, pFolder, "%s: an archive, taken apart", pFile->zName);
}
