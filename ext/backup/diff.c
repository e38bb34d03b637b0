/*
** diff.c - what differs between two states of a table.
**
** Two lists of chunks are merged by key. Where both stand at the beginning of
** units with the same chunks, these are passed over. As chunks are cut by key,
** the lists come to meet again soon after a difference. With chunks by letter
** and keys by number,
**
**   first   a: 1 2 3 | b: 4 5 | c: 8 9
**   second  a: 1 2 3 | d: 4 7 | c: 8 9
**
** a is passed over, b and d are read: the rows 4 are compared, 5 is removed.
** For 7 the first row of c is read on the one side: it is greater, so 7 is
** added. Then both sides are at the beginning of c, and it is passed over.
**
** Rows of a WITHOUT ROWID table lie in the order of their PRIMARY KEY, by
** collations that only SQLite knows. Keys with the same bytes are the same;
** others are put in order by a statement,
**
**   SELECT CASE WHEN ?1 < ?3 COLLATE "a" THEN -1 WHEN ?1 > ?3 COLLATE "a"
**   THEN 1 WHEN ?2 < ?4 ... ELSE 0 END
**
** with the key of the first state in ?1 and ?2, that of the second in ?3 and
** ?4. Parameters have no affinity, so they compare as stored values do (but
** for a byte order mark that begins a UTF-16 key, which SQLite takes off: the
** row may be counted as removed or added where it was changed). In whatever
** order keys come, only rows with the same bytes are passed over in silence.
**
** A long row is equal to another one when its chunks are: the same bytes are
** always cut in the same way.
**
** Memory: a chunk and the keys of the current rows on either side.
**
** Chunks may be damaged. What is read is verified by its hash, and the digest
** of a list where all of it was read: so damage is an error, and no difference.
*/
#include <string.h>
#include "sql.h"
#include "rowcode.h"
#include "diff.h"

#define SET_BITS (1 << 23) /* of a set of chunks: a megabyte */

/* One of the two states. Between rows neither bFresh nor bRow is set. */
typedef struct DiffSide {
  MigReader reader; /* its open unit is the current one */
  int bFresh;       /* a unit is open, none of its rows was read */
  int bRow;         /* part is there */
  int bHead;        /* as the first row of its unit */
  int bEnd;         /* no more rows */
  MigPart part;     /* beginning of the current row */
  u64 *aSerial;     /* its serials, of MIG_KEY_COLUMNS */
  i64 nHeader;      /* bytes they take */
  i64 nKey;         /* bytes of the key values behind them */
  u8 *aJoin;        /* beginning of a row with a long key, to be freed */
  i64 nJoin;        /* bytes of it */
  i64 nJoinAlloc;
} DiffSide;

/* A comparison under way; the lower fields are the arguments of
** migDiffRun(). */
typedef struct Diff {
  DiffSide old;
  DiffSide new;
  const MigTableEntry *pTable; /* for what is the same on both sides */
  int eEncoding;               /* of texts: SQLITE_UTF8 and so on */
  int bSameColumns;            /* the stored columns: rows can be the same */
  sqlite3_stmt *pOrder;        /* puts two keys in order, made when needed */
  MigDiffCall xCall;
  void *pArg;
  const MigSink *pSink;
  MigDiff *pOut;
} Diff;

/* ---- chunks ---- */

/* Put the chunks of a table into a set, or count those that are not in it. The
** set has one bit for all chunks whose numbers are the same modulo SET_BITS:
** one that is not in it may be taken for one that is. Reads the list only. */
static i64 chunksMark(MigContext *p, MigChunks *pChunks,
                      const MigTableEntry *pEntry, u8 *aSet, int bAdd) {
  MigListReader list;
  MigListEntry entry;
  i64 n = 0;

  migListReadOpen(&list, pChunks, pEntry->nPiece, pEntry->aiPiece);
  while (migListRead(p, &list, &entry)) {
    u64 i = (u64)entry.iChunk % SET_BITS;
    u8 uBit = (u8)(1 << (i & 7));
    if (bAdd) {
      aSet[i / 8] |= uBit;
    } else if ((aSet[i / 8] & uBit) == 0) {
      n++;
    }
  }
  migListReadClose(&list);
  return n;
}

