/** What people have in files, imported and run: forms as found in the wild, written for this test. */
import { fc, test as property } from "@fast-check/vitest";
import {
  ImportError,
  type ImportFile,
  type ImportResult,
  importFiles,
  labOf,
  labText,
  readLab,
  runLab,
} from "@lvsim/scenarios";
import { describe, expect, test } from "vitest";

const file = (path: string, text: string, beside: readonly ImportFile[] = []): ImportResult =>
  importFiles({ path, files: [{ path, text }], beside: [{ path, text }, ...beside] });
const folder = (files: Readonly<Record<string, string>>): ImportResult =>
  importFiles({
    path: "it/",
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    beside: [],
  });

/** Who answered the requests of the lab, by name; `-` for nobody. */
function answers({ source }: ImportResult): string {
  const run = runLab("imported", labOf(source), { seed: "1" });
  expect(run.starts.filter(({ asExpected }) => !asExpected)).toEqual([]);
  return run.requests.map(({ server, status }) => (status === 0 ? server : "-")).join(" ");
}

const notesOf = ({ notes }: ImportResult): string[] =>
  notes.map(({ path, line, en }) => `${path}:${line}: ${en}`);

const DUMP = `-A -t 192.168.31.200:80 -s rr
-a -t 192.168.31.200:80 -r 192.168.31.129:80 -g -w 1
-a -t 192.168.31.200:80 -r 192.168.31.130:80 -g -w 1
`;

describe("a dump of ipvsadm", () => {
  test.each([
    ["as it is", DUMP],
    [
      "with CRLF, a byte order mark and comments",
      `\ufeff# 备份\r\n${DUMP.replaceAll("\n", "\r\n")}`,
    ],
    ["without -n", DUMP.replaceAll(":80", ":http")],
    ["as commands", DUMP.replaceAll(/^/gm, "ipvsadm ").replace(/ipvsadm $/, "")],
    [
      "with long options",
      DUMP.replaceAll("-a -t", "--add-server --tcp-service").replace(
        "-A -t",
        "--add-service --tcp-service",
      ),
    ],
  ])("becomes a lab with direct routing: %s", (_what, text) => {
    const result = file("x.dump", text);
    expect(result.kind).toBe("ipvsadm");
    expect(notesOf(result)).toEqual([]);
    expect(answers(result)).toBe("rs2 rs1 rs2 rs1");
  });

  test("of masquerading has servers whose gateway is the director, on the ports of the servers", () => {
    const result = file(
      "x",
      "-A -t 172.16.100.1:80 -s rr\n-a -t 172.16.100.1:80 -r 192.168.100.2:8080 -m -w 1\n-a -t 172.16.100.1:80 -r 192.168.100.3:8080 -m -w 1\n",
    );
    expect(answers(result)).toBe("rs2 rs1 rs2 rs1");
    expect(result.source.hosts.rs1?.gateway).toBe("192.168.100.2".replace(/2$/, "4"));
  });

  test("of masquerading in one network is asked from outside", () => {
    const text =
      "-A -t 10.0.0.100:80 -s rr\n-a -t 10.0.0.100:80 -r 10.0.0.11:80 -m\n-a -t 10.0.0.100:80 -r 10.0.0.12:80 -m\n";
    const result = file("x", text);
    expect(answers(result)).toBe("rs2 rs1 rs2 rs1");
    expect(Object.keys(result.source.segments)).toEqual(["lan", "outside"]);
  });

  test("of tunnelling reaches servers of another network", () => {
    const text =
      "-A -t 10.0.0.100:80 -s rr\n-a -t 10.0.0.100:80 -r 10.7.0.11:80 -i\n-a -t 10.0.0.100:80 -r 10.8.0.12:80 -i\n";
    expect(answers(file("x", text))).toBe("rs2 rs1 rs2 rs1");
  });

  test("of many lines is restored from a file", () => {
    const many = Array.from(
      { length: 60 },
      (_, i) => `-A -t 10.0.0.${100 + i}:80 -s rr\n-a -t 10.0.0.${100 + i}:80 -r 10.0.0.2:80 -g\n`,
    );
    const result = file("x", many.join(""));
    expect(result.source.hosts.director?.start).toContain("ipvsadm -R < /etc/ipvsadm.rules\n");
    expect(answers(result)).toBe(Array(24).fill("rs1").join(" "));
    expect(() => file("x", DUMP.repeat(2000))).toThrow("x: 6000 lines; a lab takes at most 5000");
  });

  test("names what it has no client for", () => {
    const result = file(
      "x",
      `${DUMP}-A -f 7 -s wlc\n-A -u 192.168.31.200:53 -s rr\n-a -u 192.168.31.200:53 -r 192.168.31.129 -g\n`,
    );
    expect(notesOf(result)).toEqual([
      "x:4: a firewall mark: the rule that sets it is not in a dump, so no client asks",
      "x:4: a service without real servers",
      "x:5: udp service: its servers have nothing that answers",
    ]);
  });
});

