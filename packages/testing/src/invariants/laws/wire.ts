/**
 * Octets: a frame that a host puts on a cable is well formed, that is its octets read back as the same frame and all
 * checksums are right; and damage that a cable did is not made good by passing a host. Left out: frames that came
 * as octets from outside, and SCTP, whose checksum IPVS does compute anew.
 */
import {
  decodeFrame,
  EtherType,
  encodeFrame,
  type Frame,
  formatIpv4Address,
  formatMacAddress,
  IpProtocol,
} from "@lvsim/core";
import type { Invariant } from "../invariant.ts";

type Field = readonly [name: string, read: (frame: Frame) => number, show?: (it: number) => string];

const address = (value: number): string => formatIpv4Address(value as Frame["source"]);
const mac = (value: number): string => formatMacAddress(value as Frame["sourceMac"]);

const ETHERNET: readonly Field[] = [
  ["destination MAC", (frame) => frame.destinationMac, mac],
  ["source MAC", (frame) => frame.sourceMac, mac],
  ["EtherType", (frame) => frame.etherType],
  ["source", (frame) => frame.source, address],
  ["destination", (frame) => frame.destination, address],
];
const IPV4: readonly Field[] = [
  ["checksum faults", (frame) => frame.checksumFaults],
  ["protocol", (frame) => frame.protocol],
  ["TTL", (frame) => frame.ttl],
  ["total length", (frame) => frame.length],
  ["fragment field", (frame) => frame.fragment],
];
const PORTS: readonly Field[] = [
  ["source port", (frame) => frame.sourcePort],
  ["destination port", (frame) => frame.destinationPort],
  ["payload length", (frame) => frame.payloadLength],
];

const isCarried = ({ protocol, inner, fragment }: Frame): boolean =>
  (protocol === IpProtocol.udp || protocol === IpProtocol.tcp) && inner === null && fragment === 0;

/** Why there are none, if its parts contradict each other. */
function octetsOf(frame: Frame): Uint8Array | string {
  try {
    return encodeFrame(frame);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const wire: Invariant = {
  name: "frames on the wire are well formed",
  watch(_scene, tell) {
    const check = (where: string, frame: Frame, read: Frame, fields: readonly Field[]): void => {
      for (const [name, of, show = String] of fields)
        if (of(frame) !== of(read))
          tell(
            where,
            `sends #${frame.id} with ${name} ${show(of(frame))}, read back as ${show(of(read))}`,
            frame.id,
          );
    };
    return {
      sent(_at, { kind, name, part }, frame) {
        if (kind !== "device" || !part.startsWith("eth")) return;
        if (frame.wire !== null || frame.checksumFaults !== 0) return;
        const octets = octetsOf(frame);
        if (typeof octets === "string")
          return tell(name, `sends #${frame.id}: ${octets}`, frame.id);
        const read = decodeFrame(octets, frame.id);
        check(name, frame, read, ETHERNET);
        if (frame.etherType === EtherType.ipv4) check(name, frame, read, IPV4);
        if (frame.etherType === EtherType.ipv4 && isCarried(frame)) check(name, frame, read, PORTS);
      },
    };
  },
};

export const damage: Invariant = {
  name: "a host does not make damaged packets good",
  watch(_scene, tell) {
    // by host and frame
    const damaged = new Map<string, number>();
    return {
      received(_at, { host }, frame) {
        if (host === null || frame.checksumFaults === 0) return;
        damaged.set(`${host.name} ${frame.id}`, frame.checksumFaults);
      },
      sent(_at, { host, name }, frame) {
        if (host === null || damaged.size === 0 || frame.protocol === IpProtocol.sctp) return;
        const before = damaged.get(`${host.name} ${frame.id}`);
        if (before === undefined || frame.checksumFaults === before) return;
        tell(name, `sends #${frame.id} on as sound, which came with a wrong checksum`, frame.id);
      },
    };
  },
};
