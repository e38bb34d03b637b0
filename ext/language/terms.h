/*
** terms.h - lists of columns or expressions: what is found goes to the end of
** MigDdl.aTerm.
*/
#ifndef MIG_TERMS_H
#define MIG_TERMS_H

#include "ddlreader.h"

int migTermsRead(MigDdlReader *pr);
void migTermsList(MigDdlReader *pr, int *piTerm, int *pnTerm, u8 *pbAuto);

#endif
