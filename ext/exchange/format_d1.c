/*
** format_d1.c - D1, by wrangler: a file a revision.
**
**     wrangler.toml  (or .json, .jsonc)
**     migrations/0001_init.sql
**
** The path names the project, where wrangler's configuration lies and may
** give another folder as migrations_dir, or the folder of the files itself.
** These then have names like anybody's, so the format has to be given. Every
** ".sql" file of the folder is a migration; where there is none, every
** "<name>/migration.sql" is, as migrations_pattern can say. Order is by the
** number that the name begins with, as people count, names without one last,
** equal ones by name. There is no way back. The configuration is read for
** migrations_dir and not kept: it may hold secrets.
**
** It is not taken apart as TOML or JSON: the word migrations_dir is looked for,
** and behind it, white space and a closing quote aside, a '=' or ':' and a
** quoted text.
**
**     migrations_dir = "./db/"           TOML      db
**     "migrations_dir": "db",            JSON      db
**     # migrations_dir = 'old'           counts as well
**
** Without that word the folder is "migrations". migrations_pattern itself is
** not read; wrangler has it since 4.98.
**
** Of several configurations the first in azConfig is taken, as wrangler does.
*/
#include "format.h"
#include <string.h>

/* The names of a configuration, at the top of the path. The first counts. */
static const char *const azConfig[] = {"wrangler.json", "wrangler.jsonc",
                                       "wrangler.toml"};

/* Where the migrations are. */
typedef struct D1Place {
  MigFile *pConfig; /* wrangler's configuration, or NULL */
  i64 iDir;         /* its byte where it names the folder, 0: it does not */
  const char *zDir; /* the folder below the path, "" for the path itself */
  int bNested;      /* a folder a migration */
} D1Place;

/* The quoted value that follows at z, behind a key, and its *pn bytes; NULL
** when there is none. Borrowed, and not terminated. Escapes are not undone. */
static const char *d1Value(const char *z, i64 *pn) {
  char cQuote;

  z += *z == '"' || *z == '\'';
  z += strspn(z, " \t\r\n");
  if (*z != '=' && *z != ':') {
    return 0;
  }
  z++;
  z += strspn(z, " \t\r\n");
  cQuote = *z;
  if (cQuote != '"' && cQuote != '\'') {
    return 0;
  }
  z++;
  for (*pn = 0; z[*pn] && z[*pn] != cQuote; ++*pn) {
  }
  return z;
}

/* The folder n bytes at z name, below the configuration's: "./" in front and
** '/' at the end go, and "." is "". In the arena. */
static const char *d1Folder(MigContext *p, const char *z, i64 n) {
  while (n > 1 && z[0] == '.' && z[1] == '/') {
    z += 2;
    n -= 2;
  }
  while (n > 0 && z[n - 1] == '/') {
    n--;
  }
  if (n == 1 && z[0] == '.') {
    n = 0;
  }
  return migStrndup(p, z, n);
}

/*
** Read migrations_dir out of the configuration. A comment that gives one
** counts as well: whoever has left it there can name the folder itself.
** FORMAT when there are several that differ. Reads the file, and sets zDir and
** iDir.
*/
static void d1Config(MigContext *p, D1Place *pPlace) {
  static const char zKey[] = "migrations_dir";
  const char *z = migFormatBytes(p, pPlace->pConfig);
  const char *zAt = z;
  const char *zFound = 0;

  while (p->rc == SQLITE_OK && (zAt = strstr(zAt, zKey)) != 0) {
    i64 n = 0;
    i64 iAt = zAt - z;
    const char *zValue = d1Value(zAt + strlen(zKey), &n);
    const char *zDir = zValue ? d1Folder(p, zValue, n) : 0;
    zAt += strlen(zKey);
    if (zFound && zDir && strcmp(zFound, zDir)) {
      migFormatFail(p, pPlace->pConfig, iAt,
                    "a second migrations_dir, %s after %s; give the path of "
                    "the one to import",
                    zDir, zFound);
    } else if (zDir && zFound == 0) {
      zFound = zDir;
      pPlace->iDir = iAt;
    }
  }
  pPlace->zDir = zFound ? zFound : "migrations";
}

/* Whether the file is a migration by its place and the end of its name, whose
** case counts; for a nested one *pzSegment is its folder, else its own name:
** what begins with the number. Borrowed. */
static int d1Fits(const MigFile *pFile, const D1Place *pPlace,
                  const char **pzSegment) {
  size_t n = strlen(pPlace->zDir);
  const char *z = pFile->zDir;

  if (strncmp(z, pPlace->zDir, n) || (n > 0 && z[n] && z[n] != '/')) {
    return 0;
  }
  z += n;
  z += n > 0 && *z == '/';
  *pzSegment = pPlace->bNested ? z : pFile->zBase;
  if (pPlace->bNested) {
    return *z && strchr(z, '/') == 0 &&
           strcmp(pFile->zBase, "migration.sql") == 0;
  }
  n = strlen(pFile->zBase);
  return *z == 0 && n > 4 && strcmp(pFile->zBase + n - 4, ".sql") == 0;
}

