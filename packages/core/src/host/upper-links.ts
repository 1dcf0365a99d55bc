/**
 * Making devices that stand on another, perhaps of another namespace: VLANs (`vlan_newlink`) and macvlans
 * (`macvlan_common_newlink`), with the kernel's demands and sentences. Left out: VLANs on VLANs.
 */
import { Errno } from "../base/errno.ts";
import type { ChangeOrigin } from "../trace/trace.ts";
import type { LinkOutcome } from "./addressing/bridge-ports.ts";
import { addLink, type LinkSpec } from "./addressing/links.ts";
import { type DeviceConfig, OWN_NETWORK } from "./device/config.ts";
import type { DevicePlace, KernelNetwork } from "./kernel-network.ts";
import type { NetworkNamespace } from "./namespace.ts";
import { refused } from "./route/route-outcome.ts";

/** What is asked for; a MAC or an MTU of 0 comes from the device below. */
export interface UpperRequest {
  readonly namespace: NetworkNamespace;
  readonly spec: LinkSpec;
  /** null when nothing was said. */
  readonly lower: DevicePlace | null;
}

const VLAN_ID_MAX = 4094;

export function addUpper(
  network: KernelNetwork,
  { namespace, spec, lower }: UpperRequest,
  origin: ChangeOrigin,
): LinkOutcome {
  const { details } = spec;
  if (details?.kind === "vlan" && details.id > VLAN_ID_MAX)
    return refused(Errno.ERANGE, "Invalid VLAN id");
  const isVlan = details?.kind === "vlan";
  if (lower === null) return refused(Errno.EINVAL, isVlan ? "link not specified" : "");
  const below = configOf(lower);
  if (below === undefined) return refused(Errno.ENODEV, isVlan ? "link does not exist" : "");
  const refusal = isVlan
    ? vlanRefusal(network, lower, below, details.id)
    : macvlanRefusal(network, lower, below, spec);
  if (refusal !== null) return refusal;
  if (spec.mtu > below.mtu) return refused(Errno.EINVAL);
  const takesMac = spec.mac === 0 || (details?.kind === "macvlan" && details.mode === "passthru");
  const whole: LinkSpec = {
    ...spec,
    mac: takesMac ? below.mac : spec.mac,
    mtu: spec.mtu === 0 ? below.mtu : spec.mtu,
    lower: lower.index,
    lowerNetwork: lower.namespace === namespace ? OWN_NETWORK : lower.namespace.network,
  };
  const errno = namespace.change(origin, (draft) => addLink(draft, whole)) as Errno;
  if (errno === 0 && lower.namespace !== namespace) network.giveId(namespace, lower.namespace);
  return refused(errno);
}

const configOf = ({ namespace, index }: DevicePlace): DeviceConfig | undefined =>
  namespace.config.devices.find((device) => device.index === index);

/** Devices anywhere that stand on `lower`. */
function uppersOn(network: KernelNetwork, lower: DevicePlace): DeviceConfig[] {
  return network.all.flatMap((namespace) =>
    namespace.config.devices.filter((device) => {
      const place = device.lower === 0 ? null : network.linkOf(namespace, device);
      return place?.namespace === lower.namespace && place.index === lower.index;
    }),
  );
}

function vlanRefusal(
  network: KernelNetwork,
  lower: DevicePlace,
  below: DeviceConfig,
  id: number,
): LinkOutcome | null {
  if (["loopback", "ipip", "gre"].includes(below.kind))
    return refused(Errno.EOPNOTSUPP, "VLANs not supported on device");
  const isThere = uppersOn(network, lower).some(
    ({ details }) => details?.kind === "vlan" && details.id === id,
  );
  return isThere ? refused(Errno.EEXIST, "VLAN device already exists") : null;
}

function macvlanRefusal(
  network: KernelNetwork,
  lower: DevicePlace,
  below: DeviceConfig,
  { details }: LinkSpec,
): LinkOutcome | null {
  if (["loopback", "ipip", "gre"].includes(below.kind)) return refused(Errno.EINVAL);
  if (below.master !== 0) return refused(Errno.EBUSY);
  const others = uppersOn(network, lower).flatMap((device) =>
    device.details?.kind === "macvlan" ? [device.details.mode] : [],
  );
  if (others.includes("passthru")) return refused(Errno.EINVAL);
  const wantsAll = details?.kind === "macvlan" && details.mode === "passthru";
  return wantsAll && others.length > 0 ? refused(Errno.EINVAL) : null;
}
