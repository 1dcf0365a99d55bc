/** What an operator would type to make a fault, and to mend it. */
import type { LabSource } from "@lvsim/scenarios";
import type { Fault } from "./fault-schedules.ts";

/** The commands of a plan's lab that faults are made of. */
export interface FaultWords {
  /** `-t VIP:80 -r SERVER`. */
  readonly server: string;
  /** What puts the server in. */
  readonly add: string;
  /** What gives it back its settings. */
  readonly edit: string;
  /** The real server's default gateway; "" for none. */
  readonly gateway: string;
}

interface Commands {
  readonly on: "dir" | "server";
  readonly make: string;
  readonly mend: string;
}

const DROP = "INPUT -p tcp --dport 80 -j DROP";

const COMMANDS: Readonly<Record<Fault["kind"], (words: FaultWords) => Commands>> = {
  quiesced: ({ edit }) => ({
    on: "dir",
    make: edit.replace(/ -w \d+/, " -w 0"),
    mend: edit,
  }),
  removed: ({ server, add }) => ({ on: "dir", make: `ipvsadm -d ${server}`, mend: add }),
  stopped: () => ({
    on: "server",
    make: "systemctl stop nginx",
    mend: "systemctl start nginx",
  }),
  filtered: () => ({
    on: "server",
    make: `iptables -I ${DROP}`,
    mend: `iptables -D ${DROP}`,
  }),
  unplugged: ({ gateway }) => ({
    on: "server",
    make: "ip link set eth0 down",
    // the default route went with the device
    mend: `ip link set eth0 up${gateway === "" ? "" : `\nip route add default via ${gateway}`}`,
  }),
};

/** As the faults of a lab file: one line that makes it, one that mends it. */
export function faultLines(fault: Fault, words: FaultWords): LabSource["faults"] & {} {
  const { on, make, mend } = COMMANDS[fault.kind](words);
  const host = on === "dir" ? "dir" : `rs${fault.server + 1}`;
  return [
    { at: `${fault.atMs}ms`, on: host, run: make },
    { at: `${fault.atMs + fault.lastsMs}ms`, on: host, run: mend },
  ];
}
