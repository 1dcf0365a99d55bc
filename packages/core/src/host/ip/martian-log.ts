/** The lines that log_martians asks for (`ip_handle_martian_source`). */
import type { Frame } from "../../packet/frame.ts";
import { formatIpv4Address } from "../../packet/ipv4-address.ts";
import { formatMacAddress, type MacAddress } from "../../packet/mac-address.ts";
import type { HostDevice } from "../device/host-device.ts";
import { type KernelMessages, MessageLevel } from "./kernel-messages.ts";

const octetsOf = (mac: MacAddress): string => formatMacAddress(mac).replaceAll(":", " ");

/** The packet was refused for its source, or for its destination. */
export function logMartian(
  messages: KernelMessages,
  frame: Frame,
  from: HostDevice,
  isSource: boolean,
): void {
  if (from.conf.logMartians === 0 || !messages.mayTell()) return;
  const source = formatIpv4Address(frame.source);
  const destination = formatIpv4Address(frame.destination);
  const { warning } = MessageLevel;
  if (!isSource) {
    const words = `martian destination ${destination} from ${source}, dev ${from.name}`;
    messages.tell(warning, `IPv4: ${words}`);
    return;
  }
  messages.tell(warning, `IPv4: martian source ${destination} from ${source}, on dev ${from.name}`);
  if (!from.hasLinkHeader) return;
  const header = `${octetsOf(frame.destinationMac)} ${octetsOf(frame.sourceMac)} 08 00`;
  messages.tell(warning, `ll header: 00000000: ${header}`);
}
