import { describe, expect, test } from "vitest";
import { Errno } from "../../base/errno.ts";
import { ZERO_MAC } from "../../packet/mac-address.ts";
import { PLAIN_DEVICE } from "../device/config.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { listSysctls, readSysctl, writeSysctl } from "./access.ts";
import { combinedConf } from "./combined-conf.ts";
import { initialSysctls } from "./defaults.ts";
import { addDeviceSysctls, renameDeviceSysctls } from "./device-sysctls.ts";
import { globalSysctls } from "./global-sysctls.ts";

/** lo with an address, eth0 and eth1 without. */
function namespace(): NamespaceDraft {
  const draft = {
    devices: [],
    sysctls: initialSysctls(),
    ipvs: { variant: "mainline" },
  } as unknown as NamespaceDraft;
  ["lo", "eth0", "eth1"].forEach((name, i) => {
    const loopback = name === "lo";
    const kind = loopback ? "loopback" : "ethernet";
    const device = {
      ...PLAIN_DEVICE,
      index: i + 1,
      name,
      kind,
      mac: ZERO_MAC,
      mtu: 1500,
      up: true,
      noArp: false,
    } as const;
    draft.devices.push({ ...device, addresses: loopback ? [{} as never] : [] });
    addDeviceSysctls(draft, name, loopback);
  });
  return draft;
}

const conf = (device: string, field: string): string => `net/ipv4/conf/${device}/${field}`;

describe("writing", () => {
  const CASES: readonly [string, string, number, string | undefined][] = [
    ["net/ipv4/ip_default_ttl", "32\n", 0, "32"],
    ["net/ipv4/ip_default_ttl", "  0x20  ", 0, "32"],
    ["net/ipv4/ip_default_ttl", "040", 0, "32"],
    ["net/ipv4/ip_default_ttl", "32 rest", 0, "32"],
    ["net/ipv4/ip_default_ttl", "32x", Errno.EINVAL, "64"],
    ["net/ipv4/ip_default_ttl", "08", Errno.EINVAL, "64"],
    ["net/ipv4/ip_default_ttl", "+3", Errno.EINVAL, "64"],
    ["net/ipv4/ip_default_ttl", "\n", Errno.EINVAL, "64"],
    ["net/ipv4/ip_default_ttl", "0", Errno.EINVAL, "64"],
    ["net/ipv4/ip_default_ttl", "256", Errno.EINVAL, "64"],
    ["net/ipv4/icmp_ratemask", "2147483648", Errno.EINVAL, "6168"],
    ["net/ipv4/icmp_ratemask", "-1", 0, "-1"],
    ["net/ipv4/icmp_ratelimit", "1", 0, "4"],
    ["net/ipv4/icmp_ratelimit", "1001", 0, "1004"],
    ["net/ipv4/ip_local_port_range", "20000 30000", 0, "20000\t30000"],
    ["net/ipv4/ip_local_port_range", "20000", 0, "20000\t60999"],
    ["net/ipv4/ip_local_port_range", "30000 20000", Errno.EINVAL, "32768\t60999"],
    ["net/ipv4/ip_local_port_range", "80 20000", Errno.EINVAL, "32768\t60999"],
    ["net/ipv4/ip_local_port_range", "1024 65536", Errno.EINVAL, "32768\t60999"],
    ["net/ipv4/tcp_congestion_control", "reno\n", 0, "reno"],
    ["net/ipv4/tcp_congestion_control", "bbr", Errno.ENOENT, "cubic"],
    ["net/ipv4/tcp_available_congestion_control", "reno", Errno.EACCES, "reno cubic"],
    ["net/ipv4/route/flush", "1", 0, undefined],
    ["net/ipv4/vs/drop_entry", "3", 0, "3"],
    ["net/ipv4/vs/drop_entry", "4", Errno.EINVAL, "0"],
    ["net/ipv4/vs/sync_threshold", "4 4", Errno.EINVAL, "3\t50"],
    ["net/ipv4/vs/sync_threshold", "4 0", 0, "4\t0"],
    ["net/ipv4/vs/sync_ports", "3", Errno.EINVAL, "1"],
    ["net/ipv4/vs/sync_ports", "8", 0, "8"],
    ["net/ipv4/vs/expire_nodest_conn", "7", 0, "7"],
    ["net/ipv4/vs/sync_refresh_period", "8589934", 0, "8589934"],
    ["net/ipv4/vs/sync_refresh_period", "8589935", Errno.EINVAL, "0"],
    [conf("eth0", "arp_ignore"), "8", 0, "8"],
    [conf("eth0", "mc_forwarding"), "1", Errno.EACCES, "0"],
    [conf("eth9", "arp_ignore"), "1", Errno.ENOENT, undefined],
    [conf("constructor", "arp_ignore"), "1", Errno.ENOENT, undefined],
    [conf("eth0", "arp_ignored"), "1", Errno.ENOENT, undefined],
    ["net/ipv4/neigh/eth0/base_reachable_time_ms", "1001", 0, "1004"],
    ["net/ipv4/neigh/eth0/base_reachable_time", "20", 0, "20"],
    ["net/ipv4/neigh/eth0/ucast_solicit", "-1", Errno.EINVAL, "3"],
    ["net/ipv4/neigh/eth0/locktime", "1", 0, "0"],
    ["net/ipv4/neigh/eth0/gc_thresh1", "1", Errno.ENOENT, undefined],
    ["net/ipv4/neigh/default/gc_thresh1", "1", 0, "1"],
    ["net/ipv4/nothing", "1", Errno.ENOENT, undefined],
    ["net/ipv4", "1", Errno.ENOENT, undefined],
  ];

  test.each(CASES)("%s ← %j gives %d, then reads %j", (path, text, errno, after) => {
    const draft = namespace();
    const before = JSON.stringify(draft);
    expect(writeSysctl(draft, path, text)).toBe(errno);
    expect(readSysctl(draft, path)).toBe(after);
    if (errno !== 0) expect(JSON.stringify(draft)).toBe(before);
  });
});

