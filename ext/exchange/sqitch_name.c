/*
** sqitch_name.c - what sqitch takes for a name, a date or the id of a change.
**
** A name is as App::Sqitch::Plan has it: bytes without blanks and without any
** of : @ # \, no punctuation at either end ('_' is none), and no digits behind
** one of ~ / = % ^ at its end, for that is how sqitch spells "so many changes
** before". Bytes above 0x7f are taken as they are; that the plan is UTF-8 is
** its reader's to see. What a change or a tag is called must not be ROOT or
** HEAD, nor look like the id of a change, a SHA-1 in 40 hexadecimal digits.
**
** A date is in UTC, 2026-01-02T03:04:05Z. Nothing here fails: the callers say
** what is wrong and where. Texts are spans and need no zero behind them.
**
**     users  add_users  users/add  v1.0  a~b           names
**     users.  -users  a:b  a@b  users~2                 none
**     ROOT  0123456789abcdef0123456789abcdef01234567    not free
*/
#include <string.h>
#include "sqitch.h"

/* Whether c is punctuation of ASCII, '_' aside; a zero is none. */
int migSqitchIsPunct(char c) {
  return c && strchr("-!\"#$%&'()*+,./:;<=>?@[\\]^`{|}~", c) != 0;
}

/* Whether n bytes at z are a name of sqitch's: no punctuation at either end,
** none of : @ # \ or blanks, no digits behind one of ~ / = % ^ at the end. */
int migSqitchIsName(const char *z, i64 n) {
  i64 i;

  if (n <= 0 || migSqitchIsPunct(z[0]) || migSqitchIsPunct(z[n - 1])) {
    return 0;
  }
  for (i = 0; i < n; i++) {
    if ((u8)z[i] <= ' ' || z[i] == 0x7f || strchr(":@#\\", z[i])) {
      return 0;
    }
  }
  for (i = n; i > 0 && migIsDigit(z[i - 1]); i--) {
  }
  return i == n || i == 0 || strchr("~/=%^", z[i - 1]) == 0;
}

/* Whether n bytes at z begin with 40 hexadecimal digits, as the id of a change
** does: small letters only. More may follow. */
int migSqitchIsHash(const char *z, i64 n) {
  i64 i;

  for (i = 0; i < n && i < 40; i++) {
    if (!migIsDigit(z[i]) && !(z[i] >= 'a' && z[i] <= 'f')) {
      return 0;
    }
  }
  return n >= 40;
}

/* Whether a change or tag may have the n bytes at z for its name; no tag holds
** a '/', which is not looked at here. */
int migSqitchIsFree(const char *z, i64 n) {
  return migSqitchIsName(z, n) && !migSqitchIsHash(z, n) &&
         !(n == 4 && (memcmp(z, "ROOT", 4) == 0 || memcmp(z, "HEAD", 4) == 0));
}

/* Two digits, which is known of them, as a number. */
static int sqitchTwo(const char *z) {
  return (z[0] - '0') * 10 + z[1] - '0';
}

/* Whether n bytes at z begin with a date and time, 19 bytes, that exists by the
** calendar; there are no leap seconds. What follows, 'Z', is not looked at. */
int migSqitchIsTime(const char *z, i64 n) {
  static const char zForm[] = "0000-00-00T00:00:00";
  static const int aDay[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int nYear;
  int nMonth;
  int nDay;
  int i;

  for (i = 0; i < 19; i++) {
    if (i >= n || (zForm[i] == '0' ? !migIsDigit(z[i]) : z[i] != zForm[i])) {
      return 0;
    }
  }
  nYear = sqitchTwo(z) * 100 + sqitchTwo(z + 2);
  nMonth = sqitchTwo(z + 5);
  nDay = sqitchTwo(z + 8);
  if (nMonth < 1 || nMonth > 12 || nDay < 1 || nDay > aDay[nMonth - 1] ||
      (nMonth == 2 && nDay == 29 &&
       (nYear % 4 || (nYear % 100 == 0 && nYear % 400)))) {
    return 0;
  }
  return sqitchTwo(z + 11) < 24 && sqitchTwo(z + 14) < 60 &&
         sqitchTwo(z + 17) < 60;
}
