/** Lab sheets as people write them, read and played. */
import { readFileSync } from "node:fs";
import {
  type Language,
  libraryLab,
  matters,
  playSheet,
  readSheet,
  sheetLines,
  textOf,
} from "@lvsim/scenarios";
import { expect, test } from "vitest";

/** Two columns for a Chinese character. */
const columnsOf = (text: string): number =>
  [...text].reduce(
    (sum, character) => sum + (/[\u3000-\u9fff\uff00-\uff60]/.test(character) ? 2 : 1),
    0,
  );

const play = (file: string) =>
  playSheet(readSheet(readFileSync(new URL(file, import.meta.url), "utf8")), { seed: "1" });

const page = (file: string, language: Language): string => {
  const drawn = { language, columns: 100, widthOf: columnsOf, showMacs: false };
  return sheetLines(play(file), drawn, { seed: "1", verbose: false }).map(textOf).join("\n");
};

test("a sheet for three machines gives the tables that it shows, and says why where it does not", () => {
  const { sheet, steps } = play("direct-routing.md");
  expect(sheet.machines).toMatchObject([
    { name: "host", hostname: "lab.example", devices: [] },
    {
      name: "a",
      devices: [{ address: "192.168.31.128" }, { address: "192.168.229.128" }],
      gateway: "192.168.31.2",
    },
    { name: "b", devices: [{ address: "192.168.31.129" }], page: "real server 1" },
    { name: "c", devices: [{ address: "192.168.31.130" }], page: "real server 2" },
  ]);
  const of = (machine: string, command: string) =>
    steps.find(({ step }) => step.machine === machine && step.command === command);
  expect(of("a", "ipvsadm -ln")).toMatchObject({ verdict: "same", requests: 9 });
  expect(of("a", "route -n")?.verdict).toBe("same");
  const rules = of("a", "iptables -t nat -nvL");
  expect(rules?.lines.filter(({ where }) => where === "sheet")).toHaveLength(1);
  expect(rules?.reasons[0]?.en).toContain("no command of the sheet adds this rule");
  const annotated = of("b", "sh /usr/local/sbin/lvs_rs.sh");
  expect(annotated?.status).toBe(2);
  expect(annotated?.output).toContain(
    "/usr/local/sbin/lvs_rs.sh: line 13: syntax error near unexpected token `('",
  );
  expect(of("c", "sh /usr/local/sbin/lvs_rs.sh")).toMatchObject({ status: 0, verdict: "ran" });
  expect(of("a", "curl 192.168.31.200")?.reasons[0]?.en).toContain("no client of its own service");
  expect(steps.filter(matters)).toEqual([]);
});

test("plain text with Debian's prompts is read too", () => {
  const { steps } = play("debian.txt");
  expect(steps.map(({ step, verdict }) => [step.machine, step.command, verdict])).toEqual([
    ["lb", "apt install -y ipvsadm", "ran"],
    ["lb", "sysctl -w net.ipv4.ip_forward=1", "same"],
    ["lb", "ipvsadm -A -t 10.0.1.10:80 -s rr", "ran"],
    ["lb", "for ip in 11 12\ndo ipvsadm -a -t 10.0.1.10:80 -r 10.0.2.$ip:80 -m\ndone", "ran"],
    ["lb", "ipvsadm -Sn", "differs"],
    ["lb", "cd /tmp", "ran"],
    ["lb", "pwd", "same"],
    ["lb", "nosuchcommand", "failed"],
    ["web1", "hostname", "same"],
    ["web2", "hostname", "same"],
  ]);
  expect(steps.filter(matters).map(({ step }) => step.command)).toEqual([
    "ipvsadm -Sn",
    "nosuchcommand",
  ]);
});

test.each(["dr.md", "dr.zh.md"])(
  "our own lab sheet %s holds, and has no prompts at all",
  (file) => {
    const { steps, notes } = play(`../../docs/sheets/${file}`);
    expect(steps).toHaveLength(37);
    expect(steps.filter(matters)).toEqual([]);
    expect(notes).toHaveLength(1);
  },
);

const played = (text: string) => playSheet(readSheet(text), { seed: "1" });
const machinesOf = (text: string) =>
  readSheet(text).machines.map(({ name, role, devices, gateway }) =>
    [name, role, ...devices.map(({ address }) => address), gateway ?? ""].join(" ").trim(),
  );

test("machines and addresses are found in sentences, lists and tables", () => {
  const steps = "\n```\n[root@lvs ~]# ipvsadm -C\n[root@web1 ~]# true\n[root@web2 ~]# true\n```\n";
  const expected = [
    "lvs director 10.1.1.10",
    "web1 real server 10.1.1.11",
    "web2 real server 10.1.1.12",
  ];
  for (const text of [
    "lvs 10.1.1.10, web1 10.1.1.11, web2 10.1.1.12, VIP 10.1.1.100.\n",
    "- lvs: 10.1.1.10/24\n- web1: 10.1.1.11/24\n- web2: 10.1.1.12/24\n- VIP: 10.1.1.100\n",
    "10.1.1.10 lvs\n10.1.1.11 web1\n10.1.1.12 web2\n",
    "| 主机 | IP |\n|---|---|\n| lvs | 10.1.1.10 |\n| web1 | 10.1.1.11 |\n| web2 | 10.1.1.12 |\n",
  ])
    expect(machinesOf(text + steps)).toEqual(expected);
  expect(
    machinesOf(
      `| lvs | VIP:172.16.0.1 DIP:10.1.1.10 |\n| web1 | RIP:10.1.1.11 网关 10.1.1.10 |\n${steps}`,
    ),
  ).toEqual([
    "lvs director 172.16.0.1 10.1.1.10",
    "web1 real server 10.1.1.11 10.1.1.10",
    "web2 real server",
  ]);
});

