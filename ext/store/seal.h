/*
** seal.h - a hash over the values of a row.
**
** Each value is hashed as one type byte and its bytes:
**   0x00  NULL, nothing follows
**   0x01  integer, 8 bytes, big-endian two's complement
**   0x02  real, 8 bytes, big-endian IEEE 754 (we write none)
**   0x03  text, 8 bytes big-endian length, then the UTF-8 bytes
**   0x04  blob, 8 bytes big-endian length, then the bytes
** A seal is the first MIG_SEAL_SIZE bytes of BLAKE2b-256 over the name of the
** table, as a text, and the row's columns in their order, without the seal.
** It finds accidents; who can write the file can also recompute it.
**
** For row (1, 'ab', NULL, seal) of a table named t these bytes are hashed:
**   03 0000000000000001 74       the name of the table
**   01 0000000000000001          1
**   03 0000000000000002 6162     'ab'
**   00                           NULL
** The chain of the history (history.c) is made of values in the same form.
*/
#ifndef MIG_SEAL_H
#define MIG_SEAL_H

#include "hash.h"

#define MIG_SEAL_SIZE 8 /* bytes */

/* The bytes of a seal, value by value. Nothing is allocated or fails. */
void migSealStart(MigHash *pHash, const char *zTable);
void migSealNull(MigHash *pHash);
void migSealInt(MigHash *pHash, i64 v);
void migSealText(MigHash *pHash, const char *z);
void migSealBlob(MigHash *pHash, const void *a, i64 n);
void migSealEnd(MigHash *pHash, u8 aSeal[MIG_SEAL_SIZE]);

/* Rows that are there. Where nothing else is said, the statement selects * of
** the table, whose last column is the seal. */
void migSealColumn(MigContext *p, MigHash *pHash, sqlite3_stmt *pStmt, int i);
void migSealRow(MigContext *p, sqlite3_stmt *pStmt, const char *zTable,
                int nColumn, u8 aSeal[MIG_SEAL_SIZE]);
int migSealFits(MigContext *p, sqlite3_stmt *pStmt, const char *zTable);
void migSealAgain(MigContext *p, const char *zTable, sqlite3_stmt *pRead,
                  sqlite3_stmt *pWrite);
int migSealEmpty(sqlite3_stmt *pStmt, int i);
void migSealMissing(MigContext *p);

/* A row to be written: what is bound is hashed as well. Values come in the
** order of the columns, and the i-th is parameter ?i. Set up by
** migSealedStart(). */
typedef struct MigSealed {
  sqlite3_stmt *pStmt;     /* the INSERT or UPDATE */
  int i;                   /* parameter bound last */
  MigHash hash;            /* over what was bound */
  u8 aHash[MIG_HASH_SIZE]; /* the hash, bound until the statement is reset */
} MigSealed;

void migSealedStart(MigSealed *pRow, sqlite3_stmt *pStmt, const char *zTable);
void migSealedNull(MigSealed *pRow);
void migSealedInt(MigContext *p, MigSealed *pRow, i64 v);
void migSealedText(MigContext *p, MigSealed *pRow, const char *z);
void migSealedBlob(MigContext *p, MigSealed *pRow, const void *a, i64 n);
void migSealedEnd(MigContext *p, MigSealed *pRow, int nByte);

#endif