const KEEPALIVED = `! 主调度器
global_defs { router_id LVS_1 }
vrrp_instance VI_1 {
\tstate MASTER
\tinterface ens33   # 网卡
\tvirtual_router_id 51
\tpriority 100
\tadvert_int 1
\tvirtual_ipaddress {
\t\t192.168.200.16/24
\t}
\tnotify_master "/etc/keepalived/master.sh"
}
virtual_server 192.168.200.16 80{
\tdelay_loop 2
\tlb_algo rr
\tlb_kind DR
\tnet_mask 255.255.255.0
\tprotocol TCP
\treal_server 192.168.200.2 80 {
\t\tweigth 1
\t\tTCP_CHECK { connect_timeout 3
\t\t}
\t}
\treal_server 192.168.200.3 80 {
\t\tweight 1
\t}
}
`;

describe("keepalived.conf", () => {
  test.each([
    ["tabs and glued braces", KEEPALIVED],
    ["CRLF", KEEPALIVED.replaceAll("\n", "\r\n")],
  ])("runs as it is: %s", (_what, text) => {
    const result = file("keepalived.conf", text);
    expect(result.kind).toBe("keepalived");
    expect(answers(result)).toBe("rs2 rs1 rs2 rs1");
    expect(Object.keys(result.source.hosts.director?.devices ?? {})).toEqual(["ens33"]);
    expect(notesOf(result)).toEqual([
      "keepalived.conf:18: keepalived: Unknown keyword 'net_mask'",
      "keepalived.conf:21: keepalived: Unknown keyword 'weigth'",
      "keepalived.conf:12: /etc/keepalived/master.sh is not here: the lab has a script that succeeds in its place",
    ]);
  });

  test("of two routers makes both; the one with the higher priority has the VIP", () => {
    const master = KEEPALIVED.replaceAll(/^.*(?:net_mask|weigth|notify).*$/gm, "");
    const backup = master.replace("MASTER", "BACKUP").replace("priority 100", "priority 90");
    const result = folder({ "lb1/keepalived.conf": master, "lb2/keepalived.conf": backup });
    expect(result.kind).toBe("keepalived");
    expect(Object.keys(result.source.hosts)).toEqual(["rs1", "rs2", "client", "lb1", "lb2"]);
    expect(answers(result)).toBe("rs2 rs1 rs2 rs1");
    expect(
      Object.keys(
        folder({ "keepalived-master.conf": master, "keepalived-backup.conf": backup }).source.hosts,
      ),
    ).toContain("backup");
  });

  test("with masquerading between two networks has a gateway for its servers", () => {
    const text = `vrrp_instance OUT { interface eth0
virtual_router_id 1
virtual_ipaddress { 10.23.8.80 }
}
vrrp_instance IN { interface eth1
virtual_router_id 2
virtual_ipaddress { 172.18.1.254 }
}
virtual_server 10.23.8.80 8080 {
lb_algo rr
lb_kind NAT
real_server 172.18.1.11 80 { }
real_server 172.18.1.12 80 { }
}
`;
    const result = file("k.conf", text);
    expect(result.source.hosts.rs1?.gateway).toBe("172.18.1.254");
    expect(answers(result)).toBe("rs2 rs1 rs2 rs1");
  });
});

describe("a script", () => {
  const director = `VIP=10.9.0.100
ifconfig eth0:0 $VIP netmask 255.255.255.255 broadcast $VIP up
ipvsadm -C
ipvsadm -A -t $VIP:80 -s rr
for i in 11 12; do ipvsadm -a -t $VIP:80 -r 10.9.0.$i -g; done
`;

  test("for a director makes what it does", () => {
    const result = file("lvs.sh", `#!/bin/bash\r\n${director.replaceAll("\n", "\r\n")}`);
    expect(result.kind).toBe("script");
    expect(answers(result)).toBe("rs2 rs1 rs2 rs1");
  });

  test("of System V's kind is started", () => {
    const body = `#!/bin/sh\n# chkconfig: 2345 90 10\n. /etc/init.d/functions\ncase "$1" in\nstart)\n${director}touch /var/lock/subsys/lvs\n;;\n*) exit 1;;\nesac\n`;
    const result = file("lvs", body);
    expect(notesOf(result)).toEqual([]);
    expect(answers(result)).toBe("rs2 rs1 rs2 rs1");
  });

  test("for a real server stands on two of them, and its errors are named with their lines", () => {
    const result = file(
      "rs.sh",
      "vip=192.168.31.200\nifconfig lo:0 $vip broadcast $vip netmask 255.255.255.255 up\necho 1 > /proc/sys/net/ipv4/conf/all/arp_ignore\necho 2 > /proc/sys/net/ipv4/conf/all/arp_announce\n说明 文字\n1 - (解释)\n",
    );
    expect(notesOf(result).slice(0, 2)).toEqual([
      "rs.sh:5: 说明: command not found",
      "rs.sh:6: syntax error near unexpected token `('",
    ]);
    expect(answers(result)).toBe("rs2 rs1 rs2 rs1");
  });
});

