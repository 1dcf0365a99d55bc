/** A packet's passage through one host as rows of a walk: netfilter's points, IPVS's choice, delivery, departure. */
import {
  type DroppedEvent,
  type FrameHeader,
  HookPoint,
  IpProtocol,
  type Ipv4Address,
  Verdict,
  ZERO_MAC,
} from "@lvsim/core";
import { ipvsPart, isTranslated } from "./ipvs-part.ts";
import { hookName, macChange, packetText, protocolName, ttlChange } from "./packet-text.ts";
import {
  departure,
  drops,
  headerIn,
  isDelivered,
  meetsIpvs,
  type Passage,
  passes,
  type VerdictNote,
  verdicts,
} from "./passage.ts";
import type { Part, PassageContext } from "./passage-context.ts";
import type { Page } from "./styled.ts";
import { listOf, say } from "./texts.ts";
import type { Point, WalkRow } from "./walk-row.ts";

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
  under: [],
  side,
  ...part,
});

/** The rows of one passage, in order. */
export function passageRows(context: PassageContext): WalkRow[] {
  const { passage } = context;
  const { rows, via } = hookRows(context);
  return [...rows, ...ruleRows(context), ...dropRows(context), ...departureRows(context, via)].map(
    (row, i) =>
      // what entered by a device is told of by the first row
      i === 0 && headerIn(passage) !== null
        ? { ...row, points: ["in" as const, ...row.points] }
        : row,
  );
}

/**
 * One row for neighbouring points at which nothing is decided; IPVS's points stand alone. The last ones before the
 * packet leaves are left for the row of its departure, as `via`.
 */
function hookRows(context: PassageContext): { rows: WalkRow[]; via: VerdictNote[] } {
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
  const leaves = departure(passage) !== undefined && group[0]?.hook !== HookPoint.preRouting;
  if (leaves && !context.opens) return { rows, via: group };
  flush();
  return { rows, via: [] };
}

/** The points of a director are told of one by one. */
function standsAlone({ passage, entered, left }: PassageContext, { hook }: VerdictNote): boolean {
  if (hook === HookPoint.forward) return isTranslated(entered, left);
  if (hook === HookPoint.preRouting) return meetsIpvs(passage) || isTranslated(entered, left);
  return hook === HookPoint.localIn && meetsIpvs(passage);
}

function alonePart(context: PassageContext, { hook }: VerdictNote): Part {
  const { page, names, entered } = context;
  const point = hookName(hook) as Point;
  if (hook !== HookPoint.preRouting || isTakenBeforeRouting(context.passage))
    return ipvsPart(context, point);
  const address = names.address((entered?.destination ?? 0) as Ipv4Address);
  const next = passes(context.passage, HookPoint.forward) ? "toForward" : "toInput";
  return {
    what: accepting([point], page),
    effects: [say(page.language, next, { address })],
    points: [point],
  };
}

/** With FULLNAT IPVS is there before anybody asks for a route. */
const isTakenBeforeRouting = (passage: Passage): boolean =>
  meetsIpvs(passage) && !passes(passage, HookPoint.localIn) && !passes(passage, HookPoint.forward);

const accepting = (points: readonly string[], { language }: Page): string =>
  say(language, "pointsAccept", { points: listOf(language, points) });

function groupPart(context: PassageContext, group: readonly VerdictNote[]): Part {
  const { passage, page, names, entered } = context;
  const { language } = page;
  const points = group.map(({ hook }) => hookName(hook) as Point);
  if (entered === null) return introduction(context, points);
  const ends = group.some(({ hook }) => hook === HookPoint.localIn) && isDelivered(passage);
  if (!ends) return { what: accepting(points, page), effects: [], points };
  const what = say(language, "pointsLeadTo", {
    points: listOf(language, points),
    end: endOf(context, entered),
  });
  const place = names.ownersOf(entered.destination).find(({ host }) => host === passage.host);
  const address = names.address(entered.destination);
  const effects =
    place === undefined || !names.vips.includes(entered.destination)
      ? []
      : [say(language, "localOn", { address, device: place.label })];
  return { what, effects, points: [...points, "app"] };
}

/** A packet that its own host sends: what it is, before what happens to it. */
function introduction({ passage, page, names }: PassageContext, points: readonly Point[]): Part {
  const { language } = page;
  const known = passage.events.find((event) => "header" in event);
  if (known === undefined) return { what: accepting(points, page), effects: [], points };
  const packet = packetText((known as DroppedEvent).header, names);
  return {
    what: say(language, "sends", { packet }),
    tone: "title",
    effects: [via(points, page)],
    points,
  };
}

const via = (points: readonly string[], { language }: Page): string =>
  say(language, "via", { points: listOf(language, points) });

function endOf({ page }: PassageContext, header: FrameHeader): string {
  const { language } = page;
  const { protocol, innerId, inner } = header;
  // an ICMP error quotes; whatever else carries a packet is a tunnel, GUE and FOU too
  if (protocol !== IpProtocol.icmp && inner !== null)
    return say(language, "unpacked", { frame: innerId, ttl: inner.ttl });
  return say(language, "delivered", {
    protocol: protocolName(protocol),
    port: header.destinationPort,
  });
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
    const decides = say(language, "ruleDecides", { rule: note.decider.describe(), verdict });
    const what = say(language, "pointDoes", { point: hookName(note.hook), what: decides });
    return [rowAt(context, note, { what, effects: [], points: [] })];
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

/** A device without link addresses (a tunnel's) stands for whom it sends to. */
const unaddressed = ({ destinationMac }: FrameHeader, place: string): string =>
  destinationMac === ZERO_MAC ? place.slice(place.lastIndexOf(".") + 1) : "";

/** The packet on the cable, with the points that it passed last and what the way out changed. */
function departureRows(context: PassageContext, last: readonly VerdictNote[]): WalkRow[] {
  const { passage, page, names, entered, arp } = context;
  const event = departure(passage);
  if (event === undefined) return [];
  const { header } = event;
  const points = last.map(({ hook }) => hookName(hook) as Point);
  const under = points.length === 0 ? [...arp] : [via(points, page), ...arp];
  const inner = header.protocol === IpProtocol.icmp ? null : header.inner;
  if (inner !== null) {
    const packet = packetText(inner, names);
    under.push(say(page.language, "inside", { frame: header.innerId, packet }));
  }
  const to = names.hostWith(header.destinationMac) || unaddressed(header, event.place);
  const row = rowAt(context, event, {
    what: packetText(header, names),
    effects: [...macChange(header, names, page), ttlChange(entered, header, inner, page)],
    under,
    points: [...points, "out"],
    onWire: true,
    where: `${passage.host} → ${to === "" ? names.mac(header.destinationMac) : to}`,
  });
  return [row];
}
