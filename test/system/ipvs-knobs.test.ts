/** net.ipv4.vs.*, each off and on, by what becomes of packets. */
import { describe, expect, test } from "vitest";
import { address, CLIENT, DirectorLab, error, packet, serverAddress, VIP } from "./director-lab.ts";

const TCP = "ipvsadm -A -t 10.0.0.100:80 -s rr";
const server = (n: number, method: string): string =>
  `ipvsadm -a -t 10.0.0.100:80 -r 10.1.0.${n} ${method}`;
/** Two servers; the second is the first to be chosen. */
const tcp = (method = "-m"): DirectorLab =>
  new DirectorLab(TCP, server(1, method), server(2, method));
const UDP = "ipvsadm -A -u 10.0.0.100:80 -s rr";

test.each([
  [0, "S", "rs2 S"],
  [0, "A", "client R"],
  [0, "SA", "rs2 SA"],
  [0, "PA", "client R"],
  [1, "A", "rs2 A"],
  [1, "FA", "rs2 FA"],
  [1, "R", ""],
  [1, "RA", ""],
])("sloppy_tcp=%i: a client's %s without a connection gives %j", (value, flags, said) => {
  const lab = tcp();
  lab.knob("sloppy_tcp", value);
  expect(lab.client(4000, flags)).toBe(said);
});

describe("expire_nodest_conn", () => {
  test.each([
    [0, "A", "", 1],
    [0, "S", "", 1],
    [1, "A", "client R", 0],
    [1, "S", "rs1 S", 1],
  ])("=%i: after its server was deleted a connection's %s gives %j and leaves %i", (...row) => {
    const [value, flags, said, left] = row;
    const lab = tcp();
    for (const each of ["S", "A"]) lab.client(4000, each);
    // only what comes later is judged by it: a sweep with the deletion would take the connection at once
    lab.sh("ipvsadm -d -t 10.0.0.100:80 -r 10.1.0.2");
    lab.knob("expire_nodest_conn", value);
    expect(lab.client(4000, flags)).toBe(said);
    lab.wait(0.1);
    expect(lab.states().length).toBe(left);
  });

  test.each([
    [0, 1],
    [1, 0],
  ])("=%i: when a server is deleted %i of its connections stay", (value, left) => {
    const lab = tcp();
    lab.knob("expire_nodest_conn", value);
    lab.client(4000, "S");
    lab.sh("ipvsadm -d -t 10.0.0.100:80 -r 10.1.0.2");
    lab.wait(0.1);
    expect(lab.states().length).toBe(left);
  });

  test.each([
    [0, "rs2 S"],
    [1, "rs1 S"],
  ])("=%i: a SYN on a connection of a quiesced server gives %j", (value, said) => {
    const lab = tcp();
    lab.knob("expire_nodest_conn", value);
    for (const each of ["S", "A"]) lab.client(4000, each);
    lab.sh("ipvsadm -e -t 10.0.0.100:80 -r 10.1.0.2 -m -w 0");
    expect(lab.client(4000, "A")).toBe("rs2 A");
    expect(lab.client(4000, "S")).toBe(said);
  });
});

test.each([
  [0, "rs2 S"],
  [1, "rs1 S"],
])(
  "expire_quiescent_template=%i: a persistent client of a quiesced server gets %j",
  (value, said) => {
    const lab = new DirectorLab(`${TCP} -p 300`, server(1, "-g"), server(2, "-g"));
    lab.knob("expire_quiescent_template", value);
    lab.client(4000, "S");
    lab.sh("ipvsadm -e -t 10.0.0.100:80 -r 10.1.0.2 -g -w 0");
    expect(lab.client(4001, "S")).toBe(said);
  },
);