/* How many migrations there are at the place. */
static int d1Count(const MigFolder *pFolder, const D1Place *pPlace) {
  const char *zSegment;
  int nFit = 0;
  int i;

  for (i = 0; i < pFolder->nFile; i++) {
    nFit += d1Fits(&pFolder->aFile[i], pPlace, &zSegment);
  }
  return nFit;
}

/* Find the place; how many migrations it has. A configuration decides, else the
** path itself, or "migrations" below it, whichever has files; nested ones are
** looked for where there are none of the other kind. FORMAT of the
** configuration. */
static int d1Place(MigContext *p, MigFolder *pFolder, D1Place *pPlace) {
  int nFit;
  int i;

  memset(pPlace, 0, sizeof(*pPlace));
  pPlace->zDir = "";
  for (i = 0; i < 3 && pPlace->pConfig == 0; i++) {
    pPlace->pConfig = migFormatFile(pFolder, azConfig[i]);
  }
  if (pPlace->pConfig) {
    d1Config(p, pPlace);
  } else if (d1Count(pFolder, pPlace) == 0) {
    pPlace->zDir = "migrations";
    if (d1Count(pFolder, pPlace) == 0) {
      pPlace->zDir = "";
    }
  }
  nFit = p->rc ? 0 : d1Count(pFolder, pPlace);
  if (nFit == 0 && p->rc == SQLITE_OK) {
    pPlace->bNested = 1;
    nFit = d1Count(pFolder, pPlace);
  }
  return nFit;
}

/* How many migrations lie where a configuration of wrangler's says. 0 without
** one: then nothing tells these files from others. May read the configuration.
*/
int migD1Probe(MigContext *p, MigFolder *pFolder) {
  D1Place place;
  int i;

  for (i = 0; i < 3; i++) {
    if (migFormatFile(pFolder, azConfig[i])) {
      return d1Place(p, pFolder, &place);
    }
  }
  return 0;
}

/* Numbers first, as people count; equal ones, and those without, by name. The
** stem of a nested one is its folder. */
static int d1Order(const MigStep *pA, const MigStep *pB) {
  int c = (pA->zVersion == 0) - (pB->zVersion == 0);

  if (c == 0 && pA->zVersion) {
    c = migNaturalCompare(pA->zVersion, pB->zVersion);
  }
  if (c == 0) { /* all names are one when a migration is a folder */
    c = strcmp(pA->pFile->zBase, pB->pFile->zBase);
  }
  return c ? c : strcmp(pA->zStem, pB->zStem);
}

/* Make a step from a file; zSegment is what d1Fits() gave. */
static void d1Read(MigContext *p, MigFolder *pFolder, MigFile *pFile,
                   const D1Place *pPlace, const char *zSegment) {
  i64 nVersion = migFormatDigits(zSegment);
  MigStep *pStep = migFormatStep(p, pFolder, pFile);

  if (pStep && p->rc == SQLITE_OK) {
    if (pPlace->bNested) {
      pStep->zStem = zSegment;
    }
    pStep->zVersion = nVersion > 0 ? migStrndup(p, zSegment, nVersion) : 0;
    pStep->rev.zMessage = migFormatMessage(
        p, zSegment + nVersion, (i64)strlen(pStep->zStem) - nVersion);
    migFormatUp(p, pStep, pFile);
  }
}

/* Read every migration. FORMAT when the configuration names a folder that holds
** none, or several folders. Other .sql files stay unused. The steps are left in
** the owner's order. */
void migD1Load(MigContext *p, MigFolder *pFolder) {
  D1Place place;
  int nFit = d1Place(p, pFolder, &place);
  int i;

  if (nFit == 0 && place.pConfig) {
    migFormatFail(p, place.pConfig, place.iDir,
                  "no migration lies in %s below this folder; give the path "
                  "of the migrations",
                  place.zDir[0] ? place.zDir : ".");
  }
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    const char *zSegment;
    if (d1Fits(&pFolder->aFile[i], &place, &zSegment)) {
      d1Read(p, pFolder, &pFolder->aFile[i], &place, zSegment);
    }
  }
  migStepSort(p, pFolder->apStep, pFolder->nStep, d1Order);
}

/* Write a file a revision, into the folder of the migrations; no configuration.
** One without an up script is empty. */
void migD1Write(MigContext *p, MigOutput *pOut) {
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    migOutputAdd(p, pOut, migPrintf(p, "%s.sql", migOutputStem(p, pRev)),
                 pRev->zUp ? pRev->zUp : "", pRev->nUp);
  }
}