test("forwarding for all is forwarding everywhere, later devices included, and takes no redirects", () => {
  const draft = namespace();
  expect(writeSysctl(draft, "net/ipv4/ip_forward", "1")).toBe(0);
  for (const name of ["all", "default", "lo", "eth0"])
    expect(readSysctl(draft, conf(name, "forwarding"))).toBe("1");
  expect(readSysctl(draft, conf("all", "accept_redirects"))).toBe("0");
  writeSysctl(draft, conf("eth0", "forwarding"), "0");
  expect(readSysctl(draft, "net/ipv4/ip_forward")).toBe("1");
  writeSysctl(draft, conf("all", "accept_redirects"), "1");
  writeSysctl(draft, "net/ipv4/ip_forward", "1");
  expect(readSysctl(draft, conf("all", "accept_redirects")), "nothing changed").toBe("1");
  addDeviceSysctls(draft, "eth2", false);
  draft.devices.push({ name: "eth2", addresses: [] } as never);
  expect(readSysctl(draft, conf("eth2", "forwarding"))).toBe("1");
});

test("a default reaches later devices and those that have no address and no value of their own", () => {
  const draft = namespace();
  writeSysctl(draft, conf("eth1", "rp_filter"), "2");
  writeSysctl(draft, conf("default", "rp_filter"), "1");
  const values = ["lo", "eth0", "eth1", "all"].map((name) =>
    readSysctl(draft, conf(name, "rp_filter")),
  );
  expect(values).toEqual(["0", "1", "2", "0"]);
  writeSysctl(draft, conf("default", "forwarding"), "1");
  expect(readSysctl(draft, conf("eth0", "forwarding"))).toBe("0");
});

test("a renamed device keeps its settings under its new name", () => {
  const draft = namespace();
  writeSysctl(draft, conf("eth0", "arp_ignore"), "1");
  renameDeviceSysctls(draft, "eth0", "wan");
  (draft.devices[1] as { name: string }).name = "wan";
  expect(readSysctl(draft, conf("wan", "arp_ignore"))).toBe("1");
  expect(readSysctl(draft, conf("eth0", "arp_ignore"))).toBeUndefined();
});

