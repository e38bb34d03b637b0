/*
** reader.h - the rows of a table out of a backup.
**
** The list of a table falls into units. A unit is one chunk with whole rows,
** or the chunks of one long row. Two units with the same chunks hold the same
** rows, so they need not be looked at.
*/
#ifndef MIG_READER_H
#define MIG_READER_H

#include "list.h"
#include "manifest.h"
#include "scan.h"

typedef struct MigReader {
  MigListReader list;
  const MigTableEntry *pTable;
  int nUnit; /* chunks of this unit, 0: no unit is open */
  int nUnitAlloc;
  i64 *aiUnit; /* their numbers, to be freed */
  int nRead;   /* chunks of this unit read so far */
  u8 *a;       /* bytes of the chunk read last, to be freed */
  i64 n;
  i64 i;          /* next byte */
  i64 iKey;       /* of the row before in this unit */
  i64 nLeft;      /* bytes of a long row that are still to come */
  u64 *aSerial;   /* of the row read last, to be freed */
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
