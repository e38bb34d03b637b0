/*
** filenames.c - what the files of an export are called.
**
**   version  the ids, when all of them are numbers in rising order (with zeros
**            in front where they differ in length); else the time of making as
**            14 digits, a second more where two would be equal or out of
**            order; 0001, 0002 and so on when no time is known. Numbers that
**            imported revisions have are kept, and new ones count on from them
**   slug     the message in lower case, letters and digits with '_' between
**            the words, at most 40 of them
**   stem     by file_template.
**
** Three revisions a1, b2, b3, made at 12:00:00, 12:00:00 and at a time that is
** not known, with the message 'Add users!', are in a format of versions
**
**   20260131120000   add_users
**   20260131120001   add_users
**   20260131120002   add_users
**
** and in ours a1_add_users, b2_add_users, b3_add_users.
**
** Ids and messages come from a file that anyone may have made. In a name
** letters that mean something to a file system become '_', and no name leads
** out of its folder.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "os.h"
#include "template.h"
#include "filenames.h"

#define SLUG_MAX 40     /* bytes of a slug */
#define NAME_MAX_ID 100 /* bytes of an id in a name */
#define DIGITS_MAX 18   /* of a version: all tools hold it in 64 bits */
#define STAMP_LOW 10000000000000LL   /* the smallest number of 14 digits */
#define STAMP_HIGH 100000000000000LL /* and what lies behind the greatest */
#define OWN_TEMPLATE "%(rev)s_%(slug)s"

/* ---- versions ---- */

/* 2026-01-31T12:00:00 as 20260131120000: second counts from 1970, in UTC. 0
** after failure. */
static i64 stampOf(MigContext *p, i64 second) {
  const char *z = migTimeText(p, second * 1000);
  i64 v = 0;
  int i;

  for (i = 0; z && i < 19; i++) {
    if (migIsDigit(z[i])) {
      v = v * 10 + (z[i] - '0');
    }
  }
  return v;
}

/* The number that an id begins with, a letter V before it allowed; -1 when
** there is none, or one of more than DIGITS_MAX digits. *pnDigit is how many
** digits were read, without the V. */
static i64 numberOf(const char *zId, int *pnDigit) {
  i64 v = 0;
  int n = 0;

  zId += zId[0] == 'V' || zId[0] == 'v';
  while (n <= DIGITS_MAX && migIsDigit(zId[n])) {
    v = v * 10 + (zId[n++] - '0');
  }
  *pnDigit = n;
  return n > 0 && n <= DIGITS_MAX ? v : -1;
}

/* Are the ids of all that are not repeatable numbers in rising order? Then
** *pnWidth is the length of the longest, also 0 when there is none. */
static int idsRise(const MigFileNames *pNames, int *pnWidth) {
  i64 last = -1;
  int i;

  *pnWidth = 0;
  for (i = 0; i < pNames->n; i++) {
    const char *zId = pNames->aRevision[i].zId;
    int nDigit;
    i64 v = numberOf(zId, &nDigit);
    if (pNames->aRevision[i].bRepeatable) {
      break;
    }
    if (!migIsDigit(zId[0]) || zId[nDigit] || v <= last) {
      return 0;
    }
    last = v;
    *pnWidth = nDigit > *pnWidth ? nDigit : *pnWidth;
  }
  return 1;
}

/*
** The version after v, of a revision that was made at *pSecond; below 0: at a
** time that is not known. v is 0 in front of the first. *pSecond becomes the
** second that was taken, later than lastSecond, that of the version before.
*/
static i64 versionNext(MigContext *p, i64 v, i64 *pSecond, i64 lastSecond) {
  i64 stamp;

  if (v > 0 && (v < STAMP_LOW || v >= STAMP_HIGH)) {
    return v + 1; /* kept files count in a way of their own */
  }
  if (*pSecond <= lastSecond) {
    *pSecond = lastSecond + 1;
  }
  stamp = stampOf(p, *pSecond);
  return stamp > v ? stamp : v + 1;
}

/* The number that a revision brings along, -1 when it has none: with bIds all
** ids are numbers, else those that came from files count, and where these are
** given back also a number that the id only begins with. *pnDigit is its length
** as it is written. */
static i64 versionOwn(const MigFileNames *pNames, int i, int bIds,
                      int *pnDigit) {
  const MigExported *pRev = &pNames->aRevision[i];
  i64 v = numberOf(pRev->zId, pnDigit);
  int bWhole = migIsDigit(pRev->zId[0]) && pRev->zId[*pnDigit] == 0;

  if (pRev->bRepeatable) {
    return -1;
  }
  return bIds || pRev->bOriginal || (bWhole && pNames->aImported[i]) ? v : -1;
}

/* How many digits v has, which is not negative. */
static int digitsOf(i64 v) {
  int n = 1;

  for (; v >= 10; v /= 10) {
    n++;
  }
  return n;
}

