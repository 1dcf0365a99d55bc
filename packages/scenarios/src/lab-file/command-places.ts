/** Where a lab file gives a command: for what a change of the configuration came from, the line that a person would edit. */
import type { ChangeOrigin } from "@lvsim/core";
import { type LabTexts, readWithIncludes } from "./include.ts";
import { NO_FILES, type ReadOptions } from "./read.ts";
import { isMapping, own } from "./values.ts";

/** `nat.lab.yml:23`; "" where no file of the lab holds the command as it was run. */
export type CommandPlaces = (origin: ChangeOrigin) => string;

/** Of a lab that can be read. */
export function commandPlaces(
  text: string,
  path: string,
  { files = NO_FILES, variant }: ReadOptions = {},
): CommandPlaces {
  const texts = readWithIncludes(text, path, files);
  return ({ machine, process, file, line }) => {
    const found =
      file === ""
        ? placesOfTexts(texts.value, machine, variant)
            .map((at) => lineWith(texts, at, process))
            .find((place) => place !== "")
        : lineOf(texts, ["hosts", machine, "files", file, "content"], line - 1);
    return found ?? "";
  };
}

type Keys = readonly (string | number)[];

/** What is typed on a machine: at its start, by the variant, as a fault, as a request. */
function placesOfTexts(value: unknown, machine: string, variant: string | undefined): Keys[] {
  const each = (keys: Keys, ...ends: readonly string[]): Keys[] => {
    const list = valueAt(value, keys);
    const length = Array.isArray(list) ? list.length : 0;
    return Array.from({ length }, (_unused, i) => ends.map((end) => [...keys, i, end])).flat();
  };
  const changes = variant === undefined ? [] : each(["variants", variant, "change"], "add", "to");
  return [
    ...changes,
    ["hosts", machine, "start"],
    ...each(["faults"], "run"),
    ...each(["traffic"], "run"),
  ];
}

/** The line of the text at `at` that is the command, or else one that has it among others. */
function lineWith(texts: LabTexts, at: Keys, command: string): string {
  const text = valueAt(texts.value, at);
  const [wanted = ""] = command.split("\n");
  if (typeof text !== "string" || wanted === "") return "";
  const lines = text.split("\n");
  const same = lines.findIndex((line) => line.trim() === wanted);
  const index = same >= 0 ? same : lines.findIndex((line) => line.includes(wanted));
  return index < 0 ? "" : lineOf(texts, at, index);
}

function lineOf(texts: LabTexts, at: Keys, below: number): string {
  const first = texts.textLine(at);
  return first === null || below < 0 ? "" : `${first.path}:${first.line + below}`;
}

const valueAt = (value: unknown, keys: Keys): unknown =>
  keys.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isMapping(at) ? own(at, key) : undefined;
  }, value);
