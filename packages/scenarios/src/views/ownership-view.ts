/** Who owns each VIP, in the eyes of every host on its segment. */
import { formatIpv4Address } from "@lvsim/core";
import type { LabRun } from "../run/lab-run.ts";
import { flow, hanging, timeText } from "./layout.ts";
import type { Names } from "./names.ts";
import { type Ownership, ownershipOf } from "./ownership.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { listOf, say } from "./texts.ts";

const GAP = "   ";

export function ownershipLines(run: LabRun, names: Names, page: Page): Line[] {
  return names.vips.flatMap((vip) => {
    const ownership = ownershipOf(run, vip);
    const { language } = page;
    const label = `${say(language, "ownersHeading", { address: formatIpv4Address(vip) })}${GAP}`;
    const start = page.widthOf(label);
    const texts = beliefTexts(run, ownership, names, page);
    const findings = findingsOf(ownership, names, page);
    if (findings.length === 0) texts.push(say(language, "noOtherAnswer"));
    const lines = flow(page, texts, GAP, page.columns - start);
    return [
      ...hanging(page, span(label, "title"), lines, start),
      ...findings.map((finding) => line("  ", span(`✗ ${finding}`, "bad"))),
    ];
  });
}

function beliefTexts(run: LabRun, ownership: Ownership, names: Names, page: Page): string[] {
  const { language } = page;
  const texts = ownership.beliefs.map(({ host, owner, since, frame }) => {
    const values = { host, owner: names.mac(owner), time: timeText(since) };
    return frame === 0
      ? say(language, "ownerKnown", values)
      : say(language, "ownerSince", { ...values, frame });
  });
  const own = names.ownersOf(ownership.address);
  const devices = new Map<string, string[]>();
  for (const { host, label } of own) devices.set(label, [...(devices.get(label) ?? []), host]);
  for (const [device, hosts] of devices)
    texts.push(say(language, "ownsItself", { host: listOf(language, hosts), device }));
  const known = new Set([
    ...ownership.beliefs.map(({ host }) => host),
    ...own.map(({ host }) => host),
  ]);
  const others = run.hosts.map(({ name }) => name).filter((host) => !known.has(host));
  if (others.length > 0) texts.push(say(language, "noEntry", { hosts: listOf(language, others) }));
  return texts;
}

/** What should not be: several answers to one question, an owner that changed. */
function findingsOf({ moves, duplicates }: Ownership, names: Names, { language }: Page): string[] {
  return [
    ...duplicates.map(({ request, owners }) => {
      const hosts = listOf(
        language,
        owners.map((owner) => names.mac(owner)),
      );
      return say(language, "answeredTwice", { frame: request, hosts });
    }),
    ...moves.map(({ host, owner, from, since, frame }) =>
      say(language, "moved", {
        host,
        time: timeText(since),
        frame,
        from: names.mac(from),
        to: names.mac(owner),
      }),
    ),
  ];
}
