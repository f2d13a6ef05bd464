// Preloaded into a process, it keeps beside the real files what a disk would still have after a power cut: of a file
// what it held when it was last synced, of a folder the names it had when it was last synced. Everything else is gone.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static void keep(int from, const char *name) {
  char path[4200], part[4300], buffer[65536];
  snprintf(path, sizeof path, "%s/%s", getenv("FORGETS_KEPT"), name);
  snprintf(part, sizeof part, "%s.part", path);
  int to = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (to < 0) return;
  off_t at = 0;
  for (ssize_t count; (count = pread(from, buffer, sizeof buffer, at)) > 0; at += count)
    if (write(to, buffer, count) != count) break;
  close(to);
  rename(part, path);
}

static void keep_names(const char *folder) {
  char path[4200], part[4300], file[5000];
  snprintf(path, sizeof path, "%s/names", getenv("FORGETS_KEPT"));
  snprintf(part, sizeof part, "%s.part", path);
  FILE *names = fopen(part, "w");
  DIR *listing = opendir(folder);
  for (struct dirent *entry; names && listing && (entry = readdir(listing));) {
    struct stat stat_of;
    snprintf(file, sizeof file, "%s/%s", folder, entry->d_name);
    if (lstat(file, &stat_of) == 0 && S_ISREG(stat_of.st_mode))
      fprintf(names, "%lu %s\n", (unsigned long)stat_of.st_ino, entry->d_name);
  }
  if (listing) closedir(listing);
  if (names) fclose(names);
  rename(part, path);
}

static int synced(int descriptor, int (*really)(int)) {
  const char *watched = getenv("FORGETS_FOLDER");
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (!watched || length < 0) return really(descriptor);
  path[length] = 0;
  if (strncmp(path, watched, strlen(watched)) != 0) return really(descriptor);
  // A disk that lies says that it is done, and forgets it.
  if (getenv("FORGETS_EVERYTHING")) return 0;
  struct stat stat_of;
  pthread_mutex_lock(&one_at_a_time);
  if (fstat(descriptor, &stat_of) == 0) {
    char name[64];
    snprintf(name, sizeof name, "%lu", (unsigned long)stat_of.st_ino);
    // Beneath the folder there are only copies of it: backups are not looked at.
    if (S_ISDIR(stat_of.st_mode) && strcmp(path, watched) == 0) keep_names(path);
    else if (S_ISREG(stat_of.st_mode) && !strchr(path + strlen(watched) + 1, '/')) keep(descriptor, name);
  }
  pthread_mutex_unlock(&one_at_a_time);
  return 0;
}

int fsync(int descriptor) { return synced(descriptor, (int (*)(int))dlsym(RTLD_NEXT, "fsync")); }
int fdatasync(int descriptor) { return synced(descriptor, (int (*)(int))dlsym(RTLD_NEXT, "fdatasync")); }
