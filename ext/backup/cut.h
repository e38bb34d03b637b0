/*
** cut.h - where one chunk ends and the next begins.
**
** A cut is decided by the hash of a row's key, never by its content, so a
** changed row changes one chunk and moves no boundary. Only the bounds on the
** size, which few chunks meet, depend on content. All sizes are bytes of a
** chunk before it is compressed.
*/
#ifndef MIG_CUT_H
#define MIG_CUT_H

#include "context.h"

#define MIG_CHUNK_MIN 4096     /* no cut by key before so many bytes */
#define MIG_CHUNK_TARGET 16384 /* the most, on average, from cut to cut */
#define MIG_CHUNK_MAX                                                          \
  32000 /* of every chunk: all of it lies in deflate's                         \
           window when it serves as a dictionary */

int migCutBits(i64 nByte, i64 nRow);
int migCutBefore(int nBits, u32 uHash, i64 nHave, i64 nNext);

#endif
