import { expect, test } from "vitest";
import { NO_COSTS } from "../../kernel/costs.ts";
import { ShellMachine } from "../../testing/shell-machine.ts";

const SERVICE = "-t 10.0.0.100:80";

/** A machine with the fork's kernel and tool, one full-nat service, and what the commands do there. */
const director = (...commands: readonly string[]): ShellMachine => {
  const machine = new ShellMachine(NO_COSTS, "fullnat");
  for (const command of [`-A ${SERVICE} -s rr`, ...commands])
    expect(machine.sh(`ipvsadm ${command}`), command).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
  return machine;
};

const HELP = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.";

test.each([
  [`-P ${SERVICE} -z 10.2.0.1`, 255, "Local address already exists"],
  [`-P -t 10.0.0.9:80 -z 10.2.0.1`, 255, "Service not defined"],
  [`-P ${SERVICE}`, 2, "You need to supply the 'local-address' option for the 'add-laddr' command"],
  [
    "-P -z 10.2.0.2",
    2,
    "You need to supply the 'service-address' option for the 'add-laddr' command",
  ],
  [`-P ${SERVICE} -z 10.2.0.2 -w 1`, 2, "Illegal 'weight' option with the 'add-laddr' command"],
  [`-P ${SERVICE} -z nowhere`, 2, "illegal local address"],
  [`-Q ${SERVICE} -z 10.2.0.9`, 255, "No such Local address"],
  ["-Q -t 10.0.0.9:80 -z 10.2.0.1", 255, "Service not defined"],
  ["-Q", 2, "You need to supply the 'service-address' option for the 'del-laddr' command"],
  ["-G -t 10.0.0.9:80", 255, "No such service\nNo such service"],
  ["-G -n", 2, "Illegal 'numeric' option with the 'get-laddr' command"],
  ["-A -t 10.0.0.9:80 -j on", 2, "synproxy switch must be enable or disable\n"],
  ["-A -t 10.0.0.9:80 -j", 255, "-j: missing argument"],
  ["-A -t 10.0.0.9:80 -V -1", 2, "invalid timeout value `-1' specified"],
  ["-A -t 10.0.0.9:80 -V 2678401", 2, "invalid timeout value `2678401' specified"],
  ["-A -t 10.0.0.9:80 --pe sip", 2, "Illegal 'pe' option with the 'add-service' command"],
  [`-a ${SERVICE} -r 10.1.0.1 -b -m`, 2, "multiple 'forwarding-method' options specified"],
  [`-a ${SERVICE} -r 10.1.0.1 -b -w 65536`, 2, "illegal weight specified"],
  [`-a ${SERVICE} -r 10.1.0.300 -b`, 2, "illegal real server ddress[:port] specified"],
  [
    `-a ${SERVICE} -r 10.1.0.1 -j enable`,
    2,
    "Illegal 'synproxy' option with the 'add-server' command",
  ],
  [
    `-L -c ${SERVICE}`,
    2,
    "The option 'service-address' conflicts with 'connection' option in the 'list' command",
  ],
  ["-A --sctp-service 10.0.0.9:80", 255, "--sctp-service: unknown option"],
  ["-E -t 10.0.0.9:80 -j enable", 255, "No such service"],
])("the fork's ipvsadm %s ends with %i: %s", (words, status, stderr) => {
  const machine = director(`-P ${SERVICE} -z 10.2.0.1`);
  const before = machine.sh("ipvsadm -G; ipvsadm -Ln").stdout;
  expect(machine.sh(`ipvsadm ${words}`)).toEqual({ status, stdout: "", stderr: `${stderr}\n` });
  expect(machine.sh("ipvsadm -G; ipvsadm -Ln").stdout).toBe(before);
});

test.each(["-P -t 10.0.0.1:80 -z 10.2.0.1", "-G", "-A -t 10.0.0.1:80 -j enable", "-A -f 1 -V 5"])(
  "mainline's ipvsadm does not know %s",
  (words) => {
    const { status, stderr } = new ShellMachine().sh(`ipvsadm ${words}`);
    const unknown = words.includes("-j") ? "-j: unknown option" : "-V: unknown option";
    expect({ status, stderr: stderr.trim() }).toEqual({
      status: 255,
      stderr: words.startsWith("-A") ? unknown : HELP,
    });
  },
);

