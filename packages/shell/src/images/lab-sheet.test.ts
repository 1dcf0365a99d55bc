import {
  type Ipv4Address,
  type MacAddress,
  PLAIN_LINK,
  parseIpv4Address,
  Simulation,
} from "@lvsim/core";
import { expect, test } from "vitest";
import { NO_COSTS } from "../kernel/costs.ts";
import { Machine } from "../machine.ts";
import type { ImageName } from "./image.ts";

/** Two machines on one cable: `a` is 192.168.31.128, `b` is 192.168.31.129. */
function pair(image: ImageName): { type: (on: "a" | "b", line: string) => string } {
  const simulation = new Simulation({ seed: "sheet", trace: null });
  const machines = new Map<string, Machine>();
  const plugs = ["a", "b"].map((name, i) => {
    const namespace = simulation.addNamespace(name, "6.1.192");
    const machine = new Machine({
      name,
      hostname: `${name}.qfedu.com`,
      image,
      ipvsadm: "mainline",
      kernel: "6.1.192",
      engine: simulation.engine,
      rng: simulation.rng.stream(name),
      namespace,
      costs: NO_COSTS,
    });
    machines.set(name, machine);
    return { namespace, device: "eth0", mac: (0x020000000001 + i) as MacAddress };
  });
  const [first, second] = plugs as [(typeof plugs)[0], (typeof plugs)[0]];
  simulation.connect(first, second, PLAIN_LINK);
  Array.from(machines.values()).forEach((machine, i) => {
    const local = parseIpv4Address(`192.168.31.${128 + i}`) as Ipv4Address;
    machine.bootNetwork({
      devices: [{ name: "eth0", local, prefixLength: 24 }],
      gateway: undefined,
    });
  });
  const type = (on: "a" | "b", line: string): string => {
    const handle = (machines.get(on) as Machine).exec(line);
    const { engine } = simulation;
    const end = engine.now + 60e9;
    while (!handle.done && engine.now < end && engine.step());
    return `${handle.stdout}${handle.stderr}${handle.done ? `=${handle.status}` : "still running"}`;
  };
  return { type };
}

test("the lab sheet's preparation of a director goes through line by line", () => {
  const { type } = pair("centos-7");
  const quietly = [
    "setenforce 0",
    "systemctl stop firewalld",
    "systemctl start iptables.service",
    "iptables -F",
  ];
  type("a", "yum install -y iptables-services");
  for (const line of quietly) expect(type("a", `${line} # as the sheet says`)).toBe("=0");
  expect(type("a", "service iptables save")).toBe(
    "iptables: Saving firewall rules to /etc/sysconfig/iptables:[  OK  ]\n=0",
  );
  expect(type("a", "grep -c REJECT /etc/sysconfig/iptables")).toBe("0\n=1");
  expect(type("a", "which ipvsadm")).toContain("no ipvsadm in");
  expect(type("a", "yum -y install ipvsadm net-tools | tail -1")).toBe("Complete!\n=0");
  expect(type("a", "sh -c 'echo $BASH_VERSION'")).toBe("4.2.46(2)-release\n=0");
  expect(type("a", "/usr/sbin/ipvsadm -C && ipvsadm -ln | head -1")).toBe(
    "IP Virtual Server version 1.2.1 (size=4096)\n=0",
  );
});

test("rules that the iptables service saved come back with it", () => {
  const { type } = pair("centos-7");
  type("a", "yum -y install iptables-services; systemctl start iptables; iptables -F");
  type("a", "iptables -A INPUT -p icmp -j DROP; service iptables save; systemctl stop iptables");
  expect(type("a", "iptables -S INPUT")).toBe("-P INPUT ACCEPT\n=0");
  type("a", "systemctl start iptables");
  expect(type("a", "iptables -S INPUT")).toBe("-P INPUT ACCEPT\n-A INPUT -p icmp -j DROP\n=0");
  expect(type("a", "systemctl is-active firewalld")).toBe("inactive\n=3");
});

test.each(["centos-7", "debian-12"] as const)(
  "nginx of %s serves its page and logs who asked",
  (image) => {
    const { type } = pair(image);
    if (image === "centos-7") type("b", "yum -y install nginx");
    type("b", "echo 'real server 1' > /usr/share/nginx/html/index.html");
    expect(type("a", "curl -s http://192.168.31.129/; echo $?")).toBe("7\n=0");
    expect(type("b", "systemctl start nginx; systemctl is-active nginx")).toBe("active\n=0");
    expect(type("a", "curl -s http://192.168.31.129/")).toBe("real server 1\n=0");
    expect(type("a", "curl -s -o /dev/null -w '%{http_code}' 192.168.31.129/nosuch")).toBe("404=0");
    expect(type("b", "cut -d' ' -f1,6,7,9 /var/log/nginx/access.log")).toContain(
      '192.168.31.128 "GET / 200\n192.168.31.128 "GET /nosuch 404\n',
    );
    expect(type("b", "systemctl stop nginx; systemctl is-active nginx")).toBe("inactive\n=3");
    expect(type("a", "curl -s http://192.168.31.129/; echo $?")).toBe("7\n=0");
  },
);

test("a second web server cannot bind, and its unit fails", () => {
  const { type } = pair("debian-12");
  expect(type("b", "nginx; nginx 2>&1 | tail -1")).toBe(
    "nginx: [emerg] still could not bind()\n=0",
  );
  expect(type("b", "systemctl start nginx")).toBe(
    "Job for nginx.service failed because the control process exited with error code.\n" +
      'See "systemctl status nginx.service" and "journalctl -xeu nginx.service" for details.\n=1',
  );
  expect(type("b", "systemctl is-failed nginx")).toBe("failed\n=0");
});

test("a site of one's own answers on its port", () => {
  const { type } = pair("debian-12");
  const site = 'server { listen 8080; location / { return 200 "from $server_addr\\n"; } }';
  expect(type("b", `echo '${site}' > /etc/nginx/conf.d/own.conf; nginx -t`)).toContain(
    "syntax is ok",
  );
  type("b", "systemctl start nginx");
  expect(type("a", "curl -s 192.168.31.129:8080/x")).toBe("from 192.168.31.129\n=0");
});

test.each([
  ["sysctl -w net.ipv4.ip_forward=1", "net.ipv4.ip_forward = 1\n=0"],
  ["sysctl -n net.ipv4.ip_forward", "0\n=0"],
  ["sysctl net/ipv4/ip_forward", "net.ipv4.ip_forward = 0\n=0"],
  [
    "sysctl net.ipv4.ip_forward net.nosuch.x",
    "net.ipv4.ip_forward = 0\nsysctl: cannot stat /proc/sys/net/nosuch/x: No such file or directory\n=1",
  ],
  ["sysctl -e net.nosuch", "=0"],
  [
    "sysctl net.ipv4.ip_forward=foo",
    'sysctl: setting key "net.ipv4.ip_forward": Invalid argument\n=1',
  ],
  ["sysctl -w foo", "sysctl: command line(0): invalid syntax, continuing...\n=1"],
  ["sysctl -p /nosuch", 'sysctl: cannot open "/nosuch": No such file or directory\n=1'],
  [
    "echo 'net.ipv4.ip_forward=1' >> /etc/sysctl.conf; sysctl -p; cat /proc/sys/net/ipv4/ip_forward",
    "net.ipv4.ip_forward = 1\n1\n=0",
  ],
  ["sysctl -a 2>&1 | grep -c '^net.ipv4.conf.eth0.arp_'", "6\n=0"],
])("%s", (line, expected) => {
  expect(pair("debian-12").type("a", line)).toBe(expected);
});
