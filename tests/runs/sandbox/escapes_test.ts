import assert from "node:assert/strict";
import { join } from "node:path";
import type { Escapes } from "../../helpers/escape_scene.ts";
import { noOtherUser, OtherUser } from "../../helpers/other_user.ts";
import { ROOT } from "../../helpers/program.ts";
import { noSandbox } from "../../helpers/sandbox_scene.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { tryEscapes } from "../../helpers/try_escapes.ts";

/** What a level lets through on purpose. */
const LEFT: Record<string, string[]> = {
  workspace: [
    "ask_proxy_by_socks_for_loopback",
    "ask_proxy_for_loopback",
    "connect_to_abstract_socket",
    "connect_to_loopback",
    "connect_to_loopback_by_name",
    "listen_where_host_sees_it",
    "send_datagram_to_loopback",
  ],
  hosts: [],
  isolated: [],
};

/** What is missing, or refused to everybody, in some kernels and containers. */
const NOT_EVERYWHERE = [
  "load_bpf",
  "open_crypto_socket",
  "open_hotplug_helper",
  "open_kernel_log",
  "open_perf_event",
  "open_sysrq",
  "open_userfault",
  "open_posix_queue_of_host",
  "open_socket_of_rare_family",
  "open_vsock",
  "read_kernel_log",
  "set_up_io_uring",
  "protect_itself_from_memory_killer",
  "run_in_real_time",
  "take_out_kernel_module",
  "set_flags_of_file_outside",
  "make_control_group",
  "open_file_that_runs_as_owner",
  "watch_all_files",
  "write_sys",
];
/** What root alone may do. */
const OF_ROOT = [
  "become_other_user",
  "change_network_interface",
  "find_devices_of_host",
  "have_capabilities",
  "keep_accounts",
  "mark_packets",
  "new_time_namespace",
  "open_raw_socket",
  "restart_machine",
  "swap_to_file",
  "change_root",
  "make_device",
  "mount_tmpfs",
  "open_by_handle",
  "open_core_pattern",
  "open_memory_device",
  "open_new_file_system",
  "open_packet_socket",
  "open_tree_of_files",
  "set_clock",
  "set_host_name",
  "unmount_hidden",
  "enter_namespace_of_other",
  "write_standard_library",
];
const LEAST = 80;

skippableTest("no attempt gets out of a sandbox that gets out without one", noSandbox, async () => {
  const isRoot = Deno.uid() === 0;
  check(await tryEscapes(), isRoot ? NOT_EVERYWHERE : [...NOT_EVERYWHERE, ...OF_ROOT]);
});

skippableTest("the same holds for an ordinary user", noSandbox || noOtherUser, () => {
  using user = OtherUser.create();
  const program = join(ROOT, "tests/helpers/try_escapes.ts");
  const [settings, lock] = [join(ROOT, "deno.json"), join(ROOT, "tests/deno.lock")];
  const flags = ["-A", "-q", "--no-check", `--config=${settings}`, `--lock=${lock}`, "--frozen"];
  check(JSON.parse(user.deno(["run", ...flags, program, user.outside])), [
    ...NOT_EVERYWHERE,
    ...OF_ROOT,
  ]);
});

function check(found: Record<string, Escapes>, mayFail: string[]): void {
  for (const [level, left] of Object.entries(LEFT)) {
    const out = Object.entries(found[level]!).filter(([, isOut]) => isOut);
    assert.deepEqual(out.map(([name]) => name).sort(), left, level);
  }
  const bare = Object.entries(found.off!);
  const held = bare.filter(([, isOut]) => !isOut).map(([name]) => name);
  assert.deepEqual(held.filter((name) => !mayFail.includes(name)), []);
  assert(bare.length - held.length >= LEAST, `${bare.length - held.length} get out bare`);
}
