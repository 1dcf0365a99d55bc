import type { ServiceListing } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";
import { listServices } from "./list.ts";
import { Request } from "./request.ts";

/** A machine with one service, and what the commands do there. */
const director = (...commands: readonly string[]): ShellMachine => {
  const machine = new ShellMachine();
  for (const command of ["ipvsadm -A -t 10.0.0.100:80 -s rr", ...commands]) machine.sh(command);
  return machine;
};

/** The services and servers that are there, as commands. */
const saved = (machine: ShellMachine): string[] =>
  machine.sh("ipvsadm -Sn").stdout.split("\n").filter(Boolean);

describe("ipvsadm -R", () => {
  const restore = (machine: ShellMachine, ...lines: readonly string[]) =>
    machine.sh(`printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} | ipvsadm -R`);

  test("goes on after a line that the kernel refuses, and ends with the status of the last", () => {
    const machine = director();
    const lines = ["-A -t 10.0.0.100:80 -s rr", "-A -u 10.0.0.100:53 -s lc"];
    expect(restore(machine, ...lines)).toEqual({
      status: 0,
      stdout: "",
      stderr: "Service already exists\n",
    });
    expect(saved(machine)).toEqual([lines[0], lines[1]]);
    expect(restore(machine, "-D -u 10.0.0.100:53", "-D -u 10.0.0.100:53").status).toBe(255);
  });

  test("ends at a line that makes no sense; what came before it stays", () => {
    const machine = director();
    expect(
      restore(machine, "-A -f 1 -s rr", "-A -f 2 -w 3", "-A -f 3 -s rr", "-A -f 1 -s rr"),
    ).toEqual({
      status: 2,
      stdout: "",
      stderr: "Illegal 'weight' option with the 'add-service' command\n",
    });
    expect(saved(machine)).toEqual(["-A -t 10.0.0.100:80 -s rr", "-A -f 1 -s rr"]);
  });

  test("goes on after an option that popt does not know, and takes its own name before a line", () => {
    const machine = director();
    const { status, stderr } = restore(
      machine,
      "-A -f 1 --best",
      "ipvsadm -A -f 2 -s rr",
      "",
      "  -A  -f 3 -s rr",
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "--best: unknown option\n" });
    expect(saved(machine).slice(1)).toEqual(["-A -f 2 -s rr", "-A -f 3 -s rr"]);
  });

  test("parts words at blanks, tabs and carriage returns, and knows no quotes", () => {
    const machine = director();
    restore(machine, "\t-A\t-f 1 \r", '-A -f "2"', "-A -f 3");
    expect(saved(machine).slice(1)).toEqual(["-A -f 1 -s wlc"]);
  });

  test("knows no comments", () => {
    const machine = director();
    expect(restore(machine, "# both services", "-A -f 2 -s rr").status).toBe(255);
    expect(saved(machine)).toHaveLength(1);
  });

  test("refuses to restore while it restores", () => {
    expect(restore(director(), "-R", "-A -f 3 -s rr")).toEqual({
      status: 255,
      stdout: "",
      stderr: "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n",
    });
  });

  test("prints what its lines print", () => {
    expect(restore(director(), "-S -n").stdout).toBe("-A -t 10.0.0.100:80 -s rr\n");
  });
});

test("ipvsadm-restore clears the table first", () => {
  const machine = director();
  machine.sh("echo '-A -f 1 -s rr' | ipvsadm-restore");
  expect(saved(machine)).toEqual(["-A -f 1 -s rr"]);
});

test("ipvsadm-restore knows comments that begin a line, and feeds nothing to a table without lines", () => {
  const machine = director();
  const restored = (text: string) => machine.sh(`printf -- '${text}' | ipvsadm-restore`);
  expect(restored("#a\\n-A -f 1 -s rr\\n #b\\n-A -f 2 -s rr\\n").status).toBe(255);
  expect(saved(machine)).toEqual(["-A -f 1 -s rr"]);
  expect(restored("# nothing\\n").status).toBe(0);
  expect(saved(machine)).toEqual([]);
});

