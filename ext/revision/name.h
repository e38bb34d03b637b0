/*
** name.h - which names revisions and labels may have.
**
** Revision ids and labels share one name space. migIdCheck() refuses
** what no target could spell: an empty name, more than MIGRATE_MAX_ID bytes,
** the characters @ + : , quotes, white space and control characters, '-' or
** '{' at the start, and the words head, heads, base, current in any case,
** alone or with '-' and digits behind. Everything else is allowed, so ids
** taken from file names and dates (2018-01-14, V0002.WebAuthn) pass.
**
** A target x-2 means two below x, unless x-2 is itself a name: an exact name
** always wins. Where both readings exist one of them cannot be typed, so a
** name given by hand is also held against the graph with migGraphIdClash():
** refused are x-2 when x exists and x when x-2 exists. A label is chosen
** freely and typed in front of steps, so migLabelCheck() refuses every one
** that ends in '-' and digits. Importers, which cannot choose, call
** migIdCheck() alone.
*/
#ifndef MIG_NAME_H
#define MIG_NAME_H

#include "graph.h"

int migIdReserved(const char *z);
int migNameSteps(const char *z);
void migIdCheck(MigContext *p, const char *zId, const char *zWhat);
void migLabelCheck(MigContext *p, const char *zLabel);
void migGraphIdClash(MigContext *p, const MigGraph *g, const char *zName);

#endif
