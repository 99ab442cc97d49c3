/* SPDX-License-Identifier: MIT
 *
 * Names of defences whose attacks have no compositor without them to be tried on. DEFENDS(name)
 * stands where the defence decides. It is the constant true in everything that is installed; the
 * programs of the hostile suite that are built with SILO_WEAK (silo-weak, silo-proxy-weak,
 * silo-ask-weak) leave out the defences which the environment's SILO_WEAKEN names, so that an
 * attack can be seen to succeed.
 */
#ifndef SILO_BASE_DEFENCE_H
#define SILO_BASE_DEFENCE_H

#include <stdbool.h>

/* One line a defence: its name, and what happens without it. SILO_WEAKEN has - for _. */
/* clang-format off */
#define DEFENCES(X) \
	X(registry_names) /* guests are told the compositor's own numbers of globals */ \
	X(stale_modifiers) /* who gets the keyboard is told of modifiers held for another */ \
	X(chords) /* the focused window is told of the modifiers of silo's own chords */ \
	X(hidden_seats) /* a virtual machine is told of the seats of others */ \
	X(virtual_chords) /* programs that may type press the user's own chords */ \
	X(constraint_focus) /* a window holds the pointer without having the keyboard or a click */ \
	X(constraint_break) /* the trusted key does not free the pointer */ \
	X(relative_focus) /* relative motion is told to a window without the keyboard */ \
	X(idle_sight) /* a window that is not seen keeps the session awake */ \
	X(deadtime) /* what has just appeared is clicked at once */ \
	X(clipboard_deadline)  /* a copy is waited for without end */                              \
	X(clipboard_limit)     /* a copy may be larger than the settings say */                    \
	X(clipboard_operation) /* what an older copy gives late replaces the newer one */          \
	X(clipboard_policy)    /* everything may be pasted everywhere */                           \
	X(clipboard_move)      /* what was pasted, denied or wiped stays to be pasted again */     \
	X(clipboard_text)      /* bytes of any kind are pasted as text */                          \
	X(clipboard_own_end)   /* a reader's own descriptor is written to */                       \
	X(move_button) /* a client moves its window while no button is held */ \
	X(lock_picture) /* windows are seen while the session is locked */ \
	X(lock_input) /* the window in use keeps the keyboard while the session is locked */ \
	X(ask_deadtime) /* a question is answered by a key that was meant for something else */ \
	X(lock_death) /* a locker that dies unlocks */ \
	X(lock_who) /* anybody may say that the session is unlocked */ \
	X(lock_chords) /* chords of the desktop work while the session is locked */ \
	X(lock_pointer) /* windows are pointed at while the session is locked */ \
	X(frameless_left) /* what has left fullscreen without a frame is so again when it asks */ \
	X(label_contrast) /* labels are white on every colour */ \
	X(twins) /* two machines may have one colour and one sign */ \
	X(unread) /* the proxy keeps whatever a client does not read */ \
	X(title_pace) /* each title is set, however many there are a second */ \
	X(own_limits)  /* the compositor counts nothing itself */ \
	X(dial_rate)   /* a proxy is answered on its dial channel as fast as it asks */ \
	X(dial_form)   /* a proxy may say anything on its dial channel */ \
	X(strikes)     /* a proxy may pass on offence after offence */ \
	X(time_share)  /* a machine may use all of the compositor's time */ \
	X(fold)        /* what a machine does not read piles up, whatever it is */ \
	/* the end */
/* clang-format on */

#define DEFENCE_NUMBER(name) DEFENCE_##name,
enum defence { DEFENCES(DEFENCE_NUMBER) DEFENCES_LEN };
#undef DEFENCE_NUMBER

#ifdef SILO_WEAK
/* Does it stand? */
bool defence_stands(enum defence defence);
#define DEFENDS(name) defence_stands(DEFENCE_##name)
#else
#define DEFENDS(name) ((void)DEFENCE_##name, true)
#endif

#endif
