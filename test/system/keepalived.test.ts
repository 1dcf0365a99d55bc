/** keepalived on the machines of a lab: fail-over, split brain, sync groups, checkers to the moment, sorry servers, reloads. */
import {
  formatIpv4Address,
  type Instant,
  type Ipv4Address,
  type MacAddress,
  parseIpv4Address,
  seconds,
} from "@lvsim/core";
import { Lab } from "@lvsim/scenarios";
import { describe, expect, test } from "vitest";

const VIP = "10.0.0.100";
const CONFIG = "/etc/keepalived/keepalived.conf";
const GROUP = parseIpv4Address("224.0.0.18") as Ipv4Address;

interface Host {
  readonly name: string;
  readonly number: number;
}

/**
 * Everybody on one switch, 10.0.0.0/24:
 *
 *     client .1 ── dir1 .10 ── dir2 .11 ── rs1 .21 ── rs2 .22, both real servers with the VIP on lo
 */
class Cluster {
  readonly lab = Lab.empty({ seed: "1" });

  constructor() {
    const lan = this.lab.addSwitch("lan");
    const hosts: readonly Host[] = [
      { name: "client", number: 1 },
      { name: "dir1", number: 10 },
      { name: "dir2", number: 11 },
      { name: "rs1", number: 21 },
      { name: "rs2", number: 22 },
    ];
    for (const { name, number } of hosts) {
      this.lab.addMachine(name);
      this.lab.attach(
        { machine: name, device: "eth0", mac: (0x020000000000 + number) as MacAddress },
        lan,
        name,
      );
      this.sh(name, `ip addr add 10.0.0.${number}/24 dev eth0`);
    }
    for (const name of ["rs1", "rs2"])
      this.sh(
        name,
        `sysctl -qw net.ipv4.conf.all.arp_ignore=1; ip addr add ${VIP}/32 dev lo; systemctl start nginx`,
      );
  }

  sh(machine: string, command: string): string {
    const { status, stdout, stderr } = this.lab.exec(machine, command);
    expect(`${status} ${stderr}`).toBe("0 ");
    return stdout;
  }

  /** Writes the configuration and starts the daemon. */
  start(machine: string, config: string): void {
    this.lab.machine(machine).shell.writeFile(CONFIG, config);
    this.sh(machine, "systemctl start keepalived");
  }

  pass(time: number): void {
    this.lab.until((this.lab.now + seconds(time)) as Instant);
  }

  /** What the processes called `ident` said of `pattern`; the seconds since the run began stand in front. */
  said(machine: string, ident: string, pattern = /./): string[] {
    const text = this.lab.machine(machine).shell.readFile("/var/log/syslog") ?? "";
    return text
      .split("\n")
      .filter((line) => line.includes(` ${ident}[`))
      .map((line) =>
        line.replace(
          /^Jan {2}1 00:(\d\d):(\d\d) \S+ [^:]+: (?:\(VI_\d+\) )?/,
          (_all, minutes, rest) => `${Number(minutes) * 60 + Number(rest)}: `,
        ),
      )
      .filter((line) => pattern.test(line));
  }

  /** Machines that have the address. */
  owners(address = VIP): string[] {
    return ["dir1", "dir2"].filter((name) =>
      this.lab
        .machine(name)
        .namespace.devices()
        .some(
          (device) =>
            !device.loopback &&
            device.addresses.some(({ local }) => formatIpv4Address(local) === address),
        ),
    );
  }

  servers(machine = "dir1"): string[] {
    const [service] = this.lab.machine(machine).namespace.config.ipvs.services;
    return (service?.realServers ?? [])
      .map(
        ({ address, weight }) => `${formatIpv4Address(address).replace("10.0.0.", ".")} w${weight}`,
      )
      .sort();
  }
}

const vrrp = (priority: number, more = "", id = 51, vip = VIP): string => `
vrrp_instance VI_${id} {
    state BACKUP
    interface eth0
    virtual_router_id ${id}
    priority ${priority}
    advert_int 1
    ${more}
    virtual_ipaddress { ${vip} }
}
`;

