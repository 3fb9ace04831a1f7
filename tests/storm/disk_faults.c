/* Makes fsync and fdatasync slow or failing, as a file says: "ok", "slow <milliseconds>", "fail" or "lie".
 *
 * "fail" answers EIO without a sync: failed and not stored. "lie" syncs and answers EIO all the same:
 * failed, yet stored. The file is named by STORM_DISK and read at each call.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef int (*sync_call)(int);

static int faulty(const char *name, int handle)
{
    sync_call real = (sync_call) dlsym(RTLD_NEXT, name);
    const char *path = getenv("STORM_DISK");
    char mode[32] = "";
    if (path) {
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file >= 0) {
            ssize_t got = read(file, mode, sizeof mode - 1);
            mode[got > 0 ? got : 0] = 0;
            close(file);
        }
    }
    if (!strncmp(mode, "slow ", 5)) {
        long wait = atol(mode + 5);
        struct timespec pause = {wait / 1000, (wait % 1000) * 1000000L};
        nanosleep(&pause, NULL);
    } else if (!strncmp(mode, "fail", 4)) {
        errno = EIO;
        return -1;
    }
    int answer = real(handle);
    if (!strncmp(mode, "lie", 3)) {
        errno = EIO;
        return -1;
    }
    return answer;
}

int fsync(int handle) { return faulty("fsync", handle); }
int fdatasync(int handle) { return faulty("fdatasync", handle); }
