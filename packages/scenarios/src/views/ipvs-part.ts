/** What IPVS does to a packet at INPUT or FORWARD, in words: the choice, the connection, what is rewritten. */
import { type FrameHeader, formatIpv4Address, type Ipv4Address, Method } from "@lvsim/core";
import type { LabRun } from "../run/lab-run.ts";
import { connectionText, methodName, rewrites } from "./packet-text.ts";
import { noteOf } from "./passage.ts";
import type { Part, PassageContext } from "./passage-context.ts";
import { say } from "./texts.ts";
import type { Point } from "./walk-row.ts";

/** Whether the addresses changed without a packet around. */
export const isTranslated = (entered: FrameHeader | null, left: FrameHeader | null): boolean =>
  entered !== null &&
  left !== null &&
  (entered.source !== left.source || entered.destination !== left.destination) &&
  left.inner === null;

/** INPUT or FORWARD where IPVS acts: the choice, the connection, what is rewritten. */
export function ipvsPart(context: PassageContext, point: Point): Part {
  const { passage, page, names, entered, left } = context;
  const connection = noteOf(passage, "connection");
  const effects: string[] = [];
  if (entered !== null && left !== null && left.inner === null) {
    const changes = rewrites(entered, left, names, page);
    effects.push(...(changes.length > 0 ? changes : [say(page.language, "untouched")]));
  }
  if (connection !== undefined) effects.push(connectionText(connection, page));
  return {
    what: say(page.language, "pointDoes", { point, what: ipvsWords(context) }),
    effects: effects.filter((text) => text !== ""),
    points: [point, "IPVS"],
  };
}

function ipvsWords({ run, passage, page, names, entered, left }: PassageContext): string {
  const { language } = page;
  // the address is named again by what is rewritten, or by the packet around
  const named = isTranslated(entered, left) || (left !== null && left.inner !== null);
  const serverText = (address: Ipv4Address, port: number): string => {
    const end = names.endpoint(address, port);
    const host = names.hostAt(address);
    if (end.startsWith(host)) return end;
    return named ? host : `${host} ${end}`;
  };
  const scheduled = noteOf(passage, "scheduled");
  if (scheduled !== undefined) {
    const server = serverText(scheduled.server as Ipv4Address, scheduled.serverPort);
    const method = methodName(scheduled.forwardingMethod);
    const scheduler = schedulerOf(run, passage.host, scheduled.decider?.describe() ?? "");
    return say(language, "ipvsChooses", { scheduler, server, method });
  }
  const forwarded = noteOf(passage, "forwarded");
  const from = entered?.source as Ipv4Address;
  if (isServer(run, passage.host, from))
    return say(language, "ipvsAnswer", { server: serverText(from, entered?.sourcePort ?? 0) });
  // what IPVS has no hand in was changed by a rule of the nat table, or by what is remembered of one
  if (forwarded === undefined) return say(language, "natTranslates");
  return say(language, "ipvsKnows", {
    server: serverText(forwarded.destination as Ipv4Address, forwarded.destinationPort),
    method: methodName(forwarded.forwardingMethod ?? Method.masquerading),
  });
}

function isServer(run: LabRun, host: string, address: Ipv4Address): boolean {
  const services = run.hosts.find(({ name }) => name === host)?.started.ipvs.services ?? [];
  return services.some(({ realServers }) =>
    realServers.some((server) => server.address === address),
  );
}

/** The scheduler of the service that `TCP 192.168.31.200:80` or `FWM 1` names. */
function schedulerOf(run: LabRun, host: string, service: string): string {
  const services = run.hosts.find(({ name }) => name === host)?.started.ipvs.services ?? [];
  const found = services.find(({ identity }) =>
    identity.kind === "fwmark"
      ? service === `FWM ${identity.mark}`
      : service.endsWith(` ${formatIpv4Address(identity.address)}:${identity.port}`),
  );
  return found?.scheduler ?? "";
}
