/**
 * Recordings that lvsim does not play yet, each with what is missing. An entry here must still differ:
 * the test of recordings fails for one that has come to agree, so that the list only shrinks.
 */

const NO_CONNECTION_TRACKING = "connection tracking and the nat table's targets";
const NO_IPV6 = "services with IPv6 addresses";
const NO_PEER = "the peer of a device in what ip prints, and the nat table's targets";

/** By class, for classes of which nothing is played. */
const CLASSES: Readonly<Record<string, string>> = {
  "host-lab": NO_PEER,
};

const RECORDINGS: Readonly<Record<string, string>> = {
  "cli-ipvsadm/daemon": "synchronisation daemons",
  "cli-ipvsadm/listing": NO_IPV6,
  "persist-all/conntrack1-dr": NO_CONNECTION_TRACKING,
  "persist-all/conntrack1-nat": NO_CONNECTION_TRACKING,
  "walk-dr/conntrack0": NO_CONNECTION_TRACKING,
  "walk-dr/conntrack1": NO_CONNECTION_TRACKING,
  "walk-nat/conntrack0": NO_CONNECTION_TRACKING,
  "walk-nat/conntrack1": NO_CONNECTION_TRACKING,
  "walk-nat/full-masquerade": NO_CONNECTION_TRACKING,
  "walk-nat/no-forward":
    "the order of two retransmissions that fall on one jiffy: softirqs nested in a send",
  "walk-nat/onearm-masquerade": NO_CONNECTION_TRACKING,
};

/** What a recording waits for; undefined for one that must pass. */
export function waitsFor(kind: string, name: string): string | undefined {
  return CLASSES[kind] ?? RECORDINGS[name];
}
