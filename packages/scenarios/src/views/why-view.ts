/** A diagnosis on a page: what the user saw, where the packet ended, why, since when, and what mends it. */
import { type ChangeOrigin, formatIpv4Address } from "@lvsim/core";
import type { Command } from "../diagnosis/evidence.ts";
import type { Diagnosis, Finding } from "../diagnosis/explain.ts";
import type { End, Leg } from "../diagnosis/flow.ts";
import { CAUSES, ENDS, SYMPTOMS } from "../diagnosis/words.ts";
import type { CommandPlaces } from "../lab-file/command-places.ts";
import { hanging, stacked, wrap } from "./layout.ts";
import { wholePacketText } from "./packet-text.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { fill, listOf, say } from "./texts.ts";

/** Columns of the labels on the left. */
const START = 9;

/** `places` says where the lab's own file has what a change came from. */
export function whyLines(
  diagnoses: readonly Diagnosis[],
  page: Page,
  places: CommandPlaces = () => "",
): Line[] {
  return diagnoses.length === 0
    ? [line(span(say(page.language, "whyNothing"), "good"))]
    : stacked(diagnoses.map((diagnosis) => one(diagnosis, page, places)));
}

function one(diagnosis: Diagnosis, page: Page, places: CommandPlaces): Line[] {
  const { findings, mend } = diagnosis;
  return [
    ...hanging(page, span("✗", "bad"), wrap(page, symptom(diagnosis, page), page.columns - 2), 2),
    ...labelled("whyWay", wayTexts(diagnosis, page), page),
    ...labelled("whyBecause", becauseTexts(diagnosis, page), page),
    ...findings.flatMap((finding) => labelled("whySince", sinceTexts(finding, page, places), page)),
    ...labelled("whyMend", mend === null ? [] : mendTexts(diagnosis, page), page, "good"),
    ...(mend === null ? labelled("whyMend", [notMended(diagnosis, page)], page) : []),
  ];
}

function labelled(
  key: "whyWay" | "whyBecause" | "whySince" | "whyMend",
  texts: readonly string[],
  page: Page,
  tone: "plain" | "good" = "plain",
): Line[] {
  const lines = texts.flatMap((text) => wrap(page, text, page.columns - START));
  return hanging(page, span(say(page.language, key), "title"), lines, START, tone);
}

function symptom({ request, incident }: Diagnosis, { language }: Page): string {
  const { machine, command, status, beganAt, endedAt } = request;
  const { flow } = incident;
  const count = flow?.attempts.length ?? 0;
  const attempts = say(language, count === 1 ? "whyAttempt" : "whyAttempts", { count });
  const server = incident.end?.kind === "delivered" ? incident.end.host : "";
  const seconds = ((endedAt - beganAt) / 1e9).toFixed(3);
  const text: string = SYMPTOMS[incident.trouble][language];
  return fill(text, { machine, command, status, seconds, attempts, server });
}

/** The machines that the packet passed, with an arrow between. */
function wayTexts({ incident }: Diagnosis, { language }: Page): string[] {
  const { leg, flow, side } = incident;
  if (leg === null || leg.header === null) return [];
  const path = pathText(leg);
  if (side !== "reply") return path === "" ? [] : [`${wholePacketText(leg.header)}: ${path}`];
  const asked = flow?.attempts[0];
  return [
    ...(asked?.header == null ? [] : [`${wholePacketText(asked.header)}: ${pathText(asked)}`]),
    `${wholePacketText(leg.header)}: ${path}`,
  ].map((text) => (language === "zh" ? text.replace(": ", ":") : text));
}

const pathText = ({ path, end }: Leg): string =>
  [
    ...path,
    ...(end.kind === "dropped" && end.host !== "" && path.at(-1) !== end.host ? [end.host] : []),
  ]
    .join(" → ")
    .concat(end.kind === "delivered" ? "" : " ✗");

function becauseTexts({ incident, findings, request }: Diagnosis, page: Page): string[] {
  const { language } = page;
  const { leg, end } = incident;
  const where =
    end === null || leg === null
      ? incident.trouble === "nothing-sent"
        ? [fill(ENDS.noRoute[language], { machine: request.machine })]
        : []
      : [endText(leg, end, page)];
  const causes = findings.map(
    ({ suspect }) => `→ ${fill(CAUSES[suspect.cause][language], suspect.values)}`,
  );
  return [...where, ...causes];
}

function endText(leg: Leg, end: End, { language }: Page): string {
  const packet = leg.header === null ? say(language, "whyPacket") : wholePacketText(leg.header);
  const common = { packet, frame: leg.frame, host: end.host };
  switch (end.kind) {
    case "delivered":
      return fill(ENDS.delivered[language], { ...common, path: leg.path.join(" → ") });
    case "dropped": {
      const values = {
        ...common,
        host: end.host === "" ? end.place : end.host,
        reason: end.reason,
      };
      return end.why === ""
        ? fill(ENDS.dropped[language], values)
        : fill(ENDS.droppedFor[language], { ...values, why: end.why });
    }
    case "unresolved":
      return fill(ENDS.unresolved[language], {
        ...common,
        address: formatIpv4Address(end.address),
      });
    case "vanished":
      return fill(ENDS.vanished[language], common);
  }
}

function sinceTexts(
  { suspect, origin }: Finding,
  { language }: Page,
  places: CommandPlaces,
): string[] {
  const { setting } = suspect;
  if (setting === undefined) return [];
  if (origin === null) return [say(language, "whyNever", { host: setting.host })];
  const command = originText(origin, places(origin));
  return [say(language, "whyOrigin", { host: setting.host, command })];
}

/** `ifconfig lo:0 …  (/usr/local/sbin/lvs_rs.sh:9, dr.lab.yml:72)`, or the line of what was typed. */
function originText({ process, file, line: number }: ChangeOrigin, place: string): string {
  const script = file === "" || number === 0 ? file : `${file}:${number}`;
  const where = [script, place].filter((one) => one !== "").join(", ");
  return `${process.split("\n")[0] ?? ""}${where === "" ? "" : `  (${where})`}`;
}

function mendTexts({ mend, trials }: Diagnosis, { language }: Page): string[] {
  if (mend === null) return [];
  const { trial, replaced, sound, requests } = mend;
  const prompt = ({ machine, command }: Command): string =>
    `${machine}# ${command.replaceAll("\n", "; ")}`;
  const instead = replaced.map((typed) => {
    const { command } = trial.instead.find(({ input }) => input === typed.input) ?? { command: "" };
    return command === ""
      ? say(language, "whyWithout", { command: prompt(typed) })
      : say(language, "whyInstead", {
          command: prompt({ ...typed, command }),
          was: prompt(typed),
        });
  });
  const moved = trial.from === "" ? [] : [say(language, "whyFrom", { host: trial.from })];
  const late = trial.before > 0 ? [say(language, "whyLate")] : [];
  const tried = say(language, "whyTried", { sound, requests, trials });
  return [...trial.changes.map(prompt), ...instead, ...moved, listOf(language, [tried, ...late])];
}

const notMended = ({ trials }: Diagnosis, { language }: Page): string =>
  say(language, "whyNoMend", { trials });
