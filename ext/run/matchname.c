/*
** matchname.c - the names of files and versions, cut to what can be compared.
**
** A version of another tool may be called as its script is, with folder and
** endings, or as the revision that an import makes of that script: the base
** of app/0001_users.up.sql is 0001_users.up.sql, the stem of that 0001_users,
** and so is the id.
*/
#include <string.h>
#include "name.h"
#include "text.h"
#include "matchname.h"

/* The last part of a path: into z, all of it without a '/'. */
const char *migMatchNameBase(const char *z) {
  const char *zSlash = strrchr(z, '/');

  return zSlash ? zSlash + 1 : z;
}

/* Does the text of n bytes at z end in zEnd, with something before it? */
static int textEnds(const char *z, size_t n, const char *zEnd) {
  size_t nEnd = strlen(zEnd);

  return n > nEnd && memcmp(z + n - nEnd, zEnd, nEnd) == 0;
}

/* A name without the ending of a script or program, nor ".up" before it. Case
** matters. z itself when it has none, else in the arena, where NULL is an
** error. */
const char *migMatchNameStem(MigContext *p, const char *z) {
  static const char *const azEnd[] = {".sql", ".js",  ".cjs", ".mjs", ".ts",
                                      ".cts", ".mts", ".py",  ".php", ".rb",
                                      ".exs", ".go",  0};
  size_t n = strlen(z);
  int i;

  for (i = 0; azEnd[i]; i++) {
    if (textEnds(z, n, azEnd[i])) {
      n -= strlen(azEnd[i]);
      break;
    }
  }
  if (textEnds(z, n, ".up")) {
    n -= strlen(".up");
  }
  return z[n] ? migStrndup(p, z, (i64)n) : z;
}

/* The id that an import makes of a name: what migIdCheck() would refuse
** becomes '_', and an id that is a word of the grammar of targets gets one in
** front. In the arena; NULL after an error. */
const char *migMatchNameId(MigContext *p, const char *zName) {
  char *z = migStrdup(p, zName);
  i64 i;

  for (i = 0; z && z[i]; i++) {
    if ((u8)z[i] <= ' ' || z[i] == 0x7f || strchr("@+:,'\"`", z[i]) ||
        (i == 0 && (z[i] == '-' || z[i] == '{'))) {
      z[i] = '_';
    }
  }
  return z && migIdReserved(z) ? migPrintf(p, "_%s", z) : z;
}
