/*
** format_liquibase.c - Liquibase's formatted SQL: changelogs of changesets.
**
**     --liquibase formatted sql
**
**     --changeset bob:1 runInTransaction:false
**     --comment the first table
**     CREATE TABLE users(id INTEGER);
**     --rollback DROP TABLE users;
**
** A changelog is an .sql file whose first line that is not blank says so. All
** changelogs of the folder are read: the top first, then the folders below as
** people count, files by name; within a file changesets stand in their order,
** but repeatable ones run behind all others, other than with the owner.
** Changelogs in XML, YAML and JSON, which may say another order, are noted.
**
** How a changelog is read is in liquibase_changelog.c, what its changesets
** become in liquibase_attribute.c and liquibase_changeset.c.
**
** The id is the changeset's; author and id where several authors have it; the
** file's name before these where several files have both. With bob:1 in a.sql
** and again in sub/b.sql these are a_bob_1 and sub_b_bob_1.
**
** Liquibase itself knows a changeset by author, id and the path of its file,
** each of which it writes into DATABASECHANGELOG; so files should keep their
** names.
*/
#include <string.h>
#include "liquibase.h"

/* Whether the file is a changelog: its first line that is not blank begins with
** --liquibase formatted, in any case of letters, blanks or none between the
** parts. What stands behind that, such as sql, is not looked at. Only .sql
** files are read for it. */
static int liquibaseFits(MigContext *p, MigFile *pFile) {
  const char *z =
      migFormatSuffix(pFile->zBase, ".sql") ? migFormatBytes(p, pFile) : "";
  i64 n = *z ? pFile->n : 0;
  i64 i = migLiquibaseBlanks(z, migFormatStart(z, n), n);
  i64 iEnd = migLineEnd(z, n, i);

  if (iEnd - i < 2 || z[i] != '-' || z[i + 1] != '-') {
    return 0;
  }
  i = migLiquibaseBlanks(z, i + 2, iEnd);
  if (iEnd - i < 9 || migStrNICmp(z + i, "liquibase", 9)) {
    return 0;
  }
  i = migLiquibaseBlanks(z, i + 9, iEnd);
  return iEnd - i >= 9 && migStrNICmp(z + i, "formatted", 9) == 0;
}

/* How many changelogs of formatted SQL there are, in all folders. */
int migLiquibaseProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    nFit += liquibaseFits(p, &pFolder->aFile[i]);
  }
  return nFit;
}

/* Order of all changesets: by folder as people count, then as listed;
** changesets of a file are equal, and the sort, which is stable, keeps their
** order. */
static int liquibaseOrder(const MigStep *pA, const MigStep *pB) {
  const char *zA = pA->pFile->zDir;
  const char *zB = pB->pFile->zDir;
  int c = migNaturalCompare(zA, zB);

  c = c ? c : strcmp(zA, zB);
  return c ? c : strcmp(pA->pFile->zBase, pB->pFile->zBase);
}

/* Order by author and id, then by file. */
static int liquibaseByStem(const MigStep *pA, const MigStep *pB) {
  int c = strcmp(pA->zStem, pB->zStem);

  return c ? c : migStepByName(pA, pB);
}

/* The step's stem with its file's name, without .sql, before it; '/' written as
** '_'. In the arena, NULL after an error. */
static const char *stemOfFile(MigContext *p, const MigStep *pStep) {
  const char *zName = pStep->pFile->zName;
  char *z =
      migPrintf(p, "%.*s_%s", (int)strlen(zName) - 4, zName, pStep->zStem);
  i64 i;

  for (i = 0; z && z[i]; i++) {
    if (z[i] == '/') {
      z[i] = '_';
    }
  }
  return z;
}

/* FORMAT for a changeset that stands twice in a file; those that stand in
** several files get the file's name into their stem. ap[] is sorted by
** stem, then by file. The folder's apStep is still in the order of aByte[]. */
static void stemsApart(MigContext *p, const MigLiquibaseReader *pReader,
                       MigStep **ap, int n) {
  int i = 0;
  int k;

  while (i < n && p->rc == SQLITE_OK) {
    const char *zStem = ap[i]->zStem;
    int nSame = 1;
    while (i + nSame < n && strcmp(ap[i + nSame]->zStem, zStem) == 0) {
      nSame++;
    }
    for (k = i + 1; k < i + nSame; k++) {
      int iStep = 0;
      if (ap[k]->pFile != ap[k - 1]->pFile) {
        continue;
      }
      while (pReader->pFolder->apStep[iStep] != ap[k]) {
        iStep++;
      }
      migFormatFail(p, ap[k]->pFile, pReader->aByte[iStep],
                    "the changeset %s again; give it another id",
                    ap[k]->zVersion);
      return;
    }
    for (k = i; nSame > 1 && k < i + nSame; k++) {
      ap[k]->zStem = stemOfFile(p, ap[k]);
    }
    i += nSame;
  }
}

/* Tell changesets of the same author and id apart, in a sorted copy of the
** steps. FORMAT when a file has them twice. */
static void liquibaseStems(MigContext *p, const MigLiquibaseReader *pReader) {
  int n = pReader->pFolder->nStep;
  MigStep **ap = migAlloc(p, ((u64)n + 1) * sizeof(*ap));

  if (p->rc == SQLITE_OK && n > 0) {
    memcpy(ap, pReader->pFolder->apStep, (size_t)n * sizeof(*ap));
    migStepSort(p, ap, n, liquibaseByStem);
    stemsApart(p, pReader, ap, n);
  }
}

/* Note what holds of the folder as a whole, and which files were left out, in
** as far as their endings may be those of changelogs. */
static void liquibaseNotes(MigContext *p, const MigLiquibaseReader *pReader) {
  static const char *const azEnd[] = {".xml", ".yaml", ".yml", ".json"};
  MigFolder *pFolder = pReader->pFolder;
  int i;
  int k;

  if (pReader->nFilter > 0) {
    migFormatNote(p, pFolder,
                  "%d contexts and labels are not looked at: all changesets "
                  "run",
                  pReader->nFilter);
  }
  if (pReader->nCheck > 0) {
    migFormatNote(p, pFolder, "%d preconditions are not checked",
                  pReader->nCheck);
  }
  if (pReader->nUnset > 0) {
    migFormatNote(p, pFolder,
                  "%d places look like ${property} without a value and stay as "
                  "they are; the option placeholders gives values",
                  pReader->nUnset);
  }
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    for (k = 0; k < 4; k++) {
      if (migFormatSuffix(pFolder->aFile[i].zBase, azEnd[k])) {
        migFormatNote(p, pFolder,
                      "%s: a changelog that is not formatted SQL is not "
                      "imported, nor the order it says",
                      pFolder->aFile[i].zName);
      }
    }
  }
}

/* Read every changelog of formatted SQL, in the order of the folder's files:
** properties go from one to the next in it. FORMAT, with file and line, when
** one of them breaks the owner's rules; TOO_BIG. */
void migLiquibaseLoad(MigContext *p, MigFolder *pFolder) {
  MigLiquibaseReader *pReader = migAlloc(p, sizeof(*pReader));
  int i;

  if (pReader == 0) {
    return;
  }
  pReader->pFolder = pFolder;
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    if (liquibaseFits(p, &pFolder->aFile[i])) {
      migLiquibaseRead(p, pReader, &pFolder->aFile[i]);
    }
  }
  liquibaseStems(p, pReader);
  migStepSort(p, pFolder->apStep, pFolder->nStep, liquibaseOrder);
  liquibaseNotes(p, pReader);
}
