/** Reads a configuration as one of keepalived's processes does: each knows only its own blocks and passes over the others. */
import type { FileSystem } from "../../../vfs/file-system.ts";
import { checkKeywords } from "./check-keywords.ts";
import { newConfig } from "./defaults.ts";
import { commonKeywords } from "./global-keywords.ts";
import type { KeepalivedConfig } from "./model.ts";
import { ConfigReader, type Keyword, type Keywords, MissingParameter } from "./reader.ts";
import type { Complaint, Reporter, Severity } from "./report.ts";
import { ConfigSource } from "./source.ts";
import { vrrpKeywords } from "./vrrp-keywords.ts";

/** Whose eyes read. */
export type Role = "parent" | "vrrp" | "check";

export interface ReadOptions {
  readonly files: FileSystem;
  readonly path: string;
  readonly configId: string;
  /** Version 1.3.5. */
  readonly old: boolean;
}

/** What was read; complaints about it go on to be told here while it is completed. */
export class ReadConfig implements Reporter {
  readonly config: KeepalivedConfig;
  readonly complaints: Complaint[] = [];
  /** The file could not be opened. */
  readonly isMissing: boolean;
  /** A line lacks a word, and reading ended there. */
  readonly isBroken: boolean;

  constructor(
    config: KeepalivedConfig,
    complaints: readonly Complaint[],
    isMissing: boolean,
    isBroken: boolean,
  ) {
    this.config = config;
    this.complaints.push(...complaints);
    this.isMissing = isMissing;
    this.isBroken = isBroken;
  }

  report(text: string, severity: Severity = "general"): void {
    this.complaints.push({ severity, text });
  }
}

export function readConfig({ files, path, configId, old }: ReadOptions, role: Role): ReadConfig {
  const config = newConfig();
  const source = new ConfigSource({ files, configId, namesFile: role !== "parent", old });
  if (!source.open(path)) return new ReadConfig(config, source.complaints, true, false);
  let isBroken = false;
  try {
    new ConfigReader(source).run(keywordsFor(config, role));
  } catch (thrown) {
    if (!(thrown instanceof MissingParameter)) throw thrown;
    isBroken = true;
  }
  return new ReadConfig(config, source.complaints, false, isBroken);
}

/** Blocks of the others are known by name; the parent wants to know whether there are any. */
function keywordsFor(config: KeepalivedConfig, role: Role): Keywords {
  const vrrp = vrrpKeywords(config);
  const check = checkKeywords(config);
  const others = (entries: readonly [string, Keyword][]): [string, Keyword | "inactive"][] =>
    entries.map(([word]) => [word, noticed(config, word)]);
  return new Map<string, Keyword | "inactive">([
    ...commonKeywords(config),
    ...(role === "vrrp" ? vrrp : others(vrrp)),
    ...(role === "check" ? check : others(check)),
    ["bfd_instance", "inactive"],
  ]);
}

function noticed(config: KeepalivedConfig, word: string): Keyword | "inactive" {
  if (word !== "vrrp_instance" && word !== "virtual_server") return "inactive";
  return {
    run: (_words, reader) => {
      if (word === "vrrp_instance") config.hasInstances = true;
      else config.hasServices = true;
      reader.skipBlock();
    },
  };
}
