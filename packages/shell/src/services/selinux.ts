/** getenforce, setenforce and sestatus: the mode of SELinux. No policy is modelled: enforcing refuses nothing. */
import { type Command, result, simpleCommand } from "../command.ts";

export const getenforce: Command = simpleCommand("/usr/sbin/getenforce", ({ machine }) =>
  result({ stdout: `${machine.system.selinux}\n` }),
);

const MODES: ReadonlyMap<string, "Enforcing" | "Permissive"> = new Map([
  ["1", "Enforcing"],
  ["enforcing", "Enforcing"],
  ["0", "Permissive"],
  ["permissive", "Permissive"],
]);

export const setenforce: Command = simpleCommand("/usr/sbin/setenforce", ({ argv, machine }) => {
  const mode = MODES.get((argv[1] ?? "").toLowerCase());
  if (machine.system.selinux === "Disabled")
    return result({ status: 1, stderr: "setenforce: SELinux is disabled\n" });
  if (argv.length !== 2 || mode === undefined)
    return result({ status: 1, stderr: "usage:  setenforce [ Enforcing | Permissive | 1 | 0 ]\n" });
  machine.system.selinux = mode;
  return result({});
});

export const sestatus: Command = simpleCommand("/usr/sbin/sestatus", ({ machine }) => {
  const { selinux } = machine.system;
  if (selinux === "Disabled")
    return result({ stdout: "SELinux status:                 disabled\n" });
  const rows: readonly (readonly [string, string])[] = [
    ["SELinux status:", "enabled"],
    ["SELinuxfs mount:", "/sys/fs/selinux"],
    ["SELinux root directory:", "/etc/selinux"],
    ["Loaded policy name:", "targeted"],
    ["Current mode:", selinux.toLowerCase()],
    ["Mode from config file:", "enforcing"],
  ];
  return result({ stdout: rows.map(([name, value]) => `${name.padEnd(32)}${value}\n`).join("") });
});
