/**
 * ARP as ip-sysctl.rst has it, read a second time and plainly: arp_ignore for answers, and what a neighbour table may hold.
 * Left out: answers on behalf of others (proxies), and arp_ignore 3 to 7.
 */
import {
  EtherType,
  type Frame,
  FrameOrigin,
  formatIpv4Address,
  type HostDevice,
  type Ipv4Address,
  type NetworkNamespace,
} from "@lvsim/core";
import type { Invariant } from "../invariant.ts";

const REPLY = 2;

/** The greater of conf/all and conf/DEVICE. */
function arpIgnore({ config }: NetworkNamespace, device: HostDevice): number {
  const { conf } = config.sysctls;
  const own = conf[device.name] ?? conf.default;
  return Math.max(conf.all?.arp_ignore ?? 0, own?.arp_ignore ?? 0);
}

const inSubnet = (address: Ipv4Address, of: Ipv4Address, prefixLength: number): boolean =>
  prefixLength === 0 || (address ^ of) >>> (32 - prefixLength) === 0;

/** Whether the device may answer `asker` for `target`, which its host owns. */
function mayAnswer(
  device: HostDevice,
  ignore: number,
  asker: Ipv4Address,
  target: Ipv4Address,
): boolean {
  const { addresses } = device;
  if (ignore === 1) return addresses.some(({ local }) => local === target);
  if (ignore === 2)
    return (
      addresses.some(({ local }) => local === target) &&
      (asker === 0 ||
        addresses.some(
          ({ local, peer, prefixLength }) =>
            inSubnet(asker, peer, prefixLength) || inSubnet(asker, local, prefixLength),
        ))
    );
  return ignore !== 8;
}

const isAnswer = (frame: Frame): boolean =>
  frame.etherType === EtherType.arp &&
  frame.arpOperation === REPLY &&
  frame.origin === FrameOrigin.answer;

export const arpSilence: Invariant = {
  name: "a host answers ARP only where arp_ignore lets it",
  watch(scene, tell) {
    /** The last answer of each host: a macvlan's or VLAN's own leaves by the device below it as well. */
    const last = new Map<NetworkNamespace, number>();
    return {
      sent(_at, place, frame) {
        if (!isAnswer(frame) || place.host === null) return;
        const device = scene.device(place);
        const { host } = place;
        if (device === undefined || last.get(host) === frame.id) return;
        last.set(host, frame.id);
        const { source, destination } = frame;
        const isOwn = host
          .devices()
          .some(({ addresses }) => addresses.some(({ local }) => local === source));
        const ignore = arpIgnore(host, device);
        if (!isOwn || mayAnswer(device, ignore, destination, source)) return;
        const [target, asker] = [formatIpv4Address(source), formatIpv4Address(destination)];
        tell(
          place.name,
          `answers ${asker} that ${target} is here, in spite of arp_ignore=${ignore}`,
          frame.id,
        );
      },
    };
  },
};

export const neighbours: Invariant = {
  name: "a neighbour table holds each address of a device once, and of devices that are there",
  watch(scene, tell) {
    return {
      look() {
        let rows = 0;
        for (const host of scene.simulation.namespaces) {
          const seen = new Set<string>();
          for (const { deviceIndex, device, address } of host.neighbours.entries()) {
            rows++;
            const key = `${deviceIndex} ${address}`;
            const what = `${formatIpv4Address(address)} dev ${device.name}`;
            if (seen.has(key)) tell(host.name, `${what} has two neighbour entries`);
            seen.add(key);
            if (host.device(deviceIndex) === undefined)
              tell(host.name, `${what} has a neighbour entry, and is gone`);
          }
        }
        return rows;
      },
    };
  },
};
