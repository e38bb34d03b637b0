/*
** manifest.c - what a backup holds.
**
** A manifest is kept as bytes, which are stored as chunks; backup.c says how a
** row of _migrate_backups names these. The bytes are made of
**
**   varint   unsigned, 1 to 9 bytes, as rowcode.h describes it
**   signed   a varint v that stands for v/2 when v is even, else -(v+1)/2
**   text     varint n, then n bytes of UTF-8, none of them zero
**   hash     32 bytes
**
** and are, one behind the other and nothing after it:
**
**   varint   2, the version of this description
**   varint   encoding of the file: 1 UTF-8, 2 UTF-16le, 3 UTF-16be. Texts in
**            rows are in it, texts in the manifest are always UTF-8.
**   signed   PRAGMA user_version
**   signed   PRAGMA application_id
**   varint   flags: 1 not all tables are in it, 2 some revisions were applied
**            in part; others are 0
**   varint   number of schema objects; for each, in the order of sqlite_schema
**     text     type
**     text     name
**     text     tbl_name
**     text     sql
**     text     of a table: the virtual table that it is a part of, a shadow
**              table of it; else empty
**   varint   number of applied revisions; for each, by revision
**     text     revision
**     signed   run
**     text     applied_at
**     hash     checksum
**     varint   1 when the fingerprint is known, else 0; with 1 then
**     hash     the fingerprint
**   varint   number of tables whose rows are in the backup; for each
**     text     name
**     varint   key: 0 rowid, 1 columns (WITHOUT ROWID), 2 none, the rows are
**              numbered from 1
**     varint   number of columns that are the key; 0 unless key is 1
**     varint   number of stored columns, those of the key first; for each
**     text       name
**     varint   number of terms that the rows are ordered by; 0 unless key
**              is 1; for each
**     varint     (column from 0) * 2, plus 1 when descending
**     text       collation
**     varint   number of rows
**     varint   bytes of the chunks, inflated
**     varint   number of chunks
**     varint   bits of the cut by key (cut.h), 0 to 24
**     hash     BLAKE2b-256 of the hashes of the chunks, in their order
**     varint   number of pieces of the list of chunks (list.h); for each
**     signed     its chunk number less that of the piece before, 0 before the
**                first
**   with flag 1, varint, number of objects that the run has made that the
**   backup is of; for each
**     text     type
**     text     name
**   with flag 2, varint, number of revisions that were applied in part; for
**   each
**     text     revision
**     text     how far it was (ext/revision/partial.c)
**
** That of an empty database in UTF-8 is eight bytes, 02 01 00 00 00 00 00 00.
**
** The order of all parts is given, so equal manifests have equal bytes: whether
** a database is what a backup says is asked that way. Schema objects are all of
** schema main but ours, SQLite's own and those without text.
**
** Bytes are read from files that others may have made: every count is compared
** with the bytes that are left before memory is taken for it. What is read
** makes sense by itself: keys and terms fit the columns, texts have no zero
** bytes, piece numbers are positive. Not compared here are the parts with each
** other, a table with its CREATE text (items.c, decide.c), a piece with the
** chunks there are (list.c). The hash that a manifest must have is compared by
** who loads it (backup.c).
*/
#include <string.h>
#include "rowcode.h"
#include "manifest.h"

#define FLAG_PARTIAL 1
#define FLAG_BATCHES 2
#define BITS_MAX 24 /* as in cut.c */

/* The fewest bytes of a schema object, an applied revision, a term of an
** order, a table. A text takes one byte at least. */
#define OBJECT_MIN 5
#define APPLIED_MIN (1 + 1 + 1 + MIG_HASH_SIZE + 1)
#define TERM_MIN 2
#define TABLE_MIN (1 + 8 + MIG_HASH_SIZE + 1)

/* Where a name may stand: at its hash, or in the next slots up to a free one.
** Names in different case have the same hash. */
typedef struct MigNameSlot {
  u32 uHash;
  int iName; /* from 1; 0: free */
} MigNameSlot;

/* ---- names ---- */

