/*
** name.c - which names revisions and labels may have; name.h gives the rules.
*/
#include <string.h>
#include "migrate.h"
#include "text.h"
#include "name.h"

/* The words that targets are made of. A name that reads like one in another
** case is refused as well, so that no one takes HEAD for head. */
static const char *const azReserved[] = {"head", "heads", "base", "current"};

/* True for the words that a target gives a meaning of their own, in any case
** (head, HEAD). z is not NULL; only ASCII letters have a case here. */
int migIdReserved(const char *z) {
  int i;

  for (i = 0; i < (int)(sizeof(azReserved) / sizeof(azReserved[0])); i++) {
    if (migStrICmp(z, azReserved[i]) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Bytes of z in front of a final '-' and digits: of "rel-12" 3. -1 when it does
** not end so or nothing stands in front: "-1" alone counts from the current
** head, and is no name with steps. */
int migNameSteps(const char *z) {
  int n = (int)strlen(z);
  int i = n;

  while (i > 0 && migIsDigit(z[i - 1])) {
    i--;
  }
  return i < n && i > 1 && z[i - 1] == '-' ? i - 1 : -1;
}

/* The first byte of z that no name may hold, or NULL. Bytes from 0x80 on are
** letters of other languages and pass. */
static const char *idBadByte(const char *z) {
  for (; *z; z++) {
    if ((u8)*z <= ' ' || *z == 0x7f || strchr("@+:,'\"`", *z)) {
      return z;
    }
  }
  return 0;
}

/*
** Check that a target can spell the name of a new revision or label; zWhat
** says which, for the message. The rules stand at the top of name.h. BAD_ID
** when not, also for NULL and "". Whether the name is still free is not looked
** at: migGraphAdd() and migGraphLabel() see to that.
*/
void migIdCheck(MigContext *p, const char *zId, const char *zWhat) {
  int n;

  if (p->rc) {
    return;
  }
  if (zId == 0 || *zId == 0) {
    migFail(p, MIG_BAD_ID, "an empty %s; use letters, digits . _ -", zWhat);
  } else if (strlen(zId) > MIGRATE_MAX_ID) {
    migFail(p, MIG_BAD_ID, "the %s %.40s... has more than %d bytes; shorten it",
            zWhat, zId, MIGRATE_MAX_ID);
  } else if (idBadByte(zId)) {
    migFail(p, MIG_BAD_ID,
            "the %s %s may not hold white space, quotes, control characters"
            " or any of @ + : , ; use letters, digits . _ -",
            zWhat, zId);
  } else if (*zId == '-' || *zId == '{') {
    migFail(p, MIG_BAD_ID, "the %s %s may not begin with %c; prefix a letter",
            zWhat, zId, *zId);
  } else {
    n = migNameSteps(zId);
    if (migIdReserved(n > 0 ? migStrndup(p, zId, n) : zId)) {
      migFail(p, MIG_BAD_ID, "the %s %s is a word of targets; choose another",
              zWhat, zId);
    }
  }
}

/* migIdCheck() for a label, which moreover may not end in '-' and digits.
** BAD_ID; the message proposes the same label with '_' in that place. */
void migLabelCheck(MigContext *p, const char *zLabel) {
  int n;

  migIdCheck(p, zLabel, "label");
  if (p->rc) {
    return;
  }
  n = migNameSteps(zLabel);
  if (n > 0) {
    migFail(p, MIG_BAD_ID,
            "the label %s would read as %s steps below %.*s; choose another,"
            " such as %.*s_%s",
            zLabel, zLabel + n + 1, n, zLabel, n, zLabel, zLabel + n + 1);
  }
}

/*
** Check that a new name, given by hand, leaves x-N readable: neither is it
** x-N with x a name of the graph, nor x with such an x-N in the graph.
** BAD_ID when it does not. Every name of the graph is looked at, so it is for
** single names, not for a folder.
*/
void migGraphIdClash(MigContext *p, const MigGraph *g, const char *zName) {
  int n;
  int i;
  char *z;

  if (p->rc) {
    return;
  }
  n = migNameSteps(zName);
  z = n > 0 ? migStrndup(p, zName, n) : 0;
  if (z && migGraphFindName(g, z) >= 0) {
    migFail(p, MIG_BAD_ID, "%s would read as %s steps below %s; choose another",
            zName, zName + n + 1, z);
  }
  n = (int)strlen(zName);
  for (i = 0; i < g->nName; i++) {
    const char *zOther = migGraphName(g, i);
    if (migNameSteps(zOther) == n && strncmp(zOther, zName, (size_t)n) == 0) {
      migFail(p, MIG_BAD_ID,
              "beside %s, %s steps below %s could not be named; choose another",
              zOther, zOther + n + 1, zName);
    }
  }
}
