/** `--lang`, which most commands have. */
import type { Language } from "@lvsim/scenarios";
import { Option } from "commander";
import { type Environment, languageOf } from "./environment.ts";
import { parseLanguage } from "./options.ts";

export interface Shared {
  readonly lang?: string;
}

export const language = new Option("--lang <language>", "language of our own text: en or zh");

export const chosenLanguage = ({ lang }: Shared, environment: Environment): Language =>
  lang === undefined ? languageOf(environment) : parseLanguage(lang);

/** What `--variant` is, wherever a lab is played. */
export const VARIANT = "the lab with something changed, as the lab names it: mended";