/* FNV-1a, 32 bits, over the name with A to Z in lower case, as SQLite compares
** names. Only used in memory. */
u32 migNameHash(const char *z) {
  u32 h = 2166136261u;

  for (; *z; z++) {
    u32 c = (u8)*z;
    h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32 : c)) * 16777619u;
  }
  return h;
}

/* Put a name into the first free slot from its hash on; there is one. */
static void slotPut(MigNameSlot *aSlot, int nSlot, MigNameSlot slot) {
  u32 i = slot.uHash & (u32)(nSlot - 1);

  while (aSlot[i].iName) {
    i = (i + 1) & (u32)(nSlot - 1);
  }
  aSlot[i] = slot;
}

/* Add the next name of the array, which zName must be. Half of the slots at
** most are taken, so a search always meets a free one. */
static void indexAdd(MigContext *p, MigNameIndex *pIndex, const char *zName) {
  MigNameSlot slot;
  int i;

  if (2 * pIndex->nName >= pIndex->nSlot) {
    int nSlot = pIndex->nSlot ? 2 * pIndex->nSlot : 16;
    MigNameSlot *aSlot = migAlloc(p, (u64)nSlot * sizeof(MigNameSlot));
    if (aSlot == 0) {
      return;
    }
    for (i = 0; i < pIndex->nSlot; i++) {
      if (pIndex->aSlot[i].iName) {
        slotPut(aSlot, nSlot, pIndex->aSlot[i]);
      }
    }
    pIndex->aSlot = aSlot;
    pIndex->nSlot = nSlot;
  }
  if (p->rc == SQLITE_OK && pIndex->aSlot) {
    slot.uHash = migNameHash(zName);
    slot.iName = ++pIndex->nName;
    slotPut(pIndex->aSlot, pIndex->nSlot, slot);
  }
}

/* The number from 1 of a name with this hash, or 0 when there are no more. The
** caller compares the name itself. *pi, 0 at first, counts the slots that were
** looked at. */
static int indexNext(const MigNameIndex *pIndex, u32 uHash, u32 *pi) {
  while (pIndex->nSlot) {
    u32 i = (uHash + (*pi)++) & (u32)(pIndex->nSlot - 1);
    const MigNameSlot *pSlot = &pIndex->aSlot[i];
    if (pSlot->iName == 0 || pSlot->uHash == uHash) {
      return pSlot->iName;
    }
  }
  return 0;
}

/* ---- building ---- */

/* The array with room for one element of nSize bytes more behind n. *pnAlloc
** elements have room in it, and it is copied when these are used up. NULL only
** after an error, or before the first one. */
static void *arrayGrow(MigContext *p, void *a, int n, int *pnAlloc, u64 nSize) {
  int nNew = n > 4 ? 2 * n : 8;

  if (n < *pnAlloc) {
    return a;
  }
  a = migGrow(p, a, (u64)n * nSize, (u64)nNew * nSize);
  *pnAlloc = a ? nNew : *pnAlloc;
  return a;
}

/* Add an object that the run of a partial backup has made: a restore drops it.
** zType as in sqlite_schema. The texts must live as long as the manifest. After
** failure the manifest is what it was. */
void migManifestAddMade(MigContext *p, MigManifest *pManifest,
                        const char *zType, const char *zName) {
  int n = pManifest->nMade;
  MigObject *a = arrayGrow(p, pManifest->aMade, n, &pManifest->nMadeAlloc,
                           sizeof(MigObject));

  if (p->rc == SQLITE_OK) {
    a[n].zType = zType;
    a[n].zName = zName;
    pManifest->aMade = a;
    pManifest->nMade++;
  }
}