describe("conn_reuse_mode", () => {
  const closed = ["S", "A", "RA"];
  const finished = ["S", "A", "FA"];
  test.each([
    [0, "-m", closed, "rs2 S"],
    [1, "-m", closed, "rs1 S"],
    [2, "-m", closed, "rs1 S"],
    [4, "-g", closed, "rs1 S"],
    [1, "-g", finished, "rs2 S"],
    [2, "-g", finished, "rs1 S"],
    [3, "-i", finished, "rs1 ipip(S)"],
    // CLOSE_WAIT, because its answers are seen
    [3, "-m", finished, "rs2 S"],
    // SYN_RECV
    [3, "-g", ["S"], "rs2 S"],
  ])("=%i, %s: a SYN after the client's %s gives %j", (value, method, flags, said) => {
    const lab = tcp(method);
    lab.knob("conn_reuse_mode", value);
    for (const each of flags) lab.client(4000, each);
    expect(lab.client(4000, "S")).toBe(said);
  });

  test("a persistent client's connection is never used again", () => {
    const lab = new DirectorLab(`${TCP} -p 300`, server(1, "-m"), server(2, "-m"));
    for (const each of ["S", "A", "RA", "S"]) lab.client(4000, each);
    expect(lab.states()).toContain("SYN_RECV 59");
    expect(lab.states().length).toBe(2);
  });
});

describe("nat_icmp_send", () => {
  test.each([
    [0, "SA", {}, "client SA"],
    [1, "SA", {}, "rs1 icmp 3/3"],
    [1, "R", {}, "client R"],
    [1, "RA", {}, "client RA"],
    [1, "udp", {}, "client udp"],
    [1, "SA", { sourcePort: 81 }, "client SA"],
    [1, "SA", { source: serverAddress(3) }, "client SA"],
  ])("=%i: a server's stray %s with %j gives %j", (value, what, changes, said) => {
    const lab = tcp();
    lab.knob("nat_icmp_send", value);
    expect(lab.server(1, 4000, what, changes)).toBe(said);
  });

  test("knows only servers behind masquerading", () => {
    const lab = tcp("-g");
    lab.knob("nat_icmp_send", 1);
    expect(lab.server(1, 4000, "SA")).toBe("client SA");
  });
});

test.each([
  [1, "rs3 SA"],
  [0, "client SA"],
])(
  "snat_reroute=%i: an answer for whose translated source there is a rule gives %j",
  (value, said) => {
    const lab = tcp();
    lab.knob("snat_reroute", value);
    lab.sh(
      "ip route add 10.0.0.1 via 10.1.0.3 dev eth1 table 200; ip rule add from 10.0.0.100 table 200",
    );
    lab.client(4000, "S");
    expect(lab.server(2, 4000, "SA")).toBe(said);
  },
);

describe("schedule_icmp", () => {
  const stray = error(
    CLIENT,
    VIP,
    3,
    3,
    packet("SA", { source: VIP, sourcePort: 80, destination: CLIENT, destinationPort: 4000 }),
  );
  const strayUdp = error(
    CLIENT,
    VIP,
    11,
    0,
    packet("udp", { source: VIP, sourcePort: 80, destination: CLIENT, destinationPort: 4000 }),
  );
  const otherPort = error(
    CLIENT,
    VIP,
    3,
    3,
    packet("SA", { source: VIP, sourcePort: 81, destination: CLIENT, destinationPort: 4000 }),
  );
  test.each([
    [0, "-m", stray, "", 0],
    [1, "-m", stray, "rs2 icmp 3/3", 1],
    [1, "-g", stray, "rs2 icmp 3/3", 1],
    [1, "-i", stray, "rs2 ipip(icmp 3/3)", 1],
    [1, "-m", otherPort, "", 0],
    [1, "-m", strayUdp, "", 0],
  ])("=%i, %s: an error about a packet of nobody gives %j", (value, method, fields, said, left) => {
    const lab = tcp(method);
    lab.knob("schedule_icmp", value);
    expect(lab.send("eth0", fields, "error")).toBe(said);
    expect(lab.states().length).toBe(left);
  });

  test("is refused like any other when packets are dropped", () => {
    const lab = tcp();
    lab.knob("schedule_icmp", 1);
    lab.knob("drop_packet", 3);
    expect(lab.send("eth0", stray, "error")).toBe("");
    expect(lab.drops()).toEqual(["ipvs-drop-rate"]);
  });
});

