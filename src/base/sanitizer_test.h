/* SPDX-License-Identifier: Apache-2.0 */
/* sanitizer_test.h -- whether a test was built with a sanitizer, whose memory is not the program's:
 * figures of the process mean little then. */
#ifndef SX_BASE_SANITIZER_TEST_H
#define SX_BASE_SANITIZER_TEST_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#endif
