/** `ip addr add | change | replace | del` (`ipaddr_modify`). Lifetimes are counted from now on. */
import {
  type AddressLifetime,
  type AddressSpec,
  addAddress,
  computedBroadcast,
  type DeviceConfig,
  Errno,
  FOREVER,
  formatIpv4Address,
  type Ipv4Address,
  isLoopbackAddress,
  prefixMask,
  removeAddress,
  Scope,
  seconds,
  setLifetime,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import {
  duplicateArgument,
  duplicateOrGarbage,
  invalidArgument,
  isPrefix,
  type Words,
} from "../../options/iproute2.ts";
import { parseUnsigned, readAddress, readPrefix, type TypedPrefix } from "./arguments.ts";
import { deviceOf, type IpContext, kernelRefusal, missingDevice, usageOf } from "./context.ts";
import { scopeNumber } from "./names.ts";

export type AddressVerb = "add" | "change" | "replace" | "delete";

interface AddressRequest {
  local: TypedPrefix | null;
  localText: string;
  peer: TypedPrefix | null;
  /** `+` and `-` are computed from the prefix. */
  broadcast: Ipv4Address | "+" | "-" | null;
  label: string;
  scope: number | null;
  device: string | null;
  /** In seconds; null for ever. */
  valid: number | null;
  preferred: number | null;
}

const IGNORED_WITH_VALUE = ["metric"];
const IGNORED = ["home", "nodad", "mngtmpaddr", "noprefixroute", "autojoin"];

export function changeAddress(context: IpContext, words: Words, verb: AddressVerb): SimpleResult {
  const request: AddressRequest = {
    local: null,
    localText: "",
    peer: null,
    broadcast: null,
    label: "",
    scope: null,
    device: null,
    valid: null,
    preferred: null,
  };
  while (!words.done) takeWord(context, words, request);
  const { device: name, local } = request;
  if (name === null) throw missingDevice(1);
  const warning = verb === "delete" ? wildcardWarning(request) : "";
  const device = deviceOf(context, name);
  if (local === null) throw kernelRefusal(Errno.EOPNOTSUPP);
  if (local.family === "inet6") throw kernelRefusal(Errno.EACCES);
  checkLifetimes(request);
  const errno =
    verb === "delete"
      ? deleteAddress(context, device.index, request, local)
      : putAddress(context, device.index, request, local, verb);
  if (errno === 0) return result({ stderr: warning });
  const { status, stderr } = kernelRefusal(errno);
  throw new CommandFailure(status, warning + stderr);
}

function takeWord({ options }: IpContext, words: Words, request: AddressRequest): void {
  const word = words.take() as string;
  const { family } = options;
  if (word === "peer" || word === "remote") {
    const value = words.value();
    if (request.peer !== null) throw duplicateArgument("peer", value);
    request.peer = readPrefix(value, family);
  } else if (isPrefix(word, "broadcast") || word === "brd") {
    const value = words.value();
    if (request.broadcast !== null) throw duplicateArgument("broadcast", value);
    request.broadcast = value === "+" || value === "-" ? value : readAddress(value, "inet");
  } else if (word === "scope") {
    const value = words.value();
    const scope = scopeNumber(value);
    if (scope === undefined) throw invalidArgument("invalid scope value.", value);
    request.scope = scope;
  } else if (word === "dev") request.device = words.value();
  else if (word === "label") request.label = words.value();
  else if (isPrefix(word, "valid_lft")) request.valid = readLifetime(words, "valid_lft");
  else if (isPrefix(word, "preferred_lft"))
    request.preferred = readLifetime(words, "preferred_lft");
  else if (IGNORED_WITH_VALUE.some((name) => isPrefix(word, name))) words.value();
  else if (!IGNORED.includes(word))
    takeLocal(word === "local" ? words.value() : word, request, family);
}

function readLifetime(words: Words, name: string): number | null {
  const word = words.value();
  const seconds = word === "forever" ? 0xffffffff : parseUnsigned(word);
  if (seconds === undefined) throw invalidArgument(`${name} value`, word);
  return seconds === 0xffffffff ? null : seconds;
}

/** When the lifetimes end that begin now; undefined for ever. */
function lifetimeOf(
  { network }: IpContext,
  { preferred, valid }: AddressRequest,
): AddressLifetime | undefined {
  if (preferred === null && valid === null) return undefined;
  const { now } = network.engine;
  const until = (length: number | null): number =>
    length === null ? FOREVER : now + seconds(length);
  // what is not said is no longer than what is
  return { validUntil: until(valid), preferredUntil: until(preferred ?? valid) };
}

function checkLifetimes({ preferred, valid }: AddressRequest): void {
  if (valid === 0) throw new CommandFailure(1, "valid_lft is zero\n");
  if (valid !== null && preferred !== null && preferred > valid)
    throw new CommandFailure(1, "preferred_lft is greater than valid_lft\n");
}

function takeLocal(
  word: string,
  request: AddressRequest,
  family: IpContext["options"]["family"],
): void {
  if (isPrefix(word, "help")) throw new CommandFailure(255, usageOf("address"));
  if (request.local !== null) throw duplicateOrGarbage("local", word);
  request.local = readPrefix(word, family);
  request.localText = word;
}

/** Without a length any prefix with the address goes, and `ip` says that it doesn't like that. */
function wildcardWarning({ local, localText, peer }: AddressRequest): string {
  if (local === null || local.family === "inet6" || local.hasLength || peer !== null) return "";
  return [
    "Warning: Executing wildcard deletion to stay compatible with old scripts.",
    `         Explicitly specify the prefix length (${localText}/32) to avoid this warning.`,
    "         This special behaviour is likely to disappear in further releases,",
    "         fix your scripts!\n",
  ].join("\n");
}

function deleteAddress(
  { network, origin }: IpContext,
  index: number,
  { label, peer }: AddressRequest,
  local: TypedPrefix,
): number {
  const given = peer ?? (local.hasLength ? local : null);
  return network.change(origin, (draft) =>
    removeAddress(draft, index, {
      local: local.address,
      prefixLength: given === null ? null : given.length,
      peer: given === null ? null : given.address,
      label: label === "" ? null : label,
    }),
  );
}

function putAddress(
  context: IpContext,
  index: number,
  request: AddressRequest,
  local: TypedPrefix,
  verb: AddressVerb,
): number {
  const { network, origin } = context;
  const lifetime = lifetimeOf(context, request);
  const plain = specOf(request, local);
  const spec = lifetime === undefined ? plain : { ...plain, lifetime };
  return network.change(origin, (draft) => {
    const device = draft.devices.find((other) => other.index === index);
    // an address that is there is only given new lifetimes
    if (verb !== "add" && device !== undefined && hasAddress(device, spec))
      return setLifetime(draft, index, { ...spec, label: null }, lifetime);
    return addAddress(draft, index, spec);
  });
}

function specOf(request: AddressRequest, local: TypedPrefix): AddressSpec {
  const peer = request.peer ?? local;
  const prefixLength = peer.length === 0 ? local.length : peer.length;
  return {
    local: local.address,
    peer: peer.address,
    prefixLength,
    broadcast: broadcastOf(request, peer.address, prefixLength),
    scope: request.scope ?? (isLoopbackAddress(local.address) ? Scope.host : Scope.universe),
    label: request.label,
  };
}

function broadcastOf(
  { broadcast }: AddressRequest,
  peer: Ipv4Address,
  prefixLength: number,
): Ipv4Address | null {
  if (broadcast === "+") return computedBroadcast(peer, prefixLength);
  if (broadcast === "-")
    return prefixLength > 30 ? null : ((peer & prefixMask(prefixLength)) as Ipv4Address);
  return broadcast;
}

const hasAddress = (device: DeviceConfig, spec: AddressSpec): boolean =>
  device.addresses.some(
    (own) =>
      own.local === spec.local &&
      own.prefixLength === spec.prefixLength &&
      ((own.peer ^ spec.peer) & prefixMask(spec.prefixLength)) === 0,
  );

/** `10.0.0.1/24`, or `10.0.0.1 peer 10.0.0.2/32`. */
export const addressText = (address: DeviceConfig["addresses"][number]): string =>
  address.local === address.peer
    ? `${formatIpv4Address(address.local)}/${address.prefixLength}`
    : `${formatIpv4Address(address.local)} peer ${formatIpv4Address(address.peer)}/${address.prefixLength}`;