/* How many chunks of pB are not in pA; one that stands in pB twice counts
** twice. aSet is SET_BITS / 8 bytes of the caller's. */
static i64 chunksMissing(MigContext *p, MigChunks *pChunks,
                         const MigTableEntry *pA, const MigTableEntry *pB,
                         u8 *aSet) {
  memset(aSet, 0, SET_BITS / 8);
  chunksMark(p, pChunks, pA, aSet, 1);
  return chunksMark(p, pChunks, pB, aSet, 0);
}

/*
** How much of a table changed: the number of chunks that only pOld has, or of
** those that only pNew has, whichever is more. 0 means that both have the same
** chunks in the same order: the rows are the same when the columns are. In a
** file with millions of chunks some may be missed, but never all.
**
** Only lists are read, and not where the digests are the same. After an error,
** one of migListRead(), the result means nothing. A read transaction is enough.
*/
i64 migDiffChunks(MigContext *p, MigChunks *pChunks, const MigTableEntry *pOld,
                  const MigTableEntry *pNew) {
  i64 nRemoved;
  i64 nAdded;
  i64 n;
  u8 *aSet;

  if (p->rc || (pOld->nChunk == pNew->nChunk &&
                memcmp(pOld->aDigest, pNew->aDigest, MIG_HASH_SIZE) == 0)) {
    return 0;
  }
  aSet = sqlite3_malloc64(SET_BITS / 8);
  if (aSet == 0) {
    migNomem(p);
    return 0;
  }
  nRemoved = chunksMissing(p, pChunks, pNew, pOld, aSet);
  nAdded = chunksMissing(p, pChunks, pOld, pNew, aSet);
  sqlite3_free(aSet);
  n = nRemoved > nAdded ? nRemoved : nAdded;
  return n > 0 ? n : 1;
}

/* ---- what can be compared ---- */

/* Are the first n columns of both the same, by their names in any case? Both
** have as many. */
static int sameColumns(const MigTableEntry *pOld, const MigTableEntry *pNew,
                       int n) {
  int i;

  for (i = 0; i < n; i++) {
    if (migStrICmp(pOld->azColumn[i], pNew->azColumn[i])) {
      return 0;
    }
  }
  return 1;
}

/*
** Can the rows of two states of a table be compared by key? Both have rowids,
** or the same PRIMARY KEY in the same order. Not where rows are only numbered:
** a number says where a row lies, not which it is. Reads nothing.
*/
int migDiffComparable(const MigTableEntry *pOld, const MigTableEntry *pNew) {
  int i;

  if (pOld->eKey != pNew->eKey || pOld->eKey == MIG_KEY_NONE ||
      pOld->nKey != pNew->nKey || pOld->nTerm != pNew->nTerm ||
      !sameColumns(pOld, pNew, pOld->nKey)) {
    return 0;
  }
  for (i = 0; i < pOld->nTerm; i++) {
    const MigKeyTerm *pA = &pOld->aTerm[i];
    const MigKeyTerm *pB = &pNew->aTerm[i];
    if (pA->iColumn != pB->iColumn || pA->bDesc != pB->bDesc ||
        migStrICmp(pA->zCollation, pB->zCollation)) {
      return 0;
    }
  }
  return 1;
}

/* ---- a side ---- */

/* Begin to read a side; nothing is read yet. To be closed also after
** failure. */
static void sideOpen(MigContext *p, DiffSide *pSide, MigChunks *pChunks,
                     const MigTableEntry *pEntry) {
  migReaderOpen(p, &pSide->reader, pChunks, pEntry);
  if (p->rc == SQLITE_OK) {
    u64 n = (u64)pEntry->nColumn + 1;
    pSide->aSerial = sqlite3_malloc64(n * sizeof(u64));
    if (pSide->aSerial == 0) {
      migNomem(p);
    }
  }
}

/* Free what a side holds. Also right for one that is zeroed. */
static void sideClose(DiffSide *pSide) {
  migReaderClose(&pSide->reader);
  sqlite3_free(pSide->aSerial);
  sqlite3_free(pSide->aJoin);
}