/*
** Give every revision its version; all are of one length, and each is above the
** one before, so that they sort as numbers and as text. A number that is not
** above the last one gives way, but for the first.
*/
static void versionsMake(MigContext *p, MigFileNames *pNames) {
  int nWidth;
  int bIds = idsRise(pNames, &nWidth);
  int n = pNames->n;
  i64 *aVersion = migAlloc(p, ((u64)n + 1) * sizeof(i64));
  int bTime = 0;
  i64 lastSecond = -1;
  i64 v = 0;
  int i;

  for (i = 0; i < n; i++) {
    bTime = bTime || pNames->aSecond[i] >= 0;
  }
  nWidth = bIds ? nWidth : bTime ? 0 : 4;
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    i64 second = pNames->aSecond[i];
    int nDigit;
    i64 number = versionOwn(pNames, i, bIds, &nDigit);
    if (number >= 0) {
      nWidth = nDigit > nWidth ? nDigit : nWidth;
      v = number > v || i == 0 ? number : v + 1;
    } else if (bTime) {
      v = versionNext(p, v, &second, lastSecond);
      lastSecond = second;
    } else {
      v++;
    }
    aVersion[i] = v;
    nWidth = digitsOf(v) > nWidth ? digitsOf(v) : nWidth;
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    pNames->aRevision[i].zVersion = migPrintf(p, "%0*lld", nWidth, aVersion[i]);
  }
}

/* ---- slugs and stems ---- */

/* Does a slug keep this letter? All others part words, those beyond ASCII
** among them. */
static int isWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || migIsDigit(c);
}

