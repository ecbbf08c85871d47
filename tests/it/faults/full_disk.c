// A disk that is full when somebody says so. Preloaded into a program, it has writes into the folder FULL_DISK fail as the kernel fails them (ENOSPC) for as long as that folder holds a file `full`. What
// overwrites a file within its length goes on, as on a real disk.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_full(int file, off_t end) {
    const char *folder = getenv("FULL_DISK");
    if (folder == NULL) return 0;
    char name[64], path[PATH_MAX];
    struct stat state;
    int before = errno;
    snprintf(path, sizeof path, "%s/full", folder);
    int is_said = access(path, F_OK) == 0;
    errno = before;
    if (!is_said) return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t length = readlink(name, path, sizeof path - 1);
    int has_state = fstat(file, &state) == 0;
    errno = before;
    if (length < 0 || !has_state || !S_ISREG(state.st_mode)) return 0;
    path[length] = '\0';
    return strncmp(path, folder, strlen(folder)) == 0 && end > state.st_size;
}

static off_t position(int file) {
    int before = errno;
    off_t at = (fcntl(file, F_GETFL) & O_APPEND) ? lseek(file, 0, SEEK_END) : lseek(file, 0, SEEK_CUR);
    errno = before;
    return at < 0 ? 0 : at;
}

static off_t sum(const struct iovec *parts, int count) {
    off_t bytes = 0;
    for (int at = 0; at < count; at++) bytes += parts[at].iov_len;
    return bytes;
}

#define REFUSE_IF_FULL(file, end, code) \
    if (is_full(file, end)) {           \
        errno = ENOSPC;                 \
        return code;                    \
    }
#define ORIGINAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

ssize_t write(int file, const void *bytes, size_t count) {
    REFUSE_IF_FULL(file, position(file) + (off_t)count, -1)
    return ORIGINAL(ssize_t, "write", int, const void *, size_t)(file, bytes, count);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    REFUSE_IF_FULL(file, position(file) + sum(parts, count), -1)
    return ORIGINAL(ssize_t, "writev", int, const struct iovec *, int)(file, parts, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    REFUSE_IF_FULL(file, at + (off_t)count, -1)
    return ORIGINAL(ssize_t, "pwrite", int, const void *, size_t, off_t)(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off_t at) { return pwrite(file, bytes, count, at); }

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
    REFUSE_IF_FULL(file, at + sum(parts, count), -1)
    return ORIGINAL(ssize_t, "pwritev", int, const struct iovec *, int, off_t)(file, parts, count, at);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off_t at) { return pwritev(file, parts, count, at); }

int posix_fallocate(int file, off_t at, off_t count) {
    REFUSE_IF_FULL(file, at + count, ENOSPC)
    return ORIGINAL(int, "posix_fallocate", int, off_t, off_t)(file, at, count);
}

int posix_fallocate64(int file, off_t at, off_t count) { return posix_fallocate(file, at, count); }
