/*
** recognize.h - which revisions a database without a record has been through.
*/
#ifndef MIG_RECOGNIZE_H
#define MIG_RECOGNIZE_H

#include "target.h"

const char *migRecognize(MigContext *p, const MigState *pState);

#endif