/** A firewall mark for all to 10.1.0.3, which is taken in here, and a service of that mark. */
const MARKED = [
  "iptables -t mangle -A PREROUTING -d 10.1.0.3 -j MARK --set-mark 7",
  "ip rule add fwmark 7 lookup 100",
  "ip route add local 0.0.0.0/0 dev lo table 100",
  "ipvsadm -A -f 7 -s rr",
  "ipvsadm -a -f 7 -r 10.1.0.1 -g",
];

test.each([
  [0, 1, "rs1 S", 1],
  [1, 1, "rs1 S", 1],
  // no ICMP: its source would be an address that no device here has
  [0, 0, "", 0],
  [1, 0, "rs3 S", 1],
])(
  "cache_bypass=%i: a marked packet, the server's weight %i, gives %j",
  (value, weight, said, left) => {
    const lab = new DirectorLab(...MARKED);
    lab.knob("cache_bypass", value);
    lab.sh(`ipvsadm -e -f 7 -r 10.1.0.1 -g -w ${weight}`);
    const beyond = { destination: serverAddress(3) };
    expect(lab.client(4000, "S", beyond)).toBe(said);
    expect(lab.states().length).toBe(left);
    // the entry carries what follows, also when a server is there again
    lab.sh("ipvsadm -e -f 7 -r 10.1.0.1 -g -w 1");
    if (left > 0) expect(lab.client(4000, "A", beyond)).toBe(said.replace("S", "A"));
  },
);

test("cache_bypass=1 is for firewall marks alone", () => {
  const lab = new DirectorLab(TCP);
  lab.knob("cache_bypass", 1);
  expect(lab.client(4000, "S")).toBe("client icmp 3/3");
});

test.each([
  [0, "rs2 S", "rs1 S"],
  [1, "client RA", "rs2 S"],
])("ignore_tunneled=%i: a SYN that came through a tunnel gives %j", (value, said, next) => {
  const lab = tcp();
  lab.sh("ip link set tunl0 up; ip addr add 10.9.0.1/32 dev tunl0");
  lab.knob("ignore_tunneled", value);
  const inner = packet("S", {
    source: CLIENT,
    sourcePort: 4000,
    destination: VIP,
    destinationPort: 80,
  });
  const outer = { source: CLIENT, destination: address("10.0.0.254"), protocol: 4, inner };
  expect(lab.send("eth0", outer, "error")).toBe(said);
  // one that came without is scheduled all the same
  expect(lab.client(4001, "S")).toBe(next);
});

describe("backup_only", () => {
  test.each([
    [0, "backup", "rs2 S"],
    [1, "backup", "client RA"],
    [1, "master", "rs2 S"],
  ])("=%i with a %s daemon: a SYN gives %j", (value, role, said) => {
    const lab = tcp();
    lab.sh(`ipvsadm --start-daemon ${role} --mcast-interface eth0`);
    lab.knob("backup_only", value);
    expect(lab.client(4000, "S")).toBe(said);
  });

  test("answers are translated all the same, errors to servers are not", () => {
    const lab = tcp();
    lab.client(4000, "S");
    lab.sh("ipvsadm --start-daemon backup --mcast-interface eth0");
    lab.knob("backup_only", 1);
    lab.server(2, 4000, "SA");
    expect(lab.sent("eth0")).toMatchObject({ source: VIP });
    const about = packet("SA", {
      source: VIP,
      sourcePort: 80,
      destination: CLIENT,
      destinationPort: 4000,
    });
    expect(lab.send("eth0", error(CLIENT, VIP, 3, 3, about), "error")).toBe("");
  });
});

test.each([
  [0, ""],
  [1, "client SA"],
])("conntrack=%i: behind a firewall that knows states an answer gives %j", (value, said) => {
  const lab = tcp();
  lab.knob("conntrack", value);
  lab.sh(
    "iptables -P FORWARD DROP; iptables -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
  );
  expect(lab.client(4000, "S")).toBe("rs2 S");
  expect(lab.server(2, 4000, "SA")).toBe(said);
});

