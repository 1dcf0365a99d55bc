/** The labs that come with lvsim: one file each, in a folder for each topic. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type CommandPlaces, commandPlaces } from "../lab-file/command-places.ts";
import type { LabFiles } from "../lab-file/include.ts";
import { readLab } from "../lab-file/read.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import { TOPICS, type TopicName } from "./topics.ts";

const FOLDER = new URL("../../labs/", import.meta.url);
const ENDING = ".lab.yml";

const textOf = (file: string): string | undefined => {
  const url = new URL(file, FOLDER);
  return existsSync(url) ? readFileSync(url, "utf8") : undefined;
};

/** What the labs of lvsim include: their topologies, and files beside them. */
const LIBRARY_FILES: LabFiles = {
  read: (path) => textOf(path.replace(/^labs\//, "")),
  topology: (name) => textOf(`topologies/${name}.yml`),
};

/** The topologies that any lab may include by name. */
export const topologyText = (name: string): string | undefined => LIBRARY_FILES.topology(name);

/** Names of all labs, sorted. */
export const labNames = (): string[] =>
  Object.keys(TOPICS)
    .flatMap((topic) => labsOf(topic))
    .sort();

/** Names of the labs of a topic, sorted. */
export function labsOf(topic: string): string[] {
  const folder = new URL(`${topic}/`, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort();
}

/** The lab of that name, as it stands or as one of its variants; undefined when there is no lab. */
export function libraryLab(name: string, variant?: string): LabDefinition | undefined {
  const file = fileOf(name);
  if (file === undefined) return undefined;
  const options = { files: LIBRARY_FILES, variant };
  const lab = readLab(textOf(file) ?? "", `labs/${file}`, options);
  return lab.next.length === 0 ? { ...lab, next: nextOf(name, lab) } : lab;
}

/** Where the commands of a lab stand in its file; nowhere when there is no lab. */
export function libraryPlaces(name: string, variant?: string): CommandPlaces {
  const file = fileOf(name);
  if (file === undefined) return () => "";
  return commandPlaces(textOf(file) ?? "", `labs/${file}`, { files: LIBRARY_FILES, variant });
}

function fileOf(name: string): string | undefined {
  const topic = (Object.keys(TOPICS) as TopicName[]).find((each) => labsOf(each).includes(name));
  return topic === undefined ? undefined : `${topic}/${name}${ENDING}`;
}

/** After a failure: its mended variant, and why that mends it. After a variant: what it was before. */
function nextOf(name: string, { failure, variants }: LabDefinition): LabDefinition["next"] {
  if (failure === undefined) return [];
  const { mended } = variants;
  if (mended === undefined) return [{ run: `lvsim run ${name}`, why: failure.symptom }];
  return [
    { run: `lvsim why ${name}`, why: { en: "the cause, step by step", zh: "逐步说明原因" } },
    { run: `lvsim run ${name} --variant mended`, why: mended.title },
  ];
}