describe("two directors", () => {
  function pair(more = "", second = more): Cluster {
    const cluster = new Cluster();
    cluster.start("dir1", vrrp(150, more));
    cluster.start("dir2", vrrp(100, second));
    cluster.pass(5);
    return cluster;
  }

  test("the one with the higher priority has the address; the other takes it over when it ends, and gives it back", () => {
    const cluster = pair();
    expect(cluster.owners()).toEqual(["dir1"]);
    cluster.sh("dir1", "systemctl stop keepalived");
    cluster.pass(1);
    expect(cluster.owners()).toEqual(["dir2"]);
    cluster.sh("dir1", "systemctl start keepalived");
    cluster.pass(4);
    expect(cluster.owners()).toEqual(["dir1"]);
    expect(cluster.said("dir2", "Keepalived_vrrp")).toEqual([
      "0: Entering BACKUP STATE (init)",
      "5: Backup received priority 0 advertisement",
      "5: Entering MASTER STATE",
      "9: Master received advert from 10.0.0.10 with higher priority 150, ours 100",
      "9: Entering BACKUP STATE",
    ]);
  });

  test("a master that is killed leaves its address behind, and both have it", () => {
    const cluster = pair();
    cluster.sh("dir1", "killall -9 keepalived");
    cluster.pass(3);
    expect(cluster.owners()).toEqual(["dir1"]);
    cluster.pass(0.3);
    expect(cluster.owners()).toEqual(["dir1", "dir2"]);
  });

  test("neighbours learn of the new master from gratuitous ARP", () => {
    const cluster = pair();
    cluster.sh("client", `ping -c 1 ${VIP}`);
    const macs = (): string => cluster.sh("client", `ip neigh show ${VIP}`);
    expect(macs()).toContain("02:00:00:00:00:0a");
    cluster.sh("dir1", "systemctl stop keepalived");
    cluster.pass(1);
    expect(macs()).toContain("02:00:00:00:00:0b");
  });

  test("nopreempt keeps the address where it is", () => {
    const cluster = pair("nopreempt");
    cluster.sh("dir1", "systemctl restart keepalived");
    cluster.pass(30);
    expect(cluster.owners()).toEqual(["dir2"]);
  });

  test("a firewall that drops VRRP splits the brain", () => {
    const cluster = pair();
    cluster.sh("dir2", "iptables -A INPUT -p vrrp -j DROP");
    cluster.pass(4);
    expect(cluster.owners()).toEqual(["dir1", "dir2"]);
  });

  test("unicast peers need no group, and no firewall for it", () => {
    const peers = (own: string, other: string): string =>
      `unicast_src_ip ${own}\n unicast_peer { ${other} }`;
    const cluster = pair(peers("10.0.0.10", "10.0.0.11"), peers("10.0.0.11", "10.0.0.10"));
    expect(cluster.owners()).toEqual(["dir1"]);
    const { namespace } = cluster.lab.machine("dir1");
    const index = namespace.deviceNamed("eth0")?.index ?? 0;
    expect([index > 0, namespace.groups.isMember(index, GROUP)]).toEqual([true, false]);
  });

  test("different passwords: each is master for itself and says why", () => {
    const cluster = pair(
      "authentication { auth_type PASS\n auth_pass a }",
      "authentication { auth_type PASS\n auth_pass b }",
    );
    expect(cluster.owners()).toEqual(["dir1", "dir2"]);
    expect(cluster.said("dir2", "Keepalived_vrrp", /passwd/)[0]).toBe(
      "3: received an invalid passwd!",
    );
  });

  test("AH protects the advertisements as well", () => {
    const cluster = pair("authentication { auth_type AH\n auth_pass a }");
    expect(cluster.owners()).toEqual(["dir1"]);
  });

  test("tcpdump shows an advertisement with its password", () => {
    const cluster = pair("authentication { auth_type PASS\n auth_pass 1111 }");
    const shown = cluster.lab.exec("dir2", "tcpdump -nvc 1 -i eth0 vrrp").stdout;
    expect(shown).toContain(
      `10.0.0.10 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 150, authtype simple, intvl 1s, length 20, addrs: ${VIP} auth "1111^@^@^@^@"`,
    );
    expect(shown).toMatch(/ttl 255, .*proto VRRP \(112\), length 40/);
  });

  test("version 3 with hundredths of a second", () => {
    const cluster = new Cluster();
    cluster.start("dir1", vrrp(150, "version 3").replace("advert_int 1", "advert_int 0.1"));
    cluster.start("dir2", vrrp(100, "version 3").replace("advert_int 1", "advert_int 0.1"));
    cluster.pass(1);
    expect(cluster.owners()).toEqual(["dir1"]);
    cluster.sh("dir1", "killall -9 keepalived");
    cluster.pass(0.5);
    expect(cluster.owners()).toEqual(["dir1", "dir2"]);
  });

  test("an interface that goes down is a fault, and the other takes over at once", () => {
    const cluster = pair();
    cluster.sh("dir1", "ip link set eth0 down");
    cluster.pass(4);
    expect(cluster.said("dir1", "Keepalived_vrrp").at(-1)).toBe("5: sent 0 priority");
    expect(cluster.owners()).toEqual(["dir2"]);
    cluster.sh("dir1", "ip link set eth0 up");
    cluster.pass(5);
    expect(cluster.owners()).toEqual(["dir1"]);
  });

  test("a script that fails takes priority away", () => {
    const script = `vrrp_script chk { script "/bin/sh -c 'test -e /tmp/ok'"\n interval 2\n weight -60\n fall 2 }\n`;
    const cluster = new Cluster();
    cluster.sh("dir1", "touch /tmp/ok");
    cluster.start("dir1", script + vrrp(150, "track_script { chk }"));
    cluster.start("dir2", vrrp(100));
    cluster.pass(5);
    expect(cluster.owners()).toEqual(["dir1"]);
    cluster.sh("dir1", "rm /tmp/ok");
    cluster.pass(9);
    expect(cluster.owners()).toEqual(["dir2"]);
    expect(cluster.said("dir1", "Keepalived_vrrp", /VRRP_Script|effective/)).toEqual([
      "0: VRRP_Script(chk) succeeded",
      "8: VRRP_Script(chk) failed (exited with status 1)",
      "8: Changing effective priority from 150 to 90",
    ]);
  });

  describe("scripts are looked at before they run", () => {
    const global = "global_defs {\n script_user root\n enable_script_security\n}\n";
    const chk = (program: string): string =>
      `vrrp_script chk {\n script "${program}"\n interval 2\n}\n`;

    const violation =
      "SECURITY VIOLATION - scripts are being executed but script_security not enabled.";
    const noUser =
      "WARNING - default user 'keepalived_script' for script execution does not exist - please create.";

    test.each([
      [
        "from PATH",
        "",
        "pidof nginx",
        6,
        [noUser, /^WARNING - script `pidof` resolved/, violation],
      ],
      ["by root and safe", global, "/etc/keepalived/check.sh", 0, []],
      [
        "that anybody can write",
        global,
        "/tmp/open.sh",
        5,
        [/^Unsafe permissions found/, "Disabling track script chk due to insecure"],
      ],
      [
        "that cannot be executed",
        global,
        "/tmp/plain.sh",
        5,
        [/^WARNING - script '\/tmp\/plain.sh' is not executable/],
      ],
      [
        "that is not there",
        global,
        "/tmp/none.sh",
        5,
        [/cannot be accessed/, "Disabling track script chk since not found/accessible"],
      ],
      [
        "without its user",
        "global_defs { enable_script_security }\n",
        "/etc/keepalived/check.sh",
        5,
        [noUser, "Unable to set default user for vrrp script chk - removing"],
      ],
    ] as const)("%s", (_what, before, program, status, said) => {
      const cluster = new Cluster();
      cluster.sh(
        "dir1",
        "mkdir -p /etc/keepalived; printf '#!/bin/sh\\nexit 1\\n' > /etc/keepalived/check.sh; cp /etc/keepalived/check.sh /tmp/open.sh; cp /tmp/open.sh /tmp/plain.sh; chmod 755 /etc/keepalived/check.sh; chmod 777 /tmp/open.sh; chmod 644 /tmp/plain.sh",
      );
      cluster.lab
        .machine("dir1")
        .shell.writeFile(CONFIG, before + chk(program) + vrrp(150, "track_script { chk }"));
      const result = cluster.lab.exec("dir1", "keepalived -t");
      const lines = result.stderr.split("\n").filter((line) => line !== "");
      expect([result.status, lines]).toEqual([
        status,
        said.map((one) => (typeof one === "string" ? one : expect.stringMatching(one))),
      ]);
    });

    test("an instance whose script is left out goes on without it", () => {
      const cluster = new Cluster();
      cluster.start("dir1", global + chk("/tmp/none.sh") + vrrp(150, "track_script { chk }"));
      cluster.pass(5);
      expect(cluster.owners()).toEqual(["dir1"]);
      expect(cluster.said("dir1", "Keepalived_vrrp", /not found, ign/)).toHaveLength(1);
    });
  });

  test("a virtual MAC is the address' own, whoever has it", () => {
    const cluster = pair("use_vmac");
    // or their questions for the client's link address would carry the VIP with their own
    for (const name of ["dir1", "dir2"])
      cluster.sh(name, "sysctl -qw net.ipv4.conf.all.arp_announce=2");
    const mac = (): string =>
      cluster.sh("client", `ping -c 1 ${VIP} >/dev/null; ip neigh show ${VIP}`);
    expect([cluster.owners(), mac()]).toEqual([
      ["dir1"],
      expect.stringContaining("00:00:5e:00:01:33"),
    ]);
    cluster.sh("dir1", "systemctl stop keepalived");
    cluster.pass(1);
    expect(mac()).toContain("00:00:5e:00:01:33");
    expect(cluster.sh("dir1", "ip link show").includes("vrrp.51")).toBe(false);
  });

  test("scripts hear of every state", () => {
    const cluster = pair("notify \"/bin/sh -c 'echo $@ >>/tmp/told' x\"");
    cluster.sh("dir1", "systemctl stop keepalived");
    cluster.pass(1);
    expect(cluster.sh("dir2", "cat /tmp/told")).toBe(
      "INSTANCE VI_51 BACKUP 100\nINSTANCE VI_51 MASTER 100\n",
    );
  });
});

