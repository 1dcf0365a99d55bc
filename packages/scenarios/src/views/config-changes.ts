/** What commands changed in a host's configuration, in a few words: addresses, routes, sysctls, virtual services. */
import {
  type AddressConfig,
  formatIpv6Address,
  type InterfaceSysctls,
  isLoopbackAddress,
  METHOD_OF,
  type NamespaceConfig,
  type RouteConfig,
  RouteProtocol,
  RouteTable,
  type VirtualServiceConfig,
} from "@lvsim/core";
import type { HostRun } from "../run/lab-run.ts";
import type { Names } from "./names.ts";
import { methodName, protocolName } from "./packet-text.ts";
import type { Page } from "./styled.ts";
import { say } from "./texts.ts";

/** The settings of interfaces that LVS is about. */
const SHOWN_SYSCTLS = [
  "arp_ignore",
  "arp_announce",
  "arp_accept",
  "arp_filter",
  "rp_filter",
  "accept_local",
  "proxy_arp",
  "route_localnet",
  "send_redirects",
] as const satisfies readonly (keyof InterfaceSysctls)[];

/** Each change once, the sysctls last. */
export function configChanges(
  { before, started: after }: HostRun,
  names: Names,
  page: Page,
): string[] {
  return [
    ...addressChanges(before, after, names, page),
    ...routeChanges(before, after, names, page),
    ...after.ipvs.services.map((service) => serviceText(service, names)),
    ...sysctlChanges(before, after),
  ];
}

function addressChanges(
  before: NamespaceConfig,
  after: NamespaceConfig,
  names: Names,
  page: Page,
): string[] {
  const key = ({ local, label }: AddressConfig): string => `${local} ${label}`;
  const known = new Set(before.devices.flatMap(({ addresses }) => addresses.map(key)));
  return after.devices.flatMap(({ name, addresses }) =>
    addresses
      .filter((address) => !known.has(key(address)) && !isLoopbackAddress(address.local))
      .map(({ local, label }) => {
        const values = { address: names.address(local), device: label === "" ? name : label };
        return say(page.language, names.vips.includes(local) ? "vipOnDevice" : "onDevice", values);
      }),
  );
}

/** Routes that were typed, not those that come with addresses. */
function routeChanges(
  before: NamespaceConfig,
  after: NamespaceConfig,
  names: Names,
  page: Page,
): string[] {
  const key = ({ destination, prefixLength, gateway, device }: RouteConfig): string =>
    [destination, prefixLength, gateway, device].join();
  const typed = ({ table, protocol, prefixLength }: RouteConfig): boolean =>
    table === RouteTable.main && protocol === RouteProtocol.boot && prefixLength > 0;
  const known = new Set(before.routes.map(key));
  return after.routes
    .filter((route) => typed(route) && !known.has(key(route)))
    .map(({ destination, prefixLength, device }) => {
      const length = prefixLength === 32 ? "" : `/${prefixLength}`;
      const name = after.devices.find(({ index }) => index === device)?.name ?? "";
      const address = `${names.address(destination)}${length}`;
      return say(page.language, "routeAdded", { address, device: name });
    });
}

/** `TCP .200:80 wrr → b .129:80 (Route 1), c .130:80 (Route 1)`, servers in order of adding. */
function serviceText(service: VirtualServiceConfig, names: Names): string {
  const { identity, scheduler } = service;
  const what =
    identity.kind === "fwmark"
      ? `FWM ${identity.mark}`
      : `${protocolName(identity.protocol)} ${
          identity.ipv6 === undefined
            ? names.endpoint(identity.address, identity.port)
            : `[${formatIpv6Address(identity.ipv6)}]:${identity.port}`
        }`;
  const servers = service.realServers
    .map(({ address, ipv6, weight, forwarding }) => {
      const host = ipv6 === undefined ? names.hostAt(address) : formatIpv6Address(ipv6);
      return `${host} (${methodName(METHOD_OF[forwarding])} ${weight})`;
    })
    .reverse();
  return `${what} ${scheduler} → ${servers.join(", ")}`;
}

function sysctlChanges(before: NamespaceConfig, after: NamespaceConfig): string[] {
  const changes: string[] = [];
  const was = before.sysctls.conf;
  const is = after.sysctls.conf;
  if (was.all?.forwarding !== is.all?.forwarding) changes.push(`ip_forward=${is.all?.forwarding}`);
  for (const field of SHOWN_SYSCTLS) {
    const devices = new Map<number, string[]>();
    for (const [device, values] of Object.entries(is)) {
      const old = was[device]?.[field] ?? was.default?.[field];
      if (values[field] === old) continue;
      devices.set(values[field], [...(devices.get(values[field]) ?? []), device]);
    }
    for (const [value, on] of devices) changes.push(`${field}=${value} (${on.sort().join(", ")})`);
  }
  for (const [path, value] of Object.entries(after.sysctls.values))
    if (before.sysctls.values[path] !== value)
      changes.push(`${path.replace(/^net\/ipv4\//, "").replaceAll("/", ".")}=${value}`);
  return changes;
}
