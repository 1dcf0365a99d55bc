/** The tables that a recording has of each machine: the file it lies in, and the command that prints it. */

export const TABLES = [
  { file: "ipvsadm", command: "ipvsadm -Ln" },
  { file: "neigh", command: "ip neigh" },
  { file: "route", command: "ip route" },
  { file: "conntrack", command: "conntrack -L" },
] as const;
