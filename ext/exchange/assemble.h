/*
** assemble.h - steps put in order, with ids, flags and notes.
**
** First migAssemble(), then migAssembleResult(), on a folder that a loader has
** made steps of.
*/
#ifndef MIG_ASSEMBLE_H
#define MIG_ASSEMBLE_H

#include "format.h"

void migAssemble(MigContext *p, MigFolder *pFolder, const char *zFormat,
                 MigStepOrder xOrder, int bLinear);
void migAssembleResult(MigContext *p, MigFolder *pFolder, const char *zFormat,
                       MigImport *pOut);

#endif