test("a sync group moves as one", () => {
  const cluster = new Cluster();
  const group = "vrrp_sync_group G { group { VI_51\n VI_52 } }\n";
  const config = (priority: number): string =>
    group + vrrp(priority) + vrrp(priority, "", 52, "10.0.0.101");
  cluster.start("dir1", config(150));
  cluster.start("dir2", config(100));
  cluster.pass(5);
  expect([cluster.owners(), cluster.owners("10.0.0.101")]).toEqual([["dir1"], ["dir1"]]);
  // only one of the two instances is kept from hearing the other
  cluster.sh("dir1", "ip link set eth0 down");
  cluster.pass(5);
  expect([cluster.owners(), cluster.owners("10.0.0.101")]).toEqual([["dir2"], ["dir2"]]);
  expect(cluster.said("dir1", "Keepalived_vrrp", /VRRP_Group/)).toEqual([
    "3: VRRP_Group(G) Syncing instances to MASTER state",
    "5: VRRP_Group(G) Syncing instances to FAULT state",
  ]);
});

const service = (more: string, check = "TCP_CHECK { connect_timeout 2 }", second = ""): string => `
virtual_server ${VIP} 80 {
    delay_loop 6
    warmup 0
    lb_algo rr
    lb_kind DR
    protocol TCP
    ${more}
    real_server 10.0.0.21 80 { ${check} }
    real_server 10.0.0.22 80 { ${check}
      ${second} }
}
`;

