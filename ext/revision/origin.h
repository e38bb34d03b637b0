/*
** origin.h - the files that revisions were imported from.
**
** What writes needs a write transaction and a store of this version.
*/
#ifndef MIG_ORIGIN_H
#define MIG_ORIGIN_H

#include "codec.h"

/* What the bytes of a file are. */
typedef enum MigOriginPart {
  MIG_ORIGIN_UP,   /* the up script of its revision */
  MIG_ORIGIN_DOWN, /* the down script */
  MIG_ORIGIN_DATA, /* bytes of its own */
  MIG_ORIGIN_SHARE /* the revision is a part of the file of several */
} MigOriginPart;

/* A kept file, in the arena; of which migOriginBytes() makes the bytes. */
typedef struct MigOrigin {
  const char *zRevision; /* "" when it concerns several */
  const char *zFormat;   /* name of the format of the folder */
  const char *zFile;     /* path below the folder, '/' between its parts */
  MigOriginPart ePart;   /* of several: MIG_ORIGIN_DATA */
  i64 nSize;             /* its bytes, of MIG_ORIGIN_DATA; not yet checked */
  const u8 *aData;       /* as stored */
  i64 nData;             /* its bytes; as many as nSize: not deflated */
} MigOrigin;

typedef struct MigOrigins {
  int n;
  MigOrigin *a; /* by revision, format, file */
} MigOrigins;

void migOriginAdd(MigContext *p, const char *zRevision, const char *zFormat,
                  const char *zFile, MigOriginPart ePart, const char *z, i64 n,
                  const char *zUp, i64 nUp, const char *zDown, i64 nDown);
void migOriginForget(MigContext *p, const char *zRevision);
void migOriginsRead(MigContext *p, int bStore, const char *zRevision,
                    MigOrigins *pOut);
MigBytes migOriginBytes(MigContext *p, const MigOrigin *pOrigin,
                        const char *zUp, i64 nUp, const char *zDown, i64 nDown);

#endif