/* Add a part to the beginning of the row in aJoin. A key may have gigabytes: no
** more is taken than twice what was read. */
static void joinAdd(MigContext *p, DiffSide *pSide, const MigPart *pPart) {
  i64 n = pSide->nJoin + pPart->n;

  if (n > pSide->nJoinAlloc) {
    u8 *aNew = sqlite3_realloc64(pSide->aJoin, (u64)n * 2);
    if (aNew == 0) {
      migNomem(p);
      return;
    }
    pSide->aJoin = aNew;
    pSide->nJoinAlloc = n * 2;
  }
  memcpy(pSide->aJoin + pSide->nJoin, pPart->a, (size_t)pPart->n);
  pSide->nJoin = n;
}

/* Have all key values of the current row in part, which may take several parts
** of a long row: then part is what was joined, longer than other parts, and its
** bLast is that of the last one read. The serials of a row are all in its first
** part (scan.h); the reader has tested them. */
static void sideKey(MigContext *p, DiffSide *pSide) {
  const MigTableEntry *pEntry = pSide->reader.pTable;
  MigPart part = pSide->part;
  int i;

  pSide->nHeader =
      migRowHeader(part.a, part.n, pEntry->nColumn, pSide->aSerial);
  pSide->nKey = 0;
  for (i = 0; i < pEntry->nKey; i++) {
    pSide->nKey += migSerialSize(pSide->aSerial[i]);
  }
  if (part.bLast || pSide->nHeader + pSide->nKey <= part.n) {
    return;
  }
  pSide->nJoin = 0;
  joinAdd(p, pSide, &part);
  while (pSide->nJoin < pSide->nHeader + pSide->nKey &&
         migReaderPart(p, &pSide->reader, &part)) {
    joinAdd(p, pSide, &part);
  }
  pSide->part.a = pSide->aJoin;
  pSide->part.n = pSide->nJoin;
  pSide->part.bLast = part.bLast;
}

/* Take the next row of the open unit; 0 when there is none, or after an error.
** bHead: it is the first of the unit. */
static int sideTake(MigContext *p, DiffSide *pSide, int bHead) {
  if (!migReaderPart(p, &pSide->reader, &pSide->part)) {
    return 0;
  }
  pSide->bRow = 1;
  pSide->bHead = bHead;
  if (pSide->reader.pTable->eKey == MIG_KEY_COLUMNS) {
    sideKey(p, pSide);
  }
  return 1;
}

/* Between rows: go to the next row of the unit, or open the next unit, whose
** chunk is not read yet. */
static void sideNext(MigContext *p, DiffSide *pSide) {
  if (pSide->bRow || pSide->bFresh || pSide->bEnd || p->rc ||
      sideTake(p, pSide, 0)) {
    return;
  }
  pSide->bFresh = migReaderUnit(p, &pSide->reader);
  pSide->bEnd = !pSide->bFresh;
}

/* Have a row, unless there are no more: read the first of a unit that is
** open. */
static void sideRow(MigContext *p, DiffSide *pSide) {
  while (pSide->bFresh && p->rc == SQLITE_OK) {
    pSide->bFresh = 0;
    if (!sideTake(p, pSide, 1)) {
      sideNext(p, pSide); /* a chunk without rows */
    }
  }
}

/* Leave the current row behind, its parts that were not read too. */
static void sideDrop(DiffSide *pSide) {
  if (!pSide->part.bLast) {
    migReaderSkip(&pSide->reader);
  }
  pSide->bRow = 0;
}

/* Hand the current row over part by part, and leave it behind. What was joined
** is cut up again: no sink gets more than MIG_PART_MAX bytes. uHash is 0. */
static void sideSend(MigContext *p, DiffSide *pSide, const MigSink *pSink) {
  MigPart part = pSide->part;
  const u8 *a = part.a;
  i64 nLeft = part.n;

  do {
    part.a = a;
    part.n = nLeft < MIG_PART_MAX ? nLeft : MIG_PART_MAX;
    a += part.n;
    nLeft -= part.n;
    part.bLast = nLeft == 0 && pSide->part.bLast;
    pSink->xPart(p, pSink->pArg, &part);
    part.bFirst = 0;
  } while (nLeft > 0 && p->rc == SQLITE_OK);
  while (!part.bLast && migReaderPart(p, &pSide->reader, &part)) {
    pSink->xPart(p, pSink->pArg, &part);
  }
  pSide->bRow = 0;
}

