/** ARP in a walk: who asked, who answered, who kept silent and why, and what was learnt. */
import {
  ArpOperation,
  type FrameHeader,
  type Ipv4Address,
  type MacAddress,
  type SentEvent,
} from "@lvsim/core";
import type { LabRun } from "../run/lab-run.ts";
import type { Names } from "./names.ts";
import type { NeighbourNote, SuppressedNote } from "./passage.ts";
import type { Page } from "./styled.ts";
import { listOf, say } from "./texts.ts";
import type { WalkRow } from "./walk-row.ts";

/** The first time that a host sent the frame. */
function sending(run: LabRun, names: Names, frame: number): SentEvent | undefined {
  for (const event of run.frames.story(frame))
    if (event.kind === "sent" && names.hostOf(event.place) !== "") return event;
  return undefined;
}

/** What stands beside the departure that had to wait for it, by `arpKey`. */
export type ArpBeside = ReadonlyMap<string, readonly string[]>;

/** Names the departure of `frame` from `host`. */
export const arpKey = (host: string, frame: number): string => `${host} ${frame}`;

/**
 * One row for a request with its answers; an answer that belongs to no request shown has its own. Requests that only
 * find a next hop, as everywhere, stand beside the packet that waited for them.
 */
export function arpOf(
  run: LabRun,
  frames: ReadonlySet<number>,
  names: Names,
  page: Page,
): { readonly rows: readonly WalkRow[]; readonly beside: ArpBeside } {
  const beside = new Map<string, string[]>();
  const rows: WalkRow[] = [];
  for (const frame of frames) {
    const event = sending(run, names, frame);
    if (event === undefined) continue;
    const isReply = event.header.arpOperation === ArpOperation.reply;
    if (isReply && frames.has(event.header.parentId)) continue;
    const answers = isReply ? [] : answersTo(run, frame, names);
    const key = arpKey(names.hostOf(event.place), event.header.parentId);
    const [answer] = answers;
    if (answer !== undefined && isOrdinary(run, event, answers, names)) {
      const found = say(page.language, "arpFinds", { ...answer, question: frame });
      beside.set(key, [...(beside.get(key) ?? []), found]);
    } else rows.push(arpRow(run, event, answers, names, page));
  }
  return { rows, beside };
}

/** Whether nobody but the host in question has anything to say, and its packet could then leave. */
function isOrdinary(
  run: LabRun,
  { frame, place, header }: SentEvent,
  answers: readonly Answer[],
  names: Names,
): boolean {
  const host = names.hostOf(place);
  return (
    answers.length === 1 &&
    !names.vips.includes(header.destination) &&
    run.frames.story(frame).every(({ kind }) => kind !== "arp-suppressed") &&
    run.frames
      .story(header.parentId)
      .some((event) => event.kind === "sent" && names.hostOf(event.place) === host)
  );
}

function arpRow(
  run: LabRun,
  event: SentEvent,
  answers: readonly Answer[],
  names: Names,
  page: Page,
): WalkRow {
  const { index, at, frame, header } = event;
  const asker = names.hostOf(event.place);
  return {
    index,
    at,
    frame,
    onWire: true,
    host: asker,
    where: `${asker} → ${names.mac(header.destinationMac)}`,
    what: question(header, answers, names, page),
    tone: "dim",
    effects: effectsOf(run, frame, answers, names, page),
    under: [],
    points: [],
    side: "request",
  };
}

interface Answer {
  readonly frame: number;
  readonly host: string;
}

function answersTo(run: LabRun, frame: number, names: Names): Answer[] {
  return run.frames.childrenOf(frame).flatMap((child) => {
    const event = sending(run, names, child);
    if (event?.header.arpOperation !== ArpOperation.reply) return [];
    return [{ frame: child, host: names.port(event.header.arpSenderMac) }];
  });
}

function question(
  header: FrameHeader,
  answers: readonly Answer[],
  names: Names,
  page: Page,
): string {
  const { language } = page;
  const address = names.address(header.destination);
  if (header.arpOperation === ArpOperation.reply)
    return say(language, "arpReply", {
      address: names.address(header.source),
      host: names.mac(header.arpSenderMac),
    });
  if (header.source === header.destination) return say(language, "arpAnnounces", { address });
  const said =
    answers.length === 0
      ? say(language, "arpNobody")
      : answers.map((answer) => say(language, "arpAnswers", { ...answer })).join(", ");
  return `${say(language, "arpAsks", { address })} ${said}`;
}

function effectsOf(
  run: LabRun,
  frame: number,
  answers: readonly Answer[],
  names: Names,
  page: Page,
): string[] {
  const { language } = page;
  const effects: string[] = [];
  const bySetting = new Map<string, string[]>();
  for (const event of run.frames.story(frame)) {
    if (event.kind !== "arp-suppressed") continue;
    const setting = settingOf(event);
    bySetting.set(setting, [...(bySetting.get(setting) ?? []), names.hostOf(event.place)]);
  }
  for (const [setting, hosts] of bySetting)
    effects.push(say(language, "arpSilent", { hosts: listOf(language, hosts.sort()), setting }));
  for (const answer of answers) {
    const learnt = run.frames
      .story(answer.frame)
      .find((event): event is NeighbourNote => event.kind === "neighbour");
    // the sheet's matter is who owns the VIP; other neighbours are learnt as everywhere
    if (learnt === undefined || !names.vips.includes(learnt.address as Ipv4Address)) continue;
    effects.push(
      say(language, "believes", {
        host: names.hostOf(learnt.place),
        address: names.address(learnt.address as Ipv4Address),
        owner: names.mac(learnt.linkAddress as MacAddress),
      }),
    );
  }
  return effects;
}

/** `arp_ignore=1` of `net.ipv4.conf.all.arp_ignore = 1`. */
const settingOf = ({ decider }: SuppressedNote): string =>
  (decider?.describe() ?? "").replace(/^.*\./, "").replace(" = ", "=");
