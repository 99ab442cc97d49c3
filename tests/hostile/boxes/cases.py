# SPDX-License-Identifier: MIT
"""The attacks of this folder, which no Wayland client makes: their ids, what the programs call them, and which test runs
them. docs/security.md's table on the sixth promise is made from this by ../table.py, which also holds it against the programs."""

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
CALLS = "system calls that are on a list and need not be, or need to be and are not"
# Tests, the program below tests/hostile/boxes, what it attacks, the item of the threat list (or a class found here), its cases in their order.
PROGRAMS = [
    (["control-path"], "control.py", "the control path", "E13", 1, [
        "names_that_are_paths_name_nothing", "a_manifest_names_no_paths", "messages_without_end_are_hung_up",
        "many_callers_leave_room_for_the_user", "a_caller_in_a_box_is_refused"]),
    (["application-lists"], "applications.py", "a guest's list of applications", "E13", 6, [
        "what_breaks_the_rules_is_not_shown", "a_hundred_mebibytes_are_not_kept", "an_order_to_a_shell_starts_nothing"]),
    (["kills"], "kills.py", "its proxy killed", "E14", 1, [
        "in_the_middle_of_frames", "in_the_middle_of_frames", "while_a_button_is_held", "while_its_window_is_moved",
        "while_its_window_is_resized", "while_keys_are_held", "with_a_menu_open", "full_screen", "before_its_client"]),
    (["kills-desk"], "kills_desk.py", "killed in the middle of", "E14", 10, [
        "a_copy", "a_paste", "a_question", "silo_ask_with_its_question_open", "silo_text_as_it_sets_titles", "the_lock",
        "the_lock_while_it_is_killed", "the_reveal", "the_kill_hold", "the_freeze", "frameless_full_screen", "a_drag"]),
    (["kills-vm"], "kills_vm.py", "each process of a machine killed", "E14", 22, [
        "a_command_runs", "somebody_is_at_its_console", "it_is_paused", "it_stops", "it_has_just_started"]),
    (["boxes-qemu", "boxes-weak"], "boxes.py", "", "F1", 1, ["vsock", "proxy", "agent", "vmm", "silo-text"]),
    (["boxes-crosvm"], "boxes.py", "", "F1", 6, ["vmm"]),
    (["box-ends"], "../../box/test-ends.c", "", "F1", 7, [
        "dies_with_parent", "dies_when_killed", "first_process", "signal_is_told"]),
    (["peers"], "peers.py", "a taken-over VMM or agent child", "F2", 1, [
        "a_line_without_end_ends_it", "answers_to_nothing_are_nothing", "descriptors_with_words_are_closed",
        "a_pause_that_ends_and_begins_is_told_once", "who_says_it_shuts_down_does", "output_without_end_is_bounded",
        "an_agent_child_that_never_reads_blocks_nobody"]),
    (["disks-qemu", "disks-crosvm"], "disks.py", "a guest's disk", "F3", 1, [
        "a_qemu_that_guesses_opens_what_the_guest_names", "the_command_line_tells_the_format",
        "its_mark_is_refused_at_the_next_start", "what_is_no_mark_is_nobodys_business", "it_is_its_own_ordinary_file",
        "it_never_shrinks"]),
    (["escapes"], "escapes.py", "a guest's escape sequences", "F4", 1, [
        "a_command_does_nothing_to_a_terminal", "a_command_into_a_pipe_is_byte_for_byte",
        "the_console_does_nothing_to_a_terminal", "the_log_does_nothing_to_a_terminal"]),
    (["calls-proxy"], "calls.py", CALLS, "F5", 1, ["silo-proxy"]),
    (["calls-agent-child"], "calls.py", CALLS, "F5", 2, ["silo-agent-child"]),
    (["calls-text"], "calls.py", CALLS, "F5", 3, ["silo-text"]),
]
# What the programs do beside: beginnings, ends, and what must be broken or must work.
NO_ATTACKS = {"starts", "a_machine_gets_a_disk", "the_others_ran_on", "a_command_reaches_a_raw_terminal",
              "the_console_attacks_a_raw_terminal", "the_log_attacks_a_raw_terminal", "a_list_of_that_form_is_shown"}
# How the page calls those whose names say too little.
TITLES = {
    "E14.2": "its proxy killed: in the middle of frames, of a window that has stopped to draw", "F1.1": "a program in the place of the vsock device: files, $HOME, sockets, the bus, "
    "ptrace, exec, mounts, namespaces, another machine's files", "F1.2": "the same in the place of silo-proxy",
    "F1.3": "the same in the place of the agent child", "F1.4": "the same in the place of QEMU",
    "F1.5": "the same in the place of silo-text", "F1.6": "the same in the place of crosvm",
    "F1.7": "what was started in a box when who made the box dies", "F1.8": "what was started in a box when the box is killed",
    "F1.9": "what the box's first process, a copy of who made it, may do", "F1.10": "how a boxed program died is told",
    "F3.4": "a guest's disk: what is no mark, LUKS as well, is nobody's business",
    "F4.2": "a guest's escape sequences: into a pipe, every byte arrives as it was sent",
}


def ids():
    """Of all attacks: id, title, tests."""
    for tests, _, about, item, first, names in PROGRAMS:
        for number, name in enumerate(names, first):
            identity = f"{item}.{number}"
            title = TITLES.get(identity, f"{about}: {name.replace('_', ' ')}")
            yield identity, title, tests


def label(path):
    """What a program prints for a case: its id and its name."""
    known = {}
    for _, program, _, item, first, names in PROGRAMS:
        if program == Path(path).name:
            for number, name in enumerate(names, first):
                known.setdefault(name, f"{item}.{number} {name}")
    return lambda name: known.get(name, name)


def faults():
    """What the list has and the programs do not, or the other way round."""
    described = (HERE / "meson.build").read_text() + (HERE.parents[1] / "box/meson.build").read_text()
    for tests, program, _, item, first, names in PROGRAMS:
        text = (HERE / program).read_text()
        for test in tests:
            if f"'{test}'" not in described:
                yield f"tests/hostile/boxes/cases.py: no test is called {test}"
        for name in names:
            if not re.search(rf"(?:\b|test_){name}\b", text):
                yield f"tests/hostile/boxes/{program} has no {name}"
        block = re.search(r"^(?:CASES|MOMENTS) = \[(.*?)\]$", text, re.S | re.M)
        # Options stand behind some names.
        there = re.findall(r"(?:^|[\s(,])([a-z]\w*_\w+|starts)(?=[,\]]|$)", block[1]) if block else []
        for name in there:
            if name not in names and name not in NO_ATTACKS:
                yield f"tests/hostile/boxes/cases.py: {name} of {program} has no id"
        if block and [name for name in there if name in names] != names:
            yield f"tests/hostile/boxes/cases.py: {program} has its cases in another order"