describe("conntrack=1", () => {
  const tracked = (): DirectorLab => {
    const lab = tcp();
    lab.knob("conntrack", 1);
    lab.sh("iptables -A INPUT -m conntrack --ctstate INVALID -j DROP");
    return lab;
  };

  const established = (lab: DirectorLab): void => {
    lab.client(4000, "S");
    lab.server(2, 4000, "SA");
    lab.client(4000, "A");
  };

  test("a SYN on a connection that the server reset is dropped once, and scheduled when it comes again", () => {
    const lab = tracked();
    established(lab);
    lab.server(2, 4000, "RA");
    expect(lab.states()).toEqual(["CLOSE 9"]);
    expect(lab.client(4000, "S")).toBe("");
    expect(lab.drops()).toEqual(["ipvs-connection-refused-by-conntrack"]);
    expect(lab.client(4000, "S")).toBe("rs1 S");
  });

  test("a SYN on one that the client reset is scheduled at once, for tracking has forgotten it", () => {
    const lab = tracked();
    established(lab);
    lab.client(4000, "RA");
    expect(lab.client(4000, "S")).toBe("rs1 S");
  });

  test("with expire_nodest_conn=1 what is left of a deleted server's connection is dropped once", () => {
    const lab = tracked();
    established(lab);
    lab.sh("ipvsadm -d -t 10.0.0.100:80 -r 10.1.0.2");
    lab.knob("expire_nodest_conn", 1);
    expect(lab.client(4000, "A")).toBe("");
    expect(lab.drops()).toEqual(["ipvs-connection-refused-by-conntrack"]);
    expect(lab.states()).toEqual([]);
  });
});

test.each([
  [1, "1        1"],
  [0, "0        0"],
])("run_estimation=%i: after 2 s the statistics show %j", (value, shown) => {
  const lab = tcp();
  lab.knob("run_estimation", value);
  lab.client(4000, "S");
  lab.wait(2.1);
  expect(lab.sh("ipvsadm -Ln --stats --exact").split("\n")[3]).toContain(shown);
});

test.each([
  ["-i", 1, "client icmp 3/4"],
  ["-i", 0, "rs2 ipip(), rs2 part"],
])("%s pmtu_disc=%i: 1500 octets with DF give %j", (method, value, said) => {
  const lab = tcp(method);
  lab.knob("pmtu_disc", value);
  lab.client(4000, "S");
  const payload = new Uint8Array(1460);
  expect(lab.client(4000, "A", { payload, payloadLength: 1460 })).toBe(said);
});

describe("drop_packet", () => {
  test("is taken back with what the kernel made of it", () => {
    const lab = tcp();
    const shown = (): string => lab.sh("cat /proc/sys/net/ipv4/vs/drop_packet");
    lab.knob("drop_packet", 3);
    lab.knob("drop_packet", 2);
    expect(shown()).toBe("1\n");
    lab.lab.undo("dir");
    expect(shown()).toBe("3\n");
    lab.wait(1.1);
    expect(lab.client(4000, "S")).toBe("");
    lab.lab.undo("dir");
    expect(shown()).toBe("0\n");
    lab.wait(1.1);
    expect(lab.client(4000, "S")).toBe("rs2 S");
  });

  test("is shown as memory turns it", () => {
    const lab = tcp();
    lab.knob("drop_packet", 2);
    expect(lab.sh("cat /proc/sys/net/ipv4/vs/drop_packet")).toBe("1\n");
    lab.knob("amemthresh", 600_000);
    lab.wait(1.1);
    expect(lab.sh("cat /proc/sys/net/ipv4/vs/drop_packet")).toBe("2\n");
    const said = [1, 2, 3, 4, 5].map((i) => lab.client(4000 + i, "S"));
    expect(said).toEqual(["rs2 S", "rs1 S", "rs2 S", "rs1 S", ""]);
  });

  test("=3 drops the first of ten new connections without a word", () => {
    const lab = new DirectorLab(UDP, "ipvsadm -a -u 10.0.0.100:80 -r 10.1.0.1 -m");
    lab.knob("drop_packet", 3);
    const said = Array.from({ length: 11 }, (_, i) => lab.client(4000 + i, "udp"));
    expect(said).toEqual(["", ...new Array(9).fill("rs1 udp"), ""]);
    expect(lab.drops()).toEqual(["ipvs-drop-rate", "ipvs-drop-rate"]);
  });
});
