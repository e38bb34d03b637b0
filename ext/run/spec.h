/*
** spec.h - what a new revision is to be.
*/
#ifndef MIG_SPEC_H
#define MIG_SPEC_H

#include "text.h"

/*
** What migrate_revision() and migrate_merge() are told, or whoever makes a
** revision by itself says. Zero-initialize; zAction and zMessage are not NULL.
** All is borrowed until the change has ended: what it points to is in the
** arena or with the caller.
**
** Without bParent the parent is the one head; with it the parents are those of
** the list, of which "base" alone means none at all.
*/
typedef struct MigRevisionSpec {
  const char *zAction; /* for the history */
  const char *zMessage;
  const char *zUp; /* up script, or NULL for none */
  i64 nUp;         /* its bytes */
  const char *zDown;
  i64 nDown;
  const char *zId;        /* NULL: made by hash (author.c) */
  int bParent;            /* parents are given */
  MigList parents;        /* targets; base for a new root */
  int bMerge;             /* at least two parents are wanted */
  int bSplice;            /* parents need not be heads */
  int bExact;             /* parents are ids that may be built on (leaf.c) */
  MigList depends;        /* targets or labels */
  MigList labels;         /* none of them taken yet */
  const char *zCreatedAt; /* ISO-8601 in UTC; NULL: time of the call */
} MigRevisionSpec;

#endif
