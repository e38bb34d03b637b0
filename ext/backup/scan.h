/*
** scan.h - the rows of a table of the database, encoded, in key order.
**
** MigPart is also how the rows of a backup come (reader.h). So whatever takes
** rows, to store, compare or write them, takes them from either.
*/
#ifndef MIG_SCAN_H
#define MIG_SCAN_H

#include "rowcode.h"
#include "cut.h"
#include "layout.h"

/* Bytes of a part: with its key in front it fits a chunk. */
#define MIG_PART_MAX (MIG_CHUNK_MAX - MIG_VARINT_MAX)

/* A row, or a part of one: rows of more than MIG_PART_MAX bytes come in parts,
** which follow each other without another row between them. Parts of a row
** share key and hash. Where a row is cut has no meaning. */
typedef struct MigPart {
  i64 iKey;    /* rowid, or number of the row; 0 with MIG_KEY_COLUMNS */
  u32 uHash;   /* of the key (scan.c); 0 where rows come out of a backup */
  int bFirst;  /* the row begins here; a holds all its serials, and the whole
                  row when bLast is set too */
  int bLast;   /* the row ends here */
  const u8 *a; /* bytes as rowcode.h says, valid during the call */
  i64 n;       /* at most MIG_PART_MAX */
} MigPart;

/* Who takes rows. xPart is called for each part in turn, and sets p->rc when it
** fails: then it is not called again. pArg is the caller's. */
typedef struct MigSink {
  void (*xPart)(MigContext *p, void *pArg, const MigPart *pPart);
  void *pArg;
} MigSink;

void migScanTable(MigContext *p, const MigLayout *pLayout, i64 nMax,
                  const MigSink *pSink);

#endif