test("ipvsadm-save knows -n and passes over operands", () => {
  const machine = director();
  const help =
    "ipvsadm-save: Script to save the IPVS table to stdout.\n" +
    "   With the -n option, prints out the table in numeric format.\n";
  expect(machine.sh("ipvsadm-save -t")).toEqual({ status: 1, stdout: "", stderr: help });
  expect(machine.sh("ipvsadm-save all").stdout).toBe("-A -t 10.0.0.100:http -s rr\n");
  expect(machine.sh("ipvsadm-save all -n").stdout).toBe("-A -t 10.0.0.100:80 -s rr\n");
});

test("what was saved comes back, in the order of the listing", () => {
  const machine = director(
    "ipvsadm -a -t 10.0.0.100:80 -r 10.1.0.1 -m -w 2",
    "ipvsadm -a -t 10.0.0.100:80 -r 10.1.0.2 -i --tun-type gue --tun-port 6080 --tun-remcsum",
    "ipvsadm -A -u 10.0.0.100:53 -s mh -p 60 -M 255.255.0.0 -o -b mh-port,mh-fallback",
    "ipvsadm -A --sctp-service 10.0.0.100:5060 -s twos",
  );
  const before = saved(machine);
  machine.sh("ipvsadm-save -n > /tmp/saved; ipvsadm -C; ipvsadm-restore < /tmp/saved");
  expect(saved(machine)).toEqual(before);
  expect(before).toContain(
    "-A -u 10.0.0.100:53 -s mh -p 60 -M 255.255.0.0 -o -b mh-fallback,mh-port",
  );
});

test.each([
  ["--set 2678400 0 0", ""],
  ["--set 2678401 0 0", "invalid timeout value `2678401' specified\n"],
  ["-A -f 2 -6 -s rr", ""],
  ["-A -t [2001:db8::1]:80 -p -M 129", "illegal ipv6 netmask specified\n"],
  ["-A -f 2 -s none", ""],
  ["-A -f 2 -s mh -b mh-port,,mh-fallback", ""],
  ["-a -t 10.0.0.100:80 -r web.example", ""],
  ["-a -t 10.0.0.100:80 -r web2.example", "illegal real server address[:port] specified\n"],
])("ipvsadm %s says %j", (words, stderr) => {
  const machine = director("echo 10.1.0.7 web.example web >> /etc/hosts");
  expect(machine.sh(`ipvsadm ${words}`)).toEqual({
    status: stderr === "" ? 0 : 2,
    stdout: "",
    stderr,
  });
});

test("--tun-info says how servers are reached", () => {
  const machine = director(
    "ipvsadm -a -t 10.0.0.100:80 -r 10.1.0.1 -m",
    "ipvsadm -a -t 10.0.0.100:80 -r 10.1.0.2 -i",
    "ipvsadm -a -t 10.0.0.100:80 -r 10.1.0.3 -i --tun-type gue --tun-port 6080 --tun-remcsum",
    "ipvsadm -a -t 10.0.0.100:80 -r 10.1.0.4 -i --tun-type gre --tun-csum",
  );
  expect(machine.sh("ipvsadm -Ln --tun-info").stdout.split("\n").slice(2)).toEqual([
    "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn",
    "TCP  10.0.0.100:80 rr",
    "  -> 10.1.0.1:80                  Masq    n/a           1      0          0         ",
    "  -> 10.1.0.2:80                  Tunnel  ipip          1      0          0         ",
    "  -> 10.1.0.3:80                  Tunnel  gue:6080:r+c  1      0          0         ",
    "  -> 10.1.0.4:80                  Tunnel  gre:+c        1      0          0         ",
    "",
  ]);
});

