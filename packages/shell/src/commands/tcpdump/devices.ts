/** The devices on which `tcpdump` captures: names, the link type of each, and the list that `-D` prints. */
import type { HostDevice, NetworkNamespace } from "@lvsim/core";
import { fail } from "./options.ts";
import { CaptureLink } from "./packet.ts";

export const ANY = "any";

const LINK_NAMES: Readonly<Record<CaptureLink, string>> = {
  [CaptureLink.ethernet]: "EN10MB (Ethernet)",
  [CaptureLink.raw]: "RAW (Raw IP)",
  [CaptureLink.sll2]: "LINUX_SLL2 (Linux cooked v2)",
};

export const linkName = (link: CaptureLink): string => LINK_NAMES[link];

export const isCaptureLink = (linkType: number): linkType is CaptureLink =>
  linkType === CaptureLink.ethernet ||
  linkType === CaptureLink.raw ||
  linkType === CaptureLink.sll2;

export const linkOf = (device: HostDevice | null): CaptureLink =>
  device === null
    ? CaptureLink.sll2
    : device.hasLinkHeader
      ? CaptureLink.ethernet
      : CaptureLink.raw;

/** As libpcap lists them: devices that are up, then `any`, then those that never leave the host or are down. */
function listed(network: NetworkNamespace): readonly (HostDevice | null)[] {
  const devices = network.devices();
  const ready = devices.filter(({ loopback, up }) => up && !loopback);
  const loopbacks = devices.filter(({ loopback, up }) => up && loopback);
  return [...ready, null, ...loopbacks, ...devices.filter(({ up }) => !up)];
}

export function deviceList(network: NetworkNamespace): string {
  return listed(network)
    .map((device, i) => {
      if (device === null)
        return `${i + 1}.${ANY} (Pseudo-device that captures on all interfaces) [Up, Running]\n`;
      const { carrier, loopback, name, up } = device;
      const state = up ? (carrier ? "Up, Running" : "Up") : "none";
      const more = !up ? "" : loopback ? ", Loopback" : carrier ? ", Connected" : ", Disconnected";
      return `${i + 1}.${name} [${state}${more}]\n`;
    })
    .join("");
}

/** The device that was asked for, or the first; null for all of them. */
export function captureDevice(network: NetworkNamespace, wanted: string): HostDevice | null {
  const list = listed(network);
  const numbered = /^[1-9]\d*$/.test(wanted) && network.deviceNamed(wanted) === undefined;
  if (numbered) {
    const device = list[Number(wanted) - 1];
    if (device === undefined) throw fail("Invalid adapter index");
    return device;
  }
  if (wanted === ANY || (wanted === "" && list[0] === undefined)) return null;
  const device = wanted === "" ? list[0] : network.deviceNamed(wanted);
  if (device === undefined) throw fail(`${wanted}: No such device exists\n(No such device exists)`);
  if (device !== null && !device.up) throw fail(`${device.name}: That device is not up`);
  return device ?? null;
}
