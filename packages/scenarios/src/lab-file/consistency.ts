/** What a schema cannot say of a lab: names that lead nowhere, addresses outside their segment, two owners of one address. */
import {
  formatMacAddress,
  inPrefix,
  isGroupMac,
  parseIpv4Address,
  parseMacAddress,
  ZERO_MAC,
} from "@lvsim/core";
import { bootMac } from "./boot-mac.ts";
import type { Check } from "./check-schema.ts";
import type { LabFault } from "./lab-file-error.ts";
import type { DeviceSpec, LabDefinition } from "./schema.ts";

/** In the order of the file. */
export function consistencyFaults(lab: LabDefinition): LabFault[] {
  const faults: LabFault[] = [];
  const seen = new Map<string, string>();
  for (const [name, { prefix }] of Object.entries(lab.segments))
    if (prefix !== undefined && !isNetwork(prefix))
      faults.push({ at: ["segments", name, "prefix"], message: `${prefix} is not a network` });
  Object.entries(lab.hosts).forEach(([name, host], number) => {
    Object.entries(host.devices).forEach(([deviceName, device], index) => {
      const at = ["hosts", name, "devices", deviceName];
      faults.push(...deviceFaults(lab, device, at));
      const mac = formatMacAddress(
        (device.mac === undefined ? undefined : parseMacAddress(device.mac)) ??
          bootMac(number, index),
      );
      const plug = `${name}.${deviceName}`;
      const address = device.address?.split("/")[0];
      const owned: [string, string, string][] = [["mac", mac, `MAC address ${mac}`]];
      if (address !== undefined)
        owned.push(["address", `${device.segment} ${address}`, `address ${address}`]);
      for (const [key, id, what] of owned) {
        const other = seen.get(id);
        if (other !== undefined)
          faults.push({
            at: [...at, key],
            message: `${what} is also that of ${other}; if two are meant to have it, give the second in start`,
          });
        else seen.set(id, plug);
      }
    });
    const { gateway } = host;
    if (gateway !== undefined && parseIpv4Address(gateway) === undefined)
      faults.push({ at: ["hosts", name, "gateway"], message: `${gateway} is not an address` });
  });
  lab.vips.forEach((vip, i) => {
    if (parseIpv4Address(vip) === undefined)
      faults.push({ at: ["vips", i], message: `${vip} is not an address` });
  });
  return [...faults, ...nameFaults(lab)];
}

function deviceFaults(lab: LabDefinition, device: DeviceSpec, at: readonly string[]): LabFault[] {
  const { segments } = lab;
  // not by index alone: every object has a `constructor`
  const segment = Object.hasOwn(segments, device.segment) ? segments[device.segment] : undefined;
  const faults: LabFault[] = [];
  if (segment === undefined)
    faults.push({
      at: [...at, "segment"],
      message: `there is no segment "${device.segment}"; known: ${Object.keys(segments).join(", ")}`,
    });
  const fault = addressFault(device.address, segment?.prefix, device.segment);
  if (fault !== undefined) faults.push({ at: [...at, "address"], message: fault });
  const mac = device.mac === undefined ? undefined : parseMacAddress(device.mac);
  if (mac !== undefined && (isGroupMac(mac) || mac === ZERO_MAC))
    faults.push({ at: [...at, "mac"], message: `${device.mac} is not the address of one device` });
  return faults;
}

/** Four octets and a length, with nothing behind the length. */
function isNetwork(prefix: string): boolean {
  const [network = "", length = ""] = prefix.split("/");
  const base = parseIpv4Address(network);
  const bits = Number(length);
  return (
    base !== undefined && bits <= 32 && (base & (bits === 0 ? ~0 : (1 << (32 - bits)) - 1)) === 0
  );
}

function addressFault(
  address: string | undefined,
  prefix: string | undefined,
  segment: string,
): string | undefined {
  if (address === undefined) return undefined;
  const local = parseIpv4Address(address.split("/")[0] ?? "");
  if (local === undefined || Number(address.split("/")[1]) > 32)
    return `${address} is not an address with a prefix length`;
  if (prefix === undefined) return undefined;
  const [network = "", length = ""] = prefix.split("/");
  const base = parseIpv4Address(network);
  if (base === undefined || inPrefix(local, base, Number(length))) return undefined;
  return `address ${address} is outside segment "${segment}" (${prefix}); move the host or change the prefix`;
}

/** Hosts that are named and are not there. */
function nameFaults(lab: LabDefinition): LabFault[] {
  const faults: LabFault[] = [];
  const need = (host: string, at: readonly PropertyKey[]): void => {
    if (!Object.hasOwn(lab.hosts, host.split(".")[0] ?? ""))
      faults.push({ at, message: `there is no host "${host}"` });
  };
  lab.traffic.forEach(({ from }, i) => {
    need(from, ["traffic", i, "from"]);
  });
  lab.faults.forEach(({ on }, i) => {
    need(on, ["faults", i, "on"]);
  });
  lab.sheet.forEach(({ at }, i) => {
    need(at.host, ["sheet", i, "at", "host"]);
  });
  const each = (checks: readonly Check[], at: readonly PropertyKey[]): void => {
    checks.forEach((check, i) => {
      faults.push(...checkFaults(check, [...at, i], need));
    });
  };
  each(lab.validate, ["validate"]);
  lab.steps.forEach(({ expects, solution, needs }, i) => {
    if (needs.some((number) => number > i))
      faults.push({ at: ["steps", i, "needs"], message: "a step needs only earlier ones" });
    for (const host of Object.keys(solution)) need(host, ["steps", i, "solution", host]);
    each(expects, ["steps", i, "expects"]);
  });
  for (const [variant, { validate }] of Object.entries(lab.variants))
    each(validate, ["variants", variant, "validate"]);
  return faults;
}

/** A check is about one thing, of hosts that there are. */
function checkFaults(
  { nodes, exec, valid, requests, trace, owner, wait, servers }: Check,
  at: readonly PropertyKey[],
  need: (host: string, at: readonly PropertyKey[]) => void,
): LabFault[] {
  const subjects = [exec, requests, trace, owner].filter((subject) => subject !== undefined);
  const isCommand = exec !== undefined;
  if (
    subjects.length !== 1 ||
    isCommand !== (nodes !== undefined) ||
    isCommand !== (valid !== undefined)
  )
    return [
      {
        at,
        message:
          "a check is about `nodes`, `exec` and `valid`, or `requests`, or `trace`, or `owner`",
      },
    ];
  if (wait !== undefined && !isCommand)
    return [{ at: [...at, "wait"], message: "only a command is waited for" }];
  if (servers !== undefined && requests === undefined)
    return [{ at: [...at, "servers"], message: "only requests have servers" }];
  nodes?.forEach((node, i) => {
    need(node, [...at, "nodes", i]);
  });
  if (requests?.from !== undefined) need(requests.from, [...at, "requests", "from"]);
  if (requests?.server !== undefined && requests.server !== "none")
    need(requests.server, [...at, "requests", "server"]);
  if (trace?.at !== undefined) need(trace.at, [...at, "trace", "at"]);
  for (const key of ["sourceMac", "destinationMac"] as const) {
    const plug = trace?.packet?.[key];
    if (plug !== undefined) need(plug, [...at, "trace", "packet", key]);
  }
  if (owner !== undefined) {
    need(owner.seenBy, [...at, "owner", "seenBy"]);
    need(owner.is, [...at, "owner", "is"]);
  }
  return [];
}
