/*
** rowcode.h - rows as bytes, and back.
**
** Everything a backup stores is made of SQLite's own building blocks, as its
** file format describes them:
**
**   varint   1 to 9 bytes, big-endian, seven bits a byte, the high bit says
**            that more follow; the ninth byte carries eight bits.
**   serial   a varint that tells type and size of a value: 0 NULL; 1 to 6
**            two's-complement big-endian integers of 1, 2, 3, 4, 6, 8 bytes;
**            7 an IEEE 754 double, 8 bytes big-endian; 8 and 9 the integers 0
**            and 1, no bytes; n >= 12 even: a blob of (n-12)/2 bytes; n >= 13
**            odd: a text of (n-13)/2 bytes in the encoding of the file.
**
** A row is the serials of its values, one behind the other, then the bytes of
** the values in the same order. How many values there are is in the table's
** entry of the manifest. Serials 10 and 11 do not occur.
**
** The row (5, 'ab', NULL, 1.5) of a file in UTF-8, fifteen bytes in hex:
**
**   01 11 00 07               serials: 1 byte, text of 2, NULL, double
**   05  61 62  3f f8 00 00 00 00 00 00
**
** An integer is written with the shortest serial that holds it, and a varint
** with the fewest bytes. So equal values have equal bytes, and rows can be
** compared as bytes. A reader takes longer forms as well.
**
** Signed numbers next to rows (differences of keys and of chunk numbers) are
** varints of their zigzag: 2 * v for v >= 0, else -2 * v - 1.
**
** SQLite's page "Database File Format" (fileformat2.html, section "Record
** Format") describes its own records in the same words. They differ in two
** points: their header begins with its length, and a float without a fraction
** may lie in them as an integer.
*/
#ifndef MIG_ROWCODE_H
#define MIG_ROWCODE_H

#include "context.h"

#define MIG_VARINT_MAX 9 /* bytes of the longest varint */

/* A value. Only the fields of its type count. */
typedef struct MigValue {
  int eType;   /* SQLITE_NULL, INTEGER, FLOAT, TEXT or BLOB */
  i64 i;       /* of an integer */
  double r;    /* of a float; never NaN, which SQLite stores as NULL */
  i64 n;       /* bytes of a text or blob, 0 to 2^40 */
  const u8 *a; /* these bytes, which someone else keeps; a text in the encoding
                  of the file, without a terminator; any pointer when n is 0 */
} MigValue;

int migVarintSize(u64 v);
int migVarintPut(u8 *a, u64 v);
int migVarintGet(const u8 *a, i64 n, u64 *pv);
u64 migZigzag(i64 v);
i64 migUnzigzag(u64 v);

u64 migSerialOf(const MigValue *pValue);
i64 migSerialSize(u64 uSerial);
i64 migValuePut(u8 *a, u64 uSerial, const MigValue *pValue);
int migValueGet(const u8 *a, i64 n, u64 uSerial, MigValue *pValue);

i64 migRowSerials(const MigValue *aValue, int nValue, u64 *aSerial);
i64 migRowPut(u8 *a, const u64 *aSerial, const MigValue *aValue, int nValue);
i64 migRowGet(const u8 *a, i64 n, int nValue, MigValue *aValue);
i64 migRowHeader(const u8 *a, i64 n, int nValue, u64 *aSerial);

u32 migKeyHashInt(i64 iKey);
u32 migKeyHashBytes(const u8 *a, i64 n);

#endif
