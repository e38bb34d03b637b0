/*
** manifest.c - what a backup holds.
**
** A manifest is kept as bytes in column manifest of _migrate_backups. It is
** made of
**
**   varint   unsigned, 1 to 9 bytes, as rowcode.h describes it
**   signed   a varint v that stands for v/2 when v is even, else -(v+1)/2
**   text     varint n, then n bytes of UTF-8, none of them zero
**   hash     32 bytes
**
** and is, one behind the other and nothing after it:
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
**     varint   1 when the fingerprint is known, and then
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
** Bytes are read from files that others may have made: every count is compared
** with the bytes that are left before memory is taken for it.
*/
#include <string.h>
#include "rowcode.h"
#include "manifest.h"

#define FLAG_PARTIAL 1
#define FLAG_BATCHES 2
#define BITS_MAX 24

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

/* FNV-1a over the name in lower case. */
u32 migNameHash(const char *z) {
  u32 h = 2166136261u;

  for (; *z; z++) {
    u32 c = (u8)*z;
    h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32 : c)) * 16777619u;
  }
  return h;
}

static void slotPut(MigNameSlot *aSlot, int nSlot, MigNameSlot slot) {
  u32 i = slot.uHash & (u32)(nSlot - 1);

  while (aSlot[i].iName) {
    i = (i + 1) & (u32)(nSlot - 1);
  }
  aSlot[i] = slot;
}

/* Add the next name. Half of the slots at most are taken. */
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

/* The number from 1 of a name with this hash, or 0 when there are no more.
** *pi, 0 at first, counts the slots that were looked at. */
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

/* Room for one element more behind n. *pnAlloc elements are there. */
static void *arrayGrow(MigContext *p, void *a, int n, int *pnAlloc, u64 nSize) {
  int nNew = n > 4 ? 2 * n : 8;

  if (n < *pnAlloc) {
    return a;
  }
  a = migGrow(p, a, (u64)n * nSize, (u64)nNew * nSize);
  *pnAlloc = a ? nNew : *pnAlloc;
  return a;
}

/* Add an object that the run of a partial backup has made; the texts must live
** as long as the manifest. */
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

/* Did the run of a partial backup make this object? */
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

/* Add a schema object; what it points to must live as long as the manifest. */
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

/* Add a table; what it points to must live as long as the manifest. */
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

/* The entry of a table, or NULL. Names are compared as SQLite does. */
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

static int objectIs(const MigObject *pObject, const char *zType,
                    const char *zName) {
  return migStrICmp(pObject->zName, zName) == 0 &&
         strcmp(pObject->zType, zType) == 0;
}

/* A schema object by type and name, or NULL. Names are compared as SQLite
** does. */
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

/* Bytes being written; a is from sqlite3_malloc64(). */
typedef struct ManifestWriter {
  MigContext *p;
  u8 *a;
  i64 n;
  i64 nAlloc;
} ManifestWriter;

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

static void putVarint(ManifestWriter *pWrite, u64 v) {
  u8 a[MIG_VARINT_MAX];

  putBytes(pWrite, a, migVarintPut(a, v));
}

static void putSigned(ManifestWriter *pWrite, i64 v) {
  putVarint(pWrite, migZigzag(v));
}

static void putText(ManifestWriter *pWrite, const char *z) {
  i64 n = z ? (i64)strlen(z) : 0;

  putVarint(pWrite, (u64)n);
  putBytes(pWrite, z, n);
}

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

/* The bytes of a manifest, for the caller to free; {NULL, 0} after an
** error. */
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

/* Bytes being read. After an error everything read is 0, NULL or "". */
typedef struct ManifestReader {
  MigContext *p;
  const u8 *a;
  i64 n;
  i64 i; /* next byte */
} ManifestReader;

static void manifestBad(ManifestReader *pRead, const char *zWhat) {
  migFail(pRead->p, MIG_BACKUP_DAMAGED,
          "the manifest is not as it was written: %s at byte %lld", zWhat,
          pRead->i);
}

static u64 getVarint(ManifestReader *pRead) {
  u64 v = 0;
  int n = migVarintGet(pRead->a + pRead->i, pRead->n - pRead->i, &v);

  if (n == 0) {
    manifestBad(pRead, "cut off");
  }
  pRead->i += n;
  return pRead->p->rc ? 0 : v;
}

static i64 getSigned(ManifestReader *pRead) {
  return migUnzigzag(getVarint(pRead));
}

/* A number from 0 to iMax. */
static i64 getNumber(ManifestReader *pRead, i64 iMax) {
  u64 v = getVarint(pRead);

  if (v > (u64)iMax) {
    manifestBad(pRead, "a number too high");
    return 0;
  }
  return (i64)v;
}

/* A count of things that take nMin bytes each, at least. */
static int getCount(ManifestReader *pRead, i64 nMin) {
  i64 nMax = (pRead->n - pRead->i) / nMin;

  return (int)getNumber(pRead, nMax < 0x7fffffff ? nMax : 0x7fffffff);
}

/* n bytes, where they lie; NULL when there are not so many. */
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

static void getHash(ManifestReader *pRead, u8 aHash[MIG_HASH_SIZE]) {
  const u8 *a = getBytes(pRead, MIG_HASH_SIZE);

  if (a) {
    memcpy(aHash, a, MIG_HASH_SIZE);
  }
}

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

/* Key and columns of a table. */
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

/* The terms a table is ordered by: as many as key columns, or more. */
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

static void getMade(ManifestReader *pRead, MigManifest *pManifest) {
  int n = pManifest->bPartial ? getCount(pRead, 2) : 0;
  int i;

  for (i = 0; i < n && pRead->p->rc == SQLITE_OK; i++) {
    const char *zType = getText(pRead);
    migManifestAddMade(pRead->p, pManifest, zType, getText(pRead));
  }
}

static void getPartial(ManifestReader *pRead, MigManifest *pManifest) {
  int n = getCount(pRead, 2);
  int i;

  for (i = 0; i < n && pRead->p->rc == SQLITE_OK; i++) {
    migListAdd(pRead->p, &pManifest->partial, getText(pRead));
    migListAdd(pRead->p, &pManifest->states, getText(pRead));
  }
}

/*
** Read a manifest from n bytes, which may be any. What it consists of is in
** the arena. BACKUP_DAMAGED when the bytes are no manifest, or one of a
** version that is not known here; pManifest means nothing then.
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