/* Did the run of a partial backup make this object? Names are compared as
** SQLite does. Of any other backup the answer is no. */
int migManifestMade(const MigManifest *pManifest, const char *zType,
                    const char *zName) {
  int i;

  for (i = 0; i < pManifest->nMade; i++) {
    if (strcmp(pManifest->aMade[i].zType, zType) == 0 &&
        migStrICmp(pManifest->aMade[i].zName, zName) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Add a schema object; what it points to must live as long as the manifest.
** Objects are added in the order of sqlite_schema. Pointers into aObject from
** before are out of date afterwards. */
void migManifestAddObject(MigContext *p, MigManifest *pManifest,
                          const MigObject *pObject) {
  int n = pManifest->nObject;
  MigObject *a = arrayGrow(p, pManifest->aObject, n, &pManifest->nObjectAlloc,
                           sizeof(MigObject));

  if (p->rc == SQLITE_OK) {
    a[n] = *pObject;
    pManifest->aObject = a;
    pManifest->nObject++;
    indexAdd(p, &pManifest->objects, pObject->zName);
  }
}

/* Add a table whose rows are stored; what it points to must live as long as the
** manifest. Pointers into aTable from before are out of date afterwards. */
void migManifestAddTable(MigContext *p, MigManifest *pManifest,
                         const MigTableEntry *pEntry) {
  int n = pManifest->nTable;
  MigTableEntry *a = arrayGrow(p, pManifest->aTable, n, &pManifest->nTableAlloc,
                               sizeof(MigTableEntry));

  if (p->rc == SQLITE_OK) {
    a[n] = *pEntry;
    pManifest->aTable = a;
    pManifest->nTable++;
    indexAdd(p, &pManifest->tables, pEntry->zName);
  }
}

/* The entry of a table, or NULL: its rows are not in the backup. Names are
** compared as SQLite does. The entry is good until a table is added. */
const MigTableEntry *migManifestTable(const MigManifest *pManifest,
                                      const char *zName) {
  const MigTableEntry *a = pManifest->aTable;
  u32 uHash = migNameHash(zName);
  u32 iSlot = 0;
  int i;

  while ((i = indexNext(&pManifest->tables, uHash, &iSlot)) > 0) {
    if (migStrICmp(a[i - 1].zName, zName) == 0) {
      return &a[i - 1];
    }
  }
  return 0;
}

/* Is this the object? Types are in lower case, names in any. */
static int objectIs(const MigObject *pObject, const char *zType,
                    const char *zName) {
  return migStrICmp(pObject->zName, zName) == 0 &&
         strcmp(pObject->zType, zType) == 0;
}

/* A schema object by type (table, index, view, trigger) and name, or NULL. The
** names are compared as SQLite does. It is good until an object is added. */
const MigObject *migManifestObject(const MigManifest *pManifest,
                                   const char *zType, const char *zName) {
  const MigObject *a = pManifest->aObject;
  u32 uHash = migNameHash(zName);
  u32 iSlot = 0;
  int i;

  while ((i = indexNext(&pManifest->objects, uHash, &iSlot)) > 0) {
    if (objectIs(&a[i - 1], zType, zName)) {
      return &a[i - 1];
    }
  }
  return 0;
}

/* ---- writing ---- */

/* Bytes being written. After an error what is written is nothing. */
typedef struct ManifestWriter {
  MigContext *p;
  u8 *a;      /* from sqlite3_malloc64(), to be freed */
  i64 n;      /* bytes written */
  i64 nAlloc; /* bytes that have room */
} ManifestWriter;

/* Append n bytes. All others write through this one. */
static void putBytes(ManifestWriter *pWrite, const void *a, i64 n) {
  if (pWrite->p->rc) {
    return;
  }
  if (pWrite->n + n > pWrite->nAlloc) {
    i64 nNew = 2 * (pWrite->n + n) + 1000;
    u8 *aNew = sqlite3_realloc64(pWrite->a, (u64)nNew);
    if (aNew == 0) {
      migNomem(pWrite->p);
      return;
    }
    pWrite->a = aNew;
    pWrite->nAlloc = nNew;
  }
  if (n > 0) {
    memcpy(pWrite->a + pWrite->n, a, (size_t)n);
    pWrite->n += n;
  }
}

/* Append a number of the kind varint. */
static void putVarint(ManifestWriter *pWrite, u64 v) {
  u8 a[MIG_VARINT_MAX];

  putBytes(pWrite, a, migVarintPut(a, v));
}

/* Append a number of the kind signed. */
static void putSigned(ManifestWriter *pWrite, i64 v) {
  putVarint(pWrite, migZigzag(v));
}

/* Append a text; NULL as an empty one. */
static void putText(ManifestWriter *pWrite, const char *z) {
  i64 n = z ? (i64)strlen(z) : 0;

  putVarint(pWrite, (u64)n);
  putBytes(pWrite, z, n);
}

/* Append a row of the applied set. */
static void putApplied(ManifestWriter *pWrite, const MigAppliedRow *pRow) {
  putText(pWrite, pRow->zRevision);
  putSigned(pWrite, pRow->iRun);
  putText(pWrite, pRow->zAppliedAt);
  putBytes(pWrite, pRow->aChecksum, MIG_HASH_SIZE);
  putVarint(pWrite, pRow->bFingerprint != 0);
  if (pRow->bFingerprint) {
    putBytes(pWrite, pRow->aFingerprint, MIG_HASH_SIZE);
  }
}

/* Append the entry of a table. */
static void putTable(ManifestWriter *pWrite, const MigTableEntry *pEntry) {
  i64 iPrevious = 0;
  int i;

  putText(pWrite, pEntry->zName);
  putVarint(pWrite, (u64)pEntry->eKey);
  putVarint(pWrite, (u64)pEntry->nKey);
  putVarint(pWrite, (u64)pEntry->nColumn);
  for (i = 0; i < pEntry->nColumn; i++) {
    putText(pWrite, pEntry->azColumn[i]);
  }
  putVarint(pWrite, (u64)pEntry->nTerm);
  for (i = 0; i < pEntry->nTerm; i++) {
    const MigKeyTerm *pTerm = &pEntry->aTerm[i];
    putVarint(pWrite, (u64)pTerm->iColumn * 2 + (pTerm->bDesc != 0));
    putText(pWrite, pTerm->zCollation);
  }
  putVarint(pWrite, (u64)pEntry->nRow);
  putVarint(pWrite, (u64)pEntry->nByte);
  putVarint(pWrite, (u64)pEntry->nChunk);
  putVarint(pWrite, (u64)pEntry->nBits);
  putBytes(pWrite, pEntry->aDigest, MIG_HASH_SIZE);
  putVarint(pWrite, (u64)pEntry->nPiece);
  for (i = 0; i < pEntry->nPiece; i++) {
    putSigned(pWrite, pEntry->aiPiece[i] - iPrevious);
    iPrevious = pEntry->aiPiece[i];
  }
}

/*
** The bytes of a manifest, as atop this file, for the caller to free with
** sqlite3_free(); {NULL, 0} after an error. Equal manifests have equal bytes.
** What its run has made is left out unless the manifest is partial.
*/
MigBytes migManifestEncode(MigContext *p, const MigManifest *pManifest) {
  ManifestWriter write = {p, 0, 0, 0};
  MigBytes bytes;
  int i;

  putVarint(&write, MIG_MANIFEST_VERSION);
  putVarint(&write, (u64)pManifest->eEncoding);
  putSigned(&write, pManifest->iUserVersion);
  putSigned(&write, pManifest->iApplicationId);
  putVarint(&write, (u64)((pManifest->bPartial ? FLAG_PARTIAL : 0) |
                          (pManifest->partial.n ? FLAG_BATCHES : 0)));
  putVarint(&write, (u64)pManifest->nObject);
  for (i = 0; i < pManifest->nObject; i++) {
    putText(&write, pManifest->aObject[i].zType);
    putText(&write, pManifest->aObject[i].zName);
    putText(&write, pManifest->aObject[i].zTable);
    putText(&write, pManifest->aObject[i].zSql);
    putText(&write, pManifest->aObject[i].zVirtual);
  }
  putVarint(&write, (u64)pManifest->nApplied);
  for (i = 0; i < pManifest->nApplied; i++) {
    putApplied(&write, &pManifest->aApplied[i]);
  }
  putVarint(&write, (u64)pManifest->nTable);
  for (i = 0; i < pManifest->nTable; i++) {
    putTable(&write, &pManifest->aTable[i]);
  }
  if (pManifest->bPartial) {
    putVarint(&write, (u64)pManifest->nMade);
  }
  for (i = 0; i < pManifest->nMade && pManifest->bPartial; i++) {
    putText(&write, pManifest->aMade[i].zType);
    putText(&write, pManifest->aMade[i].zName);
  }
  if (pManifest->partial.n) {
    putVarint(&write, (u64)pManifest->partial.n);
  }
  for (i = 0; i < pManifest->partial.n; i++) {
    putText(&write, pManifest->partial.az[i]);
    putText(&write, pManifest->states.az[i]);
  }
  if (p->rc) {
    sqlite3_free(write.a);
    write.a = 0;
    write.n = 0;
  }
  bytes.a = write.a;
  bytes.n = write.n;
  return bytes;
}

/* ---- reading ---- */

/* Bytes being read. After an error everything read is 0, NULL or "", so that
** the readers below need not test. */
typedef struct ManifestReader {
  MigContext *p;
  const u8 *a; /* the caller's */
  i64 n;       /* so many */
  i64 i;       /* next byte */
} ManifestReader;

/* The bytes are no manifest, as seen at the next byte: BACKUP_DAMAGED. */
static void manifestBad(ManifestReader *pRead, const char *zWhat) {
  migFail(pRead->p, MIG_BACKUP_DAMAGED,
          "the manifest is not as it was written: %s at byte %lld", zWhat,
          pRead->i);
}

/* Read a number of the kind varint, of any size. */
static u64 getVarint(ManifestReader *pRead) {
  u64 v = 0;
  int n = migVarintGet(pRead->a + pRead->i, pRead->n - pRead->i, &v);

  if (n == 0) {
    manifestBad(pRead, "cut off");
  }
  pRead->i += n;
  return pRead->p->rc ? 0 : v;
}

/* Read a number of the kind signed, of any size. */
static i64 getSigned(ManifestReader *pRead) {
  return migUnzigzag(getVarint(pRead));
}

/* Read a varint that must be from 0 to iMax. */
static i64 getNumber(ManifestReader *pRead, i64 iMax) {
  u64 v = getVarint(pRead);

  if (v > (u64)iMax) {
    manifestBad(pRead, "a number too high");
    return 0;
  }
  return (i64)v;
}

/* Read a count of things that take nMin bytes each, at least: one that the
** bytes left have no room for is refused, so that memory for all of them may be
** taken at once. It fits an int. */
static int getCount(ManifestReader *pRead, i64 nMin) {
  i64 nMax = (pRead->n - pRead->i) / nMin;

  return (int)getNumber(pRead, nMax < 0x7fffffff ? nMax : 0x7fffffff);
}

/* The next n bytes (0 or more), where they lie; NULL after an error, and when
** there are not so many, which is one. */
static const u8 *getBytes(ManifestReader *pRead, i64 n) {
  const u8 *a = pRead->a + pRead->i;

  if (n > pRead->n - pRead->i) {
    manifestBad(pRead, "cut off");
  }
  if (pRead->p->rc) {
    return 0;
  }
  pRead->i += n;
  return a;
}

/* Read a text into the arena; "" after an error, never NULL. Whether it is
** UTF-8 is not looked at. */
static const char *getText(ManifestReader *pRead) {
  i64 n = getCount(pRead, 1);
  const u8 *a = getBytes(pRead, n);
  const char *z;

  if (a && memchr(a, 0, (size_t)n)) {
    manifestBad(pRead, "a zero byte in a text");
  }
  z = a ? migStrndup(pRead->p, (const char *)a, n) : 0;
  return z ? z : "";
}

/* Read a hash; aHash stays as it was after an error. */
static void getHash(ManifestReader *pRead, u8 aHash[MIG_HASH_SIZE]) {
  const u8 *a = getBytes(pRead, MIG_HASH_SIZE);

  if (a) {
    memcpy(aHash, a, MIG_HASH_SIZE);
  }
}

/* Read the schema objects. An empty name of a virtual table means none. */
static void getObjects(ManifestReader *pRead, MigManifest *pManifest) {
  int n = getCount(pRead, OBJECT_MIN);
  int i;

  for (i = 0; i < n && pRead->p->rc == SQLITE_OK; i++) {
    MigObject object;
    object.zType = getText(pRead);
    object.zName = getText(pRead);
    object.zTable = getText(pRead);
    object.zSql = getText(pRead);
    object.zVirtual = getText(pRead);
    if (object.zVirtual[0] == 0) {
      object.zVirtual = 0;
    }
    migManifestAddObject(pRead->p, pManifest, &object);
  }
}

/* Read the applied set, in its order. */
static void getApplied(ManifestReader *pRead, MigManifest *pManifest) {
  int n = getCount(pRead, APPLIED_MIN);
  int i;

  pManifest->aApplied = migAlloc(pRead->p, (u64)n * sizeof(MigAppliedRow));
  for (i = 0; i < n && pRead->p->rc == SQLITE_OK; i++) {
    MigAppliedRow *pRow = &pManifest->aApplied[i];
    pRow->zRevision = getText(pRead);
    pRow->iRun = getSigned(pRead);
    pRow->zAppliedAt = getText(pRead);
    getHash(pRead, pRow->aChecksum);
    pRow->bFingerprint = (int)getNumber(pRead, 1);
    if (pRow->bFingerprint) {
      getHash(pRead, pRow->aFingerprint);
    }
  }
  pManifest->nApplied = n;
}

/* Read key and columns of a table. Key columns are some of the columns, and
** there are some just when the key is MIG_KEY_COLUMNS. */
static void getColumns(ManifestReader *pRead, MigTableEntry *pEntry) {
  int i;

  pEntry->eKey = (MigKeyKind)getNumber(pRead, MIG_KEY_NONE);
  pEntry->nKey = getCount(pRead, 1);
  pEntry->nColumn = getCount(pRead, 1);
  if (pEntry->nKey > pEntry->nColumn ||
      (pEntry->nKey > 0) != (pEntry->eKey == MIG_KEY_COLUMNS)) {
    manifestBad(pRead, "a wrong number of key columns");
  }
  pEntry->azColumn =
      migAlloc(pRead->p, (u64)pEntry->nColumn * sizeof(const char *));
  for (i = 0; i < pEntry->nColumn && pRead->p->rc == SQLITE_OK; i++) {
    pEntry->azColumn[i] = getText(pRead);
  }
}

/* Read the terms a table is ordered by: as many as key columns, or more, and
** each of a key column. None where there is no key of columns. */
static void getTerms(ManifestReader *pRead, MigTableEntry *pEntry) {
  int n = getCount(pRead, TERM_MIN);
  MigKeyTerm *a = migAlloc(pRead->p, (u64)n * sizeof(MigKeyTerm));
  int i;

  if (n < pEntry->nKey || (n > 0 && pEntry->nKey == 0)) {
    manifestBad(pRead, "a wrong number of key terms");
  }
  for (i = 0; i < n && pRead->p->rc == SQLITE_OK; i++) {
    i64 v = getNumber(pRead, 2 * (i64)pEntry->nKey - 1);
    a[i].iColumn = (int)(v / 2);
    a[i].bDesc = (int)(v & 1);
    a[i].zCollation = getText(pRead);
  }
  pEntry->nTerm = n;
  pEntry->aTerm = a;
}

/* Read the numbers of the pieces of a list, which are differences. */
static void getPieces(ManifestReader *pRead, MigTableEntry *pEntry) {
  int n = getCount(pRead, 1);
  u64 uPiece = 0;
  int i;

  pEntry->aiPiece = migAlloc(pRead->p, (u64)n * sizeof(i64));
  for (i = 0; i < n && pRead->p->rc == SQLITE_OK; i++) {
    uPiece += (u64)getSigned(pRead);
    pEntry->aiPiece[i] = (i64)uPiece;
    if (pEntry->aiPiece[i] <= 0) {
      manifestBad(pRead, "a number that no chunk has");
    }
  }
  pEntry->nPiece = n;
}

/* Read the tables. The counts of rows, bytes and chunks are only bounded. */
static void getTables(ManifestReader *pRead, MigManifest *pManifest) {
  const i64 iMax = 0x7fffffffffffffffLL;
  int n = getCount(pRead, TABLE_MIN);
  int i;

  for (i = 0; i < n && pRead->p->rc == SQLITE_OK; i++) {
    MigTableEntry entry;
    memset(&entry, 0, sizeof(entry));
    entry.zName = getText(pRead);
    getColumns(pRead, &entry);
    getTerms(pRead, &entry);
    entry.nRow = getNumber(pRead, iMax);
    entry.nByte = getNumber(pRead, iMax);
    entry.nChunk = getNumber(pRead, iMax);
    entry.nBits = (int)getNumber(pRead, BITS_MAX);
    getHash(pRead, entry.aDigest);
    getPieces(pRead, &entry);
    migManifestAddTable(pRead->p, pManifest, &entry);
  }
}

/* Read what the run has made, of a partial backup. */
static void getMade(ManifestReader *pRead, MigManifest *pManifest) {
  int n = pManifest->bPartial ? getCount(pRead, 2) : 0;
  int i;

  for (i = 0; i < n && pRead->p->rc == SQLITE_OK; i++) {
    const char *zType = getText(pRead);
    migManifestAddMade(pRead->p, pManifest, zType, getText(pRead));
  }
}

/* Read the revisions that were applied in part; only with their flag. */
static void getPartial(ManifestReader *pRead, MigManifest *pManifest) {
  int n = getCount(pRead, 2);
  int i;

  for (i = 0; i < n && pRead->p->rc == SQLITE_OK; i++) {
    migListAdd(pRead->p, &pManifest->partial, getText(pRead));
    migListAdd(pRead->p, &pManifest->states, getText(pRead));
  }
}

/*
** Read a manifest from n bytes, which may be any; a may be NULL when n is 0.
** What it consists of is copied into the arena: the bytes may go. The memory it
** takes is bounded by a multiple of n. BACKUP_DAMAGED when the bytes are no
** manifest, or one of a version that is not known here; pManifest means nothing
** then. That they can be read does not say that they are what was written.
*/
void migManifestDecode(MigContext *p, const u8 *a, i64 n,
                       MigManifest *pManifest) {
  ManifestReader read = {p, a ? a : (const u8 *)"", n, 0};
  u64 uVersion;
  int flags;

  memset(pManifest, 0, sizeof(*pManifest));
  if (p->rc) {
    return; /* unreached: nobody decodes after an error */
  }
  uVersion = getVarint(&read);
  if (p->rc == SQLITE_OK && uVersion != MIG_MANIFEST_VERSION) {
    migFail(p, MIG_BACKUP_DAMAGED,
            "the manifest has version %llu, and only %d is known; a newer"
            " migrate may read it",
            uVersion, MIG_MANIFEST_VERSION);
  }
  pManifest->eEncoding = (int)getNumber(&read, SQLITE_UTF16BE);
  if (pManifest->eEncoding == 0) {
    manifestBad(&read, "no encoding");
  }
  pManifest->iUserVersion = getSigned(&read);
  pManifest->iApplicationId = getSigned(&read);
  flags = (int)getNumber(&read, FLAG_PARTIAL | FLAG_BATCHES);
  pManifest->bPartial = (flags & FLAG_PARTIAL) != 0;
  getObjects(&read, pManifest);
  getApplied(&read, pManifest);
  getTables(&read, pManifest);
  getMade(&read, pManifest);
  if (flags & FLAG_BATCHES) {
    getPartial(&read, pManifest);
  }
  if (read.i < n) {
    manifestBad(&read, "more than there should be");
  }
}
