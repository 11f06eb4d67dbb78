// Two functions of libcurl take arguments of any type (`...`), which Swift cannot call. These call them, through the
// addresses that were looked up at run time: neither libcurl nor its headers are needed to build.

#ifndef CCURL_CURL_H
#define CCURL_CURL_H

#include <stddef.h>
#include <stdint.h>

/// What libcurl calls with bytes that arrived: the bytes, 1, their count, a pointer of the caller's.
typedef size_t (*CurlReceiver)(char *, size_t, size_t, void *);

/// What libcurl calls about once a second, and more often while bytes come: a pointer of the caller's, then the bytes that
/// are expected and came, and those to send and sent. Another answer than 0 ends the transfer.
typedef int (*CurlWatcher)(void *, int64_t, int64_t, int64_t, int64_t);

static inline int curlSetNumber(void *setopt, void *handle, int option, long value) {
  return ((int (*)(void *, int, ...))setopt)(handle, option, value);
}

static inline int curlSetPointer(void *setopt, void *handle, int option, void *value) {
  return ((int (*)(void *, int, ...))setopt)(handle, option, value);
}

static inline int curlSetText(void *setopt, void *handle, int option, const char *value) {
  return ((int (*)(void *, int, ...))setopt)(handle, option, value);
}

static inline int curlSetReceiver(void *setopt, void *handle, int option, CurlReceiver value) {
  return ((int (*)(void *, int, ...))setopt)(handle, option, value);
}

static inline int curlSetWatcher(void *setopt, void *handle, int option, CurlWatcher value) {
  return ((int (*)(void *, int, ...))setopt)(handle, option, value);
}

#endif
