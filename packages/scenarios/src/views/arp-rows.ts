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
import { say } from "./texts.ts";
import type { Side, WalkRow } from "./walk-row.ts";

/** The first time that a host sent the frame. */
function sending(run: LabRun, names: Names, frame: number): SentEvent | undefined {
  for (const event of run.frames.story(frame))
    if (event.kind === "sent" && names.hostOf(event.place) !== "") return event;
  return undefined;
}

/** One row for a request with its answers; an answer that belongs to no request shown has its own. */
export function arpRows(
  run: LabRun,
  frames: ReadonlySet<number>,
  side: Side,
  names: Names,
  page: Page,
): WalkRow[] {
  return [...frames].flatMap((frame) => {
    const event = sending(run, names, frame);
    if (event === undefined) return [];
    const isReply = event.header.arpOperation === ArpOperation.reply;
    if (isReply && frames.has(event.header.parentId)) return [];
    const asker = names.hostOf(event.place);
    const answers = isReply ? [] : answersTo(run, frame, names);
    return [
      {
        index: event.index,
        at: event.at,
        frame,
        onWire: true,
        host: asker,
        where: `${asker} → ${names.mac(event.header.destinationMac)}`,
        what: question(event.header, isReply, answers, names, page),
        tone: "dim" as const,
        effects: effectsOf(run, frame, answers, names, page),
        points: [],
        side,
      },
    ];
  });
}

interface Answer {
  readonly frame: number;
  readonly host: string;
}

function answersTo(run: LabRun, frame: number, names: Names): Answer[] {
  return run.frames.childrenOf(frame).flatMap((child) => {
    const event = sending(run, names, child);
    if (event?.header.arpOperation !== ArpOperation.reply) return [];
    return [{ frame: child, host: names.mac(event.header.arpSenderMac) }];
  });
}

function question(
  header: FrameHeader,
  isReply: boolean,
  answers: readonly Answer[],
  names: Names,
  page: Page,
): string {
  const { language } = page;
  const address = names.address(header.destination);
  if (isReply)
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
    effects.push(say(language, "arpSilent", { hosts: hosts.sort().join(", "), setting }));
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
