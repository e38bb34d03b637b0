/*
** liquibase_property.c - properties of changelogs, and what they are put into.
**
**     --property name:X value:Y dbms:Z
**
** ${X} is Y in the scripts of all changesets that end behind the line, in this
** changelog and in those that are read after it. The first value of a name
** counts, a placeholder of the caller's before all; a property for other
** databases is none. In a value earlier properties are replaced when it is
** read, and what has been put in is not looked at again.
**
**     --property name:type value:INTEGER
**     --property name:key value:${type}
**     --property name:type value:TEXT             (comes too late)
**     --changeset bob:1
**     CREATE TABLE t(a ${key} PRIMARY KEY);       INTEGER PRIMARY KEY
**
** A name and a value end at a blank. A list of databases, here as in the
** attribute dbms, is "sqlite, h2", "!h2", "all" or "none": without a name that
** has no '!' it means all but those.
**
** ${X} that is neither a property nor a placeholder stays and is counted;
** ${:X} is ${X}.
*/
#include <string.h>
#include "liquibase.h"

/* The value of the property named by n bytes at z, bytewise: the caller's, else
** the first one that a changelog set. NULL when there is none. Where values are
** only counted (pnAsked of the folder) every other name has the value "", that
** of a property too: the import may have been given another one, which nobody
** knows any more. */
static const char *propertyFind(const MigLiquibaseReader *pReader,
                                const char *z, i64 n) {
  const char *zValue = migFormatPlaceholder(pReader->pFolder, z, n);
  int i;

  for (i = 0; i < pReader->nProperty && zValue == 0; i++) {
    if ((i64)strlen(pReader->azName[i]) == n &&
        memcmp(pReader->azName[i], z, (size_t)n) == 0) {
      zValue = pReader->azValue[i];
    }
  }
  return zValue;
}

/*
** The *pn bytes at z, a zero behind them, with their ${X} replaced, in the
** arena; z itself when there are none, and after an error. *pn is then the
** number of bytes of the result. A name ends at '}', and a '{', '$' or blank in
** it makes it none. What has been put in is not searched again, so values
** cannot grow without end.
*/
const char *migLiquibaseExpand(MigContext *p, MigLiquibaseReader *pReader,
                               const char *z, i64 *pn) {
  i64 n = *pn;
  MigText text = {0, 0, 0};
  i64 iDone = 0;
  const char *zOpen = strstr(z, "${");

  while (zOpen && zOpen < z + n) {
    const char *zName = zOpen + 2;
    i64 nName = (i64)strcspn(zName, "}{$ \t\r\n");
    const char *zValue = 0;
    if (zName[0] == ':') {
      migTextAdd(p, &text, z + iDone, zName - z - iDone);
      iDone = zName + 1 - z;
    } else if (zName[nName] == '}') {
      zValue = propertyFind(pReader, zName, nName);
      pReader->nUnset += zValue == 0;
    }
    if (zValue) {
      migTextAdd(p, &text, z + iDone, zOpen - z - iDone);
      migTextStr(p, &text, zValue);
      iDone = zName + nName + 1 - z;
    }
    zOpen = strstr(zName, "${");
  }
  if (iDone == 0 || p->rc) {
    return z;
  }
  migTextAdd(p, &text, z + iDone, n - iDone);
  *pn = text.n;
  return migTextZ(&text);
}

/* Whether a list of databases, n bytes at z with commas, includes SQLite; an
** empty one does. "!sqlite" and "none" beat whatever else is in it. Names are
** in any case of letters. */
int migLiquibaseDbmsFits(const char *z, i64 n) {
  int bAny = 0; /* a name without '!' */
  int bFound = 0;
  i64 i = 0;

  while (i < n) {
    const char *zComma = memchr(z + i, ',', (size_t)(n - i));
    i64 iNext = zComma ? zComma - z : n;
    i64 iName = migLiquibaseBlanks(z, i, iNext);
    i64 nName = migFormatTrim(z, iName, iNext) - iName;
    if (migLiquibaseWordIs(z + iName, nName, "!sqlite") ||
        migLiquibaseWordIs(z + iName, nName, "none")) {
      return 0;
    }
    bFound |= migLiquibaseWordIs(z + iName, nName, "sqlite") ||
              migLiquibaseWordIs(z + iName, nName, "all");
    bAny |= nName > 0 && z[iName] != '!';
    i = iNext + 1;
  }
  return bFound || !bAny;
}

/* The value of "zKey:" in z[i..iEnd), a span of z, up to the next blank; blanks
** may stand before it. *pn is its bytes, -1 when the key is not there: "" is
** returned then. The first one counts. */
static const char *propertyPart(const char *z, i64 i, i64 iEnd,
                                const char *zKey, i64 *pn) {
  i64 nKey = (i64)strlen(zKey);

  *pn = -1;
  while (i < iEnd) {
    i = migLiquibaseBlanks(z, i, iEnd);
    if (iEnd - i > nKey && migStrNICmp(z + i, zKey, nKey) == 0 &&
        z[i + nKey] == ':') {
      i = migLiquibaseBlanks(z, i + nKey + 1, iEnd);
      *pn = migLiquibaseWordEnd(z, i, iEnd) - i;
      return z + i;
    }
    i = migLiquibaseWordEnd(z, i, iEnd);
  }
  return "";
}

/* Take a line of a property, which begins at i. The first value of a name
** counts. FORMAT for a line without name or value, or with one dash, or one
** property too many. An empty value is one. */
void migLiquibaseProperty(MigContext *p, MigLiquibaseReader *pReader, i64 i,
                          const MigLiquibaseLine *pLine) {
  const char *z = pReader->pFile->z;
  i64 iArg = pLine->iWord + pLine->nWord;
  i64 nName;
  i64 nValue;
  i64 nDbms;
  const char *zName = propertyPart(z, iArg, pLine->iEnd, "name", &nName);
  const char *zValue = propertyPart(z, iArg, pLine->iEnd, "value", &nValue);
  const char *zDbms = propertyPart(z, iArg, pLine->iEnd, "dbms", &nDbms);

  if (pLine->nDash != 2 || nName <= 0 || nValue < 0) {
    migFormatFail(p, pReader->pFile, i,
                  "a property is --property name:NAME value:VALUE");
  } else if (pReader->nProperty == MIG_LIQUIBASE_PROPERTIES) {
    migFormatFail(p, pReader->pFile, i, "more than %d properties",
                  MIG_LIQUIBASE_PROPERTIES);
  } else if ((nDbms < 0 || migLiquibaseDbmsFits(zDbms, nDbms)) &&
             propertyFind(pReader, zName, nName) == 0) {
    const char *zCopy = migStrndup(p, zValue, nValue);
    if (zCopy) {
      zCopy = migLiquibaseExpand(p, pReader, zCopy, &nValue);
      pReader->azName[pReader->nProperty] = migStrndup(p, zName, nName);
      pReader->azValue[pReader->nProperty++] = zCopy;
    }
  }
}
