/*
** note.h - comments that say what something was called before. The one way by
** which a CREATE TABLE tells a column that has a new name from another one.
*/
#ifndef MIG_NOTE_H
#define MIG_NOTE_H

#include "token.h"

int migNoteRead(const char *z, const MigToken *pToken, MigToken *pName);

#endif
