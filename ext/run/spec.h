/*
** spec.h - what a new revision is to be.
*/
#ifndef MIG_SPEC_H
#define MIG_SPEC_H

#include "text.h"

/* What migrate_revision() and migrate_merge() are told. */
typedef struct MigRevisionSpec {
  const char *zAction; /* for the history */
  const char *zMessage;
  const char *zUp; /* scripts, or NULL */
  i64 nUp;
  const char *zDown;
  i64 nDown;
  const char *zId; /* NULL: made by hash */
  int bParent;     /* parents are given */
  MigList parents; /* targets; base for a new root */
  int bMerge;      /* at least two parents are wanted */
  int bSplice;     /* parents need not be heads */
  int bExact;      /* parents are ids that may be built on (leaf.c) */
  MigList depends; /* targets or labels */
  MigList labels;
  const char *zCreatedAt; /* NULL: time of the call */
} MigRevisionSpec;

#endif