describe("checkers", () => {
  function director(config: string): Cluster {
    const cluster = new Cluster();
    cluster.start("dir1", config);
    cluster.pass(0.1);
    return cluster;
  }

  test("a server that refuses is out after one retry more, a second later, and in again at the next look", () => {
    const cluster = director(service(""));
    expect(cluster.servers()).toEqual([".21 w1", ".22 w1"]);
    cluster.sh("rs2", "systemctl stop nginx");
    cluster.pass(6.8);
    expect(cluster.servers()).toEqual([".21 w1", ".22 w1"]);
    cluster.pass(0.2);
    expect(cluster.servers()).toEqual([".21 w1"]);
    cluster.sh("rs2", "systemctl start nginx");
    cluster.pass(5.8);
    expect(cluster.servers()).toEqual([".21 w1"]);
    cluster.pass(0.2);
    expect(cluster.servers()).toEqual([".21 w1", ".22 w1"]);
    expect(cluster.said("dir1", "Keepalived_healthcheckers", /\.22\]/)).toEqual([
      "0: Activating healthchecker for service [10.0.0.22]:tcp:80 for VS [10.0.0.100]:tcp:80",
      "0: TCP connection to [10.0.0.22]:tcp:80 success.",
      "7: TCP_CHECK on service [10.0.0.22]:tcp:80 failed after 1 retries.",
      "7: Removing service [10.0.0.22]:tcp:80 from VS [10.0.0.100]:tcp:80",
      "13: TCP connection to [10.0.0.22]:tcp:80 success.",
      "13: Adding service [10.0.0.22]:tcp:80 to VS [10.0.0.100]:tcp:80",
    ]);
  });

  test("a server that is silent is out after the timeouts", () => {
    const cluster = director(service("retry 2"));
    cluster.sh("rs2", "ip link set eth0 down");
    // look at 6 s and wait 2, again at 9 and wait 2, again at 12 and wait 2
    cluster.pass(13.8);
    expect(cluster.servers()).toEqual([".21 w1", ".22 w1"]);
    cluster.pass(0.3);
    expect(cluster.servers()).toEqual([".21 w1"]);
  });

  test("inhibit_on_failure leaves it in with weight 0", () => {
    const cluster = director(service("inhibit_on_failure"));
    cluster.sh("rs2", "systemctl stop nginx");
    cluster.pass(8);
    expect(cluster.servers()).toEqual([".21 w1", ".22 w0"]);
  });

  test("alpha lets a server in only after its first success", () => {
    const cluster = new Cluster();
    cluster.sh("rs2", "systemctl stop nginx");
    cluster.start("dir1", service("alpha"));
    expect(cluster.servers()).toEqual([]);
    cluster.pass(0.1);
    expect(cluster.servers()).toEqual([".21 w1"]);
  });

  test("the sorry server stands in for all when the quorum is lost, and goes when it is back", () => {
    const cluster = director(service("quorum 2\n sorry_server 10.0.0.1 80"));
    cluster.sh("rs2", "systemctl stop nginx");
    cluster.pass(8);
    expect(cluster.servers()).toEqual([".1 w1"]);
    cluster.sh("rs2", "systemctl start nginx");
    cluster.pass(8);
    expect(cluster.servers()).toEqual([".21 w1", ".22 w1"]);
    expect(cluster.said("dir1", "Keepalived_healthcheckers", /quorum|sorry|alive/)).toEqual([
      "0: Gained quorum 2+0=2 <= 2 for VS [10.0.0.100]:tcp:80",
      "7: Lost quorum 2-0=2 > 1 for VS [10.0.0.100]:tcp:80",
      "7: Adding sorry server [10.0.0.1]:tcp:80 to VS [10.0.0.100]:tcp:80",
      "7: Removing alive servers from the pool for VS [10.0.0.100]:tcp:80",
      "13: Gained quorum 2+0=2 <= 2 for VS [10.0.0.100]:tcp:80",
      "13: Removing sorry server [10.0.0.1]:tcp:80 from VS [10.0.0.100]:tcp:80",
      "13: Adding alive servers to the pool for VS [10.0.0.100]:tcp:80",
    ]);
  });

  test.each([
    [
      "HTTP_GET with a status",
      "HTTP_GET { url { path /\n status_code 200 } }",
      "rm /usr/share/nginx/html/index.html",
    ],
    [
      "HTTP_GET with a digest",
      "HTTP_GET { url { path /\n digest 44d4a67b8ba0a7dd4dd2b1dd72d4f1c2 } }",
      "echo other > /usr/share/nginx/html/index.html",
    ],
    [
      "PING_CHECK",
      "PING_CHECK { connect_timeout 1 }",
      "sysctl -qw net.ipv4.icmp_echo_ignore_all=1",
    ],
    ["UDP_CHECK", "UDP_CHECK { connect_port 53\n connect_timeout 1 }", "killall nc"],
    [
      "MISC_CHECK",
      'MISC_CHECK { misc_path "/usr/bin/curl -s -m 1 -o /dev/null http://10.0.0.22/" }',
      "systemctl stop nginx",
    ],
  ])("%s finds out", (_what, check, trouble) => {
    const cluster = new Cluster();
    cluster.sh("rs2", "echo page > /usr/share/nginx/html/index.html");
    cluster.sh("rs1", "echo page > /usr/share/nginx/html/index.html");
    cluster.lab.start("rs1", "nc -u -l -k 53");
    cluster.lab.start("rs2", "nc -u -l -k 53");
    cluster.start(
      "dir1",
      service("", check.replace(/[0-9a-f]{32}/, "2adf521149526dde524f030851c7f903")),
    );
    cluster.pass(3);
    expect(cluster.servers()).toContain(".22 w1");
    cluster.sh("rs2", trouble);
    cluster.pass(12);
    expect(cluster.servers()).not.toContain(".22 w1");
  });

  test("a script names the weight with misc_dynamic", () => {
    const cluster = director(
      service("", "MISC_CHECK { misc_path \"/bin/sh -c 'exit 12'\"\n misc_dynamic }"),
    );
    expect(cluster.servers()).toEqual([".21 w10", ".22 w10"]);
  });
});

