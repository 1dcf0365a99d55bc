/** Steps that do something and observe: commands, phases, injected packets, pauses, questions. */
import { act } from "./actions.ts";
import { logJson } from "./log-json.ts";
import type { Json, JsonObject } from "./recording.ts";
import type { Sockets } from "./sockets.ts";
import type { SeenFrame, Stage } from "./stage.ts";
import { connections, foldedConnections, services, serviceTable } from "./tables.ts";

/** Does a step; the answer has its form, observations as seen here. */
export function playStep(step: JsonObject, stage: Stage, sockets: Sockets): JsonObject {
  if (step.op === "result") return { ...step, ...sockets.result(step) };
  stage.clear();
  const at = Number(step.at_ms);
  stage.runUntil(at);
  // what came before this step belongs to no step
  stage.clear();
  const done = doItems(step, stage, sockets);
  if (typeof step.until_ms === "number") stage.runUntil(step.until_ms);
  else stage.settle();
  return { ...step, ...done, ...observed(step, stage, at) };
}

function doItems(step: JsonObject, stage: Stage, sockets: Sockets): JsonObject {
  if (step.op === "cmd") {
    const { status, stdout, stderr } = stage.exec(String(step.ns), String(step.cmd));
    return { rc: status, stdout, stderr };
  }
  if (step.op === "sleep") {
    stage.runUntil(Number(step.at_ms) + Number(step.s) * 1000);
    return {};
  }
  const items = (step.do as readonly JsonObject[]).map((item) => act(item, stage, sockets).item);
  return { do: items };
}

function observed(step: JsonObject, stage: Stage, at: number): JsonObject {
  const seen: Record<string, Json> = {};
  if ("frames" in step) seen.frames = framesOf(step, stage, at);
  if ("hooks" in step) seen.hooks = stage.log.map(({ ns, entry }) => logJson(ns, entry));
  if ("out" in step)
    seen.out = stage.frames
      .filter(cameOut)
      .map(({ if: name, content }) => ({ if: name, ...content }));
  if ("chosen" in step) seen.chosen = chosen(stage);
  if ("conn" in step) seen.conn = foldedConnections(stage, "dir");
  if ("ip_vs_conn" in step) seen.ip_vs_conn = connections(stage, "dir");
  if ("ip_vs" in step)
    seen.ip_vs =
      "ip_vs_conn" in step ? services(stage, "dir") : (serviceTable(stage, "dir") as Json);
  if (step.op === "ask") Object.assign(seen, answer(stage));
  for (const key of Object.keys(step)) {
    const neighbours = /^(\w+) ip neigh$/.exec(key);
    if (neighbours !== null)
      seen[key] = trimmedAs(
        String(step[key]),
        stage.exec(neighbours[1] as string, "ip neigh").stdout,
      );
  }
  return seen;
}

/**
 * A whole output as recordings hold it: without blanks at its end. Where the order of lines is free, the line that stands
 * last there has lost its blanks, so it is put last here too.
 */
function trimmedAs(recorded: string, output: string): string {
  const last = recorded.slice(recorded.lastIndexOf("\n") + 1);
  const lines = output.split("\n").filter((line) => line !== "");
  const index = lines.findIndex((line) => line.trimEnd() === last);
  if (index >= 0) lines.push(...lines.splice(index, 1));
  return lines.join("\n").trimEnd();
}

/** Frames with the keys that the recording's class has: namespace and interface only where there is more than one. */
function framesOf(step: JsonObject, stage: Stage, at: number): Json {
  const model = (step.frames as readonly JsonObject[])[0];
  const timed = step.op === "cmd" || model === undefined || "after_ms" in model;
  const named = model === undefined || "ns" in model;
  return stage.frames.map((frame) => ({
    ...(named ? { ns: frame.ns, if: frame.if } : {}),
    dir: frame.dir,
    ...(timed ? { after_ms: Math.round(frame.at / 1e6 - at - stage.originMs) } : {}),
    ...frame.content,
  }));
}

/** At a bare end what comes in is what the director sent out. */
const cameOut = (frame: SeenFrame): boolean => frame.dir === "in";

const firstTo = (stage: Stage, name: string): SeenFrame | undefined =>
  stage.frames.find((frame) => cameOut(frame) && frame.if === name);

/** The server to which the first frame on eth1 went, by its MAC; null for none or for an ARP question. */
function chosen(stage: Stage): string | null {
  const frame = firstTo(stage, "eth1");
  const mac = (frame?.content.eth as JsonObject | undefined)?.dst;
  const match = /^02:00:00:00:01:([0-9a-f]{2})$/.exec(String(mac));
  return match === null ? null : `10.1.0.${Number.parseInt(match[1] as string, 16)}`;
}

function answer(stage: Stage): JsonObject {
  const reply = stage.frames.find(
    (frame) => frame.dir === "in" && (frame.content.arp as JsonObject | undefined) !== undefined,
  );
  if (reply === undefined) return { replied: false };
  const { ns, if: name, dir, content } = reply;
  return { replied: true, reply: { ns, if: name, dir, ...content } };
}
