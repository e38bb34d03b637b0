/*
** target.h - what the user calls a revision: the grammar of targets.
**
**   list     := target { ',' target }
**   target   := [branch '@'] ( symbol | [symbol] sign digits )
**   symbol   := 'head' | 'heads' | 'base' | 'current' | name
**   branch   := name
**   name     := revision id | label | abbreviation of either
**   range    := [list] ':' [list] | list
**
** Case matters. Blanks are allowed on either side of a comma of a list and
** nowhere else.
**
** Names. An exact id or label wins over everything: a symbol that is one is
** never taken apart. Otherwise a number finds the all-digit id of the same
** value ("5" finds "00005"), and only then abbreviations are tried: a text
** with which the names of exactly one revision begin, of names longer than
** three bytes. In front of a sign and digits an exact name is tried first, the
** whole text as an abbreviation second (2018-01 means 2018-01-14_users when it
** begins so), an abbreviated name before the sign last.
**
** Branches. branch@ limits what follows to the lineage of the revision that
** the branch names: its ancestors and descendants by parents. A bare label
** means the revision that declares it.
**
** Heads. head is the one revision without a child, heads all of them, those
** included on which another one depends; where one revision is wanted, these
** do not count.
**
** Steps. +N and -N alone count from the current head, by parents; with a
** branch from the current head of its lineage, or from what is applied of it.
** A step that can go two ways, up at a fork or down at a merge, is an error
** unless branch@ leaves one way up. One step below a root is base.
**
** Repeatable revisions stand outside the graph, so one is no target but for
** migTargetStored(): USAGE.
**
** Examples, in a graph where b and c stand on a, and c declares the label web:
**
**   head          MULTIPLE_HEADS: b and c
**   web@head      c
**   c-1, web-1    a
**   a+1           AMBIGUOUS_WALK: b or c
**   web@a+1       c
**   -1            a, when b or c is the only current head
**
** Errors, one situation each: USAGE (not of this form, such as an empty text,
** 'label@' or '+1foo'), UNKNOWN_REVISION, AMBIGUOUS, UNKNOWN_BRANCH,
** NOT_IN_BRANCH, MULTIPLE_HEADS, RELATIVE_RANGE, AMBIGUOUS_WALK, and RANGE for
** ranges.
*/
#ifndef MIG_TARGET_H
#define MIG_TARGET_H

#include "topology.h"

/* What a target is resolved against. All three are of the same graph; copied
** by assignment, a state shares its sets. */
typedef struct MigState {
  const MigGraph *pGraph; /* closed; NULL only after a failure */
  MigSet applied;
  MigSet current; /* migGraphCurrent() of applied */
} MigState;

/* What a target begins at, and where steps count from. */
typedef enum MigAnchor {
  MIG_AT_REVISION, /* iNode */
  MIG_AT_HEAD,     /* the one head, of the branch if there is one */
  MIG_AT_HEADS,    /* all heads of it */
  MIG_AT_BASE,     /* below all roots: no revision */
  MIG_AT_CURRENT   /* the current heads of it */
} MigAnchor;

/* One target, taken apart; names are resolved, steps not yet walked. Texts are
** in the arena. */
typedef struct MigTarget {
  const char *zText;   /* as given */
  const char *zBranch; /* the text before '@', or NULL */
  int iBranch;         /* the revision it names, or -1 */
  MigSet lineage;      /* of iBranch, when there is one */
  MigAnchor eAnchor;   /* where steps count from */
  int iNode;           /* the revision of MIG_AT_REVISION, else -1 */
  int bOutside;        /* iNode is not in the lineage */
  int bStored;         /* iNode may be a repeatable revision */
  int bRelative;       /* a sign and digits follow */
  int bBare;           /* a sign and digits stand alone; eAnchor is current */
  int nStep;           /* with its sign; at most a billion either way */
} MigTarget;

MigState migStateNew(MigContext *p, const MigGraph *g, const MigSet *pApplied);

MigTarget *migTargetParse(MigContext *p, const MigState *pState,
                          const char *zTargets, int *pnTarget);
MigSet migTargetNodes(MigContext *p, const MigState *pState,
                      const MigTarget *pTarget);
void migTargetLimit(const MigTarget *pTarget, MigSet *pSet);
MigSet migTargetResolve(MigContext *p, const MigState *pState,
                        const MigTarget *pTarget, int bClip);

MigSet migTargetSet(MigContext *p, const MigState *pState,
                    const char *zTargets);
int migTargetOne(MigContext *p, const MigState *pState, const char *zTarget);
MigSet migTargetStored(MigContext *p, const MigState *pState,
                       const char *zTargets);
int migTargetStoredOne(MigContext *p, const MigState *pState,
                       const char *zTarget);

#endif
