/* SPDX-License-Identifier: MIT
 *
 * Feeds a fuzz target each file of the folder (or each file) given as an argument: the corpus as an
 * ordinary test, and a way to reproduce what a fuzzer found.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static bool feed(const char *path) {
	FILE *file = fopen(path, "rb");
	struct stat info;
	if (file == NULL || fstat(fileno(file), &info) < 0) {
		perror(path);
		return false;
	}
	/* Exactly as large as the input: a sanitizer sees every overrun. */
	size_t len = (size_t)info.st_size;
	uint8_t *bytes = malloc(len > 0 ? len : 1);
	bool good = bytes != NULL && fread(bytes, 1, len, file) == len;
	if (good) {
		LLVMFuzzerTestOneInput(bytes, len);
	}
	free(bytes);
	fclose(file);
	return good;
}

static bool feed_folder(const char *path, size_t *files) {
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort);
	if (n < 0) {
		perror(path);
		return false;
	}
	bool good = true;
	for (int i = 0; i < n; i++) {
		char name[4096];
		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.') {
			good = feed(name) && good;
			(*files)++;
		}
		free(entries[i]);
	}
	free(entries);
	return good;
}

int main(int argc, char **argv) {
	size_t files = 0;
	bool good = true;
	for (int i = 1; i < argc; i++) {
		struct stat info;
		if (stat(argv[i], &info) == 0 && S_ISDIR(info.st_mode)) {
			good = feed_folder(argv[i], &files) && good;
		} else {
			good = feed(argv[i]) && good;
			files++;
		}
	}
	printf("%zu inputs\n", files);
	return good && files > 0 ? 0 : 1;
}
