/*
** matchhash.h - the checksums that other tools keep of their scripts.
*/
#ifndef MIG_MATCHHASH_H
#define MIG_MATCHHASH_H

#include "codec.h"
#include "revisions.h"
#include "versions.h"

MigBytes migMatchHashBytes(MigContext *p, MigPackCache *pCache,
                           MigRevision *pRev);
#define MIG_MATCH_ENDS 3 /* ends of lines that a hash is tried with */
const char *migMatchHashSha256(MigContext *p, const MigBytes *pBytes,
                               int iEnds);
int migMatchHash(MigContext *p, MigPackCache *pCache, MigRevision *pRev,
                 MigVersionHash eHash, const char *zHash);

#endif