/* Is the side at the first row of its unit, read or not? Then the unit as a
** whole can be passed over. */
static int sideAtHead(const DiffSide *pSide) {
  return pSide->bFresh || (pSide->bRow && pSide->bHead);
}

/* Leave the whole unit behind. */
static void sideSkip(DiffSide *pSide) {
  migReaderSkip(&pSide->reader);
  pSide->bFresh = 0;
  pSide->bRow = 0;
}

/* ---- keys in order ---- */

/* The statement that puts two keys in order, as a column that is below 0, 0 or
** above; to be finalized. For a key (a, b DESC) it is the one at the top of
** this file with 1 and -1 swapped for b. A collation that p->db does not have
** is an error. */
static sqlite3_stmt *orderPrepare(MigContext *p, const MigTableEntry *pTable) {
  MigText sql = {0, 0, 0};
  int i;

  migTextStr(p, &sql, "SELECT CASE");
  for (i = 0; i < pTable->nTerm; i++) {
    const MigKeyTerm *pTerm = &pTable->aTerm[i];
    int iA = pTerm->iColumn + 1;
    int iB = pTerm->iColumn + 1 + pTable->nKey;
    migTextF(p, &sql,
             " WHEN ?%d < ?%d COLLATE \"%w\" THEN %d"
             " WHEN ?%d > ?%d COLLATE \"%w\" THEN %d",
             iA, iB, pTerm->zCollation, pTerm->bDesc ? 1 : -1, iA, iB,
             pTerm->zCollation, pTerm->bDesc ? -1 : 1);
  }
  migTextStr(p, &sql, " ELSE 0 END");
  return migPrepare(p, sql.z);
}

/* Bind the key of the current row, from parameter iFirst on. Texts and blobs
** are not copied: they lie in part until the side moves on. */
static void orderBind(MigContext *p, const Diff *pDiff, const DiffSide *pSide,
                      int iFirst) {
  const u8 *a = pSide->part.a + pSide->nHeader;
  i64 n = pSide->part.n - pSide->nHeader;
  sqlite3_stmt *pStmt = pDiff->pOrder;
  int i;

  for (i = 0; i < pDiff->pTable->nKey && p->rc == SQLITE_OK; i++) {
    u64 uSerial = pSide->aSerial[i];
    MigValue value = {0, 0, 0, 0, 0};
    int rc = SQLITE_OK;
    migValueGet(a, n, uSerial, &value);
    if (value.eType == SQLITE_INTEGER) {
      rc = sqlite3_bind_int64(pStmt, iFirst + i, value.i);
    } else if (value.eType == SQLITE_FLOAT) {
      rc = sqlite3_bind_double(pStmt, iFirst + i, value.r);
    } else if (value.eType == SQLITE_TEXT) {
      rc = sqlite3_bind_text64(pStmt, iFirst + i, (const char *)value.a,
                               (u64)value.n, SQLITE_STATIC,
                               (u8)pDiff->eEncoding);
    } else if (value.eType == SQLITE_BLOB) {
      rc = sqlite3_bind_blob64(pStmt, iFirst + i, value.a, (u64)value.n,
                               SQLITE_STATIC);
    } else {
      /* unreached: SQLite writes no key with a NULL */
      rc = sqlite3_bind_null(pStmt, iFirst + i);
    }
    if (rc) {
      /* unreached: takes a lower SQLITE_LIMIT_LENGTH */
      migFailDb(p, rc);
    }
    a += migSerialSize(uSerial);
    n -= migSerialSize(uSerial);
  }
}