/* The message as a part of a name: its words in lower case with '_' between
** them, as many as fit. A first word that is too long is cut. "revision" when
** there is no word. */
static const char *slugMake(MigContext *p, const char *zMessage) {
  MigText text = {0, 0, 0};
  i64 nWhole = 0; /* up to the last word that fits */
  i64 i = 0;
  i64 k;

  while (zMessage[i] && text.n <= SLUG_MAX) {
    i64 iStart = i;
    while (isWord(zMessage[i])) {
      i++;
    }
    if (i > iStart) {
      migTextStr(p, &text, text.n ? "_" : 0);
      migTextAdd(p, &text, zMessage + iStart,
                 i - iStart <= SLUG_MAX ? i - iStart : SLUG_MAX);
    } else {
      i++;
    }
    nWhole = text.n <= SLUG_MAX ? text.n : nWhole;
  }
  for (k = 0; k < nWhole && p->rc == SQLITE_OK; k++) {
    char c = text.z[k];
    text.z[k] = (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
  }
  return nWhole > 0 ? migStrndup(p, migTextZ(&text), nWhole) : "revision";
}

/* Does a name without its folder mean a device to Windows? z has n bytes, of
** which those from the first dot on do not matter there. */
static int nameDevice(const char *z, i64 n) {
  static const char *const azDevice[] = {"con", "prn", "aux",
                                         "nul", "com", "lpt"};
  i64 nStem = 0;
  int i;

  while (nStem < n && z[nStem] != '.') {
    nStem++;
  }
  for (i = 0; i < 6; i++) {
    if (nStem == (i < 4 ? 3 : 4) && migStrNICmp(z, azDevice[i], 3) == 0 &&
        (i < 4 || migIsDigit(z[3]))) {
      return 1;
    }
  }
  return 0;
}

/*
** A copy of zName that no file system takes for something else: letters that
** mean something become '_', and so do a dot at the start of a part and dots
** and blanks at its end. A name of a device gets '_' in front. With bPart '/'
** does as well, and what is longer than NAME_MAX_ID bytes is cut between two
** characters of UTF-8. NULL after failure.
*/
static char *nameSafe(MigContext *p, const char *zName, int bPart) {
  MigText text = {0, 0, 0};
  const char *z = zName;

  while (z && *z && p->rc == SQLITE_OK) {
    i64 n = bPart ? (i64)strlen(z) : (i64)strcspn(z, "/");
    i64 iPart = text.n;
    i64 i;
    migTextStr(p, &text, nameDevice(z, n) ? "_" : 0);
    for (i = 0; i < n; i++) {
      int bBad = (u8)z[i] < ' ' || z[i] == 0x7f ||
                 strchr("/\\:*?\"<>|", z[i]) != 0 ||
                 (z[i] == '.' && (i == 0 || i == n - 1)) ||
                 (z[i] == ' ' && i == n - 1);
      migTextAdd(p, &text, bBad ? "_" : z + i, 1);
    }
    if (bPart && text.n - iPart > NAME_MAX_ID) {
      text.n = iPart + NAME_MAX_ID;
      while (text.n > iPart && ((u8)text.z[text.n] & 0xc0) == 0x80) {
        text.n--;
      }
      text.z[text.n] = 0;
    }
    z += n;
    if (*z == '/') {
      migTextStr(p, &text, "/");
      z++;
    }
  }
  return p->rc ? 0 : migStrdup(p, migTextZ(&text));
}

/* Append what a part of a template gives for a revision made at second, counted
** from 1970. */
static void partAdd(MigContext *p, const MigTemplatePart *pPart,
                    const MigExported *pRev, i64 second, MigText *pText) {
  const char *zTime;
  i64 v = second;
  int i;

  if (pPart->eType == MIG_TEMPLATE_TEXT) {
    migTextAdd(p, pText, pPart->z, pPart->n);
  } else if (pPart->eType == MIG_TEMPLATE_REV) {
    migTextStr(p, pText, nameSafe(p, pRev->zId, 1));
  } else if (pPart->eType == MIG_TEMPLATE_SLUG) {
    migTextStr(p, pText, pRev->zSlug);
  } else {
    if (pPart->eType == MIG_TEMPLATE_TIME) {
      zTime = migTimeText(p, second * 1000);
      for (i = 0, v = 0; zTime && i < pPart->nDigit; i++) {
        v = v * 10 + (zTime[pPart->iFrom + i] - '0');
      }
    }
    migTextF(p, pText, "%0*lld", pPart->nWidth, v);
  }
}

/* The stem that a template gives a revision. USAGE for one that makes no sense
** or leads out of the folder; that is looked at before the letters are made
** safe, so that '..' is an error and not '_'. */
static const char *templateStem(MigContext *p, const char *zTemplate,
                                const MigExported *pRev, i64 second) {
  MigTemplatePart part;
  MigText text = {0, 0, 0};
  const char *z = zTemplate;
  const char *zStem;

  while ((z = migTemplateNext(p, zTemplate, z, &part)) != 0) {
    partAdd(p, &part, pRev, second, &text);
  }
  if (p->rc == SQLITE_OK &&
      (text.n == 0 || !migPathInside(text.z) || strstr(text.z, "//") ||
       text.z[text.n - 1] == '/')) {
    migFail(p, MIG_USAGE,
            "file_template %s gives %s, which is no name below the folder;"
            " leave out / at the start and ..",
            zTemplate, migTextZ(&text));
  }
  zStem = p->rc ? 0 : nameSafe(p, text.z, 0);
  return zStem;
}

/* Is z, which is in the list, in it more than once? The list is sorted
** bytewise. */
static int listTwice(const MigList *pList, const char *z) {
  int iLow = 0;
  int iHigh = pList->n;

  while (iLow < iHigh) {
    int iMiddle = (iLow + iHigh) / 2;
    if (strcmp(pList->az[iMiddle], z) < 0) {
      iLow = iMiddle + 1;
    } else {
      iHigh = iMiddle;
    }
  }
  return iLow + 1 < pList->n && strcmp(pList->az[iLow + 1], z) == 0;
}

/* Names must differ by more than letter case, which some file systems do not
** tell apart: those of the default get the version behind, a template is
** USAGE. Files of the import keep their names and are no error. */
static void stemsDiffer(MigContext *p, MigFileNames *pNames) {
  MigList list = {0, 0};
  int i;

  for (i = 0; i < pNames->n && p->rc == SQLITE_OK; i++) {
    migListAdd(p, &list, migStrLower(p, pNames->aRevision[i].zStem));
  }
  if (p->rc == SQLITE_OK) {
    migListSort(&list);
  }
  for (i = 0; i < pNames->n && p->rc == SQLITE_OK; i++) {
    MigExported *pRev = &pNames->aRevision[i];
    const char *zLower = migStrLower(p, pRev->zStem);
    if (p->rc || !listTwice(&list, zLower)) {
      continue;
    }
    if (pNames->bTemplate && !pRev->bOriginal) {
      migFail(p, MIG_USAGE,
              "file_template %s gives the name %s more than once, letter case"
              " aside; put %%(rev)s in it",
              pNames->zTemplate, pRev->zStem);
    }
    pRev->zStem = migPrintf(p, "%s_%s", pRev->zStem, pRev->zVersion);
  }
}

/*
** Give every revision of pNames what the names of its files are made of: its
** version, its slug and, where the format or a template has one, its stem. All
** texts are in the arena. USAGE for a template that makes no sense, leads out
** of the folder or gives two revisions one name; then some have names already.
*/
void migFileNames(MigContext *p, MigFileNames *pNames) {
  const char *zTemplate = pNames->zTemplate;
  int i;

  versionsMake(p, pNames);
  pNames->bTemplate = zTemplate && zTemplate[0];
  if (!pNames->bTemplate) {
    zTemplate = strcmp(pNames->zFormat, "own") == 0 ? OWN_TEMPLATE : 0;
  }
  for (i = 0; i < pNames->n && p->rc == SQLITE_OK; i++) {
    MigExported *pRev = &pNames->aRevision[i];
    i64 second = pNames->aSecond[i];
    pRev->zSlug = slugMake(p, pRev->zMessage);
    if (zTemplate && p->rc == SQLITE_OK) {
      pRev->zStem = templateStem(p, zTemplate, pRev,
                                 second >= 0 ? second : pNames->msNow / 1000);
    }
  }
  if (zTemplate && p->rc == SQLITE_OK) {
    stemsDiffer(p, pNames);
  }
}
