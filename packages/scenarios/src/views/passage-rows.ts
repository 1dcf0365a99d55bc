/** A packet's passage through one host as rows of a walk: netfilter's points, IPVS's choice, delivery, departure. */
import {
  type FrameHeader,
  formatIpv4Address,
  HookPoint,
  IpProtocol,
  type Ipv4Address,
  Method,
  Verdict,
} from "@lvsim/core";
import type { LabRun } from "../run/lab-run.ts";
import type { Names } from "./names.ts";
import {
  connectionText,
  hookName,
  linkChanges,
  methodName,
  packetText,
  protocolName,
  rewrites,
} from "./packet-text.ts";
import {
  departure,
  drops,
  headerIn,
  isDelivered,
  meetsIpvs,
  noteOf,
  type Passage,
  passes,
  type VerdictNote,
  verdicts,
} from "./passage.ts";
import type { Page } from "./styled.ts";
import { say } from "./texts.ts";
import type { Point, Side, WalkRow } from "./walk-row.ts";

/** A passage with what came before it: the packet inside, for a tunnel packet that this host made. */
export interface PassageContext {
  readonly run: LabRun;
  readonly names: Names;
  readonly page: Page;
  readonly side: Side;
  readonly passage: Passage;
  /** The header that entered the host, of this frame or of the one that it carries; null for a packet of its own. */
  readonly entered: FrameHeader | null;
  /** The header that left it; null when it stayed. */
  readonly left: FrameHeader | null;
}

type Part = Pick<WalkRow, "what" | "effects" | "points"> & Partial<Pick<WalkRow, "tone">>;

const rowAt = (
  { passage, side }: PassageContext,
  event: { readonly index: number; readonly at: WalkRow["at"] },
  part: Part,
): WalkRow => ({
  index: event.index,
  at: event.at,
  frame: passage.frame,
  onWire: false,
  host: passage.host,
  where: passage.host,
  tone: "plain",
  side,
  ...part,
});

/** The rows of one passage, in order. */
export function passageRows(context: PassageContext): WalkRow[] {
  const { passage } = context;
  return [
    ...hookRows(context),
    ...ruleRows(context),
    ...dropRows(context),
    ...departureRows(context),
  ].map((row, i) =>
    // what entered by a device is told of by the first row
    i === 0 && headerIn(passage) !== null
      ? { ...row, points: ["in" as const, ...row.points] }
      : row,
  );
}

/** One row for neighbouring points at which nothing is decided; IPVS's points stand alone. */
function hookRows(context: PassageContext): WalkRow[] {
  const { passage } = context;
  const came = verdicts(passage).filter(({ decider }) => decider === null);
  const rows: WalkRow[] = [];
  let group: VerdictNote[] = [];
  const flush = (): void => {
    const [first] = group;
    if (first !== undefined) rows.push(rowAt(context, first, groupPart(context, group)));
    group = [];
  };
  for (const note of came) {
    if (standsAlone(context, note)) {
      flush();
      rows.push(rowAt(context, note, alonePart(context, note)));
    } else group.push(note);
  }
  flush();
  return rows;
}

/** The points of a director are told of one by one. */
function standsAlone({ passage, entered, left }: PassageContext, { hook }: VerdictNote): boolean {
  if (hook === HookPoint.forward) return isTranslated(entered, left);
  if (hook === HookPoint.preRouting) return meetsIpvs(passage) || isTranslated(entered, left);
  return hook === HookPoint.localIn && meetsIpvs(passage);
}

const isTranslated = (entered: FrameHeader | null, left: FrameHeader | null): boolean =>
  entered !== null &&
  left !== null &&
  (entered.source !== left.source || entered.destination !== left.destination) &&
  left.inner === null;

function alonePart(context: PassageContext, { hook }: VerdictNote): Part {
  const { page, names, entered } = context;
  const point = hookName(hook) as Point;
  if (hook !== HookPoint.preRouting) return ipvsPart(context, point);
  const address = names.address((entered?.destination ?? 0) as Ipv4Address);
  const next = passes(context.passage, HookPoint.forward) ? "toForward" : "toInput";
  return {
    what: `${point}: ${say(page.language, "accept")}`,
    effects: [say(page.language, next, { address })],
    points: [point],
  };
}

/** INPUT or FORWARD where IPVS acts: the choice, the connection, what is rewritten. */
function ipvsPart(context: PassageContext, point: Point): Part {
  const { passage, page, names, entered, left } = context;
  const connection = noteOf(passage, "connection");
  const effects: string[] = [];
  if (entered !== null && left !== null && left.inner === null) {
    const changes = rewrites(entered, left, names, page);
    effects.push(...(changes.length > 0 ? changes : [say(page.language, "untouched")]));
  }
  if (connection !== undefined)
    effects.push(connectionText(connection.to, connection.protocol, page));
  return {
    what: `${point}: ${ipvsWords(context)}`,
    effects: effects.filter((text) => text !== ""),
    points: [point, "IPVS"],
  };
}

