/*
** reader.h - the rows of a table out of a backup.
**
** The list of a table falls into units. A unit is one chunk with whole rows,
** or the chunks of one long row. Two units with the same chunks hold the same
** rows, so they need not be looked at.
**
** All rows of a table are read by
**
**   migReaderOpen(p, &reader, pChunks, pEntry);
**   while (migReaderUnit(p, &reader)) {
**     while (migReaderPart(p, &reader, &part)) {
**       ... part ...
**     }
**   }
**   migReaderCheck(p, &reader);
**   migReaderClose(&reader);
**
** and a unit that is of no interest is passed over by asking for the next one.
*/
#ifndef MIG_READER_H
#define MIG_READER_H

#include "list.h"
#include "manifest.h"
#include "scan.h"

/* A table being read. Open with migReaderOpen(). */
typedef struct MigReader {
  MigListReader list;          /* the list of its chunks, and their store */
  const MigTableEntry *pTable; /* of the caller */
  int nUnit;                   /* chunks of this unit, 0: no unit is open */
  int nUnitAlloc;              /* room at aiUnit */
  i64 *aiUnit;                 /* their numbers, to be freed */
  int nRead;                   /* chunks of this unit read so far */
  u8 *a;                       /* bytes of the chunk read last, to be freed */
  i64 n;          /* so many, at most MIG_CHUNK_MAX, which have room */
  i64 i;          /* next byte */
  i64 iKey;       /* of the row read last in this unit; 0 before the first */
  i64 nLeft;      /* bytes of a long row that are still to come */
  u64 *aSerial;   /* of the row read last, by column; to be freed */
  MigHash digest; /* over the hashes of all chunks read */
  int bDigest;    /* no chunk was skipped: digest counts */
} MigReader;

void migReaderOpen(MigContext *p, MigReader *pRead, MigChunks *pChunks,
                   const MigTableEntry *pTable);
int migReaderUnit(MigContext *p, MigReader *pRead);
int migReaderPart(MigContext *p, MigReader *pRead, MigPart *pPart);
void migReaderSkip(MigReader *pRead);
int migReaderSame(const MigReader *pA, const MigReader *pB);
void migReaderCheck(MigContext *p, MigReader *pRead);
void migReaderClose(MigReader *pRead);

#endif
