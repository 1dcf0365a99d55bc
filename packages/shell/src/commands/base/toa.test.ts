import { expect, test } from "vitest";
import { NO_COSTS } from "../../kernel/costs.ts";
import { ShellMachine } from "../../testing/shell-machine.ts";

const STATISTICS = [
  `${" ".repeat(34)}CPU0       `,
  "syn_recv_sock_toa        :         0 ",
  "syn_recv_sock_no_toa     :         1 ",
  "getname_toa_ok           :         0 ",
  "getname_toa_mismatch     :         0 ",
  "getname_toa_bypass       :         0 ",
  "getname_toa_empty        :         1 ",
  "",
].join("\n");

test("toa is there from modprobe to its removal, and counts connections without an address, too", () => {
  const machine = new ShellMachine(NO_COSTS, "fullnat");
  expect(machine.sh("cat /proc/net/toa_stats").status).toBe(1);
  machine.sh("modprobe toa");
  expect(machine.sh("lsmod | grep -c ^toa").stdout).toBe("1\n");
  machine.sh("nc -l -p 80 > /dev/null & echo hello | nc -N 127.0.0.1 80");
  expect(machine.sh("cat /proc/net/toa_stats").stdout).toBe(STATISTICS);
  machine.sh("modprobe -r toa");
  expect(machine.sh("cat /proc/net/toa_stats").status).toBe(1);
  machine.sh("modprobe toa");
  expect(machine.sh("cat /proc/net/toa_stats | grep -c ' 0 $'").stdout).toBe("6\n");
});

test("a mainline kernel has no counters of FULLNAT, and the fork's are in the fork's order", () => {
  expect(new ShellMachine().sh("cat /proc/net/ip_vs_ext_stats").status).toBe(1);
  const fork = new ShellMachine(NO_COSTS, "fullnat");
  const { stdout } = fork.sh("cat /proc/net/ip_vs_ext_stats");
  expect(stdout.split("\n").slice(1, 4)).toEqual([
    "fullnat_add_toa_ok            :         0 ",
    "fullnat_add_toa_fail_len      :         0 ",
    "fullnat_add_toa_head_full     :         0 ",
  ]);
});