test("a Kathará lab brings domains, MAC addresses, folders and start-up files", () => {
  const result = folder({
    "lab.conf": `LAB_NAME="DR"\nclient[0]="A"\ndir[0]=A\nweb_1[0]='A/02:00:00:00:99:01'\nweb_1[sysctl]="net.ipv4.conf.all.arp_ignore=1"\nweb_1[bridged]=true\n???\n`,
    "client.startup": "ifconfig eth0 10.0.0.5/24 up\n",
    "dir.startup":
      "ip addr add 10.0.0.1/24 dev eth0\nip addr add 10.0.0.100/32 dev eth0\nipvsadm -A -t 10.0.0.100:80 -s rr\nipvsadm -a -t 10.0.0.100:80 -r 10.0.0.11:80 -g\n",
    "web_1.startup":
      "ifconfig eth0 10.0.0.11/24 up\nip addr add 10.0.0.100/32 dev lo\nsysctl -w net.ipv4.conf.all.arp_announce=2\nsystemctl start nginx\n",
    "web_1/usr/share/nginx/html/index.html": "from the folder\n",
  });
  expect(notesOf(result)).toEqual([
    "it/lab.conf:6: web_1[bridged] is not carried over",
    "it/lab.conf:7: not understood: ???",
  ]);
  expect(result.source.hosts["web-1"]?.devices.eth0?.mac).toBe("02:00:00:00:99:01");
  expect(answers(result)).toBe("web-1 web-1");
});

test("a containerlab topology brings nodes of kind linux, bridges, exec, binds and sysctls", () => {
  const text = `name: lvs
topology:
  defaults: { kind: linux }
  nodes:
    br1: { kind: bridge }
    lb:
      exec: [ip addr add 10.1.0.1/24 dev eth1, bash /a.sh]
      binds: ["cfg/a.sh:/a.sh:ro", "no.sh:/no.sh"]
    rs:
      exec: [ip addr add 10.1.0.11/24 dev eth1, ip addr add 10.1.0.100/32 dev lo, systemctl start nginx]
      sysctls: { net.ipv4.conf.all.arp_ignore: 1, net.ipv4.conf.all.arp_announce: 2 }
    c: { exec: [ip addr add 10.1.0.5/24 dev eth1] }
    spine: { kind: nokia_srlinux }
  links:
    - endpoints: ["lb:eth1", "br1:eth1"]
    - endpoints: ["rs:eth1", "br1:eth2"]
    - endpoints: [{ node: c, interface: eth1 }, { node: br1, interface: eth3 }]
    - endpoints: ["c:eth2", "spine:e1-1"]
    - endpoints: ["c:eth9"]
`;
  const script =
    "ip addr add 10.1.0.100/32 dev eth1\nipvsadm -A -t 10.1.0.100:80 -s rr\nipvsadm -a -t 10.1.0.100:80 -r 10.1.0.11 -g\n";
  const result = file("x.clab.yml", text, [{ path: "cfg/a.sh", text: script }]);
  expect(notesOf(result)).toEqual([
    "x.clab.yml:8: no.sh is not here",
    'x.clab.yml:13: spine: kind "nokia_srlinux" is not simulated; linux and bridge are',
    'x.clab.yml:19: a link has two endpoints, as ["a:eth1", "b:eth1"]',
  ]);
  expect(answers(result)).toBe("rs rs");
});

