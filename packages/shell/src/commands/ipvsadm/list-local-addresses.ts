/** The fork's `-G`: the local addresses of services, always numeric, in the kernel's order. */
import {
  formatIpv4Address,
  type ServiceListing,
  sameIdentity,
  type VirtualServiceIdentity,
} from "@lvsim/core";
import { refused } from "./failure.ts";
import { serverText } from "./names.ts";

const WIDTHS = [20, 8, 20, 10, 10];

const row = (...cells: readonly string[]): string =>
  cells.map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0)).join(" ");

/** Of the service with `identity`, or of all when it is null; no service at all prints nothing, not even a title. */
export function listLocalAddresses(
  services: readonly ServiceListing[],
  identity: VirtualServiceIdentity | null,
): string {
  const asked = services.filter(
    ({ config }) => identity === null || sameIdentity(config.identity, identity),
  );
  // both the listing and the program complain
  if (identity !== null && asked.length === 0) refused("No such service\nNo such service");
  if (asked.length === 0) return "";
  const title = row("VIP:VPORT", "TOTAL", "SNAT_IP", "CONFLICTS", "CONNS");
  return [title, ...asked.flatMap(serviceRows)].map((line) => `${line}\n`).join("");
}

function serviceRows({ config: { identity }, localAddresses }: ServiceListing): string[] {
  const name =
    identity.kind === "fwmark" ? "0.0.0.0:0" : serverText(identity, identity.protocol, null);
  return [
    `${row(name, `${localAddresses.length}`)} `,
    ...localAddresses.map(({ address, conflicts, connections }) =>
      row("", "", formatIpv4Address(address), `${conflicts}`, `${connections}`),
    ),
  ];
}