test("a reload changes what is different and keeps the rest", () => {
  const cluster = new Cluster();
  cluster.start("dir1", vrrp(150) + service(""));
  cluster.start("dir2", vrrp(100));
  cluster.pass(5);
  cluster.sh("rs2", "systemctl stop nginx");
  cluster.pass(8);
  const changed =
    vrrp(150) +
    service("persistence_timeout 50").replace("10.0.0.21 80 {", "10.0.0.21 80 { weight 7\n");
  cluster.lab.machine("dir1").shell.writeFile(CONFIG, changed);
  cluster.sh("dir1", "systemctl reload keepalived");
  expect(cluster.servers()).toEqual([".21 w7"]);
  expect(cluster.sh("dir1", "ipvsadm -Ln")).toContain("rr persistent 50");
  expect([cluster.owners(), cluster.said("dir2", "Keepalived_vrrp", /MASTER/)]).toEqual([
    ["dir1"],
    [],
  ]);
  cluster.lab.machine("dir1").shell.writeFile(CONFIG, vrrp(150));
  cluster.sh("dir1", "systemctl reload keepalived");
  expect(cluster.sh("dir1", "ipvsadm -Ln | wc -l")).toBe("3\n");
});

test("the synchronisation daemon follows its instance", () => {
  const cluster = new Cluster();
  const global = "global_defs { lvs_sync_daemon eth0 VI_51 id 7 }\n";
  cluster.start("dir1", global + vrrp(150));
  expect(cluster.sh("dir1", "ipvsadm --list --daemon")).toContain(
    "backup sync daemon (mcast=eth0, syncid=7",
  );
  cluster.pass(5);
  expect(cluster.sh("dir1", "ipvsadm --list --daemon")).toContain(
    "master sync daemon (mcast=eth0, syncid=7",
  );
  cluster.sh("dir1", "systemctl stop keepalived");
  expect(cluster.sh("dir1", "ipvsadm --list --daemon")).toBe("");
});

