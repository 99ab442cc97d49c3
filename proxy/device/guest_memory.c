/* SPDX-License-Identifier: MIT */
#include "proxy/device/guest_memory.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/canary.h"

static void region_unmap(struct guest_region *region) {
	if (region->host != NULL) {
		munmap(region->host, region->where.size);
	}
	*region = (struct guest_region){0};
}

static struct guest_region *find_same(struct guest_memory *memory,
		const struct guest_region *wanted) {
	for (size_t i = 0; i < memory->n; i++) {
		struct guest_region *region = &memory->regions[i];
		if (region->host != NULL && region->where.gpa == wanted->where.gpa &&
				region->where.size == wanted->where.size &&
				region->where.file_offset == wanted->where.file_offset &&
				region->dev == wanted->dev && region->ino == wanted->ino) {
			return region;
		}
	}
	return NULL;
}

/* Maps a region of RAM. */
static int region_map(struct guest_region *region, int fd, const struct stat *st) {
	const struct vhost_user_region *where = &region->where;
	/* A file that is too short would be a SIGBUS for us. */
	if (st->st_size < 0 || where->file_offset + where->size > (uint64_t)st->st_size ||
			where->file_offset % 4096 != 0) {
		return -EINVAL;
	}
	void *host = mmap(NULL, where->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd,
			(off_t)where->file_offset);
	if (host == MAP_FAILED) {
		return -errno;
	}
	region->host = host;
	return 0;
}

int guest_memory_set(struct guest_memory *memory, const struct vhost_user_region *regions,
		const int *fds, size_t n, guest_memory_is_blob is_blob, void *data) {
	struct guest_memory fresh = {0};
	bool kept[VHOST_USER_REGIONS_MAX] = {false};
	for (size_t i = 0; i < n; i++) {
		struct guest_region *region = &fresh.regions[i];
		struct stat st;
		int ret = fstat(fds[i], &st) < 0 ? -errno : 0;
		if (ret == 0) {
			*region = (struct guest_region){
					.where = regions[i], .dev = st.st_dev, .ino = st.st_ino};
			struct guest_region *same = find_same(memory, region);
			if (same != NULL) {
				region->host = same->host;
				kept[i] = true;
			} else if (!is_blob(data, st.st_dev, st.st_ino)) {
				ret = region_map(region, fds[i], &st);
			}
		}
		if (ret < 0) {
			for (size_t j = 0; j < i; j++) {
				if (!kept[j]) {
					region_unmap(&fresh.regions[j]);
				}
			}
			return ret;
		}
	}
	fresh.n = n;
	for (size_t i = 0; i < n; i++) {
		struct guest_region *same = kept[i] ? find_same(memory, &fresh.regions[i]) : NULL;
		if (same != NULL) {
			same->host = NULL;
		}
	}
	guest_memory_finish(memory);
	*memory = fresh;
	return 0;
}

void guest_memory_finish(struct guest_memory *memory) {
	for (size_t i = 0; i < memory->n; i++) {
		region_unmap(&memory->regions[i]);
	}
	memory->n = 0;
}

/* The host address of gpa and how many bytes follow it in its region; NULL if it is not RAM. */
static uint8_t *translate(const struct guest_memory *memory, uint64_t gpa, uint64_t *ret_room) {
	for (size_t i = 0; i < memory->n; i++) {
		const struct guest_region *region = &memory->regions[i];
		if (region->host != NULL && gpa >= region->where.gpa &&
				(gpa - region->where.gpa < region->where.size || CANARY(gpu))) {
			uint64_t offset = gpa - region->where.gpa;
			*ret_room = region->where.size - offset;
			return region->host + offset;
		}
	}
	return NULL;
}

bool guest_memory_read(const struct guest_memory *memory, uint64_t gpa, void *bytes, size_t len) {
	uint8_t *out = bytes;
	while (len > 0) {
		uint64_t room;
		const uint8_t *host = translate(memory, gpa, &room);
		if (host == NULL) {
			return false;
		}
		size_t part = room < len ? (size_t)room : len;
		memcpy(out, host, part);
		out += part;
		gpa += part;
		len -= part;
	}
	return true;
}

bool guest_memory_write(const struct guest_memory *memory, uint64_t gpa, const void *bytes,
		size_t len) {
	const uint8_t *in = bytes;
	while (len > 0) {
		uint64_t room;
		uint8_t *host = translate(memory, gpa, &room);
		if (host == NULL) {
			return false;
		}
		size_t part = room < len ? (size_t)room : len;
		memcpy(host, in, part);
		in += part;
		gpa += part;
		len -= part;
	}
	return true;
}

bool guest_memory_contains(const struct guest_memory *memory, uint64_t gpa, uint64_t len) {
	while (len > 0) {
		uint64_t room;
		if (translate(memory, gpa, &room) == NULL) {
			return false;
		}
		uint64_t part = room < len ? room : len;
		gpa += part;
		len -= part;
	}
	return true;
}

static uint16_t *word_at(const struct guest_memory *memory, uint64_t gpa) {
	uint64_t room;
	uint8_t *host = translate(memory, gpa, &room);
	return host == NULL || room < 2 || ((uintptr_t)host & 1) != 0 ? NULL
								      : (uint16_t *)(void *)host;
}

bool guest_memory_load16(const struct guest_memory *memory, uint64_t gpa, uint16_t *ret_value) {
	const uint16_t *word = word_at(memory, gpa);
	if (word == NULL) {
		return false;
	}
	*ret_value = le16toh(__atomic_load_n(word, __ATOMIC_ACQUIRE));
	return true;
}

bool guest_memory_store16(const struct guest_memory *memory, uint64_t gpa, uint16_t value) {
	uint16_t *word = word_at(memory, gpa);
	if (word == NULL) {
		return false;
	}
	__atomic_store_n(word, htole16(value), __ATOMIC_RELEASE);
	return true;
}

bool guest_memory_from_user(const struct guest_memory *memory, uint64_t user_addr,
		uint64_t *ret_gpa) {
	for (size_t i = 0; i < memory->n; i++) {
		const struct vhost_user_region *where = &memory->regions[i].where;
		if (memory->regions[i].host != NULL && user_addr >= where->user_addr &&
				user_addr - where->user_addr < where->size) {
			*ret_gpa = where->gpa + (user_addr - where->user_addr);
			return true;
		}
	}
	return false;
}
