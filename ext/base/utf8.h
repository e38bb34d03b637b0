/*
** utf8.h - well-formed UTF-8 (RFC 3629).
*/
#ifndef MIG_UTF8_H
#define MIG_UTF8_H

#include "sqlite3.h"

int migUtf8Size(const char *z, sqlite3_int64 n);
int migIsUtf8(const char *z, sqlite3_int64 n);

#endif
