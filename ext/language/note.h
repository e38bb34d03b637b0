/*
** note.h - comments that say what something was called before.
*/
#ifndef MIG_NOTE_H
#define MIG_NOTE_H

#include "token.h"

int migNoteRead(const char *z, const MigToken *pToken, MigToken *pName);

#endif