/* Compare the keys of two rows of a WITHOUT ROWID table: below 0, 0, or above.
** The statement is asked only for keys with other bytes; it may say 0 for them,
** as for 'a' and 'A' under NOCASE. */
static int orderColumns(MigContext *p, Diff *pDiff) {
  const DiffSide *pOld = &pDiff->old;
  const DiffSide *pNew = &pDiff->new;
  u64 nSerial = (u64)pDiff->pTable->nKey * sizeof(u64);
  int iOrder = 0;

  if (memcmp(pOld->aSerial, pNew->aSerial, (size_t)nSerial) == 0 &&
      memcmp(pOld->part.a + pOld->nHeader, pNew->part.a + pNew->nHeader,
             (size_t)pOld->nKey) == 0) {
    return 0;
  }
  if (pDiff->pOrder == 0) {
    MigMark mark = migArenaMark(p);
    pDiff->pOrder = orderPrepare(p, pDiff->pTable);
    migArenaRelease(p, mark);
  }
  orderBind(p, pDiff, pOld, 1);
  orderBind(p, pDiff, pNew, 1 + pDiff->pTable->nKey);
  if (migStep(p, pDiff->pOrder)) {
    iOrder = sqlite3_column_int(pDiff->pOrder, 0);
  }
  sqlite3_reset(pDiff->pOrder);
  return iOrder;
}

/* Which row comes first? Below 0 the old one, above 0 the new one; 0 when they
** have the same key. A side without rows comes last. */
static int diffOrder(MigContext *p, Diff *pDiff) {
  i64 iOld = pDiff->old.part.iKey;
  i64 iNew = pDiff->new.part.iKey;

  if (!pDiff->old.bRow || !pDiff->new.bRow) {
    return pDiff->old.bRow ? -1 : 1;
  }
  if (pDiff->pTable->eKey == MIG_KEY_COLUMNS) {
    return orderColumns(p, pDiff);
  }
  return iOld < iNew ? -1 : iOld > iNew;
}

/* ---- the merge ---- */

/* Are the values of two rows with the same key the same? Rows in parts count as
** different: those with the same bytes have the same chunks, and are passed
** over, as both are units by themselves. */
static int rowsEqual(const Diff *pDiff) {
  const MigPart *pOld = &pDiff->old.part;
  const MigPart *pNew = &pDiff->new.part;

  return pDiff->bSameColumns && pOld->bLast && pNew->bLast &&
         pOld->n == pNew->n && memcmp(pOld->a, pNew->a, (size_t)pOld->n) == 0;
}

/* Tell of a difference, and leave its rows behind. xCall comes before the sink:
** it can make room for the new row. */
static void diffFound(MigContext *p, Diff *pDiff, MigDiffKind eKind) {
  if (pDiff->xCall) {
    pDiff->xCall(p, pDiff->pArg, eKind,
                 eKind == MIG_DIFF_ADDED ? 0 : &pDiff->old.part);
  }
  if (eKind != MIG_DIFF_ADDED) {
    sideDrop(&pDiff->old);
  }
  if (eKind != MIG_DIFF_REMOVED) {
    if (pDiff->pSink && p->rc == SQLITE_OK) {
      sideSend(p, &pDiff->new, pDiff->pSink);
    } else {
      sideDrop(&pDiff->new);
    }
  }
}

/* Look at the first rows of both sides, of which there is one at least: one of
** them, or both, are left behind. */
static void diffRows(MigContext *p, Diff *pDiff) {
  int iOrder = diffOrder(p, pDiff);

  if (p->rc) {
    return;
  }
  if (iOrder < 0) {
    pDiff->pOut->nRemoved++;
    diffFound(p, pDiff, MIG_DIFF_REMOVED);
  } else if (iOrder > 0) {
    pDiff->pOut->nAdded++;
    diffFound(p, pDiff, MIG_DIFF_ADDED);
  } else if (!rowsEqual(pDiff)) {
    pDiff->pOut->nChanged++;
    diffFound(p, pDiff, MIG_DIFF_CHANGED);
  } else {
    sideDrop(&pDiff->old);
    sideDrop(&pDiff->new);
  }
}

/* Is there nothing left to tell? What is left of one side then differs, and is
** counted without being read. */
static int diffEnds(const Diff *pDiff) {
  if (pDiff->old.bEnd) {
    return pDiff->new.bEnd || pDiff->pSink == 0;
  }
  return pDiff->new.bEnd && pDiff->pSink == 0 && pDiff->xCall == 0;
}

