/** What a keepalived.conf is about, as plain values, without a machine: for whoever builds a network around it. */
import { type ForwardingMethod, formatIpv4Address, type Instant } from "@lvsim/core";
import { FileSystem } from "../../vfs/file-system.ts";
import type { KeepalivedConfig, Script } from "./config/model.ts";
import { type ReadConfig, readConfig } from "./config/read-config.ts";

export interface KeepalivedService {
  /** Null for a firewall mark or an unknown group. */
  readonly address: string | null;
  readonly port: number;
  /** IPPROTO_*. */
  readonly protocol: number;
  readonly line: number;
  readonly servers: readonly KeepalivedServer[];
}

interface KeepalivedServer {
  readonly address: string;
  readonly port: number;
  /** Null where neither it nor the service says one: keepalived then masquerades. */
  readonly forwarding: ForwardingMethod | null;
}

interface KeepalivedAddress {
  readonly address: string;
  readonly prefixLength: number;
  readonly device: string;
}

export interface KeepalivedFacts {
  readonly services: readonly KeepalivedService[];
  /** Addresses that its instances give to the machine. */
  readonly addresses: readonly KeepalivedAddress[];
  /** Names of devices that it speaks of, in order. */
  readonly devices: readonly string[];
  /** VRRP peers and sources. */
  readonly peers: readonly string[];
  readonly sources: readonly string[];
  /** Paths of scripts that it runs. */
  readonly scripts: readonly { readonly path: string; readonly line: number }[];
  /** What keepalived complains of, in its words. */
  readonly complaints: readonly string[];
}

/** Reads the file at `path` among `files`, which it may include. */
export function keepalivedFacts(files: ReadonlyMap<string, string>, path: string): KeepalivedFacts {
  const tree = new FileSystem(() => 0 as Instant);
  for (const [name, text] of files) tree.writeText(name, text);
  const options = { files: tree, path, configId: "director", old: false };
  const vrrp = readConfig(options, "vrrp");
  const check = readConfig(options, "check");
  const own = vrrp.config.instances.flatMap((instance) =>
    [...instance.addresses, ...instance.excludedAddresses].map(
      ({ address, prefixLength, device }) => ({
        address: formatIpv4Address(address),
        prefixLength,
        device: device === "" ? instance.interface : device,
      }),
    ),
  );
  const devices = [
    ...vrrp.config.instances.map((instance) => instance.interface),
    ...own.map(({ device }) => device),
    ...vrrp.config.instances.flatMap(({ trackInterfaces }) =>
      trackInterfaces.map(({ name }) => name),
    ),
  ];
  return {
    services: servicesOf(check.config),
    addresses: own,
    devices: [...new Set(devices)].filter((name) => name !== "" && name !== "lo"),
    peers: vrrp.config.instances.flatMap(({ peers }) => peers.map(formatIpv4Address)),
    sources: vrrp.config.instances.flatMap(({ source }) =>
      source === null ? [] : [formatIpv4Address(source)],
    ),
    scripts: scriptsOf(vrrp, check),
    complaints: [...new Set([...vrrp.complaints, ...check.complaints].map(({ text }) => text))],
  };
}

function servicesOf({ services, serviceGroups }: KeepalivedConfig): KeepalivedService[] {
  return services.flatMap(({ target, protocol, place, servers, sorry, forwarding }) => {
    const all = [...servers, ...(sorry === null ? [] : [sorry])].map((server) => ({
      address: formatIpv4Address(server.address),
      port: server.port,
      forwarding: server.forwarding ?? forwarding,
    }));
    const one = { protocol, line: place.line, servers: all };
    if (target.kind === "address")
      return [{ ...one, address: formatIpv4Address(target.address), port: target.port }];
    if (target.kind === "fwmark") return [{ ...one, address: null, port: 0 }];
    return (serviceGroups.get(target.name) ?? []).map((entry) =>
      entry.kind === "addresses"
        ? { ...one, address: formatIpv4Address(entry.first), port: entry.port }
        : { ...one, address: null, port: 0 },
    );
  });
}

function scriptsOf(vrrp: ReadConfig, check: ReadConfig): KeepalivedFacts["scripts"] {
  const { instances, groups, scripts } = vrrp.config;
  const notify = [...instances, ...groups].flatMap(({ notify: of }) => [
    of.master,
    of.backup,
    of.fault,
    of.stop,
    of.any,
  ]);
  const services = check.config.services.flatMap(({ quorumUp, quorumDown, servers }) => [
    quorumUp,
    quorumDown,
    ...servers.flatMap(({ notifyUp, notifyDown, checkers }) => [
      notifyUp,
      notifyDown,
      ...checkers.map(({ script }) => script),
    ]),
  ]);
  const all: (Script | null)[] = [...notify, ...scripts.map(({ script }) => script), ...services];
  return all.flatMap((script) => {
    const path = script?.argv[0];
    return script === null || path === undefined ? [] : [{ path, line: script.place.line }];
  });
}