test("groups, firewall marks and local addresses come to IPVS with their line as origin", () => {
  const cluster = new Cluster();
  const config = service("").replace(`virtual_server ${VIP} 80 {`, "virtual_server group WEB {");
  cluster.start("dir1", `virtual_server_group WEB {\n 10.0.0.200-201 80\n fwmark 3\n}\n${config}`);
  expect(cluster.sh("dir1", "ipvsadm -Ln | grep rr")).toBe(
    "TCP  10.0.0.200:80 rr\nTCP  10.0.0.201:80 rr\nFWM  3 rr\n",
  );
  const added = cluster.lab
    .machine("dir1")
    .namespace.history.all.find(({ origin }) => origin.process === "keepalived");
  expect(added?.origin).toMatchObject({ machine: "dir1", file: CONFIG, line: 6 });
});

test.each([
  ["keepalived -t", 5, "(/etc/keepalived/keepalived.conf: Line 7) Unknown keyword 'advrt_int'\n"],
  [
    "keepalived -t -f /nowhere",
    4,
    "(null): Configuration file '/nowhere' open problem (No such file or directory)\n",
  ],
  ["keepalived --nonsense", 1, "keepalived: unrecognized option '--nonsense'\n"],
])("%s ends with %i", (command, status, stderr) => {
  const cluster = new Cluster();
  cluster.lab.machine("dir1").shell.writeFile(CONFIG, vrrp(150).replace("advert_int", "advrt_int"));
  const result = cluster.lab.exec("dir1", command);
  expect(result.status).toBe(status);
  expect(result.stderr.startsWith(stderr)).toBe(true);
});
