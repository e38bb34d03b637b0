/*
** terms.h - lists of columns or expressions.
*/
#ifndef MIG_TERMS_H
#define MIG_TERMS_H

#include "ddlreader.h"

int migTermsRead(MigDdlReader *pr);
void migTermsList(MigDdlReader *pr, int *piTerm, int *pnTerm, u8 *pbAuto);

#endif