test("-G lists the local addresses of one service or of all, in the order of adding", () => {
  const machine = director(
    "-A -u 10.0.0.100:53",
    `-P ${SERVICE} -z 10.2.0.2`,
    `--add-laddr ${SERVICE} --laddr 10.2.0.1`,
    "-P -u 10.0.0.100:53 --local-address 10.2.0.2",
    `-Q ${SERVICE} -z 10.2.0.2`,
    `-P ${SERVICE} -z 10.2.0.3`,
  );
  const title = "VIP:VPORT            TOTAL    SNAT_IP              CONFLICTS  CONNS     ";
  const tcp = [
    "10.0.0.100:80        2        ",
    "                              10.2.0.1             0          0         ",
    "                              10.2.0.3             0          0         ",
  ];
  const udp = [
    "10.0.0.100:53        1        ",
    "                              10.2.0.2             0          0         ",
  ];
  const lines = (words: string) => machine.sh(`ipvsadm ${words}`).stdout.split("\n");
  expect(lines("-G")).toEqual([title, ...tcp, ...udp, ""]);
  expect(lines("-G -u 10.0.0.100:53")).toEqual([title, ...udp, ""]);
  machine.sh("ipvsadm -C");
  expect(lines("-G")).toEqual([""]);
});

test("-E changes what it names and nothing else", () => {
  const machine = director(
    `-a ${SERVICE} -r 10.1.0.1:8080 -b -w 3`,
    `-E ${SERVICE} -p 60 -M 255.255.255.0 -V 30`,
    `-E ${SERVICE} -j enable`,
  );
  const shown = () => machine.sh("ipvsadm -Ln").stdout.split("\n").slice(3);
  const server = "  -> 10.1.0.1:8080                FullNat 3      0          0         ";
  expect(shown()).toEqual([
    "TCP  10.0.0.100:80 rr persistent 60 mask 255.255.255.0 synproxy",
    server,
    "",
  ]);
  machine.sh(`ipvsadm -E ${SERVICE} -s wlc -j disabled`);
  expect(shown()[0]).toBe("TCP  10.0.0.100:80 wlc persistent 60 mask 255.255.255.0");
});

test("-S saves services and full-nat servers, but no local address and no switch; what it saves comes back", () => {
  const machine = director(
    `-a ${SERVICE} -r 10.1.0.1:8080 -b`,
    `-P ${SERVICE} -z 10.2.0.1`,
    `-E ${SERVICE} -j enable -V 30`,
  );
  const saved = `-A ${SERVICE} -s rr\n-a ${SERVICE} -r 10.1.0.1:8080 -b -w 1\n`;
  expect(machine.sh("ipvsadm -Sn").stdout).toBe(saved);
  machine.sh("ipvsadm-save -n > /s; ipvsadm-restore < /s");
  expect(machine.sh("ipvsadm -Sn").stdout).toBe(saved);
});

test("--help tells of the fork's words and of none that it lacks", () => {
  const { stdout } = director().sh("ipvsadm -h");
  expect(stdout).toContain(
    "ipvsadm v1.26 2008/5/15 (compiled with popt and IPVS v1.2.1)\nUsage:\n",
  );
  for (const word of ["ipvsadm -P|Q ", "--get-laddr ", "--fullnat ", "--synproxy "])
    expect(stdout).toContain(word);
  for (const word of ["tun-", "sctp", "sched-flags", "mcast-port"])
    expect(stdout).not.toContain(word);
});

test("daemons are listed without what the fork's kernel does not know of them", () => {
  const machine = director();
  machine.sh("ip link add eth0 type dummy; ip link set eth0 up; ipvsadm --start-daemon backup");
  expect(machine.sh("ipvsadm -L --daemon").stdout).toBe(
    "backup sync daemon (mcast=eth0, syncid=0)\n",
  );
});
