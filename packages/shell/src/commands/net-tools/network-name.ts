/**
 * What `route` and `netstat -r` do to find a network's name (getnetbyaddr(3)): with no name server configured the resolver
 * asks this machine, twice, by a PTR query (RFC 1035 §3.5), and nobody answers. Names of hosts are only looked up in
 * /etc/hosts. Left out: /etc/networks, name servers.
 */
import type { Ipv4Address, NetworkNamespace } from "@lvsim/core";
import { encodeUtf8 } from "../../text/utf8.ts";

const RESOLVER = { address: 0x7f000001 as Ipv4Address, port: 53 };
const ATTEMPTS = 2;
/** Recursion desired, one question. */
const HEADER = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
/** Type PTR, class IN, behind the name's end. */
const TRAILER = [0, 0, 12, 0, 1];

/** Asks for the name of `network`, each time from another port; the questions end as refused ports do. */
export function askForNetworkName({ sockets }: NetworkNamespace, network: Ipv4Address): void {
  const query = pointerQuery(network);
  for (let i = 0; i < ATTEMPTS; i++) {
    const socket = sockets.udp();
    if (socket.connect(RESOLVER) === 0) socket.send(query, null);
    socket.close();
  }
}

function pointerQuery(address: Ipv4Address): Uint8Array {
  const octets = [0, 8, 16, 24].map((shift) => String((address >>> shift) & 255));
  const labels = [...octets, "in-addr", "arpa"].flatMap((label) => [
    label.length,
    ...encodeUtf8(label),
  ]);
  return Uint8Array.from([...HEADER, ...labels, ...TRAILER]);
}