/* Count what was not read: the sides have so many more rows, one than the
** other, as rows were added more than removed. The numbers of rows are those of
** the manifests. */
static void diffRest(Diff *pDiff) {
  i64 nMore = pDiff->new.reader.pTable->nRow - pDiff->old.reader.pTable->nRow;

  if (!pDiff->new.bEnd) {
    pDiff->pOut->nAdded = pDiff->pOut->nRemoved + nMore;
  } else if (!pDiff->old.bEnd) {
    pDiff->pOut->nRemoved = pDiff->pOut->nAdded - nMore;
  }
}

/* Go through both sides to the end, or as far as there is something to tell. A
** unit is only opened here, and read once it is known that it differs. */
static void diffMerge(MigContext *p, Diff *pDiff) {
  DiffSide *pOld = &pDiff->old;
  DiffSide *pNew = &pDiff->new;

  sideNext(p, pOld);
  sideNext(p, pNew);
  while (p->rc == SQLITE_OK && !diffEnds(pDiff)) {
    if (pDiff->bSameColumns && sideAtHead(pOld) && sideAtHead(pNew) &&
        migReaderSame(&pOld->reader, &pNew->reader)) {
      sideSkip(pOld);
      sideSkip(pNew);
    } else {
      sideRow(p, pOld);
      sideRow(p, pNew);
      if (p->rc == SQLITE_OK && (pOld->bRow || pNew->bRow)) {
        diffRows(p, pDiff);
      }
    }
    sideNext(p, pOld);
    sideNext(p, pNew);
  }
  diffRest(pDiff);
}

/*
** Find the rows that differ between two states of a table, both read from
** pChunks. xCall (or NULL) is told of each difference in the order of the keys,
** and the new row of an added or changed one then goes to pSink (or NULL),
** before the next difference is looked for. Without a sink xCall need not be
** told of added rows. Where the stored columns are not the same, every row that
** has the same key on both sides counts as changed. When keys cannot be
** compared pOut says so, and only how many rows there are more or less; nobody
** is told anything then.
**
** eEncoding is that of the texts of both states and of p->db, where the
** collations of a WITHOUT ROWID table's key must be known. They can be code of
** the application: who holds a transaction asks afterwards whether it still
** stands. pArg is for xCall; the sink has its own.
**
** Errors: BACKUP_DAMAGED, TOO_BIG, those of xCall and the sink, and SQLITE for
** a collation that is not there. After failure pOut means nothing, and what was
** told stays told. A read transaction is enough, unless xCall or the sink
** write.
*/
void migDiffRun(MigContext *p, MigChunks *pChunks, const MigTableEntry *pOld,
                const MigTableEntry *pNew, int eEncoding, MigDiffCall xCall,
                void *pArg, const MigSink *pSink, MigDiff *pOut) {
  Diff diff;

  memset(pOut, 0, sizeof(*pOut));
  if (!migDiffComparable(pOld, pNew)) {
    i64 nMore = pNew->nRow - pOld->nRow;
    pOut->bByCount = 1;
    pOut->nAdded = nMore > 0 ? nMore : 0;
    pOut->nRemoved = nMore < 0 ? -nMore : 0;
    return;
  }
  memset(&diff, 0, sizeof(diff));
  diff.pTable = pNew;
  diff.eEncoding = eEncoding;
  diff.bSameColumns =
      pOld->nColumn == pNew->nColumn && sameColumns(pOld, pNew, pOld->nColumn);
  diff.xCall = xCall;
  diff.pArg = pArg;
  diff.pSink = pSink;
  diff.pOut = pOut;
  sideOpen(p, &diff.old, pChunks, pOld);
  sideOpen(p, &diff.new, pChunks, pNew);
  diffMerge(p, &diff);
  if (diff.old.bEnd) {
    migReaderCheck(p, &diff.old.reader);
  }
  if (diff.new.bEnd) {
    migReaderCheck(p, &diff.new.reader);
  }
  migFinalize(p, diff.pOrder);
  sideClose(&diff.old);
  sideClose(&diff.new);
}
