/**
 * `ip tunnel`: IPIP and GRE devices through the old ioctls, which is why its complaints differ from `ip link`'s. Left
 * out: other modes, prl, 6rd.
 */
import {
  ANY_TUNNEL,
  addTunnel,
  changeTunnel,
  Errno,
  errnoText,
  findTunnel,
  type NamespaceDraft,
  removeLink,
  TunnelDevice,
  type TunnelParameters,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import type { Words } from "../../options/iproute2.ts";
import { type IpContext, type IpVerbs, leftOut, runVerb } from "./context.ts";
import { listTunnels } from "./show-tunnel.ts";
import { readTunnel, type TunnelRequest } from "./tunnel-arguments.ts";

const refusal = (verb: string, name: string, errno: number): CommandFailure =>
  new CommandFailure(1, `${verb} tunnel "${name}" failed: ${errnoText(errno)}\n`);

/** Any device named so, as the ioctl finds it: with EOPNOTSUPP for one that is no tunnel. */
function tunnelNamed({ network }: IpContext, verb: string, name: string): TunnelDevice {
  const device = network.deviceNamed(name);
  if (device === undefined) throw refusal(verb, name, Errno.ENODEV);
  if (!(device instanceof TunnelDevice)) throw refusal(verb, name, Errno.EOPNOTSUPP);
  return device;
}

function parametersOf(request: TunnelRequest): TunnelParameters {
  const { name: _, ...fields } = request;
  // what a fixed TTL would let circle for ever may not be cut either
  const pathMtuDiscovery = fields.pathMtuDiscovery || fields.ttl !== 0;
  return { ...ANY_TUNNEL, ...fields, pathMtuDiscovery };
}

const kindOf = (protocol: number): "ipip" | "gre" => (protocol === 47 ? "gre" : "ipip");

function requireMode(request: TunnelRequest): void {
  if (request.ttl !== 0 && !request.pathMtuDiscovery)
    throw new CommandFailure(1, "ttl != 0 and nopmtudisc are incompatible\n");
  if (request.protocol === 0)
    throw new CommandFailure(1, "cannot determine tunnel mode (ipip, gre, vti or sit)\n");
}

function addVerb(context: IpContext, words: Words): SimpleResult {
  const request = readTunnel(context, words, null);
  requireMode(request);
  const kind = kindOf(request.protocol);
  const name = request.name === "" ? freeName(context, kind) : request.name;
  const spec = { name, kind, parameters: parametersOf(request), mtu: 0, index: 0 };
  const { network, origin } = context;
  const errno = network.change(origin, (draft) => addTunnel(draft, spec, network.router));
  if (errno !== 0) throw refusal("add", request.name, errno);
  return result({});
}

/** The first free number behind the kind's name. */
function freeName({ network }: IpContext, kind: string): string {
  let number = 0;
  while (network.deviceNamed(`${kind}${number}`) !== undefined) number++;
  return `${kind}${number}`;
}

function changeVerb(context: IpContext, words: Words): SimpleResult {
  const request = readTunnel(context, words, (name) =>
    requestOf(tunnelNamed(context, "get", name)),
  );
  requireMode(request);
  const device = tunnelNamed(context, "change", request.name);
  if (device.kind !== kindOf(request.protocol)) throw refusal("change", request.name, Errno.EINVAL);
  const { encapsulation } = device.parameters;
  const parameters = { ...parametersOf(request), encapsulation };
  const { network, origin } = context;
  const errno = network.change(origin, (draft) =>
    changeTunnel(draft, device.index, parameters, network.router),
  );
  if (errno !== 0) throw refusal("change", request.name, errno);
  return result({});
}

function requestOf({ name, kind, parameters }: TunnelDevice): TunnelRequest {
  const { local, remote, link, ttl, tos, pathMtuDiscovery } = parameters;
  const { inputFlags, outputFlags, inputKey, outputKey } = parameters;
  const ends = { name, local, remote, link, ttl, tos, pathMtuDiscovery };
  const protocol = kind === "gre" ? 47 : 4;
  return { ...ends, protocol, inputFlags, outputFlags, inputKey, outputKey };
}

function deleteVerb(context: IpContext, words: Words): SimpleResult {
  const request = readTunnel(context, words, null);
  const { network, origin } = context;
  const name = request.name === "" ? fallbackName(request) : request.name;
  const device = tunnelNamed(context, "delete", name);
  const errno = network.change(origin, (draft) => deleteTunnel(draft, device, request));
  if (errno !== 0) throw refusal("delete", name, errno);
  return result({});
}

/** Asked of the fallback device, it is the device with these ends that goes; the fallback device itself stays. */
function deleteTunnel(draft: NamespaceDraft, device: TunnelDevice, request: TunnelRequest): number {
  if (!device.parameters.fallback) return removeLink(draft, device.index);
  const found = findTunnel(draft, device.kind, parametersOf(request));
  if (found === undefined) return Errno.ENOENT;
  return found.index === device.index ? Errno.EPERM : removeLink(draft, found.index);
}

/** The device that is asked when none is named; "" without a mode. */
const fallbackName = ({ protocol }: TunnelRequest): string =>
  protocol === 47 ? "gre0" : protocol === 4 ? "tunl0" : "";

function showVerb(context: IpContext, words: Words): SimpleResult {
  const request = readTunnel(context, words, null);
  if (request.protocol !== 0) {
    const name = request.name === "" ? fallbackName(request) : request.name;
    return result({ stdout: listTunnels(context, [tunnelNamed(context, "get", name)]) });
  }
  const devices = context.network
    .devices()
    .filter((device): device is TunnelDevice => device instanceof TunnelDevice)
    .filter((device) => matches(device, request));
  return result({ stdout: listTunnels(context, devices) });
}

const matches = ({ name, parameters }: TunnelDevice, wanted: TunnelRequest): boolean =>
  (wanted.name === "" || name === wanted.name) &&
  (wanted.link === 0 || parameters.link === wanted.link) &&
  (wanted.remote === 0 || parameters.remote === wanted.remote) &&
  (wanted.local === 0 || parameters.local === wanted.local) &&
  (wanted.inputKey === 0 || parameters.inputKey === wanted.inputKey);

const absent = (verb: string) => (): never => {
  throw leftOut(`ip tunnel ${verb}`);
};

const TUNNEL_VERBS: IpVerbs = [
  ["add", addVerb],
  ["change", changeVerb],
  ["delete", deleteVerb],
  ["show", showVerb],
  ["lst", showVerb],
  ["list", showVerb],
  ["prl", absent("prl")],
  ["6rd", absent("6rd")],
];

export const tunnelObject = (context: IpContext, words: Words): SimpleResult =>
  runVerb(TUNNEL_VERBS, "tunnel", context, words);
