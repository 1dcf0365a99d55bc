/** Addresses that `bridge fdb add … master` ties to a port (`br_fdb_add`), and takes back. */
import { Errno } from "../../base/errno.ts";
import type { MacAddress } from "../../packet/mac-address.ts";
import type { BridgeDetails } from "../device/config.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { draftOf } from "./edit-devices.ts";

type Addresses = { addresses: BridgeDetails["addresses"] };

function addressesOf(draft: NamespaceDraft, port: number): Addresses | undefined {
  const master = draftOf(draft, port)?.master ?? 0;
  const bridge = draftOf(draft, master);
  return bridge?.details?.kind === "bridge" ? (bridge.details as Addresses) : undefined;
}

/** EOPNOTSUPP: the device is no port; EEXIST: the address is tied already, unless `replaces`. */
export function tieAddress(
  draft: NamespaceDraft,
  port: number,
  mac: MacAddress,
  local: boolean,
  replaces: boolean,
): Errno {
  const bridge = addressesOf(draft, port);
  if (bridge === undefined) return Errno.EOPNOTSUPP;
  const others = bridge.addresses.filter((other) => other.mac !== mac);
  if (others.length < bridge.addresses.length && !replaces) return Errno.EEXIST;
  bridge.addresses = [...others, { mac, port, local }];
  return 0;
}

/** EOPNOTSUPP: the device is no port; ENOENT: the address is not tied to it. */
export function untieAddress(draft: NamespaceDraft, port: number, mac: MacAddress): Errno {
  const bridge = addressesOf(draft, port);
  if (bridge === undefined) return Errno.EOPNOTSUPP;
  const others = bridge.addresses.filter((other) => other.mac !== mac || other.port !== port);
  if (others.length === bridge.addresses.length) return Errno.ENOENT;
  bridge.addresses = others;
  return 0;
}
