/*
** fast.h - whether short ways are taken.
**
** A fast path does, for inputs that allow it, what a general way beside it
** does for all. MIG_FAST says when it is taken: 0 never, 1 where it pays (the
** default), 2 wherever it is allowed, however small the input. Results are the
** same; the tests pass with each. It is set when compiling: -DMIG_FAST=0.
*/
#ifndef MIG_FAST_H
#define MIG_FAST_H

#ifndef MIG_FAST
#define MIG_FAST 1
#endif

#endif
