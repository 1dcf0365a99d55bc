/** The labs that come with lvsim: one file each, by name. */
import { readdirSync, readFileSync } from "node:fs";
import { readLab } from "../lab-file/read.ts";
import type { LabDefinition } from "../lab-file/schema.ts";

const FOLDER = new URL("../../labs/", import.meta.url);
const ENDING = ".lab.yml";

/** Names of all labs, sorted. */
export function labNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort();
}

/** The lab of that name; undefined when there is none. */
export function libraryLab(name: string): LabDefinition | undefined {
  if (!labNames().includes(name)) return undefined;
  const file = `${name}${ENDING}`;
  return readLab(readFileSync(new URL(file, FOLDER), "utf8"), `labs/${file}`);
}