test("the list is a walk through the tree, and every readable path in it can be read", () => {
  const draft = namespace();
  const paths = listSysctls(draft);
  const unreadable = paths.filter((path) => readSysctl(draft, path) === undefined);
  expect(unreadable).toEqual(["net/ipv4/route/flush"]);
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths.filter((path) => path.startsWith("net/ipv4/vs/"))).toHaveLength(29);
  const directories = paths.map((path) => path.slice(0, path.lastIndexOf("/")));
  const conf0 = directories.flatMap((path, i) => (path === "net/ipv4/conf/eth0" ? [i] : []));
  expect(conf0.at(-1), "a directory is listed in one piece").toBe(
    (conf0[0] ?? 0) + conf0.length - 1,
  );
});

describe("all and the device together", () => {
  const RULES: readonly [string, string, string, string, string][] = [
    ["arp_ignore", "arpIgnore", "1", "2", "2"],
    ["arp_announce", "arpAnnounce", "2", "1", "2"],
    ["rp_filter", "rpFilter", "2", "1", "2"],
    ["arp_filter", "arpFilter", "1", "0", "1"],
    ["send_redirects", "sendRedirects", "0", "0", "0"],
    ["send_redirects", "sendRedirects", "0", "1", "1"],
    ["arp_evict_nocarrier", "arpEvictNocarrier", "0", "1", "0"],
    ["accept_source_route", "acceptSourceRoute", "0", "1", "0"],
    ["accept_redirects", "acceptRedirects", "0", "1", "1"],
  ];
  test.each(RULES)("%s (%s): all %s and eth0 %s make %s", (file, field, all, own, result) => {
    const draft = namespace();
    writeSysctl(draft, conf("all", file), all);
    writeSysctl(draft, conf("eth0", file), own);
    const joined = combinedConf(draft.sysctls, "eth0");
    expect(String(joined[field as keyof typeof joined])).toBe(result);
  });

  test("a router accepts redirects only if both say so", () => {
    const draft = namespace();
    writeSysctl(draft, conf("eth0", "forwarding"), "1");
    expect(combinedConf(draft.sysctls, "eth0").acceptRedirects).toBe(1);
    writeSysctl(draft, conf("all", "accept_redirects"), "0");
    expect(combinedConf(draft.sysctls, "eth0").acceptRedirects).toBe(0);
  });
});

test("untouched namespaces share their numbers; a change gives new ones", () => {
  const [one, two] = [namespace(), namespace()];
  expect(globalSysctls(one.sysctls)).toBe(globalSysctls(two.sysctls));
  expect(combinedConf(one.sysctls, "eth0")).toBe(combinedConf(two.sysctls, "lo"));
  writeSysctl(one, "net/ipv4/tcp_wmem", "4096 20000 30000");
  writeSysctl(one, "net/ipv4/ip_forward", "1");
  const numbers = globalSysctls(one.sysctls);
  expect([numbers.transport.tcp_wmem_max, numbers.ipForward]).toEqual([30000, 1]);
  expect(globalSysctls(two.sysctls).transport.tcp_wmem_max).toBe(4194304);
});

test("the SYN proxy's files are there only on a kernel that has it, within their bounds", () => {
  const draft = namespace();
  const path = (name: string): string => `net/ipv4/vs/synproxy_${name}`;
  expect(writeSysctl(draft, path("defer"), "1")).toBe(Errno.ENOENT);
  draft.ipvs.variant = "fullnat";
  expect(writeSysctl(draft, path("defer"), "2")).toBe(Errno.EINVAL);
  expect(writeSysctl(draft, path("wscale"), "15")).toBe(Errno.EINVAL);
  expect(writeSysctl(draft, path("synack_ttl"), "0")).toBe(Errno.EINVAL);
  expect(writeSysctl(draft, path("wscale"), "14")).toBe(0);
  expect(globalSysctls(draft.sysctls).synProxy).toMatchObject({ wscale: 14, init_mss: 1452 });
});

test("FULLNAT's files are there only on a kernel that has it", () => {
  const draft = namespace();
  const path = "net/ipv4/vs/toa_entry";
  expect(readSysctl(draft, path)).toBeUndefined();
  expect(writeSysctl(draft, path, "0")).toBe(Errno.ENOENT);
  expect(listSysctls(draft)).not.toContain(path);
  draft.ipvs.variant = "fullnat";
  expect(writeSysctl(draft, path, "0")).toBe(0);
  expect(readSysctl(draft, path)).toBe("0");
  expect(listSysctls(draft)).toContain(path);
  expect(globalSysctls(draft.sysctls).fullNat.toa_entry).toBe(0);
});
