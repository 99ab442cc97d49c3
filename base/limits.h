/* SPDX-License-Identifier: MIT
 *
 * Every limit of Silo with the reason for its value. A guest meets a limit in the proxy first and,
 * should the proxy be taken over, again in the compositor.
 */
#ifndef SILO_BASE_LIMITS_H
#define SILO_BASE_LIMITS_H

/* Names. 31 keeps unit names and socket paths (108 bytes with the terminator) in bounds. */
#define VM_NAME_MAX 31
/* A label is drawn in a plate; more cannot be read there. Bytes of UTF-8. */
#define VM_LABEL_MAX 63

/* Per connection. Busy browsers stay below a third of each. */
#define CLIENT_OBJECTS_MAX 4096
#define CLIENT_SURFACES_MAX 512
#define CLIENT_TOPLEVELS_MAX 64
#define CLIENT_POOLS_MAX 128
#define CLIENT_FRAME_CALLBACKS_MAX 256
#define CLIENT_TABLET_SEATS_MAX 16
#define POPUP_DEPTH_MAX 8
#define SUBSURFACE_DEPTH_MAX 8
#define SUBSURFACES_PER_TREE_MAX 64
/* A buffer's pixels for one of the window's: no screen has more than four. */
#define SURFACE_SCALE_MAX 64
#define MIME_TYPES_MAX 64
#define MIME_TYPE_LEN_MAX 255
#define REGION_RECTS_MAX 256
#define TITLE_LEN_MAX 256
#define TITLES_PER_SECOND_MAX 10
/* Damaged pixels: so many times the outputs' area per refresh (60 a second until an output is
 * known). */
#define CLIENT_DAMAGE_FACTOR_MAX 2
/* Damaged rectangles of a surface between two commits; beyond, all of it is damaged. A region of
 * many scattered ones takes a compositor time in proportion for each one more. */
#define SURFACE_DAMAGE_RECTS_MAX 256

/* Per VM. */
#define VM_CLIENTS_MAX 64
/* Connections asked for and offences told, over the dial channel: a VM that starts makes some tens. */
#define VM_DIALS_PER_SECOND_MAX 100
#define VM_DIALS_BURST 256
/*
 * Work that a VM may ask of the compositor, in eighths of a microsecond: as much as there is in a second,
 * an eighth of it at once. What a request costs stands in the policy tables; the compositor itself
 * measures, and tells a VM to be silent where others wait.
 */
#define VM_WORK_PER_SECOND_MAX 8000000
#define VM_WORK_BURST_PARTS 8
/* Time of the compositor's: each domain's fair part while others want some too, but not less than one of
 * so many; at once so much (a fifth of a frame at 60 Hz). */
#define DOMAIN_TIME_PARTS_MAX 4
#define DOMAIN_TIME_BURST_NS 3000000
/* Who uses so much more, though told to be silent, or so much in one turn, does not go on: no proxy that
 * keeps its limits lets that pass. Software emulation is slow, too. */
#define DOMAIN_TIME_DEBT_MAX_NS 500000000ll
#define DOMAIN_TURN_MAX_NS 250000000ll
/* Clients that the compositor itself had to end, in a minute; a proxy that passes on more has been taken
 * over, and its domain ends. */
#define DOMAIN_STRIKES_MAX 16
/* Offences that a proxy tells of: the user sees the last one, and that there are many. */
#define VM_OFFENCES_PER_SECOND_MAX 10
/* Allocated buffer pages: the larger of this and so many times the outputs' bytes. */
#define VM_BUFFER_BYTES_MIN (512ull << 20)
#define VM_BUFFER_OUTPUTS_MAX 12
/* Pools, each counted as long as it or a buffer of it lives: each is one of the compositor's 65530
 * mappings, of up to 2 GiB. */
#define VM_POOLS_MAX 4096
/* Windows: each is some nodes of the compositor's scene, which every change looks through. */
#define VM_TOPLEVELS_MAX 256
/* Mapped blobs, and those that are not mapped any more but still shown: each is looked through. */
#define VM_BLOBS_MAX 1024
/* Contexts of the GPU device: one a client, and a few in which guests only ask for capabilities. */
#define VM_CONTEXTS_MAX (VM_CLIENTS_MAX + 8)
/* Resources: mapped blobs, two rings a context, and blobs that wait for their mapping. */
#define VM_RESOURCES_MAX 2048
/* Files of the pool allocator: the arena, copies of received files, copied pools. */
#define VM_POOL_FILES_MAX 1024
/* Scatter list entries of all guest blobs: 16 bytes each in the proxy. */
#define VM_BLOB_ENTRIES_MAX (256u << 10)
/* One blob: wl_shm cannot describe more. */
#define BLOB_BYTES_MAX (2ull << 30)
/* A file that the compositor sends to a guest (keymap, format table) is copied up to here. */
#define RECEIVED_FILE_BYTES_MAX (1u << 20)
/* Items (received files and pipes) of one context that the guest has not taken or closed yet. */
#define CONTEXT_ITEMS_MAX 64
/* Commands of one context that wait because the compositor's side is full or throttled. */
#define CONTEXT_BACKLOG_MAX 32
/* One submission of commands. Guests send one or a few, each at most 64 KiB. */
#define SUBMIT_BYTES_MAX (256u << 10)
/* Bytes that a guest wrote to pipes whose readers have not read them yet, per VM. */
#define VM_PIPE_BYTES_MAX (16u << 20)
/*
 * The host-visible window, one sparse file: no more, as wl_shm's offsets are signed 32-bit numbers;
 * a power of two, as it is a PCI BAR.
 */
#define VM_BLOB_WINDOW_BYTES (2ull << 30)

/* Wayland: libwayland's own bounds on one message. */
#define WIRE_MESSAGE_MAX 4096
#define WIRE_FDS_MAX 28

/* Pixels. A guest's cursor is an image without a frame: it must stay too small to imitate one. */
#define CURSOR_SIZE_MAX 64
#define CURSOR_SIZE_HARD_MAX 128
#define DRAG_ICON_SIZE_MAX 256

/* Clipboard. */
#define CLIPBOARD_BYTES_DEFAULT (256u << 10)
#define CLIPBOARD_BYTES_MAX (16u << 20)

/* Agent. 32 KiB a write: longer ones wedge vhost-device-vsock with new guest kernels. */
#define AGENT_MESSAGE_MAX (64u << 10)
#define AGENT_WRITE_MAX (32u << 10)
#define AGENT_APPS_MAX 500
/* Of an application: bytes of its id, its shown name, its category. A menu shows some 40 letters. */
#define AGENT_APP_ID_MAX 63
#define AGENT_APP_NAME_MAX 127
#define AGENT_APP_CATEGORY_MAX 31
/* A list that changes again and again is passed on at most so often. */
#define AGENT_APPS_PERIOD_MS 1000
#define AGENT_COMMANDS_MAX 64
/* One command: arguments, and environment strings beside the agent's own. */
#define AGENT_ARGV_MAX 1024
#define AGENT_ENV_MAX 256

/* A log ring of one VM (console, proxy, VMM). */
#define VM_LOG_BYTES_MAX (4u << 20)

#endif
