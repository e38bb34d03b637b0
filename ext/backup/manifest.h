/*
** manifest.h - what a backup holds.
**
** In memory it is a MigManifest: filled piece by piece while a backup is taken,
** or read from bytes. All it points to is in the arena, or lives as long for
** another reason; nothing of it is freed by itself. The bytes are described in
** manifest.c.
*/
#ifndef MIG_MANIFEST_H
#define MIG_MANIFEST_H

#include "hash.h"
#include "layout.h"
#include "codec.h"

#define MIG_MANIFEST_VERSION 2 /* the first number in the bytes */

/* A row of sqlite_schema. Names as the schema spells them. */
typedef struct MigObject {
  const char *zType; /* table, index, view, trigger */
  const char *zName;
  const char *zTable;   /* tbl_name: of an index or trigger what it is on, of a
                           table or view itself */
  const char *zSql;     /* objects without, automatic indexes, are left out */
  const char *zVirtual; /* of a table: the virtual table that it is a part of,
                           NULL: none */
} MigObject;

/* A row of the applied set, without its seal. */
typedef struct MigAppliedRow {
  const char *zRevision;
  i64 iRun;                    /* run that applied it */
  const char *zAppliedAt;      /* ISO-8601 UTC */
  u8 aChecksum[MIG_HASH_SIZE]; /* of its scripts as applied */
  int bFingerprint;            /* the fingerprint is known */
  u8 aFingerprint[MIG_HASH_SIZE];
} MigAppliedRow;

/* A table whose rows are in the backup. */
typedef struct MigTableEntry {
  const char *zName;
  MigKeyKind eKey;
  int nKey;    /* first columns that are the key, else 0 */
  int nColumn; /* stored columns, in the order of MigLayout */
  const char **azColumn;
  int nTerm; /* order of the rows, as in MigLayout */
  const MigKeyTerm *aTerm;
  i64 nRow;
  i64 nByte; /* bytes of its chunks, inflated */
  i64 nChunk;
  int nBits;                 /* of migCutBefore(), 0 to 24 */
  u8 aDigest[MIG_HASH_SIZE]; /* BLAKE2b-256 of the chunks' names in order */
  int nPiece;                /* pieces of its list */
  i64 *aiPiece;              /* numbers of the chunks that they are */
} MigTableEntry;

/* The names of an array that only grows, found by their hash: an open hash
** table. The same name can be in it several times. */
typedef struct MigNameIndex {
  int nName; /* the first so many names are in it */
  int nSlot; /* a power of two, or 0 */
  struct MigNameSlot *aSlot;
} MigNameIndex;

/* What a backup holds. Zero-initialize. */
typedef struct MigManifest {
  int eEncoding;      /* SQLITE_UTF8, SQLITE_UTF16LE or SQLITE_UTF16BE */
  i64 iUserVersion;   /* PRAGMA user_version */
  i64 iApplicationId; /* PRAGMA application_id */
  int bPartial;       /* not all tables are in it; the schema is all the same */
  int nObject;
  int nObjectAlloc;
  MigObject *aObject;   /* in the order of sqlite_schema; ours are left out */
  MigNameIndex objects; /* of aObject */
  int nMade;            /* of a partial one: what its run has made since */
  int nMadeAlloc;
  MigObject *aMade; /* only types and names */
  int nApplied;
  MigAppliedRow *aApplied; /* by revision */
  MigList partial;         /* revisions that were applied in part */
  MigList states;          /* how far each of them was; as many */
  int nTable;
  int nTableAlloc;
  MigTableEntry *aTable; /* in the order they were taken */
  MigNameIndex tables;   /* of aTable */
} MigManifest;

MigBytes migManifestEncode(MigContext *p, const MigManifest *pManifest);
void migManifestDecode(MigContext *p, const u8 *a, i64 n,
                       MigManifest *pManifest);
void migManifestAddObject(MigContext *p, MigManifest *pManifest,
                          const MigObject *pObject);
void migManifestAddMade(MigContext *p, MigManifest *pManifest,
                        const char *zType, const char *zName);
int migManifestMade(const MigManifest *pManifest, const char *zType,
                    const char *zName);
void migManifestAddTable(MigContext *p, MigManifest *pManifest,
                         const MigTableEntry *pEntry);
u32 migNameHash(const char *zName);
const MigTableEntry *migManifestTable(const MigManifest *pManifest,
                                      const char *zName);
const MigObject *migManifestObject(const MigManifest *pManifest,
                                   const char *zType, const char *zName);

#endif