test("listings have the names of /etc/hosts unless they are numeric", () => {
  const machine = director(
    "echo 10.0.0.100 vip.example >> /etc/hosts",
    "echo 10.1.0.7 a-real-server-with-a-long-name.example >> /etc/hosts",
    "ipvsadm -a -t vip.example:http -r a-real-server-with-a-long-name.example:http",
  );
  expect(machine.sh("ipvsadm -L").stdout.split("\n").slice(3)).toEqual([
    "TCP  vip.example:http rr",
    "  -> a-real-server-with-a-long-na Route   1      0          0         ",
    "",
  ]);
  expect(machine.sh("ipvsadm -S").stdout).toBe(
    "-A -t vip.example:http -s rr\n" +
      "-a -t vip.example:http -r a-real-server-with-a-long-name.example:http -g -w 1\n",
  );
});

describe("large counters", () => {
  const listing = (value: number): ServiceListing => {
    const statistics = {
      connections: value,
      inPackets: value,
      outPackets: 1,
      inOctets: value,
      outOctets: 1,
      connectionsPerSecond: value,
      inPacketsPerSecond: value,
      outPacketsPerSecond: 1,
      inOctetsPerSecond: value,
      outOctetsPerSecond: 1,
    };
    const config = {
      identity: { kind: "fwmark", mark: 1 },
      scheduler: "rr",
      schedulerFlags: 0,
      persistenceTimeout: 0,
      persistenceNetmask: -1 as never,
      onePacket: false,
      persistenceEngine: "",
      realServers: [],
      localAddresses: [],
    } as const;
    const server = {
      config: {
        address: 0x0a010001 as never,
        port: 80,
        weight: 1,
        forwarding: "masquerading",
        upperThreshold: 0,
        lowerThreshold: 0,
        tunnel: { type: "ipip", port: 0, checksum: "none" },
      },
      activeConnections: 0,
      inactiveConnections: 0,
      persistentConnections: 0,
      overloaded: false,
      statistics,
    } as const;
    return { config, statistics, servers: [server], localAddresses: [] };
  };

  const rows = (value: number, ...options: readonly ("stats" | "rate" | "exact")[]): string[] => {
    const request = new Request({ addressOf: () => undefined, nameOf: () => undefined }, false);
    request.given.add("numeric");
    for (const option of options) request.given.add(option);
    return listServices([listing(value)], request, request.hosts, 4096)
      .split("\n")
      .slice(3, 5)
      .map((line) => line.slice(33));
  };

  test.each([
    [99_999_999, " 99999999"],
    [100_000_000, "  100000K"],
    [1_000_000_000, "    1000M"],
    [99_999_999_999, "   99999M"],
    [100_000_000_000, "     100G"],
    [100_000_000_000_000, "     100T"],
  ])("%d is printed as %j", (value, text) => {
    const row = `${text}${text}        1${text}        1`;
    expect(rows(value, "stats")).toEqual([row, row]);
  });

  test("are printed in whole with --exact, with a blank before them", () => {
    const row = " 123456789 123456789        1 123456789        1";
    expect(rows(123_456_789, "stats", "exact")).toEqual([row, row]);
  });

  test("of a server's connections and packets a second are never abbreviated", () => {
    expect(rows(123_456_789, "rate")).toEqual([
      "  123456K  123456K        1  123456K        1",
      " 123456789 123456789        1  123456K        1",
    ]);
  });
});

test("the processor's counters in /proc/net/ip_vs_stats_percpu have rows of their own", () => {
  expect(new ShellMachine().sh("cat /proc/net/ip_vs_stats_percpu").stdout).toBe(
    [
      "       Total Incoming Outgoing         Incoming         Outgoing",
      "CPU    Conns  Packets  Packets            Bytes            Bytes",
      "  0        0        0        0                0                0",
      "  ~        0        0        0                0                0",
      "",
      "     Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s",
      "           0        0        0                0                0",
      "",
    ].join("\n"),
  );
});