function ipvsWords({ run, passage, page, names, entered }: PassageContext): string {
  const { language } = page;
  const scheduled = noteOf(passage, "scheduled");
  if (scheduled !== undefined) {
    const server = serverText(scheduled.server as Ipv4Address, scheduled.serverPort, names);
    const method = methodName(scheduled.forwardingMethod);
    const scheduler = schedulerOf(run, passage.host, scheduled.decider?.describe() ?? "");
    return say(language, "ipvsChooses", { scheduler, server, method });
  }
  const forwarded = noteOf(passage, "forwarded");
  const from = entered?.source as Ipv4Address;
  const isAnswer = forwarded === undefined || isServer(run, passage.host, from);
  if (isAnswer)
    return say(language, "ipvsAnswer", {
      server: serverText(from, entered?.sourcePort ?? 0, names),
    });
  return say(language, "ipvsKnows", {
    server: serverText(forwarded.destination as Ipv4Address, forwarded.destinationPort, names),
    method: methodName(forwarded.forwardingMethod ?? Method.masquerading),
  });
}

const serverText = (address: Ipv4Address, port: number, names: Names): string => {
  const end = names.endpoint(address, port);
  const host = names.hostAt(address);
  return end.startsWith(host) ? end : `${host} ${end}`;
};

function isServer(run: LabRun, host: string, address: Ipv4Address): boolean {
  const services = run.hosts.find(({ name }) => name === host)?.after.ipvs.services ?? [];
  return services.some(({ realServers }) =>
    realServers.some((server) => server.address === address),
  );
}

/** The scheduler of the service that `TCP 192.168.31.200:80` or `FWM 1` names. */
function schedulerOf(run: LabRun, host: string, service: string): string {
  const services = run.hosts.find(({ name }) => name === host)?.after.ipvs.services ?? [];
  const found = services.find(({ identity }) =>
    identity.kind === "fwmark"
      ? service === `FWM ${identity.mark}`
      : service.endsWith(` ${formatIpv4Address(identity.address)}:${identity.port}`),
  );
  return found?.scheduler ?? "";
}

function groupPart(context: PassageContext, group: readonly VerdictNote[]): Part {
  const { passage, page, names, entered } = context;
  const { language } = page;
  const points = group.map(({ hook }) => hookName(hook) as Point);
  const named = `${points.join(", ")}: ${say(language, "accept")}`;
  const ends = group.some(({ hook }) => hook === HookPoint.localIn) && isDelivered(passage);
  if (!ends || entered === null) return { what: named, effects: [], points };
  const end = endOf(context, entered);
  const place = names.ownersOf(entered.destination).find(({ host }) => host === passage.host);
  const address = names.address(entered.destination);
  const effects =
    place === undefined || !names.vips.includes(entered.destination)
      ? []
      : [say(language, "localOn", { address, device: place.label })];
  return { what: `${named}, ${end}`, effects, points: [...points, "app"] };
}

function endOf({ page }: PassageContext, header: FrameHeader): string {
  const { language } = page;
  const isTunnel = header.protocol === IpProtocol.ipip || header.protocol === IpProtocol.gre;
  if (isTunnel) return say(language, "unpacked", { device: "tunl0" });
  const protocol = protocolName(header.protocol);
  return say(language, "delivered", { protocol, port: header.destinationPort });
}

/** Rules of iptables that decided something. */
function ruleRows(context: PassageContext): WalkRow[] {
  const { passage, page } = context;
  const { language } = page;
  return verdicts(passage).flatMap((note) => {
    if (note.decider === null) return [];
    const verdict =
      note.verdict === Verdict.accept
        ? say(language, "accept")
        : say(language, note.verdict === Verdict.drop ? "dropVerdict" : "stolen");
    const what = say(language, "ruleDecides", { rule: note.decider.describe(), verdict });
    return [
      rowAt(context, note, { what: `${hookName(note.hook)}: ${what}`, effects: [], points: [] }),
    ];
  });
}

function dropRows(context: PassageContext): WalkRow[] {
  const { language } = context.page;
  return drops(context.passage).map((event) =>
    rowAt(context, event, {
      what: `✗ ${say(language, "dropped", { reason: event.reason })}`,
      tone: "bad",
      effects: event.decider === null ? [] : [event.decider.describe()],
      points: [],
    }),
  );
}

function departureRows(context: PassageContext): WalkRow[] {
  const { passage, page, names, entered } = context;
  const event = departure(passage);
  if (event === undefined) return [];
  const { header } = event;
  const effects: string[] = [];
  const tunnelled = header.inner !== null && header.protocol !== IpProtocol.icmp;
  if (tunnelled && headerIn(passage) === null)
    effects.push(
      say(page.language, "encapsulated", {
        from: names.address(header.source),
        to: names.address(header.destination),
      }),
    );
  effects.push(...linkChanges(entered, header, names, page));
  const content = tunnelled && header.inner !== null ? header.inner : header;
  const row = rowAt(context, event, {
    what: packetText(content, names),
    effects,
    points: ["out"],
  });
  const to = names.hostWith(header.destinationMac);
  return [
    {
      ...row,
      onWire: true,
      where: `${passage.host} → ${to === "" ? names.mac(header.destinationMac) : to}`,
    },
  ];
}