test("outputs of machines become these machines, with servers that are only named", () => {
  const link = (index: number, name: string, mac: string): string =>
    `${index}: ${name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000\n    link/ether ${mac} brd ff:ff:ff:ff:ff:ff\n`;
  const lo =
    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN\n    inet 127.0.0.1/8 scope host lo\n";
  const result = folder({
    "lvs/ip_addr.txt": `${lo}${link(2, "ens192", "00:50:56:aa:bb:01")}    inet 10.5.0.10/24 brd 10.5.0.255 scope global ens192\n    inet 10.5.0.100/32 scope global ens192\n3: docker0: <NO-CARRIER,UP> mtu 1500\n    inet 172.17.0.1/16 scope global docker0\n`,
    "lvs/ip_route.txt":
      "default via 10.5.0.1 dev ens192 proto static metric 100\n10.5.0.0/24 dev ens192 proto kernel scope link src 10.5.0.10\n",
    "lvs/ipvsadm":
      "-A -t 10.5.0.100:80 -s rr\n-a -t 10.5.0.100:80 -r 10.5.0.11:80 -g -w 1\n-a -t 10.5.0.100:80 -r 10.5.0.12:80 -g -w 1\n",
    "lvs/sysctl-a":
      "abi.vsyscall32 = 1\nnet.ipv4.ip_forward = 1\nnet.ipv4.conf.ens192.rp_filter = 1\nnet.ipv4.conf.all.arp_ignore = 0\n",
    "lvs/iptables-save":
      "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n",
    "web1/addr": `${lo}    inet 10.5.0.100/32 scope global lo\n${link(2, "eth0", "00:50:56:aa:bb:11")}    inet 10.5.0.11/24 scope global eth0\n`,
    "web1/sysctl": "net.ipv4.conf.all.arp_ignore = 1\nnet.ipv4.conf.all.arp_announce = 2\n",
  });
  expect(result.kind).toBe("bundle");
  expect(Object.keys(result.source.hosts)).toEqual(["lvs", "web1", "rs1", "gw", "client"]);
  expect(result.source.hosts.lvs?.start).toContain("sysctl -q -w net.ipv4.ip_forward='1'\n");
  expect(notesOf(result)).toEqual([
    "it/lvs/ip_addr.txt:8: 172.17.0.1/16 on docker0 is not carried over: such devices are not made",
  ]);
  expect(answers(result)).toBe("rs1 web1 rs1 web1");
});

test("the lab is written as a file that reads as the same lab, its lacks on top", () => {
  const result = file("x.dump", `${DUMP}-A -f 7 -s wlc\n`);
  const text = labText(result, "x.dump");
  expect(text.split("\n").slice(0, 2)).toEqual([
    "# Made by lvsim import x.dump (ipvsadm).",
    "# x.dump:4: a firewall mark: the rule that sets it is not in a dump, so no client asks",
  ]);
  expect(readLab(text, "x.lab.yml")).toEqual(labOf(result.source));
});

test.each([
  ["x", "", "x: the file is empty"],
  [
    "x",
    "Dear reader,\n",
    "x: neither an ipvsadm -S dump, a keepalived.conf, a shell script, a lab.conf nor a .clab.yml",
  ],
  [
    "x.sh",
    "#!/bin/sh\necho hello\n",
    "x.sh: run on a machine of its own it adds no virtual service",
  ],
  ["x.clab.yml", "topology: [\n", "x.clab.yml:"],
  ["x.clab.yml", "name: x\n", "x.clab.yml:1:1: a containerlab file has topology: nodes:"],
  [
    "x.conf",
    "vrrp_instance A {\n}\n",
    "x.conf: neither a virtual_server with an address nor a virtual_ipaddress in it",
  ],
  ["lab.conf", "# nothing\n", 'lab.conf: no machine in it; a line is like pc1[0]="A"'],
  ["a.lab.yml", "format: 1\n", "a.lab.yml is a lab file already: lvsim run a.lab.yml"],
])("%s with %j is refused in one line", (path, text, words) => {
  expect(() => file(path, text)).toThrow(ImportError);
  expect(() => file(path, text)).toThrow(words);
});

const LINES = [
  ...DUMP.trim().split("\n"),
  ...KEEPALIVED.trim().split("\n"),
  'pc1[0]="A"',
  "pc1[1]=",
  "topology:",
  "  nodes:",
  "    a: { kind: linux }",
  "#!/bin/bash",
  "ipvsadm -A -t 999.1.1.1:80",
  "}",
  "{",
  "-A",
  "-a -t :",
  "\u0000",
  "ip addr add 1.2.3.4/33 dev lo",
  "-A -t [::1]:80 -s rr",
  "-A -t 127.0.0.1:80",
  "-a -t 127.0.0.1:80 -r 0.0.0.0:80 -m",
];

property.prop(
  [
    fc.array(fc.constantFrom(...LINES), { maxLength: 12 }),
    fc.constantFrom("x", "keepalived.conf", "lab.conf", "x.clab.yml", "x.sh"),
  ],
  { numRuns: 60 },
)("whatever lines a file has, it is a lab or is refused in words", (lines, path) => {
  try {
    labOf(file(path, lines.join("\n")).source);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    expect(error.message).not.toContain("\n");
  }
});
