/*
** generate.h - the script that turns one schema into another.
**
** It is made by doing it: each part of the script is run in a scratch copy of
** the old schema, and the next part is made from what still differs there.
** When nothing can be made of what still differs, the answer is UNPROVEN.
**
** A script is that of a revision, or with bPortable one for any SQLite: one
** statement after another, each on lines of its own and with its semicolon.
** What it loses is told in comments (loss.c).
*/
#ifndef MIG_GENERATE_H
#define MIG_GENERATE_H

#include "draft.h"

void migGenerate(MigContext *p, MigGenerate *pGenerate);
void migRenamesBack(MigContext *p, const MigComparison *pCompare,
                    MigRenames *pBack);

#endif
