import { expect, test } from "vitest";
import { readLab } from "../lab-file/read.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import { runLab } from "../run/run-lab.ts";
import { directRouting, fullNat, masquerading, tunnelling } from "./modes.ts";
import { variantOf } from "./variant-of.ts";

const AS_A_FILE = `
format: 1
title: { en: Direct routing, zh: DR 模式 }
about:
  en: 1 real servers behind one VIP, scheduled by rr.
  zh: 一个 VIP 之后有 1 台真实服务器,调度算法 rr。
segments: { outside: { prefix: 203.0.113.0/24 }, lan: { prefix: 192.168.10.0/24 } }
vips: [192.168.10.100]
hosts:
  client:
    role: { en: client, zh: 客户端 }
    devices: { eth0: { segment: outside, address: 203.0.113.10/24 } }
    gateway: 203.0.113.1
  gw:
    role: { en: gateway, zh: 网关 }
    devices:
      eth0: { segment: outside, address: 203.0.113.1/24 }
      eth1: { segment: lan, address: 192.168.10.1/24 }
    start: |
      sysctl -w net.ipv4.ip_forward=1
  dir:
    role: { en: director, zh: 调度器 }
    devices: { eth0: { segment: lan, address: 192.168.10.10/24 } }
    gateway: 192.168.10.1
    start: |
      ip addr add 192.168.10.100/32 dev eth0
      ipvsadm -A -t 192.168.10.100:80 -s rr
      ipvsadm -a -t 192.168.10.100:80 -r 192.168.10.11 -g -w 1
  rs1:
    role: { en: real server, zh: 真实服务器 }
    devices: { eth0: { segment: lan, address: 192.168.10.11/24 } }
    gateway: 192.168.10.1
    files: { /usr/share/nginx/html/index.html: { content: "rs1\\n" } }
    start: |
      sysctl -w net.ipv4.conf.all.arp_ignore=1
      sysctl -w net.ipv4.conf.all.arp_announce=2
      ip addr add 192.168.10.100/32 dev lo
      systemctl start nginx
traffic:
  - { from: client, run: "curl -s -m 3 http://192.168.10.100/", times: 2, every: 1s }
`;

const servers = (lab: LabDefinition): (string | null)[] =>
  runLab("built", lab, { seed: "1" }).requests.map(({ status, server }) =>
    status === 0 ? server : null,
  );

test("a builder says what a file says", () => {
  expect(directRouting({ realServers: 1, scheduler: "rr" })).toEqual(readLab(AS_A_FILE, "one.yml"));
});

test.each([directRouting, masquerading, tunnelling, fullNat])(
  "$name answers every request, by weight",
  (mode) => {
    const lab = mode({ realServers: 3, scheduler: "wrr", weights: [1, 2, 3], requests: 9 });
    // the first round of wrr, before weights count, is every server's
    expect(servers(lab).slice(3).sort()).toEqual(["rs1", "rs2", "rs2", "rs3", "rs3", "rs3"]);
  },
);

test("a recipe makes a variant and leaves the lab alone", () => {
  const lab = directRouting({ scheduler: "rr" });
  const broken = variantOf(lab, ({ hosts }) => {
    for (const rs of [hosts.rs1, hosts.rs2])
      if (rs !== undefined) rs.start = rs.start.replace("ip addr add 192.168.10.100/32 dev lo", "");
  });
  expect(servers(broken)).toEqual([null, null, null, null]);
  expect(servers(lab)).toEqual(["rs2", "rs1", "rs2", "rs1"]);
});

test("a variant that makes no sense is refused", () => {
  const astray = (): LabDefinition =>
    variantOf(directRouting(), ({ hosts }) => {
      if (hosts.rs1?.devices.eth0 !== undefined) hosts.rs1.devices.eth0.segment = "lam";
    });
  expect(astray).toThrow('hosts.rs1.devices.eth0.segment: there is no segment "lam"');
});
