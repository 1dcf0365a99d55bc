import { expect, test } from "vitest";
import { commandPlaces } from "./command-places.ts";

const TEXT = `include: [part.yml]
hosts:
  a:
    start: |
      # why
      ip_forward=1
      sysctl -w net.ipv4.ip_forward=$ip_forward && echo done
      sysctl -w net.ipv4.conf.all.arp_ignore=1   # fails
  b: { start: "ip addr" }
  c:
    files:
      /root/x.sh: { content: "one" }
      /root/y.sh:
        content: |
          #!/bin/bash
          ip link set eth0 down
faults:
  - { at: 1s, on: a, run: ipvsadm -C }
variants:
  mended:
    change:
      - { on: [a], line: ip addr, to: ip route }
      - { on: [b], add: "ip rule" }
`;
const PART = 'hosts:\n  d:\n    start: "iptables -F"\n';
const files = { read: () => PART, topology: () => undefined };
const places = commandPlaces(TEXT, "dir/x.yml", { files, variant: "mended" });

test.each([
  ["a", "sysctl -w net.ipv4.ip_forward=$ip_forward", "", 0, "dir/x.yml:7"],
  ["a", "sysctl -w net.ipv4.conf.all.arp_ignore=1", "", 0, "dir/x.yml:8"],
  ["b", "ip addr", "", 1, "dir/x.yml:9"],
  ["a", "ipvsadm -C", "", 0, "dir/x.yml:18"],
  ["a", "ip route", "", 0, "dir/x.yml:22"],
  ["b", "ip rule", "", 0, "dir/x.yml:23"],
  ["d", "iptables -F", "", 0, "dir/part.yml:3"],
  ["c", "ip link set eth0 down", "/root/y.sh", 2, "dir/x.yml:16"],
  ["c", "ip link set eth0 down", "/root/z.sh", 2, ""],
  ["c", "ip link set eth0 down", "/root/y.sh", 0, ""],
  ["a", "ip tunnel", "", 0, ""],
  ["z", "ip addr", "", 0, ""],
  ["constructor", "ip addr", "", 0, ""],
])("%s# %s (%s:%i) stands at %j", (machine, process, file, line, place) => {
  expect(places({ machine, process, file, line })).toBe(place);
});
