/** Virtual addresses and routes: put on the machine by a master, taken off when it is none any more. */
import { addAddress, Errno, errnoText, formatIpv4Address, removeAddress } from "@lvsim/core";
import { CommandFailure } from "../../../options/failure.ts";
import { Words } from "../../../options/iproute2.ts";
import { changeRoute, deleteRoute } from "../../ip/change-route.ts";
import { takeIpOptions } from "../../ip/options.ts";
import type { VirtualAddress, VirtualRoute } from "../config/model.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";

/** `device` is where those go that name none. */
export function addVirtualAddress(
  context: DaemonContext,
  virtual: VirtualAddress,
  device: string,
): void {
  const { namespace, log } = context;
  const name = virtual.device === "" ? device : virtual.device;
  const found = namespace.deviceNamed(name);
  const errno =
    found === undefined
      ? Errno.ENODEV
      : namespace.change(context.origin(virtual.place), (draft) =>
          addAddress(draft, found.index, {
            local: virtual.address,
            peer: virtual.address,
            prefixLength: virtual.prefixLength,
            broadcast: virtual.broadcast,
            scope: virtual.scope,
            label: virtual.label,
          }),
        );
  if (errno !== 0 && errno !== Errno.EEXIST)
    log.say(
      `Netlink: error: ${errnoText(errno)}(${errno}), type=RTM_NEWADDR(20), address ${formatIpv4Address(virtual.address)} dev ${name}`,
    );
}

export function removeVirtualAddress(
  context: DaemonContext,
  { address: local, device: own, place, prefixLength }: VirtualAddress,
  device: string,
): void {
  const { namespace } = context;
  const found = namespace.deviceNamed(own === "" ? device : own);
  if (found === undefined) return;
  namespace.change(context.origin(place), (draft) =>
    removeAddress(draft, found.index, { local, prefixLength, peer: null, label: null }),
  );
}

/** RTPROT_KEEPALIVED, as iproute2 calls 18. */
const PROTOCOL = ["proto", "keepalived"];

/** What is wrong with a route is told, and the others go on. */
export function changeVirtualRoute(
  context: DaemonContext,
  { words, place }: VirtualRoute,
  device: string,
  verb: "add" | "delete",
): void {
  const { kernel, namespace: network } = context;
  const hasWay = words.some((word) => word === "dev" || word === "via" || word === "nexthop");
  const whole = [
    ...words,
    ...(hasWay ? [] : ["dev", device]),
    ...(words.includes("proto") ? [] : PROTOCOL),
  ];
  try {
    const origin = context.origin(place);
    const ip = { network, options: takeIpOptions(new Words([])), origin, machine: kernel };
    if (verb === "add") changeRoute(ip, new Words(whole), verb);
    else deleteRoute(ip, new Words(whole));
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    if (verb === "add")
      context.log.say(`Netlink: error: route ${words.join(" ")}: ${thrown.stderr.trim()}`);
  }
}
