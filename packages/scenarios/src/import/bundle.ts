/**
 * What somebody collected from machines: a folder for each, in it outputs of `ip addr`, `ip route`, `sysctl -a`, `iptables-save`
 * and `ipvsadm -Sn`, told apart by what is in them, and keepalived.conf. Left out: IPv6, bonds, VLANs and other devices that
 * stand on others, rules and tables of routes.
 */
import { Draft, type DraftHost } from "../draft/draft.ts";
import { isWithin, networkOf } from "../draft/networks.ts";
import { completeAround } from "./around-services.ts";
import {
  ImportError,
  type Imported,
  type ImportFile,
  labName,
  linesOf,
  Notes,
  plainText,
} from "./imported.ts";
import { dumpLines, isDump } from "./ipvs-dump.ts";
import { isKeepalived } from "./keepalived-file.ts";
import { type DumpLine, servicesOf } from "./services.ts";

type Kind = "addresses" | "routes" | "sysctls" | "rules" | "services" | "keepalived";

const LINK = /^\d+: ([^:@\s]+)(?:@\S+)?: <([^>]*)>/;
const SYSCTL = /^[a-z][\w.\-/]*\.[\w.\-/]+ ?= ?.*$/;

/** What a file holds; undefined for something else. */
function kindOf(text: string): Kind | undefined {
  const lines = linesOf(text).filter((line) => line.trim() !== "" && !/^\s*#/.test(line));
  const [first = ""] = lines;
  if (isKeepalived(text)) return "keepalived";
  if (lines.some((line) => /^\*(?:filter|nat|mangle|raw)\b/.test(line))) return "rules";
  if (LINK.test(first)) return "addresses";
  if (isDump(text)) return "services";
  if (
    lines.some((line) => SYSCTL.test(line)) &&
    lines.filter((line) => SYSCTL.test(line)).length * 2 > lines.length
  )
    return "sysctls";
  return lines.some((line) => /^(?:default|[\d./]+)\s.*\bdev \S+/.test(line))
    ? "routes"
    : undefined;
}

/** Folders of hosts with their files; undefined where it is no bundle. */
export function bundleOf(files: readonly ImportFile[]): Map<string, ImportFile[]> | undefined {
  const hosts = new Map<string, ImportFile[]>();
  for (const file of files) {
    const parts = file.path.split("/");
    const [host] = parts;
    if (
      parts.length !== 2 ||
      host === undefined ||
      host.startsWith(".") ||
      kindOf(file.text) === undefined
    )
      continue;
    hosts.set(host, [...(hosts.get(host) ?? []), file]);
  }
  return hosts.size > 0 ? hosts : undefined;
}

interface BundleHost {
  readonly host: DraftHost;
  readonly dump: DumpLine[];
  /** Addresses beyond the first of each device. */
  readonly more: string[];
  hasKeepalived: boolean;
}

/** sysctls that decide what a lab shows; thousands of others are left alone. */
const KNOWN_SYSCTL =
  /^net\.(?:ipv4\.(?:ip_forward|conf\.[\w.-]+\.(?:arp_\w+|rp_filter|forwarding|accept_local|route_localnet|send_redirects|accept_redirects)|vs\.\w+|tcp_tw_reuse|tcp_timestamps|ip_local_port_range|ip_nonlocal_bind|icmp_echo_ignore_all)|netfilter\.nf_conntrack_\w+)$/;
/** Their usual values, which need no words. */
const USUAL: Readonly<Record<string, string>> = {
  ip_forward: "0",
  arp_ignore: "0",
  arp_announce: "0",
  arp_filter: "0",
  arp_accept: "0",
  arp_notify: "0",
  rp_filter: "0",
  forwarding: "0",
  accept_local: "0",
  route_localnet: "0",
  tcp_timestamps: "1",
  tcp_tw_reuse: "2",
  ip_nonlocal_bind: "0",
  icmp_echo_ignore_all: "0",
  send_redirects: "1",
  accept_redirects: "1",
};

export function importBundle(
  hosts: ReadonlyMap<string, readonly ImportFile[]>,
  folder: string,
): Imported {
  const draft = new Draft();
  const notes = new Notes();
  const read = [...hosts].map(([name, files]) => {
    const host = draft.add(
      labName(name, (taken) => draft.named(taken) !== undefined),
      { hostname: name },
    );
    const reader = new HostReader(host, notes, folder);
    const order: readonly Kind[] = [
      "addresses",
      "routes",
      "sysctls",
      "rules",
      "keepalived",
      "services",
    ];
    for (const kind of order)
      for (const file of files) if (kindOf(file.text) === kind) reader.read(file, kind);
    return reader.result;
  });
  if (read.every(({ host }) => host.devices.length === 0))
    throw new ImportError(`${folder}: no output of "ip addr" with an address in any folder of it`);
  const directors = read.filter(({ dump }) => dump.length > 0);
  const traffic = directors.slice(0, 1).flatMap(({ host, dump, more }) => {
    const services = servicesOf(dump, (address) => address);
    const own = new Set([...more, ...host.devices.flatMap(({ address }) => address ?? [])]);
    return completeAround(draft, { director: host, services, ownAddresses: own, deviceNames: [] });
  });
  for (const { host, dump } of directors) {
    Object.assign(host, { role: "director" });
    host.start.push(...dump.map(({ words }) => `ipvsadm ${words.join(" ")}`));
  }
  if (directors.length === 0) draft.addGateway(false);
  for (const { host, hasKeepalived } of read)
    if (hasKeepalived) host.start.push("systemctl start keepalived", "sleep 10");
  const title = `Machines of ${folder.replace(/\/$/, "")}`;
  const source = draft.source(
    {
      title: { en: title, zh: title },
      about: { en: "Made from what was collected on machines.", zh: "由各机器上收集的输出生成。" },
    },
    { traffic },
  );
  return { source, notes: notes.all };
}

class HostReader {
  readonly result: BundleHost;
  private readonly host: DraftHost;
  private readonly notes: Notes;
  private readonly folder: string;

  constructor(host: DraftHost, notes: Notes, folder: string) {
    this.host = host;
    this.notes = notes;
    this.folder = folder;
    this.result = { host, dump: [], more: [], hasKeepalived: false };
  }

  read(file: ImportFile, kind: Kind): void {
    const lines = linesOf(file.text);
    if (kind === "addresses") this.addresses(file.path, lines);
    else if (kind === "routes") this.routes(file.path, lines);
    else if (kind === "sysctls") this.sysctls(lines);
    else if (kind === "rules") this.rules(file);
    else if (kind === "keepalived") this.keepalived(file);
    else this.result.dump.push(...dumpLines(file.text));
  }

  private addresses(path: string, lines: readonly string[]): void {
    let device = "";
    let mac: string | undefined;
    lines.forEach((line, i) => {
      const link = LINK.exec(line);
      if (link !== null) {
        device = link[1] ?? "";
        mac = undefined;
        if (/^(?:tunl|ipip)0$/.test(device) && /\bUP\b/.test(link[2] ?? ""))
          this.host.start.push("modprobe ipip", "ip link set tunl0 up");
        return;
      }
      mac = /^\s+link\/ether (\S+)/.exec(line)?.[1] ?? mac;
      const [, address = "", length = ""] =
        /^\s+inet (\d+(?:\.\d+){3})(?: peer \S+?)?\/(\d+)/.exec(line) ?? [];
      if (address === "" || address === "127.0.0.1") return;
      this.address(path, i + 1, {
        device,
        mac,
        address,
        length: Number(length),
        label: /\s(\S+:\S+)\s*$/.exec(line)?.[1],
      });
    });
  }

  private address(
    path: string,
    line: number,
    {
      device,
      mac,
      address,
      length,
      label,
    }: {
      device: string;
      mac: string | undefined;
      address: string;
      length: number;
      label: string | undefined;
    },
  ): void {
    const { devices, start } = this.host;
    const isPlain =
      /^(?:eth|en|em|bond|ens|eno|enp)\w*\d$/.test(device) && /^[a-z][a-z0-9]*\d$/.test(device);
    const isOwn = /^(?:lo|tunl0|dummy\d)$/.test(device);
    if (isPlain && length < 32 && !devices.some(({ name }) => name === device)) {
      const isUsual = mac === undefined || /^(?:00:00:00:00:00:00|ff)/.test(mac);
      devices.push({
        name: device,
        address,
        prefixLength: length,
        segment: null,
        ...(isUsual ? {} : { mac }),
      });
    } else if (isOwn || (isPlain && devices.some(({ name }) => name === device))) {
      if (device.startsWith("dummy"))
        start.push(`ip link add ${device} type dummy`, `ip link set ${device} up`);
      start.push(
        `ip addr add ${address}/${length} dev ${device}${label === undefined ? "" : ` label ${label}`}`,
      );
      this.result.more.push(address);
    } else
      this.notes.add(
        this.folder + path,
        line,
        `${address}/${length} on ${device} is not carried over: such devices are not made`,
        `${device} 上的 ${address}/${length} 未被采用:不建立此类设备`,
      );
  }

  private routes(path: string, lines: readonly string[]): void {
    lines.forEach((line, i) => {
      const [, to = "", rest = ""] = /^(default|[\d.]+(?:\/\d+)?)\s+(.*)$/.exec(line.trim()) ?? [];
      if (to === "" || /proto kernel/.test(rest)) return;
      const via = /\bvia (\S+)/.exec(rest)?.[1];
      if (to === "default" && via !== undefined && this.host.gateway === null && this.isNear(via))
        this.host.gateway = via;
      else if (/\bdev (?:docker|br-|virbr|cni|flannel|veth)/.test(rest))
        this.notes.add(
          this.folder + path,
          i + 1,
          `not carried over: ${line.trim()}`,
          `未被采用:${line.trim()}`,
        );
      else
        this.host.start.push(
          `ip route replace ${to} ${rest.replace(/\b(?:proto \S+|linkdown|onlink)\b ?/g, "").trim()}`,
        );
    });
  }

  private isNear(address: string): boolean {
    return this.host.devices.some(
      (one) => one.address !== null && isWithin(address, networkOf(one.address, one.prefixLength)),
    );
  }

  private sysctls(lines: readonly string[]): void {
    const has = new Set([
      "all",
      "default",
      "lo",
      "tunl0",
      ...this.host.devices.map(({ name }) => name),
    ]);
    for (const line of lines) {
      const [, key = "", value = ""] = /^([\w.\-/]+)\s*=\s*(.*)$/.exec(line.trim()) ?? [];
      if (!KNOWN_SYSCTL.test(key)) continue;
      const device = /^net\.ipv4\.conf\.([\w-]+)\./.exec(key)?.[1];
      if (device !== undefined && !has.has(device)) continue;
      const last = key.slice(key.lastIndexOf(".") + 1);
      // modules' own are set only where they say something
      if (USUAL[last] === value || (USUAL[last] === undefined && !key.startsWith("net.ipv4.vs.")))
        continue;
      if (
        key.startsWith("net.ipv4.vs.") &&
        !/^(?:\w*\.)*(?:conntrack|snat_reroute|conn_reuse_mode|expire_\w+|sloppy_\w+|drop_\w+)$/.test(
          key,
        )
      )
        continue;
      if (
        key.startsWith("net.ipv4.vs.") &&
        value === (last === "snat_reroute" || last === "conn_reuse_mode" ? "1" : "0")
      )
        continue;
      this.host.start.push(
        `${key.startsWith("net.ipv4.vs.") ? "modprobe ip_vs; " : ""}sysctl -q -w ${key}='${value}'`,
      );
    }
  }

  private rules({ text }: ImportFile): void {
    const content = plainText(text);
    if (!/^-A /m.test(content) && !/^:\w+ DROP/m.test(content)) return;
    this.host.files.set("/etc/iptables.rules", { content, mode: "644" });
    this.host.start.push("iptables-restore < /etc/iptables.rules");
  }

  private keepalived({ text }: ImportFile): void {
    this.host.files.set("/etc/keepalived/keepalived.conf", {
      content: plainText(text),
      mode: "644",
    });
    this.result.hasKeepalived = true;
  }
}