test("a section about two machines is typed on both, a test on a client", () => {
  const { steps } = played(
    "# DR\n\nDirector 10.1.1.10, RS1 10.1.1.11, RS2 10.1.1.12, VIP 10.1.1.100.\n\n## Director\n\n```\n# ip addr add 10.1.1.100/32 dev eth0\n# ipvsadm -A -t 10.1.1.100:80 -s rr\n# ipvsadm -a -t 10.1.1.100:80 -r 10.1.1.11 -g\n# ipvsadm -a -t 10.1.1.100:80 -r 10.1.1.12 -g\n```\n\n## RS1 and RS2\n\n```\n# echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore\n# ip addr add 10.1.1.100/32 dev lo\n```\n\n## Test\n\n```\n$ curl -s http://10.1.1.100/\n```\n",
  );
  expect(steps.map(({ step }) => step.machine).join(" ")).toBe(
    "director director director director rs1 rs2 rs1 rs2 client",
  );
  expect(steps.at(-1)).toMatchObject({ output: "rs2\n", verdict: "ran" });
});

test("what a block under an editor's command holds is the file; keepalived runs with it", () => {
  const { steps } = played(
    "- lb: 10.0.0.11\n- rs1: 10.0.0.21\n- VIP: 10.0.0.100\n\n```console\nroot@rs1:~# ip addr add 10.0.0.100/32 dev lo\nroot@lb:~# vim /etc/keepalived/keepalived.conf\n```\n\n```\nvrrp_instance A {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress { 10.0.0.100 }\n}\nvirtual_server 10.0.0.100 80 {\n lb_algo rr\n lb_kind DR\n real_server 10.0.0.21 80 { }\n}\n```\n\n```console\nroot@lb:~# systemctl restart keepalived\nroot@lb:~# ip addr show eth0\n2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP\n inet 10.0.0.11/24 brd 10.0.0.255 scope global eth0\n inet 10.0.0.100/32 scope global eth0\nroot@lb:~# ipvsadm -Ln\nTCP  10.0.0.100:80 rr\n  -> 10.0.0.21:80  Route 1 0 3\n```\n",
  );
  expect(steps.map(({ verdict }) => verdict).join(" ")).toBe("ran wrote ran same same");
  expect(steps.at(-1)?.requests).toBe(3);
});

test("what a sheet uses and never installs was there before", () => {
  const { steps } = played(
    "LVS-Server：10.6.0.10（DIP）\nRS-01：10.6.0.21\nVIP：10.6.0.100\n\n```\n[root@LVS-Server ~]# ifconfig tunl0 10.6.0.100 netmask 255.255.255.255 up\n[root@LVS-Server ~]# ipvsadm -A -t 10.6.0.100:80 -s rr\n[root@LVS-Server ~]# ipvsadm -a -t 10.6.0.100:80 -r 10.6.0.21 -i\n[root@RS-01 ~]# modprobe ipip; ifconfig tunl0 10.6.0.100 netmask 255.255.255.255 up\n[root@RS-01 ~]# sysctl -q -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0 net.ipv4.conf.all.arp_ignore=1\nuser@client:~$ curl -s 10.6.0.100\n[root@LVS-Server ~]# ipvsadm -Ln --stats\nTCP  10.6.0.100:80  133 1000 0 100000 0\n  -> 10.6.0.21:80  133 1000 0 100000 0\n```\n",
  );
  expect(steps.map(({ verdict }) => verdict).join(" ")).toBe("ran ran ran ran ran ran same");
  expect(steps[5]?.output).toBe("rs-01\n");
});

test("what a terminal on a lab printed is a sheet of that lab", () => {
  const lab = libraryLab("dr");
  if (lab === undefined) throw new Error("no lab");
  const text =
    "root@client:~# :a\n[root@a ~]# ipvsadm -Sn | head -1\n-A -t 192.168.31.200:80 -s wrr\n[root@a ~]# cd /tmp\n[root@a tmp]# pwd\n/tmp\n[root@a tmp]# :client\nroot@client:~# curl -s 192.168.31.200\nreal server 2\n";
  const { steps } = playSheet(readSheet(text), { seed: "1", lab });
  expect(steps.map(({ verdict }) => verdict).join(" ")).toBe("same ran same same");
});

test.each(["", "# Title only\n", "```\nnever closed", "[root@a ~]# ", "| a | b |\n", "\ufeff\r\n"])(
  "%j has nothing to type",
  (text) => {
    expect(readSheet(text).steps).toEqual([]);
  },
);

test.each([
  ["```\nip addr\n```\n".repeat(20_000), "60001 lines: a lab sheet has at most 20000"],
  ["# a\n".repeat(2000), "2001 sections: a lab sheet has at most 1000"],
  ["[root@a ~]# true\n".repeat(5000), "5000 commands: a lab sheet has at most 2000"],
  [
    Array.from({ length: 99 }, (_, i) => `[root@h${i} ~]# true\n`).join(""),
    "99 machines: a lab sheet has at most 60",
  ],
])("too much is refused: %#", (text, words) => {
  expect(() => readSheet(text)).toThrow(words);
});

test("a sheet on a page", () => {
  expect(page("direct-routing.md", "en")).toMatchSnapshot();
  expect(page("debian.txt", "zh")).toMatchSnapshot();
});
