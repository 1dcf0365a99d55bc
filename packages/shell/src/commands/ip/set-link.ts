/** `ip link set`: what it changes, in the kernel's order (`do_setlink`): namespace, address, MTU, name, master, flags. */
import {
  type BridgeDetails,
  type BridgePortConfig,
  changeTunnel,
  Errno,
  followPorts,
  type HostDevice,
  type LinkOutcome,
  type MacvlanMode,
  type NamespaceDraft,
  type NetworkNamespace,
  noteLinkProperties,
  renameLink,
  setLinkDown,
  setLinkMac,
  setLinkMtu,
  setLinkNoArp,
  setLinkUp,
  setMaster,
  type TunnelParameters,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import type { Words } from "../../options/iproute2.ts";
import { deviceOf, type IpContext, kernelRefusal, leftOut, missingDevice } from "./context.ts";
import { type Changes, readBridge, readMacvlan, readPort } from "./link-kinds.ts";
import { readTunnelChange } from "./link-tunnel.ts";
import { type LinkRequest, readLinkWords } from "./link-words.ts";

/** What stands behind `type`. */
interface KindChange {
  readonly bridge?: Changes<BridgeDetails>;
  readonly port?: Changes<BridgePortConfig>;
  readonly mode?: MacvlanMode | null;
  readonly tunnel?: TunnelParameters;
}

export function setLink(context: IpContext, words: Words): SimpleResult {
  const request = readLinkWords(context, words);
  if (request.device === null)
    throw request.group === null ? missingDevice(255) : leftOut("ip link set group");
  const device = deviceOf(context, request.device);
  const kind = readKind(context, request.type, device, words);
  if (request.index !== 0)
    throw new CommandFailure(255, "index can be used only when creating devices.\n");
  const { machine, network, origin } = context;
  const target = request.network ?? network;
  if (target === network) {
    change(context, network, device, request, kind);
    return result({});
  }
  const place = { namespace: network, index: device.index };
  const errno = machine.network.move(place, target, request.name ?? "", origin);
  if (errno !== 0) throw kernelRefusal(errno);
  const moved = target.deviceNamed(request.name ?? device.name) as HostDevice;
  change(context, target, moved, { ...request, name: null }, kind);
  return result({});
}

function readKind(
  context: IpContext,
  type: string | null,
  device: HostDevice,
  words: Words,
): KindChange {
  if (type === null) return {};
  if (type === "bridge") return { bridge: readBridge(words) };
  if (type === "bridge_slave") return { port: readPort(words) };
  if (type === "macvlan") return { mode: readMacvlan(words) };
  if (type === "ipip" || type === "gre")
    return { tunnel: readTunnelChange(context, device, type, words) };
  throw leftOut(`ip link set type ${type}`);
}

function change(
  context: IpContext,
  network: NetworkNamespace,
  device: HostDevice,
  request: LinkRequest,
  kind: KindChange,
): void {
  let message = "";
  const errno = network.change(context.origin, (draft) => {
    const outcome = applyAll(draft, device, request, kind);
    message = outcome.message;
    if (outcome.errno !== 0 || kind.tunnel === undefined) return outcome.errno;
    return changeTunnel(draft, device.index, kind.tunnel, network.router);
  });
  if (errno !== 0) throw kernelRefusal(errno, message);
}

type Step = () => LinkOutcome;

const plain = (errno: Errno): LinkOutcome => ({ errno, message: "" });

function applyAll(
  draft: NamespaceDraft,
  device: HostDevice,
  request: LinkRequest,
  kind: KindChange,
): LinkOutcome {
  const { index } = device;
  const { mac, mtu, name, noArp, up, master } = request;
  const steps: Step[] = [];
  if (mac !== null) steps.push(() => plain(setLinkMac(draft, index, mac)));
  if (mtu !== null) steps.push(() => mtuOutcome(setLinkMtu(draft, index, mtu), device, mtu));
  if (name !== null && name !== device.name)
    steps.push(() => plain(renameLink(draft, index, name)));
  steps.push(() => plain(noteLinkProperties(draft, index, notedOf(request))));
  if (noArp !== null) steps.push(() => plain(setLinkNoArp(draft, index, noArp)));
  if (up !== null) steps.push(() => plain((up ? setLinkUp : setLinkDown)(draft, index)));
  if (master !== null) steps.push(() => setMaster(draft, index, master));
  steps.push(() => plain(applyKind(draft, index, kind)));
  for (const step of steps) {
    const outcome = step();
    if (outcome.errno !== 0) return outcome;
  }
  return plain(0);
}

function mtuOutcome(errno: Errno, device: HostDevice, mtu: number): LinkOutcome {
  if (errno !== Errno.EINVAL || device.kind === "macvlan") return plain(errno);
  const how = mtu < device.mtu ? "less than device minimum" : "greater than device maximum";
  return { errno, message: `mtu ${how}` };
}

function notedOf(request: LinkRequest): Parameters<typeof noteLinkProperties>[2] {
  const { alias, allMulticast, group, promiscuous, queueLength } = request;
  return {
    ...(alias === null ? {} : { alias }),
    ...(allMulticast === null ? {} : { allMulticast }),
    ...(group === null ? {} : { group }),
    ...(promiscuous === null ? {} : { promiscuous }),
    ...(queueLength === null ? {} : { txQueueLength: queueLength }),
  };
}

function applyKind(draft: NamespaceDraft, index: number, kind: KindChange): Errno {
  const device = draft.devices.find((other) => other.index === index);
  if (device === undefined) return Errno.ENODEV;
  if (kind.bridge !== undefined) {
    if (device.details?.kind !== "bridge") return Errno.EOPNOTSUPP;
    Object.assign(device.details, kind.bridge);
    followPorts(draft, index);
  }
  if (kind.port !== undefined) {
    if (device.port === null) return Errno.EOPNOTSUPP;
    Object.assign(device.port, kind.port);
  }
  if (kind.mode != null) {
    if (device.details?.kind !== "macvlan") return Errno.EOPNOTSUPP;
    const isPassthru = device.details.mode === "passthru";
    if (isPassthru !== (kind.mode === "passthru")) return Errno.EINVAL;
    device.details.mode = kind.mode;
  }
  return 0;
}
