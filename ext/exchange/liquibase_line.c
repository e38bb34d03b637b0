/*
** liquibase_line.c - lines of a changelog, and the words of them.
**
** Liquibase looks at formatted SQL line by line, with regular expressions, and
** knows neither strings nor comments: a line that begins with two dashes and
** one of its words is its own wherever it stands. With one dash it is an
** error there; what has three or more is the script's. Words are letters of
** ASCII in any case.
**
** Offsets are bytes of the changelog. Nothing here fails.
*/
#include <string.h>
#include "liquibase.h"

/* Where z[i..iEnd) goes on behind white space, line ends included; iEnd when
** there is nothing else. */
i64 migLiquibaseBlanks(const char *z, i64 i, i64 iEnd) {
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  return i;
}

/* The end of what stands at i: white space or iEnd. */
i64 migLiquibaseWordEnd(const char *z, i64 i, i64 iEnd) {
  while (i < iEnd && !migIsSpace(z[i])) {
    i++;
  }
  return i;
}

/* Whether c is a letter of ASCII: setting bit 0x20 makes a capital small, and
** no other byte a letter. */
int migLiquibaseIsLetter(char c) {
  char cLow = (char)(c | 0x20);

  return cLow >= 'a' && cLow <= 'z';
}

/* Take the line from i to iEnd, its line end included, apart. One with three
** dashes, or with a word that does not begin with a letter, is another line,
** and its iWord means nothing. */
MigLiquibaseLine migLiquibaseReadLine(const char *z, i64 i, i64 iEnd) {
  MigLiquibaseLine line = {0, 0, 0, 0, 0};
  i64 iDash = migLiquibaseBlanks(z, i, iEnd);

  line.iEnd = migFormatTrim(z, i, iEnd);
  line.bIndent = iDash > i;
  while (iDash < line.iEnd && z[iDash] == '-' && line.nDash < 3) {
    line.nDash++;
    iDash++;
  }
  line.iWord = migLiquibaseBlanks(z, iDash, line.iEnd);
  while (line.iWord + line.nWord < line.iEnd &&
         migLiquibaseIsLetter(z[line.iWord + line.nWord])) {
    line.nWord++;
  }
  if (line.nDash == 3 || line.nWord == 0) {
    line.nDash = 0;
  }
  return line;
}

/* Whether n bytes are that word, letter case aside. */
int migLiquibaseWordIs(const char *z, i64 n, const char *zWord) {
  return n == (i64)strlen(zWord) && migStrNICmp(z, zWord, n) == 0;
}

/* Whether the line begins with that word and not with a longer one: a ':' or a
** '-' ends a word. Only for a line whose nDash is above 0. */
int migLiquibaseLineIs(const char *z, const MigLiquibaseLine *pLine,
                       const char *zWord) {
  return migLiquibaseWordIs(z + pLine->iWord, pLine->nWord, zWord);
}
